// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cm.h"

#include "engine/notes.h"

#include <math.h>
#include <string.h>

static void assert_note(const char *text, double want)
{
    double note = -1;
    size_t used = 0;
    if (!vy_note_read(text, strlen(text), &note, &used) || used != strlen(text))
        fail_msg("%s is not read", text);
    if (fabs(note - want) > 1e-9)
        fail_msg("%s is %g, not %g", text, note, want);
}

static void notes_are_read(void **state)
{
    (void)state;
    assert_note("C4", 60);
    assert_note("A4", 69);
    assert_note("Eb2", 39);
    assert_note("F#3", 54);
    assert_note("Cb4", 59);
    assert_note("B#3", 60);
    assert_note("F##3", 55);
    assert_note("Bbb3", 57);
    assert_note("C-1", 0);
    assert_note("F#-1", 6);
    assert_note("G9", 127);
    assert_note("m60", 60);
    assert_note("m60.5", 60.5);
    assert_note("440Hz", 69);
    assert_note("0.44kHz", 69);
    assert_note("55Hz", 33);
    assert_note("27.5Hz", 21);
}

static void what_is_no_note_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {"",     "440", "60",   "H4",       "c4",   "C",   "Cm7",
                                      "Eb",   "m",   "m137", "0Hz",      "Hz",   "-1",  "1e3Hz",
                                      ".5Hz", "C-2", "m-1",  "99999kHz", "C#b4", "\xc3"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        double note;
        size_t used = 99;
        if (vy_note_read(bad[i], strlen(bad[i]), &note, &used))
            fail_msg("'%s' was read as %g", bad[i], note);
        assert_int_equal(used, 0);
    }
}

static void assert_chord(const char *text, int notes, const double *want)
{
    double note[8];
    size_t used;
    const int n = vy_chord_read(text, strlen(text), 3, note, 8, &used);
    if (n != notes || used != strlen(text))
        fail_msg("%s: %d notes, %zu bytes", text, n, used);
    for (int i = 0; i < n; i++)
        if (note[i] != want[i])
            fail_msg("%s: note %d is %g, not %g", text, i, note[i], want[i]);
}

static void chords_are_read(void **state)
{
    (void)state;
    assert_chord("C", 3, (double[]){48, 52, 55});
    assert_chord("Cm", 3, (double[]){48, 51, 55});
    assert_chord("C7", 4, (double[]){48, 52, 55, 58});
    assert_chord("Cmaj7", 4, (double[]){48, 52, 55, 59});
    assert_chord("Cm7b5", 4, (double[]){48, 51, 54, 58});
    assert_chord("Cdim", 3, (double[]){48, 51, 54});
    assert_chord("Caug", 3, (double[]){48, 52, 56});
    assert_chord("Csus4", 3, (double[]){48, 53, 55});
    assert_chord("Cadd9", 4, (double[]){48, 52, 55, 62});
    assert_chord("C9", 5, (double[]){48, 52, 55, 58, 62});
    assert_chord("Cm11", 6, (double[]){48, 51, 55, 58, 62, 65});
    assert_chord("C13", 6, (double[]){48, 52, 55, 58, 62, 69});
    assert_chord("C6", 4, (double[]){48, 52, 55, 57});
    assert_chord("C6/9", 5, (double[]){48, 52, 55, 57, 62});
    assert_chord("C5", 2, (double[]){48, 55});
    assert_chord("F#m7", 4, (double[]){54, 57, 61, 64});
    assert_chord("Bbmaj7", 4, (double[]){58, 62, 65, 69});
    // the bass lies below the root
    assert_chord("Eb/G", 4, (double[]){43, 51, 55, 58});
    assert_chord("Am7/D", 5, (double[]){50, 57, 60, 64, 67});
    double note[8];
    assert_int_equal(vy_chord_read("H7", 2, 3, note, 8, NULL), 0);
    assert_int_equal(vy_chord_read("", 0, 3, note, 8, NULL), 0);
    assert_int_equal(vy_chord_read("Cm11", 4, 3, note, 2, NULL), 2);
}

static void keys_and_degrees_are_read(void **state)
{
    (void)state;
    int root = -1, scale = -1;
    struct vy_err err = {0};
    assert_int_equal(vy_key_read("C minor", &root, &scale, &err), VY_OK);
    assert_int_equal(root, 0);
    assert_string_equal(vy_scale_name(scale), "minor");
    assert_float_equal(vy_degree_note(1, 0, root, scale), 60, 0);
    assert_float_equal(vy_degree_note(3, 0, root, scale), 63, 0);
    assert_float_equal(vy_degree_note(8, 0, root, scale), 72, 0);
    assert_float_equal(vy_degree_note(0, 0, root, scale), 58, 0);
    assert_float_equal(vy_degree_note(-6, 0, root, scale), 48, 0);
    assert_float_equal(vy_degree_note(-7, 0, root, scale), 46, 0);
    assert_float_equal(vy_degree_note(15, 0, root, scale), 84, 0);
    assert_float_equal(vy_degree_note(4, 1, root, scale), 66, 0);
    assert_int_equal(vy_key_read("F# dorian", &root, &scale, &err), VY_OK);
    assert_int_equal(root, 6);
    assert_string_equal(vy_scale_name(scale), "dorian");
    assert_int_equal(vy_key_read("Bb", &root, &scale, &err), VY_OK);
    assert_int_equal(root, 10);
    assert_int_equal(scale, 0);
    assert_int_equal(vy_key_read("Am", &root, &scale, &err), VY_OK);
    assert_int_equal(root, 9);
    assert_string_equal(vy_scale_name(scale), "minor");
    assert_int_equal(vy_key_read("E harmonic_minor", &root, &scale, &err), VY_OK);
    assert_string_equal(vy_scale_name(scale), "harmonic minor");
    assert_int_equal(vy_key_read("C dorain", &root, &scale, &err), VY_BAD_ARG);
    assert_string_equal(err.hint, "dorian");
    assert_int_equal(err.at, 2);
    assert_int_equal(vy_key_read("", &root, &scale, &err), VY_BAD_ARG);
    assert_int_equal(vy_key_read("440", &root, &scale, &err), VY_BAD_ARG);
}

static void names_and_hertz_round_trip(void **state)
{
    (void)state;
    char buf[8];
    assert_string_equal(vy_note_name(60, buf, sizeof buf), "C4");
    assert_string_equal(vy_note_name(51, buf, sizeof buf), "Eb3");
    assert_string_equal(vy_note_name(0, buf, sizeof buf), "C-1");
    for (int n = 0; n < 128; n++) {
        double back;
        const char *const name = vy_note_name(n, buf, sizeof buf);
        assert_true(vy_note_read(name, strlen(name), &back, NULL));
        assert_float_equal(back, n, 0);
        assert_float_equal(vy_hz_note(vy_note_hz(n)), n, 1e-9);
    }
    assert_float_equal(vy_note_hz(69), 440, 0);
    assert_float_equal(vy_note_hz(60), 261.6255653, 1e-6);
    int scales = 0;
    for (const int *steps; vy_scale_name(scales); scales++)
        assert_in_range(vy_scale_steps(scales, &steps), 5, 12);
    assert_true(scales >= 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(notes_are_read),
        cmocka_unit_test(what_is_no_note_is_refused),
        cmocka_unit_test(chords_are_read),
        cmocka_unit_test(keys_and_degrees_are_read),
        cmocka_unit_test(names_and_hertz_round_trip),
    };
    return cmocka_run_group_tests_name("notes", tests, NULL, NULL);
}
