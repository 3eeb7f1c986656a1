// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A live engine in the test's own process: a player, its document, and the slot it plays into.
#ifndef VY_TESTS_BAND_H
#define VY_TESTS_BAND_H

#include "engine/player.h"
#include "piece.h"

struct band {
    struct vy_player *player;
    struct vy_slot *slot;
    struct vy_doc *doc;
    uint64_t version;
    uint32_t stems;  ///< ticks delivered
    uint32_t events; ///< told
    char event[160]; ///< the last
};

/// Plays `doc` (taken over), transport running, from its first block on.
void band_open(struct band *band, struct vy_doc *doc);
void band_close(struct band *band);

/// Change the document by a line of piece.h and play it from `beat` (NAN: at once); lines that do
/// not fit the document now are passed over. @return false: passed over
bool band_edit(struct band *band, const char *line, double beat);

/// Play the document again, the transport at `beat`.
void band_seek(struct band *band, double beat);

/// Play the document again as it is.
vy_status band_again(struct band *band);

/// As the main thread of an engine does between messages.
void band_service(struct band *band);

void band_bind(struct band *band, uint32_t handle, const char *path);
void band_control(struct band *band, uint32_t kind, uint32_t target, float value);

/// One block of `frames`; fails when a sample is not finite. The audio thread calls it.
void band_block(struct band *band, uint32_t frames);

/// Load a user module `name` made of the template, with one text of it replaced. The folder of user
/// modules ($VEERY_MODULES) must be one of the test's own.
void band_load_module(const char *name, const char *from, const char *to);

#endif
