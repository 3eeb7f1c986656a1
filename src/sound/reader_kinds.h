// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a library behind vy_reader provides.
#ifndef VY_SOUND_READER_KINDS_H
#define VY_SOUND_READER_KINDS_H

#include "sound/reader.h"

struct vy_reader {
    const struct vy_reader_kind *kind;
    void *state; ///< of the library
    struct vy_reader_info info;
    uint64_t read;                 ///< frames so far
    float *block[VY_READER_CHANS]; ///< planar, VY_READER_BLOCK each, one allocation at [0]
    char problem[160];
};

struct vy_reader_kind {
    /// Fills info and state. @return VY_ABSENT when it does not know the format: the next one tries
    vy_status (*open)(struct vy_reader *reader, const char *path, struct vy_err *err);
    /// Fills the blocks; *frames 0 at the end.
    vy_status (*next)(struct vy_reader *reader, size_t *frames, struct vy_err *err);
    void (*close)(struct vy_reader *reader); ///< state may be NULL
};

extern const struct vy_reader_kind vy_reader_sndfile;
extern const struct vy_reader_kind vy_reader_av; ///< in the part "av"

#endif
