// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Balance, only where it is plainly wrong: rumble below what can be heard, and single thirds of an
// octave that tower over their neighbours (a room, a boxy microphone). Half of the excess goes.
// A sound of few tones towers everywhere and is left alone.
#include "enhance/biquad.h"
#include "enhance/stages.h"
#include "enhance/welch.h"
#include "listen/ltas.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define WINDOW 8192u
#define RUMBLE_HZ 25.0
#define RUMBLE_DB (-12.0) ///< of all power
#define EXCESS_DB 9.0     ///< over the median of four bands on either side
#define LEAST_BANDS 18    ///< within 40 dB of the loudest
#define MOST_CUTS 6

/// What is wrong.
struct faults {
    double rumble_db; ///< power below RUMBLE_HZ in all power
    bool rumble;
    int cuts;
    double cut_hz[MOST_CUTS], cut_db[MOST_CUTS]; ///< excess
    double worst_db;
};

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

static double neighbours_db(const struct vy_ltas *ltas, uint32_t band)
{
    float near[8];
    uint32_t n = 0;
    for (uint32_t i = band > 4 ? band - 4 : 0; i <= band + 4 && i < ltas->bands; i++)
        if (i != band && isfinite(ltas->level_db[i]))
            near[n++] = ltas->level_db[i];
    qsort(near, n, sizeof *near, by_size);
    return n ? (double)near[n / 2] : -200;
}

static bool is_broad(const struct vy_ltas *ltas)
{
    double most = -200;
    uint32_t bands = 0;
    for (uint32_t i = 0; i < ltas->bands; i++)
        most = fmax(most, isfinite(ltas->level_db[i]) ? (double)ltas->level_db[i] : -200);
    for (uint32_t i = 0; i < ltas->bands; i++)
        bands += (double)ltas->level_db[i] > most - 40;
    return bands >= LEAST_BANDS;
}

static void find_towers(const struct vy_ltas *ltas, struct faults *f)
{
    for (uint32_t i = 0; i < ltas->bands && is_broad(ltas); i++) {
        const double hz = sqrt((double)ltas->edge_hz[i] * (double)ltas->edge_hz[i + 1]);
        const double excess = (double)ltas->level_db[i] - neighbours_db(ltas, i);
        if (hz < 90 || hz > 8000 || !(excess > EXCESS_DB) || f->cuts == MOST_CUTS)
            continue;
        f->cut_hz[f->cuts] = hz;
        f->cut_db[f->cuts++] = excess;
        f->worst_db = fmax(f->worst_db, excess);
    }
}

static vy_status find_faults(const struct vy_wave *wave, struct faults *f)
{
    struct vy_welch w;
    *f = (struct faults){0};
    const vy_status status = vy_welch_of(wave, WINDOW, 0, &w);
    if (status)
        return status;
    double low = 0, all = 1e-20;
    double *const power = malloc(w.bins * sizeof *power);
    for (uint32_t k = 1; power && k < w.bins; k++) {
        all += (double)w.mean[k];
        low += k * w.bin_hz < RUMBLE_HZ ? (double)w.mean[k] : 0;
        power[k] = (double)w.mean[k];
    }
    f->rumble_db = 10 * log10(low / all + 1e-12);
    f->rumble = f->rumble_db > RUMBLE_DB && all > 1e-7;
    if (power) {
        const struct vy_hop_shape shape = {wave->sr_hz, WINDOW, WINDOW / 2, w.bins};
        struct vy_ltas ltas;
        power[0] = 0;
        vy_ltas_of(VY_LTAS_THIRD, &shape, power, &ltas);
        find_towers(&ltas, f);
    }
    free(power);
    vy_welch_clear(&w);
    return power ? VY_OK : VY_NO_MEMORY;
}

static vy_status look(const struct vy_wave *wave, struct vy_mended *row)
{
    struct faults f;
    const vy_status status = find_faults(wave, &f);
    if (status)
        return status;
    row->needed = f.rumble || f.cuts > 0;
    row->before = fmax(f.worst_db, f.rumble ? f.rumble_db - RUMBLE_DB + EXCESS_DB : 0);
    if (f.cuts)
        snprintf(row->why, sizeof row->why,
                 "%d band%s tower over the neighbours, %.0f Hz by %.0f dB", f.cuts,
                 f.cuts == 1 ? "" : "s", f.cut_hz[0], f.cut_db[0]);
    else if (f.rumble)
        snprintf(row->why, sizeof row->why, "rumble below %.0f Hz, %.0f dB of all power", RUMBLE_HZ,
                 f.rumble_db);
    else
        snprintf(row->why, sizeof row->why, "no band towers over its neighbours, no rumble");
    return VY_OK;
}

static vy_status work(struct vy_wave *wave, double strength, struct vy_mended *row)
{
    struct faults f;
    const vy_status status = find_faults(wave, &f);
    if (status)
        return status;
    if (f.rumble) {
        const struct vy_biquad pass = vy_biquad_highpass(wave->sr_hz, RUMBLE_HZ);
        vy_wave_filter(wave, &pass);
    }
    for (int i = 0; i < f.cuts; i++) { // both passes together: half of the excess at full strength
        const struct vy_biquad bell =
            vy_biquad_bell(wave->sr_hz, f.cut_hz[i], 4, -f.cut_db[i] * strength / 4);
        vy_wave_filter(wave, &bell);
    }
    snprintf(row->did, sizeof row->did, "%s%d cut%s of half the excess",
             f.rumble ? "high-pass, " : "", f.cuts, f.cuts == 1 ? "" : "s");
    return VY_OK;
}

const struct vy_mend_stage vy_mend_tone = {"tone", "dB", "rumble and resonances", look, work};
