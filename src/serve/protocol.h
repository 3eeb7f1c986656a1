// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a client of the studio's socket may say, one line at a time. Pure: bytes in, a request out.
//
//   set bass.cutoff 500                                        a line of the language
//   {"line":"...","author":"ann","if_version":42,"id":7}       the same, with more
//   {"hello":{"author":"ann","insist":true,"human":true}}      who speaks from now on
//   {"subscribe":["events","meters"],"rate":10}                what is told unasked; [] = nothing
//   {"complete":{"line":"set ba","at":6}}                      words for a line being typed
//
// "id" may stand in every object and comes back as "request". Unknown keys are errors.
#ifndef VY_SERVE_PROTOCOL_H
#define VY_SERVE_PROTOCOL_H

#include "command/lex.h"

#include <jansson.h>
#include <stdint.h>

/// Longest request in bytes, newline excluded: a line whose every byte was escaped as \n or \" and
/// what stands around it.
#define VY_REQUEST_MAX (2u * VY_LINE_MAX + 4096u)

#define VY_METER_RATE_MAX 60.0 ///< Hz

enum vy_want_kind {
    VY_WANT_LINE,
    VY_WANT_HELLO,
    VY_WANT_SUBSCRIBE,
    VY_WANT_COMPLETE,
};

/// A request. Strings live as long as it does, or, for a plain line, as the bytes it was read from.
struct vy_want {
    enum vy_want_kind kind;
    bool plain;         ///< was not an object
    const char *line;   ///< LINE, COMPLETE: not terminated
    size_t length;      ///< of the line, bytes
    const char *author; ///< LINE, HELLO; NULL = as before
    int64_t if_version; ///< LINE; -1 = whatever
    bool insist;        ///< HELLO: this name, even when somebody has it
    bool human;         ///< HELLO: replies carry text for people
    bool events, meters;
    double rate_hz; ///< SUBSCRIBE: of meters, 0.1..VY_METER_RATE_MAX
    size_t at;      ///< COMPLETE: byte of the cursor, 0..length
    json_t *id;     ///< borrowed from root, or NULL
    json_t *root;   ///< owned
};

/// Read a request. Clear `want` afterwards, also when it failed: its id may be known even then.
/// @return VY_SYNTAX, VY_BAD_ARG, VY_OUT_OF_RANGE, VY_TOO_BIG
VY_MUST_CHECK vy_status vy_want_read(const char *text, size_t length, struct vy_want *want,
                                     struct vy_err *err);
void vy_want_clear(struct vy_want *want);

#endif
