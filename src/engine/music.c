// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Writing music: patterns, tempo, scenes and the song. Everything happens at doc->beat, the
// musical time of the edit: what was there before stays, what comes after is replaced.
#include "engine/edit.h"

#include "base/text.h"
#include "engine/notes.h"
#include "engine/value.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static vy_status find_unit(const struct vy_doc *doc, const char *name, struct vy_unit **unit,
                           struct vy_err *err)
{
    const int u = vy_doc_unit(doc, name);
    *unit = u < 0 ? NULL : &doc->unit[u];
    if (u >= 0)
        return VY_OK;
    vy_fail(err, VY_UNKNOWN_NAME, -1, "nothing is called '%.40s'", name);
    vy_err_suggest(err, name, vy_edit_name, &(struct vy_names){doc, -1});
    return VY_UNKNOWN_NAME;
}

// End what plays at `beat`, forget what was to come.
static void cut_parts(struct vy_unit *unit, double beat)
{
    for (int p = unit->parts - 1; p >= 0; p--) {
        if (unit->part[p].from >= beat)
            VY_DOC_DROP(unit->part, unit->parts, p);
        else if (unit->part[p].until > beat)
            unit->part[p].until = beat;
    }
}

static vy_status put_part(struct vy_doc *doc, struct vy_unit *unit, const struct vy_part *part,
                          struct vy_err *err)
{
    struct vy_part *const put = VY_DOC_APPEND(doc, unit->part, unit->parts, 4096);
    if (!put)
        return vy_fail(err, VY_TOO_BIG, -1, "over 4096 patterns in %s", unit->name);
    *put = *part;
    return VY_OK;
}

static const struct vy_part *part_at(const struct vy_unit *unit, double beat)
{
    for (int p = 0; p < unit->parts; p++)
        if (unit->part[p].from <= beat && beat < unit->part[p].until)
            return &unit->part[p];
    return NULL;
}

// Options behind a pattern: a table, so that the error can name them all.
enum { OPT_DIV, OPT_SWING, OPT_GATE, OPT_PROB, OPTIONS };
static const struct vy_param option_rows[OPTIONS] = {
    {"div", "", 0.25f, 1024, 16, VY_LIN, 0, NULL, "steps in a whole note"},
    {"swing", "", 0, 1, 0, VY_LIN, 0, NULL, "own swing"},
    {"gate", "", 0.01f, 64, 0.5f, VY_LIN, 0, NULL, "length of a note in steps"},
    {"prob", "", 0, 1, 1, VY_LIN, 0, NULL, "chance of every step"},
};

static const char *option_name(void *arg, size_t i)
{
    (void)arg;
    return i < OPTIONS ? option_rows[i].name : NULL;
}

static vy_status read_options(const struct vy_pair *pair, int pairs, float value[OPTIONS],
                              bool given[OPTIONS], struct vy_buf *text, struct vy_err *err)
{
    for (int i = 0; i < pairs; i++) {
        int o = 0;
        while (o < OPTIONS && strcmp(option_rows[o].name, pair[i].key) != 0)
            o++;
        if (o == OPTIONS) {
            vy_fail(err, VY_UNKNOWN_PARAM, pair[i].at, "a pattern has no '%.40s'", pair[i].key);
            vy_err_suggest(err, pair[i].key, option_name, NULL);
            return VY_UNKNOWN_PARAM;
        }
        const vy_status status =
            vy_value_read(&option_rows[o], pair[i].value, option_rows[o].def, NULL, &value[o], err);
        if (status) {
            if (err)
                err->at = pair[i].at;
            return status;
        }
        given[o] = true;
        vy_buf_add(text, "%s%s=%s", text->length ? " " : "", pair[i].key, pair[i].value);
    }
    return VY_OK;
}

static bool kind_of(const char *verb, enum vy_pattern_kind *kind)
{
    static const char *const verbs[] = {"sequence", "melody", "chords"};
    for (int k = 0; k < 3; k++)
        if (strcmp(verbs[k], verb) == 0) {
            *kind = (enum vy_pattern_kind)k;
            return true;
        }
    return false;
}

