// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// process: decode, cut, mix down, resample, normalise. Each step says what it did.
#include "command/aside.h"
#include "command/handlers.h"
#include "command/mend_files.h"

#include <math.h>
#include <soxr.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/// One step's say.
struct steps {
    json_t *list;
    struct vy_buf *text;
};

__attribute__((format(printf, 3, 4))) static void did(struct steps *steps, const char *name,
                                                      const char *format, ...)
{
    char line[200];
    va_list list;
    va_start(list, format);
    vsnprintf(line, sizeof line, format, list);
    va_end(list);
    vy_buf_add(steps->text, "\n  %-10s %s", name, line);
    json_array_append_new(steps->list, json_pack("{s:s,s:s}", "name", name, "did", line));
}

static bool is_loud(const struct vy_wave *wave, size_t i, float least)
{
    for (uint32_t c = 0; c < wave->chans; c++)
        if (fabsf(wave->chan[c][i]) > least)
            return true;
    return false;
}

static vy_status trim(struct vy_wave *wave, double dbfs, struct steps *steps, struct vy_err *err)
{
    const float least = (float)pow(10, dbfs / 20);
    size_t from = 0, to = wave->frames;
    while (from < to && !is_loud(wave, from, least))
        from++;
    while (to > from && !is_loud(wave, to - 1, least))
        to--;
    if (from == to)
        return vy_fail(err, VY_NO_EFFECT, -1, "all of it is below %.0f dBFS", dbfs);
    for (uint32_t c = 0; c < wave->chans; c++)
        memmove(wave->chan[c], wave->chan[c] + from, (to - from) * sizeof(float));
    did(steps, "trim", "%.3f s before and %.3f s after, below %.0f dBFS",
        (double)from / wave->sr_hz, (double)(wave->frames - to) / wave->sr_hz, dbfs);
    wave->frames = to - from;
    return VY_OK;
}

static vy_status set_channels(struct vy_wave *wave, uint32_t chans, struct steps *steps,
                              struct vy_err *err)
{
    if (wave->chans == chans)
        return VY_OK;
    if (chans == 1) {
        for (uint32_t c = 1; c < wave->chans; c++)
            for (size_t i = 0; i < wave->frames; i++)
                wave->chan[0][i] += wave->chan[c][i];
        for (size_t i = 0; i < wave->frames; i++)
            wave->chan[0][i] /= (float)wave->chans;
    } else if (wave->chans == 1) {
        wave->chan[1] = malloc(wave->frames * sizeof(float));
        if (!wave->chan[1])
            return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        memcpy(wave->chan[1], wave->chan[0], wave->frames * sizeof(float));
    } else { // ITU-R BS.775: centre and surrounds at -3 dB to their side, no LFE
        for (size_t i = 0; i < wave->frames; i++)
            for (uint32_t c = 2; c < wave->chans; c++) {
                const float x = wave->chan[c][i] * 0.70710678f;
                const bool centre = c == 2 && wave->chans != 4, lfe = c == 3 && wave->chans >= 6;
                if (lfe)
                    continue;
                if (centre || c % 2 == 0)
                    wave->chan[0][i] += x;
                if (centre || c % 2 == 1)
                    wave->chan[1][i] += x;
            }
    }
    did(steps, "channels", "%u became %u", wave->chans, chans);
    for (uint32_t c = chans; c < wave->chans; c++) {
        free(wave->chan[c]);
        wave->chan[c] = NULL;
    }
    wave->chans = chans;
    return VY_OK;
}

static vy_status resample(struct vy_wave *wave, uint32_t sr_hz, struct steps *steps,
                          struct vy_err *err)
{
    if (wave->sr_hz == sr_hz)
        return VY_OK;
    const size_t frames = (size_t)((double)wave->frames * sr_hz / wave->sr_hz + 0.5);
    const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_VHQ, 0);
    const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
    for (uint32_t c = 0; c < wave->chans; c++) {
        float *const out = calloc(frames ? frames : 1, sizeof(float));
        size_t used, got;
        if (!out || soxr_oneshot(wave->sr_hz, sr_hz, 1, wave->chan[c], wave->frames, &used, out,
                                 frames, &got, &io, &quality, NULL)) {
            free(out);
            return vy_fail(err, VY_NO_MEMORY, -1, "out of memory for resampling");
        }
        free(wave->chan[c]);
        wave->chan[c] = out;
    }
    did(steps, "resample", "%u Hz became %u Hz", wave->sr_hz, sr_hz);
    wave->sr_hz = sr_hz;
    wave->frames = frames;
    return VY_OK;
}

static void fade(struct vy_wave *wave, double seconds, struct steps *steps)
{
    size_t n = (size_t)(seconds * wave->sr_hz);
    n = n < wave->frames / 2 ? n : wave->frames / 2;
    for (uint32_t c = 0; c < wave->chans; c++)
        for (size_t i = 0; i < n; i++) {
            const float gain = (float)sin(M_PI / 2 * (double)i / (double)n);
            wave->chan[c][i] *= gain;
            wave->chan[c][wave->frames - 1 - i] *= gain;
        }
    did(steps, "fade", "%.3f s at both ends", (double)n / wave->sr_hz);
}

