// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// masking: which tracks hide which, and where. The session's things are rendered one by one to a
// temporary folder; `veery masking A.wav B.wav` takes stems from anywhere.
#include "command/aside.h"
#include "command/handlers.h"
#include "command/hear.h"
#include "listen/masking.h"
#include "listen/stft.h"
#include "sound/reader.h"

#include <dirent.h>
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MOST_TRACKS 64
#define TOLD 0.15 ///< least share of a track that is told to people

struct track {
    char name[64];
    struct vy_masking *masking;
    vy_status status;
};

static void take_hop(void *arg, const struct vy_hop *hop)
{
    struct track *const track = arg;
    if (!track->status)
        track->status = vy_masking_hop(track->masking, hop);
}

static vy_status push_mono(struct vy_reader *reader, struct vy_stft *stft, struct vy_err *err)
{
    const uint32_t chans = vy_reader_info(reader)->chans;
    const float *chan[VY_READER_CHANS];
    float mono[VY_READER_BLOCK];
    for (;;) {
        size_t n = 0;
        const vy_status status = vy_reader_next(reader, chan, &n, err);
        if (status || n == 0)
            return status;
        for (size_t i = 0; i < n; i++) {
            mono[i] = 0;
            for (uint32_t c = 0; c < chans; c++)
                mono[i] += fabsf(chan[c][i]) < 1e6f ? chan[c][i] / (float)chans : 0;
        }
        vy_stft_push(stft, mono, n);
    }
}

static vy_status read_track(const char *path, struct track *track, struct vy_err *err)
{
    struct vy_reader *reader = NULL;
    struct vy_stft *stft = NULL;
    vy_status status = vy_reader_open(path, &reader, err);
    if (status)
        return status;
    const char *const slash = strrchr(path, '/');
    vy_text_copy(track->name, sizeof track->name, slash ? slash + 1 : path);
    char *const dot = strrchr(track->name, '.');
    if (dot && dot != track->name)
        *dot = '\0';
    const uint32_t sr_hz = vy_reader_info(reader)->sr_hz;
    status = vy_stft_new(sr_hz, 2048, 512, take_hop, track, &stft);
    if (!status)
        status = vy_masking_new(vy_stft_shape(stft), &track->masking);
    if (status)
        vy_fail(err, status, -1, "out of memory");
    else
        status = push_mono(reader, stft, err);
    if (!status) {
        vy_stft_finish(stft);
        status = track->status;
    }
    vy_stft_destroy(stft);
    vy_reader_close(reader);
    return status;
}

static json_t *bands_json(const struct vy_masked *masked)
{
    json_t *const bands = json_array();
    for (int b = 0; b < VY_MASKING_BANDS; b++)
        if (isfinite(masked->band[b]) && masked->band[b] > 0)
            json_array_append_new(bands,
                                  json_pack("{s:f,s:f,s:f,s:f}", "low_hz", vy_masking_edge_hz(b),
                                            "high_hz", vy_masking_edge_hz(b + 1), "masked",
                                            masked->band[b], "part", masked->part[b]));
    return bands;
}

// The stretch of neighbouring bands where most is lost.
static void worst_bands(const struct vy_masked *masked, double *low_hz, double *high_hz)
{
    int top = 0;
    for (int b = 1; b < VY_MASKING_BANDS; b++)
        if (masked->part[b] * fmax(masked->band[b], 0) >
            masked->part[top] * fmax(masked->band[top], 0))
            top = b;
    int low = top, high = top;
    while (low > 0 && masked->band[low - 1] > 0.5)
        low--;
    while (high + 1 < VY_MASKING_BANDS && masked->band[high + 1] > 0.5)
        high++;
    *low_hz = vy_masking_edge_hz(low);
    *high_hz = vy_masking_edge_hz(high + 1);
}

static void tell_pair(const struct track *sound, const struct track *masker, uint32_t *told,
                      struct vy_buf *text, json_t *pairs)
{
    struct vy_masked masked;
    vy_masking_between(sound->masking, masker->masking, &masked);
    if (!isfinite(masked.share))
        return;
    json_array_append_new(pairs, json_pack("{s:s,s:s,s:f,s:o}", "track", sound->name, "masked_by",
                                           masker->name, "share", masked.share, "bands",
                                           bands_json(&masked)));
    if (masked.share < TOLD)
        return;
    double low_hz, high_hz;
    worst_bands(&masked, &low_hz, &high_hz);
    vy_buf_add(text, "%s%-12s %3.0f %% of it hidden by %-12s most in %.0f..%.0f Hz",
               (*told)++ ? "\n" : "", sound->name, 100 * masked.share, masker->name, low_hz,
               high_hz);
}

