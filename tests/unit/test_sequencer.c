// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Clock, swing, which frame each hit falls on, and what the voices make of it.
#include "cm.h"

#include "base/rng.h"
#include "engine/rt/sequencer.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SR 48000.0

// ---- clock -------------------------------------------------------------------------------------

static void clock_is_exact_at_a_constant_tempo(void **state)
{
    (void)state;
    struct vy_tempo_segment s[] = {{.beat = 0, .bpm = 124}};
    vy_tempo_finish(s, 1, SR);
    const struct vy_tempo_map map = {s, 1, SR};
    for (int bar = 0; bar < 1240; bar++) {
        assert_true(vy_tempo_frame(&map, bar * 4) == bar * 4 * 60.0 * SR / 124);
        assert_true(fabs(vy_tempo_beat(&map, vy_tempo_frame(&map, bar * 4)) - bar * 4) < 1e-9);
    }
    assert_true(vy_tempo_frame(&map, 124 * 10) == 10 * 60 * SR); // ten minutes to the frame
    assert_true(vy_tempo_frame(&map, -1) == -60.0 * SR / 124);
    assert_true(vy_tempo_bpm(&map, 77) == 124);
}

// The integral of 60 sr / bpm(x) by libm, the other way round than clock.c computes it.
static double ramp_frames(double b0, double b1, double beats, double x)
{
    return SR * 60 * beats / (b1 - b0) * log((b0 + (b1 - b0) * x / beats) / b0);
}

static void clock_ramps_in_closed_form(void **state)
{
    (void)state;
    struct vy_tempo_segment s[] = {
        {.beat = 0, .bpm = 120},
        {.beat = 16, .bpm = 120, .bpm_end = 180, .beats = 32},
        {.beat = 64, .bpm = 180, .bpm_end = 20, .beats = 16},
        {.beat = 80, .bpm = 20, .bpm_end = 20.000001, .beats = 4},
        {.beat = 90, .bpm = 300},
    };
    vy_tempo_finish(s, 5, SR);
    const struct vy_tempo_map map = {s, 5, SR};
    const double at16 = 16 * 60 * SR / 120, at48 = at16 + ramp_frames(120, 180, 32, 32);
    const double at64 = at48 + 16 * 60 * SR / 180, at80 = at64 + ramp_frames(180, 20, 16, 16);
    for (double x = 0; x <= 32; x += 0.25)
        assert_true(fabs(vy_tempo_frame(&map, 16 + x) - at16 - ramp_frames(120, 180, 32, x)) <
                    1e-6);
    assert_true(fabs(vy_tempo_frame(&map, 48) - at48) < 1e-6);
    assert_true(fabs(vy_tempo_frame(&map, 56) - at48 - 8 * 60 * SR / 180) < 1e-6);
    assert_true(fabs(vy_tempo_frame(&map, 64) - at64) < 1e-6);
    assert_true(fabs(vy_tempo_frame(&map, 80) - at80) < 1e-6);
    assert_true(fabs(vy_tempo_frame(&map, 84) - at80 - 4 * 60 * SR / 20) < 0.1);
    assert_true(vy_tempo_bpm(&map, 32) == 150 && vy_tempo_bpm(&map, 60) == 180);
    double before = -1e9;
    for (double beat = -3; beat < 100; beat += 1.0 / 64) {
        const double frame = vy_tempo_frame(&map, beat);
        assert_true(frame > before);
        before = frame;
        if (fabs(vy_tempo_beat(&map, frame) - beat) > 1e-10)
            fail_msg("beat %g comes back as %.15g", beat, vy_tempo_beat(&map, frame));
    }
}

