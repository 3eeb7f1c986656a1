// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "live/engine_process.h"

#include "base/exchange.h"
#include "base/ftz.h"
#include "command/handlers.h"
#include "engine/player.h"
#include "engine/user_module.h"
#include "live/stems.h"
#include "live/link.h"
#include "sound/device.h"

#include <fcntl.h>
#include <malloc.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#define SERVICE_MS 5
#define RESERVE_MS 1000       // in reserve nothing happens without a message
#define KEPT_BYTES (64 << 20) // of freed memory, not given back
#define MORE_BYTES (1 << 20)  // taken from the system at once
#define IDLE_NS 10000000u     // a spare engine looks at its rings so often
#define OWED_ECHOES 256       // of turns, in one plan

struct engine {
    const struct vy_catalog *catalog;
    struct vy_shared *shared;
    struct vy_slot *slot; // NULL: in reserve, it keeps the document and makes no plan of it
    uint32_t index;
    struct vy_player *player;
    struct vy_stems *stems;
    struct vy_doc *doc;
    struct vy_link link;
    pthread_t audio;
    _Atomic bool leave;
    bool running;     // the audio thread
    json_t *bound;    // handles still to be told, NULL = none
    uint64_t version; // of the document
    // The document has changed and no plan was made of it yet: edits that come close together
    // become one plan, and while the player's queue is full they wait here, so that the last one is
    // heard.
    bool owed;
    struct vy_player_when when; // its echo is `echo`
    uint32_t echo[OWED_ECHOES];
};

// Where the audio thread runs.
struct place {
    uint32_t takeover, blocks;
};

// ---- audio thread -------------------------------------------------------------------------------

#define SETTLED 8u // blocks after a takeover

// On the guard's own processor the answer needs no wake-up from another one. Not at once: there the
// engine before this one may still be dying, with the same priority, and that takes milliseconds.
// Two system calls in the life of an engine that plays.
static void follow_guard(const struct engine *e, struct place *at)
{
    const uint32_t cpu = atomic_load_explicit(&e->slot->cpu, memory_order_relaxed);
    if (e->slot->takeover != at->takeover) {
        at->takeover = e->slot->takeover;
        at->blocks = 0;
    }
    if (cpu == 0 || at->blocks > SETTLED || at->blocks++ < SETTLED)
        return;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)cpu - 1, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
}

static void *run_audio(void *arg)
{
    struct engine *const e = arg;
    struct vy_slot *const slot = e->slot;
    char why[160];
    vy_ftz_enter();
    const uint32_t guard = atomic_load(&e->shared->device.realtime);
    if (guard > 1)
        vy_realtime_ask(guard - 1, why, sizeof why);
    struct place at = {0};
    uint32_t done = atomic_load(&slot->asked);
    atomic_store(&slot->done, done);
    if (atomic_load_explicit(&e->shared->active, memory_order_relaxed) != e->index)
        vy_player_idle(e->player, slot); // the first plan is there already
    while (!atomic_load_explicit(&e->leave, memory_order_relaxed)) {
        if (!vy_futex_wait(&slot->asked, done, IDLE_NS)) {
            if (atomic_load_explicit(&e->shared->active, memory_order_relaxed) != e->index)
                vy_player_idle(e->player, slot);
            continue;
        }
        done = atomic_load_explicit(&slot->asked, memory_order_acquire);
        follow_guard(e, &at);
        const uint64_t begun = vy_now_ns();
        vy_player_block(e->player, slot);
        atomic_store_explicit(&slot->work_ns, vy_now_ns() - begun, memory_order_relaxed);
        atomic_store_explicit(&slot->done, done, memory_order_release);
        vy_futex_wake(&slot->done);
    }
    return NULL;
}

static bool start_audio(struct engine *e)
{
    pthread_attr_t attr;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 1u << 20);
    e->running = pthread_create(&e->audio, &attr, run_audio, e) == 0;
    pthread_attr_destroy(&attr);
    return e->running;
}

// ---- what the studio says -----------------------------------------------------------------------

