// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Loudness of sounds whose loudness follows from the standard, and libebur128 as referee on noise.
// The cases of EBU Tech 3341 and 3342 are in tests/golden/test_ebu.c.
#include "listen/loudness.h"

#include "ears.h"

#include <ebur128.h>
#include <string.h>

static void push(void *ear, const float *const chan[], uint32_t chans, size_t n)
{
    vy_loudness_push(ear, chan, chans, n);
}

static struct vy_loudness_found hear(uint32_t sr_hz, uint32_t chans, double seconds, uint32_t piece,
                                     sound_fn *sound, const void *what)
{
    struct vy_loudness *ear;
    struct vy_loudness_found found;
    assert_int_equal(vy_loudness_new(sr_hz, chans, NULL, NULL, NULL, &ear), VY_OK);
    play(ear, push, chans, (uint64_t)(seconds * sr_hz), piece, sound, what);
    vy_loudness_result(ear, &found);
    vy_loudness_destroy(ear);
    return found;
}

struct tone {
    double sr_hz, hz, level, phase;
    uint32_t only; ///< bits of the channels that sound
    double end_s;  ///< of the sound, or 0: no matter
};

static double tone_at(const void *what, uint32_t chan, uint64_t at)
{
    const struct tone *const t = what;
    if (!(t->only >> chan & 1))
        return 0.0;
    // sudden ends overshoot between the samples
    const double s = (double)at / t->sr_hz, left = t->end_s > 0 ? t->end_s - s : 1;
    const double fade = fmin(1.0, fmin(s, left) / 0.02);
    return t->level * fade * sin(2 * M_PI * t->hz * (double)at / t->sr_hz + t->phase);
}

// A sine of 997 Hz at full scale in one front channel is -3.01 LKFS, by the standard.
static void sine_of_997_hz_is_minus_3_lkfs_at_all_rates(void **state)
{
    (void)state;
    const uint32_t rate[] = {8000, 11025, 22050, 44100, 48000, 96000, 192000};
    for (size_t i = 0; i < sizeof rate / sizeof *rate; i++) {
        const struct tone t = {rate[i], 997, 1.0, 0, 1, 4};
        const struct vy_loudness_found f = hear(rate[i], 2, 4, 0, tone_at, &t);
        assert_near(f.integrated_lufs, -3.01, 0.05);
        assert_near(f.momentary_max_lufs, -3.01, 0.05);
        assert_near(f.short_term_max_lufs, -3.01, 0.05);
        assert_near(f.true_peak_dbtp, 0.0, 0.1);
        assert_near(f.plr_db, 3.01, 0.1);
        assert_near(f.range_lu, 0.0, 0.02);
    }
}

static void channels_weigh_by_their_place(void **state)
{
    (void)state;
    for (uint32_t chans = 1; chans <= 8; chans++)
        for (uint32_t c = 0; c < chans; c++) {
            const struct tone t = {48000, 997, 0.5, 0, 1u << c, 1};
            const struct vy_loudness_found f = hear(48000, chans, 1, 0, tone_at, &t);
            const double w = vy_loudness_weight(chans, c);
            assert_near(f.chan_true_peak_dbtp[c], 20 * log10(0.5), 0.02);
            assert_int_equal(f.true_peak_chan, c);
            if (w > 0.0)
                assert_near(f.integrated_lufs, -9.03 + 10 * log10(w), 0.06);
            else
                assert_string_equal(f.integrated_why, "nothing is above -70 LUFS");
        }
    assert_near(vy_loudness_weight(6, 3), 0.0, 0);
    assert_near(vy_loudness_weight(6, 4), 1.41, 0);
    assert_near(vy_loudness_weight(8, 3), 0.0, 0);
    assert_near(vy_loudness_weight(8, 4), 1.0, 0);
    assert_near(vy_loudness_weight(8, 6), 1.41, 0);
    assert_near(vy_loudness_weight(4, 3), 1.41, 0);
}

static void true_peak_is_found_between_samples(void **state)
{
    (void)state;
    const double part[] = {0.25, 1 / 6.0, 0.125, 0.3, 0.4};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        for (double phase = 0; phase < 1.6; phase += 0.1) {
            const struct tone t = {48000, 48000 * part[i], 0.5, phase, 1, 0.1};
            const struct vy_loudness_found f = hear(48000, 1, 0.1, 0, tone_at, &t);
            // four readings a frame miss the top by up to 1 - cos(pi f / 4)
            const double low = 20 * log10(cos(M_PI * part[i] / 4));
            assert_true(f.true_peak_dbtp < 20 * log10(0.5) + 0.05);
            assert_true(f.true_peak_dbtp > 20 * log10(0.5) + low - 0.05);
        }
}

// Noise with swells, another in each channel; nothing near half the rate, where no two
// interpolators agree.
static double swell_at(const void *what, uint32_t chan, uint64_t at)
{
    const double sr = *(const double *)what, s = (double)at / sr;
    const double level = 0.02 + 0.3 * pow(0.5 + 0.5 * sin(2 * M_PI * s / 7.3), 2);
    return level * (noise_at(chan, at) + 2 * noise_at(chan, at + 1) + noise_at(chan, at + 2)) / 4;
}

static void ebur128_push(void *ear, const float *const chan[], uint32_t chans, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        float frame[EARS_CHANS];
        for (uint32_t c = 0; c < chans; c++)
            frame[c] = chan[c][i];
        ebur128_add_frames_float(ear, frame, 1);
    }
}

