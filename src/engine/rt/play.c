// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/rt/play.h"

#include <stdatomic.h>
#include <string.h>

// ---- plans --------------------------------------------------------------------------------------

static void release_notes(const struct vy_plan *plan)
{
    for (uint32_t u = 0; u < plan->units; u++)
        if (plan->unit[u].notes)
            vy_notes_release(plan->unit[u].notes);
}

static int64_t to_frame(double frames)
{
    const int64_t whole = (int64_t)frames; // towards zero: positions are never negative
    return whole + (frames - (double)whole >= 0.5);
}

static void turn(const struct vy_plan *plan, uint32_t handle, float value)
{
    const struct vy_plan_turn *const t = &plan->turn[handle];
    for (uint32_t i = 0; i < t->targets; i++) {
        const struct vy_plan_node *const node = &plan->node[t->node[i]];
        const struct vy_param *const row = &node->module->param[t->param[i]];
        const float low = value > row->min ? value : row->min; // NaN becomes the minimum
        node->param[t->param[i]].target = low < row->max ? low : row->max;
    }
}

// What a hand has turned stays there, unless the document has set it anew.
static void keep_turned(struct vy_play *play, const struct vy_plan *plan)
{
    for (uint32_t h = 0; h < plan->turns; h++) {
        if (plan->turn[h].fresh)
            play->turned[h].held = false;
        else if (play->turned[h].held)
            turn(plan, h, play->turned[h].value);
    }
}

// The new plan goes on at the beat where the old one is, also when the tempo differs.
static void keep_beat(struct vy_engine *engine, const struct vy_plan *old,
                      const struct vy_plan *new)
{
    const double beat = vy_tempo_beat(&old->map, (double)engine->position);
    const double frame = vy_tempo_frame(&new->map, beat);
    const double moved = frame - (double)engine->position;
    if (moved > 0.5 || moved < -0.5)
        engine->position = to_frame(frame);
}

static void swap(struct vy_play *play, const struct vy_plan_order *order)
{
    struct vy_engine *const engine = &play->engine;
    struct vy_plan *const old = engine->plan;
    keep_turned(play, order->plan);
    if (order->seek) {
        engine->position = to_frame(vy_tempo_frame(&order->plan->map, order->to));
        if (old)
            release_notes(old);
    } else if (old) {
        keep_beat(engine, old, order->plan);
    }
    engine->plan = order->plan;
    play->version = order->version;
    play->plans++;
    if (old) // there is room: as many come back as went in
        vy_plan_push(&play->out, &(struct vy_plan_order){.plan = old});
}

static bool is_due(const struct vy_engine *engine, const struct vy_plan_order *order)
{
    const struct vy_plan *const plan = engine->plan;
    if (!plan || !plan->playing || order->beat != order->beat)
        return true;
    // the same rule as a render: due when the beat lies before the end of this tick
    return order->beat < vy_tempo_beat(&plan->map, (double)(engine->position + VY_TICK)) - 1e-9;
}

static void take_plans(struct vy_play *play, bool all)
{
    const struct vy_plan_order *next;
    while ((next = vy_plan_next(&play->in)) && (all || is_due(&play->engine, next))) {
        struct vy_plan_order order;
        if (!vy_plan_pop(&play->in, &order))
            return; // only this thread takes: cannot be
        swap(play, &order);
    }
}

// ---- controls -----------------------------------------------------------------------------------

// A note that began in this very tick is ended there; all others in their voices.
static void let_go(struct vy_play *play, uint32_t unit, float hz, uint32_t frame)
{
    const uint64_t off = play->engine.frame + frame;
    struct vy_notes *const notes = play->engine.plan->unit[unit].notes;
    for (uint32_t n = 0; n < play->notes; n++)
        if (play->note[n].unit == unit && (hz == 0 || play->note[n].event.hz == hz))
            play->note[n].event.off_frame = off > 0 ? off : 1;
    for (uint32_t v = 0; v < notes->voices; v++)
        if (notes->voice[v].held && notes->voice[v].off_frame == UINT64_MAX &&
            (hz == 0 || notes->voice[v].hz == hz))
            notes->voice[v].off_frame = off;
}

static void add_note(struct vy_play *play, uint32_t unit, const struct vy_control *c,
                     uint32_t frame)
{
    if (play->notes == VY_TICK_NOTES) {
        play->engine.dropped++;
        return;
    }
    uint32_t at = play->notes++;
    for (; at > 0 && play->note[at - 1].event.frame > frame; at--)
        play->note[at] = play->note[at - 1];
    play->note[at] = (struct vy_live_note){
        unit, {.frame = frame, .hz = c->value, .velocity = c->velocity, .off_frame = UINT64_MAX}};
}

