// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "serve/http_target.h"

#include "base/text.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

// ---- target -------------------------------------------------------------------------------------

static int hex(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool is_utf8(const char *text, size_t length)
{
    json_t *const string = json_stringn(text, length); // it looks, and refuses others
    json_decref(string);
    return string != NULL;
}

// Decode text[0..length) to the end of target->text at *used. NULL: it may not be so.
static const char *decode(struct vy_http_target *target, size_t *used, const char *text,
                          size_t length, bool query)
{
    char *const to = target->text + *used;
    size_t n = 0;
    for (size_t i = 0; i < length; i++) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= length || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
                return NULL;
            c = (char)(hex(text[i + 1]) * 16 + hex(text[i + 2]));
            i += 2;
            if (c == '/' && !query)
                return NULL;
        } else if (c == '+' && query) {
            c = ' ';
        }
        if ((unsigned char)c < 0x20 || c == 0x7f)
            return NULL;
        to[n++] = c;
    }
    to[n] = '\0';
    *used += n + 1;
    return is_utf8(to, n) ? to : NULL;
}

static vy_status read_path(struct vy_http_target *target, size_t *used, const char *text,
                           size_t length, struct vy_err *err)
{
    for (size_t at = 1; length > 1 && at <= length;) {
        const char *const slash = at < length ? memchr(text + at, '/', length - at) : NULL;
        const size_t n = slash ? (size_t)(slash - text) - at : length - at;
        if (target->segments == VY_HTTP_SEGMENTS)
            return vy_fail(err, VY_NOT_FOUND, -1, "no path here has so many parts");
        const char *const word = decode(target, used, text + at, n, false);
        if (!word || strcmp(word, ".") == 0 || strcmp(word, "..") == 0)
            return vy_fail(err, VY_BAD_ARG, -1, "the path has a part that is not allowed");
        target->segment[target->segments++] = word;
        at += n + 1;
    }
    return VY_OK;
}

static vy_status read_query(struct vy_http_target *target, size_t *used, const char *text,
                            size_t length, struct vy_err *err)
{
    for (size_t at = 0; at < length;) {
        const char *const end = memchr(text + at, '&', length - at);
        const size_t n = end ? (size_t)(end - text) - at : length - at;
        const char *const equals = memchr(text + at, '=', n);
        const size_t name = equals ? (size_t)(equals - text) - at : n;
        if (n > 0 && target->pairs == VY_HTTP_PAIRS)
            return vy_fail(err, VY_TOO_BIG, -1, "a query has at most %d parameters", VY_HTTP_PAIRS);
        if (n > 0) {
            const char *const key = decode(target, used, text + at, name, true);
            const char *const value =
                equals ? decode(target, used, equals + 1, n - name - 1, true) : "";
            if (!key || !value)
                return vy_fail(err, VY_BAD_ARG, -1, "the query has a word that is not allowed");
            if (vy_http_target_get(target, key))
                return vy_fail(err, VY_BAD_ARG, -1, "the query says '%.40s' twice", key);
            target->pair[target->pairs].name = key;
            target->pair[target->pairs++].value = value;
        }
        at += n + 1;
    }
    return VY_OK;
}

vy_status vy_http_target_read(const char *text, size_t length, struct vy_http_target *target,
                              struct vy_err *err)
{
    size_t used = 0;
    target->segments = target->pairs = 0;
    if (length > VY_HTTP_TARGET_MAX)
        return vy_fail(err, VY_TOO_BIG, -1, "a target has at most %d bytes", VY_HTTP_TARGET_MAX);
    if (length == 0 || text[0] != '/')
        return vy_fail(err, VY_BAD_ARG, -1, "a target begins with /");
    const char *const mark = memchr(text, '?', length);
    const size_t path = mark ? (size_t)(mark - text) : length;
    const vy_status status = read_path(target, &used, text, path, err);
    return status || !mark ? status : read_query(target, &used, mark + 1, length - path - 1, err);
}

const char *vy_http_target_get(const struct vy_http_target *target, const char *name)
{
    for (int i = 0; i < target->pairs; i++)
        if (strcmp(target->pair[i].name, name) == 0)
            return target->pair[i].value;
    return NULL;
}

bool vy_http_target_path(const struct vy_http_target *target, char *path, size_t size)
{
    size_t used = 0;
    for (int i = 0; i < target->segments; i++) {
        const int n = snprintf(path + used, size - used, "/%s", target->segment[i]);
        used += (size_t)n;
        if (used >= size)
            return false;
    }
    return used > 0 || vy_text_copy(path, size, "/");
}

// ---- headers ------------------------------------------------------------------------------------

