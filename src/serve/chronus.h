// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The OSC addresses of Music Chronus, as lines of the language.
//
// /mod/voice1/freq and its like turn parameters at once; what is not there yet is made from the
// recipes chronus_*. Everything is answered, out-of-range values are clamped with a warning that
// says both, and unknown addresses are errors.
#ifndef VY_SERVE_CHRONUS_H
#define VY_SERVE_CHRONUS_H

#include "live/live.h"
#include "serve/osc_act.h"

struct vy_chronus;

/// NULL when memory is out.
VY_MAIN struct vy_chronus *vy_chronus_new(struct vy_live *live);
VY_MAIN void vy_chronus_destroy(struct vy_chronus *chronus);

/// Does an address belong here?
VY_ANY bool vy_chronus_is(const char *path);

/// A message that turns or plays something, with its value in range, as an act.
/// @return false: it is for vy_chronus_do
VY_ANY bool vy_chronus_act(const struct vy_osc_message *message, struct vy_osc_act *act);

/// Make the thing of a path ("voice1.freq") when the session has none.
VY_MAIN VY_MUST_CHECK vy_status vy_chronus_need(struct vy_chronus *chronus, const char *path,
                                                const char *author, struct vy_err *err);

/// Do a message; exactly one reply. Its result holds the lines that were said.
VY_MAIN void vy_chronus_do(struct vy_chronus *chronus, const struct vy_osc_message *message,
                           const char *author, vy_reply_to reply, void *arg);

#endif
