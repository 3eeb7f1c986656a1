// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What synthesized drums share: hits, decays, struck modes, noise, a filter, saturation.
//
// A drum module reads port `trig` frame by frame; a value above VY_DRUM_HIT strikes that lane at
// that frame. `decay` always means T60: the time an amplitude takes to fall by 60 dB, as in room
// acoustics, hence one factor a frame, 10^(-3 / (T60 * rate)). A retrigger never cuts a wave: the
// old cycle of a mode plays on beside the new one for VY_DRUM_FADE_S while it fades, and noise
// envelopes travel to their new level within a tenth of a millisecond.
//
// Filter: the trapezoidal state-variable form (Zavalishin, "The Art of VA Filter Design", 2018,
// ch. 4). Noise: a counter mixed by two rounds of xor-shift and multiply, constants of the
// "lowbias32" search (Wellons, "Prospecting for hash functions", 2018).
#ifndef VY_DSP_DRUM_H
#define VY_DSP_DRUM_H

#include "base/rng.h"
#include "dsp/lanes.h"

#define VY_DRUM_HIT 1e-4f    ///< velocities up to here are no hit
#define VY_DRUM_FADE_S 2e-3f ///< fade of what a retrigger interrupts
#define VY_DRUM_EDGE_S 1e-4f ///< time constant with which noise envelopes rise
#define VY_DRUM_FLOOR 1e-7f  ///< envelopes below -140 dB are silence

VY_INLINE vy_u8 vy_drum_pick(vy_i8 mask, vy_u8 a, vy_u8 b)
{
    return (vy_u8)((mask & (vy_i8)a) | (~mask & (vy_i8)b));
}

// ---- hits and pitch -----------------------------------------------------------------------------

/// True when any lane is struck in this tick.
VY_INLINE bool vy_drum_struck(const vy_f8 *trig)
{
    vy_i8 any = vy_seti(0);
    if (trig)
        for (uint32_t n = 0; n < VY_TICK; n++)
            any = any | (trig[n] > VY_DRUM_HIT);
    return vy_any(any);
}

/// Velocity 0..1 at one frame; the mask of struck lanes goes to *hit.
VY_INLINE vy_f8 vy_drum_velocity(const vy_f8 *trig, uint32_t n, vy_i8 *hit)
{
    const vy_f8 v = trig ? trig[n] : vy_set(0);
    *hit = v > VY_DRUM_HIT;
    return vy_min(v, vy_set(1));
}

/// Pitch a lane plays: the note's while one is known, also after its end; 0 = the knob's. A hit
/// without a note forgets the last one.
VY_INLINE vy_f8 vy_drum_note(vy_f8 held, const vy_f8 *freq, uint32_t n, vy_i8 hit)
{
    const vy_f8 f = freq ? freq[n] : vy_set(0);
    return vy_select(f > 0.0f, f, vy_select(hit, vy_set(0), held));
}

// ---- decays -------------------------------------------------------------------------------------

/// Factor a frame that loses `db` in `seconds`.
VY_INLINE vy_f8 vy_drum_fall(vy_f8 seconds, float sr_hz, float db)
{
    return vy_exp2(db * -0.166096405f / vy_max(seconds * sr_hz, vy_set(1))); // log2(10) / 20
}

/// Factor a frame of a decay with this T60.
VY_INLINE vy_f8 vy_drum_keep(vy_f8 t60, float sr_hz)
{
    return vy_drum_fall(t60, sr_hz, 60.0f);
}

/// Silence the inaudible end of a decay (once a tick), so that the drum can rest.
VY_INLINE vy_f8 vy_drum_rest(vy_f8 env)
{
    return vy_select(env < VY_DRUM_FLOOR, vy_set(0), env);
}

/// Weight of a one-pole smoother: y += weight * (x - y).
VY_INLINE float vy_drum_pole(float cutoff_hz, float sr_hz)
{
    return 1.0f - vy_exp2(vy_set(-9.0647203f * cutoff_hz / sr_hz))[0]; // 2 pi log2(e)
}

/// Constants of one sample rate.
struct vy_drum_rate {
    float sr_hz;
    float fade; ///< 1 / frames of the fade
    float edge; ///< what is left, a frame, of the way to a new level
    float hiss; ///< factor that keeps noise as dense in the audible band as at 48 kHz
};

