// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which voice takes a note, and the note signals frame by frame.
//
// Each voice's lanes are drawn up to the frame where something happens to it, then on from there.
// A voice to which nothing happens, and whose buffers already hold its values, is not touched.
#include "engine/rt/sequencer.h"

#include "dsp/lanes.h"

enum { FREQ, GATE, TRIG, VEL, SIGNALS };

static uint32_t group_count(uint32_t voices, uint32_t chans)
{
    return (voices * chans + VY_GROUP - 1) / VY_GROUP;
}

size_t vy_notes_size(uint32_t voices, uint32_t chans)
{
    const size_t buffer = group_count(voices, chans) * VY_TICK * sizeof(vy_f8);
    return vy_align64(sizeof(struct vy_notes)) + SIGNALS * buffer;
}

struct vy_notes *vy_notes_init(void *mem, uint32_t voices, uint32_t chans, float sr_hz)
{
    struct vy_notes *const n = mem;
    const size_t groups = group_count(voices, chans);
    n->voices = voices;
    n->chans = chans;
    n->groups = (uint32_t)groups;
    n->sr_hz = sr_hz;
    vy_f8 *const buffer = (void *)((char *)mem + vy_align64(sizeof *n));
    n->freq = buffer + FREQ * groups * VY_TICK;
    n->gate = buffer + GATE * groups * VY_TICK;
    n->trig = buffer + TRIG * groups * VY_TICK;
    n->vel = buffer + VEL * groups * VY_TICK;
    n->freq_steady = n->gate_steady = n->trig_steady = n->vel_steady = true;
    return n;
}

void vy_notes_release(struct vy_notes *notes)
{
    for (uint32_t v = 0; v < notes->voices; v++)
        if (notes->voice[v].held)
            notes->voice[v].off_frame = 0;
}

// A tick being drawn.
struct tick {
    struct vy_notes *notes;
    uint64_t frame;
};

// One value into the lanes of a voice, frames [from, until).
static void fill(const struct vy_notes *n, vy_f8 *buffer, uint32_t voice, uint32_t from,
                 uint32_t until, float value)
{
    for (uint32_t lane = voice * n->chans; lane < (voice + 1) * n->chans; lane++) {
        vy_f8 *const group = buffer + (size_t)(lane / VY_GROUP) * VY_TICK;
        for (uint32_t i = from; i < until; i++)
            group[i][lane % VY_GROUP] = value;
    }
}

// A straight line in pitch, which is a geometric one in hertz.
static void fill_glide(struct vy_notes *n, uint32_t voice, uint32_t from, uint32_t until)
{
    struct vy_voice *const v = &n->voice[voice];
    const float octaves = vy_log2(vy_set(v->hz / v->from_hz))[0];
    for (uint32_t i = from; i < until; i++) {
        if (v->glide_left) {
            const float part = 1.0f - (float)v->glide_left / (float)v->glide_frames;
            v->now_hz = v->from_hz * vy_exp2(vy_set(octaves * part))[0];
            v->glide_left--;
        } else {
            v->now_hz = v->hz;
        }
        fill(n, n->freq, voice, i, i + 1, v->now_hz);
    }
    n->freq_steady = false;
}

// Draw a voice as it is now, up to frame `until`.
static void draw(struct vy_notes *n, uint32_t voice, uint32_t until)
{
    struct vy_voice *const v = &n->voice[voice];
    const uint32_t from = v->drawn;
    if (until <= from)
        return;
    if (v->glide_left) {
        fill_glide(n, voice, from, until);
    } else {
        v->now_hz = v->hz;
        fill(n, n->freq, voice, from, until, v->hz);
    }
    fill(n, n->gate, voice, from, until, v->held ? 1.0f : 0.0f);
    fill(n, n->vel, voice, from, until, v->velocity);
    v->drawn = (uint8_t)until;
}

// From here on the voice's signals differ from what its buffers hold.
static void touch(struct tick *t, uint32_t voice, uint32_t frame)
{
    struct vy_voice *const v = &t->notes->voice[voice];
    if (!v->moved) {
        v->moved = true;
        v->drawn = 0;
    }
    draw(t->notes, voice, frame);
}

static void close_gate(struct tick *t, uint32_t voice)
{
    struct vy_voice *const v = &t->notes->voice[voice];
    const uint32_t frame = v->off_frame > t->frame ? (uint32_t)(v->off_frame - t->frame) : 0;
    touch(t, voice, frame);
    v->held = false;
    if (frame > 0)
        t->notes->gate_steady = false;
}

// Close the gates due at or before a frame of the tick.
static void close_until(struct tick *t, uint32_t frame)
{
    for (uint32_t i = 0; i < t->notes->voices; i++)
        if (t->notes->voice[i].held && t->notes->voice[i].off_frame <= t->frame + frame)
            close_gate(t, i);
}

static bool same_moment(const struct vy_voice *v, const struct vy_note_event *event, uint64_t now)
{
    return event->hit && v->hit == event->hit && v->age == now && v->held;
}

// A voice for a note of its own: the free one that began longest ago, else the oldest. -1: all
// voices have just been taken by other notes of the same chord.
static int choose(struct vy_notes *n, const struct vy_note_event *event, uint64_t now)
{
    int best = -1;
    for (uint32_t k = 0; k < n->voices; k++) {
        const uint32_t i = (n->next + k) % n->voices;
        const struct vy_voice *const v = &n->voice[i], *const b = &n->voice[best < 0 ? 0 : best];
        if (same_moment(v, event, now))
            continue;
        if (best < 0 || (!v->held && b->held) || (v->held == b->held && v->age < b->age))
            best = (int)i;
    }
    if (best >= 0)
        n->next = ((uint32_t)best + 1) % n->voices;
    return best;
}

