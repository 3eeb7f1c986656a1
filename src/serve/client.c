// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Bytes of one connection. Reading and writing never wait.
#include "serve/client.h"

#include "serve/protocol.h"
#include "serve/socket.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void vy_client_clear(struct vy_client *client)
{
    if (client->fd >= 0)
        close(client->fd);
    json_decref(client->peaks);
    vy_buf_clear(&client->in);
    vy_buf_clear(&client->out);
    *client = (struct vy_client){.fd = -1};
}

size_t vy_client_queue(const struct vy_client *client)
{
    return client->out.length - client->sent;
}

void vy_client_put(struct vy_client *client, const json_t *object)
{
    if (client->deaf || client->dropped)
        return;
    if (vy_client_queue(client) > VY_CLIENT_QUEUE_MAX) {
        client->dropped = true;
        return;
    }
    char *const text = json_dumps(object, JSON_COMPACT | JSON_REAL_PRECISION(9));
    if (text) {
        vy_buf_put(&client->out, text, strlen(text));
        vy_buf_put(&client->out, "\n", 1);
    }
    client->dropped |= !text || client->out.failed; // half an object would confuse it
    free(text);
}

// What was sent goes now and then, so that a slow reader's buffer stays as small as its queue.
static void forget_sent(struct vy_client *client)
{
    if (client->sent < 65536)
        return;
    client->out.length -= client->sent;
    memmove(client->out.text, client->out.text + client->sent, client->out.length);
    client->sent = 0;
}

void vy_client_flush(struct vy_client *client)
{
    while (!client->deaf && vy_client_queue(client) > 0) {
        const ssize_t n = send(client->fd, client->out.text + client->sent, vy_client_queue(client),
                               MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) {
            forget_sent(client);
            return;
        }
        if (n <= 0)
            client->deaf = true;
        else
            client->sent += (size_t)n;
    }
    vy_buf_clear(&client->out);
    client->sent = 0;
}

// What was done with goes, so that the buffer never holds more than a request and a piece.
static void forget_taken(struct vy_client *client)
{
    if (client->taken == 0)
        return;
    client->in.length -= client->taken;
    memmove(client->in.text, client->in.text + client->taken, client->in.length);
    client->taken = 0;
}

void vy_client_fill(struct vy_client *client)
{
    char piece[16384];
    forget_taken(client);
    while (!client->eof && client->in.length <= VY_REQUEST_MAX + 1) {
        const ssize_t n = recv(client->fd, piece, sizeof piece, MSG_DONTWAIT);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return;
        if (n > 0)
            vy_buf_put(&client->in, piece, (size_t)n);
        client->eof = n <= 0 || client->in.failed;
    }
}

enum vy_client_line vy_client_next(struct vy_client *client, const char **text, size_t *length)
{
    for (;;) {
        const char *const from = client->in.text ? client->in.text + client->taken : "";
        const size_t left = client->in.length - client->taken;
        const char *const end = left ? memchr(from, '\n', left) : NULL;
        size_t n = end ? (size_t)(end - from) : left;
        const bool whole = end || (client->eof && left > 0);
        if (!whole && n <= VY_REQUEST_MAX + 1) // and one for a carriage return
            return VY_LINE_NONE;
        const bool first = !client->skipping;
        if (!whole || client->skipping) {
            client->taken += n + (end != NULL);
            client->skipping = !whole;
            if (first)
                return VY_LINE_TOO_LONG;
            continue;
        }
        client->taken += n + (end != NULL);
        if (n > 0 && from[n - 1] == '\r')
            n--;
        *text = from;
        *length = n;
        return n > VY_REQUEST_MAX ? VY_LINE_TOO_LONG : VY_LINE_HERE;
    }
}
