// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Long work while the session is played live: a child process does it, so that the studio keeps its
// appointments, and a user module that crashes there takes nothing else down.
#ifndef VY_COMMAND_ASIDE_H
#define VY_COMMAND_ASIDE_H

#include "base/text.h"
#include "command/table.h"
#include "command/stage.h"

/// Run `work` in a child that has a copy of everything and read what it writes to `fd`; the studio
/// is looked after meanwhile.
/// @param out  what it wrote; caller clears
/// @return VY_IO, VY_INTERNAL when the child was ended by a signal
VY_MUST_CHECK vy_status vy_aside(const struct vy_stage *stage, void (*work)(void *arg, int fd),
                                 void *arg, struct vy_buf *out, struct vy_err *err);

/// For `work`: write all, or end the child.
void vy_aside_put(int fd, const void *bytes, size_t n);

/// What a verb does that takes its time: fills text and result as a handler would.
typedef vy_status vy_long_fn(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err);

/// Do it for this call: in a child when the session is played live, else here.
VY_MUST_CHECK vy_status vy_aside_call(struct vy_call *call, vy_long_fn *fn, void *arg,
                                      struct vy_err *err);

#endif
