// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The published form of an analysis, as a JSON schema and as a page of the manual: its single
// numbers from the table in listen/report.h, everything else from the table here.
#include "command/analyze.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A shape reads as a shape.
// clang-format off
#define TEXT "{\"type\":\"string\"}"
#define FLAG "{\"type\":\"boolean\"}"
#define WHOLE "{\"type\":\"integer\"}"
#define NUMBER "{\"type\":\"number\"}"
#define SHARE "{\"type\":\"number\",\"minimum\":0,\"maximum\":1}"
#define OR_NULL(type) "{\"type\":[\"" type "\",\"null\"]}"
#define LIST(shape) "{\"type\":\"array\",\"items\":" shape "}"
#define JUST(n, shape) "{\"type\":\"array\",\"minItems\":" #n ",\"maxItems\":" #n ",\"items\":" shape "}"
#define ONE(name, shape) "\"" name "\":" shape
#define OBJECT(members) "{\"type\":\"object\",\"properties\":{" members "}}"
#define NULLABLE(members) "{\"type\":[\"object\",\"null\"],\"properties\":{" members "}}"
#define BANDS \
    OBJECT(ONE("edge_hz", LIST(NUMBER)) "," ONE("level_dbfs", LIST(OR_NULL("number"))) "," ONE("shape_db", LIST(OR_NULL("number"))))
#define SPAN \
    LIST(OBJECT(ONE("start", NUMBER) "," ONE("end", NUMBER) "," ONE("label", TEXT) "," ONE("confidence", SHARE)))

