// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The socket's address and its folder.
#include "serve/address.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static int default_path(char *path, size_t size)
{
    const char *const run = getenv("XDG_RUNTIME_DIR");
    if (run && run[0] == '/')
        return snprintf(path, size, "%s/veery/studio.sock", run);
    return snprintf(path, size, "/tmp/veery-%u/studio.sock", (unsigned)geteuid());
}

vy_status vy_address_find(const char *path, struct sockaddr_un *address, struct vy_err *err)
{
    *address = (struct sockaddr_un){.sun_family = AF_UNIX};
    const size_t size = sizeof address->sun_path;
    const int n = path ? snprintf(address->sun_path, size, "%s", path)
                       : default_path(address->sun_path, size);
    if (n <= 0)
        return vy_fail(err, VY_BAD_ARG, -1, "a socket needs a path");
    if ((size_t)n >= size)
        return vy_fail(err, VY_TOO_BIG, -1, "the path of a socket has at most %zu bytes: %.120s",
                       size - 1, path ? path : address->sun_path);
    return VY_OK;
}

vy_status vy_address_prepare(const struct sockaddr_un *address, struct vy_err *err)
{
    char folder[sizeof address->sun_path], usual[sizeof address->sun_path];
    vy_text_copy(folder, sizeof folder, address->sun_path);
    char *const slash = strrchr(folder, '/');
    if (!slash || slash == folder)
        return VY_OK;
    *slash = '\0';
    if (mkdir(folder, 0700) != 0 && errno != EEXIST)
        return vy_fail(err, VY_IO, -1, "%.150s: %s", folder, strerror(errno));
    const int n = default_path(usual, sizeof usual);
    if (n < 0 || (size_t)n >= sizeof usual || strcmp(usual, address->sun_path) != 0)
        return VY_OK;
    // in /tmp anybody could have made it before us, and a link would lead elsewhere
    struct stat is;
    if (lstat(folder, &is) != 0)
        return vy_fail(err, VY_IO, -1, "%.150s: %s", folder, strerror(errno));
    if (!S_ISDIR(is.st_mode) || is.st_uid != geteuid() || (is.st_mode & 077) != 0)
        return vy_fail(err, VY_IO, -1,
                       "%.100s is not a folder of yours alone (chmod 700), so no "
                       "socket is put there; give --socket PATH",
                       folder);
    return VY_OK;
}

bool vy_address_answers(const struct sockaddr_un *address)
{
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    struct stat is; // a folder we may not look into says nothing; the socket of another user does
    const bool here =
        fd >= 0 && (connect(fd, (const struct sockaddr *)address, sizeof *address) == 0 ||
                    errno == EAGAIN || (errno == EACCES && lstat(address->sun_path, &is) == 0));
    if (fd >= 0)
        close(fd);
    return here;
}

static vy_status remove_stale(const struct sockaddr_un *address, struct vy_err *err)
{
    struct stat is;
    const char *const path = address->sun_path;
    if (lstat(path, &is) != 0)
        return errno == ENOENT ? VY_OK
                               : vy_fail(err, VY_IO, -1, "%.150s: %s", path, strerror(errno));
    if (!S_ISSOCK(is.st_mode))
        return vy_fail(err, VY_IO, -1, "%.150s is in the way and is no socket", path);
    if (vy_address_answers(address))
        return vy_fail(err, VY_CONFLICT, -1,
                       "a studio answers on %.110s; join it with veery sh, or give another "
                       "--socket PATH",
                       path);
    return unlink(path) == 0 ? VY_OK : vy_fail(err, VY_IO, -1, "%.150s: %s", path, strerror(errno));
}

static vy_status listen_there(const struct sockaddr_un *address, int most, int *fd,
                              struct vy_place *place, struct vy_err *err)
{
    const int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (listener < 0)
        return vy_fail(err, VY_IO, -1, "socket: %s", strerror(errno));
    const mode_t before = umask(0177);
    const bool bound = bind(listener, (const struct sockaddr *)address, sizeof *address) == 0;
    const int why = errno;
    umask(before);
    struct stat is;
    if (bound && lstat(address->sun_path, &is) == 0)
        *place = (struct vy_place){is.st_dev, is.st_ino};
    if (!bound || listen(listener, most) != 0) {
        vy_fail(err, VY_IO, -1, "%.150s: %s", address->sun_path, strerror(bound ? errno : why));
        close(listener);
        return VY_IO;
    }
    *fd = listener;
    return VY_OK;
}

// Two that start at once must not remove each other's socket: the folder is locked meanwhile.
vy_status vy_address_listen(const struct sockaddr_un *address, int most, int *fd,
                            struct vy_place *place, struct vy_err *err)
{
    char path[sizeof address->sun_path];
    vy_text_copy(path, sizeof path, address->sun_path);
    char *const slash = strrchr(path, '/');
    if (slash)
        slash[slash == path] = '\0';
    const char *const name = slash ? path : ".";
    const int folder = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0)
        return vy_fail(err, VY_IO, -1, "%.150s: %s", name, strerror(errno));
    flock(folder, LOCK_EX);
    vy_status status = remove_stale(address, err);
    if (!status)
        status = listen_there(address, most, fd, place, err);
    close(folder);
    return status;
}

void vy_address_leave(const struct sockaddr_un *address, const struct vy_place *place)
{
    struct stat is; // another studio may have its own there by now
    if (place->inode && lstat(address->sun_path, &is) == 0 && is.st_dev == place->device &&
        is.st_ino == place->inode)
        unlink(address->sun_path);
}
