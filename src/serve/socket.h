// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The studio's socket: many clients edit the one session that sounds. Lines of protocol.h come in,
// objects go out, one a line:
//
//   {"request":7,"id":12,"ok":true,"version":42,...}   a reply; "more":true = another follows for
//                                                      the same request; "text" for people
//   {"event":"edit","author":"ann",...}                to those who subscribed
//
// Nothing here waits: a client that does not read is let go when its queue is full, one that sends
// faster than it reads is not listened to meanwhile.
#ifndef VY_SERVE_SOCKET_H
#define VY_SERVE_SOCKET_H

#include "live/live.h"

#define VY_CLIENTS_MAX 64
#define VY_CLIENT_QUEUE_MAX (1u << 20) ///< bytes not yet read; one object more may be longer

struct vy_socket;

/// Listen, readable and writable for the user only (0600). A socket nobody listens on any more is
/// removed.
/// @param path  NULL = the default, see address.h
/// @return VY_CONFLICT when a studio answers there; VY_IO, VY_TOO_BIG
VY_MAIN VY_MUST_CHECK vy_status vy_socket_open(struct vy_live *live, const char *path,
                                               struct vy_socket **socket, struct vy_err *err);
/// Tell what is queued as far as it goes at once, let all clients go and remove the socket. NULL is
/// fine.
VY_MAIN void vy_socket_close(struct vy_socket *socket);

/// Readable when there is something to do; call vy_socket_service then, and at least every 10 ms
/// for meters.
VY_MAIN int vy_socket_fd(const struct vy_socket *socket);
VY_MAIN void vy_socket_service(struct vy_socket *socket);

/// Tell subscribers. `event` is borrowed. For vy_live_how.event.
VY_MAIN void vy_socket_event(struct vy_socket *socket, json_t *event);

VY_MAIN const char *vy_socket_path(const struct vy_socket *socket);

#endif
