// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The program: picks a sub-program by its first word.
#include "app/app.h"
#include "app/settings.h"

#include "command/lex.h"
#include "command/samples.h"
#include "engine/kernels.h"
#include "live/engine_process.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SETS_MAX 64 // --set on one command line

static volatile sig_atomic_t interrupted; // a signal handler has no other place to write to

static void on_interrupt(int signal)
{
    (void)signal;
    interrupted = 1;
}

void vy_catch_interrupt(void)
{
    const struct sigaction action = {.sa_handler = on_interrupt};
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

bool vy_interrupted(void)
{
    return interrupted != 0;
}

int vy_complain(const struct vy_err *err)
{
    fprintf(stderr, "veery: %s: %s", vy_status_name(err->code), err->message);
    fprintf(stderr, err->hint[0] ? "; did you mean '%s'?\n" : "%s\n", err->hint);
    switch (err->code) {
    case VY_IO:
    case VY_NOT_FOUND: return EXIT_FILE;
    case VY_BAD_ARG: return EXIT_USAGE;
    default: return EXIT_COMMAND;
    }
}

int vy_open_catalog(struct vy_catalog *catalog)
{
    struct vy_err err = {.at = -1};
    if (vy_catalog_open(catalog, &err))
        return vy_complain(&err);
    const char *const wish = getenv("VEERY_ISA");
    if (wish && *wish && strcmp(wish, catalog->kernels->isa) != 0) {
        char list[64] = "";
        for (uint32_t i = 0; vy_kernels_at(i); i++)
            snprintf(list + strlen(list), sizeof list - strlen(list), " %s", vy_kernels_at(i)->isa);
        vy_fail(&err, VY_BAD_ARG, -1, "VEERY_ISA is one of%s on this machine, not '%.20s'", list,
                wish);
        vy_catalog_close(catalog);
        return vy_complain(&err);
    }
    vy_samples_attach(catalog);
    catalog->settings = vy_app_settings();
    return EXIT_FINE;
}

static int wrong_option(const char *word, const struct vy_option *option)
{
    struct vy_err err = {.at = -1};
    size_t best = 4;
    for (; option->name; option++)
        if (vy_text_distance(word, option->name) < best) {
            best = vy_text_distance(word, option->name);
            vy_text_copy(err.hint, sizeof err.hint, option->name);
        }
    fprintf(stderr, "veery: there is no option '%s'", word);
    fprintf(stderr, err.hint[0] ? "; did you mean '%s'?\n" : "%s\n", err.hint);
    return -1;
}

int vy_options(int argc, char **argv, const struct vy_option *option)
{
    int kept = 0;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--") == 0) {
            while (++i < argc)
                argv[kept++] = argv[i];
            break;
        }
        const bool is_option = argv[i][0] == '-' && argv[i][1] == '-';
        const struct vy_option *found = option;
        while (found->name && strcmp(found->name, argv[i]) != 0)
            found++;
        if (!is_option && !found->name) { // a word, or one dash that is no option here
            argv[kept++] = argv[i];
            continue;
        }
        if (!found->name)
            return wrong_option(argv[i], option);
        if (found->flag) {
            *found->flag = true;
        } else if (i + 1 >= argc) {
            fprintf(stderr, "veery: %s needs a value\n", argv[i]);
            return -1;
        } else {
            *found->value = argv[++i];
        }
    }
    return kept;
}

bool vy_option_number(const char *name, const char *text, double min, double max, double *value)
{
    if (!text)
        return true;
    if (vy_lex_number(text, value, NULL) && *value >= min && *value <= max)
        return true;
    fprintf(stderr, "veery: %s is a number %g..%g, not '%s'\n", name, min, max, text);
    return false;
}

