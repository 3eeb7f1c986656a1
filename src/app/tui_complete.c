// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Tab: the studio is asked what the line may go on with; nothing waits for the answer.
#include "app/tui.h"

#include <stdlib.h>
#include <string.h>

void vy_tui_words_clear(struct vy_tui_words *words)
{
    for (int i = 0; i < words->count; i++)
        free(words->word[i]);
    words->count = 0;
    words->chosen = -1;
    words->mark++;
}

// One candidate after the other.
static void take_next(struct vy_tui *ui)
{
    struct vy_tui_words *const words = &ui->words;
    words->chosen = (words->chosen + 1) % words->count;
    const char *const word = words->word[words->chosen];
    vy_tui_edit_replace(&ui->edit, words->at, word, strlen(word));
}

void vy_tui_complete(struct vy_tui *ui)
{
    if (ui->words.count > 1) {
        take_next(ui);
        return;
    }
    vy_tui_words_clear(&ui->words);
    const size_t line = vy_tui_edit_line(&ui->edit), n = ui->edit.cursor - line;
    json_t *const request = json_pack("{s:{s:s%,s:I}}", "complete", "line",
                                      n ? ui->edit.text + line : "", n, "at", (json_int_t)n);
    ui->words.at = line;
    if (!vy_tui_link_ask(&ui->link, request, VY_TUI_FOR_WORDS, ui->words.mark))
        vy_tui_note(ui, "completion needs a studio");
}

// The longest beginning all candidates share.
static size_t common(const struct vy_tui_words *words)
{
    size_t n = strlen(words->word[0]);
    for (int i = 1; i < words->count; i++) {
        size_t same = 0;
        while (same < n && words->word[i][same] == words->word[0][same])
            same++;
        n = same;
    }
    while (n > 0 && (words->word[0][n] & 0xC0) == 0x80) // no half characters
        n--;
    return n;
}

static bool goes_on(const char *word)
{
    const size_t n = strlen(word);
    return n > 0 && strchr("=:./", word[n - 1]);
}

void vy_tui_words_came(struct vy_tui *ui, uint64_t mark, const json_t *complete)
{
    struct vy_tui_words *const words = &ui->words;
    const json_t *const list = json_object_get(complete, "words");
    if (mark != words->mark) // something else has been typed since
        return;
    words->at += (size_t)json_integer_value(json_object_get(complete, "at"));
    for (size_t i = 0; i < json_array_size(list) && words->count < VY_TUI_WORDS; i++) {
        const char *const text = json_string_value(json_array_get(list, i));
        words->word[words->count] = text ? strdup(text) : NULL;
        words->count += words->word[words->count] != NULL;
    }
    ui->model.changed = true;
    if (words->count == 0) {
        vy_tui_note(ui, "nothing begins like this");
        return;
    }
    if (words->at > ui->edit.cursor)
        return;
    const size_t typed = ui->edit.cursor - words->at, same = common(words);
    const bool single = words->count == 1;
    if (same > typed || single)
        vy_tui_edit_replace(&ui->edit, words->at, words->word[0], same);
    if (single && !goes_on(words->word[0]))
        vy_tui_edit_put(&ui->edit, " ", 1);
    if (single)
        vy_tui_words_clear(words);
}
