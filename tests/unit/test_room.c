// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Rooms made of arithmetic: noise of known level, hum, clicks and decays at known places, and
// sounds that must not be taken for these.
#include "listen/room.h"

#include "ears.h"
#include "listen/stft.h"

#include <stdbool.h>
#include <string.h>

enum { SR = 48000 };

static void on_hop(void *arg, const struct vy_hop *hop)
{
    vy_room_hop(arg, hop);
}

static void push(void *ear, const float *const chan[], uint32_t chans, size_t n)
{
    (void)chans;
    vy_stft_push(ear, chan[0], n);
}

static struct vy_room_found hear(uint32_t sr_hz, double seconds, uint32_t piece, sound_fn *sound,
                                 const void *what)
{
    struct vy_room *room;
    struct vy_stft *stft;
    struct vy_room_found found;
    const struct vy_hop_shape shape = {sr_hz, 2048, 512, 1025};
    assert_int_equal(vy_room_new(&shape, &room), VY_OK);
    assert_int_equal(vy_stft_new(sr_hz, 2048, 512, on_hop, room, &stft), VY_OK);
    play(stft, push, 1, (uint64_t)(seconds * sr_hz), piece, sound, what);
    vy_stft_finish(stft);
    vy_room_result(room, &found);
    vy_stft_destroy(stft);
    vy_room_destroy(room);
    return found;
}

// Noise of -40 dBFS, then the same again with a tone of -20 dBFS half of the time.
static double noise_only_at(const void *what, uint32_t chan, uint64_t at)
{
    (void)what, (void)chan;
    return 0.01 * sqrt(3) * noise_at(3, at);
}

static double with_tone_at(const void *what, uint32_t chan, uint64_t at)
{
    const bool on = at / SR % 2;
    return noise_only_at(what, chan, at) +
           (on ? 0.1 * M_SQRT2 * sin(2 * M_PI * 440 * (double)at / SR) : 0);
}

static void floor_of_steady_noise_is_its_level(void **state)
{
    (void)state;
    const struct vy_room_found f = hear(SR, 20, 0, noise_only_at, NULL);
    assert_near(f.floor_dbfs, -40, 0.6);
    assert_true(f.floor_dba < f.floor_dbfs && f.floor_dba > f.floor_dbfs - 4);
    for (int b = 0; b < VY_ROOM_BANDS; b++) { // each octave has its share of 24 kHz
        const double wide = 1000 * (exp2(b - 4.5) - exp2(b - 5.5));
        assert_near(f.band_floor_dbfs[b], -40 + 10 * log10(wide / 24000), b < 2 ? 2.5 : 1);
    }
    assert_near(f.floor_confidence, 0.3, 0.05); // it could be meant
    assert_true(isnan(f.snr_db));
    assert_non_null(f.snr_why);
}

static void snr_is_sound_over_floor(void **state)
{
    (void)state;
    const struct vy_room_found f = hear(SR, 30, 0, with_tone_at, NULL);
    assert_near(f.floor_dbfs, -40, 1);
    assert_near(f.snr_db, 17, 1); // half of -20 dBFS
    assert_true(f.snr_confidence > 0.3f);
}

// Noise of -50 dBFS and lines; notes that are no hum.
struct lines {
    double hz[4], level[4];
    double hold_s; ///< each note as long, then its neighbour; 0 = steady
};

static double lines_at(const void *what, uint32_t chan, uint64_t at)
{
    const struct lines *const l = what;
    double y = 0.003 * sqrt(3) * noise_at(4, at);
    const double s = (double)at / SR;
    (void)chan;
    for (int i = 0; i < 4; i++) {
        const int turn = l->hold_s > 0 ? (int)(s / l->hold_s) % 3 : 0;
        y += l->level[i] * M_SQRT2 * sin(2 * M_PI * l->hz[i] * exp2(turn * 2 / 12.0) * s);
    }
    return y;
}

