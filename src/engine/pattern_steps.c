// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pattern tree -> hits in time. Three passes:
//   unfold   every node gets its place: a span of time, the cycles it sounds in, its chance
//   hold     ties lengthen what ends where they begin, also over the end of the cycle
//   slide    what begins where a sliding note ends becomes its goal
//
// "The cycles it sounds in" is one congruence: alternation i of n inside cycles c = phase (mod
// every) sounds in c = phase + every * i (mod every * n), so nesting stays exact. A tie or slide
// that meets a hit only in some of its cycles splits the hit in two along that congruence.
#include "engine/pattern_tree.h"

#include <stdlib.h>
#include <string.h>

#define NEAR 2e-9 // quarter notes; steps are at least VY__NARROWEST wide

// Where and when a node sounds.
struct place {
    double from, until;
    uint32_t every, phase;
    float chance, nudge_s;
    uint16_t index, locks;
    bool fresh; // the index is this step's own
    const struct vy_lock *lock;
};

struct tie {
    double from, until;
    uint32_t every, phase, at;
    bool slides, held;
};

struct layout {
    struct vy__compile *c;
    struct tie *tie;
    uint32_t ties, visits;
    uint16_t index;
};

static bool lay_step(struct layout *l, const struct vy__node *node, struct place p);

static struct vy__laid *add_hit(struct vy__compile *c, size_t at)
{
    if (c->hits == VY__MAX_HITS) {
        vy__pattern_fail(c, at, "", "a pattern has at most %d hits", VY__MAX_HITS);
        return NULL;
    }
    struct vy__laid *const laid = &c->hit[c->hits];
    laid->order = c->hits++;
    return laid;
}

static bool lay_hit(struct layout *l, const struct vy__node *node, const struct place *p)
{
    struct vy__laid *const laid = add_hit(l->c, node->at);
    if (!laid)
        return false;
    const uint32_t order = laid->order;
    *laid = (struct vy__laid){
        .hit = {.at = p->from,
                .velocity = node->velocity,
                .chance = p->chance,
                .nudge_s = p->nudge_s,
                .every = (uint16_t)p->every,
                .phase = (uint16_t)p->phase,
                .index = p->index,
                .notes = node->notes,
                .lock = p->lock,
                .locks = p->locks},
        .end = p->until,
        .own = p->until - p->from,
        .source = node->at,
        .order = order,
        .legato = (node->given & VY__SLIDES) != 0,
    };
    memcpy(laid->hit.note, node->note, sizeof laid->hit.note);
    return true;
}

static bool lay_tie(struct layout *l, const struct vy__node *node, const struct place *p)
{
    if (l->ties == VY__MAX_HITS)
        return vy__pattern_fail(l->c, node->at, "", "a pattern has at most %d ties", VY__MAX_HITS);
    l->tie[l->ties++] = (struct tie){
        p->from, p->until, p->every, p->phase, node->at, node->type == VY__SLIDE, false};
    return true;
}

// Cell `i` of `n`: a slice of the span, or every n-th time.
static bool cell(struct vy__compile *c, struct place *p, uint32_t i, uint32_t n, bool alternate,
                 uint32_t at)
{
    if (alternate) {
        p->phase += p->every * i;
        p->every *= n;
        return p->every <= UINT16_MAX ||
               vy__pattern_fail(c, at, "", "the alternation repeats only after %u cycles",
                                p->every);
    }
    const double from = p->from, width = p->until - p->from;
    p->from = from + width * i / n;
    p->until = from + width * (i + 1) / n;
    return width / n >= VY__NARROWEST ||
           vy__pattern_fail(c, at, "", "the step is divided too finely");
}

