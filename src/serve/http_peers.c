// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Connections of the HTTP face. They stand in a list by the time since when they have been idle:
// when the place is full, the one that has been idle longest goes, so whoever opens thousands of
// connections and says nothing shuts out nobody.
#include "serve/http_inside.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ACCEPTS_A_TURN 128
#define SWEEP_NS 250000000ull
#define SLOW_NS 10000000000ull // an answer may take so long to read, when others want the place

static void write_address(const struct sockaddr *address, char *text)
{
    const void *const bytes = address->sa_family == AF_INET6
                                  ? (const void *)&((const struct sockaddr_in6 *)address)->sin6_addr
                                  : (const void *)&((const struct sockaddr_in *)address)->sin_addr;
    if (!inet_ntop(address->sa_family, bytes, text, INET6_ADDRSTRLEN))
        text[0] = '\0';
    if (strncmp(text, "::ffff:", 7) == 0 && strchr(text, '.')) // IPv4 at an IPv6 socket
        memmove(text, text + 7, strlen(text + 7) + 1);
}

static bool is_loopback(const char *address)
{
    return strncmp(address, "127.", 4) == 0 || strcmp(address, "::1") == 0;
}

static void unlink_peer(struct vy_http *http, struct vy_http_peer *peer)
{
    *(peer->older ? &peer->older->newer : &http->oldest) = peer->newer;
    *(peer->newer ? &peer->newer->older : &http->newest) = peer->older;
    peer->older = peer->newer = NULL;
}

static void link_newest(struct vy_http *http, struct vy_http_peer *peer)
{
    peer->older = http->newest;
    *(http->newest ? &http->newest->newer : &http->oldest) = peer;
    http->newest = peer;
}

static void begin(struct vy_http *http, struct MHD_Connection *connection, void **context)
{
    struct vy_http_peer *const peer = calloc(1, sizeof *peer);
    const union MHD_ConnectionInfo *const fd =
        http->mhd.get_connection_info(connection, MHD_CONNECTION_INFO_CONNECTION_FD);
    *context = peer;
    if (!peer || !fd) {
        free(peer);
        *context = NULL;
        return;
    }
    struct sockaddr_storage address = {0};
    socklen_t size = sizeof address;
    peer->fd = fd->connect_fd;
    if (getpeername(peer->fd, (struct sockaddr *)&address, &size) == 0)
        write_address((struct sockaddr *)&address, peer->address);
    size = sizeof address;
    if (getsockname(peer->fd, (struct sockaddr *)&address, &size) == 0)
        write_address((struct sockaddr *)&address, peer->here);
    peer->local = is_loopback(peer->address) && is_loopback(peer->here);
    peer->since_ns = vy_now_ns();
    link_newest(http, peer);
    http->peers++;
    http->counts.connections++;
}

void vy_http_peer_notify(void *arg, struct MHD_Connection *connection, void **context,
                         enum MHD_ConnectionNotificationCode what)
{
    struct vy_http *const http = arg;
    struct vy_http_peer *const peer = *context;
    if (what == MHD_CONNECTION_NOTIFY_STARTED) {
        begin(http, connection, context);
    } else if (peer) {
        unlink_peer(http, peer);
        http->peers--;
        free(peer);
    }
}

void vy_http_peer_rest(struct vy_http *http, struct vy_http_peer *peer)
{
    peer->since_ns = vy_now_ns();
    unlink_peer(http, peer);
    link_newest(http, peer);
}

// The library closes it when it next looks.
static void end_peer(struct vy_http_peer *peer)
{
    peer->doomed = true;
    shutdown(peer->fd, SHUT_RDWR);
}

// Has the whole request arrived? What follows takes as long as it takes, but see make_room.
static bool is_served(const struct vy_http_peer *peer)
{
    return peer->request && peer->request->whole;
}

static bool may_go(const struct vy_http_peer *peer, bool served, uint64_t now)
{
    if (peer->doomed || is_served(peer) != served)
        return false;
    return !served || (!peer->request->streams && now - peer->since_ns > SLOW_NS);
}

// Who says nothing goes first, then who takes long to read what it asked for; followers stay.
// @return false: everybody here is at work
static bool make_room(struct vy_http *http)
{
    const uint64_t now = vy_now_ns();
    for (int served = 0; served < 2; served++)
        for (struct vy_http_peer *peer = http->oldest; peer; peer = peer->newer)
            if (may_go(peer, served, now)) {
                end_peer(peer);
                http->counts.evicted++;
                return true;
            }
    return false;
}

void vy_http_peers_accept(struct vy_http *http)
{
    for (int i = 0; i < ACCEPTS_A_TURN; i++) {
        struct sockaddr_storage address;
        socklen_t size = sizeof address;
        const int fd = accept4(http->listener, (struct sockaddr *)&address, &size,
                               SOCK_CLOEXEC | SOCK_NONBLOCK);
        if (fd < 0)
            return;
        if (http->peers >= http->set.clients && !make_room(http)) {
            http->counts.refused[VY_REFUSED_FULL]++;
            close(fd);
            continue;
        }
        // it closes fd also when it fails
        (void)!http->mhd.add_connection(http->daemon, fd, (struct sockaddr *)&address, size);
    }
}

void vy_http_peers_sweep(struct vy_http *http)
{
    const uint64_t now = vy_now_ns();
    if (now - http->swept_ns < SWEEP_NS)
        return;
    http->swept_ns = now;
    vy_http_settings(http);
    for (struct vy_http_peer *peer = http->oldest; peer; peer = peer->newer) {
        const struct vy_http_request *const r = peer->request;
        const uint64_t most = !r         ? http->set.timeout_s
                              : r->begun ? VY_HTTP_BODY_S // its headers are there
                                         : VY_HTTP_REQUEST_S;
        if (!peer->doomed && !is_served(peer) && now - peer->since_ns > most * 1000000000ull)
            end_peer(peer);
    }
}
