// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tui_edit.h"

#include "app/tui_text.h"
#include "base/text.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

void vy_tui_edit_clear(struct vy_tui_edit *edit)
{
    free(edit->text);
    free(edit->cut);
    free(edit->draft);
    *edit = (struct vy_tui_edit){.history = edit->history};
}

static bool has_room(struct vy_tui_edit *edit, size_t more)
{
    if (edit->length + more > VY_TUI_EDIT_MAX)
        return false;
    if (edit->length + more <= edit->capacity)
        return true;
    const size_t wanted = (edit->length + more) * 2;
    char *const grown = realloc(edit->text, wanted);
    if (!grown)
        return false;
    edit->text = grown;
    edit->capacity = wanted;
    return true;
}

// What may stand in a prompt of text[0..n), into `to`, which has room for n. @return its bytes
static size_t clean(const char *text, size_t n, char *to)
{
    size_t length = 0;
    for (size_t at = 0; at < n;) {
        uint32_t c;
        const size_t bytes = vy_tui_decode(text + at, n - at, &c);
        const bool crlf = c == '\n' && at > 0 && text[at - 1] == '\r';
        if (c == '\t')
            to[length++] = ' ';
        else if ((c == '\n' && !crlf) || c == '\r')
            to[length++] = '\n';
        else if (c >= 0x20 && (c < 0x7F || c >= 0xA0) && (c != VY_TUI_BAD || bytes == 3)) {
            memcpy(to + length, text + at, bytes);
            length += bytes;
        }
        at += bytes;
    }
    return length;
}

bool vy_tui_edit_put(struct vy_tui_edit *edit, const char *text, size_t n)
{
    edit->cutting = false;
    if (n == 0)
        return true;
    char *const piece = malloc(n);
    const size_t length = piece ? clean(text, n, piece) : 0;
    const bool fits = piece && has_room(edit, length);
    if (fits && length > 0 && edit->text) {
        memmove(edit->text + edit->cursor + length, edit->text + edit->cursor,
                edit->length - edit->cursor);
        memcpy(edit->text + edit->cursor, piece, length);
        edit->length += length;
        edit->cursor += length;
    }
    free(piece);
    return fits;
}

void vy_tui_edit_set(struct vy_tui_edit *edit, const char *text, size_t n)
{
    edit->length = edit->cursor = 0;
    vy_tui_edit_put(edit, text, n);
}

size_t vy_tui_edit_line(const struct vy_tui_edit *edit)
{
    size_t at = edit->cursor;
    while (at > 0 && edit->text[at - 1] != '\n')
        at--;
    return at;
}

static size_t line_end(const struct vy_tui_edit *edit, size_t at)
{
    while (at < edit->length && edit->text[at] != '\n')
        at++;
    return at;
}

static bool is_word(const struct vy_tui_edit *edit, size_t at)
{
    const unsigned char c = (unsigned char)edit->text[at];
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || c == '_' || c == '-' || c == '#';
}

static size_t word_edge(const struct vy_tui_edit *edit, bool right)
{
    size_t at = edit->cursor;
    if (right) {
        while (at < edit->length && !is_word(edit, at))
            at++;
        while (at < edit->length && is_word(edit, at))
            at++;
    } else {
        while (at > 0 && !is_word(edit, at - 1))
            at--;
        while (at > 0 && is_word(edit, at - 1))
            at--;
    }
    return at;
}

// Where a move leads that stays within the text.
static size_t target(const struct vy_tui_edit *edit, enum vy_tui_move move)
{
    switch (move) {
    case VY_TUI_LEFT:
        return edit->cursor - (edit->cursor ? vy_tui_step_back(edit->text, edit->cursor) : 0);
    case VY_TUI_RIGHT: return edit->cursor + vy_tui_step(edit->text, edit->length, edit->cursor);
    case VY_TUI_WORD_LEFT: return word_edge(edit, false);
    case VY_TUI_WORD_RIGHT: return word_edge(edit, true);
    case VY_TUI_HOME: return vy_tui_edit_line(edit);
    case VY_TUI_END: return line_end(edit, edit->cursor);
    case VY_TUI_UP:
    case VY_TUI_DOWN: break;
    }
    return edit->cursor;
}

// Into the line that begins at `to`, as near as can be to the column the cursor is in.
static void go_to_line(struct vy_tui_edit *edit, size_t to)
{
    const size_t from = vy_tui_edit_line(edit);
    const int columns = vy_tui_columns(edit->text + from, edit->cursor - from);
    const size_t end = line_end(edit, to);
    edit->cursor = to + vy_tui_fit(edit->text + to, end - to, columns, NULL);
}

static bool recall(struct vy_tui_edit *edit, size_t back)
{
    const struct vy_tui_history *const history = edit->history;
    if (edit->back == 0) {
        free(edit->draft);
        edit->draft = vy_text_dup(edit->text, edit->length);
    }
    const char *const text = back == 0          ? edit->draft
                             : history->entries ? history->entry[history->entries - back]
                                                : NULL;
    edit->back = back;
    if (text)
        vy_tui_edit_set(edit, text, strlen(text));
    return text != NULL;
}

