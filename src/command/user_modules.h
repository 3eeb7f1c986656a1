// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The parts of `reload` that a session in a shell and a live studio share.
#ifndef VY_COMMAND_USER_MODULES_H
#define VY_COMMAND_USER_MODULES_H

#include "command/session.h"
#include "engine/user_module.h"

/// Compile NAME.c and try the build in a process of its own. Nothing is loaded here.
/// @param path    gets the shared object, VY_USER_PATH bytes
/// @param result  gets "diagnostics": [{file, line, column, kind, message}], also on failure
/// @return see vy_user_module_build and vy_user_module_try
VY_MAIN VY_MUST_CHECK vy_status vy_user_reload_build(const struct vy_catalog *catalog,
                                                     const char *name, char *path, json_t *result,
                                                     struct vy_err *err);

/// One line a message, each after a newline: "  shimmer.c:41:7: error: ...".
VY_MAIN void vy_diagnostics_write(const json_t *diagnostics, struct vy_buf *buf);

/// Load a build into the session's catalog and put it into every document that is still edited:
/// the session's, as a new version without a line in the log, and those of open transactions.
/// @param mark   see vy_catalog_user_add
/// @param nodes  gets how many modules of the session's document were replaced
VY_MAIN VY_MUST_CHECK vy_status vy_user_reload_take(struct vy_session *session, const char *path,
                                                    const char *name, uint32_t mark,
                                                    uint32_t *nodes, struct vy_err *err);

/// What was reloaded, for the reply: result gets "module", "file", "used", "carries".
/// @param before  layout of the build before, 0 = none
VY_MAIN void vy_user_reload_say(const struct vy_catalog *catalog, const char *name, uint64_t before,
                                uint32_t nodes, struct vy_buf *text, json_t *result);

#endif
