// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Two ways lead through here: channels as they are go to the ears of level and loudness, the mono
// mix becomes hops for all others. Music wants 32 to 50 kHz: other rates are resampled for it
// alone.
#include "listen/listener.h"

#include "listen/simd.h"
#include "listen/stft.h"

#include <math.h>
#include <soxr.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK 1024
#define MUSIC_RATE 44100 ///< of sound whose own rate does not do

struct vy_listener {
    unsigned ears;
    uint32_t sr_hz, chans;
    uint64_t frames;
    struct vy_level *level;
    struct vy_loudness *loudness;
    struct vy_stft *stft, *music_stft; ///< the second only for rates that music does not take
    struct vy_spectral *spectral;
    struct vy_envelope *envelope;
    struct vy_overview *overview;
    struct vy_stereo_ear *stereo;
    struct vy_room *room;
    struct vy_music *music;
    struct vy_pitch *pitch;
    struct vy_arena arena;
    soxr_t resampler;
    float mono[BLOCK];
    void (*on_hop)(void *arg, const struct vy_hop *hop);
    void *arg;
    vy_status status; ///< first failure of an ear that is fed by hops
};

static void to_music(void *arg, const struct vy_hop *hop)
{
    struct vy_listener *const l = arg;
    if (!l->status)
        l->status = vy_music_hop(l->music, hop);
    vy_pitch_hop(l->pitch, hop);
}

static void to_ears(void *arg, const struct vy_hop *hop)
{
    struct vy_listener *const l = arg;
    if (l->spectral)
        vy_spectral_hop(l->spectral, hop);
    if (l->envelope)
        vy_envelope_hop(l->envelope, hop);
    if (l->overview)
        vy_overview_hop(l->overview, hop);
    if (l->room)
        vy_room_hop(l->room, hop);
    if (l->music && !l->music_stft)
        to_music(l, hop);
    if (l->on_hop)
        l->on_hop(l->arg, hop);
}

static vy_status open_music(struct vy_listener *l)
{
    const bool fits = l->sr_hz >= 32000 && l->sr_hz <= 50000;
    if (!fits) {
        const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
        const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_MQ, 0);
        soxr_error_t error;
        l->resampler = soxr_create(l->sr_hz, MUSIC_RATE, 1, &error, &io, &quality, NULL);
        if (!l->resampler)
            return VY_NO_MEMORY;
        const vy_status status =
            vy_stft_new(MUSIC_RATE, VY_LISTENER_FFT, VY_LISTENER_HOP, to_music, l, &l->music_stft);
        if (status)
            return status;
    }
    const struct vy_hop_shape *const shape = vy_stft_shape(fits ? l->stft : l->music_stft);
    const vy_status status = vy_pitch_new(shape, NULL, NULL, &l->pitch);
    return status ? status : vy_music_new(shape, VY_MUSIC_CHAPTER_S, &l->music);
}

static vy_status open_ears(struct vy_listener *l)
{
    vy_status status =
        vy_stft_new(l->sr_hz, VY_LISTENER_FFT, VY_LISTENER_HOP, to_ears, l, &l->stft);
    if (!status && (l->ears & VY_EAR_LEVEL))
        status = vy_level_new(l->sr_hz, l->chans, &l->level);
    if (!status && (l->ears & VY_EAR_LOUDNESS) && l->sr_hz >= 4000)
        status = vy_loudness_new(l->sr_hz, l->chans, NULL, NULL, NULL, &l->loudness);
    if (!status && (l->ears & VY_EAR_SPECTRUM))
        status = vy_spectral_new(vy_stft_shape(l->stft), VY_SPECTRAL_SUMMARY, 0, &l->spectral);
    if (!status && (l->ears & VY_EAR_SPECTRUM))
        status = vy_envelope_new(vy_stft_shape(l->stft), &l->envelope);
    if (!status && (l->ears & VY_EAR_OVERVIEW))
        status = vy_overview_new(vy_stft_shape(l->stft), &l->overview);
    if (!status && (l->ears & VY_EAR_STEREO) && l->sr_hz >= 2000)
        status = vy_stereo_new(l->sr_hz, l->chans, &l->stereo);
    if (!status && (l->ears & VY_EAR_ROOM) && l->sr_hz >= 2000)
        status = vy_room_new(vy_stft_shape(l->stft), &l->room);
    if (!status && (l->ears & VY_EAR_MUSIC))
        status = open_music(l);
    return status;
}

vy_status vy_listener_new(uint32_t sr_hz, uint32_t chans, unsigned ears,
                          struct vy_listener **listener)
{
    *listener = NULL;
    if (sr_hz < 1000 || sr_hz > 768000 || chans < 1 || chans > VY_EAR_CHANS)
        return VY_BAD_ARG;
    struct vy_listener *const l = calloc(1, sizeof *l);
    if (!l)
        return VY_NO_MEMORY;
    l->ears = ears;
    l->sr_hz = sr_hz;
    l->chans = chans;
    const vy_status status = open_ears(l);
    if (status) {
        vy_listener_destroy(l);
        return status;
    }
    *listener = l;
    return VY_OK;
}

void vy_listener_on_hop(struct vy_listener *listener, void (*fn)(void *, const struct vy_hop *),
                        void *arg)
{
    listener->on_hop = fn;
    listener->arg = arg;
}