static vy_status read_entry(json_t *from, struct vy_entry *entry, struct vy_err *err)
{
    const char *line = NULL, *author = "", *program = NULL;
    json_int_t seed = 0;
    int fired = 0;
    if (json_unpack(from, "{s:F,s:s,s?s,s?s,s?I,s?b}", "beat", &entry->beat, "line", &line,
                    "author", &author, "program", &program, "seed", &seed, "fired", &fired))
        return vy_fail(err, VY_INTERNAL, -1, "the studio sent a line that cannot be read");
    entry->line = (char *)line; // borrowed from the message: never freed here
    entry->program = (char *)program;
    entry->seed = (uint64_t)seed;
    entry->fired = fired;
    vy_text_copy(entry->author, sizeof entry->author, author);
    return VY_OK;
}

static vy_status apply_entries(struct engine *e, json_t *entries, struct vy_err *err)
{
    size_t i;
    json_t *item;
    json_array_foreach(entries, i, item)
    {
        struct vy_entry entry = {0};
        vy_status status = read_entry(item, &entry, err);
        if (!status)
            status = vy_entry_apply(e->catalog, &e->doc, &entry, err);
        if (status)
            return status;
    }
    return VY_OK;
}

static void complain(struct engine *e, const struct vy_err *err, uint64_t version)
{
    vy_link_send(&e->link,
                 json_pack("{s:s,s:I}", "failed", err->message, "version", (json_int_t)version));
}

static void say_units(struct engine *e)
{
    const char *const *name;
    const uint32_t n = vy_player_units(e->player, &name);
    json_t *const list = json_array();
    for (uint32_t i = 0; i < n; i++)
        json_array_append_new(list, json_string(name[i]));
    vy_link_send(&e->link, json_pack("{s:o}", "units", list));
}

// Make the plan that is owed; when there is no room for it, later.
static void pay(struct engine *e)
{
    struct vy_err err = {.at = -1};
    if (!e->owed || !e->slot || !e->doc || vy_player_full(e->player))
        return;
    e->owed = false;
    e->when.echo = e->echo;
    if (vy_player_play(e->player, e->doc, &e->when, &err))
        complain(e, &err, e->when.version);
    else
        say_units(e);
}

// What a message says about when it sounds, joined to what is owed already.
static void owe(struct engine *e, json_t *message)
{
    json_t *const at = json_object_get(message, "at"), *const to = json_object_get(message, "to");
    json_t *const echo = json_object_get(message, "echo");
    struct vy_player_when *const when = &e->when;
    if (!e->owed)
        *when = (struct vy_player_when){0};
    when->beat = json_is_number(at) ? json_number_value(at) : (double)NAN;
    if (json_is_number(to)) {
        when->seek = true;
        when->to = json_number_value(to);
    }
    when->version = (uint64_t)json_integer_value(json_object_get(message, "version"));
    for (size_t i = 0; i < json_array_size(echo) && when->echoes < OWED_ECHOES; i++)
        e->echo[when->echoes++] = (uint32_t)json_integer_value(json_array_get(echo, i));
    e->owed = true;
}

static void on_entries(struct engine *e, json_t *message, json_t *entries)
{
    struct vy_err err = {.at = -1};
    if (json_is_number(json_object_get(message, "at")))
        pay(e); // what came before does not wait for its beat
    if (json_is_true(json_object_get(message, "reset"))) {
        vy_doc_destroy(e->doc);
        e->doc = vy_doc_new((uint64_t)json_integer_value(json_object_get(message, "seed")));
    }
    const vy_status status =
        e->doc ? apply_entries(e, entries, &err) : vy_fail(&err, VY_NO_MEMORY, -1, "out of memory");
    e->version = (uint64_t)json_integer_value(json_object_get(message, "version"));
    if (status) {
        complain(e, &err, e->version);
        return;
    }
    if (!e->slot)
        return;
    owe(e, message);
    if (e->when.beat == e->when.beat || e->when.seek)
        pay(e); // nothing may move its moment
}

// Out of the reserve into a slot: now the document is played.
static void on_slot(struct engine *e, json_t *slot)
{
    const json_int_t index = json_integer_value(slot);
    if (e->slot || index < 0 || index >= (json_int_t)VY_SLOTS)
        return;
    e->index = (uint32_t)index;
    e->slot = &e->shared->slot[index];
    e->when = (struct vy_player_when){.beat = (double)NAN, .version = e->version};
    e->owed = e->doc != NULL;
}

// Handles are told only when the plan that knows them is in the queue: a turn that comes before it
// would be lost.
static void tell_bound(struct engine *e)
{
    if (!e->bound || vy_player_binds(e->player))
        return;
    vy_link_send(&e->link, json_pack("{s:o}", "bound", e->bound));
    e->bound = NULL;
}

