// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An analysis as JSON. Single numbers come from the rows of listen/report.h; what has many values
// is written here. docs/analysis.md is the published form.
#include "command/analyze.h"

#include "base/json.h"
#include "command/library.h"
#include "command/tag_head.h"

#include <math.h>
#include <stdio.h>

static json_t *numbers(const float *value, uint32_t n)
{
    json_t *const list = json_array();
    for (uint32_t i = 0; i < n; i++)
        json_array_append_new(list, vy_json_number((double)value[i]));
    return list;
}

static json_t *times(const double *time, uint32_t n)
{
    json_t *const list = json_array();
    for (uint32_t i = 0; i < n; i++)
        json_array_append_new(list, json_real(round(time[i] * 1e4) / 1e4));
    return list;
}

static json_t *group_of(json_t *root, const char *name)
{
    json_t *group = json_object_get(root, name);
    if (!group) {
        group = json_object();
        json_object_set_new(root, name, group);
    }
    return group;
}

static void say_why(json_t *root, const char *name, const char *why)
{
    json_object_set_new(group_of(root, "why"), name, json_string(why));
}

static void add_fields(json_t *root, const struct vy_report *report)
{
    for (size_t i = 0; vy_field_at(i); i++) {
        const struct vy_field *const field = vy_field_at(i);
        if (!(report->ears & field->ear))
            continue;
        const double value = vy_field_value(field, report);
        const bool whole = field->type == VY_FIELD_U32 || field->type == VY_FIELD_U64;
        json_object_set_new(group_of(root, field->group), field->name,
                            whole ? json_integer((json_int_t)value) : vy_json_number(value));
        if (!isfinite(value)) {
            char name[96];
            snprintf(name, sizeof name, "%s.%s", field->group, field->name);
            say_why(root, name, vy_field_why(field, report));
        }
    }
}

static json_t *bands_json(const struct vy_ltas *ltas)
{
    json_t *const bands = json_object();
    json_object_set_new(bands, "edge_hz", numbers(ltas->edge_hz, ltas->bands + 1));
    json_object_set_new(bands, "level_dbfs", numbers(ltas->level_db, ltas->bands));
    json_object_set_new(bands, "shape_db", numbers(ltas->shape_db, ltas->bands));
    return bands;
}

// Octaves of onset strength; a band that has no mel band is null.
static json_t *onset_bands(const struct vy_spectral_found *found, uint32_t sr_hz)
{
    float edge_hz[VY_MEL_PARTS + 1] = {0};
    for (int p = 1; p <= VY_MEL_PARTS; p++)
        edge_hz[p] = p < VY_MEL_PARTS ? (float)(50 << p) : fmaxf((float)sr_hz / 2, 50 << p);
    json_t *const bands = json_object();
    json_object_set_new(bands, "edge_hz", numbers(edge_hz, VY_MEL_PARTS + 1));
    json_object_set_new(bands, "mean_db", numbers(found->onset_part_mean, VY_MEL_PARTS));
    json_object_set_new(bands, "std_db", numbers(found->onset_part_std, VY_MEL_PARTS));
    return bands;
}

static void add_spectrum(json_t *root, const struct vy_report *r)
{
    const struct vy_spectral_found *const found = &r->spectrum;
    json_t *const spectrum = group_of(root, "spectrum");
    json_object_set_new(spectrum, "set", json_string(VY_SPECTRAL_SET));
    json_object_set_new(spectrum, "windows", json_integer((json_int_t)found->windows));
    json_object_set_new(spectrum, "windows_counted", json_integer((json_int_t)found->counted));
    json_object_set_new(spectrum, "mfcc", numbers(found->mfcc_mean, VY_MFCC));
    json_object_set_new(spectrum, "mfcc_std", numbers(found->mfcc_std, VY_MFCC));
    json_object_set_new(spectrum, "mel_db", numbers(found->mel_db, VY_MEL_BANDS));
    json_object_set_new(spectrum, "onset_strength_bands", onset_bands(found, r->sr_hz));
    json_object_set_new(spectrum, "third_octave", bands_json(&found->third));
    json_object_set_new(spectrum, "bark", bands_json(&found->bark));
    json_object_set_new(spectrum, "erb", bands_json(&found->erb));
}

