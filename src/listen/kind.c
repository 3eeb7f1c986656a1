// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/kind.h"

#include "listen/report.h"

#include <math.h>
#include <stddef.h>

#define SILENT_DB (-75)
#define KNOWN_MIN 0.5F ///< share of a kind's weights whose facts must have been measured
#define BASS_HZ 180.0F ///< end of the third-octave around 160 Hz

// Facts that kinds are told by.
enum fact {
    SECONDS,
    ATTACK_S,
    BODY_S,
    DECAY_DB_S,
    DECAY_FIT,
    HEAD_DB,
    TAIL_DB,
    ATTACKS,
    ATTACKS_S,
    ATTACK_DB,
    SYLLABLES,
    QUIET_SHARE,
    SPREAD_DB,
    FLATNESS_DB,
    FLATNESS_SPREAD_DB,
    CONTRAST_DB,
    CONTRAST_SPREAD_DB,
    KEY_CONFIDENCE,
    PULSE_CONFIDENCE,
    ONSETS_S,
    SILENCE_SHARE,
    WHOLE_BARS,
    CHORDS_S,
    CENTROID_HZ,
    BASS,
    FACTS,
};

enum scale { AS_IS, LOG2, LOG2_1 }; // LOG2_1: of the fact and one

#define FACT(name) offsetof(struct vy_kind_facts, name)

static const struct {
    size_t offset;
    enum scale scale;
    const char *text;
} fact[FACTS] = {
    [SECONDS] = {FACT(seconds), LOG2, "length, s"},
    [ATTACK_S] = {FACT(attack_s), AS_IS, "attack, s"},
    [BODY_S] = {FACT(body_s), LOG2, "time within 20 dB of the top, s"},
    [DECAY_DB_S] = {FACT(decay_db_s), LOG2, "decay, dB/s"},
    [DECAY_FIT] = {FACT(decay_fit), AS_IS, "straightness of the decay"},
    [HEAD_DB] = {FACT(head_db), AS_IS, "level at the start, dB from the top"},
    [TAIL_DB] = {FACT(tail_db), AS_IS, "level at the end, dB from the top"},
    [ATTACKS] = {FACT(attacks), LOG2_1, "attacks"},
    [ATTACKS_S] = {FACT(attacks_s), AS_IS, "attacks per second"},
    [ATTACK_DB] = {FACT(attack_db), AS_IS, "rise of an attack in one hop, dB"},
    [SYLLABLES] = {FACT(syllables), AS_IS, "wavering at the pace of syllables"},
    [QUIET_SHARE] = {FACT(quiet_share), AS_IS, "share of quiet moments"},
    [SPREAD_DB] = {FACT(spread_db), AS_IS, "spread of level, dB"},
    [FLATNESS_DB] = {FACT(flatness_db), AS_IS, "spectral flatness, dB"},
    [FLATNESS_SPREAD_DB] = {FACT(flatness_spread_db), AS_IS, "change of spectral flatness, dB"},
    [CONTRAST_DB] = {FACT(contrast_db), AS_IS, "spectral contrast, dB"},
    [CONTRAST_SPREAD_DB] = {FACT(contrast_spread_db), AS_IS, "change of spectral contrast, dB"},
    [KEY_CONFIDENCE] = {FACT(key_confidence), AS_IS, "confidence of the key"},
    [PULSE_CONFIDENCE] = {FACT(pulse_confidence), AS_IS, "confidence of the pulse"},
    [ONSETS_S] = {FACT(onsets_s), AS_IS, "onsets per second"},
    [SILENCE_SHARE] = {FACT(silence_share), AS_IS, "share of silence"},
    [WHOLE_BARS] = {FACT(whole_bars), AS_IS, "length as a whole number of bars"},
    [CHORDS_S] = {FACT(chords_s), AS_IS, "chords per second"},
    [CENTROID_HZ] = {FACT(centroid_hz), AS_IS, "mean frequency, Hz"},
    [BASS] = {FACT(bass_share), AS_IS, "share of the power below 180 Hz"},
};

