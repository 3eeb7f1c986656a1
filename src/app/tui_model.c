// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tui_model.h"

#include "app/attached.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SILENCE_DB (-96.0f)
#define FALL_DB 2.0f // a meter falls by this each time it is told

// ---- lines --------------------------------------------------------------------------------------

void vy_tui_model_add(struct vy_tui_model *model, struct vy_tui_lines *lines, enum vy_tui_tone tone,
                      const char *who, const char *text, size_t n)
{
    char *const copy = vy_text_dup(text, n);
    if (!copy)
        return;
    if (lines->count == VY_TUI_LINES) {
        free(lines->line[lines->first].text);
        lines->first = (lines->first + 1) % VY_TUI_LINES;
        lines->count--;
    }
    struct vy_tui_line *const line = &lines->line[(lines->first + lines->count) % VY_TUI_LINES];
    *line = (struct vy_tui_line){.when = time(NULL), .tone = tone, .text = copy};
    vy_text_copy(line->who, sizeof line->who, who ? who : "");
    for (char *p = copy; *p; p++)
        if (*p == '\t')
            *p = ' ';
    lines->count++;
    lines->added++;
    model->changed = true;
}

const struct vy_tui_line *vy_tui_line_at(const struct vy_tui_lines *lines, size_t i)
{
    return &lines->line[(lines->first + i) % VY_TUI_LINES];
}

static void clear_lines(struct vy_tui_lines *lines)
{
    for (size_t i = 0; i < lines->count; i++)
        free(lines->line[(lines->first + i) % VY_TUI_LINES].text);
    lines->count = lines->first = 0;
}

// ---- session ------------------------------------------------------------------------------------

static void clear_units(struct vy_tui_model *model)
{
    for (size_t u = 0; u < model->units; u++) {
        for (size_t p = 0; p < model->unit[u].parts; p++) {
            free(model->unit[u].part[p].text);
            free(model->unit[u].part[p].options);
        }
        free(model->unit[u].part);
    }
    free(model->unit);
    model->unit = NULL;
    model->units = 0;
}

static double number_of(const json_t *object, const char *key, double otherwise)
{
    const json_t *const value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : otherwise;
}

static bool is_on(const json_t *object, const char *key)
{
    return json_is_true(json_object_get(object, key));
}

static void read_part(struct vy_tui_part *part, const json_t *from)
{
    vy_text_copy(part->verb, sizeof part->verb, vy_json_text(from, "verb"));
    part->text = strdup(vy_json_text(from, "text"));
    part->options = strdup(vy_json_text(from, "options"));
    part->from = number_of(from, "from", 0);
    part->until = number_of(from, "until", INFINITY);
    vy_tui_steps_read(json_object_get(from, "hits"), number_of(from, "beats", 0), &part->steps);
}

static void read_unit(struct vy_tui_unit *unit, const json_t *from)
{
    const json_t *const patterns = json_object_get(from, "patterns");
    const size_t parts = json_array_size(patterns);
    vy_text_copy(unit->name, sizeof unit->name, vy_json_text(from, "name"));
    vy_text_copy(unit->recipe, sizeof unit->recipe, vy_json_text(from, "recipe"));
    vy_text_copy(unit->kind, sizeof unit->kind, vy_json_text(from, "kind"));
    unit->gain_db = (float)number_of(from, "gain", 0);
    unit->pan = (float)number_of(from, "pan", 0);
    unit->muted = is_on(from, "muted");
    unit->solo = is_on(from, "solo");
    unit->level_db = SILENCE_DB;
    unit->part = parts ? calloc(parts, sizeof *unit->part) : NULL;
    for (size_t p = 0; unit->part && p < parts; p++)
        read_part(&unit->part[unit->parts++], json_array_get(patterns, p));
}

static struct vy_tui_unit *find_unit(struct vy_tui_unit *unit, size_t units, const char *name)
{
    for (size_t i = 0; i < units; i++)
        if (strcmp(unit[i].name, name) == 0)
            return &unit[i];
    return NULL;
}

