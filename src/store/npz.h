// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Arrays as numpy keeps them: a .npz file is a zip of .npy files, one an array. Written column by
// column, since windows come one at a time and an array of theirs is [row][window]: columns wait in
// a nameless file beside the new one until their number is known. The zip is stored, not packed
// (numpy.savez; floats of sound hardly pack), with 64-bit sizes where they are needed.
#ifndef VY_STORE_NPZ_H
#define VY_STORE_NPZ_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

#define VY_NPZ_BLOCK 1024 ///< columns handled at once
#define VY_NPZ_NAME 48
#define VY_NPZ_DIMS 4

/// An array made of some of the numbers of each column; arrays may share them.
struct vy_npz_array {
    const char *name; ///< without .npy, less than VY_NPZ_NAME bytes; borrowed
    uint32_t first;   ///< number in the column
    uint32_t rows;    ///< shape (rows, columns); 0: one number, shape (columns,)
};

struct vy_npz_writer;

/// Begin a file; one of the same name is replaced when the new one is complete.
/// @param array  [arrays], borrowed until the end; @param width  numbers in a column
/// @return VY_IO, VY_BAD_ARG, VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_npz_create(const char *path, const struct vy_npz_array *array,
                                      uint32_t arrays, uint32_t width,
                                      struct vy_npz_writer **writer, struct vy_err *err);

/// @param value  f32 [width]
VY_MUST_CHECK vy_status vy_npz_column(struct vy_npz_writer *writer, const float *value,
                                      struct vy_err *err);

/// Changes numbers afterwards. @param block  f32 [width][VY_NPZ_BLOCK], the first `columns` are
/// used
typedef void vy_npz_change_fn(void *arg, float *block, uint32_t columns);

/// Hand all columns to `fn`, in order, and keep what it makes of them. No column may follow.
VY_MUST_CHECK vy_status vy_npz_change(struct vy_npz_writer *writer, vy_npz_change_fn *fn, void *arg,
                                      struct vy_err *err);

/// Finish (keep) or throw away. The writer is gone afterwards. NULL is fine.
VY_MUST_CHECK vy_status vy_npz_close(struct vy_npz_writer *writer, bool keep, struct vy_err *err);

/// An array in memory.
struct vy_npz_data {
    uint32_t dims; ///< 0..VY_NPZ_DIMS
    uint64_t shape[VY_NPZ_DIMS];
    uint64_t count; ///< their product
    float *value;   ///< C order; owned: free()
};

/// Read one array of a file: 32-bit floats, not packed.
/// @return VY_NOT_FOUND, VY_BAD_FILE, VY_NO_MEMORY, VY_IO
VY_MUST_CHECK vy_status vy_npz_read(const char *path, const char *name, struct vy_npz_data *data,
                                    struct vy_err *err);

/// The same from a file in memory.
VY_MUST_CHECK vy_status vy_npz_find(const uint8_t *file, size_t size, const char *name,
                                    struct vy_npz_data *data, struct vy_err *err);

#endif