static bool lay_list(struct layout *l, const struct vy__node *list, const struct place *p)
{
    uint32_t at = 0;
    const bool top = p->index == UINT16_MAX;
    for (const struct vy__node *node = list->child; node; node = node->next) {
        for (uint32_t i = 0; i < vy__node_steps(node); i++, at++) {
            struct place inner = *p;
            if (!cell(l->c, &inner, at, list->steps, list->type == VY__ALTERNATE, node->at))
                return false;
            if (top)
                inner.index = l->index++;
            inner.fresh = top;
            const bool sounds =
                !node->euclid_steps || (node->euclid >> (i % node->euclid_steps) & 1u);
            if (sounds && !lay_step(l, node, inner))
                return false;
        }
    }
    return true;
}

// A step's own locks win over those of the brackets around it.
static bool join_locks(struct vy__compile *c, const struct vy__node *node, struct place *p)
{
    if (!node->locks)
        return true;
    const struct vy_lock *const outer = p->lock;
    const uint16_t outers = p->locks;
    p->lock = node->lock;
    p->locks = node->locks;
    if (!outers)
        return true;
    struct vy_lock *const all = vy__pattern_take(c, (outers + node->locks) * sizeof *all);
    if (!all)
        return false;
    uint16_t n = 0;
    for (uint16_t i = 0; i < outers; i++) {
        bool again = false;
        for (uint16_t k = 0; k < node->locks; k++)
            again = again || strcmp(outer[i].param, node->lock[k].param) == 0;
        if (!again)
            all[n++] = outer[i];
    }
    memcpy(all + n, node->lock, node->locks * sizeof *all);
    p->lock = all;
    p->locks = (uint16_t)(n + node->locks);
    return true;
}

static bool lay_body(struct layout *l, const struct vy__node *node, const struct place *p)
{
    switch (node->type) {
    case VY__REST: return true;
    case VY__TIE:
    case VY__SLIDE: return lay_tie(l, node, p);
    case VY__HIT: return lay_hit(l, node, p);
    case VY__GROUP:
    case VY__ALTERNATE: return lay_list(l, node, p);
    }
    return true;
}

static bool lay_step(struct layout *l, const struct vy__node *node, struct place p)
{
    if (++l->visits > VY__MAX_VISITS || l->index == UINT16_MAX - 1)
        return vy__pattern_fail(l->c, node->at, "", "the pattern unfolds to too many steps");
    if (node->given & VY__CHANCE) {
        // hits of one step share its draw; an inner chance draws for itself
        if (!p.fresh)
            p.index = l->index++;
        p.chance *= node->chance;
    }
    p.fresh = false;
    p.nudge_s += node->nudge_s;
    if (!join_locks(l->c, node, &p))
        return false;
    for (uint32_t r = 0; r < node->ratchet; r++) {
        struct place inner = p;
        if (!cell(l->c, &inner, r, node->ratchet, false, node->at) || !lay_body(l, node, &inner))
            return false;
    }
    return true;
}

static uint32_t common_divisor(uint32_t a, uint32_t b)
{
    while (b) {
        const uint32_t rest = a % b;
        a = b;
        b = rest;
    }
    return a;
}

// Narrow hit i to the cycles c = phase (mod every); what it loses becomes hits of its own.
// `met` is false when the two never meet.
static bool narrow(struct vy__compile *c, uint32_t i, uint32_t every, uint32_t phase, bool *met)
{
    const uint32_t own = c->hit[i].hit.every, own_phase = c->hit[i].hit.phase;
    const uint32_t shared = common_divisor(own, every), pieces = every / shared;
    *met = own_phase % shared == phase % shared;
    if (!*met || pieces == 1)
        return true;
    if (own * pieces > UINT16_MAX)
        return vy__pattern_fail(c, c->hit[i].source, "",
                                "the alternations meet only after %u cycles", own * pieces);
    uint32_t mine = own_phase;
    for (uint32_t k = 0; k < pieces; k++) {
        const uint32_t at = own_phase + own * k;
        if (at % every == phase) {
            mine = at;
            continue;
        }
        struct vy__laid *const other = add_hit(c, c->hit[i].source);
        if (!other)
            return false;
        const uint32_t order = other->order;
        *other = c->hit[i];
        other->order = order;
        other->hit.every = (uint16_t)(own * pieces);
        other->hit.phase = (uint16_t)at;
    }
    c->hit[i].hit.every = (uint16_t)(own * pieces);
    c->hit[i].hit.phase = (uint16_t)mine;
    return true;
}