static void swing_leaves_bars_alone(void **state)
{
    (void)state;
    for (int i = -64; i < 64; i++) {
        const double beat = i * 0.25, late = (i & 1) ? 0.2 * 0.125 : 0;
        assert_true(fabs(vy_swing(beat, 0.2) - beat - late) < 1e-15);
        assert_true(vy_swing(beat, 0) == beat);
        if (!(i & 1))
            assert_true(vy_swing(beat, 1) == beat);
    }
    assert_true(vy_swing(0.25, 1) == 0.375);
    assert_true(vy_swing(0.125, 1) == 0.1875 && vy_swing(0.375, 1) == 0.4375); // stretched evenly
}

// ---- events ------------------------------------------------------------------------------------

struct bench {
    struct vy_arena arena;
    struct vy_pattern *pattern;
    struct vy_seq_part part;
    struct vy_tempo_segment segment[4];
    struct vy_tempo_map map;
};

static void bench_init(struct bench *b, enum vy_pattern_kind kind, const char *text, double bpm)
{
    *b = (struct bench){.segment = {{.bpm = bpm}}};
    struct vy_err err;
    const struct vy_pattern_options o = vy_pattern_defaults(kind);
    if (vy_pattern_parse(text, &o, &b->arena, &b->pattern, &err))
        fail_msg("%s: %s", text, err.message);
    b->part = (struct vy_seq_part){.pattern = b->pattern, .until = INFINITY, .seed = 42};
    vy_tempo_finish(b->segment, 1, SR);
    b->map = (struct vy_tempo_map){b->segment, 1, SR};
}

static void ten_minutes(struct bench *b, int steps)
{
    static const uint64_t start = 1000003; // engine time is not map time
    struct vy_note_event event[VY_TICK_EVENTS];
    const int64_t end = llround(vy_tempo_frame(&b->map, steps * 0.25) - 1);
    int step = 0;
    for (int64_t f = 0; f < end; f += VY_TICK) {
        const uint32_t n =
            vy_seq_events(&b->part, &b->map, f, start + (uint64_t)f, event, VY_TICK_EVENTS);
        for (uint32_t i = 0; i < n; i++, step++) {
            // the closed form, by hand: odd sixteenths are 0.2 * 1/8 beat late
            const double beat = step * 0.25 + ((step & 1) ? 0.025 : 0);
            const int64_t want = (int64_t)floor(vy_tempo_frame(&b->map, beat) + 0.5);
            if (f + event[i].frame != want)
                fail_msg("step %d at %lld, not %lld", step, (long long)(f + event[i].frame),
                         (long long)want);
            // half a step on lies between the swung neighbours
            const double off = step * 0.25 + 0.125 + 0.0125;
            assert_int_equal(event[i].off_frame - start,
                             (int64_t)floor(vy_tempo_frame(&b->map, off) + 0.5));
        }
    }
    assert_in_range(step, steps - 1, steps + 1); // the last tick may reach into the next step
}

static void ten_minutes_of_swung_sixteenths_are_exact(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, VY_PATTERN_STEPS, "x!16", 124);
    b.part.swing = 0.2;
    ten_minutes(&b, 124 * 10 * 4);
    // every bar starts where it would without swing
    struct vy_note_event event[4];
    for (int bar = 0; bar < 310; bar++) {
        const int64_t frame = (int64_t)floor(bar * 4 * 60.0 * SR / 124 + 0.5);
        assert_in_range(vy_seq_events(&b.part, &b.map, frame, 0, event, 4), 1, 1);
        assert_int_equal(event[0].frame, 0);
    }
    vy_arena_clear(&b.arena);
}

static void ten_minutes_with_tempo_changes_are_exact(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, VY_PATTERN_STEPS, "x!16", 124);
    b.part.swing = 0.2;
    b.segment[1] = (struct vy_tempo_segment){.beat = 101, .bpm = 90};
    b.segment[2] = (struct vy_tempo_segment){.beat = 300, .bpm = 90, .bpm_end = 174, .beats = 64};
    b.segment[3] = (struct vy_tempo_segment){.beat = 900, .bpm = 174, .bpm_end = 60, .beats = 333};
    vy_tempo_finish(b.segment, 4, SR);
    b.map.segments = 4;
    ten_minutes(&b, 5000);
    vy_arena_clear(&b.arena);
}

