// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery mic on|off|status`.
#include "app/mic.h"

#include "app/app.h"
#include "base/text.h"
#include "serve/attach.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define ASK_MS 2000
#define END_MS 10000

// ---- how it stands ----

static const char *port_name(const struct vy_patchbay *bay, uint32_t id)
{
    const struct vy_patch_port *port;
    for (uint32_t i = 0; (port = vy_patch_port_at(bay, i)); i++)
        if (port->id == id)
            return port->name;
    return "?";
}

static const char *node_name(const struct vy_patchbay *bay, uint32_t id)
{
    const struct vy_patch_node *node;
    for (uint32_t i = 0; (node = vy_patch_node_at(bay, i)); i++)
        if (node->id == id)
            return node->name;
    return "?";
}

// "a:capture_FL -> b:input_FL" for each link at one of our nodes.
static json_t *links_of(const struct vy_patchbay *bay)
{
    static const char *const ours[] = {VY_MIC_SOURCE, VY_MIC_SINK, VY_MIC_GUARD};
    json_t *const list = json_array();
    const struct vy_patch_link *link;
    for (uint32_t i = 0; (link = vy_patch_link_at(bay, i)); i++) {
        const char *const out = node_name(bay, link->out_node);
        const char *const in = node_name(bay, link->in_node);
        bool touches = false;
        for (size_t n = 0; n < sizeof ours / sizeof *ours; n++)
            touches |= strcmp(out, ours[n]) == 0 || strcmp(in, ours[n]) == 0;
        if (touches)
            json_array_append_new(list, json_sprintf("%s:%s -> %s:%s", out,
                                                     port_name(bay, link->out_port), in,
                                                     port_name(bay, link->in_port)));
    }
    return list;
}

static void keep_reply(void *arg, json_t *object)
{
    json_t **const reply = arg;
    if (json_object_get(object, "request") && !*reply)
        *reply = json_incref(object);
}

// What the studio inside answers to a line; NULL when it does not.
static json_t *ask(struct vy_attach *attach, const char *line)
{
    struct vy_err err;
    json_t *reply = NULL;
    if (vy_attach_ask(attach, json_pack("{s:s}", "line", line), ASK_MS, keep_reply, &reply, &err))
        return NULL;
    json_t *const result = json_incref(json_object_get(reply, "result"));
    json_decref(reply);
    return result;
}

static json_t *look(const struct vy_mic_place *place)
{
    struct vy_patchbay *bay;
    struct vy_mic_now now = {0};
    struct vy_attach attach;
    struct vy_err err = {.at = -1};
    const pid_t pid = vy_mic_holder(place);
    json_t *const report = json_pack("{s:b, s:i}", "running", pid != 0, "pid", (int)pid);
    if (vy_patch_open(&bay, &err) == VY_OK) {
        vy_mic_look(bay, &now);
        json_t *const graph =
            json_pack("{s:s, s:i, s:b, s:b, s:o}", "source", now.source, "channels", (int)now.chans,
                      "guarded", now.guarded, "default", now.is_default, "links", links_of(bay));
        json_object_update_new(report, graph);
        vy_patch_close(bay);
    } else {
        json_object_set_new(report, "pipewire", json_string(err.message));
    }
    if (pid && vy_attach_open(&attach, place->socket, NULL, false, ASK_MS, &err) == VY_OK) {
        json_t *const status = ask(&attach, "status"), *const levels = ask(&attach, "meters");
        if (status)
            json_object_set_new(report, "studio", status);
        if (levels)
            json_object_set_new(report, "levels", levels);
        vy_attach_close(&attach);
    }
    return report;
}