const struct vy_hop_shape *vy_listener_shape(const struct vy_listener *listener)
{
    return vy_stft_shape(listener->stft);
}

VY_SIMD static void add_share(const float *restrict chan, float share, float *restrict mono,
                              size_t n)
{
    for (size_t i = 0; i < n; i++)
        mono[i] += fabsf(chan[i]) <= 1e6f ? share * chan[i] : 0;
}

// The mean of all channels. Damage must not reach the transform: one NaN would spoil a window, and
// levels far beyond any use would overflow its power.
static void mix(struct vy_listener *l, const float *const chan[], size_t n)
{
    const float share = 1 / (float)l->chans;
    memset(l->mono, 0, n * sizeof(float));
    for (uint32_t c = 0; c < l->chans; c++)
        add_share(chan[c], share, l->mono, n); // NOLINT(clang-analyzer-core.CallAndMessage)
}

// What the resampler gives for these samples; mono NULL: what it still holds.
static vy_status push_resampled(struct vy_listener *l, const float *mono, size_t n)
{
    float out[BLOCK];
    size_t used = 0, got;
    do {
        size_t took = 0;
        if (soxr_process(l->resampler, mono ? mono + used : NULL, n - used, &took, out, BLOCK,
                         &got))
            return VY_INTERNAL;
        used += took;
        vy_stft_push(l->music_stft, out, got);
    } while (used < n || got == BLOCK);
    return VY_OK;
}

vy_status vy_listener_push(struct vy_listener *listener, const float *const chan[], size_t n)
{
    struct vy_listener *const l = listener;
    if (l->level)
        vy_level_push(l->level, chan, l->chans, n);
    if (l->loudness)
        vy_loudness_push(l->loudness, chan, l->chans, n);
    if (l->stereo)
        vy_stereo_push(l->stereo, chan, l->chans, n);
    const bool windows =
        l->spectral || l->envelope || l->overview || l->room || l->music || l->on_hop;
    for (size_t at = 0; windows && at < n && !l->status; at += BLOCK) {
        const size_t part = n - at < BLOCK ? n - at : BLOCK;
        const float *from[VY_EAR_CHANS];
        for (uint32_t c = 0; c < l->chans; c++)
            from[c] = chan[c] + at;
        mix(l, from, part);
        vy_stft_push(l->stft, l->mono, part);
        if (l->music_stft && !l->status)
            l->status = push_resampled(l, l->mono, part);
    }
    l->frames += n;
    return l->status;
}

static void finish_music(struct vy_listener *l, struct vy_report *report)
{
    if (l->music_stft && !l->status)
        l->status = push_resampled(l, NULL, 0);
    if (l->music_stft)
        vy_stft_finish(l->music_stft);
    if (!l->status)
        l->status = vy_music_finish(l->music, &l->arena, &report->music);
    vy_pitch_finish(l->pitch, &report->pitch);
}

// What sort of sound it is, by all that was heard.
static void judge(const struct vy_listener *l, struct vy_report *report)
{
    struct vy_envelope_found envelope;
    vy_envelope_finish(l->envelope, &envelope);
    vy_kind_gather(report, &envelope, &report->facts);
    vy_kind_find(&report->facts, &report->kind);
    vy_tags_find(&report->facts, &report->kind, &report->tags);
}

vy_status vy_listener_finish(struct vy_listener *listener, struct vy_report *report)
{
    struct vy_listener *const l = listener;
    *report = (struct vy_report){.ears = l->ears,
                                 .sr_hz = l->sr_hz,
                                 .chans = l->chans,
                                 .frames = l->frames,
                                 .seconds = (double)l->frames / l->sr_hz};
    report->music.key = -1;
    vy_stft_finish(l->stft);
    if (l->level)
        vy_level_result(l->level, &report->level);
    if (l->loudness)
        vy_loudness_result(l->loudness, &report->loudness);
    else
        report->ears &= ~(unsigned)VY_EAR_LOUDNESS;
    if (l->stereo)
        vy_stereo_result(l->stereo, &report->stereo);
    if (l->room)
        vy_room_result(l->room, &report->room);
    report->ears &= ~((l->stereo ? 0u : VY_EAR_STEREO) | (l->room ? 0u : VY_EAR_ROOM));
    if (l->spectral)
        vy_spectral_finish(l->spectral, &report->spectrum);
    if (l->overview)
        report->column = vy_overview_columns(l->overview, &report->columns, &report->column_s);
    if (l->music)
        finish_music(l, report);
    if (l->envelope && !l->status)
        judge(l, report);
    return l->status;
}

void vy_listener_destroy(struct vy_listener *listener)
{
    if (!listener)
        return;
    vy_level_destroy(listener->level);
    vy_loudness_destroy(listener->loudness);
    vy_stft_destroy(listener->stft);
    vy_stft_destroy(listener->music_stft);
    vy_spectral_destroy(listener->spectral);
    vy_envelope_destroy(listener->envelope);
    vy_overview_destroy(listener->overview);
    vy_stereo_destroy(listener->stereo);
    vy_room_destroy(listener->room);
    vy_music_destroy(listener->music);
    vy_pitch_destroy(listener->pitch);
    if (listener->resampler)
        soxr_delete(listener->resampler);
    vy_arena_clear(&listener->arena);
    free(listener);
}