static void hum_is_found_and_told_apart(void **state)
{
    (void)state;
    const struct lines fifty = {{50, 100, 150, 350}, {0.005, 0.003, 0.002, 0.001}, 0};
    const struct lines sixty = {{60.03, 120.06, 180.09, 300.15}, {0.005, 0.002, 0.002, 0.001}, 0};
    const struct vy_room_found a = hear(SR, 20, 0, lines_at, &fifty);
    assert_near(a.hum_hz, 50, 0);
    assert_near(a.hum_dbfs, 10 * log10(25e-6 + 9e-6 + 4e-6 + 1e-6), 1.5);
    assert_true(a.hum_db > 25);
    assert_true(a.harmonic_db[0] > 25 && a.harmonic_db[2] > 15 && a.harmonic_db[3] < 12);
    assert_near(hear(SR, 20, 0, lines_at, &sixty).hum_hz, 60, 0);
}

static void notes_and_noise_are_no_hum(void **state)
{
    (void)state;
    // G1 and its octave, B1, D3; and the mains' own frequency as a note that moves on
    const struct lines notes = {{48.999, 97.999, 61.735, 146.832}, {0.05, 0.03, 0.05, 0.02}, 0};
    const struct lines melody = {{50, 100, 150, 200}, {0.05, 0.03, 0.02, 0.02}, 3};
    assert_near(hear(SR, 20, 0, noise_only_at, NULL).hum_hz, 0, 0);
    assert_near(hear(SR, 20, 0, lines_at, &notes).hum_hz, 0, 0);
    assert_near(hear(SR, 40, 0, lines_at, &melody).hum_hz, 0, 0);
    assert_string_equal(hear(SR, 5, 0, noise_only_at, NULL).hum_why, "shorter than 8 s");
}

// A quiet chord with noise and a click every 0.37 s.
static double clicks_at(const void *what, uint32_t chan, uint64_t at)
{
    const double s = (double)at / SR, every = 0.37 * SR;
    const bool click = at > every / 2 && fmod((double)at + every / 2, every) < 1;
    (void)what, (void)chan;
    return 0.1 * sin(2 * M_PI * 220 * s) + 0.1 * sin(2 * M_PI * 277.18 * s) +
           0.001 * noise_at(5, at) + (click ? 0.2 : 0);
}

static void clicks_are_counted_at_their_places(void **state)
{
    (void)state;
    const struct vy_room_found f = hear(SR, 4, 0, clicks_at, NULL);
    assert_int_equal(f.clicks, 10);
    for (int i = 0; i < 10; i++)
        assert_near(f.click_at_s[i], 0.555 + 0.37 * i, 0.001);
    assert_true(f.click_confidence > 0.5f);
}

static double saw_at(const void *what, uint32_t chan, uint64_t at)
{
    (void)chan;
    return 0.8 * (fmod((double)at * *(const double *)what / SR, 1) - 0.5);
}

// Bursts of noise that start at once and fade.
static double drums_at(const void *what, uint32_t chan, uint64_t at)
{
    const double s = fmod((double)at / SR, 0.25);
    (void)what, (void)chan;
    return 0.5 * exp(-s / 0.03) * noise_at(6, at) + 0.5 * exp(-s / 0.1) * sin(2 * M_PI * 60 * s);
}

static void edges_drums_and_noise_are_no_clicks(void **state)
{
    (void)state;
    const double hz[] = {55, 110.7, 1234.5};
    for (int i = 0; i < 3; i++)
        assert_int_equal(hear(SR, 2, 0, saw_at, &hz[i]).clicks, 0);
    assert_int_equal(hear(SR, 4, 0, drums_at, NULL).clicks, 0);
    assert_int_equal(hear(SR, 4, 0, noise_only_at, NULL).clicks, 0);
}

