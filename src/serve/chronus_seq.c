// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Tracks. A track is a `sequence` of its voice: what a hit changes (pitch, level,
// cutoff) becomes locks of its step, so that the voice's own settings stay as they are, and what is
// not said is not touched.
#include "serve/chronus_table.h"

#include "command/lex.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_STEPS 256 // of a pattern
#define MAX_NOTES 64  // of a track
#define MAX_UNROLLED 2048
#define ACCENT_HZ 1500.0 // their default for accent_boost
#define X_LOUD 1.0
#define X_USUAL 0.6

static const struct {
    const char *key;
    double min, max;
} options[] = {
    {"base_freq", 20, 5000},   {"filter_freq", 50, 8000}, {"base_amp", 0, 1},
    {"accent_boost", 0, 5000}, {"gate_frac", 0.01, 1},    {"reverb_send", 0, 1},
    {"delay_send", 0, 1},
};
#define OPTIONS (sizeof options / sizeof *options)

static const char *next_option(void *unused, size_t i)
{
    (void)unused;
    return i < OPTIONS ? options[i].key : i == OPTIONS ? "notes" : NULL;
}

static json_t *find_track(struct vy_chronus *chronus, const char *name, size_t *at)
{
    json_t *const tracks = vy_chronus_tracks(chronus);
    for (*at = 0; *at < json_array_size(tracks); ++*at) {
        json_t *const track = json_array_get(tracks, *at);
        if (strcmp(json_string_value(json_object_get(track, "track")), name) == 0)
            return track;
    }
    return NULL;
}

// -- notes ---------------------------------------------------------------------------------------

// One word: "110.5" and "110Hz" are hertz, "48" a MIDI number up to 127 and hertz above, "C#3" a
// note (octave 4 when none is said).
static bool read_note(const char *word, double *hz)
{
    static const int step[] = {9, 11, 0, 2, 4, 5, 7};
    const char *rest;
    double number;
    if (vy_lex_number(word, &number, &rest)) {
        if (*rest && strcmp(rest, "Hz") != 0)
            return false;
        const bool midi = !*rest && !strchr(word, '.') && number >= 0 && number <= 127;
        *hz = midi ? 440 * exp2((number - 69) / 12) : number;
        return *hz >= 8 && *hz <= 20000;
    }
    const int letter = (word[0] | 32) - 'a';
    if (letter < 0 || letter > 6)
        return false;
    int note = step[letter];
    word++;
    if (*word == '#' || *word == 'b')
        note += *word++ == '#' ? 1 : -1;
    char *end = NULL;
    const long octave = *word ? strtol(word, &end, 10) : 4;
    if ((end && *end) || octave < -1 || octave > 9)
        return false;
    *hz = 440 * exp2(((double)(note + 12 * (int)octave + 12) - 69) / 12);
    return *hz >= 8;
}

// Notes between commas or spaces, as an array of hertz.
static json_t *read_notes(const char *text, struct vy_err *err)
{
    json_t *const notes = json_array();
    for (const char *c = text + strspn(text, ", "); *c; c += strspn(c, ", ")) {
        char word[24];
        double hz;
        const size_t n = strcspn(c, ", ");
        snprintf(word, sizeof word, "%.*s", (int)(n < sizeof word ? n : sizeof word - 1), c);
        if (n >= sizeof word || !read_note(word, &hz) || json_array_size(notes) == MAX_NOTES) {
            if (json_array_size(notes) == MAX_NOTES)
                vy_fail(err, VY_TOO_BIG, -1, "a track has at most %d notes", MAX_NOTES);
            else
                vy_fail(err, VY_BAD_PATTERN, -1, "'%s' is no note, MIDI number or 110.0 (Hz)",
                        word);
            json_decref(notes);
            return NULL;
        }
        json_array_append_new(notes, json_real(hz));
        c += n;
    }
    return notes;
}

// -- a track as a line ---------------------------------------------------------------------------

