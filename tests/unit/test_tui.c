// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The parts of the terminal UI that know no terminal: editor, history, layout, keys, steps.
#include "cm.h"

#include "app/tui_edit.h"
#include "app/tui_keys.h"
#include "app/tui_layout.h"
#include "app/tui_steps.h"
#include "app/tui_text.h"

#include <locale.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- text ---------------------------------------------------------------------------------------

static int columns(const char *text)
{
    return vy_tui_columns(text, strlen(text));
}

static void text_knows_widths(void **state)
{
    (void)state;
    assert_int_equal(columns("kick"), 4);
    assert_int_equal(columns("日本"), 4);
    assert_int_equal(columns("e\u0301"), 1);      // combining
    assert_int_equal(columns("\x1b[0m"), 3);      // the control character takes nothing
    assert_int_equal(columns("\xff\xfe"), 2);     // bytes that are no UTF-8
    assert_int_equal(columns("\xe6\x97"), 2);     // cut off
    assert_int_equal(columns("\xed\xa0\x80"), 3); // half of a pair is no character
}

static void text_steps_over_whole_characters(void **state)
{
    (void)state;
    const char *const text = "ae\u0301日";
    const size_t n = strlen(text);
    assert_int_equal(vy_tui_step(text, n, 0), 1);
    assert_int_equal(vy_tui_step(text, n, 1), 3);
    assert_int_equal(vy_tui_step(text, n, 4), 3);
    assert_int_equal(vy_tui_step(text, n, n), 0);
    assert_int_equal(vy_tui_step_back(text, n), 3);
    assert_int_equal(vy_tui_step_back(text, 4), 3);
    assert_int_equal(vy_tui_step_back(text, 0), 0);
}

static void text_breaks_at_spaces(void **state)
{
    (void)state;
    size_t next;
    const char *const text = "one two\nthree";
    assert_int_equal(vy_tui_row(text, 13, 20, &next), 7);
    assert_int_equal(next, 8);
    assert_int_equal(vy_tui_row(text, 13, 5, &next), 3);
    assert_int_equal(next, 4);
    assert_int_equal(vy_tui_row("abcdef", 6, 4, &next), 4);
    assert_int_equal(next, 4);
    assert_int_equal(vy_tui_row("日", 3, 1, &next), 3); // must go on, whatever the room
    assert_int_equal(next, 3);
    assert_int_equal(vy_tui_row("", 0, 4, &next), 0);
    assert_int_equal(next, 0);
}

// ---- editor -------------------------------------------------------------------------------------

static struct vy_tui_edit edit;

static void type(const char *text)
{
    assert_true(vy_tui_edit_put(&edit, text, strlen(text)));
}

static void holds(const char *text, size_t cursor)
{
    char copy[256] = "";
    assert_true(edit.length < sizeof copy);
    if (edit.length)
        memcpy(copy, edit.text, edit.length);
    assert_string_equal(copy, text);
    assert_int_equal(edit.cursor, cursor);
}

static void move(enum vy_tui_move to)
{
    vy_tui_edit_move(&edit, to);
}

static int fresh(void **state)
{
    (void)state;
    edit.history = NULL;
    vy_tui_edit_clear(&edit);
    return 0;
}

static void edit_types_and_moves_in_utf8(void **state)
{
    (void)state;
    type("käse 日本");
    move(VY_TUI_LEFT);
    holds("käse 日本", 9);
    type("x");
    holds("käse 日x本", 10);
    move(VY_TUI_HOME);
    move(VY_TUI_RIGHT);
    move(VY_TUI_RIGHT);
    vy_tui_edit_erase(&edit, VY_TUI_LEFT, false);
    holds("kse 日x本", 1);
    move(VY_TUI_WORD_RIGHT);
    holds("kse 日x本", 3);
    move(VY_TUI_END);
    vy_tui_edit_erase(&edit, VY_TUI_LEFT, false);
    holds("kse 日x", 8);
    vy_tui_edit_erase(&edit, VY_TUI_RIGHT, false); // nothing there
    holds("kse 日x", 8);
}

static void edit_keeps_out_what_cannot_be_said(void **state)
{
    (void)state;
    type("a\tb\x1b[31m\r\nc\rd\x7f\xff\xc2\x80"
         "e");
    holds("a b[31m\nc\nde", 12);
    char *const big = malloc(VY_TUI_EDIT_MAX + 1);
    memset(big, 'x', VY_TUI_EDIT_MAX + 1);
    assert_false(vy_tui_edit_put(&edit, big, VY_TUI_EDIT_MAX + 1));
    holds("a b[31m\nc\nde", 12);
    vy_tui_edit_clear(&edit);
    assert_true(vy_tui_edit_put(&edit, big, VY_TUI_EDIT_MAX));
    assert_false(vy_tui_edit_put(&edit, "x", 1));
    free(big);
}

