// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The terminal UI as a whole: what its parts share. Main thread only.
//
//   tui_link   the studio     -> tui_model   what it has said
//   tui_screen the keyboard   -> tui_act     by tui_keys, into tui_edit or lines for the studio
//   tui_model                 -> tui_draw    panes by tui_layout, with tui_pen
#ifndef VY_APP_TUI_H
#define VY_APP_TUI_H

#include "app/tui_edit.h"
#include "app/tui_keys.h"
#include "app/tui_layout.h"
#include "app/tui_link.h"
#include "app/tui_model.h"
#include "app/tui_pen.h"
#include "app/tui_screen.h"

#define VY_TUI_WORDS 200 ///< candidates of a completion
#define VY_TUI_WAVE_COLUMNS 200

/// The wave of a take, as its pane shows it: what has been read of it so far.
struct vy_tui_take_wave {
    json_int_t id; ///< 0 = none
    float low[VY_TUI_WAVE_COLUMNS], high[VY_TUI_WAVE_COLUMNS];
    uint64_t frames, heard;   ///< in all, and read
    struct vy_reader *reader; ///< NULL: all is read, or cannot be
    char why[120];            ///< "", or why it cannot be
};

/// Words a line may go on with, asked for by Tab.
struct vy_tui_words {
    char *word[VY_TUI_WORDS]; ///< owned
    int count;
    int chosen;    ///< -1: none yet
    size_t at;     ///< byte of the prompt where they begin
    uint64_t mark; ///< counts what is typed: an answer to an older line is dropped
};

struct vy_tui {
    struct vy_tui_screen screen;
    struct vy_tui_pen pen;
    struct vy_tui_layout layout;
    struct vy_tui_link link;
    struct vy_tui_model model;
    struct vy_tui_edit edit;
    struct vy_tui_history history;
    struct vy_tui_words words;
    struct vy_tui_take_wave wave;
    enum vy_tui_pane focus, shown;
    bool zoomed, help, leave;
    struct vy_tui_queue {
        char **line; ///< [lines], owned: typed, not said yet; one is said when the one before it
        size_t lines, capacity; ///< has its answer
    } queue;
    int help_top;
    size_t chosen[VY_TUI_PANES]; ///< row of session, jobs, takes
    size_t back[VY_TUI_PANES];   ///< rows of talk and log that are below the pane
    struct vy_buf paste;
    bool pasting;
    unsigned ask;     ///< VY_TUI_ASK_* that are due
    unsigned asked;   ///< of those, under way
    uint64_t ask_ns;  ///< when
    char note[160];   ///< a word about the last key, in the last row
    uint64_t note_ns; ///< until when
};

// tui_draw.c
/// Draw everything that has changed and lay out anew where it must be.
void vy_tui_draw(struct vy_tui *ui);

// tui_panes.c, tui_lists.c: the inside of a pane; `room` has no title
void vy_tui_draw_session(struct vy_tui *ui, const struct vy_tui_rect *room);
void vy_tui_draw_meters(struct vy_tui *ui, const struct vy_tui_rect *room);
void vy_tui_draw_jobs(struct vy_tui *ui, const struct vy_tui_rect *room);
void vy_tui_draw_takes(struct vy_tui *ui, const struct vy_tui_rect *room);
void vy_tui_draw_talk(struct vy_tui *ui, const struct vy_tui_rect *room);
void vy_tui_draw_log(struct vy_tui *ui, const struct vy_tui_rect *room);

// tui_act.c
/// A key was pressed.
void vy_tui_key(struct vy_tui *ui, int code);
/// Say something in the row of hints for a few seconds.
__attribute__((format(printf, 2, 3))) void vy_tui_note(struct vy_tui *ui, const char *format, ...);
/// Rows of a list pane, to keep the choice within them.
size_t vy_tui_rows_of(const struct vy_tui *ui, enum vy_tui_pane pane);

// tui_say.c
/// Say a line as if it had been typed; it waits until those before it are answered.
void vy_tui_say(struct vy_tui *ui, const char *line, size_t n);
/// Say the next waiting line when its time has come.
void vy_tui_say_next(struct vy_tui *ui);
/// Say all lines of the prompt.
void vy_tui_say_prompt(struct vy_tui *ui);
/// Forget what waits.
void vy_tui_say_clear(struct vy_tui *ui);
/// An answer to a line.
void vy_tui_answered(struct vy_tui *ui, json_t *object);
/// Tell an error in the conversation or the log.
void vy_tui_tell_error(struct vy_tui *ui, struct vy_tui_lines *lines, const json_t *object);

// tui_wave.c
/// Read on in the chosen take while its pane is seen. @return true: there is more to read
bool vy_tui_wave_turn(struct vy_tui *ui);
void vy_tui_wave_close(struct vy_tui_take_wave *wave);

// tui_complete.c
void vy_tui_complete(struct vy_tui *ui);
void vy_tui_words_came(struct vy_tui *ui, uint64_t mark, const json_t *complete);
void vy_tui_words_clear(struct vy_tui_words *words);

#endif
