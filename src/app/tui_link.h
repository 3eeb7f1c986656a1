// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The way to the studio: joining it, asking without waiting, joining again when it has gone. Main
// thread.
#ifndef VY_APP_TUI_LINK_H
#define VY_APP_TUI_LINK_H

#include "serve/attach.h"

#include <stdint.h>
#include <sys/types.h>

#define VY_TUI_ASKED 64 ///< requests under way

enum vy_tui_asked {
    VY_TUI_FOR_TALK, ///< a line that was typed: the answer is for the conversation
    VY_TUI_FOR_LOG,  ///< a line behind a key: only a failure is told
    VY_TUI_FOR_SESSION,
    VY_TUI_FOR_JOBS,
    VY_TUI_FOR_TAKES,
    VY_TUI_FOR_STATUS,
    VY_TUI_FOR_WORDS,
};

struct vy_tui_link {
    const char *socket, *author; ///< as given, or NULL; borrowed
    bool start;                  ///< start a studio when there is none
    struct vy_attach attach;     ///< fd -1: not joined
    char why[240];               ///< why not
    bool was_joined;             ///< at least once
    uint64_t again_ns;           ///< when to try next
    pid_t started;               ///< the studio we started, 0 = none
    char log[4096];              ///< file with what it prints
    struct {
        json_int_t id; ///< 0 = free
        enum vy_tui_asked what;
        uint64_t mark; ///< of who asked
    } asked[VY_TUI_ASKED];
    /// Called for every answer. Borrowed.
    void (*answer)(void *arg, enum vy_tui_asked what, uint64_t mark, json_t *object);
    /// Called for every event. Borrowed.
    void (*event)(void *arg, json_t *event);
    /// Joined (true) or lost (false).
    void (*joined)(void *arg, bool joined);
    void *arg;
};

/// Milliseconds until vy_tui_link_service must be called without anything to read, -1 = never.
int vy_tui_link_wait(const struct vy_tui_link *link);

/// Read what has come; join when it is time to.
void vy_tui_link_service(struct vy_tui_link *link);

/// Ask, without waiting. The request's reference is taken. @return false: not joined, or too much
/// is under way
bool vy_tui_link_ask(struct vy_tui_link *link, json_t *request, enum vy_tui_asked what,
                     uint64_t mark);

/// Say a line of the language.
bool vy_tui_link_say(struct vy_tui_link *link, const char *line, size_t n, enum vy_tui_asked what);

/// Lines that were said and have no answer yet.
int vy_tui_link_waiting(const struct vy_tui_link *link);

void vy_tui_link_close(struct vy_tui_link *link);

#endif
