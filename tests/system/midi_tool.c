// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A MIDI clock as a machine would send it: bytes into a raw MIDI device, on time.
//
// usage: midi_tool DEVICE BPM BEATS     start, 24 ticks a beat, stop
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static int put(int fd, uint8_t byte)
{
    if (write(fd, &byte, 1) == 1)
        return 0;
    perror("midi_tool");
    return 1;
}

int main(int argc, char **argv)
{
    const int fd = argc == 4 ? open(argv[1], O_WRONLY) : -1;
    if (fd < 0) {
        fprintf(stderr, "usage: midi_tool DEVICE BPM BEATS\n");
        return 2;
    }
    const double ns = 60e9 / (24 * strtod(argv[2], NULL));
    const int ticks = 24 * (int)strtol(argv[3], NULL, 10);
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    const int64_t begun = now.tv_sec * 1000000000ll + now.tv_nsec;
    int failed = put(fd, 0xFA);
    for (int i = 0; i < ticks && !failed; i++) {
        const int64_t due = begun + (int64_t)(ns * (i + 1));
        const struct timespec at = {due / 1000000000, due % 1000000000};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        failed = put(fd, 0xF8);
    }
    failed = put(fd, 0xFC) || failed;
    close(fd);
    return failed;
}
