// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Chorus: two to four voices a channel, each a delay swept by its own phase of one slow sine. The
// voices of both channels are the eight lanes: lane = voice * 2 + channel.
#include "dsp/delayline.h"
#include "dsp/sync.h"
#include "veery/module.h"

enum { P_VOICES, P_RATE, P_SYNC, P_DEPTH, P_DELAY, P_FEEDBACK, P_WIDTH, P_MIX };

#define LONGEST_S 0.05
#define SWEEP_S 0.008f // either way, at depth 1

struct chorus {
    float sr_hz;
    const struct vy_taps *taps;
    struct vy_ring ring[2];
    struct vy_slow lfo;
    vy_f8 frames; // of each voice at the end of the last tick
    vy_f8 gain;   // of each voice, likewise
    bool running;
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound"}};
static const struct vy_param params[] = {
    {"voices", "", 2, 4, 3, VY_INT, 0, NULL, "voices a channel"},
    {"rate", "Hz", 0.02f, 10, 0.5f, VY_EXP, 20, NULL, "speed of the sweep"},
    {"sync", "", 0, VY_SYNC_LAST, 0, VY_ENUM, 0, vy_sync_words, "sweep time as a note length"},
    {"depth", "", 0, 1, 0.25f, VY_LIN, 50, NULL, "how far the voices move"},
    {"delay", "s", 0.001f, 0.04f, 0.012f, VY_EXP, 50, NULL, "delay the voices move around"},
    {"feedback", "", 0, 0.9f, 0, VY_LIN, 10, NULL, "wet sound fed back"},
    {"width", "", 0, 1, 1, VY_LIN, 10, NULL, "stereo width of the voices"},
    {"mix", "", 0, 1, 0.5f, VY_LIN, 10, NULL, "dry to wet"},
};

static size_t chorus_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct chorus)) +
           2 * vy_ring_bytes(vy_ring_frames(LONGEST_S * (double)cfg->sr_hz));
}

static int chorus_init(void *mem, const struct vy_cfg *cfg)
{
    struct chorus *const s = mem;
    s->sr_hz = cfg->sr_hz;
    s->taps = cfg->shared(cfg->host, "delay.taps", sizeof(struct vy_taps), vy_taps_build, NULL);
    const uint32_t frames = vy_ring_frames(LONGEST_S * (double)cfg->sr_hz);
    void *const next = vy_ring_place(&s->ring[0], (char *)mem + vy_align64(sizeof *s), frames);
    vy_ring_place(&s->ring[1], next, frames);
    return s->taps ? 0 : -1;
}

static void chorus_reset(void *mem)
{
    struct chorus *const s = mem;
    vy_ring_clear(&s->ring[0]);
    vy_ring_clear(&s->ring[1]);
    *s = (struct chorus){.sr_hz = s->sr_hz, .taps = s->taps, .ring = {s->ring[0], s->ring[1]}};
}

// Where the voices are when the sine is at `turns`: they share the circle evenly, and the right
// channel sits half way between the left one's voices.
static vy_f8 places(const struct chorus *s, const struct vy_io *io, float turns)
{
    const float voices = vy_value(io, P_VOICES);
    const vy_f8 lane = vy_iota();
    const vy_f8 sine = vy_sin_turns(vy_set(turns) + lane * (0.5f / voices));
    const float delay = vy_value_end(io, P_DELAY) * s->sr_hz;
    const float room = 0.95f * (delay - (float)VY_TAPS_MIN);
    float sweep = vy_value_end(io, P_DEPTH) * SWEEP_S * s->sr_hz;
    sweep = sweep > room ? (room > 0.0f ? room : 0.0f) : sweep;
    return vy_max(delay + sine * sweep, vy_set((float)VY_TAPS_MIN));
}

VY_INLINE void read_voices(const struct chorus *s, vy_f8 frames, vy_f8 gain, float wet[2])
{
    const vy_i8 whole = vy_to_int(frames);
    const vy_f8 fraction = frames - vy_to_float(whole);
    wet[0] = wet[1] = 0.0f;
    for (int lane = 0; lane < 8; lane++)
        wet[lane & 1] += gain[lane] * vy_ring_read(&s->ring[lane & 1], s->taps,
                                                   (uint32_t)whole[lane], fraction[lane]);
}

static void chorus_process(void *mem, const struct vy_io *io)
{
    struct chorus *const s = mem;
    double end;
    vy_slow_tick(&s->lfo, (double)vy_value_end(io, P_RATE), (double)s->sr_hz,
                 (int)vy_value(io, P_SYNC), io->time, &end);
    const vy_f8 to = places(s, io, (float)end);
    const float voices = vy_value(io, P_VOICES);
    // voices that are not wanted are faded out over the tick; loudness stays
    const vy_f8 gain =
        vy_select(vy_iota() < 2.0f * voices, 1.0f / vy_sqrt(vy_set(voices)), vy_set(0));
    if (!s->running) {
        s->running = true;
        s->frames = to;
        s->gain = gain;
    }
    const vy_f8 step = (to - s->frames) * (1.0f / (float)VY_TICK);
    const vy_f8 gain_step = (gain - s->gain) * (1.0f / (float)VY_TICK);
    const struct vy_ramp feedback = vy_ramp_of(io, P_FEEDBACK, 0),
                         width = vy_ramp_of(io, P_WIDTH, 0), mix = vy_ramp_of(io, P_MIX, 0);
    const float even = 1.0f / (vy_sqrt(vy_set(voices))[0]); // the loop takes the voices' mean
    const vy_f8 *const in = vy_in(io, 0, 0);
    vy_f8 *const out = vy_out(io, 0, 0);
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float t = (float)n, l = in ? in[n][0] : 0.0f, r = in ? in[n][1] : 0.0f;
        float wet[2];
        read_voices(s, s->frames + step * t, s->gain + gain_step * t, wet);
        const float back = (feedback.v[0] + feedback.dv[0] * t) * even;
        vy_ring_push(&s->ring[0], l + wet[0] * back);
        vy_ring_push(&s->ring[1], r + wet[1] * back);
        const float w = width.v[0] + width.dv[0] * t, m = mix.v[0] + mix.dv[0] * t;
        const float mid = 0.5f * (wet[0] + wet[1]), side = 0.5f * (wet[0] - wet[1]) * w;
        out[n] = (vy_f8){l * (1.0f - m) + (mid + side) * m, r * (1.0f - m) + (mid - side) * m};
    }
    s->frames = to;
    s->gain = gain;
}

const struct vy_module vy_module_chorus = {
    .abi = VY_MODULE_ABI,
    .id = "chorus",
    .name = "Chorus",
    .text = "Two to four swept voices a channel, wide and clean.",
    .words = "chorus ensemble modulation doubling wide",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = chorus_get_size,
    .init = chorus_init,
    .reset = chorus_reset,
    .process = chorus_process,
};
