// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// JSON objects, one a line, between the studio and its engines. Never blocks: what the other side
// does not take waits here.
#ifndef VY_LIVE_LINK_H
#define VY_LIVE_LINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define VY_LINK_MAX (64u << 20) ///< bytes that may wait either way

/// One end of a socket pair. Zero-initialise, set fd (non-blocking); the owner closes it.
struct vy_link {
    int fd;
    bool broken; ///< the other side is gone, or too much waits
    struct vy_link_bytes {
        char *text;
        size_t from, to, capacity;
    } in, out;
};

/// Send an object; the reference is taken over.
void vy_link_send(struct vy_link *link, json_t *message);

/// Write on what waits. Call now and then.
void vy_link_flush(struct vy_link *link);

/// The next object that has come, or NULL. Caller decrefs.
json_t *vy_link_next(struct vy_link *link);

/// Free the buffers and close fd.
void vy_link_close(struct vy_link *link);

#endif
