// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Joining a studio, saying lines to it, and showing what it tells.
#include "app/attached.h"

#include "app/app.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define HELLO_MS 10000 // the studio may be rendering for somebody else

bool vy_join_studio(const struct vy_join *join, struct vy_attach *attach, int *code)
{
    struct vy_err err = {.at = -1};
    *attach = (struct vy_attach){.fd = -1};
    *code = EXIT_FINE;
    if (join->local)
        return false;
    const vy_status status =
        vy_attach_open(attach, join->socket, join->author, join->human, HELLO_MS, &err);
    if (status && (join->socket || status != VY_NOT_FOUND))
        *code = vy_complain(&err);
    return !status;
}

void vy_print_object(const json_t *object)
{
    char *const text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
    puts(text ? text : "{}");
    free(text);
}

// ---- events -------------------------------------------------------------------------------------

static void add_value(const char *key, const json_t *value, struct vy_buf *buf)
{
    char *const text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(4));
    const char *const word = json_string_value(value);
    if (text)
        vy_buf_add(buf, " %s=%s", key, word && !strchr(word, ' ') ? word : text);
    free(text);
}

// What happens to the processes, for people. @return false: no words for it
static bool add_sentence(const json_t *event, const char *kind, struct vy_buf *buf)
{
    const char *const state = json_string_value(json_object_get(event, "state"));
    const char *const text = json_string_value(json_object_get(event, "text"));
    const char *const name = json_string_value(json_object_get(event, "name"));
    const char *const what = json_string_value(json_object_get(event, "what"));
    const int slot = (int)json_integer_value(json_object_get(event, "slot"));
    const json_int_t lost = json_integer_value(json_object_get(event, "lost_frames"));
    if (strcmp(kind, "engine") == 0 && state)
        vy_buf_add(buf, strcmp(state, "ready") ? "-- engine %d ended: %s" : "-- engine %d is %s",
                   slot, state);
    else if (strcmp(kind, "failover") == 0)
        vy_buf_add(buf,
                   lost ? "-- engine %d plays on, %lld frames were lost" : "-- engine %d plays on",
                   slot, lost);
    else if (strcmp(kind, "late") == 0)
        vy_buf_add(buf, "-- engine %d was late", slot);
    else if (strcmp(kind, "device") == 0 && state && name)
        vy_buf_add(buf, "-- device %s: %s", name, state);
    else if (strcmp(kind, "switch") == 0 && what)
        vy_buf_add(buf, "-- %s %s", what,
                   json_is_true(json_object_get(event, "on")) ? "on" : "off");
    else if (strcmp(kind, "failed") == 0 && text)
        vy_buf_add(buf, "-- %s", text);
    else if (strcmp(kind, "health") == 0 && text)
        vy_buf_add(buf, "-- the studio is %s", text);
    else
        return false;
    return true;
}

// Its states; how far it is in between is for those who draw.
static void add_job(const json_t *job, struct vy_buf *buf)
{
    const char *const state = json_string_value(json_object_get(job, "state"));
    const char *const line = json_string_value(json_object_get(job, "line"));
    const char *const why =
        json_string_value(json_object_get(json_object_get(job, "error"), "message"));
    const bool runs = state && strcmp(state, "running") == 0;
    if (!state || !line || (runs && json_number_value(json_object_get(job, "progress")) > 0))
        return;
    const bool was = strcmp(state, "cancelled") == 0 || strcmp(state, "interrupted") == 0;
    vy_buf_add(buf, "-- job %lld %s %s: %s",
               (long long)json_integer_value(json_object_get(job, "id")),
               was                                    ? "was"
               : runs || strcmp(state, "queued") == 0 ? "is"
                                                      : "has",
               state, line);
    if (why)
        vy_buf_add(buf, " (%s)", why);
}

void vy_event_line(const json_t *event, struct vy_buf *buf)
{
    const char *const kind = json_string_value(json_object_get(event, "event"));
    const char *const author = json_string_value(json_object_get(event, "author"));
    const char *const line = json_string_value(json_object_get(event, "line"));
    static const char *const words[][2] = {
        {"edit", "-- %s: %s"}, {"say", "-- %s says: %s"}, {"timer", "-- %s, at its time: %s"}};
    for (size_t i = 0; kind && author && line && i < sizeof words / sizeof *words; i++)
        if (strcmp(kind, words[i][0]) == 0) {
            vy_buf_add(buf, words[i][1], author, line);
            return;
        }
    if (kind && strcmp(kind, "job") == 0) {
        add_job(json_object_get(event, "job"), buf);
        return;
    }
    if (kind && add_sentence(event, kind, buf))
        return;
    vy_buf_add(buf, "-- %s", kind ? kind : "something");
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)event, key, value)
    {
        if (strcmp(key, "event") != 0)
            add_value(key, value, buf);
    }
}

