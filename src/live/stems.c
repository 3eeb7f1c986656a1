// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/stems.h"

#include "base/text.h"
#include "engine/document.h"
#include "sound/file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct stem {
    struct stem *next;
    char unit[VY_NAME_SIZE];
    struct vy_sound_writer *writer; // NULL: could not be made; said once
    uint64_t frame;                 // next to write
};

struct vy_stems {
    char folder[4096];
    uint32_t sr_hz;
    uint64_t from;
    struct stem *stem;
};

struct vy_stems *vy_stems_open(const char *folder, uint32_t sr_hz, uint64_t from)
{
    struct vy_stems *const s = calloc(1, sizeof *s);
    if (!s || !vy_text_copy(s->folder, sizeof s->folder, folder)) {
        free(s);
        return NULL;
    }
    s->sr_hz = sr_hz;
    s->from = from;
    return s;
}

// After a failover another engine writes on: under another name, so that nothing is lost.
static vy_status create(const struct vy_stems *s, struct stem *stem, struct vy_err *err)
{
    char path[4200];
    for (int n = 1; n < 100; n++) {
        const int length =
            n == 1 ? snprintf(path, sizeof path, "%s/%s.wav", s->folder, stem->unit)
                   : snprintf(path, sizeof path, "%s/%s.%d.wav", s->folder, stem->unit, n);
        if (length > 0 && (size_t)length < sizeof path && access(path, F_OK) != 0)
            return vy_sound_create(path, VY_SOUND_FLOAT, s->sr_hz, 2, &stem->writer, err);
    }
    return vy_fail(err, VY_IO, -1, "%.100s: no free name for %s", s->folder, stem->unit);
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
    stem->frame = s->from;
    stem->next = s->stem;
    s->stem = *found = stem;
    return create(s, stem, err);
}

static vy_status fill(struct stem *stem, uint64_t until, struct vy_err *err)
{
    static const float silence[2 * 1024];
    vy_status status = VY_OK;
    while (stem->frame < until && !status) {
        const uint64_t left = until - stem->frame;
        const uint32_t n = left < 1024 ? (uint32_t)left : 1024;
        status = vy_sound_write(stem->writer, silence, n, err);
        stem->frame += n;
    }
    return status;
}

vy_status vy_stems_write(struct vy_stems *s, const char *unit, uint64_t frame, const float *stereo,
                         uint32_t frames, struct vy_err *err)
{
    struct stem *stem = NULL;
    vy_status status = find(s, unit, &stem, err);
    if (status || !stem->writer || frame + frames <= stem->frame)
        return status;
    status = fill(stem, frame, err);
    const uint64_t skip = stem->frame > frame ? stem->frame - frame : 0; // before `from`
    if (!status)
        status = vy_sound_write(stem->writer, stereo + 2 * skip, frames - (uint32_t)skip, err);
    stem->frame = frame + frames;
    return status;
}

vy_status vy_stems_close(struct vy_stems *s, struct vy_err *err)
{
    vy_status first = VY_OK;
    for (struct stem *at = s ? s->stem : NULL; at;) {
        struct stem *const next = at->next;
        const vy_status status = vy_sound_close(at->writer, true, err);
        first = first ? first : status;
        free(at);
        at = next;
    }
    free(s);
    return first;
}
