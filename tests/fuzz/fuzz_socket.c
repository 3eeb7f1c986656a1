// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as requests of a client of the socket.
#include "serve/protocol.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const char *text, size_t length)
{
    struct vy_want want;
    struct vy_err err = {.at = -1};
    const vy_status status = vy_want_read(text, length, &want, &err);
    if (status && (!err.message[0] || err.at > (int)length))
        abort();
    const bool line = want.kind == VY_WANT_LINE || want.kind == VY_WANT_COMPLETE;
    if (!status && line && (!want.line || want.length > VY_REQUEST_MAX || want.at > want.length))
        abort();
    if (!status && want.kind == VY_WANT_SUBSCRIBE && !(want.rate_hz > 0))
        abort();
    vy_want_clear(&want);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *line = (const char *)data, *const end = line + size;
    for (int i = 0; line < end && i < 64; i++) {
        const char *const stop = memchr(line, '\n', (size_t)(end - line));
        check(line, (size_t)((stop ? stop : end) - line));
        line = stop ? stop + 1 : end;
    }
    return 0;
}
