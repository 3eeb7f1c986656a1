// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/stems.h"

#include "base/text.h"
#include "engine/document.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER 58u                    // bytes before the sound
#define FRAME_BYTES 8u                // stereo, float
#define FRAMES_MOST (0xffffff00u / 8) // sizes in a WAV have 32 bits

struct stem {
    struct stem *next;
    char unit[VY_NAME_SIZE];
    int fd;           // -1: could not be made or written; said once
    uint64_t counted; // frames the header tells of
};

struct vy_stems {
    char folder[4096];
    uint32_t sr_hz;
    uint64_t from;
    int64_t since_ns;
    struct stem *stem;
};

struct vy_stems *vy_stems_open(const char *folder, uint32_t sr_hz, uint64_t from, int64_t since_ns)
{
    struct vy_stems *const s = calloc(1, sizeof *s);
    if (!s || !vy_text_copy(s->folder, sizeof s->folder, folder)) {
        free(s);
        return NULL;
    }
    s->sr_hz = sr_hz;
    s->from = from;
    s->since_ns = since_ns;
    return s;
}

static vy_status fail(const struct vy_stems *s, struct stem *stem, struct vy_err *err)
{
    const int why = errno;
    if (stem->fd >= 0)
        close(stem->fd);
    stem->fd = -1;
    return vy_fail(err, VY_IO, -1, "%.150s/%s.wav: %s", s->folder, stem->unit, strerror(why));
}

static void put(unsigned char *to, uint32_t value, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (unsigned char)(value >> (8 * i));
}

static void put_id(unsigned char *to, const char *id)
{
    for (int i = 0; i < 4; i++)
        to[i] = (unsigned char)id[i];
}

// A WAV of 32-bit floats as long as the file is now.
static bool write_header(const struct vy_stems *s, struct stem *stem)
{
    unsigned char h[HEADER] = "RIFF....WAVEfmt ";
    struct stat is;
    if (fstat(stem->fd, &is) != 0)
        return false;
    const uint64_t bytes = is.st_size > (off_t)HEADER ? (uint64_t)is.st_size - HEADER : 0;
    const uint32_t frames = (uint32_t)(bytes / FRAME_BYTES);
    put(h + 4, HEADER - 8 + frames * FRAME_BYTES, 4);
    put(h + 16, 18, 4); // bytes of the format
    put(h + 20, 3, 2);  // floating point
    put(h + 22, 2, 2);  // channels
    put(h + 24, s->sr_hz, 4);
    put(h + 28, s->sr_hz * FRAME_BYTES, 4);
    put(h + 32, FRAME_BYTES, 2);
    put(h + 34, 32, 2);
    put(h + 36, 0, 2);
    put_id(h + 38, "fact");
    put(h + 42, 4, 4);
    put(h + 46, frames, 4);
    put_id(h + 50, "data");
    put(h + 54, frames * FRAME_BYTES, 4);
    stem->counted = frames;
    return pwrite(stem->fd, h, HEADER, 0) == (ssize_t)HEADER;
}

static vy_status create(const struct vy_stems *s, struct stem *stem, struct vy_err *err)
{
    char path[4200];
    struct stat is;
    snprintf(path, sizeof path, "%s/%s.wav", s->folder, stem->unit);
    if (stat(path, &is) == 0 && is.st_mtim.tv_sec * 1000000000ll + is.st_mtim.tv_nsec < s->since_ns)
        unlink(path); // of an older take
    stem->fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0666);
    if (stem->fd < 0 || !write_header(s, stem))
        return fail(s, stem, err);
    return VY_OK;
}

static vy_status find(struct vy_stems *s, const char *unit, struct stem **found, struct vy_err *err)
{
    for (struct stem *at = s->stem; at; at = at->next)
        if (strcmp(at->unit, unit) == 0) {
            *found = at;
            return VY_OK;
        }
    struct stem *const stem = calloc(1, sizeof *stem);
    if (!stem)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_text_copy(stem->unit, sizeof stem->unit, unit);
    stem->fd = -1;
    stem->next = s->stem;
    s->stem = *found = stem;
    return create(s, stem, err);
}

vy_status vy_stems_write(struct vy_stems *s, const char *unit, uint64_t frame, const float *stereo,
                         uint32_t frames, struct vy_err *err)
{
    struct stem *stem = NULL;
    if (frame + frames <= s->from)
        return VY_OK;
    const vy_status status = find(s, unit, &stem, err);
    if (status || !stem || stem->fd < 0)
        return status;
    const uint64_t skip = s->from > frame ? s->from - frame : 0;
    const uint64_t at = frame + skip - s->from;
    const size_t bytes = (size_t)(frames - skip) * FRAME_BYTES;
    const bool fits = at + frames <= FRAMES_MOST;
    errno = fits ? ENOSPC : EFBIG; // a short write says no reason of its own
    if (!fits || pwrite(stem->fd, stereo + 2 * skip, bytes, (off_t)(HEADER + at * FRAME_BYTES)) !=
                     (ssize_t)bytes)
        return fail(s, stem, err);
    // whoever looks, or goes on after a crash, finds all but the last half second
    if (at > stem->counted + s->sr_hz / 2 && !write_header(s, stem))
        return fail(s, stem, err);
    return VY_OK;
}

static vy_status finish(const struct vy_stems *s, struct stem *stem, uint64_t until,
                        struct vy_err *err)
{
    if (stem->fd < 0)
        return VY_OK; // told already
    const uint64_t frames = until > s->from ? until - s->from : 0;
    if ((until && frames <= FRAMES_MOST &&
         ftruncate(stem->fd, (off_t)(HEADER + frames * FRAME_BYTES)) != 0) ||
        !write_header(s, stem))
        return fail(s, stem, err);
    close(stem->fd);
    return VY_OK;
}

vy_status vy_stems_close(struct vy_stems *s, uint64_t until, struct vy_err *err)
{
    vy_status first = VY_OK;
    for (struct stem *at = s ? s->stem : NULL; at;) {
        struct stem *const next = at->next;
        const vy_status status = finish(s, at, until, err);
        first = first ? first : status;
        free(at);
        at = next;
    }
    free(s);
    return first;
}
