// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/room.h"

#include "listen/clicks.h"
#include "listen/decay.h"
#include "listen/floor.h"
#include "listen/hum.h"
#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define ALL VY_ROOM_BANDS     ///< the floor of all frequencies
#define WEIGHTED (ALL + 1)    ///< A-weighted
#define FLOORS (WEIGHTED + 1) ///< how many
#define STRETCH_S 0.4         ///< of one level
#define EMPTY 1e-12f          ///< mean square of digital silence
#define LEAST_STRETCHES 8     ///< else there is no percentile
#define LEAST_SNR_DB 6.0      ///< below it nothing stands out
#define LONGEST_WINDOW_S 0.1  ///< in which decays can still be seen

struct vy_room {
    struct vy_hop_shape shape;
    uint32_t edge[VY_ROOM_BANDS + 1]; ///< first bin of each octave
    float scale;                      ///< power to mean square
    float *weight;                    ///< [bins] A-weighting of power
    uint32_t stretch_hops, held;
    uint64_t stretches, empty, hops;
    struct vy_floor floor[FLOORS];
    struct vy_decay decay[VY_ROOM_DECAYS];
    struct vy_hum *hum;
    struct vy_clicks *clicks;
};

// A-weighting after IEC 61672-1, as a factor of power.
static double a_weight(double hz)
{
    const double f = hz * hz, c1 = 20.598997 * 20.598997, c2 = 107.65265 * 107.65265;
    const double c3 = 737.86223 * 737.86223, c4 = 12194.217 * 12194.217;
    const double r = c4 * f * f / ((f + c1) * sqrt((f + c2) * (f + c3)) * (f + c4));
    return r * r * 1.2589254; // 1 at 1 kHz
}

static vy_status make_parts(struct vy_room *r)
{
    const struct vy_hop_shape *const shape = &r->shape;
    r->weight = calloc(shape->bins, sizeof(float));
    if (!r->weight)
        return VY_NO_MEMORY;
    for (uint32_t k = 0; k < shape->bins; k++)
        r->weight[k] = (float)a_weight((double)k * shape->sr_hz / shape->n_fft);
    for (uint32_t b = 0; b <= VY_ROOM_BANDS; b++) {
        const double hz = 1000.0 * exp2((double)b - 5.5);
        const double bin = ceil(hz * shape->n_fft / shape->sr_hz);
        r->edge[b] = (uint32_t)fmin(fmax(bin, 1.0), shape->bins);
    }
    // both sides of the spectrum; a Hann window keeps 3/8
    r->scale = (float)(2.0 / (0.375 * shape->n_fft * shape->n_fft));
    r->stretch_hops = (uint32_t)fmax(1.0, STRETCH_S * shape->sr_hz / shape->hop);
    for (uint32_t b = 0; b < VY_ROOM_DECAYS; b++)
        r->decay[b].hop_s = (double)shape->hop / shape->sr_hz;
    const vy_status status = vy_hum_new(shape->sr_hz, &r->hum);
    return status ? status : vy_clicks_new(shape->sr_hz, &r->clicks);
}

vy_status vy_room_new(const struct vy_hop_shape *shape, struct vy_room **room)
{
    *room = NULL;
    if (shape->sr_hz < 2000 || shape->sr_hz > 768000 || shape->n_fft < 64 || !shape->hop ||
        shape->hop > shape->n_fft / 2 || shape->bins != shape->n_fft / 2 + 1)
        return VY_BAD_ARG;
    struct vy_room *const r = calloc(1, sizeof *r);
    if (!r)
        return VY_NO_MEMORY;
    r->shape = *shape;
    const vy_status status = make_parts(r);
    if (status) {
        vy_room_destroy(r);
        return status;
    }
    *room = r;
    return VY_OK;
}

void vy_room_destroy(struct vy_room *room)
{
    if (!room)
        return;
    vy_hum_destroy(room->hum);
    vy_clicks_destroy(room->clicks);
    free(room->weight);
    free(room);
}

