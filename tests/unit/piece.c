// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "piece.h"

#include "base/text.h"
#include "cm.h"
#include "rig.h"

#include <ftw.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vy_catalog piece_catalog;

// ---- sound files --------------------------------------------------------------------------------

enum { SINE_FRAMES = 48000, SHORT_FRAMES = 16, DC_FRAMES = 4800 };
static float sine_wave[SINE_FRAMES], impulse_wave[SHORT_FRAMES] = {1}, dc_wave[DC_FRAMES];
static struct vy_sample sine = {{sine_wave, sine_wave}, SINE_FRAMES, 1, 48000};
static struct vy_sample impulse = {{impulse_wave, impulse_wave}, SHORT_FRAMES, 1, 48000};
static struct vy_sample dc = {{dc_wave, dc_wave}, DC_FRAMES, 1, 48000};

static vy_status load(const char *path, struct vy_sample **sample, struct vy_err *err)
{
    if (strcmp(path, "truncated") == 0)
        return vy_fail(err, VY_BAD_FILE, -1, "%s ends in the middle", path);
    *sample = strcmp(path, "sine") == 0      ? &sine
              : strcmp(path, "impulse") == 0 ? &impulse
              : strcmp(path, "dc") == 0      ? &dc
                                             : NULL;
    return *sample ? VY_OK : vy_fail(err, VY_NOT_FOUND, -1, "there is no file %s", path);
}

static void unload(struct vy_sample *sample)
{
    (void)sample;
}

int piece_open(void **state)
{
    (void)state;
    for (int n = 0; n < SINE_FRAMES; n++)
        sine_wave[n] = (float)sin(2 * M_PI * fmod(262.0 * n / SINE_FRAMES, 1.0));
    for (int n = 0; n < DC_FRAMES; n++)
        dc_wave[n] = 1;
    struct vy_err err = {0};
    const vy_status status = vy_catalog_open(&piece_catalog, &err);
    piece_catalog.load = load;
    piece_catalog.unload = unload;
    return status;
}

int piece_close(void **state)
{
    (void)state;
    vy_catalog_close(&piece_catalog);
    return 0;
}

char piece_modules[] = "/tmp/veery-modules-XXXXXX";

int piece_open_modules(void **state)
{
    if (!mkdtemp(piece_modules) || setenv("VEERY_MODULES", piece_modules, 1))
        return -1;
    return piece_open(state);
}

static int remove_one(const char *path, const struct stat *s, int type, struct FTW *walk)
{
    (void)s;
    (void)type;
    (void)walk;
    return remove(path);
}

