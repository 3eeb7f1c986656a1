// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Completion: verbs, names, parameters, recipes and modules, from the tables.
#include "command/complete.h"

#include "command/table.h"
#include "engine/edit.h"

#include <stdlib.h>
#include <string.h>

#define MAX_WORDS 200

struct words {
    char **word;
    size_t count;
    const char *prefix;
    size_t length;
};

static void offer(struct words *words, const char *candidate)
{
    if (words->count == MAX_WORDS || strncmp(candidate, words->prefix, words->length) != 0)
        return;
    for (size_t i = 0; i < words->count; i++)
        if (strcmp(words->word[i], candidate) == 0)
            return;
    char *const copy = strdup(candidate);
    if (copy)
        words->word[words->count++] = copy;
}

static void offer_params(struct words *words, struct vy_session *session, const char *dot)
{
    char name[VY_NAME_SIZE], path[4 * VY_NAME_SIZE];
    const size_t n = (size_t)(dot - words->prefix);
    if (n >= sizeof name)
        return;
    memcpy(name, words->prefix, n);
    name[n] = '\0';
    struct vy_names names = {session->doc, vy_doc_unit(session->doc, name)};
    for (size_t i = 0; names.unit >= 0 && vy_edit_name(&names, i); i++) {
        snprintf(path, sizeof path, "%s.%s", name, vy_edit_name(&names, i));
        offer(words, path);
    }
}

static void offer_names(struct words *words, const struct vy_session *session)
{
    struct vy_names names = {session->doc, -1};
    for (size_t i = 0; vy_edit_name(&names, i); i++)
        offer(words, vy_edit_name(&names, i));
}

// Things that verbs with a WHAT or EFFECT take.
static void offer_catalog(struct words *words, const struct vy_session *session)
{
    void *const catalog = (void *)(uintptr_t)session->catalog;
    for (size_t i = 0; vy_catalog_name(catalog, i); i++)
        offer(words, vy_catalog_name(catalog, i));
}

char **vy_complete(const struct vy_session *session, const char *line, size_t length, size_t *count,
                   size_t *word_at)
{
    size_t at = length;
    while (at > 0 && !strchr(" \t;>", line[at - 1]))
        at--;
    char prefix[128];
    *word_at = at;
    *count = 0;
    if (length - at >= sizeof prefix)
        return NULL;
    memcpy(prefix, line + at, length - at);
    prefix[length - at] = '\0';
    struct words words = {calloc(MAX_WORDS, sizeof(char *)), 0, prefix, length - at};
    if (!words.word)
        return NULL;
    size_t before = at;
    while (before > 0 && (line[before - 1] == ' ' || line[before - 1] == '\t'))
        before--;
    const char *const dot = strpbrk(prefix, "./");
    if (before == 0 || line[before - 1] == ';') {
        for (size_t i = 0; vy_verb_name(NULL, i); i++)
            offer(&words, vy_verb_name(NULL, i));
    } else if (dot) {
        offer_params(&words, (struct vy_session *)(uintptr_t)session, dot);
    } else {
        offer_names(&words, session);
        static const char *const makers[] = {"create", "add", "describe", "patch"};
        for (size_t i = 0; i < sizeof makers / sizeof *makers; i++)
            if (strncmp(line, makers[i], strlen(makers[i])) == 0)
                offer_catalog(&words, session);
        if (strncmp(line, "help", 4) == 0)
            for (size_t i = 0; vy_verb_name(NULL, i); i++)
                offer(&words, vy_verb_name(NULL, i));
    }
    *count = words.count;
    return words.word;
}

json_t *vy_complete_json(const struct vy_session *session, const char *line, size_t length)
{
    size_t count, at;
    char **const word = vy_complete(session, line, length, &count, &at);
    json_t *const words = json_array();
    for (size_t i = 0; i < count; i++) {
        json_array_append_new(words, json_string(word[i]));
        free(word[i]);
    }
    free(word);
    return json_pack("{s:I,s:o}", "at", (json_int_t)at, "words", words);
}
