// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Counts the calls that have no place on the audio thread: heap, locks, waiting, files, mappings.
// Linking guard.c into a program replaces those functions by ones that count while the calling
// thread is between rt_enter and rt_leave, and then do what they always did. Not under a sanitizer:
// those replace the same functions.
#ifndef VY_TESTS_RT_GUARD_H
#define VY_TESTS_RT_GUARD_H

#include <stdint.h>

/// From here the calling thread is "the audio thread". Nests.
void rt_enter(void);
void rt_leave(void);

/// Calls counted since the last rt_clear, by all threads; the names of the first few in
/// rt_names(), separated by spaces.
uint32_t rt_calls(void);
const char *rt_names(void);
void rt_clear(void);

#endif
