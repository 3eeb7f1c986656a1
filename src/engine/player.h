// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The live engine: documents in on the main thread, blocks of sound out on the audio thread.
//
// Every document becomes a plan; plans form a queue, and each is taken at the tick where its beat
// begins (or at the next one), so that an edit `at next bar` is as exact as in a render. Turns and
// notes that cannot wait for a plan come through a ring and find their parameter by a handle.
#ifndef VY_ENGINE_PLAYER_H
#define VY_ENGINE_PLAYER_H

#include "base/exchange.h"
#include "engine/catalog.h"
#include "engine/document.h"

struct vy_player;

/// Something to report. Main thread; text is borrowed.
struct vy_player_events {
    void (*event)(void *arg, const char *what, const char *text);
    /// What a unit sends to "out", before the master's effects: [frames] interleaved stereo.
    /// frame: guard's frame of the first.
    void (*stem)(void *arg, const char *unit, uint64_t frame, const float *stereo, uint32_t frames);
    void *arg;
};

/// When and how a document begins to sound.
struct vy_player_when {
    double beat;          ///< transport beat from which on; NAN = from the next tick
    bool seek;            ///< the transport jumps to `to`
    double to;            ///< beat
    uint64_t version;     ///< told back in vy_engine_says
    const uint32_t *echo; ///< handles whose new values in the document are echoes of turns
    uint32_t echoes;
};

/// @param sr_hz  8000..192000. NULL when memory is out.
VY_MAIN struct vy_player *vy_player_new(const struct vy_catalog *catalog, double sr_hz,
                                        const struct vy_player_events *events);
/// Make what nearly every document needs, the tables of oscillators and delays, before there is
/// one: the first plan is ready so much earlier.
VY_MAIN void vy_player_warm(struct vy_player *player);
/// The audio thread must have left.
VY_MAIN void vy_player_destroy(struct vy_player *player);

/// Play a document from then on; it is only read. @return VY_TOO_BIG when too many wait already
VY_MAIN VY_MUST_CHECK vy_status vy_player_play(struct vy_player *player, const struct vy_doc *doc,
                                               const struct vy_player_when *when,
                                               struct vy_err *err);

/// So many plans wait that vy_player_play would answer VY_TOO_BIG.
VY_MAIN bool vy_player_full(struct vy_player *player);

/// From now on `handle` means the parameter with this path ("bass.cutoff"), or, without a dot, the
/// notes of this unit. Takes effect with the next plan; vy_player_service makes one.
VY_MAIN VY_MUST_CHECK vy_status vy_player_bind(struct vy_player *player, uint32_t handle,
                                               const char *path, struct vy_err *err);

/// True while a handle was bound that no plan in the queue knows yet.
VY_MAIN bool vy_player_binds(const struct vy_player *player);

/// Free what the audio thread is done with, drop what has faded out, report faults, hand out stems.
/// Call every few milliseconds. @return VY_OK, or why a plan could not be made anew
VY_MAIN vy_status vy_player_service(struct vy_player *player, struct vy_err *err);

/// Deliver stems from now on, or not any more.
VY_MAIN void vy_player_stems(struct vy_player *player, bool on);

/// Names of the units whose meters `vy_engine_says` shows, in order, as the newest plan has them.
/// @return how many; names are borrowed until the next vy_player_play or vy_player_service
VY_MAIN uint32_t vy_player_units(const struct vy_player *player, const char *const **name);

/// Make slot->frames frames of sound from slot->in into slot->out and fill slot->says.
VY_RT void vy_player_block(struct vy_player *player, struct vy_slot *slot);

/// No block is wanted now (the engine is the spare one): take what has come in the meantime.
VY_RT void vy_player_idle(struct vy_player *player, struct vy_slot *slot);

#endif
