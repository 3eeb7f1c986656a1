// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// OSC 1.0 packets: bytes to messages and back, by liblo. Pure; nothing stays allocated, nothing is
// printed, and every length is checked, since anybody may send anything.
#ifndef VY_SERVE_OSC_PACKET_H
#define VY_SERVE_OSC_PACKET_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VY_OSC_MAX_ARGS 32      ///< in one message
#define VY_OSC_MAX_DEPTH 16     ///< bundles in bundles
#define VY_OSC_MAX_PACKET 65507 ///< bytes: the largest UDP datagram
#define VY_OSC_NOW 1ull         ///< time tag "immediately"

/// An argument: number (i f d h c T F) or text (s S).
struct vy_osc_arg {
    const char *text; ///< NULL for a number; borrowed from the packet
    double number;    ///< finite; of a text that reads as a number, that
    bool is_number;   ///< also for a text like "0.5"
    char type;        ///< as in the packet
};

struct vy_osc_message {
    const char *path; ///< "/bass/cutoff", borrowed from the packet
    struct vy_osc_arg arg[VY_OSC_MAX_ARGS];
    int args;
    uint64_t time;    ///< NTP time tag of the innermost bundle, VY_OSC_NOW outside
    const void *data; ///< the message's own bytes: [size], for keeping it
    size_t size;
};

typedef void (*vy_osc_message_to)(void *arg, const struct vy_osc_message *message);

/// Hand every message of a packet to `message`, in order. Array brackets are flattened, so that a
/// list of one is the same as its element.
/// @return VY_SYNTAX, VY_TOO_BIG, VY_BAD_ARG, VY_NO_MEMORY: what was before the fault has been
/// handed out
VY_MUST_CHECK vy_status vy_osc_packet_read(const void *data, size_t size, vy_osc_message_to message,
                                           void *arg, struct vy_err *err);

/// One message without a bundle around it, as kept from vy_osc_message.data.
VY_MUST_CHECK vy_status vy_osc_message_read(const void *data, size_t size,
                                            struct vy_osc_message *message, struct vy_err *err);

/// Write a message: types of i (int), f (double), s (const char *).
/// @return bytes, 0 when it does not fit or memory is out
size_t vy_osc_message_write(void *to, size_t size, const char *path, const char *types, ...);

/// Seconds since 1970 of an NTP time tag; 0 for VY_OSC_NOW.
double vy_osc_time(uint64_t tag);

#endif
