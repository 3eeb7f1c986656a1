// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What can be set, in one table: name, type, range, default, text. A value comes from the lowest of
// these that has one: the flag `--set name=value`, the environment (VEERY_HTTP_ADDRESS for
// http.address), the file veery.yaml, the default. The JSON schema, docs/reference/settings.md, the
// manual page and `veery settings` are written from the table.
//
// A library of its own: it knows YAML, and what sounds must not.
#ifndef VY_BASE_SETTINGS_H
#define VY_BASE_SETTINGS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

#define VY_SETTINGS_FILE_MAX (256u << 10) ///< bytes
#define VY_SETTING_TEXT_MAX 1000          ///< bytes of one value

enum vy_setting_type {
    VY_SETTING_NUMBER, ///< min..max, in `unit`
    VY_SETTING_WHOLE,  ///< the same without a fraction
    VY_SETTING_SIZE,   ///< bytes; written 5MiB, 3.6GB, 512k or as a plain number
    VY_SETTING_FLAG,   ///< true or false, yes or no, on or off
    VY_SETTING_CHOICE, ///< one of `choices`
    VY_SETTING_TEXT,
    VY_SETTING_PATH,  ///< a file or folder: absolute or from ~/; "" = the default place
    VY_SETTING_WORDS, ///< some words, separated by spaces or commas; a list in YAML
};

/// A row of the table.
struct vy_setting {
    const char *name; ///< "http.address": small letters, digits, _ and at least one dot
    enum vy_setting_type type;
    const char *def; ///< as it would be written
    double min, max; ///< of numbers and sizes (bytes)
    const char *unit;
    const char *choices; ///< "debug|info|warning|error"
    bool live;           ///< SIGHUP changes it; else a restart does
    const char *text;    ///< one line
};

/// Row i, NULL after the last.
const struct vy_setting *vy_setting_at(size_t i);
/// A row by name. NULL, `err` with the nearest one: there is none.
const struct vy_setting *vy_setting_find(const char *name, struct vy_err *err);
/// Where it stands in the environment: "VEERY_HTTP_ADDRESS".
void vy_setting_variable(const struct vy_setting *row, char *to, size_t size);
/// "number", "size", ... as the manual and JSON have it.
const char *vy_setting_type_name(enum vy_setting_type type);

/// Who decided a value; later ones win.
enum vy_setting_origin { VY_BY_DEFAULT, VY_BY_FILE, VY_BY_ENVIRONMENT, VY_BY_FLAG };

/// All values of one program.
struct vy_settings;

struct vy_settings_how {
    const char *file;               ///< NULL = vy_settings_place; it need not exist
    const char *const *environment; ///< "NAME=value", NULL-terminated; NULL = none
    const char *const *flag;        ///< "name=value"
    size_t flags;
};

/// $VEERY_SETTINGS, else $XDG_CONFIG_HOME/veery/veery.yaml, else ~/.config/veery/veery.yaml.
/// @return false: neither is set, or the path is too long
bool vy_settings_place(char *path, size_t size);

/// Read all of them. On failure *settings is NULL and `err` says where: "veery.yaml:7: ...",
/// "VEERY_HTTP_RATE: ...", "--set: ...".
VY_MUST_CHECK vy_status vy_settings_open(const struct vy_settings_how *how,
                                         struct vy_settings **settings, struct vy_err *err);
void vy_settings_close(struct vy_settings *settings);

/// Read the file again (SIGHUP). On failure all stays as it was. Texts given out before are then
/// no longer valid for live settings that changed.
/// @param changed  told each setting whose value differs: live = it now holds, else it is kept
///                 until a restart; may be NULL
VY_MUST_CHECK vy_status vy_settings_reload(struct vy_settings *settings,
                                           void (*changed)(void *arg, const struct vy_setting *row),
                                           void *arg, struct vy_err *err);

/// The value by name; a name that is not in the table is a fault of the program and ends it.
/// settings NULL: the default. Sizes are numbers of bytes.
double vy_settings_number(const struct vy_settings *settings, const char *name);
bool vy_settings_flag(const struct vy_settings *settings, const char *name);
/// Any value as written; of paths with ~/ replaced. Borrowed until a reload. Never NULL.
const char *vy_settings_text(const struct vy_settings *settings, const char *name);
/// Word i of a VY_SETTING_WORDS, "" and false after the last.
bool vy_settings_word(const struct vy_settings *settings, const char *name, size_t i, char *to,
                      size_t size);
/// Who decided it, and where in words: "/home/ann/.config/veery/veery.yaml:3", "VEERY_LOG_LEVEL",
/// "--set", "" for the default. Borrowed until a reload.
enum vy_setting_origin vy_settings_origin(const struct vy_settings *settings, const char *name,
                                          const char **where);
/// The file that was looked for, "" = none. Borrowed.
const char *vy_settings_path(const struct vy_settings *settings);

// ---- between the files of this library ----

/// Check a value against its row and bring it in form. @return VY_BAD_ARG, VY_OUT_OF_RANGE
VY_MUST_CHECK vy_status vy__setting_check(const struct vy_setting *row, const char *text,
                                          double *number, struct vy_err *err);

/// One value of a file: what it says, where.
typedef vy_status (*vy__settings_take)(void *arg, const struct vy_setting *row, const char *value,
                                       size_t line, struct vy_err *err);

/// Read YAML. err->message begins with `name` and the line.
VY_MUST_CHECK vy_status vy__settings_yaml(const char *text, size_t length, const char *name,
                                          vy__settings_take take, void *arg, struct vy_err *err);

#endif
