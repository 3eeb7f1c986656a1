// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "sound/file_inside.h"

#include "base/draft.h"
#include "base/rng.h"
#include "base/text.h"

#include <errno.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define PART 1024 ///< frames converted at once

static const struct format {
    const char *name;
    enum vy_sound_format format;
    int sf;
} formats[] = {
    {"wav16", VY_SOUND_WAV16, SF_FORMAT_WAV | SF_FORMAT_PCM_16},
    {"wav24", VY_SOUND_WAV24, SF_FORMAT_WAV | SF_FORMAT_PCM_24},
    {"float", VY_SOUND_FLOAT, SF_FORMAT_WAV | SF_FORMAT_FLOAT},
    {"flac", VY_SOUND_FLAC, SF_FORMAT_FLAC | SF_FORMAT_PCM_24},
};
#define FORMATS (sizeof formats / sizeof *formats)

struct vy_sound_writer {
    SNDFILE *file;
    enum vy_sound_format format;
    uint32_t chans;
    uint64_t samples; ///< written so far: keys the dither
    char path[4096], temporary[4200];
    struct vy_draft draft; ///< in place of `temporary`
    bool drafted;
};

static const char *format_name(void *arg, size_t i)
{
    (void)arg;
    return i < FORMATS ? formats[i].name : NULL;
}

vy_status vy_sound_format_read(const char *text, enum vy_sound_format *format, struct vy_err *err)
{
    for (size_t i = 0; i < FORMATS; i++)
        if (strcmp(formats[i].name, text) == 0) {
            *format = formats[i].format;
            return VY_OK;
        }
    vy_fail(err, VY_BAD_ARG, -1, "a format is wav16, wav24, float or flac, not '%.40s'", text);
    vy_err_suggest(err, text, format_name, NULL);
    return VY_BAD_ARG;
}

enum vy_sound_format vy_sound_format_of(const char *path)
{
    const char *const dot = strrchr(path, '.');
    return dot && strcasecmp(dot, ".flac") == 0 ? VY_SOUND_FLAC : VY_SOUND_WAV24;
}

// A named file beside the one it will be, or one without a name.
static vy_status open_file(struct vy_sound_writer *w, SF_INFO *info, struct vy_err *err)
{
    if (w->drafted) {
        const vy_status status = vy_draft_open(&w->draft, w->path, err);
        if (status)
            return status;
        w->file = sf_open_fd(w->draft.fd, SFM_WRITE, info, SF_FALSE);
    } else {
        snprintf(w->temporary, sizeof w->temporary, "%s.part%ld", w->path, (long)getpid());
        w->file = sf_open(w->temporary, SFM_WRITE, info);
    }
    if (w->file)
        return VY_OK;
    const int why = errno;
    vy_draft_drop(&w->draft);
    return vy_fail(err, VY_IO, -1, "%.150s: %.60s", w->path,
                   why ? strerror(why) : sf_strerror(NULL));
}

static vy_status create(const char *path, enum vy_sound_format format, uint32_t sr_hz,
                        uint32_t chans, bool drafted, struct vy_sound_writer **writer,
                        struct vy_err *err)
{
    struct vy_sound_writer *const w = calloc(1, sizeof *w);
    if (!w)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    w->format = format;
    w->chans = chans;
    w->drafted = drafted;
    SF_INFO info = {.samplerate = (int)sr_hz, .channels = (int)chans, .format = formats[format].sf};
    vy_status status = VY_OK;
    if (!vy_text_copy(w->path, sizeof w->path, path))
        status = vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    else if (!sf_format_check(&info))
        status = vy_fail(err, VY_BAD_ARG, -1, "%s cannot hold %u Hz, %u channels",
                         formats[format].name, sr_hz, chans);
    if (!status)
        status = open_file(w, &info, err);
    if (status) {
        free(w);
        return status;
    }
    sf_command(w->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE); // it holds the time of day
    *writer = w;
    return VY_OK;
}

vy_status vy_sound_create(const char *path, enum vy_sound_format format, uint32_t sr_hz,
                          uint32_t chans, struct vy_sound_writer **writer, struct vy_err *err)
{
    return create(path, format, sr_hz, chans, false, writer, err);
}

vy_status vy_sound_draft(const char *path, enum vy_sound_format format, uint32_t sr_hz,
                         uint32_t chans, struct vy_sound_writer **writer, struct vy_err *err)
{
    return create(path, format, sr_hz, chans, true, writer, err);
}

SNDFILE *vy_sound_writer_file(struct vy_sound_writer *writer)
{
    return writer->file;
}

static int to_int(double value, double scale)
{
    return (int)lrint(fmin(fmax(value, -scale), scale - 1));
}

// Samples as integers in the upper bits of 32, as libsndfile takes them.
static void convert(struct vy_sound_writer *w, const float *from, int *to, size_t samples)
{
    for (size_t i = 0; i < samples; i++) {
        const double x = (double)from[i];
        if (w->format == VY_SOUND_WAV16) {
            // two uniform values give a triangle of +-1 step: no distortion, no noise modulation
            // (Lipshitz, Wannamaker, Vanderkooy: "Quantization and dither", 1992)
            const uint64_t n = w->samples + i;
            const double dither = vy_rng_unit(1, 2 * n) + vy_rng_unit(1, 2 * n + 1) - 1;
            const double silent = x == 0 ? 0 : dither; // digital silence stays silent
            to[i] = to_int(x * 32768 + silent, 32768) * 65536;
        } else {
            to[i] = to_int(x * 8388608, 8388608) * 256;
        }
    }
    w->samples += samples;
}

