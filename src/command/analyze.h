// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Everything the ears say of one sound file: measured once, then told as JSON, as text, as a
// picture.
#ifndef VY_COMMAND_ANALYZE_H
#define VY_COMMAND_ANALYZE_H

#include "base/text.h"
#include "base/work.h"
#include "listen/embed.h"
#include "listen/report.h"
#include "sound/reader.h"

#include <jansson.h>
#include <stdbool.h>

/// What to do with a file.
struct vy_analyze_want {
    unsigned ears;         ///< of enum vy_ear, or-ed; 0 = all
    const char *frames;    ///< a .npz to be written (command/frames.h), or NULL
    double start_s, end_s; ///< only this stretch; end 0 = to the end
    bool embedding;        ///< wanted, also when no tag head asks for it
    /// Called now and then; false stops (VY_BUSY). May be NULL.
    /// @param total_s  0 = not known
    bool (*progress)(void *arg, double done_s, double total_s);
    void *arg;
};

/// For vy_analyze_want.progress of a verb: tells whoever follows it.
struct vy_analyze_told {
    const struct vy_work *work;
    double from, to; ///< what part of the work this file is, 0..1
};
bool vy_analyze_tell(void *told, double done_s, double total_s);

/// One file, heard. Zero-initialise; vy_analysis_clear gives everything back.
struct vy_analysis {
    char path[4096];
    struct vy_reader_info info;
    char problem[160]; ///< what was wrong with the file although it could be read, or ""
    struct vy_report report;
    struct vy_embedding embedding; ///< of 30 s of each two minutes; heard_s 0 = not asked for
    struct vy_listener *listener;  ///< owns the arrays of the report
    const char *frames;            ///< as asked for; NULL = not written
    double took_s;                 ///< by the clock
};

/// @return VY_NOT_FOUND, VY_IO, VY_BAD_FILE, VY_TOO_BIG, VY_NO_MEMORY, VY_BUSY when it was stopped
VY_MUST_CHECK vy_status vy_analyze(const char *path, const struct vy_analyze_want *want,
                                   struct vy_analysis *analysis, struct vy_err *err);
void vy_analysis_clear(struct vy_analysis *analysis);

/// The published form (docs/analysis.md). What could not be measured is null, and `why` says why.
json_t *vy_analysis_json(const struct vy_analysis *analysis);

/// JSON schema of a line of it, also of one that says a file failed.
json_t *vy_analysis_schema(void);
/// All but the single numbers as rows of a table: key, members, what it is.
void vy_analysis_parts(struct vy_buf *page);

/// Form, drums, kind and tags are put into it: `music.repeats`, `music.turnings`, `music.novelty`,
/// `music.drum_map`, `kind`, `tags`.
void vy_analysis_add_form(json_t *root, const struct vy_report *report);

/// A report for people.
void vy_analysis_text(const struct vy_analysis *analysis, struct vy_buf *text);

/// A PNG. @return VY_ABSENT when pictures cannot be drawn here, VY_IO
VY_MUST_CHECK vy_status vy_analysis_picture(const struct vy_analysis *analysis, const char *path,
                                            struct vy_err *err);

#endif
