// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as a MIDI stream: events hold what their kind allows, and read the same again.
#include "sound/midi.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vy_midi_decoder decoder = {0};
    for (size_t i = 0; i < size; i++) {
        struct vy_midi_event event, again;
        struct vy_midi_decoder fresh = {0};
        uint8_t bytes[3];
        bool same = false;
        if (!vy_midi_decode(&decoder, data[i], &event))
            continue;
        if (event.chan > 15 || event.a > 127 || event.b > 127 || event.value > 16383)
            abort();
        const size_t n = vy_midi_encode(&event, bytes);
        for (size_t k = 0; k < n; k++)
            same = vy_midi_decode(&fresh, bytes[k], &again);
        if (!same || again.kind != event.kind || again.chan != event.chan || again.a != event.a)
            abort();
    }
    return 0;
}
