// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One function a panel, top to bottom; all share the time axis but the mean spectrum.
#include "command/picture.h"

#include "base/draft.h"
#include "base/part.h"

#include <cairo.h>
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WIDTH 1600
#define HEIGHT 1040
#define FLOOR_DB (-96.0) ///< black in the spectrogram
#define TOP_DB (-12.0)   ///< white

struct area {
    double x, y, w, h;
};

static const struct area wave_area = {70, 92, 1500, 150}, form_area = {70, 58, 1500, 30},
                         beat_area = {70, 242, 1500, 18}, heat_area = {70, 264, 1500, 480},
                         mean_area = {70, 800, 820, 200}, text_area = {930, 800, 640, 200};

struct colour {
    double r, g, b;
};

static const struct colour ground = {0.07, 0.07, 0.09}, panel = {0.11, 0.11, 0.14},
                           ink = {0.85, 0.85, 0.88}, faint = {0.45, 0.45, 0.5},
                           wave_ink = {0.35, 0.65, 0.85}, rms_ink = {0.65, 0.85, 0.97},
                           bar_ink = {0.98, 0.75, 0.3};

// Sections that sound alike share a colour.
static const struct colour section_ink[] = {{0.23, 0.45, 0.62}, {0.62, 0.38, 0.25},
                                            {0.3, 0.52, 0.32},  {0.52, 0.33, 0.55},
                                            {0.58, 0.52, 0.22}, {0.25, 0.52, 0.52}};

// Dark to light in equal steps of lightness, through violet and orange.
static const struct colour heat[] = {{0.02, 0.02, 0.05}, {0.16, 0.08, 0.34}, {0.42, 0.1, 0.43},
                                     {0.72, 0.2, 0.34},  {0.94, 0.45, 0.17}, {0.98, 0.78, 0.3},
                                     {0.99, 0.99, 0.82}};
#define HEATS (sizeof heat / sizeof *heat)
#define LAST_HEAT 6.0
_Static_assert(HEATS == 7, "LAST_HEAT is the index of the last of them");

static void set_ink(cairo_t *c, struct colour colour)
{
    cairo_set_source_rgb(c, colour.r, colour.g, colour.b);
}

static void fill(cairo_t *c, struct area a, struct colour colour)
{
    set_ink(c, colour);
    cairo_rectangle(c, a.x, a.y, a.w, a.h);
    cairo_fill(c);
}

static void line(cairo_t *c, double x0, double y0, double x1, double y1)
{
    cairo_move_to(c, x0, y0);
    cairo_line_to(c, x1, y1);
    cairo_stroke(c);
}

/// @param anchor  0 = x is the left end, 0.5 the middle, 1 the right end
static void say(cairo_t *c, double x, double y, double anchor, const char *text)
{
    cairo_text_extents_t size;
    cairo_text_extents(c, text, &size);
    cairo_move_to(c, x - anchor * size.x_advance, y);
    cairo_show_text(c, text);
}

static double time_x(const struct vy_picture *p, struct area a, double seconds)
{
    return a.x + a.w * (p->duration_s > 0 ? seconds / p->duration_s : 0);
}

static void clock_text(double seconds, double step, char text[32])
{
    if (step < 1)
        snprintf(text, 32, "%.1f s", seconds);
    else if (seconds >= 3600)
        snprintf(text, 32, "%d:%02d:%02d", (int)seconds / 3600, (int)seconds / 60 % 60,
                 (int)seconds % 60);
    else
        snprintf(text, 32, "%d:%02d", (int)seconds / 60, (int)seconds % 60);
}

