// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Rude clients of the HTTP face.
// usage: http_tool upload PORT MEGABYTES     one body without an end in sight
//        http_tool half PORT COUNT           that many connections, each half a request; waits 20 s
//        http_tool body PORT COUNT           that many, each half a body; waits 20 s
//        http_tool drip PORT COUNT SECONDS   that many, a byte of a header every second
//        http_tool junk PORT COUNT           requests with bytes turned about
//        http_tool follow PORT COUNT SECONDS followers of /v1/events that read; says what each had
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

static int join(int port)
{
    const struct sockaddr_in address = {.sin_family = AF_INET,
                                        .sin_port = htons((uint16_t)port),
                                        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const int fd = socket(AF_INET, SOCK_STREAM, 0);
    if (fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0)
        return fd;
    if (fd >= 0)
        close(fd);
    return -1;
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static bool put(int fd, const char *text)
{
    return send(fd, text, strlen(text), MSG_NOSIGNAL) == (ssize_t)strlen(text);
}

static int upload(int port, int megabytes)
{
    static char piece[1 << 16];
    const int fd = join(port);
    put(fd, "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            "Transfer-Encoding: chunked\r\n\r\n");
    memset(piece, 'a', sizeof piece);
    long long sent = 0;
    while (sent < (long long)megabytes << 20) {
        if (!put(fd, "10000\r\n") ||
            send(fd, piece, sizeof piece, MSG_NOSIGNAL) != (ssize_t)sizeof piece ||
            !put(fd, "\r\n"))
            break;
        sent += (long long)sizeof piece;
    }
    printf("%lld MB were taken\n", sent >> 20);
    close(fd);
    return 0;
}

static int *join_many(int port, int count, const char *text)
{
    struct rlimit limit;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    int *const fd = calloc((size_t)count, sizeof *fd);
    for (int i = 0; fd && i < count; i++) {
        fd[i] = join(port);
        if (fd[i] >= 0)
            put(fd[i], text);
    }
    return fd;
}

static int half(int port, int count, const char *text)
{
    join_many(port, count, text);
    printf("%d are waiting\n", count);
    fflush(stdout);
    sleep(20);
    return 0;
}

static int drip(int port, int count, int seconds)
{
    int *const fd = join_many(port, count, "GET /v1/session HTTP/1.1\r\nHost: localhost\r\nX-A: ");
    int alive = 0;
    for (int s = 0; s < seconds; s++) {
        alive = 0;
        for (int i = 0; i < count; i++)
            alive += fd[i] >= 0 && put(fd[i], "a");
        sleep(1);
    }
    printf("%d of %d are still there after %d s\n", alive, count, seconds);
    return 0;
}

static uint64_t seed = 88172645463325252ull;
static unsigned next(unsigned below) // xorshift
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (unsigned)(seed % below);
}

static int junk(int port, int count)
{
    static const char *const good[] = {
        "GET /v1/session?a=1 HTTP/1.1\r\nHost: localhost\r\nAccept: */*\r\n\r\n",
        "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Content-Length: 17\r\n\r\n{\"line\":\"status\"}",
        "POST /v1/jobs HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
        "Transfer-Encoding: chunked\r\n\r\n5\r\n{\"lin\r\n0\r\n\r\n",
        "GET /v1/library/audio?path=%2e HTTP/1.0\r\nRange: bytes=1-2\r\nHost: localhost\r\n\r\n"};
    int answers = 0;
    for (int i = 0; i < count; i++) {
        char text[512];
        const char *const from = good[next(4)];
        size_t n = strlen(from);
        memcpy(text, from, n);
        for (unsigned k = next(6); k > 0; k--)
            text[next((unsigned)n)] = (char)next(256);
        n -= next(4) == 0 ? next((unsigned)n) : 0;
        const int fd = join(port);
        if (fd < 0)
            continue;
        (void)!send(fd, text, n, MSG_NOSIGNAL);
        shutdown(fd, SHUT_WR);
        struct pollfd wait = {.fd = fd, .events = POLLIN};
        answers += poll(&wait, 1, 100) == 1 && recv(fd, text, sizeof text, 0) > 0;
        close(fd);
    }
    printf("%d of %d were answered\n", answers, count);
    return 0;
}

static int follow(int port, int count, int seconds)
{
    int *const fd = join_many(port, count, "GET /v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n");
    long long *const bytes = calloc((size_t)count, sizeof *bytes);
    const double end = now_s() + seconds;
    static char piece[1 << 16];
    while (now_s() < end) {
        for (int i = 0; i < count; i++)
            for (ssize_t n; fd[i] >= 0 && (n = recv(fd[i], piece, sizeof piece, MSG_DONTWAIT)) > 0;)
                bytes[i] += n;
        usleep(20000);
    }
    long long least = bytes[0], most = bytes[0];
    for (int i = 1; i < count; i++) {
        least = bytes[i] < least ? bytes[i] : least;
        most = bytes[i] > most ? bytes[i] : most;
    }
    printf("%d followers had %lld to %lld bytes each\n", count, least, most);
    return 0;
}

int main(int argc, char **argv)
{
    const int port = argc > 2 ? atoi(argv[2]) : 0, count = argc > 3 ? atoi(argv[3]) : 0;
    const int seconds = argc > 4 ? atoi(argv[4]) : 10;
    if (argc > 3 && strcmp(argv[1], "upload") == 0)
        return upload(port, count);
    if (argc > 3 && strcmp(argv[1], "half") == 0)
        return half(port, count, "GET /v1/session HTTP/1.1\r\nHost: loc");
    if (argc > 3 && strcmp(argv[1], "body") == 0)
        return half(port, count,
                    "POST /v1/commands HTTP/1.1\r\nHost: localhost\r\nContent-Type: "
                    "application/json\r\nContent-Length: 1000\r\n\r\n{\"line\":");
    if (argc > 3 && strcmp(argv[1], "drip") == 0)
        return drip(port, count, seconds);
    if (argc > 3 && strcmp(argv[1], "junk") == 0)
        return junk(port, count);
    if (argc > 3 && strcmp(argv[1], "follow") == 0)
        return follow(port, count, seconds);
    return 2;
}