void vy_tui_model_session(struct vy_tui_model *model, const json_t *result)
{
    const json_t *const from = json_object_get(result, "units");
    const size_t most = json_array_size(from);
    struct vy_tui_unit *const unit = calloc(most + 1, sizeof *unit);
    size_t units = 0;
    for (size_t i = 0; unit && i < most; i++) {
        const json_t *const one = json_array_get(from, i);
        if (strcmp(vy_json_text(one, "kind"), "out") == 0)
            continue;
        read_unit(&unit[units], one);
        const struct vy_tui_unit *const before =
            find_unit(model->unit, model->units, unit[units].name);
        if (before)
            unit[units].level_db = before->level_db;
        units++;
    }
    clear_units(model);
    model->unit = unit;
    model->units = units;
    model->version = json_integer_value(json_object_get(result, "version"));
    model->tempo = number_of(result, "tempo", 120);
    model->bar_beats = number_of(result, "bar_beats", 4);
    vy_text_copy(model->meter, sizeof model->meter, vy_json_text(result, "meter"));
    vy_text_copy(model->key, sizeof model->key, vy_json_text(result, "key"));
    model->changed = true;
}

const struct vy_tui_part *vy_tui_part_now(const struct vy_tui_unit *unit, double beat)
{
    const struct vy_tui_part *now = unit->parts ? &unit->part[unit->parts - 1] : NULL;
    for (size_t p = 0; p < unit->parts; p++)
        if (unit->part[p].from <= beat && beat < unit->part[p].until)
            now = &unit->part[p];
    return now;
}

// ---- meters -------------------------------------------------------------------------------------

static float to_db(double peak)
{
    return peak > 1.6e-5 ? (float)(20 * log10(peak)) : SILENCE_DB;
}

// Up at once, down slowly. @return true: it moved
static bool let_fall(float *level, float now)
{
    const float fallen = fmaxf(*level - FALL_DB, SILENCE_DB), was = *level;
    *level = fmaxf(now, fallen);
    return *level != was;
}

// What is shown of a number that may be unknown. @return true: it is another
static bool take(double *to, double now)
{
    const bool other = isnan(now) ? !isnan(*to) : !(fabs(*to - now) < 0.05);
    if (other)
        *to = now;
    return other;
}

static bool hear_loudness(struct vy_tui_loudness *loudness, const json_t *from)
{
    bool moved = take(&loudness->momentary_lufs, number_of(from, "momentary_lufs", NAN));
    moved |= take(&loudness->short_term_lufs, number_of(from, "short_term_lufs", NAN));
    moved |= take(&loudness->true_peak_dbtp, number_of(from, "true_peak_dbtp", NAN));
    moved |= take(&loudness->correlation, number_of(from, "correlation", NAN));
    vy_text_copy(loudness->why, sizeof loudness->why, vy_json_text(from, "why"));
    return moved;
}

static bool hear_spectrum(struct vy_tui_model *model, const json_t *spectrum)
{
    const json_t *const db = json_object_get(spectrum, "db");
    bool moved = false;
    model->bands = json_array_size(db) > VY_TUI_BANDS ? VY_TUI_BANDS : (int)json_array_size(db);
    model->low_hz = number_of(spectrum, "low_hz", 20);
    model->high_hz = number_of(spectrum, "high_hz", 20000);
    for (int b = 0; b < model->bands; b++)
        moved |=
            let_fall(&model->band_db[b], (float)json_number_value(json_array_get(db, (size_t)b)));
    return moved;
}

static void hear_transport(struct vy_tui_model *model, const json_t *transport)
{
    const double beat = number_of(transport, "beat", model->beat);
    const bool playing = is_on(transport, "playing");
    model->changed |= beat != model->beat || playing != model->playing;
    model->beat = beat;
    model->playing = playing;
    model->tempo = number_of(transport, "bpm", model->tempo);
}

static void hear_meters(struct vy_tui_model *model, const json_t *event)
{
    const json_t *const master = json_object_get(event, "master");
    const json_t *const units = json_object_get(event, "units");
    bool moved = false;
    for (size_t c = 0; c < 2; c++)
        moved |=
            let_fall(&model->master_db[c], to_db(json_number_value(json_array_get(master, c))));
    for (size_t u = 0; u < model->units; u++)
        moved |=
            let_fall(&model->unit[u].level_db, to_db(number_of(units, model->unit[u].name, 0)));
    moved |= hear_loudness(&model->loudness, json_object_get(event, "loudness"));
    moved |= hear_spectrum(model, json_object_get(event, "spectrum"));
    hear_transport(model, json_object_get(event, "transport"));
    model->changed |= moved;
}

// ---- jobs, takes, health ------------------------------------------------------------------------

static void replace(json_t **to, const json_t *from)
{
    json_decref(*to);
    *to = json_is_array(from) ? json_deep_copy(from) : NULL;
}

void vy_tui_model_jobs(struct vy_tui_model *model, const json_t *result)
{
    replace(&model->jobs, json_object_get(result, "jobs"));
    model->changed = true;
}

