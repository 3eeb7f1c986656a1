// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/envelope.h"

#include "listen/simd.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#define SILENT_DB (-80)
#define RISE_DB 6.0F
#define RISE_HOPS 3
#define RISE_DEPTH_DB 35 ///< attacks count that come so near to the loudest hop until then
#define APART_S 0.09
#define BODY_DB 20
#define SPREAD_DB 40
#define DECAY_DB 50
#define EDGE_S 0.05
#define SYLLABLE_HZ 4.2
#define SYLLABLE_Q 0.9
#define SWELL_HZ 1.0
#define SECOND_MOST 256 ///< hops in a second, at most

// Two poles and two zeros, transposed direct form II; the envelope has a few hundred values a
// second at most.
struct section {
    double b0, b1, b2, a1, a2, s1, s2;
};

struct vy_envelope {
    struct vy_hop_shape shape;
    double hop_s;
    uint64_t hops;
    float peak_db;
    uint64_t peak_at;
    uint64_t seen[-SILENT_DB + 1]; ///< hops by whole dB below full scale
    float kept[VY_ENVELOPE_KEPT];  ///< dB of the first hops
    float last[RISE_HOPS];         ///< dB
    uint64_t attacks, attack_at;
    double attack_rise; ///< of one hop, summed
    struct section syllable, swell;
    double sum, syllable_square, swell_square;
    float second[SECOND_MOST]; ///< level of the last second
    double second_sum;
    uint32_t second_hops;
    uint64_t quiet;
};

// Audio EQ cookbook (R. Bristow-Johnson): band-pass of peak gain 1, low-pass.
static struct section band_pass(double hz, double q, double rate_hz)
{
    const double w = 2 * M_PI * fmin(hz, 0.45 * rate_hz) / rate_hz, alpha = sin(w) / (2 * q);
    const double a0 = 1 + alpha;
    return (struct section){
        .b0 = alpha / a0, .b2 = -alpha / a0, .a1 = -2 * cos(w) / a0, .a2 = (1 - alpha) / a0};
}

static struct section low_pass(double hz, double rate_hz)
{
    const double w = 2 * M_PI * fmin(hz, 0.45 * rate_hz) / rate_hz, alpha = sin(w) / M_SQRT2;
    const double a0 = 1 + alpha, b = (1 - cos(w)) / 2 / a0;
    return (struct section){
        .b0 = b, .b1 = 2 * b, .b2 = b, .a1 = -2 * cos(w) / a0, .a2 = (1 - alpha) / a0};
}

static double step(struct section *s, double x)
{
    const double y = s->b0 * x + s->s1;
    s->s1 = s->b1 * x - s->a1 * y + s->s2;
    s->s2 = s->b2 * x - s->a2 * y;
    return y;
}

vy_status vy_envelope_new(const struct vy_hop_shape *shape, struct vy_envelope **envelope)
{
    struct vy_envelope *const e = calloc(1, sizeof *e);
    *envelope = e;
    if (!e)
        return VY_NO_MEMORY;
    e->shape = *shape;
    e->hop_s = vy_hop_seconds(shape, 1);
    e->peak_db = SILENT_DB;
    e->syllable = band_pass(SYLLABLE_HZ, SYLLABLE_Q, 1 / e->hop_s);
    e->swell = low_pass(SWELL_HZ, 1 / e->hop_s);
    const double hops = fmin(fmax(1 / e->hop_s, 1), SECOND_MOST);
    e->second_hops = (uint32_t)hops;
    for (int i = 0; i < RISE_HOPS; i++)
        e->last[i] = SILENT_DB;
    return VY_OK;
}

void vy_envelope_destroy(struct vy_envelope *envelope)
{
    free(envelope);
}

VY_SIMD static float mean_square(const float *restrict x, uint32_t n)
{
    float lane[VY_SUM_LANES] = {0};
    uint32_t i = 0;
    for (; i + VY_SUM_LANES <= n; i += VY_SUM_LANES)
        for (uint32_t k = 0; k < VY_SUM_LANES; k++)
            lane[k] += x[i + k] * x[i + k];
    for (uint32_t k = 0; i + k < n; k++)
        lane[k] += x[i + k] * x[i + k];
    float sum = 0;
    for (uint32_t k = 0; k < VY_SUM_LANES; k++)
        sum += lane[k];
    return sum / (float)n;
}

static void count_attack(struct vy_envelope *e, float db)
{
    const float before = e->last[e->hops % RISE_HOPS];
    const bool apart = (double)(e->hops - e->attack_at) * e->hop_s >= APART_S || !e->attacks;
    if (db - before >= RISE_DB && db > e->peak_db - RISE_DEPTH_DB && db > SILENT_DB && apart) {
        e->attacks++;
        e->attack_rise += (double)(db - e->last[(e->hops + RISE_HOPS - 1) % RISE_HOPS]);
        e->attack_at = e->hops;
    }
    e->last[e->hops % RISE_HOPS] = db;
}

