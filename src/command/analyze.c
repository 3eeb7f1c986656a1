// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A file through the ears. analyze_json.c and analyze_text.c tell what they found.
#include "command/analyze.h"

#include "base/part.h"
#include "command/frames.h"
#include "command/picture.h"
#include "command/tag_head.h"
#include "listen/listener.h"
#include "listen/tuning.h"
#include "base/clock.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EMBED_OF_S 120 // of so many seconds the first few are enough to know a style
#define EMBED_S 30

// The part of a block that lies in the wanted stretch: moves the pointers, shortens *n.
static bool cut_block(const struct vy_analyze_want *want, uint32_t sr_hz, uint64_t at,
                      const float *chan[], uint32_t chans, size_t *n)
{
    const uint64_t start = (uint64_t)(want->start_s * sr_hz + 0.5);
    const uint64_t end = want->end_s > 0 ? (uint64_t)(want->end_s * sr_hz + 0.5) : UINT64_MAX;
    if (at >= end)
        return false;
    const uint64_t from = start > at ? start - at : 0;
    const uint64_t to = end - at < *n ? end - at : *n;
    for (uint32_t c = 0; c < chans; c++)
        chan[c] += from < to ? from : 0;
    *n = from < to ? (size_t)(to - from) : 0;
    return true;
}

static vy_status read_through(struct vy_reader *reader, const struct vy_analyze_want *want,
                              struct vy_listener *listener, struct vy_err *err)
{
    const struct vy_reader_info *const info = vy_reader_info(reader);
    const float *chan[VY_READER_CHANS];
    uint64_t at = 0, said = 0;
    for (;;) {
        size_t n = 0;
        vy_status status = vy_reader_next(reader, chan, &n, err);
        if (status || n == 0)
            return at ? VY_OK : status; // what came before the damage was heard
        size_t part = n;
        if (!cut_block(want, info->sr_hz, at, chan, info->chans, &part))
            return VY_OK;
        status = part ? vy_listener_push(listener, chan, part) : VY_OK;
        if (status)
            return vy_fail(err, status, -1, "the ears failed after %.1f s",
                           (double)at / info->sr_hz);
        at += n;
        if (want->progress && at - said > info->sr_hz) {
            said = at;
            if (!want->progress(want->arg, (double)at / info->sr_hz,
                                (double)info->frames / info->sr_hz))
                return vy_fail(err, VY_BUSY, -1, "stopped");
        }
    }
}

static void on_tuning_hop(void *arg, const struct vy_hop *hop)
{
    vy_tuning_hop(arg, hop);
}

// The tuning of the whole stretch, from a first time through the file: the chroma of the first
// window hangs on it. Damage is told by the second time.
static vy_status find_tuning(const char *path, const struct vy_analyze_want *want,
                             double *semitones)
{
    struct vy_analyze_want quiet = *want;
    quiet.progress = NULL;
    struct vy_reader *reader = NULL;
    struct vy_listener *listener = NULL;
    struct vy_tuning *tuning = NULL;
    struct vy_report report;
    struct vy_err err;
    *semitones = 0;
    vy_status status = vy_reader_open(path, &reader, &err);
    if (!status)
        status = vy_listener_new(vy_reader_info(reader)->sr_hz, vy_reader_info(reader)->chans, 0,
                                 &listener);
    if (!status)
        status = vy_tuning_new(vy_listener_shape(listener), &tuning);
    if (!status) {
        vy_listener_on_hop(listener, on_tuning_hop, tuning);
        status = read_through(reader, &quiet, listener, &err);
    }
    if (!status)
        status = vy_listener_finish(listener, &report);
    if (!status)
        *semitones = vy_tuning_of(tuning);
    vy_tuning_destroy(tuning);
    vy_listener_destroy(listener);
    vy_reader_close(reader);
    return status;
}

// Ears of our own beside the listener's, at every window: those of command/frames.h, because what
// the listener keeps of the spectrum is a summary; the maker of vectors, for the tag head.
struct windows {
    struct vy_spectral *spectral;
    struct vy_frames *frames;
    struct vy_embed *embed;
    uint64_t hops_s; ///< windows a second
    vy_status status;
    struct vy_err err;
};

static void on_window(void *arg, const struct vy_hop *hop)
{
    struct windows *const w = arg;
    if (w->embed && hop->index % (w->hops_s * EMBED_OF_S) < w->hops_s * EMBED_S)
        vy_embed_hop(w->embed, hop);
    if (w->frames && !w->status)
        w->status = vy_frames_hop(w->frames, hop, vy_spectral_hop(w->spectral, hop), &w->err);
}

static vy_status open_frames(struct windows *w, const char *path,
                             const struct vy_analyze_want *want, const struct vy_hop_shape *shape)
{
    double tuning;
    const int measures =
        VY_SPECTRAL_SHAPE | VY_SPECTRAL_MEL | VY_SPECTRAL_CHROMA | VY_SPECTRAL_CONTRAST;
    if (find_tuning(path, want, &tuning) == VY_NO_MEMORY ||
        vy_spectral_new(shape, measures, 0, &w->spectral))
        return vy_fail(&w->err, VY_NO_MEMORY, -1, "out of memory");
    return vy_frames_new(want->frames, shape, tuning, &w->frames, &w->err);
}

