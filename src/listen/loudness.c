// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Weighted energy is summed over slots of 10 ms; windows are runs of slots. A slot ends where its
// time does, to the nearest frame, at any rate.
#include "listen/loudness.h"

#include "listen/gate.h"
#include "listen/kweight.h"
#include "listen/simd.h"
#include "listen/true_peak.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 256u
#define SLOTS_PER_S 100u
#define MOMENTARY 40u   ///< slots
#define SHORT_TERM 300u ///< slots
#define STEP 10u        ///< slots from one gate window to the next
#define GROUPS ((VY_EAR_CHANS + VY_K_LANES - 1) / VY_K_LANES)

struct vy_loudness {
    uint32_t sr_hz, chans;
    double weight[VY_EAR_CHANS];
    vy_loudness_fn *curve;
    void *arg;
    struct vy_chunks chunks;
    uint64_t taken; ///< frames that were weighed
    uint32_t done;  ///< of the chunk under way
    struct vy_k_filter filter;
    struct vy_k_group group[GROUPS];
    vy_k_lanes energy[GROUPS]; ///< of the slot under way
    vy_k_lanes mixed[CHUNK];   ///< four channels a frame, for the filter
    uint64_t slots;            ///< full ones
    double slot[SHORT_TERM];   ///< energy sums; slot k at k % SHORT_TERM
    double short_sum;          ///< of all in `slot`
    double momentary_max, short_max;
    struct vy_gate momentary, short_term;
    struct vy_true_peak_filter interpolator;
    float peak[VY_EAR_CHANS];
    uint64_t peak_at[VY_EAR_CHANS]; ///< start of its chunk
};

double vy_loudness_weight(uint32_t chans, uint32_t chan)
{
    static const uint8_t surround[VY_EAR_CHANS + 1] = {
        [4] = 1 << 2 | 1 << 3, [5] = 1 << 3 | 1 << 4, [6] = 1 << 4 | 1 << 5,
        [7] = 1 << 5 | 1 << 6, [8] = 1 << 6 | 1 << 7,
    };
    if (chans > VY_EAR_CHANS || chan >= chans || (chans >= 6 && chan == 3))
        return 0.0;
    return surround[chans] >> chan & 1 ? 1.41 : 1.0;
}

vy_status vy_loudness_new(uint32_t sr_hz, uint32_t chans, const double weight[],
                          vy_loudness_fn *curve, void *arg, struct vy_loudness **loudness)
{
    *loudness = NULL;
    if (sr_hz < 4000 || sr_hz > 768000 || chans < 1 || chans > VY_EAR_CHANS)
        return VY_BAD_ARG;
    struct vy_loudness *const l = aligned_alloc(64, (sizeof *l + 63) / 64 * 64);
    if (!l)
        return VY_NO_MEMORY;
    memset(l, 0, sizeof *l);
    if (vy_chunks_init(&l->chunks, chans, CHUNK, VY_TRUE_PEAK_PAST)) {
        vy_loudness_destroy(l);
        return VY_NO_MEMORY;
    }
    l->sr_hz = sr_hz;
    l->chans = chans;
    for (uint32_t c = 0; c < chans; c++)
        l->weight[c] = weight ? weight[c] : vy_loudness_weight(chans, c);
    l->curve = curve;
    l->arg = arg;
    vy_k_design(&l->filter, sr_hz);
    vy_true_peak_design(&l->interpolator);
    *loudness = l;
    return VY_OK;
}

void vy_loudness_destroy(struct vy_loudness *loudness)
{
    if (!loudness)
        return;
    vy_chunks_clear(&loudness->chunks);
    free(loudness);
}

// First frame of slot k.
static uint64_t slot_start(const struct vy_loudness *l, uint64_t k)
{
    return (k * l->sr_hz + SLOTS_PER_S / 2) / SLOTS_PER_S;
}

// Mean energy of the last `slots` slots from the sum over them.
static double window_mean(const struct vy_loudness *l, double sum, uint32_t slots)
{
    return fmax(sum, 0.0) / (double)(slot_start(l, l->slots) - slot_start(l, l->slots - slots));
}

static double last_slots(const struct vy_loudness *l, uint32_t slots)
{
    double sum = 0.0;
    for (uint64_t k = l->slots - slots; k < l->slots; k++)
        sum += l->slot[k % SHORT_TERM];
    return sum;
}

