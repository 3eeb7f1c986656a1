// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What somebody means by "warm pad 90bpm D minor": words become conditions on measured facts, or
// text to look for in names and tags. Pure; any bytes are fine.
#ifndef VY_COMMAND_FIND_WORDS_H
#define VY_COMMAND_FIND_WORDS_H

#include "store/sounds.h"

#define VY_FIND_TERMS 24
#define VY_FIND_WORD 48

enum vy_term_kind {
    VY_TERM_TEXT,   ///< in names and tags
    VY_TERM_KIND,   ///< one-shot, loop, music, speech, noise
    VY_TERM_TEMPO,  ///< low..high bpm
    VY_TERM_KEY,    ///< key, minor
    VY_TERM_LENGTH, ///< low..high s
    VY_TERM_FACT,   ///< an adjective: a fact between `low` (not at all) and `high` (fully)
    VY_TERM_UNUSED, ///< says nothing ("a", "with")
};

struct vy_term {
    enum vy_term_kind kind;
    char word[VY_FIND_WORD]; ///< as it was written
    const char *fact;        ///< VY_TERM_FACT: which one; VY_TERM_KIND: which kind
    double low, high;
    int key, minor; ///< minor -1 = either
};

/// @return how many terms
uint32_t vy_find_words(const char *text, struct vy_term term[VY_FIND_TERMS]);

/// How well a sound meets a term, 0..1; NaN = that was not measured. Text terms are not judged
/// here.
double vy_term_met(const struct vy_term *term, const struct vy_facts *facts);

/// "tempo 87.3 to 92.7 bpm".
void vy_term_text(const struct vy_term *term, char *to, size_t size);

#endif