vy_status vy_edit_pattern(struct vy_doc *doc, const char *verb, const char *name, const char *text,
                          const struct vy_pair *pair, int pairs, struct vy_err *err)
{
    static const float default_gate[] = {0.5f, 0.95f, 1.0f};
    struct vy_unit *unit;
    enum vy_pattern_kind kind;
    if (!kind_of(verb, &kind))
        return vy_fail(err, VY_INTERNAL, -1, "'%s' is no kind of pattern", verb);
    vy_status status = find_unit(doc, name, &unit, err);
    if (status)
        return status;
    if (unit->kind == VY_UNIT_OUT || unit->kind == VY_UNIT_BUS)
        return vy_fail(err, VY_BAD_ARG, -1, "%s plays no notes", unit->name);
    float value[OPTIONS] = {kind == VY_PATTERN_CHORDS ? 1 : 16, -1, default_gate[kind], 1};
    bool given[OPTIONS] = {false};
    struct vy_buf said = {0};
    status = read_options(pair, pairs, value, given, &said, err);
    struct vy_part part = {.from = doc->beat, .until = INFINITY};
    if (!status) {
        const struct vy_pattern_options options = {.kind = kind,
                                                   .div = (double)value[OPT_DIV],
                                                   .gate = value[OPT_GATE],
                                                   .swing =
                                                       given[OPT_SWING] ? value[OPT_SWING] : -1,
                                                   .probability = value[OPT_PROB],
                                                   .key_root = doc->key_root,
                                                   .key_scale = doc->key_scale};
        struct vy_pattern *pattern = NULL;
        status = vy_pattern_parse(text, &options, &doc->arena, &pattern, err);
        part.pattern = pattern;
        part.verb = vy_arena_text(&doc->arena, verb);
        part.text = vy_arena_text(&doc->arena, text);
        part.options = vy_arena_text(&doc->arena, said.length ? said.text : "");
    }
    vy_buf_clear(&said);
    // locks must name parameters the unit has
    for (uint32_t h = 0; !status && h < part.pattern->hits; h++)
        for (int l = 0; l < part.pattern->hit[h].locks && !status; l++) {
            char path[128];
            struct vy_target t;
            float ignored;
            const struct vy_lock *const lock = &part.pattern->hit[h].lock[l];
            snprintf(path, sizeof path, "%s.%s", unit->name, lock->param);
            status = vy_edit_find(doc, path, &t, err);
            if (!status && (t.port || t.node < 0))
                status = vy_fail(err, VY_BAD_PATTERN, -1, "%s cannot be locked", path);
            if (!status)
                status = vy_value_read(t.row, lock->value, 0, doc, &ignored, err);
        }
    if (status)
        return status;
    cut_parts(unit, doc->beat);
    return put_part(doc, unit, &part, err);
}

vy_status vy_edit_clear(struct vy_doc *doc, const char *name, struct vy_err *err)
{
    struct vy_unit *unit;
    const vy_status status = find_unit(doc, name, &unit, err);
    if (status)
        return status;
    if (!part_at(unit, doc->beat))
        return vy_fail(err, VY_NO_EFFECT, -1, "%s has no pattern", unit->name);
    cut_parts(unit, doc->beat);
    return VY_OK;
}

// "1/16" or a number of beats.
static bool read_rate(const char *text, double *beats)
{
    double up, down = 0;
    const char *rest;
    if (!vy_number_read(text, &up, &rest))
        return false;
    if (*rest == '/' && vy_number_read(rest + 1, &down, &rest) && down > 0)
        up = 4 * up / down;
    else if (down == 0 && strcmp(rest, "beats") == 0)
        rest += 5;
    if (*rest == 't' && !rest[1]) {
        up *= 2.0 / 3.0;
        rest++;
    } else if (*rest == 'd' && !rest[1]) {
        up *= 1.5;
        rest++;
    }
    *beats = up;
    return *rest == '\0' && up >= 1.0 / 64 && up <= 64;
}