static void edit_cuts_and_yanks(void **state)
{
    (void)state;
    type("gain kick -3");
    vy_tui_edit_erase(&edit, VY_TUI_WORD_LEFT, true);
    vy_tui_edit_erase(&edit, VY_TUI_WORD_LEFT, true);
    holds("gain ", 5);
    vy_tui_edit_yank(&edit); // two cuts in a row are one
    holds("gain kick -3", 12);
    move(VY_TUI_HOME);
    vy_tui_edit_erase(&edit, VY_TUI_END, true);
    holds("", 0);
    type("pan");
    vy_tui_edit_yank(&edit);
    holds("pangain kick -3", 15);
    vy_tui_edit_set(&edit, "one\ntwo", 7);
    move(VY_TUI_UP);
    vy_tui_edit_erase(&edit, VY_TUI_END, true); // at a line's end its newline goes
    holds("onetwo", 3);
    vy_tui_edit_erase(&edit, VY_TUI_HOME, true);
    holds("two", 0);
}

static void edit_moves_between_lines(void **state)
{
    (void)state;
    type("日本 long\nab\nlast one");
    move(VY_TUI_UP);
    holds("日本 long\nab\nlast one", 14); // as far right as the line goes
    move(VY_TUI_UP);
    assert_int_equal(edit.cursor, 3); // two columns are one wide character
    assert_false(vy_tui_edit_move(&edit, VY_TUI_UP));
    move(VY_TUI_DOWN);
    move(VY_TUI_DOWN);
    assert_int_equal(edit.cursor, 17);
    assert_false(vy_tui_edit_move(&edit, VY_TUI_DOWN));
    assert_int_equal(vy_tui_edit_line(&edit), 15);
}

static void edit_breaks_rows_for_the_screen(void **state)
{
    (void)state;
    int row, column;
    assert_int_equal(vy_tui_edit_cursor(&edit, 10, &row, &column), 1);
    assert_int_equal(row, 0);
    assert_int_equal(column, 0);
    type("abcdefgh\n日本語");
    assert_int_equal(vy_tui_edit_cursor(&edit, 5, &row, &column), 4);
    assert_int_equal(row, 3);
    assert_int_equal(column, 2);
    vy_tui_edit_set(&edit, "abcde", 5);
    assert_int_equal(vy_tui_edit_cursor(&edit, 5, &row, &column), 1);
    assert_int_equal(column, 5);
    vy_tui_edit_set(&edit, "ab\n", 3);
    assert_int_equal(vy_tui_edit_cursor(&edit, 5, &row, &column), 2);
    assert_int_equal(row, 1);
    assert_int_equal(column, 0);
}

static void edit_replaces_a_word(void **state)
{
    (void)state;
    type("seq kick: x");
    edit.cursor = 3;
    vy_tui_edit_replace(&edit, 0, "sequence", 8);
    holds("sequence kick: x", 8);
    vy_tui_edit_replace(&edit, 12, "never", 5); // behind the cursor: nothing
    holds("sequence kick: x", 8);
}

// ---- history ------------------------------------------------------------------------------------

static void history_goes_back_and_keeps_the_draft(void **state)
{
    (void)state;
    struct vy_tui_history history;
    struct vy_err err;
    assert_int_equal(vy_tui_history_open(&history, NULL, &err), VY_OK);
    edit.history = &history;
    assert_false(vy_tui_edit_move(&edit, VY_TUI_UP)); // nothing there yet
    vy_tui_history_add(&history, "create kick", 11, &err);
    vy_tui_history_add(&history, "gain kick -3", 12, &err);
    vy_tui_history_add(&history, "gain kick -3", 12, &err);
    assert_int_equal(history.entries, 2);
    type("dra");
    move(VY_TUI_UP);
    holds("gain kick -3", 12);
    move(VY_TUI_UP);
    holds("create kick", 11);
    assert_false(vy_tui_edit_move(&edit, VY_TUI_UP));
    move(VY_TUI_DOWN);
    move(VY_TUI_DOWN);
    holds("dra", 3);
    vy_tui_edit_set(&edit, "cr", 2);
    assert_true(vy_tui_edit_search(&edit));
    holds("create kick", 2);
    assert_false(vy_tui_edit_search(&edit));
    vy_tui_edit_restart(&edit);
    holds("", 0);
    edit.history = NULL;
    vy_tui_history_close(&history);
}

