// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery library`, with the progress of a scan: a line on a terminal, events with --json.
#include "app/app.h"
#include "app/settings.h"

#include "command/library.h"
#include "command/tag_head.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/settings.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define SHOW_S 0.2

struct show {
    bool json, tty;
    double last_s; ///< when the line was drawn
};

static void show_json(const struct vy_scan_news *news)
{
    json_t *const json = json_object();
    json_object_set_new(json, "event", json_string(vy_scan_event_name(news->event)));
    json_object_set_new(json, "path", vy_path_json(news->path));
    if (news->from)
        json_object_set_new(json, "from", vy_path_json(news->from));
    if (news->text)
        json_object_set_new(json, "message", vy_path_json(news->text));
    json_object_set_new(json, "done", json_integer((json_int_t)news->done));
    json_object_set_new(json, "total", json_integer((json_int_t)news->total));
    json_object_set_new(json, "files_per_second", vy_json_number(news->per_s));
    json_object_set_new(json, "left_s", vy_json_number(news->left_s));
    char *const text = json_dumps(json, JSON_COMPACT | JSON_REAL_PRECISION(6));
    puts(text ? text : "{}");
    free(text);
    json_decref(json);
}

static void show_line(const struct vy_scan_news *news)
{
    fprintf(stderr, "\r\033[K%llu of %llu files", (unsigned long long)news->done,
            (unsigned long long)news->total);
    if (isfinite(news->per_s))
        fprintf(stderr, ", %.0f files/s, %.0f s left", news->per_s, ceil(news->left_s));
    fflush(stderr);
}

static void on_news(void *arg, const struct vy_scan_news *news)
{
    struct show *const show = arg;
    if (show->json) {
        if (news->event != VY_SCAN_SAME)
            show_json(news);
        return;
    }
    if (news->event == VY_SCAN_PROBLEM) {
        fprintf(stderr, "%s%s\n",
                show->tty ? "\r\033[K" : "veery: ", news->text ? news->text : news->path);
    } else if (news->event == VY_SCAN_MOVED) {
        fprintf(stderr, "%smoved: %s -> %s\n", show->tty ? "\r\033[K" : "", news->from, news->path);
    }
    if (show->tty && (vy_now_s() - show->last_s > SHOW_S || news->done == news->total)) {
        show->last_s = vy_now_s();
        show_line(news);
    }
}

static bool on_stop(void *arg)
{
    (void)arg;
    return vy_interrupted();
}

int vy_print_answer(vy_status status, const struct vy_err *err, struct vy_buf *text, json_t *result,
                    bool json)
{
    int code = EXIT_FINE;
    if (status) {
        code = vy_complain(err);
    } else if (json) {
        char *const dump = json_dumps(result, JSON_COMPACT | JSON_REAL_PRECISION(9));
        puts(dump ? dump : "{}");
        free(dump);
    } else {
        puts(text->text ? text->text : "");
    }
    if (fflush(stdout) != 0)
        code = EXIT_FILE;
    vy_buf_clear(text);
    json_decref(result);
    return code;
}

static int usage(void)
{
    const struct vy_library_action *row;
    fprintf(stderr, "usage: veery library ACTION [--library FILE.db] [--json]\n");
    for (size_t i = 0; (row = vy_library_action_at(i)); i++)
        fprintf(stderr, "  %-10s %-10s %s\n", row->name, row->what, row->text);
    return EXIT_USAGE;
}

int vy_main_library(int argc, char **argv)
{
    struct show show = {.tty = isatty(STDERR_FILENO)};
    struct vy_library_ask ask = {.scan = {.tell = on_news, .stop = on_stop, .arg = &show}};
    const char *jobs = NULL, *near = NULL;
    const struct vy_option options[] = {
        {"--library", &ask.library, NULL},  {"--jobs", &jobs, NULL},      {"--near", &near, NULL},
        {"--again", NULL, &ask.scan.again}, {"--json", NULL, &show.json}, {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    double threads = fmin((double)sysconf(_SC_NPROCESSORS_ONLN), VY_SCAN_JOBS);
    if (words < 0 || !vy_option_number("--jobs", jobs, 1, VY_SCAN_JOBS, &threads) ||
        !vy_option_number("--near", near, 0, 1, &ask.near))
        return EXIT_USAGE;
    if (words < 2 || words > 4)
        return usage();
    ask.action = argv[1];
    ask.what = words > 2 ? argv[2] : NULL;
    ask.tags = words > 3 ? argv[3] : NULL;
    ask.scan.jobs = (uint32_t)threads;
    vy_catch_interrupt();
    struct vy_err err = {.at = -1};
    const bool scan = strcmp(ask.action, "scan") == 0;
    if (scan && vy_tag_head_use(vy_settings_text(vy_app_settings(), "listen.head"), &err))
        return vy_complain(&err);
    struct vy_buf text = {0};
    json_t *const result = json_object();
    const vy_status status = vy_library_do(&ask, &text, result, &err);
    if (show.tty && !show.json)
        fprintf(stderr, "\r\033[K");
    vy_tag_head_close();
    if (scan && show.json) // the last of the events
        json_object_set_new(result, "event", json_string("end"));
    const int code = vy_print_answer(status, &err, &text, result, show.json);
    return !code && vy_interrupted() ? EXIT_INTERRUPTED : code;
}