static void arp_failed(vy_status status, const char *name, struct vy_err *err)
{
    switch (status) {
    case VY_BAD_ARG:
        vy_fail(err, status, -1, "%s plays hits without pitch: give it chords or a melody", name);
        break;
    case VY_TOO_BIG:
        vy_fail(err, status, -1, "the arpeggio has over 4096 notes: a slower rate?");
        break;
    default: vy_fail(err, status, -1, "%s: %s", name, vy_status_text(status));
    }
}

vy_status vy_edit_arp(struct vy_doc *doc, const char *name, const struct vy_pair *pair, int pairs,
                      struct vy_err *err)
{
    static const char *const modes[] = {"up", "down", "updown", "random", "order", "chord", NULL};
    static const struct vy_param rows[] = {
        {"mode", "", 0, 5, 0, VY_ENUM, 0, modes, ""},
        {"octaves", "", 1, 5, 1, VY_INT, 0, NULL, ""},
        {"gate", "", 0.01f, 4, 0.5f, VY_LIN, 0, NULL, ""},
    };
    struct vy_unit *unit;
    vy_status status = find_unit(doc, name, &unit, err);
    if (status)
        return status;
    const struct vy_part *const now = part_at(unit, doc->beat);
    if (!now || !now->pattern)
        return vy_fail(err, VY_BAD_ARG, -1, "%s has no chords or melody to arpeggiate", unit->name);
    float value[3] = {0, 1, 0.5f};
    double rate = 0.25;
    for (int i = 0; i < pairs && !status; i++) {
        int r = 0;
        while (r < 3 && strcmp(rows[r].name, pair[i].key) != 0)
            r++;
        if (strcmp(pair[i].key, "rate") == 0) {
            if (!read_rate(pair[i].value, &rate))
                status = vy_fail(err, VY_BAD_ARG, pair[i].at, "rate is like 1/16, 1/8t or 0.5");
        } else if (r == 3) {
            status = vy_fail(err, VY_UNKNOWN_PARAM, pair[i].at,
                             "arp knows mode, rate, octaves and gate");
        } else {
            status = vy_value_read(&rows[r], pair[i].value, rows[r].def, NULL, &value[r], err);
            if (status && err)
                err->at = pair[i].at;
        }
    }
    struct vy_pattern *pattern = NULL;
    if (!status)
        status = vy_pattern_arp(now->pattern, (enum vy_arp_mode)(int)value[0], rate, (int)value[1],
                                value[2], unit->id, &doc->arena, &pattern);
    if (status && err && !err->message[0])
        arp_failed(status, unit->name, err);
    if (status)
        return status;
    struct vy_part part = *now;
    part.pattern = pattern;
    part.verb = "arp";
    part.from = doc->beat;
    part.until = INFINITY;
    cut_parts(unit, doc->beat);
    return put_part(doc, unit, &part, err);
}

vy_status vy_edit_tempo(struct vy_doc *doc, double bpm, struct vy_err *err)
{
    if (!(bpm >= 10 && bpm <= 400))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "tempo goes from 10 to 400 beats a minute");
    while (doc->marks > 1 && doc->mark[doc->marks - 1].beat >= doc->beat)
        doc->marks--;
    for (int i = doc->automations - 1; i >= 0; i--)
        if (doc->automation[i].unit == UINT16_MAX && doc->automation[i].beat >= doc->beat)
            VY_DOC_DROP(doc->automation, doc->automations, i);
    doc->tempo = bpm;
    if (doc->beat <= 0) {
        doc->mark[0].bpm = bpm;
        return VY_OK;
    }
    struct vy_tempo_mark *const mark = VY_DOC_APPEND(doc, doc->mark, doc->marks, 4096);
    if (!mark)
        return vy_fail(err, VY_TOO_BIG, -1, "over 4096 tempo changes");
    *mark = (struct vy_tempo_mark){doc->beat, bpm};
    return VY_OK;
}