// `weight` is what a fact adds at most, half of it and more from `width` beyond `middle` on. Set by
// hand on 198 sounds: recorded and synthetic speech, music of two makes, noises, the single
// sounds, loops and textures that come with Sonic Pi; bass and length beyond a minute on Warzone's
// and Wesnoth's music and Asterisk's prompts.
static const struct {
    enum vy_kind kind;
    enum fact fact;
    float middle, width, weight;
} rule[] = {
    {VY_KIND_AMBIENCE, ONSETS_S, 1.0F, 0.5F, -1.0F},
    {VY_KIND_AMBIENCE, ATTACKS_S, 1.6F, 0.6F, -0.4F},
    {VY_KIND_AMBIENCE, KEY_CONFIDENCE, 0.6F, 0.2F, -0.8F},
    {VY_KIND_AMBIENCE, CHORDS_S, 0.1F, 0.06F, -0.5F},
    {VY_KIND_AMBIENCE, ATTACK_S, 0.12F, 0.06F, 1.0F},
    {VY_KIND_AMBIENCE, SECONDS, 1.3F, 0.5F, 1.2F},
    {VY_KIND_AMBIENCE, HEAD_DB, -4.0F, 2.0F, -0.5F},
    {VY_KIND_AMBIENCE, CONTRAST_DB, 17.5F, 1.5F, 0.3F},
    {VY_KIND_AMBIENCE, FLATNESS_DB, -40.0F, 6.0F, -0.4F},
    {VY_KIND_AMBIENCE, SECONDS, 5.0F, 1.0F, -0.3F},
    {VY_KIND_AMBIENCE, PULSE_CONFIDENCE, 0.3F, 0.15F, -0.5F},
    {VY_KIND_AMBIENCE, DECAY_FIT, 0.5F, 0.25F, 0.3F},
    {VY_KIND_AMBIENCE, ATTACKS, 3.2F, 0.6F, -0.6F},
    {VY_KIND_AMBIENCE, SYLLABLES, 0.4F, 0.08F, -0.5F},
    {VY_KIND_LOOP, SECONDS, 3.7F, 0.5F, -0.9F},
    {VY_KIND_LOOP, SECONDS, 5.8F, 0.4F, -1.2F},
    {VY_KIND_LOOP, SECONDS, 0.4F, 0.4F, 0.8F},
    {VY_KIND_LOOP, ATTACKS, 2.1F, 0.6F, 0.9F},
    {VY_KIND_LOOP, HEAD_DB, -12.0F, 5.0F, 0.8F},
    {VY_KIND_LOOP, TAIL_DB, -40.0F, 12.0F, 0.4F},
    {VY_KIND_LOOP, WHOLE_BARS, 0.4F, 0.25F, 0.8F},
    {VY_KIND_LOOP, KEY_CONFIDENCE, 0.35F, 0.2F, -0.5F},
    {VY_KIND_LOOP, CONTRAST_DB, 18.2F, 1.2F, -0.7F},
    {VY_KIND_LOOP, ONSETS_S, 1.6F, 0.6F, 0.6F},
    {VY_KIND_LOOP, SILENCE_SHARE, 0.08F, 0.04F, -0.6F},
    {VY_KIND_LOOP, SPREAD_DB, 3.5F, 1.2F, 0.9F},
    {VY_KIND_MUSIC, KEY_CONFIDENCE, 0.3F, 0.15F, 1.8F},
    {VY_KIND_MUSIC, SECONDS, 3.6F, 0.7F, 1.2F},
    {VY_KIND_MUSIC, SECONDS, 6.0F, 0.7F, 0.6F},
    {VY_KIND_MUSIC, BASS, 0.3F, 0.15F, 0.4F},
    {VY_KIND_MUSIC, CONTRAST_DB, 17.5F, 1.5F, 0.8F},
    {VY_KIND_MUSIC, ONSETS_S, 1.0F, 0.7F, 0.4F},
    {VY_KIND_MUSIC, PULSE_CONFIDENCE, 0.4F, 0.1F, 1.5F},
    {VY_KIND_MUSIC, CHORDS_S, 0.12F, 0.08F, 0.7F},
    {VY_KIND_MUSIC, ATTACKS, 3.2F, 0.8F, 0.4F},
    {VY_KIND_MUSIC, FLATNESS_DB, -36.0F, 6.0F, -0.4F},
    {VY_KIND_MUSIC, SYLLABLES, 0.45F, 0.1F, -0.5F},
    {VY_KIND_NOISE, SPREAD_DB, 4.5F, 1.2F, -1.0F},
    {VY_KIND_NOISE, CONTRAST_DB, 16.3F, 0.9F, -1.0F},
    {VY_KIND_NOISE, FLATNESS_DB, -34.0F, 5.0F, 0.9F},
    {VY_KIND_NOISE, SYLLABLES, 0.25F, 0.06F, -0.8F},
    {VY_KIND_NOISE, QUIET_SHARE, 0.1F, 0.05F, -0.7F},
    {VY_KIND_NOISE, KEY_CONFIDENCE, 0.2F, 0.15F, -0.6F},
    {VY_KIND_NOISE, FLATNESS_SPREAD_DB, 4.5F, 1.0F, -0.6F},
    {VY_KIND_NOISE, CONTRAST_SPREAD_DB, 1.35F, 0.2F, -0.7F},
    {VY_KIND_NOISE, ONSETS_S, 2.5F, 1.0F, -0.3F},
    {VY_KIND_ONE_SHOT, SECONDS, 1.3F, 0.6F, -1.5F},
    {VY_KIND_ONE_SHOT, ATTACKS, 1.8F, 0.4F, -1.5F},
    {VY_KIND_ONE_SHOT, HEAD_DB, -8.0F, 4.0F, 0.8F},
    {VY_KIND_ONE_SHOT, DECAY_FIT, 0.6F, 0.2F, 0.9F},
    {VY_KIND_ONE_SHOT, ATTACK_S, 0.15F, 0.08F, -0.7F},
    {VY_KIND_ONE_SHOT, DECAY_DB_S, 3.5F, 1.0F, 0.6F},
    {VY_KIND_ONE_SHOT, CONTRAST_DB, 17.5F, 1.5F, -0.4F},
    {VY_KIND_ONE_SHOT, BODY_S, 1.0F, 0.6F, -0.6F},
    {VY_KIND_SPEECH, SYLLABLES, 0.42F, 0.12F, 1.2F},
    {VY_KIND_SPEECH, QUIET_SHARE, 0.22F, 0.1F, 1.0F},
    {VY_KIND_SPEECH, SPREAD_DB, 6.0F, 1.5F, 0.6F},
    {VY_KIND_SPEECH, FLATNESS_SPREAD_DB, 8.0F, 3.0F, 0.6F},
    {VY_KIND_SPEECH, CONTRAST_DB, 18.0F, 1.2F, 1.4F},
    {VY_KIND_SPEECH, ATTACKS_S, 1.8F, 0.8F, 0.6F},
    {VY_KIND_SPEECH, KEY_CONFIDENCE, 0.3F, 0.15F, -2.2F},
    {VY_KIND_SPEECH, ATTACKS, 2.3F, 0.5F, 1.1F},
    {VY_KIND_SPEECH, ATTACK_DB, 14.0F, 4.0F, -0.8F},
    {VY_KIND_SPEECH, PULSE_CONFIDENCE, 0.36F, 0.08F, -1.5F},
    {VY_KIND_SPEECH, SECONDS, 0.0F, 0.7F, 0.8F},
    {VY_KIND_SPEECH, CENTROID_HZ, 800.0F, 250.0F, 0.8F},
    {VY_KIND_SPEECH, BASS, 0.3F, 0.1F, -1.6F},
    {VY_KIND_SPEECH, FLATNESS_DB, -33.0F, 5.0F, 1.0F},
};