static void draw_times(cairo_t *c, const struct vy_picture *p)
{
    static const double steps[] = {0.1, 0.2, 0.5, 1,   2,   5,    10,   15,   30,
                                   60,  120, 300, 600, 900, 1800, 3600, 7200, 18000};
    size_t s = 0;
    while (s + 1 < sizeof steps / sizeof *steps && p->duration_s / steps[s] > 14)
        s++;
    for (double t = 0; t <= p->duration_s && p->duration_s / steps[s] < 100; t += steps[s]) {
        const double x = time_x(p, heat_area, t);
        char text[32];
        clock_text(t, steps[s], text);
        set_ink(c, faint);
        line(c, x, heat_area.y + heat_area.h, x, heat_area.y + heat_area.h + 5);
        say(c, x, heat_area.y + heat_area.h + 20, 0.5, text);
    }
}

static void draw_wave(cairo_t *c, const struct vy_picture *p)
{
    fill(c, wave_area, panel);
    const double middle = wave_area.y + wave_area.h / 2, half = wave_area.h / 2;
    const double w = wave_area.w * p->column_s / (p->duration_s > 0 ? p->duration_s : 1);
    for (uint32_t i = 0; i < p->columns; i++) {
        const struct vy_overview_column *const col = &p->column[i];
        const double x = time_x(p, wave_area, i * p->column_s);
        if (x >= wave_area.x + wave_area.w)
            break;
        const double low = fmax(-1, (double)col->low), high = fmin(1, (double)col->high);
        const double rms = fmin(1, sqrt((double)col->square));
        set_ink(c, wave_ink);
        cairo_rectangle(c, x, middle - half * high, fmax(w, 1), fmax(half * (high - low), 1));
        cairo_fill(c);
        set_ink(c, rms_ink);
        cairo_rectangle(c, x, middle - half * rms, fmax(w, 1), 2 * half * rms);
        cairo_fill(c);
    }
    set_ink(c, faint);
    say(c, wave_area.x - 8, wave_area.y + 10, 1, "0 dBFS");
    say(c, wave_area.x - 8, middle + 4, 1, "wave");
}

static void draw_form(cairo_t *c, const struct vy_picture *p)
{
    const struct vy_music_found *const m = p->music;
    set_ink(c, faint);
    say(c, form_area.x - 8, form_area.y + 20, 1, "form");
    for (uint32_t i = 0; m && i < m->sections; i++) {
        const struct vy_section_span *const s = &m->section[i];
        const double x0 = time_x(p, form_area, s->start_s), x1 = time_x(p, form_area, s->end_s);
        const size_t ink_at = (size_t)(s->label[0] >= 'A' ? s->label[0] - 'A' : 0) %
                              (sizeof section_ink / sizeof *section_ink);
        fill(c, (struct area){x0, form_area.y, fmax(x1 - x0 - 1, 1), form_area.h - 2},
             section_ink[ink_at]);
        set_ink(c, ink);
        if (x1 - x0 > 14)
            say(c, (x0 + x1) / 2, form_area.y + 19, 0.5, s->label);
    }
}

static void draw_beats(cairo_t *c, const struct vy_picture *p)
{
    const struct vy_music_found *const m = p->music;
    set_ink(c, faint);
    say(c, beat_area.x - 8, beat_area.y + 13, 1, "beats");
    const bool crowded = m && m->beats > beat_area.w / 3;
    for (uint32_t i = 0; m && !crowded && i < m->beats; i++) {
        const double x = time_x(p, beat_area, m->beat[i]);
        line(c, x, beat_area.y + 6, x, beat_area.y + beat_area.h);
    }
    set_ink(c, bar_ink);
    for (uint32_t i = 0; m && i < m->downbeats && m->downbeats < beat_area.w / 2; i++) {
        const double x = time_x(p, beat_area, m->downbeat[i]);
        line(c, x, beat_area.y, x, beat_area.y + beat_area.h);
    }
}

static uint32_t heat_pixel(double db)
{
    const double at = fmin(1, fmax(0, (db - FLOOR_DB) / (TOP_DB - FLOOR_DB))) * LAST_HEAT;
    const size_t i = at >= LAST_HEAT ? HEATS - 2 : (size_t)at;
    const double t = at - (double)i;
    const uint32_t r = (uint32_t)(255 * (heat[i].r + t * (heat[i + 1].r - heat[i].r)));
    const uint32_t g = (uint32_t)(255 * (heat[i].g + t * (heat[i + 1].g - heat[i].g)));
    const uint32_t b = (uint32_t)(255 * (heat[i].b + t * (heat[i + 1].b - heat[i].b)));
    return 0xff000000u | r << 16 | g << 8 | b;
}

