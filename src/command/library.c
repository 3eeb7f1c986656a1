// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/library.h"

#include "command/ears.h"
#include "command/session.h"
#include "listen/music.h"
#include "store/patterns.h"
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define NEAR_MOST 8 // near duplicates looked for beside each sound

void vy_key_name(const struct vy_facts *facts, char *to, size_t size)
{
    *to = '\0';
    if (!isnan(facts->key))
        snprintf(to, size, "%s %s", vy_pitch_class_name((int)facts->key),
                 facts->minor > 0.5 ? "minor" : "major");
}

json_t *vy_sound_row_json(const struct vy_sound_row *row)
{
    struct vy_facts facts = row->facts;
    char hex[2 * VY_HASH_BYTES + 1], key[24];
    json_t *const numbers = json_object();
    double *value;
    const char *name;
    for (uint32_t i = 0; (name = vy_facts_at(&facts, i, NULL, &value)); i++)
        json_object_set_new(numbers, name, vy_json_number(*value));
    sodium_bin2hex(hex, sizeof hex, row->hash, VY_HASH_BYTES);
    vy_key_name(&facts, key, sizeof key);
    json_t *const json = json_object();
    json_object_set_new(json, "path", row->path ? vy_path_json(row->path) : json_null());
    json_object_set_new(json, "hash", json_string(hex));
    json_object_set_new(json, "places", json_integer(row->places));
    json_object_set_new(json, "kind", facts.kind[0] ? json_string(facts.kind) : json_null());
    json_object_set_new(json, "kind_confidence", vy_json_number(facts.kind_confidence));
    json_object_set_new(json, "key_name", key[0] ? json_string(key) : json_null());
    json_object_set_new(json, "tags", json_string(facts.tags));
    json_object_set_new(json, "user_tags", json_string(row->user_tags));
    json_object_set_new(json, "heard_by", json_string(row->heard_by));
    json_object_set_new(json, "problem", row->problem ? vy_path_json(row->problem) : json_null());
    json_object_set_new(json, "facts", numbers);
    return json;
}

// What an action works with.
struct act {
    struct vy_db *db;
    const struct vy_library_ask *ask;
    struct vy_buf *text;
    json_t *result;
    json_t *rows;
    uint64_t count;
    vy_status status;
    struct vy_err *err;
};

static vy_status do_scan(struct act *act)
{
    struct vy_scan scan = act->ask->scan;
    struct vy_scan_sums sums;
    scan.folder = act->ask->what;
    const vy_status status = vy_scan_run(act->db, &scan, &sums, act->err);
    if (status)
        return status;
    json_object_set_new(act->result, "files", json_integer((json_int_t)sums.files));
    for (int e = VY_SCAN_HEARD; e < VY_SCAN_EVENTS; e++)
        json_object_set_new(act->result, vy_scan_event_name(e),
                            json_integer((json_int_t)sums.event[e]));
    const uint64_t read = sums.files - sums.event[VY_SCAN_SAME];
    const double per_s = sums.seconds > 0 ? (double)read / sums.seconds : 0;
    json_object_set_new(act->result, "seconds", json_real(sums.seconds));
    json_object_set_new(act->result, "files_per_second", json_real(per_s));
    json_object_set_new(act->result, "stopped", json_boolean(sums.stopped));
    vy_buf_add(act->text,
               "%" PRIu64 " files: %" PRIu64 " heard, %" PRIu64 " as before, %" PRIu64
               " moved, %" PRIu64 " duplicates, %" PRIu64 " cannot be read, %" PRIu64 " missing",
               sums.files, sums.event[VY_SCAN_HEARD], sums.event[VY_SCAN_SAME],
               sums.event[VY_SCAN_MOVED], sums.event[VY_SCAN_DUPLICATE],
               sums.event[VY_SCAN_PROBLEM], sums.event[VY_SCAN_MISSING]);
    if (read)
        vy_buf_add(act->text, "; %.1f s, %.1f files a second", sums.seconds, per_s);
    if (sums.event[VY_SCAN_MISSING])
        vy_buf_add(act->text, "\n`veery library prune` forgets what is missing");
    if (sums.stopped)
        vy_buf_add(act->text, "\nstopped; the next scan goes on from here");
    return VY_OK;
}

static void say_row(struct vy_buf *text, const struct vy_sound_row *row)
{
    const struct vy_facts *const f = &row->facts;
    char key[24];
    vy_key_name(f, key, sizeof key);
    vy_buf_add(text, "\n  %-44s", row->path ? row->path : "(nowhere any more)");
    if (row->problem) {
        vy_buf_add(text, "  %s", row->problem);
        return;
    }
    vy_buf_add(text, " %7.2f s", f->duration_s);
    if (isfinite(f->bpm))
        vy_buf_add(text, " %6.1f bpm", f->bpm);
    vy_buf_add(text, "%s%s%s%s", key[0] ? " " : "", key, f->kind[0] ? " " : "", f->kind);
}

