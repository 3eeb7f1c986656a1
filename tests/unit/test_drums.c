// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Synthesized drums, measured on what they play: when, how high, how long, how bright, how loud.
#include "cm.h"
#include "rig.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SR 48000

// One sound: a module and, for those with several, the word that picks it.
struct drum {
    const char *id, *param, *word;
};

static const struct drum drums[] = {
    {"kick", NULL, NULL},          {"tom", NULL, NULL},
    {"snare", NULL, NULL},         {"hihat", "noise", "metal"},
    {"hihat", "noise", "white"},   {"clap", NULL, NULL},
    {"cowbell", NULL, NULL},       {"perc808", "kind", "rimshot"},
    {"perc808", "kind", "clave"},  {"perc808", "kind", "maracas"},
    {"perc808", "kind", "cymbal"}, {"perc808", "kind", "conga"},
};
#define DRUMS (sizeof drums / sizeof *drums)

static struct rig *drum_new(const struct drum *d)
{
    struct rig *const r = rig_new(d->id, SR, 1, 1, NULL);
    if (d->param)
        rig_choose(r, d->param, d->word);
    return r;
}

static const char *label(const struct drum *d)
{
    return d->word ? d->word : d->id;
}

// Play `frames` with one hit at `at`. The caller frees.
static float *play(struct rig *r, uint32_t frames, uint32_t at, float velocity)
{
    float *const x = calloc(frames, sizeof *x), *const y = malloc(frames * sizeof *y);
    x[at] = velocity;
    rig_run(r, x, y, frames, 0);
    free(x);
    return y;
}

static double largest_step(const float *y, uint32_t from, uint32_t to)
{
    double most = 0;
    for (uint32_t n = from; n < to; n++)
        most = fmax(most, fabs((double)y[n + 1] - (double)y[n]));
    return most;
}

// Energy-weighted mean frequency of a hit at frame 32768 of 65536.
static double centroid(const float *y)
{
    enum { N = 65536 };
    static double s[N / 2 + 1];
    double up = 0, down = 0;
    rig_spectrum(y, N, s);
    for (int k = 1; k <= N / 2; k++) {
        up += s[k] * s[k] * k * SR / N;
        down += s[k] * s[k];
    }
    return up / down;
}

// Time from `at` until the last frame that is above -60 dB of the peak.
static double t60(const float *y, uint32_t frames, uint32_t at)
{
    const double floor = rig_peak(y, frames) * 1e-3;
    uint32_t last = at;
    for (uint32_t n = at; n < frames; n++)
        if (fabs((double)y[n]) > floor)
            last = n;
    return (double)(last - at) / SR;
}

static void drums_begin_at_the_frame_of_the_hit(void **state)
{
    (void)state;
    for (size_t i = 0; i < DRUMS; i++) {
        struct rig *const r = drum_new(&drums[i]);
        float *const y = play(r, 256, 137, 1);
        assert_true(rig_peak(y, 137) == 0);
        assert_true(rig_peak(y + 137, 3) > 1e-4);
        free(y);
        rig_destroy(r);
    }
}

static void drums_peak_at_minus_3_dbfs(void **state)
{
    (void)state;
    for (size_t i = 0; i < DRUMS; i++) {
        double most = 0;
        for (uint32_t hit = 0; hit < 4; hit++) { // free-running oscillators: no hit like another
            struct rig *const r = drum_new(&drums[i]);
            float *const y = play(r, SR, 10 + hit * 777, 1);
            most = fmax(most, rig_peak(y, SR));
            free(y);
            rig_destroy(r);
        }
        print_message("peak of %s: %.1f dBFS\n", label(&drums[i]), rig_db(most));
        assert_true(fabs(rig_db(most) + 3) < 1.2);
    }
}

static void drums_fall_silent(void **state)
{
    (void)state;
    enum { N = SR * 5 };
    for (size_t i = 0; i < DRUMS; i++) {
        struct rig *const r = drum_new(&drums[i]);
        rig_set(r, "decay", 0.5f);
        float *const y = play(r, N, 0, 1);
        assert_true(rig_peak(y + 4 * SR, SR) == 0); // 8 decays: true silence, no DC
        free(y);
        rig_destroy(r);
    }
}

