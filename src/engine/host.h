// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What outlives a plan: instances of modules, voices, fades of cables, sound files and shared
// tables. One host per engine; main thread only, but for the state the audio thread works on.
#ifndef VY_ENGINE_HOST_H
#define VY_ENGINE_HOST_H

#include "engine/catalog.h"
#include "engine/rt/plan.h"

struct vy_host_table;
struct vy_host_sample;
struct vy_host_notes;

/// A handle: what it leads to, and the value its parameter had in the newest document.
struct vy_host_binding {
    char *path; ///< "bass.cutoff" or "bass"; NULL: a free handle
    float value;
    bool known; ///< `value` says something
    bool echo;  ///< the next new value is one that was turned by hand
};

#define VY_HOST_BUCKETS 1024u // instances and wires are found by the low bits of their keys

struct vy_host {
    const struct vy_catalog *catalog;
    double sr_hz;
    uint32_t threads; ///< plans are made for 1 or 2
    struct vy_instance *instance[VY_HOST_BUCKETS];
    struct vy_wire *wire[VY_HOST_BUCKETS];
    struct vy_host_table *table;
    struct vy_host_sample *sample;
    struct vy_host_notes *notes;
    struct vy_host_binding *binding; ///< [bindings] by handle
    uint32_t bindings;
    size_t bytes; ///< held now
};

/// Zero-initialised host becomes usable.
void vy_host_open(struct vy_host *host, const struct vy_catalog *catalog, double sr_hz,
                  uint32_t threads);

/// Everything is freed; no plan of this host may be used any more.
void vy_host_close(struct vy_host *host);

#define VY_USER_MEMORY (64u << 20) ///< bytes a user module's instance may ask for
#define VY_CARRY_BYTES (1u << 20) ///< most state that goes over in a reload: it is copied in a tick

/// What an instance is to be. Pointers are borrowed for the call.
struct vy_host_want {
    uint64_t key, seed;
    const struct vy_module *module;
    struct vy_shape shape;
    uint32_t mark; ///< of a user module's load, 0 = built in
    const char *file;
    const float *value; ///< [module->params]
};

/// The instance with the key of `want`, made when there is none.
vy_status vy_host_instance(struct vy_host *host, const struct vy_host_want *want,
                           struct vy_instance **instance, struct vy_err *err);

/// Make the shared tables of a module before anything needs it. Nothing is left undone when memory
/// is out: they are made again when they are needed.
void vy_host_warm(struct vy_host *host, const struct vy_module *module);

/// Room for a lock of a parameter, made when there is none; NULL when memory is out.
struct vy_param_lock *vy_host_lock(struct vy_instance *instance, uint16_t param);

/// The wire with this key, made with `fade` when there is none. groups > 0: with a hold buffer,
/// and a line of `delay` frames when that is not 0. NULL when memory is out.
struct vy_wire *vy_host_wire(struct vy_host *host, uint64_t key, float fade, uint32_t groups,
                             uint32_t delay);

/// The voices with this key, made when there are none; NULL when memory is out.
struct vy_notes *vy_host_voices(struct vy_host *host, uint64_t key, uint32_t voices);

/// Let a handle lead to a path (copied).
vy_status vy_host_bind(struct vy_host *host, uint32_t handle, const char *path, struct vy_err *err);

/// Forget which things are used; then compile; then sweep frees what no plan marked.
void vy_host_mark_none(struct vy_host *host);
void vy_host_sweep(struct vy_host *host);

#endif
