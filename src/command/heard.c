// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `listen` tells: numbers, bands that stick out, stereo by band, and whether tempo and key are
// heard as they are set. A render is short: what its length or its sound does not allow is null,
// and `why` says so.
#include "command/hear.h"
#include "command/measure.h"
#include "engine/notes.h"
#include "command/library.h"
#include "base/json.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define OUT_DB 6.0      ///< a band sticks out that is so far above its neighbours
#define OUT_FLOOR_DB 30 ///< and not further than this below the loudest one
#define OUT_MOST 4
#define NEAR 3 ///< bands on either side: an octave
#define TEMPO_TOLERANCE 0.03
#define MONO_LOSS_DB 3.0 ///< told from here on
#define CHORDS_TOLD 8

/// A band that sticks out.
struct out {
    uint32_t band;
    double over_db;
};

// Level of a band over the mean level of those within an octave of it; NAN where it is missing.
static double over_db(const struct vy_ltas *third, uint32_t band)
{
    double sum = 0;
    uint32_t n = 0;
    const uint32_t from = band > NEAR ? band - NEAR : 0;
    for (uint32_t i = from; i < third->bands && i <= band + NEAR; i++)
        if (i != band && isfinite(third->level_db[i])) {
            sum += (double)third->level_db[i];
            n++;
        }
    return n >= NEAR ? (double)third->level_db[band] - sum / n : (double)NAN;
}

// The bands that stick out, the most prominent first. @return how many
static uint32_t find_out(const struct vy_ltas *third, struct out out[OUT_MOST])
{
    uint32_t n = 0;
    float top = -HUGE_VALF;
    for (uint32_t i = 0; i < third->bands; i++)
        top = fmaxf(top, third->level_db[i]);
    for (uint32_t i = 0; i < third->bands; i++) {
        const double over = over_db(third, i);
        if (!(over >= OUT_DB) || third->level_db[i] < top - OUT_FLOOR_DB)
            continue;
        uint32_t at = n < OUT_MOST ? n++ : OUT_MOST;
        for (; at > 0 && out[at - 1].over_db < over; at--)
            if (at < OUT_MOST)
                out[at] = out[at - 1];
        if (at < OUT_MOST)
            out[at] = (struct out){i, over};
    }
    return n;
}

static double centre_hz(const struct vy_ltas *third, uint32_t band)
{
    return sqrt((double)third->edge_hz[band] * (double)third->edge_hz[band + 1]);
}

// ---- tempo and key against what is set ----------------------------------------------------------

static double tempo_set(const struct vy_doc *doc)
{
    double bpm = doc->tempo;
    for (int i = 0; i < doc->marks && doc->mark[i].beat <= doc->beat; i++)
        bpm = doc->mark[i].bpm;
    return bpm;
}

