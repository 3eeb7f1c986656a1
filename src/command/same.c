// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The shift is found where the sound begins; then both files are read from end to end, side by
// side, so that memory does not grow with their length.
#include "command/same.h"

#include "sound/reader.h"

#include <math.h>
#include <soxr.h>
#include <stdlib.h>
#include <string.h>

#define PART 4096u
#define QUIET 1e-5f // below it sound has not begun

/// A file as mono at a rate.
struct mono {
    struct vy_reader *reader;
    soxr_t resampler;
    bool ended;
    float mix[VY_READER_BLOCK];
    float *held;        ///< [room]
    size_t room, n, at; ///< frames in it, frames given out
};

static void mono_close(struct mono *m)
{
    vy_reader_close(m->reader);
    if (m->resampler)
        soxr_delete(m->resampler);
    free(m->held);
    *m = (struct mono){0};
}

/// @param sr_hz  0 = the file's own, and receives it
static vy_status mono_open(struct mono *m, const char *path, uint32_t *sr_hz, struct vy_err *err)
{
    vy_status status = vy_reader_open(path, &m->reader, err);
    if (status)
        return status;
    const uint32_t own = vy_reader_info(m->reader)->sr_hz;
    if (!*sr_hz)
        *sr_hz = own;
    m->room = (size_t)((double)VY_READER_BLOCK * *sr_hz / own) + VY_READER_BLOCK;
    m->held = malloc(m->room * sizeof *m->held);
    if (own != *sr_hz) {
        const soxr_io_spec_t io = soxr_io_spec(SOXR_FLOAT32_I, SOXR_FLOAT32_I);
        const soxr_quality_spec_t quality = soxr_quality_spec(SOXR_HQ, 0);
        soxr_error_t error;
        m->resampler = soxr_create(own, *sr_hz, 1, &error, &io, &quality, NULL);
    }
    if (!m->held || (own != *sr_hz && !m->resampler)) {
        mono_close(m);
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    return status;
}

// The next frames into `held`; none at the end.
static vy_status fill(struct mono *m, struct vy_err *err)
{
    const float *chan[VY_READER_CHANS];
    const uint32_t chans = vy_reader_info(m->reader)->chans;
    size_t n = 0, used = 0;
    m->n = m->at = 0;
    const vy_status status = vy_reader_next(m->reader, chan, &n, err);
    if (status)
        return status;
    for (size_t i = 0; i < n; i++) {
        m->mix[i] = 0;
        for (uint32_t c = 0; c < chans; c++)
            m->mix[i] += fabsf(chan[c][i]) <= 1e6f ? chan[c][i] / (float)chans : 0;
    }
    if (!m->resampler) {
        memcpy(m->held, m->mix, n * sizeof *m->mix);
        m->n = n;
        m->ended = n == 0;
        return VY_OK;
    }
    if (soxr_process(m->resampler, n ? m->mix : NULL, n, &used, m->held, m->room, &m->n))
        return vy_fail(err, VY_INTERNAL, -1, "the resampler failed");
    m->ended = n == 0 && m->n == 0;
    return VY_OK;
}

/// @param to  NULL: the frames are passed over; @param got  receives less than n at the end
static vy_status mono_read(struct mono *m, float *to, size_t n, size_t *got, struct vy_err *err)
{
    for (*got = 0; *got < n && !m->ended;) {
        if (m->at == m->n) {
            const vy_status status = fill(m, err);
            if (status)
                return status;
        }
        const size_t there = m->n - m->at, part = there < n - *got ? there : n - *got;
        if (to)
            memcpy(to + *got, m->held + m->at, part * sizeof *to);
        m->at += part;
        *got += part;
    }
    return VY_OK;
}

// The first frames in which something sounds: what comes before tells nothing of the shift.
static vy_status read_beginnings(struct mono m[2], float *const wave[2], size_t most, size_t *n,
                                 struct vy_err *err)
{
    *n = 0;
    for (size_t got[2] = {PART, PART}; *n < most && (got[0] || got[1]);) {
        const size_t part = most - *n < PART ? most - *n : PART;
        bool quiet = *n == 0;
        for (int i = 0; i < 2; i++) {
            float *const to = wave[i] + *n;
            const vy_status status = mono_read(&m[i], to, part, &got[i], err);
            if (status)
                return status;
            memset(to + got[i], 0, (part - got[i]) * sizeof *to);
            for (size_t k = 0; k < got[i]; k++)
                quiet &= fabsf(to[k]) < QUIET;
        }
        *n += quiet ? 0 : part;
    }
    return VY_OK;
}

/// @param m     two, closed; they are closed again
/// @param wave  [2] rooms of VY_ALIGN_MOST
static vy_status find_lag(struct mono *m, float *const wave[2], const char *const path[2],
                          uint32_t *sr_hz, int64_t *lag, struct vy_err *err)
{
    vy_status status = VY_OK;
    for (int i = 0; i < 2 && !status; i++)
        status = mono_open(&m[i], path[i], sr_hz, err);
    const size_t most_lag = (size_t)fmin(VY_SAME_LAG_S * *sr_hz, VY_ALIGN_MOST / 2.0);
    size_t n = 0;
    if (!status)
        status = read_beginnings(m, wave, VY_ALIGN_MOST - most_lag, &n, err);
    if (!status && vy_align(wave[0], wave[1], n, most_lag, lag))
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    mono_close(&m[0]);
    mono_close(&m[1]);
    return status;
}

static vy_status add_all(struct mono m[2], int64_t lag, struct vy_align_sums *sums,
                         struct vy_err *err)
{
    float wave[2][PART];
    size_t got[2];
    vy_status status = mono_read(&m[lag > 0], NULL, (size_t)(lag > 0 ? lag : -lag), &got[0], err);
    do {
        for (int i = 0; i < 2 && !status; i++)
            status = mono_read(&m[i], wave[i], PART, &got[i], err);
        if (status)
            return status;
        vy_align_add(sums, wave[0], wave[1], got[0] < got[1] ? got[0] : got[1]);
    } while (got[0] == PART && got[1] == PART);
    return VY_OK;
}

static vy_status sum_up(struct mono *m, float *room, const char *const path[2], uint32_t *sr_hz,
                        int64_t *lag, struct vy_align_sums *sums, struct vy_err *err)
{
    float *const wave[2] = {room, room + VY_ALIGN_MOST};
    vy_status status = find_lag(m, wave, path, sr_hz, lag, err);
    for (int i = 0; i < 2 && !status; i++)
        status = mono_open(&m[i], path[i], sr_hz, err);
    if (!status)
        status = add_all(m, *lag, sums, err);
    mono_close(&m[0]);
    mono_close(&m[1]);
    return status;
}

vy_status vy_same_files(const char *a, const char *b, struct vy_same *same, struct vy_err *err)
{
    const char *const path[2] = {a, b};
    uint32_t sr_hz = 0;
    int64_t lag = 0;
    struct vy_align_sums sums = {0};
    struct mono *const m = calloc(2, sizeof *m);
    float *const room = calloc(2, VY_ALIGN_MOST * sizeof *room);
    *same = (struct vy_same){0};
    const vy_status status = m && room ? sum_up(m, room, path, &sr_hz, &lag, &sums, err)
                                       : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    free(m);
    free(room);
    if (status)
        return status;
    vy_align_result(&sums, &same->found);
    same->lag_s = (double)lag / sr_hz;
    same->overlap_s = (double)sums.frames / sr_hz;
    same->why = isnan(same->found.correlation) ? "one of them is silent where they overlap" : NULL;
    return VY_OK;
}

static double gain_db(const struct vy_same *same)
{
    return 20 * log10(fmax(fabs(same->found.gain), 1e-10));
}

json_t *vy_same_json(const struct vy_same *same)
{
    if (same->why)
        return json_pack("{s:n,s:s}", "same", "why", same->why);
    return json_pack("{s:b,s:f,s:f,s:b,s:f,s:f,s:f}", "same",
                     (int)(same->found.residual_db <= VY_SAME_DB), "lag_s", same->lag_s, "gain_db",
                     gain_db(same), "inverted", (int)(same->found.gain < 0), "correlation",
                     same->found.correlation, "residual_db", same->found.residual_db, "overlap_s",
                     same->overlap_s);
}

void vy_same_text(const struct vy_same *same, struct vy_buf *text)
{
    if (same->why) {
        vy_buf_add(text, "\n  samples   cannot be compared: %s", same->why);
        return;
    }
    const bool is = same->found.residual_db <= VY_SAME_DB;
    if (fabs(same->found.correlation) < VY_SAME_ALIKE) {
        vy_buf_add(text,
                   "\n  samples   not the same: correlation %.2f at the best shift within 1 s",
                   fabs(same->found.correlation));
        return;
    }
    const double gain = gain_db(same);
    vy_buf_add(text, "\n  samples   %s: %+.2f dB%s", is ? "the same" : "alike",
               fabs(gain) < 0.005 ? 0 : gain, same->found.gain < 0 ? ", upside down" : "");
    if (same->lag_s != 0)
        vy_buf_add(text, ", %.2f ms %s", 1000 * fabs(same->lag_s),
                   same->lag_s > 0 ? "later" : "sooner");
    vy_buf_add(text, "; %.1f dB are left when one is taken off the other", same->found.residual_db);
}
