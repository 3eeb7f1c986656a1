// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A pattern as a row of cells, one a step: how hard it is hit, how high the note is.
#ifndef VY_APP_TUI_STEPS_H
#define VY_APP_TUI_STEPS_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#define VY_TUI_CELLS 64

struct vy_tui_steps {
    int cells;                    ///< of the cycle, 0..VY_TUI_CELLS
    double beats;                 ///< of the cycle
    uint8_t hit[VY_TUI_CELLS];    ///< velocity 1..9 of what begins here, 0 = nothing
    uint8_t held[VY_TUI_CELLS];   ///< a note of before sounds on
    uint8_t height[VY_TUI_CELLS]; ///< of the note, 1..8 from the lowest to the highest; 0 = none
};

/// @param hits   [[at, length, velocity, note or null], ...] in quarter notes, as `session` says
/// @param beats  of the cycle, > 0; long cycles have longer steps; of very long ones there is the
/// start
void vy_tui_steps_read(const json_t *hits, double beats, struct vy_tui_steps *steps);

/// The cell that sounds at a beat of the transport; -1 when there is none.
/// @param anchor  beat at which the cycle began once
int vy_tui_steps_at(const struct vy_tui_steps *steps, double beat, double anchor);

#endif
