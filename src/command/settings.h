// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The table of settings as people and programs read it.
#ifndef VY_COMMAND_SETTINGS_H
#define VY_COMMAND_SETTINGS_H

#include "base/settings.h"
#include "base/text.h"

#include <jansson.h>

/// What holds, and why: {"settings":[{"name","type","value","default","from":"default|file|
/// environment|flag","where","live","text"} and what the type has of "unit","min","max","choices"],
/// "file"} into `result`, lines into `text`. Both are added to.
/// @param name  one setting or a group ("http"); NULL = all
/// @return VY_UNKNOWN_NAME
VY_MUST_CHECK vy_status vy_settings_tell(const struct vy_settings *settings, const char *name,
                                         struct vy_buf *text, json_t *result, struct vy_err *err);

/// JSON Schema (2020-12) of veery.yaml. Caller decrefs.
json_t *vy_settings_schema(void);

/// docs/reference/settings.md.
void vy_settings_docs(struct vy_buf *buf);

#endif
