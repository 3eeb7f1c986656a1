// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery patterns`. Words with "=" are what the action takes: type=melodic; --type melodic is the
// same.
#include "app/app.h"

#include "command/patterns.h"

#include <stdio.h>
#include <string.h>

// Options that are words of the action with another name.
static const struct {
    const char *option, *key;
} renamed[] = {{"apply-to-similar", "apply"}, {"min-confidence", "min"}, {"dry-run", "dry"}};

static int usage(void)
{
    const struct vy_patterns_action *row;
    fprintf(stderr, "usage: veery patterns ACTION [WHAT] [KEY=VALUE]... [--library FILE.db]"
                    " [--json]\n");
    for (size_t i = 0; (row = vy_patterns_action_at(i)); i++)
        fprintf(stderr, "  %-9s %-15s %s%s%s\n", row->name, row->what, row->text,
                *row->keys ? "\n                              " : "", row->keys);
    return EXIT_USAGE;
}

static bool add_word(struct vy_patterns_ask *ask, const char *key, const char *value)
{
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++)
        if (strcmp(renamed[i].option, key) == 0)
            key = renamed[i].key;
    if (ask->words == VY_PATTERNS_WORDS) {
        fprintf(stderr, "veery: at most %d words\n", VY_PATTERNS_WORDS);
        return false;
    }
    ask->word[ask->words].key = key;
    ask->word[ask->words++].value = value;
    return true;
}

// @return false: after a message
static bool read_word(struct vy_patterns_ask *ask, int argc, char **argv, int *i, bool *json)
{
    char *const word = argv[*i];
    char *const equals = strchr(word, '=');
    const char *const option = strncmp(word, "--", 2) == 0 ? word + 2 : NULL;
    if (option && strcmp(option, "json") == 0) {
        *json = true;
        return true;
    }
    if (option && (strcmp(option, "dry") == 0 || strcmp(option, "dry-run") == 0 ||
                   strcmp(option, "starred") == 0))
        return add_word(ask, option, "yes");
    // only a name before "=" makes a word: files may have one too
    if (equals && strcspn(word, "/:. ") > (size_t)(equals - word)) {
        *equals = '\0';
        return add_word(ask, option ? option : word, equals + 1);
    }
    if (option) {
        if (*i + 1 == argc) {
            fprintf(stderr, "veery: %s needs a value\n", word);
            return false;
        }
        const char *const value = argv[++*i];
        if (strcmp(option, "library") != 0)
            return add_word(ask, option, value);
        ask->library = value;
        return true;
    }
    *(ask->action ? &ask->what : &ask->action) = word;
    return true;
}

int vy_main_patterns(int argc, char **argv)
{
    struct vy_patterns_ask ask = {0};
    bool json = false;
    for (int i = 1; i < argc; i++) {
        if (ask.what && strncmp(argv[i], "--", 2) != 0 && !strchr(argv[i], '='))
            return usage();
        if (!read_word(&ask, argc, argv, &i, &json))
            return EXIT_USAGE;
    }
    if (!ask.action)
        return usage();
    struct vy_err err = {.at = -1};
    struct vy_buf text = {0};
    json_t *const result = json_object();
    const vy_status status = vy_patterns_do(&ask, &text, result, &err);
    return vy_print_answer(status, &err, &text, result, json);
}
