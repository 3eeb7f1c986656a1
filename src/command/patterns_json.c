// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Patterns as JSON and as lines.
#include "command/patterns_inside.h"
#include "command/library.h"
#include "base/json.h"

#include <math.h>
#include <string.h>

// The kinds, the evidence and the motion: what a record keeps in its parameters.
static void add_judgement(json_t *object, const struct vy_ear_pattern *p)
{
    json_t *const kinds = json_object(), *const evidence = json_object();
    for (int k = 0; k < VY_EAR_KINDS; k++)
        json_object_set_new(kinds, vy_ear_pattern_kind_name((enum vy_ear_pattern_kind)k),
                            json_real((double)p->probability[k]));
    for (int e = 0; e < VY_EVIDENCES; e++)
        json_object_set_new(evidence, vy_evidence_name((enum vy_evidence)e),
                            vy_json_number((double)p->evidence[e]));
    json_object_set_new(object, "probabilities", kinds);
    json_object_set_new(object, "evidence", evidence);
    json_object_set_new(object, "motion",
                        json_pack("{s:s, s:s, s:f, s:f}", "type", vy_motion_name(p->motion), "of",
                                  p->motion_of_pitch ? "pitch" : "brightness", "octaves",
                                  (double)p->motion_intensity, "rate_hz",
                                  (double)p->motion_rate_hz));
    json_object_set_new(object, "phase", json_string(vy_phase_name(p->phase)));
}

json_t *vy_ear_pattern_json(const struct vy_ear_pattern *p)
{
    char reason[512];
    vy_ear_pattern_reason(p, reason, sizeof reason);
    json_t *const object = json_pack("{s:f, s:f, s:f, s:f, s:s, s:f, s:s}", "start", p->start_s,
                                     "end", p->end_s, "low", (double)p->low_hz, "high",
                                     (double)p->high_hz, "type", vy_ear_pattern_kind_name(p->kind),
                                     "confidence", (double)p->confidence, "reason", reason);
    add_judgement(object, p);
    json_object_set_new(object, "centroid_hz", vy_json_number((double)p->centroid_hz));
    json_object_set_new(object, "spread_hz", vy_json_number((double)p->spread_hz));
    json_object_set_new(object, "rolloff_hz", vy_json_number((double)p->rolloff_hz));
    json_object_set_new(object, "level_db", vy_json_number((double)p->level_db));
    json_t *const aspects = json_array();
    for (int a = 0; a < VY_ASPECTS; a++)
        if (p->embedding.has >> a & 1)
            json_array_append_new(aspects, json_string(vy_aspects[a].name));
    json_object_set_new(object, "aspects", aspects);
    return object;
}

json_t *vy_pattern_parameters(const struct vy_ear_pattern *p)
{
    json_t *const object = json_object();
    add_judgement(object, p);
    return object;
}

json_t *vy_related_json(const struct vy_related *related)
{
    return json_pack("{s:s, s:f, s:s}", "type", vy_relation_name(related->relation), "score",
                     (double)related->score, "reason", related->reason);
}

void vy_pattern_line(struct vy_buf *text, double start_s, double end_s, double low_hz,
                     double high_hz, const char *type, double confidence, const char *more)
{
    vy_buf_add(text, "%8.2f -%8.2f s  %5.0f - %5.0f Hz  %-10s %4.2f  %s", start_s, end_s,
               isfinite(low_hz) ? low_hz : 0, isfinite(high_hz) ? high_hz : 20000, type,
               isfinite(confidence) ? confidence : 0, more);
}

void vy_pattern_of_record(const struct vy_pattern_record *record, struct vy_ear_pattern *pattern)
{
    *pattern = (struct vy_ear_pattern){
        .start_s = record->start_s,
        .end_s = record->end_s,
        .low_hz = isfinite(record->low_hz) ? (float)record->low_hz : 20,
        .high_hz = isfinite(record->high_hz) ? (float)record->high_hz : 20000,
    };
    if (record->features != VY_EMBED_DIM || strcmp(record->extractor, VY_PATTERNS_EXTRACTOR) != 0)
        return;
    memcpy(pattern->embedding.v, record->feature, sizeof pattern->embedding.v);
    for (uint32_t a = 0; a < VY_ASPECTS; a++)
        for (uint32_t i = 0; i < vy_aspects[a].n; i++)
            if (fabsf(record->feature[vy_aspects[a].at + i]) > 0)
                pattern->embedding.has |= 1u << a;
}