static const struct part {
    const char *at;    ///< "GROUP.NAME"
    const char *shape; ///< JSON schema of it
    const char *text;
    bool optional; ///< not in every analysis that has the group
} parts[] = {
    {"file.path", TEXT, "as it was given", false},
    {"file.format", TEXT, "\"WAV, 24 bit\"", false},
    {"file.rate", WHOLE, "Hz", false},
    {"file.channels", WHOLE, "", false},
    {"file.seconds", NUMBER, "", false},
    {"file.frames", WHOLE, "", false},
    {"file.bits", WHOLE, "of a sample; 0 = coded with loss", false},
    {"warnings", LIST(TEXT), "what was wrong with the file although it could be read", false},
    {"frames", TEXT, "the file of `--frames`", true},
    {"why", "{\"type\":\"object\",\"additionalProperties\":{\"type\":\"string\"}}",
     "why something is null, by its full name", true},
    {"level.channels", LIST(OBJECT(ONE("rms_dbfs", OR_NULL("number")) "," ONE("peak_dbfs",
     OR_NULL("number")) "," ONE("crest_db", OR_NULL("number")) "," ONE("dc", OR_NULL("number")))),
     "one a channel", false},
    {"level.clipped_at", LIST(OBJECT(ONE("at", NUMBER) "," ONE("frames", WHOLE) "," ONE("channel", WHOLE))),
     "the first stretches cut off at a ceiling", false},
    {"level.gap_at", LIST(OBJECT(ONE("at", NUMBER) "," ONE("seconds", NUMBER))),
     "the first silences inside", false},
    {"spectrum.set", TEXT, "the name of the definitions of the spectral numbers", false},
    {"spectrum.windows", WHOLE, "windows in all", false},
    {"spectrum.windows_counted", WHOLE, "those loud enough to count", false},
    {"spectrum.mfcc", JUST(20, OR_NULL("number")), "mean of each", false},
    {"spectrum.mfcc_std", JUST(20, OR_NULL("number")), "spread of each", false},
    {"spectrum.mel_db", JUST(128, OR_NULL("number")), "mean power of the mel bands", false},
    {"spectrum.onset_strength_bands", OBJECT(ONE("edge_hz", JUST(9, NUMBER)) "," ONE("mean_db", JUST(8,
     OR_NULL("number"))) "," ONE("std_db", JUST(8, OR_NULL("number")))),
     "how much rises from window to window in each octave; null above half the sample rate", false},
    {"spectrum.third_octave", BANDS, "`shape_db` has a sum of 0; null above half the sample rate", false},
    {"spectrum.bark", BANDS, "64 bands, the same", false},
    {"spectrum.erb", BANDS, "the same", false},
    {"stereo.band_hz", LIST(NUMBER), "middles of the bands", false},
    {"stereo.band_mono_loss_db", LIST(OR_NULL("number")), "what each band loses in mono", false},
    {"stereo.mono", FLAG, "both channels are the same", false},
    {"stereo.inverted", FLAG, "one is upside down", false},
    {"stereo.inverted_confidence", SHARE, "", false},
    {"noise.band_floor_dbfs", LIST(OR_NULL("number")), "floor by band", false},
    {"noise.floor_confidence", OR_NULL("number"), "", false},
    {"noise.snr_confidence", OR_NULL("number"), "", false},
    {"noise.hum_confidence", OR_NULL("number"), "", false},
    {"noise.hum_harmonics_db", LIST(OR_NULL("number")), "lines of the hum over what lies between", false},
    {"noise.clicks_at", LIST(NUMBER), "the first clicks, s", false},
    {"room.band_decay_s", LIST(OR_NULL("number")), "reverberation by band", false},
    {"room.decay_confidence", OR_NULL("number"), "", false},
    {"music.metre", OR_NULL("string"), "\"4/4\"", false},
    {"music.beats_per_bar", OR_NULL("integer"), "", false},
    {"music.key", OR_NULL("string"), "\"C minor\"", false},
    {"music.confidence", OBJECT(ONE("tempo", SHARE) "," ONE("metre", SHARE) ","
     ONE("beats_per_bar", SHARE) "," ONE("swing", SHARE) "," ONE("key", SHARE) ","
     ONE("tuning_cents", SHARE)), "0 goes with null", false},
    {"music.beats", LIST(NUMBER), "s", false},
    {"music.downbeats", LIST(NUMBER), "s", false},
    {"music.onsets", LIST(NUMBER), "s", false},
    {"music.onsets_drums", LIST(NUMBER), "s", false},
    {"music.tempo_curve", LIST(NUMBER), "beats a minute at each beat", true},
    {"music.groove", NULLABLE(ONE("late_ms", LIST(NUMBER)) "," ONE("strength", LIST(NUMBER)) ","
     ONE("share", LIST(NUMBER))), "of each step of a bar: how late, how strong, how often", false},
    {"music.chords", SPAN, "labels \"C:maj\", \"F#:min7\", \"N\" for none", false},
    {"music.sections", SPAN,
     "equal labels sound alike; in a piece of several chapters the later ones have their number " "before the letter, \"2A\"",
     false},
    {"music.repeats", LIST(OBJECT(ONE("start", NUMBER) "," ONE("end", NUMBER) "," ONE("again", NUMBER) ","
     ONE("again_end", NUMBER) "," ONE("score", NUMBER))), "what comes again, and when", false},
    {"music.turnings", LIST(OBJECT(ONE("kind", "{\"enum\":[\"build\",\"drop\",\"break\"]}") ","
     ONE("start", NUMBER) "," ONE("end", NUMBER) "," ONE("strength", NUMBER))), "", false},
    {"music.novelty", OBJECT(ONE("at", LIST(NUMBER)) "," ONE("value", LIST(NUMBER))),
     "how new what follows is", false},
    {"music.drum_map", NULLABLE(ONE("kick", LIST(SHARE)) "," ONE("snare", LIST(SHARE))),
     "share of bars with a hit on each beat", false},
    {"kind", OBJECT(ONE("name", TEXT) "," ONE("confidence", SHARE) "," ONE("probability",
     "{\"type\":\"object\",\"additionalProperties\":" SHARE "}") "," ONE("reasons",
     LIST(OBJECT(ONE("fact", TEXT) "," ONE("value", NUMBER) "," ONE("weight", NUMBER))))),
     "ambience, loop, music, noise, one-shot, speech or unknown", true},
    {"tags", LIST(OBJECT(ONE("name", TEXT) "," ONE("confidence", SHARE) "," ONE("reason", TEXT))),
     "by rules, and by a tag head", true},
    {"tag_head", OR_NULL("string"), "the name of the head that was asked", true},
    {"library_tags", LIST(OBJECT(ONE("name", TEXT) "," ONE("confidence", NUMBER) "," ONE("reason", TEXT))),
     "of `--library`: tags of your own sounds that are like it", true},
    {"took_s", NUMBER, "by the clock", false},
};
// clang-format on

