// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/tags.h"

#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#define CONDITIONS 4

// Facts by the words they are told in.
enum fact {
    NONE,
    SECONDS,
    ATTACK,
    ATTACKS_S,
    DECAY,
    SPREAD,
    FLATNESS,
    CONTRAST,
    CENTROID,
    ROLLOFF,
    SLOPE,
    FLUX,
    BASS,
    SILENCE,
    CREST,
    RANGE,
    WIDTH,
    VOICED,
    ONSETS_S,
    DRUMS_S,
    KEY,
    MINOR,
    TEMPO,
    PULSE,
    METRE,
    SWING,
    FLOOR,
    BACKBEAT,
    HALF_TIME,
    FACTS,
};

#define FACT(name) offsetof(struct vy_kind_facts, name)

static const struct {
    size_t offset;
    const char *text; ///< with a place for the value
} fact[FACTS] = {
    [SECONDS] = {FACT(seconds), "%.2f s long"},
    [ATTACK] = {FACT(attack_s), "attack %.3f s"},
    [ATTACKS_S] = {FACT(attacks_s), "%.1f attacks a second"},
    [DECAY] = {FACT(decay_db_s), "decay %.0f dB/s"},
    [SPREAD] = {FACT(spread_db), "levels spread %.1f dB"},
    [FLATNESS] = {FACT(flatness_db), "flatness %.0f dB"},
    [CONTRAST] = {FACT(contrast_db), "contrast %.1f dB"},
    [CENTROID] = {FACT(centroid_hz), "centroid %.0f Hz"},
    [ROLLOFF] = {FACT(rolloff_hz), "rolloff %.0f Hz"},
    [SLOPE] = {FACT(slope_db_oct), "slope %.1f dB/oct"},
    [FLUX] = {FACT(flux), "flux %.2f"},
    [BASS] = {FACT(bass_share), "bass share %.2f"},
    [SILENCE] = {FACT(silence_share), "silence %.2f"},
    [CREST] = {FACT(crest_db), "crest %.1f dB"},
    [RANGE] = {FACT(range_lu), "range %.1f LU"},
    [WIDTH] = {FACT(width), "width %.2f"},
    [VOICED] = {FACT(voiced_share), "one pitch in %.2f of the time"},
    [ONSETS_S] = {FACT(onsets_s), "%.1f onsets a second"},
    [DRUMS_S] = {FACT(drums_s), "%.1f drums a second"},
    [KEY] = {FACT(key_confidence), "key confidence %.2f"},
    [MINOR] = {FACT(minor), "minor %.0f"},
    [TEMPO] = {FACT(tempo_bpm), "%.0f bpm"},
    [PULSE] = {FACT(pulse_confidence), "pulse confidence %.2f"},
    [METRE] = {FACT(beats_per_bar), "%.0f beats a bar"},
    [SWING] = {FACT(swing), "swing %.2f"},
    [FLOOR] = {FACT(four_floor), "kick on %.2f of each beat"},
    [BACKBEAT] = {FACT(backbeat), "snare on two and four, %.2f"},
    [HALF_TIME] = {FACT(half_time), "snare on three, %.2f"},
};

// A condition is met to a half at `middle` and surely from `width` beyond it on; a negative width
// means below.
static const struct {
    const char *name;
    struct {
        enum fact fact;
        float middle, width;
    } condition[CONDITIONS];
} rule[] = {
    {"bright", {{CENTROID, 2700, 900}, {SLOPE, -6.5F, 2}}},
    {"dark", {{CENTROID, 1000, -350}}},
    {"warm", {{CENTROID, 1800, -500}, {SLOPE, -5, -2}, {FLATNESS, -30, -8}}},
    {"dull", {{ROLLOFF, 1800, -700}}},
    {"noisy", {{FLATNESS, -18, 5}, {CONTRAST, 17.5F, -1.5F}}},
    {"tonal", {{FLATNESS, -38, -8}, {CONTRAST, 17, 2}}},
    {"bass", {{BASS, 0.6F, 0.15F}, {CENTROID, 900, -300}}},
    {"bass-heavy", {{BASS, 0.45F, 0.15F}}},
    {"thin", {{BASS, 0.02F, -0.015F}, {CENTROID, 1500, 500}}},
    {"percussive", {{DRUMS_S, 1.2F, 0.6F}, {ATTACKS_S, 1, 0.5F}}},
    {"pad",
     {{ATTACKS_S, 0.8F, -0.4F}, {ATTACK, 0.12F, 0.08F}, {FLATNESS, -36, -8}, {SECONDS, 2, 0.7F}}},
    {"plucked",
     {{ATTACK, 0.03F, -0.015F}, {DECAY, 12, 6}, {FLATNESS, -34, -8}, {SECONDS, 5, -1.5F}}},
    {"short", {{SECONDS, 0.5F, -0.2F}}},
    {"sustained", {{SPREAD, 3.5F, -1.2F}, {SECONDS, 1.5F, 0.5F}}},
    {"distorted", {{FLATNESS, -30, 6}, {CREST, 10, -2}, {KEY, 0.3F, 0.15F}}},
    {"squashed", {{CREST, 9, -2}, {RANGE, 4, -2}}},
    {"wide", {{WIDTH, 0.3F, 0.1F}}},
    {"dynamic", {{RANGE, 12, 3}, {CREST, 15, 3}}},
    {"sparse", {{ONSETS_S, 1, -0.4F}, {SECONDS, 6, 2}}},
    {"busy", {{ONSETS_S, 6.5F, 1.2F}}},
    {"ambient",
     {{ONSETS_S, 1.2F, -0.4F}, {PULSE, 0.4F, -0.15F}, {KEY, 0.3F, 0.15F}, {SECONDS, 10, 3}}},
    {"drone", {{ONSETS_S, 0.5F, -0.25F}, {SPREAD, 4, -1.5F}, {FLATNESS, -30, -8}, {SECONDS, 4, 1}}},
    {"monophonic", {{VOICED, 0.75F, 0.12F}, {ONSETS_S, 0.3F, 0.2F}}},
    {"major", {{KEY, 0.5F, 0.2F}, {MINOR, 0.5F, -0.5F}}},
    {"minor", {{KEY, 0.5F, 0.2F}, {MINOR, 0.5F, 0.5F}}},
    {"slow", {{TEMPO, 85, -12}, {PULSE, 0.4F, 0.1F}}},
    {"fast", {{TEMPO, 145, 15}, {PULSE, 0.4F, 0.1F}}},
    {"swung", {{SWING, 0.565F, 0.025F}, {PULSE, 0.4F, 0.1F}}},
    {"waltz", {{METRE, 2.5F, 0.5F}, {METRE, 3.5F, -0.5F}, {PULSE, 0.4F, 0.1F}}},
    {"five-four", {{METRE, 4.5F, 0.5F}, {METRE, 5.5F, -0.5F}, {PULSE, 0.4F, 0.1F}}},
    {"four on the floor",
     {{FLOOR, 0.75F, 0.12F}, {TEMPO, 100, 8}, {TEMPO, 160, -8}, {DRUMS_S, 1, 0.5F}}},
    {"backbeat", {{BACKBEAT, 0.55F, 0.15F}, {DRUMS_S, 1, 0.5F}}},
    {"half time", {{HALF_TIME, 0.55F, 0.15F}, {DRUMS_S, 1, 0.5F}}},
    {"drum & bass", {{TEMPO, 164, 3}, {TEMPO, 182, -3}, {DRUMS_S, 3, 0.8F}, {FLOOR, 0.6F, -0.15F}}},
};

