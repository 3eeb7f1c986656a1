// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Live meters of tones whose readings follow from the standard.
#include "listen/meter.h"
#include "listen/spectrum.h"

#include "ears.h"

#define RATE 48000

struct tone {
    double left, right, hz;
    uint64_t until; ///< frame after which it is silent; 0 = never
};

static double tone_at(const void *what, uint32_t chan, uint64_t at)
{
    const struct tone *const t = what;
    if (t->until && at >= t->until)
        return 0;
    return (chan ? t->right : t->left) * sin(2 * M_PI * t->hz * (double)at / RATE);
}

static void push(void *meter, const float *const chan[], uint32_t chans, size_t n)
{
    (void)chans;
    vy_meter_push(meter, chan, n);
}

static struct vy_meter_reading hear(struct vy_meter *meter, const struct tone *tone, double seconds,
                                    uint32_t piece)
{
    struct vy_meter_reading reading;
    play(meter, push, 2, (uint64_t)(seconds * RATE), piece, tone_at, tone);
    vy_meter_read(meter, &reading);
    return reading;
}

static struct vy_meter *fresh(void)
{
    struct vy_meter *meter;
    assert_int_equal(vy_meter_new(RATE, &meter), VY_OK);
    return meter;
}

static void meter_reads_a_tone_as_the_standard_says(void **state)
{
    (void)state;
    struct vy_meter *const meter = fresh();
    const struct tone tone = {0.5, 0.5, 997, 0};
    const struct vy_meter_reading r = hear(meter, &tone, 4, 0);
    assert_near(r.momentary_lufs, -6.02, 0.05); // -3.01 of each channel, two of them, 6.02 below
    assert_near(r.short_term_lufs, -6.02, 0.05);
    assert_near(r.true_peak_dbtp, -6.02, 0.1);
    assert_near(r.correlation, 1, 1e-6);
    assert_null(r.why);
    vy_meter_destroy(meter);
}

static void meter_sees_what_cancels_in_mono(void **state)
{
    (void)state;
    struct vy_meter *const meter = fresh();
    assert_near(hear(meter, &(struct tone){0.5, -0.5, 440, 0}, 4, 512).correlation, -1, 1e-6);
    vy_meter_reset(meter);
    const struct vy_meter_reading r = hear(meter, &(struct tone){0.5, 0, 440, 0}, 4, 512);
    assert_true(isnan(r.correlation));
    assert_string_equal(r.why, "one side is silent");
    vy_meter_destroy(meter);
}

static void meter_forgets_after_three_seconds(void **state)
{
    (void)state;
    struct vy_meter *const meter = fresh();
    const struct tone tone = {0.9, 0.9, 100, RATE};
    struct vy_meter_reading r = hear(meter, &tone, 3.5, 0);
    assert_near(r.true_peak_dbtp, 20 * log10(0.9), 0.2);
    assert_true(isnan(r.momentary_lufs)); // 2.5 s of silence
    vy_meter_reset(meter);
    r = hear(meter, &tone, 4.2, 0);
    assert_true(isnan(r.true_peak_dbtp) && isnan(r.correlation));
    assert_string_equal(r.why, "it is silent");
    vy_meter_destroy(meter);
}

static void meter_says_what_it_cannot_know_yet(void **state)
{
    (void)state;
    struct vy_meter *const meter = fresh();
    struct vy_meter_reading r;
    vy_meter_read(meter, &r);
    assert_string_equal(r.why, "nothing has come yet");
    r = hear(meter, &(struct tone){0.5, 0.5, 997, 0}, 1, 0);
    assert_near(r.momentary_lufs, -6.02, 0.05);
    assert_true(isnan(r.short_term_lufs));
    assert_string_equal(r.why, "three seconds have not passed");
    vy_meter_destroy(meter);
}

static void meter_does_not_depend_on_the_blocks(void **state)
{
    (void)state;
    struct vy_meter *const a = fresh(), *const b = fresh();
    const struct tone tone = {0.7, 0.3, 1234, 0};
    const struct vy_meter_reading x = hear(a, &tone, 3.7, 0), y = hear(b, &tone, 3.7, 64);
    assert_true(x.momentary_lufs == y.momentary_lufs && x.short_term_lufs == y.short_term_lufs);
    assert_true(x.true_peak_dbtp == y.true_peak_dbtp && x.correlation == y.correlation);
    vy_meter_destroy(a);
    vy_meter_destroy(b);
}