vy_status vy_edit_meter(struct vy_doc *doc, const char *meter, struct vy_err *err)
{
    double up, down;
    const char *rest;
    if (!vy_number_read(meter, &up, &rest) || *rest != '/' ||
        !vy_number_read(rest + 1, &down, &rest) || *rest)
        return vy_fail(err, VY_BAD_ARG, -1, "a meter is like 3/4, not '%.20s'", meter);
    const int n = (int)up, d = (int)down;
    if (up != n || down != d || n < 1 || n > 32 ||
        (d != 1 && d != 2 && d != 4 && d != 8 && d != 16))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "a meter is 1..32 over 1, 2, 4, 8 or 16");
    doc->meter_num = (uint16_t)n;
    doc->meter_den = (uint16_t)d;
    return VY_OK;
}

vy_status vy_edit_swing(struct vy_doc *doc, double swing, struct vy_err *err)
{
    if (!(swing >= 0 && swing <= 1))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "swing goes from 0 to 1 (0.67 is triplets)");
    doc->swing = (float)swing;
    return VY_OK;
}

vy_status vy_edit_key(struct vy_doc *doc, const char *key, struct vy_err *err)
{
    const vy_status status = vy_key_read(key, &doc->key_root, &doc->key_scale, err);
    if (!status)
        vy_text_copy(doc->key, sizeof doc->key, key);
    return status;
}

vy_status vy_edit_play(struct vy_doc *doc, const char *const *name, int names, bool on,
                       struct vy_err *err)
{
    const bool all = names == 0 || (names == 1 && strcmp(name[0], "all") == 0);
    for (int u = 0; u < doc->units; u++) {
        // the first `play NAME` of a silent studio means: only these
        if (all || (on && !doc->playing && doc->unit[u].kind == VY_UNIT_INSTRUMENT))
            doc->unit[u].playing = all;
    }
    for (int i = 0; i < names && !all; i++) {
        struct vy_unit *unit;
        const vy_status status = find_unit(doc, name[i], &unit, err);
        if (status)
            return status;
        unit->playing = on;
    }
    doc->playing = on || (!all && doc->playing);
    doc->play_said = true;
    return VY_OK;
}

vy_status vy_edit_scene_store(struct vy_doc *doc, const char *name, struct vy_err *err)
{
    if (!vy_text_is_name(name))
        return vy_fail(err, VY_BAD_ARG, -1, "'%.40s' is no name", name);
    struct vy_scene *scene = NULL;
    for (int s = 0; s < doc->scenes; s++)
        if (strcmp(doc->scene[s].name, name) == 0)
            scene = &doc->scene[s];
    if (!scene)
        scene = VY_DOC_APPEND(doc, doc->scene, doc->scenes, 256);
    if (!scene)
        return vy_fail(err, VY_TOO_BIG, -1, "over 256 scenes");
    *scene = (struct vy_scene){0};
    vy_text_copy(scene->name, sizeof scene->name, name);
    for (int u = 0; u < doc->units; u++) {
        const struct vy_unit *const unit = &doc->unit[u];
        const struct vy_part *const now = part_at(unit, doc->beat);
        struct vy_scene_unit *const put =
            VY_DOC_APPEND(doc, scene->unit, scene->units, VY_MAX_UNITS);
        if (!put || (now && !vy_part_clone(&doc->arena, &put->part, now)))
            return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        vy_text_copy(put->unit, sizeof put->unit, unit->name);
        put->mute = unit->mute;
    }
    return VY_OK;
}

static const char *scene_name(void *doc, size_t i)
{
    const struct vy_doc *const d = doc;
    return i < d->scenes ? d->scene[i].name : NULL;
}

