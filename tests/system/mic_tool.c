// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// For test_mic.sh: a test tone, a comparison of channels to the sample, a service manager's socket.
//
//   mic_tool tone FILE CHANS SECONDS    440 Hz with some noise, so that a delay cannot hide in a
//                                       period; other noise in every channel
//   mic_tool compare FILE PAIRS         channel PAIRS + i against channel i: "delay D frames N
//   wrong
//                                       W correlation R", D the same for all
//   mic_tool level FILE                 "seconds S chans C format F peak P"
//   mic_tool listen SOCKET SECONDS      print the datagrams that come
#include <math.h>
#include <poll.h>
#include <sndfile.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define RATE 48000
#define CHANS_MAX 4
#define DELAY_MAX 9000

static float *load(const char *path, SF_INFO *info)
{
    *info = (SF_INFO){0};
    SNDFILE *const file = sf_open(path, SFM_READ, info);
    float *const frame =
        file ? calloc((size_t)info->frames * info->channels + 1, sizeof(float)) : NULL;
    if (frame)
        info->frames = sf_readf_float(file, frame, info->frames);
    if (file)
        sf_close(file);
    if (!frame)
        fprintf(stderr, "%s: %s\n", path, sf_strerror(NULL));
    return frame;
}

static int tone(const char *path, int chans, double seconds)
{
    SF_INFO info = {
        .samplerate = RATE, .channels = chans, .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    SNDFILE *const file = sf_open(path, SFM_WRITE, &info);
    uint32_t noise[CHANS_MAX] = {1, 2, 3, 4};
    if (!file || chans > CHANS_MAX)
        return 1;
    for (long i = 0; i < (long)(seconds * RATE); i++) {
        float frame[CHANS_MAX];
        for (int c = 0; c < chans; c++) {
            noise[c] = noise[c] * 1664525u + 1013904223u;
            frame[c] = (float)(0.4 * sin(2 * M_PI * 440 * (double)i / RATE) +
                               0.05 * ((double)noise[c] / 4294967296.0 - 0.5));
        }
        sf_writef_float(file, frame, 1);
    }
    return sf_close(file);
}

struct pair {
    long frames, chans, a, b; // a: channel that comes first
    const float *frame;
};

static float at(const struct pair *p, long chan, long i)
{
    return i < p->frames ? p->frame[i * p->chans + chan] : 0;
}

// Smallest delay at which 1000 frames from the middle on are equal; -1 = none.
static long find_delay(const struct pair *p)
{
    const long from = p->frames / 2;
    for (long d = 0; d < DELAY_MAX; d++) {
        long n = 0;
        while (n < 1000 && at(p, p->a, from + n) == at(p, p->b, from + n + d))
            n++;
        if (n == 1000)
            return d;
    }
    return -1;
}

static int compare(const char *path, int pairs)
{
    SF_INFO info;
    float *const frame = load(path, &info);
    long delay = -2, frames = 0, wrong = 0;
    double xy = 0, xx = 0, yy = 0;
    for (int c = 0; frame && 2 * pairs <= info.channels && c < pairs; c++) {
        const struct pair p = {(long)info.frames, info.channels, c, pairs + c, frame};
        const long d = find_delay(&p);
        if (d < 0 || (delay != -2 && d != delay)) {
            printf("delay of pair %d: %ld, before %ld\n", c, d, delay);
            frames = 0;
            break;
        }
        delay = d;
        for (long i = 0; i + d < p.frames; i++) {
            const double x = (double)at(&p, p.a, i), y = (double)at(&p, p.b, i + d);
            frames += x != 0;
            wrong += x != y;
            xy += x * y, xx += x * x, yy += y * y;
        }
    }
    printf("delay %ld frames %ld wrong %ld correlation %.6f\n", delay, frames, wrong,
           xx > 0 && yy > 0 ? xy / sqrt(xx * yy) : 0.0);
    free(frame);
    return frames == 0;
}

static int level(const char *path)
{
    SF_INFO info;
    float *const frame = load(path, &info);
    float peak = 0;
    if (!frame)
        return 1;
    for (long i = 0; i < (long)info.frames * info.channels; i++)
        peak = fmaxf(peak, fabsf(frame[i]));
    printf("seconds %.3f chans %d format %s peak %.4f\n", (double)info.frames / info.samplerate,
           info.channels, (info.format & SF_FORMAT_SUBMASK) == SF_FORMAT_FLOAT ? "float" : "other",
           (double)peak);
    free(frame);
    return 0;
}

static int listen_to(const char *path, double seconds)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    snprintf(address.sun_path, sizeof address.sun_path, "%s", path);
    const int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
    struct pollfd fds = {fd, POLLIN, 0};
    char text[256];
    if (fd < 0 || bind(fd, (const struct sockaddr *)&address, sizeof address) != 0)
        return 1;
    for (int left = (int)(seconds * 10); left > 0; left--)
        while (poll(&fds, 1, 100) == 1) {
            const ssize_t n = recv(fd, text, sizeof text, 0);
            printf("%.*s\n", n > 0 ? (int)n : 0, text);
            fflush(stdout);
        }
    return 0;
}

int main(int argc, char **argv)
{
    const char *const what = argc > 2 ? argv[1] : "";
    if (strcmp(what, "tone") == 0 && argc == 5)
        return tone(argv[2], (int)strtol(argv[3], NULL, 10), strtod(argv[4], NULL));
    if (strcmp(what, "compare") == 0 && argc == 4)
        return compare(argv[2], (int)strtol(argv[3], NULL, 10));
    if (strcmp(what, "level") == 0)
        return level(argv[2]);
    if (strcmp(what, "listen") == 0 && argc == 4)
        return listen_to(argv[2], strtod(argv[3], NULL));
    return 2;
}
