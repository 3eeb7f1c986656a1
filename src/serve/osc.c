// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Socket, receiving thread and queue. The socket is our own, not a library's, since it must be
// bound to one address, read many packets a call, and tell who sent them.
#include "serve/osc_parts.h"

#include "base/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <time.h>
#include <unistd.h>

#define BUFFER_BYTES (8 << 20) // 20000 messages a second over 0.3 s
#define PRIORITY 20            // below everything that makes sound
#define TURN_NS 20000000ull    // one service takes no longer
#define TURN_REQUESTS 2048

static void wake(int fd)
{
    const uint64_t one = 1;
    if (write(fd, &one, sizeof one) < 0)
        return; // the counter is full: it is awake
}

// -- senders -------------------------------------------------------------------------------------

static void name_peer(struct vy_osc_peer *peer)
{
    char host[64] = "?", port[8] = "?", name[80];
    getnameinfo((const struct sockaddr *)&peer->address, peer->length, host, sizeof host, port,
                sizeof port, NI_NUMERICHOST | NI_NUMERICSERV);
    snprintf(name, sizeof name, "osc:%s:%s", host, port);
    vy_text_copy(peer->author, sizeof peer->author, name);
}

// The place of a sender, a new one over the place of who was silent longest. Lock held.
static int find_peer(struct vy_osc *osc, const struct sockaddr_storage *address, socklen_t length)
{
    int oldest = -1;
    for (int i = 0; i < VY_OSC_PEERS; i++) {
        struct vy_osc_peer *const peer = &osc->peer[i];
        if (peer->length == length && memcmp(&peer->address, address, length) == 0) {
            peer->seen_ns = vy_now_ns();
            return i;
        }
        if (peer->waiting == 0 && (oldest < 0 || peer->seen_ns < osc->peer[oldest].seen_ns))
            oldest = i;
    }
    if (oldest < 0)
        return -1;
    struct vy_osc_peer *const peer = &osc->peer[oldest];
    memset(peer, 0, sizeof *peer);
    memcpy(&peer->address, address, length);
    peer->length = length;
    peer->seen_ns = peer->answered_ns = vy_now_ns();
    peer->answers = VY_OSC_ERRORS_HZ;
    name_peer(peer);
    return oldest;
}

bool vy_osc_may_answer(struct vy_osc_peer *peer)
{
    const uint64_t now = vy_now_ns();
    peer->answers += (double)(now - peer->answered_ns) * 1e-9 * VY_OSC_ERRORS_HZ;
    peer->answered_ns = now;
    if (peer->answers > VY_OSC_ERRORS_HZ)
        peer->answers = VY_OSC_ERRORS_HZ;
    if (peer->answers < 1)
        return false;
    peer->answers--;
    return true;
}

// What the receiving thread refuses by itself: it knows no session.
static void refuse(struct vy_osc *osc, vy_status code, const char *why)
{
    struct vy_osc_peer *const peer = &osc->peer[osc->peer_now];
    pthread_mutex_lock(&osc->lock);
    const bool answer = vy_osc_may_answer(peer);
    pthread_mutex_unlock(&osc->lock);
    if (!answer)
        return;
    struct vy_buf text = {0};
    char packet[600];
    vy_buf_add(&text, "{\"ok\":false,\"error\":{\"code\":\"%s\",\"message\":\"%s\"}}",
               vy_status_name(code), why);
    const size_t n = vy_osc_message_write(packet, sizeof packet, "/veery/reply", "iss", -1, "error",
                                          text.text ? text.text : "");
    if (n > 0)
        sendto(osc->socket, packet, n, MSG_DONTWAIT, (const struct sockaddr *)&peer->address,
               peer->length);
    vy_buf_clear(&text);
}

// -- the queue -----------------------------------------------------------------------------------

// The time of a message; -1 when it lies too far ahead.
static double when(const struct vy_osc_message *message)
{
    const double time_s = vy_osc_time(message->time);
    if (time_s <= 0)
        return 0;
    const double ahead = time_s - vy_unix_s();
    return ahead > VY_OSC_AHEAD_S ? -1 : ahead > 0 ? time_s : 0;
}

