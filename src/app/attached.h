// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What programs share that talk to a studio instead of having a session of their own.
#ifndef VY_APP_ATTACHED_H
#define VY_APP_ATTACHED_H

#include "serve/attach.h"

/// How to find it.
struct vy_join {
    const char *socket; ///< --socket, NULL = the default
    const char *author; ///< --author, NULL = the login name
    bool local;         ///< --local: do not look for one
    bool human;         ///< replies with text
};

/// Join the studio that runs. @return true: joined. false: there is none, and *code is EXIT_FINE;
/// or one was named and cannot be joined, and *code is what to exit with after a message.
bool vy_join_studio(const struct vy_join *join, struct vy_attach *attach, int *code);

/// Say a line and print the answers: as JSON, as people read them, or (`plain`) only the text.
/// @param quit  set when the line was `quit`; may be NULL
/// @return exit code: EXIT_COMMAND when the line failed, EXIT_FILE when the studio has gone
int vy_say_line(struct vy_attach *attach, const char *line, size_t length, bool json, bool plain,
                bool *quit);

/// Say one line in the studio that runs, else in a session of its own or that of `file` (NULL =
/// none), and print the answer. @return exit code
int vy_say_once(char *line, const char *file, const struct vy_join *join, bool json);

/// Pass bytes from stdin to the studio and from the studio to stdout until both have ended.
/// @return EXIT_COMMAND when the last answer was an error
int vy_pass_through(struct vy_attach *attach);

/// `veery sh` in a studio: lines from the terminal or a pipe. @return exit code
int vy_attached_shell(struct vy_attach *attach, bool tty);

/// Lines from stdin without a terminal, until it ends or `line` returns false. Longer lines than
/// the language takes are read to their end and given cut, not kept in memory.
void vy_pipe_lines(bool (*line)(void *arg, const char *text, size_t length), void *arg);

/// An event as a line for people, without newline; nothing for those that only draw progress.
void vy_event_line(const json_t *event, struct vy_buf *buf);

/// Print an object as one line.
void vy_print_object(const json_t *object);

#endif
