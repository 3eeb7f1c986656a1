// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/usage.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define WORDS_MOST 40

struct walk {
    const char *at;
    bool fresh; // an action may stand here
    char seen[WORDS_MOST][32];
    int words;
    void (*fn)(void *arg, const struct vy_usage_word *word);
    void *arg;
};

// "N|--seconds" is two words, "-16LUFS|-1dBTP" one.
static size_t word_length(const char *text)
{
    size_t n = 0;
    while (text[n] && !strchr(" \n[]", text[n])) {
        if (text[n] == '|' && text[n + 1] == '-' && !isdigit((unsigned char)text[n + 2]))
            break;
        n++;
    }
    return n;
}

static bool is_lower(const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!islower((unsigned char)text[i]) && text[i] != '|' &&
            (i == 0 || !(isdigit((unsigned char)text[i]) || text[i] == '-')))
            return false;
    return n > 0;
}

static void tell(struct walk *walk, struct vy_usage_word *word, const char *name, size_t n)
{
    snprintf(word->name, sizeof word->name, "%.*s", (int)n, name);
    for (int i = 0; i < walk->words; i++)
        if (strcmp(walk->seen[i], word->name) == 0)
            return;
    if (walk->words < WORDS_MOST)
        vy_text_copy(walk->seen[walk->words++], sizeof walk->seen[0], word->name);
    walk->fn(walk->arg, word);
}

static bool is_file(const char *value)
{
    static const char *const names[] = {"FILE", "PATH", "DIR", "WAV", "OUT"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strstr(value, names[i]))
            return true;
    return false;
}

static void read_option(struct walk *walk, size_t n)
{
    struct vy_usage_word word = {.option = true};
    const char *const name = walk->at;
    walk->at += n;
    const char *const next = walk->at + (*walk->at == ' ');
    const bool negative = next[0] == '-' && isdigit((unsigned char)next[1]);
    if (next != walk->at && *next && !strchr("[]|\n", *next) && (*next != '-' || negative)) {
        const size_t length = word_length(next);
        snprintf(word.value, sizeof word.value, "%.*s", (int)length, next);
        word.chosen = strchr(word.value, '|') && is_lower(next, length);
        word.file = is_file(word.value);
        walk->at = next + length;
    }
    tell(walk, &word, name, n);
}

static void read_actions(struct walk *walk, size_t n)
{
    for (size_t from = 0; from < n;) {
        struct vy_usage_word word = {.option = false};
        const char *const bar = memchr(walk->at + from, '|', n - from);
        const size_t length = bar ? (size_t)(bar - walk->at) - from : n - from;
        tell(walk, &word, walk->at + from, length);
        from += length + 1;
    }
}

void vy_usage_each(const char *usage, void (*fn)(void *arg, const struct vy_usage_word *word),
                   void *arg)
{
    struct walk walk = {.at = usage, .fresh = true, .fn = fn, .arg = arg};
    while (*walk.at) {
        if (strchr(" \n[]", *walk.at)) {
            walk.at++;
            continue;
        }
        if (*walk.at == '|') {
            walk.fresh = walk.at[1] == ' ' || walk.at[1] == '\n';
            walk.at++;
            continue;
        }
        const size_t n = word_length(walk.at);
        if (*walk.at == '-') {
            read_option(&walk, n);
        } else {
            if (walk.fresh && is_lower(walk.at, n))
                read_actions(&walk, n);
            walk.at += n;
        }
        walk.fresh = false;
    }
}
