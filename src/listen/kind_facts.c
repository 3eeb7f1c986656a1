// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/kind.h"

#define FACT(name)                                  \
    {                                               \
#name, offsetof(struct vy_kind_facts, name) \
    }

static const struct {
    const char *name;
    size_t offset;
} fact[] = {
    FACT(seconds),
    FACT(peak_db),
    FACT(attack_s),
    FACT(body_s),
    FACT(decay_db_s),
    FACT(decay_fit),
    FACT(head_db),
    FACT(tail_db),
    FACT(attacks),
    FACT(attacks_s),
    FACT(attack_db),
    FACT(syllables),
    FACT(quiet_share),
    FACT(spread_db),
    FACT(flatness_db),
    FACT(flatness_spread_db),
    FACT(contrast_db),
    FACT(contrast_spread_db),
    FACT(centroid_hz),
    FACT(rolloff_hz),
    FACT(slope_db_oct),
    FACT(flux),
    FACT(bass_share),
    FACT(silence_share),
    FACT(crest_db),
    FACT(range_lu),
    FACT(width),
    FACT(voiced_share),
    FACT(onsets_s),
    FACT(drums_s),
    FACT(chords_s),
    FACT(key_confidence),
    FACT(minor),
    FACT(tempo_bpm),
    FACT(pulse_confidence),
    FACT(beats_per_bar),
    FACT(swing),
    FACT(whole_bars),
    FACT(four_floor),
    FACT(backbeat),
    FACT(half_time),
};
#define FACTS (sizeof fact / sizeof *fact)
_Static_assert(FACTS * sizeof(float) == sizeof(struct vy_kind_facts), "every fact has its name");

const char *vy_kind_fact_at(size_t i, size_t *offset)
{
    if (i >= FACTS)
        return NULL;
    *offset = fact[i].offset;
    return fact[i].name;
}