static void on_bind(struct engine *e, json_t *pairs)
{
    struct vy_err err = {.at = -1};
    e->bound = e->bound ? e->bound : json_array();
    size_t i;
    json_t *pair;
    json_array_foreach(pairs, i, pair)
    {
        json_int_t handle = 0;
        const char *path = NULL;
        if (json_unpack(pair, "[I,s]", &handle, &path) == 0 &&
            vy_player_bind(e->player, (uint32_t)handle, path, &err) == VY_OK)
            json_array_append_new(e->bound, json_integer(handle));
    }
    if (vy_player_service(e->player, &err)) // makes the plan that knows them
        complain(e, &err, 0);
    tell_bound(e);
}

static uint64_t frame_of(json_t *message, const char *key)
{
    return (uint64_t)json_integer_value(json_object_get(message, key));
}

static void on_stems(struct engine *e, json_t *message, json_t *folder)
{
    struct vy_err err = {.at = -1};
    vy_player_stems(e->player, false);
    if (vy_stems_close(e->stems, frame_of(message, "until"), &err))
        complain(e, &err, 0);
    e->stems = NULL;
    if (!json_is_string(folder)) {
        vy_link_send(&e->link, json_pack("{s:b}", "stems", 0));
        return;
    }
    e->stems =
        vy_stems_open(json_string_value(folder), e->shared->device.sr_hz, frame_of(message, "from"),
                      json_integer_value(json_object_get(message, "since")));
    vy_player_stems(e->player, e->stems != NULL);
}

// Load a build in the place of the one before; what is made of it crossfades.
static vy_status load_module(struct engine *e, const char *name, const char *path, uint32_t mark,
                             struct vy_err *err)
{
    const struct vy_module *was = NULL;
    vy_status status = vy_catalog_user_add(e->catalog, path, name, mark, &was, err);
    if (status || !was || !e->doc)
        return status;
    const struct vy_module *const now = vy_catalog_user(e->catalog, name)->module;
    uint32_t nodes = 0;
    status = vy_doc_replace_module(e->doc, was, now, &nodes);
    if (status || !nodes || !e->slot)
        return status;
    pay(e);
    if (e->owed)
        return VY_OK; // and this with it
    const struct vy_player_when when = {.beat = (double)NAN, .version = e->version};
    e->owed = vy_player_full(e->player);
    if (e->owed)
        e->when = when;
    return e->owed ? VY_OK : vy_player_play(e->player, e->doc, &when, err);
}

static void on_module(struct engine *e, json_t *module)
{
    const char *name = "", *path = "";
    json_int_t mark = 0;
    struct vy_err err = {.at = -1};
    vy_status status = VY_INTERNAL;
    if (json_unpack(module, "{s:s,s:s,s:I}", "name", &name, "path", &path, "mark", &mark) == 0)
        status = load_module(e, name, path, (uint32_t)mark, &err);
    vy_link_send(&e->link, json_pack("{s:s,s:b,s:s}", "loaded", name, "ok", !status, "text",
                                     status ? err.message : ""));
}

static void on_message(struct engine *e, json_t *message)
{
    json_t *const module = json_object_get(message, "module");
    if (module)
        on_module(e, module);
    json_t *const slot = json_object_get(message, "slot");
    json_t *const entries = json_object_get(message, "entries");
    json_t *const bind = json_object_get(message, "bind");
    json_t *const stems = json_object_get(message, "stems");
    if (slot)
        on_slot(e, slot);
    if (entries)
        on_entries(e, message, entries);
    if (bind)
        on_bind(e, bind);
    if (stems)
        on_stems(e, message, stems);
}

// ---- what the player says -----------------------------------------------------------------------

static void on_event(void *arg, const char *what, const char *text)
{
    struct engine *const e = arg;
    vy_link_send(&e->link, json_pack("{s:s,s:s}", "event", what, "text", text));
}

static void on_stem(void *arg, const char *unit, uint64_t frame, const float *stereo,
                    uint32_t frames)
{
    struct engine *const e = arg;
    struct vy_err err = {.at = -1};
    if (e->stems && vy_stems_write(e->stems, unit, frame, stereo, frames, &err))
        complain(e, &err, 0);
}

// ---- the process --------------------------------------------------------------------------------

