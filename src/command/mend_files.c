// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/mend_files.h"

#include "sound/reader.h"
#include "store/sounds.h"

#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define PART 4096

static vy_status grow(struct vy_wave *wave, size_t *room, size_t frames)
{
    if (frames <= *room)
        return VY_OK;
    const size_t more = frames > 2 * *room ? frames : 2 * *room;
    for (uint32_t c = 0; c < wave->chans; c++) {
        float *const chan = realloc(wave->chan[c], more * sizeof(float));
        if (!chan)
            return VY_NO_MEMORY;
        wave->chan[c] = chan;
    }
    *room = more;
    return VY_OK;
}

static void append(struct vy_wave *wave, const float *const *chan, size_t from, size_t to)
{
    for (uint32_t c = 0; c < wave->chans; c++)
        for (size_t i = from; i < to; i++)
            wave->chan[c][wave->frames + i - from] = fabsf(chan[c][i]) <= 1e6f ? chan[c][i] : 0;
    wave->frames += to - from;
}

static vy_status read_blocks(struct vy_reader *reader, double start_s, double end_s,
                             struct vy_wave *wave, struct vy_err *err)
{
    const uint64_t start = (uint64_t)(start_s * wave->sr_hz + 0.5);
    const uint64_t end = end_s > 0 ? (uint64_t)(end_s * wave->sr_hz + 0.5) : UINT64_MAX;
    const float *chan[VY_READER_CHANS];
    size_t room = 0, n = 0;
    for (uint64_t at = 0; at < end; at += n) {
        const vy_status status = vy_reader_next(reader, chan, &n, err);
        if (status)
            return wave->frames ? VY_OK : status; // what came before the damage is mended
        if (n == 0)
            break;
        const size_t from = start > at ? (size_t)(start - at < n ? start - at : n) : 0;
        const size_t to = end - at < n ? (size_t)(end - at) : n;
        if (from >= to)
            continue;
        if (wave->frames + to - from > (size_t)VY_WAVE_MAX_S * wave->sr_hz)
            return vy_fail(err, VY_TOO_BIG, -1, "more than %d minutes; take a part of it",
                           VY_WAVE_MAX_S / 60);
        if (grow(wave, &room, wave->frames + to - from))
            return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        append(wave, chan, from, to);
    }
    return wave->frames ? VY_OK : vy_fail(err, VY_BAD_FILE, -1, "there is no sound in it");
}

vy_status vy_wave_read(const char *path, double start_s, double end_s, struct vy_wave *wave,
                       char problem[160], struct vy_err *err)
{
    struct vy_reader *reader = NULL;
    struct vy_err late = {.at = -1};
    *wave = (struct vy_wave){0};
    vy_status status = vy_reader_open(path, &reader, err);
    if (status)
        return status;
    wave->sr_hz = vy_reader_info(reader)->sr_hz;
    wave->chans = vy_reader_info(reader)->chans;
    status = read_blocks(reader, start_s, end_s, wave, &late);
    const char *const said = late.code ? late.message : vy_reader_problem(reader);
    vy_text_copy(problem, 160, said ? said : "");
    vy_reader_close(reader);
    if (!status)
        return VY_OK;
    vy_wave_clear(wave);
    return vy_fail(err, status, -1, "%.150s: %.80s", path, late.message);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;
    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

vy_status vy_wave_write(const struct vy_wave *wave, const char *in, const char *out,
                        const char *format, struct vy_err *err)
{
    enum vy_sound_format kind = vy_sound_format_of(out);
    if (is_same_file(in, out))
        return vy_fail(err, VY_BAD_ARG, -1, "%.150s is the file that is read; give another name",
                       out);
    if (format && vy_sound_format_read(format, &kind, err))
        return VY_BAD_ARG;
    struct vy_sound_writer *writer = NULL;
    vy_status status = vy_sound_draft(out, kind, wave->sr_hz, wave->chans, &writer, err);
    if (status)
        return status;
    float part[PART * VY_WAVE_CHANS];
    for (size_t at = 0; at < wave->frames && !status; at += PART) {
        const size_t n = wave->frames - at < PART ? wave->frames - at : PART;
        for (size_t i = 0; i < n; i++)
            for (uint32_t c = 0; c < wave->chans; c++)
                part[i * wave->chans + c] = wave->chan[c][at + i];
        status = vy_sound_write(writer, part, (uint32_t)n, err);
    }
    struct vy_err late = {.at = -1};
    const vy_status closed = vy_sound_close(writer, status == VY_OK, status ? &late : err);
    return status ? status : closed;
}

static json_t *file_json(const char *path)
{
    uint8_t hash[VY_HASH_BYTES];
    char text[2 * VY_HASH_BYTES + 1] = "";
    struct vy_err err;
    if (vy_hash_file(path, hash, &err) == VY_OK)
        sodium_bin2hex(text, sizeof text, hash, sizeof hash);
    return json_pack("{s:s,s:s}", "path", path, "blake2b", text);
}

vy_status vy_receipt_write(const char *what, const char *in, const char *out, json_t *result,
                           struct vy_err *err)
{
    char path[4200];
    snprintf(path, sizeof path, "%.4100s.receipt.json", out);
    json_object_set_new(result, "what", json_string(what));
    json_object_set_new(result, "input", file_json(in));
    json_object_set_new(result, "output", file_json(out));
    json_object_set_new(result, "receipt", json_string(path));
    char *const text = json_dumps(result, JSON_INDENT(1) | JSON_REAL_PRECISION(7));
    const vy_status status = text ? vy_file_write(path, text, strlen(text), err)
                                  : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    free(text);
    return status;
}