#define FAILURE                                            \
    OBJECT(ONE("file", OBJECT(ONE("path", TEXT))) "," ONE( \
        "error", OBJECT(ONE("code", TEXT) "," ONE("message", TEXT))))

// Every member of an object must be there.
static void require_all(json_t *shape)
{
    json_t *const members = json_object_get(shape, "properties");
    json_t *member, *const required = members ? json_array() : NULL;
    const char *name;
    json_object_foreach(members, name, member)
    {
        json_array_append_new(required, json_string(name));
        require_all(member);
    }
    if (required)
        json_object_set_new(shape, "required", required);
    if (json_object_get(shape, "items"))
        require_all(json_object_get(shape, "items"));
}

static json_t *shape_of(const char *text)
{
    json_t *const shape = json_loads(text, 0, NULL);
    require_all(shape);
    return shape;
}

// The group of "GROUP.NAME" in the schema, made when it is new; the root for "NAME".
static json_t *group_of(json_t *root, const char *at, const char **name)
{
    const char *const dot = strchr(at, '.');
    *name = dot ? dot + 1 : at;
    if (!dot)
        return root;
    char group_name[32];
    snprintf(group_name, sizeof group_name, "%.*s", (int)(dot - at), at);
    json_t *const groups = json_object_get(root, "properties");
    json_t *group = json_object_get(groups, group_name);
    if (!group) {
        group = json_pack("{s:s,s:{},s:[]}", "type", "object", "properties", "required");
        json_object_set_new(groups, group_name, group);
    }
    return group;
}

static void add(json_t *root, const char *at, json_t *shape, const char *text, bool optional)
{
    const char *name;
    json_t *const group = group_of(root, at, &name);
    if (*text)
        json_object_set_new(shape, "description", json_string(text));
    json_object_set_new(json_object_get(group, "properties"), name, shape);
    if (!optional)
        json_array_append_new(json_object_get(group, "required"), json_string(name));
}

json_t *vy_analysis_schema(void)
{
    json_t *const root =
        json_pack("{s:s,s:{},s:[s]}", "type", "object", "properties", "required", "file");
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        add(root, parts[i].at, shape_of(parts[i].shape), parts[i].text, parts[i].optional);
    for (size_t i = 0; vy_field_at(i); i++) {
        const struct vy_field *const field = vy_field_at(i);
        const bool whole = field->type == VY_FIELD_U32 || field->type == VY_FIELD_U64;
        char at[96], text[200];
        snprintf(at, sizeof at, "%s.%s", field->group, field->name);
        snprintf(text, sizeof text, "%s%s%s", field->unit, *field->unit ? "; " : "", field->text);
        add(root, at, shape_of(whole ? WHOLE : OR_NULL("number")), text, false);
    }
    return json_pack("{s:s,s:s,s:s,s:[o,o]}", "$schema",
                     "https://json-schema.org/draft/2020-12/schema", "title",
                     "an analysis by veery analyze --json", "description",
                     "a line of JSON a file; groups are absent when their ear did not listen, what "
                     "could not be measured is null; new names may come",
                     "anyOf", root, shape_of(FAILURE));
}

void vy_analysis_parts(struct vy_buf *page)
{
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        json_t *const shape = json_loads(parts[i].shape, 0, NULL);
        json_t *const items = json_object_get(shape, "items");
        json_t *const members = json_object_get(items ? items : shape, "properties"), *member;
        const char *name, *comma = "";
        vy_buf_add(page, "| `%s` | %s", parts[i].at, items ? "list" : "");
        json_object_foreach(members, name, member)
        {
            vy_buf_add(page, "%s`%s`", *comma ? comma : items ? " of " : "", name);
            comma = ", ";
        }
        vy_buf_add(page, " | %s |\n", parts[i].text);
        json_decref(shape);
    }
}
