// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The HTTP face as a whole: where it listens, opening, the regular turn, closing. The library runs
// without threads: its epoll descriptor stands in ours, which stands in the studio's loop.
#include "serve/http_inside.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#define PORT 7777 ///< setting http.address has another
#define BACKLOG 1024
#define TURN_NS 3000000ull ///< then the rest of the studio has its turn
#define FILES_MOST 4096    ///< descriptors the process may have

const char *vy_http_where(const struct vy_http *http)
{
    return http->where;
}

int vy_http_fd(const struct vy_http *http)
{
    return http->epoll;
}

// ---- where --------------------------------------------------------------------------------------

// "7777", "127.0.0.1:7777", "[::1]:7777"
static vy_status read_where(const char *where, struct sockaddr_storage *address, struct vy_err *err)
{
    struct sockaddr_in *const v4 = (struct sockaddr_in *)address;
    struct sockaddr_in6 *const v6 = (struct sockaddr_in6 *)address;
    char host[64] = "127.0.0.1", *end;
    const char *const colon = strrchr(where, ':');
    const size_t n = colon ? (size_t)(colon - where) : 0;
    if (colon && n < sizeof host)
        snprintf(host, sizeof host, "%.*s", (int)n, where);
    const char *const digits = colon ? colon + 1 : where;
    const long port = strtol(digits, &end, 10);
    const bool bracket = host[0] == '[' && host[strlen(host) - 1] == ']';
    if (bracket) {
        host[strlen(host) - 1] = '\0';
        memmove(host, host + 1, strlen(host));
    }
    if (strcmp(host, "localhost") == 0)
        snprintf(host, sizeof host, "127.0.0.1");
    memset(address, 0, sizeof *address);
    const bool fits = !*end && end != digits && port >= 0 && port <= 65535 && n < sizeof host;
    if (fits && !bracket && inet_pton(AF_INET, host, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        v4->sin_port = htons((uint16_t)port);
        return VY_OK;
    }
    if (fits && bracket && inet_pton(AF_INET6, host, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        v6->sin6_port = htons((uint16_t)port);
        return VY_OK;
    }
    return vy_fail(err, VY_BAD_ARG, -1,
                   "--http takes a port (%d), ADDRESS:PORT or [ADDRESS]:PORT, not '%.60s'", PORT,
                   where);
}

static bool is_loopback(const struct sockaddr_storage *address)
{
    const struct sockaddr_in6 *const v6 = (const struct sockaddr_in6 *)address;
    if (address->ss_family == AF_INET6)
        return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
    return ntohl(((const struct sockaddr_in *)address)->sin_addr.s_addr) >> 24 == 127;
}

static void note_where(struct vy_http *http)
{
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    char text[INET6_ADDRSTRLEN] = "";
    if (getsockname(http->listener, (struct sockaddr *)&address, &size) != 0)
        return;
    const bool v6 = address.ss_family == AF_INET6;
    inet_ntop(v6 ? AF_INET6 : AF_INET,
              v6 ? (const void *)&((struct sockaddr_in6 *)&address)->sin6_addr
                 : (const void *)&((struct sockaddr_in *)&address)->sin_addr,
              text, sizeof text);
    snprintf(http->where, sizeof http->where, v6 ? "http://[%s]:%d" : "http://%s:%d", text,
             // NOLINTNEXTLINE(clang-analyzer-core.CallAndMessage): getsockname filled it
             ntohs(v6 ? ((struct sockaddr_in6 *)&address)->sin6_port
                      : ((struct sockaddr_in *)&address)->sin_port));
}

static vy_status listen_at(struct vy_http *http, const char *where, struct vy_err *err)
{
    struct sockaddr_storage address = {0};
    const int on = 1;
    const vy_status status = read_where(where, &address, err);
    if (status)
        return status;
    if (!is_loopback(&address) && !vy_http_keys_any(http))
        return vy_fail(err, VY_BAD_ARG, -1,
                       "off this machine HTTP needs keys, and there are none: veery key new "
                       "--scope play");
    const socklen_t size =
        address.ss_family == AF_INET6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);
    http->listener = socket(address.ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    if (http->listener < 0)
        return vy_fail(err, VY_IO, -1, "socket: %s", strerror(errno));
    setsockopt(http->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    if (bind(http->listener, (struct sockaddr *)&address, size) != 0 ||
        listen(http->listener, BACKLOG) != 0)
        return vy_fail(err, VY_IO, -1, "%.60s: %s", where, strerror(errno));
    note_where(http);
    return VY_OK;
}

// ---- opening ------------------------------------------------------------------------------------

// Many clients are many descriptors. Nothing here uses select().
static void raise_files(void)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= FILES_MOST)
        return;
    limit.rlim_cur = limit.rlim_max < FILES_MOST ? limit.rlim_max : FILES_MOST;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static size_t leave_escapes(void *unused, struct MHD_Connection *connection, char *text)
{
    (void)unused;
    (void)connection;
    return strlen(text); // http_target.c reads the target itself
}

static vy_status start(struct vy_http *http, struct vy_err *err)
{
    struct MHD_OptionItem options[] = {
        {MHD_OPTION_CONNECTION_LIMIT, http->set.clients + 256, NULL},
        {MHD_OPTION_CONNECTION_TIMEOUT, http->set.timeout_s, NULL},
        {MHD_OPTION_CONNECTION_MEMORY_LIMIT, VY_HTTP_MEMORY, NULL},
        {MHD_OPTION_STRICT_FOR_CLIENT, 1, NULL},
        {MHD_OPTION_UNESCAPE_CALLBACK, (intptr_t)leave_escapes, NULL},
        {MHD_OPTION_URI_LOG_CALLBACK, (intptr_t)vy_http_on_target, http},
        {MHD_OPTION_NOTIFY_COMPLETED, (intptr_t)vy_http_on_end, http},
        {MHD_OPTION_NOTIFY_CONNECTION, (intptr_t)vy_http_peer_notify, http},
        {MHD_OPTION_END, 0, NULL}};
    http->daemon = http->mhd.start_daemon(
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_NO_LISTEN_SOCKET, 0, NULL, NULL,
        vy_http_on_request, http, MHD_OPTION_ARRAY, options, MHD_OPTION_END);
    if (!http->daemon)
        return vy_fail(err, VY_INTERNAL, -1, "libmicrohttpd could not begin");
    return VY_OK;
}

static vy_status watch(struct vy_http *http, struct vy_err *err)
{
    const union MHD_DaemonInfo *const info =
        http->mhd.get_daemon_info(http->daemon, MHD_DAEMON_INFO_EPOLL_FD);
    http->epoll = epoll_create1(EPOLL_CLOEXEC);
    http->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    const int fds[] = {info ? info->epoll_fd : -1, http->listener, http->wake};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.fd = fds[i]};
        if (epoll_ctl(http->epoll, EPOLL_CTL_ADD, fds[i], &event) != 0)
            return vy_fail(err, VY_IO, -1, "epoll: %s", strerror(errno));
    }
    return VY_OK;
}

