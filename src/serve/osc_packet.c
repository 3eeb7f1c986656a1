// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Big-endian words, strings padded to four bytes with at least one 0.
#include "serve/osc_packet.h"

#include "command/lex.h"

#include <arpa/inet.h>
#include <endian.h>
#include <math.h>
#include <stdarg.h>
#include <string.h>

#define NTP_TO_UNIX 2208988800.0

struct reader {
    const char *at, *end;
};

static size_t left(const struct reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

// NULL when there is no whole padded string.
static const char *take_text(struct reader *reader)
{
    const char *const text = reader->at;
    const size_t n = strnlen(text, left(reader)), padded = (n / 4 + 1) * 4;
    if (padded > left(reader))
        return NULL;
    reader->at += padded;
    return text;
}

static bool take_32(struct reader *reader, uint32_t *word)
{
    if (left(reader) < 4)
        return false;
    memcpy(word, reader->at, 4);
    *word = ntohl(*word);
    reader->at += 4;
    return true;
}

static bool take_64(struct reader *reader, uint64_t *word)
{
    if (left(reader) < 8)
        return false;
    memcpy(word, reader->at, 8);
    *word = be64toh(*word);
    reader->at += 8;
    return true;
}

static bool take_text_arg(struct reader *reader, struct vy_osc_arg *arg)
{
    const char *rest;
    arg->text = take_text(reader);
    if (!arg->text)
        return false;
    arg->is_number = vy_lex_number(arg->text, &arg->number, &rest) && !*rest; // "0.5", not "5Hz"
    return true;
}

static bool take_32_arg(struct reader *reader, struct vy_osc_arg *arg)
{
    uint32_t word;
    if (!take_32(reader, &word))
        return false;
    float real;
    memcpy(&real, &word, sizeof real);
    arg->number = arg->type == 'f' ? (double)real : (double)(int32_t)word;
    arg->is_number = isfinite(arg->number);
    return true;
}

static bool take_64_arg(struct reader *reader, struct vy_osc_arg *arg)
{
    uint64_t word;
    if (!take_64(reader, &word))
        return false;
    double real;
    memcpy(&real, &word, sizeof real);
    arg->number = arg->type == 'd' ? real : (double)(int64_t)word;
    arg->is_number = isfinite(arg->number);
    return true;
}

static vy_status take_arg(struct reader *reader, struct vy_osc_arg *arg, struct vy_err *err)
{
    bool ok = true;
    arg->text = NULL;
    arg->is_number = false;
    arg->number = 0;
    switch (arg->type) {
    case 's':
    case 'S': ok = take_text_arg(reader, arg); break;
    case 'i':
    case 'f':
    case 'c': ok = take_32_arg(reader, arg); break;
    case 'd':
    case 'h': ok = take_64_arg(reader, arg); break;
    case 'T':
    case 'F':
        arg->number = arg->type == 'T';
        arg->is_number = true;
        break;
    default:
        return vy_fail(err, VY_BAD_ARG, -1,
                       "an argument of type '%c' is not taken here; i f d s T F are",
                       arg->type > ' ' && arg->type < 127 ? arg->type : '?');
    }
    if (!ok)
        return vy_fail(err, VY_SYNTAX, -1, "the packet ends within an argument");
    if (!arg->text && !arg->is_number)
        return vy_fail(err, VY_BAD_ARG, -1, "a number is not finite");
    return VY_OK;
}

vy_status vy_osc_message_read(const void *data, size_t size, struct vy_osc_message *message,
                              struct vy_err *err)
{
    struct reader reader = {data, (const char *)data + size};
    message->args = 0;
    message->time = VY_OSC_NOW;
    message->data = data;
    message->size = size;
    message->path = take_text(&reader);
    if (!message->path || message->path[0] != '/')
        return vy_fail(err, VY_SYNTAX, -1, "a message begins with an address like /bass/cutoff");
    if (left(&reader) == 0) // old senders leave the types out when there are no arguments
        return VY_OK;
    const char *const types = take_text(&reader);
    if (!types || types[0] != ',')
        return vy_fail(err, VY_SYNTAX, -1, "after the address come the types, like ,f");
    for (const char *type = types + 1; *type; type++) {
        if (*type == '[' || *type == ']')
            continue;
        if (message->args == VY_OSC_MAX_ARGS)
            return vy_fail(err, VY_TOO_BIG, -1, "more than %d arguments", VY_OSC_MAX_ARGS);
        struct vy_osc_arg *const arg = &message->arg[message->args];
        arg->type = *type;
        const vy_status status = take_arg(&reader, arg, err);
        if (status)
            return status;
        message->args++;
    }
    return left(&reader) ? vy_fail(err, VY_SYNTAX, -1, "%zu bytes too many behind the arguments",
                                   left(&reader))
                         : VY_OK;
}

struct walk {
    vy_osc_message_to message;
    void *arg;
    struct vy_osc_message now;
};

static vy_status walk(struct walk *to, const char *data, size_t size, uint64_t time, int depth,
                      struct vy_err *err)
{
    if (size < 8 || memcmp(data, "#bundle", 8) != 0) {
        const vy_status status = vy_osc_message_read(data, size, &to->now, err);
        if (status)
            return status;
        to->now.time = time;
        to->message(to->arg, &to->now);
        return VY_OK;
    }
    if (depth == VY_OSC_MAX_DEPTH)
        return vy_fail(err, VY_TOO_BIG, -1, "bundles are nested deeper than %d", VY_OSC_MAX_DEPTH);
    struct reader reader = {data + 8, data + size};
    if (!take_64(&reader, &time))
        return vy_fail(err, VY_SYNTAX, -1, "a bundle ends within its time tag");
    vy_status first = VY_OK;
    while (left(&reader) > 0) {
        uint32_t length;
        if (!take_32(&reader, &length) || length % 4 || length == 0 || length > left(&reader))
            return vy_fail(err, VY_SYNTAX, -1, "the length of a part of a bundle is wrong");
        struct vy_err *const own = first ? NULL : err;
        const vy_status status = walk(to, reader.at, length, time, depth + 1, own);
        if (status && status != VY_BAD_ARG) // one bad argument does not spoil the others
            return status;
        first = first ? first : status;
        reader.at += length;
    }
    return first;
}

vy_status vy_osc_packet_read(const void *data, size_t size, vy_osc_message_to message, void *arg,
                             struct vy_err *err)
{
    struct walk to = {.message = message, .arg = arg};
    return walk(&to, data, size, VY_OSC_NOW, 0, err);
}

static bool put(char **at, const char *end, const void *bytes, size_t n, size_t padded)
{
    if ((size_t)(end - *at) < padded)
        return false;
    memcpy(*at, bytes, n);
    memset(*at + n, 0, padded - n);
    *at += padded;
    return true;
}

static bool put_text(char **at, const char *end, const char *text)
{
    const size_t n = strlen(text);
    return put(at, end, text, n, (n / 4 + 1) * 4);
}

static bool put_32(char **at, const char *end, uint32_t word)
{
    word = htonl(word);
    return put(at, end, &word, 4, 4);
}

size_t vy_osc_message_write(void *to, size_t size, const char *path, const char *types, ...)
{
    char *at = to;
    const char *const end = at + size;
    char tags[VY_OSC_MAX_ARGS + 2] = ",";
    strncat(tags, types, VY_OSC_MAX_ARGS);
    bool ok = put_text(&at, end, path) && put_text(&at, end, tags);
    va_list list;
    va_start(list, types);
    for (const char *type = types; ok && *type; type++) {
        if (*type == 'i') {
            ok = put_32(&at, end, (uint32_t)va_arg(list, int));
        } else if (*type == 'f') {
            const float real = (float)va_arg(list, double);
            uint32_t word;
            memcpy(&word, &real, sizeof word);
            ok = put_32(&at, end, word);
        } else {
            ok = put_text(&at, end, va_arg(list, const char *));
        }
    }
    va_end(list);
    return ok ? (size_t)(at - (char *)to) : 0;
}

double vy_osc_time(uint64_t tag)
{
    if (tag <= VY_OSC_NOW)
        return 0;
    return (double)(tag >> 32) - NTP_TO_UNIX + (double)(uint32_t)tag * 0x1p-32;
}
