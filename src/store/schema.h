// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The tables of a library, as steps from one version to the next. A step that was released is never
// changed: what is new is a new step at the end.
#ifndef VY_STORE_SCHEMA_H
#define VY_STORE_SCHEMA_H

#define VY_SCHEMA_MARK 0x56455259 ///< "VERY", SQLite's application_id of a library

/// Step i leads from user_version i to i + 1; NULL after the last.
extern const char *const vy_schema_step[];

#endif
