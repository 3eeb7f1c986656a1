// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// enhance: what is measurably wrong with a recording is mended, and nothing else.
#include "command/aside.h"
#include "command/handlers.h"
#include "command/mend_files.h"
#include "command/library.h"
#include "base/json.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static json_t *rows_json(const struct vy_enhanced *e)
{
    json_t *const rows = json_array();
    for (size_t i = 0; i < VY_MEND_STAGES; i++) {
        const struct vy_mended *const row = &e->row[i];
        json_array_append_new(rows,
                              json_pack("{s:s,s:b,s:b,s:o,s:o,s:s,s:s,s:s}", "name", row->name,
                                        "needed", row->needed, "applied", row->applied, "before",
                                        vy_json_number(row->before), "after",
                                        vy_json_number(row->applied ? row->after : row->before),
                                        "unit", row->unit, "why", row->why, "did", row->did));
    }
    return rows;
}

static void say_rows(const struct vy_enhanced *e, struct vy_buf *text)
{
    for (size_t i = 0; i < VY_MEND_STAGES; i++) {
        const struct vy_mended *const row = &e->row[i];
        vy_buf_add(text, "\n  %-8s %s", row->name, row->why);
        if (row->applied)
            vy_buf_add(text, ": %s; %.1f -> %.1f %s", row->did, row->before, row->after, row->unit);
        else if (row->needed)
            vy_buf_add(text, ": %s", row->did[0] ? row->did : "not asked for");
    }
}

static const char *stage_name(void *unused, size_t i)
{
    (void)unused;
    return vy_mend_stage_at(i) ? vy_mend_stage_at(i)->name : NULL;
}

static vy_status read_stages(const char *only, unsigned *stages, struct vy_err *err)
{
    *stages = 0;
    while (only && *only) {
        char word[24];
        const size_t n = strcspn(only, ",");
        snprintf(word, sizeof word, "%.*s", (int)n, only);
        size_t i = 0;
        while (vy_mend_stage_at(i) && strcmp(vy_mend_stage_at(i)->name, word) != 0)
            i++;
        if (!vy_mend_stage_at(i)) {
            vy_fail(err, VY_BAD_ARG, -1, "there is no stage '%s'", word);
            vy_err_suggest(err, word, stage_name, NULL);
            return VY_BAD_ARG;
        }
        *stages |= 1u << i;
        only += n + (only[n] == ',');
    }
    return VY_OK;
}

static vy_status mend_and_write(struct vy_wave *wave, const char *in, const char *out,
                                const char *format, double strength, unsigned stages,
                                const struct vy_work *work, struct vy_buf *text, json_t *result,
                                struct vy_err *err)
{
    struct vy_enhanced e;
    const vy_status mended = vy_enhance(wave, strength, stages, work, &e);
    if (mended)
        return vy_fail(err, mended, -1, mended == VY_BUSY ? "stopped" : "out of memory");
    json_object_set_new(result, "strength", json_real(strength));
    json_object_set_new(result, "stages", rows_json(&e));
    json_object_set_new(result, "loudness_before_lufs", vy_json_number(e.loudness_before));
    json_object_set_new(result, "loudness_after_lufs", vy_json_number(e.loudness_after));
    json_object_set_new(result, "gain_db", vy_json_number(e.gain_db));
    if (!e.changed) {
        struct vy_buf why = {0};
        for (size_t i = 0; i < VY_MEND_STAGES; i++)
            vy_buf_add(&why, "%s%s", i ? "; " : "", e.row[i].why);
        vy_fail(err, VY_NO_EFFECT, -1, "nothing to mend: %.210s", why.text ? why.text : "");
        vy_buf_clear(&why);
        return VY_NO_EFFECT;
    }
    vy_buf_add(text, "%s -> %s", in, out);
    say_rows(&e, text);
    if (isfinite(e.loudness_after))
        vy_buf_add(text, "\n  loudness %.1f LUFS before, %.1f after%s", e.loudness_before,
                   e.loudness_after,
                   fabs(e.loudness_before - e.loudness_after) > 0.2
                       ? ": turn the original down to compare"
                       : "");
    const vy_status status = vy_wave_write(wave, in, out, format, err);
    return status ? status : vy_receipt_write("enhance", in, out, result, err);
}

vy_status vy_enhance_file(const char *in, const char *out, const char *format, double strength,
                          const char *only, const struct vy_work *work, struct vy_buf *text,
                          json_t *result, struct vy_err *err)
{
    struct vy_wave wave;
    unsigned stages;
    char problem[160];
    vy_status status = read_stages(only, &stages, err);
    if (!status)
        status = vy_wave_read(in, 0, 0, &wave, problem, err);
    if (status)
        return status;
    vy_work_tell(work, 0.1, "read");
    if (problem[0])
        json_object_set_new(result, "warning", json_string(problem));
    status = mend_and_write(&wave, in, out, format, strength, stages, work, text, result, err);
    vy_wave_clear(&wave);
    return status;
}

static vy_status work(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct vy_call *const call = arg;
    const struct vy_value *const v = call->args->value;
    return vy_enhance_file(v[0].text, v[1].text, NULL, v[2].number, v[3].given ? v[3].text : NULL,
                           call->work, text, result, err);
}

vy_status vy_do_enhance(struct vy_call *call, struct vy_err *err)
{
    return vy_aside_call(call, work, call, err);
}