// Hits and rests only; spaces and bars are for the eye, as everywhere in Veery.
static vy_status read_steps(const char *text, char *steps, struct vy_err *err)
{
    size_t n = 0;
    for (const char *c = text; *c; c++) {
        if (*c == ' ' || *c == '|')
            continue;
        if (!strchr("xX.-_~0", *c))
            return vy_fail(err, VY_BAD_PATTERN, -1, "'%c' is no step: X, x and . are", *c);
        if (n == MAX_STEPS)
            return vy_fail(err, VY_TOO_BIG, -1, "a pattern has at most %d steps", MAX_STEPS);
        steps[n++] = *c == 'x' || *c == 'X' ? *c : '.';
    }
    steps[n] = '\0';
    return n > 0 ? VY_OK : vy_fail(err, VY_BAD_PATTERN, -1, "the pattern is empty");
}

static double number_of(const json_t *track, const char *key)
{
    const json_t *const value = json_object_get(track, key);
    return value ? json_number_value(value) : (double)NAN;
}

static size_t common(size_t a, size_t b)
{
    return b ? common(b, a % b) : a;
}

static void add_lock(struct vy_buf *buf, bool *open, const char *key, double value)
{
    if (!isfinite(value))
        return;
    vy_buf_add(buf, "%s%s=%.7g", *open ? " " : "{", key, value);
    *open = true;
}

static void add_hit(struct vy_buf *buf, const json_t *track, char step, size_t hit)
{
    const json_t *const notes = json_object_get(track, "notes");
    const double velocity = step == 'X' ? X_LOUD : X_USUAL;
    double cutoff = number_of(track, "filter_freq");
    const double boost = number_of(track, "accent_boost");
    cutoff += (isfinite(boost) ? boost : ACCENT_HZ) * (velocity - 0.5);
    if (cutoff > 8000)
        cutoff = 8000;
    bool open = false;
    vy_buf_add(buf, "%c", step);
    add_lock(buf, &open, "freq",
             json_array_size(notes) > 0
                 ? json_number_value(json_array_get(notes, hit % json_array_size(notes)))
                 : number_of(track, "base_freq"));
    add_lock(buf, &open, "amp", number_of(track, "base_amp"));
    add_lock(buf, &open, "cutoff", cutoff);
    if (open)
        vy_buf_add(buf, "}");
}

// Notes go round over the hits, so the pattern is written out until both end together.
static vy_status add_sequence(struct vy_chronus_call *call, const json_t *track, struct vy_err *err)
{
    char steps[MAX_STEPS + 1] = "";
    const vy_status status =
        read_steps(json_string_value(json_object_get(track, "pattern")), steps, err);
    if (status)
        return status;
    size_t hits = 0;
    const size_t notes = json_array_size(json_object_get(track, "notes"));
    for (const char *c = steps; *c; c++)
        hits += *c != '.';
    const size_t rounds = notes > 0 && hits > 0 ? notes / common(notes, hits) : 1;
    if (rounds * strlen(steps) > MAX_UNROLLED)
        return vy_fail(err, VY_TOO_BIG, -1, "%zu notes over %zu hits of %zu steps are too long",
                       notes, hits, strlen(steps));
    vy_buf_add(&call->lines, "%ssequence %s: ", call->lines.length ? "\n" : "",
               json_string_value(json_object_get(track, "voice")));
    for (size_t round = 0, hit = 0; round < rounds; round++)
        for (const char *c = steps; *c; c++) {
            if (*c == '.')
                vy_buf_add(&call->lines, ".");
            else
                add_hit(&call->lines, track, *c, hit++);
        }
    const double gate = number_of(track, "gate_frac");
    if (isfinite(gate))
        vy_buf_add(&call->lines, " gate=%.7g", gate);
    return VY_OK;
}

static void add_send(struct vy_chronus_call *call, const json_t *track, const char *key,
                     const char *effect)
{
    const double amount = number_of(track, key);
    if (!isfinite(amount))
        return;
    if (amount > 0)
        vy_chronus_make(call, effect);
    vy_buf_add(&call->lines, "%ssend %s to %s amount=%.7g", call->lines.length ? "\n" : "",
               json_string_value(json_object_get(track, "voice")), effect, amount);
}

// -- /seq ----------------------------------------------------------------------------------------

