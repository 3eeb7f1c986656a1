// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as sound of any shape through all the ears. Byte 0 is the rate, 1 the channels, 2 the
// sizes of blocks, 3 what the rest means: floats as they are (so that every NaN, infinity and
// denormal occurs), or stretches of tone, noise, clicks and silence, which make enough sound to be
// understood as music. No number of the report is infinite, and other block sizes say the same.
#include "listen/listener.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FRAMES_MOST 60000u
#define PIECE 4096u

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const uint32_t rates[] = {1000,  3999,  8000,  16000, 22050,  32000,
                                 44100, 48000, 50001, 96000, 192000, 768000};

struct sound {
    const uint8_t *data;
    size_t size;
    bool raw;
    uint32_t sr_hz, chans;
    size_t frames;
};

static float raw_sample(const struct sound *s, size_t i)
{
    float x = 0;
    if (4 * i + 4 <= s->size)
        memcpy(&x, s->data + 4 * i, 4);
    return x;
}

// A byte is a stretch of a twentieth of a second.
static float made_sample(const struct sound *s, uint32_t chan, size_t i)
{
    const size_t stretch = s->sr_hz / 20, part = i / stretch;
    const uint8_t what = part < s->size ? s->data[part] : 0;
    const float level = (float)(1 + (what >> 2 & 7)) / 8, at = (float)(i % stretch);
    const uint32_t noise = ((uint32_t)i * 2654435761u) ^ (chan * 40503u);
    switch (what & 3) {
    case 0: return 0;
    case 1: return level * sinf(at * 0.01F * (float)(1 + (what >> 5)) * (float)(1 + chan));
    case 2: return level * ((float)(noise >> 8) / (1 << 23) - 1);
    default: return at < 40 ? level : 0;
    }
}

static void feed(struct vy_listener *ears, const struct sound *s, uint32_t piece)
{
    float *const wave = malloc(sizeof(float) * VY_EAR_CHANS * PIECE);
    const float *chan[VY_EAR_CHANS];
    for (size_t at = 0; wave && at < s->frames;) {
        const size_t rest = s->frames - at, n = rest < piece ? rest : piece;
        for (uint32_t c = 0; c < s->chans; c++) {
            chan[c] = wave + c * PIECE;
            for (size_t i = 0; i < n; i++)
                wave[c * PIECE + i] =
                    s->raw ? raw_sample(s, (at + i) * s->chans + c) : made_sample(s, c, at + i);
        }
        if (vy_listener_push(ears, chan, n))
            abort();
        at += n;
    }
    free(wave);
}

static void check_times(const double *time, uint32_t n, double end_s)
{
    for (uint32_t i = 0; i < n; i++)
        if (!isfinite(time[i]) || time[i] < 0 || time[i] > end_s + 1 ||
            (i && time[i] < time[i - 1]))
            abort();
}

static void check(const struct vy_report *r)
{
    const struct vy_music_found *const m = &r->music;
    for (size_t i = 0; vy_field_at(i); i++)
        if (isinf(vy_field_value(vy_field_at(i), r)) || !*vy_field_why(vy_field_at(i), r))
            abort();
    check_times(m->beat, m->beats, r->seconds);
    check_times(m->downbeat, m->downbeats, r->seconds);
    check_times(m->onset, m->onsets, r->seconds);
    const float sure[] = {m->tempo_confidence, m->metre_confidence, m->swing_confidence,
                          m->key_confidence, m->tuning_confidence};
    for (size_t i = 0; i < sizeof sure / sizeof *sure; i++)
        if (!(sure[i] >= 0 && sure[i] <= 1))
            abort();
    for (uint32_t i = 0; i < m->chords; i++)
        if (!(m->chord[i].start_s <= m->chord[i].end_s) || !m->chord[i].label[0])
            abort();
    for (uint32_t i = 0; i < m->sections; i++)
        if (!(m->section[i].start_s < m->section[i].end_s) || !m->section[i].label[0])
            abort();
}

static void compare(const struct vy_report *a, const struct vy_report *b)
{
    for (size_t i = 0; vy_field_at(i); i++) {
        const double x = vy_field_value(vy_field_at(i), a), y = vy_field_value(vy_field_at(i), b);
        if (x != y && !(isnan(x) && isnan(y)))
            abort();
    }
    if (a->music.beats != b->music.beats || a->music.onsets != b->music.onsets ||
        a->music.key != b->music.key || a->columns != b->columns)
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 4)
        return 0;
    struct sound s = {data + 4,
                      size - 4,
                      data[3] & 1,
                      rates[data[0] % (sizeof rates / 4)],
                      1 + data[1] % VY_EAR_CHANS,
                      0};
    s.frames = s.raw ? s.size / 4 / s.chans : s.size * (s.sr_hz / 20);
    s.frames = s.frames < FRAMES_MOST ? s.frames : FRAMES_MOST;
    // not too many pushes
    const uint32_t piece[2] = {PIECE, 1 + data[2] * 13u + (uint32_t)s.frames / 2000};
    struct vy_listener *ears[2];
    struct vy_report report[2];
    for (int i = 0; i < 2; i++) {
        if (vy_listener_new(s.sr_hz, s.chans, VY_EAR_ALL, &ears[i]))
            abort();
        feed(ears[i], &s, piece[i]);
        if (vy_listener_finish(ears[i], &report[i]))
            abort();
    }
    check(&report[0]);
    compare(&report[0], &report[1]);
    vy_listener_destroy(ears[0]);
    vy_listener_destroy(ears[1]);
    return 0;
}
