// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: test_similarity FOLDER     TAP: does the same instrument come together?
// FOLDER has labels.json (family of each sound, five of each) and the sounds. Precision@4: how many
// of the four nearest are of the family. MFCC with mean and spread reach 0.367
// (FOLDER/../README.md).
#include "listen/embed.h"
#include "listen/stft.h"
#include "sound/file.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MOST 200
#define NEAREST 4
#define TARGET 0.60

struct sound {
    const char *family;
    struct vy_embedding embedding;
};

static void on_hop(void *arg, const struct vy_hop *hop)
{
    vy_embed_hop(arg, hop);
}

static bool hear(const char *path, struct vy_embedding *embedding)
{
    struct vy_sound sound;
    struct vy_err err;
    struct vy_embed *embed = NULL;
    struct vy_stft *stft = NULL;
    if (vy_sound_read(path, &sound, &err))
        return false;
    const struct vy_hop_shape shape = {sound.sr_hz, 2048, 512, 1025};
    const bool fine = !vy_embed_new(&shape, 0, VY_EMBED_ALL_HZ, &embed) &&
                      !vy_stft_new(sound.sr_hz, 2048, 512, on_hop, embed, &stft);
    if (fine) {
        vy_stft_push(stft, sound.chan[0], sound.frames); // they are mono
        vy_stft_finish(stft);
        vy_embed_read(embed, embedding);
    }
    vy_stft_destroy(stft);
    vy_embed_destroy(embed);
    vy_sound_clear(&sound);
    return fine;
}

static double precision(const struct sound *sound, uint32_t n, const float *weight)
{
    uint32_t right = 0;
    for (uint32_t q = 0; q < n; q++) {
        bool taken[MOST] = {false};
        taken[q] = true;
        for (uint32_t k = 0; k < NEAREST; k++) {
            uint32_t best = q;
            float top = -INFINITY;
            for (uint32_t i = 0; i < n; i++) {
                const float score =
                    vy_embed_score(&sound[q].embedding, &sound[i].embedding, weight, NULL);
                if (!taken[i] && score > top) {
                    top = score;
                    best = i;
                }
            }
            taken[best] = true;
            right += best != q && strcmp(sound[q].family, sound[best].family) == 0;
        }
    }
    return right / (double)(n * NEAREST);
}

static void tell(int number, const char *what, double value)
{
    printf("%sok %d - precision@4 %s is %.2f at least: %.3f\n", value >= TARGET ? "" : "not ",
           number, what, TARGET, value);
}

int main(int argc, char **argv)
{
    static struct sound sound[MOST];
    static const float timbre[VY_ASPECTS] = {[VY_ASPECT_TIMBRE] = 1};
    char path[4096];
    uint32_t n = 0;
    size_t i;
    json_t *row;
    if (argc != 2)
        return 2;
    snprintf(path, sizeof path, "%s/labels.json", argv[1]);
    json_t *const labels = json_load_file(path, 0, NULL);
    if (!labels) {
        puts("1..0 # SKIP skipped: ../shared is not there");
        return 0;
    }
    json_array_foreach(json_object_get(labels, "sounds"), i, row)
    {
        const char *const file = json_string_value(json_object_get(row, "file"));
        sound[n].family = json_string_value(json_object_get(row, "family"));
        snprintf(path, sizeof path, "%s/%s", argv[1], file ? file : "");
        if (n < MOST - 1 && sound[n].family && hear(path, &sound[n].embedding))
            n++;
        else
            printf("# %s cannot be read\n", path);
    }
    puts("1..2");
    tell(1, "by timbre alone", precision(sound, n, timbre));
    tell(2, "by the usual weights", precision(sound, n, NULL));
    json_decref(labels);
    return 0;
}
