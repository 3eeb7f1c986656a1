// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Pattern text -> tree: steps, notes and brackets. What hangs on a step is in pattern_modifiers.c.
//
// In steps every character is a step and spaces are for the eye. In melodies and chords words are
// separated by spaces or bars; only runs of . ~ - _ may stand together. Digits directly behind
// ? * ! belong to those signs: "x?3" is a chance, "x? 3" two steps.
#include "engine/pattern_tree.h"

#include "base/text.h"
#include "engine/notes.h"

#include <stdio.h>
#include <string.h>

#define STEP_VELOCITY 0.6f
#define NOTE_VELOCITY 0.8f
#define CHORD_OCTAVE 3
#define HIGHEST_DEGREE 15

static bool is_digit(char ch)
{
    return ch >= '0' && ch <= '9';
}

static bool is_word(char ch)
{
    return is_digit(ch) || (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || ch == '#' ||
           ch == '/' || ch == '+';
}

static bool is_gap(char ch)
{
    return ch == ' ' || ch == '\t' || ch == '|' || ch == '\n' || ch == '\r';
}

// Bytes of the word at the position, cut at `most`.
static size_t word_length(const struct vy__compile *c, size_t most)
{
    const char *const w = c->text + c->pos;
    size_t n = 0;
    while (n < most &&
           (is_word(w[n]) || (n > 0 && w[n] == '.' && is_digit(w[n - 1]) && is_digit(w[n + 1]))))
        n++;
    return n;
}

static bool strange(struct vy__compile *c)
{
    const unsigned char ch = (unsigned char)c->text[c->pos];
    if (ch < 0x20 || ch > 0x7e)
        return vy__pattern_fail(c, c->pos, "", "byte 0x%02x does not belong in a pattern", ch);
    if (strchr("*?!(@{^", ch))
        return vy__pattern_fail(c, c->pos, "", "'%c' must stand directly behind a step", ch);
    if (c->options->kind != VY_PATTERN_STEPS)
        return vy__pattern_fail(c, c->pos, "", "'%c' is no note, rest or tie", ch);
    const char *const hint = ch == '0'                ? "."
                             : ch == '_'              ? "-"
                             : ch >= 'A' && ch <= 'G' ? "melody"
                                                      : "x";
    return vy__pattern_fail(c, c->pos, hint, "'%c' is no step; steps are x X 1-9 . ~ -", ch);
}

static bool read_step(struct vy__compile *c, struct vy__node *node)
{
    const char ch = c->text[c->pos];
    node->type = VY__HIT;
    if (ch == 'x')
        node->velocity = STEP_VELOCITY;
    else if (ch == 'X')
        node->velocity = 1;
    else if (ch >= '1' && ch <= '9')
        node->velocity = (float)(ch - '0') / 9.0f;
    else if (ch == '(') {
        node->velocity = STEP_VELOCITY; // a bare (3,8) plays x; the modifier reader goes on
        return true;
    } else
        return strange(c);
    c->pos++;
    return true;
}

// Up to VY_CHORD_NOTES notes become a hit.
static bool set_notes(struct vy__node *node, const double *note, int notes)
{
    node->notes = (uint8_t)notes;
    for (int i = 0; i < notes; i++)
        node->note[i] = (float)note[i];
    return true;
}

// A scale degree: signs, then a number that the word ends with. False: not one (no error).
static bool read_degree(const char *word, size_t length, int *degree, int *alter)
{
    size_t n = 0;
    *alter = 0;
    for (; n < length && n < 2 && (word[n] == 'b' || word[n] == '#'); n++)
        *alter += word[n] == '#' ? 1 : -1;
    const bool down = n < length && word[n] == '-';
    n += down;
    const size_t digits = length - n;
    if (digits < 1 || digits > 2 || !is_digit(word[n]) || !is_digit(word[length - 1]))
        return false;
    *degree = word[n] - '0';
    if (digits == 2)
        *degree = *degree * 10 + (word[n + 1] - '0');
    if (down)
        *degree = -*degree;
    return *degree <= HIGHEST_DEGREE && *degree >= -HIGHEST_DEGREE;
}

static bool degree_notes(const struct vy__compile *c, struct vy__node *node, int degree, int alter)
{
    const struct vy_pattern_options *const o = c->options;
    double note[3] = {0};
    const bool triad = o->kind == VY_PATTERN_CHORDS;
    for (int i = 0; i < (triad ? 3 : 1); i++)
        note[i] = vy_degree_note(degree + 2 * i, alter, o->key_root, o->key_scale) -
                  (triad ? 12 * (4 - CHORD_OCTAVE) : 0);
    return set_notes(node, note, triad ? 3 : 1);
}

static bool bad_word(struct vy__compile *c, const char *word, size_t length)
{
    char hint[32] = "";
    const int n = length < 20 ? (int)length : 20;
    bool number = length > 0;
    for (size_t i = 0; i < length; i++)
        number = number && (is_digit(word[i]) || word[i] == '.');
    if (number) {
        snprintf(hint, sizeof hint, "%.*sHz", n, word);
        return vy__pattern_fail(c, c->pos, hint,
                                "%.*s is no scale degree (up to 15); write %s, or m%.*s for MIDI",
                                n, word, hint, n, word);
    }
    if (c->options->kind == VY_PATTERN_CHORDS)
        return vy__pattern_fail(c, c->pos, "Cm7", "'%.*s' is no chord", n, word);
    double note;
    size_t used = 0;
    if (word[0] >= 'a' && word[0] <= 'g')
        snprintf(hint, sizeof hint, "%c%.*s", word[0] - 32, n - 1, word + 1);
    if (!vy_note_read(hint, strlen(hint), &note, &used) || used != length)
        hint[0] = '\0';
    return vy__pattern_fail(c, c->pos, hint, "'%.*s' is no note, scale degree or chord", n, word);
}

static bool read_word(struct vy__compile *c, struct vy__node *node)
{
    const char *const word = c->text + c->pos;
    // signs belong to degrees (-1) and low octaves (C-1) only
    const bool minus = word[0] == '-';
    size_t length = minus;
    c->pos += minus;
    length += word_length(c, 48);
    c->pos -= minus;
    double note[VY_CHORD_NOTES];
    size_t used = 0;
    int notes = 0, degree, alter;
    node->type = VY__HIT;
    node->velocity = NOTE_VELOCITY;
    if (length == 0)
        return strange(c);
    if (c->options->kind == VY_PATTERN_MELODY && !minus) {
        const size_t low = word[length] == '-' && word[length + 1] == '1' ? 2 : 0;
        if (vy_note_read(word, length + low, note, &used) && used >= length)
            notes = 1;
    }
    if (!notes && read_degree(word, length, &degree, &alter)) {
        c->pos += length;
        return degree_notes(c, node, degree, alter);
    }
    if (!notes && !minus) {
        notes = vy_chord_read(word, length, CHORD_OCTAVE, note, VY_CHORD_NOTES, &used);
        notes = used == length ? notes : 0;
    }
    if (!notes)
        return bad_word(c, word, length);
    c->pos += used;
    return set_notes(node, note, notes);
}

static bool read_list(struct vy__compile *c, struct vy__node *list, char closer);

static bool read_brackets(struct vy__compile *c, struct vy__node *node)
{
    const char open = c->text[c->pos];
    node->type = open == '[' ? VY__GROUP : VY__ALTERNATE;
    if (++c->depth > VY__MAX_DEPTH)
        return vy__pattern_fail(c, c->pos, "", "brackets are nested deeper than %d", VY__MAX_DEPTH);
    c->pos++;
    if (!read_list(c, node, open == '[' ? ']' : '>'))
        return false;
    c->pos++;
    c->depth--;
    return true;
}

static bool read_atom(struct vy__compile *c, struct vy__node *node)
{
    const char ch = c->text[c->pos];
    const bool melody = c->options->kind != VY_PATTERN_STEPS;
    const bool degree = melody && ch == '-' && is_digit(c->text[c->pos + 1]);
    if (ch == '[' || ch == '<')
        return read_brackets(c, node);
    if (ch == '.' || ch == '~')
        node->type = VY__REST;
    else if (ch == '-' && !degree)
        node->type = VY__TIE;
    else if (ch == '_' && melody)
        node->type = VY__SLIDE;
    else
        return melody ? read_word(c, node) : read_step(c, node);
    c->pos++;
    return true;
}

// Melody words end at a gap, a closing bracket or the end of the text.
static bool check_end(struct vy__compile *c, const struct vy__node *node)
{
    if (c->options->kind == VY_PATTERN_STEPS)
        return true;
    const char ch = c->text[c->pos];
    const bool mark = node->type == VY__REST || node->type == VY__TIE || node->type == VY__SLIDE;
    if (!ch || is_gap(ch) || ch == ']' || ch == '>')
        return true;
    if (mark && strchr(".~-_", ch))
        return true;
    if ((unsigned char)ch < 0x20 || (unsigned char)ch > 0x7e)
        return strange(c);
    return vy__pattern_fail(c, c->pos, "", "put a space before '%c'", ch);
}

static struct vy__node *read_element(struct vy__compile *c)
{
    if (++c->nodes > VY__MAX_HITS) {
        vy__pattern_fail(c, c->pos, "", "a pattern has at most %d steps", VY__MAX_HITS);
        return NULL;
    }
    struct vy__node *const node = vy__pattern_take(c, sizeof *node);
    if (!node)
        return NULL;
    node->at = (uint32_t)c->pos;
    node->ratchet = node->repeat = 1;
    node->chance = 1;
    if (!read_atom(c, node) || !vy__pattern_modifiers(c, node) || !check_end(c, node))
        return NULL;
    return node;
}

// The end of a list is its closing bracket, or the end of the text for the root.
static bool read_list(struct vy__compile *c, struct vy__node *list, char closer)
{
    struct vy__node **last = &list->child;
    for (;;) {
        while (is_gap(c->text[c->pos]))
            c->pos++;
        const char ch = c->text[c->pos];
        if (ch == closer)
            break;
        if (!ch)
            return vy__pattern_fail(c, list->at, "", "'%c' is never closed", c->text[list->at]);
        if (ch == ']' || ch == '>')
            return vy__pattern_fail(c, c->pos, "", "'%c' closes nothing that is open here", ch);
        struct vy__node *const node = read_element(c);
        if (!node)
            return false;
        list->steps += vy__node_steps(node);
        if (list->steps > VY__MAX_HITS)
            return vy__pattern_fail(c, node->at, "", "a pattern has at most %d steps",
                                    VY__MAX_HITS);
        *last = node;
        last = &node->next;
    }
    if (!list->steps)
        return closer ? vy__pattern_fail(c, list->at, "", "nothing stands in the brackets")
                      : vy__pattern_fail(c, 0, "", "the pattern is empty");
    return true;
}

struct vy__node *vy__pattern_read(struct vy__compile *c)
{
    struct vy__node *const root = vy__pattern_take(c, sizeof *root);
    if (!root)
        return NULL;
    root->type = VY__GROUP;
    root->ratchet = root->repeat = 1;
    root->chance = 1;
    return read_list(c, root, '\0') ? root : NULL;
}
