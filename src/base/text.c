// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/text.h"

#include "base/draft.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

bool vy_text_copy(char *to, size_t size, const char *from)
{
    const size_t length = vy_text_length(from, size);
    const size_t take = length < size ? length : size - 1;
    memcpy(to, from, take);
    to[take] = '\0';
    return length < size;
}

char *vy_text_dup(const char *bytes, size_t n)
{
    char *const text = malloc(n + 1);
    if (!text)
        return NULL;
    if (n > 0)
        memcpy(text, bytes, n);
    text[n] = '\0';
    return text;
}

size_t vy_text_length(const char *text, size_t max)
{
    size_t n = 0;
    while (n < max && text[n])
        n++;
    return n;
}

// Damerau-Levenshtein (optimal string alignment), rows of the usual table kept three at a time.
size_t vy_text_distance(const char *a, const char *b)
{
    enum { MAX = 31 };
    size_t row[3][MAX + 1];
    const size_t la = vy_text_length(a, MAX), lb = vy_text_length(b, MAX);
    for (size_t j = 0; j <= lb; j++)
        row[0][j] = 2 * j;
    for (size_t i = 1; i <= la; i++) {
        size_t *const now = row[i % 3];
        const size_t *const up = row[(i - 1) % 3], *const up2 = row[(i + 1) % 3];
        now[0] = 2 * i;
        for (size_t j = 1; j <= lb; j++) {
            const char ca = a[i - 1], cb = b[j - 1];
            size_t cost = ca == cb ? 0 : 2;
            if (cost && tolower((unsigned char)ca) == tolower((unsigned char)cb))
                cost = 1;
            size_t best = up[j - 1] + cost;
            if (up[j] + 2 < best)
                best = up[j] + 2;
            if (now[j - 1] + 2 < best)
                best = now[j - 1] + 2;
            if (i > 1 && j > 1 && ca == b[j - 2] && a[i - 2] == cb && up2[j - 2] + 2 < best)
                best = up2[j - 2] + 2;
            now[j] = best;
        }
    }
    return (row[la % 3][lb] + 1) / 2;
}

int vy_choice_find(const char *list, const char *word)
{
    const size_t length = strlen(word);
    int i = 0;
    for (const char *p = list; p; i++) {
        const size_t n = strcspn(p, "|");
        if (n == length && memcmp(p, word, n) == 0)
            return i;
        p = p[n] ? p + n + 1 : NULL;
    }
    return -1;
}

const char *vy_choice_at(void *arg, size_t i)
{
    struct vy_choices *const choices = arg;
    const char *p = choices->list;
    for (; i > 0 && p; i--)
        p = (p = strchr(p, '|')) ? p + 1 : NULL;
    if (!p)
        return NULL;
    snprintf(choices->word, sizeof choices->word, "%.*s", (int)strcspn(p, "|"), p);
    return choices->word;
}

bool vy_text_is_name(const char *text)
{
    size_t n = 0;
    for (; text[n]; n++) {
        const unsigned char c = (unsigned char)text[n];
        const bool ok = isalpha(c) || c == '_' || (n > 0 && (isdigit(c) || c == '-'));
        if (!ok || n >= 31)
            return false;
    }
    return n > 0;
}

static bool buf_room(struct vy_buf *buf, size_t extra)
{
    if (buf->failed)
        return false;
    if (buf->length + extra + 1 <= buf->capacity)
        return true;
    const size_t capacity = (buf->length + extra + 1) * 2;
    char *const text = realloc(buf->text, capacity);
    if (!text) {
        buf->failed = true;
        return false;
    }
    buf->text = text;
    buf->capacity = capacity;
    return true;
}

void vy_buf_put(struct vy_buf *buf, const char *bytes, size_t length)
{
    if (!buf_room(buf, length))
        return;
    if (length)
        memcpy(buf->text + buf->length, bytes, length);
    buf->length += length;
    buf->text[buf->length] = '\0';
}

void vy_buf_add(struct vy_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    const int need = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (need >= 0 && buf_room(buf, (size_t)need)) {
        vsnprintf(buf->text + buf->length, (size_t)need + 1, format, again);
        buf->length += (size_t)need;
    }
    va_end(again);
}

void vy_buf_clear(struct vy_buf *buf)
{
    free(buf->text);
    *buf = (struct vy_buf){0};
}

vy_status vy_file_read(const char *path, size_t max, char **text, size_t *length,
                       struct vy_err *err)
{
    FILE *const file = fopen(path, "rb");
    if (!file)
        return vy_fail(err, errno == ENOENT ? VY_NOT_FOUND : VY_IO, -1, "%s: %s", path,
                       strerror(errno));
    struct vy_buf buf = {0};
    char part[16384];
    size_t got;
    while ((got = fread(part, 1, sizeof part, file)) > 0 && buf.length <= max && !buf.failed)
        vy_buf_put(&buf, part, got);
    const bool broken = ferror(file);
    fclose(file);
    vy_status status = VY_OK;
    if (broken)
        status = vy_fail(err, VY_IO, -1, "%s: cannot be read", path);
    else if (buf.length > max)
        status = vy_fail(err, VY_TOO_BIG, -1, "%s: over %zu bytes", path, max);
    else
        vy_buf_put(&buf, "", 0);
    if (!status && buf.failed)
        status = vy_fail(err, VY_NO_MEMORY, -1, "%s: out of memory", path);
    if (status) {
        vy_buf_clear(&buf);
        return status;
    }
    *text = buf.text;
    *length = buf.length;
    return VY_OK;
}

bool vy_file_line(const char *path, char *to, size_t size)
{
    FILE *const file = fopen(path, "re");
    *to = '\0';
    if (!file)
        return false;
    const bool got = fgets(to, (int)size, file) != NULL;
    fclose(file);
    to[strcspn(to, "\n")] = '\0';
    return got;
}

vy_status vy_file_write(const char *path, const char *bytes, size_t length, struct vy_err *err)
{
    struct vy_draft draft = {0};
    vy_status status = vy_draft_open(&draft, path, err);
    if (!status)
        status = vy_draft_write(&draft, bytes, length, err);
    return status ? status : vy_draft_keep(&draft, err);
}

vy_status vy_file_open(const char *path, int *fd, struct vy_err *err)
{
    struct stat facts;
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (*fd < 0 && errno == ELOOP)
        return vy_fail(err, VY_DENIED, -1, "%.150s has become a symbolic link", path);
    if (*fd < 0)
        return vy_fail(err, errno == ENOENT ? VY_NOT_FOUND : VY_IO, -1, "%.150s: %s", path,
                       strerror(errno));
    if (fstat(*fd, &facts) == 0 && S_ISREG(facts.st_mode))
        return VY_OK;
    close(*fd);
    *fd = -1;
    return vy_fail(err, VY_DENIED, -1, "%.150s is no regular file any more", path);
}
