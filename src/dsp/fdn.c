// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "dsp/fdn.h"

#include <math.h>

#define SHORTEST_S 0.0225 // shortest line at scale 1
#define SPAN 3.6          // longest / shortest
#define SCALE_MIN 0.35
#define SCALE_SPAN 5.0
#define SWAY_S 0.00035f // breathing at depth 1, either way
#define LEAST (VY_TICK + 8u)

float vy_fdn_scale(float size)
{
    return (float)SCALE_MIN * vy_exp2(vy_set(size * 2.321928095f))[0]; // log2(SCALE_SPAN)
}

static double longest_s(void)
{
    return SHORTEST_S * SPAN * SCALE_MIN * SCALE_SPAN + 2 * (double)SWAY_S;
}

size_t vy_fdn_line_bytes(float sr_hz)
{
    const double frames = longest_s() * (double)sr_hz * 1.05 + 512;
    return VY_FDN_LINES * vy_ring_bytes(vy_ring_frames(frames));
}

static bool is_prime(uint32_t n)
{
    for (uint32_t d = 2; d * d <= n; d++)
        if (n % d == 0)
            return false;
    return n > 1;
}

// Lengths for one size: neighbours in the series are far apart in the matrix, so that the two
// halves (even lines hear the left, odd ones the right; the upper half breathes) are alike.
static void make_lengths(uint32_t *length, double scale, double sr_hz)
{
    static const uint8_t order[VY_FDN_LINES] = {0, 9, 4,  13, 2,  11, 6,  15,
                                                8, 1, 12, 5,  10, 3,  14, 7};
    uint32_t last = LEAST + (uint32_t)((double)SWAY_S * sr_hz);
    for (uint32_t i = 0; i < VY_FDN_LINES; i++) {
        const double golden = fmod((i + 1) * 0.6180339887498949, 1.0) - 0.5; // breaks the pattern
        const double s = SHORTEST_S * pow(SPAN, (i + 0.35 * golden) / (VY_FDN_LINES - 1)) * scale;
        uint32_t n = (uint32_t)(s * sr_hz);
        n = n > last ? n : last + 1;
        while (!is_prime(n))
            n++;
        length[order[i]] = last = n;
    }
}

void vy_fdn_init(struct vy_fdn *f, float sr_hz, void *lines)
{
    f->sr_hz = sr_hz;
    const uint32_t frames = vy_ring_frames(longest_s() * (double)sr_hz * 1.05 + 512);
    for (uint32_t i = 0; i < VY_FDN_LINES; i++)
        lines = vy_ring_place(&f->line[i], lines, frames);
    for (uint32_t k = 0; k < VY_FDN_SIZES; k++)
        make_lengths(f->length[k], SCALE_MIN * pow(SCALE_SPAN, k / (VY_FDN_SIZES - 1.0)),
                     (double)sr_hz);
    vy_fdn_reset(f);
}

void vy_fdn_reset(struct vy_fdn *f)
{
    for (uint32_t i = 0; i < VY_FDN_LINES; i++) {
        vy_ring_clear(&f->line[i]);
        f->hop[i] = (struct vy_hop){0};
    }
    for (uint32_t g = 0; g < 2; g++)
        f->s1[g] = f->s2[g] = f->t[g] = vy_set(0);
    f->phase = vy_iota() * 0.125f;
    f->sway = vy_set(0);
    f->made = (struct vy_fdn_knobs){0};
    f->running = false;
}

// ---- absorption ---------------------------------------------------------------------------------

// High shelf after R. Bristow-Johnson's "Cookbook formulae for audio EQ biquad filter
// coefficients", slope of Q = 1/sqrt(2). `a` is the square root of the gain at the top. Returns the
// squared gain at the prewarped frequency ratio r, from the analog prototype, which unlike the
// digital coefficients loses no digits when the corner is far below the sample rate.
static vy_f8 make_high_shelf(struct vy_fdn *f, int g, vy_f8 a, float turns, float r)
{
    const float c = vy_cos_turns(vy_set(turns))[0];
    const float alpha = vy_sin_turns(vy_set(turns))[0] * 0.70710678f;
    const vy_f8 up = a + 1.0f, down = a - 1.0f, q = 2.0f * alpha * vy_sqrt(a);
    const vy_f8 a0 = 1.0f / (up - down * c + q);
    f->b0[g] = a * (up + down * c + q) * a0;
    f->b1[g] = -2.0f * a * (down + up * c) * a0;
    f->b2[g] = a * (up + down * c - q) * a0;
    f->a1[g] = 2.0f * (down - up * c) * a0;
    f->a2[g] = (up - down * c - q) * a0;
    const float r2 = r * r;
    const vy_f8 n = 1.0f - a * r2, d = a - r2;
    return a * a * (n * n + 2.0f * a * r2) / (d * d + 2.0f * a * r2);
}

