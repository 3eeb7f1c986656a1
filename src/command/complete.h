// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Completion of a line that is being typed, here or at the other end of a socket.
#ifndef VY_COMMAND_COMPLETE_H
#define VY_COMMAND_COMPLETE_H

#include "command/session.h"

/// Words that could complete a line up to `length` bytes.
/// @param word_at  byte where the word to be completed begins
/// @return [count], the caller frees each and the array; NULL when there is none
VY_MAIN char **vy_complete(const struct vy_session *session, const char *line, size_t length,
                           size_t *count, size_t *word_at);

/// The same as {"at":N,"words":[..]}. Caller decrefs.
VY_MAIN json_t *vy_complete_json(const struct vy_session *session, const char *line, size_t length);

#endif
