// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The listener, its clients, and what happens between them and the session.
#include "serve/socket.h"

#include "command/complete.h"
#include "serve/address.h"
#include "serve/client.h"
#include "serve/protocol.h"

#include <errno.h>
#include <math.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define LINES_A_TURN 64          // of one client, then the others have theirs
#define QUEUE_PAUSE (256u << 10) // bytes: until this is read no more requests are taken

struct vy_socket {
    struct vy_live *live;
    int epoll, listener, wake; ///< wake: requests wait that epoll does not know of
    struct sockaddr_un address;
    struct vy_place place;
    struct vy_client client[VY_CLIENTS_MAX];
};

// ---- clients ------------------------------------------------------------------------------------

static bool is_taken(const struct vy_socket *socket, const struct vy_client *self, const char *name)
{
    for (int i = 0; i < VY_CLIENTS_MAX; i++) {
        const struct vy_client *const c = &socket->client[i];
        if (c != self && c->fd >= 0 && strcmp(c->author, name) == 0)
            return true;
    }
    return false;
}

// ann, ann2, ann3...: undo goes by name, so nobody gets another's by accident.
static void set_name(const struct vy_socket *socket, struct vy_client *client, const char *name,
                     bool insist)
{
    vy_text_copy(client->author, sizeof client->author, name);
    for (int i = 2; i < 100 && !insist && is_taken(socket, client, client->author); i++)
        snprintf(client->author, sizeof client->author, "%.27s%d", name, i);
}

static void login_name(uid_t uid, char *name, size_t size)
{
    const struct passwd *const row = getpwuid(uid);
    vy_text_copy(name, size, row ? row->pw_name : "");
    for (char *p = name; *p; p++)
        if (!strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", *p))
            *p = '_';
    if (!vy_text_is_name(name))
        vy_text_copy(name, size, "guest");
}

static void count_clients(struct vy_socket *socket)
{
    uint32_t n = 0;
    for (int i = 0; i < VY_CLIENTS_MAX; i++)
        n += socket->client[i].fd >= 0;
    vy_live_set_clients(socket->live, n);
}

static void refuse(int fd, vy_status status, const char *why)
{
    struct vy_client client = {.fd = fd};
    json_t *const root = json_pack("{s:b,s:{s:s,s:s}}", "ok", 0, "error", "code",
                                   vy_status_name(status), "message", why);
    vy_client_put(&client, root);
    vy_client_flush(&client);
    json_decref(root);
    vy_client_clear(&client);
}

static void take_client(struct vy_socket *socket, int fd)
{
    struct ucred peer = {.uid = (uid_t)-1};
    socklen_t size = sizeof peer;
    int slot = 0;
    while (slot < VY_CLIENTS_MAX && socket->client[slot].fd >= 0)
        slot++;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) != 0 ||
        (peer.uid != geteuid() && peer.uid != 0)) {
        refuse(fd, VY_IO, "this studio belongs to another user");
        return;
    }
    if (slot == VY_CLIENTS_MAX) {
        refuse(fd, VY_TOO_BIG, "the studio has as many clients as it takes");
        return;
    }
    struct vy_client *const client = &socket->client[slot];
    struct epoll_event event = {.events = EPOLLIN, .data.u32 = (uint32_t)slot};
    if (epoll_ctl(socket->epoll, EPOLL_CTL_ADD, fd, &event) != 0) {
        close(fd);
        return;
    }
    char name[VY_NAME_SIZE];
    login_name(peer.uid, name, sizeof name);
    *client = (struct vy_client){.fd = fd, .watched = EPOLLIN};
    set_name(socket, client, name, false);
    count_clients(socket);
}

