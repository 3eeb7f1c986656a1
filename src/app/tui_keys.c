// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tui_keys.h"

#include "command/describe.h"

#include <string.h>

#define CTRL(letter) ((letter) - '@')
#define ALT(code) (VY_TUI_ALT + (code))
#define KEY(name) VY_TUI_KEY_##name
#define ALL VY_TUI_IN_ALL
#define PANES VY_TUI_IN_PANES
#define PROMPT VY_TUI_IN(VY_TUI_PROMPT)
#define SESSION VY_TUI_IN(VY_TUI_SESSION)
#define JOBS VY_TUI_IN(VY_TUI_JOBS)
#define TAKES VY_TUI_IN(VY_TUI_TAKES)
#define ENTER '\r'
#define ESC 27
#define ERASE 127

// clang-format off: a row reads as a row
static const struct vy_tui_key keys[] = {
    {"Everywhere", ALL, {CTRL('C')}, "Ctrl-C", VY_TUI_QUIT, "leave; the studio plays on", NULL},
    {"Everywhere", ALL, {KEY(F1)}, "F1", VY_TUI_HELP, "these keys", NULL},
    {"Everywhere",
     ALL,
     {KEY(F2)},
     "F2",
     VY_TUI_GO_SESSION,
     "the session: things and patterns",
     NULL},
    {"Everywhere", ALL, {KEY(F3)}, "F3", VY_TUI_GO_TALK, "the conversation", NULL},
    {"Everywhere", ALL, {KEY(F4)}, "F4", VY_TUI_GO_METERS, "meters and spectrum", NULL},
    {"Everywhere", ALL, {KEY(F5)}, "F5", VY_TUI_GO_JOBS, "jobs", NULL},
    {"Everywhere", ALL, {KEY(F6)}, "F6", VY_TUI_GO_TAKES, "takes", NULL},
    {"Everywhere", ALL, {KEY(F7)}, "F7", VY_TUI_GO_LOG, "the log", NULL},
    {"Everywhere",
     ALL,
     {KEY(F8)},
     "F8",
     VY_TUI_ZOOM,
     "one pane on the whole screen, and back",
     NULL},
    {"Everywhere", ALL, {KEY(SHIFT_TAB)}, "Shift-Tab", VY_TUI_FOCUS_BACK, "the pane before", NULL},
    {"Everywhere", ALL, {CTRL('L')}, "Ctrl-L", VY_TUI_REDRAW, "draw the screen anew", NULL},
    {"Everywhere",
     ALL,
     {CTRL('Z')},
     "Ctrl-Z",
     VY_TUI_SUSPEND,
     "back to the shell; fg returns",
     NULL},

    {"At the prompt", PROMPT, {ENTER}, "Enter", VY_TUI_SAY, "say it", "say"},
    {"At the prompt",
     PROMPT,
     {ALT(ENTER), CTRL('J'), ALT(CTRL('J'))},
     "Alt-Enter, Ctrl-J",
     VY_TUI_NEWLINE,
     "one more line; all are said together",
     NULL},
    {"At the prompt",
     PROMPT,
     {'\t'},
     "Tab",
     VY_TUI_COMPLETE,
     "complete the word; again: the next one",
     "complete"},
    {"At the prompt",
     PROMPT,
     {ESC},
     "Esc",
     VY_TUI_LEAVE,
     "leave the prompt; what is typed stays",
     "to the panes"},
    {"At the prompt",
     PROMPT,
     {KEY(UP), CTRL('P')},
     "Up, Ctrl-P",
     VY_TUI_CURSOR_UP,
     "a line up, then back in the history",
     "history"},
    {"At the prompt",
     PROMPT,
     {KEY(DOWN), CTRL('N')},
     "Down, Ctrl-N",
     VY_TUI_CURSOR_DOWN,
     "a line down, then on in the history",
     NULL},
    {"At the prompt",
     PROMPT,
     {CTRL('R')},
     "Ctrl-R",
     VY_TUI_SEARCH,
     "the last line that begins like this; again: the one before",
     NULL},
    {"At the prompt",
     PROMPT,
     {KEY(LEFT), CTRL('B')},
     "Left, Ctrl-B",
     VY_TUI_CURSOR_LEFT,
     "a character left",
     NULL},
    {"At the prompt",
     PROMPT,
     {KEY(RIGHT), CTRL('F')},
     "Right, Ctrl-F",
     VY_TUI_CURSOR_RIGHT,
     "a character right",
     NULL},
    {"At the prompt",
     PROMPT,
     {KEY(WORD_LEFT), ALT('b'), ALT(KEY(LEFT))},
     "Ctrl-Left, Alt-B",
     VY_TUI_CURSOR_WORD_LEFT,
     "a word left",
     NULL},
    {"At the prompt",
     PROMPT,
     {KEY(WORD_RIGHT), ALT('f'), ALT(KEY(RIGHT))},
     "Ctrl-Right, Alt-F",
     VY_TUI_CURSOR_WORD_RIGHT,
     "a word right",
     NULL},
    {"At the prompt",
     PROMPT,
     {KEY(HOME), CTRL('A')},
     "Home, Ctrl-A",
     VY_TUI_CURSOR_HOME,
     "the start of the line",
     NULL},
    {"At the prompt",
     PROMPT,
     {KEY(END), CTRL('E')},
     "End, Ctrl-E",
     VY_TUI_CURSOR_END,
     "the end of the line",
     NULL},
    {"At the prompt",
     PROMPT,
     {ERASE, CTRL('H')},
     "Backspace",
     VY_TUI_ERASE_LEFT,
     "erase a character",
     NULL},
    {"At the prompt",
     PROMPT,
     {KEY(DELETE), CTRL('D')},
     "Delete, Ctrl-D",
     VY_TUI_ERASE_RIGHT,
     "erase the character under the cursor",
     NULL},
    {"At the prompt",
     PROMPT,
     {CTRL('W'), ALT(ERASE)},
     "Ctrl-W, Alt-Backspace",
     VY_TUI_CUT_WORD,
     "cut the word before",
     NULL},
    {"At the prompt",
     PROMPT,
     {ALT('d')},
     "Alt-D",
     VY_TUI_CUT_WORD_RIGHT,
     "cut the word behind",
     NULL},
    {"At the prompt",
     PROMPT,
     {CTRL('U')},
     "Ctrl-U",
     VY_TUI_CUT_HOME,
     "cut to the start of the line",
     NULL},
    {"At the prompt",
     PROMPT,
     {CTRL('K')},
     "Ctrl-K",
     VY_TUI_CUT_END,
     "cut to the end of the line",
     NULL},
    {"At the prompt", PROMPT, {CTRL('Y')}, "Ctrl-Y", VY_TUI_YANK, "put back what was cut", NULL},
    {"At the prompt",
     PROMPT,
     {KEY(PAGE_UP)},
     "PgUp",
     VY_TUI_LIST_PAGE_UP,
     "back in the conversation",
     NULL},
    {"At the prompt",
     PROMPT,
     {KEY(PAGE_DOWN)},
     "PgDn",
     VY_TUI_LIST_PAGE_DOWN,
     "on in the conversation",
     NULL},

    {"In a pane", PANES, {'i', ESC, ':'}, "i, Esc, :", VY_TUI_GO_PROMPT, "to the prompt", "prompt"},
    {"In a pane", PANES, {'\t'}, "Tab", VY_TUI_FOCUS_NEXT, "the next pane", "next pane"},
    {"In a pane", PANES, {KEY(UP), 'k'}, "Up, k", VY_TUI_LIST_UP, "one up", NULL},
    {"In a pane", PANES, {KEY(DOWN), 'j'}, "Down, j", VY_TUI_LIST_DOWN, "one down", NULL},
    {"In a pane", PANES, {KEY(PAGE_UP)}, "PgUp", VY_TUI_LIST_PAGE_UP, "a page up", NULL},
    {"In a pane", PANES, {KEY(PAGE_DOWN)}, "PgDn", VY_TUI_LIST_PAGE_DOWN, "a page down", NULL},
    {"In a pane", PANES, {KEY(HOME), 'g'}, "Home, g", VY_TUI_LIST_FIRST, "the first", NULL},
    {"In a pane", PANES, {KEY(END), 'G'}, "End, G", VY_TUI_LIST_LAST, "the last", NULL},
    {"In a pane",
     PANES,
     {ENTER},
     "Enter",
     VY_TUI_OPEN,
     "session: edit the pattern at the prompt; jobs and takes: tell all about it; else to the "
     "prompt",
     NULL},
    {"In a pane",
     PANES & ~TAKES,
     {' '},
     "Space",
     VY_TUI_PLAY_STOP,
     "play or stop the music",
     "play/stop"},
    {"In a pane", PANES, {'u'}, "u", VY_TUI_UNDO, "undo what you did last", "undo"},
    {"In a pane", PANES, {'U'}, "U", VY_TUI_REDO, "redo it", NULL},
    {"In a pane", PANES, {'z'}, "z", VY_TUI_ZOOM, "one pane on the whole screen, and back", NULL},
    {"In a pane", PANES, {'?'}, "?", VY_TUI_HELP, "these keys", "help"},
    {"In a pane", PANES, {'q'}, "q", VY_TUI_QUIT, "leave; the studio plays on", "leave"},

    {"In the session",
     SESSION,
     {'m'},
     "m",
     VY_TUI_MUTE,
     "mute the thing, or let it sound again",
     "mute"},
    {"In the session", SESSION, {'s'}, "s", VY_TUI_SOLO, "solo, or not", "solo"},
    {"In the session", SESSION, {'+', '='}, "+", VY_TUI_LOUDER, "1 dB louder", "+/- gain"},
    {"In the session", SESSION, {'-'}, "-", VY_TUI_QUIETER, "1 dB quieter", NULL},
    {"In the session", SESSION, {'<'}, "<", VY_TUI_PAN_LEFT, "to the left by 0.1", NULL},
    {"In the session", SESSION, {'>'}, ">", VY_TUI_PAN_RIGHT, "to the right by 0.1", NULL},

    {"In the jobs", JOBS, {'c'}, "c", VY_TUI_CANCEL, "cancel the job", "cancel"},
    {"In the jobs", JOBS, {'r'}, "r", VY_TUI_RETRY, "do it again", "retry"},

    {"In the takes", TAKES, {' ', 'p'}, "Space, p", VY_TUI_AUDITION, "hear the take", "hear"},
    {"In the takes", TAKES, {'+', '='}, "+", VY_TUI_RATE_UP, "a star more", "+/- stars"},
    {"In the takes", TAKES, {'-'}, "-", VY_TUI_RATE_DOWN, "a star less", NULL},
    {"In the takes", TAKES, {'t'}, "t", VY_TUI_TAG, "write its tags at the prompt", "tag"},
};
// clang-format on