int piece_close_modules(void **state)
{
    piece_close(state);
    return nftw(piece_modules, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

// ---- lines --------------------------------------------------------------------------------------

enum { WORDS = 24 };

struct line {
    char text[1024];
    char *word[WORDS]; // that are not k=v
    int words;
    struct vy_pair pair[WORDS];
    int pairs;
    const char *rest; // after ": ", or from the fourth word of "at"
};

static void cut(const char *text, struct line *l)
{
    *l = (struct line){0};
    vy_text_copy(l->text, sizeof l->text, text);
    const bool timer = strncmp(text, "at ", 3) == 0;
    char *const colon = timer ? NULL : strstr(l->text, ": ");
    if (colon) {
        *colon = '\0';
        l->rest = colon + 2;
    }
    for (char *s = l->text; *s && l->words < WORDS - 1 && l->pairs < WORDS - 1;) {
        if (timer && l->words == 3) {
            l->rest = s;
            break;
        }
        char *const end = s + strcspn(s, " ");
        char *const next = *end ? end + 1 : end;
        *end = '\0';
        char *const equals = strchr(s, '=');
        if (equals) {
            *equals = '\0';
            l->pair[l->pairs++] = (struct vy_pair){s, equals + 1, (int)(equals + 1 - l->text)};
        } else {
            l->word[l->words++] = s;
        }
        s = next;
    }
    for (int i = l->words; i < WORDS; i++)
        l->word[i] = (char[]){""};
}

static vy_status edit_units(struct vy_doc *doc, const struct line *l, struct vy_err *err)
{
    const char *const verb = l->word[0], *const a = l->word[1], *const b = l->word[2];
    const struct vy_catalog *const c = &piece_catalog;
    if (strcmp(verb, "create") == 0)
        return vy_edit_create(doc, c, a, *b ? b : NULL, l->pair, l->pairs, "me", err);
    if (strcmp(verb, "bus") == 0)
        return vy_edit_bus(doc, a, "me", err);
    if (strcmp(verb, "remove") == 0)
        return vy_edit_remove(doc, a, err);
    if (strcmp(verb, "mute") == 0)
        return vy_edit_mute(doc, a, true, err);
    if (strcmp(verb, "bypass") == 0)
        return vy_edit_bypass(doc, a, true, err);
    if (strcmp(verb, "add") == 0)
        return vy_edit_add(doc, c, a, b, l->pair, l->pairs, err);
    if (strcmp(verb, "drop") == 0)
        return vy_edit_remove_effect(doc, a, b, err);
    if (strcmp(verb, "set") == 0)
        return vy_edit_set(doc, a, b, NULL, NULL, err);
    if (strcmp(verb, "send") == 0)
        return vy_edit_send(doc, a, b, l->word[3], err);
    if (strcmp(verb, "patch") == 0)
        return vy_edit_patch(doc, c, (const char *const *)l->word + 1, l->words - 1,
                             l->pairs ? l->pair[0].value : NULL, "me", err);
    if (strcmp(verb, "unpatch") == 0)
        return vy_edit_unpatch(doc, a, b, err);
    return VY_UNKNOWN_VERB;
}

static vy_status edit_music(struct vy_doc *doc, const struct line *l, struct vy_err *err)
{
    const char *const verb = l->word[0], *const a = l->word[1], *const b = l->word[2];
    if (strcmp(verb, "tempo") == 0)
        return vy_edit_tempo(doc, strtod(a, NULL), err);
    if (strcmp(verb, "swing") == 0)
        return vy_edit_swing(doc, strtod(a, NULL), err);
    if (strcmp(verb, "ramp") == 0)
        return vy_edit_automate(doc, a, NULL, b, strtod(l->word[3], NULL),
                                l->words > 4 ? l->word[4] : NULL, err);
    if (strcmp(verb, "at") == 0)
        return vy_edit_timer(doc, strtod(a, NULL), strtod(b, NULL), l->rest, "me", err);
    if (l->rest)
        return vy_edit_pattern(doc, verb, a, l->rest, l->pair, l->pairs, err);
    return vy_fail(err, VY_UNKNOWN_VERB, -1, "no such line: %s", verb);
}

vy_status piece_try(struct vy_doc *doc, const char *line, struct vy_err *err)
{
    struct line l;
    *err = (struct vy_err){0};
    cut(line, &l);
    const vy_status status = edit_units(doc, &l, err);
    return status == VY_UNKNOWN_VERB ? edit_music(doc, &l, err) : status;
}

void piece_do(struct vy_doc *doc, const char *line)
{
    struct vy_err err;
    if (piece_try(doc, line, &err) != VY_OK)
        fail_msg("%s: %s (%s)", line, err.message, err.hint);
}

struct vy_doc *piece_new(const char *const *line)
{
    struct vy_doc *const doc = vy_doc_new(1);
    assert_non_null(doc);
    for (; *line; line++)
        piece_do(doc, *line);
    return doc;
}

// ---- rendering ----------------------------------------------------------------------------------

static void append(float **x, size_t *have, size_t *room, const float *stereo, uint32_t frames)
{
    if (*have + frames > *room) {
        *room = (*have + frames) * 2;
        *x = realloc(*x, *room * 2 * sizeof **x);
        assert_non_null(*x);
    }
    memcpy(*x + 2 * *have, stereo, (size_t)frames * 2 * sizeof *stereo);
    *have += frames;
}

static bool keep(void *arg, const float *stereo, uint32_t frames)
{
    struct piece_take *const t = arg;
    if (t->sink) {
        t->sink(t->arg, stereo, frames);
        t->frames += frames;
    } else {
        append(&t->x, &t->frames, &t->room, stereo, frames);
    }
    return true;
}

static bool keep_stem(void *arg, const char *unit, const float *stereo, uint32_t frames)
{
    struct piece_take *const t = arg;
    int s = 0;
    while (s < t->stems && strcmp(t->stem[s].name, unit) != 0)
        s++;
    if (s == PIECE_STEMS)
        return false;
    if (s == t->stems)
        vy_text_copy(t->stem[t->stems++].name, VY_NAME_SIZE, unit);
    append(&t->stem[s].x, &t->stem[s].frames, &t->stem[s].room, stereo, frames);
    return true;
}

static void keep_event(void *arg, const struct vy_event *event)
{
    struct piece_take *const t = arg;
    if (t->events < (int)(sizeof t->event / sizeof *t->event))
        t->event[t->events++] = *event;
}

static struct vy_doc *run_line(void *arg, const struct vy_doc *doc, const char *line,
                               const char *author)
{
    (void)arg;
    (void)author;
    struct vy_doc *const next = vy_doc_clone(doc);
    if (next)
        piece_do(next, line);
    return next;
}

void piece_render_as(const struct vy_doc *doc, const struct vy_render *how, struct piece_take *take)
{
    struct vy_render full = *how;
    struct vy_err err = {0};
    full.sr_hz = how->sr_hz > 0 ? how->sr_hz : 48000;
    full.block = how->block ? how->block : 64;
    full.threads = how->threads ? how->threads : 1;
    full.line = run_line;
    full.block_done = keep;
    full.stem_done = how->stems ? keep_stem : NULL;
    full.event = keep_event;
    full.arg = take;
    if (vy_studio_render(doc, &piece_catalog, &full, &take->result, &err) != VY_OK)
        fail_msg("render: %s (%s)", err.message, err.hint);
}

struct piece_take piece_render(const struct vy_doc *doc, double frames)
{
    struct piece_take take = {0};
    piece_render_as(doc, &(struct vy_render){.frames = frames}, &take);
    return take;
}

void piece_drop(struct piece_take *take)
{
    free(take->x);
    for (int s = 0; s < take->stems; s++)
        free(take->stem[s].x);
    *take = (struct piece_take){0};
}

// ---- looking at it ------------------------------------------------------------------------------

float *piece_channel(const struct piece_take *take, int channel, size_t from, size_t frames)
{
    assert_true(from + frames <= take->frames);
    float *const y = malloc(frames * sizeof *y);
    assert_non_null(y);
    for (size_t n = 0; n < frames; n++)
        y[n] = take->x[2 * (from + n) + (size_t)channel];
    return y;
}

const struct piece_stem *piece_stem(const struct piece_take *take, const char *name)
{
    for (int s = 0; s < take->stems; s++)
        if (strcmp(take->stem[s].name, name) == 0)
            return &take->stem[s];
    fail_msg("there is no stem %s", name);
    return NULL;
}

uint64_t piece_hash(const struct piece_take *take)
{
    uint64_t h = 0xCBF29CE484222325u;
    const uint8_t *const byte = (const uint8_t *)take->x;
    for (size_t i = 0; i < take->frames * 2 * sizeof(float); i++)
        h = (h ^ byte[i]) * 0x100000001B3u;
    return h;
}

// Solve a x = b for n <= 8 by elimination with pivots.
static void solve(double a[8][9], int n)
{
    for (int c = 0; c < n; c++) {
        int top = c;
        for (int r = c + 1; r < n; r++)
            if (fabs(a[r][c]) > fabs(a[top][c]))
                top = r;
        for (int k = 0; k <= n; k++) {
            const double t = a[c][k];
            a[c][k] = a[top][k];
            a[top][k] = t;
        }
        for (int r = 0; r < n; r++) {
            const double f = r == c ? 0 : a[r][c] / a[c][c];
            for (int k = c; f != 0 && k <= n; k++)
                a[r][k] -= f * a[c][k];
        }
    }
    for (int r = 0; r < n; r++)
        a[r][n] /= a[r][r];
}

double piece_residue(const float *x, uint32_t frames, double guess_hz, double sr_hz,
                     double *sine_rms)
{
    // Gauss-Newton: y = a cos wt + b sin wt + c, with w corrected along (t (b cos - a sin))
    double w = 2 * M_PI * guess_hz / sr_hz, a = 0, b = 0, rest = 0;
    for (int round = 0; round < 8; round++) {
        double m[8][9] = {{0}};
        const int n = round ? 4 : 3;
        for (uint32_t i = 0; i < frames; i++) {
            const double co = cos(w * i), si = sin(w * i), t = (double)i / frames;
            const double v[4] = {co, si, 1, t * (b * co - a * si)};
            for (int r = 0; r < n; r++) {
                for (int c = 0; c < n; c++)
                    m[r][c] += v[r] * v[c];
                m[r][n] += v[r] * (double)x[i];
            }
        }
        solve(m, n);
        a = m[0][n];
        b = m[1][n];
        if (round)
            w += m[3][4] / frames;
        rest = m[2][n];
    }
    double sum = 0;
    for (uint32_t i = 0; i < frames; i++) {
        const double d = (double)x[i] - a * cos(w * i) - b * sin(w * i) - rest;
        sum += d * d;
    }
    if (sine_rms)
        *sine_rms = hypot(a, b) / sqrt(2);
    return sqrt(sum / frames);
}

void piece_figure(const char *what, double value, const char *limit)
{
    print_message("| %-58s | %12.6g | %s |\n", what, value, limit);
}