static bool list_row(void *arg, const struct vy_sound_row *row)
{
    struct act *const act = arg;
    if (act->ask->what && !(row->path && strstr(row->path, act->ask->what)))
        return true;
    act->count++;
    json_array_append_new(act->rows, vy_sound_row_json(row));
    say_row(act->text, row);
    return true;
}

static vy_status do_list(struct act *act)
{
    struct vy_buf rows = {0}, *const text = act->text;
    act->text = &rows;
    const vy_status status = vy_sounds_each(act->db, 0, list_row, act, act->err);
    act->text = text;
    vy_buf_add(text, "%" PRIu64 " sounds%s", act->count, rows.text ? rows.text : "");
    vy_buf_clear(&rows);
    json_object_set(act->result, "sounds", act->rows);
    return status;
}

static vy_status do_info(struct act *act)
{
    struct vy_store_counts n;
    struct vy_layout layout;
    float weight[VY_SPACES];
    const vy_status status = vy_store_count(act->db, &n, act->err);
    if (status)
        return status;
    vy_ears_layout(&layout, weight);
    json_t *const aspects = json_array();
    for (uint32_t s = 0; s < layout.spaces; s++)
        json_array_append_new(aspects,
                              json_pack("{s:s,s:i,s:f}", "name", layout.space[s].name, "numbers",
                                        (int)layout.space[s].dims, "weight", (double)weight[s]));
    json_object_set_new(act->result, "library", vy_path_json(vy_db_path(act->db)));
    json_object_set_new(act->result, "analysis", json_string(vy_ears_version()));
    json_object_set_new(act->result, "aspects", aspects);
    const struct {
        const char *name, *text;
        int64_t n;
    } rows[] = {
        {"sounds", "sounds", n.sounds},
        {"files", "files", n.places},
        {"missing", "files missing", n.gone},
        {"duplicates", "sounds with several files", n.duplicates},
        {"problems", "cannot be read", n.problems},
        {"regions", "regions with vectors", n.regions},
        {"patterns", "patterns", n.patterns},
    };
    vy_buf_add(act->text, "%s", vy_db_path(act->db));
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_object_set_new(act->result, rows[i].name, json_integer(rows[i].n));
        vy_buf_add(act->text, "\n  %8" PRId64 " %s", rows[i].n, rows[i].text);
    }
    return VY_OK;
}

static vy_status do_check(struct act *act)
{
    struct vy_buf problems = {0};
    vy_status status = vy_db_check(act->db, &problems, act->err);
    for (char *line = problems.text; !status && line && *line;) {
        const size_t n = strcspn(line, "\n");
        json_array_append_new(act->rows, json_stringn(line, n));
        line += n + (line[n] == '\n');
    }
    json_object_set(act->result, "problems", act->rows);
    json_object_set_new(act->result, "sound", json_boolean(json_array_size(act->rows) == 0));
    if (!status && problems.length)
        status = vy_fail(act->err, VY_BAD_FILE, -1, "%zu problems; the first: %.150s",
                         json_array_size(act->rows), problems.text);
    else if (!status)
        vy_buf_add(act->text, "the library is sound");
    vy_buf_clear(&problems);
    return status;
}

static bool prune_place(void *arg, const struct vy_place *place)
{
    struct act *const act = arg;
    if (access(place->path, F_OK) == 0)
        return true;
    act->count++;
    json_array_append_new(act->rows, vy_path_json(place->path));
    vy_buf_add(act->text, "\n  %s", place->path);
    act->status = vy_place_forget(act->db, place->id, act->err);
    return !act->status;
}

// Sounds that lie nowhere any more go, unless a pattern is of them.
static vy_status do_prune(struct act *act)
{
    uint64_t sounds = 0;
    vy_buf_add(act->text, "forgotten:");
    vy_status status = vy_db_begin(act->db, act->err);
    if (status)
        return status;
    status = vy_places_each(act->db, 0, prune_place, act, act->err);
    if (!status)
        status = act->status;
    if (!status)
        status = vy_sounds_forget_lost(act->db, &sounds, act->err);
    json_object_set(act->result, "forgotten", act->rows);
    json_object_set_new(act->result, "sounds", json_integer((json_int_t)sounds));
    vy_buf_add(act->text, "%s%" PRIu64 " files, %" PRIu64 " sounds", act->count ? "\n" : " ",
               act->count, sounds);
    return vy_db_end(act->db, status, act->err);
}

