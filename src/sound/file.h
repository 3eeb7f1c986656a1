// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sound files: streaming out, whole files in. A file being written has a temporary name in the same
// folder and gets its own when it is complete, so a full disk or a crash never leaves half a file
// under a good name.
#ifndef VY_SOUND_FILE_H
#define VY_SOUND_FILE_H

#include "base/status.h"
#include "veery/module.h"

#include <stdbool.h>
#include <stdint.h>

#define VY_SOUND_MAX_S 1800 ///< longest file read into memory

enum vy_sound_format {
    VY_SOUND_WAV16, ///< with triangular dither
    VY_SOUND_WAV24,
    VY_SOUND_FLOAT, ///< 32-bit WAV
    VY_SOUND_FLAC,  ///< 24 bits
};

/// "wav16|wav24|float|flac". @return VY_BAD_ARG with a hint
VY_MUST_CHECK vy_status vy_sound_format_read(const char *text, enum vy_sound_format *format,
                                             struct vy_err *err);

/// The format a file name asks for: .flac, else 24-bit WAV.
enum vy_sound_format vy_sound_format_of(const char *path);

struct vy_sound_writer;

/// Begin a file. An existing one is replaced when the new one is complete.
/// @return VY_IO, VY_BAD_ARG, VY_NO_MEMORY
VY_MAIN VY_MUST_CHECK vy_status vy_sound_create(const char *path, enum vy_sound_format format,
                                                uint32_t sr_hz, uint32_t chans,
                                                struct vy_sound_writer **writer,
                                                struct vy_err *err);

/// The same, but nothing of it can be found until it is complete: what is made at leisure and can
/// be made again. A recording must not be lost with the program: vy_sound_create.
VY_MAIN VY_MUST_CHECK vy_status vy_sound_draft(const char *path, enum vy_sound_format format,
                                               uint32_t sr_hz, uint32_t chans,
                                               struct vy_sound_writer **writer, struct vy_err *err);

/// Append frames. @param frame  interleaved f32 [frames][chans]; full scale is 1, more is clipped
/// in
///                              integer formats. @return VY_IO when the disk is full
VY_MAIN VY_MUST_CHECK vy_status vy_sound_write(struct vy_sound_writer *writer, const float *frame,
                                               uint32_t frames, struct vy_err *err);

/// Let the header tell of what was written so far: if this process dies, FILE.partPID can be read.
VY_MAIN void vy_sound_sync(struct vy_sound_writer *writer);

/// Finish (keep) or throw away. The writer is gone afterwards. NULL is fine.
VY_MAIN VY_MUST_CHECK vy_status vy_sound_close(struct vy_sound_writer *writer, bool keep,
                                               struct vy_err *err);

/// A sound file in memory.
struct vy_sound {
    float *chan[2]; ///< planar, chan[1] == chan[0] for mono
    uint32_t frames, chans;
    uint32_t sr_hz;
};

/// Read a file: at most VY_SOUND_MAX_S seconds, 1 or 2 channels (further ones are left out), 8 to
/// 384 kHz. A damaged or shortened file is an error.
VY_MAIN VY_MUST_CHECK vy_status vy_sound_read(const char *path, struct vy_sound *sound,
                                              struct vy_err *err);
VY_MAIN void vy_sound_clear(struct vy_sound *sound);

#endif
