// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One list of everything that can go wrong: functions return it, replies name it, the manual
// prints it. Append only: numbers and names are an interface.
#ifndef VY_BASE_STATUS_H
#define VY_BASE_STATUS_H

#include <stdarg.h>
#include <stddef.h>

#define VY_MUST_CHECK __attribute__((warn_unused_result))

// code, number, name in replies, sentence in the manual
#define VY_STATUS_LIST(X)                                                                        \
    X(OK, 0, "ok", "Done.")                                                                      \
    X(NO_MEMORY, -1, "no_memory", "Memory ran out; nothing was changed.")                        \
    X(BAD_ARG, -2, "bad_arg", "An argument has the wrong form or is missing.")                   \
    X(SYNTAX, -3, "syntax", "The line cannot be read; the position says where.")                 \
    X(UNKNOWN_VERB, -4, "unknown_verb", "There is no such command.")                             \
    X(UNKNOWN_NAME, -5, "unknown_name", "Nothing in the session has this name.")                 \
    X(UNKNOWN_PARAM, -6, "unknown_param", "The thing has no such parameter or port.")            \
    X(UNKNOWN_MODULE, -7, "unknown_module", "There is no such module or recipe.")                \
    X(OUT_OF_RANGE, -8, "out_of_range", "A number is outside its range.")                        \
    X(BAD_UNIT, -9, "bad_unit", "The unit does not fit the parameter.")                          \
    X(BAD_PATTERN, -10, "bad_pattern", "A pattern cannot be read; the position says where.")     \
    X(NAME_TAKEN, -11, "name_taken", "The name is in use.")                                      \
    X(CYCLE, -12, "cycle", "The cable would make a loop that cannot sound.")                     \
    X(NO_EFFECT, -13, "no_effect", "The command would change nothing.")                          \
    X(STALE, -14, "stale", "The session has moved on from if_version.")                          \
    X(CONFLICT, -15, "conflict", "Later edits depend on what would be undone.")                  \
    X(NOT_FOUND, -16, "not_found", "A file or saved thing does not exist.")                      \
    X(BAD_FILE, -17, "bad_file", "A file is damaged or of the wrong kind.")                      \
    X(IO, -18, "io", "The system refused to read or write a file.")                              \
    X(TOO_BIG, -19, "too_big", "The thing exceeds a limit; the message names it.")               \
    X(ABSENT, -20, "absent", "This part of Veery is not there on this machine or version.")      \
    X(FAILED_ASSERT, -21, "failed_assert", "What was asserted is not so; the message measures.") \
    X(INTERNAL, -22, "internal", "A fault in Veery itself; please report it.")                   \
    X(BAD_MODULE, -23, "bad_module",                                                             \
      "A user module does not compile or breaks a rule; the message says where.")                \
    X(BUSY, -24, "busy", "Too much was asked at once; ask again later.")                         \
    X(DENIED, -25, "denied", "Who asks may not do this.")

/// 0 = fine, negative = error.
typedef enum vy_status {
#define X(code, number, name, text) VY_##code = (number),
    VY_STATUS_LIST(X)
#undef X
} vy_status;

/// Name of a status in replies ("unknown_param"). Never NULL.
const char *vy_status_name(vy_status status);

/// Sentence of a status for people. Never NULL.
const char *vy_status_text(vy_status status);

/// Details of an error, in memory of the caller. Functions that take one fill it when they fail.
struct vy_err {
    vy_status code;
    int at;            ///< byte in the line where it went wrong, from 0; -1 = nowhere
    char message[240]; ///< what, where
    char hint[64];     ///< the nearest valid thing, or ""
};

/// Fill `err` (may be NULL) and return `code`, so that callers can write return vy_fail(...).
__attribute__((format(printf, 4, 5))) vy_status vy_fail(struct vy_err *err, vy_status code, int at,
                                                        const char *format, ...);

/// Set the hint of an error to the candidate closest to `word`, unless none is near.
/// @param next  returns candidate i or NULL after the last; `arg` is passed through
void vy_err_suggest(struct vy_err *err, const char *word, const char *(*next)(void *arg, size_t i),
                    void *arg);

#endif