// The sound at a path, as it was given or without links.
static vy_status sound_at(struct act *act, const char *path, int64_t *sound)
{
    struct vy_place place;
    bool found = false;
    char *const real = realpath(path, NULL);
    vy_status status = real ? vy_place_find(act->db, real, &place, &found, act->err) : VY_OK;
    free(real);
    if (!status && !found)
        status = vy_place_find(act->db, path, &place, &found, act->err);
    if (!status && !found)
        return vy_fail(act->err, VY_NOT_FOUND, -1, "%.150s is not in the library", path);
    *sound = place.sound;
    return status;
}

static vy_status do_forget(struct act *act)
{
    int64_t sound = 0;
    vy_status status = sound_at(act, act->ask->what, &sound);
    if (!status)
        status = vy_sound_forget(act->db, sound, act->err);
    if (!status)
        vy_buf_add(act->text, "forgotten; the file stays");
    return status;
}

static vy_status do_tag(struct act *act)
{
    int64_t sound = 0;
    const char *const tags = act->ask->tags ? act->ask->tags : "";
    if (strlen(tags) >= VY_TAGS_TEXT)
        return vy_fail(act->err, VY_TOO_BIG, -1, "tags are at most %d bytes", VY_TAGS_TEXT - 1);
    vy_status status = sound_at(act, act->ask->what, &sound);
    if (!status)
        status = vy_sound_tag(act->db, sound, tags, act->err);
    if (!status)
        vy_buf_add(act->text, "tagged %s", tags);
    return status;
}

static bool list_place(void *arg, const struct vy_place *place)
{
    struct act *const act = arg;
    if (!place->gone) {
        json_array_append_new(act->rows, vy_path_json(place->path));
        vy_buf_add(act->text, "\n    %s", place->path);
    }
    return true;
}

// Files of one sound, as a group.
static vy_status add_group(struct act *act, json_t *groups, int64_t sound)
{
    json_t *const all = act->rows, *const files = json_array();
    vy_buf_add(act->text, "\n  the same bytes:");
    act->rows = files;
    const vy_status status = vy_places_each(act->db, sound, list_place, act, act->err);
    act->rows = all;
    json_array_append_new(groups, json_pack("{s:o,s:f}", "files", files, "score", 1.0));
    act->count++;
    return status;
}

struct pairs {
    struct act *act;
    struct vy_index *index;
    struct vy_layout layout;
    float weight[VY_SPACES];
    int64_t layout_id;
    json_t *groups;
    int64_t *sound; ///< of all sounds
    size_t sounds, room;
    struct vy_ids several; ///< sounds with several files
};

static bool gather(void *arg, const struct vy_sound_row *row)
{
    struct pairs *const p = arg;
    if (p->sounds == p->room) {
        p->room = p->room ? p->room * 2 : 256;
        int64_t *const moved = realloc(p->sound, p->room * sizeof *moved);
        if (!moved)
            return false;
        p->sound = moved;
    }
    p->sound[p->sounds++] = row->id;
    if (row->places > 1 && vy_ids_add(&p->several, row->id))
        return false;
    return true;
}

struct place_text {
    char path[4096];
};

static bool first_place(void *arg, const struct vy_place *place)
{
    struct place_text *const to = arg;
    vy_text_copy(to->path, sizeof to->path, place->path);
    return place->gone;
}

static vy_status add_pair(struct pairs *p, int64_t a, int64_t b, double score)
{
    struct act *const act = p->act;
    struct place_text one = {"?"}, two = {"?"};
    vy_status status = vy_places_each(act->db, a, first_place, &one, act->err);
    if (!status)
        status = vy_places_each(act->db, b, first_place, &two, act->err);
    vy_buf_add(act->text, "\n  %.4f alike:\n    %s\n    %s", score, one.path, two.path);
    json_array_append_new(p->groups, json_pack("{s:[o,o],s:f}", "files", vy_path_json(one.path),
                                               vy_path_json(two.path), "score", score));
    act->count++;
    return status;
}