static void add_level(json_t *root, const struct vy_report *r)
{
    const struct vy_level_found *const found = &r->level;
    json_t *const chans = json_array(), *const runs = json_array(), *const gaps = json_array();
    for (uint32_t c = 0; c < found->chans; c++)
        json_array_append_new(chans, json_pack("{s:o,s:o,s:o,s:o}", "rms_dbfs",
                                               vy_json_number(found->chan[c].rms_dbfs), "peak_dbfs",
                                               vy_json_number(found->chan[c].peak_dbfs), "crest_db",
                                               vy_json_number(found->chan[c].crest_db), "dc",
                                               vy_json_number(found->chan[c].dc)));
    for (uint32_t i = 0; i < found->runs_kept; i++)
        json_array_append_new(
            runs, json_pack("{s:f,s:I,s:i}", "at", (double)found->run[i].at / r->sr_hz, "frames",
                            (json_int_t)found->run[i].frames, "channel", (int)found->run[i].chan));
    for (uint32_t i = 0; i < found->gaps_kept; i++)
        json_array_append_new(gaps,
                              json_pack("{s:f,s:f}", "at", (double)found->gap[i].at / r->sr_hz,
                                        "seconds", (double)found->gap[i].frames / r->sr_hz));
    json_t *const level = group_of(root, "level");
    json_object_set_new(level, "channels", chans);
    json_object_set_new(level, "clipped_at", runs);
    json_object_set_new(level, "gap_at", gaps);
}

static json_t *doubles(const double *value, uint32_t n)
{
    json_t *const list = json_array();
    for (uint32_t i = 0; i < n; i++)
        json_array_append_new(list, vy_json_number(value[i]));
    return list;
}

static void add_stereo(json_t *root, const struct vy_stereo_found *found)
{
    json_t *const stereo = group_of(root, "stereo"), *const hz = json_array();
    for (uint32_t b = 0; b < VY_STEREO_BANDS; b++)
        json_array_append_new(hz, json_real(vy_stereo_band_hz(b)));
    json_object_set_new(stereo, "band_hz", hz);
    json_object_set_new(stereo, "band_mono_loss_db",
                        doubles(found->band_mono_loss_db, VY_STEREO_BANDS));
    json_object_set_new(stereo, "mono", json_boolean(found->mono));
    json_object_set_new(stereo, "inverted", json_boolean(found->inverted));
    json_object_set_new(stereo, "inverted_confidence",
                        json_real((double)found->inverted_confidence));
}

static void add_room(json_t *root, const struct vy_room_found *found)
{
    json_t *const noise = group_of(root, "noise"), *const room = group_of(root, "room");
    json_object_set_new(noise, "band_floor_dbfs", doubles(found->band_floor_dbfs, VY_ROOM_BANDS));
    json_object_set_new(noise, "floor_confidence", vy_json_number((double)found->floor_confidence));
    json_object_set_new(noise, "snr_confidence", vy_json_number((double)found->snr_confidence));
    json_object_set_new(noise, "hum_confidence", vy_json_number((double)found->hum_confidence));
    json_object_set_new(noise, "hum_harmonics_db", doubles(found->harmonic_db, VY_ROOM_HARMONICS));
    json_object_set_new(noise, "clicks_at", times(found->click_at_s, found->clicks_kept));
    json_object_set_new(room, "band_decay_s", doubles(found->band_decay_s, VY_ROOM_DECAYS));
    json_object_set_new(room, "decay_confidence", vy_json_number((double)found->decay_confidence));
}

static json_t *span_json(double start_s, double end_s, const char *label, double confidence)
{
    return json_pack("{s:f,s:f,s:s,s:f}", "start", start_s, "end", end_s, "label", label,
                     "confidence", confidence);
}

static void add_spans(json_t *music, const struct vy_music_found *m)
{
    json_t *const chords = json_array(), *const sections = json_array();
    for (uint32_t i = 0; i < m->chords; i++)
        json_array_append_new(chords, span_json(m->chord[i].start_s, m->chord[i].end_s,
                                                m->chord[i].label, (double)m->chord[i].confidence));
    for (uint32_t i = 0; i < m->sections; i++)
        json_array_append_new(sections,
                              span_json(m->section[i].start_s, m->section[i].end_s,
                                        m->section[i].label, (double)m->section[i].confidence));
    json_object_set_new(music, "chords", chords);
    json_object_set_new(music, "sections", sections);
}

