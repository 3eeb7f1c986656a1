// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery jobs`: the queue from outside. Everything goes to the database itself, so it works whether
// or not a studio runs; only `add` asks a studio for its session.
#include "app/app.h"
#include "app/attached.h"
#include "app/takes.h"

#include "command/jobs.h"
#include "command/takes.h"
#include "jobs/job_json.h"
#include "jobs/runner.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define LOOK_MS 200 // between two looks of `wait`

static const struct action {
    const char *name, *what, *text;
} actions[] = {
    {"ls", "", "list the newest (--state S, -n N)"},
    {"show", "ID", "all about one"},
    {"add", "LINE", "queue a command (--priority P, --after 3,4, --timeout S, --session FILE)"},
    {"cancel", "ID...", "end them, or never begin them"},
    {"retry", "ID...", "queue again what did not succeed"},
    {"wait", "ID...", "until they have ended (--timeout S); exit code 1 when one did not succeed"},
    {"run", "", "do what is queued until stopped (--until-empty, --workers N)"},
};

struct words {
    const char *state, *most, *priority, *after, *timeout, *session, *workers;
    struct vy_join join;
    bool json, until_empty;
    struct vy_db *db; // of those who run
};

static int usage(void)
{
    fprintf(stderr, "usage: veery jobs ACTION [--json]\n");
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        fprintf(stderr, "  %-7s %-6s %s\n", actions[i].name, actions[i].what, actions[i].text);
    return EXIT_USAGE;
}

static bool read_id(const char *text, int64_t *id)
{
    char *end;
    errno = 0;
    *id = strtoll(text, &end, 10);
    if (!*end && end != text && *id > 0 && !errno)
        return true;
    fprintf(stderr, "veery: a job is a number, not '%.40s'\n", text);
    return false;
}

// ---- looking ------------------------------------------------------------------------------------

static int do_one(struct vy_db *db, const char *action, int64_t id, const struct words *words)
{
    struct vy_buf text = {0};
    struct vy_err err = {.at = -1};
    json_t *const result = json_object();
    double most = 50;
    if (!vy_option_number("-n", words->most, 1, 100000, &most))
        return EXIT_USAGE;
    const struct vy_jobs_ask ask = {
        .action = action, .id = id, .state = words->state, .most = (int64_t)most};
    const vy_status status = vy_jobs_do(db, vy_app_settings(), &ask, &text, result, &err);
    return vy_print_answer(status, &err, &text, result, words->json);
}

// ---- waiting ------------------------------------------------------------------------------------

struct waiting {
    enum vy_job_state state;
    struct vy_buf line;
    bool tty;
};

static vy_status look(struct vy_db *db, int64_t id, struct waiting *waiting, struct vy_err *err)
{
    struct vy_arena arena = {0};
    struct vy_job job;
    const vy_status status = vy_job_get(db, id, &arena, &job, err);
    if (!status) {
        json_t *const json = vy_job_json(&job, (double)time(NULL));
        waiting->state = job.state;
        vy_buf_clear(&waiting->line);
        vy_job_line(json, &waiting->line);
        json_decref(json);
    }
    vy_arena_clear(&arena);
    return status;
}

static int wait_for(struct vy_db *db, int64_t id, const struct words *words, double until)
{
    struct waiting waiting = {.tty = isatty(STDERR_FILENO) && !words->json};
    struct vy_err err = {.at = -1};
    int code = EXIT_FINE;
    for (;;) {
        if (look(db, id, &waiting, &err)) {
            code = vy_complain(&err);
            break;
        }
        if (waiting.state > VY_JOB_RUNNING) {
            const int told = do_one(db, "show", id, words);
            code = waiting.state == VY_JOB_SUCCEEDED ? told : EXIT_COMMAND;
            break;
        }
        if (waiting.tty)
            fprintf(stderr, "\r\033[K%.*s", (int)strcspn(waiting.line.text, "\n"),
                    waiting.line.text);
        poll(NULL, 0, LOOK_MS);
        if (vy_interrupted() || (double)time(NULL) > until) {
            fprintf(stderr, "veery: job %lld is %s\n", (long long)id,
                    vy_job_state_name(waiting.state));
            code = vy_interrupted() ? EXIT_INTERRUPTED : EXIT_COMMAND;
            break;
        }
    }
    if (waiting.tty)
        fprintf(stderr, "\r\033[K");
    vy_buf_clear(&waiting.line);
    return code;
}

// ---- adding -------------------------------------------------------------------------------------

static void add_quoted(struct vy_buf *line, const char *key, const char *value)
{
    if (!value)
        return;
    vy_buf_add(line, " %s=\"", key);
    for (; *value; value++)
        vy_buf_add(line, "%s%c", *value == '"' || *value == '\\' ? "\\" : "", *value);
    vy_buf_add(line, "\"");
}

