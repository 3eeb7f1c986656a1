// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as a pattern of each kind: either an error that names a place, or hits that keep what
// the sequencer relies on. libFuzzer; build with clang -fsanitize=fuzzer,address,undefined.
#include "engine/pattern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool fact)
{
    if (!fact)
        abort();
}

static void check(const struct vy_pattern *p)
{
    require(p->beats > 0 && p->hits <= 4096);
    for (uint32_t i = 0; i < p->hits; i++) {
        const struct vy_hit *const h = &p->hit[i];
        require(h->at >= 0 && h->at < p->beats && (i == 0 || h->at >= p->hit[i - 1].at));
        require(h->length > 0 && isfinite(h->length));
        require(h->velocity > 0 && h->velocity <= 1 && h->chance >= 0 && h->chance <= 1);
        require(h->every >= 1 && h->phase < h->every && h->notes <= VY_CHORD_NOTES);
        require(fabsf(h->nudge_s) <= p->max_nudge_s);
        for (int n = 0; n < h->notes; n++)
            require(h->note[n] > -64 && h->note[n] < 256);
        for (uint16_t k = 0; k < h->locks; k++)
            require(h->lock[k].param[0] && h->lock[k].value[0]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *const text = malloc(size + 1);
    if (!text)
        return 0;
    if (size)
        memcpy(text, data, size);
    text[size] = '\0';
    for (int kind = 0; kind < 3; kind++) {
        struct vy_arena arena = {0};
        struct vy_err err = {0};
        struct vy_pattern *p = NULL, *arp = NULL;
        struct vy_pattern_options o = vy_pattern_defaults((enum vy_pattern_kind)kind);
        o.key_scale = (int)(size % 24);
        const vy_status status = vy_pattern_parse(text, &o, &arena, &p, &err);
        require(!status == (p != NULL));
        if (status)
            require(err.at >= 0 && (size_t)err.at <= strlen(text) && err.message[0]);
        else
            check(p);
        if (p && !vy_pattern_arp(p, (enum vy_arp_mode)(size % 6), 0.25, 2, 0.5f, 1, &arena, &arp))
            check(arp);
        vy_arena_clear(&arena);
    }
    free(text);
    return 0;
}
