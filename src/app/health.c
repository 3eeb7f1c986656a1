// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The values come from `status` of the studio, from a thread that looks at the machine, and from
// the queue; jobs/health.h judges them; what it wants done is done here.
#include "app/health.h"

#include "base/hardware.h"
#include "base/log.h"
#include "base/settings.h"
#include "command/takes_folder.h"
#include "jobs/health_json.h"
#include "jobs/watch.h"
#include "base/clock.h"

#include <malloc.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

struct vy_carer {
    struct vy_carer_how how;
    struct vy_health health;
    struct vy_ledger ledger;
    struct vy_watch *watch;
    struct vy_stage stage;        // the session's own with health added
    const struct vy_stage *below; // the session's own
    double next;                  // look then
    bool paused, bypassed;        // what we did, and not somebody else
};

// ---- limits -------------------------------------------------------------------------------------

static void limits(struct vy_health_row *row, double warning, double critical, double recovery)
{
    row->warning = warning;
    row->critical = critical;
    row->recovery = recovery;
}

static void read_settings(struct vy_carer *carer)
{
    const struct vy_settings *const s = carer->how.settings;
    struct vy_health_row *const row = carer->health.row;
    const double latency = vy_settings_number(s, "health.latency_ms"),
                 ram = vy_settings_number(s, "health.ram_free_mb"),
                 rss = vy_settings_number(s, "health.rss_mb"),
                 disk = vy_settings_number(s, "health.disk_free_mb");
    limits(&row[VY_HEALTH_LATENCY], nextafter(latency, INFINITY), 5 * latency, latency);
    limits(&row[VY_HEALTH_RAM], ram, 0.4 * ram, 1.4 * ram);
    limits(&row[VY_HEALTH_RSS], rss, 4 * rss, 0.9 * rss);
    limits(&row[VY_HEALTH_DISK], disk, 0.1 * disk, 1.1 * disk);
    const bool bypass = carer->how.has_input && vy_settings_flag(s, "health.bypass_on_vram_spike");
    row[VY_HEALTH_VRAM].at_critical =
        vy_health_row(VY_HEALTH_VRAM)->at_critical | (bypass ? VY_HEALTH_BYPASS : 0);
    vy_watch_set(carer->watch, vy_settings_number(s, "health.poll_s"),
                 (uint64_t)vy_settings_number(s, "budget.vram_margin"));
}

// What may be promised: the budget, and of graphics memory no more than there is.
static void set_budgets(struct vy_carer *carer, const struct vy_watch_facts *facts)
{
    const struct vy_settings *const s = carer->how.settings;
    double ram = vy_settings_number(s, "budget.ram"), vram = vy_settings_number(s, "budget.vram");
    const double free_vram = isnan(facts->vram_free_mb) ? 0 : facts->vram_free_mb * 1048576.0;
    const double held = (double)vy_ledger_used(&carer->ledger, VY_POOL_VRAM);
    if (vram > free_vram + held)
        vram = free_vram + held;
    if (!vy_settings_flag(s, "budget.refuse"))
        ram = vram = 1e15;
    vy_ledger_limit(&carer->ledger, (uint64_t)ram, (uint64_t)(vram > 0 ? vram : 0));
}

// ---- values -------------------------------------------------------------------------------------

static double number_of(const json_t *object, const char *key)
{
    const json_t *const value = json_object_get(object, key);
    return json_is_number(value) ? json_number_value(value) : (double)NAN;
}

static void studio_values(const struct vy_carer *carer, double *value)
{
    struct vy_buf text = {0};
    json_t *const status = json_object();
    if (!carer->below->status(carer->below->arg, &text, status, NULL)) {
        const double rate = number_of(status, "rate");
        const struct vy_device_facts *const d = &vy_live_shared(carer->how.live)->device;
        // a block that the guard itself came late to is this machine's other work, and heard too
        value[VY_HEALTH_MISSED] = number_of(status, "late") + number_of(status, "xruns");
        value[VY_HEALTH_RESTARTS] = number_of(status, "restarts");
        if (carer->how.has_input && rate > 0)
            value[VY_HEALTH_LATENCY] =
                1e3 / rate *
                (number_of(status, "latency") + number_of(status, "period") + d->latency);
    }
    vy_buf_clear(&text);
    json_decref(status);
}

static void all_values(struct vy_carer *carer, double *value)
{
    struct vy_watch_facts facts;
    for (int i = 0; i < VY_INDICATORS; i++)
        value[i] = (double)NAN;
    studio_values(carer, value);
    vy_watch_read(carer->watch, &facts);
    value[VY_HEALTH_RAM] = facts.ram_free_mb;
    value[VY_HEALTH_RSS] = facts.rss_mb;
    value[VY_HEALTH_VRAM] = facts.vram_part;
    value[VY_HEALTH_DISK] = facts.disk_free_mb;
    set_budgets(carer, &facts);
    if (carer->how.jobs) {
        const struct vy_carer_jobs jobs = carer->how.jobs(carer->how.arg);
        value[VY_HEALTH_QUEUE] = jobs.queue_part;
        value[VY_HEALTH_FAILURES] = jobs.failures;
    }
}