static void nudged_hits_cross_ticks_and_edges(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, VY_PATTERN_STEPS, "x@-10ms...x@+20ms...", 120); // 2 beats = 48000 frames
    b.part.from = 2;
    b.part.until = 6;
    struct vy_note_event event[8];
    int64_t got[16];
    uint32_t count = 0;
    for (int64_t f = -640; f < 64000 * 3; f += VY_TICK)
        for (uint32_t i = 0, n = vy_seq_events(&b.part, &b.map, f, 1u << 20, event, 8); i < n; i++)
            got[count++] = f + event[i].frame;
    // early across `from`, late across the cycle's end, nothing from beyond `until`
    static const int64_t want[] = {48000 - 480, 72000 + 960, 96000 - 480, 120000 + 960};
    assert_int_equal(count, 4);
    assert_memory_equal(got, want, sizeof want);
    vy_arena_clear(&b.arena);
}

// A pattern of random steps, all with nudges, ratchets, chances and alternations.
static void random_pattern(char *text, uint64_t seed)
{
    static const char *const steps[] = {"x",    "X",     ".",     "-",     "5",
                                        "[xx]", "<x .>", "[x.x]", "x(3,5)"};
    static const char *const mods[] = {"",   "",     "@-30ms", "@25ms",
                                       "*3", "@-1s", "@999ms", "@-0.7ms"};
    char *at = text;
    *at++ = 'x';
    const int count = 3 + (int)(vy_rng_u64(seed, 0) % 14);
    for (int i = 1; i <= count; i++) {
        const char *const step = steps[vy_rng_u64(seed, 2 * i) % 9];
        const bool silent = *step == '.' || *step == '-';
        if (*step == '-') // a tie needs something before it
            at += sprintf(at, "x");
        at += sprintf(at, "%s%s", step, silent ? "" : mods[vy_rng_u64(seed, 2 * i + 1) % 8]);
    }
    *at = '\0';
}

static void every_hit_fires_exactly_once(void **state)
{
    (void)state;
    for (uint64_t seed = 0; seed < 60; seed++) {
        char text[400];
        random_pattern(text, seed);
        struct bench b;
        bench_init(&b, VY_PATTERN_STEPS, text, 60 + 3.7 * (double)seed);
        b.part.swing = (double)(seed % 5) / 4;
        b.part.anchor = 0.5 * (double)(seed % 3);
        b.part.from = 1.25;
        b.part.until = 1.25 + 2.2 * b.pattern->beats;
        uint32_t want = 0, got = 0;
        int64_t sum_want = 0, sum_got = 0;
        for (int cycle = -4; cycle < 8; cycle++)
            for (uint32_t i = 0; i < b.pattern->hits; i++) {
                const struct vy_hit *const h = &b.pattern->hit[i];
                const double beat = b.part.anchor + cycle * b.pattern->beats + h->at;
                if (beat < b.part.from || beat >= b.part.until ||
                    ((cycle % h->every) + h->every) % h->every != h->phase)
                    continue;
                want++;
                sum_want += (int64_t)floor(vy_tempo_frame(&b.map, vy_swing(beat, b.part.swing)) +
                                           (double)h->nudge_s * SR + 0.5);
            }
        struct vy_note_event event[VY_TICK_EVENTS];
        const int64_t end = (int64_t)vy_tempo_frame(&b.map, b.part.until + 8) + 96000;
        // ticks need not begin at a multiple of anything
        for (int64_t f = -100000 + (int64_t)seed; f < end; f += VY_TICK) {
            uint32_t last = 0;
            const uint32_t n = vy_seq_events(&b.part, &b.map, f, 1u << 30, event, VY_TICK_EVENTS);
            for (uint32_t i = 0; i < n; last = event[i].frame, i++) {
                got++;
                sum_got += f + event[i].frame;
                assert_true(event[i].frame < VY_TICK && event[i].frame >= last);
                assert_true(event[i].off_frame > (1u << 30) + event[i].frame);
            }
        }
        if (want != got || sum_want != sum_got)
            fail_msg("'%s': %u of %u hits", text, got, want);
        vy_arena_clear(&b.arena);
    }
}

