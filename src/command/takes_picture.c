// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/takes_picture.h"

#include "command/aside.h"
#include "listen/listener.h"
#include "sound/reader.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define FLOOR_DB (-100.0)

// ---- beside the music ---------------------------------------------------------------------------

struct picture {
    const char *path;
    uint32_t columns;
    struct vy_spectrogram shape;
    struct vy_buf out;
    vy_status (*draw)(struct picture *picture, struct vy_err *err);
};

// What the child says first; the picture follows.
struct heading {
    vy_status status;
    struct vy_err err;
    struct vy_spectrogram shape;
};

static void draw_aside(void *arg, int fd)
{
    struct picture *const picture = arg;
    struct heading heading = {.err = {.at = -1}};
    heading.status = picture->draw(picture, &heading.err);
    heading.shape = picture->shape;
    vy_aside_put(fd, &heading, sizeof heading);
    vy_aside_put(fd, picture->out.text, picture->out.length);
}

static vy_status draw(const struct vy_stage *stage, struct picture *picture, struct vy_buf *out,
                      struct vy_err *err)
{
    struct heading heading;
    if (!stage) {
        const vy_status status = picture->draw(picture, err);
        vy_buf_put(out, picture->out.text, picture->out.length);
        vy_buf_clear(&picture->out);
        return status;
    }
    struct vy_buf all = {0};
    vy_status status = vy_aside(stage, draw_aside, picture, &all, err);
    if (!status && all.length < sizeof heading)
        status = vy_fail(err, VY_INTERNAL, -1, "the drawing process said nothing");
    if (!status) {
        memcpy(&heading, all.text, sizeof heading);
        status = heading.status;
        picture->shape = heading.shape;
        if (status)
            *err = heading.err;
        vy_buf_put(out, all.text + sizeof heading, all.length - sizeof heading);
    }
    vy_buf_clear(&all);
    return status;
}

// ---- the wave -----------------------------------------------------------------------------------

struct peaks {
    uint32_t columns, chans;
    uint64_t frames, at;
    float *low, *high; ///< [chans][columns]
};

static void add_block(struct peaks *p, const float *const chan[], size_t n)
{
    for (size_t i = 0; i < n; i++, p->at++) {
        const uint64_t column = p->at * p->columns / p->frames;
        if (column >= p->columns)
            return; // longer than it said
        for (uint32_t c = 0; c < p->chans; c++) {
            const size_t k = (size_t)c * p->columns + column;
            p->low[k] = fminf(p->low[k], chan[c][i]);
            p->high[k] = fmaxf(p->high[k], chan[c][i]);
        }
    }
}

static void write_rows(const struct peaks *p, const float *value, struct vy_buf *out)
{
    for (uint32_t c = 0; c < p->chans; c++) {
        vy_buf_add(out, c ? ",[" : "[");
        for (uint32_t i = 0; i < p->columns; i++)
            vy_buf_add(out, "%s%.4g", i ? "," : "",
                       (double)fminf(fmaxf(value[(size_t)c * p->columns + i], -8), 8));
        vy_buf_add(out, "]");
    }
}

static vy_status draw_peaks(struct picture *picture, struct vy_err *err)
{
    struct vy_reader *reader;
    const float *chan[VY_READER_CHANS];
    vy_status status = vy_reader_open(picture->path, &reader, err);
    if (status)
        return status;
    const struct vy_reader_info *const info = vy_reader_info(reader);
    struct peaks p = {.chans = info->chans, .frames = info->frames ? info->frames : 1};
    p.columns = p.frames < picture->columns ? (uint32_t)p.frames : picture->columns;
    const size_t cells = (size_t)p.chans * p.columns;
    p.low = malloc(2 * cells * sizeof *p.low);
    p.high = p.low ? p.low + cells : NULL;
    for (size_t k = 0; p.low && k < cells; k++) {
        p.low[k] = INFINITY;
        p.high[k] = -INFINITY;
    }
    if (!p.low || !p.high) {
        vy_reader_close(reader);
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    for (size_t n = 1; !status && n > 0;) {
        status = vy_reader_next(reader, chan, &n, err);
        if (!status)
            add_block(&p, chan, n);
    }
    for (size_t k = 0; k < cells; k++)
        if (p.low[k] > p.high[k]) // shorter than it said
            p.low[k] = p.high[k] = 0;
    if (!status) {
        vy_buf_add(&picture->out, "{\"min\":[");
        write_rows(&p, p.low, &picture->out);
        vy_buf_add(&picture->out, "],\"max\":[");
        write_rows(&p, p.high, &picture->out);
        vy_buf_add(&picture->out, "]}");
    }
    free(p.low);
    vy_reader_close(reader);
    return status;
}

vy_status vy_sound_peaks(const struct vy_stage *stage, const char *path, uint32_t columns,
                         struct vy_buf *json, struct vy_err *err)
{
    struct picture picture = {.path = path, .columns = columns, .draw = draw_peaks};
    if (columns < 1 || columns > VY_PEAKS_MOST)
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "peaks come in 1 to %d columns", VY_PEAKS_MOST);
    return draw(stage, &picture, json, err);
}

// ---- the spectrogram ----------------------------------------------------------------------------

static void write_levels(const struct vy_report *report, struct vy_buf *out)
{
    char level[VY_OVERVIEW_BANDS];
    for (uint32_t i = 0; i < report->columns; i++) {
        for (uint32_t b = 0; b < VY_OVERVIEW_BANDS; b++) {
            const double db = 10 * log10((double)report->column[i].power[b] + 1e-30);
            level[b] = (char)(unsigned char)lrint(fmin(fmax(1 - db / FLOOR_DB, 0), 1) * 255);
        }
        vy_buf_put(out, level, sizeof level);
    }
}

static vy_status draw_levels(struct picture *picture, struct vy_err *err)
{
    struct vy_reader *reader;
    struct vy_listener *listener = NULL;
    struct vy_report report;
    const float *chan[VY_READER_CHANS];
    vy_status status = vy_reader_open(picture->path, &reader, err);
    if (status)
        return status;
    const struct vy_reader_info *const info = vy_reader_info(reader);
    if (vy_listener_new(info->sr_hz, info->chans, VY_EAR_OVERVIEW, &listener))
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    for (size_t n = 1; !status && n > 0;) {
        status = vy_reader_next(reader, chan, &n, err);
        if (!status && n > 0 && vy_listener_push(listener, chan, (uint32_t)n))
            status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    if (!status && vy_listener_finish(listener, &report))
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (!status) {
        picture->shape =
            (struct vy_spectrogram){report.columns,      VY_OVERVIEW_BANDS, VY_OVERVIEW_LOW_HZ,
                                    VY_OVERVIEW_HIGH_HZ, FLOOR_DB,          0};
        write_levels(&report, &picture->out);
    }
    vy_listener_destroy(listener);
    vy_reader_close(reader);
    return status;
}

vy_status vy_sound_spectrogram(const struct vy_stage *stage, const char *path,
                               struct vy_spectrogram *shape, struct vy_buf *levels,
                               struct vy_err *err)
{
    struct picture picture = {.path = path, .draw = draw_levels};
    const vy_status status = draw(stage, &picture, levels, err);
    *shape = picture.shape;
    return status;
}