static double number(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

static double decibels(double peak)
{
    return peak > 1e-6 ? 20.0 * log10(peak) : -120.0;
}

static void print_studio(const json_t *status, const json_t *levels)
{
    const json_t *const master = json_object_get(levels, "master");
    const json_t *const device = json_object_get(status, "device");
    const double rate = number(status, "rate"), latency = number(status, "latency");
    if (!status)
        return;
    printf("  %-8s %s%s\n", "voice",
           json_is_true(json_object_get(status, "panic"))    ? "silenced: panic"
           : json_is_true(json_object_get(status, "bypass")) ? "unchanged: bypass"
                                                             : "through the session",
           number(device, "priority") > 0 ? "" : "; without real-time priority");
    printf(
        "  %-8s %.0f frames (%.1f ms) more than the capture device; PipeWire's period is %.0f at "
        "%.0f Hz\n",
        "delay", latency, rate > 0 ? 1000.0 * latency / rate : 0.0, number(status, "period"), rate);
    printf("  %-8s %.0f late blocks, %.0f failovers, %.0f xruns\n", "faults",
           number(status, "late"), number(status, "failovers"), number(status, "xruns"));
    printf("  %-8s %.1f %.1f dBFS since somebody last looked\n", "levels",
           decibels(json_number_value(json_array_get(master, 0))),
           decibels(json_number_value(json_array_get(master, 1))));
}

static void print_report(const json_t *report)
{
    const bool running = json_is_true(json_object_get(report, "running"));
    const char *const source = json_string_value(json_object_get(report, "source"));
    const json_t *const links = json_object_get(report, "links");
    const char *const pipewire = json_string_value(json_object_get(report, "pipewire"));
    if (!running) {
        puts("Veery Mic is off");
        return;
    }
    printf("Veery Mic is on (process %d)%s\n",
           (int)json_integer_value(json_object_get(report, "pid")),
           json_is_true(json_object_get(report, "default")) ? ", the default source" : "");
    if (pipewire)
        printf("  %s\n", pipewire);
    else
        printf("  %-8s %s, %s\n", "hears", source && *source ? source : "nothing",
               json_is_true(json_object_get(report, "guarded")) ? "through the guard"
                                                                : "without a guard");
    for (size_t i = 0; i < json_array_size(links); i++)
        printf("  %-8s %s\n", i ? "" : "links", json_string_value(json_array_get(links, i)));
    print_studio(json_object_get(report, "studio"), json_object_get(report, "levels"));
}

static int show(const struct vy_mic_place *place, bool json)
{
    json_t *const report = look(place);
    if (json) {
        char *const text = json_dumps(report, JSON_COMPACT | JSON_REAL_PRECISION(9));
        puts(text ? text : "{}");
        free(text);
    } else {
        print_report(report);
    }
    json_decref(report);
    return EXIT_FINE;
}

// ---- off ----

static int turn_off(const struct vy_mic_place *place, bool json)
{
    struct vy_err err = {.at = -1};
    struct vy_patchbay *bay;
    const pid_t pid = vy_mic_holder(place);
    if (pid) {
        const int fd = (int)syscall(SYS_pidfd_open, pid, 0);
        struct pollfd fds = {.fd = fd, .events = POLLIN};
        if (kill(pid, SIGTERM) != 0 && errno != ESRCH)
            return vy_complain(&(struct vy_err){
                .code = vy_fail(&err, VY_IO, -1, "process %d: %s", (int)pid, strerror(errno))});
        if (fd >= 0 && poll(&fds, 1, END_MS) != 1)
            kill(pid, SIGKILL);
        if (fd >= 0)
            close(fd);
    }
    // a run that was killed left the default, and its guard, as they were
    if (vy_patch_open(&bay, &err) == VY_OK) {
        vy_mic_clean(bay);
        vy_mic_give_back(place, bay);
        vy_patch_sync(bay, ASK_MS);
        vy_patch_close(bay);
    }
    if (json)
        printf("{\"running\":false,\"was_running\":%s}\n", pid ? "true" : "false");
    else
        puts(pid ? "Veery Mic is off" : "Veery Mic was off");
    return EXIT_FINE;
}

// ---- on ----

struct waiting {
    int fd; // -1: nobody waits, we are in the foreground
    const struct vy_mic_how *how;
    const struct vy_mic_place *place;
};

static void say_on(const struct vy_mic_how *how, pid_t pid)
{
    if (how->json)
        printf("{\"running\":true,\"pid\":%d}\n", (int)pid);
    else
        printf("Veery Mic is on (process %d): choose \"Veery Mic\" as your microphone; veery mic "
               "off ends it\n",
               (int)pid);
    fflush(stdout);
}

static void on_ready(void *arg)
{
    const struct waiting *const waiting = arg;
    if (waiting->fd < 0)
        say_on(waiting->how, getpid());
    else
        (void)!write(waiting->fd, "", 1); // a code of 0: fine
}

// Code and message of an error for the process that waits.
static void on_failure(int fd, const struct vy_err *err)
{
    char text[sizeof err->message + 2];
    const int n = snprintf(text, sizeof text, "%c%s", -err->code, err->message);
    (void)!write(fd, text, (size_t)n);
}

static void become_background(const struct vy_mic_place *place)
{
    const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    const int log = open(place->log, O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0600);
    umask(077);
    (void)!chdir("/");
    signal(SIGHUP, SIG_IGN);
    dup2(null, 0);
    dup2(null, 1);
    dup2(log >= 0 ? log : null, 2);
}

// The grandchild: its parent is init, its terminal none.
static void live_on(const struct waiting *waiting)
{
    struct vy_err err = {.at = -1};
    become_background(waiting->place);
    if (vy_mic_run(waiting->how, waiting->place, on_ready, (void *)(uintptr_t)waiting, &err)) {
        on_failure(waiting->fd, &err);
        _exit(EXIT_COMMAND);
    }
    _exit(EXIT_FINE);
}

static int start_background(const struct vy_mic_how *how, const struct vy_mic_place *place)
{
    int ends[2], how_it_ended;
    struct vy_err err = {.at = -1};
    fflush(NULL);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return vy_complain(&(struct vy_err){VY_IO, -1, "no pipe", ""});
    const pid_t child = fork();
    if (child == 0) {
        setsid();
        close(ends[0]);
        if (fork() == 0)
            live_on(&(struct waiting){ends[1], how, place});
        _exit(0);
    }
    close(ends[1]);
    char text[sizeof err.message + 1];
    size_t length = 0;
    ssize_t got;
    while (child > 0 && length < sizeof text - 1 && (length == 0 || text[0] != '\0') &&
           ((got = read(ends[0], text + length, sizeof text - 1 - length)) > 0 || errno == EINTR))
        length += got > 0 ? (size_t)got : 0;
    close(ends[0]);
    if (child > 0)
        waitpid(child, &how_it_ended, 0);
    text[length] = '\0';
    if (length > 0 && text[0] == '\0') {
        say_on(how, vy_mic_holder(place));
        return EXIT_FINE;
    }
    vy_fail(&err, length ? (vy_status)-text[0] : VY_INTERNAL, -1, "%s",
            length ? text + 1 : "the process in the background ended; see its log");
    return vy_complain(&err);
}

static int turn_on(const struct vy_mic_how *how, const struct vy_mic_place *place)
{
    struct vy_err err = {.at = -1};
    if (vy_mic_prepare(place, &err))
        return vy_complain(&err);
    const pid_t pid = vy_mic_holder(place);
    if (pid) {
        vy_fail(&err, VY_CONFLICT, -1,
                "Veery Mic is on already (process %d); veery mic off ends it", (int)pid);
        return vy_complain(&err);
    }
    if (!how->foreground)
        return start_background(how, place);
    struct waiting waiting = {-1, how, place};
    return vy_mic_run(how, place, on_ready, &waiting, &err) ? vy_complain(&err) : EXIT_FINE;
}

static bool read_period(const char *text, uint32_t *period)
{
    char *end;
    const unsigned long value = strtoul(text, &end, 10);
    *period = (uint32_t)value;
    return *text >= '1' && *text <= '9' && !*end && value >= 16 && value <= 8192;
}

int vy_main_mic(int argc, char **argv)
{
    struct vy_mic_how how = {.source = "default"};
    const char *period = NULL;
    const struct vy_option options[] = {{"--source", &how.source, NULL},
                                        {"--period", &period, NULL},
                                        {"--monitor", NULL, &how.monitor},
                                        {"--keep-default", NULL, &how.keep_default},
                                        {"--foreground", NULL, &how.foreground},
                                        {"--json", NULL, &how.json},
                                        {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words < 0)
        return EXIT_USAGE;
    const char *const word = words == 2 ? argv[1] : "";
    struct vy_mic_place place;
    struct vy_err err = {.at = -1};
    if (period && !read_period(period, &how.period)) {
        vy_fail(&err, VY_BAD_ARG, -1, "--period is a number of frames from 16 to 8192, not '%.40s'",
                period);
        return vy_complain(&err);
    }
    if (vy_mic_place(&place, &err))
        return vy_complain(&err);
    if (strcmp(word, "on") == 0)
        return turn_on(&how, &place);
    if (strcmp(word, "off") == 0)
        return turn_off(&place, how.json);
    if (strcmp(word, "status") == 0)
        return show(&place, how.json);
    fprintf(stderr, "usage: veery mic on [--source NAME|default] [--period FRAMES] [--monitor] "
                    "[--keep-default]\n                    [--foreground] [--json]\n       veery "
                    "mic off|status [--json]\n");
    return EXIT_USAGE;
}