static void drums_settle_at_their_pitch(void **state)
{
    (void)state;
    enum { N = SR * 2 };
    static const struct {
        struct drum drum;
        float knob, note, expect;
    } cases[] = {
        {{"kick", NULL, NULL}, 60, 0, 60},          {{"kick", NULL, NULL}, 43.65f, 0, 43.65f},
        {{"kick", NULL, NULL}, 60, 82.4f, 82.4f},   {{"tom", NULL, NULL}, 90, 0, 90},
        {{"tom", NULL, NULL}, 200, 146.8f, 146.8f}, {{"snare", NULL, NULL}, 185, 0, 185},
        {{"perc808", "kind", "conga"}, 0, 0, 220},  {{"perc808", "kind", "clave"}, 2100, 0, 2100},
        {{"cowbell", NULL, NULL}, 540, 0, 540},     {{"cowbell", NULL, NULL}, 540, 659.3f, 659.3f},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct rig *const r = drum_new(&cases[i].drum);
        rig_set(r, "freq", cases[i].knob);
        rig_set(r, "decay", 2);
        rig_connect(r, "freq", cases[i].note);
        if (strcmp(cases[i].drum.id, "snare") == 0)
            rig_set(r, "snappy", 0);
        float *const y = play(r, N, 0, 1);
        const double hz = rig_frequency(y + SR / 2, SR / 2, (double)cases[i].expect + 0.6, SR);
        print_message("pitch of %s: %.3f Hz\n", label(&cases[i].drum), hz);
        assert_true(fabs(hz / (double)cases[i].expect - 1) < 0.002);
        free(y);
        rig_destroy(r);
    }
}

static void drums_decay_by_60_db_in_their_time(void **state)
{
    (void)state;
    static const float times[] = {0.15f, 1};
    for (size_t i = 0; i < DRUMS; i++)
        for (int t = 0; t < 2; t++)
            for (int wires = 0; wires < (strcmp(drums[i].id, "snare") ? 1 : 2); wires++) {
                struct rig *const r = drum_new(&drums[i]);
                double late = 0;
                rig_set(r, "decay", times[t]);
                if (strcmp(drums[i].id, "snare") == 0) {
                    rig_set(r, "snappy", (float)wires);
                    rig_set(r, "decay", wires ? 0.02f : times[t]);
                    rig_set(r, "noise_decay", wires ? times[t] : 0.02f);
                }
                if (strcmp(drums[i].id, "clap") == 0) {
                    rig_set(r, "room", 0);
                    late = 3 * 0.011; // the last burst
                }
                float *const y = play(r, SR * 2, 0, 1);
                const double s = t60(y, SR * 2, 0) - late;
                print_message("decay of %s: %.3f s for %.3f\n", label(&drums[i]), s,
                              (double)times[t]);
                assert_true(fabs(s / (double)times[t] - 1) < 0.1);
                free(y);
                rig_destroy(r);
            }
}

static void kick_keeps_its_decay_at_any_drive_and_length(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        struct rig *const r = drum_new(&drums[0]);
        const float decay = i < 3 ? 0.3f : 4;
        rig_set(r, "decay", decay);
        rig_set(r, "drive", (float)(i % 3) * 0.5f);
        float *const y = play(r, SR * 5, 0, 1);
        assert_true(fabs(t60(y, SR * 5, 0) / (double)decay - 1) < 0.1);
        free(y);
        rig_destroy(r);
    }
}

static void drums_brighten_from_kick_to_hihat(void **state)
{
    (void)state;
    double last = 0;
    for (int i = 0; i < 4; i++) {
        struct rig *const r = drum_new(&drums[i]);
        float *const y = play(r, 65536, 32768, 1);
        const double hz = centroid(y);
        print_message("centroid of %s: %.0f Hz\n", label(&drums[i]), hz);
        assert_true(hz > last * 1.15);
        last = hz;
        free(y);
        rig_destroy(r);
    }
    assert_true(last > 7000);
}

static void drums_follow_velocity_in_level_and_treble(void **state)
{
    (void)state;
    for (size_t i = 0; i < DRUMS; i++) {
        double peak[2], hz[2];
        for (int soft = 0; soft < 2; soft++) {
            struct rig *const r = drum_new(&drums[i]);
            float *const y = play(r, 65536, 32768, soft ? 0.5f : 1);
            peak[soft] = rig_peak(y, 65536);
            hz[soft] = centroid(y);
            free(y);
            rig_destroy(r);
        }
        print_message("%s at half velocity: %.1f dB, centroid x %.2f\n", label(&drums[i]),
                      rig_db(peak[1] / peak[0]), hz[1] / hz[0]);
        assert_true(peak[1] < 0.72 * peak[0] && peak[1] > 0.25 * peak[0]);
        assert_true(hz[1] < 1.001 * hz[0]);
    }
}

static void drums_do_not_click_when_struck_again(void **state)
{
    (void)state;
    enum { N = 14400, AGAIN = 9600 };
    static const char *const ids[] = {"kick", "tom"};
    double worst = 0;
    for (int i = 0; i < 2; i++)
        for (uint32_t later = 0; later < 960; later += 97) { // all over a cycle of 50 Hz
            struct rig *const r = rig_new(ids[i], SR, 1, 1, NULL);
            float *const x = calloc(N, sizeof *x), *const y = malloc(N * sizeof *y);
            rig_set(r, "freq", 50);
            rig_set(r, "decay", 4);
            rig_set(r, "drive", 0);
            rig_set(r, i ? "sweep" : "punch", 0);
            rig_set(r, i ? "noise" : "click", 0);
            x[0] = 1;
            x[AGAIN + later] = later % 2 ? 1 : 0.3f;
            rig_run(r, x, y, N, 0);
            // a plain cut would jump by up to 0.7; the steepest of the sine itself is 0.005
            worst = fmax(worst, largest_step(y, AGAIN, N - 1));
            free(x);
            free(y);
            rig_destroy(r);
        }
    print_message("largest step over a retrigger: %.4f\n", worst);
    assert_true(worst < 0.03);
}