// A value with a confidence; null and a reason when the confidence is 0.
static void add_sure(json_t *root, const char *name, json_t *value, double confidence,
                     const char *why)
{
    json_t *const music = group_of(root, "music");
    const bool found = confidence > 0;
    json_object_set_new(music, name, found ? value : json_null());
    json_object_set_new(group_of(music, "confidence"), name, json_real(found ? confidence : 0));
    if (!found) {
        char full[64];
        snprintf(full, sizeof full, "music.%s", name);
        say_why(root, full, why);
        json_decref(value);
    }
}

// The keys are those that scorers of music analysis read.
static void add_music(json_t *root, const struct vy_music_found *m)
{
    json_t *const music = group_of(root, "music");
    json_object_set_new(music, "beats", times(m->beat, m->beats));
    json_object_set_new(music, "downbeats", times(m->downbeat, m->downbeats));
    json_object_set_new(music, "onsets", times(m->onset, m->onsets));
    json_object_set_new(music, "onsets_drums", times(m->onset_drum, m->onset_drums));
    add_sure(root, "tempo", vy_json_number((double)m->tempo_bpm), (double)m->tempo_confidence,
             "no pulse was found");
    add_sure(root, "metre", json_string(m->metre ? m->metre : ""),
             m->metre ? (double)m->metre_confidence : 0, "no bars were found");
    add_sure(root, "beats_per_bar", json_integer(m->beats_per_bar),
             m->beats_per_bar ? (double)m->metre_confidence : 0, "no bars were found");
    add_sure(root, "swing", vy_json_number((double)m->swing), (double)m->swing_confidence,
             "too few off-beats to tell");
    add_sure(root, "key",
             json_sprintf("%s %s", vy_pitch_class_name(m->key < 0 ? 0 : m->key),
                          m->mode == VY_MODE_MINOR ? "minor" : "major"),
             m->key < 0 ? 0 : (double)m->key_confidence, "no key was found");
    add_sure(root, "tuning_cents", vy_json_number((double)m->tuning_cents),
             (double)m->tuning_confidence, "too few steady notes");
    add_spans(music, m);
}

static void add_tag_head(json_t *root, const struct vy_analysis *a)
{
    const char *why;
    const char *name = vy_tag_head_name(&why);
    if (name && !(a->embedding.heard_s > 0)) {
        why = a->info.sr_hz < VY_EMBED_RATE ? "too low a sample rate" : "nothing but silence";
        name = NULL;
    }
    json_object_set_new(root, "tag_head", name ? json_string(name) : json_null());
    if (!name)
        say_why(root, "tag_head", why);
}

json_t *vy_analysis_json(const struct vy_analysis *analysis)
{
    const struct vy_report *const r = &analysis->report;
    json_t *const root = json_object();
    json_object_set_new(root, "file",
                        json_pack("{s:o,s:s,s:i,s:i,s:f,s:I,s:i}", "path",
                                  vy_path_json(analysis->path), "format", analysis->info.format,
                                  "rate", (int)analysis->info.sr_hz, "channels",
                                  (int)analysis->info.chans, "seconds", r->seconds, "frames",
                                  (json_int_t)r->frames, "bits", (int)analysis->info.bits));
    json_t *const warnings = json_array();
    if (analysis->problem[0])
        json_array_append_new(warnings, json_string(analysis->problem));
    json_object_set_new(root, "warnings", warnings);
    if (analysis->frames)
        json_object_set_new(root, "frames", vy_path_json(analysis->frames));
    add_fields(root, r);
    if (r->ears & VY_EAR_LEVEL)
        add_level(root, r);
    if (r->ears & VY_EAR_SPECTRUM)
        add_spectrum(root, r);
    if (r->ears & VY_EAR_STEREO)
        add_stereo(root, &r->stereo);
    if (r->ears & VY_EAR_ROOM)
        add_room(root, &r->room);
    if (r->ears & VY_EAR_MUSIC)
        add_music(root, &r->music);
    vy_analysis_add_form(root, r);
    if (r->ears & VY_EAR_SPECTRUM)
        add_tag_head(root, analysis);
    json_object_set_new(root, "took_s", json_real(analysis->took_s));
    return root;
}