// In how many of 400 cycles the pattern's one step sounds; its ratchets must agree.
static uint32_t count_cycles(struct bench *b, uint32_t ratchets)
{
    struct vy_note_event event[VY_TICK_EVENTS];
    uint32_t total = 0, in_cycle = 0;
    const double frames = vy_tempo_frame(&b->map, b->pattern->beats);
    int64_t cycle = 0;
    for (int64_t f = 0; f < (int64_t)(400 * frames); f += VY_TICK) {
        const uint32_t n = vy_seq_events(&b->part, &b->map, f, (uint64_t)f, event, VY_TICK_EVENTS);
        for (uint32_t i = 0; i < n; i++) {
            const int64_t c = (int64_t)((double)(f + event[i].frame + 1) / frames);
            if (c != cycle)
                assert_true(in_cycle % ratchets == 0);
            in_cycle = c == cycle ? in_cycle + 1 : 1;
            cycle = c;
            total++;
        }
    }
    assert_int_equal(total % ratchets, 0);
    return total / ratchets;
}

static void chance_is_seeded_and_shared(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, VY_PATTERN_STEPS, "x?30*4...", 240);
    uint32_t all = 0;
    for (b.part.seed = 0; b.part.seed < 20; b.part.seed++) {
        const uint32_t count = count_cycles(&b, 4);
        assert_int_equal(count_cycles(&b, 4), count);
        all += count;
    }
    assert_in_range(all, 2400 - 164, 2400 + 164); // 30 % of 8000, four standard deviations
    b.pattern->probability = 0;
    assert_int_equal(count_cycles(&b, 4), 0);
    vy_arena_clear(&b.arena);
}

static void alternation_follows_the_cycle(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, VY_PATTERN_MELODY, "<C4 <E4 G4>> .", 120); // half a beat: 12000 frames
    static const double want[] = {60, 64, 60, 67, 60, 64};
    struct vy_note_event event[4];
    for (int c = 0; c < 6; c++) {
        assert_int_equal(vy_seq_events(&b.part, &b.map, c * 12000, 0, event, 4), 1);
        const double hz = 440 * exp2((want[c] - 69) / 12);
        assert_true(fabs((double)event[0].hz / hz - 1) < 1e-6);
    }
    vy_arena_clear(&b.arena);
}

// ---- voices ------------------------------------------------------------------------------------

struct stage {
    struct vy_notes *notes;
    uint64_t frame;
    const struct vy_hit *locked[VY_MAX_LANES];
};

static struct stage stage_new(uint32_t voices, uint32_t chans)
{
    const size_t size = vy_notes_size(voices, chans);
    void *const mem = aligned_alloc(64, size);
    memset(mem, 0, size);
    return (struct stage){.notes = vy_notes_init(mem, voices, chans, (float)SR), .frame = 6400};
}

static float at(const vy_f8 *buffer, uint32_t lane, uint32_t frame)
{
    return buffer[(lane / VY_GROUP) * VY_TICK + frame][lane % VY_GROUP];
}

// What `steady` claims must be so.
static void check_steady(const struct vy_notes *n)
{
    const vy_f8 *const buffer[] = {n->freq, n->gate, n->trig, n->vel};
    const bool steady[] = {n->freq_steady, n->gate_steady, n->trig_steady, n->vel_steady};
    for (int s = 0; s < 4; s++)
        for (uint32_t lane = 0; steady[s] && lane < n->voices * n->chans; lane++)
            for (uint32_t i = 1; i < VY_TICK; i++)
                if (at(buffer[s], lane, i) != at(buffer[s], lane, 0))
                    fail_msg("signal %d lane %u moves at %u", s, lane, i);
}

