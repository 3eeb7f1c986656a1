// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The parts of an analysis that say how a piece is built and what a sound is like.
#include "command/analyze.h"

#include "listen/turning.h"

#include <math.h>

static json_t *rounded(double x)
{
    return json_real(round(x * 1e4) / 1e4);
}

static json_t *repeats_json(const struct vy_music_found *m)
{
    json_t *const list = json_array();
    for (uint32_t i = 0; i < m->repeats; i++) {
        const struct vy_repeat *const r = &m->repeat[i];
        json_array_append_new(
            list, json_pack("{s:o,s:o,s:o,s:o,s:o}", "start", rounded(r->start_s), "end",
                            rounded(r->end_s), "again", rounded(r->again_s), "again_end",
                            rounded(r->again_end_s), "score", rounded((double)r->score)));
    }
    return list;
}

static json_t *turnings_json(const struct vy_music_found *m)
{
    json_t *const list = json_array();
    for (uint32_t i = 0; i < m->turnings; i++) {
        const struct vy_turning *const t = &m->turning[i];
        json_array_append_new(list,
                              json_pack("{s:s,s:o,s:o,s:o}", "kind", vy_turning_name(t->kind),
                                        "start", rounded(t->start_s), "end", rounded(t->end_s),
                                        "strength", rounded((double)t->strength)));
    }
    return list;
}

static json_t *shares(const float *share, uint32_t n)
{
    json_t *const list = json_array();
    for (uint32_t i = 0; i < n; i++)
        json_array_append_new(list, rounded((double)share[i]));
    return list;
}

static json_t *groove_json(const struct vy_music_found *m)
{
    json_t *const late = json_array(), *const strength = json_array(), *const share = json_array();
    for (uint32_t i = 0; i < m->groove_steps; i++) {
        json_array_append_new(late, rounded((double)m->groove[i].late_ms));
        json_array_append_new(strength, rounded((double)m->groove[i].strength));
        json_array_append_new(share, rounded((double)m->groove[i].share));
    }
    return json_pack("{s:o,s:o,s:o}", "late_ms", late, "strength", strength, "share", share);
}

static void add_music(json_t *music, const struct vy_music_found *m)
{
    json_t *const at = json_array(), *const value = json_array();
    for (uint32_t i = 0; i < m->novelties; i++) {
        json_array_append_new(at, rounded(m->novelty[i].at_s));
        json_array_append_new(value, rounded((double)m->novelty[i].value));
    }
    const struct vy_drum_map *const map = &m->drum_map;
    if (m->tempo_curve)
        json_object_set_new(music, "tempo_curve", shares(m->tempo_curve, m->beats));
    json_object_set_new(music, "groove", m->groove_steps ? groove_json(m) : json_null());
    json_object_set_new(music, "repeats", repeats_json(m));
    json_object_set_new(music, "turnings", turnings_json(m));
    json_object_set_new(music, "novelty", json_pack("{s:o,s:o}", "at", at, "value", value));
    json_object_set_new(music, "drum_map",
                        map->beats ? json_pack("{s:o,s:o}", "kick", shares(map->kick, map->beats),
                                               "snare", shares(map->snare, map->beats))
                                   : json_null());
}

static json_t *kind_json(const struct vy_kind_found *kind)
{
    json_t *const probability = json_object(), *const reasons = json_array();
    for (int k = 0; k < VY_KINDS; k++)
        json_object_set_new(probability, vy_kind_name((enum vy_kind)k),
                            rounded((double)kind->probability[k]));
    for (uint32_t i = 0; i < kind->reasons; i++)
        json_array_append_new(reasons,
                              json_pack("{s:s,s:o,s:o}", "fact", kind->reason[i].fact, "value",
                                        rounded((double)kind->reason[i].value), "weight",
                                        rounded((double)kind->reason[i].weight)));
    return json_pack("{s:s,s:o,s:o,s:o}", "name", vy_kind_name(kind->kind), "confidence",
                     rounded((double)kind->confidence), "probability", probability, "reasons",
                     reasons);
}

void vy_analysis_add_form(json_t *root, const struct vy_report *report)
{
    json_t *const music = json_object_get(root, "music");
    if (music && report->ears & VY_EAR_MUSIC)
        add_music(music, &report->music);
    if (!(report->ears & VY_EAR_SPECTRUM))
        return;
    json_t *const tags = json_array();
    for (uint32_t i = 0; i < report->tags.count; i++) {
        const struct vy_tag *const t = &report->tags.tag[i];
        json_array_append_new(tags, json_pack("{s:s,s:o,s:s}", "name", t->name, "confidence",
                                              rounded((double)t->confidence), "reason", t->reason));
    }
    json_object_set_new(root, "kind", kind_json(&report->kind));
    json_object_set_new(root, "tags", tags);
}
