// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a stretch of stereo sound measures: loudness (EBU R 128), peaks, balance, width.
#ifndef VY_COMMAND_MEASURE_H
#define VY_COMMAND_MEASURE_H

#include "base/status.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct vy_measure;

/// Results; -INFINITY or NAN where there is nothing to measure.
struct vy_measured {
    double seconds;
    double loudness;    ///< LUFS, integrated
    double true_peak;   ///< dBTP
    double peak;        ///< dBFS
    double rms;         ///< dBFS
    double crest;       ///< dB
    double dc;          ///< mean of both channels, full scale 1
    double centroid;    ///< Hz
    double correlation; ///< of left and right, -1..1
    double width;       ///< side energy in all energy, 0..1
    double clipped;     ///< samples at or over full scale
    double silence;     ///< part of the frames below -60 dBFS, 0..1
};

/// NULL when memory is out or the rate is no rate.
struct vy_measure *vy_measure_new(uint32_t sr_hz);
/// @param stereo  interleaved [frames][2]
void vy_measure_add(struct vy_measure *measure, const float *stereo, uint32_t frames);
void vy_measure_result(const struct vy_measure *measure, struct vy_measured *result);
void vy_measure_destroy(struct vy_measure *measure);

/// Rows of the results: name, unit, help; NULL after the last.
struct vy_metric {
    const char *name, *unit, *text;
    size_t offset;
};
const struct vy_metric *vy_metric_at(size_t i);
const struct vy_metric *vy_metric_find(const char *name);
double vy_metric_value(const struct vy_metric *metric, const struct vy_measured *measured);

/// As an object; what could not be measured is null.
json_t *vy_measured_json(const struct vy_measured *measured);

#endif
