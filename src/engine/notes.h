// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Names of notes, chords, scales and keys. C4 = MIDI 60 = 261.63 Hz (A4 = 440 Hz).
#ifndef VY_ENGINE_NOTES_H
#define VY_ENGINE_NOTES_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/// Read a note: C4, Eb3, F#-1, m60 (MIDI), 440Hz, 0.5kHz. Bare numbers are not notes.
/// @param used  bytes read, may be NULL
/// @return true and *note (MIDI number, fractions allowed) when the text begins with a note
bool vy_note_read(const char *text, size_t length, double *note, size_t *used);

/// Read a chord: C, Cm, C7, Cmaj7, Cm7b5, Cdim, Caug, Csus4, Cadd9, C9, Cm11, C13, C6, C5, Eb/G ...
/// the longest name that fits. After a slash comes the bass, put below the root.
/// @param octave  of the root; 3 is usual
/// @return number of notes (low to high: bass, root, ...; at most `most`), 0 when it is no chord
int vy_chord_read(const char *text, size_t length, int octave, double *note, int most,
                  size_t *used);

/// Scales by index: 0 major (ionian) .. ; names NULL after the last. Returns the number of degrees
/// and their semitones, or 0 for a bad index.
const char *vy_scale_name(int scale);
int vy_scale_steps(int scale, const int **semitones);

/// Read a key: "C minor", "F# dorian", "Bb" (major).
/// @return VY_OK or VY_BAD_ARG with a hint
VY_MUST_CHECK vy_status vy_key_read(const char *text, int *root, int *scale, struct vy_err *err);

/// MIDI number of a scale degree (1 = root in octave 4; 8 = an octave up; 0 and below go down),
/// altered by `alter` semitones.
double vy_degree_note(int degree, int alter, int root, int scale);

/// Name of a MIDI note, sharps or flats by key habit: "Eb3". buf >= 8 bytes.
const char *vy_note_name(double note, char *buf, size_t size);

/// MIDI number <-> Hz.
double vy_note_hz(double note);
double vy_hz_note(double hz);

#endif
