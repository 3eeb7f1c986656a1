// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/turning.h"

#include <math.h>
#include <stdlib.h>

#define WINDOW_BARS 2
#define WINDOW_S 3.0
#define LEVEL_DB 6.0F ///< a difference that counts as one
#define BASS_DB 9.0F
#define RISE_OCTAVES 1.0F ///< of the onset curve
#define TURN 1.6F         ///< sum of the three that is a drop or a break
#define FLOOR_DB (-40.0F)
#define RISE_FLOOR 0.003F
#define BUILD_BARS_MIN 2
#define BUILD_BARS_MAX 16
#define BUILD_S 5.0
#define BUILD_FIT 0.6     ///< correlation of the rise with time
#define BUILD_DB 5.0      ///< from the first to the last
#define BUILD_OCTAVES 1.2 ///< the same, of the onset curve

enum curve { LEVEL, BASS, BRIGHT, RISE, CURVES };

struct scene {
    const struct vy_steps *steps;
    float *curve[CURVES]; ///< [count] dB, dB, dB, octaves
    float *turn;          ///< [count] what comes in at a step, > 0, or falls away
    uint32_t window;      ///< steps
};

const char *vy_turning_name(enum vy_turning_kind kind)
{
    static const char *const name[] = {"build", "drop", "break"};
    return name[kind];
}

static vy_status take_curves(struct scene *c, struct vy_arena *scratch)
{
    const struct vy_steps *const s = c->steps;
    for (int k = 0; k < CURVES; k++) {
        c->curve[k] = vy_arena_take(scratch, s->count * sizeof(float));
        if (!c->curve[k])
            return VY_NO_MEMORY;
    }
    c->turn = vy_arena_take(scratch, s->count * sizeof(float));
    for (uint32_t i = 0; i < s->count && c->turn; i++) {
        c->curve[LEVEL][i] = fmaxf(s->level_db[i], FLOOR_DB);
        c->curve[BASS][i] = fmaxf(s->bass_db[i], FLOOR_DB);
        c->curve[BRIGHT][i] = fmaxf(s->bright_db[i], FLOOR_DB - 20);
        c->curve[RISE][i] = log2f(s->rise[i] + RISE_FLOOR);
    }
    return c->turn ? VY_OK : VY_NO_MEMORY;
}

static float step_up(const struct scene *c, enum curve k, uint32_t at, uint32_t window)
{
    const float *const x = c->curve[k];
    float before = 0, after = 0;
    for (uint32_t i = 0; i < window; i++) {
        before += x[at - 1 - i];
        after += x[at + i];
    }
    return (after - before) / (float)window;
}

static float bounded(float x)
{
    return fminf(fmaxf(x, -1.5F), 1.5F);
}

static float turn(const struct scene *c, uint32_t at, uint32_t window)
{
    return bounded(step_up(c, LEVEL, at, window) / LEVEL_DB) +
           bounded(step_up(c, BASS, at, window) / BASS_DB) +
           bounded(step_up(c, RISE, at, window) / RISE_OCTAVES);
}

// A turn is there at once: half of it within a quarter of the window. A slope is none.
static void find_turns(struct scene *c)
{
    const uint32_t n = c->steps->count, w = c->window, quick = w / 4 > 1 ? w / 4 : 1;
    for (uint32_t i = w; i + w <= n; i++) {
        if (c->steps->barred && !c->steps->down[i])
            continue;
        const float whole = turn(c, i, w), part = 2 * turn(c, i, quick);
        if (whole * part > 0)
            c->turn[i] = copysignf(fminf(fabsf(whole), fabsf(part)), whole);
    }
}

static bool is_top(const struct scene *c, uint32_t at)
{
    const uint32_t n = c->steps->count, w = c->window;
    const float x = fabsf(c->turn[at]);
    const uint32_t end = at + w < n ? at + w + 1 : n;
    for (uint32_t i = at > w ? at - w : 0; i < end; i++)
        if (fabsf(c->turn[i]) > x || (i < at && fabsf(c->turn[i]) >= x))
            return false;
    return x >= TURN;
}

struct line {
    double rise; ///< from the first to the last, on a straight line
    double fit;  ///< correlation with time
};

