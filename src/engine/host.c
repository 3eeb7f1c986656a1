// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "engine/host.h"

#include "base/text.h"
#include "engine/rt/fence.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct vy_host_table {
    struct vy_host_table *next;
    char key[96];
    void *data;
};

struct vy_host_sample {
    struct vy_host_sample *next;
    char *path;
    struct vy_sample *sample;
};

struct vy_host_notes {
    struct vy_host_notes *next;
    uint64_t key;
    struct vy_notes *notes;
    size_t bytes;
    bool used;
};

static void *zeroed(size_t bytes)
{
    bytes = vy_align64(bytes ? bytes : 1);
    void *const p = aligned_alloc(64, bytes);
    if (p)
        memset(p, 0, bytes); // touches every page: none is first touched on the audio thread
    return p;
}

void vy_host_open(struct vy_host *host, const struct vy_catalog *catalog, double sr_hz,
                  uint32_t threads)
{
    *host = (struct vy_host){.catalog = catalog, .sr_hz = sr_hz, .threads = threads};
}

static const void *shared(void *arg, const char *key, size_t bytes,
                          void (*build)(void *, const void *), const void *build_arg)
{
    struct vy_host *const host = arg;
    for (const struct vy_host_table *t = host->table; t; t = t->next)
        if (strcmp(t->key, key) == 0)
            return t->data;
    struct vy_host_table *const t = calloc(1, sizeof *t);
    void *const data = zeroed(bytes);
    if (!t || !data) {
        free(t);
        free(data);
        return NULL;
    }
    vy_text_copy(t->key, sizeof t->key, key);
    t->data = data;
    build(data, build_arg);
    t->next = host->table;
    host->table = t;
    host->bytes += bytes;
    return data;
}

static vy_status load_sample(struct vy_host *host, const char *path, struct vy_sample **sample,
                             struct vy_err *err)
{
    *sample = NULL;
    if (!path)
        return VY_OK;
    for (struct vy_host_sample *s = host->sample; s; s = s->next)
        if (strcmp(s->path, path) == 0) {
            *sample = s->sample;
            return VY_OK;
        }
    if (!host->catalog->load)
        return vy_fail(err, VY_ABSENT, -1, "%s: sound files cannot be read here", path);
    struct vy_host_sample *const s = calloc(1, sizeof *s);
    if (!s)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    s->path = strdup(path);
    const vy_status status = s->path ? host->catalog->load(path, &s->sample, err) : VY_NO_MEMORY;
    if (status) {
        free(s->path);
        free(s);
        return status;
    }
    s->next = host->sample;
    host->sample = s;
    *sample = s->sample;
    return VY_OK;
}

void vy_host_warm(struct vy_host *host, const struct vy_module *module)
{
    const struct vy_cfg cfg = {.sr_hz = (float)host->sr_hz,
                               .shape = {.voices = 1, .chans = 1, .groups = 1},
                               .in_lanes_max = 1,
                               .host = host,
                               .shared = shared};
    void *const mem = zeroed(module->get_size(&cfg));
    if (mem && module->init(mem, &cfg) == 0 && module->deinit)
        module->deinit(mem);
    free(mem);
}

// Free the locks that no plan marked, or all.
static void sweep_locks(struct vy_instance *inst, bool all)
{
    for (struct vy_param_lock **at = &inst->lock; *at;) {
        struct vy_param_lock *const lock = *at;
        if (lock->used && !all) {
            at = &lock->next;
            continue;
        }
        *at = lock->next;
        free(lock->value);
        free(lock->held);
        free(lock);
    }
}

static void destroy_instance(struct vy_host *host, struct vy_instance *inst)
{
    if (!inst)
        return;
    if (inst->mem && inst->module->deinit)
        inst->module->deinit(inst->mem);
    host->bytes -= inst->bytes;
    sweep_locks(inst, true);
    free(inst->block);
    free(inst->state);
    free(inst->ramp);
    free(inst);
}

// The memory a module asks for; that of user modules stands between fences.
static void *make_memory(struct vy_instance *inst, size_t size)
{
    const size_t fence = inst->mark ? VY_FENCE : 0;
    inst->block = zeroed(size + 2 * fence);
    if (!inst->block)
        return NULL;
    inst->mem = (char *)inst->block + fence;
    inst->size = size;
    if (fence)
        vy_fence_put(inst->mem, size);
    return inst->mem;
}