// Sum of power[k] * weight[k]; of power[k] alone when `weight` is NULL.
VY_SIMD static float sum_bins(const float *power, const float *weight, uint32_t from, uint32_t to)
{
    vy_f8 sum = vy_set(0);
    float rest = 0.0f;
    uint32_t k = from;
    if (weight)
        for (; k + 8 <= to; k += 8)
            sum += vy_load8(power + k) * vy_load8(weight + k);
    else
        for (; k + 8 <= to; k += 8)
            sum += vy_load8(power + k);
    for (; k < to; k++)
        rest += weight ? power[k] * weight[k] : power[k];
    return vy_sum(sum) + rest;
}

// Every stretch of hops that lie wholly in the sound.
static void take_floor(struct vy_room *r, const float level[])
{
    for (uint32_t b = 0; b < FLOORS; b++)
        r->floor[b].sum += (double)level[b];
    if (++r->held < r->stretch_hops)
        return;
    r->held = 0;
    const bool empty = r->floor[ALL].sum < (double)EMPTY * r->stretch_hops;
    for (uint32_t b = 0; b < FLOORS; b++) {
        if (empty)
            r->floor[b].sum = 0.0;
        else
            vy_floor_end(&r->floor[b], r->stretch_hops);
    }
    r->empty += empty;
    r->stretches += !empty;
}

void vy_room_hop(struct vy_room *room, const struct vy_hop *hop)
{
    struct vy_room *const r = room;
    const struct vy_hop_shape *const shape = &r->shape;
    float level[FLOORS];
    for (uint32_t b = 0; b < VY_ROOM_BANDS; b++)
        level[b] = r->scale * sum_bins(hop->power, NULL, r->edge[b], r->edge[b + 1]);
    level[ALL] = r->scale * sum_bins(hop->power, NULL, 1, shape->bins);
    level[WEIGHTED] = r->scale * sum_bins(hop->power, r->weight, 1, shape->bins);
    if (!hop->lead && !hop->tail)
        take_floor(r, level);
    for (uint32_t b = 0; b < VY_ROOM_DECAYS; b++)
        vy_decay_take(&r->decay[b], level[2 * b + 2] + level[2 * b + 3] + EMPTY);
    // each hop brings the frames from its centre on
    const uint32_t centre = shape->n_fft / 2, end = shape->n_fft - hop->tail;
    const uint32_t fresh = end > centre ? end - centre : 0;
    const uint32_t n = fresh < shape->hop ? fresh : shape->hop;
    vy_hum_push(r->hum, hop->wave + centre, n);
    vy_clicks_push(r->clicks, hop->wave + centre, n);
    r->hops++;
}

// Degrees of freedom of a stretch of a band: two for each bin and window that are independent.
static double freedom_of(const struct vy_room *r, uint32_t bins)
{
    const double windows =
        1.0 + (double)(r->stretch_hops - 1) * fmin(1.0, 1.9 * r->shape.hop / r->shape.n_fft);
    return fmax(2.0, 2.0 * windows * fmax(1.0, bins / 1.5));
}

static void find_floor(const struct vy_room *r, struct vy_room_found *found)
{
    if (r->empty + r->stretches < LEAST_STRETCHES) {
        found->floor_why = "shorter than 4 s";
        return;
    }
    if (r->empty * 10 > r->empty + r->stretches || r->stretches < LEAST_STRETCHES) {
        found->floor_why = "the quiet parts are digital silence";
        return;
    }
    for (uint32_t b = 0; b < VY_ROOM_BANDS; b++) {
        const uint32_t bins = r->edge[b + 1] - r->edge[b];
        if (bins)
            found->band_floor_dbfs[b] =
                vy_floor_level(&r->floor[b], r->stretches, freedom_of(r, bins));
    }
    const double freedom = freedom_of(r, r->shape.bins);
    found->floor_dbfs = vy_floor_level(&r->floor[ALL], r->stretches, freedom);
    found->floor_dba = vy_floor_level(&r->floor[WEIGHTED], r->stretches, freedom);
    const double share = vy_floor_share(&r->floor[ALL], r->stretches, found->floor_dbfs);
    found->floor_confidence = (float)fmin(1.0, fmax(0.05, (share - 0.08) / 0.3));
}