static const float before[VY_KINDS] = {
    [VY_KIND_AMBIENCE] = -0.6F, [VY_KIND_LOOP] = -1.8F,    [VY_KIND_MUSIC] = 0.8F,
    [VY_KIND_NOISE] = -0.4F,    [VY_KIND_ONE_SHOT] = 0.4F, [VY_KIND_SPEECH] = -4.2F,
    [VY_KIND_UNKNOWN] = 1.2F,
};

#define RULES (sizeof rule / sizeof *rule)

const char *vy_kind_name(enum vy_kind kind)
{
    static const char *const name[VY_KINDS] = {
        "ambience", "loop", "music", "noise", "one-shot", "speech", "unknown",
    };
    return name[kind];
}

static float value_of(const struct vy_kind_facts *facts, enum fact f)
{
    const void *const at = (const char *)facts + fact[f].offset;
    return *(const float *)at;
}

static float scaled(float x, enum scale scale)
{
    switch (scale) {
    case LOG2: return log2f(fmaxf(x, 0.01F));
    case LOG2_1: return log2f(1 + fmaxf(x, 0));
    default: return x;
    }
}

// What a rule says; NAN where its fact is missing.
static float says(const struct vy_kind_facts *facts, size_t r)
{
    const float x = scaled(value_of(facts, rule[r].fact), fact[rule[r].fact].scale);
    return rule[r].weight * tanhf((x - rule[r].middle) / rule[r].width);
}

