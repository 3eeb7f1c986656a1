// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The log of a session: adding lines, playing it again, writing it as a program.
#include "command/handlers.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

void vy_entry_clear(struct vy_entry *entry)
{
    free(entry->line);
    free(entry->program);
    *entry = (struct vy_entry){0};
}

// The strings of `entry` become the log's.
vy_status vy_log_add(struct vy_session *session, const struct vy_entry *entry, struct vy_err *err)
{
    if (session->entries == session->capacity) {
        const size_t capacity = session->capacity ? session->capacity * 2 : 64;
        struct vy_entry *const grown = realloc(session->entry, capacity * sizeof *grown);
        if (!grown)
            return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        session->entry = grown;
        session->capacity = capacity;
    }
    session->entry[session->entries++] = *entry;
    if (entry->note || entry->fired || session->undos == 0)
        return VY_OK;
    // what this author undid before cannot come back any more
    for (size_t i = 0; i + 1 < session->entries; i++)
        if (session->entry[i].undone && strcmp(session->entry[i].author, entry->author) == 0)
            session->entry[i].dead = true;
    return VY_OK;
}

vy_status vy_entry_apply(const struct vy_catalog *catalog, struct vy_doc **doc,
                         const struct vy_entry *entry, struct vy_err *err)
{
    if (entry->note)
        return VY_OK;
    if (entry->fired) { // it has failed before, or its cause was undone: no matter
        struct vy_err why = {.at = -1};
        (void)vy_timer_fire(catalog, doc, entry->beat, entry->line, entry->author, &why);
        return VY_OK;
    }
    if (!entry->program) {
        (*doc)->beat = entry->beat;
        return vy_line_apply(catalog, doc, entry->line, entry->author, err);
    }
    struct vy_doc *fresh = vy_doc_new(entry->seed);
    if (!fresh)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    const vy_status status = vy_program_apply(catalog, &fresh, entry->program, entry->author, err);
    struct vy_doc *const old = status ? fresh : *doc;
    if (!status)
        *doc = fresh;
    vy_doc_destroy(old);
    return status;
}

// Everything before the last file that was loaded has no effect.
static size_t first_effective(const struct vy_session *session)
{
    for (size_t i = session->entries; i > 0; i--)
        if (session->entry[i - 1].program && !session->entry[i - 1].undone)
            return i - 1;
    return 0;
}

vy_status vy_log_replay(const struct vy_session *session, struct vy_doc **doc, struct vy_err *err)
{
    struct vy_doc *made = vy_doc_new(session->seed);
    if (!made)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    for (size_t i = first_effective(session); i < session->entries; i++) {
        const struct vy_entry *const entry = &session->entry[i];
        struct vy_err why = {.at = -1};
        if (entry->undone || vy_entry_apply(session->catalog, &made, entry, &why) == VY_OK)
            continue;
        vy_doc_destroy(made);
        return vy_fail(err, VY_CONFLICT, -1, "line %" PRIu64 " of %s needs it: '%.80s' (%.80s)",
                       entry->id, entry->author, entry->line, why.message);
    }
    *doc = made;
    return VY_OK;
}

static void add_seek(struct vy_buf *buf, const struct vy_entry *entry)
{
    const double bar = (double)(int64_t)(entry->beat / entry->bar_beats);
    const double in_bar = (entry->beat - bar * entry->bar_beats) / entry->beat_unit;
    vy_buf_add(buf, "seek bar %.0f", bar + 1);
    if (in_bar > 0)
        vy_buf_add(buf, ":%.15g", in_bar + 1);
    vy_buf_add(buf, "\n");
}

vy_status vy_log_program(const struct vy_session *session, struct vy_buf *buf, uint64_t *seed,
                         struct vy_err *err)
{
    double beat = 0;
    *seed = session->seed;
    for (size_t i = first_effective(session); i < session->entries; i++) {
        const struct vy_entry *const entry = &session->entry[i];
        if (entry->undone || entry->fired) // a line that waits fires by itself when it is played
            continue;
        if (entry->note) {
            vy_buf_add(buf, "# %s: %s\n", entry->author, entry->line);
            continue;
        }
        if (entry->program) {
            *seed = entry->seed;
            vy_buf_put(buf, entry->program, strlen(entry->program));
        } else {
            if (entry->beat != beat)
                add_seek(buf, entry);
            vy_buf_add(buf, "%s\n", entry->line);
        }
        beat = entry->after;
    }
    if (!buf->text)
        vy_buf_put(buf, "", 0);
    return buf->failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory") : VY_OK;
}

vy_status vy_session_write(const struct vy_session *session, struct vy_buf *buf, struct vy_err *err)
{
    struct vy_buf program = {0};
    uint64_t seed;
    const vy_status status = vy_log_program(session, &program, &seed, err);
    if (!status)
        vy_buf_add(buf, "# veery session 1 seed=%" PRIu64 "\n%s", seed, program.text);
    vy_buf_clear(&program);
    if (!status && buf->failed)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (!status && buf->length > VY_SESSION_FILE_MAX)
        return vy_fail(err, VY_TOO_BIG, -1, "the session is over %u bytes", VY_SESSION_FILE_MAX);
    return status;
}
