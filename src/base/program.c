// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/program.h"

#include <libgen.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

bool vy_program_self(char *path, size_t size)
{
    const ssize_t n = readlink("/proc/self/exe", path, size - 1);
    path[n > 0 ? n : 0] = '\0';
    return n > 0;
}

void vy_program_path(const char *name, char *path, size_t size)
{
    const char *const folder = getenv("VEERY_BIN_DIR");
    char self[4096];
    vy_program_self(self, sizeof self);
    snprintf(path, size, "%.3900s/%s", folder && *folder ? folder : dirname(self), name);
}

// @param built  the folder for a program that runs from its build folder; installed: beside it
static bool find_own(const char *built, const char *installed, const char *name, char *path,
                     size_t size)
{
    char self[4096];
    path[0] = '\0';
    if (!vy_program_self(self, sizeof self))
        return false;
    int length;
    if (strncmp(self, VY_BUILD_ROOT "/", strlen(VY_BUILD_ROOT "/")) == 0)
        length = snprintf(path, size, "%s/%s", built, name);
    else
        length = snprintf(path, size, "%s/../%s/veery/%s", dirname(self), installed, name);
    if (length < (int)size)
        return true;
    path[0] = '\0';
    return false;
}

bool vy_program_library(const char *file, char *path, size_t size)
{
    return find_own(VY_BUILD_ROOT "/src", "lib", file, path, size);
}

bool vy_program_share(const char *name, char *path, size_t size)
{
    return find_own(VY_SOURCE_ROOT, "share", name, path, size);
}

void vy_program_attr(posix_spawnattr_t *attr)
{
    sigset_t none, all;
    sigemptyset(&none);
    sigfillset(&all);
    posix_spawnattr_init(attr);
    posix_spawnattr_setsigmask(attr, &none);
    posix_spawnattr_setsigdefault(attr, &all);
    posix_spawnattr_setpgroup(attr, 0);
    posix_spawnattr_setflags(attr, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK |
                                       POSIX_SPAWN_SETSIGDEF);
}