static void play(struct stage *s, const struct vy_note_event *event, uint32_t events)
{
    vy_notes_tick(s->notes, s->frame, event, events, s->locked);
    s->frame += VY_TICK;
    check_steady(s->notes);
}

static void gates_are_exact_to_the_frame(void **state)
{
    (void)state;
    struct stage s = stage_new(1, 2);
    struct vy_notes *const n = s.notes;
    play(&s, NULL, 0);
    assert_true(n->gate_steady && n->freq_steady && at(n->freq, 0, 0) == 0);
    const struct vy_hit hit = {0};
    const struct vy_note_event e = {10, 440, 0.8f, false, s.frame + 64 + 37, &hit};
    play(&s, &e, 1);
    assert_ptr_equal(s.locked[0], &hit);
    for (uint32_t i = 0; i < VY_TICK; i++)
        for (uint32_t lane = 0; lane < 2; lane++) {
            assert_true(at(n->gate, lane, i) == (i >= 10));
            assert_true(at(n->freq, lane, i) == (i >= 10 ? 440 : 0));
            assert_true(at(n->vel, lane, i) == (i >= 10 ? 0.8f : 0));
            assert_true(at(n->trig, lane, i) == (i == 10 ? 0.8f : 0));
        }
    assert_false(n->gate_steady || n->trig_steady);
    play(&s, NULL, 0);
    assert_null(s.locked[0]);
    for (uint32_t i = 0; i < VY_TICK; i++) {
        assert_true(at(n->gate, 1, i) == (i < 37));
        assert_true(at(n->freq, 1, i) == 440 && at(n->trig, 1, i) == 0);
    }
    assert_true(n->freq_steady && n->trig_steady && !n->gate_steady);
    play(&s, NULL, 0);
    assert_true(n->gate_steady && at(n->gate, 0, 0) == 0 && at(n->gate, 0, 63) == 0);
    assert_true(at(n->freq, 0, 63) == 440); // a release keeps its pitch
    free(n);
}

static void a_short_note_fits_into_one_tick(void **state)
{
    (void)state;
    struct stage s = stage_new(1, 1);
    const struct vy_note_event e[] = {{3, 100, 1, false, s.frame + 4, NULL},
                                      {3, 200, 1, false, s.frame + 5, NULL},
                                      {63, 300, 0.5f, false, s.frame + 900, NULL}};
    play(&s, e, 3);
    for (uint32_t i = 0; i < VY_TICK; i++)
        assert_true(at(s.notes->gate, 0, i) == (i == 3 || i == 4 || i == 63));
    assert_true(at(s.notes->freq, 0, 3) == 200 && at(s.notes->freq, 0, 63) == 300);
    vy_notes_release(s.notes);
    play(&s, NULL, 0);
    assert_true(s.notes->gate_steady && at(s.notes->gate, 0, 0) == 0);
    free(s.notes);
}

static void a_held_mono_voice_is_triggered_again(void **state)
{
    (void)state;
    struct stage s = stage_new(1, 1);
    const struct vy_note_event e[] = {{0, 100, 1, false, s.frame + 9000, NULL},
                                      {20, 200, 0.5f, false, s.frame + 9000, NULL}};
    play(&s, e, 2);
    for (uint32_t i = 0; i < VY_TICK; i++) {
        assert_true(at(s.notes->gate, 0, i) == 1);
        assert_true(at(s.notes->trig, 0, i) == (i == 0 ? 1 : i == 20 ? 0.5f : 0));
        assert_true(at(s.notes->freq, 0, i) == (i < 20 ? 100 : 200));
    }
    assert_true(s.notes->gate_steady && !s.notes->freq_steady);
    free(s.notes);
}

