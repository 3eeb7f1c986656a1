// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// To disk: the master from the guard's tap, by a thread of its own; stems by the engine that plays.
#include "live/inside.h"

#include "sound/file.h"
#include "base/clock.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 4096u
#define STEMS_MS 1000  // for the engines to finish their files
#define SYNC_ROUNDS 50 // of 20 ms
#define LEAD_S 0.15    // until a recording with stems begins: the engine must know by then

struct vy_recorder {
    struct vy_live *live;
    pthread_t thread;
    struct vy_sound_writer *writer;
    char path[4096], folder[4096];
    int64_t since_ns;        // CLOCK_REALTIME
    uint64_t first;          // guard's frame at which stems begin
    uint64_t from, next;     // guard's frames of the master
    _Atomic uint64_t until;  // stop before this one; UINT64_MAX = go on
    _Atomic uint64_t missed; // frames that were gone before they could be written
    _Atomic bool failed;
    bool stems, told, ending;
    struct vy_err err;
};

// Copy what the tap has of [next, end) and write it; what is gone already becomes silence.
static bool write_on(struct vy_recorder *r, uint64_t end)
{
    static const float silence[2 * CHUNK];
    float stereo[2 * CHUNK];
    const struct vy_shared *const s = r->live->shared;
    while (r->next < end) {
        const uint32_t n = end - r->next < CHUNK ? (uint32_t)(end - r->next) : CHUNK;
        for (uint32_t i = 0; i < n; i++)
            memcpy(stereo + 2 * i, &s->tap[(r->next + i) & (s->tap_frames - 1)][2],
                   2 * sizeof *stereo);
        const uint64_t now = atomic_load_explicit(&s->tapped, memory_order_acquire);
        const bool gone = now + VY_BLOCK_MAX > r->next + s->tap_frames;
        if (gone)
            r->missed += n;
        if (vy_sound_write(r->writer, gone ? silence : stereo, n, &r->err))
            return false;
        r->next += n;
    }
    return true;
}

static void *run(void *arg)
{
    struct vy_recorder *const r = arg;
    for (unsigned round = 1;; round++) {
        const uint64_t until = atomic_load(&r->until);
        const uint64_t there = atomic_load_explicit(&r->live->shared->tapped, memory_order_acquire);
        if (!write_on(r, there < until ? there : until)) {
            atomic_store(&r->failed, true);
            return NULL;
        }
        if (r->next >= until)
            return NULL;
        if (round % SYNC_ROUNDS == 0)
            vy_sound_sync(r->writer);
        usleep(20000);
    }
}

void vy_live_send_stems(struct vy_live *live, uint32_t slot)
{
    const struct vy_recorder *const r = live->recorder;
    if (r && r->stems && !r->ending)
        vy_link_send(&live->engine[slot].link,
                     json_pack("{s:s,s:I,s:I}", "stems", r->folder, "from", (json_int_t)r->first,
                               "since", (json_int_t)r->since_ns));
}

// Whoever asks for the recording wants to find whole files when it is answered.
static void end_stems(struct vy_live *live, uint64_t until)
{
    for (uint32_t i = 0; i < VY_SLOTS; i++) {
        live->engine[i].writes_stems = live->engine[i].process.pid > 0;
        if (live->engine[i].writes_stems)
            vy_link_send(&live->engine[i].link,
                         json_pack("{s:n,s:I}", "stems", "until", (json_int_t)until));
    }
    bool writing = true;
    for (int ms = 0; writing && ms < STEMS_MS; ms++) {
        vy_live_pump(live);
        writing = false;
        for (uint32_t i = 0; i < VY_SLOTS; i++)
            writing |= live->engine[i].writes_stems;
        if (writing)
            usleep(1000);
    }
}

// "jam.wav" -> "jam.stems/", made when it is not there.
static vy_status stems_folder(const char *file, char *folder, size_t size, struct vy_err *err)
{
    const char *const dot = strrchr(file, '.'), *const slash = strrchr(file, '/');
    const size_t stem = dot && (!slash || dot > slash) ? (size_t)(dot - file) : strlen(file);
    if (stem + 8 > size)
        return vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    memcpy(folder, file, stem);
    strncpy(folder + stem, ".stems", size - stem - 1);
    folder[size - 1] = '\0';
    if (mkdir(folder, 0777) != 0 && errno != EEXIST)
        return vy_fail(err, VY_IO, -1, "%.150s: %s", folder, strerror(errno));
    return VY_OK;
}

static uint32_t latency_of(const struct vy_live *live)
{
    const uint32_t active = atomic_load(&live->shared->active);
    return active < VY_SLOTS ? live->shared->slot[active].says.latency : 0;
}

static vy_status begin(struct vy_live *live, const char *file, bool stems, struct vy_recorder *r,
                       struct vy_err *err)
{
    char cwd[2048];
    const uint32_t sr = atomic_load(&live->shared->device.sr_hz);
    // engines may run elsewhere: they are told whole paths
    const bool whole = file[0] == '/' || !getcwd(cwd, sizeof cwd);
    if (snprintf(r->path, sizeof r->path, "%s%s%s", whole ? "" : cwd, whole ? "" : "/", file) >=
        (int)sizeof r->path)
        return vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    vy_status status = vy_make_parents(r->path, err);
    if (!status && stems)
        status = stems_folder(r->path, r->folder, sizeof r->folder, err);
    if (!status)
        status = vy_sound_create(r->path, vy_sound_format_of(r->path), sr, 2, &r->writer, err);
    if (status)
        return status;
    r->live = live;
    r->stems = stems;
    r->since_ns = vy_unix_ns();
    r->first = atomic_load(&live->shared->frame) + (stems ? (uint64_t)(LEAD_S * sr) : 0);
    r->from = r->next = r->first + (stems ? latency_of(live) : 0); // the master is late by as much
    r->until = UINT64_MAX;
    if (pthread_create(&r->thread, NULL, run, r) != 0) {
        status = vy_sound_close(r->writer, false, err);
        return vy_fail(err, status ? status : VY_NO_MEMORY, -1, "no thread for recording");
    }
    return VY_OK;
}

