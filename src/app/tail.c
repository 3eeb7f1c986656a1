// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery tail`, `veery status` and `veery panic`: small programs that look at a studio or stop it.
#include "app/app.h"
#include "app/attached.h"
#include "app/playing.h"
#include "serve/address.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PANIC_MS 200 // then the guard is told without the studio

// ---- tail ---------------------------------------------------------------------------------------

static void print_meters(const json_t *event)
{
    const json_t *const master = json_object_get(event, "master");
    const char *unit;
    json_t *peak;
    printf("meters %.3f %.3f", json_number_value(json_array_get(master, 0)),
           json_number_value(json_array_get(master, 1)));
    static const char *const rows[][2] = {{"momentary_lufs", "LUFS"},
                                          {"short_term_lufs", "LUFS/3s"},
                                          {"true_peak_dbtp", "dBTP"},
                                          {"correlation", "r"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const json_t *const value = json_object_get(json_object_get(event, "loudness"), rows[i][0]);
        if (json_is_number(value))
            printf(" %.2f%s", json_number_value(value), rows[i][1]);
        else
            printf(" -%s", rows[i][1]);
    }
    json_object_foreach(json_object_get(event, "units"), unit, peak)
        printf(" %s=%.3f", unit, json_number_value(peak));
    printf("\n");
}

static void print_event(json_t *event, bool json)
{
    const char *const kind = json_string_value(json_object_get(event, "event"));
    struct vy_buf line = {0};
    if (json && kind) {
        vy_print_object(event);
    } else if (kind && strcmp(kind, "meters") == 0) {
        print_meters(event);
    } else if (kind) {
        vy_event_line(event, &line);
        if (line.text)
            puts(line.text);
    }
    vy_buf_clear(&line);
    fflush(stdout);
}

static int tail(struct vy_attach *attach, bool meters, bool json)
{
    json_t *const words = json_pack("[s]", "events");
    if (meters)
        json_array_append_new(words, json_string("meters"));
    bool open = vy_attach_send(attach, json_pack("{s:o,s:i}", "subscribe", words, "rate", 4));
    vy_catch_interrupt();
    while (open && !vy_interrupted()) {
        json_t *const object = vy_attach_next(attach, 1000);
        if (object)
            print_event(object, json);
        json_decref(object);
        open = object || attach->fd >= 0;
    }
    if (!open)
        fprintf(stderr, "veery: the studio on %s has ended\n", attach->path);
    return EXIT_FINE;
}

int vy_main_tail(int argc, char **argv)
{
    bool meters = false, json = false;
    struct vy_join join = {0};
    const struct vy_option options[] = {{"--socket", &join.socket, NULL},
                                        {"--meters", NULL, &meters},
                                        {"--json", NULL, &json},
                                        {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words > 1)
        fprintf(stderr, "usage: veery tail [--socket PATH] [--meters] [--json]\n");
    if (words != 1)
        return EXIT_USAGE;
    struct vy_attach attach;
    struct vy_err err = {.at = -1};
    if (vy_attach_open(&attach, join.socket, "tail", false, -1, &err))
        return vy_complain(&err);
    const int code = tail(&attach, meters, json);
    vy_attach_close(&attach);
    return code;
}

// ---- status -------------------------------------------------------------------------------------

int vy_main_status(int argc, char **argv)
{
    bool json = false;
    struct vy_join join = {.human = true};
    const struct vy_option options[] = {{"--socket", &join.socket, NULL},
                                        {"--local", NULL, &join.local},
                                        {"--json", NULL, &json},
                                        {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words > 1)
        fprintf(stderr, "usage: veery status [--local] [--socket PATH] [--json]\n");
    if (words != 1)
        return EXIT_USAGE;
    struct vy_attach attach;
    int code;
    if (!vy_join_studio(&join, &attach, &code)) {
        char *own[] = {argv[0], json ? "--json" : NULL, NULL};
        return code ? code : vy_main_list(json ? 2 : 1, own);
    }
    code = vy_say_line(&attach, "status", 6, json, true, NULL);
    vy_attach_close(&attach);
    return code;
}

// ---- panic --------------------------------------------------------------------------------------

static int signal_guard(const char *socket, const struct vy_err *err)
{
    struct sockaddr_un address;
    struct vy_err why = {.at = -1};
    if (vy_address_find(socket, &address, &why))
        return vy_complain(&why);
    const pid_t pid = vy_guard_at(address.sun_path);
    if (pid == 0)
        return vy_complain(err);
    if (kill(pid, SIGUSR1) != 0) {
        fprintf(stderr, "veery: io: the guard %ld: %s\n", (long)pid, strerror(errno));
        return EXIT_FILE;
    }
    printf("the studio did not answer; its guard was told to be silent\n");
    return EXIT_FINE;
}

struct answered {
    bool ok;
    char text[400];
};

static void on_answer(void *arg, json_t *object)
{
    struct answered *const answered = arg;
    const char *const text = json_string_value(json_object_get(object, "text"));
    answered->ok = json_is_true(json_object_get(object, "ok"));
    vy_text_copy(answered->text, sizeof answered->text, text ? text : "");
}

static int panic(const char *socket, bool off)
{
    struct vy_attach attach;
    struct vy_err err = {.at = -1};
    struct answered answered = {0};
    vy_status status = vy_attach_open(&attach, socket, NULL, true, PANIC_MS, &err);
    if (!status) {
        json_t *const request = json_pack("{s:s}", "line", off ? "panic off" : "panic");
        status = vy_attach_ask(&attach, request, PANIC_MS, on_answer, &answered, &err);
        vy_attach_close(&attach);
    }
    if (status)
        return off ? vy_complain(&err) : signal_guard(socket, &err);
    puts(answered.text);
    return answered.ok ? EXIT_FINE : EXIT_COMMAND;
}

int vy_main_panic(int argc, char **argv)
{
    const char *socket = NULL;
    const struct vy_option options[] = {{"--socket", &socket, NULL}, {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    const bool off = words == 2 && strcmp(argv[1], "off") == 0;
    if (words > 2 || (words == 2 && !off && strcmp(argv[1], "on") != 0))
        fprintf(stderr, "usage: veery panic [on|off] [--socket PATH]\n");
    if (words < 0 || words > 2 || (words == 2 && !off && strcmp(argv[1], "on") != 0))
        return EXIT_USAGE;
    return panic(socket, off);
}
