// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// WAV, AIFF, FLAC, Ogg, MP3 and the other formats of libsndfile.
#include "sound/reader_kinds.h"

#include "base/simd.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct state {
    SNDFILE *file;
    float interleaved[VY_READER_BLOCK * VY_READER_CHANS];
};

static uint32_t bits_of(int format)
{
    switch (format & SF_FORMAT_SUBMASK) {
    case SF_FORMAT_PCM_S8:
    case SF_FORMAT_PCM_U8: return 8;
    case SF_FORMAT_ALAC_16:
    case SF_FORMAT_PCM_16: return 16;
    case SF_FORMAT_ALAC_20: return 20;
    case SF_FORMAT_ALAC_24:
    case SF_FORMAT_PCM_24: return 24;
    case SF_FORMAT_ALAC_32:
    case SF_FORMAT_PCM_32:
    case SF_FORMAT_FLOAT: return 32;
    case SF_FORMAT_DOUBLE: return 64;
    default: return 0;
    }
}

static void name_format(SNDFILE *file, int format, char *text, size_t size)
{
    SF_FORMAT_INFO major = {.format = format & SF_FORMAT_TYPEMASK};
    SF_FORMAT_INFO minor = {.format = format & SF_FORMAT_SUBMASK};
    sf_command(file, SFC_GET_FORMAT_INFO, &major, sizeof major);
    sf_command(file, SFC_GET_FORMAT_INFO, &minor, sizeof minor);
    const char *const name = major.name ? major.name : "?";
    snprintf(text, size, "%.*s, %.26s", (int)strcspn(name, "("), name,
             minor.name ? minor.name : "?");
    char *const gap = strstr(text, " ,"); // "OGG (OGG Container format)" has become "OGG , "
    if (gap)
        memmove(gap, gap + 1, strlen(gap));
}

// libsndfile trims what a chunk says to what there is and only notes it in its log. A wrong size of
// the whole (RIFF, FORM) does no harm when the sound is there.
static void note_cut(struct vy_reader *reader, SNDFILE *file)
{
    char log[4096];
    if (sf_command(file, SFC_GET_LOG_INFO, log, sizeof log) <= 0)
        return;
    char *save = NULL;
    for (char *line = strtok_r(log, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        const bool whole = strncmp(line, "RIFF", 4) == 0 || strncmp(line, "FORM", 4) == 0;
        if (!whole && (strstr(line, "(should be") || strstr(line, "truncated")))
            snprintf(reader->problem, sizeof reader->problem, "it is shorter than its header says");
    }
}

static vy_status open_file(struct vy_reader *reader, const char *path, struct vy_err *err)
{
    SF_INFO info = {0};
    SNDFILE *const file = sf_open(path, SFM_READ, &info);
    if (!file) {
        vy_fail(err, VY_BAD_FILE, -1, "%.150s: %.80s", path, sf_strerror(NULL));
        return VY_ABSENT;
    }
    struct state *const s = info.channels <= VY_READER_CHANS ? malloc(sizeof *s) : NULL;
    reader->info.chans = (uint32_t)info.channels;
    reader->info.sr_hz = (uint32_t)info.samplerate;
    reader->info.frames = info.frames > 0 && info.frames < INT64_MAX ? (uint64_t)info.frames : 0;
    reader->info.bits = bits_of(info.format);
    name_format(file, info.format, reader->info.format, sizeof reader->info.format);
    if (!s) {
        sf_close(file);
        return info.channels > VY_READER_CHANS
                   ? VY_OK // whoever opened it complains of the channels
                   : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    note_cut(reader, file);
    s->file = file;
    reader->state = s;
    if (info.frames <= 0)
        return vy_fail(err, VY_BAD_FILE, -1, "%.150s: there is no sound in it", path);
    return VY_OK;
}

VY_SIMD static void split_two(const float *restrict both, float *restrict one,
                              float *restrict other, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        one[i] = both[2 * i];
        other[i] = both[2 * i + 1];
    }
}

static vy_status next_block(struct vy_reader *reader, size_t *frames, struct vy_err *err)
{
    struct state *const s = reader->state;
    const sf_count_t got = sf_readf_float(s->file, s->interleaved, VY_READER_BLOCK);
    if (got <= 0) {
        if (sf_error(s->file))
            return vy_fail(err, VY_BAD_FILE, -1, "it cannot be decoded after %.1f s: %.80s",
                           (double)reader->read / reader->info.sr_hz, sf_strerror(s->file));
        return VY_OK;
    }
    const uint32_t chans = reader->info.chans;
    if (chans == 2)
        split_two(s->interleaved, reader->block[0], reader->block[1], (size_t)got);
    for (uint32_t c = 0; chans != 2 && c < chans; c++)
        for (sf_count_t i = 0; i < got; i++)
            reader->block[c][i] = s->interleaved[i * chans + c];
    *frames = (size_t)got;
    return VY_OK;
}

static void close_file(struct vy_reader *reader)
{
    struct state *const s = reader->state;
    sf_close(s->file);
    free(s);
}

const struct vy_reader_kind vy_reader_sndfile = {open_file, next_block, close_file};