// A pointer into its own memory would point into another's after a copy.
static bool points_into_itself(const struct vy_instance *inst)
{
    const uintptr_t from = (uintptr_t)inst->mem, to = from + inst->size;
    for (size_t at = 0; at + sizeof(uintptr_t) <= inst->size; at += sizeof(uintptr_t)) {
        uintptr_t word;
        memcpy(&word, (const char *)inst->mem + at, sizeof word);
        if (word >= from && word < to)
            return true;
    }
    return false;
}

static bool is_portable(const struct vy_instance *inst)
{
    return inst->mark && inst->module->layout && !inst->module->deinit &&
           inst->size <= VY_CARRY_BYTES && !points_into_itself(inst);
}

static vy_status make_instance(struct vy_host *host, struct vy_instance *inst,
                               const struct vy_host_want *want, struct vy_err *err)
{
    const struct vy_module *const m = inst->module;
    struct vy_sample *sample;
    const vy_status status = load_sample(host, want->file, &sample, err);
    if (status)
        return status;
    const struct vy_cfg cfg = {.sr_hz = (float)host->sr_hz,
                               .shape = inst->shape,
                               .in_lanes_max = VY_MAX_LANES / VY_GROUP,
                               .seed = want->seed,
                               .sample = sample,
                               .host = host,
                               .shared = shared};
    const size_t size = m->get_size(&cfg), ramps = (size_t)m->params * inst->shape.groups;
    if (inst->mark && size > VY_USER_MEMORY)
        return vy_fail(err, VY_TOO_BIG, -1, "%s asks for %zu MiB of memory; the most is %u", m->id,
                       size >> 20, VY_USER_MEMORY >> 20);
    void *const mem = make_memory(inst, size);
    inst->state = zeroed(m->params * sizeof *inst->state);
    inst->ramp = zeroed(ramps * sizeof *inst->ramp);
    const int failed = mem && inst->state && inst->ramp ? m->init(mem, &cfg) : VY_NO_MEMORY;
    if (failed) {
        inst->mem = NULL; // nothing for deinit
        return vy_fail(err, VY_NO_MEMORY, -1, "%s: out of memory", m->id);
    }
    inst->portable = is_portable(inst);
    inst->bytes = size + ramps * sizeof *inst->ramp;
    host->bytes += inst->bytes;
    for (int p = 0; p < m->params; p++)
        inst->state[p].now = inst->state[p].goal = want->value[p];
    return VY_OK;
}

vy_status vy_host_instance(struct vy_host *host, const struct vy_host_want *want,
                           struct vy_instance **instance, struct vy_err *err)
{
    struct vy_instance **const bucket = &host->instance[want->key % VY_HOST_BUCKETS];
    for (struct vy_instance *i = *bucket; i; i = i->next)
        if (i->key == want->key) {
            i->used = true;
            *instance = i;
            return VY_OK;
        }
    struct vy_instance *const inst = calloc(1, sizeof *inst);
    if (!inst)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    inst->key = want->key;
    inst->module = want->module;
    inst->shape = want->shape;
    inst->mark = want->mark;
    inst->fresh = inst->used = true;
    const vy_status status = make_instance(host, inst, want, err);
    if (status) {
        destroy_instance(host, inst);
        return status;
    }
    inst->next = *bucket;
    *bucket = inst;
    *instance = inst;
    return VY_OK;
}

struct vy_param_lock *vy_host_lock(struct vy_instance *inst, uint16_t param)
{
    struct vy_param_lock *lock = inst->lock;
    while (lock && lock->param != param)
        lock = lock->next;
    if (!lock) {
        lock = calloc(1, sizeof *lock);
        if (!lock)
            return NULL;
        lock->param = param;
        lock->value = zeroed(inst->shape.groups * sizeof(vy_f8));
        lock->held = zeroed(inst->shape.groups * sizeof(vy_i8));
        lock->next = inst->lock;
        inst->lock = lock;
    }
    lock->used = true;
    return lock->value && lock->held ? lock : NULL;
}