static void hihat_closed_hit_chokes_an_open_one(void **state)
{
    (void)state;
    struct rig *const r = rig_new("hihat", SR, 1, 1, NULL);
    rig_set(r, "decay", 2);
    float *const open = play(r, 4800, 0, 1);
    rig_set(r, "decay", 0.05f);
    float *const closed = play(r, 9600, 0, 1);
    assert_true(rig_rms(open + 3000, 1800) > 0.02);
    assert_true(rig_peak(closed + 4800, 4800) < 1e-4);
    free(open);
    free(closed);
    rig_destroy(r);
}

static void cowbell_does_not_alias(void **state)
{
    (void)state;
    enum { N = 65536 };
    static double s[N / 2 + 1];
    const double low = 1234.5, high = low * 800 / 540;
    struct rig *const r = rig_new("cowbell", SR, 1, 1, NULL);
    rig_set(r, "freq", (float)low);
    rig_set(r, "decay", 3);
    rig_set(r, "tone", 1);
    float *const y = play(r, N * 2, 0, 1);
    rig_spectrum(y + 4096, N, s);
    double most = 0, heard = 0, any = 0;
    for (uint32_t k = 20; k <= N / 2; k++) {
        const double f = (double)k * SR / N, a = f / low, b = f / high;
        const double near = fmin(fabs(a - round(a)) * low, fabs(b - round(b)) * high);
        most = fmax(most, s[k]);
        if (near > 12)
            any = fmax(any, s[k]);
        if (near > 12 && f < 16000)
            heard = fmax(heard, s[k]);
    }
    print_message("alias of cowbell at %g Hz: %.1f dB below 16 kHz, %.1f dB in all\n", low,
                  rig_db(heard / most), rig_db(any / most));
    assert_true(rig_db(heard / most) < -58 && rig_db(any / most) < -45);
    free(y);
    rig_destroy(r);
}

static void clap_bursts_come_at_their_spread(void **state)
{
    (void)state;
    struct rig *const r = rig_new("clap", SR, 1, 1, NULL);
    rig_set(r, "spread", 0.02f);
    rig_set(r, "room", 0);
    float *const y = play(r, 4800, 0, 1);
    for (int burst = 1; burst <= 3; burst++) {
        const uint32_t at = (uint32_t)burst * 960;
        // 2 ms after the burst is far louder than 2 ms before it
        assert_true(rig_rms(y + at, 96) > 5 * rig_rms(y + at - 96, 96));
    }
    free(y);
    rig_destroy(r);
}

static void drums_survive_torture(void **state)
{
    (void)state;
    static const char *const ids[] = {"kick", "tom",     "snare",  "hihat",
                                      "clap", "cowbell", "perc808"};
    for (size_t i = 0; i < sizeof ids / sizeof *ids; i++)
        rig_torture(ids[i]);
}

static void drums_repeat_themselves_to_the_bit(void **state)
{
    (void)state;
    enum { N = 9600 };
    for (size_t i = 0; i < DRUMS; i++) {
        struct rig *const a = drum_new(&drums[i]), *const b = drum_new(&drums[i]);
        float *const x = play(a, N, 77, 0.8f), *const y = play(b, N, 77, 0.8f);
        rig_reset(b);
        float *const z = play(b, N, 77, 0.8f);
        assert_memory_equal(x, y, N * sizeof *x);
        assert_memory_equal(x, z, N * sizeof *x);
        free(x);
        free(y);
        free(z);
        rig_destroy(a);
        rig_destroy(b);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(drums_begin_at_the_frame_of_the_hit),
        cmocka_unit_test(drums_peak_at_minus_3_dbfs),
        cmocka_unit_test(drums_fall_silent),
        cmocka_unit_test(drums_settle_at_their_pitch),
        cmocka_unit_test(drums_decay_by_60_db_in_their_time),
        cmocka_unit_test(kick_keeps_its_decay_at_any_drive_and_length),
        cmocka_unit_test(drums_brighten_from_kick_to_hihat),
        cmocka_unit_test(drums_follow_velocity_in_level_and_treble),
        cmocka_unit_test(drums_do_not_click_when_struck_again),
        cmocka_unit_test(hihat_closed_hit_chokes_an_open_one),
        cmocka_unit_test(cowbell_does_not_alias),
        cmocka_unit_test(clap_bursts_come_at_their_spread),
        cmocka_unit_test(drums_survive_torture),
        cmocka_unit_test(drums_repeat_themselves_to_the_bit),
    };
    return cmocka_run_group_tests_name("drums", tests, NULL, NULL);
}