static void find_snr(const struct vy_room *r, struct vy_room_found *found)
{
    if (found->floor_why) {
        found->snr_why = found->floor_why;
        return;
    }
    const double all = r->floor[ALL].total / (double)r->stretches;
    const double noise = pow(10.0, found->floor_dbfs / 10.0);
    if (all < noise * pow(10.0, LEAST_SNR_DB / 10.0)) {
        found->snr_why = "no part is quieter than the rest: sound and noise are one";
        found->floor_confidence *= 0.3f; // it may as well be the music's
        return;
    }
    found->snr_db = 10.0 * log10((all - noise) / noise);
    found->snr_confidence =
        found->floor_confidence * (float)fmin(1.0, (found->snr_db - LEAST_SNR_DB) / 20.0 + 0.2);
}

static void find_hum(const struct vy_room *r, struct vy_room_found *found)
{
    struct vy_hum_found hum;
    vy_hum_result(r->hum, &hum);
    if (hum.windows < 2) {
        found->hum_why = (double)r->hops * r->shape.hop / r->shape.sr_hz < 8.0
                             ? "shorter than 8 s"
                             : "too little of it is not silence";
        return;
    }
    found->hum_hz = hum.hz;
    found->hum_db = hum.most_db;
    if (hum.hz > 0.0)
        found->hum_dbfs = hum.dbfs;
    memcpy(found->harmonic_db, hum.db, sizeof hum.db);
    found->hum_confidence = (float)fmin(1.0, hum.windows / 8.0);
}

static void find_clicks(const struct vy_room *r, struct vy_room_found *found)
{
    struct vy_clicks_found clicks;
    vy_clicks_result(r->clicks, &clicks);
    if ((double)r->hops * r->shape.hop < 0.1 * r->shape.sr_hz) {
        found->click_why = "shorter than 0.1 s";
        return;
    }
    found->clicks = clicks.clicks;
    for (uint64_t i = 0; i < clicks.clicks && i < VY_ROOM_PLACES; i++)
        found->click_at_s[found->clicks_kept++] = (double)clicks.at[i] / r->shape.sr_hz;
    found->click_confidence = clicks.clicks ? (float)fmin(1.0, clicks.ratio / 40.0) : 0.9f;
}

static void find_decays(const struct vy_room *r, struct vy_room_found *found)
{
    uint32_t abrupt = 0, fitted = 0;
    if (r->shape.n_fft > LONGEST_WINDOW_S * r->shape.sr_hz) {
        found->decay_why = "the rate is too low to follow a decay";
        return;
    }
    static const uint32_t order[VY_ROOM_DECAYS] = {1, 2, 0}; // the middle band first
    for (uint32_t i = 0; i < VY_ROOM_DECAYS; i++) {
        const uint32_t b = order[i];
        float confidence;
        found->band_decay_s[b] = vy_decay_time(&r->decay[b], &confidence);
        found->decays[b] = r->decay[b].found;
        abrupt += r->decay[b].abrupt;
        fitted += r->decay[b].found;
        if (isnan(found->decay_s) && !isnan(found->band_decay_s[b])) {
            found->decay_s = found->band_decay_s[b];
            found->decay_confidence = confidence;
        }
    }
    if (!isnan(found->decay_s))
        return;
    found->decay_why = abrupt > fitted ? "sounds end faster than can be measured: it is dry"
                                       : "nothing decays freely by 25 dB, three times";
}

void vy_room_result(const struct vy_room *room, struct vy_room_found *found)
{
    *found = (struct vy_room_found){.floor_dbfs = NAN,
                                    .floor_dba = NAN,
                                    .snr_db = NAN,
                                    .hum_db = NAN,
                                    .hum_dbfs = NAN,
                                    .decay_s = NAN};
    for (uint32_t b = 0; b < VY_ROOM_BANDS; b++)
        found->band_floor_dbfs[b] = NAN;
    for (uint32_t b = 0; b < VY_ROOM_DECAYS; b++)
        found->band_decay_s[b] = NAN;
    for (uint32_t i = 0; i < VY_ROOM_HARMONICS; i++)
        found->harmonic_db[i] = NAN;
    find_floor(room, found);
    find_snr(room, found);
    find_hum(room, found);
    find_clicks(room, found);
    find_decays(room, found);
}
