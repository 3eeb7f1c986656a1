// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sums are kept in eight lanes of f32 over a chunk and in f64 from chunk to chunk.
#include "listen/level.h"

#include "listen/clip.h"
#include "listen/simd.h"
#include "listen/vectors.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK 256u

struct channel {
    double sum, square;
    float least, most;
    uint64_t peak_at, full_scale;
    struct vy_clip end[2]; ///< above, below
};

// All that grows with the sound, apart from its memory: a result works on a copy.
struct state {
    struct channel chan[VY_EAR_CHANS];
    uint64_t frames, quiet;
    uint64_t silence; ///< frames of the silence under way
    uint64_t silent, leading, gaps, gap_longest;
    struct vy_silent_gap gap[VY_LEVEL_PLACES];
    bool heard; ///< something that was not silent
};

struct vy_level {
    uint32_t sr_hz;
    struct vy_chunks chunks;
    struct state state;
};

struct chunk_sums {
    float sum, square, least, most;
    uint32_t full_scale;
};

vy_status vy_level_new(uint32_t sr_hz, uint32_t chans, struct vy_level **level)
{
    *level = NULL;
    if (sr_hz < 1000 || sr_hz > 768000)
        return VY_BAD_ARG;
    struct vy_level *const l = calloc(1, sizeof *l);
    if (!l)
        return VY_NO_MEMORY;
    const vy_status status = vy_chunks_init(&l->chunks, chans, CHUNK, 0);
    if (status) {
        free(l);
        return status;
    }
    l->sr_hz = sr_hz;
    *level = l;
    return VY_OK;
}

void vy_level_destroy(struct vy_level *level)
{
    if (!level)
        return;
    vy_chunks_clear(&level->chunks);
    free(level);
}

// Of CHUNK samples; a shorter chunk is padded with zeros.
VY_SIMD static void sum_chunk(const float *restrict x, struct chunk_sums *restrict out)
{
    vy_f8 sum = vy_set(0), square = vy_set(0), least = vy_set(0), most = vy_set(0);
    vy_i8 full = {0};
    for (uint32_t i = 0; i < CHUNK; i += 8) {
        const vy_f8 v = vy_load8(x + i);
        sum += v;
        square += v * v;
        least = vy_select(v < least, v, least);
        most = vy_greater(v, most);
        full -= (v >= 1.0f) | (v <= -1.0f); // a mask is -1
    }
    *out = (struct chunk_sums){.sum = vy_sum(sum), .square = vy_sum(square)};
    for (uint32_t j = 0; j < 8; j++) {
        out->least = least[j] < out->least ? least[j] : out->least;
        out->most = most[j] > out->most ? most[j] : out->most;
        out->full_scale += (uint32_t)full[j];
    }
}

static void take_channel(struct channel *c, const float *x, uint32_t n, uint64_t at)
{
    struct chunk_sums s;
    sum_chunk(x, &s);
    c->sum += (double)s.sum;
    c->square += (double)s.square;
    c->full_scale += s.full_scale;
    const float peak = fmaxf(c->most, -c->least), now = fmaxf(s.most, -s.least);
    if (now > peak) {
        uint32_t i = 0;
        while (i + 1 < n && fabsf(x[i]) < now)
            i++;
        c->peak_at = at + i;
    }
    vy_clip_take(&c->end[0], x, n, 1.0f, s.most, at);
    vy_clip_take(&c->end[1], x, n, -1.0f, -s.least, at);
    c->least = fminf(c->least, s.least);
    c->most = fmaxf(c->most, s.most);
}

// Largest |x| of all channels, frame by frame; how many frames of them are silent.
VY_SIMD static uint32_t frame_tops(const struct vy_chunks *chunks, float *restrict top, uint32_t n)
{
    memset(top, 0, CHUNK * sizeof(float));
    for (uint32_t c = 0; c < chunks->chans; c++) {
        const float *const x = vy_chunks_chan(chunks, c);
        for (uint32_t i = 0; i < CHUNK; i++) {
            const float a = fabsf(x[i]);
            top[i] = a > top[i] ? a : top[i];
        }
    }
    uint32_t quiet = 0;
    for (uint32_t i = 0; i < n; i++)
        quiet += top[i] < VY_LEVEL_SILENT;
    return quiet;
}

// The silence under way is over; `last` when the sound is.
static void end_silence(struct state *s, uint64_t at, uint64_t least, bool last)
{
    const uint64_t frames = s->silence;
    s->silence = 0;
    if (frames < least)
        return;
    s->silent += frames;
    if (!s->heard)
        s->leading = frames;
    if (!s->heard || last)
        return;
    if (s->gaps < VY_LEVEL_PLACES)
        s->gap[s->gaps] = (struct vy_silent_gap){at - frames, frames};
    s->gaps++;
    s->gap_longest = frames > s->gap_longest ? frames : s->gap_longest;
}

static void take_silence(struct state *s, const float *top, uint32_t n, uint32_t quiet,
                         uint64_t least)
{
    s->quiet += quiet;
    if (!quiet && !s->silence)
        return; // the usual case
    for (uint32_t i = 0; i < n; i++) {
        if (top[i] < VY_LEVEL_SILENT) {
            s->silence++;
            continue;
        }
        if (s->silence)
            end_silence(s, s->frames + i, least, false);
        s->heard = true;
    }
}