static vy_status read_option(json_t *track, const char *text, struct vy_err *err)
{
    const char *const equals = strchr(text, '='), *rest;
    const size_t n = (size_t)(equals - text);
    if (n == 5 && strncmp(text, "notes", 5) == 0) {
        json_t *const notes = read_notes(equals + 1, err);
        json_object_set_new(track, "notes", notes);
        return notes ? VY_OK : err->code;
    }
    for (size_t i = 0; i < OPTIONS; i++) {
        double value;
        if (strlen(options[i].key) != n || strncmp(text, options[i].key, n) != 0)
            continue;
        if (!vy_lex_number(equals + 1, &value, &rest) || *rest)
            return vy_fail(err, VY_BAD_ARG, -1, "%s is no number", text);
        if (value < options[i].min || value > options[i].max)
            return vy_fail(err, VY_OUT_OF_RANGE, -1, "%s is %g..%g, not %g", options[i].key,
                           options[i].min, options[i].max, value);
        json_object_set_new(track, options[i].key, json_real(value));
        return VY_OK;
    }
    char key[32];
    snprintf(key, sizeof key, "%.*s", (int)(n < 31 ? n : 31), text);
    vy_fail(err, VY_UNKNOWN_PARAM, -1, "a track has no '%s'", key);
    vy_err_suggest(err, key, next_option, NULL);
    return VY_UNKNOWN_PARAM;
}

// What follows track, voice and pattern: key=value, or base_freq, filter_freq and notes in order.
static vy_status read_options(const struct vy_osc_message *message, json_t *track,
                              struct vy_err *err)
{
    size_t place = 0;
    vy_status status = VY_OK;
    for (int i = 3; i < message->args && !status; i++) {
        const struct vy_osc_arg *const arg = &message->arg[i];
        char text[64];
        if (arg->text && strchr(arg->text, '=')) {
            status = read_option(track, arg->text, err);
        } else if (arg->is_number && place < 2) {
            snprintf(text, sizeof text, "%s=%.9g", options[place++].key, arg->number);
            status = read_option(track, text, err);
        } else if (arg->text) {
            json_t *const notes = read_notes(arg->text, err);
            json_object_set_new(track, "notes", notes);
            status = notes ? VY_OK : err->code;
        } else {
            status =
                vy_fail(err, VY_BAD_ARG, -1, "%s: argument %d is too much", message->path, i + 1);
        }
    }
    return status;
}

static vy_status check_voice(struct vy_chronus_call *call, const char *track, const char *voice,
                             struct vy_err *err)
{
    char unit[16];
    if (!vy_chronus_unit(voice, unit, sizeof unit) || strncmp(unit, "voice", 5) != 0)
        return vy_fail(err, VY_UNKNOWN_NAME, -1, "'%.40s' is no voice: voice1..voice%d, acid1 are",
                       voice, VY_CHRONUS_VOICES);
    size_t i;
    json_t *other;
    json_array_foreach(vy_chronus_tracks(call->chronus), i, other)
    {
        const char *const name = json_string_value(json_object_get(other, "track"));
        if (strcmp(name, track) != 0 &&
            strcmp(json_string_value(json_object_get(other, "voice")), unit) == 0)
            return vy_fail(err, VY_NAME_TAKEN, -1, "%s already plays track '%.40s'; take another",
                           unit, name);
    }
    return VY_OK;
}

static vy_status play_track(struct vy_chronus_call *call, json_t *track, struct vy_err *err)
{
    vy_chronus_make(call, json_string_value(json_object_get(track, "voice")));
    const vy_status status = add_sequence(call, track, err);
    if (status)
        return status;
    add_send(call, track, "reverb_send", "reverb1");
    add_send(call, track, "delay_send", "delay1");
    json_object_set(call->result, "track", track);
    return VY_OK;
}

static void keep_track(struct vy_chronus *chronus, json_t *track)
{
    size_t at;
    if (find_track(chronus, json_string_value(json_object_get(track, "track")), &at))
        json_array_set(vy_chronus_tracks(chronus), at, track);
    else
        json_array_append(vy_chronus_tracks(chronus), track);
}