static bool go_up(struct vy_tui_edit *edit)
{
    const size_t line = vy_tui_edit_line(edit);
    if (line > 0) {
        size_t before = line - 1;
        while (before > 0 && edit->text[before - 1] != '\n')
            before--;
        go_to_line(edit, before);
        return true;
    }
    return edit->history && edit->back < edit->history->entries && recall(edit, edit->back + 1);
}

static bool go_down(struct vy_tui_edit *edit)
{
    const size_t end = line_end(edit, edit->cursor);
    if (end < edit->length) {
        go_to_line(edit, end + 1);
        return true;
    }
    return edit->history && edit->back > 0 && recall(edit, edit->back - 1);
}

bool vy_tui_edit_move(struct vy_tui_edit *edit, enum vy_tui_move move)
{
    edit->cutting = false;
    if (move == VY_TUI_UP)
        return go_up(edit);
    if (move == VY_TUI_DOWN)
        return go_down(edit);
    const size_t to = target(edit, move);
    const bool moved = to != edit->cursor;
    edit->cursor = to;
    return moved;
}

// Cuts in a row, in either direction, are one.
static void keep_cut(struct vy_tui_edit *edit, const char *text, size_t n, bool in_front)
{
    const size_t before = edit->cutting ? edit->cuts : 0;
    char *const joined = malloc(before + n);
    if (!joined)
        return;
    if (before)
        memcpy(joined + (in_front ? n : 0), edit->cut, before);
    memcpy(joined + (in_front ? 0 : before), text, n);
    free(edit->cut);
    edit->cut = joined;
    edit->cuts = before + n;
}

void vy_tui_edit_erase(struct vy_tui_edit *edit, enum vy_tui_move move, bool cut)
{
    size_t to = target(edit, move);
    if (to == edit->cursor && move == VY_TUI_END && to < edit->length)
        to++; // at the end of a line its newline goes, as in other editors
    const size_t from = to < edit->cursor ? to : edit->cursor;
    const size_t n = to < edit->cursor ? edit->cursor - to : to - edit->cursor;
    if (n > 0 && cut)
        keep_cut(edit, edit->text + from, n, to < edit->cursor);
    if (n > 0) {
        memmove(edit->text + from, edit->text + from + n, edit->length - from - n);
        edit->length -= n;
        edit->cursor = from;
    }
    edit->cutting = cut && (edit->cutting || n > 0);
}

void vy_tui_edit_yank(struct vy_tui_edit *edit)
{
    if (edit->cuts)
        vy_tui_edit_put(edit, edit->cut, edit->cuts);
}

void vy_tui_edit_replace(struct vy_tui_edit *edit, size_t at, const char *word, size_t n)
{
    if (at > edit->cursor)
        return;
    if (edit->cursor > at)
        memmove(edit->text + at, edit->text + edit->cursor, edit->length - edit->cursor);
    edit->length -= edit->cursor - at;
    edit->cursor = at;
    vy_tui_edit_put(edit, word, n);
}

bool vy_tui_edit_search(struct vy_tui_edit *edit)
{
    const struct vy_tui_history *const history = edit->history;
    const size_t n = edit->cursor;
    for (size_t back = edit->back + 1; history && back <= history->entries; back++) {
        const char *const entry = history->entry[history->entries - back];
        const bool same = strlen(entry) == edit->length &&
                          memcmp(entry, edit->length ? edit->text : "", edit->length) == 0;
        if (same || strlen(entry) < n || (n && memcmp(entry, edit->text, n) != 0))
            continue;
        recall(edit, back);
        edit->cursor = n; // goes on being what is looked for
        return true;
    }
    return false;
}

void vy_tui_edit_restart(struct vy_tui_edit *edit)
{
    edit->length = edit->cursor = edit->back = 0;
    edit->cutting = false;
}

bool vy_tui_edit_row(const struct vy_tui_edit *edit, int columns, size_t *at, size_t *from,
                     size_t *n)
{
    if (*at == SIZE_MAX)
        return false;
    *from = *at;
    *n = edit->length ? vy_tui_fit_line(edit->text + *at, edit->length - *at, columns) : 0;
    *at += *n;
    if (*at == edit->length)
        *at = SIZE_MAX;
    else if (edit->text[*at] == '\n')
        ++*at;
    return true;
}

int vy_tui_edit_cursor(const struct vy_tui_edit *edit, int columns, int *row, int *column)
{
    size_t at = 0, from, n;
    int rows = 0;
    *row = *column = 0;
    for (; vy_tui_edit_row(edit, columns, &at, &from, &n); rows++)
        if (edit->cursor >= from && edit->cursor <= from + n) { // of two, the start of the later
            *row = rows;
            *column = n ? vy_tui_columns(edit->text + from, edit->cursor - from) : 0;
        }
    return rows;
}
