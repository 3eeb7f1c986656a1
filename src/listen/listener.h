// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// All the ears at once: sound goes in as blocks of any size, one report comes out, the same
// whatever the blocks were. Memory does not grow with the length, apart from lists of beats and the
// like: music is understood in chapters of VY_MUSIC_CHAPTER_S.
#ifndef VY_LISTEN_LISTENER_H
#define VY_LISTEN_LISTENER_H

#include "listen/report.h"

#define VY_LISTENER_FFT 2048u
#define VY_LISTENER_HOP 512u

struct vy_listener;

/// @param ears  of enum vy_ear, or-ed
/// @return VY_BAD_ARG (1000..768000 Hz, 1..VY_EAR_CHANS channels), VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_listener_new(uint32_t sr_hz, uint32_t chans, unsigned ears,
                                        struct vy_listener **listener);

/// Have every hop handed on as well. Before the first push.
void vy_listener_on_hop(struct vy_listener *listener, void (*fn)(void *, const struct vy_hop *),
                        void *arg);
const struct vy_hop_shape *vy_listener_shape(const struct vy_listener *listener);

/// @param chan  [chans] pointers to f32 [n]; what is no number counts as 0
/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_listener_push(struct vy_listener *listener, const float *const chan[],
                                         size_t n);

/// The sound is over. @param report  its arrays live as long as the listener
VY_MUST_CHECK vy_status vy_listener_finish(struct vy_listener *listener, struct vy_report *report);

void vy_listener_destroy(struct vy_listener *listener); ///< NULL is fine

#endif
