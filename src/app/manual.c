// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery manual`: the pages veery(1) and veery-language(7), from the tables of programs, verbs and
// settings.
#include "app/app.h"
#include "base/settings.h"
#include "base/text.h"
#include "command/table.h"

#include <stdio.h>
#include <string.h>

// Text as it is: no backslash, no dot or quote at the beginning of a line means anything, and a
// minus is one that can be copied.
static void put(const char *text)
{
    bool begins = true;
    for (; *text; text++) {
        if (begins && (*text == '.' || *text == '\''))
            printf("\\&");
        if (*text == '\\')
            printf("\\e");
        else if (*text == '-')
            printf("\\-");
        else
            putchar(*text);
        begins = *text == '\n';
    }
}

static void put_one_line(const char *text)
{
    bool space = false;
    for (; *text; text++) {
        if (*text == ' ' || *text == '\n') {
            space = true;
            continue;
        }
        if (space)
            putchar(' ');
        space = false;
        put((char[]){*text, '\0'});
    }
}

static void heading(const char *name, int section, const char *what)
{
    printf(".\\\" Made by `veery manual`; change the tables it is made of.\n"
           ".TH %s %d \"\" \"Veery " VEERY_VERSION "\" \"Veery\"\n.SH NAME\n",
           name, section);
    put(what);
    putchar('\n');
}

static void title(const char *text)
{
    printf(".SH \"");
    for (; *text; text++)
        putchar(*text >= 'a' && *text <= 'z' ? *text - 32 : *text);
    printf("\"\n");
}

static void entry(const char *bold, const char *rest, const char *text)
{
    printf(".TP\n\\fB");
    put_one_line(bold);
    printf("\\fR ");
    put_one_line(rest);
    printf("\n");
    put(text);
    printf("\n");
}

// ---- veery(1) -----------------------------------------------------------------------------------

static void print_settings(void)
{
    title("settings");
    printf("In the file veery.yaml, as variables of the environment (VEERY_AUDIO_RATE for\n"
           "audio.rate), or with \\fB\\-\\-set\\fR \\fINAME=VALUE\\fR.\n");
    for (size_t i = 0; vy_setting_at(i); i++) {
        const struct vy_setting *const row = vy_setting_at(i);
        char rest[200];
        snprintf(rest, sizeof rest, "(%s)", *row->def ? row->def : "empty");
        entry(row->name, rest, row->text);
    }
}

static void print_program_page(void)
{
    heading("VEERY", 1, "veery - an instrument played in words");
    printf(
        ".SH SYNOPSIS\n\\fBveery\\fR \\fIPROGRAM\\fR [\\fIWORDS\\fR]\n"
        ".SH DESCRIPTION\n"
        "A local music studio: it plays, listens, makes, shapes and shows sound, and people and\n"
        "programs share it through the same commands. Begin with \\fBveery serve\\fR in one\n"
        "terminal and \\fBveery sh\\fR in another; veery\\-language(7) has the commands.\n");
    for (size_t i = 0; vy_program_at(i); i++) {
        const struct vy_program *const program = vy_program_at(i);
        char name[64];
        if (program->title)
            title(program->title);
        snprintf(name, sizeof name, "veery %s", program->name);
        entry(name, program->usage, program->text);
    }
    title("options");
    entry("--set", "NAME=VALUE", "Of every program: set something for this run.");
    entry("--json", "", "Answers as JSON, one object a line.");
    entry("--socket", "PATH", "Which studio is meant, where it is not the usual one.");
    title("exit status");
    entry("0", "", "All is well.");
    entry("1", "", "A command failed.");
    entry("2", "", "Wrong usage or a bad session file.");
    entry("3", "", "A file, device or socket could not be read, written or reached.");
    entry("130", "", "Interrupted.");
    print_settings();
    title("files");
    entry("$XDG_CONFIG_HOME/veery/veery.yaml", "", "Settings.");
    entry("$XDG_DATA_HOME/veery/", "", "Takes, the library, jobs, recipes of your own.");
    entry("$XDG_STATE_HOME/veery/", "", "The log and the history of the prompt.");
    entry("$XDG_RUNTIME_DIR/veery/studio.sock", "", "The studio's socket.");
    printf(".SH \"SEE ALSO\"\nveery\\-language(7)\n");
}

// ---- veery-language(7) --------------------------------------------------------------------------

static void print_verb(const struct vy_verb *verb)
{
    struct vy_buf usage = {0};
    vy_verb_usage(verb, &usage);
    const char *const text = usage.text ? usage.text : verb->name;
    const size_t n = strlen(verb->name);
    entry(verb->name, strncmp(text, verb->name, n) == 0 ? text + n : text, verb->help);
    if (verb->absent) {
        printf("Absent: ");
        put(verb->absent);
        printf(".\n");
    }
    if (verb->more) {
        put(verb->more);
        printf("\n");
    }
    for (int i = 0; i < 2 && verb->example[i]; i++) {
        printf(".IP\n\\f(CR");
        put(verb->example[i]);
        printf("\\fR\n");
    }
    vy_buf_clear(&usage);
}

static void print_language_page(void)
{
    heading("VEERY-LANGUAGE", 7, "veery-language - what the studio can be told");
    printf(
        ".SH DESCRIPTION\n"
        "One command a line, or several with ; between them. Numbers take units (500 Hz, 20%%,\n"
        "\\-3 dB); \\fBat bar 9 next bar\\fR before a command lets it wait; \\fBdry\\fR before it\n"
        "says what it would do. veery(1) has the programs that take them.\n");
    for (int group = 0; vy_verb_groups[group][0]; group++) {
        title(vy_verb_groups[group][1]);
        for (size_t i = 0; vy_verb_at(i); i++)
            if (strcmp(vy_verb_at(i)->group, vy_verb_groups[group][0]) == 0)
                print_verb(vy_verb_at(i));
    }
    printf(".SH \"SEE ALSO\"\nveery(1)\n");
}

int vy_main_manual(int argc, char **argv)
{
    const bool language = argc == 2 && strcmp(argv[1], "veery-language") == 0;
    if (argc > 2 || (argc == 2 && !language && strcmp(argv[1], "veery") != 0)) {
        fprintf(stderr, "usage: veery manual [veery|veery-language]\n");
        return EXIT_USAGE;
    }
    if (language)
        print_language_page();
    else
        print_program_page();
    return fflush(stdout) == 0 ? EXIT_FINE : EXIT_FILE;
}
