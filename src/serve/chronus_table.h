// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rows of the Chronus addresses; chronus.c does what they say.
#ifndef VY_SERVE_CHRONUS_TABLE_H
#define VY_SERVE_CHRONUS_TABLE_H

#include "serve/chronus.h"

#define VY_CHRONUS_VOICES 16
#define VY_CHRONUS_SLOTS 128

/// One message on its way.
struct vy_chronus_call {
    struct vy_chronus *chronus;
    const struct vy_osc_message *message;
    const char *author;
    int number;          ///< that stood for '#' in the address
    struct vy_buf lines; ///< to be said, newline-separated, as one edit
    json_t *result, *warnings;
};

typedef vy_status vy_chronus_run(struct vy_chronus_call *call, struct vy_err *err);

/// One address. '#' stands for the number of a voice. Exactly one of path, line and run is there.
struct vy_chronus_row {
    const char *address;
    const char *takes;   ///< "f", or in words for `run`
    const char *text;    ///< what `run` does, for people; NULL when path or line say it
    const char *example; ///< arguments as oscsend takes them; NULL = a number in the range
    double min, max;
    const char *path;                ///< parameter, or unit of a gate
    const char *line;                ///< line with {} for the value
    const char *need;                ///< thing the line needs besides that of the address
    double (*convert)(double given); ///< from Chronus to the parameter, NULL = as it is
    vy_chronus_run *run;
};

/// Row i, NULL after the last.
const struct vy_chronus_row *vy_chronus_row(size_t i);
/// The row of an address and the number in it; NULL when there is none.
const struct vy_chronus_row *vy_chronus_find(const char *address, int *number);
/// A text with '#' replaced by the number.
void vy_chronus_fill(const char *text, int number, char *to, size_t size);

// chronus.c
vy_chronus_run vy_chronus_wave, vy_chronus_absent, vy_chronus_status, vy_chronus_list,
    vy_chronus_schema, vy_chronus_record;
// chronus_seq.c
vy_chronus_run vy_chronus_add, vy_chronus_remove, vy_chronus_clear, vy_chronus_new_pattern,
    vy_chronus_new_notes, vy_chronus_seq_status, vy_chronus_save, vy_chronus_load, vy_chronus_slots;
// chronus.c: ERA-A patches
vy_chronus_run vy_chronus_create, vy_chronus_connect;

/// The tracks: array of objects, owned by the face.
json_t *vy_chronus_tracks(struct vy_chronus *chronus);
void vy_chronus_set_tracks(struct vy_chronus *chronus, json_t *tracks);
struct vy_live *vy_chronus_live(struct vy_chronus *chronus);
/// "voice3" and the like, or legacy names of them; false when it is none.
bool vy_chronus_unit(const char *name, char *unit, size_t size);
/// Lines that make a thing of ours, when the session has none.
void vy_chronus_make(struct vy_chronus_call *call, const char *unit);

#endif