static void history_is_kept_in_a_file(void **state)
{
    (void)state;
    char folder[] = "/tmp/vy_tui_XXXXXX", path[64];
    struct vy_tui_history history;
    struct vy_err err;
    assert_non_null(mkdtemp(folder));
    snprintf(path, sizeof path, "%s/deep/history", folder);
    assert_int_equal(vy_tui_history_open(&history, path, &err), VY_OK);
    assert_int_equal(vy_tui_history_add(&history, "one\ntwo \\n", 10, &err), VY_OK);
    assert_int_equal(vy_tui_history_add(&history, "käse", 5, &err), VY_OK);
    vy_tui_history_close(&history);
    assert_int_equal(vy_tui_history_open(&history, path, &err), VY_OK);
    assert_int_equal(history.entries, 2);
    assert_string_equal(history.entry[0], "one\ntwo \\n");
    assert_string_equal(history.entry[1], "käse");
    for (int i = 0; i < 2 * VY_TUI_HISTORY_MAX + 10; i++) {
        char line[32];
        const int n = snprintf(line, sizeof line, "line %d", i);
        assert_int_equal(vy_tui_history_add(&history, line, (size_t)n, &err), VY_OK);
    }
    vy_tui_history_close(&history);
    assert_int_equal(vy_tui_history_open(&history, path, &err), VY_OK); // and it is shortened
    assert_int_equal(history.entries, VY_TUI_HISTORY_MAX);
    vy_tui_history_close(&history);
    unlink(path);
    snprintf(path, sizeof path, "%s/deep", folder);
    rmdir(path);
    rmdir(folder);
}

// ---- layout -------------------------------------------------------------------------------------

static bool meet(const struct vy_tui_rect *a, const struct vy_tui_rect *b)
{
    return a->rows > 0 && b->rows > 0 && a->y < b->y + b->rows && b->y < a->y + a->rows &&
           a->x < b->x + b->cols && b->x < a->x + a->cols;
}

static void whole(const struct vy_tui_wish *wish)
{
    struct vy_tui_layout layout;
    vy_tui_lay_out(wish, &layout);
    assert_int_equal(layout.tiny, wish->rows < VY_TUI_MIN_ROWS || wish->cols < VY_TUI_MIN_COLS);
    if (layout.tiny)
        return;
    struct vy_tui_rect all[VY_TUI_PANES + 3] = {layout.bar, layout.tabs, layout.hints};
    memcpy(all + 3, layout.pane, sizeof layout.pane);
    for (size_t i = 0; i < VY_TUI_PANES + 3; i++) {
        assert_true(all[i].rows >= 0 && all[i].y >= 0 && all[i].x >= 0);
        assert_true(all[i].rows == 0 || all[i].cols > 0);
        assert_true(all[i].y + all[i].rows <= wish->rows);
        assert_true(all[i].x + all[i].cols <= wish->cols);
        for (size_t j = 0; j < i; j++)
            assert_false(meet(&all[i], &all[j]));
    }
    assert_true(layout.pane[VY_TUI_PROMPT].rows >= 1);
    assert_true(layout.pane[wish->shown].rows >= 1 || layout.columns);
    if (layout.columns)
        assert_true(layout.pane[VY_TUI_SESSION].rows >= 3 && layout.pane[VY_TUI_TAKES].rows >= 3);
}

static void layout_fits_every_screen(void **state)
{
    (void)state;
    for (int rows = 1; rows < 90; rows++)
        for (int cols = 1; cols < 260; cols += rows % 3 + 1)
            for (int prompt = 1; prompt < 40; prompt += 6)
                for (int shown = VY_TUI_SESSION; shown < VY_TUI_PANES; shown++)
                    whole(&(struct vy_tui_wish){rows, cols, prompt, (enum vy_tui_pane)shown,
                                                prompt == 7});
}

static void layout_has_columns_where_there_is_room(void **state)
{
    (void)state;
    struct vy_tui_layout layout;
    struct vy_tui_wish wish = {24, 80, 1, VY_TUI_SESSION, false};
    vy_tui_lay_out(&wish, &layout);
    assert_true(layout.columns);
    wish.zoomed = true;
    vy_tui_lay_out(&wish, &layout);
    assert_false(layout.columns);
    wish = (struct vy_tui_wish){12, 40, 1, VY_TUI_JOBS, false};
    vy_tui_lay_out(&wish, &layout);
    assert_false(layout.columns);
    assert_int_equal(layout.pane[VY_TUI_JOBS].rows, 8);
    assert_int_equal(layout.pane[VY_TUI_SESSION].rows, 0);
}

// ---- keys ---------------------------------------------------------------------------------------

