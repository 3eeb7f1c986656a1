// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What tests of the ears share: sounds made by the block, so that long ones need no memory, pushed
// in pieces of odd sizes.
#ifndef VY_TESTS_EARS_H
#define VY_TESTS_EARS_H

#include "cm.h"

#include <math.h>
#include <stdlib.h>

#define EARS_CHANS 8
#define EARS_PIECE 4096

// cmocka 1.1.5 only compares floats
#define assert_near(a, b, most) near(a, b, most, #a, __FILE__, __LINE__)
static inline void near(double a, double b, double most, const char *what, const char *file,
                        int line)
{
    if (!(fabs(a - b) <= most))
        print_error("%s is %.9g, not %.9g\n", what, a, b);
    _assert_true(fabs(a - b) <= most, what, file, line);
}

/// Value of channel `chan` at frame `at`.
typedef double sound_fn(const void *what, uint32_t chan, uint64_t at);
typedef void push_fn(void *ear, const float *const chan[], uint32_t chans, size_t n);

/// Push `frames` frames in pieces of `piece` frames, or of ever other sizes when it is 0.
static inline void play(void *ear, push_fn *push, uint32_t chans, uint64_t frames, uint32_t piece,
                        sound_fn *sound, const void *what)
{
    float *const wave = malloc(sizeof(float) * EARS_CHANS * EARS_PIECE);
    const float *chan[EARS_CHANS];
    assert_non_null(wave);
    uint32_t turn = 1;
    for (uint64_t at = 0; at < frames;) {
        turn = turn * 1664525u + 1013904223u;
        uint64_t n = piece ? piece : 1 + (turn >> 8) % (EARS_PIECE - 1);
        n = n < frames - at ? n : frames - at;
        for (uint32_t c = 0; c < chans; c++) {
            chan[c] = wave + (size_t)c * EARS_PIECE;
            for (uint64_t i = 0; i < n; i++)
                wave[(size_t)c * EARS_PIECE + i] = (float)sound(what, c, at + i);
        }
        push(ear, chan, chans, n);
        at += n;
    }
    free(wave);
}

/// Noise in -1..1 that knows its frame: the same however it is asked for.
static inline double noise_at(uint64_t seed, uint64_t at)
{
    uint64_t z = (at + seed * 1000003u) * 0x9e3779b97f4a7c15u;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-52 - 1.0;
}

#endif
