// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "sound/reader.h"

#include "base/part.h"
#include "sound/reader_kinds.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static vy_status check_path(const char *path, struct vy_err *err)
{
    struct stat st;
    if (stat(path, &st) != 0 || access(path, R_OK) != 0)
        return vy_fail(err, errno == ENOENT || errno == ENOTDIR ? VY_NOT_FOUND : VY_IO, -1,
                       "%.150s: %.60s", path, strerror(errno));
    if (!S_ISREG(st.st_mode)) // a pipe or device could block or never end
        return vy_fail(err, VY_BAD_FILE, -1, "%.150s: it is not a plain file", path);
    if (st.st_size == 0)
        return vy_fail(err, VY_BAD_FILE, -1, "%.150s: the file is empty", path);
    return VY_OK;
}

static vy_status check_info(const char *path, const struct vy_reader_info *info, struct vy_err *err)
{
    if (info->chans > VY_READER_CHANS)
        return vy_fail(err, VY_TOO_BIG, -1, "%.150s: it has %u channels, more than %d", path,
                       info->chans, VY_READER_CHANS);
    if (info->chans < 1 || info->sr_hz < 1000 || info->sr_hz > 768000)
        return vy_fail(err, VY_BAD_FILE, -1, "%.150s: %u channels at %u Hz", path, info->chans,
                       info->sr_hz);
    return VY_OK;
}

static vy_status take_blocks(struct vy_reader *reader, struct vy_err *err)
{
    float *const memory = calloc((size_t)reader->info.chans * VY_READER_BLOCK, sizeof(float));
    if (!memory)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    for (uint32_t c = 0; c < reader->info.chans; c++)
        reader->block[c] = memory + (size_t)c * VY_READER_BLOCK;
    return VY_OK;
}

static vy_status open_with_av(struct vy_reader *reader, const char *path, struct vy_err *err)
{
    void *kind;
    struct vy_err why = {.at = -1};
    if (vy_part_find("av", "vy_reader_av", &kind, &why))
        return vy_fail(err, VY_BAD_FILE, -1,
                       "%.100s: libsndfile does not know its format, and FFmpeg is absent: %.100s",
                       path, why.message);
    reader->kind = kind;
    const vy_status status = reader->kind->open(reader, path, err);
    return status == VY_ABSENT
               ? vy_fail(err, VY_BAD_FILE, -1, "%.150s: no sound that can be read", path)
               : status;
}

vy_status vy_reader_open(const char *path, struct vy_reader **reader, struct vy_err *err)
{
    *reader = NULL;
    vy_status status = check_path(path, err);
    struct vy_reader *const r = status ? NULL : calloc(1, sizeof *r);
    if (!r)
        return status ? status : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    r->kind = &vy_reader_sndfile;
    status = r->kind->open(r, path, err);
    if (status == VY_ABSENT)
        status = open_with_av(r, path, err);
    if (!status)
        status = check_info(path, &r->info, err);
    if (!status)
        status = take_blocks(r, err);
    if (status) {
        vy_reader_close(r);
        return status;
    }
    *reader = r;
    return VY_OK;
}

const struct vy_reader_info *vy_reader_info(const struct vy_reader *reader)
{
    return &reader->info;
}

// A header that promises a little more than a lossy coder delivers is common; a second is not.
static void note_shortness(struct vy_reader *r)
{
    const uint64_t slack = r->info.bits ? 0 : r->info.sr_hz / 2;
    if (!r->problem[0] && r->info.frames > r->read + slack)
        snprintf(r->problem, sizeof r->problem,
                 "it ends after %" PRIu64 " of the %" PRIu64 " frames its header says", r->read,
                 r->info.frames);
}

vy_status vy_reader_next(struct vy_reader *reader, const float *chan[VY_READER_CHANS],
                         size_t *frames, struct vy_err *err)
{
    *frames = 0;
    const vy_status status = reader->kind->next(reader, frames, err);
    for (uint32_t c = 0; c < reader->info.chans; c++)
        chan[c] = reader->block[c];
    reader->read += *frames;
    if (!status && *frames == 0)
        note_shortness(reader);
    return status;
}

const char *vy_reader_problem(const struct vy_reader *reader)
{
    return reader->problem[0] ? reader->problem : NULL;
}

void vy_reader_close(struct vy_reader *reader)
{
    if (!reader)
        return;
    if (reader->state)
        reader->kind->close(reader);
    free(reader->block[0]);
    free(reader);
}

vy_status vy_reader_interleaved(struct vy_reader *reader, float *frame, size_t *frames,
                                struct vy_err *err)
{
    const float *chan[VY_READER_CHANS];
    const vy_status status = vy_reader_next(reader, chan, frames, err);
    const uint32_t chans = vy_reader_info(reader)->chans;
    for (size_t i = 0; !status && i < *frames; i++)
        for (uint32_t c = 0; c < chans; c++)
            frame[i * chans + c] = chan[c][i];
    return status;
}
