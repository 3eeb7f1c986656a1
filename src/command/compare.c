// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A difference is told to people when it is larger than the least of its unit: what a careful
// listener may notice, or a meter shows.
#include "command/compare.h"

#include "command/aside.h"
#include "command/handlers.h"
#include "command/same.h"
#include "command/takes.h"
#include "listen/listener.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BAND_DB 1.0 ///< least difference of a band that is told

// Units, and the least difference that is told; of Hz a part of the value.
static const struct least {
    const char *unit;
    double amount;
    bool part;
} leasts[] = {{"dB", 0.3, false},        {"dBFS", 0.3, false}, {"dBTP", 0.3, false},
              {"LUFS", 0.2, false},      {"LU", 0.5, false},   {"Hz", 0.03, true},
              {"dB/octave", 0.3, false}, {"1/s", 0.05, true},  {"s", 0.05, false},
              {"frames", 1, false},      {"bpm", 0.5, false},  {"cents", 2, false},
              {"dB(A)", 0.3, false},     {"", 0.02, false}};

static bool is_told(const struct vy_field *field, double a, double b)
{
    for (size_t i = 0; i < sizeof leasts / sizeof *leasts; i++)
        if (strcmp(leasts[i].unit, field->unit) == 0)
            return fabs(b - a) >= leasts[i].amount * (leasts[i].part ? fmax(fabs(a), 1e-9) : 1);
    return a != b;
}

// Is the row a detail of another (spread, percentiles)?
static bool is_detail(const struct vy_field *field)
{
    static const char *const ends[] = {"_std", "_p10", "_median", "_p90"};
    const size_t n = strlen(field->name);
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
        if (n > strlen(ends[i]) && strcmp(field->name + n - strlen(ends[i]), ends[i]) == 0)
            return true;
    return false;
}

static double power_db(const struct vy_ltas *bands)
{
    double sum = 1e-30;
    for (uint32_t i = 0; i < bands->bands; i++)
        if (isfinite(bands->level_db[i]))
            sum += pow(10, 0.1 * (double)bands->level_db[i]);
    return 10 * log10(sum);
}

// Bands are those of the mono mix, loudness is of all channels together: it is no measure for bands
// where the channels are not as many.
static double loudness_gap(const struct vy_report *a, const struct vy_report *b)
{
    if (a->chans != b->chans)
        return power_db(&b->spectrum.third) - power_db(&a->spectrum.third);
    const double gap = b->loudness.integrated_lufs - a->loudness.integrated_lufs;
    return isfinite(gap) ? gap : b->level.rms_dbfs - a->level.rms_dbfs;
}

// Bands narrower than a bin of the transform share it with their neighbours, by an amount that
// depends on the rate.
static bool can_compare(const struct vy_report *a, const struct vy_report *b, uint32_t band)
{
    const struct vy_ltas *const third = &a->spectrum.third;
    const double width = (double)(third->edge_hz[band + 1] - third->edge_hz[band]);
    const uint32_t rate = a->sr_hz > b->sr_hz ? a->sr_hz : b->sr_hz;
    return a->sr_hz == b->sr_hz || width > (double)rate / VY_LISTENER_FFT;
}

/// Difference of a third-octave band; `gap` is taken off. NAN where one of them has nothing.
static double band_change(const struct vy_report *a, const struct vy_report *b, uint32_t band,
                          double gap)
{
    if (!can_compare(a, b, band))
        return (double)NAN;
    return (double)b->spectrum.third.level_db[band] - (double)a->spectrum.third.level_db[band] -
           gap;
}

static json_t *bands_json(const struct vy_report *a, const struct vy_report *b)
{
    json_t *const bands = json_object(), *const edge = json_array();
    json_t *const level = json_array(), *const shape = json_array();
    const double gap = loudness_gap(a, b);
    const struct vy_ltas *const third = &a->spectrum.third;
    for (uint32_t i = 0; i <= third->bands; i++)
        json_array_append_new(edge, vy_json_number((double)third->edge_hz[i]));
    for (uint32_t i = 0; i < third->bands; i++) {
        json_array_append_new(level, vy_json_number(band_change(a, b, i, 0)));
        json_array_append_new(shape, vy_json_number(band_change(a, b, i, gap)));
    }
    json_object_set_new(bands, "edge_hz", edge);
    json_object_set_new(bands, "level_db", level);
    json_object_set_new(bands, "shape_db", shape);
    return bands;
}