VY_INLINE struct vy_drum_rate vy_drum_rate(float sr_hz)
{
    return (struct vy_drum_rate){
        .sr_hz = sr_hz,
        .fade = 1.0f / (VY_DRUM_FADE_S * sr_hz),
        .edge = vy_exp2(vy_set(-1.44269504f / (VY_DRUM_EDGE_S * sr_hz)))[0],
        .hiss = vy_sqrt(vy_set(sr_hz * (1.0f / 48000.0f)))[0],
    };
}

/// Decay that is struck without a click: level + gap is what is heard.
struct vy_drum_env {
    vy_f8 level, gap;
};

VY_INLINE void vy_drum_env_hit(struct vy_drum_env *e, vy_i8 hit, vy_f8 level)
{
    e->gap = vy_select(hit, e->level + e->gap - level, e->gap);
    e->level = vy_select(hit, level, e->level);
}

VY_INLINE vy_f8 vy_drum_env_next(struct vy_drum_env *e, vy_f8 keep, float edge)
{
    e->gap *= edge;
    const vy_f8 y = e->level + e->gap;
    e->level *= keep;
    return y;
}

VY_INLINE void vy_drum_env_rest(struct vy_drum_env *e)
{
    e->level = vy_drum_rest(e->level);
    e->gap = vy_select(e->level > 0.0f, e->gap, vy_set(0));
}

// ---- a struck mode ------------------------------------------------------------------------------

/// One decaying sine that starts at phase 0 with each hit, and the rest of the one before.
struct vy_drum_body {
    vy_u8 phase, step;
    vy_f8 env;
    vy_u8 old_phase, old_step;
    vy_f8 old_env, old_drop;
};

VY_INLINE void vy_drum_body_hit(struct vy_drum_body *b, vy_i8 hit, vy_f8 level, float fade)
{
    b->old_phase = vy_drum_pick(hit, b->phase, b->old_phase);
    b->old_step = vy_drum_pick(hit, b->step, b->old_step);
    b->old_drop = vy_select(hit, b->env * fade, b->old_drop);
    b->old_env = vy_select(hit, b->env, b->old_env);
    b->phase = vy_drum_pick(hit, vy_setu(0), b->phase);
    b->env = vy_select(hit, level, b->env);
}

/// @param rate  cycles a frame, 0..0.45 (clamped)
/// @param keep  from vy_drum_keep
VY_INLINE vy_f8 vy_drum_body_next(struct vy_drum_body *b, vy_f8 rate, vy_f8 keep)
{
    vy_f8 y = vy_sin_phase(b->phase) * b->env;
    b->step = (vy_u8)vy_to_int(vy_clamp(rate, 0.0f, 0.45f) * 0x1p31f) << 1;
    b->phase += b->step;
    b->env *= keep;
    if (__builtin_expect(vy_any(b->old_env > 0.0f), 0)) {
        y += vy_sin_phase(b->old_phase) * b->old_env;
        b->old_phase += b->old_step;
        b->old_env = vy_max(b->old_env - b->old_drop, vy_set(0));
    }
    return y;
}

VY_INLINE void vy_drum_body_rest(struct vy_drum_body *b)
{
    b->env = vy_drum_rest(b->env);
    b->old_env = vy_drum_rest(b->old_env);
}

VY_INLINE bool vy_drum_body_sounds(const struct vy_drum_body *b)
{
    return vy_any((b->env > 0.0f) | (b->old_env > 0.0f));
}

// ---- noise --------------------------------------------------------------------------------------

/// Noise streams of one group of lanes.
VY_INLINE vy_u8 vy_drum_key(uint64_t seed, uint32_t group)
{
    vy_u8 key = {0};
    for (uint32_t i = 0; i < VY_GROUP; i++)
        key[i] = (uint32_t)vy_rng_u64(seed, group * VY_GROUP + i);
    return key;
}

/// Mixed bits of a stream at an index.
VY_INLINE vy_u8 vy_drum_bits(vy_u8 key, uint32_t index)
{
    vy_u8 x = key + index * 0x9E3779B9u;
    x ^= x >> 16;
    x *= 0x7FEB352Du;
    x ^= x >> 15;
    x *= 0x846CA68Bu;
    return x ^ (x >> 16);
}

/// White noise, even between -1 and 1.
VY_INLINE vy_f8 vy_drum_noise(vy_u8 key, uint32_t index)
{
    return vy_to_float((vy_i8)vy_drum_bits(key, index)) * 0x1p-31f;
}

// ---- filter -------------------------------------------------------------------------------------

