// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as what is typed and pasted into the prompt of the terminal UI: the cursor stands
// between characters, rows cover the text, nothing is kept that cannot be said.
#include "app/tui_edit.h"
#include "app/tui_text.h"

#include <locale.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge_text(const struct vy_tui_edit *edit)
{
    bool cursor = edit->cursor == edit->length;
    for (size_t at = 0; at < edit->length;) {
        uint32_t c;
        cursor |= at == edit->cursor;
        const size_t bytes = vy_tui_decode(edit->text + at, edit->length - at, &c);
        if ((c < 0x20 && c != '\n') || (c >= 0x7F && c < 0xA0) || (c == VY_TUI_BAD && bytes == 1))
            abort();
        at += bytes;
    }
    if (!cursor || edit->length > VY_TUI_EDIT_MAX)
        abort();
}

static void judge_rows(const struct vy_tui_edit *edit, int columns)
{
    size_t at = 0, from, n, covered = 0;
    int rows = 0, row, column;
    while (vy_tui_edit_row(edit, columns, &at, &from, &n)) {
        if (from < covered || from > covered + 1 || from + n > edit->length)
            abort();
        covered = from + n;
        rows++;
    }
    const int told = vy_tui_edit_cursor(edit, columns, &row, &column);
    if (covered + 1 < edit->length || rows < 1 || told != rows || row < 0 || row >= rows ||
        column < 0 || column > columns + 1)
        abort();
}

static void judge_wrap(const struct vy_tui_edit *edit, int columns)
{
    for (size_t at = 0, next; at < edit->length; at += next)
        if (vy_tui_row(edit->text + at, edit->length - at, columns, &next) > edit->length - at ||
            next == 0 || next > edit->length - at)
            abort();
}

// One byte says what is done, the next how much of the rest it is done with.
static size_t step(struct vy_tui_edit *edit, const uint8_t *data, size_t size)
{
    const enum vy_tui_move move = (enum vy_tui_move)(data[0] / 8 % 8);
    const size_t n = size > 1 ? data[1] % size : 0;
    switch (data[0] % 8) {
    case 0:
    case 1: vy_tui_edit_put(edit, (const char *)data + 1, n); return 1 + n;
    case 2: vy_tui_edit_move(edit, move); break;
    case 3: vy_tui_edit_erase(edit, move, (data[0] & 64) != 0); break;
    case 4: vy_tui_edit_yank(edit); break;
    case 5: vy_tui_edit_search(edit); break;
    case 6: vy_tui_edit_replace(edit, vy_tui_edit_line(edit), (const char *)data, n); break;
    default:
        vy_tui_history_add(edit->history, edit->text ? edit->text : "", edit->length, NULL);
        vy_tui_edit_restart(edit);
        break;
    }
    return 1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vy_tui_history history = {0};
    struct vy_tui_edit edit = {.history = &history};
    setlocale(LC_CTYPE, "C.UTF-8");
    const int columns = size ? 1 + data[0] % 40 : 1;
    for (size_t at = 0; at < size; at += step(&edit, data + at, size - at)) {
        judge_text(&edit);
        judge_rows(&edit, columns);
        judge_wrap(&edit, columns);
        if (edit.length > 4096) // cut and yanked again and again: longer shows no more
            vy_tui_edit_restart(&edit);
    }
    vy_tui_edit_clear(&edit);
    vy_tui_history_close(&history);
    return 0;
}
