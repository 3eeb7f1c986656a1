// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any sound file as a stream of planar blocks: libsndfile first, FFmpeg for what it does not know.
// Nothing is ever fetched: only the named file is opened, whatever it refers to.
#ifndef VY_SOUND_READER_H
#define VY_SOUND_READER_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define VY_READER_CHANS 8    ///< most channels of a file
#define VY_READER_BLOCK 4096 ///< most frames a call gives

/// What a file says of itself.
struct vy_reader_info {
    uint32_t sr_hz;  ///< 1000..768000
    uint32_t chans;  ///< 1..VY_READER_CHANS; order L R C LFE Ls Rs ... as in WAV
    uint64_t frames; ///< 0 = the file does not say
    uint32_t bits;   ///< of a sample, 0 = coded with loss
    char format[48]; ///< "WAV, 24 bit", "mp3"
};

struct vy_reader;

/// @return VY_NOT_FOUND, VY_IO, VY_BAD_FILE (no sound in it, or none that can be read), VY_TOO_BIG
///         (too many channels), VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_reader_open(const char *path, struct vy_reader **reader,
                                       struct vy_err *err);
const struct vy_reader_info *vy_reader_info(const struct vy_reader *reader);

/// The next frames, at most VY_READER_BLOCK of them.
/// @param chan  receives chans pointers to f32 [*frames], as in the file: beyond full scale and not
///              finite is possible. Valid until the next call.
/// @param frames  0 at the end
/// @return VY_BAD_FILE when decoding fails half way; what came before holds
VY_MUST_CHECK vy_status vy_reader_next(struct vy_reader *reader, const float *chan[VY_READER_CHANS],
                                       size_t *frames, struct vy_err *err);

/// The same, frame by frame. @param frame  receives f32 [*frames][chans], room for VY_READER_BLOCK
VY_MUST_CHECK vy_status vy_reader_interleaved(struct vy_reader *reader, float *frame,
                                              size_t *frames, struct vy_err *err);

/// After the end: was there less than the header says, or damage that was skipped? NULL = no, else
/// a sentence.
const char *vy_reader_problem(const struct vy_reader *reader);

void vy_reader_close(struct vy_reader *reader); ///< NULL is fine

#endif