#define RULES (sizeof rule / sizeof *rule)

const char *vy_tags_name(size_t i)
{
    return i < RULES ? rule[i].name : NULL;
}

static float value_of(const struct vy_kind_facts *facts, enum fact f)
{
    const void *const at = (const char *)facts + fact[f].offset;
    return *(const float *)at;
}

// 0.5 at the middle, 0.95 a width beyond.
static float met(const struct vy_kind_facts *facts, size_t r, int c)
{
    const float x = value_of(facts, rule[r].condition[c].fact);
    if (isnan(x))
        return 0;
    return 1 / (1 + expf(-3 * (x - rule[r].condition[c].middle) / rule[r].condition[c].width));
}

static void remove_at(struct vy_tags *tags, uint32_t at)
{
    tags->count--;
    memmove(&tags->tag[at], &tags->tag[at + 1], (tags->count - at) * sizeof *tags->tag);
}

void vy_tags_add(struct vy_tags *tags, const char *name, float confidence, const char *reason)
{
    if (!(confidence >= VY_TAG_SURE))
        return;
    for (uint32_t i = 0; i < tags->count; i++) {
        if (strcmp(tags->tag[i].name, name) != 0)
            continue;
        if (tags->tag[i].confidence >= confidence)
            return;
        remove_at(tags, i);
    }
    if (tags->count == VY_TAGS_MOST)
        return;
    uint32_t at = tags->count++;
    for (; at && tags->tag[at - 1].confidence < confidence; at--)
        tags->tag[at] = tags->tag[at - 1];
    struct vy_tag *const tag = &tags->tag[at];
    *tag = (struct vy_tag){.name = name, .confidence = confidence};
    snprintf(tag->reason, sizeof tag->reason, "%s", reason);
}

static void try_rule(const struct vy_kind_facts *facts, size_t r, struct vy_tags *tags)
{
    float confidence = 1;
    char reason[sizeof tags->tag->reason] = "";
    size_t used = 0;
    for (int c = 0; c < CONDITIONS && rule[r].condition[c].fact; c++) {
        const enum fact f = rule[r].condition[c].fact;
        confidence = fminf(confidence, met(facts, r, c));
        if (c && rule[r].condition[c - 1].fact == f)
            continue; // a range is one fact
        char text[40];
        snprintf(text, sizeof text, fact[f].text, (double)value_of(facts, f));
        used +=
            (size_t)snprintf(reason + used, sizeof reason - used, "%s%s", used ? ", " : "", text);
        if (used >= sizeof reason)
            used = sizeof reason - 1;
    }
    vy_tags_add(tags, rule[r].name, confidence, reason);
}

void vy_tags_find(const struct vy_kind_facts *facts, const struct vy_kind_found *kind,
                  struct vy_tags *tags)
{
    tags->count = 0;
    for (size_t r = 0; r < RULES; r++)
        try_rule(facts, r, tags);
    if (!kind || kind->kind == VY_KIND_UNKNOWN)
        return;
    char reason[sizeof tags->tag->reason];
    snprintf(reason, sizeof reason, "probability %.2f%s%s", (double)kind->confidence,
             kind->reasons ? ", " : "", kind->reasons ? kind->reason[0].fact : "");
    vy_tags_add(tags, vy_kind_name(kind->kind), kind->confidence, reason);
}
