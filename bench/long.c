// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: bench-long [HOURS]     10 hours of made-up stereo music through all the ears: what memory
// the process has after a tenth, a half and all of it, and CPU seconds an hour. Exit 1 when memory
// grew by more than GROWTH_KB from the tenth to the end. The music is four loops of 40 s, each with
// its own tempo, key, drums and bass, in random order and at random levels, so that no chapter is
// like another.
#include "listen/listener.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RATE 44100
#define LOOPS 4
#define LOOP_S 40
#define LOOP ((size_t)RATE * LOOP_S)
#define PART 4096
#define GROWTH_KB 24576 // of lists: some 20 numbers a second

struct loop {
    float *chan[2];
};

static uint32_t state = 1;

static double random_part(void) // 0..1, the same every time
{
    state = state * 1664525u + 1013904223u;
    return (double)(state >> 8) / (1 << 24);
}

static void stop(const char *why)
{
    fprintf(stderr, "bench-long: %s\n", why);
    exit(1);
}

static void add_note(struct loop *loop, double from_s, double long_s, double hz, double amp,
                     double pan)
{
    const size_t from = (size_t)(from_s * RATE);
    for (size_t i = 0; i < (size_t)(long_s * RATE) && from + i < LOOP; i++) {
        const double t = (double)i / RATE, fade = exp(-3 * t / long_s) * fmin(1, t / 0.003);
        double x = 0;
        for (int k = 1; k <= 5; k++)
            x += sin(2 * M_PI * hz * k * t) / k;
        loop->chan[0][from + i] += (float)(amp * fade * x * (1 - pan));
        loop->chan[1][from + i] += (float)(amp * fade * x * pan);
    }
}

static void add_drum(struct loop *loop, double from_s, double hz, double noise, double amp)
{
    const size_t from = (size_t)(from_s * RATE);
    for (size_t i = 0; i < RATE / 5 && from + i < LOOP; i++) {
        const double t = (double)i / RATE;
        const double x =
            exp(-25 * t) * (sin(2 * M_PI * hz * t) * (1 - noise) + noise * (2 * random_part() - 1));
        for (int c = 0; c < 2; c++)
            loop->chan[c][from + i] += (float)(amp * x);
    }
}

static void make_loop(struct loop *loop, int which)
{
    static const double bpm[LOOPS] = {96, 120, 128, 174};
    static const int tonic[LOOPS] = {57, 60, 53, 62}, steps[4] = {0, 5, 7, 0};
    const double beat = 60 / bpm[which];
    for (int c = 0; c < 2; c++)
        if (!(loop->chan[c] = calloc(LOOP, sizeof(float))))
            stop("no memory");
    for (int b = 0; b * beat < LOOP_S; b++) {
        const double at = b * beat;
        const int root = tonic[which] + steps[b / 4 % 4];
        add_drum(loop, at, 55, b % 2 ? 0.8 : 0, b % 2 ? 0.3 : 0.5);
        add_drum(loop, at + beat / 2, 400, 1, 0.06);
        add_note(loop, at, beat, 440 * exp2((root - 24 - 69) / 12.0), 0.1, 0.5);
        for (int n = 0; n < 3 && b % 4 == 0; n++)
            add_note(loop, at, 4 * beat, 440 * exp2((root + 4 * n - (n == 2) - 69) / 12.0), 0.04,
                     0.3 + 0.2 * n);
        add_note(loop, at, beat / 2, 440 * exp2((root + 12 + 2 * (b % 3) - 69) / 12.0), 0.05, 0.7);
    }
}

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static long resident_kb(void)
{
    char line[128];
    long kb = 0;
    FILE *const file = fopen("/proc/self/status", "re");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kb = strtol(line + 6, NULL, 10);
    if (file)
        fclose(file);
    return kb;
}

static void push_loop(struct vy_listener *ears, const struct loop *loop, float gain)
{
    float part[2][PART];
    const float *const chan[2] = {part[0], part[1]};
    for (size_t at = 0; at < LOOP; at += PART) {
        const size_t n = LOOP - at < PART ? LOOP - at : PART;
        for (int c = 0; c < 2; c++) {
            float *const to = part[c];
            for (size_t i = 0; i < n; i++)
                to[i] = gain * loop->chan[c][at + i];
        }
        if (vy_listener_push(ears, chan, n))
            stop("the ears failed");
    }
}

int main(int argc, char **argv)
{
    const double hours = argc > 1 ? strtod(argv[1], NULL) : 10;
    struct loop loop[LOOPS];
    struct vy_listener *ears;
    static struct vy_report report;
    for (int i = 0; i < LOOPS; i++)
        make_loop(&loop[i], i);
    if (vy_listener_new(RATE, 2, VY_EAR_ALL, &ears))
        stop("no ears");
    const double start = cpu_s();
    const long total = lround(hours * 3600 / LOOP_S);
    long early = 0, used = 0;
    for (long i = 1; i <= total; i++) {
        push_loop(ears, &loop[(int)(random_part() * LOOPS)], (float)(0.2 + 0.8 * random_part()));
        if (i != total / 10 && i != total / 2 && i != total)
            continue;
        used = resident_kb();
        early = early ? early : used;
        printf("%5.1f h  %7ld kB  %.2f s of CPU an hour\n", (double)i * LOOP_S / 3600, used,
               (cpu_s() - start) / ((double)i * LOOP_S / 3600));
        fflush(stdout);
    }
    const double before = cpu_s();
    if (vy_listener_finish(ears, &report))
        stop("the ears failed");
    printf("the end took %.2f s; %u beats, %u onsets, %u sections\n", cpu_s() - before,
           report.music.beats, report.music.onsets, report.music.sections);
    vy_listener_destroy(ears);
    for (int i = 0; i < LOOPS; i++)
        for (int c = 0; c < 2; c++)
            free(loop[i].chan[c]);
    return used > early + GROWTH_KB;
}