static void waver(struct vy_envelope *e, double level)
{
    const double fast = step(&e->syllable, level);
    const double slow = step(&e->swell, level);
    float *const oldest = &e->second[e->hops % e->second_hops];
    e->second_sum += level - (double)*oldest;
    *oldest = (float)level;
    e->quiet += level < 0.5 * e->second_sum / e->second_hops;
    e->sum += level;
    e->syllable_square += fast * fast;
    e->swell_square += slow * slow;
}

void vy_envelope_hop(struct vy_envelope *envelope, const struct vy_hop *hop)
{
    struct vy_envelope *const e = envelope;
    const uint32_t from = (e->shape.n_fft - e->shape.hop) / 2;
    const float square = mean_square(hop->wave + from, e->shape.hop);
    const float db = fmaxf(10 * log10f(square + 1e-12F), SILENT_DB);
    count_attack(e, db);
    if (db > e->peak_db) {
        e->peak_db = db;
        e->peak_at = e->hops;
    }
    if (e->hops < VY_ENVELOPE_KEPT)
        e->kept[e->hops] = db;
    e->seen[(int)fmaxf(-db, 0)]++;
    waver(e, sqrt((double)square));
    e->hops++;
}

// A straight line through the levels after the loudest hop, down to DECAY_DB below it.
static void find_decay(const struct vy_envelope *e, struct vy_envelope_found *f)
{
    double n = 0, sx = 0, sxx = 0, st = 0, stt = 0, sxt = 0;
    for (uint64_t i = e->peak_at; i < e->hops && e->kept[i] > e->peak_db - DECAY_DB; i++) {
        const double x = (double)e->kept[i], t = (double)(i - e->peak_at) * e->hop_s;
        n++;
        sx += x;
        sxx += x * x;
        st += t;
        stt += t * t;
        sxt += x * t;
    }
    const double ct = stt - st * st / n, cx = sxx - sx * sx / n, both = sxt - sx * st / n;
    if (n < 4 || ct <= 0)
        return;
    f->decay_db_s = (float)fmax(-both / ct, 0);
    f->decay_fit = cx > 0 && both < 0 ? (float)(both * both / (ct * cx)) : 0;
}

static float edge(const struct vy_envelope *e, bool end)
{
    const uint64_t all = e->hops, some = (uint64_t)fmax(EDGE_S / e->hop_s, 1);
    const uint64_t n = some < all ? some : all;
    float most = SILENT_DB;
    for (uint64_t i = 0; i < n; i++)
        most = fmaxf(most, e->kept[end ? all - 1 - i : i]);
    return most - e->peak_db;
}

static void find_shape(const struct vy_envelope *e, struct vy_envelope_found *f)
{
    uint64_t start = e->peak_at;
    while (start && e->kept[start - 1] > e->peak_db - BODY_DB)
        start--;
    f->attack_s = (float)((double)(e->peak_at - start) * e->hop_s);
    f->head_db = edge(e, false);
    f->tail_db = edge(e, true);
    find_decay(e, f);
}

static void find_levels(const struct vy_envelope *e, struct vy_envelope_found *f)
{
    double n = 0, sum = 0, squares = 0, body = 0;
    for (int below = 0; below <= -SILENT_DB; below++) {
        const double count = (double)e->seen[below], depth = (double)e->peak_db + below;
        if (depth > SPREAD_DB)
            break;
        n += count;
        sum += count * depth;
        squares += count * depth * depth;
        body += depth <= BODY_DB ? count : 0;
    }
    f->body_s = (float)(body * e->hop_s);
    f->spread_db = n > 0 ? (float)sqrt(fmax(squares / n - sum / n * (sum / n), 0)) : NAN;
}

void vy_envelope_finish(const struct vy_envelope *envelope, struct vy_envelope_found *found)
{
    const struct vy_envelope *const e = envelope;
    *found = (struct vy_envelope_found){
        (double)e->hops * e->hop_s, e->peak_db, NAN, NAN, NAN, NAN, NAN, NAN,
        (float)e->attacks,          NAN,        NAN, NAN, NAN, NAN};
    if (!e->hops || e->peak_db <= SILENT_DB)
        return;
    if (e->hops <= VY_ENVELOPE_KEPT)
        find_shape(e, found);
    find_levels(e, found);
    const double n = (double)e->hops, mean = e->sum / n;
    found->attacks_s = (float)((double)e->attacks / found->seconds);
    found->attack_db = e->attacks ? (float)(e->attack_rise / (double)e->attacks) : NAN;
    found->quiet_share = (float)((double)e->quiet / n);
    if (found->seconds < 1 || mean <= 0)
        return;
    found->syllables = (float)(sqrt(e->syllable_square / n) / mean);
    found->swell = (float)(sqrt(fmax(e->swell_square / n - mean * mean, 0)) / mean);
}
