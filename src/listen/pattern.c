// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A cut is known 0.8 s after it happened, so hops wait in a line of that length before the
// streams take them. There are six streams: all, low, middle, high, and both neighbours together;
// at the end of a stretch one way of sharing it out is chosen and the other streams are forgotten.
#include "listen/pattern.h"

#include "listen/pattern_inside.h"
#include "listen/simd.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SILENT_DB (-70) // of full scale
#define UNDER_DB 50     // below the loudest of the stretch: silent as well
#define HUSH_S 0.3f     // silence that ends a stretch
#define CONTEXT_S 0.5f  // on both sides of a cut
#define LINE_MOST 64    // hops that may wait
#define SHORTEST_S 0.7f // between two cuts by texture
#define LONGEST_S 20
#define NOVELTY 4.5f     // distance of the two halves, in spreads
#define MOST_A_MINUTE 60 // cuts by texture
#define TEXTURE 12       // measures that make up the texture
#define SPLIT_S 0.5f     // shorter stretches are not shared out
#define WEAK_DB 30       // below the whole: a part that does not count
#define STILL_DB 2.0     // movement that may be chance
#define TOGETHER 0.45f   // likeness of movement from which two bands are one thing

enum stream { ALL, LOW, MIDDLE, HIGH, LOW_MIDDLE, MIDDLE_HIGH };
#define STREAMS 6
static const float stream_low[STREAMS] = {30, 30, 250, 2500, 30, 250};
static const float stream_high[STREAMS] = {16000, 250, 2500, 16000, 2500, 16000};

struct waiting {
    struct vy_hop hop; // mag and power are in the line's own memory
    float texture[TEXTURE];
    float level;
    struct vy_timbre_frame frame;
};

struct vy_ear_patterns {
    struct vy_hop_shape shape;
    struct vy_ear_pattern_wish wish;
    vy_ear_pattern_fn *fn;
    void *arg;
    float rate, full; // hops a second; power of a full-scale sine
    uint32_t streams; // 6, or 1 for a wish
    uint32_t context; // hops; the line is twice as long
    uint64_t pushed, taken;
    struct waiting line[LINE_MOST * 2];
    float *memory; // of the line: [line][2][bins]
    // the stretch
    bool open;
    uint64_t start;     // hop
    uint64_t ended;     // hop after the last stretch
    uint32_t hush;      // silent hops in a row
    float top;          // dB
    float last_novelty; // of the hop before, to find peaks
    float older_novelty;
    uint64_t minute;
    uint32_t cuts; // in this minute
    struct vy_embed *embed[STREAMS];
    struct vy_curves *curves; // [streams]
    double *mean_power;       // [bins]
};

const char *vy_ear_pattern_kind_name(enum vy_ear_pattern_kind kind)
{
    static const char *const name[] = {
#define X(code, word, text) #word,
        VY_EAR_KIND_LIST(X)
#undef X
    };
    return name[kind];
}

const char *vy_evidence_name(enum vy_evidence evidence)
{
    static const char *const name[] = {
#define X(code, word, unit, text) #word,
        VY_EVIDENCE_LIST(X)
#undef X
    };
    return name[evidence];
}

const char *vy_evidence_unit(enum vy_evidence evidence)
{
    static const char *const unit[] = {
#define X(code, word, unit, text) unit,
        VY_EVIDENCE_LIST(X)
#undef X
    };
    return unit[evidence];
}

const char *vy_motion_name(enum vy_motion motion)
{
    static const char *const name[] = {
#define X(code, word) #word,
        VY_MOTION_LIST(X)
#undef X
    };
    return name[motion];
}

const char *vy_phase_name(enum vy_phase phase)
{
    static const char *const name[VY_PHASES] = {"onset", "continuant", "termination"};
    return name[phase];
}

static bool make_streams(struct vy_ear_patterns *p)
{
    const bool own = p->wish.high_hz > p->wish.low_hz;
    for (uint32_t s = 0; s < p->streams; s++) {
        const float low = own ? p->wish.low_hz : stream_low[s];
        const float high = own ? p->wish.high_hz : stream_high[s];
        if (vy_embed_new(&p->shape, low, high, &p->embed[s]))
            return false;
        p->curves[s].rate = p->rate;
    }
    for (uint32_t i = 0; i < 2 * p->context; i++) {
        p->line[i].hop.mag = p->memory + (size_t)2 * i * p->shape.bins;
        p->line[i].hop.power = p->line[i].hop.mag + p->shape.bins;
    }
    return true;
}