static void windows(struct vy_loudness *l)
{
    const bool step = l->slots % STEP == 0;
    double m = NAN, s = NAN;
    if (l->slots >= MOMENTARY) {
        m = window_mean(l, last_slots(l, MOMENTARY), MOMENTARY);
        l->momentary_max = fmax(l->momentary_max, m);
        if (step)
            vy_gate_add(&l->momentary, m);
    }
    if (l->slots >= SHORT_TERM) {
        if (step) // else differences would pile up their rounding
            l->short_sum = last_slots(l, SHORT_TERM);
        s = window_mean(l, l->short_sum, SHORT_TERM);
        l->short_max = fmax(l->short_max, s);
        if (step)
            vy_gate_add(&l->short_term, s);
    }
    if (step && l->curve)
        l->curve(l->arg, (double)l->slots / SLOTS_PER_S, isnan(m) ? m : vy_lufs(m),
                 isnan(s) ? s : vy_lufs(s));
}

static void end_slot(struct vy_loudness *l)
{
    double energy = 0.0;
    for (uint32_t c = 0; c < l->chans; c++)
        energy += l->weight[c] * l->energy[c / VY_K_LANES][c % VY_K_LANES];
    for (uint32_t g = 0; g < GROUPS; g++) {
        l->energy[g] = (vy_k_lanes){0};
        vy_k_settle(&l->group[g]);
    }
    double *const slot = &l->slot[l->slots % SHORT_TERM];
    l->short_sum += energy - *slot;
    *slot = energy;
    l->slots++;
    windows(l);
}

// Four waves side by side. What lies behind the last whole four frames is written, too.
VY_SIMD static void interleave(const float *const in[], uint32_t n, vy_k_lanes *restrict mixed)
{
    _Static_assert(VY_K_LANES == 4, "four waves");
    typedef float f32x4 __attribute__((vector_size(16)));
    f32x4 a, b, c, d;
    for (uint32_t i = 0; i < n; i += 4) {
        memcpy(&a, in[0] + i, sizeof a);
        memcpy(&b, in[1] + i, sizeof b);
        memcpy(&c, in[2] + i, sizeof c);
        memcpy(&d, in[3] + i, sizeof d);
        const f32x4 ab = __builtin_shufflevector(a, b, 0, 4, 1, 5);
        const f32x4 cd = __builtin_shufflevector(c, d, 0, 4, 1, 5);
        const f32x4 ef = __builtin_shufflevector(a, b, 2, 6, 3, 7);
        const f32x4 gh = __builtin_shufflevector(c, d, 2, 6, 3, 7);
#define BOTH(x, y, ...) \
    __builtin_convertvector(__builtin_shufflevector(x, y, __VA_ARGS__), vy_k_lanes)
        mixed[i] = BOTH(ab, cd, 0, 1, 4, 5);
        mixed[i + 1] = BOTH(ab, cd, 2, 3, 6, 7);
        mixed[i + 2] = BOTH(ef, gh, 0, 1, 4, 5);
        mixed[i + 3] = BOTH(ef, gh, 2, 3, 6, 7);
#undef BOTH
    }
}

static void mix_group(struct vy_loudness *l, uint32_t g, uint32_t at, uint32_t n)
{
    static const float silence[CHUNK + 3];
    const float *in[VY_K_LANES];
    for (uint32_t c = 0; c < VY_K_LANES; c++) {
        const uint32_t chan = g * VY_K_LANES + c;
        in[c] = chan < l->chans ? vy_chunks_chan(&l->chunks, chan) + at : silence;
    }
    interleave(in, n, l->mixed);
}

// The frames of the chunk up to `end` that were not weighed yet.
static void weigh(struct vy_loudness *l, uint32_t end)
{
    while (l->done < end) {
        const uint64_t left = slot_start(l, l->slots + 1) - l->taken;
        const uint32_t part = end - l->done < left ? end - l->done : (uint32_t)left;
        for (uint32_t g = 0; g * VY_K_LANES < l->chans; g++) {
            mix_group(l, g, l->done, part);
            vy_k_run(&l->filter, &l->group[g], l->mixed, part, &l->energy[g]);
        }
        l->done += part;
        l->taken += part;
        if (part == left)
            end_slot(l);
    }
}

