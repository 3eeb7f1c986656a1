// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/watch.h"

#include "base/hardware.h"
#include "base/text.h"
#include "base/clock.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

#define MIB 1048576.0

struct vy_watch {
    struct vy_watch_how how; // root, nvml, folder: owned copies
    char root[256], nvml[256], folder[4096];
    pthread_t thread;
    pthread_mutex_t lock; // guards the rest, and how.every_s and how.vram_margin
    pthread_cond_t wake;
    struct vy_watch_facts facts;
    bool quit;
};

// ---- one look -----------------------------------------------------------------------------------

// The folder need not be there yet: what is above it will have it.
static double disk_free_mb(const char *folder)
{
    char path[4096];
    struct statvfs disk;
    vy_text_copy(path, sizeof path, folder);
    while (*path) {
        if (statvfs(path, &disk) == 0)
            return (double)disk.f_bavail * (double)disk.f_frsize / MIB;
        char *const slash = strrchr(path, '/');
        if (errno != ENOENT || !slash)
            break;
        slash[slash == path && path[1]] = '\0';
    }
    return (double)NAN;
}

static double rss_mb(const char *root)
{
    char path[300], line[128];
    snprintf(path, sizeof path, "%s/proc/self/statm", root);
    const char *const second = vy_file_line(path, line, sizeof line) ? strchr(line, ' ') : NULL;
    char *end = NULL;
    const double pages = second ? strtod(second, &end) : 0;
    return second && end != second ? pages * (double)sysconf(_SC_PAGESIZE) / MIB : (double)NAN;
}

static void look_at_cards(const struct vy_hardware *hardware, uint64_t margin,
                          struct vy_watch_facts *facts)
{
    for (uint32_t i = 0; i < hardware->gpus; i++) {
        const struct vy_gpu *const gpu = &hardware->gpu[i];
        if (gpu->memory_bytes <= margin) // not known, or it shares the machine's
            continue;
        const double may = (double)(gpu->memory_bytes - margin),
                     part = (double)gpu->used_bytes / may;
        if (!isnan(facts->vram_part) && part <= facts->vram_part)
            continue;
        facts->vram_part = part;
        facts->vram_free_mb = (may - (double)gpu->used_bytes) / MIB;
        vy_text_copy(facts->card, sizeof facts->card, gpu->name);
    }
}

static void look(const struct vy_hardware_watch *hardware, const struct vy_watch_how *how,
                 struct vy_watch_facts *facts)
{
    struct vy_hardware seen;
    vy_hardware_watch_read(hardware, &seen);
    *facts = (struct vy_watch_facts){
        .ram_free_mb = seen.memory_free_bytes ? (double)seen.memory_free_bytes / MIB : (double)NAN,
        .rss_mb = rss_mb(how->root),
        .vram_part = (double)NAN,
        .vram_free_mb = (double)NAN,
        .disk_free_mb = disk_free_mb(how->folder)};
    look_at_cards(&seen, how->vram_margin, facts);
}

// ---- again and again ----------------------------------------------------------------------------

static void wait_for(struct vy_watch *watch)
{
    const double at = vy_now_s() + watch->how.every_s;
    const struct timespec until = {(time_t)at, (long)(1e9 * (at - floor(at)))};
    while (!watch->quit && pthread_cond_timedwait(&watch->wake, &watch->lock, &until) == 0) {
    }
}

static void *run(void *arg)
{
    struct vy_watch *const watch = arg;
    struct vy_hardware_watch *hardware = NULL;
    setpriority(PRIO_PROCESS, 0, 10); // of this thread: Linux has it so
    if (vy_hardware_watch_open(watch->how.root, watch->how.nvml, &hardware))
        return NULL;
    pthread_mutex_lock(&watch->lock);
    while (!watch->quit) {
        const struct vy_watch_how how = watch->how;
        struct vy_watch_facts facts;
        pthread_mutex_unlock(&watch->lock);
        look(hardware, &how, &facts);
        pthread_mutex_lock(&watch->lock);
        facts.looks = watch->facts.looks + 1;
        watch->facts = facts;
        if (!watch->quit)
            wait_for(watch);
    }
    pthread_mutex_unlock(&watch->lock);
    vy_hardware_watch_close(hardware);
    return NULL;
}

vy_status vy_watch_open(const struct vy_watch_how *how, struct vy_watch **watch, struct vy_err *err)
{
    struct vy_watch *const w = *watch = calloc(1, sizeof *w);
    if (!w)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    w->how = *how;
    vy_text_copy(w->root, sizeof w->root, how->root);
    vy_text_copy(w->folder, sizeof w->folder, how->folder);
    w->how.root = w->root;
    w->how.folder = w->folder;
    if (how->nvml) {
        vy_text_copy(w->nvml, sizeof w->nvml, how->nvml);
        w->how.nvml = w->nvml;
    }
    w->facts.ram_free_mb = w->facts.rss_mb = w->facts.vram_part = w->facts.vram_free_mb =
        w->facts.disk_free_mb = (double)NAN;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->wake, &attributes);
    pthread_condattr_destroy(&attributes);
    if (pthread_create(&w->thread, NULL, run, w) == 0)
        return VY_OK;
    pthread_cond_destroy(&w->wake);
    pthread_mutex_destroy(&w->lock);
    free(w);
    *watch = NULL;
    return vy_fail(err, VY_NO_MEMORY, -1, "the machine is not watched: no thread can be started");
}

void vy_watch_read(struct vy_watch *watch, struct vy_watch_facts *facts)
{
    pthread_mutex_lock(&watch->lock);
    *facts = watch->facts;
    pthread_mutex_unlock(&watch->lock);
}

void vy_watch_set(struct vy_watch *watch, double every_s, uint64_t vram_margin)
{
    pthread_mutex_lock(&watch->lock);
    watch->how.every_s = every_s;
    watch->how.vram_margin = vram_margin;
    pthread_mutex_unlock(&watch->lock);
}

void vy_watch_close(struct vy_watch *watch)
{
    if (!watch)
        return;
    pthread_mutex_lock(&watch->lock);
    watch->quit = true;
    pthread_cond_signal(&watch->wake);
    pthread_mutex_unlock(&watch->lock);
    pthread_join(watch->thread, NULL);
    pthread_cond_destroy(&watch->wake);
    pthread_mutex_destroy(&watch->lock);
    free(watch);
}
