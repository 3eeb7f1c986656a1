// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One connection of the studio's socket: bytes in and out, and what the client wants.
#ifndef VY_SERVE_CLIENT_H
#define VY_SERVE_CLIENT_H

#include "base/text.h"
#include "engine/document.h"

#include <jansson.h>
#include <stdint.h>

struct vy_client {
    int fd;
    char author[VY_NAME_SIZE];
    bool human, events, meters;
    bool eof;         ///< sends no more
    bool deaf;        ///< reads no more: what is queued is thrown away
    bool closing;     ///< goes when its queue is empty
    bool dropped;     ///< its queue ran over
    bool skipping;    ///< inside a line that is too long
    uint32_t watched; ///< epoll events
    double rate_hz;
    uint64_t due_ns; ///< of the next meters, CLOCK_MONOTONIC
    json_t *peaks;   ///< gathered since the last, or NULL
    struct vy_buf in, out;
    size_t taken, sent; ///< bytes of `in` done with, of `out` sent
};

void vy_client_clear(struct vy_client *client);

/// Bytes queued.
size_t vy_client_queue(const struct vy_client *client);

/// Queue an object as a line. `object` is borrowed.
void vy_client_put(struct vy_client *client, const json_t *object);

/// Send as much as goes without waiting.
void vy_client_flush(struct vy_client *client);

/// Read as much as is there, up to what a request may have.
void vy_client_fill(struct vy_client *client);

enum vy_client_line {
    VY_LINE_NONE,     ///< not a whole one yet
    VY_LINE_HERE,     ///< *text and *length, borrowed until the next call
    VY_LINE_TOO_LONG, ///< one was longer than VY_REQUEST_MAX and is skipped
};

/// The next line that came in, without its end.
enum vy_client_line vy_client_next(struct vy_client *client, const char **text, size_t *length);

#endif
