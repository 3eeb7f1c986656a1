// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Is recorded music whole?
//
//   dropouts gaps FILE FROM TO     something always sounds: "seconds S longest L ms step D bad N":
//                                  the longest stretch below -70 dBFS, the largest jump between two
//                                  samples against the loudest of its 20 ms, samples that are no
//                                  numbers; FROM and TO in s, TO negative = before the end
//   dropouts stems MASTER STEM...  "frames F stems N delay D correlation R gain G": all equally
//                                  long; D frames between the sum of stems and the master where
//                                  they agree best, within 2000 frames
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define QUIET 0.000316f // -70 dBFS
#define AROUND_S 0.02
#define DELAY_MAX 2000

struct sound {
    SF_INFO info;
    float *frame; // interleaved, owned
};

static struct sound load(const char *path)
{
    struct sound s = {0};
    SNDFILE *const file = sf_open(path, SFM_READ, &s.info);
    if (!file) {
        fprintf(stderr, "%s: %s\n", path, sf_strerror(NULL));
        exit(1);
    }
    s.frame = calloc((size_t)s.info.frames * (size_t)s.info.channels + 2, sizeof(float));
    if (!s.frame)
        exit(1);
    s.info.frames = sf_readf_float(file, s.frame, s.info.frames);
    sf_close(file);
    return s;
}

static float loudest(const struct sound *s, long from, long to, int chan)
{
    float most = 0;
    for (long i = from < 0 ? 0 : from; i < to && i < s->info.frames; i++)
        most = fmaxf(most, fabsf(s->frame[i * s->info.channels + chan]));
    return most;
}

static long longest_quiet(const struct sound *s, long from, long to)
{
    long longest = 0, quiet = 0;
    for (long i = from; i < to; i++) {
        float most = 0;
        for (int c = 0; c < s->info.channels; c++)
            most = fmaxf(most, fabsf(s->frame[i * s->info.channels + c]));
        quiet = most < QUIET ? quiet + 1 : 0;
        longest = quiet > longest ? quiet : longest;
    }
    return longest;
}

// A jump is large beside what is around it: 2 would be from one peak to the other.
static double largest_step(const struct sound *s, long from, long to)
{
    const int chans = s->info.channels;
    const long around = (long)(AROUND_S * s->info.samplerate);
    double most = 0;
    for (long at = from; at < to; at += around)
        for (int c = 0; c < chans; c++) {
            const float peak = loudest(s, at - around, at + 2 * around, c);
            for (long i = at + 1; i <= at + around && i < to && peak > QUIET; i++) {
                const float step = fabsf(s->frame[i * chans + c] - s->frame[(i - 1) * chans + c]);
                most = fmax(most, (double)(step / peak));
            }
        }
    return most;
}

static int gaps(const char *path, double from_s, double to_s)
{
    const struct sound s = load(path);
    const double sr = s.info.samplerate;
    const long from = (long)(from_s * sr);
    const long to = (long)(to_s > 0 ? to_s * sr : (double)s.info.frames + to_s * sr);
    long bad = 0;
    for (long i = 0; i < s.info.frames * s.info.channels; i++)
        bad += !isfinite(s.frame[i]);
    if (to > s.info.frames || to <= from) {
        fprintf(stderr, "%s has only %.3f s\n", path, (double)s.info.frames / sr);
        free(s.frame);
        return 1;
    }
    printf("seconds %.3f longest %.2f ms step %.3f bad %ld\n", (double)s.info.frames / sr,
           1000 * (double)longest_quiet(&s, from, to) / sr, largest_step(&s, from, to), bad);
    free(s.frame);
    return 0;
}

// Correlation of a's left channel with b's, b taken `delay` frames later.
static double correlate(const struct sound *a, const struct sound *b, long delay, double *gain)
{
    double ab = 0, aa = 0, bb = 0;
    const long n = a->info.frames;
    for (long i = DELAY_MAX; i < n - DELAY_MAX; i++) {
        const double x = (double)a->frame[2 * i], y = (double)b->frame[2 * (i + delay)];
        ab += x * y, aa += x * x, bb += y * y;
    }
    *gain = aa > 0 ? ab / aa : 0;
    return aa > 0 && bb > 0 ? ab / sqrt(aa * bb) : 0;
}

static int stems(int count, char **path)
{
    const struct sound master = load(path[0]);
    struct sound sum = {master.info, calloc((size_t)master.info.frames * 2 + 2, sizeof(float))};
    if (!sum.frame || master.info.channels != 2)
        exit(1);
    for (int n = 1; n < count; n++) {
        const struct sound s = load(path[n]);
        if (s.info.frames != master.info.frames || s.info.channels != 2) {
            printf("%s has %ld frames, the master %ld\n", path[n], (long)s.info.frames,
                   (long)master.info.frames);
            exit(1);
        }
        for (long i = 0; i < 2 * s.info.frames; i++)
            sum.frame[i] += s.frame[i];
        free(s.frame);
    }
    double best = -1, gain = 0, best_gain = 0;
    long delay = 0;
    for (long d = -DELAY_MAX; d <= DELAY_MAX; d++) {
        const double r = correlate(&sum, &master, d, &gain);
        if (r > best)
            best = r, delay = d, best_gain = gain;
    }
    printf("frames %ld stems %d delay %ld correlation %.6f gain %.4f\n", (long)master.info.frames,
           count - 1, delay, best, best_gain);
    free(sum.frame);
    free(master.frame);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc == 5 && strcmp(argv[1], "gaps") == 0)
        return gaps(argv[2], strtod(argv[3], NULL), strtod(argv[4], NULL));
    if (argc > 3 && strcmp(argv[1], "stems") == 0)
        return stems(argc - 2, argv + 2);
    fprintf(stderr, "usage: see the top of dropouts.c\n");
    return 2;
}
