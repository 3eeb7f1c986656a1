// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Between the files of patterns.h.
#ifndef VY_COMMAND_PATTERNS_INSIDE_H
#define VY_COMMAND_PATTERNS_INSIDE_H

#include "command/pattern_file.h"
#include "command/patterns.h"
#include "store/patterns.h"
#include "store/vectors.h"

#include <stdbool.h>

/// The ask, read. NaN and NULL: not given.
struct vy_patterns_job {
    const struct vy_patterns_ask *ask;
    char path[4096];     ///< of `what`, without a stretch
    double from_s, to_s; ///< the stretch; to_s 0 = all
    double start, end, low, high, apply, from, to, min, limit;
    const char *type, *name, *tags, *category, *description, *sort, *source;
    bool dry, starred;
    int64_t id; ///< of `what`, when the action wants one
    struct vy_db *db;
    struct vy_buf *text;
    json_t *result;
    struct vy_err *err;
};

vy_status vy_patterns_detect(struct vy_patterns_job *job);
vy_status vy_patterns_classify(struct vy_patterns_job *job);
vy_status vy_patterns_learn(struct vy_patterns_job *job);
vy_status vy_patterns_correct(struct vy_patterns_job *job);
vy_status vy_patterns_undo(struct vy_patterns_job *job);
vy_status vy_patterns_related(struct vy_patterns_job *job);
vy_status vy_patterns_show(struct vy_patterns_job *job);
vy_status vy_patterns_forget(struct vy_patterns_job *job);
vy_status vy_patterns_list(struct vy_patterns_job *job);

/// A pattern that was heard, as JSON. Caller decrefs.
json_t *vy_ear_pattern_json(const struct vy_ear_pattern *pattern);
/// What a record keeps of the judgement: probabilities, evidence, motion. Caller decrefs.
json_t *vy_pattern_parameters(const struct vy_ear_pattern *pattern);
/// A relation; the caller adds whose it is.
json_t *vy_related_json(const struct vy_related *related);
/// One line for people.
void vy_pattern_line(struct vy_buf *text, double start_s, double end_s, double low_hz,
                     double high_hz, const char *type, double confidence, const char *more);

/// What the ears would say of a record, as far as it is kept: times, band, vectors.
void vy_pattern_of_record(const struct vy_pattern_record *record, struct vy_ear_pattern *pattern);

/// The patterns of a library as a search sees them. Zero-initialise or open.
struct vy_relatives {
    struct vy_layout layout;
    float weight[VY_SPACES];
    struct vy_index *index;
    struct vy_ids regions; ///< of patterns
};
VY_MUST_CHECK vy_status vy_relatives_open(struct vy_db *db, struct vy_relatives *relatives,
                                          struct vy_err *err);
void vy_relatives_close(struct vy_relatives *relatives);

/// Find what is related to a pattern in the whole library and keep it.
/// @param most  of each relation
/// @param out  array to add to, and lines for people; or NULL
vy_status vy_patterns_relate(struct vy_patterns_job *job, const struct vy_relatives *relatives,
                             const struct vy_pattern_record *record, uint32_t most, json_t *out);

/// What the words ask of type, confidence and band.
bool vy_pattern_passes(const struct vy_patterns_job *job, const char *type, double confidence,
                       double low_hz, double high_hz);

#endif