static void weigh(const struct vy_kind_facts *facts, float *sum)
{
    float known[VY_KINDS] = {0}, all[VY_KINDS] = {0};
    for (int k = 0; k < VY_KINDS; k++)
        sum[k] = before[k];
    for (size_t r = 0; r < RULES; r++) {
        const float said = says(facts, r), weight = fabsf(rule[r].weight);
        all[rule[r].kind] += weight;
        if (isnan(said))
            continue;
        known[rule[r].kind] += weight;
        sum[rule[r].kind] += said;
    }
    for (int k = 0; k < VY_KIND_UNKNOWN; k++)
        if (known[k] < KNOWN_MIN * all[k])
            sum[k] = -INFINITY;
}

// Keeps the strongest reasons, strongest first.
static void add_reason(struct vy_kind_found *found, const struct vy_kind_reason *reason)
{
    uint32_t at = found->reasons;
    while (at && found->reason[at - 1].weight < reason->weight)
        at--;
    if (at >= VY_KIND_REASONS)
        return;
    found->reasons += found->reasons < VY_KIND_REASONS;
    for (uint32_t i = found->reasons - 1; i > at; i--)
        found->reason[i] = found->reason[i - 1];
    found->reason[at] = *reason;
}

static void give_reasons(const struct vy_kind_facts *facts, struct vy_kind_found *found)
{
    for (size_t r = 0; r < RULES; r++) {
        const float said = says(facts, r);
        if (rule[r].kind != found->kind || !(said > 0))
            continue;
        const struct vy_kind_reason reason = {fact[rule[r].fact].text,
                                              value_of(facts, rule[r].fact), said};
        add_reason(found, &reason);
    }
}

void vy_kind_find(const struct vy_kind_facts *facts, struct vy_kind_found *found)
{
    *found = (struct vy_kind_found){.kind = VY_KIND_UNKNOWN};
    float sum[VY_KINDS], most = -INFINITY, total = 0;
    weigh(facts, sum);
    if (!(facts->peak_db > SILENT_DB))
        for (int k = 0; k < VY_KIND_UNKNOWN; k++)
            sum[k] = -INFINITY;
    for (int k = 0; k < VY_KINDS; k++)
        if (sum[k] > most) {
            most = sum[k];
            found->kind = (enum vy_kind)k;
        }
    for (int k = 0; k < VY_KINDS; k++)
        total += found->probability[k] = expf(sum[k] - most);
    for (int k = 0; k < VY_KINDS; k++)
        found->probability[k] /= total;
    found->confidence = found->probability[found->kind];
    give_reasons(facts, found);
}

static void gather_envelope(const struct vy_envelope_found *e, struct vy_kind_facts *f)
{
    f->peak_db = e->peak_db;
    f->attack_s = e->attack_s;
    f->body_s = e->body_s;
    f->decay_db_s = e->decay_db_s;
    f->decay_fit = e->decay_fit;
    f->head_db = e->head_db;
    f->tail_db = e->tail_db;
    f->attacks = e->attacks;
    f->attacks_s = e->attacks_s;
    f->attack_db = e->attack_db;
    f->syllables = e->syllables;
    f->quiet_share = e->quiet_share;
    f->spread_db = e->spread_db;
}

