// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Which takes may go: older than takes.keep_days, then the oldest beyond takes.quota_mb; never
// those that are kept or have 4 stars and more. And what lies in the folder and is no take any
// more.
#include "command/takes.h"
#include "base/clock.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define GOOD 4 // stars from which on a take stays

struct gc {
    struct vy_takes_act *act;
    double now, days; ///< days 0 = never for its age
    int64_t over;     ///< bytes that are too many
    int64_t freed;
    json_t *takes;
};

static bool consider(void *arg, const struct vy_take *take)
{
    struct gc *const gc = arg;
    const double age = (gc->now - take->created) / 86400;
    const char *const why = gc->days > 0 && age > gc->days ? "age" : gc->over > 0 ? "quota" : NULL;
    if (take->kept || take->rating >= GOOD || !why)
        return true;
    gc->over -= take->bytes;
    gc->freed += take->bytes;
    vy_buf_add(gc->act->text, "%s%5" PRId64 "  %.1f MB  %-5s %s",
               json_array_size(gc->takes) ? "\n" : "", take->id, (double)take->bytes / 1e6, why,
               take->name);
    json_array_append_new(gc->takes, json_pack("{s:I,s:s,s:s,s:s,s:I}", "id", (json_int_t)take->id,
                                               "name", take->name, "path", take->path, "why", why,
                                               "bytes", (json_int_t)take->bytes));
    return true;
}

static vy_status look(struct gc *gc)
{
    const struct vy_settings *const settings = gc->act->desk->settings;
    const double quota = 1e6 * vy_settings_number(settings, "takes.quota_mb");
    const struct vy_take_wish oldest = {.oldest = true};
    int64_t count, bytes;
    const vy_status status = vy_takes_total(gc->act->desk->db, &count, &bytes, gc->act->err);
    if (status)
        return status;
    gc->over = quota > 0 ? bytes - (int64_t)quota : 0;
    gc->days = vy_settings_number(settings, "takes.keep_days");
    return vy_takes_each(gc->act->desk->db, &oldest, consider, gc, gc->act->err);
}

// Rows go before their files do: what a kill leaves between them is a draft, and goes next time.
static vy_status forget(const struct gc *gc)
{
    size_t i;
    json_t *take;
    vy_status status = VY_OK;
    json_array_foreach(gc->takes, i, take)
    {
        const int64_t id = json_integer_value(json_object_get(take, "id"));
        vy_takes_let_go(gc->act->folder, id, json_string_value(json_object_get(take, "path")));
        if (!status)
            status = vy_take_remove(gc->act->desk->db, id, gc->act->err);
    }
    return status;
}

static vy_status drop(const struct gc *gc)
{
    size_t i;
    json_t *take;
    vy_status status = VY_OK;
    json_array_foreach(gc->takes, i, take)
    {
        const int64_t id = json_integer_value(json_object_get(take, "id"));
        if (!status)
            status = vy_takes_drop(gc->act->folder, id,
                                   json_string_value(json_object_get(take, "path")), gc->act->err);
        vy_takes_tell(gc->act->desk, id, "gone");
    }
    return status;
}

static int64_t sum_bytes(const json_t *files)
{
    int64_t sum = 0;
    size_t i;
    json_t *file;
    json_array_foreach(files, i, file) sum += json_integer_value(json_object_get(file, "bytes"));
    return sum;
}

vy_status vy_takes_gc(struct vy_takes_act *act)
{
    const bool apply = act->ask->apply;
    struct gc gc = {.act = act, .now = vy_unix_s(), .takes = json_array()};
    json_t *const orphans = json_array();
    vy_status status = vy_db_begin(act->desk->db, act->err);
    if (!status) {
        status = look(&gc);
        if (!status) // before the rows of takes go, whose files are no strays
            status = vy_takes_sweep(act->desk->db, act->folder, apply, orphans, act->err);
        if (!status && apply)
            status = forget(&gc);
        status = vy_db_end(act->desk->db, status, act->err);
    }
    if (!status && apply)
        status = drop(&gc);
    const size_t n = json_array_size(gc.takes), stray = json_array_size(orphans);
    if (!status) {
        const int64_t bytes = gc.freed + sum_bytes(orphans);
        vy_buf_add(act->text, "%s%zu take%s and %zu stray file%s%s, %.1f MB%s", n ? "\n" : "", n,
                   n == 1 ? "" : "s", stray, stray == 1 ? "" : "s", apply ? " removed" : " may go",
                   (double)bytes / 1e6,
                   apply || n + stray == 0 ? "" : "; apply=yes (--apply) removes them");
        json_object_set_new(act->result, "applied", json_boolean(apply));
        json_object_set_new(act->result, "bytes", json_integer(bytes));
    }
    json_object_set_new(act->result, "takes", gc.takes);
    json_object_set_new(act->result, "orphans", orphans);
    return status;
}
