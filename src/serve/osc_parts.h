// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the files of the OSC face share: osc.c receives, osc_do.c does and answers, osc_feed.c
// reports.
#ifndef VY_SERVE_OSC_PARTS_H
#define VY_SERVE_OSC_PARTS_H

#include "serve/chronus.h"
#include "serve/osc.h"
#include "serve/osc_act.h"

#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>

#define VY_OSC_PEERS 64
#define VY_OSC_QUEUE 8192 ///< requests
#define VY_OSC_QUEUE_BYTES (8u << 20)
#define VY_OSC_LATER 1024           ///< requests that wait for their time tag
#define VY_OSC_NOTE_NS 500000000u   ///< a note waits so long for the engines
#define VY_OSC_AHEAD_S 10.0         ///< a time tag may lie so far ahead
#define VY_OSC_STAMP_NS 1000000000u ///< a sender's stamp may be so old
#define VY_OSC_SUBSCRIBERS 16
#define VY_OSC_SUBSCRIBED_NS 60000000000ull
#define VY_OSC_ERRORS_HZ 20.0 ///< answers to faulty direct messages, for one sender
#define VY_OSC_LOOKS 64       ///< at the clocks, one a service
#define VY_OSC_BATCH 32       ///< packets taken from the system at once

/// A sender. Its number of waiting requests keeps it in the table. Guarded by vy_osc.lock, but
/// address and author do not change while something waits.
struct vy_osc_peer {
    struct sockaddr_storage address;
    socklen_t length;
    char author[VY_NAME_SIZE]; ///< "osc:127.0.0.1:40000"
    uint32_t waiting;
    uint64_t seen_ns, answered_ns;
    double answers; ///< error replies it may still get at once
};

/// A message that waits for the main thread, as it came.
struct vy_osc_request {
    struct vy_osc_request *next;
    uint32_t peer;
    double time_s;    ///< Unix time when it is to happen, 0 = now
    uint64_t give_up; ///< a note whose engine is not ready yet: CLOCK_MONOTONIC; 0 = none
    size_t size;
    char data[];
};

struct vy_osc_subscriber {
    struct sockaddr_storage address;
    socklen_t length;   ///< 0 = free
    uint64_t until_ns;  ///< CLOCK_MONOTONIC
    uint64_t due_ns;    ///< next meters
    uint64_t period_ns; ///< of meters, 0 = none
    bool events;
};

struct vy_osc {
    struct vy_live *live;
    struct vy_chronus *chronus;
    int socket, wake, stop; ///< wake: for the main thread; stop: for the receiver
    pthread_t thread;
    bool threaded;
    pthread_mutex_t lock; ///< peers, queue and clock
    struct vy_osc_peer peer[VY_OSC_PEERS];
    struct vy_osc_request *first, *last;
    uint32_t queue;
    size_t queue_bytes;
    double clock_off; ///< frames: of the guard, minus Unix time times the rate; 0 = not known
    _Atomic uint64_t packets, messages, direct, queued, busy, bad;
    _Atomic uint32_t
        push[VY_WAIT_BUCKETS]; ///< stamped messages: from the stamp to the engines' ring
    _Atomic int priority;
    char where[64]; ///< "127.0.0.1:5005"
    uint16_t port;
    uint32_t buffer;
    // main thread
    double look[VY_OSC_LOOKS]; ///< a ring
    uint32_t looks;
    struct vy_osc_request *later[VY_OSC_LATER];
    uint32_t laters, notes; ///< notes: how many of them wait for the engines
    struct vy_osc_subscriber subscriber[VY_OSC_SUBSCRIBERS];
    char out[VY_OSC_MAX_PACKET];
    // receiving thread
    uint32_t peer_now;
    char in[VY_OSC_BATCH][VY_OSC_MAX_PACKET + 1];
};

/// One message now. @return false: the receiving thread cannot do it, the main thread must
VY_ANY bool vy_osc_at_once(struct vy_osc *osc, const struct vy_osc_message *message,
                           const char *author);

/// May a fault of this peer be answered? At most VY_OSC_ERRORS_HZ a second are. Lock held.
VY_ANY bool vy_osc_may_answer(struct vy_osc_peer *peer);

/// Do a request on the main thread.
/// @return false: the engines are not ready for this note; try again in a few milliseconds
VY_MAIN bool vy_osc_do(struct vy_osc *osc, struct vy_osc_request *request);

/// @return VY_TOO_BIG when all places are taken
VY_MAIN VY_MUST_CHECK vy_status vy_osc_subscribe(struct vy_osc *osc, const struct vy_osc_peer *peer,
                                                 const struct vy_osc_act *act, struct vy_err *err);
VY_MAIN void vy_osc_feed(struct vy_osc *osc);

/// Compare the guard's frames with the clock that time tags use. Call with every service.
VY_MAIN void vy_osc_look_at_clocks(struct vy_osc *osc);
/// The frame of a Unix time, 0 = now.
VY_ANY uint64_t vy_osc_frame_at(struct vy_osc *osc, double time_s);

#endif
