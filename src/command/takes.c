// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verb `takes`, and what `veery takes` does.
#include "command/takes.h"

#include "command/handlers.h"
#include "command/scan.h"
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

// ---- a take in words ----------------------------------------------------------------------------

static json_t *tags_json(const char *tags)
{
    json_t *const list = json_array();
    for (const char *p = tags; *p;) {
        const size_t n = strcspn(p, " ");
        json_array_append_new(list, json_stringn(p, n));
        p += n + (p[n] == ' ');
    }
    return list;
}

json_t *vy_take_json(const struct vy_take *take, const char *folder, bool receipt)
{
    char path[VY_TAKES_PATH + VY_TAKE_PLACE], hash[2 * VY_TAKE_HASH + 1];
    snprintf(path, sizeof path, "%s/%s", folder, take->path);
    sodium_bin2hex(hash, sizeof hash, take->hash, sizeof take->hash);
    json_t *const json = json_pack(
        "{s:I,s:s,s:o,s:s,s:s,s:s,s:I,s:I,s:o,s:I,s:I,s:i,s:o,s:b,s:o}", "id", (json_int_t)take->id,
        "name", take->name, "path", vy_path_json(path), "hash", hash, "kind", take->kind, "author",
        take->author, "created", (json_int_t)take->created, "bytes", (json_int_t)take->bytes,
        "duration_s", vy_json_number(take->duration_s), "rate", (json_int_t)take->rate_hz,
        "channels", (json_int_t)take->chans, "rating", take->rating, "tags", tags_json(take->tags),
        "kept", take->kept, "job", take->job ? json_integer(take->job) : json_null());
    if (json && receipt)
        json_object_set_new(json, "receipt", json_loads(take->receipt, 0, NULL));
    return json;
}

void vy_take_line(const json_t *take, struct vy_buf *text)
{
    const int rating = (int)json_integer_value(json_object_get(take, "rating"));
    const json_t *const tags = json_object_get(take, "tags");
    char when[20] = "";
    const time_t created = (time_t)json_number_value(json_object_get(take, "created"));
    struct tm local;
    if (localtime_r(&created, &local))
        strftime(when, sizeof when, "%Y-%m-%d %H:%M", &local);
    vy_buf_add(text, "%5" JSON_INTEGER_FORMAT "  %s %7.1f s  %-5.*s %s%s %s",
               json_integer_value(json_object_get(take, "id")), when,
               json_number_value(json_object_get(take, "duration_s")), rating, "*****",
               *vy_json_text(take, "name") ? vy_json_text(take, "name") : "-",
               json_is_true(json_object_get(take, "kept")) ? " (kept)" : "",
               vy_json_text(take, "author"));
    for (size_t i = 0; i < json_array_size(tags); i++)
        vy_buf_add(text, " #%s", json_string_value(json_array_get(tags, i)));
}

