// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/draft.h"

#include "base/text.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void part_name(const struct vy_draft *draft, char *name, size_t size)
{
    snprintf(name, size, "%s.part%ld", draft->path, (long)getpid());
}

vy_status vy_draft_open(struct vy_draft *draft, const char *path, struct vy_err *err)
{
    char folder[sizeof draft->path];
    *draft = (struct vy_draft){.fd = -1};
    if (!vy_text_copy(draft->path, sizeof draft->path, path))
        return vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    vy_text_copy(folder, sizeof folder, path);
    draft->fd = open(dirname(folder), O_TMPFILE | O_RDWR | O_CLOEXEC, 0666);
    if (draft->fd >= 0)
        return VY_OK;
    part_name(draft, draft->name, sizeof draft->name);
    draft->fd = open(draft->name, O_CREAT | O_TRUNC | O_RDWR | O_CLOEXEC, 0666);
    if (draft->fd >= 0)
        return VY_OK;
    draft->name[0] = '\0';
    return vy_fail(err, VY_IO, -1, "%.150s: %s", path, strerror(errno));
}

void vy_draft_place(const struct vy_draft *draft, char *place, size_t size)
{
    snprintf(place, size, "/proc/self/fd/%d", draft->fd);
}

// Give it the name at once; where that is taken, by way of another.
static int name_it(struct vy_draft *draft)
{
    char place[32];
    vy_draft_place(draft, place, sizeof place);
    if (draft->name[0])
        return rename(draft->name, draft->path);
    if (linkat(AT_FDCWD, place, AT_FDCWD, draft->path, AT_SYMLINK_FOLLOW) == 0)
        return 0;
    if (errno != EEXIST)
        return -1;
    part_name(draft, draft->name, sizeof draft->name);
    unlink(draft->name); // of a process that had our number
    if (linkat(AT_FDCWD, place, AT_FDCWD, draft->name, AT_SYMLINK_FOLLOW) != 0)
        return -1;
    return rename(draft->name, draft->path);
}

vy_status vy_draft_write(struct vy_draft *draft, const char *bytes, size_t length,
                         struct vy_err *err)
{
    for (size_t done = 0; done < length;) {
        const ssize_t n = write(draft->fd, bytes + done, length - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            const int why = errno;
            vy_draft_drop(draft);
            return vy_fail(err, VY_IO, -1, "%.150s: %s", draft->path, strerror(why));
        }
        done += (size_t)n;
    }
    return VY_OK;
}

vy_status vy_draft_keep(struct vy_draft *draft, struct vy_err *err)
{
    const bool kept = fsync(draft->fd) == 0 && name_it(draft) == 0;
    const int why = errno;
    if (kept)
        draft->name[0] = '\0'; // nothing to be removed
    vy_draft_drop(draft);
    return kept ? VY_OK : vy_fail(err, VY_IO, -1, "%.150s: %s", draft->path, strerror(why));
}

void vy_draft_drop(struct vy_draft *draft)
{
    if (draft->name[0])
        unlink(draft->name);
    if (draft->fd > 0)
        close(draft->fd);
    draft->fd = -1;
    draft->name[0] = '\0';
}
