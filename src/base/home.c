// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/home.h"

#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static const struct {
    const char *variable, *folder;
} places[] = {[VY_HOME_DATA] = {"XDG_DATA_HOME", ".local/share"},
              [VY_HOME_STATE] = {"XDG_STATE_HOME", ".local/state"},
              [VY_HOME_CONFIG] = {"XDG_CONFIG_HOME", ".config"},
              [VY_HOME_CACHE] = {"XDG_CACHE_HOME", ".cache"}};

vy_status vy_home_path(enum vy_home where, const char *name, char *path, size_t size,
                       struct vy_err *err)
{
    const char *const set = getenv(places[where].variable), *const home = getenv("HOME");
    const char *const slash = name ? "/" : "";
    int n;
    *path = '\0';
    if (set && *set == '/')
        n = snprintf(path, size, "%s/veery%s%s", set, slash, name ? name : "");
    else if (home && *home)
        n = snprintf(path, size, "%s/%s/veery%s%s", home, places[where].folder, slash,
                     name ? name : "");
    else
        return vy_fail(err, VY_NOT_FOUND, -1, "neither %s nor HOME is set", places[where].variable);
    if (n >= 0 && (size_t)n < size)
        return VY_OK;
    *path = '\0';
    return vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
}

vy_status vy_make_folders(const char *path, mode_t mode, struct vy_err *err)
{
    char folder[4096];
    if (!vy_text_copy(folder, sizeof folder, path))
        return vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    for (char *p = folder + 1; *p; p++) {
        if (*p != '/')
            continue;
        *p = '\0';
        if (mkdir(folder, mode) != 0 && errno != EEXIST)
            return vy_fail(err, VY_IO, -1, "%.150s: %s", folder, strerror(errno));
        *p = '/';
    }
    return VY_OK;
}

vy_status vy_make_parents(const char *path, struct vy_err *err)
{
    return vy_make_folders(path, 0777, err);
}
