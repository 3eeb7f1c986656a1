// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Who may have how much memory. Whatever is big (a worker, a model) reserves before it loads; when
// there is no room, what is loaded and idle is given up, the longest idle first; when that is not
// enough the answer is no, with the numbers. It counts promises, not pages: what the machine really
// has is health's to watch.
#ifndef VY_JOBS_LEDGER_H
#define VY_JOBS_LEDGER_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

enum vy_pool { VY_POOL_RAM, VY_POOL_VRAM };
#define VY_POOLS 2
#define VY_LEDGER_MAX 128u

/// What is asked for. Strings are copied.
struct vy_ledger_model {
    const char *name;         ///< "worker of job 12", "clap"
    uint64_t bytes[VY_POOLS]; ///< of each pool
    /// Give the memory back now; called for an idle one that has to go. NULL: it cannot be evicted.
    void (*evict)(void *arg);
    void *arg;
};

struct vy_ledger_entry {
    uint32_t id; ///< 0 = free
    char name[64];
    uint64_t bytes[VY_POOLS];
    void (*evict)(void *arg);
    void *arg;
    bool busy;
    uint64_t used_at; ///< a count that rises: the smaller, the longer idle
};

/// Visible so that it can be placed and read. Main thread.
struct vy_ledger {
    uint64_t limit[VY_POOLS]; ///< bytes; 0 = none of it may be reserved
    struct vy_ledger_entry entry[VY_LEDGER_MAX];
    uint32_t ids;
    uint64_t clock;
    uint64_t evictions; ///< so far
};

void vy_ledger_init(struct vy_ledger *ledger, uint64_t ram, uint64_t vram);

/// Change the budgets; what is reserved stays.
void vy_ledger_limit(struct vy_ledger *ledger, uint64_t ram, uint64_t vram);

/// Reserve, busy. Nothing is evicted when that would not be enough.
/// @param id  for the other functions
/// @return VY_TOO_BIG: more than the whole budget, it will never fit; VY_BUSY: later perhaps. The
///         message has the numbers and who holds most
VY_MUST_CHECK vy_status vy_ledger_reserve(struct vy_ledger *ledger,
                                          const struct vy_ledger_model *model, uint32_t *id,
                                          struct vy_err *err);
/// Would it be granted? The same statuses and messages; changes nothing.
VY_MUST_CHECK vy_status vy_ledger_fits(const struct vy_ledger *ledger,
                                       const struct vy_ledger_model *model, struct vy_err *err);
/// In use, or loaded and idle. Unknown ids are ignored here and below: it may have been evicted.
void vy_ledger_use(struct vy_ledger *ledger, uint32_t id, bool busy);
/// Its memory is free again. Does not call evict.
void vy_ledger_release(struct vy_ledger *ledger, uint32_t id);
/// Is it still there?
bool vy_ledger_has(const struct vy_ledger *ledger, uint32_t id);

/// Evict everything that is idle. @return bytes given back, both pools
uint64_t vy_ledger_evict_idle(struct vy_ledger *ledger);

/// Bytes reserved.
uint64_t vy_ledger_used(const struct vy_ledger *ledger, enum vy_pool pool);

#endif
