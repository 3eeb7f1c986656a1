// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pitch, purity and aliasing of every source, measured on renders of whole documents.
#include "cm.h"
#include "piece.h"
#include "rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SR 48000.0

static const struct {
    const char *what, *line;
    double factor; // sounding pitch over the note's
} sources[] = {
    {"osc sine", "create a osc shape=sine", 1},
    {"osc saw", "create a osc shape=saw", 1},
    {"osc square", "create a osc shape=square", 1},
    {"osc triangle", "create a osc shape=triangle", 1},
    {"supersaw, detune 0", "create a supersaw detune=0", 1},
    {"wavetable", "create a wavetable table=basic", 1},
    {"fm, one carrier",
     "create a fm algorithm=8 vel=0 sustain1=1 level2=0 level3=0 level4=0 decay1=20", 1},
    {"sampler of a sine", "create a sampler mode=loop file=sine", 262.0 / 261.62556530059863},
};

static double cents_off(const char *line, double hz, double factor)
{
    char melody[80];
    snprintf(melody, sizeof melody, "melody a div=0.25 gate=1: %.6fHz", hz);
    struct vy_doc *const doc = PIECE(line, "set a.gain -6dB", melody);
    struct piece_take t = piece_render(doc, 4800 + 48000);
    float *const x = piece_channel(&t, 0, 4800, 48000);
    assert_true(rig_rms(x, 48000) > 0.01);
    const double heard = rig_frequency(x, 48000, hz * factor, SR);
    free(x);
    piece_drop(&t);
    vy_doc_destroy(doc);
    return 1200 * log2(heard / (hz * factor));
}

static void every_source_is_in_tune(void **state)
{
    (void)state;
    static const double pitch[] = {20, 27.5, 55, 110, 440, 1000, 3000, 4186.009, 10000};
    for (size_t s = 0; s < sizeof sources / sizeof *sources; s++) {
        double worst = 0;
        for (size_t p = 0; p < sizeof pitch / sizeof *pitch; p++) {
            const double off = fabs(cents_off(sources[s].line, pitch[p], sources[s].factor));
            if (off > 0.1)
                print_error("%s at %g Hz is %g cents off\n", sources[s].what, pitch[p], off);
            worst = fmax(worst, off);
        }
        char what[80];
        snprintf(what, sizeof what, "pitch error, %s, 20 Hz..10 kHz, cents", sources[s].what);
        piece_figure(what, worst, "< 0.1");
        assert_true(worst < 0.1);
    }
}

static void freq_knob_is_in_tune_too(void **state)
{
    (void)state;
    double worst = 0;
    static const double pitch[] = {20, 440, 10000};
    for (size_t p = 0; p < 3; p++) {
        char line[80];
        snprintf(line, sizeof line, "create a osc shape=sine freq=%gHz", pitch[p]);
        struct vy_doc *const doc = PIECE(line, "set a.gain -6dB");
        struct piece_take t = piece_render(doc, 48000);
        float *const x = piece_channel(&t, 0, 0, 48000);
        worst = fmax(worst, fabs(1200 * log2(rig_frequency(x, 48000, pitch[p], SR) / pitch[p])));
        free(x);
        piece_drop(&t);
        vy_doc_destroy(doc);
    }
    piece_figure("pitch error, osc freq knob, cents", worst, "< 0.1");
    assert_true(worst < 0.1);
}

// ---- drift --------------------------------------------------------------------------------------

// Ten minutes of a against b: kept are the largest difference and the last second of the left.
struct drift {
    uint64_t at;
    double most;
    float last[48000];
};

static void watch(void *arg, const float *stereo, uint32_t frames)
{
    struct drift *const d = arg;
    for (uint32_t n = 0; n < frames; n++, d->at++) {
        d->most = fmax(d->most, fabs((double)stereo[2 * n + 1]));
        if (d->at >= 28800000 - 48000 && d->at < 28800000)
            d->last[d->at - (28800000 - 48000)] = stereo[2 * n];
    }
}

// One oscillator left; right the sum of two that must cancel: the same pitch by knob and by note,
// half a turn apart.
static void equal_pitches_stay_locked_for_ten_minutes(void **state)
{
    (void)state;
    struct drift *const d = calloc(1, sizeof *d);
    struct vy_doc *const doc =
        PIECE("create a osc shape=sine freq=440Hz", "create b osc shape=sine freq=440Hz",
              "create c osc shape=sine freq=440Hz phase=180", "set a.pan -1", "set b.pan 1",
              "set c.pan 1", "set a.gain -12dB", "set b.gain -12dB", "set c.gain -12dB");
    struct piece_take t = {.sink = watch, .arg = d};
    piece_render_as(doc, &(struct vy_render){.frames = 28800000, .block = 4096}, &t);
    assert_true(d->at == 28800000);
    piece_figure("locked oscillators, largest difference in 10 minutes", d->most, "0");
    assert_true(d->most < 1e-7); // half a turn apart: the polynomial's two halves may round apart
    const double off = 1200 * log2(rig_frequency(d->last, 48000, 440, SR) / 440);
    piece_figure("pitch error in the tenth minute, cents", fabs(off), "< 0.1");
    assert_true(fabs(off) < 0.1);
    piece_drop(&t);
    vy_doc_destroy(doc);
    free(d);
}

