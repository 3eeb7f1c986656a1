// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sound goes from the engine to the ears, the hash and the files.
#include "command/hear.h"

#include "command/session.h"
#include "listen/listener.h"
#include "base/clock.h"

#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_STEMS 256
#define PART 4096 ///< frames measured and written at once

struct stem {
    char unit[VY_NAME_SIZE];
    struct vy_sound_writer *writer;
};

// Everything the callbacks share.
struct ears {
    const struct vy_listen *what;
    struct vy_heard *heard;
    struct vy_sound_writer *writer;
    struct stem *stem;
    int stems;
    crypto_hash_sha256_state hash;
    uint64_t frames;
    double spent;     ///< seconds in measuring and writing: not the engine's
    uint32_t waiting; ///< frames in `part`
    float *part;      ///< [PART][2], so that small blocks cost no more than large ones
    float *wave[2];   ///< [PART] the same by channel, behind it
    vy_status status;
    struct vy_err *err;
};

double vy_beats_seconds(const struct vy_doc *doc, double beat, double beats)
{
    // small steps see automations of the tempo too
    const double end = beat + beats, step = 1.0 / 64;
    double seconds = 0;
    int mark = 0;
    bool moving = false;
    for (int i = 0; i < doc->automations; i++)
        moving |= doc->automation[i].unit == UINT16_MAX;
    for (double at = beat; at < end;) {
        while (mark + 1 < doc->marks && doc->mark[mark + 1].beat <= at)
            mark++;
        double bpm = doc->marks ? doc->mark[mark].bpm : doc->tempo;
        double next = mark + 1 < doc->marks ? fmin(doc->mark[mark + 1].beat, end) : end;
        if (moving)
            next = fmin(next, at + step);
        for (int i = 0; i < doc->automations; i++) {
            const struct vy_automation *const a = &doc->automation[i];
            if (a->unit != UINT16_MAX || at < a->beat || a->beats <= 0)
                continue;
            const double way = fmin((at + step / 2 - a->beat) / a->beats, 1);
            const double from = (double)a->from, to = (double)a->to;
            bpm = a->exponential ? from * pow(to / from, way) : from + (to - from) * way;
        }
        seconds += (next - at) * 60 / bpm;
        at = next;
    }
    return seconds;
}

static void listen_to(struct ears *ears, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++) {
        ears->wave[0][i] = ears->part[2 * i];
        ears->wave[1][i] = ears->part[2 * i + 1];
    }
    const vy_status status =
        vy_listener_push(ears->heard->listener, (const float *const *)ears->wave, frames);
    if (status && !ears->status)
        ears->status = vy_fail(ears->err, status, -1, "the ears failed");
    crypto_hash_sha256_update(&ears->hash, (const unsigned char *)ears->part,
                              (size_t)frames * 2 * sizeof(float));
}

static void flush(struct ears *ears)
{
    const double start = vy_now_s();
    const uint32_t frames = ears->waiting;
    ears->waiting = 0;
    if (ears->what->ears)
        listen_to(ears, frames);
    if (ears->writer && !ears->status)
        ears->status = vy_sound_write(ears->writer, ears->part, frames, ears->err);
    ears->spent += vy_now_s() - start;
}

static void take(struct ears *ears, const float *stereo, uint32_t frames)
{
    for (uint32_t done = 0; done < frames;) {
        const uint32_t room = PART - ears->waiting;
        const uint32_t n = frames - done < room ? frames - done : room;
        memcpy(ears->part + (size_t)ears->waiting * 2, stereo + (size_t)done * 2,
               (size_t)n * 2 * sizeof(float));
        ears->waiting += n;
        done += n;
        if (ears->waiting == PART)
            flush(ears);
    }
}

static bool on_block(void *arg, const float *stereo, uint32_t frames)
{
    struct ears *const ears = arg;
    if (!ears->what->unit)
        take(ears, stereo, frames);
    ears->frames += frames;
    if (ears->what->progress &&
        !ears->what->progress(ears->what->arg, (double)ears->frames / ears->what->sr_hz))
        ears->heard->stopped = true;
    return !ears->status && !ears->heard->stopped;
}

static struct stem *stem_of(struct ears *ears, const char *unit)
{
    for (int i = 0; i < ears->stems; i++)
        if (strcmp(ears->stem[i].unit, unit) == 0)
            return &ears->stem[i];
    if (ears->stems == MAX_STEMS)
        return NULL;
    struct stem *const stem = &ears->stem[ears->stems++];
    vy_text_copy(stem->unit, sizeof stem->unit, unit);
    char path[4096];
    snprintf(path, sizeof path, "%.3900s/%s.%s", ears->what->stems, unit,
             ears->what->format == VY_SOUND_FLAC ? "flac" : "wav");
    ears->status = vy_make_parents(path, ears->err);
    if (!ears->status)
        ears->status = vy_sound_draft(path, ears->what->format, ears->what->sr_hz, 2, &stem->writer,
                                      ears->err);
    return stem;
}

