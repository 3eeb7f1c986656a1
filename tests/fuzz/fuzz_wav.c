// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as a sound file: an error with words, or finite samples of a sane shape.
#include "sound/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int file = memfd_create("fuzz.wav", 0);
    if (file < 0)
        return 0;
    if (size == 0 || write(file, data, size) == (ssize_t)size) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        struct vy_sound sound;
        struct vy_err err = {.at = -1};
        if (vy_sound_read(path, &sound, &err)) {
            if (!err.message[0] || sound.chan[0])
                abort();
        } else {
            if (sound.frames < 1 || sound.chans < 1 || sound.chans > 2 || sound.sr_hz < 8000)
                abort();
            for (uint32_t c = 0; c < sound.chans; c++)
                for (uint32_t n = 0; n < sound.frames; n++)
                    if (!isfinite(sound.chan[c][n]))
                        abort();
        }
        vy_sound_clear(&sound);
    }
    close(file);
    return 0;
}
