// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/link.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define CHUNK 65536u

// Room for n more bytes at the end; false when that is too much.
static bool make_room(struct vy_link_bytes *b, size_t n)
{
    if (b->from > 0) {
        memmove(b->text, b->text + b->from, b->to - b->from);
        b->to -= b->from;
        b->from = 0;
    }
    if (b->to + n <= b->capacity)
        return true;
    const size_t capacity = 2 * (b->to + n);
    char *const text = capacity <= VY_LINK_MAX ? realloc(b->text, capacity) : NULL;
    if (!text)
        return false;
    b->text = text;
    b->capacity = capacity;
    return true;
}

void vy_link_send(struct vy_link *link, json_t *message)
{
    char *const text = json_dumps(message, JSON_COMPACT | JSON_REAL_PRECISION(17));
    const size_t n = text ? strlen(text) : 0;
    json_decref(message);
    if (!text || link->broken || !make_room(&link->out, n + 1)) {
        link->broken = true;
        free(text);
        return;
    }
    memcpy(link->out.text + link->out.to, text, n);
    link->out.text[link->out.to + n] = '\n';
    link->out.to += n + 1;
    free(text);
    vy_link_flush(link);
}

void vy_link_flush(struct vy_link *link)
{
    struct vy_link_bytes *const b = &link->out;
    while (!link->broken && b->from < b->to) {
        const ssize_t n =
            send(link->fd, b->text + b->from, b->to - b->from, MSG_NOSIGNAL | MSG_DONTWAIT);
        if (n > 0)
            b->from += (size_t)n;
        else if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        else
            link->broken = true;
    }
}

static void read_more(struct vy_link *link)
{
    while (!link->broken) {
        if (!make_room(&link->in, CHUNK)) {
            link->broken = true;
            return;
        }
        const ssize_t n = recv(link->fd, link->in.text + link->in.to, CHUNK, MSG_DONTWAIT);
        if (n > 0)
            link->in.to += (size_t)n;
        else if (n < 0 && (errno == EAGAIN || errno == EINTR))
            return;
        else
            link->broken = true;
    }
}

json_t *vy_link_next(struct vy_link *link)
{
    struct vy_link_bytes *const b = &link->in;
    char *end = b->to > b->from ? memchr(b->text + b->from, '\n', b->to - b->from) : NULL;
    if (!end) {
        read_more(link);
        end = b->to > b->from ? memchr(b->text + b->from, '\n', b->to - b->from) : NULL;
    }
    if (!end)
        return NULL;
    const size_t length = (size_t)(end - (b->text + b->from));
    json_t *const message = json_loadb(b->text + b->from, length, 0, NULL);
    b->from += length + 1;
    return message ? message : json_object(); // not ours: nothing in it means anything
}

void vy_link_close(struct vy_link *link)
{
    free(link->in.text);
    free(link->out.text);
    if (link->fd >= 0)
        close(link->fd);
    *link = (struct vy_link){.fd = -1, .broken = true};
}