struct vy_wire *vy_host_wire(struct vy_host *host, uint64_t key, float fade, uint32_t groups,
                             uint32_t delay)
{
    struct vy_wire **const bucket = &host->wire[key % VY_HOST_BUCKETS];
    struct vy_wire *w = *bucket;
    while (w && w->key != key)
        w = w->next;
    if (!w) {
        w = calloc(1, sizeof *w);
        if (!w)
            return NULL;
        *w = (struct vy_wire){.key = key, .fade = fade, .next = *bucket};
        *bucket = w;
    }
    if (groups && !w->hold)
        w->hold = zeroed((size_t)groups * VY_TICK * sizeof(vy_f8));
    if (delay && !w->line) {
        w->line = zeroed((size_t)groups * (delay + VY_TICK) * sizeof(vy_f8));
        w->delay = delay;
    }
    w->used = true;
    return (groups && !w->hold) || (delay && !w->line) ? NULL : w;
}

struct vy_notes *vy_host_voices(struct vy_host *host, uint64_t key, uint32_t voices)
{
    for (struct vy_host_notes *n = host->notes; n; n = n->next)
        if (n->key == key) {
            n->used = true;
            return n->notes;
        }
    struct vy_host_notes *const n = calloc(1, sizeof *n);
    const size_t bytes = vy_notes_size(voices, 1);
    void *const mem = zeroed(bytes);
    if (!n || !mem) {
        free(n);
        free(mem);
        return NULL;
    }
    *n = (struct vy_host_notes){.next = host->notes, .key = key, .bytes = bytes, .used = true};
    n->notes = vy_notes_init(mem, voices, 1, (float)host->sr_hz);
    host->notes = n;
    host->bytes += bytes;
    return n->notes;
}

vy_status vy_host_bind(struct vy_host *host, uint32_t handle, const char *path, struct vy_err *err)
{
    if (handle >= host->bindings) {
        const size_t n = handle + 64u;
        struct vy_host_binding *const grown = realloc(host->binding, n * sizeof *grown);
        if (!grown)
            return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        memset(grown + host->bindings, 0, (n - host->bindings) * sizeof *grown);
        host->binding = grown;
        host->bindings = (uint32_t)n;
    }
    char *const copy = strdup(path);
    if (!copy)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    free(host->binding[handle].path);
    host->binding[handle] = (struct vy_host_binding){.path = copy};
    return VY_OK;
}

void vy_host_mark_none(struct vy_host *host)
{
    for (uint32_t b = 0; b < VY_HOST_BUCKETS; b++) {
        for (struct vy_instance *i = host->instance[b]; i; i = i->next) {
            i->used = false;
            for (struct vy_param_lock *lock = i->lock; lock; lock = lock->next)
                lock->used = false;
        }
        for (struct vy_wire *w = host->wire[b]; w; w = w->next)
            w->used = false;
    }
    for (struct vy_host_notes *n = host->notes; n; n = n->next)
        n->used = false;
}

static void sweep_bucket(struct vy_host *host, uint32_t bucket)
{
    for (struct vy_instance **at = &host->instance[bucket]; *at;) {
        struct vy_instance *const i = *at;
        if (i->used) {
            sweep_locks(i, false);
            at = &i->next;
            continue;
        }
        *at = i->next;
        destroy_instance(host, i);
    }
    for (struct vy_wire **at = &host->wire[bucket]; *at;) {
        struct vy_wire *const w = *at;
        if (w->used) {
            at = &w->next;
            continue;
        }
        *at = w->next;
        free(w->hold);
        free(w->line);
        free(w);
    }
}

void vy_host_sweep(struct vy_host *host)
{
    for (uint32_t b = 0; b < VY_HOST_BUCKETS; b++)
        sweep_bucket(host, b);
    for (struct vy_host_notes **at = &host->notes; *at;) {
        struct vy_host_notes *const n = *at;
        if (n->used) {
            at = &n->next;
            continue;
        }
        *at = n->next;
        host->bytes -= n->bytes;
        free(n->notes);
        free(n);
    }
}

void vy_host_close(struct vy_host *host)
{
    vy_host_mark_none(host);
    vy_host_sweep(host);
    for (struct vy_host_table *t = host->table; t;) {
        struct vy_host_table *const next = t->next;
        free(t->data);
        free(t);
        t = next;
    }
    for (struct vy_host_sample *s = host->sample; s;) {
        struct vy_host_sample *const next = s->next;
        if (host->catalog->unload)
            host->catalog->unload(s->sample);
        free(s->path);
        free(s);
        s = next;
    }
    for (uint32_t i = 0; i < host->bindings; i++)
        free(host->binding[i].path);
    free(host->binding);
    *host = (struct vy_host){0};
}