// What sounds nearly like one sound; each pair once.
static vy_status near_one(struct pairs *p, int64_t sound)
{
    struct act *const act = p->act;
    float row[VY_SPACES * VY_SPACE_DIMS];
    struct vy_region region, other;
    struct vy_ids except = {0};
    struct vy_near near[NEAR_MOST];
    uint32_t found = 0;
    vy_status status =
        vy_sound_whole(act->db, p->layout_id, &p->layout, sound, &region, row, act->err);
    if (status)
        return status == VY_NOT_FOUND ? VY_OK : status; // nothing was heard in it
    status = vy_sound_regions(act->db, sound, &except, act->err);
    struct vy_search search = {.row = row,
                               .most = NEAR_MOST,
                               .least = (float)act->ask->near,
                               .except = &except,
                               .threads = 1};
    memcpy(search.weight, p->weight, sizeof search.weight);
    if (!status)
        status = vy_index_search(p->index, &search, near, &found, NULL, act->err);
    if (status == VY_BAD_ARG) // silence is like nothing
        status = VY_OK;
    for (uint32_t i = 0; i < found && !status; i++) {
        status = vy_region_get(act->db, p->layout_id, &p->layout, near[i].region, &other, NULL,
                               act->err);
        const double ratio = (other.end_s - other.start_s) / (region.end_s - region.start_s);
        if (!status && other.sound > sound && ratio > 0.9 && ratio < 1.1)
            status = add_pair(p, sound, other.sound, (double)near[i].score);
    }
    vy_ids_clear(&except);
    return status;
}

static vy_status do_duplicates(struct act *act)
{
    struct pairs p = {.act = act, .groups = json_array()};
    vy_ears_layout(&p.layout, p.weight);
    vy_buf_add(act->text, "duplicates:");
    vy_status status = vy_sounds_each(act->db, 0, gather, &p, act->err);
    for (size_t i = 0; i < p.sounds && !status; i++)
        if (vy_ids_has(&p.several, p.sound[i]))
            status = add_group(act, p.groups, p.sound[i]);
    if (!status && act->ask->near > 0) {
        status = vy_layout_id(act->db, &p.layout, &p.layout_id, act->err);
        if (!status)
            status = vy_index_open(act->db, &p.layout, &p.index, act->err);
        for (size_t i = 0; i < p.sounds && !status; i++)
            status = near_one(&p, p.sound[i]);
        vy_index_close(p.index);
    }
    if (!act->count)
        vy_buf_add(act->text, " none");
    free(p.sound);
    vy_ids_clear(&p.several);
    json_object_set_new(act->result, "duplicates", p.groups);
    return status;
}

static vy_status do_export(struct act *act)
{
    return vy_library_export(act->db, act->ask->what, act->text, act->result, act->err);
}

static vy_status do_import(struct act *act)
{
    return vy_library_import(act->db, act->ask->what, act->text, act->result, act->err);
}

static const struct action {
    struct vy_library_action row;
    vy_status (*run)(struct act *act);
} actions[] = {
    {{"scan", "DIR", "listen to what is new or changed below a folder", true, true}, do_scan},
    {{"list", "[TEXT]", "list sounds whose path contains the text", false, false}, do_list},
    {{"info", "", "say what is in it", false, false}, do_info},
    {{"check", "", "look whether it is undamaged", false, false}, do_check},
    {{"duplicates", "", "list files with the same bytes, and sounds that are nearly alike", false,
      false},
     do_duplicates},
    {{"prune", "", "forget files that are not there any more", false, false}, do_prune},
    {{"forget", "FILE", "forget a sound; the file stays", true, false}, do_forget},
    {{"tag", "FILE TAGS", "give a sound your own tags, in place of those before", true, false},
     do_tag},
    {{"export", "DIR", "write all of it as JSON and npz", true, false}, do_export},
    {{"import", "DIR", "take in what was exported", true, true}, do_import},
};
#define ACTIONS (sizeof actions / sizeof *actions)

const struct vy_library_action *vy_library_action_at(size_t i)
{
    return i < ACTIONS ? &actions[i].row : NULL;
}

static const char *action_name(void *unused, size_t i)
{
    (void)unused;
    return i < ACTIONS ? actions[i].row.name : NULL;
}

vy_status vy_library_do(const struct vy_library_ask *ask, struct vy_buf *text, json_t *result,
                        struct vy_err *err)
{
    const struct action *action = NULL;
    for (size_t i = 0; i < ACTIONS && !action; i++)
        if (strcmp(actions[i].row.name, ask->action) == 0)
            action = &actions[i];
    if (!action) {
        vy_fail(err, VY_BAD_ARG, -1, "a library cannot be told to '%.40s'", ask->action);
        vy_err_suggest(err, ask->action, action_name, NULL);
        return VY_BAD_ARG;
    }
    if (action->row.needs_what && (!ask->what || !*ask->what))
        return vy_fail(err, VY_BAD_ARG, -1, "library %s needs a %s", action->row.name,
                       action->row.what);
    struct act act = {.ask = ask, .text = text, .result = result, .err = err};
    vy_status status =
        vy_library_open(ask->library, action->row.makes ? VY_DB_CREATE : VY_DB_USE, &act.db, err);
    if (status)
        return status;
    act.rows = json_array();
    status = action->run(&act);
    json_decref(act.rows);
    vy_db_close(act.db);
    return status;
}