// `frame` of this tick; parameters move from its beginning on.
static void apply(struct vy_play *play, const struct vy_control *c, uint32_t frame)
{
    struct vy_plan *const plan = play->engine.plan;
    if (c->kind == VY_CONTROL_ALL_OFF) {
        release_notes(plan);
        return;
    }
    if (c->target >= plan->turns)
        return; // bound to something that is gone
    const struct vy_plan_turn *const t = &plan->turn[c->target];
    switch (c->kind) {
    case VY_CONTROL_TURN:
        play->turned[c->target].value = c->value;
        play->turned[c->target].held = true;
        turn(plan, c->target, c->value);
        break;
    case VY_CONTROL_NOTE_ON:
        if (t->unit < plan->units)
            add_note(play, t->unit, c, frame);
        break;
    case VY_CONTROL_NOTE_OFF:
        if (t->unit < plan->units)
            let_go(play, t->unit, c->value, frame);
        break;
    default: break;
    }
}

// Controls in [from, from + VY_TICK) happen now; those of later frames wait, as far as there is
// room.
static void take_later(struct vy_play *play, uint64_t from)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < play->laters; i++) {
        const struct vy_control c = play->later[i];
        if (c.frame >= from + VY_TICK)
            play->later[kept++] = c;
        else
            apply(play, &c, c.frame > from ? (uint32_t)(c.frame - from) : 0);
    }
    play->laters = kept;
}

static void take_controls(struct vy_play *play, struct vy_slot *slot, uint64_t from,
                          uint64_t now_ns)
{
    struct vy_control c;
    take_later(play, from);
    for (uint32_t n = 0; n < VY_CONTROLS && vy_control_pop(&slot->control, &c); n++) {
        play->controls++;
        if (c.frame >= from + VY_TICK && play->laters < VY_LATER) {
            play->later[play->laters++] = c;
            continue;
        }
        apply(play, &c,
              c.frame > from && c.frame < from + VY_TICK ? (uint32_t)(c.frame - from) : 0);
        if (c.frame == 0 && now_ns > c.sent_ns) {
            // quarter octaves from 1 us on, as vy_wait_bucket counts them
            uint32_t b = 0;
            static const uint64_t quarter[] = {1189, 1414, 1682, 2000};
            while (b + 1 < VY_WAIT_BUCKETS && now_ns - c.sent_ns > quarter[b % 4] << (b / 4))
                b++;
            atomic_fetch_add_explicit(&slot->control_wait[b], 1, memory_order_relaxed);
        }
    }
}

// ---- what is measured and written to disk -------------------------------------------------------

static void keep_peaks(const struct vy_plan *plan, struct vy_engine_says *says)
{
    const uint32_t units = plan->stems < VY_METERS ? plan->stems : VY_METERS;
    for (uint32_t s = 0; s < units; s++) {
        const vy_f8 *const x = plan->edge[plan->stem[s].edge].source;
        // the studio may put 0 in between: one tick's peak is lost at most
        const float was = atomic_load_explicit(&says->peak[s], memory_order_relaxed);
        float most = was;
        for (uint32_t n = 0; n < VY_TICK; n++) {
            const float l = x[n][0] < 0 ? -x[n][0] : x[n][0], r = x[n][1] < 0 ? -x[n][1] : x[n][1];
            most = l > most ? l : most;
            most = r > most ? r : most;
        }
        if (most > was)
            atomic_store_explicit(&says->peak[s], most, memory_order_relaxed);
    }
    atomic_store_explicit(&says->units, units, memory_order_relaxed);
}

static void add_stem(float *stereo, const vy_f8 *buffer)
{
    for (uint32_t i = 0; i < VY_TICK; i++) {
        stereo[2 * i] += buffer[i][0];
        stereo[2 * i + 1] += buffer[i][1];
    }
}

static void keep_stems(struct vy_play *play, struct vy_stem_ring *ring, uint64_t frame)
{
    const struct vy_plan *const plan = play->engine.plan;
    for (uint32_t s = 0; s < plan->stems; s++) {
        const uint32_t head = atomic_load_explicit(&ring->head, memory_order_relaxed);
        if (head - atomic_load_explicit(&ring->tail, memory_order_acquire) >= VY_STEM_QUEUE) {
            atomic_fetch_add_explicit(&play->stems_lost, 1, memory_order_relaxed);
            return;
        }
        if (plan->stem[s].into != s)
            continue; // summed into the first of its name
        struct vy_stem_tick *const to = &ring->item[head % VY_STEM_QUEUE];
        to->frame = frame;
        uint32_t n = 0;
        for (; plan->stem[s].name[n] && n + 1 < sizeof to->unit; n++)
            to->unit[n] = plan->stem[s].name[n];
        to->unit[n] = '\0';
        for (uint32_t i = 0; i < 2 * VY_TICK; i++)
            to->stereo[i] = 0;
        for (uint32_t k = s; k < plan->stems; k++)
            if (plan->stem[k].into == s)
                add_stem(to->stereo, plan->stem[k].buffer);
        atomic_store_explicit(&ring->head, head + 1, memory_order_release);
    }
}

// ---- ticks and blocks ---------------------------------------------------------------------------

