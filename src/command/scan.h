// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A folder's sounds into the library: what changed since the last time, and nothing else. What is
// stored stays stored when the scan is killed; the next one goes on from there. It removes nothing.
#ifndef VY_COMMAND_SCAN_H
#define VY_COMMAND_SCAN_H

#include "store/sounds.h"

#include <stdbool.h>

#define VY_SCAN_JOBS 64

enum vy_scan_event {
    VY_SCAN_BEGIN,     ///< files are counted: total
    VY_SCAN_HEARD,     ///< a sound that is new or was heard by an earlier analysis
    VY_SCAN_SAME,      ///< nothing changed
    VY_SCAN_MOVED,     ///< known, and no longer where it was: from
    VY_SCAN_DUPLICATE, ///< known, and also where it was: from
    VY_SCAN_PROBLEM,   ///< it could not be read: text
    VY_SCAN_MISSING,   ///< in the library, but no longer there
};
#define VY_SCAN_EVENTS 7

/// "begin", "heard" ... Never NULL.
const char *vy_scan_event_name(enum vy_scan_event event);

struct vy_scan_news {
    enum vy_scan_event event;
    const char *path, *from, *text; ///< NULL = nothing to say
    uint64_t done, total;
    double per_s, left_s; ///< files a second that had to be read; seconds left; NaN = not known
};

struct vy_scan {
    const char *folder; ///< a file is fine too
    uint32_t jobs;      ///< files heard at once, 1..VY_SCAN_JOBS
    bool again;         ///< hear everything again
    void (*tell)(void *arg, const struct vy_scan_news *news); ///< may be NULL
    bool (*stop)(void *arg);                                  ///< true ends it; may be NULL
    void *arg;
};

struct vy_scan_sums {
    uint64_t files, event[VY_SCAN_EVENTS];
    double seconds;
    bool stopped;
};

/// @return VY_NOT_FOUND, VY_IO; a file that cannot be read is news and not an error
VY_MUST_CHECK vy_status vy_scan_run(struct vy_db *db, const struct vy_scan *scan,
                                    struct vy_scan_sums *sums, struct vy_err *err);

/// Does the name end like that of a sound file?
bool vy_scan_is_sound(const char *name);

#endif