// The name of "name", "name:80", "[::1]:80", without brackets. @return its length, 0 = malformed
static size_t name_of(const char *host, const char **name)
{
    *name = host;
    size_t n = strcspn(host, ":");
    if (host[0] == '[') {
        *name = host + 1;
        n = strcspn(host + 1, "]");
        host += n + 1;
        if (*host != ']')
            return 0;
        host++;
    } else {
        host += n;
    }
    if (*host == ':') {
        host++;
        if (strlen(host) > 5)
            return 0;
        host += strspn(host, "0123456789");
    }
    return *host ? 0 : n;
}

static bool is_name(const char *name, size_t length, const char *wanted)
{
    return strlen(wanted) == length && strncasecmp(name, wanted, length) == 0;
}

bool vy_http_host_ok(const char *host, const char *local, const char *names)
{
    const char *name;
    const size_t n = host ? name_of(host, &name) : 0;
    if (n == 0)
        return false;
    if (is_name(name, n, "localhost") || is_name(name, n, "127.0.0.1") || is_name(name, n, "::1") ||
        is_name(name, n, local))
        return true;
    while (names && *names) {
        const size_t length = strcspn(names, ", ");
        if (length == n && strncasecmp(names, name, n) == 0)
            return true;
        names += length + (names[length] != '\0');
    }
    return false;
}

bool vy_http_origin_ok(const char *origin, const char *host)
{
    const char *const at = strstr(origin, "://");
    const bool scheme = strncasecmp(origin, "http://", 7) == 0 ||
                        strncasecmp(origin, "https://", 8) == 0; // a proxy may speak TLS
    return scheme && host && strcasecmp(at + 3, host) == 0;
}

static bool read_number(const char **text, uint64_t *number)
{
    if (!isdigit((unsigned char)**text))
        return false;
    *number = 0;
    for (; isdigit((unsigned char)**text); (*text)++) {
        if (*number > UINT64_MAX / 10 - 1)
            return false;
        *number = *number * 10 + (uint64_t)(**text - '0');
    }
    return true;
}

enum vy_http_range vy_http_range_read(const char *text, uint64_t size, uint64_t *from,
                                      uint64_t *length)
{
    uint64_t first = 0, last = 0;
    if (!text || strncasecmp(text, "bytes=", 6) != 0)
        return VY_RANGE_NONE;
    text += 6;
    const bool has_first = read_number(&text, &first);
    if (*text++ != '-')
        return VY_RANGE_NONE;
    const bool has_last = read_number(&text, &last);
    if (*text || (!has_first && !has_last) || (has_first && has_last && last < first))
        return VY_RANGE_NONE;
    if (!has_first) { // the last so many
        if (last == 0 || size == 0)
            return VY_RANGE_BAD;
        *length = last < size ? last : size;
        *from = size - *length;
        return VY_RANGE_PART;
    }
    if (first >= size)
        return VY_RANGE_BAD;
    *from = first;
    *length = (has_last && last < size ? last + 1 : size) - first;
    return VY_RANGE_PART;
}

bool vy_http_type_is(const char *header, const char *type, bool stars)
{
    const size_t whole = strlen(type), slash = strcspn(type, "/");
    while (header && *header) {
        header += strspn(header, " \t,");
        const size_t n = strcspn(header, ";, \t");
        if (n == whole && strncasecmp(header, type, n) == 0)
            return true;
        if (stars && n == slash + 2 && header[n - 1] == '*' &&
            strncasecmp(header, type, slash + 1) == 0)
            return true;
        header += strcspn(header, ",");
    }
    return false;
}

// ---- JSON ---------------------------------------------------------------------------------------

static bool is_deep(const char *text, size_t length)
{
    int depth = 0;
    bool quoted = false;
    for (size_t i = 0; i < length; i++) {
        if (quoted && text[i] == '\\')
            i++;
        else if (text[i] == '"')
            quoted = !quoted;
        else if (!quoted && (text[i] == '[' || text[i] == '{') && ++depth > VY_HTTP_DEPTH)
            return true;
        else if (!quoted && (text[i] == ']' || text[i] == '}'))
            depth--;
    }
    return false;
}

vy_status vy_http_json_read(const char *text, size_t length, json_t **json, struct vy_err *err)
{
    json_error_t error;
    *json = NULL;
    if (is_deep(text, length))
        return vy_fail(err, VY_TOO_BIG, -1, "JSON goes at most %d levels deep", VY_HTTP_DEPTH);
    *json = json_loadb(text, length, JSON_REJECT_DUPLICATES, &error);
    if (*json)
        return VY_OK;
    return vy_fail(err, VY_SYNTAX, error.position > 0 ? error.position - 1 : 0,
                   "this is no JSON: %.150s", length ? error.text : "the body is empty");
}