static const struct vy_program programs[] = {
    {"Play", "play",
     "FILE [--bars N|--seconds S] [--loop] [--device D] [--rate HZ] [--period FRAMES]\n"
     "             [--socket PATH]",
     "play a session once, until it has rung out", vy_main_play},
    {NULL, "serve",
     "[FILE] [--device D] [--rate HZ] [--period FRAMES] [--source IN] [--in-file WAV]\n"
     "             [--http [HOST:]PORT] [--osc [HOST:]PORT] [--midi] [--midi-raw IN[,OUT]] "
     "[--midi-clock in|out]\n"
     "             [--seconds S] [--socket PATH] [--json]",
     "a studio: plays until it is stopped, and many join it to change the music", vy_main_serve},
    {NULL, "sh", "[FILE] [--author NAME] [--local] [--socket PATH] [--json]",
     "a prompt: in the studio that runs, else in a silent session of your own", vy_main_sh},
    {NULL, "do",
     "[--session FILE [--save]] [--author NAME] [--local] [--socket PATH] [--json] \"LINE\"...",
     "say some lines and leave: in the studio that runs, else in a session of its own", vy_main_do},
    {NULL, "tui", "[--start] [--ascii] [--author NAME] [--socket PATH]",
     "the studio on the whole terminal: things, levels, jobs, takes, and a prompt", vy_main_tui},
    {NULL, "tail", "[--meters] [--socket PATH] [--json]",
     "show what everybody does in the studio, as it happens", vy_main_tail},
    {NULL, "panic", "[off] [--socket PATH]",
     "silence the studio at once, also when it is stuck; off: let it sound again", vy_main_panic,
     .anyway = true},
    {NULL, "status", "[--local] [--socket PATH] [--json]",
     "what works in this build, and what the studio that runs is doing", vy_main_status},
    {"Files", "render",
     "FILE -o OUT.wav [--bars N|--seconds S] [--rate HZ] [--block N] [--threads N]\n"
     "             [--format wav16|wav24|float|flac] [--stems DIR] [--seed N] [--json] [--quick]",
     "make a sound file of a session, faster than it plays", vy_main_render},
    {NULL, "check", "FILE [--json]", "read a session file and say whether it is right",
     vy_main_check},
    {NULL, "analyze",
     "FILE... [--json] [--plot OUT.png] [--frames DIR] [--library FILE.db] [--jobs N]\n"
     "             [--head FILE.onnx] | --schema",
     "measure sound files: loudness, spectrum, tempo, key, chords, sections; draw them",
     vy_main_analyze},
    {NULL, "compare", "A B [--json]", "say what changed from one sound file to another",
     vy_main_list},
    {NULL, "masking", "FILE FILE... [--json]",
     "say which of some stems hide which others, and where", vy_main_list},
    {"Library", "library",
     "scan DIR | list [TEXT] | info | check | duplicates [--near 0.98] | prune | forget FILE |\n"
     "             tag FILE TAGS | export DIR | import DIR   [--library FILE.db] [--jobs N]\n"
     "             [--again] [--json]",
     "remember the sounds of your folders, and look after that memory", vy_main_library},
    {NULL, "similar",
     "FILE|FILE:START-END|pN [--timbre W] [--rhythm W] [--pitch W] [--brightness W]\n"
     "             [--length W] [--key K] [--bpm A..B] [--related] [--parts] [-n N]\n"
     "             [--threshold T] [--library FILE.db] [--json]",
     "find sounds that are like this one", vy_main_similar},
    {NULL, "patterns",
     "detect FILE | classify FILE:START-END | learn FILE | correct ID type=T ... |\n"
     "             undo ID | related ID | list [FILE] | show ID | forget ID\n"
     "             [KEY=VALUE]... [--library FILE.db] [--json]",
     "find what happens in a sound, say why, and remember it", vy_main_patterns},
    {NULL, "find", "WORDS [-n N] [--library FILE.db] [--json]",
     "find sounds by words: \"warm pad 90bpm D minor\"", vy_main_find},
    {NULL, "process",
     "FILE -o OUT [--start S] [--end S] [--trim] [--trim-below DB] [--channels N]\n"
     "             [--rate HZ] [--fade S] [--normalise -16LUFS|-1dBTP|-3dBFS] [--format F] "
     "[--json]",
     "cut, resample and normalise a sound file into another", vy_main_process},
    {NULL, "enhance",
     "FILE -o OUT [--strength 0..1] [--only STAGES] [--format F] [--json]\n"
     "             STAGES: dc,hum,click,declip,denoise,tone,limit",
     "mend what is measurably wrong with a recording, at the same loudness", vy_main_enhance},
    {"Long work", "jobs",
     "ls [--state S] [-n N] | show ID | cancel ID... | retry ID... |\n"
     "             wait ID... [--timeout S] | run [--until-empty] [--workers N] |\n"
     "             add [--priority P] [--after 3,4] [--timeout S] [--session FILE] LINE\n"
     "             [--socket PATH] [--local] [--json]",
     "commands that are done beside the music, and outlive whoever asked", vy_main_jobs},
    {NULL, "takes",
     "ls [--tag T] [--rating N] [--text WORDS] [-n N] | show TAKE... | play TAKE [--device D] |\n"
     "             rate TAKE 0..5 | tag TAKE WORD... | keep TAKE yes|no | rename TAKE NAME |\n"
     "             export TAKE FILE.wav|.flac [--force] | rm TAKE... [--force] | gc [--apply]   "
     "[--json]",
     "what was made and is kept, with how it was made", vy_main_takes},
    {NULL, "verify", "[TAKE...] [--json]", "say whether takes and receipts are as they were",
     vy_main_take},
    {NULL, "replay", "TAKE... [--json]", "make takes again and compare every sample", vy_main_take},
    {"Look up", "help", "[COMMAND] [--json]", "explain the commands of the language", vy_main_list,
     .anyway = true},
    {NULL, "recipes", "[WORDS] [--json]", "list instruments and effects that fit the words",
     vy_main_list},
    {NULL, "modules", "[WORDS] [--json]", "list the modules they are made of", vy_main_list},
    {NULL, "describe", "NAME [--json]", "explain a recipe, module or command, with every knob",
     vy_main_list},
    {"This machine", "doctor", "[--json]",
     "check this machine and its sound server; changes nothing", vy_main_doctor, .anyway = true},
    {NULL, "settings", "[NAME] [--json] [--schema]",
     "what is set, and who decided it; --schema: of veery.yaml, for editors", vy_main_settings},
    {NULL, "devices", "[--json]", "list what sound can go to and come from", vy_main_devices},
    {NULL, "mic",
     "on|off|status [--source NAME|default] [--period FRAMES] [--monitor] [--keep-default]\n"
     "             [--foreground] [--json]",
     "a virtual microphone that other programs choose", vy_main_mic},
    {NULL, "shadow", "save FILE.wav [--seconds S] [--socket PATH]",
     "keep the last seconds that the microphone or studio heard", vy_main_shadow},
    {NULL, "key", "new --scope read|play|admin [--name N] | ls | revoke NAME   [--json]",
     "keys of the HTTP face: who may look, play, or reach files from elsewhere", vy_main_key},
    {NULL, "completion", "bash|zsh|fish",
     "completion for a shell: eval \"$(veery completion bash)\"", vy_main_completion,
     .anyway = true},
    {NULL, "manual", "[veery|veery-language]", "a page of the manual, for man -l", vy_main_manual,
     .anyway = true},
    {NULL, "docs", "DIR", "write the reference manual", vy_main_docs, .anyway = true},
};
#define PROGRAMS (sizeof programs / sizeof *programs)

