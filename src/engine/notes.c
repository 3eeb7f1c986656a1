// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Names of notes, chords, scales and keys. Equal temperament, A4 = 440 Hz: hz = 440 *
// 2^((n-69)/12).
#include "engine/notes.h"

#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define HIGHEST 136.0 // about 21 kHz
#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

struct chord_row {
    const char *name;
    int8_t notes;
    int8_t step[7];
};

// The reader takes the longest name that fits, so the order is for people.
static const struct chord_row chords[] = {
    {"", 3, {0, 4, 7}},
    {"maj", 3, {0, 4, 7}},
    {"M", 3, {0, 4, 7}},
    {"m", 3, {0, 3, 7}},
    {"min", 3, {0, 3, 7}},
    {"dim", 3, {0, 3, 6}},
    {"o", 3, {0, 3, 6}},
    {"aug", 3, {0, 4, 8}},
    {"+", 3, {0, 4, 8}},
    {"5", 2, {0, 7}},
    {"sus2", 3, {0, 2, 7}},
    {"sus4", 3, {0, 5, 7}},
    {"sus", 3, {0, 5, 7}},
    {"6", 4, {0, 4, 7, 9}},
    {"m6", 4, {0, 3, 7, 9}},
    {"69", 5, {0, 4, 7, 9, 14}},
    {"6/9", 5, {0, 4, 7, 9, 14}},
    {"m69", 5, {0, 3, 7, 9, 14}},
    {"7", 4, {0, 4, 7, 10}},
    {"maj7", 4, {0, 4, 7, 11}},
    {"M7", 4, {0, 4, 7, 11}},
    {"m7", 4, {0, 3, 7, 10}},
    {"min7", 4, {0, 3, 7, 10}},
    {"mmaj7", 4, {0, 3, 7, 11}},
    {"mM7", 4, {0, 3, 7, 11}},
    {"m7b5", 4, {0, 3, 6, 10}},
    {"dim7", 4, {0, 3, 6, 9}},
    {"o7", 4, {0, 3, 6, 9}},
    {"aug7", 4, {0, 4, 8, 10}},
    {"+7", 4, {0, 4, 8, 10}},
    {"7b5", 4, {0, 4, 6, 10}},
    {"7#5", 4, {0, 4, 8, 10}},
    {"7sus4", 4, {0, 5, 7, 10}},
    {"7sus2", 4, {0, 2, 7, 10}},
    {"maj7#5", 4, {0, 4, 8, 11}},
    {"add9", 4, {0, 4, 7, 14}},
    {"madd9", 4, {0, 3, 7, 14}},
    {"add11", 4, {0, 4, 7, 17}},
    {"7b9", 5, {0, 4, 7, 10, 13}},
    {"7#9", 5, {0, 4, 7, 10, 15}},
    {"7#11", 5, {0, 4, 7, 10, 18}},
    {"9", 5, {0, 4, 7, 10, 14}},
    {"maj9", 5, {0, 4, 7, 11, 14}},
    {"M9", 5, {0, 4, 7, 11, 14}},
    {"m9", 5, {0, 3, 7, 10, 14}},
    {"9sus4", 5, {0, 5, 7, 10, 14}},
    {"11", 6, {0, 4, 7, 10, 14, 17}},
    {"maj11", 6, {0, 4, 7, 11, 14, 17}},
    {"m11", 6, {0, 3, 7, 10, 14, 17}},
    {"13", 6, {0, 4, 7, 10, 14, 21}},
    {"maj13", 6, {0, 4, 7, 11, 14, 21}},
    {"m13", 6, {0, 3, 7, 10, 14, 21}},
};

struct scale_row {
    const char *name;
    int steps;
    int step[12];
};

