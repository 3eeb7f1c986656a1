// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Notes of patterns on their way out as MIDI.
#ifndef VY_SERVE_MIDI_NOTES_H
#define VY_SERVE_MIDI_NOTES_H

#include "live/live.h"
#include "sound/midi.h"

struct vy_notes_sender;

/// Nothing is sent, and no thread runs, until vy_notes_send. NULL when there is no memory. `live`
/// and `midi` are borrowed. @param wake  eventfd: written when vy_notes_service is to be called
/// soon
VY_MAIN struct vy_notes_sender *vy_notes_sender_new(struct vy_live *live, struct vy_midi *midi,
                                                    int wake);
/// Ends every note that it holds. NULL is fine.
VY_MAIN void vy_notes_sender_destroy(struct vy_notes_sender *sender);

/// Send the notes of a thing from now on.
/// @param chan      1..16; 0 = the one it has, else the first that nobody has
/// @param hit_note  0..127, of hits without pitch
/// @return the channel; 0: failed, err says VY_UNKNOWN_NAME, VY_BAD_ARG, VY_TOO_BIG, VY_NO_MEMORY
VY_MAIN int vy_notes_send(struct vy_notes_sender *sender, const char *unit, int chan, int hit_note,
                          struct vy_err *err);
/// No more; what sounds of it ends. @return VY_UNKNOWN_NAME: it was not sent
VY_MAIN VY_MUST_CHECK vy_status vy_notes_unsend(struct vy_notes_sender *sender, const char *unit,
                                                struct vy_err *err);

/// Work out the notes of the next moments. Every 10 ms, and after edits.
VY_MAIN void vy_notes_service(struct vy_notes_sender *sender);

/// Who is sent where, and how many notes went. Adds to both.
VY_MAIN void vy_notes_list(struct vy_notes_sender *sender, struct vy_buf *text, json_t *result);

#endif
