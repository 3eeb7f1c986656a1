// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reading session files: every line goes through a session of its own, which then takes the place
// of what was there. Nothing changes before the last line has been read.
#include "command/handlers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MAX_WARNINGS 100

// What the replies of one line said.
struct listener {
    json_t *warnings;
    struct vy_err err; ///< the first that stops
    vy_status status;
    int line;
};

static void warn(struct listener *listener, const char *text)
{
    if (listener->warnings && json_array_size(listener->warnings) < MAX_WARNINGS)
        json_array_append_new(listener->warnings,
                              json_sprintf("line %d: %s", listener->line, text));
}

static void listen(void *arg, const struct vy_reply *reply)
{
    struct listener *const listener = arg;
    size_t i;
    json_t *warning;
    json_array_foreach(reply->warnings, i, warning) warn(listener, json_string_value(warning));
    if (reply->ok || listener->status)
        return;
    if (reply->err.code == VY_ABSENT) {
        warn(listener, reply->err.message);
        return;
    }
    listener->status = reply->err.code;
    listener->err = reply->err;
}

// "# veery session 1 seed=7" in the first line
static uint64_t seed_of(const char *text, size_t length)
{
    static const char head[] = "# veery session 1 seed=";
    const size_t n = sizeof head - 1;
    if (length <= n || memcmp(text, head, n) != 0)
        return 1;
    uint64_t seed = 0;
    for (size_t i = n; i < length && text[i] >= '0' && text[i] <= '9'; i++)
        seed = seed * 10 + (uint64_t)(text[i] - '0');
    return seed;
}

static vy_status read_lines(struct vy_session *session, const char *text, size_t length,
                            const char *author, struct listener *listener, struct vy_err *err)
{
    const char *const end = text + length;
    for (const char *line = text; line < end;) {
        const char *const stop = memchr(line, '\n', (size_t)(end - line));
        const size_t n = (size_t)((stop ? stop : end) - line);
        if (++listener->line > VY_SESSION_LINES_MAX)
            return vy_fail(err, VY_TOO_BIG, -1, "over %d lines", VY_SESSION_LINES_MAX);
        const struct vy_request request = {line, n, author, -1};
        vy_session_do(session, &request, listen, listener);
        if (listener->status) {
            vy_fail(err, listener->status, listener->err.at, "%d:%d: %s", listener->line,
                    listener->err.at < 0 ? 1 : listener->err.at + 1, listener->err.message);
            if (err)
                memcpy(err->hint, listener->err.hint, sizeof err->hint);
            return listener->status;
        }
        line = stop ? stop + 1 : end;
    }
    if (session->transaction)
        return vy_fail(err, VY_BAD_FILE, -1, "%d:1: 'begin' without 'commit'", listener->line);
    return VY_OK;
}

vy_status vy_file_parse(const struct vy_catalog *catalog, const char *text, size_t length,
                        const char *author, struct vy_doc **doc, struct vy_buf *program,
                        json_t *warnings, struct vy_err *err)
{
    if (length > VY_SESSION_FILE_MAX) {
        vy_fail(err, VY_TOO_BIG, -1, "over %u bytes", VY_SESSION_FILE_MAX);
        return VY_TOO_BIG;
    }
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) { // a byte order mark
        text += 3;
        length -= 3;
    }
    struct vy_session *const session = vy_session_new(catalog, seed_of(text, length));
    if (!session) {
        vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        return VY_NO_MEMORY;
    }
    session->loading = true;
    struct listener listener = {.warnings = warnings};
    vy_status status = read_lines(session, text, length, author, &listener, err);
    uint64_t seed;
    if (!status && program)
        status = vy_log_program(session, program, &seed, err);
    if (!status) { // the document outlives its session
        *doc = vy_doc_clone(session->doc);
        if (!*doc) {
            vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
            status = VY_NO_MEMORY;
        }
    }
    vy_session_destroy(session);
    return status;
}

vy_status vy_session_load(struct vy_session *session, const char *text, size_t length,
                          const char *author, json_t *warnings, struct vy_err *err)
{
    struct vy_doc *doc = NULL;
    struct vy_buf program = {0};
    vy_status status =
        vy_file_parse(session->catalog, text, length, author, &doc, &program, warnings, err);
    if (!status && vy_transaction_of(session, author))
        status = vy_fail(err, VY_CONFLICT, -1, "first commit or abort what you began");
    if (!status) {
        struct vy_entry entry = {.id = session->replies,
                                 .group = ++session->groups,
                                 .version = session->version + 1,
                                 .time = time(NULL),
                                 .after = doc->beat,
                                 .bar_beats = vy_doc_bar_beats(doc),
                                 .beat_unit = 4.0 / doc->meter_den,
                                 .seed = doc->seed,
                                 .program = program.text,
                                 .line = strdup("load")};
        vy_text_copy(entry.author, sizeof entry.author, author);
        status = entry.line ? vy_log_add(session, &entry, err)
                            : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        if (status)
            free(entry.line);
    }
    if (status) {
        vy_buf_clear(&program);
        vy_doc_destroy(doc);
        return status;
    }
    vy_session_publish(session, doc);
    return VY_OK;
}