static bool close_to(double a, double b)
{
    return a - b < NEAR && b - a < NEAR;
}

// Lengthen all hits that end where the tie begins; with `wrap`, those of the cycle before.
static bool hold(struct vy__compile *c, struct tie *tie, bool wrap)
{
    const double from = tie->from + (wrap ? c->beats : 0);
    const uint32_t phase = wrap ? (tie->phase + tie->every - 1) % tie->every : tie->phase;
    const uint32_t hits = c->hits;
    for (uint32_t i = 0; i < hits; i++) {
        if (!close_to(c->hit[i].end, from))
            continue;
        bool met;
        if (!narrow(c, i, tie->every, phase, &met))
            return false;
        if (!met)
            continue;
        c->hit[i].end = tie->until + (wrap ? c->beats : 0);
        c->hit[i].legato = c->hit[i].legato || tie->slides;
        tie->held = true;
    }
    return true;
}

static bool hold_all(struct layout *l)
{
    for (uint32_t i = 0; i < l->ties; i++)
        if (!hold(l->c, &l->tie[i], false))
            return false;
    for (uint32_t i = 0; i < l->ties; i++) {
        struct tie *const tie = &l->tie[i];
        if (!tie->held && !hold(l->c, tie, true))
            return false;
        if (!tie->held)
            return vy__pattern_fail(l->c, tie->at, ".", "nothing sounds here that could be held");
    }
    return true;
}

// Everything that begins where hit `from` ends is slid to.
static bool slide_from(struct vy__compile *c, uint32_t from)
{
    double goal = c->hit[from].end;
    uint32_t phase = c->hit[from].hit.phase;
    const uint32_t every = c->hit[from].hit.every, hits = c->hits;
    while (goal > c->beats - NEAR) {
        goal -= c->beats;
        phase = (phase + 1) % every;
    }
    bool any = false;
    for (uint32_t i = 0; i < hits; i++) {
        if (!close_to(c->hit[i].hit.at, goal))
            continue;
        bool met = true;
        if (!c->hit[i].hit.slide && !narrow(c, i, every, phase, &met))
            return false;
        if (met)
            c->hit[i].hit.slide = any = true;
    }
    return any || vy__pattern_fail(c, c->hit[from].source, "", "no note follows to slide to");
}

static int by_time(const void *a, const void *b)
{
    const struct vy__laid *const x = a, *const y = b;
    if (x->hit.at != y->hit.at)
        return x->hit.at < y->hit.at ? -1 : 1;
    return x->order < y->order ? -1 : x->order > y->order;
}

bool vy__pattern_lay(struct vy__compile *c, const struct vy__node *root)
{
    c->beats = root->steps * (4.0 / c->options->div);
    c->hit = vy__pattern_take(c, VY__MAX_HITS * sizeof *c->hit);
    struct layout l = {.c = c, .tie = vy__pattern_take(c, VY__MAX_HITS * sizeof *l.tie)};
    if (!c->hit || !l.tie)
        return false;
    // index UINT16_MAX marks the outermost list, whose steps are counted
    const struct place all = {.until = c->beats, .every = 1, .chance = 1, .index = UINT16_MAX};
    if (!lay_list(&l, root, &all) || !hold_all(&l))
        return false;
    for (uint32_t i = 0; i < c->hits; i++)
        if (c->hit[i].legato && !slide_from(c, i))
            return false;
    const float gate = c->options->gate;
    for (uint32_t i = 0; i < c->hits; i++) {
        struct vy__laid *const laid = &c->hit[i];
        const double held = laid->end - laid->hit.at;
        laid->hit.length = laid->legato ? held : held - laid->own + laid->own * (double)gate;
        laid->hit.legato = laid->legato;
    }
    qsort(c->hit, c->hits, sizeof *c->hit, by_time);
    return true;
}
