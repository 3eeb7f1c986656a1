// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The wave of the chosen take, read a little at a time so that keys are never kept waiting.
#include "app/tui.h"

#include "base/exchange.h"
#include "sound/reader.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TURN_NS 6000000ull // of reading at once

static void fail(struct vy_tui_take_wave *wave, const char *why)
{
    vy_text_copy(wave->why, sizeof wave->why, why);
    vy_tui_wave_close(wave);
}

void vy_tui_wave_close(struct vy_tui_take_wave *wave)
{
    vy_reader_close(wave->reader);
    wave->reader = NULL;
}

static void begin(struct vy_tui_take_wave *wave, json_int_t id, const json_t *take)
{
    struct vy_err err = {.at = -1};
    const char *const path = json_string_value(json_object_get(take, "path"));
    vy_tui_wave_close(wave);
    *wave = (struct vy_tui_take_wave){.id = id};
    if (!path || vy_reader_open(path, &wave->reader, &err)) {
        fail(wave, path ? err.message : "the studio does not say where it is");
        return;
    }
    const struct vy_reader_info *const info = vy_reader_info(wave->reader);
    const double seconds = json_number_value(json_object_get(take, "duration_s"));
    wave->frames = info->frames ? info->frames : (uint64_t)(seconds * info->sr_hz);
    if (wave->frames == 0)
        fail(wave, "its length is not known");
}

// All channels count: who is loud on one side only is seen.
static void hear(struct vy_tui_take_wave *wave, const float *const *chan, uint32_t chans, size_t n)
{
    for (size_t i = 0; i < n; i++, wave->heard++) {
        const uint64_t column = wave->heard * VY_TUI_WAVE_COLUMNS / wave->frames;
        if (column >= VY_TUI_WAVE_COLUMNS)
            return;
        for (uint32_t c = 0; c < chans; c++) {
            const float value = isfinite(chan[c][i]) ? chan[c][i] : 0;
            wave->low[column] = fminf(wave->low[column], value);
            wave->high[column] = fmaxf(wave->high[column], value);
        }
    }
}

static const json_t *chosen_take(const struct vy_tui *ui)
{
    const bool seen = ui->layout.pane[VY_TUI_TAKES].rows > 0 && ui->link.attach.fd >= 0;
    return seen ? json_array_get(ui->model.takes, ui->chosen[VY_TUI_TAKES]) : NULL;
}

bool vy_tui_wave_turn(struct vy_tui *ui)
{
    struct vy_tui_take_wave *const wave = &ui->wave;
    const json_t *const take = chosen_take(ui);
    const json_int_t id = json_integer_value(json_object_get(take, "id"));
    const uint64_t until = vy_now_ns() + TURN_NS;
    if (take && id != wave->id)
        begin(wave, id, take);
    if (!take || !wave->reader)
        return false;
    do {
        const float *chan[VY_READER_CHANS];
        size_t n;
        struct vy_err err = {.at = -1};
        if (vy_reader_next(wave->reader, chan, &n, &err)) {
            fail(wave, err.message);
            break;
        }
        if (n == 0) {
            vy_tui_wave_close(wave);
            break;
        }
        hear(wave, chan, vy_reader_info(wave->reader)->chans, n);
    } while (vy_now_ns() < until);
    ui->model.changed = true;
    return wave->reader != NULL;
}