// ---- purity -------------------------------------------------------------------------------------

static double sine_snr(const char *const *more, double *floor_dbfs)
{
    struct vy_doc *const doc = PIECE("create a osc shape=sine freq=997Hz", "set a.gain -6dB");
    for (; *more; more++)
        piece_do(doc, *more);
    struct piece_take t = piece_render(doc, 4800 + 48000);
    float *const x = piece_channel(&t, 0, 4800, 48000);
    double sine;
    const double rest = piece_residue(x, 48000, 997, SR, &sine);
    free(x);
    piece_drop(&t);
    vy_doc_destroy(doc);
    *floor_dbfs = rig_db(rest);
    return rig_db(sine / rest);
}

static void a_sine_is_clean(void **state)
{
    (void)state;
    double rest;
    const double snr = sine_snr((const char *const[]){NULL}, &rest);
    piece_figure("SNR of a 997 Hz sine, dB", snr, "> 110");
    piece_figure("its residue, dBFS", rest, "< -120");
    assert_true(snr > 110);
    assert_true(rest < -120);
    const double chain =
        sine_snr((const char *const[]){"add svf a cutoff=20000", "add eq a", "add delay a mix=0",
                                       "add reverb a mix=0", "bus b", "patch a b out", NULL},
                 &rest);
    piece_figure("SNR through svf, eq, delay, reverb, bus, limiter, dB", chain, "> 110");
    piece_figure("residue of that chain, dBFS", rest, "< -120");
    assert_true(chain > 110);
    assert_true(rest < -120);
}

static void a_silent_studio_is_silent(void **state)
{
    (void)state;
    struct vy_doc *const doc = PIECE(
        "create a analog", "melody a: C4 . . .", "add chorus a", "add delay a mix=1 feedback=0.2",
        "add reverb a decay=0.3s", "create s sampler file=sine", "create k kick", "add eq k",
        "add compressor k", "add delay out mix=0.1 feedback=0.1", "at 1 0 melody a: .");
    piece_do(doc, "create f fm");
    struct piece_take t = piece_render(doc, 48000 * 12);
    float *const x = piece_channel(&t, 0, 48000 * 10, 48000 * 2);
    const double level = rig_db(rig_peak(x, 48000 * 2));
    piece_figure("noise floor of an idle studio with effects, dBFS", level, "< -120");
    assert_true(level < -120);
    free(x);
    piece_drop(&t);
    vy_doc_destroy(doc);
}

// ---- aliasing -----------------------------------------------------------------------------------

enum { FFT = 65536 };

// Largest line that is no harmonic, over the fundamental. f0 is bin k of the FFT (k prime).
static double alias_db(const char *shape, uint32_t k)
{
    char line[96];
    snprintf(line, sizeof line, "create a osc shape=%s freq=%.8fHz", shape, SR * k / FFT);
    struct vy_doc *const doc = PIECE(line, "set a.gain -6dB");
    struct piece_take t = piece_render(doc, FFT + 4800);
    float *const x = piece_channel(&t, 0, 4800, FFT);
    double *const bin = calloc(FFT / 2 + 1, sizeof *bin);
    rig_spectrum(x, FFT, bin);
    double worst = 0;
    for (uint32_t b = 8; b < FFT / 2; b++) {
        const uint32_t off = b % k;
        if (off > 8 && off < k - 8)
            worst = fmax(worst, bin[b]);
    }
    const double db = rig_db(worst / bin[k]);
    free(bin);
    free(x);
    piece_drop(&t);
    vy_doc_destroy(doc);
    return db;
}

static void nothing_folds(void **state)
{
    (void)state;
    static const char *const shapes[] = {"saw", "square", "triangle"};
    static const uint32_t ks[] = {1361, 6829}; // 996.8 and 5001.7 Hz
    for (int s = 0; s < 3; s++)
        for (int i = 0; i < 2; i++) {
            const double db = alias_db(shapes[s], ks[i]);
            char what[80];
            snprintf(what, sizeof what, "aliasing of a %s at %.0f Hz, dB", shapes[s],
                     SR * ks[i] / FFT);
            piece_figure(what, db, "< -80");
            assert_true(db < -80);
        }
}

// ---- aliasing of a sweep ------------------------------------------------------------------------
//
// The same sweep played by two sines a quarter turn apart gives the phase p(n) of every frame. In a
// short window the wave must be a sum of sin and cos of h p(n) below Nyquist, each with amplitudes
// moving straight; a least squares fit leaves what is no harmonic. Where the oscillator changes
// tables its highest partials (over 18 kHz) come or go within one tick: the fit is told the tick.

enum { SWEEP = 48000 * 2, WINDOW = 1024, MOST_TERMS = 128 };