static void take_clients(struct vy_socket *socket)
{
    for (int i = 0; i < VY_CLIENTS_MAX; i++) {
        const int fd = accept4(socket->listener, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        take_client(socket, fd);
    }
}

// ---- requests -----------------------------------------------------------------------------------

// A reply is held back until it is known whether another follows.
struct answer {
    struct vy_client *client;
    json_t *id, *held;
    bool quit;
};

static void release(struct answer *answer, bool more)
{
    if (!answer->held)
        return;
    if (more)
        json_object_set_new(answer->held, "more", json_true());
    vy_client_put(answer->client, answer->held);
    json_decref(answer->held);
    answer->held = NULL;
}

static void hold(struct answer *answer, const struct vy_reply *reply)
{
    json_t *const root = vy_reply_object(reply);
    if (answer->id)
        json_object_set(root, "request", answer->id);
    if (answer->client->human) {
        struct vy_buf text = {0};
        vy_reply_human(reply, &text);
        json_object_set_new(root, "text", json_stringn(text.text ? text.text : "", text.length));
        vy_buf_clear(&text);
    }
    if (reply->quit)
        json_object_set_new(root, "quit", json_true());
    answer->held = root;
}

static void on_reply(void *arg, const struct vy_reply *reply)
{
    struct answer *const answer = arg;
    release(answer, true);
    hold(answer, reply);
    answer->quit |= reply->quit;
}

static void fail_request(struct vy_socket *socket, struct answer *answer, const struct vy_err *err)
{
    struct vy_session *const session = vy_live_session(socket->live);
    const struct vy_reply reply = {
        .id = ++session->replies, .version = session->version, .err = *err};
    hold(answer, &reply);
}

static void do_line(struct vy_socket *socket, const struct vy_want *want, struct answer *answer)
{
    const struct vy_request request = {.line = want->line,
                                       .length = want->length,
                                       .author =
                                           want->author ? want->author : answer->client->author,
                                       .if_version = want->if_version};
    vy_live_do(socket->live, &request, on_reply, answer);
    if (answer->held || want->plain)
        return;
    // a line of nothing but a comment: who sent an object gets one back
    const struct vy_session *const session = vy_live_session(socket->live);
    answer->held =
        json_pack("{s:b,s:I,s:b}", "ok", 1, "version", (json_int_t)session->version, "empty", 1);
    if (answer->id)
        json_object_set(answer->held, "request", answer->id);
}

static json_t *do_hello(struct vy_socket *socket, const struct vy_want *want,
                        struct vy_client *client)
{
    const struct vy_session *const session = vy_live_session(socket->live);
    if (want->author)
        set_name(socket, client, want->author, want->insist);
    client->human = want->human;
    return json_pack("{s:{s:s,s:i,s:I}}", "hello", "author", client->author, "protocol", 1,
                     "version", (json_int_t)session->version);
}

static json_t *do_subscribe(const struct vy_want *want, struct vy_client *client)
{
    client->events = want->events;
    client->meters = want->meters;
    client->rate_hz = want->rate_hz;
    client->due_ns = 0;
    return json_pack("{s:{s:b,s:b,s:f}}", "subscribe", "events", want->events, "meters",
                     want->meters, "rate", want->rate_hz);
}

static json_t *do_complete(struct vy_socket *socket, const struct vy_want *want)
{
    return json_pack("{s:o}", "complete",
                     vy_complete_json(vy_live_session(socket->live), want->line, want->at));
}

static void do_request(struct vy_socket *socket, struct vy_client *client, const char *text,
                       size_t length)
{
    struct vy_want want;
    struct vy_err err = {.at = -1};
    const vy_status status = vy_want_read(text, length, &want, &err);
    struct answer answer = {.client = client, .id = want.id};
    if (status) {
        fail_request(socket, &answer, &err);
    } else if (want.kind == VY_WANT_LINE) {
        do_line(socket, &want, &answer);
    } else {
        answer.held = want.kind == VY_WANT_HELLO       ? do_hello(socket, &want, client)
                      : want.kind == VY_WANT_SUBSCRIBE ? do_subscribe(&want, client)
                                                       : do_complete(socket, &want);
        if (answer.id && answer.held)
            json_object_set(answer.held, "request", answer.id);
    }
    release(&answer, false);
    client->closing |= answer.quit;
    vy_want_clear(&want);
}

// @return true: there is more to do without anything new from outside
static bool work(struct vy_socket *socket, struct vy_client *client)
{
    for (int i = 0; i < LINES_A_TURN; i++) {
        const char *text;
        size_t length;
        if (client->closing || client->dropped || vy_client_queue(client) > QUEUE_PAUSE)
            return false;
        const enum vy_client_line line = vy_client_next(client, &text, &length);
        if (line == VY_LINE_NONE) {
            client->closing |= client->eof;
            return false;
        }
        struct vy_err err;
        if (line == VY_LINE_HERE) {
            do_request(socket, client, text, length);
            continue;
        }
        struct answer answer = {.client = client};
        vy_fail(&err, VY_TOO_BIG, -1, "a request has at most %u bytes", VY_REQUEST_MAX);
        fail_request(socket, &answer, &err);
        release(&answer, false);
    }
    return true;
}

// ---- events and meters --------------------------------------------------------------------------

void vy_socket_event(struct vy_socket *socket, json_t *event)
{
    for (int i = 0; socket && i < VY_CLIENTS_MAX; i++)
        if (socket->client[i].fd >= 0 && socket->client[i].events)
            vy_client_put(&socket->client[i], event);
}

// The greater of each number stays.
static void gather(json_t *peaks, const json_t *now)
{
    const char *key;
    json_t *value;
    json_object_foreach((json_t *)(uintptr_t)now, key, value)
    {
        json_t *const old = json_object_get(peaks, key);
        if (json_is_object(old) && json_is_object(value)) {
            gather(old, value);
        } else if (json_is_array(old) && json_is_array(value)) {
            for (size_t i = 0; i < json_array_size(value); i++) {
                const double a = json_number_value(json_array_get(old, i));
                const double b = json_number_value(json_array_get(value, i));
                json_array_set_new(old, i, json_real(fmax(a, b)));
            }
        } else if (json_is_number(old) && json_is_number(value)) {
            const double a = json_number_value(old), b = json_number_value(value);
            json_object_set_new(peaks, key, json_real(fmax(a, b)));
        } else {
            json_object_set_new(peaks, key, json_deep_copy(value));
        }
    }
}

// The studio's peaks are since this socket looked; each client hears of those since it was told.
static void tell_meters(struct vy_socket *socket)
{
    const uint64_t now = vy_now_ns();
    bool due = false;
    for (int i = 0; i < VY_CLIENTS_MAX; i++) {
        const struct vy_client *const c = &socket->client[i];
        due |= c->fd >= 0 && c->meters && now >= c->due_ns;
    }
    json_t *const peaks = due ? vy_live_meters(socket->live, VY_READER_SOCKET) : NULL;
    for (int i = 0; peaks && i < VY_CLIENTS_MAX; i++) {
        struct vy_client *const c = &socket->client[i];
        if (c->fd < 0 || !c->meters)
            continue;
        if (!c->peaks)
            c->peaks = json_pack("{s:s}", "event", "meters");
        // of these the newest holds, not the greatest
        json_object_del(c->peaks, "loudness");
        json_object_del(c->peaks, "spectrum");
        json_object_del(c->peaks, "transport");
        gather(c->peaks, peaks);
        if (now < c->due_ns)
            continue;
        c->due_ns = now + (uint64_t)(1e9 / c->rate_hz);
        vy_client_put(c, c->peaks);
        json_decref(c->peaks);
        c->peaks = NULL;
    }
    json_decref(peaks);
}

// ---- the whole ----------------------------------------------------------------------------------

static void watch(const struct vy_socket *socket, struct vy_client *client)
{
    const bool listen = !client->eof && !client->closing && vy_client_queue(client) <= QUEUE_PAUSE;
    const uint32_t wanted =
        (listen ? (uint32_t)EPOLLIN : 0) | (vy_client_queue(client) ? (uint32_t)EPOLLOUT : 0);
    if (wanted == client->watched)
        return;
    client->watched = wanted;
    struct epoll_event event = {.events = wanted, .data.u32 = (uint32_t)(client - socket->client)};
    epoll_ctl(socket->epoll, EPOLL_CTL_MOD, client->fd, &event);
}

static void let_go(struct vy_socket *socket, struct vy_client *client)
{
    json_t *const event = client->dropped ? json_pack("{s:s,s:s,s:s,s:s}", "event", "client",
                                                      "author", client->author, "what", "dropped",
                                                      "why", "it did not read what it was told")
                                          : NULL;
    vy_client_clear(client);
    if (event)
        vy_socket_event(socket, event);
    json_decref(event);
    count_clients(socket);
}

static void read_events(struct vy_socket *socket)
{
    struct epoll_event event[VY_CLIENTS_MAX + 2];
    const int n = epoll_wait(socket->epoll, event, VY_CLIENTS_MAX + 2, 0);
    for (int i = 0; i < n; i++) {
        const uint32_t slot = event[i].data.u32;
        if (slot == VY_CLIENTS_MAX) {
            take_clients(socket);
        } else if (slot > VY_CLIENTS_MAX) {
            uint64_t count;
            if (read(socket->wake, &count, sizeof count) < 0)
                continue;
        } else if (socket->client[slot].fd >= 0) {
            struct vy_client *const client = &socket->client[slot];
            client->deaf |= (event[i].events & (EPOLLHUP | EPOLLERR)) != 0;
            vy_client_fill(client);
        }
    }
}

void vy_socket_service(struct vy_socket *socket)
{
    read_events(socket);
    bool again = false;
    for (int i = 0; i < VY_CLIENTS_MAX; i++)
        if (socket->client[i].fd >= 0)
            again |= work(socket, &socket->client[i]);
    tell_meters(socket);
    for (int i = 0; i < VY_CLIENTS_MAX; i++) {
        struct vy_client *const client = &socket->client[i];
        if (client->fd < 0)
            continue;
        const size_t before = vy_client_queue(client);
        vy_client_flush(client);
        // what was paused by a full queue goes on
        again |= before > QUEUE_PAUSE && vy_client_queue(client) <= QUEUE_PAUSE;
        if (client->dropped || (client->closing && vy_client_queue(client) == 0))
            let_go(socket, client);
        else
            watch(socket, client);
    }
    const uint64_t one = 1;
    if (again && write(socket->wake, &one, sizeof one) < 0)
        return; // it is raised already
}

int vy_socket_fd(const struct vy_socket *socket)
{
    return socket->epoll;
}

const char *vy_socket_path(const struct vy_socket *socket)
{
    return socket->address.sun_path;
}

static vy_status watch_listener(struct vy_socket *s, struct vy_err *err)
{
    s->epoll = epoll_create1(EPOLL_CLOEXEC);
    s->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    struct epoll_event heard = {.events = EPOLLIN, .data.u32 = VY_CLIENTS_MAX};
    struct epoll_event woken = {.events = EPOLLIN, .data.u32 = VY_CLIENTS_MAX + 1};
    if (s->epoll < 0 || s->wake < 0 || epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->listener, &heard) ||
        epoll_ctl(s->epoll, EPOLL_CTL_ADD, s->wake, &woken))
        return vy_fail(err, VY_IO, -1, "epoll: %s", strerror(errno));
    return VY_OK;
}

