// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The centroid is that of the power spectrum of Hann windows of 2048 frames, half overlapping.
#include "command/measure.h"

#include <ebur128.h>
#include <fftw3.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW 2048

struct vy_measure {
    ebur128_state *r128;
    uint32_t sr_hz;
    uint64_t frames, clipped, silent;
    double peak, sum, square[2], cross;
    double bin_power, bin_power_hz; ///< for the centroid
    uint32_t filled;
    float *window, *ring, *in;
    fftwf_complex *out;
    fftwf_plan plan;
};

static const struct vy_metric metrics[] = {
#define ROW(name, unit, text)                                 \
    {                                                         \
#name, unit, text, offsetof(struct vy_measured, name) \
    }
    ROW(loudness, "LUFS", "integrated loudness, EBU R 128"),
    ROW(true_peak, "dBTP", "peak between samples too, 4 times oversampled"),
    ROW(peak, "dBFS", "largest sample"),
    ROW(rms, "dBFS", "root mean square of both channels"),
    ROW(crest, "dB", "peak over rms"),
    ROW(dc, "", "mean, full scale is 1"),
    ROW(centroid, "Hz", "centre of the spectrum: how bright it is"),
    ROW(correlation, "", "of left and right: 1 mono, 0 unrelated, below 0 cancels in mono"),
    ROW(width, "", "part of the energy that is in the side signal"),
    ROW(clipped, "", "samples at or above full scale"),
    ROW(silence, "", "part of the time below -60 dBFS"),
#undef ROW
};

const struct vy_metric *vy_metric_at(size_t i)
{
    return i < sizeof metrics / sizeof *metrics ? &metrics[i] : NULL;
}

const struct vy_metric *vy_metric_find(const char *name)
{
    for (size_t i = 0; vy_metric_at(i); i++)
        if (strcmp(metrics[i].name, name) == 0)
            return &metrics[i];
    return NULL;
}

double vy_metric_value(const struct vy_metric *metric, const struct vy_measured *measured)
{
    double value;
    memcpy(&value, (const char *)measured + metric->offset, sizeof value);
    return value;
}

json_t *vy_measured_json(const struct vy_measured *measured)
{
    json_t *const out = json_object();
    json_object_set_new(out, "seconds", json_real(measured->seconds));
    for (size_t i = 0; vy_metric_at(i); i++) {
        const double value = vy_metric_value(vy_metric_at(i), measured);
        json_object_set_new(out, metrics[i].name, isfinite(value) ? json_real(value) : json_null());
    }
    return out;
}

struct vy_measure *vy_measure_new(uint32_t sr_hz)
{
    struct vy_measure *const m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    m->sr_hz = sr_hz;
    m->r128 = ebur128_init(2, sr_hz, EBUR128_MODE_I | EBUR128_MODE_TRUE_PEAK);
    m->window = malloc(WINDOW * sizeof(float));
    m->ring = calloc(WINDOW, sizeof(float));
    m->in = fftwf_alloc_real(WINDOW);
    m->out = fftwf_alloc_complex(WINDOW / 2 + 1);
    if (m->in && m->out)
        m->plan = fftwf_plan_dft_r2c_1d(WINDOW, m->in, m->out, FFTW_ESTIMATE);
    if (!m->r128 || !m->window || !m->ring || !m->plan) {
        vy_measure_destroy(m);
        return NULL;
    }
    for (int i = 0; i < WINDOW; i++)
        m->window[i] = 0.5f - 0.5f * (float)cos(2 * M_PI * i / WINDOW);
    return m;
}

void vy_measure_destroy(struct vy_measure *measure)
{
    if (!measure)
        return;
    if (measure->r128)
        ebur128_destroy(&measure->r128);
    if (measure->plan)
        fftwf_destroy_plan(measure->plan);
    fftwf_free(measure->in);
    fftwf_free(measure->out);
    free(measure->window);
    free(measure->ring);
    free(measure);
}

static void spectrum(struct vy_measure *m)
{
    for (int i = 0; i < WINDOW; i++)
        m->in[i] = m->ring[i] * m->window[i];
    fftwf_execute(m->plan);
    for (int k = 1; k < WINDOW / 2; k++) {
        const double re = (double)m->out[k][0], im = (double)m->out[k][1];
        const double power = re * re + im * im;
        m->bin_power += power;
        m->bin_power_hz += power * k * m->sr_hz / WINDOW;
    }
    memmove(m->ring, m->ring + WINDOW / 2, WINDOW / 2 * sizeof(float));
    m->filled = WINDOW / 2;
}

void vy_measure_add(struct vy_measure *measure, const float *stereo, uint32_t frames)
{
    struct vy_measure *const m = measure;
    ebur128_add_frames_float(m->r128, stereo, frames);
    for (uint32_t i = 0; i < frames; i++) {
        const double l = (double)stereo[2 * i], r = (double)stereo[2 * i + 1];
        const double top = fmax(fabs(l), fabs(r));
        m->peak = fmax(m->peak, top);
        m->clipped += (fabs(l) >= 1) + (fabs(r) >= 1);
        m->silent += top < 0.001;
        m->sum += l + r;
        m->square[0] += l * l;
        m->square[1] += r * r;
        m->cross += l * r;
        m->ring[m->filled++] = (float)((l + r) / 2);
        if (m->filled == WINDOW)
            spectrum(m);
    }
    m->frames += frames;
}

static double db(double x)
{
    return x > 0 ? 20 * log10(x) : -HUGE_VAL;
}

void vy_measure_result(const struct vy_measure *measure, struct vy_measured *result)
{
    const struct vy_measure *const m = measure;
    const double n = m->frames ? (double)m->frames : 1;
    const double energy = m->square[0] + m->square[1];
    double left = 0, right = 0, loudness = -INFINITY;
    ebur128_true_peak(m->r128, 0, &left);
    ebur128_true_peak(m->r128, 1, &right);
    ebur128_loudness_global(m->r128, &loudness);
    const double both = sqrt(m->square[0] * m->square[1]);
    *result = (struct vy_measured){
        .seconds = (double)m->frames / m->sr_hz,
        .loudness = loudness,
        .true_peak = db(fmax(fmax(left, right), m->peak)),
        .peak = db(m->peak),
        .rms = db(sqrt(energy / (2 * n))),
        .crest = energy > 0 ? db(m->peak) - db(sqrt(energy / (2 * n))) : (double)NAN,
        .dc = m->sum / (2 * n),
        .centroid = m->bin_power > 1e-12 ? m->bin_power_hz / m->bin_power : (double)NAN,
        .correlation = both > 0 ? m->cross / both : (double)NAN,
        .width = energy > 0 ? fmax(0, (energy - 2 * m->cross) / (2 * energy)) : (double)NAN,
        .clipped = (double)m->clipped,
        .silence = (double)m->silent / n,
    };
}
