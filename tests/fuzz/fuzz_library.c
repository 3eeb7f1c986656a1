// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as library.json: it is taken in whole and the library is sound after it, or it is
// refused with words and the library is as it was.
#include "command/ears.h"
#include "command/library_files.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// Vectors that fit the layout: four regions.
static void make_vectors(struct vy_npz_data vectors[VY_SPACES])
{
    struct vy_layout layout;
    float weight[VY_SPACES];
    vy_ears_layout(&layout, weight);
    for (uint32_t s = 0; s < layout.spaces; s++) {
        vectors[s].dims = 2;
        vectors[s].shape[0] = layout.space[s].dims;
        vectors[s].shape[1] = 4;
        vectors[s].count = 4 * (uint64_t)layout.space[s].dims;
        vectors[s].value = calloc(vectors[s].count, sizeof *vectors[s].value);
        if (!vectors[s].value)
            exit(0);
        for (uint64_t i = 0; i < vectors[s].count; i++)
            vectors[s].value[i] = (float)(i % 5);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vy_npz_data vectors[VY_SPACES] = {0};
    struct vy_err err = {.at = -1};
    struct vy_taken taken;
    struct vy_store_counts n;
    struct vy_buf problems = {0};
    struct vy_db *db;
    json_t *const root = json_loadb((const char *)data, size, 0, NULL);
    if (!root)
        return 0;
    if (vy_db_open(&vy_db_library, ":memory:", VY_DB_CREATE, &db, &err)) {
        json_decref(root);
        return 0;
    }
    make_vectors(vectors);
    const vy_status status = vy_library_take(db, root, vectors, &taken, &err);
    if (status && !err.message[0])
        abort();
    if (vy_db_check(db, &problems, &err) || problems.length)
        abort();
    if (vy_store_count(db, &n, &err) || (status && (n.sounds || n.patterns || n.places)))
        abort();
    for (int s = 0; s < VY_SPACES; s++)
        free(vectors[s].value);
    vy_db_close(db);
    json_decref(root);
    return 0;
}
