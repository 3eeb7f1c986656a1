// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The cables of the virtual microphone.
//
//   capture device --+--> guard --> "Veery Mic" --> whoever records
//   "Veery Mic In" --+
//
// "Veery Mic" and "Veery Mic In" belong to this process, not to the guard: programs that record
// stay connected while a guard ends and comes back, and as long as there is none, the capture
// device is linked to "Veery Mic" directly. All nodes run in one period, so links add no delay. The
// microphone is linked to speakers only when that was asked for.
#ifndef VY_SOUND_MICROPHONE_H
#define VY_SOUND_MICROPHONE_H

#include "sound/patchbay.h"
#include "veery/module.h"

/// Names of the nodes in PipeWire.
#define VY_MIC_SOURCE "veery-mic"
#define VY_MIC_SINK "veery-mic-in"
#define VY_MIC_GUARD "veery-mic-guard"

struct vy_mic;

/// How it stands.
struct vy_mic_now {
    bool there;                 ///< the virtual microphone
    char source[VY_PATCH_NAME]; ///< node that is listened to, "" = there is none
    uint32_t chans;             ///< of it, 1 or 2
    bool guarded;               ///< the sound goes through the guard
    bool is_default;            ///< "Veery Mic" is the default source
    uint32_t links;             ///< into the guard and into "Veery Mic"
};

/// Connect, take stale nodes of a killed run away, make both virtual nodes.
/// @param source  node to listen to, "default" = the user's default source; borrowed until close
/// @param monitor  also link the guard's output to the default sink
/// @return VY_ABSENT without PipeWire, VY_IO when the nodes do not appear within 2 s
VY_MAIN VY_MUST_CHECK vy_status vy_mic_open(const char *source, bool monitor, struct vy_mic **mic,
                                            struct vy_err *err);

/// Take the nodes and the guard of a run that was killed away, when none runs.
VY_MAIN void vy_mic_clean(struct vy_patchbay *bay);

/// Take the cables and nodes away. Does not touch the default. NULL is fine.
VY_MAIN void vy_mic_close(struct vy_mic *mic);

/// Make "Veery Mic" the default source, now and after PipeWire was restarted.
VY_MAIN VY_MUST_CHECK vy_status vy_mic_claim(struct vy_mic *mic, struct vy_err *err);

/// The user's choice of a default source other than "Veery Mic"; NULL = none was made.
VY_MAIN const char *vy_mic_users_default(const struct vy_patchbay *bay);

/// Give the default back, unless somebody has chosen another one meanwhile.
/// @param name  what it was, NULL = no choice had been made
VY_MAIN void vy_mic_restore(struct vy_patchbay *bay, const char *name);

/// Poll this for reading, -1 while PipeWire is gone; then, or every 50 ms, call vy_mic_service.
VY_MAIN int vy_mic_fd(const struct vy_mic *mic);

/// Follow the graph: guards come and go, devices are unplugged, PipeWire is restarted.
VY_MAIN void vy_mic_service(struct vy_mic *mic);

/// Read off the graph how the microphone stands, whoever keeps it.
VY_MAIN void vy_mic_look(const struct vy_patchbay *bay, struct vy_mic_now *now);

/// For reading. NULL while PipeWire is gone.
VY_MAIN struct vy_patchbay *vy_mic_bay(struct vy_mic *mic);

#endif