vy_status vy_socket_open(struct vy_live *live, const char *path, struct vy_socket **socket,
                         struct vy_err *err)
{
    struct vy_socket *const s = calloc(1, sizeof *s);
    if (!s)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    s->live = live;
    s->epoll = s->listener = s->wake = -1;
    for (int i = 0; i < VY_CLIENTS_MAX; i++)
        s->client[i].fd = -1;
    vy_status status = vy_address_find(path, &s->address, err);
    if (!status)
        status = vy_address_prepare(&s->address, err);
    if (!status)
        status = vy_address_listen(&s->address, VY_CLIENTS_MAX, &s->listener, &s->place, err);
    if (!status)
        status = watch_listener(s, err);
    if (status) {
        vy_socket_close(s);
        return status;
    }
    *socket = s;
    return VY_OK;
}

void vy_socket_close(struct vy_socket *socket)
{
    if (!socket)
        return;
    for (int i = 0; i < VY_CLIENTS_MAX; i++) {
        if (socket->client[i].fd >= 0)
            vy_client_flush(&socket->client[i]);
        vy_client_clear(&socket->client[i]);
    }
    vy_address_leave(&socket->address, &socket->place);
    if (socket->listener >= 0)
        close(socket->listener);
    if (socket->epoll >= 0)
        close(socket->epoll);
    if (socket->wake >= 0)
        close(socket->wake);
    free(socket);
}
