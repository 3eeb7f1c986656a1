// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What an OSC message means: an address and its arguments become one act. Pure.
#ifndef VY_SERVE_OSC_ACT_H
#define VY_SERVE_OSC_ACT_H

#include "serve/osc_packet.h"

#define VY_OSC_PATH_SIZE 132 ///< four names and their dots

enum vy_osc_kind {
    VY_OSC_LINE = 1,  ///< `text` is a line of the language
    VY_OSC_TURN,      ///< parameter `path` to `value`
    VY_OSC_NOTE,      ///< unit `path`: velocity `value`, 0 = let go
    VY_OSC_SUBSCRIBE, ///< `text` is what to, `value` the rate in Hz, 0 = no more
    VY_OSC_CHRONUS,   ///< for serve/chronus.h
    VY_OSC_FACTS,     ///< what has been counted
};

struct vy_osc_act {
    enum vy_osc_kind kind;
    int32_t id;  ///< the client's number of the request, -1 = none
    bool direct; ///< only errors are answered
    bool legacy; ///< `path` is a thing of the Chronus addresses, to be made when it is not there
    const char *text;
    char path[VY_OSC_PATH_SIZE];
    float value;
    uint64_t sent_ns; ///< as the sender says, CLOCK_MONOTONIC; 0 = not said
    char line[320];   ///< room for `text`
};

/// One address of our own, as osc_act.c reads it and docs/reference/osc.md shows it.
struct vy_osc_row {
    const char *address; ///< NAME and PARAM stand for names
    const char *takes;   ///< arguments, for people, with their types in brackets
    const char *range;   ///< "" = none
    const char *text;    ///< what it does
    const char *example; ///< what follows `oscsend HOST PORT`
    vy_status (*read)(const struct vy_osc_message *message, struct vy_osc_act *act,
                      struct vy_err *err);
};
#define VY_OSC_ROWS 6

/// Row i, NULL after the last.
const struct vy_osc_row *vy_osc_row_at(size_t i);

/// @return VY_BAD_ARG, VY_UNKNOWN_NAME, VY_SYNTAX with what would have been right
VY_MUST_CHECK vy_status vy_osc_act_read(const struct vy_osc_message *message,
                                        struct vy_osc_act *act, struct vy_err *err);

#endif
