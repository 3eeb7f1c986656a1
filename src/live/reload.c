// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hot reload: compile, try in a process of its own, load in the spare engine, then in the one that
// plays, where the new one fades in over the old one. Whatever goes wrong on the way is an answer,
// and is not heard.
#include "live/inside.h"

#include "command/aside.h"
#include "command/user_modules.h"

#include <string.h>
#include <unistd.h>

#define LOAD_MS 2000 // for an engine to load a module and make a plan

// What the child that compiles has to say. Diagnostics follow as JSON text.
struct built {
    vy_status status;
    char path[VY_USER_PATH];
    struct vy_err err;
};

struct build {
    const struct vy_catalog *catalog;
    const char *name;
};

static void build_aside(void *arg, int fd)
{
    const struct build *const build = arg;
    struct built built = {.err = {.at = -1}};
    json_t *const result = json_object();
    built.status =
        vy_user_reload_build(build->catalog, build->name, built.path, result, &built.err);
    vy_aside_put(fd, &built, sizeof built);
    char *const text = json_dumps(result, 0);
    if (text)
        vy_aside_put(fd, text, strlen(text));
}

// Compile and try it; the studio goes on meanwhile.
static vy_status build_module(struct vy_live *live, const char *name, char *path, json_t *result,
                              struct vy_err *err)
{
    struct build build = {live->catalog, name};
    struct built built;
    struct vy_buf all = {0};
    vy_status status = vy_aside(&live->stage, build_aside, &build, &all, err);
    if (!status && all.length < sizeof built)
        status = vy_fail(err, VY_INTERNAL, -1, "the compiling process said nothing");
    if (!status) {
        memcpy(&built, all.text, sizeof built);
        json_t *const said =
            json_loadb(all.text + sizeof built, all.length - sizeof built, 0, NULL);
        json_object_update(result, said);
        json_decref(said);
        vy_text_copy(path, VY_USER_PATH, built.path);
        *err = built.err;
        status = built.status;
    }
    vy_buf_clear(&all);
    return status;
}

static void send_module(struct vy_engine_child *to, const struct vy_user_module *user)
{
    to->loaded = 0;
    vy_link_send(&to->link, json_pack("{s:{s:s,s:s,s:I}}", "module", "name", user->module->id,
                                      "path", user->path, "mark", (json_int_t)user->mark));
}

void vy_live_send_modules(struct vy_live *live, struct vy_engine_child *to)
{
    const struct vy_user_module *user;
    for (size_t i = 0; (user = vy_catalog_user_at(live->catalog, i)); i++)
        send_module(to, user);
}

// The guard and the engine that plays go on meanwhile; other clients wait.
static vy_status load_in(struct vy_live *live, uint32_t slot, const struct vy_user_module *user,
                         struct vy_err *err)
{
    struct vy_engine_child *const e = &live->engine[slot];
    const pid_t pid = e->process.pid;
    if (!pid)
        return VY_OK; // it will load what the catalog has when it starts
    send_module(e, user);
    for (int ms = 0; ms < LOAD_MS && e->process.pid == pid && !e->loaded; ms++) {
        vy_live_pump(live);
        usleep(1000);
    }
    if (e->process.pid != pid)
        return vy_fail(err, VY_BAD_MODULE, -1, "%s took an engine down while it was loaded",
                       user->module->id);
    if (e->loaded < 0)
        return vy_fail(err, VY_BAD_MODULE, -1, "%s", e->refused);
    return e->loaded ? VY_OK
                     : vy_fail(err, VY_INTERNAL, -1, "an engine did not answer in %d ms", LOAD_MS);
}

static vy_status load_everywhere(struct vy_live *live, const struct vy_user_module *user,
                                 struct vy_err *err)
{
    const uint32_t active = atomic_load(&live->shared->active);
    const uint32_t first = active == 0 ? 1 : 0;
    vy_status status = load_in(live, first, user, err);
    if (!status)
        status = load_in(live, 1 - first, user, err);
    if (!status && live->reserve.process.pid)
        send_module(&live->reserve, user);
    return status;
}

vy_status vy_live_reload(void *arg, const char *name, struct vy_buf *text, json_t *result,
                         struct vy_err *err)
{
    struct vy_live *const live = arg;
    const struct vy_user_module *const old = vy_catalog_user(live->catalog, name);
    const uint64_t before = old ? old->module->layout : 0;
    char path[VY_USER_PATH];
    uint32_t nodes = 0;
    vy_status status = build_module(live, name, path, result, err);
    if (!status)
        status = vy_user_reload_take(live->session, path, name,
                                     vy_user_mark_new(live->catalog, path), &nodes, err);
    if (!status)
        status = load_everywhere(live, vy_catalog_user(live->catalog, name), err);
    if (!status)
        status = vy_user_module_keep(live->catalog, name, path, err);
    if (status)
        return status;
    vy_user_reload_say(live->catalog, name, before, nodes, text, result);
    vy_live_event(
        live, json_pack("{s:s,s:s,s:i}", "event", "reload", "module", name, "places", (int)nodes));
    return VY_OK;
}
