// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/music.h"

#include <stdlib.h>

struct vy_music {
    struct vy_hop_shape shape;
    uint64_t hops;
};

const char *vy_pitch_class_name(int pitch_class)
{
    static const char *const name[] = {"C",  "C#", "D",  "D#", "E",  "F",
                                       "F#", "G",  "G#", "A",  "A#", "B"};
    return name[(pitch_class % 12 + 12) % 12];
}

vy_status vy_music_new(const struct vy_hop_shape *shape, struct vy_music **music)
{
    *music = NULL;
    if (shape->sr_hz < 32000 || shape->sr_hz > 50000 || shape->n_fft != 2048 || shape->hop != 512)
        return VY_BAD_ARG;
    struct vy_music *const m = calloc(1, sizeof *m);
    if (!m)
        return VY_NO_MEMORY;
    m->shape = *shape;
    *music = m;
    return VY_OK;
}

void vy_music_destroy(struct vy_music *music)
{
    free(music);
}

vy_status vy_music_hop(struct vy_music *music, const struct vy_hop *hop)
{
    (void)hop;
    music->hops++;
    return VY_OK;
}

vy_status vy_music_finish(struct vy_music *music, struct vy_arena *arena,
                          struct vy_music_found *found)
{
    (void)music;
    (void)arena;
    *found = (struct vy_music_found){.key = -1};
    return VY_OK;
}
