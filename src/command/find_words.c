// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/find_words.h"

#include "command/musical.h"
#include "listen/music.h"

#include <ctype.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TEMPO_SHARE 0.03
#define LENGTH_SHARE 0.15
#define LONGEST_S 1e6

// What an adjective says of a fact: not at all at `from`, fully at `to`, in between by parts.
static const struct adjective {
    const char *word, *fact;
    double from, to;
} adjectives[] = {
    {"warm", "centroid_hz", 3200, 1400},
    {"mellow", "centroid_hz", 2800, 1000},
    {"dark", "centroid_hz", 2500, 800},
    {"dull", "centroid_hz", 2500, 800},
    {"bright", "centroid_hz", 1500, 4000},
    {"brilliant", "centroid_hz", 2500, 6000},
    {"airy", "high_share", 0.02, 0.2},
    {"deep", "low_share", 0.2, 0.7},
    {"sub", "low_share", 0.5, 0.95},
    {"boomy", "low_share", 0.3, 0.8},
    {"thin", "low_share", 0.3, 0.03},
    {"short", "duration_s", 2, 0.5},
    {"long", "duration_s", 3, 12},
    {"loud", "loudness_lufs", -20, -10},
    {"quiet", "loudness_lufs", -18, -30},
    {"noisy", "flatness", 0.02, 0.2},
    {"clean", "flatness", 0.1, 0.005},
    {"tonal", "key_confidence", 0.1, 0.5},
    {"punchy", "attack_ms", 40, 5},
    {"percussive", "attack_ms", 40, 5},
    {"plucky", "attack_ms", 40, 5},
    {"sharp", "attack_ms", 40, 5},
    {"soft", "attack_ms", 15, 120},
    {"slow-attack", "attack_ms", 30, 200},
    {"smooth", "attack_ms", 15, 120},
    {"fast", "bpm", 100, 140},
    {"slow", "bpm", 110, 80},
    {"dynamic", "crest_db", 8, 18},
    {"compressed", "crest_db", 14, 7},
    {"flat", "crest_db", 14, 7},
    {"busy", "onset_rate_hz", 2, 6},
    {"dense", "onset_rate_hz", 2, 6},
    {"sparse", "onset_rate_hz", 3, 0.7},
    {"calm", "onset_rate_hz", 3, 0.7},
    {"mono", "channels", 2, 1},
    {"stereo", "channels", 1, 2},
    {"minor", "minor", 0, 1},
    {"major", "minor", 1, 0},
};

static const struct {
    const char *word, *kind;
} kinds[] = {
    {"one-shot", "one-shot"}, {"oneshot", "one-shot"},  {"one-shots", "one-shot"},
    {"hit", "one-shot"},      {"loop", "loop"},         {"loops", "loop"},
    {"music", "music"},       {"song", "music"},        {"speech", "speech"},
    {"noise", "noise"},       {"ambience", "ambience"}, {"atmosphere", "ambience"},
};

static const char *const empty_words[] = {"a",     "an",  "the",    "with", "in",   "and", "of",
                                          "sound", "for", "sounds", "at",   "some", "like"};

// One word of the text. @return false at the end
static bool next_word(const char **text, char word[VY_FIND_WORD])
{
    const char *p = *text;
    size_t n = 0;
    while (*p && (isspace((unsigned char)*p) || *p == ',' || *p == ';' || *p == '"'))
        p++;
    if (!*p)
        return false;
    for (; *p && !isspace((unsigned char)*p) && *p != ',' && *p != ';' && *p != '"'; p++)
        if (n + 1 < VY_FIND_WORD)
            word[n++] = *p;
    word[n] = '\0';
    *text = p;
    return true;
}

// Words that belong together: "90 bpm", "D minor", "2 s".
static bool join(const char *first, const char *second, char both[VY_FIND_WORD])
{
    return snprintf(both, VY_FIND_WORD, "%s %s", first, second) < VY_FIND_WORD;
}

static bool read_tempo(const char *word, struct vy_term *term)
{
    const size_t n = strlen(word);
    if (n < 4 || strcasecmp(word + n - 3, "bpm") != 0 ||
        !vy_range_read(word, "bpm", TEMPO_SHARE, &term->low, &term->high))
        return false;
    term->kind = VY_TERM_TEMPO;
    return true;
}

static bool read_key(const char *word, struct vy_term *term)
{
    // a lone small letter is a word
    if (!isupper((unsigned char)word[0]) || !vy_tonality_read(word, &term->key, &term->minor))
        return false;
    term->kind = VY_TERM_KEY;
    return true;
}

static bool read_length(const char *word, struct vy_term *term)
{
    const char sign = word[0] == '<' || word[0] == '>' ? word[0] : '\0';
    double seconds;
    if (sign)
        word++;
    // with a unit: a bare number is part of a name
    char plain[VY_FIND_WORD];
    size_t n = 0;
    for (const char *p = word; *p && n + 1 < sizeof plain; p++)
        if (*p != ' ')
            plain[n++] = *p;
    plain[n] = '\0';
    const bool unit = n && (isalpha((unsigned char)plain[n - 1]) || strchr(plain, ':'));
    if (vy_range_read(plain, "s", LENGTH_SHARE, &term->low, &term->high) && unit && !sign) {
        term->kind = VY_TERM_LENGTH;
        return true;
    }
    if (!unit || !vy_seconds_read(plain, &seconds))
        return false;
    term->low = sign == '>' ? seconds : sign ? 0 : seconds * (1 - LENGTH_SHARE);
    term->high = sign == '>' ? LONGEST_S : sign ? seconds : seconds * (1 + LENGTH_SHARE);
    term->kind = VY_TERM_LENGTH;
    return true;
}