static void take_frames(struct state *s, const struct vy_chunks *chunks, uint32_t n, uint32_t sr_hz)
{
    float top[CHUNK];
    for (uint32_t c = 0; c < chunks->chans; c++)
        take_channel(&s->chan[c], vy_chunks_chan(chunks, c), n, s->frames);
    const uint32_t quiet = frame_tops(chunks, top, n);
    take_silence(s, top, n, quiet, (uint64_t)(VY_LEVEL_GAP_S * sr_hz));
    s->heard |= quiet < n;
    s->frames += n;
}

static void take_chunk(void *arg)
{
    struct vy_level *const l = arg;
    take_frames(&l->state, &l->chunks, CHUNK, l->sr_hz);
}

void vy_level_push(struct vy_level *level, const float *const chan[], uint32_t chans, size_t n)
{
    vy_chunks_push(&level->chunks, chan, chans, n, take_chunk, level);
}

static double db(double x)
{
    return x > 0.0 ? 20.0 * log10(x) : (double)NAN;
}

// Into the list by time; the latest one falls out when it is full.
static void keep_run(struct vy_level_found *found, struct vy_clipped_run run)
{
    uint32_t i = found->runs_kept;
    if (i == VY_LEVEL_PLACES) {
        if (found->run[i - 1].at <= run.at)
            return;
        i--;
    } else {
        found->runs_kept++;
    }
    for (; i > 0 && found->run[i - 1].at > run.at; i--)
        found->run[i] = found->run[i - 1];
    found->run[i] = run;
}

static void find_clipped(struct state *s, struct vy_level_found *found)
{
    float ceiling = 1.0f;
    for (uint32_t c = 0; c < found->chans; c++)
        for (uint32_t e = 0; e < 2; e++) {
            struct vy_clip *const end = &s->chan[c].end[e];
            vy_clip_end(end);
            found->clipped += end->samples;
            found->clipped_runs += end->runs;
            if (end->longest > found->clipped_longest)
                found->clipped_longest = end->longest;
            if (end->runs)
                ceiling = fminf(ceiling, end->top);
            for (uint64_t i = 0; i < end->runs && i < VY_CLIP_PLACES; i++)
                keep_run(found,
                         (struct vy_clipped_run){end->place[i], end->place_frames[i], c, e == 1});
        }
    found->clipped_confidence = ceiling > 0.999f ? 1.0f : 0.6f;
}

static void find_channels(const struct state *s, struct vy_level_found *found)
{
    double square = 0.0, sum = 0.0, most = 0.0;
    const double n = s->frames ? (double)s->frames : 1.0;
    for (uint32_t c = 0; c < found->chans; c++) {
        const struct channel *const in = &s->chan[c];
        const double peak = (double)fmaxf(in->most, -in->least);
        found->chan[c].rms_dbfs = db(sqrt(in->square / n));
        found->chan[c].peak_dbfs = db(peak);
        found->chan[c].crest_db = found->chan[c].peak_dbfs - found->chan[c].rms_dbfs;
        found->chan[c].dc = in->sum / n;
        found->chan[c].peak_at = in->peak_at;
        found->chan[c].ceiling = peak;
        found->full_scale += in->full_scale;
        square += in->square;
        sum += in->sum;
        most = fmax(most, peak);
    }
    found->rms_dbfs = db(sqrt(square / (n * found->chans)));
    found->peak_dbfs = db(most);
    found->crest_db = found->peak_dbfs - found->rms_dbfs;
    found->dc = sum / (n * found->chans);
    if (!(most > 0.0))
        found->why = s->frames ? "all samples are 0" : "there is no sound";
}

static void find_silence(struct state *s, uint32_t sr_hz, struct vy_level_found *found)
{
    const uint64_t least = (uint64_t)(VY_LEVEL_GAP_S * sr_hz);
    const uint64_t last = s->silence >= least ? s->silence : 0;
    const double n = s->frames ? (double)s->frames : 1.0;
    end_silence(s, s->frames, least, true);
    found->quiet_share = (double)s->quiet / n;
    found->silence_share = (double)s->silent / n;
    found->leading_s = (double)s->leading / sr_hz;
    found->trailing_s = s->heard ? (double)last / sr_hz : 0.0;
    found->gaps = s->gaps;
    found->gap_longest_s = (double)s->gap_longest / sr_hz;
    found->gaps_kept = s->gaps < VY_LEVEL_PLACES ? (uint32_t)s->gaps : VY_LEVEL_PLACES;
    memcpy(found->gap, s->gap, sizeof found->gap);
}

void vy_level_result(const struct vy_level *level, struct vy_level_found *found)
{
    struct state s = level->state;
    vy_chunks_pad(&level->chunks);
    take_frames(&s, &level->chunks, level->chunks.held, level->sr_hz);
    *found = (struct vy_level_found){
        .frames = s.frames,
        .seconds = (double)s.frames / level->sr_hz,
        .chans = level->chunks.chans,
        .nans = level->chunks.nans,
        .infs = level->chunks.infs,
    };
    find_channels(&s, found);
    find_clipped(&s, found);
    find_silence(&s, level->sr_hz, found);
}
