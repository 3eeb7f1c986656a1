// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sound files for modules: the engine asks, this reads.
#ifndef VY_COMMAND_SAMPLES_H
#define VY_COMMAND_SAMPLES_H

#include "engine/catalog.h"

/// Let the engine load sound files through libsndfile.
void vy_samples_attach(struct vy_catalog *catalog);

/// Read the sound files of a document that are named in `line`, so that a missing or broken one is
/// an error where it is written and not when it should sound.
vy_status vy_samples_check(const struct vy_catalog *catalog, const struct vy_doc *doc,
                           const char *line, struct vy_err *err);

#endif