static vy_status end(struct vy_live *live, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    struct vy_recorder *const r = live->recorder;
    const double sr = atomic_load(&live->shared->device.sr_hz);
    const uint64_t until = atomic_load_explicit(&live->shared->tapped, memory_order_acquire);
    atomic_store(&r->until, until);
    pthread_join(r->thread, NULL);
    r->ending = true;
    if (r->stems) // as long as the master
        end_stems(live, r->first + (until > r->from ? until - r->from : 0));
    const bool failed = atomic_load(&r->failed);
    if (failed)
        *err = r->err;
    struct vy_err why = {.at = -1};
    vy_status status = vy_sound_close(r->writer, true, failed ? &why : err);
    if (failed)
        status = err->code ? err->code : VY_IO;
    const double seconds = (double)(r->next > r->from ? r->next - r->from : 0) / sr;
    if (!status && text)
        vy_buf_add(text, "recorded %.2f s to %s", seconds, r->path);
    if (!status && result) {
        json_object_set_new(result, "file", json_string(r->path));
        json_object_set_new(result, "seconds", json_real(seconds));
        json_object_set_new(result, "missed", json_integer((json_int_t)r->missed));
    }
    vy_live_event(live, json_pack("{s:s,s:s,s:s}", "event", "record", "file", r->path, "state",
                                  status ? "failed" : "done"));
    free(r);
    live->recorder = NULL;
    return status;
}

vy_status vy_live_record(void *arg, const char *file, bool stems, struct vy_buf *text,
                         json_t *result, struct vy_err *err)
{
    struct vy_live *const live = arg;
    if (!file && !live->recorder)
        return vy_fail(err, VY_NO_EFFECT, -1, "nothing is being recorded");
    if (!file)
        return end(live, text, result, err);
    if (live->recorder)
        return vy_fail(err, VY_CONFLICT, -1, "%.200s is being recorded; record stop first",
                       live->recorder->path);
    struct vy_recorder *const r = calloc(1, sizeof *r);
    if (!r)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    const vy_status status = begin(live, file, stems, r, err);
    if (status) {
        free(r);
        return status;
    }
    live->recorder = r;
    for (uint32_t i = 0; i < VY_SLOTS; i++)
        if (live->engine[i].process.pid)
            vy_live_send_stems(live, i);
    vy_buf_add(text, "recording to %s%s", r->path, stems ? " and stems beside it" : "");
    json_object_set_new(result, "file", json_string(r->path));
    return VY_OK;
}

void vy_live_record_service(struct vy_live *live)
{
    struct vy_recorder *const r = live->recorder;
    if (!r || !atomic_load(&r->failed) || r->told)
        return;
    r->told = true; // what was written stays; `record stop` says so too
    vy_live_event(live, json_pack("{s:s,s:s,s:s,s:s}", "event", "record", "file", r->path, "state",
                                  "failed", "text", r->err.message));
}

void vy_live_record_end(struct vy_live *live)
{
    struct vy_err err = {.at = -1};
    if (live->recorder)
        (void)end(live, NULL, NULL, &err);
}

vy_status vy_live_shadow(void *arg, const char *file, double seconds, struct vy_buf *text,
                         json_t *result, struct vy_err *err)
{
    struct vy_live *const live = arg;
    const uint32_t sr = atomic_load(&live->shared->device.sr_hz);
    const uint32_t frames = (uint32_t)fmin(seconds * sr, live->shared->tap_frames);
    float *const past = malloc((frames + 1u) * 4 * sizeof *past);
    float *const stereo = malloc((frames + 1u) * 2 * sizeof *stereo);
    struct vy_sound_writer *writer = NULL;
    const uint32_t n = past && stereo ? vy_tap_copy(live->shared, frames, (float(*)[4])past) : 0;
    vy_status status = n ? VY_OK : vy_fail(err, VY_NO_EFFECT, -1, "nothing has come in yet");
    for (uint32_t i = 0; i < n; i++)
        memcpy(stereo + 2 * i, past + 4 * i, 2 * sizeof *stereo);
    if (!status)
        status = vy_make_parents(file, err);
    if (!status)
        status = vy_sound_create(file, VY_SOUND_FLOAT, sr, 2, &writer, err);
    if (!status) {
        status = vy_sound_write(writer, stereo, n, err);
        const vy_status closed = vy_sound_close(writer, !status, status ? NULL : err);
        status = status ? status : closed;
    }
    free(past);
    free(stereo);
    if (status)
        return status;
    vy_buf_add(text, "the last %.2f s of what came in are in %s", (double)n / sr, file);
    json_object_set_new(result, "file", json_string(file));
    json_object_set_new(result, "seconds", json_real((double)n / sr));
    return VY_OK;
}
