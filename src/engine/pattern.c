// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Patterns: the compiler's frame, and copies.
#include "engine/pattern.h"

#include "base/text.h"
#include "engine/pattern_tree.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define SLOWEST_DIV (1.0 / 64)
#define FASTEST_DIV 1024.0
#define LONGEST_BEATS 65536.0

bool vy__pattern_fail(struct vy__compile *c, size_t at, const char *hint, const char *format, ...)
{
    c->status = VY_BAD_PATTERN;
    if (!c->err)
        return false;
    va_list args;
    va_start(args, format);
    char message[sizeof c->err->message];
    vsnprintf(message, sizeof message, format, args);
    va_end(args);
    c->status = vy_fail(c->err, VY_BAD_PATTERN, at < INT_MAX ? (int)at : -1, "%s", message);
    vy_text_copy(c->err->hint, sizeof c->err->hint, hint);
    return false;
}

void *vy__pattern_take(struct vy__compile *c, size_t bytes)
{
    void *const p = vy_arena_take(&c->scratch, bytes);
    if (!p)
        c->status = vy_fail(c->err, VY_NO_MEMORY, -1, "out of memory");
    return p;
}

struct vy_pattern_options vy_pattern_defaults(enum vy_pattern_kind kind)
{
    return (struct vy_pattern_options){
        .kind = kind,
        .div = kind == VY_PATTERN_CHORDS ? 1 : 16,
        .gate = kind == VY_PATTERN_STEPS    ? 0.5f
                : kind == VY_PATTERN_MELODY ? 0.95f
                                            : 1.0f,
        .swing = -1,
        .probability = 1,
    };
}

// Fill in what was left 0 and refuse what makes no sense.
static vy_status check_options(struct vy_pattern_options *o, struct vy_err *err)
{
    const struct vy_pattern_options usual = vy_pattern_defaults(o->kind);
    if (o->div == 0)
        o->div = usual.div;
    if (o->gate == 0)
        o->gate = usual.gate;
    if (!(o->div >= SLOWEST_DIV && o->div <= FASTEST_DIV))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "div is 1/64 to 1024 steps a whole note");
    if (!(o->gate > 0 && o->gate <= 64))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "gate is above 0 and at most 64 steps");
    if (!(o->probability >= 0 && o->probability <= 1))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "prob is 0 to 1");
    if (!(o->swing <= 1))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "swing is 0 to 1");
    return VY_OK;
}

static bool copy_locks(struct vy_hit *hit, struct vy_arena *arena)
{
    if (!hit->locks)
        return true;
    struct vy_lock *const lock = vy_arena_take(arena, hit->locks * sizeof *lock);
    if (!lock)
        return false;
    for (uint16_t i = 0; i < hit->locks; i++) {
        lock[i].param = vy_arena_text(arena, hit->lock[i].param);
        lock[i].value = vy_arena_text(arena, hit->lock[i].value);
        if (!lock[i].param || !lock[i].value)
            return false;
    }
    hit->lock = lock;
    return true;
}

// Ratchets and groups share their locks: copy what the hit before does not have already.
static bool copy_shared_locks(struct vy_hit *to, const struct vy_hit *from, uint32_t i,
                              struct vy_arena *arena)
{
    if (i > 0 && from[i].locks && from[i].lock == from[i - 1].lock &&
        from[i].locks == from[i - 1].locks) {
        to[i].lock = to[i - 1].lock;
        return true;
    }
    return copy_locks(&to[i], arena);
}

struct vy_pattern *vy_pattern_clone(const struct vy_pattern *pattern, struct vy_arena *arena)
{
    struct vy_pattern *const copy = vy_arena_take(arena, sizeof *copy);
    struct vy_hit *const hit = vy_arena_take(arena, (pattern->hits + !pattern->hits) * sizeof *hit);
    if (!copy || !hit)
        return NULL;
    *copy = *pattern;
    copy->hit = hit;
    copy->max_nudge_s = 0;
    if (pattern->hits)
        memcpy(hit, pattern->hit, pattern->hits * sizeof *hit);
    for (uint32_t i = 0; i < pattern->hits; i++) {
        copy->max_nudge_s = fmaxf(copy->max_nudge_s, fabsf(hit[i].nudge_s));
        if (!copy_shared_locks(hit, pattern->hit, i, arena))
            return NULL;
    }
    return copy;
}

// The laid hits are views into scratch memory; the clone gathers them in the caller's arena.
static struct vy_pattern *gather(struct vy__compile *c, struct vy_arena *arena)
{
    struct vy_hit *const hit = vy__pattern_take(c, (c->hits + 1) * sizeof *hit);
    if (!hit)
        return NULL;
    for (uint32_t i = 0; i < c->hits; i++)
        hit[i] = c->hit[i].hit;
    const struct vy_pattern made = {
        .hit = hit,
        .hits = c->hits,
        .beats = c->beats,
        .swing = c->options->swing < 0 ? -1 : c->options->swing,
        .probability = c->options->probability,
    };
    struct vy_pattern *const pattern = vy_pattern_clone(&made, arena);
    if (!pattern)
        c->status = vy_fail(c->err, VY_NO_MEMORY, -1, "out of memory");
    return pattern;
}

vy_status vy_pattern_parse(const char *text, const struct vy_pattern_options *options,
                           struct vy_arena *arena, struct vy_pattern **pattern, struct vy_err *err)
{
    struct vy_pattern_options full = *options;
    const vy_status status = check_options(&full, err);
    if (status)
        return status;
    struct vy__compile c = {.text = text, .options = &full, .err = err};
    const struct vy__node *const root = vy__pattern_read(&c);
    if (root && root->steps * (4.0 / full.div) > LONGEST_BEATS)
        vy__pattern_fail(&c, 0, "", "a pattern lasts at most %.0f beats", LONGEST_BEATS);
    else if (root && vy__pattern_lay(&c, root)) {
        struct vy_pattern *const made = gather(&c, arena);
        if (made)
            *pattern = made;
    }
    vy_arena_clear(&c.scratch);
    return c.status;
}