static bool enqueue(struct vy_osc *osc, const struct vy_osc_message *message, double time_s)
{
    struct vy_osc_request *const request = malloc(sizeof *request + message->size);
    if (!request)
        return false;
    request->next = NULL;
    request->peer = osc->peer_now;
    request->time_s = time_s;
    request->give_up = 0;
    request->size = message->size;
    memcpy(request->data, message->data, message->size);
    pthread_mutex_lock(&osc->lock);
    const bool room =
        osc->queue < VY_OSC_QUEUE && osc->queue_bytes + request->size <= VY_OSC_QUEUE_BYTES;
    if (room) {
        if (osc->last)
            osc->last->next = request;
        else
            osc->first = request;
        osc->last = request;
        osc->queue++;
        osc->queue_bytes += request->size;
        osc->peer[osc->peer_now].waiting++;
    }
    pthread_mutex_unlock(&osc->lock);
    if (!room)
        free(request);
    return room;
}

static struct vy_osc_request *dequeue(struct vy_osc *osc)
{
    pthread_mutex_lock(&osc->lock);
    struct vy_osc_request *const request = osc->first;
    if (request) {
        osc->first = request->next;
        if (!osc->first)
            osc->last = NULL;
        osc->queue--;
        osc->queue_bytes -= request->size;
    }
    pthread_mutex_unlock(&osc->lock);
    return request;
}

static void finish(struct vy_osc *osc, struct vy_osc_request *request)
{
    pthread_mutex_lock(&osc->lock);
    osc->peer[request->peer].waiting--;
    pthread_mutex_unlock(&osc->lock);
    free(request);
}

// -- the receiving thread ------------------------------------------------------------------------

static void on_message(void *arg, const struct vy_osc_message *message)
{
    struct vy_osc *const osc = arg;
    struct vy_osc_peer *const peer = &osc->peer[osc->peer_now];
    atomic_fetch_add_explicit(&osc->messages, 1, memory_order_relaxed);
    const double time_s = when(message);
    if (time_s < 0) {
        atomic_fetch_add_explicit(&osc->bad, 1, memory_order_relaxed);
        refuse(osc, VY_OUT_OF_RANGE, "the time tag lies more than 10 s ahead");
        return;
    }
    pthread_mutex_lock(&osc->lock);
    const bool free_way = peer->waiting == 0;
    pthread_mutex_unlock(&osc->lock);
    if (free_way && vy_osc_at_once(osc, message, peer->author)) {
        atomic_fetch_add_explicit(&osc->direct, 1, memory_order_relaxed);
    } else if (enqueue(osc, message, time_s)) {
        atomic_fetch_add_explicit(&osc->queued, 1, memory_order_relaxed);
        wake(osc->wake);
    } else {
        atomic_fetch_add_explicit(&osc->busy, 1, memory_order_relaxed);
        refuse(osc, VY_BUSY, "too much waits already; send it again later");
    }
}

static void on_packet(struct vy_osc *osc, const struct mmsghdr *packet)
{
    const struct msghdr *const header = &packet->msg_hdr;
    atomic_fetch_add_explicit(&osc->packets, 1, memory_order_relaxed);
    pthread_mutex_lock(&osc->lock);
    const int peer = find_peer(osc, header->msg_name, header->msg_namelen);
    pthread_mutex_unlock(&osc->lock);
    if (peer < 0) {
        atomic_fetch_add_explicit(&osc->busy, 1, memory_order_relaxed);
        return;
    }
    osc->peer_now = (uint32_t)peer;
    struct vy_err err;
    if (!(header->msg_flags & MSG_TRUNC) &&
        vy_osc_packet_read(header->msg_iov->iov_base, packet->msg_len, on_message, osc, &err) ==
            VY_OK)
        return;
    if (header->msg_flags & MSG_TRUNC)
        vy_fail(&err, VY_TOO_BIG, -1, "a packet has at most %d bytes", VY_OSC_MAX_PACKET);
    atomic_fetch_add_explicit(&osc->bad, 1, memory_order_relaxed);
    refuse(osc, err.code, err.message);
}

static void take_packets(struct vy_osc *osc)
{
    struct mmsghdr packet[VY_OSC_BATCH];
    struct iovec part[VY_OSC_BATCH];
    struct sockaddr_storage from[VY_OSC_BATCH];
    int n;
    do {
        memset(packet, 0, sizeof packet);
        for (int i = 0; i < VY_OSC_BATCH; i++) {
            part[i] = (struct iovec){osc->in[i], VY_OSC_MAX_PACKET};
            packet[i].msg_hdr = (struct msghdr){.msg_name = &from[i],
                                                .msg_namelen = sizeof from[i],
                                                .msg_iov = &part[i],
                                                .msg_iovlen = 1};
        }
        n = recvmmsg(osc->socket, packet, VY_OSC_BATCH, MSG_DONTWAIT, NULL);
        for (int i = 0; i < n; i++)
            on_packet(osc, &packet[i]);
    } while (n == VY_OSC_BATCH);
}