// 0.2 s of noise every 3 s, and its reverberation.
static double hall_at(const void *what, uint32_t chan, uint64_t at)
{
    const double s = fmod((double)at / SR, 3), rt = *(const double *)what;
    const double level = s < 0.2 ? 0.3 : 0.3 * pow(10, -3 * (s - 0.2) / rt);
    (void)chan;
    return level * noise_at(7, at) + 0.00002 * noise_at(8, at);
}

static void decay_time_of_a_hall_is_known(void **state)
{
    (void)state;
    const double rt[] = {0.4, 0.8, 2.0};
    for (int i = 0; i < 3; i++) {
        const struct vy_room_found f = hear(SR, 30, 0, hall_at, &rt[i]);
        assert_near(f.decay_s, rt[i], 0.15 * rt[i]);
        assert_near(f.band_decay_s[2], rt[i], 0.15 * rt[i]);
        assert_true(f.decays[1] >= 8);
        assert_true(f.decay_confidence > 0.4f);
    }
}

static void no_decay_says_why(void **state)
{
    (void)state;
    const double dry = 0.01;
    const struct vy_room_found none = hear(SR, 10, 0, noise_only_at, NULL);
    assert_true(isnan(none.decay_s));
    assert_string_equal(none.decay_why, "nothing decays freely by 25 dB, three times");
    const struct vy_room_found f = hear(SR, 30, 0, hall_at, &dry);
    assert_true(isnan(f.decay_s));
    assert_string_equal(f.decay_why, "sounds end faster than can be measured: it is dry");
}

static double none_at(const void *what, uint32_t chan, uint64_t at)
{
    (void)what, (void)chan, (void)at;
    return 0;
}

static void silence_and_nothing_say_why(void **state)
{
    (void)state;
    const struct vy_room_found nothing = hear(SR, 0, 0, none_at, NULL);
    assert_true(isnan(nothing.floor_dbfs) && isnan(nothing.snr_db) && isnan(nothing.hum_db));
    assert_non_null(nothing.floor_why);
    assert_non_null(nothing.snr_why);
    assert_non_null(nothing.hum_why);
    assert_non_null(nothing.click_why);
    assert_non_null(nothing.decay_why);
    const struct vy_room_found silence = hear(SR, 10, 0, none_at, NULL);
    assert_string_equal(silence.floor_why, "the quiet parts are digital silence");
    assert_string_equal(silence.hum_why, "too little of it is not silence");
    assert_int_equal(silence.clicks, 0);
}

static void any_rate_and_cut(void **state)
{
    (void)state;
    const double rt = 0.5;
    const uint32_t rate[] = {8000, 44100, 192000};
    for (int i = 0; i < 3; i++) {
        const double seconds = rate[i] > 48000 ? 5 : 12;
        const struct vy_room_found a = hear(rate[i], seconds, 0, hall_at, &rt);
        const struct vy_room_found b = hear(rate[i], seconds, 777, hall_at, &rt);
        assert_memory_equal(&a, &b, sizeof a);
        assert_false(isnan(a.floor_dbfs));
    }
    struct vy_room *room;
    assert_int_equal(vy_room_new(&(struct vy_hop_shape){0, 2048, 512, 1025}, &room), VY_BAD_ARG);
    assert_int_equal(vy_room_new(&(struct vy_hop_shape){SR, 2048, 2048, 1025}, &room), VY_BAD_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(floor_of_steady_noise_is_its_level),
        cmocka_unit_test(snr_is_sound_over_floor),
        cmocka_unit_test(hum_is_found_and_told_apart),
        cmocka_unit_test(notes_and_noise_are_no_hum),
        cmocka_unit_test(clicks_are_counted_at_their_places),
        cmocka_unit_test(edges_drums_and_noise_are_no_clicks),
        cmocka_unit_test(decay_time_of_a_hall_is_known),
        cmocka_unit_test(no_decay_says_why),
        cmocka_unit_test(silence_and_nothing_say_why),
        cmocka_unit_test(any_rate_and_cut),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