const struct vy_program *vy_program_at(size_t i)
{
    return i < PROGRAMS ? &programs[i] : NULL;
}

static void usage(FILE *to)
{
    fprintf(to, "veery " VEERY_VERSION ": an instrument played in words\n");
    for (size_t i = 0; i < PROGRAMS; i++) {
        if (programs[i].title)
            fprintf(to, "\n%s\n", programs[i].title);
        fprintf(to, "  veery %s %s\n      %s\n", programs[i].name, programs[i].usage,
                programs[i].text);
    }
    fprintf(
        to,
        "\n  veery --version | --help\n\n"
        "Every one takes --set NAME=VALUE; `veery settings` lists what can be set.\n"
        "D is auto, pipewire[:SINK], pulse[:SINK], null or file:OUT.wav; `veery devices` lists\n"
        "them. IN is default or a source named there. PATH says which studio is meant, where\n"
        "it is not the usual one.\n\n"
        "Begin with `veery serve` in one terminal and `veery sh` in another.\n\n"
        "Exit codes: 0 fine, 1 a command failed, 2 wrong usage or a bad session file,\n"
        "3 a file, device or socket could not be read, written or reached, 130 interrupted.\n"
        "serve and play that end by a signal fade out and exit 0.\n");
}

static const char *program_name(void *unused, size_t i)
{
    (void)unused;
    return i < PROGRAMS ? programs[i].name : NULL;
}

// memory FD, control FD: see live/engine_process.h
static int run_engine(char **word)
{
    struct vy_catalog catalog;
    const int code = vy_open_catalog(&catalog);
    return code ? code
                : vy_engine_process(&catalog, (int)strtol(word[0], NULL, 10),
                                    (int)strtol(word[1], NULL, 10));
}

// What runs when the settings cannot be read says so, and is done without them.
static int run(const struct vy_program *program, int argc, char **argv)
{
    struct vy_err err = {.at = -1};
    const char *flag[SETS_MAX];
    const int flags = vy_app_settings_words(&argc, argv, flag, SETS_MAX);
    if (flags < 0)
        return EXIT_USAGE;
    const vy_status status = vy_app_settings_open(flag, (size_t)flags, &err);
    if (status && !program->anyway) {
        vy_complain(&err);
        return EXIT_USAGE;
    }
    const int code = program->run(argc, argv);
    vy_app_settings_close();
    return code;
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        usage(stderr);
        return EXIT_USAGE;
    }
    if (strcmp(argv[1], "--version") == 0) {
        puts("veery " VEERY_VERSION);
        return EXIT_FINE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        usage(stdout);
        return EXIT_FINE;
    }
    if (strcmp(argv[1], "engine") == 0 && argc == 4) // started by the studio, not by people
        return run_engine(argv + 2);
    if (strcmp(argv[1], "worker") == 0) // started by a runner
        return vy_main_worker(argc - 1, argv + 1);
    for (size_t i = 0; i < PROGRAMS; i++)
        if (strcmp(programs[i].name, argv[1]) == 0)
            return run(&programs[i], argc - 1, argv + 1);
    struct vy_err err = {.at = -1};
    vy_fail(&err, VY_BAD_ARG, -1, "there is no 'veery %.40s'; see veery --help", argv[1]);
    vy_err_suggest(&err, argv[1], program_name, NULL);
    return vy_complain(&err);
}
