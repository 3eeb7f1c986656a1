// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/ledger.h"

#include "base/text.h"

#include <string.h>

#define MIB (1u << 20)

static const char *const pool_name[VY_POOLS] = {"memory", "graphics memory"};

void vy_ledger_init(struct vy_ledger *ledger, uint64_t ram, uint64_t vram)
{
    memset(ledger, 0, sizeof *ledger);
    vy_ledger_limit(ledger, ram, vram);
}

void vy_ledger_limit(struct vy_ledger *ledger, uint64_t ram, uint64_t vram)
{
    ledger->limit[VY_POOL_RAM] = ram;
    ledger->limit[VY_POOL_VRAM] = vram;
}

static struct vy_ledger_entry *entry_of(const struct vy_ledger *ledger, uint32_t id)
{
    for (uint32_t i = 0; id && i < VY_LEDGER_MAX; i++)
        if (ledger->entry[i].id == id)
            return (struct vy_ledger_entry *)&ledger->entry[i];
    return NULL;
}

static bool can_go(const struct vy_ledger_entry *entry)
{
    return entry->id && !entry->busy && entry->evict;
}

uint64_t vy_ledger_used(const struct vy_ledger *ledger, enum vy_pool pool)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < VY_LEDGER_MAX; i++)
        if (ledger->entry[i].id)
            sum += ledger->entry[i].bytes[pool];
    return sum;
}

static uint64_t idle(const struct vy_ledger *ledger, enum vy_pool pool)
{
    uint64_t sum = 0;
    for (uint32_t i = 0; i < VY_LEDGER_MAX; i++)
        if (can_go(&ledger->entry[i]))
            sum += ledger->entry[i].bytes[pool];
    return sum;
}

// How much of a pool is missing when `held` of it is taken.
static uint64_t missing(const struct vy_ledger *ledger, const struct vy_ledger_model *model,
                        enum vy_pool pool, uint64_t held)
{
    const uint64_t limit = ledger->limit[pool], wanted = model->bytes[pool];
    if (wanted == 0)
        return 0;
    if (wanted > limit)
        return wanted - limit;
    return held > limit - wanted ? held - (limit - wanted) : 0;
}

// Who holds most of a pool and will not go.
static const struct vy_ledger_entry *largest(const struct vy_ledger *ledger, enum vy_pool pool)
{
    const struct vy_ledger_entry *most = NULL;
    for (uint32_t i = 0; i < VY_LEDGER_MAX; i++) {
        const struct vy_ledger_entry *const e = &ledger->entry[i];
        if (e->id && !can_go(e) && e->bytes[pool] && (!most || e->bytes[pool] > most->bytes[pool]))
            most = e;
    }
    return most;
}

static vy_status refuse(const struct vy_ledger *ledger, const struct vy_ledger_model *model,
                        enum vy_pool pool, struct vy_err *err)
{
    const unsigned long long wanted = model->bytes[pool] / MIB, limit = ledger->limit[pool] / MIB;
    if (model->bytes[pool] > ledger->limit[pool])
        return vy_fail(err, VY_TOO_BIG, -1, "%.60s needs %llu MiB of %s and the budget is %llu",
                       model->name, wanted, pool_name[pool], limit);
    const uint64_t held = vy_ledger_used(ledger, pool) - idle(ledger, pool);
    const uint64_t left = held < ledger->limit[pool] ? ledger->limit[pool] - held : 0;
    const struct vy_ledger_entry *const most = largest(ledger, pool);
    return vy_fail(err, VY_BUSY, -1,
                   "%.60s needs %llu MiB of %s and %llu of %llu are to be had (%.40s holds %llu)",
                   model->name, wanted, pool_name[pool], (unsigned long long)left / MIB, limit,
                   most ? most->name : "nobody",
                   (unsigned long long)(most ? most->bytes[pool] / MIB : 0));
}

static void evict(struct vy_ledger *ledger, struct vy_ledger_entry *entry)
{
    void (*const let_go)(void *arg) = entry->evict;
    void *const arg = entry->arg;
    memset(entry, 0, sizeof *entry); // first: whoever is told may reserve
    ledger->evictions++;
    let_go(arg);
}

static struct vy_ledger_entry *longest_idle(struct vy_ledger *ledger, enum vy_pool pool)
{
    struct vy_ledger_entry *oldest = NULL;
    for (uint32_t i = 0; i < VY_LEDGER_MAX; i++) {
        struct vy_ledger_entry *const e = &ledger->entry[i];
        if (can_go(e) && e->bytes[pool] && (!oldest || e->used_at < oldest->used_at))
            oldest = e;
    }
    return oldest;
}

vy_status vy_ledger_fits(const struct vy_ledger *ledger, const struct vy_ledger_model *model,
                         struct vy_err *err)
{
    for (int p = 0; p < VY_POOLS; p++) {
        const enum vy_pool pool = (enum vy_pool)p;
        const uint64_t stays = vy_ledger_used(ledger, pool) - idle(ledger, pool);
        if (missing(ledger, model, pool, stays))
            return refuse(ledger, model, pool, err);
    }
    return VY_OK;
}

vy_status vy_ledger_reserve(struct vy_ledger *ledger, const struct vy_ledger_model *model,
                            uint32_t *id, struct vy_err *err)
{
    const vy_status status = vy_ledger_fits(ledger, model, err);
    *id = 0;
    if (status)
        return status;
    for (int p = 0; p < VY_POOLS; p++) {
        const enum vy_pool pool = (enum vy_pool)p;
        struct vy_ledger_entry *entry;
        while (missing(ledger, model, pool, vy_ledger_used(ledger, pool)) &&
               (entry = longest_idle(ledger, pool)))
            evict(ledger, entry);
    }
    for (uint32_t i = 0; i < VY_LEDGER_MAX; i++) {
        struct vy_ledger_entry *const entry = &ledger->entry[i];
        if (entry->id)
            continue;
        *entry = (struct vy_ledger_entry){.id = ++ledger->ids,
                                          .bytes = {model->bytes[0], model->bytes[1]},
                                          .evict = model->evict,
                                          .arg = model->arg,
                                          .busy = true,
                                          .used_at = ++ledger->clock};
        vy_text_copy(entry->name, sizeof entry->name, model->name);
        *id = entry->id;
        return VY_OK;
    }
    return vy_fail(err, VY_BUSY, -1,
                   "%u things have memory reserved, which is as many as there may be",
                   VY_LEDGER_MAX);
}

void vy_ledger_use(struct vy_ledger *ledger, uint32_t id, bool busy)
{
    struct vy_ledger_entry *const entry = entry_of(ledger, id);
    if (!entry)
        return;
    entry->busy = busy;
    entry->used_at = ++ledger->clock;
}

void vy_ledger_release(struct vy_ledger *ledger, uint32_t id)
{
    struct vy_ledger_entry *const entry = entry_of(ledger, id);
    if (entry)
        memset(entry, 0, sizeof *entry);
}

bool vy_ledger_has(const struct vy_ledger *ledger, uint32_t id)
{
    return entry_of(ledger, id) != NULL;
}

uint64_t vy_ledger_evict_idle(struct vy_ledger *ledger)
{
    uint64_t bytes = 0;
    for (uint32_t i = 0; i < VY_LEDGER_MAX; i++) {
        struct vy_ledger_entry *const entry = &ledger->entry[i];
        if (!can_go(entry))
            continue;
        bytes += entry->bytes[VY_POOL_RAM] + entry->bytes[VY_POOL_VRAM];
        evict(ledger, entry);
    }
    return bytes;
}
