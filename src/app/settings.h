// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The settings and the log of this run of the program.
#ifndef VY_APP_SETTINGS_H
#define VY_APP_SETTINGS_H

#include "base/status.h"

#include <stddef.h>

/// Take `--set name=value` out of the words, up to a "--". `flag` borrows from argv.
/// @return how many, -1 after a message
int vy_app_settings_words(int *argc, char **argv, const char **flag, int max);

/// Read them; children inherit the flags by the environment. On failure the defaults hold.
VY_MUST_CHECK vy_status vy_app_settings_open(const char *const *flag, size_t flags,
                                             struct vy_err *err);
void vy_app_settings_close(void);

/// SIGHUP: read veery.yaml again; what is live holds from now on. Tells the log what changed, what
/// needs a restart, or why nothing was read.
void vy_app_settings_reload(void);

/// Begin the log of a process that runs for long, as the settings have it.
void vy_app_log_open(void);

#endif
