// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Records what comes in, repeats it, and layers more on top.
//
// The loop is the frames between the ends of two record presses, to the frame, or a length in
// beats. Its seam is made while it is passed for the first time: for 5 ms after recording stops the
// input still runs on, and that continuation is faded out over the loop's first frames, which fade
// in. The seam is then continuous with both neighbours, without a moment of silence. Playing,
// overdubbing and stopping are faded over the same time.
#include "veery/module.h"

enum { P_RECORD, P_PLAY, P_OVERDUB, P_LENGTH, P_FEEDBACK, P_MIX };

#define MEMORY_S 60.0f
#define FADE_S 0.005f
#define LAYER_MAX 16.0f // overdubs may pile up; +24 dBFS is where they stop

struct looper {
    float sr_hz, step; // step: of the fades, a frame
    uint32_t capacity, fade;
    // the take and the loop
    bool pressed, recording, fixed, released;
    uint32_t taken, wanted; // frames recorded; frames to record (capacity when free)
    uint32_t length;        // of the loop, 0 = none
    uint32_t seam;          // frames of the seam still to make
    uint32_t at;            // next frame of the loop
    float take_gain, play_gain, dub_gain;
    float memory[]; // [capacity][2]; only frames already recorded are ever read
};

static const struct vy_port inputs[] = {{"in", 0, "sound"}};
static const struct vy_port outputs[] = {{"out", 0, "sound and loop"}};
static const struct vy_param params[] = {
    {"record", "", 0, 1, 0, VY_BOOL, 0, NULL, "on starts a new loop, off closes it"},
    {"play", "", 0, 1, 1, VY_BOOL, 0, NULL, "play the loop; on starts it from the top"},
    {"overdub", "", 0, 1, 0, VY_BOOL, 0, NULL, "add the input to the loop"},
    {"length", "beats", 0, 64, 0, VY_LIN, 0, NULL, "length of a new loop, 0 = as long as record"},
    {"feedback", "", 0, 1, 1, VY_LIN, 5, NULL, "what an overdub leaves of the layers below"},
    {"mix", "", 0, 1, 0.5f, VY_LIN, 5, NULL, "0 input only, 0.5 both at full level, 1 loop only"},
};

static uint32_t capacity_of(const struct vy_cfg *cfg)
{
    return (uint32_t)(MEMORY_S * cfg->sr_hz);
}

static size_t looper_get_size(const struct vy_cfg *cfg)
{
    return vy_align64(sizeof(struct looper) + (size_t)capacity_of(cfg) * 2 * sizeof(float));
}

static void looper_reset(void *mem)
{
    struct looper *const l = mem;
    // the memory stays as it is: nothing is read before it is recorded
    l->pressed = l->recording = l->fixed = l->released = false;
    l->taken = l->wanted = l->length = l->seam = l->at = 0;
    l->take_gain = l->play_gain = l->dub_gain = 0.0f;
}

static int looper_init(void *mem, const struct vy_cfg *cfg)
{
    struct looper *const l = mem;
    l->sr_hz = cfg->sr_hz;
    l->capacity = capacity_of(cfg);
    l->fade = (uint32_t)(FADE_S * cfg->sr_hz);
    l->step = 1.0f / (float)l->fade;
    for (size_t i = 0; i < (size_t)l->capacity * 2; i++)
        l->memory[i] = 0.0f; // touch the pages here, not on the audio thread
    looper_reset(l);
    return 0;
}

static float toward(float x, float goal, float step)
{
    return x < goal ? (x + step < goal ? x + step : goal) : (x - step > goal ? x - step : goal);
}

// A fade's straight line as a curve that starts and ends flat (smoothstep): f(x) + f(1 - x) = 1.
static float curve(float x)
{
    return x * x * (3.0f - 2.0f * x);
}

// React to the knobs at the first frame of a tick.
static void obey(struct looper *l, const struct vy_io *io)
{
    const bool record = vy_value(io, P_RECORD) > 0.5f;
    if (record && !l->pressed) {
        const double beats = (double)vy_value(io, P_LENGTH);
        const double frames = beats / io->time->beats_per_frame + 0.5;
        l->fixed = beats > 0;
        l->wanted = !l->fixed || frames > l->capacity ? l->capacity : (uint32_t)frames;
        if (l->wanted < 2 * l->fade)
            l->wanted = 2 * l->fade;
        l->recording = true;
        l->released = false;
        l->taken = 0;
        l->take_gain = 1.0f;
    }
    if (!record && l->pressed)
        l->released = true;
    l->pressed = record;
    if (vy_value(io, P_PLAY) > 0.5f && l->play_gain <= 0.0f && l->seam == 0)
        l->at = 0;
}

