// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A thread that makes blocks by the clock. It is the whole audio side of the null and file devices,
// and the substitute of the sound servers: while their thread makes the blocks it stands by, and it
// steps in when they have not for a while.
#ifndef VY_SOUND_DEVICE_PACED_H
#define VY_SOUND_DEVICE_PACED_H

#include "sound/device.h"
#include "sound/file.h"

struct vy_paced;

struct vy_paced_how {
    uint32_t sr_hz, period;
    bool no_realtime;
    uint32_t standby_ms; ///< 0: makes all blocks; else steps in when no vy_paced_enter happened
                         ///< for so long, or for 4 periods if that is longer
    uint64_t frames;     ///< stop by itself after so many, 0 = never
    const struct vy_sound *in; ///< comes in once, then silence; borrowed until destroyed; or NULL
    void (*block)(void *arg, const struct vy_device_block *block); ///< audio thread
    void *arg;
    /// After every block of the timer: what it put out. Audio thread; may be NULL.
    void (*made)(void *arg, const struct vy_device_block *block);
    void *made_arg;
};

/// Start the thread. Main thread, like all but enter and leave. @return VY_NO_MEMORY, VY_IO
VY_MUST_CHECK vy_status vy_paced_new(const struct vy_paced_how *how, struct vy_paced **paced,
                                     struct vy_err *err);
/// `block` is not called by the timer any more when it returns. NULL is fine.
void vy_paced_destroy(struct vy_paced *paced);

/// The server's thread wants to make blocks of so many frames. Audio thread of the server. The
/// timer goes back to standing by.
/// @return false: the timer is in the middle of a block, play silence this time; true: call
///         vy_paced_leave afterwards
bool vy_paced_enter(struct vy_paced *paced, uint32_t frames, uint32_t sr_hz);
void vy_paced_leave(struct vy_paced *paced);

/// True while the timer makes the blocks. Any thread.
bool vy_paced_alone(const struct vy_paced *paced);

/// Fill state (RUNNING or CLOSED; LOST while it stands in for a server), sr_hz, period, priority
/// and xruns of the timer.
void vy_paced_facts(struct vy_paced *paced, struct vy_device_facts_now *facts);

#endif