static void libebur128_hears_the_same(void **state)
{
    (void)state;
    static const struct {
        double sr_hz;
        uint32_t chans;
    } with[] = {{44100, 2}, {48000, 1}};
    for (size_t i = 0; i < sizeof with / sizeof *with; i++) {
        const uint32_t sr = (uint32_t)with[i].sr_hz, chans = with[i].chans;
        const struct vy_loudness_found f = hear(sr, chans, 40, 0, swell_at, &with[i].sr_hz);
        ebur128_state *st =
            ebur128_init(chans, sr, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);
        assert_non_null(st);
        play(st, ebur128_push, chans, 40 * sr, 0, swell_at, &with[i].sr_hz);
        double loudness, range, peak, most = 0;
        ebur128_loudness_global(st, &loudness);
        ebur128_loudness_range(st, &range);
        for (uint32_t c = 0; c < chans; c++) {
            ebur128_true_peak(st, c, &peak);
            most = fmax(most, peak);
        }
        ebur128_destroy(&st);
        assert_near(f.integrated_lufs, loudness, 0.02);
        assert_near(f.range_lu, range, 1.5); // libebur128 looks once a second
        assert_near(f.true_peak_dbtp, 20 * log10(most), 0.3);
    }
}

static void loudness_does_not_depend_on_the_cut(void **state)
{
    (void)state;
    const double sr = 44100;
    const struct vy_loudness_found a = hear(44100, 2, 5.0123, 0, swell_at, &sr);
    const uint32_t piece[] = {1, 441, 256, 4096};
    for (size_t i = 0; i < sizeof piece / sizeof *piece; i++) {
        const struct vy_loudness_found b = hear(44100, 2, 5.0123, piece[i], swell_at, &sr);
        assert_memory_equal(&a, &b, sizeof a);
    }
}

struct curve {
    uint32_t points;
    double last_s, last_momentary, last_short;
};

static void on_point(void *arg, double at_s, double momentary_lufs, double short_term_lufs)
{
    struct curve *const c = arg;
    c->points++;
    assert_near(at_s, c->points / 10.0, 1e-9);
    assert_int_equal(isnan(momentary_lufs) != 0, at_s < 0.39);
    assert_int_equal(isnan(short_term_lufs) != 0, at_s < 2.99);
    c->last_s = at_s;
    c->last_momentary = momentary_lufs;
    c->last_short = short_term_lufs;
}

static void curves_come_ten_times_a_second(void **state)
{
    (void)state;
    struct vy_loudness *ear;
    struct vy_loudness_found found;
    struct curve curve = {0};
    const struct tone t = {44100, 997, 0.1, 0, 3};
    assert_int_equal(vy_loudness_new(44100, 2, NULL, on_point, &curve, &ear), VY_OK);
    play(ear, push, 2, 44100 * 10, 0, tone_at, &t);
    vy_loudness_result(ear, &found);
    vy_loudness_destroy(ear);
    assert_int_equal(curve.points, 100);
    assert_near(curve.last_momentary, -20, 0.03);
    assert_near(curve.last_short, -20, 0.03);
}

static double none_at(const void *what, uint32_t chan, uint64_t at)
{
    (void)what, (void)chan, (void)at;
    return 0.0;
}

static void what_cannot_be_measured_says_why(void **state)
{
    (void)state;
    const struct vy_loudness_found nothing = hear(48000, 2, 0, 0, none_at, NULL);
    assert_true(isnan(nothing.integrated_lufs) && isnan(nothing.range_lu));
    assert_true(isnan(nothing.true_peak_dbtp) && isnan(nothing.plr_db));
    assert_string_equal(nothing.integrated_why, "shorter than 0.4 s");
    assert_string_equal(nothing.range_why, "shorter than 3 s");
    assert_string_equal(nothing.true_peak_why, "there is no sound");
    const struct vy_loudness_found silence = hear(48000, 2, 5, 0, none_at, NULL);
    assert_string_equal(silence.integrated_why, "nothing is above -70 LUFS");
    assert_string_equal(silence.range_why, "nothing is above -70 LUFS");
    assert_string_equal(silence.momentary_why, "silence");
    const struct tone t = {48000, 997, 0.5, 0, 3};
    const struct vy_loudness_found brief = hear(48000, 2, 1, 0, tone_at, &t);
    assert_near(brief.integrated_lufs, -6.02, 0.05);
    assert_null(brief.integrated_why);
    assert_string_equal(brief.short_term_why, "shorter than 3 s");
    struct vy_loudness *ear;
    assert_int_equal(vy_loudness_new(48000, 9, NULL, NULL, NULL, &ear), VY_BAD_ARG);
    assert_int_equal(vy_loudness_new(0, 2, NULL, NULL, NULL, &ear), VY_BAD_ARG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sine_of_997_hz_is_minus_3_lkfs_at_all_rates),
        cmocka_unit_test(channels_weigh_by_their_place),
        cmocka_unit_test(true_peak_is_found_between_samples),
        cmocka_unit_test(libebur128_hears_the_same),
        cmocka_unit_test(loudness_does_not_depend_on_the_cut),
        cmocka_unit_test(curves_come_ten_times_a_second),
        cmocka_unit_test(what_cannot_be_measured_says_why),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
