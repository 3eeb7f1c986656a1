// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Patterns of sounds, found, learned and corrected: behind `veery patterns` and the verb of the
// same name. docs/patterns.md has the JSON.
#ifndef VY_COMMAND_PATTERNS_H
#define VY_COMMAND_PATTERNS_H

#include "base/status.h"
#include "base/text.h"
#include "base/work.h"
#include "listen/embed.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define VY_PATTERNS_WORDS 16
/// Who made a record's features.
#define VY_PATTERNS_EXTRACTOR "patterns/1 " VY_EMBED_NAME

/// What is asked.
struct vy_patterns_ask {
    const char *library;        ///< NULL = the usual one
    const char *action;         ///< of vy_patterns_action_at
    const char *what;           ///< a file, FILE:START-END or a pattern's number; NULL = not given
    const struct vy_work *work; ///< to be told how far it is; NULL = nobody
    uint32_t words;
    struct {
        const char *key, *value;
    } word[VY_PATTERNS_WORDS]; ///< type=melodic, start=1.5 ...
};

/// One line of the manual.
struct vy_patterns_action {
    const char *name, *what, *text;
    const char *keys; ///< that it takes, separated by spaces
};
/// Row i, NULL after the last.
const struct vy_patterns_action *vy_patterns_action_at(size_t i);

/// Do it: text for people, result for programs.
VY_MUST_CHECK vy_status vy_patterns_do(const struct vy_patterns_ask *ask, struct vy_buf *text,
                                       json_t *result, struct vy_err *err);

#endif