static void keys_never_take_what_is_typed(void **state)
{
    (void)state;
    for (int c = 0x20; c < 0x3000; c++)
        if (c != 0x7F)
            assert_int_equal(vy_tui_key_find(VY_TUI_PROMPT, c), VY_TUI_NOTHING);
    assert_int_equal(vy_tui_key_find(VY_TUI_JOBS, 'q'), VY_TUI_QUIT);
    assert_int_equal(vy_tui_key_find(VY_TUI_PROMPT, 3), VY_TUI_QUIT);
}

static void keys_mean_one_thing_in_one_place(void **state)
{
    (void)state;
    for (size_t i = 0; vy_tui_key_at(i); i++) {
        const struct vy_tui_key *const key = vy_tui_key_at(i);
        assert_true(key->code[0] && *key->label && *key->text && key->where);
        for (int p = 0; p < VY_TUI_PANES; p++)
            for (int c = 0; c < 4 && key->where & VY_TUI_IN(p); c++)
                if (key->code[c])
                    assert_int_equal(vy_tui_key_find((enum vy_tui_pane)p, key->code[c]),
                                     key->action);
    }
}

// ---- steps --------------------------------------------------------------------------------------

static struct vy_tui_steps read_steps(const char *hits, double beats)
{
    struct vy_tui_steps steps;
    json_t *const json = json_loads(hits, 0, NULL);
    assert_non_null(json);
    vy_tui_steps_read(json, beats, &steps);
    json_decref(json);
    return steps;
}

static void steps_show_hits_and_notes(void **state)
{
    (void)state;
    struct vy_tui_steps s = read_steps("[[0,0.1,1,null],[1.5,0.1,0.5,null]]", 4);
    assert_int_equal(s.cells, 16);
    assert_int_equal(s.hit[0], 9);
    assert_int_equal(s.hit[6], 5);
    assert_int_equal(s.hit[1], 0);
    assert_int_equal(s.height[0], 0);
    s = read_steps("[[0,1,0.8,36],[1,0.25,0.8,48],[1.25,0.5,0.8,60]]", 2);
    assert_int_equal(s.cells, 8);
    assert_int_equal(s.height[0], 1);
    assert_int_equal(s.height[5], 8);
    assert_true(s.held[1] && s.held[3] && !s.held[4]);
    assert_int_equal(vy_tui_steps_at(&s, 9.3, 8), 5);
    assert_int_equal(vy_tui_steps_at(&s, 7.9, 8), 7); // before it began
}

static void steps_of_long_cycles_are_longer(void **state)
{
    (void)state;
    struct vy_tui_steps s = read_steps("[[30,1,1,null]]", 32);
    assert_int_equal(s.cells, 64);
    assert_int_equal(s.hit[60], 9);
    s = read_steps("[[200,1,1,null],[3,1,1,null],[-1,1,1,null]]", 256);
    assert_int_equal(s.cells, 64);
    assert_int_equal(s.hit[3], 9);
    assert_int_equal(vy_tui_steps_at(&s, 100, 0), -1); // beyond what is shown
    s = read_steps("[]", 0);
    assert_int_equal(s.cells, 0);
    assert_int_equal(vy_tui_steps_at(&s, 1, 0), -1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_knows_widths),
        cmocka_unit_test(text_steps_over_whole_characters),
        cmocka_unit_test(text_breaks_at_spaces),
        cmocka_unit_test_setup_teardown(edit_types_and_moves_in_utf8, fresh, fresh),
        cmocka_unit_test_setup_teardown(edit_keeps_out_what_cannot_be_said, fresh, fresh),
        cmocka_unit_test_setup_teardown(edit_cuts_and_yanks, fresh, fresh),
        cmocka_unit_test_setup_teardown(edit_moves_between_lines, fresh, fresh),
        cmocka_unit_test_setup_teardown(edit_breaks_rows_for_the_screen, fresh, fresh),
        cmocka_unit_test_setup_teardown(edit_replaces_a_word, fresh, fresh),
        cmocka_unit_test_setup_teardown(history_goes_back_and_keeps_the_draft, fresh, fresh),
        cmocka_unit_test(history_is_kept_in_a_file),
        cmocka_unit_test(layout_fits_every_screen),
        cmocka_unit_test(layout_has_columns_where_there_is_room),
        cmocka_unit_test(keys_never_take_what_is_typed),
        cmocka_unit_test(keys_mean_one_thing_in_one_place),
        cmocka_unit_test(steps_show_hits_and_notes),
        cmocka_unit_test(steps_of_long_cycles_are_longer),
    };
    setlocale(LC_CTYPE, "C.UTF-8");
    return cmocka_run_group_tests(tests, NULL, NULL);
}
