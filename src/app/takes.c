// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery takes`, `veery verify`, `veery replay`: the takes from outside. Everything goes to the
// database and the files themselves, so it works whether or not a studio runs.
#include "app/takes.h"

#include "app/app.h"
#include "command/takes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct words {
    const char *most, *tag, *rating, *text, *device;
    bool json, apply, force;
};

vy_status vy_take_made(void *unused, struct vy_db *db, const struct vy_job *job, json_t *answer,
                       int64_t *take, struct vy_err *err)
{
    (void)unused;
    return vy_take_keep_made(db, vy_app_settings(), job->author, job->id, answer, take, err);
}

static int usage(void)
{
    fprintf(stderr, "usage: veery takes ACTION [--json]\n");
    for (size_t i = 0; vy_takes_action_at(i); i++) {
        const struct vy_takes_action *const row = vy_takes_action_at(i);
        fprintf(stderr, "  %-7s %-12s %s\n", row->name, row->what, row->text);
    }
    return EXIT_USAGE;
}

static void tell_nobody(void *arg, double progress, const char *stage)
{
    (void)arg;
    (void)progress;
    (void)stage;
}

static bool stop(void *arg)
{
    (void)arg;
    return vy_interrupted();
}

// Once for each take that is named; without one, once.
static int each(const struct vy_desk *desk, struct vy_takes_ask *ask, int argc, char **argv,
                bool json)
{
    int worst = EXIT_FINE;
    for (int i = 0; i < argc || i == 0; i++) {
        struct vy_buf text = {0};
        struct vy_err err = {.at = -1};
        json_t *const result = json_object();
        ask->which = i < argc ? argv[i] : NULL;
        const vy_status status = vy_takes_do(desk, ask, &text, result, &err);
        const int code = vy_print_answer(status, &err, &text, result, json);
        worst = code > worst ? code : worst;
    }
    return worst;
}

static bool is_about_many(const char *action)
{
    return vy_choice_find("ls|show|rm|verify|replay|gc", action) >= 0;
}

static int ask_about(const struct vy_desk *desk, struct vy_takes_ask *ask, int argc, char **argv,
                     bool json)
{
    struct vy_buf said = {0};
    if (is_about_many(ask->action))
        return each(desk, ask, argc, argv, json);
    for (int i = 1; i < argc; i++)
        vy_buf_add(&said, "%s%s", i > 1 ? " " : "", argv[i]);
    ask->words = said.text;
    const int code = each(desk, ask, argc > 0 ? 1 : 0, argv, json);
    vy_buf_clear(&said);
    return code;
}

static int play(const struct vy_desk *desk, const char *which, const char *device)
{
    struct vy_arena arena = {0};
    struct vy_take take;
    char path[VY_TAKES_PATH];
    struct vy_err err = {.at = -1};
    const vy_status status = vy_take_place(desk, which, &arena, &take, path, &err);
    vy_arena_clear(&arena);
    return status ? vy_complain(&err) : vy_play_file(path, device);
}

static int with_db(const char *action, int argc, char **argv, const struct words *words)
{
    double most = 50, rating = 0;
    struct vy_catalog catalog = {0};
    struct vy_desk desk = {.settings = vy_app_settings()};
    struct vy_err err = {.at = -1};
    const bool replay = strcmp(action, "replay") == 0;
    const struct vy_work work = {.tell = tell_nobody, .stop = stop};
    if (!vy_option_number("-n", words->most, 1, 100000, &most) ||
        !vy_option_number("--rating", words->rating, 0, 5, &rating))
        return EXIT_USAGE;
    int code = replay ? vy_open_catalog(&catalog) : EXIT_FINE;
    if (code)
        return code;
    if (vy_db_open_usual(&vy_db_studio, NULL, VY_DB_CREATE, &desk.db, &err)) {
        code = vy_complain(&err);
    } else if (strcmp(action, "play") == 0) {
        code = argc == 1 ? play(&desk, argv[0], words->device) : usage();
    } else {
        struct vy_takes_ask ask = {.action = action,
                                   .most = (int64_t)most,
                                   .rating = (int)rating,
                                   .tag = words->tag,
                                   .text = words->text,
                                   .apply = words->apply,
                                   .force = words->force,
                                   .catalog = replay ? &catalog : NULL,
                                   .work = &work};
        code = ask_about(&desk, &ask, argc, argv, words->json);
    }
    vy_db_close(desk.db);
    if (replay)
        vy_catalog_close(&catalog);
    return code;
}

static int read_words(int argc, char **argv, struct words *words)
{
    const struct vy_option options[] = {{"-n", &words->most, NULL},
                                        {"--tag", &words->tag, NULL},
                                        {"--rating", &words->rating, NULL},
                                        {"--text", &words->text, NULL},
                                        {"--device", &words->device, NULL},
                                        {"--json", NULL, &words->json},
                                        {"--apply", NULL, &words->apply},
                                        {"--force", NULL, &words->force},
                                        {NULL, NULL, NULL}};
    vy_catch_interrupt();
    return vy_options(argc, argv, options);
}

int vy_main_takes(int argc, char **argv)
{
    struct words words = {0};
    const int n = read_words(argc, argv, &words);
    if (n < 0)
        return EXIT_USAGE;
    const char *const action = n > 1 ? argv[1] : "ls";
    if (strcmp(action, "help") == 0)
        return usage();
    return with_db(action, n > 2 ? n - 2 : 0, argv + 2, &words);
}

// `veery verify` and `veery replay`: the action is the name of the program.
int vy_main_take(int argc, char **argv)
{
    struct words words = {0};
    const int n = read_words(argc, argv, &words);
    if (n < 0)
        return EXIT_USAGE;
    return with_db(argv[0], n - 1, argv + 1, &words);
}
