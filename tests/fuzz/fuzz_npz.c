// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as a file of arrays.
#include "store/npz.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vy_npz_data array;
    struct vy_err err;
    if (vy_npz_find(data, size, "a", &array, &err) == VY_OK) {
        for (uint64_t i = 0; i < array.count; i++) {
            volatile const float x = array.value[i];
            (void)x;
        }
        free(array.value);
    }
    return 0;
}
