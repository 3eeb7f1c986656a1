// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery completion bash|zsh|fish`: a script for the shell, from the same table as --help.
#include "app/app.h"
#include "app/usage.h"
#include "base/settings.h"
#include "command/table.h"

#include <stdio.h>
#include <string.h>

// What of a usage is wanted, and how it is written.
struct pick {
    const char *program;
    bool options, actions;
    int count;
};

static void print_name(void *arg, const struct vy_usage_word *word)
{
    struct pick *const pick = arg;
    if (word->option ? pick->options : pick->actions)
        printf("%s%s", pick->count++ ? " " : "", word->name);
}

static void print_names(const struct vy_program *program, bool options)
{
    struct pick pick = {.options = options, .actions = !options};
    vy_usage_each(program->usage, print_name, &pick);
    if (options)
        printf(" --set");
    else if (strcmp(program->name, "help") == 0) // of the language
        for (size_t i = 0; vy_verb_at(i); i++)
            printf(" %s", vy_verb_at(i)->name);
}

static void print_settings(const char *end)
{
    for (size_t i = 0; vy_setting_at(i); i++)
        printf("%s%s%s", i ? " " : "", vy_setting_at(i)->name, end);
}

static void print_choices(const char *value)
{
    for (; *value; value++)
        putchar(*value == '|' ? ' ' : *value);
}

// ---- bash ---------------------------------------------------------------------------------------

static void bash_value(void *arg, const struct vy_usage_word *word)
{
    const struct pick *const pick = arg;
    if (!word->option || !*word->value || word->file)
        return; // a flag, or what the shell itself completes
    printf("    %s:%s) ", pick->program, word->name);
    if (word->chosen) {
        printf("COMPREPLY=($(compgen -W '");
        print_choices(word->value);
        printf("' -- \"$cur\")) ;;\n");
    } else {
        printf("compopt +o default; return ;;\n");
    }
}

static void print_bash(void)
{
    printf("# Completion of veery for bash, made by `veery completion bash`.\n"
           "_veery() {\n"
           "    local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]}\n"
           "    local program=${COMP_WORDS[1]} options='' actions=''\n"
           "    COMPREPLY=()\n"
           "    if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
           "        COMPREPLY=($(compgen -W '");
    for (size_t i = 0; vy_program_at(i); i++)
        printf("%s ", vy_program_at(i)->name);
    printf("--help --version' -- \"$cur\"))\n"
           "        return\n"
           "    fi\n"
           "    case $program:$prev in\n"
           "    *:--set) compopt -o nospace; COMPREPLY=($(compgen -W '");
    print_settings("=");
    printf("' -- \"$cur\")) ;;\n");
    for (size_t i = 0; vy_program_at(i); i++) {
        struct pick pick = {.program = vy_program_at(i)->name};
        vy_usage_each(vy_program_at(i)->usage, bash_value, &pick);
    }
    printf("    esac\n"
           "    [ ${#COMPREPLY[@]} -eq 0 ] || return\n"
           "    case $program in\n");
    for (size_t i = 0; vy_program_at(i); i++) {
        printf("    %s) options='", vy_program_at(i)->name);
        print_names(vy_program_at(i), true);
        printf("' actions='");
        print_names(vy_program_at(i), false);
        printf("' ;;\n");
    }
    printf("    esac\n"
           "    case $cur in\n"
           "    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$cur\")) ;;\n"
           "    *) [ \"$COMP_CWORD\" -ne 2 ] || COMPREPLY=($(compgen -W \"$actions\" -- \"$cur\")) "
           ";;\n"
           "    esac\n"
           "}\n"
           "complete -o default -F _veery veery\n");
}

// ---- zsh ----------------------------------------------------------------------------------------

// Within single quotes, and where a ':' would end a part.
static void print_quoted(const char *text, const char *escaped)
{
    for (; *text; text++)
        if (*text == '\'')
            printf("'\\''");
        else
            printf(strchr(escaped, *text) ? "\\%c" : "%c", *text);
}