vy_status vy_ear_patterns_new(const struct vy_hop_shape *shape,
                              const struct vy_ear_pattern_wish *wish, vy_ear_pattern_fn *fn,
                              void *arg, struct vy_ear_patterns **patterns)
{
    *patterns = NULL;
    const float rate = (float)shape->sr_hz / (float)shape->hop;
    if (rate < 20 || rate * CONTEXT_S >= LINE_MOST)
        return VY_BAD_ARG;
    struct vy_ear_patterns *const p = calloc(1, sizeof *p);
    if (!p)
        return VY_NO_MEMORY;
    p->shape = *shape;
    p->wish = wish ? *wish : (struct vy_ear_pattern_wish){0};
    p->fn = fn;
    p->arg = arg;
    p->rate = rate;
    p->full = (float)shape->n_fft * (float)shape->n_fft * 3 / 32; // Hann, summed over the bins
    p->streams = p->wish.one_region ? 1 : STREAMS;
    p->context = (uint32_t)lrintf(CONTEXT_S * rate);
    p->memory = calloc((size_t)4 * p->context * shape->bins, sizeof(float));
    p->curves = calloc(p->streams, sizeof *p->curves);
    p->mean_power = calloc(shape->bins, sizeof(double));
    if (!p->memory || !p->curves || !p->mean_power || !make_streams(p)) {
        vy_ear_patterns_destroy(p);
        return VY_NO_MEMORY;
    }
    *patterns = p;
    return VY_OK;
}

void vy_ear_patterns_destroy(struct vy_ear_patterns *patterns)
{
    if (!patterns)
        return;
    for (uint32_t s = 0; s < STREAMS; s++)
        vy_embed_destroy(patterns->embed[s]);
    free(patterns->memory);
    free(patterns->curves);
    free(patterns->mean_power);
    free(patterns);
}

static struct waiting *waiting(struct vy_ear_patterns *p, uint64_t hop)
{
    return &p->line[hop % (2 * p->context)];
}

// Flatness where the energy is.
static float flatness_of(const struct vy_timbre_frame *f)
{
    float sum = 0, shares = 0;
    for (uint32_t r = 0; r < VY_TIMBRE_REGIONS; r++) {
        const float root = sqrtf(f->region[r]);
        sum += root * f->flatness_db[r];
        shares += root;
    }
    return shares > 0 ? sum / shares : 0;
}

static float level_of(const struct vy_ear_patterns *p, const struct vy_timbre_frame *f)
{
    return 10 * log10f(f->energy / p->full + 1e-16f);
}

static void enter_line(struct vy_ear_patterns *p, const struct vy_hop *hop)
{
    struct waiting *const w = waiting(p, p->pushed);
    const size_t bytes = p->shape.bins * sizeof(float);
    memcpy((float *)w->hop.mag, hop->mag, bytes);
    memcpy((float *)w->hop.power, hop->power, bytes);
    w->hop.index = hop->index;
    vy_embed_hear(p->embed[ALL], hop, &w->frame);
    w->level = level_of(p, &w->frame);
    // dB-like figures; the level itself is left out, loud and soft belong together
    for (uint32_t c = 0; c < 8; c++)
        w->texture[c] = w->frame.cepstrum[c] / 6;
    w->texture[8] = 20 * fmaxf(w->frame.strength, 0) / 6;
    w->texture[9] = flatness_of(&w->frame) / 4;
    w->texture[10] = 2 * log2f(w->frame.centre_hz + 50);
    w->texture[11] = fmaxf(w->frame.harmonic_db, -10) / 6;
    p->pushed++;
}

// Distance of the texture just before and after `hop`, in their spreads. Silent
// hops do not count.
static float novelty_at(struct vy_ear_patterns *p, uint64_t hop)
{
    float sum = 0;
    for (uint32_t d = 0; d < TEXTURE; d++) {
        float mean[2] = {0}, squares[2] = {0}, n[2] = {0};
        for (uint32_t side = 0; side < 2; side++)
            for (uint32_t i = 0; i < p->context; i++) {
                const struct waiting *const w =
                    waiting(p, hop - p->context + side * p->context + i);
                if (w->level < SILENT_DB || w->level < p->top - UNDER_DB)
                    continue;
                mean[side] += w->texture[d];
                squares[side] += w->texture[d] * w->texture[d];
                n[side]++;
            }
        if (n[0] * 3 < (float)p->context || n[1] * 3 < (float)p->context)
            return 0;
        float variance = 1; // of a calm sound
        for (uint32_t side = 0; side < 2; side++) {
            mean[side] /= n[side];
            variance += fmaxf(squares[side] / n[side] - mean[side] * mean[side], 0) / 2;
        }
        sum += (mean[1] - mean[0]) * (mean[1] - mean[0]) / variance;
    }
    return sqrtf(sum);
}