static double sample_peak_db(const struct vy_wave *wave)
{
    float most = 0;
    for (uint32_t c = 0; c < wave->chans; c++)
        for (size_t i = 0; i < wave->frames; i++)
            most = fmaxf(most, fabsf(wave->chan[c][i]));
    return 20 * log10((double)most + 1e-10);
}

static vy_status normalise(struct vy_wave *wave, const char *to, struct steps *steps,
                           struct vy_err *err)
{
    char *unit;
    const double goal = strtod(to, &unit);
    double lufs, dbtp, cut = 0;
    if (unit == to || goal > 0 || goal < -80 ||
        (strcasecmp(unit, "LUFS") != 0 && strcasecmp(unit, "dBTP") != 0 &&
         strcasecmp(unit, "dBFS") != 0 && strcasecmp(unit, "dB") != 0))
        return vy_fail(err, VY_BAD_UNIT, -1,
                       "normalise to -16LUFS, -1dBTP or -3dBFS (-80..0), not '%.40s'", to);
    vy_status status = vy_wave_loudness(wave, &lufs, &dbtp);
    if (status)
        return vy_fail(err, status, -1, "out of memory");
    const bool by_loudness = strcasecmp(unit, "LUFS") == 0;
    const double now = by_loudness                     ? lufs
                       : strcasecmp(unit, "dBTP") == 0 ? dbtp
                                                       : sample_peak_db(wave);
    if (!isfinite(now) || now < -150)
        return vy_fail(err, VY_NO_EFFECT, -1, "it is silent or too short to be normalised");
    vy_wave_gain(wave, goal - now);
    if (by_loudness && dbtp + goal - now > VY_ENHANCE_CEILING_DBTP)
        status = vy_wave_limit(wave, VY_ENHANCE_CEILING_DBTP, &cut);
    if (cut > 0)
        did(steps, "normalise", "%+.2f dB to %g %s; peaks turned down by up to %.1f dB", goal - now,
            goal, unit, cut);
    else
        did(steps, "normalise", "%+.2f dB to %g %s", goal - now, goal, unit);
    return status;
}

static vy_status all_steps(struct vy_wave *wave, const struct vy_process_want *want,
                           struct steps *steps, struct vy_err *err)
{
    vy_status status = VY_OK;
    vy_work_tell(want->work, 0.3, "cutting");
    if (want->start_s > 0 || want->end_s > 0)
        did(steps, "cut", "%.3f s from %.3f s on", (double)wave->frames / wave->sr_hz,
            want->start_s);
    if (want->trim)
        status = trim(wave, want->trim_dbfs, steps, err);
    if (!status && want->chans)
        status = set_channels(wave, want->chans, steps, err);
    vy_work_tell(want->work, 0.4, "resampling");
    if (!status && want->sr_hz && !vy_work_stop(want->work))
        status = resample(wave, want->sr_hz, steps, err);
    if (!status && want->fade_s > 0)
        fade(wave, want->fade_s, steps);
    vy_work_tell(want->work, 0.6, "normalising");
    if (!status && want->normalise && !vy_work_stop(want->work))
        status = normalise(wave, want->normalise, steps, err);
    if (!status && vy_work_stop(want->work))
        status = vy_fail(err, VY_BUSY, -1, "stopped");
    return status;
}

vy_status vy_process_file(const char *in, const char *out, const char *format,
                          const struct vy_process_want *want, struct vy_buf *text, json_t *result,
                          struct vy_err *err)
{
    struct vy_wave wave;
    char problem[160];
    vy_work_tell(want->work, 0, "reading");
    vy_status status = vy_wave_read(in, want->start_s, want->end_s, &wave, problem, err);
    if (status)
        return status;
    vy_buf_add(text, "%s -> %s", in, out);
    struct steps steps = {json_array(), text};
    json_object_set_new(result, "stages", steps.list);
    if (problem[0])
        did(&steps, "warning", "%s", problem);
    status = all_steps(&wave, want, &steps, err);
    vy_work_tell(want->work, 0.8, "writing");
    if (!status)
        status = vy_wave_write(&wave, in, out, format, err);
    if (!status) {
        json_object_set_new(result, "seconds", json_real((double)wave.frames / wave.sr_hz));
        json_object_set_new(result, "rate", json_integer(wave.sr_hz));
        json_object_set_new(result, "channels", json_integer(wave.chans));
        status = vy_receipt_write("process", in, out, result, err);
    }
    vy_wave_clear(&wave);
    return status;
}

static vy_status work(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct vy_call *const call = arg;
    const struct vy_value *const v = call->args->value;
    const struct vy_process_want want = {
        .work = call->work,
        .sr_hz = v[2].given ? (uint32_t)v[2].number : 0,
        .chans = v[3].given ? (uint32_t)v[3].number : 0,
        .normalise = v[4].given ? v[4].text : NULL,
        .trim = v[5].given,
        .trim_dbfs = v[5].number,
        .start_s = v[6].number,
        .end_s = v[7].number,
    };
    return vy_process_file(v[0].text, v[1].text, NULL, &want, text, result, err);
}

vy_status vy_do_process(struct vy_call *call, struct vy_err *err)
{
    return vy_aside_call(call, work, call, err);
}