void vy_http_settings(struct vy_http *http)
{
    const struct vy_settings *const s = http->settings;
    http->set.require_key = vy_settings_flag(s, "http.require_key");
    http->set.rate = vy_settings_number(s, "http.rate");
    http->set.max_body = (uint64_t)vy_settings_number(s, "http.max_body");
    http->set.clients = (uint32_t)vy_settings_number(s, "http.clients");
    http->set.timeout_s = (uint32_t)vy_settings_number(s, "http.timeout_s");
    vy_text_copy(http->set.names, sizeof http->set.names, vy_settings_text(s, "http.hosts"));
}

vy_status vy_http_open(const struct vy_http_how *how, struct vy_http **out, struct vy_err *err)
{
    struct vy_http *const http = calloc(1, sizeof *http);
    if (!http)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    http->live = how->live;
    http->listener = http->epoll = http->wake = -1;
    http->settings = how->settings;
    vy_http_settings(http);
    http->began_ns = vy_now_ns();
    http->schemas = vy_http_schemas();
    http->bucket = calloc(VY_HTTP_BUCKETS, sizeof *http->bucket);
    vy_status status = VY_OK;
    if (!http->bucket || !http->schemas)
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (!status)
        status = vy_mhd_load(&http->mhd, err);
    if (!status)
        status = vy_http_keys_open(http, how->keys, err);
    if (!status)
        status = vy_http_feed_open(http, err);
    vy_http_plan_open(http);
    if (!status)
        status = listen_at(http, how->where, err);
    if (!status)
        status = start(http, err);
    if (!status)
        status = watch(http, err);
    if (status) {
        vy_http_close(http);
        return status;
    }
    raise_files();
    *out = http;
    return VY_OK;
}

// ---- the regular turn ---------------------------------------------------------------------------

void vy_http_service(struct vy_http *http)
{
    struct epoll_event event[3];
    uint64_t count;
    const int events = epoll_wait(http->epoll, event, 3, 0);
    for (int i = 0; i < events; i++) {
        if (event[i].data.fd == http->wake)
            (void)!read(http->wake, &count, sizeof count);
        else if (event[i].data.fd == http->listener)
            vy_http_peers_accept(http);
    }
    vy_http_peers_sweep(http);
    vy_http_feed_service(http);
    const uint64_t began = vy_now_ns();
    MHD_UNSIGNED_LONG_LONG wait = 0;
    bool more = events > 0 || http->peers > 0;
    while (more && vy_now_ns() - began < TURN_NS) {
        http->mhd.run(http->daemon);
        more = http->mhd.get_timeout(http->daemon, &wait) == MHD_YES && wait == 0;
    }
    const uint64_t one = 1;
    if (more)
        (void)!write(http->wake, &one, sizeof one);
}

void vy_http_close(struct vy_http *http)
{
    if (!http)
        return;
    http->closing = true;
    if (http->daemon && http->feed)
        vy_http_service(http); // followers are woken and told that it ends
    if (http->daemon)
        http->mhd.stop_daemon(http->daemon);
    const int fds[] = {http->listener, http->epoll, http->wake};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    vy_http_feed_close(http);
    vy_http_keys_close(http);
    vy_buf_clear(&http->session.text);
    json_decref(http->schemas);
    free(http->openapi);
    free(http->bucket);
    free(http);
}
