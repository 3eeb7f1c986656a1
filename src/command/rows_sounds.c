// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rows of sound files, the memory of sounds and long work; rows.c has those of the session.
#include "command/handlers.h"
#include "command/rows.h"

// clang-format off: a row reads as a row

static const struct vy_verb rows[] = {
    // jobs
    ABSENT_JOB("generate", "Make a sound from a description.", "generate \"rain on a tin roof\"",
               "`create` with a recipe makes sounds by synthesis"),
    ABSENT_JOB("analyze", "Measure a sound file.", "analyze \"take.wav\"",
               "`listen` measures the session itself"),
    ABSENT_JOB("similar", "Find sounds like this one.", "similar \"take.wav\"",
               "`recipes WORDS` searches instruments by words"),
    ABSENT_JOB("film", "Draw a film to a sound.", "film \"take.wav\"",
               "`render` the sound for another program"),
    ABSENT_JOB("bake", "Fit an effect chain to a reference.", "bake voice \"reference.wav\"",
               "`add eq to NAME` and turn it by ear"),
    ABSENT_JOB("ask", "Ask the language model.", "ask \"make it warmer\"",
               "say it with `brighter`, `darker`, `more` and the other words of `help`"),
};

const struct vy_verb_rows vy_sound_rows = {rows, sizeof rows / sizeof *rows};
