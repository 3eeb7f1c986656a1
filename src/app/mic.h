// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `veery mic on`, its background process, and `off` and `status` share.
#ifndef VY_APP_MIC_H
#define VY_APP_MIC_H

#include "sound/microphone.h"

#include <stdbool.h>
#include <sys/types.h>

/// Options of `veery mic on`.
struct vy_mic_how {
    const char *source; ///< "default" or a node's name
    uint32_t period;    ///< frames, 0 = PipeWire's own
    bool monitor, keep_default, foreground, json;
};

/// Where things of the microphone are.
struct vy_mic_place {
    char socket[108], lock[108]; ///< in the runtime folder
    char state[4096];            ///< the default source to give back, while it is ours
    char log[4096];              ///< what the background process has to say
};

/// @return VY_TOO_BIG, VY_IO when neither XDG_STATE_HOME nor HOME is set
VY_MUST_CHECK vy_status vy_mic_place(struct vy_mic_place *place, struct vy_err *err);

/// Make the folders of a place.
VY_MUST_CHECK vy_status vy_mic_prepare(const struct vy_mic_place *place, struct vy_err *err);

/// Process that keeps the microphone, 0 = none.
pid_t vy_mic_holder(const struct vy_mic_place *place);

/// Become that process, until exit. @return VY_CONFLICT when there is one already, VY_IO
VY_MUST_CHECK vy_status vy_mic_hold(const struct vy_mic_place *place, struct vy_err *err);

/// The default source that is to be given back. @return false: none is
bool vy_mic_recall(const struct vy_mic_place *place, char name[VY_PATCH_NAME]);

/// Keep the user's default for later, unless a killed run has left one. "" = none was chosen.
VY_MUST_CHECK vy_status vy_mic_remember(const struct vy_mic_place *place, const char *name,
                                        struct vy_err *err);

/// Give it back and forget it.
void vy_mic_give_back(const struct vy_mic_place *place, struct vy_patchbay *bay);

/// Keep the microphone until a signal comes.
/// @param ready  called once when sound runs
VY_MUST_CHECK vy_status vy_mic_run(const struct vy_mic_how *how, const struct vy_mic_place *place,
                                   void (*ready)(void *arg), void *arg, struct vy_err *err);

#endif
