// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The rows. To add a verb, add one here and its function to the file of its group.
#include "command/handlers.h"

// clang-format off: a row reads as a row

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

// A long job that is not here yet.
#define ABSENT_JOB(verb, help_, example_, instead)                                           \
    {                                                                                        \
        .name = verb, .group = "jobs",                                                       \
        .arg = ARGS({.name = "WHAT", .type = VY_ARG_REST, .optional = true}), .help = help_, \
        .example = {example_}, .flags = VY_VERB_CONTROL, .absent = JOB instead               \
    }

const struct vy_verb vy_verb_table[] = {
    // make
    {.name = "create",
     .group = "make",
     .arg = ARGS({.name = "NAME", .type = VY_ARG_NEW_NAME, .text = "what to call it"},
                 {.name = "WHAT",
                  .type = VY_ARG_WORD,
                  .optional = true,
                  .text = "a recipe or module; left out: the recipe called NAME"},
                 PAIRS),
     .help = "Make an instrument or effect from a recipe or module.",
     .more = "See `recipes` and `modules` for what there is, `describe RECIPE` for its parameters. "
             "It is connected to out at once.",
     .example = {"create bass osc=saw filter=lowpass cutoff=500", "create lead pluck decay=0.4"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_create},
    {.name = "remove",
     .group = "make",
     .arg = ARGS({.name = "WHAT", .type = VY_ARG_WORD, .text = "a thing, or an effect of one"},
                 {.name = "NAME", .type = VY_ARG_NAME, .before = "from", .optional = true}),
     .help = "Remove a thing, or an effect from a thing.",
     .example = {"remove hihat", "remove reverb from bass"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_remove},
    {.name = "rename",
     .group = "make",
     .arg = ARGS(NAME, {.name = "NEW", .type = VY_ARG_NEW_NAME, .text = "the new name"}),
     .help = "Give a thing another name; cables and patterns stay.",
     .example = {"rename bass low"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_rename},
    {.name = "copy",
     .group = "make",
     .arg = ARGS(NAME, {.name = "NEW", .type = VY_ARG_NEW_NAME, .text = "name of the copy"}),
     .help = "Make a second one with the same sound and patterns.",
     .example = {"copy bass bass2"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_copy},
    // change
    {.name = "set",
     .group = "change",
     .arg = ARGS(
         {.name = "PATH", .type = VY_ARG_PATH, .text = "bass.cutoff, bass/reverb/mix, or a name"},
         {.name = "VALUE",
          .type = VY_ARG_WORD,
          .optional = true,
          .text = "number with unit, choice, note, on/off; +x -x *x /x are relative"},
         PAIRS),
     .help = "Turn a parameter, or several of one thing.",
     .more = "Units are converted: 500, 500Hz and 0.5kHz are the same. Relative values begin with "
             "a sign: set bass.cutoff *1.2, set kick.gain +2dB.",
     .example = {"set bass.cutoff 0.8kHz", "set bass cutoff=900 res=0.3"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_set},
    {.name = "get",
     .group = "change",
     .arg = ARGS({.name = "PATH", .type = VY_ARG_PATH, .text = "a parameter or a thing"}),
     .help = "Say the value of a parameter, or all of a thing.",
     .example = {"get bass.cutoff", "get bass"},
     .flags = VY_VERB_QUERY,
     .run = vy_do_get},
    {.name = "reset",
     .group = "change",
     .arg = ARGS(NAME),
     .help = "Put all parameters of a thing back to its recipe's values.",
     .example = {"reset bass"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_reset},
    {.name = "gain",
     .group = "change",
     .arg =
         ARGS(NAME, {.name = "VALUE", .type = VY_ARG_WORD, .unit = "dB", .text = "-6, -6dB, +2dB"}),
     .help = "Set the level of a thing in decibels; +xdB is relative.",
     .example = {"gain kick -3"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_gain},
    {.name = "pan",
     .group = "change",
     .arg = ARGS(NAME,
                 {.name = "VALUE", .type = VY_ARG_WORD, .unit = "", .text = "-1 left .. 1 right"}),
     .help = "Place a thing between left (-1) and right (1).",
     .example = {"pan hihat 0.3"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_pan},
    {.name = "mute",
     .group = "change",
     .arg = ARGS(NAME, SWITCH(false)),
     .help = "Silence a thing, or let it sound again.",
     .example = {"mute kick", "mute kick off"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_mute},
    {.name = "solo",
     .group = "change",
     .arg = ARGS(NAME, SWITCH(false)),
     .help = "Hear only the things that are solo.",
     .example = {"solo bass", "solo bass off"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_solo},
    // shade
    TURN("brighter", BRIGHT, "20%", 1, "More treble: cutoff, tone or frequency up.",
         "brighter bass 20%"),
    TURN("darker", BRIGHT, "20%", -1, "Less treble: cutoff, tone or frequency down.",
         "darker bass"),
    TURN("louder", "gain", "2dB", 1, "Level up.", "louder kick 3dB"),
    TURN("quieter", "gain", "2dB", -1, "Level down.", "quieter kick"),
    TURN("wider", WIDE, "0.2", 1, "Wider in stereo: width or spread up.", "wider bass"),
    TURN("narrower", WIDE, "0.2", -1, "Narrower in stereo: width or spread down.", "narrower bass"),
    TURN("wetter", WET, "0.1", 1, "More of the effect: mix or amount up.", "wetter bass 0.2"),
    TURN("drier", WET, "0.1", -1, "Less of the effect: mix or amount down.", "drier bass"),
    TURN("longer", LONG, "1.5x", 1, "Rings longer: decay, release or time up.", "longer kick 2x"),
    TURN("shorter", LONG, "1.5x", -1, "Rings shorter: decay, release or time down.",
         "shorter kick"),
    TURN("higher", PITCH, "7st", 1, "Pitch up, in semitones.", "higher kick 2st"),
    TURN("lower", PITCH, "7st", -1, "Pitch down, in semitones.", "lower kick"),
    TURN("harder", "drive,amount,res", "0.1", 1, "More drive, amount or resonance.", "harder bass"),
    TURN("softer", "drive,amount,res", "0.1", -1, "Less drive, amount or resonance.", "softer bass"),
    TURN_TIME("faster", 1, "Shorten an envelope time or speed a rate up.",
              "faster attack of bass 2x"),
    TURN_TIME("slower", -1, "Lengthen an envelope time or slow a rate down.",
              "slower release of bass"),
    TURN_PARAM("more", 1, "More of any parameter.", "more cutoff of bass 30%"),
    TURN_PARAM("less", -1, "Less of any parameter.", "less decay of kick"),
    // connect
    {.name = "patch",
     .group = "connect",
     .arg = ARGS({.name = "ROUTE", .type = VY_ARG_ROUTE, .text = "names or paths"},
                 {.name = "depth",
                  .type = VY_ARG_WORD,
                  .keyed = true,
                  .optional = true,
                  .text = "0.4, 2st, 300Hz: how much of it"}),
     .help = "Connect things, or an output to a parameter.",
     .more =
         "Unknown names are made from the recipe or module of that name. A cable to a parameter "
         "modulates it by `depth`.",
     .example = {"patch vco > reverb > out", "patch lfo1.out > bass.cutoff depth=0.4"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_patch},
    {.name = "unpatch",
     .group = "connect",
     .arg = ARGS({.name = "ROUTE", .type = VY_ARG_ROUTE, .text = "from > to"}),
     .help = "Take a cable away.",
     .example = {"unpatch vco > reverb"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_unpatch},
    {.name = "add",
     .group = "connect",
     .arg = ARGS({.name = "EFFECT", .type = VY_ARG_WORD, .text = "an effect recipe or module"},
                 {.name = "NAME", .type = VY_ARG_NAME, .before = "to"}, PAIRS),
     .help = "Put an effect behind a thing.",
     .example = {"add reverb to bass amount=0.3"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_add},
    {.name = "bus",
     .group = "connect",
     .arg = ARGS({.name = "NAME", .type = VY_ARG_NEW_NAME, .text = "name of the bus"}),
     .help = "Make a bus: a place where several things are mixed.",
     .example = {"bus drums"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_bus},
    {.name = "send",
     .group = "connect",
     .arg =
         ARGS(NAME, {.name = "BUS", .type = VY_ARG_NAME, .before = "to", .text = "a bus or effect"},
              {.name = "amount",
               .type = VY_ARG_WORD,
               .keyed = true,
               .optional = true,
               .def = "1",
               .text = "0..1 or %; 0 takes it away"}),
     .help = "Send part of a thing to a bus as well.",
     .example = {"send bass to drums amount=0.3"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_send},
    // write music
    {.name = "sequence",
     .group = "music",
     .arg = ARGS(NAME, PATTERN, STEP_OPTIONS),
     .help = "Write hits, one step a sixteenth.",
     .more =
         "x X 1-9 hit, . rest, - tie, [xx] subdivide, x*3 ratchet, x?30 chance, <x .> alternate, "
         "(3,8) Euclid, x!4 repeat, x{cutoff=900} lock, x@-10ms nudge.",
     .example = {"sequence kick: x...x...x...x...", "sequence hihat: ..x...x. div=16 swing=0.2"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_pattern},
    {.name = "melody",
     .group = "music",
     .arg = ARGS(NAME, PATTERN, STEP_OPTIONS),
     .help = "Write notes: C2 Eb2, degrees 1 b3 5, chords, rests and ties.",
     .example = {"melody bass: C2 C2 G2 Eb2", "melody bass: 1 . b3 5 div=8"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_pattern},
    {.name = "chords",
     .group = "music",
     .arg = ARGS(NAME, PATTERN, STEP_OPTIONS),
     .more = "Here a step is a bar: div is 1 unless said.",
     .help = "Write chords, a bar each.",
     .example = {"chords bass: Cm7 Fm7 Bb7 Ebmaj7"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_pattern},
    {.name = "arp",
     .group = "music",
     .arg = ARGS(NAME,
                 {.name = "mode",
                  .type = VY_ARG_CHOICE,
                  .keyed = true,
                  .optional = true,
                  .choices = "up|down|updown|random|order|chord",
                  .def = "up"},
                 {.name = "rate",
                  .type = VY_ARG_WORD,
                  .keyed = true,
                  .optional = true,
                  .def = "1/16",
                  .text = "note value of a step"},
                 {.name = "octaves",
                  .type = VY_ARG_NUMBER,
                  .keyed = true,
                  .optional = true,
                  .unit = "",
                  .min = 1,
                  .max = 5,
                  .def = "1"},
                 {.name = "gate",
                  .type = VY_ARG_NUMBER,
                  .keyed = true,
                  .optional = true,
                  .unit = "",
                  .min = 0.01,
                  .max = 4}),
     .help = "Break the chords of a thing into an arpeggio.",
     .example = {"arp bass mode=up rate=1/16"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_arp},
    {.name = "automate",
     .group = "music",
     .arg = ARGS({.name = "PATH", .type = VY_ARG_PATH, .text = "a parameter, or tempo"},
                 {.name = "FROM",
                  .type = VY_ARG_WORD,
                  .before = "from",
                  .optional = true,
                  .text = "left out: the present value"},
                 {.name = "TO", .type = VY_ARG_WORD, .before = "to"},
                 {.name = "N",
                  .type = VY_ARG_NUMBER,
                  .before = "over",
                  .after = "bars|bar",
                  .unit = "",
                  .min = 0.0625,
                  .max = 10000,
                  .text = "bars"},
                 {.name = "curve",
                  .type = VY_ARG_CHOICE,
                  .keyed = true,
                  .optional = true,
                  .choices = "lin|exp",
                  .def = "lin"}),
     .help = "Move a parameter over musical time.",
     .example = {"automate bass.cutoff from 200 to 2kHz over 8 bars curve=exp"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_automate},
    {.name = "clear",
     .group = "music",
     .arg = ARGS(NAME),
     .help = "Take a thing's patterns away.",
     .example = {"clear kick"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_clear},
    {.name = "every",
     .group = "music",
     .arg = ARGS(BARS("", "every how many bars", 1),
                 {.name = "COMMAND", .type = VY_ARG_REST, .text = "any editing command"}),
     .help = "Do a command again and again, first at the next such bar.",
     .example = {"every 4 bars mute kick"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_every},
    // time
    {.name = "tempo",
     .group = "time",
     .arg = ARGS({.name = "BPM",
                  .type = VY_ARG_NUMBER,
                  .unit = "bpm",
                  .min = 10,
                  .max = 400,
                  .text = "quarter notes a minute"}),
     .help = "Set the tempo.",
     .example = {"tempo 124"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_tempo},
    {.name = "meter",
     .group = "time",
     .arg = ARGS({.name = "METER", .type = VY_ARG_WORD, .text = "beats/note value"}),
     .help = "Set the meter.",
     .example = {"meter 3/4"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_meter},
    {.name = "swing",
     .group = "time",
     .arg = ARGS({.name = "AMOUNT", .type = VY_ARG_NUMBER, .unit = "", .min = 0, .max = 1}),
     .help = "Let off-beat sixteenths come late; the bar keeps its length.",
     .example = {"swing 0.2"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_swing},
    {.name = "key",
     .group = "time",
     .arg = ARGS({.name = "KEY", .type = VY_ARG_TEXT, .text = "root and scale"}),
     .help = "Set the key for scale degrees.",
     .example = {"key \"C minor\"", "key F# dorian"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_key},
    {.name = "play",
     .group = "time",
     .arg = ARGS({.name = "NAMES", .type = VY_ARG_NAMES, .optional = true, .def = "all"}),
     .help = "Start everything, or some things.",
     .example = {"play all", "play kick hihat"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_play},
    {.name = "stop",
     .group = "time",
     .arg = ARGS({.name = "NAMES", .type = VY_ARG_NAMES, .optional = true, .def = "all"}),
     .help = "Stop everything, or some things.",
     .example = {"stop", "stop bass"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_stop},
    {.name = "seek",
     .group = "time",
     .arg = ARGS({.name = "BAR",
                  .type = VY_ARG_WORD,
                  .before = "bar",
                  .loose = true,
                  .text = "9 or 9:2.5 (bar:beat)"}),
     .help = "Go to a bar: the music goes on from there, and what is said next begins there.",
     .example = {"seek bar 9", "seek bar 9:3"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_seek},
    {.name = "panic",
     .group = "time",
     .arg = ARGS(SWITCH(false)),
     .help = "Stop the transport and all notes, and silence the output.",
     .more = "In a studio that plays the guard closes the output at once and keeps it closed until "
             "`panic off`.",
     .example = {"panic", "panic off"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_panic},
    // song
    {.name = "scene",
     .group = "song",
     .arg = ARGS({.name = "NAME", .type = VY_ARG_NEW_NAME, .text = "name of the scene"},
                 {.name = "ACTION", .type = VY_ARG_CHOICE, .choices = "play", .optional = true}),
     .help = "Store what plays now as a scene, or play one.",
     .example = {"scene verse", "scene verse play"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_scene},
    {.name = "song",
     .group = "song",
     .arg = ARGS({.name = "SCENES", .type = VY_ARG_PATTERN, .text = "scene*bars ..."}),
     .help = "Line scenes up as a song.",
     .example = {"song: intro*4 verse*8"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_song},
    // keep
    {.name = "save",
     .group = "keep",
     .arg = ARGS(KIND, {.name = "NAME", .type = VY_ARG_TEXT, .text = "a name, or a path with /"}),
     .help = "Write the session to a file that can be read, edited and rendered.",
     .more = "Names go to $XDG_DATA_HOME/veery/sessions or patches; a name with / or ending in "
             ".veery is a path. `session` writes the lines said, `patch` what they made.",
     .example = {"save patch \"deep_groove\"", "save session \"./night.veery\""},
     .flags = VY_VERB_CONTROL | VY_VERB_OUTSIDE,
     .run = vy_do_save},
    {.name = "load",
     .group = "keep",
     .arg = ARGS(KIND, {.name = "NAME", .type = VY_ARG_WORD, .text = "as saved"},
                 {.name = "WHEN",
                  .type = VY_ARG_CHOICE,
                  .choices = "now|next",
                  .optional = true,
                  .after = "bar",
                  .loose = true,
                  .def = "now"}),
     .help = "Replace what is there by a saved session, now or at the next bar.",
     .more = "The file is read completely before anything changes. `undo` brings the old one back.",
     .example = {"load patch \"deep_groove\"", "load session \"night\" next bar"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_load},
    {.name = "undo",
     .group = "keep",
     .arg = ARGS(COUNT),
     .help = "Take back your last edits; those of others stay.",
     .example = {"undo", "undo 3"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_undo},
    {.name = "redo",
     .group = "keep",
     .arg = ARGS(COUNT),
     .help = "Bring back what you undid last.",
     .example = {"redo"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_redo},
    {.name = "log",
     .group = "keep",
     .arg = ARGS({.name = "N",
                  .type = VY_ARG_NUMBER,
                  .optional = true,
                  .unit = "",
                  .min = 1,
                  .max = 100000,
                  .def = "50",
                  .text = "how many lines"}),
     .help = "List the lines said, with author and version.",
     .example = {"log", "log 10"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_log},
    {.name = "diff",
     .group = "keep",
     .arg = ARGS({.name = "A",
                  .type = VY_ARG_NUMBER,
                  .unit = "",
                  .min = 0,
                  .max = 1e15,
                  .text = "a version"},
                 {.name = "B",
                  .type = VY_ARG_NUMBER,
                  .unit = "",
                  .min = 0,
                  .max = 1e15,
                  .optional = true,
                  .text = "another; left out: the present"}),
     .help = "Say what changed between two versions.",
     .example = {"diff 3 7"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_diff},
    {.name = "begin",
     .group = "keep",
     .arg = NONE,
     .help = "Gather your next edits and make them one with commit.",
     .example = {"begin"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_begin},
    {.name = "commit",
     .group = "keep",
     .arg = NONE,
     .help = "Make the gathered edits happen at once.",
     .example = {"commit"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_commit},
    {.name = "abort",
     .group = "keep",
     .arg = NONE,
     .help = "Forget the gathered edits.",
     .example = {"abort"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_abort},
    // grow
    {.name = "modules",
     .group = "grow",
     .arg = ARGS({.name = "WORDS", .type = VY_ARG_REST, .optional = true, .text = "search words"}),
     .help = "List modules, best match first.",
     .example = {"modules", "modules filter"},
     .flags = VY_VERB_QUERY,
     .run = vy_do_modules},
    {.name = "recipes",
     .group = "grow",
     .arg = ARGS({.name = "WORDS", .type = VY_ARG_REST, .optional = true, .text = "search words"}),
     .help = "List recipes, best match first.",
     .example = {"recipes", "recipes warm bass"},
     .flags = VY_VERB_QUERY,
     .run = vy_do_recipes},
    {.name = "describe",
     .group = "grow",
     .arg =
         ARGS({.name = "NAME", .type = VY_ARG_WORD, .text = "a thing, module, recipe or command"}),
     .help = "Say all about something: parameters with unit, range, default and value.",
     .example = {"describe osc"},
     .flags = VY_VERB_QUERY,
     .run = vy_do_describe},
    {.name = "generate_module",
     .group = "grow",
     .arg = ARGS({.name = "NAME", .type = VY_ARG_NEW_NAME, .text = "name of the module"}),
     .help = "Write the source of a module of your own, to be changed and reloaded.",
     .more = "It is a working effect in C that explains itself, in $XDG_DATA_HOME/veery/modules or "
             "$VEERY_MODULES. `reload NAME` makes a module of it. A name has a-z 0-9 _.",
     .example = {"generate_module shimmer"},
     .flags = VY_VERB_CONTROL | VY_VERB_OUTSIDE,
     .run = vy_do_generate_module},
    {.name = "reload",
     .group = "grow",
     .arg = ARGS({.name = "NAME", .type = VY_ARG_WORD, .text = "name of the module"}),
     .help = "Compile a module of your own and swap it in while the music plays.",
     .more =
         "It is compiled, tried in a process of its own, and takes the place of the build before "
         "with a crossfade of 10 ms; what it remembers goes over when its structs are the same. "
         "Errors come back with their lines and change nothing. A module that later goes wrong "
         "is bypassed and reported.",
     .example = {"reload shimmer"},
     .flags = VY_VERB_CONTROL | VY_VERB_OUTSIDE,
     .run = vy_do_reload},
    {.name = "bypass",
     .group = "grow",
     .arg =
         ARGS({.name = "NAME", .type = VY_ARG_PATH, .text = "a thing or its effect: bass.reverb"},
              SWITCH(true)),
     .help = "Let the sound go past an effect, or past the whole studio.",
     .more = "`bypass studio on` makes the guard pass on what comes in, untouched, without any "
             "engine, until `bypass studio off`.",
     .example = {"bypass bass.reverb on", "bypass studio on"},
     .flags = VY_VERB_EDIT,
     .run = vy_do_bypass},
    // hear
    {.name = "listen",
     .group = "hear",
     .arg = ARGS(
         {.name = "LENGTH",
          .type = VY_ARG_NUMBER,
          .optional = true,
          .after = "bars|bar|s",
          .loose = true,
          .unit = "s",
          .min = 0.05,
          .max = 3600,
          .def = "4",
          .text = "bars, or seconds as 3s"},
         {.name = "NAME", .type = VY_ARG_NAME, .optional = true, .text = "left out: everything"}),
     .help = "Render some bars and measure: loudness, peaks, balance, width.",
     .example = {"listen 4 bars", "listen 2 bars kick"},
     .flags = VY_VERB_QUERY,
     .run = vy_do_listen},
    {.name = "assert",
     .group = "hear",
     .arg = ARGS(
         {.name = "METRIC",
          .type = VY_ARG_CHOICE,
          .choices =
              "loudness|peak|true_peak|rms|crest|dc|centroid|correlation|width|clipped|silence"},
         {.name = "NAME", .type = VY_ARG_NAME, .before = "of", .optional = true},
         {.name = "OP", .type = VY_ARG_OPERATOR, .text = "comparison"},
         {.name = "VALUE",
          .type = VY_ARG_NUMBER,
          .unit = "dB|LUFS|dBTP|dBFS|Hz",
          .text = "number"}),
     .help = "Fail unless a measured value is as said; measures 4 bars.",
     .example = {"assert true_peak < -1", "assert loudness of kick > -30"},
     .flags = VY_VERB_QUERY,
     .run = vy_do_assert},
    {.name = "peek",
     .group = "hear",
     .arg = ARGS(BARS("", "how far ahead", 0.0625)),
     .help = "List what will sound in the next bars.",
     .example = {"peek 2 bars"},
     .flags = VY_VERB_QUERY,
     .run = vy_do_peek},
    {.name = "meters",
     .group = "hear",
     .arg = NONE,
     .help = "Show the peaks of what plays, since somebody last looked.",
     .more = "Needs a studio: `veery serve`. `listen` measures a render of the next bars.",
     .example = {"meters"},
     .flags = VY_VERB_QUERY,
     .run = vy_do_meters},
    {.name = "render",
     .group = "hear",
     .arg = ARGS(BARS("", "how many", 0.0625),
                 {.name = "FILE", .type = VY_ARG_WORD, .text = ".wav or .flac"},
                 {.name = "STEMS",
                  .type = VY_ARG_CHOICE,
                  .choices = "stems",
                  .optional = true,
                  .text = "also one file a thing, in FILE-stems/"}),
     .help = "Write the next bars to a sound file.",
     .example = {"render 8 bars \"groove.wav\"", "render 8 bars \"groove.wav\" stems"},
     .flags = VY_VERB_QUERY | VY_VERB_OUTSIDE,
     .run = vy_do_render},
    {.name = "record",
     .group = "hear",
     .arg = ARGS({.name = "ACTION", .type = VY_ARG_CHOICE, .choices = "start|stop"},
                 {.name = "FILE",
                  .type = VY_ARG_WORD,
                  .optional = true,
                  .text = "where to; in the folder of the studio unless it begins with /"},
                 {.name = "STEMS",
                  .type = VY_ARG_CHOICE,
                  .choices = "stems",
                  .optional = true,
                  .text = "also one file a thing"}),
     .help = "Record what plays, with everything that is turned on the way.",
     .more = "Needs a studio: `veery serve`. `render N bars \"file.wav\"` writes what would play.",
     .example = {"record start \"take.wav\"", "record stop"},
     .flags = VY_VERB_CONTROL | VY_VERB_OUTSIDE,
     .run = vy_do_record},
    {.name = "shadow",
     .group = "hear",
     .arg = ARGS({.name = "ACTION", .type = VY_ARG_CHOICE, .choices = "save"},
                 {.name = "FILE", .type = VY_ARG_WORD, .text = "where to"},
                 {.name = "seconds",
                  .type = VY_ARG_NUMBER,
                  .keyed = true,
                  .optional = true,
                  .unit = "s",
                  .min = 0.1,
                  .max = 30,
                  .def = "5",
                  .text = "how much of the past; the studio keeps 5 unless told otherwise"}),
     .help = "Keep the last seconds of what came in: the take that was not recorded.",
     .more = "Needs a studio with an input: `veery serve --source default`.",
     .example = {"shadow save \"idea.wav\"", "shadow save \"idea.wav\" seconds=3"},
     .flags = VY_VERB_CONTROL | VY_VERB_OUTSIDE,
     .run = vy_do_shadow},
    {.name = "midi",
     .group = "hear",
     .arg = NONE,
     .help = "Say which MIDI ports there are, what the keys play and what was learned.",
     .more = "Needs a studio with MIDI: `veery serve --midi`.",
     .example = {"midi"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_midi},
    {.name = "arm",
     .group = "hear",
     .arg = ARGS(NAME, {.name = "channel",
                        .type = VY_ARG_NUMBER,
                        .keyed = true,
                        .optional = true,
                        .unit = "",
                        .min = 0,
                        .max = 16,
                        .def = "0",
                        .text = "MIDI channel, 0 = all"}),
     .help = "Let the keys of a MIDI keyboard play an instrument.",
     .more = "Needs a studio with MIDI: `veery serve --midi`.",
     .example = {"arm bass", "arm lead channel=2"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_arm},
    {.name = "learn",
     .group = "hear",
     .arg = ARGS({.name = "PATH", .type = VY_ARG_PATH, .text = "a parameter"}),
     .help = "Let the next MIDI controller that moves turn a parameter.",
     .more = "Needs a studio with MIDI: `veery serve --midi`. What it turns becomes a line of the "
             "session.",
     .example = {"learn bass.cutoff"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_learn},
    {.name = "unlearn",
     .group = "hear",
     .arg = ARGS({.name = "PATH", .type = VY_ARG_PATH, .text = "a parameter"}),
     .help = "Take a parameter's MIDI controller away.",
     .example = {"unlearn bass.cutoff"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_unlearn},
    // studio
    {.name = "status",
     .group = "studio",
     .arg = NONE,
     .help = "Say what is real, degraded or absent, the state of the session and of what plays it.",
     .example = {"status"},
     .flags = VY_VERB_QUERY,
     .run = vy_do_status},
    {.name = "help",
     .group = "studio",
     .arg = ARGS({.name = "VERB", .type = VY_ARG_WORD, .optional = true}),
     .help = "List the commands, or explain one.",
     .example = {"help", "help sequence"},
     .flags = VY_VERB_QUERY,
     .run = vy_do_help},
    {.name = "who",
     .group = "studio",
     .arg = NONE,
     .help = "List the authors of this session, and how many lines each has said.",
     .example = {"who"},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_who},
    {.name = "say",
     .group = "studio",
     .arg = ARGS({.name = "TEXT", .type = VY_ARG_TEXT, .text = "anything"}),
     .help = "Tell the other authors something; it stays in the log.",
     .example = {"say \"bass is yours\""},
     .flags = VY_VERB_CONTROL,
     .run = vy_do_say},
    {.name = "quit",
     .group = "studio",
     .arg = NONE,
     .help = "Leave; a studio plays on.",
     .example = {"quit"},
     .flags = VY_VERB_CONTROL | VY_VERB_OUTSIDE,
     .run = vy_do_quit},
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

const int vy_verb_table_rows = sizeof vy_verb_table / sizeof *vy_verb_table;