vy_status vy_sound_write(struct vy_sound_writer *writer, const float *frame, uint32_t frames,
                         struct vy_err *err)
{
    int part[PART];
    const uint32_t most = PART / writer->chans;
    errno = 0;
    for (uint32_t done = 0; done < frames;) {
        const uint32_t n = frames - done < most ? frames - done : most;
        const float *const from = frame + (size_t)done * writer->chans;
        sf_count_t wrote;
        if (writer->format == VY_SOUND_FLOAT) {
            wrote = sf_writef_float(writer->file, from, n);
        } else {
            convert(writer, from, part, (size_t)n * writer->chans);
            wrote = sf_writef_int(writer->file, part, n);
        }
        if (wrote != n)
            return vy_fail(err, VY_IO, -1, "%.150s: %.60s", writer->path,
                           errno ? strerror(errno) : "cannot be written");
        done += n;
    }
    return VY_OK;
}

void vy_sound_sync(struct vy_sound_writer *writer)
{
    sf_command(writer->file, SFC_UPDATE_HEADER_NOW, NULL, 0);
}

vy_status vy_sound_close(struct vy_sound_writer *writer, bool keep, struct vy_err *err)
{
    if (!writer)
        return VY_OK;
    errno = 0;
    vy_status status = VY_OK;
    if (sf_close(writer->file) != 0 ||
        (keep && !writer->drafted && rename(writer->temporary, writer->path) != 0))
        status = vy_fail(err, VY_IO, -1, "%.150s: %.60s", writer->path,
                         errno ? strerror(errno) : "cannot be finished");
    if (!status && keep && writer->drafted)
        status = vy_draft_keep(&writer->draft, err);
    if (writer->drafted)
        vy_draft_drop(&writer->draft);
    else if (status || !keep)
        unlink(writer->temporary);
    free(writer);
    return keep ? status : VY_OK;
}

static vy_status check_info(const char *path, const SF_INFO *info, struct vy_err *err)
{
    if (info->channels < 1 || info->samplerate < 8000 || info->samplerate > 384000)
        return vy_fail(err, VY_BAD_FILE, -1, "%.150s: %d channels at %d Hz", path, info->channels,
                       info->samplerate);
    if (info->frames <= 0)
        return vy_fail(err, VY_BAD_FILE, -1, "%.150s: there is no sound in it", path);
    if (info->frames > (sf_count_t)VY_SOUND_MAX_S * info->samplerate || info->channels > 64)
        return vy_fail(err, VY_TOO_BIG, -1, "%.150s: over %d minutes or 64 channels", path,
                       VY_SOUND_MAX_S / 60);
    return VY_OK;
}

// Does a chunk with sound say more than there is? libsndfile trims the length and only notes it in
// its log. A wrong size of the whole (RIFF, FORM) does no harm when the sound is there.
static bool is_cut(SNDFILE *file)
{
    char log[4096];
    if (sf_command(file, SFC_GET_LOG_INFO, log, sizeof log) <= 0)
        return false;
    char *save = NULL;
    for (char *line = strtok_r(log, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
        const bool whole = strncmp(line, "RIFF", 4) == 0 || strncmp(line, "FORM", 4) == 0;
        if (!whole && (strstr(line, "(should be") || strstr(line, "truncated")))
            return true;
    }
    return false;
}

static vy_status read_all(SNDFILE *file, const char *path, const SF_INFO *info,
                          struct vy_sound *sound, struct vy_err *err)
{
    const size_t frames = (size_t)info->frames, chans = info->channels > 1 ? 2 : 1;
    float *const memory = malloc(frames * chans * sizeof(float));
    float *const part = malloc(PART * (size_t)info->channels * sizeof(float));
    size_t done = 0;
    while (memory && part && done < frames) {
        const sf_count_t want = (sf_count_t)(frames - done < PART ? frames - done : PART);
        const sf_count_t got = sf_readf_float(file, part, want);
        for (sf_count_t i = 0; i < got; i++)
            for (size_t c = 0; c < chans; c++) {
                const float x = part[(size_t)i * (size_t)info->channels + c];
                memory[c * frames + done + (size_t)i] = isfinite(x) ? x : 0;
            }
        if (got <= 0)
            break;
        done += (size_t)got;
    }
    const bool memory_out = !memory || !part;
    free(part);
    if (memory_out || done < frames) {
        free(memory);
        return memory_out ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory")
                          : vy_fail(err, VY_BAD_FILE, -1, "%.150s: it ends after %zu of %zu frames",
                                    path, done, frames);
    }
    *sound = (struct vy_sound){{memory, memory + (chans - 1) * frames},
                               (uint32_t)frames,
                               (uint32_t)chans,
                               (uint32_t)info->samplerate};
    return VY_OK;
}

vy_status vy_sound_read(const char *path, struct vy_sound *sound, struct vy_err *err)
{
    *sound = (struct vy_sound){0};
    if (access(path, R_OK) != 0)
        return vy_fail(err, errno == ENOENT ? VY_NOT_FOUND : VY_IO, -1, "%.150s: %.60s", path,
                       strerror(errno));
    SF_INFO info = {0};
    SNDFILE *const file = sf_open(path, SFM_READ, &info);
    if (!file)
        return vy_fail(err, VY_BAD_FILE, -1, "%.150s: %.80s", path, sf_strerror(NULL));
    vy_status status = check_info(path, &info, err);
    if (!status && is_cut(file))
        status = vy_fail(err, VY_BAD_FILE, -1, "%.150s: it is shorter than its header says", path);
    if (!status)
        status = read_all(file, path, &info, sound, err);
    sf_close(file);
    return status;
}

void vy_sound_clear(struct vy_sound *sound)
{
    free(sound->chan[0]);
    *sound = (struct vy_sound){0};
}