static void take_chunk(void *arg)
{
    struct vy_loudness *const l = arg;
    for (uint32_t c = 0; c < l->chans; c++) {
        const float peak =
            vy_true_peak_run(&l->interpolator, vy_chunks_chan(&l->chunks, c), CHUNK, l->peak[c]);
        if (peak > l->peak[c]) {
            l->peak[c] = peak;
            l->peak_at[c] = l->chunks.frames - CHUNK;
        }
    }
    weigh(l, CHUNK);
    l->done = 0;
}

void vy_loudness_push(struct vy_loudness *loudness, const float *const chan[], uint32_t chans,
                      size_t n)
{
    vy_chunks_push(&loudness->chunks, chan, chans, n, take_chunk, loudness);
}

static void find_peaks(const struct vy_loudness *l, struct vy_loudness_found *found)
{
    const uint32_t n = (l->chunks.held + VY_TRUE_PEAK_LATE + VY_TRUE_PEAK_STEP - 1) /
                       VY_TRUE_PEAK_STEP * VY_TRUE_PEAK_STEP;
    float most = 0.0f;
    uint64_t at = 0;
    vy_chunks_pad(&l->chunks);
    for (uint32_t c = 0; c < l->chans; c++) {
        const float so_far = l->peak[c];
        const float peak =
            vy_true_peak_run(&l->interpolator, vy_chunks_chan(&l->chunks, c), n, so_far);
        found->chan_true_peak_dbtp[c] = peak > 0.0f ? 20.0 * log10((double)peak) : (double)NAN;
        if (peak <= most)
            continue;
        most = peak;
        found->true_peak_chan = c;
        at = peak > so_far ? l->chunks.frames - l->chunks.held : l->peak_at[c];
    }
    found->true_peak_dbtp = most > 0.0f ? 20.0 * log10((double)most) : (double)NAN;
    found->true_peak_at_s = (double)at / l->sr_hz;
    if (!(most > 0.0f))
        found->true_peak_why = l->chunks.frames ? "all samples are 0" : "there is no sound";
}

static void find_integrated(const struct vy_loudness *l, struct vy_loudness_found *found)
{
    uint64_t count;
    const uint32_t first = vy_gate_first(&l->momentary, 10.0, &count);
    if (count) {
        found->integrated_lufs = vy_lufs(vy_gate_mean(&l->momentary, first));
        found->plr_db = found->true_peak_dbtp - found->integrated_lufs;
    } else {
        found->integrated_why =
            l->slots < MOMENTARY ? "shorter than 0.4 s" : "nothing is above -70 LUFS";
    }
}

static void find_range(const struct vy_loudness *l, struct vy_loudness_found *found)
{
    uint64_t count;
    const uint32_t first = vy_gate_first(&l->short_term, 20.0, &count);
    if (!count) {
        found->range_why = l->slots < SHORT_TERM ? "shorter than 3 s" : "nothing is above -70 LUFS";
        return;
    }
    found->range_low_lufs = vy_lufs(vy_gate_percentile(&l->short_term, first, count, 0.10));
    found->range_high_lufs = vy_lufs(vy_gate_percentile(&l->short_term, first, count, 0.95));
    found->range_lu = found->range_high_lufs - found->range_low_lufs;
    found->range_confidence = (float)fmin(1.0, (double)count / (60.0 * SLOTS_PER_S / STEP));
}

void vy_loudness_result(struct vy_loudness *loudness, struct vy_loudness_found *found)
{
    struct vy_loudness *const l = loudness;
    weigh(l, l->chunks.held);
    *found = (struct vy_loudness_found){
        .integrated_lufs = NAN,
        .plr_db = NAN,
        .momentary_max_lufs = NAN,
        .short_term_max_lufs = NAN,
        .range_lu = NAN,
        .range_low_lufs = NAN,
        .range_high_lufs = NAN,
    };
    for (uint32_t c = 0; c < VY_EAR_CHANS; c++)
        found->chan_true_peak_dbtp[c] = NAN;
    find_peaks(l, found);
    find_integrated(l, found);
    find_range(l, found);
    if (l->momentary_max > 0.0)
        found->momentary_max_lufs = vy_lufs(l->momentary_max);
    else
        found->momentary_why = l->slots < MOMENTARY ? "shorter than 0.4 s" : "silence";
    if (l->short_max > 0.0)
        found->short_term_max_lufs = vy_lufs(l->short_max);
    else
        found->short_term_why = l->slots < SHORT_TERM ? "shorter than 3 s" : "silence";
}
