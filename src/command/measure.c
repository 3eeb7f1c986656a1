// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/measure.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define FULL_S 3.0 ///< from this length on every window of loudness was full

static const struct {
    const char *name, *group, *field;
} shorts[] = {
    {"loudness", "loudness", "integrated_lufs"},
    {"true_peak", "loudness", "true_peak_dbtp"},
    {"peak", "level", "peak_dbfs"},
    {"rms", "level", "rms_dbfs"},
    {"crest", "level", "crest_db"},
    {"dc", "level", "dc"},
    {"centroid", "spectrum", "centroid_hz"},
    {"correlation", "stereo", "correlation"},
    {"width", "stereo", "width"},
    {"clipped", "level", "full_scale_samples"},
    {"silence", "level", "quiet_share"},
    {"momentary", "loudness", "momentary_max_lufs"},
    {"short_term", "loudness", "short_term_max_lufs"},
    {"range", "loudness", "range_lu"},
    {"mono_loss", "stereo", "mono_loss_db"},
};
#define SHORTS (sizeof shorts / sizeof *shorts)

static const struct vy_field *row_of(const char *group, size_t length, const char *name)
{
    for (size_t i = 0; vy_field_at(i); i++) {
        const struct vy_field *const field = vy_field_at(i);
        if (strlen(field->group) == length && memcmp(field->group, group, length) == 0 &&
            strcmp(field->name, name) == 0)
            return field;
    }
    return NULL;
}

const char *vy_measure_at(size_t i, const struct vy_field **field)
{
    if (i >= SHORTS)
        return NULL;
    *field = row_of(shorts[i].group, strlen(shorts[i].group), shorts[i].field);
    return shorts[i].name;
}

// Candidates for "did you mean": short names, then plain ones.
static const char *candidate(void *unused, size_t i)
{
    (void)unused;
    if (i < SHORTS)
        return shorts[i].name;
    return vy_field_at(i - SHORTS) ? vy_field_at(i - SHORTS)->name : NULL;
}

const struct vy_field *vy_measure_find(const char *name, int at, struct vy_err *err)
{
    const struct vy_field *found = NULL;
    const char *const dot = strchr(name, '.');
    for (size_t i = 0; vy_measure_at(i, &found); i++)
        if (strcmp(shorts[i].name, name) == 0)
            return found;
    found = dot ? row_of(name, (size_t)(dot - name), dot + 1) : NULL;
    for (size_t i = 0; !dot && vy_field_at(i); i++) {
        const struct vy_field *const field = vy_field_at(i);
        if (strcmp(field->name, name) != 0)
            continue;
        if (found) {
            vy_fail(err, VY_BAD_ARG, at, "%s is measured of several: %s.%s, %s.%s", name,
                    found->group, name, field->group, name);
            return NULL;
        }
        found = field;
    }
    if (!found) {
        vy_fail(err, VY_BAD_ARG, at, "nothing is measured that is called '%.40s'", name);
        vy_err_suggest(err, dot ? dot + 1 : name, candidate, NULL);
    }
    return found;
}

double vy_measure_value(const struct vy_field *field, const struct vy_report *report)
{
    static const char *const levels[] = {"LUFS", "dBTP", "dBFS"};
    const double value = vy_field_value(field, report);
    const bool heard = report->ears & field->ear;
    const bool silent = (report->ears & VY_EAR_LEVEL) && isnan(report->level.rms_dbfs);
    if (isnan(value) && heard && (silent || report->seconds >= FULL_S))
        for (size_t i = 0; i < sizeof levels / sizeof *levels; i++)
            if (strcmp(field->unit, levels[i]) == 0)
                return -HUGE_VAL;
    return value;
}

json_t *vy_measured_json(const struct vy_report *report)
{
    json_t *const out = json_object();
    const struct vy_field *field;
    const char *name;
    json_object_set_new(out, "seconds", json_real(report->seconds));
    for (size_t i = 0; (name = vy_measure_at(i, &field)); i++) {
        const double value = vy_field_value(field, report);
        json_object_set_new(out, name, isfinite(value) ? json_real(value) : json_null());
    }
    return out;
}