json_t *vy_compare_json(const struct vy_analysis *a, const struct vy_analysis *b)
{
    json_t *const root = json_pack("{s:s,s:s}", "a", a->path, "b", b->path);
    json_t *const change = json_object();
    for (size_t i = 0; vy_field_at(i); i++) {
        const struct vy_field *const field = vy_field_at(i);
        const double x = vy_field_value(field, &a->report), y = vy_field_value(field, &b->report);
        char name[96];
        snprintf(name, sizeof name, "%s.%s", field->group, field->name);
        json_object_set_new(change, name,
                            json_pack("{s:o,s:o,s:o,s:s}", "a", vy_json_number(x), "b",
                                      vy_json_number(y), "change", vy_json_number(y - x), "unit",
                                      field->unit));
    }
    json_object_set_new(root, "changes", change);
    json_object_set_new(root, "bands", bands_json(&a->report, &b->report));
    return root;
}

static void say_bands(const struct vy_report *a, const struct vy_report *b, struct vy_buf *text)
{
    const double gap = loudness_gap(a, b);
    const struct vy_ltas *const third = &a->spectrum.third;
    uint32_t said = 0;
    for (uint32_t i = 0; i < third->bands;) {
        const double first = band_change(a, b, i, gap);
        double sum = 0;
        uint32_t n = 0;
        while (i + n < third->bands && fabs(band_change(a, b, i + n, gap)) >= BAND_DB &&
               (band_change(a, b, i + n, gap) > 0) == (first > 0))
            sum += band_change(a, b, i + n++, gap);
        if (n)
            vy_buf_add(text, "%s %+.1f dB in %.0f..%.0f Hz", said++ ? "," : "\n  balance  ",
                       sum / n, (double)third->edge_hz[i], (double)third->edge_hz[i + n]);
        i += n ? n : 1;
    }
    if (!said)
        vy_buf_add(text, "\n  balance   the same within %.0f dB in every third of an octave",
                   BAND_DB);
    else if (fabs(gap) >= 0.1)
        vy_buf_add(text, " (with both at one loudness)");
}

static void say_key(const struct vy_music_found *a, const struct vy_music_found *b,
                    struct vy_buf *text)
{
    if (a->key >= 0 && b->key >= 0 && (a->key != b->key || a->mode != b->mode))
        vy_buf_add(text, "\n  key       %s %s -> %s %s", vy_pitch_class_name(a->key),
                   a->mode == VY_MODE_MINOR ? "minor" : "major", vy_pitch_class_name(b->key),
                   b->mode == VY_MODE_MINOR ? "minor" : "major");
}

void vy_compare_text(const struct vy_analysis *a, const struct vy_analysis *b, struct vy_buf *text)
{
    vy_buf_add(text, "%s -> %s", a->path, b->path);
    uint32_t said = 0;
    for (size_t i = 0; vy_field_at(i); i++) {
        const struct vy_field *const field = vy_field_at(i);
        const double x = vy_field_value(field, &a->report), y = vy_field_value(field, &b->report);
        if (is_detail(field) || !isfinite(x) || !isfinite(y) || !is_told(field, x, y))
            continue;
        vy_buf_add(text, "\n  %-20s %10.4g -> %10.4g %-10s %+.3g", field->name, x, y, field->unit,
                   y - x);
        said++;
    }
    if (!said)
        vy_buf_add(text, "\n  no number changed by more than one would notice");
    say_bands(&a->report, &b->report, text);
    say_key(&a->report.music, &b->report.music, text);
}

struct pair {
    const struct vy_call *call;
    char a[VY_TAKES_PATH], b[VY_TAKES_PATH];
};

static vy_status work(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct pair *const pair = arg;
    const struct vy_call *const call = pair->call;
    struct vy_analyze_told told = {call->work, 0, 0.4};
    const struct vy_analyze_want want = {.progress = vy_analyze_tell, .arg = &told};
    struct vy_analysis *const a = calloc(2, sizeof *a);
    if (!a)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    struct vy_analysis *const b = a + 1;
    vy_status status = vy_analyze(pair->a, &want, a, err);
    told = (struct vy_analyze_told){call->work, 0.4, 0.8};
    if (!status)
        status = vy_analyze(pair->b, &want, b, err);
    struct vy_same same;
    vy_work_tell(call->work, 0.8, "comparing the samples");
    if (!status)
        status = vy_same_files(a->path, b->path, &same, err);
    if (!status) {
        vy_compare_text(a, b, text);
        vy_same_text(&same, text);
        json_t *const all = vy_compare_json(a, b);
        json_object_update(result, all);
        json_object_set_new(result, "samples", vy_same_json(&same));
        json_decref(all);
    }
    vy_analysis_clear(a);
    vy_analysis_clear(b);
    free(a);
    return status;
}

vy_status vy_do_compare(struct vy_call *call, struct vy_err *err)
{
    struct pair pair = {.call = call};
    vy_status status = vy_sound_named(call, call->args->value[0].text, pair.a, err);
    if (!status)
        status = vy_sound_named(call, call->args->value[1].text, pair.b, err);
    return status ? status : vy_aside_call(call, work, &pair, err);
}