// The voice to slide on: the earliest note that waits for its goal, else the latest held one.
static int choose_slide(const struct vy_notes *n, const struct vy_note_event *event, uint64_t now)
{
    int best = -1;
    bool waits = false;
    for (uint32_t i = 0; i < n->voices; i++) {
        const struct vy_voice *const v = &n->voice[i];
        if (!v->held || same_moment(v, event, now))
            continue;
        const bool legato = v->legato && v->age < now;
        const uint64_t age = best < 0 ? 0 : n->voice[best].age;
        if (best < 0 || (legato && !waits) ||
            (legato == waits && (waits ? v->age < age : v->age > age))) {
            best = (int)i;
            waits = legato;
        }
    }
    return best;
}

static void slide(struct tick *t, uint32_t voice, const struct vy_note_event *event)
{
    struct vy_notes *const n = t->notes;
    struct vy_voice *const v = &n->voice[voice];
    touch(t, voice, event->frame);
    const float frames = n->glide_s * n->sr_hz;
    // at the first frame of the slide the old pitch still sounds
    v->from_hz = v->now_hz;
    v->glide_frames = frames >= 1 && frames < 1e9f ? (uint32_t)frames : 0;
    if (!(v->from_hz > 0) || !(event->hz > 0) || v->from_hz == event->hz)
        v->glide_frames = 0;
    v->glide_left = v->glide_frames;
    if (event->frame > 0 && v->hz != event->hz)
        n->freq_steady = false;
    v->hz = event->hz;
    v->off_frame = event->off_frame;
    v->age = t->frame + event->frame;
    v->hit = event->hit;
    v->legato = event->hit && event->hit->legato;
}

static void start(struct tick *t, uint32_t voice, const struct vy_note_event *event)
{
    struct vy_notes *const n = t->notes;
    struct vy_voice *const v = &n->voice[voice];
    touch(t, voice, event->frame);
    if (event->frame > 0) {
        n->freq_steady = n->freq_steady && !v->glide_left && v->hz == event->hz;
        n->gate_steady = n->gate_steady && v->held;
        n->vel_steady = n->vel_steady && v->velocity == event->velocity;
    }
    *v = (struct vy_voice){
        .held = true,
        .off_frame = event->off_frame,
        .age = t->frame + event->frame,
        .hz = event->hz,
        .now_hz = event->hz,
        .velocity = event->velocity,
        .hit = event->hit,
        .legato = event->hit && event->hit->legato,
        .moved = true,
        .drawn = v->drawn,
    };
    fill(n, n->trig, voice, event->frame, event->frame + 1, event->velocity);
    n->trig_steady = false;
    for (uint32_t lane = voice * n->chans; lane < (voice + 1) * n->chans; lane++)
        n->trig_groups |= 1u << lane / VY_GROUP;
}

static void play(struct tick *t, const struct vy_note_event *event, const struct vy_hit **locked)
{
    struct vy_notes *const n = t->notes;
    const uint64_t now = t->frame + event->frame;
    const int from = event->slide ? choose_slide(n, event, now) : -1;
    if (from >= 0) {
        slide(t, (uint32_t)from, event);
        if (locked)
            locked[from] = event->hit;
        return;
    }
    const int voice = choose(n, event, now);
    if (voice < 0) {
        n->dropped += n->voices > 1; // a chord on a mono instrument is meant to give its lowest
        return;
    }
    start(t, (uint32_t)voice, event);
    if (locked)
        locked[voice] = event->hit;
}

static void set_all(vy_f8 *buffer, size_t frames, float value)
{
    for (size_t i = 0; i < frames; i++)
        buffer[i] = vy_set(value);
}

// Begin a tick: signals that moved in the last one stand still at their last value.
static void settle(struct vy_notes *n)
{
    for (uint32_t g = 0; n->trig_groups && g < n->groups; g++)
        if (n->trig_groups & 1u << g)
            set_all(n->trig + (size_t)g * VY_TICK, VY_TICK, 0);
    n->trig_groups = 0;
    n->freq_steady = n->gate_steady = n->trig_steady = n->vel_steady = true;
    for (uint32_t i = 0; i < n->voices; i++) {
        struct vy_voice *const v = &n->voice[i];
        v->drawn = 0;
        // what moved in the last tick, or glides on, is drawn whole
        if (v->glide_left)
            v->moved = true;
    }
}

void vy_notes_tick(struct vy_notes *notes, uint64_t engine_frame, const struct vy_note_event *event,
                   uint32_t events, const struct vy_hit **locked)
{
    struct tick t = {notes, engine_frame};
    settle(notes);
    for (uint32_t i = 0; locked && i < notes->voices; i++)
        locked[i] = NULL;
    for (uint32_t i = 0; i < events; i++) {
        // a slide takes over before the note it comes from is let go
        const uint32_t frame = event[i].frame < VY_TICK ? event[i].frame : VY_TICK - 1;
        if (!event[i].slide)
            close_until(&t, frame);
        else if (frame > 0)
            close_until(&t, frame - 1);
        play(&t, &event[i], locked);
    }
    close_until(&t, VY_TICK - 1);
    for (uint32_t i = 0; i < notes->voices; i++) {
        struct vy_voice *const v = &notes->voice[i];
        if (!v->moved)
            continue;
        draw(notes, i, VY_TICK);
        // once more next tick, unless the buffers hold one value already
        v->moved = !(notes->freq_steady && notes->gate_steady && notes->vel_steady);
    }
}
