// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Saving, loading, undo, redo, transactions, the log.
#include "command/handlers.h"

#include "base/home.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

vy_status vy_session_path(const char *kind, const char *name, char *path, size_t size,
                          struct vy_err *err)
{
    const size_t length = strlen(name);
    const bool suffix = length > 6 && strcmp(name + length - 6, ".veery") == 0;
    int n;
    if (length == 0 || strpbrk(name, "\n\t"))
        return vy_fail(err, VY_BAD_ARG, -1, "a saved thing needs a name");
    if (strchr(name, '/') || suffix) {
        n = snprintf(path, size, "%s%s", name, suffix ? "" : ".veery");
    } else {
        if (name[0] == '.')
            return vy_fail(err, VY_BAD_ARG, -1, "a name does not begin with a dot");
        char file[4096];
        n = snprintf(file, sizeof file, "%s%s/%s.veery", kind,
                     strcmp(kind, "patch") == 0 ? "es" : "s", name);
        if (n >= 0 && (size_t)n < sizeof file)
            return vy_home_path(VY_HOME_DATA, file, path, size, err);
    }
    return n >= 0 && (size_t)n < size ? VY_OK
                                      : vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
}

// A patch is a session that does not start by itself.
static void drop_transport(struct vy_buf *buf)
{
    char *to = buf->text, *next;
    for (char *line = buf->text; *line; line = next) {
        const size_t n = strcspn(line, "\n") + (line[strcspn(line, "\n")] == '\n');
        next = line + n;
        const size_t word = strcspn(line, " \n;");
        const bool transport =
            (word == 4 && (!memcmp(line, "play", 4) || !memcmp(line, "stop", 4))) ||
            (word == 5 && !memcmp(line, "panic", 5));
        if (transport)
            continue;
        memmove(to, line, n);
        to += n;
    }
    *to = '\0';
    buf->length = (size_t)(to - buf->text);
}

vy_status vy_do_save(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    char path[4096];
    struct vy_buf buf = {0};
    vy_status status = vy_session_path(v[0].text, v[1].text, path, sizeof path, err);
    if (status && err->at < 0)
        err->at = v[1].at;
    if (!status)
        status = vy_session_write(call->session, &buf, err);
    if (!status && v[0].choice == 0)
        drop_transport(&buf);
    if (!status)
        status = vy_make_parents(path, err);
    if (!status)
        status = vy_file_write(path, buf.text, buf.length, err);
    vy_buf_clear(&buf);
    if (!status) {
        vy_buf_add(call->text, "saved %s", path);
        json_object_set_new(call->result, "file", json_string(path));
    }
    return status;
}

vy_status vy_saved_read(const char *kind, const char *name, char **text, size_t *length,
                        struct vy_err *err)
{
    char path[4096];
    const vy_status status = vy_session_path(kind, name, path, sizeof path, err);
    return status ? status : vy_file_read(path, VY_SESSION_FILE_MAX, text, length, err);
}

vy_status vy_do_load(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const bool later = v[2].given && v[2].choice == 1;
    char *text;
    size_t length;
    vy_status status = vy_saved_read(v[0].text, v[1].text, &text, &length, err);
    if (status) {
        err->at = v[1].at;
        return status;
    }
    if (later && call->session) {
        free(text);
        return vy_fail(err, VY_SYNTAX, v[2].at, "say: at next bar load %s \"%.80s\"", v[0].text,
                       v[1].text);
    }
    if (call->session)
        status = vy_session_load(call->session, text, length, call->author, call->warnings, err);
    else
        status = vy_file_parse(call->catalog, text, length, call->author, &call->replace, NULL,
                               NULL, err);
    if (!status && call->replace) // a timer: it goes on from here
        call->replace->beat = call->doc->beat;
    free(text);
    if (!status) {
        vy_buf_add(call->text, "loaded %s", v[1].text);
        json_object_set_new(call->result, "loaded", json_string(v[1].text));
    }
    return status;
}

