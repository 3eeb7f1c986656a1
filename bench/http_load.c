// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: bench-http PORT PATH RATE CONNECTIONS SECONDS
// Asks at a steady rate, over connections that stay open, and says how long the answers took: from
// the moment a request was due, so that a server that stands still is charged for those it kept
// from being asked.
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MOST 64

struct asker {
    int fd;
    bool busy;
    double due_s;
    long left; ///< bytes of the answer, -1 = its head is not whole
    size_t got;
    char head[4096];
};

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static int join(int port)
{
    const int fd = socket(AF_INET, SOCK_STREAM, 0), on = 1;
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return connect(fd, (const struct sockaddr *)&address, sizeof address) == 0 ? fd : -1;
}

// @return true: the answer is whole
static bool take(struct asker *a, long *errors)
{
    static char body[1 << 16];
    for (;;) {
        const bool head = a->left < 0;
        const ssize_t n = recv(a->fd, head ? a->head + a->got : body,
                               head ? sizeof a->head - 1 - a->got : sizeof body, MSG_DONTWAIT);
        if (n <= 0)
            return false;
        if (!head) {
            a->left -= n;
        } else {
            a->got += (size_t)n;
            a->head[a->got] = '\0';
            const char *const end = strstr(a->head, "\r\n\r\n");
            const char *const length = strstr(a->head, "Content-Length: ");
            if (!end || !length)
                continue;
            *errors += strncmp(a->head, "HTTP/1.1 200", 12) != 0;
            a->left = atol(length + 16) - (long)(a->head + a->got - end - 4);
        }
        if (a->left == 0)
            return true;
    }
}

static int by_size(const void *a, const void *b)
{
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

int main(int argc, char **argv)
{
    static struct asker asker[MOST];
    if (argc != 6)
        return 2;
    const int port = atoi(argv[1]), count = atoi(argv[4]) < MOST ? atoi(argv[4]) : MOST;
    const double rate = atof(argv[3]), seconds = atof(argv[5]);
    const size_t all = (size_t)(rate * seconds);
    float *const took = calloc(all, sizeof *took);
    char request[512];
    struct pollfd fds[MOST];
    long errors = 0;
    const int length = snprintf(request, sizeof request,
                                "GET %.400s HTTP/1.1\r\nHost: localhost\r\n\r\n", argv[2]);
    for (int i = 0; i < count; i++) {
        asker[i].fd = join(port);
        fds[i] = (struct pollfd){.fd = asker[i].fd, .events = POLLIN};
        if (asker[i].fd < 0)
            return 1;
    }
    prctl(PR_SET_TIMERSLACK, 1000UL); // ppoll wakes when it is due
    size_t sent = 0, done = 0;
    const double began = now_s();
    while (done < all && now_s() - began < 3 * seconds) {
        const double now = now_s();
        for (int i = 0; i < count && sent < all && began + (double)sent / rate <= now; i++)
            if (!asker[i].busy) {
                asker[i].busy = true;
                asker[i].due_s = began + (double)sent++ / rate;
                asker[i].left = -1;
                asker[i].got = 0;
                if (send(asker[i].fd, request, (size_t)length, MSG_NOSIGNAL) != length)
                    return 1;
            }
        const double wait = sent < all ? began + (double)sent / rate - now_s() : 0.01;
        const struct timespec most = {.tv_nsec =
                                          wait > 0 ? (long)(1e9 * (wait < 0.01 ? wait : 0.01)) : 0};
        if (ppoll(fds, (nfds_t)count, &most, NULL) <= 0)
            continue;
        for (int i = 0; i < count; i++)
            if (asker[i].busy && fds[i].revents && take(&asker[i], &errors)) {
                took[done++] = (float)(1e3 * (now_s() - asker[i].due_s));
                asker[i].busy = false;
            }
    }
    const double passed = now_s() - began;
    qsort(took, done, sizeof *took, by_size);
    if (done == 0)
        return 1;
    printf("%.0f requests/s, p50 %.2f ms, p99 %.2f ms, most %.1f ms, %ld errors\n",
           (double)done / passed, (double)took[done / 2], (double)took[done * 99 / 100],
           (double)took[done - 1], errors);
    free(took);
    return 0;
}