static bool read_known_word(const char *word, struct vy_term *term)
{
    for (size_t i = 0; i < sizeof empty_words / sizeof *empty_words; i++)
        if (strcasecmp(word, empty_words[i]) == 0) {
            term->kind = VY_TERM_UNUSED;
            return true;
        }
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcasecmp(word, kinds[i].word) == 0) {
            term->kind = VY_TERM_KIND;
            term->fact = kinds[i].kind;
            return true;
        }
    for (size_t i = 0; i < sizeof adjectives / sizeof *adjectives; i++)
        if (strcasecmp(word, adjectives[i].word) == 0) {
            term->kind = VY_TERM_FACT;
            term->fact = adjectives[i].fact;
            term->low = adjectives[i].from;
            term->high = adjectives[i].to;
            return true;
        }
    return false;
}

static bool read_term(const char *word, struct vy_term *term)
{
    *term = (struct vy_term){.minor = -1};
    memcpy(term->word, word, VY_FIND_WORD);
    return read_tempo(word, term) || read_key(word, term) || read_length(word, term);
}

uint32_t vy_find_words(const char *text, struct vy_term term[VY_FIND_TERMS])
{
    char word[VY_FIND_WORD] = "", after[VY_FIND_WORD] = "", both[VY_FIND_WORD];
    uint32_t terms = 0;
    bool more = next_word(&text, word);
    while (more && terms < VY_FIND_TERMS) {
        struct vy_term *const t = &term[terms];
        const bool next = next_word(&text, after);
        // two words together first: "D minor" before "D", "90 bpm" before "90"
        if (next && join(word, after, both) && read_term(both, t)) {
            terms++;
            more = next_word(&text, word);
            continue;
        }
        if (!read_term(word, t) && !read_known_word(word, t))
            t->kind = VY_TERM_TEXT;
        terms++;
        memcpy(word, after, sizeof word);
        more = next;
    }
    return terms;
}

static double fact_of(const struct vy_facts *facts, const char *name)
{
    struct vy_facts copy = *facts;
    const char *row;
    double *value;
    for (uint32_t i = 0; (row = vy_facts_at(&copy, i, NULL, &value)); i++)
        if (strcmp(row, name) == 0)
            return *value;
    return (double)NAN;
}

// Inside a range fully, outside less by the distance in octaves.
static double in_range(double value, double low, double high)
{
    if (isnan(value))
        return (double)NAN;
    if (value >= low && value <= high)
        return 1;
    if (value <= 0)
        return 0;
    const double off = value < low ? log2(low / value) : log2(value / fmax(high, 1e-9));
    return fmax(0, 1 - 4 * off);
}

double vy_term_met(const struct vy_term *term, const struct vy_facts *facts)
{
    double value;
    switch (term->kind) {
    case VY_TERM_TEXT:
    case VY_TERM_UNUSED: return (double)NAN;
    case VY_TERM_KIND: return facts->kind[0] ? strcmp(facts->kind, term->fact) == 0 : (double)NAN;
    case VY_TERM_TEMPO: // half and double are heard as the same, but not quite
        value = fmax(in_range(facts->bpm * 2, term->low, term->high),
                     in_range(facts->bpm / 2, term->low, term->high));
        return isnan(facts->bpm) ? (double)NAN
                                 : fmax(in_range(facts->bpm, term->low, term->high), 0.7 * value);
    case VY_TERM_KEY: {
        if (isnan(facts->key))
            return (double)NAN;
        struct vy_sound_wish wish = {.has_key = true, .key = term->key, .minor = term->minor};
        if (vy_wish_met(&wish, facts))
            return 1;
        wish.relative = true; // the same notes
        return vy_wish_met(&wish, facts) ? 0.6 : 0;
    }
    case VY_TERM_LENGTH: return in_range(facts->duration_s, term->low, term->high);
    case VY_TERM_FACT:
        value = (fact_of(facts, term->fact) - term->low) / (term->high - term->low);
        return isnan(value) ? value : fmin(fmax(value, 0), 1);
    }
    return (double)NAN;
}

void vy_term_text(const struct vy_term *term, char *to, size_t size)
{
    switch (term->kind) {
    case VY_TERM_TEXT: snprintf(to, size, "in names and tags"); break;
    case VY_TERM_UNUSED: snprintf(to, size, "says nothing by itself"); break;
    case VY_TERM_KIND: snprintf(to, size, "kind %s", term->fact); break;
    case VY_TERM_TEMPO: snprintf(to, size, "tempo %.4g to %.4g bpm", term->low, term->high); break;
    case VY_TERM_KEY:
        snprintf(to, size, "key %s%s", vy_pitch_class_name(term->key),
                 term->minor < 0 ? ", major or minor"
                 : term->minor   ? " minor"
                                 : " major");
        break;
    case VY_TERM_LENGTH:
        if (term->high >= LONGEST_S)
            snprintf(to, size, "longer than %.4g s", term->low);
        else
            snprintf(to, size, "length %.4g to %.4g s", term->low, term->high);
        break;
    case VY_TERM_FACT:
        snprintf(to, size, "%s from %g towards %g", term->fact, term->low, term->high);
        break;
    }
}
