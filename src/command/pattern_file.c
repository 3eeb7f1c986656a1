// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/pattern_file.h"

#include "listen/stft.h"
#include "sound/reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RATE_LEAST 8000
#define WINDOW_S (2048 / 48000.0)
#define LOUDEST 1e3f // beyond it is damage

struct hearing {
    struct vy_pattern_list *list;
    struct vy_ear_patterns *patterns;
    struct vy_stft *stft;
    double start_s;
    bool failed;
};

static void on_pattern(void *arg, const struct vy_ear_pattern *pattern)
{
    struct hearing *const h = arg;
    struct vy_pattern_list *const list = h->list;
    if (list->n == list->room) {
        const uint32_t room = list->room ? 2 * list->room : 32;
        struct vy_ear_pattern *const grown = realloc(list->pattern, room * sizeof *grown);
        if (!grown) {
            h->failed = true;
            return;
        }
        list->pattern = grown;
        list->room = room;
    }
    struct vy_ear_pattern *const p = &list->pattern[list->n++];
    *p = *pattern;
    p->start_s += h->start_s;
    p->end_s += h->start_s;
}

static void on_hop(void *arg, const struct vy_hop *hop)
{
    struct hearing *const h = arg;
    vy_ear_patterns_hop(h->patterns, hop);
}

// Windows of about the same length at every rate, so that patterns of all files compare.
static vy_status open_ears(struct hearing *h, uint32_t sr_hz,
                           const struct vy_ear_pattern_wish *wish, struct vy_err *err)
{
    uint32_t n = 512;
    if (sr_hz < RATE_LEAST)
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "patterns need a sample rate of 8 kHz at least");
    while (n < 65536 && n * 1.41 < sr_hz * WINDOW_S)
        n *= 2;
    const struct vy_hop_shape shape = {sr_hz, n, n / 4, n / 2 + 1};
    if (vy_ear_patterns_new(&shape, wish, on_pattern, h, &h->patterns) ||
        vy_stft_new(sr_hz, n, n / 4, on_hop, h, &h->stft))
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    return VY_OK;
}

static void mix(const float *const chan[], uint32_t chans, size_t n, float *mono)
{
    for (size_t i = 0; i < n; i++) {
        float sum = 0;
        for (uint32_t c = 0; c < chans; c++)
            sum += isfinite(chan[c][i]) ? fminf(fmaxf(chan[c][i], -LOUDEST), LOUDEST) : 0;
        mono[i] = sum / (float)chans;
    }
}

static vy_status push_all(struct hearing *h, struct vy_reader *reader, double end_s,
                          const struct vy_work *work, struct vy_err *err)
{
    const struct vy_reader_info *const info = vy_reader_info(reader);
    const uint64_t from = (uint64_t)(h->start_s * info->sr_hz);
    const uint64_t to = end_s > 0 ? (uint64_t)(end_s * info->sr_hz) : UINT64_MAX;
    const float *chan[VY_READER_CHANS];
    float mono[VY_READER_BLOCK];
    uint64_t at = 0, pushed = 0;
    const double total = fmax((double)(to < info->frames ? to : info->frames), 1);
    size_t n;
    while (at < to && !h->failed) {
        vy_work_tell(work, 0.9 * fmin((double)at / total, 1), "listening, %.0f s",
                     (double)at / info->sr_hz);
        if (vy_work_stop(work))
            return vy_fail(err, VY_BUSY, -1, "stopped");
        const vy_status status = vy_reader_next(reader, chan, &n, err);
        if (status || !n) {
            if (status)
                return status;
            break;
        }
        const size_t skip = at < from ? (size_t)(from - at < n ? from - at : n) : 0;
        const size_t end = to - at < n ? (size_t)(to - at) : n;
        mix(chan, info->chans, n, mono);
        if (end > skip) {
            vy_stft_push(h->stft, mono + skip, end - skip);
            pushed += end - skip;
        }
        at += n;
    }
    h->list->length_s = (double)pushed / info->sr_hz;
    return pushed ? VY_OK : vy_fail(err, VY_BAD_FILE, -1, "there is no sound in it");
}

vy_status vy_pattern_file_hear(const char *path, double start_s, double end_s,
                               const struct vy_ear_pattern_wish *wish, const struct vy_work *work,
                               struct vy_pattern_list *list, struct vy_err *err)
{
    struct hearing h = {.list = list, .start_s = start_s};
    struct vy_reader *reader = NULL;
    *list = (struct vy_pattern_list){0};
    vy_status status = vy_reader_open(path, &reader, err);
    if (!status)
        status = open_ears(&h, vy_reader_info(reader)->sr_hz, wish, err);
    if (!status)
        status = push_all(&h, reader, end_s, work, err);
    if (!status) {
        vy_stft_finish(h.stft);
        vy_ear_patterns_finish(h.patterns);
        if (h.failed)
            status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    // the last window reaches over the end
    for (uint32_t i = 0; i < list->n; i++)
        list->pattern[i].end_s = fmin(list->pattern[i].end_s, start_s + list->length_s);
    vy_stft_destroy(h.stft);
    vy_ear_patterns_destroy(h.patterns);
    vy_reader_close(reader);
    if (status)
        vy_pattern_list_clear(list);
    return status;
}

void vy_pattern_list_clear(struct vy_pattern_list *list)
{
    free(list->pattern);
    *list = (struct vy_pattern_list){0};
}
