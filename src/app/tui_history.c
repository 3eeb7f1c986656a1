// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tui_history.h"

#include "base/text.h"
#include "command/session.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILE_MAX (16u << 20)

// The entry is taken over.
static vy_status keep(struct vy_tui_history *history, char *entry, struct vy_err *err)
{
    if (history->entries == VY_TUI_HISTORY_MAX) {
        free(history->entry[0]);
        memmove(history->entry, history->entry + 1, --history->entries * sizeof *history->entry);
    }
    if (entry && history->entries == history->capacity) {
        const size_t more = history->capacity ? history->capacity * 2 : 64;
        char **const grown = realloc(history->entry, more * sizeof *grown);
        if (grown) {
            history->entry = grown;
            history->capacity = more;
        }
    }
    if (!entry || history->entries == history->capacity) {
        free(entry);
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    history->entry[history->entries++] = entry;
    return VY_OK;
}

static char *unescape(const char *line, size_t n)
{
    char *const entry = malloc(n + 1);
    size_t to = 0;
    for (size_t i = 0; entry && i < n; i++) {
        const bool escaped = line[i] == '\\' && i + 1 < n;
        i += escaped;
        entry[to++] = line[i];
        if (escaped && line[i] == 'n')
            entry[to - 1] = '\n';
    }
    if (entry)
        entry[to] = '\0';
    return entry;
}

static void escape(struct vy_buf *buf, const char *text, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (text[i] == '\n')
            vy_buf_put(buf, "\\n", 2);
        else if (text[i] == '\\')
            vy_buf_put(buf, "\\\\", 2);
        else
            vy_buf_put(buf, text + i, 1);
    }
    vy_buf_put(buf, "\n", 1);
}

// The file holds more than is kept: it is written anew.
static vy_status shorten(const struct vy_tui_history *history, struct vy_err *err)
{
    struct vy_buf buf = {0};
    for (size_t i = 0; i < history->entries; i++)
        escape(&buf, history->entry[i], strlen(history->entry[i]));
    const vy_status status = buf.failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory")
                                        : vy_file_write(history->path, buf.text, buf.length, err);
    vy_buf_clear(&buf);
    return status;
}

static vy_status load(struct vy_tui_history *history, struct vy_err *err)
{
    char *text = NULL;
    size_t length = 0, lines = 0;
    vy_status status = vy_file_read(history->path, FILE_MAX, &text, &length, err);
    if (status == VY_NOT_FOUND)
        return VY_OK;
    for (const char *p = text; !status && p < text + length; lines++) {
        const char *const end = memchr(p, '\n', (size_t)(text + length - p));
        const size_t n = end ? (size_t)(end - p) : (size_t)(text + length - p);
        status = keep(history, unescape(p, n), err);
        p += n + 1;
    }
    free(text);
    if (!status && lines > 2 * VY_TUI_HISTORY_MAX)
        status = shorten(history, err);
    return status;
}

vy_status vy_tui_history_open(struct vy_tui_history *history, const char *path, struct vy_err *err)
{
    *history = (struct vy_tui_history){0};
    if (path && !vy_text_copy(history->path, sizeof history->path, path))
        return vy_fail(err, VY_TOO_BIG, -1, "the path of the history is too long");
    return history->path[0] ? load(history, err) : VY_OK;
}

static vy_status append(const struct vy_tui_history *history, const char *text, size_t n,
                        struct vy_err *err)
{
    struct vy_buf line = {0};
    escape(&line, text, n);
    vy_status status = vy_make_parents(history->path, err);
    const int fd =
        status ? -1 : open(history->path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    if (!status && (fd < 0 || write(fd, line.text, line.length) != (ssize_t)line.length))
        status = vy_fail(err, VY_IO, -1, "%.150s: %s", history->path, strerror(errno));
    if (fd >= 0)
        close(fd);
    vy_buf_clear(&line);
    return status;
}

vy_status vy_tui_history_add(struct vy_tui_history *history, const char *text, size_t n,
                             struct vy_err *err)
{
    const char *const last = history->entries ? history->entry[history->entries - 1] : "";
    if (n == 0 || (strlen(last) == n && memcmp(last, text, n) == 0))
        return VY_OK;
    const vy_status status = keep(history, vy_text_dup(text, n), err);
    return status || !history->path[0] ? status : append(history, text, n, err);
}

void vy_tui_history_close(struct vy_tui_history *history)
{
    for (size_t i = 0; i < history->entries; i++)
        free(history->entry[i]);
    free(history->entry);
    *history = (struct vy_tui_history){0};
}
