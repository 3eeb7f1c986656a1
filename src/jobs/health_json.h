// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Health as programs and people read it.
#ifndef VY_JOBS_HEALTH_JSON_H
#define VY_JOBS_HEALTH_JSON_H

#include "base/text.h"
#include "jobs/health.h"
#include "jobs/ledger.h"

#include <jansson.h>

/// {"state":"degraded","since_s":12,"why":["disk 1200 MB free, at least 2000: room where takes
/// lie"],"doing":["pause"],"indicators":[{"name","value","unit","level","warning","critical",
/// "text"}]}; value null = not known. since_s: how long this state holds. Caller decrefs.
json_t *vy_health_json(const struct vy_health *health);

/// One line: "degraded: disk 1200 MB free, at least 2000: room where takes lie; jobs wait".
void vy_health_text(const struct vy_health *health, struct vy_buf *text);

/// {"ram":{"used_mb","limit_mb"},"vram":{..},"holders":[{"name","ram_mb","vram_mb","busy"}],
/// "evictions"}. Caller decrefs.
json_t *vy_ledger_json(const struct vy_ledger *ledger);

#endif
