// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the spectral ears must say of sounds whose spectrum is known.
#include "cm.h"

#include "base/rng.h"
#include "listen/spectral.h"
#include "listen/stft.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE 48000
#define FRAMES (RATE * 2)

#define assert_near(x, y, within)                        \
    do {                                                 \
        const double x_ = (double)(x), y_ = (double)(y); \
        if (!(fabs(x_ - y_) <= (double)(within)))        \
            fail_msg("%s is %g, not %g", #x, x_, y_);    \
    } while (0)

static float sound[FRAMES];

struct heard {
    struct vy_spectral *spectral;
    struct vy_spectral_frame middle; ///< the window in the middle of the sound
    uint64_t hops, middle_at;
    uint64_t digest; ///< of all numbers of all windows
};

static void take_hop(void *arg, const struct vy_hop *hop)
{
    struct heard *const h = arg;
    const struct vy_spectral_frame *const f = vy_spectral_hop(h->spectral, hop);
    if (hop->index == h->middle_at)
        h->middle = *f;
    const float *const number = (const float *)f;
    for (size_t i = 0; i < sizeof *f / sizeof *number; i++) {
        uint32_t bits;
        assert_true(isfinite(number[i]));
        memcpy(&bits, &number[i], sizeof bits);
        h->digest = (h->digest ^ bits) * 0x100000001b3;
    }
    h->hops++;
}

/// Listen to `sound` in pieces.
static struct heard hear(uint32_t sr_hz, size_t frames, size_t piece,
                         struct vy_spectral_found *found)
{
    struct heard h = {.middle_at = frames / 1024};
    struct vy_stft *stft;
    assert_int_equal(vy_stft_new(sr_hz, 2048, 512, take_hop, &h, &stft), VY_OK);
    assert_int_equal(vy_spectral_new(vy_stft_shape(stft), VY_SPECTRAL_ALL, 0, &h.spectral), VY_OK);
    for (size_t at = 0; at < frames; at += piece)
        vy_stft_push(stft, sound + at, frames - at < piece ? frames - at : piece);
    vy_stft_finish(stft);
    vy_spectral_finish(h.spectral, found);
    vy_spectral_destroy(h.spectral);
    vy_stft_destroy(stft);
    return h;
}

static void make_sine(double freq_hz, double level, uint32_t sr_hz)
{
    for (int i = 0; i < FRAMES; i++)
        sound[i] = (float)(level * sin(2 * M_PI * freq_hz * i / sr_hz));
}

static void make_noise(float level)
{
    for (int i = 0; i < FRAMES; i++)
        sound[i] = level * (float)(2 * vy_rng_unit(7, (uint64_t)i) - 1);
}

static void a_sine_is_where_it_is(void **state)
{
    (void)state;
    struct vy_spectral_found found;
    make_sine(1500, 0.5, RATE); // bin 64
    const struct heard h = hear(RATE, FRAMES, 4096, &found);
    assert_int_equal(h.hops, 1 + FRAMES / 512);
    const struct vy_spectral_frame *const f = &h.middle;
    assert_near(f->rms, 0.5 / sqrt(2), 1e-3);
    assert_near(f->centroid_hz, 1500, 1);
    assert_near(f->rolloff_hz, 1500, 24);
    assert_near(f->zero_crossing_rate * RATE, 3000, 25);
    assert_true(f->flatness < 1e-5f);
    assert_true(f->bandwidth_hz < 30);
    assert_near(found.centroid_hz.p50, 1500, 40);
    assert_near(found.centroid_hz.mean, 1500, 20);
    assert_near(found.zero_crossings_s.mean, 3000, 60); // less in windows over the ends
    // F#6 is 1480 Hz
    assert_near(f->chroma[6], 1, 1e-6);
}

static void a_full_scale_sine_has_minus_three_decibels(void **state)
{
    (void)state;
    struct vy_spectral_found found;
    make_sine(1000, 1, RATE);
    hear(RATE, FRAMES, 4096, &found);
    assert_int_equal(found.third.bands, 31);
    assert_near(sqrtf(found.third.edge_hz[17] * found.third.edge_hz[18]), 1000, 0.1);
    assert_near(found.third.level_db[17], -3.01, 0.1);
    assert_near(found.third.shape_db[17], 0, 0.01);
    for (uint32_t b = 0; b < 31; b++)
        assert_true(b == 17 || found.third.level_db[b] < -30);
}

static void white_noise_is_flat(void **state)
{
    (void)state;
    struct vy_spectral_found found;
    make_noise(0.25f);
    hear(RATE, FRAMES, 4096, &found);
    // geometric over arithmetic mean of exponentially distributed power: exp(-gamma) = 0.561
    assert_near(found.flatness_db.mean, -2.5, 0.15);
    assert_near(found.centroid_hz.mean, 12000, 150);
    assert_near(found.bandwidth_hz.mean, 24000 / sqrt(12), 120);
    assert_near(found.rolloff_hz.mean, 0.85 * 24000, 200);
    assert_near(found.slope_db_oct.mean, 0, 0.3);
    assert_near(found.zero_crossings_s.mean, 24000, 300);
    assert_near(found.skewness.mean, 0, 0.05);
    assert_near(found.kurtosis.mean, 1.8, 0.05); // of an even distribution
    // mean square 0.25^2 / 3, shared by the width of the bands
    for (uint32_t b = 8; b < 64; b++) {
        const float width = found.bark.edge_hz[b + 1] - found.bark.edge_hz[b];
        const double expected = 10 * log10(0.0625 / 3 * (double)width / 24000);
        assert_near(found.bark.level_db[b], expected, 1.5);
    }
}

static void bands_have_true_edges(void **state)
{
    (void)state;
    struct vy_spectral_found found;
    hear(RATE, 4096, 4096, &found);
    // critical bands of Zwicker: 8 Bark end at 920 Hz, 24 Bark at 15.5 kHz
    const struct vy_ltas *const bark = &found.bark;
    assert_near(bark->edge_hz[0], 20, 0.1);
    assert_near(bark->edge_hz[64], 20000, 1);
    const double per_band = 24.58 / 64; // 0.2 to 24.8 Bark
    const uint32_t at = (uint32_t)lround((8.5 - 0.2) / per_band);
    assert_near(bark->edge_hz[at], 1000, 40);
    // an ERB at 1 kHz is 133 Hz wide
    const struct vy_ltas *const erb = &found.erb;
    uint32_t b = 0;
    while (erb->edge_hz[b + 1] < 1000)
        b++;
    assert_near(erb->edge_hz[b + 1] - erb->edge_hz[b], 133, 12);
}

static void silence_has_numbers_for_all(void **state)
{
    (void)state;
    struct vy_spectral_found found;
    memset(sound, 0, sizeof sound);
    const struct heard h = hear(RATE, FRAMES, 4096, &found);
    assert_near(h.middle.flatness, 1, 1e-5);
    assert_near(h.middle.centroid_hz, 0, 0);
    assert_near(h.middle.rolloff_hz, 0, 0);
    assert_near(h.middle.chroma[0], 0, 0);
    assert_int_equal(found.windows, h.hops);
    assert_int_equal(found.counted, 0);
    assert_true(isnan(found.centroid_hz.mean));
    assert_true(isnan(found.third.level_db[10]));
    assert_true(isnan(found.mel_db[10]));
}

static void quiet_parts_do_not_count(void **state)
{
    (void)state;
    struct vy_spectral_found loud, both;
    make_sine(1000, 0.5, RATE);
    for (int i = FRAMES / 2; i < FRAMES; i++)
        sound[i] = (float)(0.003 * sin(2 * M_PI * 5000.0 * i / RATE)); // 44 dB below
    hear(RATE, FRAMES, 4096, &both);
    hear(RATE, FRAMES / 2, 4096, &loud);
    assert_in_range(both.counted, FRAMES / 1024 - 4, FRAMES / 1024 + 4);
    assert_near(both.third.level_db[17], loud.third.level_db[17], 0.2);
    assert_near(both.centroid_hz.p50, loud.centroid_hz.p50, 30);
    // and the other way round: quiet ones that were counted are taken out again
    for (int i = 0; i < FRAMES / 2; i++) {
        const float x = sound[i];
        sound[i] = sound[FRAMES - 1 - i];
        sound[FRAMES - 1 - i] = x;
    }
    struct vy_spectral_found turned;
    hear(RATE, FRAMES, 4096, &turned);
    assert_in_range(turned.counted, FRAMES / 1024 - 4, FRAMES / 1024 + 4);
    assert_near(turned.third.level_db[17], both.third.level_db[17], 0.2);
}

static void pieces_of_any_size_give_the_same_bits(void **state)
{
    (void)state;
    static const size_t piece[] = {1, 7, 511, 4096, FRAMES};
    struct vy_spectral_found first, found;
    make_noise(0.5f);
    const size_t frames = 30001;
    const struct heard a = hear(RATE, frames, 512, &first);
    for (size_t i = 0; i < sizeof piece / sizeof *piece; i++) {
        const struct heard b = hear(RATE, frames, piece[i], &found);
        assert_true(a.digest == b.digest);
        assert_int_equal(a.hops, b.hops);
        assert_memory_equal(&first, &found, sizeof found);
    }
}

static void every_rate_is_heard(void **state)
{
    (void)state;
    static const uint32_t rate[] = {1000, 8000, 11025, 22050, 44100, 96000, 192000, 768000};
    for (size_t i = 0; i < sizeof rate / sizeof *rate; i++) {
        struct vy_spectral_found found;
        make_sine(rate[i] / 8.0, 0.5, rate[i]);
        const struct heard h = hear(rate[i], FRAMES, 4096, &found);
        assert_near(h.middle.centroid_hz, rate[i] / 8.0, rate[i] / 8.0 * 0.01);
        assert_true(isnan(found.third.level_db[30]) == (rate[i] < 44800));
    }
}

static void the_padding_crosses_nothing(void **state)
{
    (void)state;
    struct vy_spectral_found found;
    for (int i = 0; i < FRAMES; i++)
        sound[i] = -0.25f;
    hear(RATE, 5000, 4096, &found);
    assert_true(found.counted > 0);
    assert_near(found.zero_crossings_s.mean, 0, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sine_is_where_it_is),
        cmocka_unit_test(a_full_scale_sine_has_minus_three_decibels),
        cmocka_unit_test(white_noise_is_flat),
        cmocka_unit_test(bands_have_true_edges),
        cmocka_unit_test(silence_has_numbers_for_all),
        cmocka_unit_test(quiet_parts_do_not_count),
        cmocka_unit_test(pieces_of_any_size_give_the_same_bits),
        cmocka_unit_test(every_rate_is_heard),
        cmocka_unit_test(the_padding_crosses_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