// `from`: guard's frame of the tick's first.
static void make_tick(struct vy_play *play, struct vy_slot *slot, uint64_t from, uint64_t now_ns)
{
    struct vy_engine *const engine = &play->engine;
    take_plans(play, false);
    play->notes = 0;
    take_controls(play, slot, from, now_ns);
    struct vy_stem_ring *const stems = atomic_load_explicit(&play->stems, memory_order_acquire);
    engine->stems = stems != NULL;
    engine->note = play->note;
    engine->notes = play->notes;
    memcpy(play->heard, play->outside, sizeof play->heard);
    engine->outside = play->heard;
    play->tick(engine);
    engine->chase = false;
    if (stems)
        keep_stems(play, stems, from);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        play->made[0][n] = engine->plan->out[n][0];
        play->made[1][n] = engine->plan->out[n][1];
    }
    keep_peaks(engine->plan, &slot->says);
    if (engine->plan->fades == 0)
        atomic_store_explicit(&play->settled, engine->plan, memory_order_release);
    // one writer: no read-modify-write is needed
    const uint64_t ticks = atomic_load_explicit(&slot->says.ticks, memory_order_relaxed);
    atomic_store_explicit(&slot->says.ticks, ticks + 1, memory_order_relaxed);
}

// The guard has switched to this engine: begin where the music is.
static void begin(struct vy_play *play, const struct vy_slot *slot)
{
    take_plans(play, true);
    play->takeover = slot->takeover;
    play->skipped = slot->skipped;
    play->engine.position = slot->position > 0 ? slot->position : 0;
    play->left = 0;
    play->engine.chase = true;
    vy_engine_arrive(play->engine.plan);
    memset(play->outside, 0, sizeof play->outside);
    release_notes(play->engine.plan);
}

// What the rings have brought so far.
static void tell_taken(const struct vy_play *play, struct vy_engine_says *says)
{
    atomic_store_explicit(&says->version, play->version, memory_order_relaxed);
    atomic_store_explicit(&says->controls, play->controls, memory_order_relaxed);
    // the engine process calls itself ready by this one
    atomic_store_explicit(&says->plans, play->plans, memory_order_release);
}

static void tell(const struct vy_play *play, struct vy_slot *slot)
{
    const struct vy_engine *const e = &play->engine;
    struct vy_engine_says *const says = &slot->says;
    const int64_t left = e->plan->playing ? play->left : 0; // made, but not yet heard
    const int64_t position = e->position - left;
    const double beat = vy_tempo_beat(&e->plan->map, (double)position);
    atomic_store_explicit(&says->position, position, memory_order_relaxed);
    atomic_store_explicit(&says->beat, beat, memory_order_relaxed);
    atomic_store_explicit(&says->bpm, vy_tempo_bpm(&e->plan->map, beat), memory_order_relaxed);
    atomic_store_explicit(&says->playing, e->plan->playing, memory_order_relaxed);
    // sound from outside waits for its tick to be full, unless blocks are whole ticks
    const uint32_t wait = slot->frames % VY_TICK ? VY_TICK : 0;
    atomic_store_explicit(&says->latency, e->plan->latency + wait, memory_order_relaxed);
    tell_taken(play, says);
}

void vy_play_block(struct vy_play *play, struct vy_slot *slot, uint64_t now_ns)
{
    const uint32_t frames = slot->frames < VY_BLOCK_MAX ? slot->frames : VY_BLOCK_MAX;
    play->engine.running = &slot->running;
    play->engine.blamed = slot->blamed;
    play->engine.blames = &slot->blames;
    if (slot->takeover != play->takeover)
        begin(play, slot);
    if (slot->skipped != play->skipped) {
        if (play->engine.plan->playing)
            play->engine.position += (int64_t)(slot->skipped - play->skipped);
        play->skipped = slot->skipped;
    }
    // whole ticks: the sound from outside of a tick is there when the tick is made
    const bool whole = frames % VY_TICK == 0 && play->left == 0;
    for (uint32_t at = 0; at < frames;) {
        const uint32_t ahead = whole ? VY_TICK : frames - at;
        uint32_t n = play->left ? play->left : VY_TICK;
        n = n < ahead ? n : ahead;
        if (whole || play->left == 0) {
            for (uint32_t i = 0; whole && i < VY_TICK; i++) {
                play->outside[i][0] = slot->in[0][at + i];
                play->outside[i][1] = slot->in[1][at + i];
            }
            make_tick(play, slot, slot->frame + at, now_ns);
            play->left = VY_TICK;
        }
        const uint32_t first = VY_TICK - play->left;
        for (uint32_t i = 0; i < n; i++) {
            slot->out[0][at + i] = play->made[0][first + i];
            slot->out[1][at + i] = play->made[1][first + i];
            if (!whole) {
                play->outside[first + i][0] = slot->in[0][at + i];
                play->outside[first + i][1] = slot->in[1][at + i];
            }
        }
        play->left -= n;
        at += n;
    }
    tell(play, slot);
}

void vy_play_idle(struct vy_play *play, struct vy_slot *slot)
{
    take_plans(play, true);
    if (!play->engine.plan)
        return;
    take_later(play, UINT64_MAX / 2);
    play->notes = 0;
    take_controls(play, slot, UINT64_MAX / 2, 0);
    play->notes = 0; // the notes of a spare engine are not heard
    tell_taken(play, &slot->says);
}