// Low shelf (s + w sqrt(k)) / (s + w / sqrt(k)), bilinear; `root` = sqrt(k). The same return.
static vy_f8 make_low_shelf(struct vy_fdn *f, int g, vy_f8 root, float t, float r)
{
    const vy_f8 zero = root * t, pole = t / root, a0 = 1.0f / (1.0f + pole);
    f->c0[g] = (1.0f + zero) * a0;
    f->c1[g] = (zero - 1.0f) * a0;
    f->d1[g] = (pole - 1.0f) * a0;
    return (r * r + root * root) / (r * r + 1.0f / (root * root));
}

static float smaller(float a, float b)
{
    return a < b ? a : b;
}

// Gains are kept as powers of two: a line of m frames loses m / (T sr) of 60 dB a pass.
static void make_absorption(struct vy_fdn *f, const struct vy_fdn_knobs *k)
{
    const float high = smaller(k->treble_hz / f->sr_hz, 0.45f);
    const float low = smaller(k->bass_hz / f->sr_hz, 0.4f);
    const float at = vy_tan_pi(vy_set(1000.0f / f->sr_hz))[0];
    const float t = vy_tan_pi(vy_set(low))[0], r_low = at / t;
    const float r_high = at / vy_tan_pi(vy_set(high))[0];
    const float per = -9.965784285f / (k->decay_s * f->sr_hz); // log2(1000)
    for (int g = 0; g < 2; g++) {
        vy_f8 frames = vy_set(0);
        for (int i = 0; i < 8; i++)
            frames[i] = (float)f->length[f->step][g * 8 + i];
        // a pass that takes 120 dB, or 60 more in a band, is silence; beyond that, the shelves'
        // poles would crowd round 1 where floats cannot tell them apart
        const vy_f8 mid = vy_max(frames * per, vy_set(-20.0f));
        const vy_f8 bass = mid + vy_clamp(mid * (1.0f / k->bass) - mid, -10.0f, 10.0f);
        const vy_f8 treble = mid + vy_max(mid * (1.0f / k->treble) - mid, vy_set(-10.0f));
        const vy_f8 h = make_high_shelf(f, g, vy_exp2((treble - mid) * 0.5f), high, r_high);
        const vy_f8 l = make_low_shelf(f, g, vy_exp2((bass - mid) * 0.5f), t, r_low);
        // the shelves' skirts at 1 kHz are made up for, but never so far that a band would sustain
        const vy_f8 skirts = -0.5f * vy_log2(h * l);
        const vy_f8 most = -0.4f * vy_max(mid, bass);
        const vy_f8 gain = vy_exp2(mid + vy_min(skirts, most) - 2.0f); // 2^-2 scales the matrix
        f->c0[g] *= gain;
        f->c1[g] *= gain;
    }
    f->made = *k;
}

// ---- mixing -------------------------------------------------------------------------------------

#define SWAP4(x) __builtin_shufflevector(x, x, 4, 5, 6, 7, 0, 1, 2, 3)
#define SWAP2(x) __builtin_shufflevector(x, x, 2, 3, 0, 1, 6, 7, 4, 5)
#define SWAP1(x) __builtin_shufflevector(x, x, 1, 0, 3, 2, 5, 4, 7, 6)

// Hadamard transform of eight lanes, not scaled.
VY_INLINE vy_f8 hadamard(vy_f8 x)
{
    x = x * (vy_f8){1, 1, 1, 1, -1, -1, -1, -1} + SWAP4(x);
    x = x * (vy_f8){1, 1, -1, -1, 1, 1, -1, -1} + SWAP2(x);
    return x * (vy_f8){1, -1, 1, -1, 1, -1, 1, -1} + SWAP1(x);
}

