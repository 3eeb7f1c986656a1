// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The OSC face: UDP packets turn parameters and play notes of a live studio.
//
// A thread of its own receives. What can happen at once it hands to the engines itself; lines, and
// everything the engines do not know yet, wait in a queue for the main thread. Messages of one
// sender stay in order: while something of his waits, what follows waits behind it.
#ifndef VY_SERVE_OSC_H
#define VY_SERVE_OSC_H

#include "live/live.h"

struct vy_osc;

struct vy_osc_how {
    struct vy_live *live; ///< borrowed, outlives the face
    const char *host;     ///< address to listen at, NULL = 127.0.0.1; any other only when asked for
    uint16_t port;        ///< 0 = any free one
};

/// What has happened so far.
struct vy_osc_facts {
    uint16_t port;
    char where[64]; ///< address and port that are listened at: "127.0.0.1:5005"
    uint32_t subscribers;
    uint32_t buffer; ///< bytes the system keeps for us
    int priority;    ///< real-time priority of the receiving thread, 0 = none
    uint64_t packets, messages;
    uint64_t direct; ///< given to the engines by the receiving thread
    uint64_t queued; ///< given to the main thread
    uint64_t busy;   ///< refused: the queue was full
    uint64_t bad;    ///< refused: malformed
    /// Of messages with a stamp, from the stamp to the engines' ring: half of them, 99 of 100 took
    /// no longer. 0 = there were none.
    uint64_t push_p50_ns, push_p99_ns;
};

/// Bind and start to receive. @return VY_IO, VY_BAD_ARG (host), VY_NO_MEMORY
VY_MAIN VY_MUST_CHECK vy_status vy_osc_open(const struct vy_osc_how *how, struct vy_osc **osc,
                                            struct vy_err *err);
/// NULL is fine.
VY_MAIN void vy_osc_close(struct vy_osc *osc);

/// Poll this for reading; when it is readable, and every 10 ms, call vy_osc_service.
VY_MAIN int vy_osc_fd(const struct vy_osc *osc);
/// Do what waits, send replies and telemetry.
VY_MAIN void vy_osc_service(struct vy_osc *osc);

/// Tell an event of the studio to those who subscribed. Borrowed.
VY_MAIN void vy_osc_event(struct vy_osc *osc, const json_t *event);

VY_MAIN void vy_osc_facts(const struct vy_osc *osc, struct vy_osc_facts *facts);

#endif
