// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A session as one JSON object: what a page or a program shows of it.
#ifndef VY_COMMAND_SESSION_JSON_H
#define VY_COMMAND_SESSION_JSON_H

#include "command/session.h"

/// Everything that changes only with session->version: tempo, meter, key, units with parameters and
/// patterns, routes, scenes, song, waiting lines. Where the music is stands elsewhere. The shape is
/// schema Session of the OpenAPI document. Caller decrefs; NULL when memory is out.
VY_MAIN json_t *vy_session_json(const struct vy_session *session);

#endif
