// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where the library is, and its sounds for those who may not read other files.
#include "command/library.h"

#include <unistd.h>

static char usual[4096]; // "" = where such files are kept

bool vy_library_use(const char *file)
{
    return vy_text_copy(usual, sizeof usual, file);
}

vy_status vy_library_open(const char *file, enum vy_db_mode mode, struct vy_db **db,
                          struct vy_err *err)
{
    char path[4096];
    const char *const chosen = file ? file : *usual ? usual : NULL;
    vy_status status = VY_OK;
    *db = NULL;
    if (!chosen)
        status = vy_db_default_path(&vy_db_library, path, sizeof path, err);
    else if (!vy_text_copy(path, sizeof path, chosen))
        status = vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    if (!status && mode == VY_DB_USE && access(path, F_OK) != 0)
        return vy_fail(err, VY_NOT_FOUND, -1,
                       "there is no library %.120s; `veery library scan DIR` makes one", path);
    return status ? status : vy_db_open_usual(&vy_db_library, path, mode, db, err);
}

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
    const vy_status status = look_up(library, path, err);
    return status ? status : vy_file_open(path, fd, err);
}
