// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which notes sound: a long window on the lower register, folded into thirds of a semitone,
// tuned to the piece, whitened, and explained as a sum of notes with overtones that nowhere is
// negative (Mauch, Dixon, "Approximate note transcription for the improved identification of
// difficult chords", ISMIR 2010). Two windows share the register: 0.74 s below 260 Hz, where a
// semitone is narrow, and 0.37 s above.
#ifndef VY_LISTEN_CHROMA_H
#define VY_LISTEN_CHROMA_H

#include "base/status.h"
#include "listen/hop.h"

#define VY_CHROMA_EVERY 8 ///< hops from one frame to the next
#define VY_NOTE_LOWEST 24 ///< MIDI note of the lowest note told apart, C1
#define VY_NOTE_COUNT 73  ///< C1 .. C7

/// One moment, or the mean of a stretch. Salience has no unit; loudness is divided out.
struct vy_chroma_frame {
    float treble[12]; ///< C .. B, the middle of the keyboard
    float bass[12];   ///< C .. B, lower register only
    float tonal;      ///< 0 noise .. 1 clear notes
    float level_db;   ///< of a sine at full scale, below 2.5 kHz
};

struct vy_chroma_view {
    const struct vy_chroma_frame *frame; ///< borrowed from the ear
    uint32_t frames;
    double step_s;                         ///< frame i is centred on i * step_s
    float tuning_cents, tuning_confidence; ///< of A4 = 440 Hz, -50 .. 50
};

struct vy_chroma;

/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_chroma_new(const struct vy_hop_shape *shape, struct vy_chroma **chroma);

/// Takes 900 bytes for every VY_CHROMA_EVERY hops. @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_chroma_hop(struct vy_chroma *chroma, const struct vy_hop *hop);

/// Tune and find the notes. Nothing may be pushed after it.
VY_MUST_CHECK vy_status vy_chroma_finish(struct vy_chroma *chroma, struct vy_chroma_view *view);

/// Forget all sound: the next hop is the first.
void vy_chroma_clear(struct vy_chroma *chroma);

void vy_chroma_destroy(struct vy_chroma *chroma); ///< NULL is fine

/// The mean over a stretch; frames count by how much of their step lies in it.
/// @param end_s  > start_s
void vy_chroma_mean(const struct vy_chroma_view *view, double start_s, double end_s,
                    struct vy_chroma_frame *mean);

#endif