static void zsh_option(void *arg, const struct vy_usage_word *word)
{
    (void)arg;
    if (!word->option)
        return;
    printf(" \\\n            '*%s", word->name);
    if (*word->value) {
        printf(":");
        print_quoted(word->chosen ? word->name + strspn(word->name, "-") : word->value, ":[]");
        printf(word->chosen ? ":(" : word->file ? ":_files" : ": ");
        if (word->chosen) {
            print_choices(word->value);
            putchar(')');
        }
    }
    putchar('\'');
}

static void print_zsh(void)
{
    printf("#compdef veery\n"
           "# Completion of veery for zsh, made by `veery completion zsh`.\n"
           "_veery() {\n"
           "    local -a programs\n"
           "    local settings='");
    print_settings("=");
    printf("'\n"
           "    programs=(\n");
    for (size_t i = 0; vy_program_at(i); i++) {
        printf("        '%s:", vy_program_at(i)->name);
        print_quoted(vy_program_at(i)->text, "");
        printf("'\n");
    }
    printf("    )\n"
           "    if (( CURRENT == 2 )); then\n"
           "        _describe program programs\n"
           "        return\n"
           "    fi\n"
           "    shift words\n"
           "    (( CURRENT-- ))\n"
           "    case $words[1] in\n");
    for (size_t i = 0; vy_program_at(i); i++) {
        const struct vy_program *const program = vy_program_at(i);
        struct pick pick = {.actions = true};
        printf("        %s) _arguments '*--set:setting:('\"$settings\"')'", program->name);
        vy_usage_each(program->usage, zsh_option, NULL);
        // the space: _alternative would not know the options that _arguments adds without it
        printf(" \\\n            '1:what: _alternative \"files:file:_files\" \"actions:action:(");
        vy_usage_each(program->usage, print_name, &pick);
        printf(")\"' '*:file:_files' ;;\n");
    }
    printf(
        "    esac\n"
        "}\n"
        "if [ \"$funcstack[1]\" = _veery ]; then _veery \"$@\"; else compdef _veery veery; fi\n");
}

// ---- fish ---------------------------------------------------------------------------------------

static void fish_word(void *arg, const struct vy_usage_word *word)
{
    const struct pick *const pick = arg;
    const char *const dashes = word->name;
    printf("complete -c veery -n '__fish_seen_subcommand_from %s' ", pick->program);
    if (!word->option) {
        printf("-a %s\n", word->name);
        return;
    }
    printf(dashes[1] == '-' ? "-l %s" : "-s %s", dashes + strspn(dashes, "-"));
    if (word->chosen) {
        printf(" -x -a '");
        print_choices(word->value);
        printf("'");
    } else if (*word->value) {
        printf(word->file ? " -r -F" : " -x");
    }
    printf("\n");
}

static void print_fish(void)
{
    printf("# Completion of veery for fish, made by `veery completion fish`.\n"
           "complete -c veery -l set -x -a '");
    print_settings("=");
    printf("'\n");
    for (size_t i = 0; vy_program_at(i); i++) {
        struct pick pick = {.program = vy_program_at(i)->name};
        printf("complete -c veery -n __fish_use_subcommand -f -a %s -d '", pick.program);
        for (const char *p = vy_program_at(i)->text; *p; p++)
            printf(*p == '\'' ? "\\%c" : "%c", *p);
        printf("'\n");
        vy_usage_each(vy_program_at(i)->usage, fish_word, &pick);
    }
}

// ---- main ---------------------------------------------------------------------------------------

int vy_main_completion(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*print)(void);
    } shells[] = {{"bash", print_bash}, {"zsh", print_zsh}, {"fish", print_fish}};
    for (size_t i = 0; argc == 2 && i < sizeof shells / sizeof *shells; i++)
        if (strcmp(argv[1], shells[i].name) == 0) {
            shells[i].print();
            return fflush(stdout) == 0 ? EXIT_FINE : EXIT_FILE;
        }
    fprintf(stderr, "usage: veery completion bash|zsh|fish\n");
    return EXIT_USAGE;
}
