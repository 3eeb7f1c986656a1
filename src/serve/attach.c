// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A client of the studio: objects out, objects in.
#include "serve/attach.h"

#include "serve/address.h"
#include "base/clock.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static void lose(struct vy_attach *attach)
{
    if (attach->fd >= 0)
        close(attach->fd);
    attach->fd = -1;
}

void vy_attach_close(struct vy_attach *attach)
{
    lose(attach);
    vy_buf_clear(&attach->in);
}

static json_t *take_line(struct vy_attach *attach)
{
    for (;;) {
        const char *const from = attach->in.text ? attach->in.text + attach->taken : "";
        const size_t left = attach->in.length - attach->taken;
        const char *const end = left ? memchr(from, '\n', left) : NULL;
        if (!end)
            return NULL;
        const size_t n = (size_t)(end - from);
        json_t *const object = json_loadb(from, n, 0, NULL);
        attach->taken += n + 1;
        if (attach->taken == attach->in.length) {
            vy_buf_clear(&attach->in);
            attach->taken = 0;
        }
        if (object)
            return object;
    }
}

json_t *vy_attach_next(struct vy_attach *attach, int wait_ms)
{
    const long long until = (long long)(vy_now_ns() / 1000000) + wait_ms;
    for (;;) {
        json_t *const object = take_line(attach);
        if (object || attach->fd < 0)
            return object;
        const long long left = wait_ms < 0 ? -1 : until - (long long)(vy_now_ns() / 1000000);
        struct pollfd wait = {attach->fd, POLLIN, 0};
        if (poll(&wait, 1, wait_ms < 0 ? -1 : left > 0 ? (int)left : 0) <= 0)
            return NULL;
        char piece[16384];
        const ssize_t n = recv(attach->fd, piece, sizeof piece, 0);
        if (n < 0 && errno == EINTR)
            return NULL;
        if (n > 0)
            vy_buf_put(&attach->in, piece, (size_t)n);
        if (n <= 0 || attach->in.failed)
            lose(attach);
    }
}

bool vy_attach_send(struct vy_attach *attach, json_t *request)
{
    json_object_set_new(request, "id", json_integer(++attach->asked));
    char *const text = json_dumps(request, JSON_COMPACT);
    json_decref(request);
    struct vy_buf line = {0};
    if (text)
        vy_buf_put(&line, text, strlen(text));
    vy_buf_put(&line, "\n", 1);
    free(text);
    for (size_t sent = 0; sent < line.length && attach->fd >= 0;) {
        const ssize_t n = send(attach->fd, line.text + sent, line.length - sent, MSG_NOSIGNAL);
        if (n > 0)
            sent += (size_t)n;
        else if (errno != EINTR)
            lose(attach);
    }
    vy_buf_clear(&line);
    return attach->fd >= 0;
}

vy_status vy_attach_ask(struct vy_attach *attach, json_t *request, int wait_ms,
                        void (*got)(void *arg, json_t *object), void *arg, struct vy_err *err)
{
    if (!vy_attach_send(attach, request))
        return vy_fail(err, VY_IO, -1, "the studio on %s has gone", attach->path);
    const json_int_t id = attach->asked;
    const long long until = (long long)(vy_now_ns() / 1000000) + wait_ms;
    for (;;) {
        const long long left = wait_ms < 0 ? -1 : until - (long long)(vy_now_ns() / 1000000);
        json_t *const object = wait_ms < 0 || left > 0 ? vy_attach_next(attach, (int)left) : NULL;
        if (!object && attach->fd < 0)
            return vy_fail(err, VY_IO, -1, "the studio on %s has gone", attach->path);
        if (!object && wait_ms >= 0 && left <= 0)
            return vy_fail(err, VY_IO, -1, "the studio on %s does not answer", attach->path);
        if (!object)
            continue;
        const json_t *const of = json_object_get(object, "request");
        const bool last = json_is_integer(of) && json_integer_value(of) == id &&
                          !json_is_true(json_object_get(object, "more"));
        if (got)
            got(arg, object);
        json_decref(object);
        if (last)
            return VY_OK;
    }
}

struct hello {
    struct vy_attach *attach;
    char why[200]; // the studio refuses
};

static void on_hello(void *arg, json_t *object)
{
    struct hello *const hello = arg;
    const json_t *const said = json_object_get(object, "hello");
    const json_t *const error = json_object_get(object, "error");
    const char *const name = json_string_value(json_object_get(said, "author"));
    const char *const why = json_string_value(json_object_get(error, "message"));
    if (name)
        vy_text_copy(hello->attach->author, sizeof hello->attach->author, name);
    if (why)
        vy_text_copy(hello->why, sizeof hello->why, why);
}

static vy_status say_hello(struct vy_attach *attach, const char *author, bool human, int wait_ms,
                           struct vy_err *err)
{
    struct hello hello = {.attach = attach};
    json_t *const request = json_pack("{s:{s:b}}", "hello", "human", human);
    json_t *const inside = json_object_get(request, "hello");
    if (author) {
        json_object_set_new(inside, "author", json_string(author));
        json_object_set_new(inside, "insist", json_true());
    }
    const vy_status status = vy_attach_ask(attach, request, wait_ms, on_hello, &hello, err);
    if (hello.why[0])
        return vy_fail(err, status ? VY_IO : VY_BAD_ARG, -1, "%s: %s", attach->path, hello.why);
    return status;
}

vy_status vy_attach_open(struct vy_attach *attach, const char *path, const char *author, bool human,
                         int wait_ms, struct vy_err *err)
{
    *attach = (struct vy_attach){.fd = -1};
    struct sockaddr_un address;
    vy_status status = vy_address_find(path, &address, err);
    if (status)
        return status;
    vy_text_copy(attach->path, sizeof attach->path, address.sun_path);
    attach->fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (attach->fd < 0 || connect(attach->fd, (struct sockaddr *)&address, sizeof address) != 0) {
        vy_fail(err, VY_NOT_FOUND, -1, "no studio listens on %s (%s); start one: veery serve",
                attach->path, strerror(errno));
        vy_attach_close(attach);
        return VY_NOT_FOUND;
    }
    status = say_hello(attach, author, human, wait_ms, err);
    if (status)
        vy_attach_close(attach);
    return status;
}