// An image of one pixel a column and band, scaled to the panel.
static void draw_heat_image(cairo_t *c, const struct vy_picture *p)
{
    cairo_surface_t *const image =
        cairo_image_surface_create(CAIRO_FORMAT_RGB24, (int)p->columns, VY_OVERVIEW_BANDS);
    if (cairo_surface_status(image) == CAIRO_STATUS_SUCCESS) {
        unsigned char *const data = cairo_image_surface_get_data(image);
        const int stride = cairo_image_surface_get_stride(image);
        for (uint32_t b = 0; b < VY_OVERVIEW_BANDS; b++)
            for (uint32_t x = 0; x < p->columns; x++) {
                const double power = (double)p->column[x].power[b];
                const uint32_t pixel = heat_pixel(10 * log10(power + 1e-12));
                memcpy(data + (size_t)(VY_OVERVIEW_BANDS - 1 - b) * (size_t)stride + 4 * x, &pixel,
                       sizeof pixel);
            }
        cairo_surface_mark_dirty(image);
        cairo_save(c);
        cairo_rectangle(c, heat_area.x, heat_area.y, heat_area.w, heat_area.h);
        cairo_clip(c);
        cairo_translate(c, heat_area.x, heat_area.y);
        cairo_scale(c, heat_area.w * p->column_s / p->duration_s, heat_area.h / VY_OVERVIEW_BANDS);
        cairo_set_source_surface(c, image, 0, 0);
        cairo_pattern_set_filter(cairo_get_source(c), CAIRO_FILTER_GOOD);
        cairo_paint(c);
        cairo_restore(c);
    }
    cairo_surface_destroy(image);
}

static const struct {
    double hz;
    const char *text;
} ticks[] = {{20, "20 Hz"}, {50, "50"},    {100, "100"},  {200, "200"},    {500, "500"},
             {1000, "1 k"}, {2000, "2 k"}, {5000, "5 k"}, {10000, "10 k"}, {20000, "20 k"}};
#define TICKS (sizeof ticks / sizeof *ticks)

/// Where on a logarithmic axis of the bands a frequency lies, 0..1.
static double frequency_at(double hz)
{
    return log2(hz / VY_OVERVIEW_LOW_HZ) / log2(VY_OVERVIEW_HIGH_HZ / VY_OVERVIEW_LOW_HZ);
}

static void draw_heat(cairo_t *c, const struct vy_picture *p)
{
    fill(c, heat_area, panel);
    if (p->columns && p->duration_s > 0)
        draw_heat_image(c, p);
    set_ink(c, faint);
    for (size_t i = 0; i < TICKS; i++) {
        const double y = heat_area.y + heat_area.h * (1 - frequency_at(ticks[i].hz));
        line(c, heat_area.x - 5, y, heat_area.x, y);
        say(c, heat_area.x - 8, y + 4, 1, ticks[i].text);
    }
    draw_times(c, p);
}

static void mean_range(const struct vy_picture *p, double *low, double *high)
{
    *high = -200;
    for (uint32_t b = 0; b < p->bands; b++)
        if (isfinite(p->band_db[b]))
            *high = fmax(*high, (double)p->band_db[b]);
    *high = 10 * ceil(*high / 10);
    *low = *high - 60;
}