static struct line line_through(const float *x, uint32_t n)
{
    double sx = 0, sxx = 0, st = 0, stt = 0, sxt = 0;
    for (uint32_t i = 0; i < n; i++) {
        const double v = (double)x[i], t = i;
        sx += v;
        sxx += v * v;
        st += t;
        stt += t * t;
        sxt += v * t;
    }
    const double ct = stt - st * st / n, cx = sxx - sx * sx / n, both = sxt - sx * st / n;
    if (ct <= 0 || cx <= 1e-9)
        return (struct line){0, 0};
    return (struct line){both / ct * (n - 1), both / sqrt(ct * cx)};
}

// How much is built up in a stretch, 0 = nothing.
static double built(const struct scene *c, uint32_t from, uint32_t to)
{
    static const struct {
        enum curve curve;
        double least;
    } rises[] = {{LEVEL, BUILD_DB}, {BRIGHT, BUILD_DB * 1.6}, {RISE, BUILD_OCTAVES}};
    double most = 0;
    for (size_t k = 0; k < sizeof rises / sizeof *rises; k++) {
        const struct line l = line_through(c->curve[rises[k].curve] + from, to - from);
        if (l.fit >= BUILD_FIT && l.rise >= rises[k].least)
            most = fmax(most, l.fit * l.rise / rises[k].least);
    }
    return most;
}

// The build that leads to `to`, if there is one.
static bool build_before(const struct scene *c, uint32_t to, struct vy_turning *turning)
{
    const struct vy_steps *const s = c->steps;
    double most = 0;
    for (uint32_t bars = BUILD_BARS_MIN; bars <= BUILD_BARS_MAX && bars * s->bar <= to; bars *= 2) {
        const uint32_t from = to - bars * s->bar;
        const double b = built(c, from, to);
        if (s->at_s[to] - s->at_s[from] < BUILD_S || b < most)
            continue;
        most = b;
        *turning =
            (struct vy_turning){s->at_s[from], s->at_s[to], VY_TURN_BUILD, (float)(b / (b + 1))};
    }
    return most > 0;
}

static int by_time(const void *a, const void *b)
{
    const struct vy_turning *const x = a, *const y = b;
    return (x->start_s > y->start_s) - (x->start_s < y->start_s);
}

static bool begins_section(const struct vy_music_found *found, double at_s)
{
    for (uint32_t i = 1; i < found->sections; i++)
        if (fabs(found->section[i].start_s - at_s) < 0.01)
            return true;
    return false;
}

static void put_turnings(const struct scene *c, struct vy_music_found *found)
{
    const struct vy_steps *const s = c->steps;
    double built_until = -1;
    for (uint32_t i = c->window; i < s->count; i++) {
        const bool top = is_top(c, i);
        struct vy_turning build = {0};
        const bool target = (top && c->turn[i] > 0) || begins_section(found, s->at_s[i]);
        if (target && build_before(c, i, &build) && build.start_s >= built_until) {
            found->turning[found->turnings++] = build;
            built_until = build.end_s;
        }
        if (top) {
            const float x = fabsf(c->turn[i]);
            found->turning[found->turnings++] =
                (struct vy_turning){s->at_s[i], s->at_s[i],
                                    c->turn[i] > 0 ? VY_TURN_DROP : VY_TURN_BREAK, x / (x + 1.5F)};
        }
    }
    qsort(found->turning, found->turnings, sizeof *found->turning, by_time);
}

vy_status vy_turning_find(const struct vy_steps *steps, struct vy_arena *scratch,
                          struct vy_arena *arena, struct vy_music_found *found)
{
    struct scene c = {.steps = steps};
    if (!steps->count)
        return VY_OK;
    const double step_s = (steps->at_s[steps->count] - steps->at_s[0]) / steps->count;
    c.window = (uint32_t)fmax(WINDOW_BARS * steps->bar, ceil(WINDOW_S / step_s));
    if (steps->count < 2 * c.window)
        return VY_OK;
    found->turning = vy_arena_take(arena, 2 * (size_t)steps->count * sizeof *found->turning);
    if (!found->turning || take_curves(&c, scratch) != VY_OK)
        return VY_NO_MEMORY;
    find_turns(&c);
    put_turnings(&c, found);
    return VY_OK;
}
