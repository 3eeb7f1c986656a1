// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rows of sound files, the memory of sounds and long work; rows.c has those of the session.
#include "command/handlers.h"
#include "command/rows.h"

// clang-format off: a row reads as a row

static const struct vy_verb rows[] = {
    // hear
    {.name = "analyze",
     .group = "hear",
     .arg = ARGS({.name = "FILE", .type = VY_ARG_WORD, .text = "any sound file"},
                 {.name = "plot",
                  .type = VY_ARG_WORD,
                  .keyed = true,
                  .optional = true,
                  .text = "draw a picture of it to this PNG"}),
     .help = "Measure a sound file: loudness, spectrum, tempo, key, chords, sections.",
     .more = "What cannot be measured is left out, with the reason. `veery analyze FILE...` does "
             "many files at once.",
     .example = {"analyze \"take.wav\"", "analyze \"take.wav\" plot=take.png"},
     .flags = VY_VERB_QUERY | VY_VERB_OUTSIDE,
     .run = vy_do_analyze},
    {.name = "compare",
     .group = "hear",
     .arg = ARGS({.name = "A", .type = VY_ARG_WORD, .text = "a sound file"},
                 {.name = "B", .type = VY_ARG_WORD, .text = "another one"}),
     .help = "Say what changed from one sound to the other, in dB, by band.",
     .example = {"compare \"before.wav\" \"after.wav\""},
     .flags = VY_VERB_QUERY | VY_VERB_OUTSIDE,
     .run = vy_do_compare},
    {.name = "masking",
     .group = "hear",
     .arg = ARGS({.name = "N",
                  .type = VY_ARG_NUMBER,
                  .optional = true,
                  .after = "bars|bar",
                  .unit = "",
                  .min = 0.25,
                  .max = 1000,
                  .def = "4",
                  .text = "bars of the session"},
                 {.name = "FILES",
                  .type = VY_ARG_FILES,
                  .optional = true,
                  .text = "stems that begin together, instead of the session's things"}),
     .help = "Say which tracks hide which others, how much, and where in the spectrum.",
     .example = {"masking 4 bars", "masking \"kick.wav\" \"bass.wav\""},
     .flags = VY_VERB_QUERY | VY_VERB_OUTSIDE,
     .run = vy_do_masking},
    // jobs
    ABSENT_JOB("generate", "Make a sound from a description.", "generate \"rain on a tin roof\"",
               "`create` with a recipe makes sounds by synthesis"),
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
