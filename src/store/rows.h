// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Rows of vectors as they are scanned: the sidecar (mapped) and what came later (in memory) have
// the same shape. For vectors.c, scan.c and sidecar.c.
#ifndef VY_STORE_ROWS_H
#define VY_STORE_ROWS_H

#include "store/vectors.h"

#define VY_ROW_ALIGN 16 ///< bytes; 8-bit vectors are padded with zeros to a multiple

/// The vectors of one space.
struct vy_column {
    int8_t *small; ///< cosine: [rows][stride], value / scale
    float *scale;  ///< cosine: [rows]; 0 = absent
    float *slack;  ///< cosine: [rows], length of what rounding took away
    float *exact;  ///< distance: [rows][dims]; NaN = absent
};

struct vy_rows {
    uint64_t count, room;
    int64_t *id; ///< [count], rising
    struct vy_column column[VY_SPACES];
};

/// Bytes of an 8-bit vector.
static inline uint32_t vy_row_stride(const struct vy_space *space)
{
    return (space->dims + VY_ROW_ALIGN - 1) / VY_ROW_ALIGN * VY_ROW_ALIGN;
}

/// Write a tidied row at position `at`.
void vy_rows_set(const struct vy_layout *layout, struct vy_rows *rows, uint64_t at, int64_t id,
                 const float *row);

/// A row at the end, in memory of its own. @return VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_rows_append(const struct vy_layout *layout, struct vy_rows *rows,
                                       int64_t id, const float *row);
void vy_rows_clear(const struct vy_layout *layout, struct vy_rows *rows);

/// A query as it is scanned.
struct vy_probe {
    const struct vy_layout *layout;
    float weight[VY_SPACES]; ///< sum 1; 0 = not asked for
    uint32_t main;           ///< the space that weighs most
    uint32_t at[VY_SPACES];  ///< first number of a space in a row
    int16_t wide[VY_SPACES][VY_SPACE_DIMS] __attribute__((aligned(64))); ///< value / scale
    float scale[VY_SPACES];
    float slack[VY_SPACES]; ///< length of what rounding took away
    const float *row;
};

void vy_probe_make(struct vy_probe *probe, const struct vy_search *search,
                   const struct vy_layout *layout);

#define VY_SCAN_ROWS 512 ///< rows scored at once

/// Scores of rows first..first+n-1: each lies between score - slack and score + slack. The space
/// that weighs most is looked at first; rows that it rules out get a score below -1.
/// @param least  what a row must be able to reach @return false when none can; nothing is written
bool vy_scan_rows(const struct vy_probe *probe, const struct vy_rows *rows, uint64_t first,
                  uint32_t n, float least, float *restrict score, float *restrict slack);

/// The score of a row in one space, in float; NaN = absent in one of them.
float vy_score_exact(const struct vy_space *space, const float *a, const float *b);

// sidecar.c
struct vy_sidecar;

/// Map the sidecar of a library, or make it. *rows points into it.
VY_MUST_CHECK vy_status vy_sidecar_open(struct vy_db *db, const struct vy_layout *layout,
                                        int64_t layout_id, struct vy_sidecar **sidecar,
                                        struct vy_rows *rows, struct vy_err *err);
void vy_sidecar_close(struct vy_sidecar *sidecar);

#endif
