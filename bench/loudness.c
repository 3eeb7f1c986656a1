// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: bench-loudness FILE.wav...      CPU seconds per hour of sound, ours and libebur128's,
// block
//                                        by block in turn, so that what else the machine does hits
//                                        both alike; then what each answers
//        bench-loudness --flat HOURS     memory at the start and the end of a long sound
#include "listen/level.h"
#include "listen/loudness.h"
#include "listen/room.h"
#include "listen/stereo.h"
#include "listen/stft.h"

#include <ebur128.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define PART 4096

struct ears {
    uint32_t sr_hz, chans;
    struct vy_level *level;
    struct vy_loudness *loudness;
    struct vy_stereo_ear *stereo;
    struct vy_stft *stft;
    struct vy_room *room;
    ebur128_state *peer;
    double level_s, loudness_s, stereo_s, room_s, peer_s;
};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// The transform is there for all ears and not counted for this one.
static void on_hop(void *arg, const struct vy_hop *hop)
{
    struct ears *const e = arg;
    const double a = now();
    vy_room_hop(e->room, hop);
    e->room_s += now() - a;
}

static void make(struct ears *e, uint32_t sr_hz, uint32_t chans)
{
    *e = (struct ears){.sr_hz = sr_hz, .chans = chans};
    e->peer =
        ebur128_init(chans, sr_hz, EBUR128_MODE_I | EBUR128_MODE_LRA | EBUR128_MODE_TRUE_PEAK);
    if (!e->peer || vy_level_new(sr_hz, chans, &e->level) ||
        vy_loudness_new(sr_hz, chans, NULL, NULL, NULL, &e->loudness) ||
        vy_stereo_new(sr_hz, chans, &e->stereo) ||
        vy_stft_new(sr_hz, 2048, 512, on_hop, e, &e->stft) ||
        vy_room_new(vy_stft_shape(e->stft), &e->room))
        abort();
}

static void drop(struct ears *e)
{
    vy_level_destroy(e->level);
    vy_loudness_destroy(e->loudness);
    vy_stereo_destroy(e->stereo);
    vy_stft_destroy(e->stft);
    vy_room_destroy(e->room);
    ebur128_destroy(&e->peer);
}

static void hear(struct ears *e, const float *frames, const float *const chan[], size_t n)
{
    const double a = now();
    vy_level_push(e->level, chan, e->chans, n);
    const double b = now();
    vy_loudness_push(e->loudness, chan, e->chans, n);
    const double c = now();
    vy_stereo_push(e->stereo, chan, e->chans, n);
    const double d = now();
    if (frames && ebur128_add_frames_float(e->peer, frames, n))
        abort();
    e->level_s += b - a;
    e->loudness_s += c - b;
    e->stereo_s += d - c;
    e->peer_s += now() - d;
    float mono[PART];
    for (size_t i = 0; i < n; i++)
        mono[i] = 0.5f * (chan[0][i] + chan[e->chans > 1][i]);
    vy_stft_push(e->stft, mono, n);
}

static void report(struct ears *e, const char *path, double seconds)
{
    const double hour = 3600 / seconds;
    double integrated = 0, range = 0, peak = 0, most = 0;
    ebur128_loudness_global(e->peer, &integrated);
    ebur128_loudness_range(e->peer, &range);
    for (uint32_t c = 0; c < e->chans; c++) {
        ebur128_true_peak(e->peer, c, &peak);
        most = fmax(most, peak);
    }
    struct vy_loudness_found f;
    vy_loudness_result(e->loudness, &f);
    printf("%s: %.1f s, %u Hz, %u channels; CPU s per hour of sound\n", path, seconds, e->sr_hz,
           e->chans);
    printf("  level              %6.2f\n", e->level_s * hour);
    printf("  stereo             %6.2f\n", e->stereo_s * hour);
    printf("  room (of hops)     %6.2f\n", e->room_s * hour);
    printf("  I, LRA, true peak  %6.2f   libebur128 %6.2f   ratio %.2f (limit 0.50)\n",
           e->loudness_s * hour, e->peer_s * hour, e->loudness_s / e->peer_s);
    printf("  ours               %.2f LUFS, LRA %.2f LU, %.2f dBTP\n", f.integrated_lufs,
           f.range_lu, f.true_peak_dbtp);
    printf("  libebur128         %.2f LUFS, LRA %.2f LU, %.2f dBTP\n", integrated, range,
           20 * log10(most));
}

static int one_file(const char *path)
{
    SF_INFO info = {0};
    SNDFILE *const file = sf_open(path, SFM_READ, &info);
    if (!file || info.channels > VY_EAR_CHANS) {
        fprintf(stderr, "bench-loudness: %s: %s\n", path,
                file ? "too many channels" : sf_strerror(NULL));
        return 1;
    }
    struct ears e;
    make(&e, (uint32_t)info.samplerate, (uint32_t)info.channels);
    static float frames[PART * VY_EAR_CHANS], wave[VY_EAR_CHANS][PART];
    const float *chan[VY_EAR_CHANS];
    sf_count_t n, all = 0;
    for (uint32_t c = 0; c < VY_EAR_CHANS; c++)
        chan[c] = wave[c];
    while ((n = sf_readf_float(file, frames, PART)) > 0) {
        for (sf_count_t i = 0; i < n; i++)
            for (uint32_t c = 0; c < e.chans; c++)
                wave[c][i] = frames[i * e.chans + c];
        hear(&e, frames, chan, (size_t)n);
        all += n;
    }
    report(&e, path, (double)all / e.sr_hz);
    drop(&e);
    sf_close(file);
    return 0;
}

static long resident_kib(void)
{
    char line[256];
    long kib = 0;
    FILE *const f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (strncmp(line, "VmRSS:", 6) == 0)
            kib = strtol(line + 6, NULL, 10);
    if (f)
        fclose(f);
    return kib;
}

// Noise with gaps, swells and clicks, so that every list has something to keep.
static int flat(double hours)
{
    struct ears e;
    make(&e, 44100, 2);
    static float wave[2][PART];
    const float *const chan[] = {wave[0], wave[1]};
    uint32_t seed = 1;
    const uint64_t parts = (uint64_t)(hours * 3600 * 44100 / PART);
    for (uint64_t p = 0; p < parts; p++) {
        const float level = p % 50 < 40 ? (float)(p % 977) / 800.0f : 0.0f;
        for (uint32_t i = 0; i < PART; i++)
            for (uint32_t c = 0; c < 2; c++) {
                seed = seed * 1664525u + 1013904223u;
                const float x = level * ((float)(seed >> 8) * 0x1p-23f - 1.0f);
                wave[c][i] = x > 1.0f ? 1.0f : x;
            }
        hear(&e, NULL, chan, PART);
        if (p == parts / 100 || p + 1 == parts)
            printf("after %5.2f h: %ld KiB resident\n", (double)p * PART / 44100 / 3600,
                   resident_kib());
    }
    drop(&e);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 3 && strcmp(argv[1], "--flat") == 0)
        return flat(strtod(argv[2], NULL));
    int failed = argc < 2;
    for (int i = 1; i < argc; i++)
        failed |= one_file(argv[i]);
    return failed;
}