// Locked memory that is given back and taken again has its pages filled anew each time, and a log
// that is read is thousands of small documents: keep what was freed, and take much at once.
static void keep_memory(void)
{
    mallopt(M_TRIM_THRESHOLD, KEPT_BYTES);
    mallopt(M_TOP_PAD, MORE_BYTES);
}

// Memory that may be locked without a limit is; else a lock would fail in the middle of an edit.
static void lock_memory(void)
{
    struct rlimit limit;
    const bool free_to = geteuid() == 0 || (getrlimit(RLIMIT_MEMLOCK, &limit) == 0 &&
                                            limit.rlim_cur == RLIM_INFINITY);
    if (free_to)
        mlockall(MCL_CURRENT | MCL_FUTURE);
}

static bool guard_lives(const struct engine *e)
{
    const int pid = e->shared->guard_pid;
    return pid > 1 && kill(pid, 0) == 0;
}

// The engine is ready once its audio thread has taken the first plan.
static void become_ready(struct engine *e)
{
    if (!e->slot || atomic_load(&e->slot->state) != VY_SLOT_EMPTY || !e->doc)
        return;
    if (!e->running && !start_audio(e))
        return;
    if (atomic_load_explicit(&e->slot->says.plans, memory_order_acquire) == 0)
        return;
    atomic_store_explicit(&e->slot->state, VY_SLOT_READY, memory_order_release);
    vy_link_send(&e->link, json_pack("{s:b}", "ready", 1));
}

// Until it looks around again without a message.
static int patience_ms(const struct engine *e, bool warm)
{
    if (!e->slot)
        return warm ? RESERVE_MS : SERVICE_MS;
    return atomic_load(&e->slot->state) == VY_SLOT_EMPTY ? 1 : SERVICE_MS;
}

static void run(struct engine *e)
{
    struct pollfd fds = {.fd = e->link.fd, .events = POLLIN};
    struct vy_err err = {.at = -1};
    bool warm = false;
    for (unsigned round = 0;; round++) {
        const int woken = poll(&fds, 1, patience_ms(e, warm));
        if (!woken && !e->slot && !warm) { // time to spare
            vy_player_warm(e->player);
            warm = true;
        }
        for (json_t *message; (message = vy_link_next(&e->link));) {
            on_message(e, message);
            json_decref(message);
        }
        pay(e);
        if (e->link.broken && !e->slot)
            return;
        if (e->link.broken) {
            fds.fd = -1; // the studio is gone; play on as long as somebody listens
            if (round % 100 == 0 && !guard_lives(e))
                return;
        }
        become_ready(e);
        if (vy_player_service(e->player, &err))
            complain(e, &err, 0);
        tell_bound(e);
        vy_link_flush(&e->link);
    }
}

// It is started together with the guard, which knows the rate only when the device is open.
// @return false: the studio is gone
static bool wait_for_device(const struct engine *e)
{
    struct pollfd fds = {.fd = e->link.fd}; // tells of its end only
    while (atomic_load_explicit(&e->shared->device.state, memory_order_acquire) == VY_DEVICE_CLOSED)
        if (poll(&fds, 1, 1) > 0)
            return false;
    return true;
}

int vy_engine_process(const struct vy_catalog *catalog, int memory, int control)
{
    struct engine *const e = calloc(1, sizeof *e);
    struct vy_err err = {.at = -1};
    if (!e || vy_shared_open(memory, &e->shared, &err)) {
        free(e);
        return 1;
    }
    signal(SIGPIPE, SIG_IGN);
    fcntl(control, F_SETFL, O_NONBLOCK);
    e->catalog = catalog;
    e->link.fd = control;
    keep_memory();
    lock_memory();
    if (!wait_for_device(e))
        return 1;
    const struct vy_player_events events = {on_event, on_stem, e};
    e->player = vy_player_new(catalog, e->shared->device.sr_hz, &events);
    if (!e->player)
        return 1;
    run(e);
    atomic_store(&e->leave, true);
    if (e->running)
        pthread_join(e->audio, NULL);
    if (vy_stems_close(e->stems, 0, &err))
        complain(e, &err, 0);
    vy_link_flush(&e->link);
    vy_player_destroy(e->player);
    vy_doc_destroy(e->doc);
    json_decref(e->bound);
    vy_link_close(&e->link);
    free(e);
    return 0;
}