// One frame of a take. A fixed length is filled with silence when record is let go early.
static void take(struct looper *l, float left, float right)
{
    l->take_gain = toward(l->take_gain, l->fixed && l->released ? 0.0f : 1.0f, l->step);
    const float gain = curve(l->take_gain);
    l->memory[2 * l->taken] = left * gain;
    l->memory[2 * l->taken + 1] = right * gain;
    l->taken++;
}

static bool take_is_over(const struct looper *l)
{
    if (l->taken >= l->wanted)
        return true;
    return l->released && !l->fixed && l->taken >= 2 * l->fade;
}

static void close_loop(struct looper *l)
{
    l->recording = false;
    l->length = l->taken;
    l->seam = l->fade;
    l->at = 0;
    l->play_gain = 0.0f;
    l->dub_gain = 0.0f;
}

static float hold(float x)
{
    return x > LAYER_MAX ? LAYER_MAX : x < -LAYER_MAX ? -LAYER_MAX : x;
}

// One frame of the loop: make its seam, read it, lay the input over it. `fresh` false only fades
// an old loop out while a new one is being taken.
static void turn(struct looper *l, float left, float right, float feedback, bool fresh, float y[2])
{
    float *const m = &l->memory[2 * (size_t)l->at];
    if (fresh && l->seam > 0) {
        const float out = curve((float)l->seam * l->step), gain = curve(l->take_gain) * out;
        m[0] = m[0] * (1.0f - out) + left * gain;
        m[1] = m[1] * (1.0f - out) + right * gain;
        l->seam--;
    }
    const float gain = curve(l->play_gain);
    y[0] = m[0] * gain;
    y[1] = m[1] * gain;
    if (fresh && l->dub_gain > 0.0f) {
        const float dub = curve(l->dub_gain), keep = 1.0f - dub * (1.0f - feedback);
        m[0] = hold(m[0] * keep + left * dub);
        m[1] = hold(m[1] * keep + right * dub);
    }
    l->at = l->at + 1 < l->length ? l->at + 1 : 0;
}

static void frame(struct looper *l, float left, float right, float feedback, bool play, bool dub,
                  float y[2])
{
    y[0] = y[1] = 0.0f;
    if (l->recording && take_is_over(l))
        close_loop(l);
    const bool sounding = play && !l->recording && l->length > 0;
    l->play_gain = toward(l->play_gain, sounding ? 1.0f : 0.0f, l->step);
    // an overdub waits for the seam: it would be faded out with it
    l->dub_gain = toward(l->dub_gain, sounding && dub && l->seam == 0 ? 1.0f : 0.0f, l->step);
    if (l->length > 0 && (l->play_gain > 0.0f || l->seam > 0))
        turn(l, left, right, feedback, !l->recording, y);
    if (l->recording)
        take(l, left, right);
}

static void looper_process(void *mem, const struct vy_io *io)
{
    struct looper *const l = mem;
    obey(l, io);
    const vy_f8 *const in = vy_in(io, 0, 0);
    vy_f8 *const out = vy_out(io, 0, 0);
    const struct vy_ramp feedback = vy_ramp_of(io, P_FEEDBACK, 0), mix = vy_ramp_of(io, P_MIX, 0);
    const bool play = vy_value(io, P_PLAY) > 0.5f, dub = vy_value(io, P_OVERDUB) > 0.5f;
    for (uint32_t n = 0; n < VY_TICK; n++) {
        const float left = in ? in[n][0] : 0.0f, right = in ? in[n][1] : 0.0f;
        float y[2];
        frame(l, left, right, feedback.v[0] + (float)n * feedback.dv[0], play, dub, y);
        const float m = 2.0f * (mix.v[0] + (float)n * mix.dv[0]);
        const float dry = m < 1.0f ? 1.0f : 2.0f - m, wet = m < 1.0f ? m : 1.0f;
        out[n] = (vy_f8){left * dry + y[0] * wet, right * dry + y[1] * wet};
    }
}

const struct vy_module vy_module_looper = {
    .abi = VY_MODULE_ABI,
    .id = "looper",
    .name = "Looper",
    .text = "Records up to a minute, repeats it seamlessly and layers overdubs.",
    .words = "looper loop overdub record phrase sampler live",
    .flags = VY_STEREO | VY_EFFECT,
    .in = inputs,
    .out = outputs,
    .param = params,
    .ins = VY_COUNT(inputs),
    .outs = VY_COUNT(outputs),
    .params = VY_COUNT(params),
    .get_size = looper_get_size,
    .init = looper_init,
    .reset = looper_reset,
    .process = looper_process,
};
