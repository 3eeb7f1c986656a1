// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the mains of `veery` share.
#ifndef VY_APP_APP_H
#define VY_APP_APP_H

#include "base/status.h"
#include "command/session.h"

#include <stdbool.h>

struct vy_settings;

/// A sub-program: `veery NAME ...`. Help, completion and the manual pages are made of these rows.
struct vy_program {
    const char *title; ///< of the group that begins here, or NULL
    const char *name, *usage, *text;
    int (*run)(int argc, char **argv);
    bool anyway; ///< runs also when the settings cannot be read
};

/// Row i, NULL after the last.
const struct vy_program *vy_program_at(size_t i);

/// What is set for this run of the program; a catalog has it too. NULL: it could not be read, and
/// the defaults hold.
const struct vy_settings *vy_app_settings(void);

/// Exit codes, documented in `veery --help`.
enum { EXIT_FINE = 0, EXIT_COMMAND = 1, EXIT_USAGE = 2, EXIT_FILE = 3, EXIT_INTERRUPTED = 130 };

/// One option of a program: "--bars" or "-o", takes a value or not, where it goes.
struct vy_option {
    const char *name;
    const char **value; ///< option with a value
    bool *flag;         ///< option without
};

/// Read options wherever they stand; what remains moves to the front of argv. "--" ends them.
/// @return number of remaining words, -1 after a message about a wrong option
int vy_options(int argc, char **argv, const struct vy_option *option);

/// Read a number option within its range; NULL leaves the value. @return false: after a message
bool vy_option_number(const char *name, const char *text, double min, double max, double *value);

/// Print an error; the exit code that fits it.
int vy_complain(const struct vy_err *err);

/// Print what a command answers, or why it failed, and give both back. @return exit code
int vy_print_answer(vy_status status, const struct vy_err *err, struct vy_buf *text, json_t *result,
                    bool json);

/// Catalog for the program; exit code 0 or after a message.
int vy_open_catalog(struct vy_catalog *catalog);

int vy_main_analyze(int argc, char **argv);
int vy_main_enhance(int argc, char **argv);
int vy_main_process(int argc, char **argv);
int vy_main_render(int argc, char **argv);
int vy_main_check(int argc, char **argv);
int vy_main_do(int argc, char **argv);
int vy_main_sh(int argc, char **argv);
int vy_main_list(int argc, char **argv); ///< modules, recipes, describe, help, status
int vy_main_library(int argc, char **argv);
int vy_main_jobs(int argc, char **argv);
int vy_main_worker(int argc, char **argv); ///< started by a runner, not by people
int vy_main_similar(int argc, char **argv);
int vy_main_patterns(int argc, char **argv);
int vy_main_find(int argc, char **argv);
int vy_main_completion(int argc, char **argv);
int vy_main_devices(int argc, char **argv);
int vy_main_docs(int argc, char **argv);
int vy_main_doctor(int argc, char **argv);
int vy_main_key(int argc, char **argv);
int vy_main_manual(int argc, char **argv);
int vy_main_mic(int argc, char **argv);
int vy_main_settings(int argc, char **argv);
int vy_main_shadow(int argc, char **argv);
int vy_main_serve(int argc, char **argv);
int vy_main_play(int argc, char **argv);
int vy_main_status(int argc, char **argv);
int vy_main_take(int argc, char **argv); ///< verify, replay
int vy_main_takes(int argc, char **argv);
int vy_main_tui(int argc, char **argv);
int vy_main_tail(int argc, char **argv);
int vy_main_panic(int argc, char **argv);

/// Ctrl-C is noted instead of ending the program.
void vy_catch_interrupt(void);
bool vy_interrupted(void);

#endif