vy_status vy_chronus_add(struct vy_chronus_call *call, struct vy_err *err)
{
    const struct vy_osc_message *const m = call->message;
    if (m->args < 3 || !m->arg[0].text || !m->arg[1].text || !m->arg[2].text)
        return vy_fail(err, VY_BAD_ARG, -1, "%s takes track, voice and pattern (s s s) and more",
                       m->path);
    char unit[16];
    vy_status status = check_voice(call, m->arg[0].text, m->arg[1].text, err);
    if (status)
        return status;
    vy_chronus_unit(m->arg[1].text, unit, sizeof unit);
    json_t *const track = json_pack("{s:s,s:s,s:s}", "track", m->arg[0].text, "voice", unit,
                                    "pattern", m->arg[2].text);
    if (!track)
        return vy_fail(err, VY_BAD_ARG, -1, "a name is no UTF-8");
    size_t at;
    const json_t *const old = find_track(call->chronus, m->arg[0].text, &at);
    if (old && strcmp(json_string_value(json_object_get(old, "voice")), unit) != 0)
        vy_buf_add(&call->lines, "clear %s", json_string_value(json_object_get(old, "voice")));
    status = read_options(m, track, err);
    if (!status)
        status = play_track(call, track, err);
    if (!status)
        keep_track(call->chronus, track);
    json_decref(track);
    return status;
}

static vy_status change(struct vy_chronus_call *call, const char *key, struct vy_err *err)
{
    const struct vy_osc_message *const m = call->message;
    size_t at;
    if (m->args != 2 || !m->arg[0].text || !m->arg[1].text)
        return vy_fail(err, VY_BAD_ARG, -1, "%s takes a track and %s (s s)", m->path, key);
    const json_t *const old = find_track(call->chronus, m->arg[0].text, &at);
    if (!old)
        return vy_fail(err, VY_UNKNOWN_NAME, -1, "no track is called '%.40s'", m->arg[0].text);
    const bool notes = strcmp(key, "notes") == 0;
    json_t *const value = notes ? read_notes(m->arg[1].text, err) : json_string(m->arg[1].text);
    if (!value)
        return notes ? err->code : vy_fail(err, VY_BAD_ARG, -1, "the pattern is no UTF-8");
    json_t *const track = json_copy((json_t *)old);
    json_object_set_new(track, key, value);
    const vy_status status = play_track(call, track, err);
    if (!status)
        keep_track(call->chronus, track);
    json_decref(track);
    return status;
}

vy_status vy_chronus_new_pattern(struct vy_chronus_call *call, struct vy_err *err)
{
    return change(call, "pattern", err);
}

vy_status vy_chronus_new_notes(struct vy_chronus_call *call, struct vy_err *err)
{
    return change(call, "notes", err);
}

vy_status vy_chronus_remove(struct vy_chronus_call *call, struct vy_err *err)
{
    const struct vy_osc_message *const m = call->message;
    size_t at;
    if (m->args != 1 || !m->arg[0].text)
        return vy_fail(err, VY_BAD_ARG, -1, "%s takes a track (s)", m->path);
    const json_t *const track = find_track(call->chronus, m->arg[0].text, &at);
    if (!track)
        return vy_fail(err, VY_UNKNOWN_NAME, -1, "no track is called '%.40s'", m->arg[0].text);
    vy_buf_add(&call->lines, "clear %s", json_string_value(json_object_get(track, "voice")));
    json_array_remove(vy_chronus_tracks(call->chronus), at);
    return VY_OK;
}

vy_status vy_chronus_clear(struct vy_chronus_call *call, struct vy_err *err)
{
    size_t i;
    json_t *track;
    (void)err;
    json_array_foreach(vy_chronus_tracks(call->chronus), i, track)
        vy_buf_add(&call->lines, "%sclear %s", i > 0 ? "\n" : "",
                   json_string_value(json_object_get(track, "voice")));
    json_array_clear(vy_chronus_tracks(call->chronus));
    return VY_OK;
}

vy_status vy_chronus_seq_status(struct vy_chronus_call *call, struct vy_err *err)
{
    const struct vy_doc *const doc =
        vy_session_doc(vy_live_session(vy_chronus_live(call->chronus)), call->author);
    (void)err;
    json_object_set_new(call->result, "bpm", json_real(doc->tempo));
    json_object_set_new(call->result, "swing", json_real((double)doc->swing));
    json_object_set_new(call->result, "running", json_boolean(doc->playing));
    json_object_set(call->result, "tracks", vy_chronus_tracks(call->chronus));
    return VY_OK;
}