// ---- lines --------------------------------------------------------------------------------------

struct printer {
    bool json, plain, quit, failed;
};

// "ok 12 text" and "ok 12\ntext" without what stands in front.
static const char *only_text(const char *text)
{
    const char *p = text;
    if (strncmp(p, "ok ", 3) != 0)
        return text;
    p += 3;
    p += strspn(p, "0123456789");
    return *p ? p + 1 : p;
}

static void print(void *arg, json_t *object)
{
    struct printer *const printer = arg;
    if (!json_object_get(object, "ok")) // an event
        return;
    const bool ok = json_is_true(json_object_get(object, "ok"));
    const char *const text = json_string_value(json_object_get(object, "text"));
    printer->failed |= !ok;
    printer->quit |= json_is_true(json_object_get(object, "quit"));
    if (json_object_get(object, "empty"))
        return;
    if (printer->json && printer->plain && ok) {
        vy_print_object(json_object_get(object, "result"));
    } else if (printer->json) {
        json_object_del(object, "request");
        json_object_del(object, "more");
        json_object_del(object, "text");
        vy_print_object(object);
    } else if (printer->plain) {
        fprintf(ok ? stdout : stderr, "%s\n", text ? only_text(text) : "");
    } else {
        puts(text ? text : "");
    }
}

int vy_say_line(struct vy_attach *attach, const char *line, size_t length, bool json, bool plain,
                bool *quit)
{
    struct printer printer = {.json = json, .plain = plain};
    struct vy_err err = {.at = -1};
    while (length > 0 && (line[length - 1] == '\n' || line[length - 1] == '\r'))
        length--;
    json_t *const request = json_pack("{s:s%}", "line", line, length);
    if (!request) {
        fprintf(stderr, "veery: syntax: the line is not UTF-8\n");
        return EXIT_COMMAND;
    }
    const vy_status status = vy_attach_ask(attach, request, -1, print, &printer, &err);
    if (quit)
        *quit = printer.quit;
    if (status)
        return vy_complain(&err);
    return printer.failed ? EXIT_COMMAND : EXIT_FINE;
}

// ---- passing through ----------------------------------------------------------------------------

struct passing {
    struct vy_attach *attach;
    struct vy_buf out; // read from stdin, not sent yet
    size_t sent;
    bool ended, failed;
};

static void send_some(struct passing *p)
{
    const size_t left = p->out.length - p->sent;
    const ssize_t n =
        left ? send(p->attach->fd, p->out.text + p->sent, left, MSG_NOSIGNAL | MSG_DONTWAIT) : 0;
    if (n > 0)
        p->sent += (size_t)n;
    if (n < 0 && errno != EAGAIN &&
        errno != EINTR) // it answers no more; what it said is still read
        p->sent = p->out.length;
    if (p->sent == p->out.length) {
        vy_buf_clear(&p->out);
        p->sent = 0;
        if (p->ended)
            shutdown(p->attach->fd, SHUT_WR);
    }
}

static void read_some(struct passing *p)
{
    char piece[16384];
    const ssize_t n = read(STDIN_FILENO, piece, sizeof piece);
    if (n > 0)
        vy_buf_put(&p->out, piece, (size_t)n);
    p->ended |= n == 0 || (n < 0 && errno != EINTR);
    send_some(p);
}

static void print_all(struct passing *p)
{
    json_t *object;
    while ((object = vy_attach_next(p->attach, 0))) {
        const json_t *const ok = json_object_get(object, "ok");
        if (ok)
            p->failed = json_is_false(ok);
        vy_print_object(object);
        json_decref(object);
    }
    fflush(stdout);
}

int vy_pass_through(struct vy_attach *attach)
{
    struct passing p = {.attach = attach};
    print_all(&p);
    while (attach->fd >= 0) {
        const bool full = p.out.length > 0;
        struct pollfd fds[2] = {
            {.fd = attach->fd, .events = (short)(POLLIN | (full ? POLLOUT : 0))},
            {.fd = full || p.ended ? -1 : STDIN_FILENO, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0)
            continue;
        if (fds[0].revents & POLLOUT)
            send_some(&p);
        if (fds[1].revents)
            read_some(&p);
        if (fds[0].revents & (POLLIN | POLLHUP | POLLERR))
            print_all(&p);
    }
    vy_buf_clear(&p.out);
    return p.failed ? EXIT_COMMAND : EXIT_FINE;
}