static void *receive(void *arg)
{
    struct vy_osc *const osc = arg;
    const struct sched_param how = {.sched_priority = PRIORITY};
    if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &how) == 0)
        atomic_store(&osc->priority, PRIORITY);
    struct pollfd wait[] = {{.fd = osc->socket, .events = POLLIN},
                            {.fd = osc->stop, .events = POLLIN}};
    for (;;) {
        if (poll(wait, 2, -1) < 0 && errno != EINTR)
            return NULL;
        if (wait[1].revents)
            return NULL;
        take_packets(osc);
    }
}

// -- the main thread -----------------------------------------------------------------------------

static enum vy_osc_kind kind_of(const struct vy_osc_request *request)
{
    struct vy_osc_message message;
    struct vy_osc_act act;
    if (vy_osc_message_read(request->data, request->size, &message, NULL) ||
        vy_osc_act_read(&message, &act, NULL))
        return VY_OSC_LINE; // an error to be told like any other answer
    return act.kind;
}

// A request whose time has not come, or a note behind a note that waits. Turns and notes know how
// to wait for their frame by themselves.
static bool put_off(struct vy_osc *osc, struct vy_osc_request *request)
{
    if (osc->laters == VY_OSC_LATER || (request->time_s <= 0 && osc->notes == 0))
        return false;
    const enum vy_osc_kind kind = kind_of(request);
    if (kind == VY_OSC_TURN || (kind == VY_OSC_NOTE && osc->notes == 0) ||
        (kind != VY_OSC_NOTE && request->time_s <= vy_unix_s()))
        return false;
    if (kind == VY_OSC_NOTE) {
        osc->notes++;
        request->give_up = vy_now_ns() + VY_OSC_NOTE_NS;
    }
    osc->later[osc->laters++] = request;
    return true;
}

// Do it, or put it where it is tried again.
static void do_now(struct vy_osc *osc, struct vy_osc_request *request)
{
    if (put_off(osc, request))
        return;
    if (vy_osc_do(osc, request) || osc->laters == VY_OSC_LATER) {
        finish(osc, request);
        return;
    }
    osc->notes++;
    osc->later[osc->laters++] = request;
}

static void do_later(struct vy_osc *osc)
{
    const double now_s = vy_unix_s();
    uint32_t kept = 0;
    bool blocked = false; // a note still waits, so those behind it do
    for (uint32_t i = 0; i < osc->laters; i++) {
        struct vy_osc_request *const request = osc->later[i];
        const bool note = request->give_up > 0;
        const bool due = note ? !blocked : request->time_s <= now_s;
        if (!due || !vy_osc_do(osc, request)) {
            blocked |= note;
            osc->later[kept++] = request;
            continue;
        }
        osc->notes -= note;
        finish(osc, request);
    }
    osc->laters = kept;
}

void vy_osc_service(struct vy_osc *osc)
{
    uint64_t count;
    if (read(osc->wake, &count, sizeof count) < 0 && errno != EAGAIN)
        return;
    vy_osc_look_at_clocks(osc);
    do_later(osc);
    const uint64_t end_ns = vy_now_ns() + TURN_NS;
    for (int i = 0; i < TURN_REQUESTS && vy_now_ns() < end_ns; i++) {
        struct vy_osc_request *const request = dequeue(osc);
        if (!request)
            break;
        do_now(osc, request);
    }
    pthread_mutex_lock(&osc->lock);
    const bool more = osc->first != NULL;
    pthread_mutex_unlock(&osc->lock);
    if (more)
        wake(osc->wake);
    vy_osc_feed(osc);
}

