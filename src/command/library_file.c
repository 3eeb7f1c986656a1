// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files of the library for those who may not read others.
#include "command/library.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static vy_status look_up(const char *library, const char *path, struct vy_err *err)
{
    struct vy_db *db = NULL;
    struct vy_place place;
    bool found = false;
    vy_status status = vy_library_open(library, VY_DB_USE, &db, err);
    if (!status)
        status = vy_place_find(db, path, &place, &found, err);
    vy_db_close(db);
    if (!status && !found)
        status = vy_fail(err, VY_NOT_FOUND, -1, "the library has no sound at %.150s", path);
    return status;
}

vy_status vy_library_file_open(const char *library, const char *path, int *fd, struct vy_err *err)
{
    struct stat facts;
    const vy_status status = look_up(library, path, err);
    if (status)
        return status;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (*fd < 0 && errno == ELOOP)
        return vy_fail(err, VY_DENIED, -1, "%.150s has become a symbolic link", path);
    if (*fd < 0)
        return vy_fail(err, errno == ENOENT ? VY_NOT_FOUND : VY_IO, -1, "%.150s: %s", path,
                       strerror(errno));
    if (fstat(*fd, &facts) == 0 && S_ISREG(facts.st_mode))
        return VY_OK;
    close(*fd);
    *fd = -1;
    return vy_fail(err, VY_DENIED, -1, "%.150s is no regular file any more", path);
}