static const char *tempo_relation(double heard, double set)
{
    static const struct {
        double ratio;
        const char *name;
    } rows[] = {{1, "same"}, {0.5, "half"}, {2, "double"}, {1.5, "3/2"}, {2.0 / 3, "2/3"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fabs(heard / set - rows[i].ratio) <= TEMPO_TOLERANCE * rows[i].ratio)
            return rows[i].name;
    return "other";
}

// The relative key has the same notes; the parallel one the same tonic.
static const char *key_relation(const struct vy_doc *doc, const struct vy_music_found *m)
{
    const int *step;
    const int steps = vy_scale_steps(doc->key_scale, &step);
    bool minor = false;
    for (int i = 0; i < steps; i++)
        minor |= step[i] == 3;
    for (int i = 0; i < steps; i++)
        minor &= step[i] != 4;
    const bool heard_minor = m->mode == VY_MODE_MINOR;
    const int up = (m->key - doc->key_root + 12) % 12;
    if (up == 0)
        return minor == heard_minor ? "same" : "parallel";
    if (minor != heard_minor && up == (minor ? 3 : 9))
        return "relative";
    return "other";
}

static bool has_key(const struct vy_music_found *m)
{
    return m->key >= 0 && m->key_confidence > 0;
}

static const char *mode_name(const struct vy_music_found *m)
{
    return m->mode == VY_MODE_MINOR ? "minor" : "major";
}

// ---- JSON ---------------------------------------------------------------------------------------

static json_t *balance_json(const struct vy_ltas *third)
{
    struct out out[OUT_MOST];
    const uint32_t n = find_out(third, out);
    json_t *const centre = json_array(), *const level = json_array(), *const sticks = json_array();
    for (uint32_t i = 0; i < third->bands; i++) {
        json_array_append_new(centre, json_real(round(centre_hz(third, i) * 10) / 10));
        json_array_append_new(level, vy_json_number((double)third->shape_db[i]));
    }
    for (uint32_t i = 0; i < n; i++)
        json_array_append_new(sticks, json_pack("{s:f,s:f}", "hz", centre_hz(third, out[i].band),
                                                "over_db", out[i].over_db));
    return json_pack("{s:o,s:o,s:o}", "band_hz", centre, "shape_db", level, "sticks_out", sticks);
}

static json_t *stereo_json(const struct vy_stereo_found *s)
{
    json_t *const centre = json_array(), *const loss = json_array();
    for (uint32_t b = 0; b < VY_STEREO_BANDS; b++) {
        json_array_append_new(centre, json_real(vy_stereo_band_hz(b)));
        json_array_append_new(loss, vy_json_number(s->band_mono_loss_db[b]));
    }
    return json_pack("{s:o,s:o,s:o,s:o,s:b}", "band_hz", centre, "mono_loss_db", loss, "balance_db",
                     vy_json_number(s->balance_db), "correlation_min",
                     vy_json_number(s->correlation_min), "inverted", (int)s->inverted);
}

static json_t *tempo_json(const struct vy_music_found *m, const struct vy_doc *doc)
{
    const double set = tempo_set(doc), heard = (double)m->tempo_bpm;
    if (!(m->tempo_confidence > 0))
        return json_pack("{s:n,s:f,s:f,s:n}", "heard", "confidence", 0.0, "set", set, "relation");
    return json_pack("{s:f,s:f,s:f,s:s}", "heard", heard, "confidence", (double)m->tempo_confidence,
                     "set", set, "relation", tempo_relation(heard, set));
}

static json_t *key_json(const struct vy_music_found *m, const struct vy_doc *doc)
{
    json_t *const set = *doc->key ? json_string(doc->key) : json_null();
    if (!has_key(m))
        return json_pack("{s:n,s:f,s:o,s:n}", "heard", "confidence", 0.0, "set", set, "relation");
    return json_pack("{s:o,s:f,s:o,s:o}", "heard",
                     json_sprintf("%s %s", vy_pitch_class_name(m->key), mode_name(m)), "confidence",
                     (double)m->key_confidence, "set", set, "relation",
                     *doc->key ? json_string(key_relation(doc, m)) : json_null());
}

static json_t *chords_json(const struct vy_music_found *m)
{
    json_t *const list = json_array();
    for (uint32_t i = 0; i < m->chords; i++)
        json_array_append_new(list, json_pack("{s:f,s:f,s:s,s:f}", "start", m->chord[i].start_s,
                                              "end", m->chord[i].end_s, "label", m->chord[i].label,
                                              "confidence", (double)m->chord[i].confidence));
    return list;
}

static json_t *why_json(const struct vy_report *r)
{
    json_t *const why = json_object();
    const struct vy_field *field;
    const char *name;
    for (size_t i = 0; (name = vy_measure_at(i, &field)); i++)
        if (isnan(vy_field_value(field, r)))
            json_object_set_new(why, name, json_string(vy_field_why(field, r)));
    if (!(r->music.tempo_confidence > 0))
        json_object_set_new(why, "tempo", json_string("no pulse was found"));
    if (!has_key(&r->music))
        json_object_set_new(why, "key", json_string("no key was found"));
    return why;
}

void vy_heard_json(const struct vy_heard *heard, const struct vy_doc *doc, json_t *result)
{
    const struct vy_report *const r = &heard->report;
    json_object_set_new(result, "measured", vy_measured_json(r));
    json_object_set_new(result, "balance", balance_json(&r->spectrum.third));
    json_object_set_new(result, "stereo", stereo_json(&r->stereo));
    json_object_set_new(result, "tempo", tempo_json(&r->music, doc));
    json_object_set_new(result, "key", key_json(&r->music, doc));
    json_object_set_new(result, "chords", chords_json(&r->music));
    json_object_set_new(result, "onsets", json_integer(r->music.onsets));
    json_object_set_new(result, "why", why_json(r));
    json_object_set_new(result, "speed", json_real(heard->speed));
}

// ---- text ---------------------------------------------------------------------------------------

static void say_numbers(const struct vy_report *r, struct vy_buf *text)
{
    const struct vy_field *field;
    const char *name;
    for (size_t i = 0; (name = vy_measure_at(i, &field)); i++) {
        const double value = vy_field_value(field, r);
        if (isfinite(value))
            vy_buf_add(text, "\n  %-12s %9.4g %s", name, value, field->unit);
        else
            vy_buf_add(text, "\n  %-12s %9s (%s)", name, "-", vy_field_why(field, r));
    }
}

static void say_balance(const struct vy_ltas *third, struct vy_buf *text)
{
    struct out out[OUT_MOST];
    const uint32_t n = find_out(third, out);
    for (uint32_t i = 0; i < n; i++)
        vy_buf_add(text, "%s %+.0f dB at %.0f Hz", i ? "," : "\n  sticks out  ", out[i].over_db,
                   centre_hz(third, out[i].band));
}

static void say_stereo(const struct vy_stereo_found *s, struct vy_buf *text)
{
    uint32_t said = 0;
    for (uint32_t b = 0; b < VY_STEREO_BANDS; b++)
        if (s->band_mono_loss_db[b] >= MONO_LOSS_DB)
            vy_buf_add(text, "%s %.1f dB at %.0f Hz", said++ ? "," : "\n  lost in mono",
                       s->band_mono_loss_db[b], vy_stereo_band_hz(b));
    if (s->inverted)
        vy_buf_add(text, "\n  stereo       one side is upside down");
}

static void say_music(const struct vy_music_found *m, const struct vy_doc *doc, struct vy_buf *text)
{
    const double set = tempo_set(doc), heard = (double)m->tempo_bpm;
    if (m->tempo_confidence > 0)
        vy_buf_add(text, "\n  tempo        %9.4g bpm (confidence %.2f); set is %.4g: %s", heard,
                   (double)m->tempo_confidence, set, tempo_relation(heard, set));
    else
        vy_buf_add(text, "\n  tempo        %9s (no pulse was found)", "-");
    if (has_key(m))
        vy_buf_add(text, "\n  key          %s %s (confidence %.2f); set is %s%s%s",
                   vy_pitch_class_name(m->key), mode_name(m), (double)m->key_confidence,
                   *doc->key ? doc->key : "none", *doc->key ? ": " : "",
                   *doc->key ? key_relation(doc, m) : "");
    else
        vy_buf_add(text, "\n  key          %9s (no key was found)", "-");
    const char *last = "";
    uint32_t said = 0;
    for (uint32_t i = 0; i < m->chords && said < CHORDS_TOLD; i++) {
        if (strcmp(m->chord[i].label, last) == 0 || strcmp(m->chord[i].label, "N") == 0)
            continue;
        last = m->chord[i].label;
        vy_buf_add(text, "%s%s", said++ ? " " : "\n  chords       ", last);
    }
    vy_buf_add(text, "\n  onsets       %9u", m->onsets);
}

void vy_heard_loudness(const struct vy_heard *heard, struct vy_buf *text)
{
    const struct vy_loudness_found *const l = &heard->report.loudness;
    if (isfinite(l->integrated_lufs))
        vy_buf_add(text, "%.1f LUFS, %.1f dBTP", l->integrated_lufs, l->true_peak_dbtp);
    else
        vy_buf_add(text, "no loudness: %s", l->integrated_why);
}

void vy_heard_text(const struct vy_heard *heard, const struct vy_doc *doc, struct vy_buf *text)
{
    const struct vy_report *const r = &heard->report;
    say_numbers(r, text);
    say_balance(&r->spectrum.third, text);
    say_stereo(&r->stereo, text);
    say_music(&r->music, doc, text);
}