static vy_status bind_socket(struct vy_osc *osc, const char *host, uint16_t port,
                             struct vy_err *err)
{
    const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
                                   .ai_family = AF_UNSPEC,
                                   .ai_socktype = SOCK_DGRAM};
    char service[8];
    snprintf(service, sizeof service, "%u", port);
    struct addrinfo *found = NULL;
    if (getaddrinfo(host, service, &hints, &found))
        return vy_fail(err, VY_BAD_ARG, -1, "osc: '%s' is no IP address, as 127.0.0.1 is", host);
    osc->socket = socket(found->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool bound =
        osc->socket >= 0 && bind(osc->socket, found->ai_addr, found->ai_addrlen) == 0;
    const int why = errno;
    freeaddrinfo(found);
    if (!bound)
        return vy_fail(err, VY_IO, -1, "osc: cannot listen at %s:%u: %s", host, port,
                       strerror(why));
    const int wanted = BUFFER_BYTES;
    if (setsockopt(osc->socket, SOL_SOCKET, SO_RCVBUFFORCE, &wanted, sizeof wanted) &&
        setsockopt(osc->socket, SOL_SOCKET, SO_RCVBUF, &wanted, sizeof wanted))
        return vy_fail(err, VY_IO, -1, "osc: no receive buffer: %s", strerror(errno));
    int got = 0;
    socklen_t size = sizeof got;
    getsockopt(osc->socket, SOL_SOCKET, SO_RCVBUF, &got, &size);
    osc->buffer = (uint32_t)got;
    struct sockaddr_storage own;
    memset(&own, 0, sizeof own);
    size = sizeof own;
    getsockname(osc->socket, (struct sockaddr *)&own, &size);
    const bool six = own.ss_family == AF_INET6;
    osc->port = ntohs(six ? ((struct sockaddr_in6 *)&own)->sin6_port
                          : ((struct sockaddr_in *)&own)->sin_port);
    snprintf(osc->where, sizeof osc->where, six ? "[%s]:%u" : "%s:%u", host, osc->port);
    return VY_OK;
}

// A waiting receiver of higher priority lends it to who holds the lock.
static void init_lock(pthread_mutex_t *lock)
{
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(lock, &attr);
    pthread_mutexattr_destroy(&attr);
}

vy_status vy_osc_open(const struct vy_osc_how *how, struct vy_osc **to, struct vy_err *err)
{
    struct vy_osc *const osc = calloc(1, sizeof *osc);
    if (!osc)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for OSC");
    osc->live = how->live;
    osc->socket = -1;
    init_lock(&osc->lock);
    osc->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    osc->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    osc->chronus = vy_chronus_new(how->live);
    vy_status status = VY_OK;
    if (osc->wake < 0 || osc->stop < 0 || !osc->chronus)
        status = vy_fail(err, VY_NO_MEMORY, -1, "no memory for OSC");
    if (!status)
        status = bind_socket(osc, how->host ? how->host : "127.0.0.1", how->port, err);
    if (!status && pthread_create(&osc->thread, NULL, receive, osc))
        status = vy_fail(err, VY_NO_MEMORY, -1, "osc: no thread to receive with");
    if (status) {
        vy_osc_close(osc);
        return status;
    }
    osc->threaded = true;
    *to = osc;
    return VY_OK;
}

void vy_osc_close(struct vy_osc *osc)
{
    if (!osc)
        return;
    if (osc->threaded) {
        wake(osc->stop);
        pthread_join(osc->thread, NULL);
    }
    for (struct vy_osc_request *request; (request = dequeue(osc));)
        free(request);
    for (uint32_t i = 0; i < osc->laters; i++)
        free(osc->later[i]);
    const int fds[] = {osc->socket, osc->wake, osc->stop};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    pthread_mutex_destroy(&osc->lock);
    vy_chronus_destroy(osc->chronus);
    free(osc);
}

int vy_osc_fd(const struct vy_osc *osc)
{
    return osc->wake;
}

void vy_osc_facts(const struct vy_osc *osc, struct vy_osc_facts *facts)
{
    *facts = (struct vy_osc_facts){
        .port = osc->port,
        .buffer = osc->buffer,
        .priority = atomic_load(&osc->priority),
        .packets = atomic_load(&osc->packets),
        .messages = atomic_load(&osc->messages),
        .direct = atomic_load(&osc->direct),
        .queued = atomic_load(&osc->queued),
        .busy = atomic_load(&osc->busy),
        .bad = atomic_load(&osc->bad),
        .push_p50_ns = vy_wait_quantile(osc->push, 0.5),
        .push_p99_ns = vy_wait_quantile(osc->push, 0.99),
    };
    vy_text_copy(facts->where, sizeof facts->where, osc->where);
    for (int i = 0; i < VY_OSC_SUBSCRIBERS; i++)
        facts->subscribers += osc->subscriber[i].length > 0;
}