static void open_stretch(struct vy_ear_patterns *p, uint64_t hop)
{
    const bool fresh = !hop || p->ended < hop;
    p->open = true;
    p->start = hop;
    p->hush = 0;
    p->top = SILENT_DB;
    for (uint32_t s = 0; s < p->streams; s++) {
        vy_embed_reset(p->embed[s]);
        p->curves[s].n = 0;
        p->curves[s].fresh = fresh;
    }
    memset(p->mean_power, 0, p->shape.bins * sizeof(double));
}

static void find_spectrum(const struct vy_ear_patterns *p, struct vy_ear_pattern *pattern,
                          uint32_t n)
{
    const double bin_hz = (double)p->shape.sr_hz / p->shape.n_fft;
    const uint32_t from = (uint32_t)((double)pattern->low_hz / bin_hz);
    uint32_t to = (uint32_t)((double)pattern->high_hz / bin_hz);
    double sum = 0, first = 0, second = 0, part = 0;
    to = to < p->shape.bins - 1 ? to : p->shape.bins - 1;
    for (uint32_t k = from; k <= to; k++) {
        sum += p->mean_power[k];
        first += p->mean_power[k] * k * bin_hz;
        second += p->mean_power[k] * k * bin_hz * k * bin_hz;
    }
    pattern->level_db = (float)(10 * log10(sum / n / (double)p->full + 1e-16));
    if (!(sum > 0))
        return;
    pattern->centroid_hz = (float)(first / sum);
    pattern->spread_hz = (float)sqrt(fmax(0, second / sum - first / sum * first / sum));
    for (uint32_t k = from; k <= to && !(pattern->rolloff_hz > 0); k++) {
        part += p->mean_power[k];
        if (part >= 0.85 * sum)
            pattern->rolloff_hz = (float)(k * bin_hz);
    }
}

static void give(struct vy_ear_patterns *p, enum stream stream)
{
    const struct vy_curves *const c = &p->curves[stream];
    const bool own = p->wish.high_hz > p->wish.low_hz;
    struct vy_ear_pattern pattern = {
        .start_s = vy_hop_seconds(&p->shape, (double)p->start),
        .end_s = vy_hop_seconds(&p->shape, (double)(p->start + c->n)),
        .low_hz = own ? p->wish.low_hz : stream_low[stream],
        .high_hz = fminf(own ? p->wish.high_hz : stream_high[stream], (float)p->shape.sr_hz / 2),
    };
    find_spectrum(p, &pattern, c->n);
    vy_ear_pattern_judge(c, &pattern);
    vy_ear_pattern_move(c, &pattern);
    vy_embed_read(p->embed[stream], &pattern.embedding);
    p->fn(p->arg, &pattern);
}

// Mean power of a stream, in dB.
static double mean_level(const struct vy_curves *c)
{
    double sum = 0;
    for (uint32_t i = 0; i < c->n; i++)
        sum += pow(10, (double)c->level[i] / 10);
    return 10 * log10(sum / c->n + 1e-16);
}

// How a band moves: its level, a mean over 8 hops, against the one 16 hops before.
static float movement(const struct vy_curves *c, uint32_t i)
{
    float sum = 0;
    for (uint32_t k = 0; k < 8; k++)
        sum += c->level[i - k] - c->level[i - 16 - k];
    return fminf(fmaxf(sum / 8, -20), 20);
}

// Whether two bands rise and fall together: the correlation of their movements. What hardly moves
// goes with its neighbour; noise flickers by itself.
static float together(const struct vy_curves *a, const struct vy_curves *b)
{
    double ab = 0, aa = 0, bb = 0;
    uint32_t n = 0;
    for (uint32_t i = 24; i < a->n; i++, n++) {
        const double x = (double)movement(a, i), y = (double)movement(b, i);
        ab += x * y;
        aa += x * x;
        bb += y * y;
    }
    const double least = n * STILL_DB * STILL_DB;
    return aa > least && bb > least ? (float)(ab / sqrt(aa * bb)) : 1;
}

