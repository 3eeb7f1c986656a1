// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A file that is nowhere until it is whole. It has no name while it is written, so a program that
// is killed leaves nothing behind; where the file system cannot do that, it has a name that ends in
// .part and the number of the process.
#ifndef VY_BASE_DRAFT_H
#define VY_BASE_DRAFT_H

#include "base/status.h"

/// Zero-initialise; visible so that it can be placed.
struct vy_draft {
    int fd;          ///< to write to, or to be opened again by vy_draft_place
    char path[4096]; ///< where it will be
    char name[4200]; ///< what it is called until then, "" = it has no name
};

/// Begin. @return VY_IO, VY_TOO_BIG
VY_MUST_CHECK vy_status vy_draft_open(struct vy_draft *draft, const char *path, struct vy_err *err);
/// A path by which libraries can open what is written, while fd is open. [32] is enough
void vy_draft_place(const struct vy_draft *draft, char *place, size_t size);
/// Append bytes. @return VY_IO, and the draft is dropped
VY_MUST_CHECK vy_status vy_draft_write(struct vy_draft *draft, const char *bytes, size_t length,
                                       struct vy_err *err);
/// It is whole: on the disk first, then under its name, in place of what was there. Ends the draft.
VY_MUST_CHECK vy_status vy_draft_keep(struct vy_draft *draft, struct vy_err *err);
/// Forget it. Does nothing after the end.
void vy_draft_drop(struct vy_draft *draft);

#endif