static bool on_stem(void *arg, const char *unit, const float *stereo, uint32_t frames)
{
    struct ears *const ears = arg;
    if (ears->what->unit && strcmp(unit, ears->what->unit) == 0)
        take(ears, stereo, frames);
    if (!ears->what->stems || ears->status)
        return !ears->status;
    struct stem *const stem = stem_of(ears, unit);
    if (stem && stem->writer && !ears->status)
        ears->status = vy_sound_write(stem->writer, stereo, frames, ears->err);
    return !ears->status;
}

static void warn(struct ears *ears, json_t *text)
{
    if (ears->what->warnings && json_array_size(ears->what->warnings) < 100)
        json_array_append_new(ears->what->warnings, text);
    else
        json_decref(text);
}

static void on_event(void *arg, const struct vy_event *event)
{
    if (strcmp(event->what, "swapped") == 0 || strcmp(event->what, "timer") == 0)
        return;
    struct ears *const ears = arg;
    warn(ears, json_sprintf("%s at %.3f s: %s", event->what,
                            (double)event->frame / ears->what->sr_hz, event->text));
}

static struct vy_doc *on_line(void *arg, const struct vy_doc *doc, const char *line,
                              const char *author)
{
    struct ears *const ears = arg;
    struct vy_err err = {.at = -1};
    struct vy_doc *const next =
        vy_line_due(ears->what->catalog, doc, line, author ? author : "you", &err);
    if (!next)
        warn(ears, json_sprintf("the waiting line '%.80s' failed: %s", line, err.message));
    return next;
}

static vy_status render(struct ears *ears)
{
    const struct vy_listen *const what = ears->what;
    const struct vy_render how = {.sr_hz = what->sr_hz,
                                  .block = what->block,
                                  .threads = what->threads,
                                  .beat = what->beat,
                                  .frames = ceil(what->seconds * what->sr_hz - 1e-6),
                                  .beats = what->beats,
                                  .stems = what->stems || what->unit,
                                  .line = on_line,
                                  .block_done = on_block,
                                  .stem_done = on_stem,
                                  .event = on_event,
                                  .arg = ears};
    const double start = vy_now_s();
    vy_status status =
        vy_studio_render(what->doc, what->catalog, &how, &ears->heard->render, ears->err);
    ears->heard->render_seconds = vy_now_s() - start - ears->spent;
    if (ears->waiting)
        flush(ears);
    if (ears->status) // a file could not be written: that is why the engine stopped
        return ears->status;
    return ears->heard->stopped ? VY_OK : status;
}

static vy_status finish(struct ears *ears)
{
    struct vy_heard *const heard = ears->heard;
    heard->seconds = (double)ears->frames / ears->what->sr_hz;
    if (heard->listener && vy_listener_finish(heard->listener, &heard->report))
        return vy_fail(ears->err, VY_NO_MEMORY, -1, "out of memory");
    heard->speed = heard->render_seconds > 0 ? heard->seconds / heard->render_seconds : 0;
    unsigned char digest[crypto_hash_sha256_BYTES];
    crypto_hash_sha256_final(&ears->hash, digest);
    sodium_bin2hex(heard->pcm, sizeof heard->pcm, digest, sizeof digest);
    if (heard->stopped)
        warn(ears, json_sprintf("stopped after %.2f s; what was made is kept", heard->seconds));
    return VY_OK;
}

// All files are kept when all went well, else none.
static vy_status close_files(struct ears *ears, vy_status status)
{
    for (int i = -1; i < ears->stems; i++) {
        struct vy_sound_writer *const writer = i < 0 ? ears->writer : ears->stem[i].writer;
        const vy_status closed = vy_sound_close(writer, !status, status ? NULL : ears->err);
        status = status ? status : closed;
    }
    return status;
}

static vy_status open_all(struct ears *ears)
{
    const struct vy_listen *const what = ears->what;
    ears->stem = calloc(MAX_STEMS, sizeof *ears->stem);
    ears->part = malloc(4 * PART * sizeof(float));
    if (!ears->stem || !ears->part || sodium_init() < 0 ||
        (what->ears &&
         vy_listener_new(what->sr_hz, 2, what->ears, &ears->heard->listener) != VY_OK))
        return vy_fail(ears->err, VY_NO_MEMORY, -1, "out of memory");
    ears->wave[0] = ears->part + 2 * PART;
    ears->wave[1] = ears->wave[0] + PART;
    crypto_hash_sha256_init(&ears->hash);
    if (!what->file)
        return VY_OK;
    const vy_status status =
        vy_sound_draft(what->file, what->format, what->sr_hz, 2, &ears->writer, ears->err);
    return status || !what->tags ? status
                                 : vy_sound_write_tags(ears->writer, what->tags, ears->err);
}

vy_status vy_hear(const struct vy_listen *what, struct vy_heard *heard, struct vy_err *err)
{
    *heard = (struct vy_heard){0};
    struct ears ears = {.what = what, .heard = heard, .err = err};
    vy_status status = open_all(&ears);
    if (!status)
        status = render(&ears);
    if (!status && what->whole && heard->stopped)
        status = vy_fail(err, VY_BUSY, -1, "stopped");
    if (!status)
        status = finish(&ears);
    status = close_files(&ears, status);
    free(ears.stem);
    free(ears.part);
    if (status)
        vy_heard_clear(heard);
    return status;
}

void vy_heard_clear(struct vy_heard *heard)
{
    vy_listener_destroy(heard->listener);
    heard->listener = NULL;
}
