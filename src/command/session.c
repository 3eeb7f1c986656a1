// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// From a request to a reply: which document a line works on, whether it holds, and what is logged.
#include "command/handlers.h"
#include "command/samples.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void vy_warn(struct vy_call *call, const char *format, ...)
{
    char text[400];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    json_array_append_new(call->warnings, json_string(text));
}

// The session owns its documents through the ring of kept versions.
void vy_session_publish(struct vy_session *session, struct vy_doc *doc)
{
    session->version++;
    doc->version = session->version;
    const size_t slot = session->version % VY_KEPT_VERSIONS;
    vy_doc_destroy(session->kept[slot].doc);
    session->kept[slot].doc = doc;
    session->kept[slot].version = session->version;
    session->doc = doc;
}

struct vy_session *vy_session_new(const struct vy_catalog *catalog, uint64_t seed)
{
    struct vy_session *const session = calloc(1, sizeof *session);
    struct vy_doc *const doc = session ? vy_doc_new(seed) : NULL;
    if (!doc) {
        free(session);
        return NULL;
    }
    session->catalog = catalog;
    session->seed = seed;
    session->doc = session->kept[0].doc = doc;
    return session;
}

static void transaction_destroy(struct vy_transaction *transaction)
{
    for (size_t i = 0; i < transaction->entries; i++)
        vy_entry_clear(&transaction->entry[i]);
    free(transaction->entry);
    vy_doc_destroy(transaction->doc);
    free(transaction);
}

void vy_session_destroy(struct vy_session *session)
{
    if (!session)
        return;
    for (size_t i = 0; i < session->entries; i++)
        vy_entry_clear(&session->entry[i]);
    free(session->entry);
    while (session->transaction) {
        struct vy_transaction *const next = session->transaction->next;
        transaction_destroy(session->transaction);
        session->transaction = next;
    }
    for (size_t i = 0; i < VY_KEPT_VERSIONS; i++)
        vy_doc_destroy(session->kept[i].doc);
    free(session);
}

struct vy_transaction *vy_transaction_of(const struct vy_session *session, const char *author)
{
    for (struct vy_transaction *t = session->transaction; t; t = t->next)
        if (strcmp(t->author, author) == 0)
            return t;
    return NULL;
}

void vy_transaction_end(struct vy_session *session, struct vy_transaction *transaction)
{
    struct vy_transaction **link = &session->transaction;
    while (*link != transaction)
        link = &(*link)->next;
    *link = transaction->next;
    transaction_destroy(transaction);
}

struct vy_doc *vy_session_doc(const struct vy_session *session, const char *author)
{
    const struct vy_transaction *const transaction = vy_transaction_of(session, author);
    return transaction ? transaction->doc : session->doc;
}

static struct vy_entry make_entry(struct vy_session *session, const char *line, const char *author,
                                  const struct vy_doc *before, const struct vy_doc *after)
{
    struct vy_entry entry = {.id = session->replies,
                             .group = session->groups,
                             .version = session->version + 1,
                             .time = time(NULL),
                             .beat = before->beat,
                             .after = after->beat,
                             .bar_beats = vy_doc_bar_beats(before),
                             .beat_unit = 4.0 / before->meter_den,
                             .line = strdup(line)};
    vy_text_copy(entry.author, sizeof entry.author, author);
    return entry;
}

static vy_status keep_in_transaction(struct vy_transaction *transaction,
                                     const struct vy_entry *entry, struct vy_err *err)
{
    struct vy_entry *const grown =
        realloc(transaction->entry, (transaction->entries + 1) * sizeof *grown);
    if (!grown)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    transaction->entry = grown;
    transaction->entry[transaction->entries++] = *entry;
    return VY_OK;
}

static vy_status keep(struct vy_call *call, const char *line, const struct vy_doc *before,
                      struct vy_err *err)
{
    struct vy_session *const session = call->session;
    struct vy_transaction *const transaction = vy_transaction_of(session, call->author);
    struct vy_entry entry = make_entry(session, line, call->author, before, call->doc);
    if (!entry.line)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    const vy_status status = transaction ? keep_in_transaction(transaction, &entry, err)
                                         : vy_log_add(session, &entry, err);
    if (status)
        vy_entry_clear(&entry);
    return status;
}