static vy_status open_windows(struct windows *w, const char *path,
                              const struct vy_analyze_want *want, struct vy_listener *listener)
{
    const char *why;
    const struct vy_hop_shape *const shape = vy_listener_shape(listener);
    w->err.at = -1;
    w->hops_s = shape->sr_hz / shape->hop + 1;
    if ((want->embedding || vy_tag_head_name(&why)) && shape->sr_hz >= VY_EMBED_RATE &&
        vy_embed_new(shape, 0, VY_EMBED_ALL_HZ, &w->embed))
        return vy_fail(&w->err, VY_NO_MEMORY, -1, "out of memory");
    const vy_status status = want->frames ? open_frames(w, path, want, shape) : VY_OK;
    if (w->embed || w->frames)
        vy_listener_on_hop(listener, on_window, w);
    return status;
}

// The file appears only when all went well.
static vy_status close_windows(struct windows *w, bool keep, struct vy_err *err)
{
    const vy_status status = w->status;
    if (status)
        *err = w->err;
    const vy_status closed =
        vy_frames_finish(w->frames, keep && !status, keep && !status ? err : &w->err);
    vy_spectral_destroy(w->spectral);
    vy_embed_destroy(w->embed);
    return status ? status : closed;
}

static vy_status hear_all(struct vy_reader *reader, const struct vy_analyze_want *want,
                          struct vy_analysis *a, struct vy_err *late)
{
    vy_status status = read_through(reader, want, a->listener, late);
    if (!status && vy_listener_finish(a->listener, &a->report))
        status = vy_fail(late, VY_NO_MEMORY, -1, "out of memory");
    if (!status && a->report.frames == 0)
        status = vy_fail(late, VY_BAD_FILE, -1, "there is no sound in %s",
                         want->start_s > 0 || want->end_s > 0 ? "that stretch of it" : "it");
    return status;
}

static vy_status listen_to(struct vy_reader *reader, const struct vy_analyze_want *want,
                           struct vy_analysis *a, struct vy_err *err)
{
    a->info = *vy_reader_info(reader);
    vy_status status = vy_listener_new(a->info.sr_hz, a->info.chans,
                                       want->ears ? want->ears : VY_EAR_ALL, &a->listener);
    if (status)
        return vy_fail(err, status, -1, "%.150s: the ears cannot be opened", a->path);
    struct vy_err late = {.at = -1};
    struct windows windows = {0};
    if ((status = open_windows(&windows, a->path, want, a->listener))) {
        *err = windows.err;
        (void)close_windows(&windows, false, &late);
        return status;
    }
    status = hear_all(reader, want, a, &late);
    if (!status && windows.embed) {
        vy_embed_read(windows.embed, &a->embedding);
        vy_tag_head_hear(&a->report.facts, &a->embedding, &a->report.tags);
    }
    const vy_status written = close_windows(&windows, !status, err);
    if (status)
        return vy_fail(err, status, -1, "%.150s: %.80s", a->path, late.message);
    if (written)
        return written;
    a->frames = want->frames;
    const char *const problem = late.code ? late.message : vy_reader_problem(reader);
    vy_text_copy(a->problem, sizeof a->problem, problem ? problem : "");
    return VY_OK;
}

vy_status vy_analyze(const char *path, const struct vy_analyze_want *want,
                     struct vy_analysis *analysis, struct vy_err *err)
{
    struct vy_analysis *const a = analysis;
    memset(a, 0, sizeof *a);
    vy_text_copy(a->path, sizeof a->path, path);
    const double began = vy_now_s();
    struct vy_reader *reader = NULL;
    vy_status status = vy_reader_open(path, &reader, err);
    if (!status)
        status = listen_to(reader, want, a, err);
    vy_reader_close(reader);
    a->took_s = vy_now_s() - began;
    if (status)
        vy_analysis_clear(a);
    return status;
}

void vy_analysis_clear(struct vy_analysis *analysis)
{
    vy_listener_destroy(analysis->listener);
    analysis->listener = NULL;
}

static void add_lines(struct vy_picture *picture, const char *text)
{
    for (size_t i = 0; i < VY_PICTURE_LINES && *text; i++) {
        const size_t n = strcspn(text, "\n");
        const size_t fits = n < sizeof picture->line[i] ? n : sizeof picture->line[i] - 1;
        memcpy(picture->line[i], text, fits);
        text += n + (text[n] == '\n');
    }
}

vy_status vy_analysis_picture(const struct vy_analysis *analysis, const char *path,
                              struct vy_err *err)
{
    void *draw;
    struct vy_err why = {.at = -1};
    if (vy_part_find("picture", "vy_picture_write", &draw, &why))
        return vy_fail(err, VY_ABSENT, -1, "pictures are absent: %.180s", why.message);
    const struct vy_report *const r = &analysis->report;
    const char *const slash = strrchr(analysis->path, '/');
    struct vy_picture picture = {.title = slash ? slash + 1 : analysis->path,
                                 .duration_s = r->seconds,
                                 .column = r->column,
                                 .columns = r->columns,
                                 .column_s = r->column_s,
                                 .music = &r->music,
                                 .edge_hz = r->spectrum.third.edge_hz,
                                 .band_db = r->spectrum.third.level_db,
                                 .bands = (uint32_t)r->spectrum.third.bands};
    struct vy_buf text = {0};
    vy_analysis_text(analysis, &text);
    const char *const first = text.text ? strchr(text.text, '\n') : NULL;
    add_lines(&picture, first ? first + 1 : "");
    vy_buf_clear(&text);
    vy_picture_write_fn *write;
    memcpy(&write, &draw, sizeof write); // an object pointer from dlsym
    return write(&picture, path, err);
}