static void draw_mean(cairo_t *c, const struct vy_picture *p)
{
    double low, high;
    const struct area a = mean_area;
    mean_range(p, &low, &high);
    fill(c, a, panel);
    set_ink(c, faint);
    say(c, a.x, a.y - 8, 0, "mean spectrum, dBFS a third of an octave");
    for (double db = low; db <= high; db += 10) {
        char text[16];
        snprintf(text, sizeof text, "%.0f", db);
        const double y = a.y + a.h * (high - db) / (high - low);
        line(c, a.x - 4, y, a.x, y);
        say(c, a.x - 8, y + 4, 1, text);
    }
    for (size_t i = 0; i < TICKS; i++)
        say(c, a.x + a.w * frequency_at(ticks[i].hz), a.y + a.h + 18, 0.5, ticks[i].text);
    set_ink(c, wave_ink);
    cairo_set_line_width(c, 2);
    bool drawing = false;
    for (uint32_t b = 0; b < p->bands; b++) {
        const double centre = sqrt((double)p->edge_hz[b] * (double)p->edge_hz[b + 1]);
        const double at = frequency_at(centre), db = (double)p->band_db[b];
        if (!isfinite(db) || at < 0 || at > 1)
            continue;
        const double y = a.y + a.h * fmin(1, (high - db) / (high - low));
        (drawing ? cairo_line_to : cairo_move_to)(c, a.x + a.w * at, y);
        drawing = true;
    }
    cairo_stroke(c);
    cairo_set_line_width(c, 1);
}

// "  key       C minor": the word, and what it is, in two columns.
static void draw_fact(cairo_t *c, const char *text, double y)
{
    char word[12];
    text += strspn(text, " ");
    const size_t n = strcspn(text, " ");
    snprintf(word, sizeof word, "%.*s", (int)n, text);
    set_ink(c, faint);
    say(c, text_area.x, y, 0, word);
    set_ink(c, ink);
    say(c, text_area.x + 72, y, 0, text + n + strspn(text + n, " "));
}

static void draw_words(cairo_t *c, const struct vy_picture *p)
{
    set_ink(c, ink);
    cairo_set_font_size(c, 20);
    say(c, form_area.x, 38, 0, p->title);
    cairo_set_font_size(c, 12);
    double y = text_area.y + 4;
    for (size_t i = 0; i < VY_PICTURE_LINES; i++)
        if (p->line[i][0]) {
            draw_fact(c, p->line[i], y);
            y += 18;
        }
}

static vy_status save(cairo_surface_t *surface, const char *path, struct vy_err *err)
{
    char place[32];
    struct vy_draft draft = {0};
    if (vy_draft_open(&draft, path, err))
        return err->code;
    vy_draft_place(&draft, place, sizeof place);
    errno = 0;
    const cairo_status_t status = cairo_surface_write_to_png(surface, place);
    if (status == CAIRO_STATUS_SUCCESS)
        return vy_draft_keep(&draft, err);
    const int why = errno;
    vy_draft_drop(&draft);
    return vy_fail(err, VY_IO, -1, "%.150s: %.60s", path,
                   why ? strerror(why) : cairo_status_to_string(status));
}

VY_PART_EXPORT vy_status vy_picture_write(const struct vy_picture *picture, const char *path,
                                          struct vy_err *err)
{
    cairo_surface_t *const surface = cairo_image_surface_create(CAIRO_FORMAT_RGB24, WIDTH, HEIGHT);
    cairo_t *const c = cairo_create(surface);
    vy_status status = VY_OK;
    if (cairo_status(c) != CAIRO_STATUS_SUCCESS) {
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory for the picture");
    } else {
        cairo_select_font_face(c, "DejaVu Sans", CAIRO_FONT_SLANT_NORMAL, CAIRO_FONT_WEIGHT_NORMAL);
        cairo_set_line_width(c, 1);
        cairo_set_font_size(c, 12);
        fill(c, (struct area){0, 0, WIDTH, HEIGHT}, ground);
        draw_form(c, picture);
        draw_wave(c, picture);
        draw_beats(c, picture);
        draw_heat(c, picture);
        draw_mean(c, picture);
        draw_words(c, picture);
        status = save(surface, path, err);
    }
    cairo_destroy(c);
    cairo_surface_destroy(surface);
    return status;
}
