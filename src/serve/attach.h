// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The other end of the studio's socket: for the shell and the small programs that join a studio.
#ifndef VY_SERVE_ATTACH_H
#define VY_SERVE_ATTACH_H

#include "base/text.h"
#include "command/session.h"

struct vy_attach {
    int fd;
    struct vy_buf in;
    size_t taken;
    json_int_t asked;          ///< id of the last request
    char path[128];            ///< of the socket
    char author[VY_NAME_SIZE]; ///< the name the studio gave us
};

/// Join the studio that listens on `path` (NULL: the default) and say who we are.
/// @param author  NULL: the login name; a name given is insisted on
/// @param human   replies carry text for people
/// @param wait_ms  how long the studio may take to answer
/// @return VY_NOT_FOUND when nobody listens there, VY_IO when it does not answer
VY_MUST_CHECK vy_status vy_attach_open(struct vy_attach *attach, const char *path,
                                       const char *author, bool human, int wait_ms,
                                       struct vy_err *err);
void vy_attach_close(struct vy_attach *attach);

/// The next object; the caller decrefs. NULL: none came in time, or the studio has gone (fd < 0).
/// @param wait_ms  -1: as long as it takes; a signal that is caught ends the waiting
json_t *vy_attach_next(struct vy_attach *attach, int wait_ms);

/// Send an object (its reference is taken) with an id of ours. @return false: the studio has gone
bool vy_attach_send(struct vy_attach *attach, json_t *request);

/// Send, and hand every object to `got` until the last answer to it has come. Objects are borrowed;
/// `last` is true for none of the events between.
/// @return VY_IO when the studio goes away or takes longer than wait_ms (-1: no limit)
VY_MUST_CHECK vy_status vy_attach_ask(struct vy_attach *attach, json_t *request, int wait_ms,
                                      void (*got)(void *arg, json_t *object), void *arg,
                                      struct vy_err *err);

#endif