static void slides_glide_without_an_attack(void **state)
{
    (void)state;
    struct stage s = stage_new(1, 1);
    s.notes->glide_s = 96 / (float)SR;
    const struct vy_hit from = {.legato = true}, to = {.slide = true};
    const struct vy_note_event one = {0, 100, 1, false, s.frame + 64 + 16, &from};
    play(&s, &one, 1);
    // the goal comes at the very frame the first note ends
    const struct vy_note_event two = {16, 400, 0.3f, true, s.frame + 500, &to};
    float freq[3 * VY_TICK];
    for (int t = 0; t < 3; t++) {
        play(&s, &two, t == 0);
        for (uint32_t i = 0; i < VY_TICK; i++) {
            freq[t * VY_TICK + i] = at(s.notes->freq, 0, i);
            assert_true(at(s.notes->gate, 0, i) == 1 && at(s.notes->trig, 0, i) == 0);
            assert_true(at(s.notes->vel, 0, i) == 1);
        }
    }
    assert_true(freq[0] == 100 && freq[16] == 100 && freq[16 + 96] == 400 && freq[191] == 400);
    for (int i = 0; i <= 96; i++) { // two octaves in 96 frames
        const double want = 100 * exp2(2.0 * i / 96);
        assert_true(fabs((double)freq[16 + i] / want - 1) < 1e-5);
    }
    assert_true(s.notes->freq_steady);
    free(s.notes);
}

static void a_slide_from_the_sequencer_keeps_the_gate(void **state)
{
    (void)state;
    struct bench b;
    bench_init(&b, VY_PATTERN_MELODY, "C2_ G2@-3ms_ Eb2@5ms .", 133);
    struct stage s = stage_new(1, 1);
    struct vy_note_event event[8];
    int rises = 0, trigs = 0;
    float gate = 0;
    const int64_t frames = (int64_t)vy_tempo_frame(&b.map, b.pattern->beats * 5);
    for (int64_t f = 0; f < frames - VY_TICK; f += VY_TICK) {
        play(&s, event, vy_seq_events(&b.part, &b.map, f, s.frame, event, 8));
        for (uint32_t i = 0; i < VY_TICK; i++) {
            rises += at(s.notes->gate, 0, i) > gate;
            gate = at(s.notes->gate, 0, i);
            trigs += at(s.notes->trig, 0, i) > 0;
        }
    }
    assert_int_equal(rises, 5);
    assert_int_equal(trigs, 5);
    vy_arena_clear(&b.arena);
    free(s.notes);
}

static void poly_takes_the_longest_free_then_the_oldest(void **state)
{
    (void)state;
    struct stage s = stage_new(3, 2);
    struct vy_notes *const n = s.notes;
    const uint64_t far = 1u << 30, now = s.frame;
    const struct vy_note_event e[] = {
        {0, 100, 1, false, now + 10, NULL}, {1, 200, 1, false, now + 5, NULL},
        {2, 300, 1, false, far, NULL},      {20, 400, 1, false, far, NULL},
        {21, 500, 1, false, far, NULL},     {22, 600, 1, false, far, NULL}};
    play(&s, e, 6);
    assert_true(at(n->freq, 0, 63) == 400); // started longest ago of the free ones
    assert_true(at(n->freq, 2, 63) == 500);
    assert_true(at(n->freq, 4, 63) == 600 && at(n->freq, 5, 63) == 600); // the oldest is stolen
    assert_true(at(n->freq, 4, 21) == 300);
    assert_true(at(n->gate, 0, 9) == 1 && at(n->gate, 0, 10) == 0 && at(n->gate, 0, 20) == 1);
    assert_int_equal(n->dropped, 0);
    free(n);
}

