// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// process and enhance: a file in, another file out, and a receipt that says what was done. The file
// that was read is never written to.
#ifndef VY_COMMAND_MEND_H
#define VY_COMMAND_MEND_H

#include "base/text.h"
#include "base/work.h"
#include "sound/file.h"

#include <jansson.h>

/// What `process` does, in this order; zeros leave things as they are.
struct vy_process_want {
    double start_s, end_s; ///< this stretch; end 0 = to the end
    bool trim;             ///< silence before and after goes
    double trim_dbfs;      ///< what counts as silence
    uint32_t chans;        ///< 1 or 2
    uint32_t sr_hz;
    double fade_s;              ///< in and out
    const char *normalise;      ///< "-16LUFS", "-1dBTP", "-3dBFS"; NULL = no
    const struct vy_work *work; ///< to be told how far it is; NULL = nobody
};

/// @param format  NULL: by the name of `out`
/// @return VY_NO_EFFECT when nothing was asked for, and the errors of files
VY_MUST_CHECK vy_status vy_process_file(const char *in, const char *out, const char *format,
                                        const struct vy_process_want *want, struct vy_buf *text,
                                        json_t *result, struct vy_err *err);

/// @param strength  0..1
/// @param only      names of stages with commas, NULL = all
/// @param work      to be told how far it is, NULL = nobody
/// @return VY_NO_EFFECT when nothing is wrong: no file is written, `result` says what was measured
VY_MUST_CHECK vy_status vy_enhance_file(const char *in, const char *out, const char *format,
                                        double strength, const char *only,
                                        const struct vy_work *work, struct vy_buf *text,
                                        json_t *result, struct vy_err *err);

#endif
