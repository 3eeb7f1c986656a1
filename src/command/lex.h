// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A line becomes commands, a command becomes words that know where they stood. Nothing here knows
// a verb: the same reading serves the shell, files, timers and the network.
//
//   line    = command { ";" command } [ "#" comment ]
//   command = [ "dry" ] [ when ] word { word }
//   when    = "at" ( "now" | "next" ( "beat" | "bar" | INT "bars" ) | "bar" INT [ ":" BEAT ] )
//   word    = plain | "quoted" | key=value | name ":" pattern | < <= = >= >
//
// A pattern reaches to the end of its command; trailing div= swing= gate= prob= are its options.
// A comment begins with '#' at the start of a word, so F#3 needs no quotes; inside a pattern '#'
// before a digit is a raised degree (#4), not a comment.
#ifndef VY_COMMAND_LEX_H
#define VY_COMMAND_LEX_H

#include "base/arena.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

#define VY_LINE_MAX 65536 ///< bytes
#define VY_MAX_WORDS 128  ///< in one command

enum vy_word_kind {
    VY_WORD_PLAIN,
    VY_WORD_STRING,   ///< was in quotes
    VY_WORD_PAIR,     ///< key=value
    VY_WORD_OPERATOR, ///< < <= = >= >
    VY_WORD_PATTERN,  ///< raw text after "name:"
};

struct vy_word {
    enum vy_word_kind kind;
    const char *text; ///< of a pair: the value
    const char *key;  ///< of a pair, else NULL
    int at, end;      ///< bytes of the line, end exclusive
    int text_at;      ///< first byte of `text`
};

enum vy_when_kind { VY_WHEN_NONE, VY_WHEN_NOW, VY_WHEN_BEAT, VY_WHEN_BARS, VY_WHEN_BAR };

struct vy_when {
    enum vy_when_kind kind;
    double bars; ///< VY_WHEN_BARS: how many
    double bar;  ///< VY_WHEN_BAR: 1 = the first
    double beat; ///< VY_WHEN_BAR: 1 = the first
    int at;
};

/// One command. Strings live in the arena of the reader.
struct vy_line {
    struct vy_word word[VY_MAX_WORDS];
    int words;
    bool dry;
    struct vy_when when;
    int begin, end; ///< bytes of the command without dry and when
};

struct vy_lex {
    struct vy_arena arena;
    const char *text; ///< own copy, 0-terminated
    int length, next;
};

/// Take a line: at most VY_LINE_MAX bytes of UTF-8 without control characters (tabs are fine; a
/// final newline is dropped). Zero-initialise `lex` first; clear with vy_lex_close.
/// @return VY_TOO_BIG, VY_SYNTAX, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_lex_open(struct vy_lex *lex, const char *text, size_t length,
                                    struct vy_err *err);

/// The next command. line->words is 0 after the last.
VY_MUST_CHECK vy_status vy_lex_next(struct vy_lex *lex, struct vy_line *line, struct vy_err *err);

void vy_lex_close(struct vy_lex *lex);

/// Raw text from byte `from` to the end of the command, trimmed. NULL when memory is out.
const char *vy_lex_rest(struct vy_lex *lex, const struct vy_line *line, int from);

/// A whole text as a number: plain decimal, finite. *rest is what follows it (a unit).
bool vy_lex_number(const char *text, double *number, const char **rest);

/// Option keys of a pattern: div swing gate prob.
bool vy_lex_is_pattern_option(const char *key, size_t length);

#endif
