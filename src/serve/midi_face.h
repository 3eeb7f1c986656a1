// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The MIDI face: keys play the armed thing, controllers turn what they have learned, a clock from
// outside sets the tempo, and our own is sent.
#ifndef VY_SERVE_MIDI_FACE_H
#define VY_SERVE_MIDI_FACE_H

#include "live/live.h"

struct vy_midi_face;

struct vy_midi_face_how {
    struct vy_live *live; ///< borrowed
    const char *client;   ///< NULL = "Veery"
    const char *raw;      ///< see sound/midi.h; NULL = ALSA sequencer
    bool clock_in;        ///< follow a clock that comes in
    bool clock_out;       ///< send ours; not together with clock_in
};

/// @return VY_ABSENT with the reason, VY_NOT_FOUND, VY_IO, VY_BAD_ARG
VY_MAIN VY_MUST_CHECK vy_status vy_midi_face_open(const struct vy_midi_face_how *how,
                                                  struct vy_midi_face **face, struct vy_err *err);
/// NULL is fine.
VY_MAIN void vy_midi_face_close(struct vy_midi_face *face);

/// Poll this for reading, and then or every 10 ms call vy_midi_face_service.
VY_MAIN int vy_midi_face_fd(const struct vy_midi_face *face);
VY_MAIN void vy_midi_face_service(struct vy_midi_face *face);

/// The next controller that moves (or bend, or pressure) turns this parameter from now on.
VY_MAIN VY_MUST_CHECK vy_status vy_midi_learn(struct vy_midi_face *face, const char *path,
                                              struct vy_err *err);
VY_MAIN VY_MUST_CHECK vy_status vy_midi_unlearn(struct vy_midi_face *face, const char *path,
                                                struct vy_err *err);
/// Keys of a channel (1..16, 0 = all of them) play this thing; NULL or "" = nothing.
VY_MAIN VY_MUST_CHECK vy_status vy_midi_arm(struct vy_midi_face *face, const char *unit, int chan,
                                            struct vy_err *err);
/// Send the notes of a thing's patterns. @param chan  1..16, 0 = as it comes, -1 = no more
/// @param note  0..127, of hits without pitch
VY_MAIN VY_MUST_CHECK vy_status vy_midi_send_notes(struct vy_midi_face *face, const char *unit,
                                                   int chan, int note, struct vy_buf *text,
                                                   json_t *result, struct vy_err *err);
/// Ports, who plays what, who is sent where, what was learned, the clock. Adds to both.
VY_MAIN vy_status vy_midi_list(struct vy_midi_face *face, struct vy_buf *text, json_t *result,
                               struct vy_err *err);

#endif