// Log the line, or the lines a macro stands for.
static vy_status keep_lines(struct vy_call *call, const struct vy_doc *before, struct vy_err *err)
{
    call->session->groups++;
    if (!(call->verb->flags & VY_VERB_MACRO) || call->line->when.kind > VY_WHEN_NOW) {
        const struct vy_line *const line = call->line;
        const int from = line->when.kind > VY_WHEN_NOW ? line->when.at : line->begin;
        const char *text = vy_lex_rest(call->lex, line, from < 0 ? line->begin : from);
        if (from < 0 && text) { // load ... next bar
            const size_t size = strlen(text) + 16;
            char *const said = vy_arena_take(&call->lex->arena, size);
            if (said)
                snprintf(said, size, "at next bar %s", text);
            text = said;
        }
        return text ? keep(call, text, before, err)
                    : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    vy_status status = VY_OK;
    char *save = NULL, *const copy = call->expand->text ? strdup(call->expand->text) : NULL;
    json_t *const lines = json_array();
    for (char *line = copy ? strtok_r(copy, "\n", &save) : NULL; line && !status;
         line = strtok_r(NULL, "\n", &save)) {
        json_array_append_new(lines, json_string(line));
        status = keep(call, line, before, err);
    }
    json_object_set_new(call->result, "lines", lines);
    free(copy);
    return status;
}

static void show_lines(struct vy_call *call)
{
    if (call->expand && call->expand->text && call->line->when.kind <= VY_WHEN_NOW)
        vy_buf_add(call->text, "%s%.*s", call->text->length ? " : " : "",
                   (int)strcspn(call->expand->text, "\n"), call->expand->text);
}

static vy_status do_edit(struct vy_call *call, struct vy_err *err)
{
    struct vy_session *const session = call->session;
    struct vy_transaction *const transaction = vy_transaction_of(session, call->author);
    struct vy_doc *const before = transaction ? transaction->doc : session->doc;
    // while a file is read nobody else looks, and any error throws everything away
    const bool in_place = session->loading && !transaction && !call->line->dry;
    const struct vy_doc was = *before;
    struct vy_doc *const doc = in_place ? before : vy_doc_clone(before);
    if (!doc)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    struct vy_buf lines = {0};
    call->expand = &lines;
    call->doc = doc;
    vy_status status = vy_call_run(call, err);
    if (!status)
        status = vy_samples_check(call->catalog, call->doc, call->lex->text, err);
    if (!status)
        show_lines(call);
    if (!status && call->line->dry && !session->loading && !call->aside)
        status = vy_dry_report(call, before, doc, err);
    const bool holds = !status && !call->line->dry && !call->aside;
    if (holds)
        status = keep_lines(call, &was, err);
    if (in_place)
        session->version++;
    else if (status || !holds)
        vy_doc_destroy(doc);
    else if (transaction) {
        vy_doc_destroy(transaction->doc);
        transaction->doc = doc;
    } else {
        vy_session_publish(session, doc);
    }
    call->expand = NULL;
    vy_buf_clear(&lines);
    return status;
}

// The waiting line that comes first and is due before `until`.
static const struct vy_timer *due_timer(const struct vy_doc *doc, double until)
{
    const struct vy_timer *first = NULL;
    for (int t = 0; t < doc->timers; t++)
        if (doc->timer[t].beat < until - 1e-9 && (!first || doc->timer[t].beat < first->beat))
            first = &doc->timer[t];
    return first;
}

bool vy_session_fire(struct vy_session *session, double until, struct vy_err *err)
{
    const struct vy_timer *const timer = due_timer(session->doc, until);
    struct vy_doc *doc = timer ? vy_doc_clone(session->doc) : NULL;
    *err = (struct vy_err){.at = -1};
    if (!doc)
        return false;
    struct vy_entry entry = make_entry(session, timer->line, timer->author ? timer->author : "",
                                       session->doc, session->doc);
    entry.fired = true;
    entry.beat = entry.after = timer->beat;
    entry.group = ++session->groups;
    err->code = entry.line ? vy_timer_fire(session->catalog, &doc, timer->beat, entry.line,
                                           entry.author, err)
                           : VY_NO_MEMORY;
    struct vy_err why = {.at = -1};
    if (!entry.line || vy_log_add(session, &entry, &why)) {
        vy_entry_clear(&entry);
        vy_doc_destroy(doc);
        return false;
    }
    vy_session_publish(session, doc);
    return true;
}

static bool in_words(const char *words, const char *word)
{
    const size_t n = strlen(word);
    for (const char *at = strstr(words, word); at; at = strstr(at + 1, word))
        if ((at == words || at[-1] == ' ') && (at[n] == ' ' || at[n] == '\0'))
            return true;
    return false;
}

static vy_status do_other(struct vy_call *call, struct vy_err *err)
{
    struct vy_session *const session = call->session;
    const char *const verb = call->verb->name;
    if (call->line->when.kind > VY_WHEN_NOW && strcmp(verb, "load") == 0)
        return do_edit(call, err);
    if (call->line->when.kind > VY_WHEN_NOW)
        return vy_fail(err, VY_BAD_ARG, call->line->when.at,
                       "only editing commands can wait, not %s", verb);
    if (call->line->dry && !(call->verb->flags & VY_VERB_QUERY))
        return vy_fail(err, VY_BAD_ARG, 0, "'dry' goes with editing commands, not %s", verb);
    if (session->loading && strcmp(verb, "load") == 0)
        return vy_fail(err, VY_BAD_FILE, call->line->begin, "a session file cannot load another");
    call->doc = vy_session_doc(session, call->author);
    const bool skip = session->loading && !in_words("undo redo begin commit abort say", verb);
    if (!skip)
        return vy_call_run(call, err);
    struct vy_args *const args = malloc(sizeof *args);
    const vy_status status =
        args ? vy_args_read(call->verb, call->line, call->lex, call->doc, args, err)
             : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    free(args);
    if (!status && call->verb->flags & VY_VERB_OUTSIDE)
        vy_warn(call, "%s is not done while a file is read", verb);
    return status;
}

// `load session "x" next bar` is `at next bar load session "x"`.
static void read_load_later(struct vy_line *line)
{
    const int last = line->words - 1;
    const int bar = last > 3 && strcmp(line->word[last].text, "bar") == 0;
    const struct vy_word *const next = &line->word[last - bar];
    if (last < 3 || strcmp(line->word[0].text, "load") != 0 || next->kind != VY_WORD_PLAIN ||
        strcmp(next->text, "next") != 0 || line->when.kind != VY_WHEN_NONE)
        return;
    line->when = (struct vy_when){.kind = VY_WHEN_BARS, .bars = 1, .at = -1};
    line->words -= 1 + bar;
    line->end = line->word[line->words - 1].end;
}

static vy_status do_command(struct vy_call *call, struct vy_err *err)
{
    const struct vy_word *const first = &call->line->word[0];
    call->verb = vy_verb_find(first->text, first->at, err);
    if (!call->verb)
        return VY_UNKNOWN_VERB;
    if (call->verb->absent) {
        struct vy_args *const args = malloc(sizeof *args);
        const vy_status status =
            args ? vy_args_read(call->verb, call->line, call->lex, NULL, args, err) : VY_NO_MEMORY;
        free(args);
        return status ? status
                      : vy_fail(err, VY_ABSENT, first->at, "%s is absent: %s", call->verb->name,
                                call->verb->absent);
    }
    if (call->verb->flags & (VY_VERB_EDIT | VY_VERB_MACRO))
        return do_edit(call, err);
    return do_other(call, err);
}

static void answer(struct vy_session *session, struct vy_call *call, const struct vy_err *err,
                   vy_status status, vy_reply_to reply, void *arg)
{
    struct vy_reply out = {.id = session->replies,
                           .version = session->version,
                           .ok = !status,
                           .quit = call->quit,
                           .text = call->text->text ? call->text->text : "",
                           .result = call->result,
                           .warnings = call->warnings};
    const struct vy_doc *const doc = vy_session_doc(session, call->author);
    vy_bar_beat(doc, doc->beat, &out.bar, &out.beat);
    if (status) {
        out.err = *err;
        out.err.code = status;
    }
    if (reply)
        reply(arg, &out);
}

static vy_status check_version(const struct vy_session *session, const struct vy_request *request,
                               struct vy_err *err)
{
    if (request->if_version < 0 || (uint64_t)request->if_version == session->version)
        return VY_OK;
    return vy_fail(err, VY_STALE, -1, "the session is at version %" PRIu64 ", not %" PRId64,
                   session->version, request->if_version);
}

vy_status vy_session_do(struct vy_session *session, const struct vy_request *request,
                        vy_reply_to reply, void *arg)
{
    struct vy_lex lex = {0};
    struct vy_line *const line = malloc(sizeof *line);
    struct vy_err err = {.at = -1};
    vy_status first = VY_OK;
    if (!line)
        return VY_NO_MEMORY;
    vy_status opened = check_version(session, request, &err);
    if (!opened)
        opened = vy_lex_open(&lex, request->line, request->length, &err);
    for (bool more = true; more;) {
        vy_status status = opened ? opened : vy_lex_next(&lex, line, &err);
        if (!status && line->words == 0)
            break;
        session->replies++;
        struct vy_buf text = {0};
        struct vy_call call = {.session = session,
                               .catalog = session->catalog,
                               .text = &text,
                               .author =
                                   request->author && *request->author ? request->author : "you",
                               .result = json_object(),
                               .warnings = json_array(),
                               .lex = &lex,
                               .line = line,
                               .work = session->work};
        if (!status) {
            read_load_later(line);
            status = do_command(&call, &err);
        }
        answer(session, &call, &err, status, reply, arg);
        more = !opened && !call.quit;
        first = first ? first : status;
        err = (struct vy_err){.at = -1};
        json_decref(call.result);
        json_decref(call.warnings);
        vy_buf_clear(&text);
    }
    free(line);
    vy_lex_close(&lex);
    return first;
}
