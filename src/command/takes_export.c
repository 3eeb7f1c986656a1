// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A copy of a take for elsewhere: .wav as it is, .flac with its tags as Vorbis comments.
#include "command/takes.h"
#include "sound/reader.h"
#include "sound/tags.h"
#include "base/draft.h"
#include "base/json.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define PART (1u << 16)

static vy_status copy_bytes(const char *from, const char *to, struct vy_err *err)
{
    struct vy_draft draft;
    char part[PART];
    ssize_t got = 0;
    int fd;
    vy_status status = vy_file_open(from, &fd, err);
    if (status)
        return status;
    status = vy_draft_open(&draft, to, err);
    while (!status && (got = read(fd, part, sizeof part)) > 0)
        status = vy_draft_write(&draft, part, (size_t)got, err);
    if (!status && got < 0) {
        status = vy_fail(err, VY_IO, -1, "%.150s: %s", from, strerror(errno));
        vy_draft_drop(&draft);
    }
    close(fd);
    return status ? status : vy_draft_keep(&draft, err);
}

static vy_status write_sound(struct vy_reader *reader, struct vy_sound_writer *writer,
                             struct vy_err *err)
{
    float *const both = malloc(sizeof(float) * VY_READER_CHANS * VY_READER_BLOCK);
    vy_status status = VY_OK;
    if (!both)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    for (size_t n = 1; !status && n > 0;) {
        status = vy_reader_interleaved(reader, both, &n, err);
        if (!status && n > 0)
            status = vy_sound_write(writer, both, (uint32_t)n, err);
    }
    free(both);
    return status;
}

// Under another name until its tags are in.
static vy_status write_flac(const char *from, const char *to, const struct vy_sound_tags *tags,
                            struct vy_err *err)
{
    char part[VY_TAKES_PATH + 32];
    struct vy_reader *reader = NULL;
    struct vy_sound_writer *writer = NULL;
    snprintf(part, sizeof part, "%s.part%ld", to, (long)getpid());
    vy_status status = vy_reader_open(from, &reader, err);
    if (!status)
        status = vy_sound_create(part, VY_SOUND_FLAC, vy_reader_info(reader)->sr_hz,
                                 vy_reader_info(reader)->chans, &writer, err);
    if (!status)
        status = write_sound(reader, writer, err);
    const vy_status closed = vy_sound_close(writer, !status, status ? NULL : err);
    vy_reader_close(reader);
    status = status ? status : closed;
    if (!status)
        status = vy_flac_write_tags(part, tags, err);
    if (!status && rename(part, to) != 0)
        status = vy_fail(err, VY_IO, -1, "%.150s: %s", to, strerror(errno));
    if (status)
        unlink(part);
    return status;
}

static vy_status write_copy(const struct vy_take *take, const char *path, const char *to,
                            struct vy_err *err)
{
    const char *const dot = strrchr(to, '.');
    if (!dot || (strcasecmp(dot, ".wav") != 0 && strcasecmp(dot, ".flac") != 0))
        return vy_fail(err, VY_BAD_ARG, -1, "a take is exported as .wav or .flac, not '%.60s'", to);
    if (strcasecmp(dot, ".wav") == 0)
        return copy_bytes(path, to, err);
    json_t *const receipt = json_loads(take->receipt, 0, NULL);
    struct vy_take_tags tags = {0};
    vy_take_tags_of(receipt, take->name, take->author, &tags);
    const vy_status status = write_flac(path, to, &tags.tags, err);
    json_decref(receipt);
    return status;
}

vy_status vy_takes_export(struct vy_takes_act *act)
{
    const char *const to = act->ask->words;
    struct vy_arena arena = {0};
    struct vy_take take;
    char path[VY_TAKES_PATH];
    vy_status status = vy_take_place(act->desk, act->ask->which, &arena, &take, path, act->err);
    if (!status && !act->ask->force && access(to, F_OK) == 0)
        status =
            vy_fail(act->err, VY_CONFLICT, -1, "%.150s is there already; --force replaces it", to);
    if (!status)
        status = write_copy(&take, path, to, act->err);
    if (!status) {
        vy_buf_add(act->text, "take %" PRId64 " is in %s", take.id, to);
        json_object_set_new(act->result, "file", vy_path_json(to));
    }
    vy_arena_clear(&arena);
    return status;
}
