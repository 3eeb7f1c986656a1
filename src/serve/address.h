// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where the studio's socket is, and how to take the place.
#ifndef VY_SERVE_ADDRESS_H
#define VY_SERVE_ADDRESS_H

#include "base/status.h"

#include <stdbool.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/un.h>

/// Address of the socket: `path`, or NULL for $XDG_RUNTIME_DIR/veery/studio.sock, or without that
/// variable /tmp/veery-UID/studio.sock.
/// @return VY_TOO_BIG when the system's limit of about 107 bytes is exceeded
VY_MUST_CHECK vy_status vy_address_find(const char *path, struct sockaddr_un *address,
                                        struct vy_err *err);

/// Make the folder of the socket with mode 0700. The folders of the default addresses must be ours
/// alone; one the user names is taken as it is.
VY_MUST_CHECK vy_status vy_address_prepare(const struct sockaddr_un *address, struct vy_err *err);

/// Somebody listens there.
bool vy_address_answers(const struct sockaddr_un *address);

/// What was made at an address, so that only that is removed again.
struct vy_place {
    dev_t device;
    ino_t inode; ///< 0 = nothing
};

/// Listen there, mode 0600. A socket that nobody answers on is removed first.
/// @return VY_CONFLICT when somebody answers; VY_IO
VY_MUST_CHECK vy_status vy_address_listen(const struct sockaddr_un *address, int most, int *fd,
                                          struct vy_place *place, struct vy_err *err);

/// Remove the socket when it is still the one made.
void vy_address_leave(const struct sockaddr_un *address, const struct vy_place *place);

#endif