/// Coefficients over one tick: from the cutoff at its start to that at its end.
struct vy_drum_tuning {
    vy_f8 a1, a2, a3, d1, d2, d3;
    float damp; ///< 1 / Q
};

struct vy_drum_filter {
    vy_f8 s1, s2;
};

struct vy_drum_bands {
    vy_f8 low, band, high; ///< band peaks at 1 / damp
};

/// @param from, to  cutoff / sample rate at both ends of the tick, 0..0.45 (clamped)
VY_INLINE struct vy_drum_tuning vy_drum_tune(vy_f8 from, vy_f8 to, float damp)
{
    const vy_f8 g = vy_tan_pi(vy_clamp(from, 1e-5f, 0.45f));
    const vy_f8 h = vy_tan_pi(vy_clamp(to, 1e-5f, 0.45f));
    const vy_f8 a = 1.0f / (1.0f + g * (g + damp)), b = 1.0f / (1.0f + h * (h + damp));
    const float tick = 1.0f / (float)VY_TICK;
    return (struct vy_drum_tuning){.a1 = a,
                                   .a2 = g * a,
                                   .a3 = g * g * a,
                                   .d1 = (b - a) * tick,
                                   .d2 = (h * b - g * a) * tick,
                                   .d3 = (h * h * b - g * g * a) * tick,
                                   .damp = damp};
}

VY_INLINE struct vy_drum_bands vy_drum_filter_next(struct vy_drum_filter *f,
                                                   struct vy_drum_tuning *t, vy_f8 x)
{
    const vy_f8 v3 = x - f->s2;
    const vy_f8 band = t->a1 * f->s1 + t->a2 * v3;
    const vy_f8 low = f->s2 + t->a2 * f->s1 + t->a3 * v3;
    f->s1 = 2.0f * band - f->s1;
    f->s2 = 2.0f * low - f->s2;
    t->a1 += t->d1;
    t->a2 += t->d2;
    t->a3 += t->d3;
    return (struct vy_drum_bands){low, band, x - t->damp * band - low};
}

// ---- saturation and tone ------------------------------------------------------------------------

/// Soft saturation over one tick; an input of 1 stays 1 at any drive.
struct vy_drum_drive {
    vy_f8 gain, norm, dgain, dnorm;
};

VY_INLINE struct vy_drum_drive vy_drum_drive(struct vy_ramp drive)
{
    const vy_f8 end = drive.v + drive.dv * (float)VY_TICK;
    const vy_f8 g = 0.05f + 8.0f * drive.v * drive.v, h = 0.05f + 8.0f * end * end;
    const vy_f8 a = 1.0f / vy_tanh(g), b = 1.0f / vy_tanh(h);
    const float tick = 1.0f / (float)VY_TICK;
    return (struct vy_drum_drive){g, a, (h - g) * tick, (b - a) * tick};
}

VY_INLINE vy_f8 vy_drum_drive_next(struct vy_drum_drive *d, vy_f8 x)
{
    const vy_f8 y = vy_tanh(d->gain * x) * d->norm;
    d->gain += d->dgain;
    d->norm += d->dnorm;
    return y;
}

/// Factor a frame of a decay whose T60 is kept behind the saturation, which lifts quiet tails: the
/// decay before it is that much steeper, so drive fills the decay out without making it longer.
VY_INLINE vy_f8 vy_drum_keep_driven(vy_f8 t60, float sr_hz, const struct vy_drum_drive *d)
{
    const vy_f8 lift = vy_log2(d->gain * d->norm) * 6.0206f;
    return vy_exp2((60.0f + lift) * -0.166096405f / vy_max(t60 * sr_hz, vy_set(1)));
}

/// Treble shelf: what lies above the pole comes through `bright` times.
VY_INLINE vy_f8 vy_drum_shade(vy_f8 *low, float pole, vy_f8 bright, vy_f8 x)
{
    *low += pole * (x - *low);
    return *low + bright * (x - *low);
}

/// Treble of a velocity: 1 at full, `soft` at the lightest touch.
VY_INLINE vy_f8 vy_drum_touch(vy_f8 velocity, float soft)
{
    return soft + (1.0f - soft) * velocity;
}

/// A tick of silence.
VY_INLINE void vy_drum_silence(vy_f8 *restrict out)
{
    for (uint32_t n = 0; n < VY_TICK; n++)
        out[n] = vy_set(0);
}

#endif
