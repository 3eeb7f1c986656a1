// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/part.h"

#include "base/program.h"

#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

// ../lib/veery beside an installed program; the build folder for one that runs from there.
static vy_status find_file(const char *part, char *path, size_t size)
{
    char exe[4096];
    if (!vy_program_self(exe, sizeof exe))
        return VY_ABSENT;
    int length;
#ifdef VY_BUILD_ROOT
    if (strncmp(exe, VY_BUILD_ROOT "/", strlen(VY_BUILD_ROOT "/")) == 0) {
        length = snprintf(path, size, VY_BUILD_ROOT "/src/veery-%s.so", part);
        return length < (int)size ? VY_OK : VY_ABSENT;
    }
#endif
    *strrchr(exe, '/') = '\0';
    length = snprintf(path, size, "%s/../lib/veery/veery-%s.so", exe, part);
    return length < (int)size ? VY_OK : VY_ABSENT;
}

vy_status vy_part_find(const char *part, const char *symbol, void **found, struct vy_err *err)
{
    char path[4300];
    *found = NULL;
    if (find_file(part, path, sizeof path))
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