// ---- acting -------------------------------------------------------------------------------------

static void unload(struct vy_carer *carer)
{
    const uint64_t bytes = vy_ledger_evict_idle(&carer->ledger);
    malloc_trim(0);
    if (bytes)
        vy_log(VY_LOG_WARNING, "health", "idle models were unloaded: %llu MB",
               (unsigned long long)(bytes >> 20));
}

static void act(struct vy_carer *carer, bool changed)
{
    const unsigned actions = carer->health.actions;
    const bool pause = (actions & VY_HEALTH_PAUSE) != 0;
    struct vy_err err = {.at = -1};
    if (pause != carer->paused && carer->how.pause)
        carer->how.pause(carer->how.arg, pause);
    carer->paused = pause;
    if (changed && (actions & VY_HEALTH_UNLOAD))
        unload(carer);
    // latched: whoever turned it on turns it off, and nobody is surprised by sound that comes back
    if ((actions & VY_HEALTH_BYPASS) && !carer->bypassed &&
        carer->below->dry(carer->below->arg, true, &err))
        vy_log(VY_LOG_ERROR, "health", "the bypass cannot be turned on: %s", err.message);
    carer->bypassed = (actions & VY_HEALTH_BYPASS) != 0;
}

static void tell(const struct vy_carer *carer, enum vy_health_state was)
{
    struct vy_buf text = {0};
    vy_health_text(&carer->health, &text);
    vy_log(carer->health.state == VY_HEALTHY ? VY_LOG_INFO : VY_LOG_WARNING, "health", "%s",
           text.text ? text.text : "");
    json_t *const health = vy_health_json(&carer->health);
    json_t *const event =
        json_pack("{s:s,s:s,s:s,s:O,s:O,s:s}", "event", "health", "state",
                  vy_health_state_name(carer->health.state), "was", vy_health_state_name(was),
                  "why", json_object_get(health, "why"), "doing", json_object_get(health, "doing"),
                  "text", text.text ? text.text : "");
    if (event && carer->how.event)
        carer->how.event(carer->how.arg, event);
    json_decref(event);
    json_decref(health);
    vy_buf_clear(&text);
}

void vy_carer_service(struct vy_carer *carer)
{
    const double now = vy_now_s();
    if (now < carer->next)
        return;
    double value[VY_INDICATORS];
    carer->next = now + vy_settings_number(carer->how.settings, "health.poll_s");
    read_settings(carer);
    all_values(carer, value);
    const enum vy_health_state was = carer->health.state;
    const bool changed = vy_health_step(&carer->health, now, value);
    act(carer, changed);
    if (changed)
        tell(carer, was);
}

// ---- status -------------------------------------------------------------------------------------

static vy_status health_status(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const struct vy_carer *const carer = arg;
    (void)err;
    vy_buf_add(text, "\n  health    ");
    vy_health_text(&carer->health, text);
    json_t *const health = vy_health_json(&carer->health);
    json_object_set_new(health, "memory", vy_ledger_json(&carer->ledger));
    json_object_set_new(result, "health", health);
    return VY_OK;
}

// ---- begin and end ------------------------------------------------------------------------------

vy_status vy_carer_open(const struct vy_carer_how *how, struct vy_carer **carer, struct vy_err *err)
{
    char folder[VY_TAKES_PATH];
    struct vy_err none;
    struct vy_carer *const c = *carer = calloc(1, sizeof *c);
    if (!c)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    c->how = *how;
    vy_health_init(&c->health, NULL);
    vy_ledger_init(&c->ledger, (uint64_t)vy_settings_number(how->settings, "budget.ram"), 0);
    if (vy_takes_folder(how->settings, folder, &none))
        folder[0] = '\0'; // what lies in it says so itself
    const struct vy_watch_how watch = {
        .root = "",
        .nvml = VY_NVML,
        .folder = folder,
        .every_s = vy_settings_number(how->settings, "health.poll_s"),
        .vram_margin = (uint64_t)vy_settings_number(how->settings, "budget.vram_margin")};
    const vy_status status = vy_watch_open(&watch, &c->watch, err);
    if (status) {
        free(c);
        *carer = NULL;
        return status;
    }
    struct vy_session *const session = vy_live_session(how->live);
    c->below = session->stage;
    c->stage = *session->stage;
    c->stage.health = health_status;
    c->stage.health_arg = c;
    session->stage = &c->stage;
    c->next = vy_now_s() + 0.5; // the machine has been looked at by then
    return VY_OK;
}

void vy_carer_close(struct vy_carer *carer)
{
    if (!carer)
        return;
    vy_live_session(carer->how.live)->stage = carer->below;
    vy_watch_close(carer->watch);
    free(carer);
}

struct vy_ledger *vy_carer_ledger(struct vy_carer *carer)
{
    return &carer->ledger;
}