static vy_status find_scene(struct vy_doc *doc, const char *name, const struct vy_scene **scene,
                            struct vy_err *err)
{
    for (int s = 0; s < doc->scenes; s++)
        if (strcmp(doc->scene[s].name, name) == 0) {
            *scene = &doc->scene[s];
            return VY_OK;
        }
    vy_fail(err, VY_UNKNOWN_NAME, -1, "no scene is called '%.40s'", name);
    vy_err_suggest(err, name, scene_name, doc);
    return VY_UNKNOWN_NAME;
}

// Every unit plays its part of the scene from `beat` until `until`.
static vy_status lay_scene(struct vy_doc *doc, const struct vy_scene *scene, double beat,
                           double until, struct vy_err *err)
{
    for (int i = 0; i < scene->units; i++) {
        const struct vy_scene_unit *const s = &scene->unit[i];
        const int u = vy_doc_unit(doc, s->unit);
        if (u < 0)
            continue; // removed since
        struct vy_unit *const unit = &doc->unit[u];
        cut_parts(unit, beat);
        if (!s->part.pattern || s->mute)
            continue;
        struct vy_part part = s->part;
        part.from = beat;
        part.until = until;
        const vy_status status = put_part(doc, unit, &part, err);
        if (status)
            return status;
    }
    return VY_OK;
}

vy_status vy_edit_scene_play(struct vy_doc *doc, const char *name, struct vy_err *err)
{
    const struct vy_scene *scene;
    vy_status status = find_scene(doc, name, &scene, err);
    if (!status)
        status = lay_scene(doc, scene, doc->beat, INFINITY, err);
    if (!status)
        doc->playing = doc->play_said = true;
    return status;
}

vy_status vy_edit_song(struct vy_doc *doc, const char *text, struct vy_err *err)
{
    double beat = doc->beat;
    doc->sections = 0;
    for (const char *s = text; *s;) {
        while (*s == ' ' || *s == '|' || *s == '\t')
            s++;
        const size_t n = strcspn(s, " |\t");
        if (n == 0)
            break;
        char word[64];
        if (n >= sizeof word)
            return vy_fail(err, VY_BAD_PATTERN, (int)(s - text), "a name is too long");
        memcpy(word, s, n);
        word[n] = '\0';
        char *const star = strchr(word, '*');
        double bars = 4;
        const char *rest = "";
        if (star && (!vy_number_read(star + 1, &bars, &rest) || *rest || bars != floor(bars) ||
                     bars < 1 || bars > 1000))
            return vy_fail(err, VY_BAD_PATTERN, (int)(s - text), "'%s': scene*BARS", word);
        if (star)
            *star = '\0';
        const struct vy_scene *scene;
        const double end = beat + bars * vy_doc_bar_beats(doc);
        vy_status status = find_scene(doc, word, &scene, err);
        if (!status)
            status = lay_scene(doc, scene, beat, end, err);
        struct vy_section *const section =
            status ? NULL : VY_DOC_APPEND(doc, doc->section, doc->sections, 1024);
        if (!section)
            return status ? status : vy_fail(err, VY_TOO_BIG, -1, "over 1024 sections");
        vy_text_copy(section->scene, sizeof section->scene, word);
        section->bars = (uint16_t)bars;
        beat = end;
        s += n;
    }
    if (doc->sections == 0)
        return vy_fail(err, VY_BAD_PATTERN, 0, "a song is like: intro*4 verse*8");
    doc->playing = doc->play_said = true;
    return VY_OK;
}

vy_status vy_edit_timer(struct vy_doc *doc, double beat, double every, const char *line,
                        const char *author, struct vy_err *err)
{
    if (!(beat >= 0 && beat < 1e6) || !(every == 0 || (every >= 0.25 && every < 1e6)))
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "that time is out of reach");
    struct vy_timer *const timer = VY_DOC_APPEND(doc, doc->timer, doc->timers, 4096);
    if (!timer)
        return vy_fail(err, VY_TOO_BIG, -1, "over 4096 commands are waiting");
    *timer = (struct vy_timer){beat, every, vy_arena_text(&doc->arena, line),
                               vy_arena_text(&doc->arena, author)};
    return timer->line ? VY_OK : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
}
