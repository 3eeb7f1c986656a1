// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Words to write the rows of rows.c with; for no other file.
#ifndef VY_COMMAND_ROWS_H
#define VY_COMMAND_ROWS_H

#include "command/table.h"

/// A part of the table of verbs.
struct vy_verb_rows {
    const struct vy_verb *row;
    size_t n;
};
extern const struct vy_verb_rows vy_session_rows, vy_sound_rows;

// Arguments that many verbs share.
#define NAME                                                                        \
    {                                                                               \
        .name = "NAME", .type = VY_ARG_NAME, .text = "an instrument, effect or bus" \
    }
#define PAIRS                                                                                    \
    {                                                                                            \
        .name = "PAIRS", .type = VY_ARG_PAIRS, .optional = true, .text = "parameters, key=value" \
    }
#define BARS(word, what, least)                                                               \
    {                                                                                         \
        .name = "N", .type = VY_ARG_NUMBER, .after = "bars|bar", .min = least, .max = 100000, \
        .unit = "", .text = what                                                              \
    }
#define COUNT                                                                                      \
    {                                                                                              \
        .name = "N", .type = VY_ARG_NUMBER, .optional = true, .unit = "", .min = 1, .max = 100000, \
        .def = "1", .text = "how many edits"                                                       \
    }
#define KIND                                                               \
    {                                                                      \
        .name = "KIND", .type = VY_ARG_CHOICE, .choices = "patch|session", \
        .text = "patch: the present state; session: the whole history"     \
    }
#define SWITCH(must)                                                                      \
    {                                                                                     \
        .name = "STATE", .type = VY_ARG_CHOICE, .choices = "on|off", .optional = !(must), \
        .def = "on"                                                                       \
    }
#define STEP_OPTIONS                                                                        \
    {.name = "div",                                                                         \
     .type = VY_ARG_NUMBER,                                                                 \
     .keyed = true,                                                                         \
     .optional = true,                                                                      \
     .unit = "",                                                                            \
     .min = 0.25,                                                                           \
     .max = 1024,                                                                           \
     .def = "16",                                                                           \
     .text = "steps a whole note"},                                                         \
        {.name = "swing",                                                                   \
         .type = VY_ARG_NUMBER,                                                             \
         .keyed = true,                                                                     \
         .optional = true,                                                                  \
         .unit = "",                                                                        \
         .min = 0,                                                                          \
         .max = 1,                                                                          \
         .text = "its own swing"},                                                          \
        {.name = "gate",                                                                    \
         .type = VY_ARG_NUMBER,                                                             \
         .keyed = true,                                                                     \
         .optional = true,                                                                  \
         .unit = "",                                                                        \
         .min = 0.01,                                                                       \
         .max = 64,                                                                         \
         .text = "part of a step a note is held"},                                          \
    {                                                                                       \
        .name = "prob", .type = VY_ARG_NUMBER, .keyed = true, .optional = true, .unit = "", \
        .min = 0, .max = 1, .def = "1", .text = "chance of every hit"                       \
    }
#define PATTERN                                                                     \
    {                                                                               \
        .name = "PATTERN", .type = VY_ARG_PATTERN, .text = "steps, notes or chords" \
    }
#define ARGS(...)           \
    (const struct vy_arg[]) \
    {                       \
        __VA_ARGS__,        \
        {                   \
            0               \
        }                   \
    }
#define NONE                \
    (const struct vy_arg[]) \
    {                       \
        {                   \
            0               \
        }                   \
    }

/// How a verb is done as a job: WORK("render", 3600, 3, .alone = true).
#define WORK(class_, timeout_s_, tries_, ...)     \
    &(const struct vy_verb_work)                  \
    {                                             \
        class_, timeout_s_, tries_, ##__VA_ARGS__ \
    }

#define JOB "it needs the job service, which comes later; "

// Words for turning a knob: `brighter bass 20%`.
#define AMOUNT(unit_, what)                                                                  \
    {                                                                                        \
        .name = "AMOUNT", .type = VY_ARG_WORD, .optional = true, .unit = unit_, .text = what \
    }
#define TURN(verb, params_, amount_, way, help_, example_)                                   \
    {                                                                                        \
        .name = verb, .group = "shade", .arg = ARGS(NAME, AMOUNT("", "how much: " amount_)), \
        .help = help_, .example = {example_}, .flags = VY_VERB_MACRO,                        \
        .turn = &(const struct vy_turn){params_, amount_, way}, .run = vy_do_turn            \
    }
#define TURN_TIME(verb, way, help_, example_)                                                      \
    {                                                                                              \
        .name = verb, .group = "shade",                                                            \
        .arg = ARGS(                                                                               \
            {.name = "WHAT", .type = VY_ARG_CHOICE, .choices = "attack|decay|release|rate|glide"}, \
            {.name = "NAME", .type = VY_ARG_NAME, .before = "of"},                                 \
            AMOUNT("", "factor 2x or 50%")),                                                       \
        .help = help_, .example = {example_}, .flags = VY_VERB_MACRO,                              \
        .turn = &(const struct vy_turn){"", "1.5x", way}, .run = vy_do_turn_time                   \
    }
#define TURN_PARAM(verb, way, help_, example_)                                                 \
    {                                                                                          \
        .name = verb, .group = "shade",                                                        \
        .arg = ARGS({.name = "PARAM", .type = VY_ARG_WORD, .text = "a parameter"},             \
                    {.name = "NAME", .type = VY_ARG_NAME, .before = "of"}, AMOUNT("", "20%")), \
        .help = help_, .example = {example_}, .flags = VY_VERB_MACRO,                          \
        .turn = &(const struct vy_turn){"", "20%", way}, .run = vy_do_turn_param               \
    }
#define BRIGHT "cutoff,tone,freq,brightness,color"
#define LONG "decay,release,time,size"
#define WIDE "width,spread"
#define WET "mix,amount"
#define PITCH "pitch,tune,transpose,freq"

#define MIDI_WORD(verb, help_, run_)                                                              \
    {                                                                                             \
        .name = verb, .group = "hear", .flags = VY_VERB_CONTROL, .run = run_,                     \
        .arg = ARGS({.name = "PATH", .type = VY_ARG_PATH, .text = "a parameter"}), .help = help_, \
        .example = {                                                                              \
            verb " bass.cutoff"                                                                   \
        }                                                                                         \
    }

// A long job that is not here yet.
#define ABSENT_JOB(verb, help_, example_, instead)                                           \
    {                                                                                        \
        .name = verb, .group = "jobs",                                                       \
        .arg = ARGS({.name = "WHAT", .type = VY_ARG_REST, .optional = true}), .help = help_, \
        .example = {example_}, .flags = VY_VERB_CONTROL, .absent = JOB instead               \
    }

#endif