static float bass_share(const struct vy_ltas *third)
{
    double bass = 0, all = 0;
    for (uint32_t i = 0; i < third->bands; i++) {
        if (isnan(third->level_db[i]))
            continue;
        const double power = pow(10, (double)third->level_db[i] / 10);
        all += power;
        bass += third->edge_hz[i + 1] < BASS_HZ ? power : 0;
    }
    return all > 0 ? (float)(bass / all) : NAN;
}

static void gather_spectrum(const struct vy_spectral_found *s, struct vy_kind_facts *f)
{
    f->flatness_db = s->flatness_db.mean;
    f->flatness_spread_db = s->flatness_db.std;
    f->contrast_db = s->contrast_db.mean;
    f->contrast_spread_db = s->contrast_db.std;
    f->centroid_hz = s->centroid_hz.mean;
    f->rolloff_hz = s->rolloff_hz.mean;
    f->slope_db_oct = s->slope_db_oct.mean;
    f->flux = s->flux.mean;
    f->bass_share = bass_share(&s->third);
}

static float least(float a, float b, float c, float d)
{
    return fminf(fminf(a, b), fminf(c, d));
}

static void gather_drums(const struct vy_drum_map *map, struct vy_kind_facts *f)
{
    if (map->beats != 4)
        return;
    const float *const k = map->kick, *const s = map->snare;
    f->four_floor = least(k[0], k[1], k[2], k[3]);
    f->backbeat = least(s[1], s[3], 1 - s[0], 1 - s[2]);
    f->half_time = least(s[2], 1 - s[1], 1 - s[3], 1 - s[0]);
}

// 1 where the length is a number of bars, 0 from half a beat off on.
static float whole_bars(const struct vy_music_found *m, double seconds)
{
    const double bar = m->beats_per_bar ? m->beats_per_bar : 4;
    const double beats = seconds * (double)m->tempo_bpm / 60, bars = beats / bar;
    if (bars < 0.875)
        return NAN;
    return (float)fmax(1 - fabs(bars - round(bars)) * bar * 2, 0);
}

static void gather_music(const struct vy_music_found *m, double seconds, struct vy_kind_facts *f)
{
    f->onsets_s = (float)(m->onsets / seconds);
    f->drums_s = (float)(m->onset_drums / seconds);
    f->chords_s = (float)(m->chords / fmax(seconds, 1));
    f->key_confidence = m->key_confidence;
    f->minor = m->key_confidence > 0 ? (float)(m->mode == VY_MODE_MINOR) : NAN;
    f->pulse_confidence = m->tempo_confidence;
    if (m->tempo_confidence > 0) {
        f->tempo_bpm = m->tempo_bpm;
        f->whole_bars = whole_bars(m, seconds);
    }
    if (m->metre_confidence > 0)
        f->beats_per_bar = (float)m->beats_per_bar;
    if (m->swing_confidence > 0)
        f->swing = m->swing;
    gather_drums(&m->drum_map, f);
}

void vy_kind_gather(const struct vy_report *report, const struct vy_envelope_found *envelope,
                    struct vy_kind_facts *facts)
{
    for (size_t i = 0; i < sizeof *facts / sizeof(float); i++)
        ((float *)facts)[i] = NAN;
    const unsigned ears = report->ears;
    facts->seconds = (float)report->seconds;
    if (envelope)
        gather_envelope(envelope, facts);
    if (ears & VY_EAR_SPECTRUM)
        gather_spectrum(&report->spectrum, facts);
    if (ears & VY_EAR_LEVEL) {
        facts->silence_share = (float)report->level.silence_share;
        facts->crest_db = (float)report->level.crest_db;
    }
    if (ears & VY_EAR_LOUDNESS)
        facts->range_lu = (float)report->loudness.range_lu;
    if (ears & VY_EAR_STEREO)
        facts->width = (float)report->stereo.width;
    if (ears & VY_EAR_MUSIC && report->seconds > 0) {
        gather_music(&report->music, report->seconds, facts);
        if (report->pitch.frames)
            facts->voiced_share =
                (float)((double)report->pitch.voiced / (double)report->pitch.frames);
    }
}
