// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// How long work is followed and stopped: whoever has it done is told how far it is, and says when
// it is no longer wanted. NULL = nobody follows it.
#ifndef VY_BASE_WORK_H
#define VY_BASE_WORK_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/// Called by the thread that works.
struct vy_work {
    void *arg;
    /// @param progress  0..1 of all of it
    /// @param stage     what is being done, for people
    void (*tell)(void *arg, double progress, const char *stage);
    bool (*stop)(void *arg); ///< true: end soon, and fail with VY_BUSY
    int64_t job;             ///< the job it is, 0 = none. Its runner records what was made
};

__attribute__((format(printf, 3, 4))) static inline void vy_work_tell(const struct vy_work *work,
                                                                      double progress,
                                                                      const char *format, ...)
{
    if (!work)
        return;
    char stage[120];
    va_list args;
    va_start(args, format);
    vsnprintf(stage, sizeof stage, format, args);
    va_end(args);
    work->tell(work->arg, progress, stage);
}

static inline bool vy_work_stop(const struct vy_work *work)
{
    return work && work->stop(work->arg);
}

#endif