static void meter_takes_damage_for_silence(void **state)
{
    (void)state;
    struct vy_meter *const meter = fresh();
    float wave[2][256];
    for (int i = 0; i < 256; i++) {
        wave[0][i] = i % 3 ? NAN : INFINITY;
        wave[1][i] = 1e30f;
    }
    for (int i = 0; i < 4 * RATE / 256; i++)
        vy_meter_push(meter, (const float *const[2]){wave[0], wave[1]}, 256);
    struct vy_meter_reading r;
    vy_meter_read(meter, &r);
    assert_true(isnan(r.true_peak_dbtp) && isnan(r.correlation));
    r = hear(meter, &(struct tone){0.5, 0.5, 997, 0}, 4, 0);
    assert_near(r.short_term_lufs, -6.02, 0.05);
    vy_meter_destroy(meter);
}

// ---- the spectrum of a moment -------------------------------------------------------------------

static int band_of(double hz, double high_hz)
{
    return (int)(log(hz / VY_SPECTRUM_LOW_HZ) / log(high_hz / VY_SPECTRUM_LOW_HZ) *
                 VY_SPECTRUM_BANDS);
}

static void spectrum_shows_a_tone_in_its_band(void **state)
{
    (void)state;
    static const uint32_t rates[] = {8000, 44100, 48000, 192000};
    float wave[VY_SPECTRUM_FRAMES], db[VY_SPECTRUM_BANDS];
    for (size_t r = 0; r < sizeof rates / sizeof *rates; r++) {
        struct vy_spectrum *spectrum;
        assert_int_equal(vy_spectrum_new(rates[r], &spectrum), VY_OK);
        const double high_hz = vy_spectrum_high_hz(spectrum);
        for (double hz = 400; hz < 0.9 * high_hz; hz *= 1.37) {
            for (uint32_t i = 0; i < VY_SPECTRUM_FRAMES; i++)
                wave[i] = (float)(0.5 * sin(2 * M_PI * hz * i / rates[r]));
            vy_spectrum_read(spectrum, wave, db);
            int loudest = 0;
            for (int b = 0; b < VY_SPECTRUM_BANDS; b++)
                loudest = db[b] > db[loudest] ? b : loudest;
            assert_in_range(loudest - band_of(hz, high_hz) + 1, 0, 2);
            assert_near((double)db[loudest], -6.02 - 0.7, 0.75); // between two bins up to -1.4
            assert_true(db[(loudest + 24) % VY_SPECTRUM_BANDS] < -50 || rates[r] == 192000);
        }
        vy_spectrum_destroy(spectrum);
    }
}

static void spectrum_survives_silence_and_what_is_no_number(void **state)
{
    (void)state;
    struct vy_spectrum *spectrum;
    float wave[VY_SPECTRUM_FRAMES] = {0}, db[VY_SPECTRUM_BANDS];
    assert_int_equal(vy_spectrum_new(3999, &spectrum), VY_BAD_ARG);
    assert_int_equal(vy_spectrum_new(RATE, &spectrum), VY_OK);
    wave[7] = NAN;
    wave[8] = INFINITY;
    vy_spectrum_read(spectrum, wave, db);
    for (int b = 0; b < VY_SPECTRUM_BANDS; b++)
        assert_near((double)db[b], -120, 0.01);
    vy_spectrum_destroy(spectrum);
    vy_spectrum_destroy(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(meter_reads_a_tone_as_the_standard_says),
        cmocka_unit_test(meter_sees_what_cancels_in_mono),
        cmocka_unit_test(meter_forgets_after_three_seconds),
        cmocka_unit_test(meter_says_what_it_cannot_know_yet),
        cmocka_unit_test(meter_does_not_depend_on_the_blocks),
        cmocka_unit_test(meter_takes_damage_for_silence),
        cmocka_unit_test(spectrum_shows_a_tone_in_its_band),
        cmocka_unit_test(spectrum_survives_silence_and_what_is_no_number),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
