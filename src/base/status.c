// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Names of errors, their details, and "did you mean".
#include "base/status.h"

#include "base/text.h"

#include <stdio.h>

const char *vy_status_name(vy_status status)
{
    switch (status) {
#define X(code, number, name, text) \
    case VY_##code: return name;
        VY_STATUS_LIST(X)
#undef X
    }
    return "internal";
}

const char *vy_status_text(vy_status status)
{
    switch (status) {
#define X(code, number, name, text) \
    case VY_##code: return text;
        VY_STATUS_LIST(X)
#undef X
    }
    return "";
}

vy_status vy_fail(struct vy_err *err, vy_status code, int at, const char *format, ...)
{
    if (!err)
        return code;
    err->code = code;
    err->at = at;
    err->hint[0] = '\0';
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    return code;
}

void vy_err_suggest(struct vy_err *err, const char *word, const char *(*next)(void *arg, size_t i),
                    void *arg)
{
    if (!err)
        return;
    size_t best = 1000;
    for (size_t i = 0;; i++) {
        const char *const candidate = next(arg, i);
        if (!candidate)
            break;
        const size_t distance = vy_text_distance(word, candidate);
        if (distance < best) {
            best = distance;
            vy_text_copy(err->hint, sizeof err->hint, candidate);
        }
    }
    // further away than a third of the word is a guess, not a hint
    const size_t length = vy_text_length(word, 64);
    if (best > 1 + length / 3)
        err->hint[0] = '\0';
}
