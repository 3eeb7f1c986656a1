// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every onset of ten minutes against closed formulas written here anew. The instrument plays a
// recording of one frame that is 1, so each onset is exactly one frame of the render.
#include "cm.h"
#include "piece.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { TEN_MINUTES = 28800000, MOST = 8192 };

#define CLICK "create c sampler file=impulse"
#define SIXTEENTHS "sequence c: xxxxxxxxxxxxxxxx"

struct onsets {
    uint64_t at;
    int64_t frame[MOST];
    int count, quiet; // quiet: frames that hold something, but no onset
};

static void listen(void *arg, const float *stereo, uint32_t frames)
{
    struct onsets *const o = arg;
    for (uint32_t n = 0; n < frames; n++, o->at++) {
        const float level = fabsf(stereo[2 * n]);
        if (level > 0.05f && o->count < MOST)
            o->frame[o->count++] = (int64_t)o->at;
        else if (level > 1e-5f)
            o->quiet++;
    }
}

static struct onsets *play(struct vy_doc *doc, double frames)
{
    struct onsets *const o = calloc(1, sizeof *o);
    struct piece_take t = {.sink = listen, .arg = o};
    piece_render_as(doc, &(struct vy_render){.frames = frames, .block = 4096}, &t);
    assert_int_equal(t.result.dropped, 0);
    piece_drop(&t);
    return o;
}

// Frame of sixteenth k: `at` gives the exact frame of a beat. The off-beat sixteenths come late by
// swing / 2 of their step.
static int64_t frame_of(int k, double swing, double (*at)(double beat))
{
    const double beat = k / 4.0 + (k % 2 ? swing * 0.125 : 0);
    return (int64_t)floor(at(beat) + 0.5);
}

// Compare all onsets; prints and returns the worst deviation in frames.
static int64_t compare(const char *what, const struct onsets *o, double swing,
                       double (*at)(double beat), double frames)
{
    int64_t worst = 0;
    int expected = 0;
    while (frame_of(expected, swing, at) < frames)
        expected++;
    assert_int_equal(o->count, expected);
    assert_int_equal(o->quiet, 0);
    for (int k = 0; k < expected; k++) {
        const int64_t off = llabs(o->frame[k] - frame_of(k, swing, at));
        if (off && !worst)
            print_error("%s: step %d is at %lld, not %lld\n", what, k, (long long)o->frame[k],
                        (long long)frame_of(k, swing, at));
        worst = off > worst ? off : worst;
    }
    char text[160];
    snprintf(text, sizeof text, "onset error, %s, %d onsets, frames", what, expected);
    piece_figure(text, (double)worst, "0");
    return worst;
}

static double at_124(double beat)
{
    return beat * 60 * 48000 / 124;
}

static void ten_minutes_at_124_with_swing(void **state)
{
    (void)state;
    struct vy_doc *const doc = PIECE(CLICK, "tempo 124", "swing 0.2", SIXTEENTHS);
    struct onsets *const o = play(doc, TEN_MINUTES);
    assert_int_equal(compare("10 min at 124, swing 0.2", o, (double)0.2f, at_124, TEN_MINUTES), 0);
    // bars: every sixteenth onset, each the rounded multiple of one bar
    const double bar = 4 * 60 * 48000 / 124.0;
    for (int b = 0; 16 * b < o->count; b++)
        assert_int_equal(o->frame[16 * b], (int64_t)floor(b * bar + 0.5));
    free(o);
    vy_doc_destroy(doc);
}

// 124 up to bar 33 (beat 128), 140 up to bar 65 (beat 256), then 16 bars to 90, then 90.
static double at_changing(double beat)
{
    const double minute = 60 * 48000;
    if (beat <= 128)
        return beat * minute / 124;
    double frame = 128 * minute / 124;
    if (beat <= 256)
        return frame + (beat - 128) * minute / 140;
    frame += 128 * minute / 140;
    // bpm(x) = 140 - 50 x / 64; integral of 1 / bpm
    const double x = fmin(beat - 256, 64);
    frame += minute * 64 / -50.0 * log(1 - 50 * x / (64 * 140));
    return frame + fmax(beat - 320, 0) * minute / 90;
}

static void ten_minutes_with_tempo_changes(void **state)
{
    (void)state;
    struct vy_doc *const doc = PIECE(CLICK, "tempo 124", "swing 0.2", SIXTEENTHS,
                                     "at 128 0 tempo 140", "at 256 0 ramp tempo 90 16 lin");
    struct onsets *const o = play(doc, TEN_MINUTES);
    assert_int_equal(
        compare("10 min, timers 124 to 140, ramp to 90", o, (double)0.2f, at_changing, TEN_MINUTES),
        0);
    free(o);
    vy_doc_destroy(doc);
}

