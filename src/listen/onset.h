// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where notes begin. The curves are the rise of log-compressed quarter-tone bands over the loudest
// of their neighbours one hop before ("SuperFlux": Boeck & Widmer, DAFx 2013), which a vibrato
// does not raise.
#ifndef VY_LISTEN_ONSET_H
#define VY_LISTEN_ONSET_H

#include "base/arena.h"
#include "base/status.h"
#include "listen/bands.h"

#define VY_ONSET_GROUPS 8 ///< octave-wide: below 100 Hz, 200, 400, .. 6400, above

/// One value a hop; all arrays are in the arena.
struct vy_onset_curves {
    size_t hops;
    double hop_s;
    float *all;                    ///< mean rise of all bands, log10 units
    float *group[VY_ONSET_GROUPS]; ///< the same, by octave
    float *likely;                 ///< a note begins, 0..1
    float *sharp;                  ///< share of the bands above 6.4 kHz that rise, 0..1
};

/// One beginning.
struct vy_onset {
    double at_s;
    float strength; ///< of `all` at its top
    float drum;     ///< 0..1, how much it is like a drum
};

/// @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_onset_curves(const struct vy_bands *bands, double hop_s,
                                        struct vy_arena *arena, struct vy_onset_curves *curves);

enum vy_onset_care {
    VY_ONSET_SURE, ///< few that are none
    VY_ONSET_ANY,  ///< few missed
};

/// Tops of the curves, in order, at least 30 ms apart.
/// @param onset  in the arena
VY_MUST_CHECK vy_status vy_onset_pick(const struct vy_onset_curves *curves, enum vy_onset_care care,
                                      struct vy_arena *arena, struct vy_onset **onset,
                                      uint32_t *onsets);

#endif
