// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/part.h"

#include "base/program.h"

#include <dlfcn.h>
#include <stdio.h>

vy_status vy_part_find(const char *part, const char *symbol, void **found, struct vy_err *err)
{
    char file[64], path[4300];
    *found = NULL;
    snprintf(file, sizeof file, "veery-%s.so", part);
    if (!vy_program_library(file, path, sizeof path))
        return vy_fail(err, VY_ABSENT, -1, "the program does not know where it lies");
    void *const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library)
        *found = dlsym(library, symbol);
    if (!*found) {
        const char *const why = dlerror();
        return vy_fail(err, VY_ABSENT, -1, "%.200s", why ? why : symbol);
    }
    return VY_OK;
}