// The same tempo curve known beforehand instead of by timers gives the same onsets.
static void tempo_changes_written_ahead_are_the_same(void **state)
{
    (void)state;
    struct vy_doc *const doc = PIECE(CLICK, "tempo 124", "swing 0.2", SIXTEENTHS);
    doc->beat = 128;
    piece_do(doc, "tempo 140");
    doc->beat = 256;
    piece_do(doc, "ramp tempo 90 16 lin");
    doc->beat = 0;
    struct onsets *const o = play(doc, TEN_MINUTES);
    assert_int_equal(
        compare("10 min, the same written ahead", o, (double)0.2f, at_changing, TEN_MINUTES), 0);
    free(o);
    vy_doc_destroy(doc);
}

static double at_120(double beat)
{
    return beat * 24000;
}

// Tempo ramps up as well, other rates and other swings.
static double ramp_up_from, ramp_up_rate;
static double at_ramp_up(double beat)
{
    const double minute = 60 * ramp_up_rate, d = 180 - ramp_up_from;
    const double x = fmin(beat, 32);
    return minute * 32 / d * log(1 + d * x / (32 * ramp_up_from)) +
           fmax(beat - 32, 0) * minute / 180;
}

static void other_rates_and_swings(void **state)
{
    (void)state;
    static const double rates[] = {44100, 96000, 192000};
    for (int i = 0; i < 3; i++) {
        ramp_up_from = 61.5;
        ramp_up_rate = rates[i];
        struct vy_doc *const doc =
            PIECE(CLICK, "tempo 61.5", "swing 0.66", SIXTEENTHS, "ramp tempo 180 8 lin");
        struct onsets *const o = calloc(1, sizeof *o);
        struct piece_take t = {.sink = listen, .arg = o};
        piece_render_as(doc, &(struct vy_render){.sr_hz = rates[i], .frames = rates[i] * 20}, &t);
        piece_drop(&t);
        // a recording of 48 kHz rings a little at other rates: its first loud frame is the onset
        int kept = 0;
        for (int k = 0; k < o->count; k++)
            if (kept == 0 || o->frame[k] > o->frame[kept - 1] + 500)
                o->frame[kept++] = o->frame[k];
        o->count = kept;
        o->quiet = 0;
        char what[64];
        snprintf(what, sizeof what, "20 s ramp at %.0f Hz, swing 0.66", rates[i]);
        assert_int_equal(compare(what, o, (double)0.66f, at_ramp_up, rates[i] * 20), 0);
        free(o);
        vy_doc_destroy(doc);
    }
}

// A timer acts in the tick of its beat: a pattern that it brings starts on the beat, not a frame
// later, and the one before ends.
static void a_pattern_by_timer_begins_on_its_beat(void **state)
{
    (void)state;
    struct vy_doc *const doc =
        PIECE(CLICK, "sequence c: x...x...x...x...", "at 6 0 sequence c: x.x.x.x.x.x.x.x.");
    struct onsets *const o = play(doc, 24000 * 8);
    static const int64_t frames[] = {0,      24000,  48000,  72000,  96000,
                                     120000, 144000, 156000, 168000, 180000};
    assert_int_equal(o->count, 10);
    for (int i = 0; i < 10; i++)
        assert_int_equal(o->frame[i], frames[i]);
    free(o);
    vy_doc_destroy(doc);
}

// Rendering may begin anywhere: the second half alone equals the second half of the whole.
static void starting_at_a_beat_is_exact(void **state)
{
    (void)state;
    struct vy_doc *const doc = PIECE(CLICK, SIXTEENTHS);
    struct onsets *const o = calloc(1, sizeof *o);
    struct piece_take t = {.sink = listen, .arg = o};
    piece_render_as(doc, &(struct vy_render){.frames = 96000, .beat = 3.5}, &t);
    piece_drop(&t);
    assert_int_equal(o->count, 16);
    for (int k = 0; k < 16; k++)
        assert_int_equal(o->frame[k], frame_of(14 + k, 0, at_120) - 84000);
    free(o);
    vy_doc_destroy(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ten_minutes_at_124_with_swing),
        cmocka_unit_test(ten_minutes_with_tempo_changes),
        cmocka_unit_test(tempo_changes_written_ahead_are_the_same),
        cmocka_unit_test(other_rates_and_swings),
        cmocka_unit_test(a_pattern_by_timer_begins_on_its_beat),
        cmocka_unit_test(starting_at_a_beat_is_exact),
    };
    return cmocka_run_group_tests_name("timing", tests, piece_open, piece_close);
}
