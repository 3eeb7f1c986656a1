// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/masking.h"

#include <math.h>
#include <stdlib.h>

#define FRAME_S 0.1
#define STEP_DB 0.5      ///< of the levels kept; 0 is -128 dBFS
#define LEAST_DB (-70.0) ///< quieter parts do not count
#define OFFSET_DB 5.5

// Zwicker's critical bands, JASA 33 (1961).
static const float edge_hz[VY_MASKING_BANDS + 1] = {
    20,   100,  200,  300,  400,  510,  630,  770,  920,  1080, 1270,  1480, 1720,
    2000, 2320, 2700, 3150, 3700, 4400, 5300, 6400, 7700, 9500, 12000, 15500};

struct vy_masking {
    struct vy_hop_shape shape;
    uint32_t first[VY_MASKING_BANDS + 1]; ///< bins
    uint32_t per, hops;                   ///< hops a frame; in the frame at work
    double power[VY_MASKING_BANDS];       ///< summed over the hops
    uint8_t (*level)[VY_MASKING_BANDS];
    size_t frames, room;
    double spread[VY_MASKING_BANDS][VY_MASKING_BANDS]; ///< [masker][at], factor of power
};

double vy_masking_edge_hz(int band)
{
    return (double)edge_hz[band];
}

// dB at a distance in Bark, positive: above the masker.
static double spread_db(double bark)
{
    return 15.81 + 7.5 * (bark + 0.474) - 17.5 * sqrt(1 + (bark + 0.474) * (bark + 0.474));
}

vy_status vy_masking_new(const struct vy_hop_shape *shape, struct vy_masking **masking)
{
    *masking = NULL;
    struct vy_masking *const m = calloc(1, sizeof *m);
    if (!m)
        return VY_NO_MEMORY;
    m->shape = *shape;
    m->per = (uint32_t)fmax(1, round(FRAME_S * shape->sr_hz / shape->hop));
    for (int b = 0; b <= VY_MASKING_BANDS; b++) {
        const double bin = (double)edge_hz[b] * shape->n_fft / shape->sr_hz;
        m->first[b] = (uint32_t)fmin(ceil(bin), shape->bins);
    }
    for (int from = 0; from < VY_MASKING_BANDS; from++)
        for (int to = 0; to < VY_MASKING_BANDS; to++)
            m->spread[from][to] = pow(10, spread_db(to - from) / 10);
    *masking = m;
    return VY_OK;
}

void vy_masking_destroy(struct vy_masking *masking)
{
    if (!masking)
        return;
    free(masking->level);
    free(masking);
}

static vy_status keep_frame(struct vy_masking *m)
{
    if (m->frames == m->room) {
        const size_t room = m->room ? 2 * m->room : 256;
        void *const more = realloc(m->level, room * sizeof *m->level);
        if (!more)
            return VY_NO_MEMORY;
        m->level = more;
        m->room = room;
    }
    // a sine of full scale has the sum of its bins at n_fft^2 * 3 / 32 (Hann)
    const double scale =
        32 / (3 * (double)m->shape.n_fft * (double)m->shape.n_fft) / (double)m->per;
    for (int b = 0; b < VY_MASKING_BANDS; b++) {
        const double db = 10 * log10(m->power[b] * scale + 1e-13);
        m->level[m->frames][b] = (uint8_t)fmin(255, fmax(0, (db + 128) / STEP_DB));
        m->power[b] = 0;
    }
    m->frames++;
    m->hops = 0;
    return VY_OK;
}

vy_status vy_masking_hop(struct vy_masking *masking, const struct vy_hop *hop)
{
    struct vy_masking *const m = masking;
    for (int b = 0; b < VY_MASKING_BANDS; b++)
        for (uint32_t k = m->first[b]; k < m->first[b + 1]; k++)
            m->power[b] += (double)hop->power[k];
    return ++m->hops == m->per ? keep_frame(m) : VY_OK;
}

static double level_db(const struct vy_masking *m, size_t frame, int band)
{
    return m->level[frame][band] * STEP_DB - 128;
}

// What a masker lets nobody hear, in each band of a frame.
static void find_thresholds(const struct vy_masking *m, size_t frame,
                            double threshold_db[VY_MASKING_BANDS])
{
    double power[VY_MASKING_BANDS] = {0};
    for (int from = 0; frame < m->frames && from < VY_MASKING_BANDS; from++) {
        const double p = pow(10, level_db(m, frame, from) / 10);
        for (int to = 0; to < VY_MASKING_BANDS; to++)
            power[to] += p * m->spread[from][to];
    }
    for (int b = 0; b < VY_MASKING_BANDS; b++)
        threshold_db[b] = 10 * log10(power[b] + 1e-20) - OFFSET_DB;
}

void vy_masking_between(const struct vy_masking *sound, const struct vy_masking *masker,
                        struct vy_masked *masked)
{
    double all[VY_MASKING_BANDS] = {0}, lost[VY_MASKING_BANDS] = {0}, sum = 0, sum_lost = 0;
    for (size_t f = 0; f < sound->frames; f++) {
        double threshold_db[VY_MASKING_BANDS];
        find_thresholds(masker, f, threshold_db);
        for (int b = 0; b < VY_MASKING_BANDS; b++) {
            const double db = level_db(sound, f, b);
            if (db < LEAST_DB)
                continue;
            const double loudness = pow(10, 0.23 * db / 10);
            all[b] += loudness;
            lost[b] += db < threshold_db[b] ? loudness : 0;
        }
    }
    for (int b = 0; b < VY_MASKING_BANDS; b++) {
        sum += all[b];
        sum_lost += lost[b];
        masked->band[b] = all[b] > 0 ? lost[b] / all[b] : (double)NAN;
    }
    masked->share = sum > 0 ? sum_lost / sum : (double)NAN;
    for (int b = 0; b < VY_MASKING_BANDS; b++)
        masked->part[b] = sum > 0 ? all[b] / sum : 0;
}
