// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The order of work: ceilings can only be seen while nothing was taken off; then what disturbs the
// measuring of others (offset, hum), what is local before what looks at the whole, level last.
#include "enhance/enhance.h"

#include "enhance/stages.h"
#include "listen/loudness.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct vy_mend_stage *const stages[] = {
    &vy_mend_declip,  &vy_mend_dc,   &vy_mend_hum,  &vy_mend_click,
    &vy_mend_denoise, &vy_mend_tone, &vy_mend_limit};
_Static_assert(sizeof stages / sizeof *stages == VY_MEND_STAGES, "count of the stages");

const struct vy_mend_stage *vy_mend_stage_at(size_t i)
{
    return i < VY_MEND_STAGES ? stages[i] : NULL;
}

vy_status vy_wave_new(struct vy_wave *wave, uint32_t sr_hz, uint32_t chans, size_t frames)
{
    *wave = (struct vy_wave){.chans = chans, .sr_hz = sr_hz, .frames = frames};
    for (uint32_t c = 0; c < chans; c++) {
        wave->chan[c] = calloc(frames ? frames : 1, sizeof(float));
        if (!wave->chan[c]) {
            vy_wave_clear(wave);
            return VY_NO_MEMORY;
        }
    }
    return VY_OK;
}

vy_status vy_wave_copy(struct vy_wave *to, const struct vy_wave *from)
{
    const vy_status status = vy_wave_new(to, from->sr_hz, from->chans, from->frames);
    for (uint32_t c = 0; !status && c < from->chans; c++)
        memcpy(to->chan[c], from->chan[c], from->frames * sizeof(float));
    return status;
}

void vy_wave_clear(struct vy_wave *wave)
{
    for (uint32_t c = 0; c < VY_WAVE_CHANS; c++)
        free(wave->chan[c]);
    *wave = (struct vy_wave){0};
}

void vy_wave_gain(struct vy_wave *wave, double db)
{
    const float gain = (float)pow(10, db / 20);
    for (uint32_t c = 0; c < wave->chans; c++)
        for (size_t i = 0; i < wave->frames; i++)
            wave->chan[c][i] *= gain;
}

vy_status vy_wave_loudness(const struct vy_wave *wave, double *lufs, double *dbtp)
{
    struct vy_loudness *loudness = NULL;
    struct vy_loudness_found found;
    *lufs = *dbtp = (double)NAN;
    const vy_status status = vy_loudness_new(wave->sr_hz, wave->chans, NULL, NULL, NULL, &loudness);
    if (status == VY_BAD_ARG)
        return VY_OK; // a rate that has no loudness
    if (status)
        return status;
    vy_loudness_push(loudness, (const float *const *)wave->chan, wave->chans, wave->frames);
    vy_loudness_result(loudness, &found);
    vy_loudness_destroy(loudness);
    *lufs = found.integrated_lufs;
    *dbtp = found.true_peak_dbtp;
    return VY_OK;
}

// Work on a copy's place: what did not help is taken back.
static vy_status mend(struct vy_wave *wave, const struct vy_mend_stage *stage, double strength,
                      struct vy_mended *row)
{
    struct vy_wave kept;
    vy_status status = vy_wave_copy(&kept, wave);
    if (status)
        return status;
    struct vy_mended again = {0};
    status = stage->work(wave, strength, row);
    if (!status)
        status = stage->look(wave, &again);
    row->after = again.before;
    row->applied = row->did[0] != 0;
    if (!status && row->applied && row->after >= row->before) {
        const struct vy_wave worse = *wave;
        *wave = kept;
        kept = worse;
        row->applied = false;
        snprintf(row->did, sizeof row->did, "taken back: it did not help");
    }
    vy_wave_clear(&kept);
    return status;
}

// What lay beyond the ceiling would be cut off again: a sound that was unclipped gets quieter
// instead.
static vy_status match_loudness(struct vy_wave *wave, struct vy_enhanced *e)
{
    double now, peak;
    vy_status status = vy_wave_loudness(wave, &now, &peak);
    e->gain_db = e->loudness_before - now;
    if (!isfinite(e->gain_db))
        e->gain_db = 0;
    const bool unclipped = e->row[0].applied;
    if (unclipped && isfinite(peak))
        e->gain_db = fmin(e->gain_db, VY_ENHANCE_CEILING_DBTP - peak);
    if (!status && fabs(e->gain_db) > 0.005)
        vy_wave_gain(wave, e->gain_db);
    return status;
}

vy_status vy_enhance(struct vy_wave *wave, double strength, unsigned allowed,
                     const struct vy_work *work, struct vy_enhanced *enhanced)
{
    struct vy_enhanced *const e = enhanced;
    *e = (struct vy_enhanced){0};
    double peak;
    vy_status status = vy_wave_loudness(wave, &e->loudness_before, &peak);
    for (size_t i = 0; i < VY_MEND_STAGES && !status; i++) {
        struct vy_mended *const row = &e->row[i];
        vy_work_tell(work, 0.1 + 0.8 * (double)i / VY_MEND_STAGES, "looking for %s",
                     stages[i]->name);
        if (vy_work_stop(work))
            return VY_BUSY;
        *row = (struct vy_mended){
            .name = stages[i]->name, .unit = stages[i]->unit, .after = (double)NAN};
        if (stages[i] == &vy_mend_limit && e->changed)
            status = match_loudness(wave, e); // before the peaks are looked at
        if (!status)
            status = stages[i]->look(wave, row);
        if (!status && row->needed && (!allowed || allowed & 1u << i))
            status = mend(wave, stages[i], strength, row);
        e->changed |= row->applied;
    }
    if (!status)
        status = vy_wave_loudness(wave, &e->loudness_after, &peak);
    return status;
}