/// @param path  [n] of sound files that begin together
static vy_status compare_tracks(const char *const *path, int n, const struct vy_work *work,
                                struct vy_buf *text, json_t *result, struct vy_err *err)
{
    if (n < 2 || n > MOST_TRACKS)
        return vy_fail(err, VY_BAD_ARG, -1, "masking needs 2 to %d tracks, not %d", MOST_TRACKS, n);
    struct track *const track = calloc((size_t)n, sizeof *track);
    if (!track)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = VY_OK;
    for (int i = 0; i < n && !status; i++) {
        vy_work_tell(work, 0.5 + 0.4 * i / n, "listening to track %d of %d", i + 1, n);
        status = vy_work_stop(work) ? vy_fail(err, VY_BUSY, -1, "stopped")
                                    : read_track(path[i], &track[i], err);
    }
    vy_work_tell(work, 0.9, "comparing");
    json_t *const pairs = json_array();
    uint32_t told = 0;
    for (int a = 0; a < n && !status; a++)
        for (int b = 0; b < n; b++)
            if (a != b)
                tell_pair(&track[a], &track[b], &told, text, pairs);
    if (!status && !told)
        vy_buf_add(text, "no track hides more than %.0f %% of another", 100 * TOLD);
    json_object_set_new(result, "pairs", pairs);
    for (int i = 0; i < n; i++)
        vy_masking_destroy(track[i].masking);
    free(track);
    return status;
}

struct stems {
    struct vy_call *call;
    double seconds;
};

static int is_wave(const struct dirent *entry)
{
    const char *const dot = strrchr(entry->d_name, '.');
    return dot && strcmp(dot, ".wav") == 0;
}

// Compares what lies in a folder of stems, and empties it.
static vy_status compare_folder(const char *folder, const struct vy_work *work, struct vy_buf *text,
                                json_t *result, struct vy_err *err)
{
    struct dirent **entry = NULL;
    const int n = scandir(folder, &entry, is_wave, alphasort);
    char(*path)[600] = n > 0 ? calloc((size_t)n, sizeof *path) : NULL;
    const char *paths[MOST_TRACKS];
    const int kept = n < MOST_TRACKS ? n : MOST_TRACKS;
    for (int i = 0; path && i < n; i++) {
        snprintf(path[i], sizeof *path, "%s/%s", folder, entry[i]->d_name);
        if (i < kept)
            paths[i] = path[i];
    }
    const vy_status status = path ? compare_tracks(paths, kept, work, text, result, err)
                                  : vy_fail(err, VY_BAD_ARG, -1, "nothing sounds");
    for (int i = 0; i < n; i++) {
        if (path)
            unlink(path[i]);
        free(entry[i]);
    }
    free(entry);
    free(path);
    rmdir(folder);
    return status;
}

static bool tell_render(void *arg, double seconds)
{
    const struct stems *const what = arg;
    vy_work_tell(what->call->work, 0.5 * fmin(seconds / what->seconds, 1),
                 "rendering %.0f of %.0f s", seconds, what->seconds);
    return !vy_work_stop(what->call->work);
}

static vy_status render_stems(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct stems *const what = arg;
    const char *const temporary = getenv("TMPDIR");
    char folder[300];
    snprintf(folder, sizeof folder, "%.200s/veery-masking-XXXXXX",
             temporary && *temporary ? temporary : "/tmp");
    if (!mkdtemp(folder))
        return vy_fail(err, VY_IO, -1, "%.150s: %.60s", folder, strerror(errno));
    struct vy_doc *const copy = vy_sounding(what->call->doc);
    struct vy_heard heard = {0};
    const struct vy_listen listen = {.doc = copy,
                                     .catalog = what->call->catalog,
                                     .beat = what->call->doc->beat,
                                     .seconds = what->seconds,
                                     .progress = tell_render,
                                     .arg = arg,
                                     .whole = true,
                                     .stems = folder,
                                     .format = VY_SOUND_FLOAT,
                                     .sr_hz = 48000,
                                     .block = 512,
                                     .threads = 1,
                                     .warnings = what->call->warnings};
    vy_status status =
        copy ? vy_hear(&listen, &heard, err) : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_doc_destroy(copy);
    struct vy_err late = {.at = -1};
    const vy_status compared =
        compare_folder(folder, what->call->work, text, result, status ? &late : err);
    return status ? status : compared;
}

static vy_status compare_given(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct vy_call *const call = arg;
    return compare_tracks((const char *const *)call->args->list, call->args->lists, call->work,
                          text, result, err);
}

vy_status vy_do_masking(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    if (call->args->lists)
        return vy_aside_call(call, compare_given, call, err);
    struct stems stems = {call, vy_beats_seconds(call->doc, call->doc->beat,
                                                 v[0].number * vy_doc_bar_beats(call->doc))};
    if (stems.seconds > 3600)
        return vy_fail(err, VY_TOO_BIG, v[0].at, "masking takes at most an hour");
    return vy_aside_call(call, render_stems, &stems, err);
}