// The last group of an author that can be undone (or redone); 0 = none.
static uint64_t last_group(const struct vy_session *session, const char *author, bool redo)
{
    uint64_t group = 0, newest = 0;
    for (size_t i = session->entries; i > 0; i--) {
        const struct vy_entry *const entry = &session->entry[i - 1];
        if (entry->note || entry->fired || entry->dead || strcmp(entry->author, author) != 0)
            continue;
        if (!redo && !entry->undone)
            return entry->group;
        if (redo && entry->undone > newest) {
            newest = entry->undone;
            group = entry->group;
        }
    }
    return group;
}

static void mark_group(struct vy_session *session, uint64_t group, uint64_t undone)
{
    for (size_t i = 0; i < session->entries; i++)
        if (session->entry[i].group == group && !session->entry[i].note)
            session->entry[i].undone = undone;
}

static void say_lines(struct vy_call *call, uint64_t group, json_t *lines)
{
    for (size_t i = 0; i < call->session->entries; i++) {
        const struct vy_entry *const entry = &call->session->entry[i];
        if (entry->group != group || entry->note)
            continue;
        vy_buf_add(call->text, "%s%s", json_array_size(lines) ? "; " : "", entry->line);
        json_array_append_new(lines, json_string(entry->line));
    }
}

static vy_status step_back(struct vy_call *call, bool redo, struct vy_err *err)
{
    struct vy_session *const session = call->session;
    const int steps = (int)call->args->value[0].number;
    if (vy_transaction_of(session, call->author))
        return vy_fail(err, VY_CONFLICT, call->line->begin, "first commit or abort what you began");
    struct vy_entry *const before = malloc((session->entries + 1) * sizeof *before);
    if (!before)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (session->entries)
        memcpy(before, session->entry, session->entries * sizeof *before);
    json_t *const lines = json_array();
    int done = 0;
    for (; done < steps; done++) {
        const uint64_t group = last_group(session, call->author, redo);
        if (!group)
            break;
        say_lines(call, group, lines);
        mark_group(session, group, redo ? 0 : ++session->undos);
    }
    struct vy_doc *doc = NULL;
    vy_status status = VY_OK;
    if (done == 0)
        status = vy_fail(err, VY_NO_EFFECT, call->line->begin, "there is nothing of yours to %s",
                         call->verb->name);
    else
        status = vy_log_replay(session, &doc, err);
    if (status && session->entries)
        memcpy(session->entry, before, session->entries * sizeof *before);
    if (!status) {
        vy_session_publish(session, doc);
        session->rewrites++;
    }
    free(before);
    if (!status && done < steps)
        vy_warn(call, "only %d of %d steps were there", done, steps);
    json_object_set_new(call->result, "lines", lines);
    return status;
}

vy_status vy_do_undo(struct vy_call *call, struct vy_err *err)
{
    return step_back(call, false, err);
}

vy_status vy_do_redo(struct vy_call *call, struct vy_err *err)
{
    return step_back(call, true, err);
}

vy_status vy_do_log(struct vy_call *call, struct vy_err *err)
{
    (void)err;
    const struct vy_session *const session = call->session;
    const size_t most = (size_t)call->args->value[0].number;
    json_t *const rows = json_array();
    for (size_t i = session->entries > most ? session->entries - most : 0; i < session->entries;
         i++) {
        const struct vy_entry *const entry = &session->entry[i];
        char when[32] = "";
        struct tm tm;
        const time_t at = (time_t)entry->time;
        if (gmtime_r(&at, &tm))
            strftime(when, sizeof when, "%Y-%m-%dT%H:%M:%SZ", &tm);
        vy_buf_add(call->text, "%s%5" PRIu64 " v%-4" PRIu64 " %-10s %s%s",
                   call->text->length ? "\n" : "", entry->id, entry->version, entry->author,
                   entry->line, entry->undone ? "  (undone)" : "");
        json_array_append_new(
            rows, json_pack("{s:I,s:I,s:s,s:s,s:s,s:b}", "id", (json_int_t)entry->id, "version",
                            (json_int_t)entry->version, "author", entry->author, "time", when,
                            "line", entry->line, "undone", entry->undone != 0));
    }
    json_object_set_new(call->result, "log", rows);
    return VY_OK;
}