static const struct scale_row scales[] = {
    {"major", 7, {0, 2, 4, 5, 7, 9, 11}},
    {"minor", 7, {0, 2, 3, 5, 7, 8, 10}},
    {"dorian", 7, {0, 2, 3, 5, 7, 9, 10}},
    {"phrygian", 7, {0, 1, 3, 5, 7, 8, 10}},
    {"lydian", 7, {0, 2, 4, 6, 7, 9, 11}},
    {"mixolydian", 7, {0, 2, 4, 5, 7, 9, 10}},
    {"locrian", 7, {0, 1, 3, 5, 6, 8, 10}},
    {"harmonic minor", 7, {0, 2, 3, 5, 7, 8, 11}},
    {"melodic minor", 7, {0, 2, 3, 5, 7, 9, 11}},
    {"harmonic major", 7, {0, 2, 4, 5, 7, 8, 11}},
    {"double harmonic", 7, {0, 1, 4, 5, 7, 8, 11}},
    {"phrygian dominant", 7, {0, 1, 4, 5, 7, 8, 10}},
    {"lydian dominant", 7, {0, 2, 4, 6, 7, 9, 10}},
    {"hungarian minor", 7, {0, 2, 3, 6, 7, 8, 11}},
    {"altered", 7, {0, 1, 3, 4, 6, 8, 10}},
    {"major pentatonic", 5, {0, 2, 4, 7, 9}},
    {"minor pentatonic", 5, {0, 3, 5, 7, 10}},
    {"blues", 6, {0, 3, 5, 6, 7, 10}},
    {"whole tone", 6, {0, 2, 4, 6, 8, 10}},
    {"diminished", 8, {0, 2, 3, 5, 6, 8, 9, 11}},
    {"half whole", 8, {0, 1, 3, 4, 6, 7, 9, 10}},
    {"hirajoshi", 5, {0, 2, 3, 7, 8}},
    {"in sen", 5, {0, 1, 5, 7, 10}},
    {"chromatic", 12, {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}},
    // other names of rows above; degrees are the same
    {"ionian", 7, {0, 2, 4, 5, 7, 9, 11}},
    {"aeolian", 7, {0, 2, 3, 5, 7, 8, 10}},
    {"natural minor", 7, {0, 2, 3, 5, 7, 8, 10}},
};

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

// A letter A..G with up to two sharps or flats; 0 bytes when there is none.
static size_t read_letter(const char *text, size_t length, int *semitone)
{
    static const int8_t white[] = {9, 11, 0, 2, 4, 5, 7};
    if (length == 0 || text[0] < 'A' || text[0] > 'G')
        return 0;
    *semitone = white[text[0] - 'A'];
    size_t n = 1;
    const char sign = length > 1 ? text[1] : '\0';
    for (; n < length && n < 3 && (sign == '#' || sign == 'b') && text[n] == sign; n++)
        *semitone += sign == '#' ? 1 : -1;
    return n;
}

// Digits with an optional fraction; no exponents, no hex, no locale.
static size_t read_decimal(const char *text, size_t length, double *value)
{
    size_t n = 0;
    double v = 0, place = 1;
    for (; n < length && n < 9 && digit(text[n]); n++)
        v = v * 10 + (text[n] - '0');
    if (n == 0)
        return 0;
    if (n + 1 < length && text[n] == '.' && digit(text[n + 1])) {
        const size_t last = n + 10;
        for (n++; n < length && n < last && digit(text[n]); n++) {
            v = v * 10 + (text[n] - '0');
            place *= 10;
        }
    }
    *value = v / place;
    return n;
}

static bool starts(const char *text, size_t length, const char *word)
{
    const size_t n = strlen(word);
    return length >= n && memcmp(text, word, n) == 0;
}

static size_t read_hz(const char *text, size_t length, double *note)
{
    double hz;
    size_t n = read_decimal(text, length, &hz);
    if (n == 0)
        return 0;
    if (starts(text + n, length - n, "kHz")) {
        hz *= 1000;
        n += 3;
    } else if (starts(text + n, length - n, "Hz")) {
        n += 2;
    } else {
        return 0;
    }
    if (!(hz >= 1 && hz <= 20000))
        return 0;
    *note = vy_hz_note(hz);
    return n;
}

static size_t read_named(const char *text, size_t length, double *note)
{
    int semitone;
    size_t n = read_letter(text, length, &semitone);
    if (n == 0 || n >= length)
        return 0;
    int octave;
    if (digit(text[n])) {
        octave = text[n++] - '0';
    } else if (starts(text + n, length - n, "-1")) {
        octave = -1;
        n += 2;
    } else {
        return 0;
    }
    *note = 12 * (octave + 1) + semitone;
    return *note >= 0 && *note <= HIGHEST ? n : 0;
}

bool vy_note_read(const char *text, size_t length, double *note, size_t *used)
{
    size_t n;
    if (length > 0 && text[0] == 'm') {
        n = read_decimal(text + 1, length - 1, note);
        n = n && *note <= HIGHEST ? n + 1 : 0;
    } else if (length > 0 && digit(text[0])) {
        n = read_hz(text, length, note);
    } else {
        n = read_named(text, length, note);
    }
    if (used)
        *used = n;
    return n > 0;
}

