// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// True peak and correlation are kept by slots of SLOT frames; the window is the newest slots that
// make three seconds.
#include "listen/meter.h"

#include "listen/loudness.h"
#include "listen/true_peak.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define SLOT 1024u // a multiple of VY_TRUE_PEAK_STEP
#define RATE_MOST 192000u
#define SLOTS ((uint32_t)(VY_METER_S * RATE_MOST / SLOT) + 1u)
#define SILENT 1e-10 // mean square of a window that holds no sound: -100 dBFS

struct slot {
    float peak;
    double left, right, cross; ///< sums of squares, of products
};

struct vy_meter {
    uint32_t sr_hz, window; ///< slots in it
    struct vy_loudness *loudness;
    double momentary_lufs, short_term_lufs;
    struct vy_true_peak_filter filter;
    float wave[2][VY_TRUE_PEAK_PAST + SLOT];
    uint32_t held;  ///< frames in `wave` that are not in a slot yet
    uint64_t slots; ///< full ones; slot k at k % window
    struct slot slot[];
};

static void take_loudness(void *arg, double at_s, double momentary_lufs, double short_term_lufs)
{
    struct vy_meter *const m = arg;
    (void)at_s;
    m->momentary_lufs = momentary_lufs;
    m->short_term_lufs = short_term_lufs;
}

static vy_status open_loudness(struct vy_meter *m)
{
    m->momentary_lufs = m->short_term_lufs = NAN;
    return vy_loudness_new(m->sr_hz, 2, NULL, take_loudness, m, &m->loudness);
}

vy_status vy_meter_new(uint32_t sr_hz, struct vy_meter **meter)
{
    *meter = NULL;
    if (sr_hz < 4000 || sr_hz > RATE_MOST)
        return VY_BAD_ARG;
    struct vy_meter *const m = calloc(1, sizeof *m + SLOTS * sizeof *m->slot);
    if (!m)
        return VY_NO_MEMORY;
    m->sr_hz = sr_hz;
    m->window = (uint32_t)(VY_METER_S * sr_hz / SLOT);
    vy_true_peak_design(&m->filter);
    const vy_status status = open_loudness(m);
    if (status) {
        vy_meter_destroy(m);
        return status;
    }
    *meter = m;
    return VY_OK;
}

static void end_slot(struct vy_meter *m)
{
    struct slot *const slot = &m->slot[m->slots++ % m->window];
    const float *const l = m->wave[0] + VY_TRUE_PEAK_PAST, *const r =
                                                               m->wave[1] + VY_TRUE_PEAK_PAST;
    *slot = (struct slot){0};
    for (uint32_t i = 0; i < SLOT; i++) {
        slot->left += (double)(l[i] * l[i]);
        slot->right += (double)(r[i] * r[i]);
        slot->cross += (double)(l[i] * r[i]);
    }
    for (int c = 0; c < 2; c++) {
        slot->peak = vy_true_peak_run(&m->filter, m->wave[c] + VY_TRUE_PEAK_PAST, SLOT, slot->peak);
        memmove(m->wave[c], m->wave[c] + SLOT, VY_TRUE_PEAK_PAST * sizeof(float));
    }
    m->held = 0;
}

void vy_meter_push(struct vy_meter *meter, const float *const chan[2], size_t n)
{
    struct vy_meter *const m = meter;
    vy_loudness_push(m->loudness, chan, 2, n);
    for (size_t at = 0; at < n;) {
        const uint32_t room = SLOT - m->held;
        const uint32_t part = n - at < room ? (uint32_t)(n - at) : room;
        for (int c = 0; c < 2; c++) {
            float *const to = m->wave[c] + VY_TRUE_PEAK_PAST + m->held;
            for (uint32_t i = 0; i < part; i++)
                to[i] = fabsf(chan[c][at + i]) < 1e6f ? chan[c][at + i] : 0;
        }
        m->held += part;
        at += part;
        if (m->held == SLOT)
            end_slot(m);
    }
}

// When memory is out the old loudness goes on: it is right again after three seconds.
void vy_meter_reset(struct vy_meter *meter)
{
    struct vy_loudness *const old = meter->loudness;
    if (open_loudness(meter) == VY_OK)
        vy_loudness_destroy(old);
    else
        meter->loudness = old;
    memset(meter->wave, 0, sizeof meter->wave);
    meter->held = 0;
    meter->slots = 0;
}

void vy_meter_read(const struct vy_meter *meter, struct vy_meter_reading *reading)
{
    const struct vy_meter *const m = meter;
    const uint64_t n = m->slots < m->window ? m->slots : m->window;
    struct slot all = {0};
    for (uint64_t i = 0; i < n; i++) {
        all.peak = fmaxf(all.peak, m->slot[i].peak);
        all.left += m->slot[i].left;
        all.right += m->slot[i].right;
        all.cross += m->slot[i].cross;
    }
    const double least = SILENT * (double)n * SLOT;
    const bool sounds = n > 0 && all.left + all.right > least;
    const bool both = sounds && all.left > least / 2 && all.right > least / 2;
    *reading = (struct vy_meter_reading){
        .momentary_lufs = isfinite(m->momentary_lufs) ? m->momentary_lufs : (double)NAN,
        .short_term_lufs = isfinite(m->short_term_lufs) ? m->short_term_lufs : (double)NAN,
        .true_peak_dbtp = sounds ? 20 * log10((double)all.peak) : (double)NAN,
        .correlation = both ? all.cross / sqrt(all.left * all.right) : (double)NAN,
    };
    reading->why = n == 0                         ? "nothing has come yet"
                   : !sounds                      ? "it is silent"
                   : isnan(m->short_term_lufs)    ? "three seconds have not passed"
                   : !isfinite(m->momentary_lufs) ? "it is silent now"
                   : !both                        ? "one side is silent"
                                                  : NULL;
}

void vy_meter_destroy(struct vy_meter *meter)
{
    if (!meter)
        return;
    vy_loudness_destroy(meter->loudness);
    free(meter);
}
