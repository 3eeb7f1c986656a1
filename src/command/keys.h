// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery key new|ls|revoke`: keys of the HTTP face.
#ifndef VY_COMMAND_KEYS_H
#define VY_COMMAND_KEYS_H

#include "store/keys.h"

#include <jansson.h>

/// What is asked.
struct vy_keys_ask {
    const char *studio; ///< the database; NULL = the usual one
    const char *action; ///< "new", "ls", "revoke"
    const char *which;  ///< revoke: name or number
    const char *scope;  ///< new
    const char *name;   ///< new; NULL = the first of key1, key2 .. that is free
};

/// Do it: text for people, result for programs.
VY_MUST_CHECK vy_status vy_keys_do(const struct vy_keys_ask *ask, struct vy_buf *text,
                                   json_t *result, struct vy_err *err);

#endif