// Eight runs of eight frames to eight frames of eight lanes, or back.
VY_INLINE void transpose(vy_f8 m[8])
{
    vy_f8 a[8], b[8];
    for (int i = 0; i < 4; i++) {
        a[2 * i] = __builtin_shufflevector(m[2 * i], m[2 * i + 1], 0, 8, 2, 10, 4, 12, 6, 14);
        a[2 * i + 1] = __builtin_shufflevector(m[2 * i], m[2 * i + 1], 1, 9, 3, 11, 5, 13, 7, 15);
    }
    for (int i = 0; i < 8; i++) {
        const int j = (i & ~3) | (i & 1);
        b[i] = i & 2 ? __builtin_shufflevector(a[j], a[j + 2], 2, 3, 10, 11, 6, 7, 14, 15)
                     : __builtin_shufflevector(a[j], a[j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
    }
    for (int i = 0; i < 8; i++)
        m[i] = i & 4 ? __builtin_shufflevector(b[i - 4], b[i], 4, 5, 6, 7, 12, 13, 14, 15)
                     : __builtin_shufflevector(b[i], b[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
}

// ---- lines --------------------------------------------------------------------------------------

// Cubic Lagrange weights of the fraction f (Laakso et al. 1996), for x[-1] .. x[2] going back.
VY_INLINE void cubic(float f, float w[4])
{
    const float a = f - 1.0f, b = f - 2.0f, c = f + 1.0f;
    w[0] = f * a * b * (-1.0f / 6.0f);
    w[1] = c * a * b * 0.5f;
    w[2] = c * f * b * -0.5f;
    w[3] = c * f * a * (1.0f / 6.0f);
}

// A tick of a line whose delay goes from `delay` to `delay + move`, |move| well below a frame; the
// weights go straight from one to the other.
static void read_swaying(const struct vy_ring *ring, float delay, float move, float *restrict y)
{
    const uint32_t whole = (uint32_t)delay;
    const float f = delay - (float)whole;
    float from[4], to[4];
    cubic(f, from);
    cubic(f + move, to);
    const float *const x = vy_ring_tick(ring, whole + 2);
    vy_f8 w[4], dw[4];
    for (int k = 0; k < 4; k++) {
        const float step = (to[k] - from[k]) * (1.0f / (float)VY_TICK);
        w[k] = from[k] + step * vy_iota();
        dw[k] = vy_set(step * 8.0f);
    }
    for (uint32_t n = 0; n < VY_TICK; n += 8) {
        *(vy_f8u *)(y + n) = *(const vy_f8u *)(x + n + 3) * w[0] +
                             *(const vy_f8u *)(x + n + 2) * w[1] +
                             *(const vy_f8u *)(x + n + 1) * w[2] + *(const vy_f8u *)(x + n) * w[3];
        for (int k = 0; k < 4; k++)
            w[k] = w[k] + dw[k];
    }
}

// A breathing line, also on its way from one length to another.
static void read_line(struct vy_fdn *f, uint32_t i, float sway, float move, float *restrict y)
{
    struct vy_hop *const hop = &f->hop[i];
    read_swaying(&f->line[i], (float)hop->now + sway, move, y);
    if (hop->now == hop->next)
        return;
    float b[VY_TICK];
    read_swaying(&f->line[i], (float)hop->next + sway, move, b);
    for (uint32_t n = 0; n < VY_TICK; n++)
        y[n] += (b[n] - y[n]) * (hop->fade + VY_HOP_STEP / (float)VY_TICK * (float)n);
    hop->fade += VY_HOP_STEP;
}

// Both sides hear every line, through signs that are orthogonal. m: eight frames of eight lines.
VY_INLINE void listen(const vy_f8 m[8], uint32_t g, vy_f8u *left, vy_f8u *right)
{
    const vy_f8 a = (m[0] + m[1]) - (m[2] + m[3]) + ((m[4] + m[5]) - (m[6] + m[7]));
    const vy_f8 b = (m[0] - m[1]) + (m[2] - m[3]) - ((m[4] - m[5]) + (m[6] - m[7]));
    if (g == 0) {
        *left = 0.5f * a;
        *right = 0.5f * b;
    } else {
        *left += 0.5f * b;
        *right -= 0.5f * a;
    }
}

static void read_lines(struct vy_fdn *f, const struct vy_fdn_knobs *k, vy_f8 (*restrict y)[2],
                       float (*restrict out)[VY_TICK])
{
    // each line breathes at its own pace, within a third of the wanted one
    const vy_f8 pace = (vy_f8){1.0f, 0.83f, 1.17f, 0.71f, 1.29f, 0.92f, 1.09f, 0.77f};
    f->phase = f->phase + pace * (k->rate_hz * (float)VY_TICK / f->sr_hz);
    f->phase = f->phase - vy_floor(f->phase);
    const vy_f8 sway = vy_sin_turns(f->phase) * (k->depth * SWAY_S * f->sr_hz);
    const vy_f8 move = vy_clamp(sway - f->sway, -1.0f, 1.0f);
    float run[8][VY_TICK] __attribute__((aligned(32)));
    for (uint32_t g = 0; g < 2; g++) {
        for (uint32_t i = 0; i < 8; i++) {
            vy_hop_to(&f->hop[g * 8 + i], f->length[f->step][g * 8 + i]);
            if (g == 0)
                vy_hop_read(&f->hop[i], &f->line[i], 0, run[i]);
            else
                read_line(f, 8 + i, f->sway[i], move[i], run[i]);
        }
        for (uint32_t n = 0; n < VY_TICK; n += 8) {
            vy_f8 m[8];
            for (uint32_t i = 0; i < 8; i++)
                m[i] = *(const vy_f8 *)(run[i] + n);
            listen(m, g, (vy_f8u *)(out[0] + n), (vy_f8u *)(out[1] + n));
            transpose(m);
            for (uint32_t i = 0; i < 8; i++)
                y[n + i][g] = m[i];
        }
    }
    f->sway = f->sway + move;
}

static void write_lines(struct vy_fdn *f, vy_f8 (*restrict y)[2])
{
    float run[8][VY_TICK] __attribute__((aligned(32)));
    for (uint32_t g = 0; g < 2; g++) {
        for (uint32_t n = 0; n < VY_TICK; n += 8) {
            vy_f8 m[8];
            for (uint32_t i = 0; i < 8; i++)
                m[i] = y[n + i][g];
            transpose(m);
            for (uint32_t i = 0; i < 8; i++)
                *(vy_f8 *)(run[i] + n) = m[i];
        }
        for (uint32_t i = 0; i < 8; i++)
            vy_ring_write_tick(&f->line[g * 8 + i], run[i]);
    }
}

// Frames of all lines to what goes back into them.
static void absorb_and_mix(struct vy_fdn *f, const float (*restrict in)[VY_TICK],
                           vy_f8 (*restrict y)[2])
{
    // even lines hear the left, odd ones the right, with signs that sum to nothing
    const vy_f8 left = (vy_f8){1, 0, -1, 0, 1, 0, -1, 0} * 0.35f;
    const vy_f8 right = (vy_f8){0, 1, 0, 1, 0, -1, 0, -1} * 0.35f;
    vy_f8 s1[2] = {f->s1[0], f->s1[1]}, s2[2] = {f->s2[0], f->s2[1]}, t[2] = {f->t[0], f->t[1]};
    for (uint32_t n = 0; n < VY_TICK; n++) {
        vy_f8 z[2];
        for (int g = 0; g < 2; g++) {
            const vy_f8 x = y[n][g];
            const vy_f8 h = f->b0[g] * x + s1[g];
            s1[g] = f->b1[g] * x - f->a1[g] * h + s2[g];
            s2[g] = f->b2[g] * x - f->a2[g] * h;
            z[g] = f->c0[g] * h + t[g];
            t[g] = f->c1[g] * h - f->d1[g] * z[g];
            z[g] = hadamard(z[g]);
        }
        const vy_f8 feed = left * in[0][n] + right * in[1][n];
        // the bound is out of reach of sound; it stops runaway while size is being turned
        y[n][0] = vy_clamp(z[0] + z[1] + feed, -1e3f, 1e3f);
        y[n][1] = vy_clamp(z[0] - z[1] - feed, -1e3f, 1e3f);
    }
    for (int g = 0; g < 2; g++) {
        f->s1[g] = s1[g];
        f->s2[g] = s2[g];
        f->t[g] = t[g];
    }
}

static bool same(const struct vy_fdn_knobs *a, const struct vy_fdn_knobs *b)
{
    return a->decay_s == b->decay_s && a->bass == b->bass && a->bass_hz == b->bass_hz &&
           a->treble == b->treble && a->treble_hz == b->treble_hz;
}

void vy_fdn_tick(struct vy_fdn *f, const struct vy_fdn_knobs *k,
                 const float (*restrict in)[VY_TICK], float (*restrict out)[VY_TICK])
{
    const uint32_t step = (uint32_t)(k->size * (float)(VY_FDN_SIZES - 1) + 0.5f);
    const bool still = f->hop[0].now == f->hop[0].next;
    if (!f->running) {
        f->running = true;
        f->step = step;
        for (uint32_t i = 0; i < VY_FDN_LINES; i++)
            f->hop[i].now = f->hop[i].next = f->length[step][i];
        make_absorption(f, k);
    } else if ((step != f->step && still) || !same(k, &f->made)) {
        f->step = still ? step : f->step;
        make_absorption(f, k);
    }
    vy_f8 y[VY_TICK][2];
    read_lines(f, k, y, out);
    absorb_and_mix(f, in, y);
    write_lines(f, y);
}
