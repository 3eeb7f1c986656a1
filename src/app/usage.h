// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The usage of a sub-program, read: "ls [--state S] [-n N] | show ID" has the actions ls and show
// and two options with values. So help, completion and the manual have one source.
#ifndef VY_APP_USAGE_H
#define VY_APP_USAGE_H

#include <stdbool.h>

/// A word of a usage.
struct vy_usage_word {
    bool option;    ///< else an action
    char name[32];  ///< "--state", "show"
    char value[64]; ///< of an option: "S", "wav16|wav24"; "" = it takes none
    bool chosen;    ///< the value is one of those between the |
    bool file;      ///< it is a file or folder
};

/// Call `fn` for each, in order; repeated ones come once.
void vy_usage_each(const char *usage, void (*fn)(void *arg, const struct vy_usage_word *word),
                   void *arg);

#endif
