// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/ears_vectors.h"

#include "command/ears.h"
#include "listen/spectral.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define CEPSTRA (VY_MFCC - 1) // without the level

struct vy_ears_vectors {
    struct vy_hop_shape shape;
    struct vy_spectral *spectral;
    uint64_t hops;
};

void vy_ears_layout(struct vy_layout *layout, float weight[VY_SPACES])
{
    *layout = (struct vy_layout){VY_EARS_VECTORS,
                                 3,
                                 {{"timbre", 2 * CEPSTRA, VY_METRIC_COSINE},
                                  {"brightness", 1, VY_METRIC_DISTANCE},
                                  {"length", 1, VY_METRIC_DISTANCE}}};
    memset(weight, 0, VY_SPACES * sizeof *weight);
    weight[0] = 1;
    weight[1] = weight[2] = 0.1f;
}

vy_status vy_ears_vectors_new(const struct vy_hop_shape *shape, struct vy_ears_vectors **vectors)
{
    struct vy_ears_vectors *const v = calloc(1, sizeof *v);
    *vectors = v;
    if (!v)
        return VY_NO_MEMORY;
    v->shape = *shape;
    return vy_spectral_new(shape, VY_SPECTRAL_SUMMARY, 0, &v->spectral);
}

void vy_ears_vectors_hop(struct vy_ears_vectors *vectors, const struct vy_hop *hop)
{
    if (vectors->spectral)
        vy_spectral_hop(vectors->spectral, hop);
    vectors->hops++;
}

void vy_ears_vectors_read(struct vy_ears_vectors *vectors, float *row)
{
    struct vy_spectral_found *const found = calloc(1, sizeof *found);
    if (!found || !vectors->spectral) {
        memset(row, 0, (2 * CEPSTRA + 2) * sizeof *row);
        free(found);
        return;
    }
    vy_spectral_finish(vectors->spectral, found);
    memcpy(row, found->mfcc_mean + 1, CEPSTRA * sizeof *row);
    memcpy(row + CEPSTRA, found->mfcc_std + 1, CEPSTRA * sizeof *row);
    row[2 * CEPSTRA] = log2f(found->centroid_hz.mean);
    row[2 * CEPSTRA + 1] =
        log2f((float)(vectors->hops * vectors->shape.hop) / (float)vectors->shape.sr_hz);
    free(found);
}

void vy_ears_vectors_reset(struct vy_ears_vectors *vectors)
{
    vy_spectral_destroy(vectors->spectral);
    vectors->spectral = NULL;
    vectors->hops = 0;
    if (vy_spectral_new(&vectors->shape, VY_SPECTRAL_SUMMARY, 0, &vectors->spectral))
        vectors->spectral = NULL;
}

void vy_ears_vectors_destroy(struct vy_ears_vectors *vectors)
{
    if (!vectors)
        return;
    vy_spectral_destroy(vectors->spectral);
    free(vectors);
}