const struct vy_tui_key *vy_tui_key_at(size_t i)
{
    return i < sizeof keys / sizeof *keys ? &keys[i] : NULL;
}

enum vy_tui_action vy_tui_key_find(enum vy_tui_pane focus, int code)
{
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        for (size_t c = 0; c < sizeof keys[i].code / sizeof *keys[i].code; c++)
            if (keys[i].code[c] == code && code && keys[i].where & VY_TUI_IN(focus))
                return keys[i].action;
    return VY_TUI_NOTHING;
}

vy_status vy_tui_docs_write(const char *folder, struct vy_err *err)
{
    struct vy_buf buf = {0};
    vy_docs_head(&buf, "Keys of the terminal UI");
    vy_buf_add(&buf, "\nWhat `?` and F1 show in `veery tui`. [tui.md](../tui.md) is the guide.\n");
    const char *group = "";
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(group, keys[i].group) != 0)
            vy_buf_add(&buf, "\n## %s\n\n| key | |\n|---|---|\n", keys[i].group);
        group = keys[i].group;
        vy_buf_add(&buf, "|");
        vy_docs_cell(&buf, keys[i].label);
        vy_docs_cell(&buf, keys[i].text);
        vy_buf_add(&buf, "\n");
    }
    return vy_docs_page(folder, "tui.md", &buf, err);
}
