// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as the words of `veery find`, as a key, a tempo and a length: terms of sane ranges.
#include "command/find_words.h"
#include "command/musical.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct vy_term *term)
{
    struct vy_facts facts;
    char text[120];
    double *value;
    vy_facts_clear(&facts);
    for (int known = 0; known < 2; known++) {
        const double met = vy_term_met(term, &facts);
        if (met < 0 || met > 1)
            abort();
        for (uint32_t i = 0; vy_facts_at(&facts, i, NULL, &value); i++)
            *value = (double)(i * 7 % 12);
    }
    vy_term_text(term, text, sizeof text);
    if (!text[0] || !memchr(term->word, '\0', sizeof term->word))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vy_term term[VY_FIND_TERMS];
    double low, high;
    int key, minor;
    char *const text = malloc(size + 1);
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    const uint32_t terms = vy_find_words(text, term);
    if (terms > VY_FIND_TERMS)
        abort();
    for (uint32_t i = 0; i < terms; i++)
        judge(&term[i]);
    if (vy_tonality_read(text, &key, &minor) && (key < 0 || key > 11 || minor < -1 || minor > 1))
        abort();
    if (vy_range_read(text, "bpm", 0.03, &low, &high) && !(low <= high && high > 0))
        abort();
    if (vy_seconds_read(text, &low) && !(low >= 0 && isfinite(low)))
        abort();
    free(text);
    return 0;
}