// One word is the line as it is; several are put together, those with spaces in quotes.
static void add_words(struct vy_buf *line, int argc, char **argv)
{
    for (int i = 0; i < argc; i++) {
        const bool plain = argc == 1 || (*argv[i] && !strpbrk(argv[i], " \t;#\"\\><"));
        vy_buf_add(line, plain ? " %s" : " \"", argv[i]);
        for (const char *p = argv[i]; !plain && *p; p++)
            vy_buf_add(line, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
        vy_buf_add(line, plain ? "" : "\"");
    }
}

static int add(int argc, char **argv, const struct words *words)
{
    char folder[4096];
    struct vy_buf line = {0};
    if (!getcwd(folder, sizeof folder)) {
        fprintf(stderr, "veery: this folder: %s\n", strerror(errno));
        return EXIT_FILE;
    }
    vy_buf_add(&line, "job");
    add_quoted(&line, "priority", words->priority);
    add_quoted(&line, "after", words->after);
    add_quoted(&line, "timeout", words->timeout);
    add_quoted(&line, "folder", folder);
    add_words(&line, argc, argv);
    const int code = vy_say_once(line.text, words->session, &words->join, words->json);
    vy_buf_clear(&line);
    return code;
}

// ---- running ------------------------------------------------------------------------------------

static void on_event(void *arg, json_t *event)
{
    const struct words *const words = arg;
    if (json_is_integer(json_object_get(json_object_get(event, "job"), "take")))
        (void)!vy_takes_recover(words->db, vy_app_settings(), NULL);
    if (words->json) {
        vy_print_object(event);
        fflush(stdout);
        return;
    }
    struct vy_buf line = {0};
    vy_job_line(json_object_get(event, "job"), &line);
    printf("%s\n", line.text ? line.text : "");
    fflush(stdout);
    vy_buf_clear(&line);
}

static bool is_empty(struct vy_db *db, const struct vy_runner *runner)
{
    int64_t count[VY_JOB_STATES];
    struct vy_err err = {.at = -1};
    return vy_runner_facts(runner).running == 0 && vy_jobs_count(db, count, &err) == VY_OK &&
           count[VY_JOB_QUEUED] == 0;
}

static int run(struct vy_db *db, struct words *words)
{
    struct vy_runner *runner;
    struct vy_err err = {.at = -1};
    double workers = 0;
    if (!vy_option_number("--workers", words->workers, 1, VY_RUNNER_WORKERS, &workers))
        return EXIT_USAGE;
    const struct vy_runner_how how = {.db = db,
                                      .workers = (uint32_t)workers,
                                      .settings = vy_app_settings(),
                                      .event = on_event,
                                      .record = vy_take_made,
                                      .arg = words};
    words->db = db;
    if (vy_takes_recover(db, vy_app_settings(), &err) || vy_runner_open(&how, &runner, &err))
        return vy_complain(&err);
    while (!vy_interrupted()) {
        vy_runner_service(runner);
        if (words->until_empty && is_empty(db, runner))
            break;
        struct pollfd fds = {.fd = vy_runner_fd(runner), .events = POLLIN};
        poll(&fds, 1, vy_runner_wait_ms(runner));
    }
    vy_runner_close(runner);
    return EXIT_FINE;
}

// ---- main ---------------------------------------------------------------------------------------

static int each(struct vy_db *db, const char *action, int argc, char **argv,
                const struct words *words)
{
    const bool waits = strcmp(action, "wait") == 0;
    double seconds = 1e9;
    int worst = EXIT_FINE;
    if (argc == 0)
        return usage();
    if (waits && !vy_option_number("--timeout", words->timeout, 0, 1e9, &seconds))
        return EXIT_USAGE;
    const double until = (double)time(NULL) + seconds;
    for (int i = 0; i < argc; i++) {
        int64_t id;
        if (!read_id(argv[i], &id))
            return EXIT_USAGE;
        const int code = waits ? wait_for(db, id, words, until) : do_one(db, action, id, words);
        worst = code > worst ? code : worst;
    }
    return worst;
}

static int with_db(const char *action, int argc, char **argv, struct words *words)
{
    struct vy_db *db;
    struct vy_err err = {.at = -1};
    int code;
    if (vy_db_open_usual(&vy_db_studio, NULL, VY_DB_CREATE, &db, &err))
        return vy_complain(&err);
    if (strcmp(action, "ls") == 0)
        code = do_one(db, action, 0, words);
    else if (strcmp(action, "run") == 0)
        code = run(db, words);
    else
        code = each(db, action, argc, argv, words);
    vy_db_close(db);
    return code;
}

static const char *action_name(void *unused, size_t i)
{
    (void)unused;
    return i < sizeof actions / sizeof *actions ? actions[i].name : NULL;
}

int vy_main_jobs(int argc, char **argv)
{
    struct words words = {.join = {.human = true}};
    const struct vy_option options[] = {{"--state", &words.state, NULL},
                                        {"--priority", &words.priority, NULL},
                                        {"--after", &words.after, NULL},
                                        {"--timeout", &words.timeout, NULL},
                                        {"--session", &words.session, NULL},
                                        {"--workers", &words.workers, NULL},
                                        {"--author", &words.join.author, NULL},
                                        {"--socket", &words.join.socket, NULL},
                                        {"--local", NULL, &words.join.local},
                                        {"--until-empty", NULL, &words.until_empty},
                                        {"--json", NULL, &words.json},
                                        {"-n", &words.most, NULL},
                                        {NULL, NULL, NULL}};
    const int n = vy_options(argc, argv, options);
    const char *const action = n > 1 ? argv[1] : "ls";
    size_t known = 0;
    if (n < 0)
        return EXIT_USAGE;
    while (action_name(NULL, known) && strcmp(action_name(NULL, known), action) != 0)
        known++;
    if (!action_name(NULL, known)) {
        struct vy_err err = {.at = -1};
        vy_fail(&err, VY_BAD_ARG, -1, "veery jobs cannot '%.40s'", action);
        vy_err_suggest(&err, action, action_name, NULL);
        return vy_complain(&err);
    }
    if (words.state && vy_job_state_find(words.state) < 0) {
        fprintf(stderr,
                "veery: --state is queued, running, succeeded, failed, cancelled or "
                "interrupted, not '%.40s'\n",
                words.state);
        return EXIT_USAGE;
    }
    vy_catch_interrupt();
    if (strcmp(action, "add") == 0)
        return n > 2 ? add(n - 2, argv + 2, &words) : usage();
    return with_db(action, n > 2 ? n - 2 : 0, argv + 2, &words);
}
