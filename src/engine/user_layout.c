// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a source says its memory looks like, as one number: the text of its structs, unions and
// typedefs, blanks and comments taken out. Other edits leave the number alone, so that most
// reloads keep the state.
#include "engine/user_module.h"

#include <ctype.h>
#include <string.h>

#define PRIME 0x100000001B3u // FNV-1a

struct scan {
    const char *at;
    uint64_t hash;
    bool any;
    char last; // of what was hashed
};

static bool is_word(char c)
{
    return isalnum((unsigned char)c) || c == '_';
}

// Skip blanks, comments and lines of the preprocessor.
static void skip(struct scan *s)
{
    for (;;) {
        if (isspace((unsigned char)*s->at)) {
            s->at++;
        } else if (s->at[0] == '/' && s->at[1] == '/') {
            s->at += strcspn(s->at, "\n");
        } else if (s->at[0] == '/' && s->at[1] == '*') {
            const char *const end = strstr(s->at + 2, "*/");
            s->at = end ? end + 2 : s->at + strlen(s->at);
        } else if (s->at[0] == '#') {
            while (*s->at && *s->at != '\n')
                s->at += s->at[0] == '\\' && s->at[1] ? 2 : 1;
        } else {
            return;
        }
    }
}

static size_t token_length(const char *at)
{
    size_t n = 1;
    if (is_word(*at)) {
        while (is_word(at[n]))
            n++;
    } else if (*at == '"' || *at == '\'') {
        while (at[n] && at[n] != *at && at[n] != '\n')
            n += at[n] == '\\' && at[n + 1] ? 2 : 1;
        n += at[n] == *at;
    }
    return n;
}

// The next token; returns its length, 0 at the end.
static size_t next(struct scan *s, const char **token)
{
    skip(s);
    *token = s->at;
    const size_t n = *s->at ? token_length(s->at) : 0;
    s->at += n;
    return n;
}

static bool is(const char *token, size_t n, const char *word)
{
    return n == strlen(word) && memcmp(token, word, n) == 0;
}

static void mix(struct scan *s, const char *text, size_t n)
{
    if (is_word(s->last) && is_word(*text))
        s->hash = (s->hash ^ ' ') * PRIME;
    for (size_t i = 0; i < n; i++)
        s->hash = (s->hash ^ (uint8_t)text[i]) * PRIME;
    s->last = text[n - 1];
    s->any = true;
}

// After `struct` or `union`: does a list of members follow before anything else?
static bool defines(struct scan s)
{
    const char *token;
    size_t n;
    int parentheses = 0; // of an attribute
    bool attribute = false;
    while ((n = next(&s, &token)) > 0) {
        if (*token == '(' && (attribute || parentheses))
            parentheses++;
        else if (*token == ')' && parentheses)
            parentheses--;
        else if (*token == '{')
            return parentheses == 0;
        else if (!parentheses && !is_word(*token))
            return false;
        attribute = is(token, n, "__attribute__") || is(token, n, "_Alignas");
    }
    return false;
}

// Take in everything up to the brace that closes, or for a typedef to its semicolon.
static void take_definition(struct scan *s, const char *word, size_t length, bool to_semicolon)
{
    const char *token;
    size_t n;
    int depth = 0;
    mix(s, word, length);
    while ((n = next(s, &token)) > 0) {
        mix(s, token, n);
        depth += (*token == '{') - (*token == '}');
        if (depth == 0 && *token == (to_semicolon ? ';' : '}'))
            return;
    }
}

uint64_t vy_user_layout(const char *source)
{
    struct scan s = {.at = source, .hash = 0xCBF29CE484222325u};
    const char *token;
    size_t n;
    int depth = 0;
    while ((n = next(&s, &token)) > 0) {
        if (depth == 0 && is(token, n, "typedef"))
            take_definition(&s, token, n, true);
        else if (depth == 0 && (is(token, n, "struct") || is(token, n, "union")) && defines(s))
            take_definition(&s, token, n, false);
        else
            depth += (*token == '{') - (*token == '}');
    }
    return s.any ? s.hash | 1 : 0; // 0 means that nothing is said
}
