// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Keys, tempi and lengths as people write them. Pure; any bytes are fine.
#ifndef VY_COMMAND_MUSICAL_H
#define VY_COMMAND_MUSICAL_H

#include <stdbool.h>
#include <stddef.h>

/// "C", "F#", "Bb", "Dm", "D minor", "Ebmaj". @param minor  1, 0 or -1 when it is not said
bool vy_tonality_read(const char *text, int *key, int *minor);
/// "minor", "min", "m", "moll" = 1; "major", "maj", "dur" = 0.
bool vy_mode_read(const char *text, int *minor);

/// "90", "120..128", "120-128", with `unit` behind ("90bpm") or not. One number becomes a range of
/// that share up and down.
bool vy_range_read(const char *text, const char *unit, double share, double *low, double *high);

/// "2", "1.5s", "500ms", "2m", "1:30", "1h": seconds.
bool vy_seconds_read(const char *text, double *seconds);

#endif
