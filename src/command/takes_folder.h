// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Where takes lie: FOLDER/YYYY-MM-DD/0012-name.wav with its receipt 0012-name.json, read-only. A
// take that is being made is a draft in FOLDER/.drafts, named after the process that will keep it.
// Names of any other form are never touched.
#ifndef VY_COMMAND_TAKES_FOLDER_H
#define VY_COMMAND_TAKES_FOLDER_H

#include "base/settings.h"
#include "store/takes.h"

#include <jansson.h>
#include <sys/types.h>

#define VY_TAKES_PATH 4096
#define VY_TAKE_RECEIPT_MOST (16u << 20) ///< bytes
#define VY_TAKE_PLACE 200                ///< within the folder

/// The folder, which is made when it is not there. `settings` NULL = the defaults.
/// @return VY_IO, VY_TOO_BIG
VY_MUST_CHECK vy_status vy_takes_folder(const struct vy_settings *settings,
                                        char path[VY_TAKES_PATH], struct vy_err *err);

/// Can takes be made? @return VY_IO, VY_TOO_BIG
VY_MUST_CHECK vy_status vy_takes_writable(const struct vy_settings *settings, struct vy_err *err);

/// Where what is to be a take is written first.
/// @param keeper  the process that will keep it
/// @param job     whose it is, 0 = none
VY_MUST_CHECK vy_status vy_takes_draft(const char *folder, pid_t keeper, int64_t job,
                                       char path[VY_TAKES_PATH], struct vy_err *err);

/// "2026-11-26/0012-night-drive.wav" of a take, whatever its name has in it.
void vy_takes_place(int64_t id, const char *name, double created, char *place, size_t size);
/// The receipt beside it.
void vy_takes_receipt_place(const char *place, char *to, size_t size);

/// Give a draft and the receipt beside it their place, read-only. The draft stays as a second name.
/// Doing it again is fine.
/// @return VY_CONFLICT: another file is there, and stays
VY_MUST_CHECK vy_status vy_takes_put(const char *folder, const char *draft, const char *place,
                                     struct vy_err *err);
/// Undo that, whatever came about of it. @param path  of the sound, with the folder
void vy_takes_put_back(const char *draft, const char *path);
void vy_takes_drop_draft(const char *draft); ///< and its receipt, where they are there
/// A take's row is about to go: until its files have gone they are a draft of this process, so that
/// a kill in between leaves nothing.
void vy_takes_let_go(const char *folder, int64_t id, const char *place);
/// Remove both files of a take, and what vy_takes_let_go noted. Those that are not there are fine.
VY_MUST_CHECK vy_status vy_takes_drop(const char *folder, int64_t id, const char *place,
                                      struct vy_err *err);

/// Remove drafts that nobody will keep: of processes that are gone, and of this one's jobs that
/// have ended. When they had their place already, but got no row, they lose it. No other file is
/// touched: without a row it may be a take of another studio, or of a database that was lost.
VY_MUST_CHECK vy_status vy_takes_sweep_drafts(struct vy_db *db, const char *folder,
                                              struct vy_err *err);
/// All files named like takes that have no row here. For people who ask, see takes_gc.c.
/// @param remove  else they are only listed
/// @param list    array, gets {"path","bytes"}; may be NULL
VY_MUST_CHECK vy_status vy_takes_sweep(struct vy_db *db, const char *folder, bool remove,
                                       json_t *list, struct vy_err *err);

#endif
