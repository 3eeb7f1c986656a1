// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/health_json.h"

#include "base/json.h"

#include <math.h>

#define MIB 1048576.0

static const char *const level_name[] = {"fine", "warning", "critical"};

// What an action is called in JSON, and what it means.
static const struct {
    enum vy_health_action action;
    const char *name, *text;
} actions[] = {{VY_HEALTH_PAUSE, "pause", "jobs wait"},
               {VY_HEALTH_UNLOAD, "unload", "idle memory is given back"},
               {VY_HEALTH_BYPASS, "bypass", "the dry path is on"}};

// Of a number that people read: 0.25, 3.2, 78920.
static int digits(double value)
{
    return fabs(value) >= 100 || value == rint(value) ? 0 : fabs(value) >= 1 ? 1 : 2;
}

static void why(const struct vy_health *health, int i, struct vy_buf *text)
{
    const struct vy_health_row *const row = &health->row[i];
    const struct vy_health_level *const of = &health->of[i];
    const double limit = of->level == 2 ? row->critical : row->warning;
    vy_buf_add(text, "%s ", row->name);
    if (isnan(of->value))
        vy_buf_add(text, "not known any more");
    else
        vy_buf_add(text, "%.*f %s, %s %.*f", digits(of->value), of->value, row->unit,
                   row->falls ? "at least" : "at most", digits(limit), limit);
    vy_buf_add(text, ": %s", row->text);
}

json_t *vy_health_json(const struct vy_health *health)
{
    json_t *const reasons = json_array(), *const rows = json_array(), *const doing = json_array();
    for (int i = 0; i < VY_INDICATORS; i++) {
        const struct vy_health_row *const row = &health->row[i];
        const struct vy_health_level *const of = &health->of[i];
        json_array_append_new(rows,
                              json_pack("{s:s,s:o,s:s,s:s,s:f,s:f,s:s}", "name", row->name, "value",
                                        vy_json_number(of->value), "unit", row->unit, "level",
                                        level_name[of->level], "warning", row->warning, "critical",
                                        row->critical, "text", row->text));
        if (of->level == 0)
            continue;
        struct vy_buf text = {0};
        why(health, i, &text);
        json_array_append_new(reasons, json_string(text.text ? text.text : row->name));
        vy_buf_clear(&text);
    }
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (health->actions & actions[i].action)
            json_array_append_new(doing, json_string(actions[i].name));
    return json_pack("{s:s,s:f,s:o,s:o,s:o}", "state", vy_health_state_name(health->state),
                     "since_s", health->t - health->since, "why", reasons, "doing", doing,
                     "indicators", rows);
}

void vy_health_text(const struct vy_health *health, struct vy_buf *text)
{
    const char *before = ": ";
    vy_buf_add(text, "%s", vy_health_state_name(health->state));
    for (int i = 0; i < VY_INDICATORS; i++)
        if (health->of[i].level > 0) {
            vy_buf_add(text, "%s", before);
            why(health, i, text);
            before = "; ";
        }
    for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
        if (health->actions & actions[i].action)
            vy_buf_add(text, "; %s", actions[i].text);
}

static json_t *pool_json(const struct vy_ledger *ledger, enum vy_pool pool)
{
    return json_pack("{s:f,s:f}", "used_mb", (double)vy_ledger_used(ledger, pool) / MIB, "limit_mb",
                     (double)ledger->limit[pool] / MIB);
}

json_t *vy_ledger_json(const struct vy_ledger *ledger)
{
    json_t *const holders = json_array();
    for (uint32_t i = 0; i < VY_LEDGER_MAX; i++) {
        const struct vy_ledger_entry *const e = &ledger->entry[i];
        if (e->id)
            json_array_append_new(holders, json_pack("{s:s,s:f,s:f,s:b}", "name", e->name, "ram_mb",
                                                     (double)e->bytes[VY_POOL_RAM] / MIB, "vram_mb",
                                                     (double)e->bytes[VY_POOL_VRAM] / MIB, "busy",
                                                     (int)e->busy));
    }
    return json_pack("{s:o,s:o,s:o,s:I}", "ram", pool_json(ledger, VY_POOL_RAM), "vram",
                     pool_json(ledger, VY_POOL_VRAM), "holders", holders, "evictions",
                     (json_int_t)ledger->evictions);
}
