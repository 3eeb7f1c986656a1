// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sound files for modules: the engine asks, this reads.
#ifndef VY_COMMAND_SAMPLES_H
#define VY_COMMAND_SAMPLES_H

#include "engine/catalog.h"

/// Let the engine load sound files through libsndfile.
void vy_samples_attach(struct vy_catalog *catalog);

#endif