static float *sweep(const char *shape, int phase)
{
    char line[96];
    snprintf(line, sizeof line, "create a osc shape=%s freq=1000Hz phase=%d", shape, phase);
    // two seconds are one bar: the ramp begins with the bar
    struct vy_doc *const doc = PIECE(line, "set a.gain -6dB", "ramp a.freq 5000Hz 1 exp");
    struct piece_take t = piece_render(doc, SWEEP);
    float *const x = piece_channel(&t, 0, 0, SWEEP);
    piece_drop(&t);
    vy_doc_destroy(doc);
    return x;
}

// Residue of a least squares fit by Cholesky; v [terms][WINDOW].
static double fit(double (*v)[WINDOW], int terms, const float *x)
{
    static double a[MOST_TERMS][MOST_TERMS], b[MOST_TERMS];
    for (int r = 0; r < terms; r++) {
        b[r] = 0;
        for (int n = 0; n < WINDOW; n++)
            b[r] += v[r][n] * (double)x[n];
        for (int c = 0; c <= r; c++) {
            a[r][c] = 0;
            for (int n = 0; n < WINDOW; n++)
                a[r][c] += v[r][n] * v[c][n];
            for (int k = 0; k < c; k++)
                a[r][c] -= a[r][k] * a[c][k];
            a[r][c] = r == c ? sqrt(fmax(a[r][r], 1e-12)) : a[r][c] / a[c][c];
        }
        for (int k = 0; k < r; k++)
            b[r] -= a[r][k] * b[k];
        b[r] /= a[r][r];
    }
    for (int r = terms - 1; r >= 0; r--) {
        for (int k = r + 1; k < terms; k++)
            b[r] -= a[k][r] * b[k];
        b[r] /= a[r][r];
    }
    double sum = 0;
    for (int n = 0; n < WINDOW; n++) {
        double d = (double)x[n];
        for (int r = 0; r < terms; r++)
            d -= b[r] * v[r][n];
        sum += d * d;
    }
    return sqrt(sum / WINDOW);
}

static int add_terms(double (*v)[WINDOW], int terms, const double *phase, int h, int tick)
{
    for (int n = 0; n < WINDOW; n++) {
        const double late = n + 1 - 64 * tick, t = 2.0 * n / WINDOW - 1;
        const double with = tick < 0 ? t : fmin(fmax(late / 64, 0), 1);
        v[terms][n] = with * cos(h * phase[n]);
        v[terms + 1][n] = with * sin(h * phase[n]);
    }
    return terms + 2;
}

static double sweep_residue(const float *x, const float *si, const float *co, int from)
{
    static double v[MOST_TERMS][WINDOW], phase[WINDOW];
    double own = 0, best = 0;
    for (int n = 0; n < WINDOW; n++) {
        phase[n] = atan2((double)si[from + n], (double)co[from + n]);
        own += (double)x[from + n] * (double)x[from + n];
    }
    double step = phase[WINDOW - 1] - phase[WINDOW - 2];
    step -= 2 * M_PI * floor(step / (2 * M_PI));
    int terms = 0, top = 0;
    for (int h = 1; h * step < M_PI; h++) {
        for (int n = 0; n < WINDOW; n++) {
            v[terms][n] = cos(h * phase[n]);
            v[terms + 1][n] = sin(h * phase[n]);
        }
        terms = add_terms(v, terms + 2, phase, h, -1);
        top = h;
    }
    best = fit(v, terms, x + from);
    for (int tick = 0; tick < WINDOW / 64 && best > 1e-5 * sqrt(own / WINDOW); tick++) {
        int more = terms;
        for (int h = top; h * step > 2 * M_PI * 18000 / SR; h--)
            more = add_terms(v, more, phase, h, tick);
        best = fmin(best, fit(v, more, x + from));
    }
    return rig_db(best / sqrt(own / WINDOW));
}

static void nothing_folds_in_a_sweep(void **state)
{
    (void)state;
    static const char *const shapes[] = {"saw", "square", "triangle"};
    float *const si = sweep("sine", 0), *const co = sweep("sine", 90);
    for (int s = 0; s < 3; s++) {
        float *const x = sweep(shapes[s], 0);
        double worst = -300;
        for (int from = 1216; from + WINDOW < SWEEP; from += 4096)
            worst = fmax(worst, sweep_residue(x, si, co, from));
        char what[80];
        snprintf(what, sizeof what, "aliasing of a %s swept 1 to 5 kHz in 2 s, dB", shapes[s]);
        piece_figure(what, worst, "< -80");
        assert_true(worst < -80);
        free(x);
    }
    free(si);
    free(co);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_source_is_in_tune),
        cmocka_unit_test(freq_knob_is_in_tune_too),
        cmocka_unit_test(equal_pitches_stay_locked_for_ten_minutes),
        cmocka_unit_test(a_sine_is_clean),
        cmocka_unit_test(a_silent_studio_is_silent),
        cmocka_unit_test(nothing_folds),
        cmocka_unit_test(nothing_folds_in_a_sweep),
    };
    return cmocka_run_group_tests_name("pitch", tests, piece_open, piece_close);
}