int vy_chord_read(const char *text, size_t length, int octave, double *note, int most, size_t *used)
{
    int root;
    size_t n = read_letter(text, length, &root);
    if (used)
        *used = 0;
    if (n == 0)
        return 0;
    const struct chord_row *best = &chords[0];
    for (size_t i = 1; i < COUNT(chords); i++)
        if (starts(text + n, length - n, chords[i].name) &&
            strlen(chords[i].name) > strlen(best->name))
            best = &chords[i];
    n += strlen(best->name);
    const double base = 12 * (octave + 1) + root;
    int notes = 0, bass;
    const size_t slash =
        n < length && text[n] == '/' ? read_letter(text + n + 1, length - n - 1, &bass) : 0;
    if (slash && notes < most) {
        // the nearest such note below the root
        const int down = ((root - bass) % 12 + 12) % 12;
        note[notes++] = base - (down ? down : 12);
        n += 1 + slash;
    }
    for (int i = 0; i < best->notes && notes < most; i++)
        note[notes++] = base + best->step[i];
    if (used)
        *used = n;
    return notes;
}

const char *vy_scale_name(int scale)
{
    return scale >= 0 && scale < (int)COUNT(scales) ? scales[scale].name : NULL;
}

int vy_scale_steps(int scale, const int **semitones)
{
    if (scale < 0 || scale >= (int)COUNT(scales))
        return 0;
    *semitones = scales[scale].step;
    return scales[scale].steps;
}

static const char *next_scale(void *arg, size_t i)
{
    (void)arg;
    return i < COUNT(scales) ? scales[i].name : NULL;
}

// The same name, whatever its case and whether written with spaces, _ or -.
static bool same_scale(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        const bool gap = *a == ' ' || *a == '_' || *a == '-';
        if (gap ? *b != ' ' : tolower((unsigned char)*a) != *b)
            return false;
    }
    return *a == *b;
}

static int find_scale(const char *name)
{
    if (!*name)
        return 0;
    if (strcmp(name, "m") == 0 || same_scale(name, "min"))
        return 1;
    if (same_scale(name, "maj"))
        return 0;
    for (size_t i = 0; i < COUNT(scales); i++)
        if (same_scale(name, scales[i].name))
            return (int)i;
    return -1;
}

vy_status vy_key_read(const char *text, int *root, int *scale, struct vy_err *err)
{
    const size_t length = vy_text_length(text, 64);
    char word[65], name[65];
    memcpy(word, text, length);
    word[length] = '\0';
    word[0] = (char)toupper((unsigned char)word[0]);
    int semitone;
    const size_t n = length < 64 ? read_letter(word, length, &semitone) : 0;
    if (n == 0) {
        const vy_status status =
            vy_fail(err, VY_BAD_ARG, 0, "a key begins with a note: C minor, F# dorian, Bb");
        if (err)
            vy_text_copy(err->hint, sizeof err->hint, "C minor");
        return status;
    }
    size_t from = n, end = length;
    while (word[from] == ' ' || word[from] == '_' || word[from] == ':')
        from++;
    while (end > from && word[end - 1] == ' ')
        end--;
    memcpy(name, word + from, end - from);
    name[end - from] = '\0';
    const int found = find_scale(name);
    if (found < 0) {
        const vy_status status = vy_fail(err, VY_BAD_ARG, (int)from, "'%s' is no scale", name);
        vy_err_suggest(err, name, next_scale, NULL);
        return status;
    }
    *root = (semitone + 12) % 12;
    *scale = found;
    return VY_OK;
}

double vy_degree_note(int degree, int alter, int root, int scale)
{
    const int *step;
    const int n = vy_scale_steps(scale, &step);
    if (n == 0)
        return 60 + root + alter;
    const int from_root = degree - 1;
    const int octave = from_root >= 0 ? from_root / n : -((n - 1 - from_root) / n);
    return 60 + root + 12 * octave + step[from_root - octave * n] + alter;
}

const char *vy_note_name(double note, char *buf, size_t size)
{
    static const char *const names[] = {"C",  "C#", "D",  "Eb", "E",  "F",
                                        "F#", "G",  "Ab", "A",  "Bb", "B"};
    const int n = note > -12 && note < 200 ? (int)floor(note + 0.5) + 12 : 12;
    snprintf(buf, size, "%s%d", names[n % 12], n / 12 - 2);
    return buf;
}

double vy_note_hz(double note)
{
    return 440.0 * exp2((note - 69.0) / 12.0);
}

double vy_hz_note(double hz)
{
    return 69.0 + 12.0 * log2(hz / 440.0);
}
