// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/kernels.h"

#include <stdlib.h>
#include <string.h>

extern const struct vy_kernels vy_kernels_base;
#ifdef VY_HAVE_VY_KERNELS_AVX2
extern const struct vy_kernels vy_kernels_avx2;
#endif
#ifdef VY_HAVE_VY_KERNELS_AVX512
extern const struct vy_kernels vy_kernels_avx512;
#endif

// Best first.
const struct vy_kernels *vy_kernels_at(uint32_t i)
{
    const struct vy_kernels *usable[3];
    uint32_t n = 0;
#ifdef VY_HAVE_VY_KERNELS_AVX512
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512dq") &&
        __builtin_cpu_supports("avx512cd"))
        usable[n++] = &vy_kernels_avx512;
#endif
#ifdef VY_HAVE_VY_KERNELS_AVX2
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
        __builtin_cpu_supports("bmi2"))
        usable[n++] = &vy_kernels_avx2;
#endif
    usable[n++] = &vy_kernels_base;
    return i < n ? usable[i] : NULL;
}

const struct vy_kernels *vy_kernels_best(void)
{
    const char *const wish = getenv("VEERY_ISA");
    for (uint32_t i = 0; wish && vy_kernels_at(i); i++)
        if (strcmp(vy_kernels_at(i)->isa, wish) == 0)
            return vy_kernels_at(i);
    return vy_kernels_at(0);
}

const struct vy_module *vy_kernels_module(const struct vy_kernels *kernels, const char *id)
{
    for (uint32_t i = 0; i < *kernels->module_rows; i++)
        if (strcmp(kernels->modules[i]->id, id) == 0)
            return kernels->modules[i];
    return NULL;
}