static void chords_do_not_steal_from_themselves(void **state)
{
    (void)state;
    const struct vy_hit hit = {0};
    struct vy_note_event e[4];
    for (int i = 0; i < 4; i++)
        e[i] = (struct vy_note_event){5, 100.0f * (float)(i + 1), 1, false, 1u << 30, &hit};
    struct stage mono = stage_new(1, 1), two = stage_new(2, 1), eight = stage_new(8, 2);
    play(&mono, e, 4);
    assert_true(at(mono.notes->freq, 0, 63) == 100);
    play(&two, e, 4);
    assert_true(at(two.notes->freq, 0, 63) == 100 && at(two.notes->freq, 1, 63) == 200);
    assert_int_equal(two.notes->dropped, 2);
    play(&eight, e, 4);
    for (uint32_t lane = 0; lane < 16; lane++) {
        const float want = lane < 8 ? 100.0f * (float)(lane / 2 + 1) : 0;
        assert_true(at(eight.notes->freq, lane, 63) == want);
        assert_true(at(eight.notes->gate, lane, 63) == (lane < 8));
    }
    free(mono.notes);
    free(two.notes);
    free(eight.notes);
}

// Random notes against the plainest possible bookkeeping of one voice.
static void random_mono_notes_match_a_plain_model(void **state)
{
    (void)state;
    struct stage s = stage_new(1, 1);
    uint64_t off = 0;
    float hz = 0;
    for (uint64_t t = 0; t < 4000; t++) {
        struct vy_note_event e[3];
        const uint64_t begin = s.frame, r = vy_rng_u64(5, t);
        const uint32_t count = r % 4 ? 0 : (uint32_t)(r >> 8) % 4;
        for (uint32_t i = 0; i < count; i++) {
            const uint32_t low = i ? e[i - 1].frame : 0;
            const uint64_t q = vy_rng_u64(6, t * 4 + i);
            const uint32_t frame = low + (uint32_t)(q % (VY_TICK - low));
            e[i] = (struct vy_note_event){
                frame, (float)(50 + q % 997), 1, false, begin + frame + 1 + (q >> 20) % 200, NULL};
        }
        play(&s, e, count);
        uint32_t next = 0;
        for (uint32_t i = 0; i < VY_TICK; i++) {
            bool hit = false;
            for (; next < count && e[next].frame == i; next++) {
                hz = e[next].hz;
                off = e[next].off_frame;
                hit = true;
            }
            assert_true(at(s.notes->gate, 0, i) == (begin + i < off));
            assert_true(at(s.notes->freq, 0, i) == hz);
            assert_true(at(s.notes->trig, 0, i) == (hit ? 1 : 0));
        }
    }
    free(s.notes);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(clock_is_exact_at_a_constant_tempo),
        cmocka_unit_test(clock_ramps_in_closed_form),
        cmocka_unit_test(swing_leaves_bars_alone),
        cmocka_unit_test(ten_minutes_of_swung_sixteenths_are_exact),
        cmocka_unit_test(ten_minutes_with_tempo_changes_are_exact),
        cmocka_unit_test(nudged_hits_cross_ticks_and_edges),
        cmocka_unit_test(every_hit_fires_exactly_once),
        cmocka_unit_test(chance_is_seeded_and_shared),
        cmocka_unit_test(alternation_follows_the_cycle),
        cmocka_unit_test(gates_are_exact_to_the_frame),
        cmocka_unit_test(a_short_note_fits_into_one_tick),
        cmocka_unit_test(a_held_mono_voice_is_triggered_again),
        cmocka_unit_test(slides_glide_without_an_attack),
        cmocka_unit_test(a_slide_from_the_sequencer_keeps_the_gate),
        cmocka_unit_test(poly_takes_the_longest_free_then_the_oldest),
        cmocka_unit_test(chords_do_not_steal_from_themselves),
        cmocka_unit_test(random_mono_notes_match_a_plain_model),
    };
    return cmocka_run_group_tests_name("sequencer", tests, NULL, NULL);
}
