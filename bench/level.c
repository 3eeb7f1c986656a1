// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Did a benchmarked program really make the sound? Prints "SECONDS RMS_DB" of a sound file and
// fails when it is shorter than asked, silent or not finite.
//
// usage: level FILE SECONDS
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>

int main(int argc, char **argv)
{
    SF_INFO info = {0};
    SNDFILE *const file = argc == 3 ? sf_open(argv[1], SFM_READ, &info) : NULL;
    if (!file)
        return 2;
    static float block[1 << 16];
    const sf_count_t room = (sf_count_t)(sizeof block / sizeof *block) / info.channels;
    double sum = 0;
    sf_count_t frames = 0, n;
    while ((n = sf_readf_float(file, block, room)) > 0) {
        for (sf_count_t i = 0; i < n * info.channels; i++)
            sum += (double)block[i] * (double)block[i];
        frames += n;
    }
    sf_close(file);
    const double seconds = (double)frames / info.samplerate;
    const double db = 10 * log10(sum / ((double)frames * info.channels) + 1e-20);
    printf("%.2f %.1f\n", seconds, db);
    return isfinite(sum) && db > -60 && seconds > strtod(argv[2], NULL) - 0.1 ? 0 : 1;
}