void vy_tui_model_takes(struct vy_tui_model *model, const json_t *result)
{
    replace(&model->takes, json_object_get(result, "takes"));
    model->changed = true;
}

static void hear_health(struct vy_tui_model *model, const json_t *health)
{
    const json_t *const why = json_object_get(health, "why");
    const json_t *const first = json_array_get(why, 0);
    vy_text_copy(model->health, sizeof model->health, vy_json_text(health, "state"));
    const char *text = json_string_value(json_is_array(why) ? first : why);
    if (!text)
        text = vy_json_text(first, "text");
    vy_text_copy(model->why, sizeof model->why, text);
    model->changed = true;
}

void vy_tui_model_status(struct vy_tui_model *model, const json_t *result)
{
    hear_health(model, json_object_get(result, "health"));
}

// @return false: it was not in the list
static bool hear_job(struct vy_tui_model *model, json_t *job)
{
    const json_int_t id = json_integer_value(json_object_get(job, "id"));
    size_t i;
    json_t *old;
    if (!job || !model->jobs)
        return false;
    model->changed = true;
    json_array_foreach(model->jobs, i, old)
    {
        if (json_integer_value(json_object_get(old, "id")) == id)
            return json_array_set_new(model->jobs, i, json_deep_copy(job)) == 0;
    }
    return json_array_insert_new(model->jobs, 0, json_deep_copy(job)) == 0;
}

// ---- events -------------------------------------------------------------------------------------

static const struct kind {
    const char *event;
    bool talk;    ///< people said or did it; else it is for the log
    unsigned ask; ///< VY_TUI_ASK_*
} kinds[] = {
    {"edit", true, VY_TUI_ASK_SESSION},   {"say", true, 0},
    {"timer", true, VY_TUI_ASK_SESSION},  {"engine", false, 0},
    {"device", false, VY_TUI_ASK_STATUS}, {"failover", false, VY_TUI_ASK_STATUS},
    {"failed", false, VY_TUI_ASK_STATUS}, {"take", false, VY_TUI_ASK_TAKES},
    {"health", false, VY_TUI_ASK_STATUS}, {NULL, false, 0},
};

static void tell(struct vy_tui_model *model, const json_t *event, const struct kind *kind)
{
    struct vy_buf text = {0};
    const char *const author = vy_json_text(event, "author"), *const line =
                                                                  vy_json_text(event, "line");
    if (kind->talk) {
        vy_tui_model_add(model, &model->talk, VY_TUI_NEWS, author, line, strlen(line));
        return;
    }
    vy_event_line(event, &text);
    const size_t skip = text.length > 3 && strncmp(text.text, "-- ", 3) == 0 ? 3 : 0;
    if (text.text)
        vy_tui_model_add(model, &model->log, VY_TUI_NEWS, NULL, text.text + skip,
                         text.length - skip);
    vy_buf_clear(&text);
}

unsigned vy_tui_model_event(struct vy_tui_model *model, const json_t *event, const char *self)
{
    const char *const name = vy_json_text(event, "event");
    const struct kind *kind = kinds;
    if (strcmp(name, "meters") == 0) {
        hear_meters(model, event);
        return 0;
    }
    if (strcmp(name, "job") == 0) // each state, many times a second while it runs: shown, not told
        return hear_job(model, json_object_get(event, "job")) ? 0 : VY_TUI_ASK_JOBS;
    if (strcmp(name, "health") == 0)
        hear_health(model, event);
    while (kind->event && strcmp(kind->event, name) != 0)
        kind++;
    const bool own = strcmp(vy_json_text(event, "author"), self) == 0 && strcmp(name, "timer") != 0;
    if (!(kind->talk && own))
        tell(model, event, kind);
    return kind->ask;
}

// ---- the whole ----------------------------------------------------------------------------------

void vy_tui_model_lost(struct vy_tui_model *model)
{
    clear_units(model);
    json_decref(model->jobs);
    json_decref(model->takes);
    model->jobs = model->takes = NULL;
    model->playing = false;
    model->bands = 0;
    model->beat = 0;
    model->health[0] = model->why[0] = '\0';
    model->master_db[0] = model->master_db[1] = SILENCE_DB;
    for (int b = 0; b < VY_TUI_BANDS; b++)
        model->band_db[b] = SILENCE_DB;
    model->loudness = (struct vy_tui_loudness){NAN, NAN, NAN, NAN, ""};
    model->changed = true;
}

void vy_tui_model_clear(struct vy_tui_model *model)
{
    vy_tui_model_lost(model);
    clear_lines(&model->talk);
    clear_lines(&model->log);
}