static vy_status version_doc(const struct vy_session *session, const struct vy_value *value,
                             const struct vy_doc **doc, struct vy_err *err)
{
    const uint64_t version = value->given ? (uint64_t)value->number : session->version;
    const size_t slot = version % VY_KEPT_VERSIONS;
    if (version > session->version)
        return vy_fail(err, VY_OUT_OF_RANGE, value->at, "the newest version is %" PRIu64,
                       session->version);
    if (session->kept[slot].version != version || !session->kept[slot].doc)
        return vy_fail(err, VY_NOT_FOUND, value->at, "only the last %d versions are kept",
                       VY_KEPT_VERSIONS);
    *doc = session->kept[slot].doc;
    return VY_OK;
}

vy_status vy_do_diff(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const struct vy_doc *a = NULL, *b = NULL;
    vy_status status = version_doc(call->session, &v[0], &a, err);
    if (!status)
        status = version_doc(call->session, &v[1], &b, err);
    if (!status)
        status = vy_diff(a, b, call->text, call->result, err);
    if (!status && call->text->length == 0)
        vy_buf_add(call->text, "no difference");
    return status;
}

vy_status vy_do_begin(struct vy_call *call, struct vy_err *err)
{
    struct vy_session *const session = call->session;
    if (vy_transaction_of(session, call->author))
        return vy_fail(err, VY_CONFLICT, call->line->begin, "you have begun already");
    struct vy_transaction *const transaction = calloc(1, sizeof *transaction);
    if (transaction)
        transaction->doc = vy_doc_clone(session->doc);
    if (!transaction || !transaction->doc) {
        free(transaction);
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    vy_text_copy(transaction->author, sizeof transaction->author, call->author);
    transaction->next = session->transaction;
    session->transaction = transaction;
    vy_buf_add(call->text, "gathering");
    return VY_OK;
}

// Others may have edited meanwhile: the gathered lines are said again to what is there now.
static vy_status replay_gathered(struct vy_session *session, const struct vy_transaction *t,
                                 struct vy_doc **doc, struct vy_err *err)
{
    *doc = vy_doc_clone(session->doc);
    if (!*doc)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    for (size_t i = 0; i < t->entries; i++) {
        struct vy_err why = {.at = -1};
        if (vy_entry_apply(session->catalog, doc, &t->entry[i], &why) == VY_OK)
            continue;
        vy_doc_destroy(*doc);
        return vy_fail(err, VY_CONFLICT, -1, "'%.80s' does not hold any more: %.120s",
                       t->entry[i].line, why.message);
    }
    return VY_OK;
}

vy_status vy_do_commit(struct vy_call *call, struct vy_err *err)
{
    struct vy_session *const session = call->session;
    struct vy_transaction *const t = vy_transaction_of(session, call->author);
    if (!t)
        return vy_fail(err, VY_CONFLICT, call->line->begin, "nothing was begun");
    struct vy_doc *doc = NULL;
    vy_status status = t->entries ? replay_gathered(session, t, &doc, err) : VY_OK;
    session->groups++;
    const size_t lines = t->entries;
    for (size_t i = 0; i < lines && !status; i++) {
        struct vy_entry entry = t->entry[i];
        entry.group = session->groups;
        entry.version = session->version + 1;
        status = vy_log_add(session, &entry, err);
        if (!status)
            t->entry[i] = (struct vy_entry){0}; // its strings are the log's now
    }
    if (status)
        return status;
    if (doc)
        vy_session_publish(session, doc);
    vy_transaction_end(session, t);
    vy_buf_add(call->text, "%zu edits made", lines);
    json_object_set_new(call->result, "edits", json_integer((json_int_t)lines));
    return VY_OK;
}

vy_status vy_do_abort(struct vy_call *call, struct vy_err *err)
{
    struct vy_transaction *const t = vy_transaction_of(call->session, call->author);
    if (!t)
        return vy_fail(err, VY_CONFLICT, call->line->begin, "nothing was begun");
    vy_buf_add(call->text, "%zu edits forgotten", t->entries);
    vy_transaction_end(call->session, t);
    return VY_OK;
}