vy_status vy_take_name_check(const char *name, int at, struct vy_err *err)
{
    if (strlen(name) >= VY_TAKE_NAME)
        return vy_fail(err, VY_TOO_BIG, at, "a name has at most %d bytes", VY_TAKE_NAME - 1);
    for (const char *p = name; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return vy_fail(err, VY_BAD_ARG, at, "a name has no control characters");
    return VY_OK;
}

// ---- opening ------------------------------------------------------------------------------------

vy_status vy_take_place(const struct vy_desk *desk, const char *which, struct vy_arena *arena,
                        struct vy_take *take, char path[VY_TAKES_PATH], struct vy_err *err)
{
    char folder[VY_TAKES_PATH];
    int64_t id;
    vy_status status = vy_take_find(desk->db, which, &id, err);
    if (!status)
        status = vy_take_get(desk->db, id, arena, take, err);
    if (!status)
        status = vy_takes_folder(desk->settings, folder, err);
    if (!status && snprintf(path, VY_TAKES_PATH, "%s/%s", folder, take->path) >= VY_TAKES_PATH)
        status = vy_fail(err, VY_TOO_BIG, -1, "the path of the take is too long");
    return status;
}

vy_status vy_sound_named(const struct vy_call *call, const char *word, char path[VY_TAKES_PATH],
                         struct vy_err *err)
{
    struct vy_arena arena = {0};
    struct vy_take take;
    struct vy_desk desk = {.settings = vy_desk_settings(call)};
    bool ours;
    if (strchr(word, '/') || vy_scan_is_sound(word) || access(word, F_OK) == 0)
        return vy_text_copy(path, VY_TAKES_PATH, word)
                   ? VY_OK
                   : vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    vy_status status = vy_desk_open(call, &desk.db, &ours, err);
    if (status)
        return status;
    status = vy_take_place(&desk, word, &arena, &take, path, err);
    if (status == VY_NOT_FOUND)
        vy_fail(err, status, -1, "there is neither a file nor a take %.100s", word);
    vy_arena_clear(&arena);
    if (ours)
        vy_db_close(desk.db);
    return status;
}

void vy_takes_tell(const struct vy_desk *desk, int64_t id, const char *what)
{
    if (desk && desk->take)
        desk->take(desk->arg, id, what);
}

// ---- looking ------------------------------------------------------------------------------------

struct list {
    const struct vy_takes_act *act;
    json_t *takes;
};

static bool add_take(void *arg, const struct vy_take *take)
{
    struct list *const list = arg;
    json_t *const json = vy_take_json(take, list->act->folder, false);
    if (json_array_size(list->takes))
        vy_buf_add(list->act->text, "\n");
    vy_take_line(json, list->act->text);
    json_array_append_new(list->takes, json);
    return true;
}

static vy_status ls(struct vy_takes_act *act)
{
    struct list list = {act, json_array()};
    int64_t count, bytes;
    const struct vy_take_wish wish = {.most = act->ask->most,
                                      .rating = act->ask->rating,
                                      .tag = act->ask->tag,
                                      .text = act->ask->text};
    vy_status status = vy_takes_each(act->desk->db, &wish, add_take, &list, act->err);
    if (!status)
        status = vy_takes_total(act->desk->db, &count, &bytes, act->err);
    if (status) {
        json_decref(list.takes);
        return status;
    }
    if (!json_array_size(list.takes))
        vy_buf_add(act->text, count ? "no take is like that"
                                    : "no takes; `job take 8 bars \"name\"` makes one");
    json_object_set_new(act->result, "takes", list.takes);
    json_object_set_new(act->result, "count", json_integer(count));
    json_object_set_new(act->result, "bytes", json_integer(bytes));
    return VY_OK;
}

static vy_status say_take(struct vy_takes_act *act, int64_t id, bool receipt)
{
    struct vy_arena arena = {0};
    struct vy_take take;
    const vy_status status = vy_take_get(act->desk->db, id, &arena, &take, act->err);
    if (!status) {
        json_t *const json = vy_take_json(&take, act->folder, receipt);
        vy_take_line(json, act->text);
        json_object_set_new(act->result, "take", json);
    }
    vy_arena_clear(&arena);
    return status;
}

static vy_status show(struct vy_takes_act *act)
{
    int64_t id;
    vy_status status = vy_take_find(act->desk->db, act->ask->which, &id, act->err);
    if (!status)
        status = say_take(act, id, true);
    if (status)
        return status;
    const json_t *const take = json_object_get(act->result, "take");
    const json_t *const receipt = json_object_get(take, "receipt");
    vy_buf_add(act->text, "\n  %s\n  hash %s\n  made by `%s`", vy_json_text(take, "path"),
               vy_json_text(take, "hash"), vy_json_text(receipt, "line"));
    const json_t *const lufs = json_object_get(json_object_get(receipt, "measured"), "loudness");
    if (json_is_number(lufs))
        vy_buf_add(act->text, ", %.1f LUFS", json_number_value(lufs));
    if (json_is_integer(json_object_get(take, "job")))
        vy_buf_add(act->text, ", job %" JSON_INTEGER_FORMAT,
                   json_integer_value(json_object_get(take, "job")));
    return VY_OK;
}

// ---- changing -----------------------------------------------------------------------------------

static vy_status rate(struct vy_takes_act *act, int64_t id)
{
    char *end;
    const long stars = strtol(act->ask->words, &end, 10);
    if (*end || end == act->ask->words || stars < 0 || stars > 5)
        return vy_fail(act->err, VY_OUT_OF_RANGE, -1, "a rating is 0..5, not '%.40s'",
                       act->ask->words);
    return vy_take_rate(act->desk->db, id, (int)stars, act->err);
}

static vy_status keep(struct vy_takes_act *act, int64_t id)
{
    const int choice = vy_choice_find("no|yes", act->ask->words);
    if (choice < 0)
        return vy_fail(act->err, VY_BAD_ARG, -1, "keep is yes or no, not '%.40s'", act->ask->words);
    return vy_take_keep(act->desk->db, id, choice == 1, act->err);
}

static vy_status rename_it(struct vy_takes_act *act, int64_t id)
{
    const vy_status status = vy_take_name_check(act->ask->words, -1, act->err);
    return status ? status : vy_take_rename(act->desk->db, id, act->ask->words, act->err);
}

static vy_status tag_one(struct vy_takes_act *act, int64_t id, const char *said, size_t n)
{
    const bool on = *said != '-';
    char tag[VY_TAKE_TAG];
    if (!on || *said == '+') {
        said++;
        n--;
    }
    if (n == 0 || n >= sizeof tag)
        return vy_fail(act->err, VY_BAD_ARG, -1, "a tag has 1 to %d bytes", VY_TAKE_TAG - 1);
    snprintf(tag, sizeof tag, "%.*s", (int)n, said);
    for (const char *p = tag; *p; p++)
        if ((unsigned char)*p < 0x20 || *p == 0x7f)
            return vy_fail(act->err, VY_BAD_ARG, -1, "a tag has no control characters");
    return vy_take_tag(act->desk->db, id, tag, on, act->err);
}

static vy_status tag(struct vy_takes_act *act, int64_t id)
{
    vy_status status = VY_OK;
    for (const char *p = act->ask->words; !status && *p;) {
        const size_t n = strcspn(p, " ,");
        if (n)
            status = tag_one(act, id, p, n);
        p += n + (p[n] != '\0');
    }
    return status;
}

static vy_status change(struct vy_takes_act *act, vy_status (*fn)(struct vy_takes_act *, int64_t))
{
    int64_t id;
    vy_status status = vy_take_find(act->desk->db, act->ask->which, &id, act->err);
    if (!status)
        status = vy_db_begin(act->desk->db, act->err);
    if (!status)
        status = vy_db_end(act->desk->db, fn(act, id), act->err);
    if (!status)
        status = say_take(act, id, false);
    if (!status)
        vy_takes_tell(act->desk, id, "changed");
    return status;
}

static vy_status do_rate(struct vy_takes_act *act)
{
    return change(act, rate);
}

static vy_status do_keep(struct vy_takes_act *act)
{
    return change(act, keep);
}

static vy_status do_rename(struct vy_takes_act *act)
{
    return change(act, rename_it);
}

static vy_status do_tag(struct vy_takes_act *act)
{
    return change(act, tag);
}

// The row first: a row without files would be a lie.
static vy_status rm_one(struct vy_takes_act *act, const char *which, bool only_try, json_t *removed)
{
    struct vy_arena arena = {0};
    struct vy_take take;
    char path[VY_TAKES_PATH];
    vy_status status = vy_take_place(act->desk, which, &arena, &take, path, act->err);
    if (!status && take.kept && !act->ask->force)
        status = vy_fail(act->err, VY_DENIED, -1,
                         "take %" PRId64 " is to be kept: `takes keep %" PRId64 " no` first",
                         take.id, take.id);
    if (!status && !only_try) {
        vy_takes_let_go(act->folder, take.id, take.path);
        status = vy_take_remove(act->desk->db, take.id, act->err);
        if (!status)
            status = vy_takes_drop(act->folder, take.id, take.path, act->err);
    }
    if (!status && !only_try) {
        vy_buf_add(act->text, "%s take %" PRId64, json_array_size(removed) ? "," : "removed",
                   take.id);
        json_array_append_new(removed, json_integer(take.id));
        vy_takes_tell(act->desk, take.id, "gone");
    }
    vy_arena_clear(&arena);
    return status;
}

// That which is named and, by number, those after it.
static vy_status rm_all(struct vy_takes_act *act, bool only_try, json_t *removed)
{
    vy_status status = rm_one(act, act->ask->which, only_try, removed);
    for (const char *p = act->ask->words ? act->ask->words : ""; !status && *p;) {
        const size_t n = strcspn(p, " ");
        char which[VY_TAKE_NAME];
        snprintf(which, sizeof which, "%.*s", (int)n, p);
        if (n)
            status = rm_one(act, which, only_try, removed);
        p += n + (p[n] != '\0');
    }
    return status;
}

// All that are named, or none.
static vy_status rm(struct vy_takes_act *act)
{
    json_t *const removed = json_array();
    vy_status status = rm_all(act, true, removed);
    if (!status)
        status = rm_all(act, false, removed);
    if (json_array_size(removed) == 1)
        json_object_set(act->result, "removed", json_array_get(removed, 0));
    else if (!status)
        json_object_set(act->result, "removed", removed);
    json_decref(removed);
    return status;
}

static vy_status play(struct vy_takes_act *act)
{
    const struct vy_desk *const desk = act->desk;
    int64_t id = 0;
    vy_status status = VY_OK;
    if (!desk->play)
        return vy_fail(act->err, VY_ABSENT, -1,
                       "no studio plays here; `veery takes play` in a shell does");
    if (act->ask->which)
        status = vy_take_find(desk->db, act->ask->which, &id, act->err);
    if (!status)
        status = desk->play(desk->arg, id, act->err);
    if (!status && id)
        vy_buf_add(act->text, "playing take %" PRId64, id);
    else if (!status)
        vy_buf_add(act->text, "silent");
    return status;
}

// ---- the table ----------------------------------------------------------------------------------

static const struct action {
    struct vy_takes_action row;
    bool which, words; ///< it needs one
    vy_status (*run)(struct vy_takes_act *act);
} actions[] = {
    {{"ls", "", "list the newest (-n N, --tag TAG, --rating N, --text WORDS)"}, false, false, ls},
    {{"show", "TAKE", "all about one, with its receipt"}, true, false, show},
    {{"play", "TAKE", "hear it beside the music, or by --device D"}, true, false, play},
    {{"stop", "", "and no more"}, false, false, play},
    {{"rate", "TAKE N", "0 to 5 stars"}, true, true, do_rate},
    {{"tag", "TAKE WORD...", "give tags; -WORD takes one away"}, true, true, do_tag},
    {{"keep", "TAKE yes|no", "never remove it by itself"}, true, true, do_keep},
    {{"rename", "TAKE NAME", "another name; the file keeps its own"}, true, true, do_rename},
    {{"export", "TAKE FILE", "a copy as .wav or .flac (--force: over what is there)"},
     true,
     true,
     vy_takes_export},
    {{"verify", "[TAKE]", "are file, receipt and samples as they were? without TAKE: of all"},
     false,
     false,
     vy_takes_verify},
    {{"replay", "TAKE", "make it again from its receipt and compare every sample"},
     true,
     false,
     vy_takes_replay},
    {{"rm", "TAKE", "remove it and its file"}, true, false, rm},
    {{"gc", "", "what may go by quota and age (--apply: let it go)"}, false, false, vy_takes_gc},
};

const struct vy_takes_action *vy_takes_action_at(size_t i)
{
    return i < sizeof actions / sizeof *actions ? &actions[i].row : NULL;
}

static const char *action_name(void *unused, size_t i)
{
    (void)unused;
    return i < sizeof actions / sizeof *actions ? actions[i].row.name : NULL;
}

vy_status vy_takes_do(const struct vy_desk *desk, const struct vy_takes_ask *ask,
                      struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const char *const name = ask->action ? ask->action : "ls";
    struct vy_takes_act act = {
        .desk = desk, .ask = ask, .text = text, .result = result, .err = err};
    const struct action *action = actions;
    while (action_name(NULL, (size_t)(action - actions)) && strcmp(action->row.name, name) != 0)
        action++;
    if (!action_name(NULL, (size_t)(action - actions))) {
        vy_fail(err, VY_BAD_ARG, -1, "takes cannot '%.40s'", name);
        vy_err_suggest(err, name, action_name, NULL);
        return VY_BAD_ARG;
    }
    if (ask->words && *ask->words && !action->words && action->run != rm)
        return vy_fail(err, VY_BAD_ARG, -1, "takes %s has no use for '%.60s'", name, ask->words);
    if ((action->which && !ask->which) || (action->words && (!ask->words || !*ask->words)))
        return vy_fail(err, VY_BAD_ARG, -1, "takes %s needs %s", name, action->row.what);
    const vy_status status = vy_takes_folder(desk->settings, act.folder, err);
    return status ? status : action->run(&act);
}