static void share_out(struct vy_ear_patterns *p)
{
    const struct vy_curves *const c = p->curves;
    const bool split = p->streams > 1 && (float)c->n > SPLIT_S * p->rate;
    const double weak = mean_level(&c[ALL]) - WEAK_DB;
    bool low_joins = true, high_joins = true;
    if (split) {
        const bool middle = mean_level(&c[MIDDLE]) > weak;
        low_joins =
            mean_level(&c[LOW]) < weak || !middle || together(&c[LOW], &c[MIDDLE]) > TOGETHER;
        high_joins =
            mean_level(&c[HIGH]) < weak || !middle || together(&c[MIDDLE], &c[HIGH]) > TOGETHER;
    }
    if (low_joins && high_joins) {
        give(p, ALL);
        return;
    }
    if (!low_joins)
        give(p, LOW);
    give(p, low_joins ? LOW_MIDDLE : high_joins ? MIDDLE_HIGH : MIDDLE);
    if (!high_joins)
        give(p, HIGH);
}

static void close_stretch(struct vy_ear_patterns *p)
{
    p->open = false;
    p->ended = p->start + p->curves->n - p->hush;
    // silence at the end is not part of it
    const uint32_t hush = p->hush < p->curves->n ? p->hush : 0;
    for (uint32_t s = 0; s < p->streams; s++)
        p->curves[s].n -= hush;
    if (p->curves->n >= 2)
        share_out(p);
}

VY_SIMD static void add_power(double *restrict sum, const float *restrict power, uint32_t n)
{
    for (uint32_t k = 0; k < n; k++)
        sum[k] += (double)power[k];
}

static void take(struct vy_ear_patterns *p, struct waiting *w)
{
    for (uint32_t s = 0; s < p->streams; s++) {
        struct vy_timbre_frame own;
        const struct vy_timbre_frame *f = &w->frame;
        if (s) {
            vy_embed_hear(p->embed[s], &w->hop, &own);
            f = &own;
        }
        vy_embed_take(p->embed[s], f, w->hop.mag);
        struct vy_curves *const c = &p->curves[s];
        c->level[c->n] = level_of(p, f);
        c->pitch[c->n] = log2f(f->f0_hz + 1e-3f);
        c->strength[c->n] = f->strength;
        c->one_pitch[c->n] = f->harmonic_db;
        c->bright[c->n] = log2f(f->centre_hz + 20);
        c->flatness[c->n] = flatness_of(f);
        c->n++;
    }
    add_power(p->mean_power, w->hop.power, p->shape.bins);
}

// A peak of the novelty, two hops late; both neighbours are lower.
static bool cut_by_texture(struct vy_ear_patterns *p, uint64_t hop, bool known)
{
    const float now = known && p->open ? novelty_at(p, hop) : 0;
    const bool peak =
        p->last_novelty > NOVELTY && p->last_novelty >= p->older_novelty && p->last_novelty > now;
    p->older_novelty = p->last_novelty;
    p->last_novelty = now;
    if (!peak || (float)(hop - p->start) < SHORTEST_S * p->rate)
        return false;
    const uint64_t minute = (uint64_t)(vy_hop_seconds(&p->shape, (double)hop) / 60);
    p->cuts = minute == p->minute ? p->cuts + 1 : 1;
    p->minute = minute;
    return p->cuts <= MOST_A_MINUTE;
}

// @param known  what follows the hop is in the line
static void advance(struct vy_ear_patterns *p, bool known)
{
    const uint64_t hop = p->taken;
    struct waiting *const w = waiting(p, hop);
    const bool one = p->wish.one_region;
    const bool silent = w->level < SILENT_DB || w->level < p->top - UNDER_DB;
    p->taken++;
    if (p->open && p->curves->n >= fminf(LONGEST_S * p->rate, VY_CURVE_MOST - 1)) {
        if (one)
            return;
        close_stretch(p);
    }
    if (!one && p->open && p->hush > HUSH_S * p->rate)
        close_stretch(p);
    if (!one && cut_by_texture(p, hop, known && hop >= p->context) && p->open)
        close_stretch(p);
    if (!p->open && silent && !one)
        return;
    if (!p->open)
        open_stretch(p, hop);
    p->top = fmaxf(p->top, w->level);
    p->hush = silent ? p->hush + 1 : 0;
    take(p, w);
}

void vy_ear_patterns_hop(struct vy_ear_patterns *patterns, const struct vy_hop *hop)
{
    enter_line(patterns, hop);
    if (patterns->pushed - patterns->taken >= patterns->context)
        advance(patterns, true);
}

void vy_ear_patterns_finish(struct vy_ear_patterns *patterns)
{
    while (patterns->taken < patterns->pushed)
        advance(patterns, false);
    if (patterns->open)
        close_stretch(patterns);
}
