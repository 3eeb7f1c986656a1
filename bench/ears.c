// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: bench-ears FILE [WHAT...]     CPU seconds that the spectral ears need for an hour of FILE,
// reading included, on one core: `read` nothing but the file, `stft` the transform alone, `five`
// rms, centroid, flatness, 20 MFCC and onset strength (with bandwidth, roll-off, flux and
// crossings, which come along), `all` everything with its summary; `start` what beginning and
// ending cost, in milliseconds. bench/ears.sh sets the C yardstick beside it.
#include "listen/spectral.h"
#include "listen/stft.h"

#include <sndfile.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PART 4096
#define CHANS_MOST 8

struct job {
    const char *name;
    int want; ///< -1: no ears
    bool transform;
};

static const struct job jobs[] = {
    {"read", -1, false},
    {"stft", -1, true},
    {"five", VY_SPECTRAL_SHAPE | VY_SPECTRAL_MEL, true},
    {"all", VY_SPECTRAL_ALL, true},
};

static double cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void stop(const char *why)
{
    fprintf(stderr, "bench-ears: %s\n", why);
    exit(1);
}

static void take_hop(void *arg, const struct vy_hop *hop)
{
    if (arg)
        vy_spectral_hop(arg, hop);
}

/// @return frames heard
static long listen_to(SNDFILE *file, int chans, struct vy_stft *stft)
{
    static float frame[PART * CHANS_MOST], mono[PART];
    long heard = 0;
    sf_count_t n;
    while ((n = sf_readf_float(file, frame, PART)) > 0) {
        for (sf_count_t i = 0; i < n; i++) {
            float sum = 0;
            for (int c = 0; c < chans; c++)
                sum += frame[i * chans + c];
            mono[i] = sum / (float)chans;
        }
        if (stft)
            vy_stft_push(stft, mono, (size_t)n);
        heard += n;
    }
    return heard;
}

static void run(const char *path, const struct job *job)
{
    SF_INFO info = {0};
    SNDFILE *const file = sf_open(path, SFM_READ, &info);
    if (!file || info.channels > CHANS_MOST)
        stop("cannot read the file");
    struct vy_stft *stft = NULL;
    struct vy_spectral *spectral = NULL;
    const struct vy_hop_shape shape = {(uint32_t)info.samplerate, 2048, 512, 1025};
    const double start = cpu_s();
    if (job->want >= 0 && vy_spectral_new(&shape, job->want, 0, &spectral))
        stop("no ears");
    if (job->transform && vy_stft_new(shape.sr_hz, 2048, 512, take_hop, spectral, &stft))
        stop("no transform");
    const double ready = cpu_s();
    const long heard = listen_to(file, info.channels, stft);
    struct vy_spectral_found found = {0};
    if (stft)
        vy_stft_finish(stft);
    if (spectral && job->want & VY_SPECTRAL_SUMMARY)
        vy_spectral_finish(spectral, &found);
    const double hours = (double)heard / info.samplerate / 3600, used = cpu_s() - start;
    printf("%-5s %6.2f s of CPU per hour (%.0f times real time; start %.2f ms)\n", job->name,
           used / hours, 3600 / (used / hours), (ready - start) * 1e3);
    vy_spectral_destroy(spectral);
    vy_stft_destroy(stft);
    sf_close(file);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        stop("usage: bench-ears FILE [read|stft|five|all ...]");
    for (size_t j = 0; j < sizeof jobs / sizeof *jobs; j++) {
        bool asked = argc == 2;
        for (int i = 2; i < argc; i++)
            asked |= !strcmp(argv[i], jobs[j].name);
        if (asked)
            run(argv[1], &jobs[j]);
    }
    return 0;
}
