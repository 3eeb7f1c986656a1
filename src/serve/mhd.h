// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// GNU libmicrohttpd, loaded when a studio opens its HTTP face: it brings GnuTLS along, whose start
// would cost every engine process 8 ms (docs/adr/0011 on parts that are loaded late).
#ifndef VY_SERVE_MHD_H
#define VY_SERVE_MHD_H

#include "base/status.h"

#include <microhttpd.h>

/// The functions in use, without their MHD_.
#define VY_MHD_LIST(X)                     \
    X(start_daemon)                        \
    X(stop_daemon)                         \
    X(run)                                 \
    X(get_timeout)                         \
    X(get_daemon_info)                     \
    X(add_connection)                      \
    X(get_connection_info)                 \
    X(get_connection_values)               \
    X(queue_response)                      \
    X(create_response_from_buffer)         \
    X(create_response_from_callback)       \
    X(create_response_from_fd_at_offset64) \
    X(add_response_header)                 \
    X(destroy_response)                    \
    X(suspend_connection)                  \
    X(resume_connection)

struct vy_mhd {
#define X(name) __typeof__(&MHD_##name) name;
    VY_MHD_LIST(X)
#undef X
};

/// Load the library. It stays loaded. @return VY_ABSENT with the loader's reason
VY_MUST_CHECK vy_status vy_mhd_load(struct vy_mhd *mhd, struct vy_err *err);

#endif
