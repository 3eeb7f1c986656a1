// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Looks at the machine now and then, on a thread of its own: asking a graphics driver or a disk
// that sleeps may take a second, and a studio has no second to give.
#ifndef VY_JOBS_WATCH_H
#define VY_JOBS_WATCH_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

struct vy_watch_how {
    const char *root;     ///< before /proc and /sys, "" = this machine
    const char *nvml;     ///< VY_NVML; NULL = do not ask
    const char *folder;   ///< whose disk is watched; copied
    double every_s;       ///< between two looks
    uint64_t vram_margin; ///< bytes of a card that stay free
};

/// NAN = not known.
struct vy_watch_facts {
    uint64_t looks;      ///< so far; 0 = the first has not ended
    double ram_free_mb;  ///< what programs can get
    double rss_mb;       ///< of this process
    double vram_part;    ///< of the fullest card: in use of what may be (all but the margin)
    double vram_free_mb; ///< of that card, the margin taken off
    double disk_free_mb; ///< for this user
    char card[96];       ///< its name, "" = there is none
};

struct vy_watch;

/// Begin. The first facts come a moment later.
VY_MUST_CHECK vy_status vy_watch_open(const struct vy_watch_how *how, struct vy_watch **watch,
                                      struct vy_err *err);
/// What the last look saw. Any thread; never waits for a look.
void vy_watch_read(struct vy_watch *watch, struct vy_watch_facts *facts);
/// Change how often, and the margin.
void vy_watch_set(struct vy_watch *watch, double every_s, uint64_t vram_margin);
/// Waits for a look that is under way. NULL is fine.
void vy_watch_close(struct vy_watch *watch);

#endif
