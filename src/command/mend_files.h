// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sound files as waves in memory, for process.c and enhance.c.
#ifndef VY_COMMAND_MEND_FILES_H
#define VY_COMMAND_MEND_FILES_H

#include "command/mend.h"
#include "enhance/enhance.h"

#define VY_WAVE_MAX_S 3600 ///< longest stretch taken into memory

/// @param start_s, end_s  end 0 = to the end
/// @param problem  receives what was wrong although it could be read, or ""
vy_status vy_wave_read(const char *path, double start_s, double end_s, struct vy_wave *wave,
                       char problem[160], struct vy_err *err);

/// Like vy_sound_create; refuses to write over `in`.
vy_status vy_wave_write(const struct vy_wave *wave, const char *in, const char *out,
                        const char *format, struct vy_err *err);

/// OUT.receipt.json: inputs by hash, the rows of what was done, the output by hash. Also into
/// result.
vy_status vy_receipt_write(const char *what, const char *in, const char *out, json_t *result,
                           struct vy_err *err);

#endif
