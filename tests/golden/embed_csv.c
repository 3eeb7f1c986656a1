// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: embed_csv [--raw | --all] FILE...     id,v1,v2,... of each sound, for scorers
// The aspect of timbre; --all: all aspects, each times the root of its weight, so that a plain
// cosine ranks as vy_embed_score does; --raw: the measures before the projection, for the trainer.
#include "listen/embed.h"
#include "listen/stft.h"
#include "listen/timbre.h"
#include "sound/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum what { TIMBRE, RAW, ALL };

static void to_embed(void *arg, const struct vy_hop *hop)
{
    vy_embed_hop(arg, hop);
}

static void to_timbre(void *arg, const struct vy_hop *hop)
{
    struct vy_timbre_frame frame;
    vy_timbre_hear(arg, hop, &frame);
    vy_timbre_take(arg, &frame);
}

static void hear(const struct vy_sound *sound, vy_hop_fn *fn, void *arg)
{
    struct vy_stft *stft;
    float mono[4096];
    if (vy_stft_new(sound->sr_hz, 2048, 512, fn, arg, &stft))
        abort();
    for (uint32_t at = 0; at < sound->frames;) {
        uint32_t n = 0;
        for (; n < 4096 && at < sound->frames; n++, at++)
            mono[n] = 0.5f * (sound->chan[0][at] + sound->chan[1][at]);
        vy_stft_push(stft, mono, n);
    }
    vy_stft_finish(stft);
    vy_stft_destroy(stft);
}

static void print_row(const char *path, const float *value, uint32_t n)
{
    const char *const slash = strrchr(path, '/'), *const name = slash ? slash + 1 : path;
    const char *const dot = strrchr(name, '.');
    printf("%.*s", dot ? (int)(dot - name) : (int)strlen(name), name);
    for (uint32_t i = 0; i < n; i++)
        printf(",%.7g", (double)value[i]);
    putchar('\n');
}

static void print_embedding(const char *path, struct vy_embedding *e, enum what what)
{
    for (uint32_t a = 0; a < VY_ASPECTS; a++)
        for (uint32_t i = 0; i < vy_aspects[a].n; i++)
            e->v[vy_aspects[a].at + i] *= sqrtf(vy_aspects[a].weight);
    print_row(path, e->v, what == ALL ? VY_EMBED_DIM : vy_aspects[VY_ASPECT_TIMBRE].n);
}

static int one_file(const char *path, enum what what)
{
    struct vy_sound sound;
    struct vy_err err;
    if (vy_sound_read(path, &sound, &err)) {
        fprintf(stderr, "embed_csv: %s: %s\n", path, err.message);
        return 1;
    }
    const struct vy_hop_shape shape = {sound.sr_hz, 2048, 512, 1025};
    if (what == RAW) {
        struct vy_timbre *timbre;
        float raw[VY_TIMBRE_RAW];
        if (vy_timbre_new(&shape, 0, VY_EMBED_ALL_HZ, &timbre))
            abort();
        hear(&sound, to_timbre, timbre);
        vy_timbre_raw(timbre, raw);
        print_row(path, raw, VY_TIMBRE_RAW);
        vy_timbre_destroy(timbre);
    } else {
        struct vy_embed *embed;
        struct vy_embedding embedding;
        if (vy_embed_new(&shape, 0, VY_EMBED_ALL_HZ, &embed))
            abort();
        hear(&sound, to_embed, embed);
        vy_embed_read(embed, &embedding);
        print_embedding(path, &embedding, what);
        vy_embed_destroy(embed);
    }
    vy_sound_clear(&sound);
    return 0;
}

int main(int argc, char **argv)
{
    int failed = argc < 2, first = 1;
    enum what what = TIMBRE;
    if (argc > 1 && !strcmp(argv[1], "--raw"))
        what = RAW, first++;
    else if (argc > 1 && !strcmp(argv[1], "--all"))
        what = ALL, first++;
    for (int i = first; i < argc; i++)
        failed |= one_file(argv[i], what);
    return failed;
}
