// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The one table of keys: what is pressed, the help overlay, the line of hints and
// docs/reference/tui.md all come from its rows. A key of one letter has rows for panes only, never
// for the prompt: there it is typed.
#ifndef VY_APP_TUI_KEYS_H
#define VY_APP_TUI_KEYS_H

#include "app/tui_layout.h"
#include "base/status.h"

#include <stddef.h>

/// Codes of keys: a character of Unicode, or one of these; VY_TUI_ALT is added to either.
enum {
    VY_TUI_ALT = 1 << 24,
    VY_TUI_KEY_UP = 0x110000,
    VY_TUI_KEY_DOWN,
    VY_TUI_KEY_LEFT,
    VY_TUI_KEY_RIGHT,
    VY_TUI_KEY_WORD_LEFT, ///< with Ctrl
    VY_TUI_KEY_WORD_RIGHT,
    VY_TUI_KEY_HOME,
    VY_TUI_KEY_END,
    VY_TUI_KEY_PAGE_UP,
    VY_TUI_KEY_PAGE_DOWN,
    VY_TUI_KEY_DELETE,
    VY_TUI_KEY_SHIFT_TAB,
    VY_TUI_KEY_F1,
    VY_TUI_KEY_F2,
    VY_TUI_KEY_F3,
    VY_TUI_KEY_F4,
    VY_TUI_KEY_F5,
    VY_TUI_KEY_F6,
    VY_TUI_KEY_F7,
    VY_TUI_KEY_F8,
    VY_TUI_KEY_PASTE, ///< what follows is pasted, until VY_TUI_KEY_PASTED
    VY_TUI_KEY_PASTED,
    VY_TUI_KEY_RESIZE,
};

enum vy_tui_action {
    VY_TUI_NOTHING,
    // anywhere
    VY_TUI_QUIT,
    VY_TUI_HELP,
    VY_TUI_REDRAW,
    VY_TUI_SUSPEND,
    VY_TUI_GO_SESSION,
    VY_TUI_GO_TALK,
    VY_TUI_GO_METERS,
    VY_TUI_GO_JOBS,
    VY_TUI_GO_TAKES,
    VY_TUI_GO_LOG,
    VY_TUI_GO_PROMPT,
    VY_TUI_FOCUS_NEXT,
    VY_TUI_FOCUS_BACK,
    VY_TUI_ZOOM,
    // the prompt
    VY_TUI_SAY,
    VY_TUI_NEWLINE,
    VY_TUI_COMPLETE,
    VY_TUI_LEAVE,
    VY_TUI_CURSOR_LEFT,
    VY_TUI_CURSOR_RIGHT,
    VY_TUI_CURSOR_UP,
    VY_TUI_CURSOR_DOWN,
    VY_TUI_CURSOR_HOME,
    VY_TUI_CURSOR_END,
    VY_TUI_CURSOR_WORD_LEFT,
    VY_TUI_CURSOR_WORD_RIGHT,
    VY_TUI_ERASE_LEFT,
    VY_TUI_ERASE_RIGHT,
    VY_TUI_CUT_WORD,
    VY_TUI_CUT_WORD_RIGHT,
    VY_TUI_CUT_HOME,
    VY_TUI_CUT_END,
    VY_TUI_YANK,
    VY_TUI_SEARCH,
    // lists
    VY_TUI_LIST_UP,
    VY_TUI_LIST_DOWN,
    VY_TUI_LIST_PAGE_UP,
    VY_TUI_LIST_PAGE_DOWN,
    VY_TUI_LIST_FIRST,
    VY_TUI_LIST_LAST,
    VY_TUI_OPEN, ///< show, or edit
    // the music
    VY_TUI_PLAY_STOP,
    VY_TUI_UNDO,
    VY_TUI_REDO,
    VY_TUI_MUTE,
    VY_TUI_SOLO,
    VY_TUI_LOUDER,
    VY_TUI_QUIETER,
    VY_TUI_PAN_LEFT,
    VY_TUI_PAN_RIGHT,
    // jobs
    VY_TUI_CANCEL,
    VY_TUI_RETRY,
    // takes
    VY_TUI_AUDITION,
    VY_TUI_RATE_UP,
    VY_TUI_RATE_DOWN,
    VY_TUI_TAG,
};

/// Where a row holds: bit 1 << pane, and these.
#define VY_TUI_IN(pane) (1u << (pane))
#define VY_TUI_IN_PANES (0x7Fu & ~VY_TUI_IN(VY_TUI_PROMPT))
#define VY_TUI_IN_ALL 0x7Fu

struct vy_tui_key {
    const char *group; ///< title in the help
    unsigned where;
    int code[4]; ///< 0 = none
    const char *label;
    enum vy_tui_action action;
    const char *text; ///< in the help
    const char *hint; ///< in the line of hints, or NULL
};

/// Row i, NULL after the last. Rows of a group stand together.
const struct vy_tui_key *vy_tui_key_at(size_t i);

/// What a key does where the focus is.
enum vy_tui_action vy_tui_key_find(enum vy_tui_pane focus, int code);

/// Write tui.md into a folder.
VY_MUST_CHECK vy_status vy_tui_docs_write(const char *folder, struct vy_err *err);

#endif
