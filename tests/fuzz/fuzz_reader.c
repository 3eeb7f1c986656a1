// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as a sound file of any format: an error with words, or blocks of a sane shape.
#include "sound/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define MOST (1u << 20) ///< frames looked at: a few bytes can promise hours of silence

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_all(struct vy_reader *reader, struct vy_err *err)
{
    const struct vy_reader_info *const info = vy_reader_info(reader);
    if (info->chans < 1 || info->chans > VY_READER_CHANS || info->sr_hz < 1000)
        abort();
    const float *chan[VY_READER_CHANS] = {NULL};
    volatile float sum = 0;
    size_t n = 1;
    for (size_t all = 0; n && all < MOST; all += n) {
        if (vy_reader_next(reader, chan, &n, err)) {
            if (!err->message[0])
                abort();
            return;
        }
        if (n > VY_READER_BLOCK)
            abort();
        for (uint32_t c = 0; c < info->chans; c++)
            for (size_t i = 0; i < n; i++)
                sum = chan[c][i];
    }
    (void)sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const int file = memfd_create("fuzz", 0);
    if (file < 0)
        return 0;
    if (size == 0 || write(file, data, size) == (ssize_t)size) {
        char path[64];
        snprintf(path, sizeof path, "/proc/self/fd/%d", file);
        struct vy_reader *reader = NULL;
        struct vy_err err = {.at = -1};
        if (vy_reader_open(path, &reader, &err)) {
            if (!err.message[0] || reader)
                abort();
        } else {
            read_all(reader, &err);
        }
        vy_reader_close(reader);
    }
    close(file);
    return 0;
}
