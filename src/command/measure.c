// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The centroid is that of the power spectrum of Hann windows of 2048 frames, half overlapping.
#include "command/measure.h"

#include "listen/level.h"
#include "listen/loudness.h"
#include "listen/stft.h"
#include "listen/stereo.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define WINDOW 2048
#define PART 512

struct vy_measure {
    struct vy_level *level;
    struct vy_loudness *loudness;
    struct vy_stereo_ear *stereo;
    struct vy_stft *stft;
    double bin_power, bin_power_hz; ///< for the centroid
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

static void take_hop(void *arg, const struct vy_hop *hop)
{
    struct vy_measure *const m = arg;
    const struct vy_hop_shape *const shape = vy_stft_shape(m->stft);
    if (!hop->index) // half of it lies before the sound, whose start would be an edge
        return;
    for (uint32_t k = 1; k + 1 < shape->bins; k++) {
        const double power = (double)hop->power[k];
        m->bin_power += power;
        m->bin_power_hz += power * k * shape->sr_hz / WINDOW;
    }
}

struct vy_measure *vy_measure_new(uint32_t sr_hz)
{
    struct vy_measure *const m = calloc(1, sizeof *m);
    if (!m)
        return NULL;
    if (vy_level_new(sr_hz, 2, &m->level) || vy_stereo_new(sr_hz, 2, &m->stereo) ||
        vy_loudness_new(sr_hz, 2, NULL, NULL, NULL, &m->loudness) ||
        vy_stft_new(sr_hz, WINDOW, WINDOW / 2, take_hop, m, &m->stft)) {
        vy_measure_destroy(m);
        return NULL;
    }
    return m;
}

void vy_measure_destroy(struct vy_measure *measure)
{
    if (!measure)
        return;
    vy_level_destroy(measure->level);
    vy_loudness_destroy(measure->loudness);
    vy_stereo_destroy(measure->stereo);
    vy_stft_destroy(measure->stft);
    free(measure);
}

void vy_measure_add(struct vy_measure *measure, const float *stereo, uint32_t frames)
{
    float wave[2][PART], mono[PART];
    const float *const chan[] = {wave[0], wave[1]};
    for (uint32_t at = 0; at < frames; at += PART) {
        const uint32_t n = frames - at < PART ? frames - at : PART;
        for (uint32_t i = 0; i < n; i++) {
            wave[0][i] = stereo[2 * (at + i)];
            wave[1][i] = stereo[2 * (at + i) + 1];
            mono[i] = 0.5f * (wave[0][i] + wave[1][i]);
        }
        vy_level_push(measure->level, chan, 2, n);
        vy_loudness_push(measure->loudness, chan, 2, n);
        vy_stereo_push(measure->stereo, chan, 2, n);
        vy_stft_push(measure->stft, mono, n);
    }
}

// Silence has a level for those who compare: below all others.
static double or_silence(double db)
{
    return isnan(db) ? -HUGE_VAL : db;
}

void vy_measure_result(const struct vy_measure *measure, struct vy_measured *result)
{
    const struct vy_measure *const m = measure;
    struct vy_level_found level;
    struct vy_loudness_found loudness;
    struct vy_stereo_found stereo;
    vy_level_result(m->level, &level);
    vy_loudness_result(m->loudness, &loudness);
    vy_stereo_result(m->stereo, &stereo);
    *result = (struct vy_measured){
        .seconds = level.seconds,
        .loudness = or_silence(loudness.integrated_lufs),
        .true_peak = or_silence(loudness.true_peak_dbtp),
        .peak = or_silence(level.peak_dbfs),
        .rms = or_silence(level.rms_dbfs),
        .crest = level.crest_db,
        .dc = level.dc,
        .centroid = m->bin_power > 1e-12 ? m->bin_power_hz / m->bin_power : (double)NAN,
        .correlation = stereo.correlation,
        .width = stereo.width,
        .clipped = (double)level.full_scale,
        .silence = level.quiet_share,
    };
}
