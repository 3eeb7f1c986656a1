// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// liblo codes and decodes the messages. What stays here: bundles, for which it has no reader
// without a server, brackets, which it does not know, and the types that Veery takes, since liblo
// reads past the end when a blob has no room for its length.
#include "serve/osc_packet.h"

#include "command/lex.h"

#include <endian.h>
#include <lo/lo.h>
#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#define NTP_TO_UNIX 2208988800.0
#define TYPES "ifdhcsSTF" // of these liblo checks every byte and prints nothing

// NULL when no whole string with its padding is there. The name says path, but any string will do.
static const char *text_at(const void *data, size_t size)
{
    return lo_get_path((void *)(uintptr_t)data, (ssize_t)size); // only reads
}

static vy_status check_types(const char *types, bool *brackets, struct vy_err *err)
{
    int args = 0;
    *brackets = false;
    for (const char *type = types; *type; type++) {
        const bool bracket = *type == '[' || *type == ']';
        *brackets |= bracket;
        if (!bracket && !strchr(TYPES, *type))
            return vy_fail(err, VY_BAD_ARG, -1,
                           "an argument of type '%c' is not taken here; i f d s T F are",
                           *type > ' ' && *type < 127 ? *type : '?');
        args += !bracket;
        if (args > VY_OSC_MAX_ARGS)
            return vy_fail(err, VY_TOO_BIG, -1, "more than %d arguments", VY_OSC_MAX_ARGS);
    }
    return VY_OK;
}

static vy_status decode(const void *data, size_t size, lo_message *decoded, struct vy_err *err)
{
    int fault = 0;
    *decoded = lo_message_deserialise((void *)(uintptr_t)data, size, &fault); // only reads
    if (*decoded)
        return VY_OK;
    if (fault == LO_EALLOC)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for a message");
    if (fault == LO_ESIZE)
        return vy_fail(err, VY_SYNTAX, -1, "there are bytes too many behind the arguments");
    return vy_fail(err, VY_SYNTAX, -1,
                   "an argument is cut off, or the bytes behind a text are not 0");
}

// The same without the brackets.
static vy_status decode_flat(const char *data, size_t size, size_t types_at, lo_message *decoded,
                             struct vy_err *err)
{
    char *const flat = malloc(size);
    if (!flat)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for a message");
    const size_t args_at = types_at + (size_t)lo_strsize(data + types_at);
    memcpy(flat, data, types_at);
    size_t at = types_at;
    for (const char *type = data + types_at; *type; type++)
        if (*type != '[' && *type != ']')
            flat[at++] = *type;
    do
        flat[at++] = '\0';
    while (at % 4);
    memcpy(flat + at, data + args_at, size - args_at);
    const vy_status status = decode(flat, at + size - args_at, decoded, err);
    free(flat);
    return status;
}

static bool take_arg(struct vy_osc_arg *arg, char type, lo_arg *value, const char *text)
{
    const char *rest;
    *arg = (struct vy_osc_arg){.type = type};
    if (type == 's' || type == 'S') {
        arg->text = text;
        arg->is_number = vy_lex_number(text, &arg->number, &rest) && !*rest; // "0.5", not "5Hz"
        return true;
    }
    if (type == 'T' || type == 'F')
        arg->number = type == 'T';
    else
        arg->number = (double)lo_hires_val(type == 'c' ? LO_INT32 : (lo_type)type, value);
    arg->is_number = isfinite(arg->number);
    return arg->is_number;
}

vy_status vy_osc_message_read(const void *data, size_t size, struct vy_osc_message *message,
                              struct vy_err *err)
{
    message->args = 0;
    message->time = VY_OSC_NOW;
    message->data = data;
    message->size = size;
    message->path = text_at(data, size);
    if (!message->path || message->path[0] != '/')
        return vy_fail(err, VY_SYNTAX, -1, "a message begins with an address like /bass/cutoff");
    const size_t types_at = (size_t)lo_strsize(message->path);
    if (types_at == size) // old senders leave the types out when there are no arguments
        return VY_OK;
    const char *const types = text_at(message->path + types_at, size - types_at);
    if (!types || types[0] != ',')
        return vy_fail(err, VY_SYNTAX, -1, "after the address come the types, like ,f");
    bool brackets;
    lo_message decoded = NULL;
    vy_status status = check_types(types + 1, &brackets, err);
    if (!status)
        status = brackets ? decode_flat(data, size, types_at, &decoded, err)
                          : decode(data, size, &decoded, err);
    if (status)
        return status;
    lo_arg **const value = lo_message_get_argv(decoded);
    const char *const type = lo_message_get_types(decoded), *text = types + lo_strsize(types);
    const int args = lo_message_get_argc(decoded);
    while (!status && message->args < args) {
        const int i = message->args++;
        if (!take_arg(&message->arg[i], type[i], value[i], text)) // texts are those of the packet
            status = vy_fail(err, VY_BAD_ARG, -1, "a number is not finite");
        text += lo_arg_size((lo_type)type[i], value[i]);
    }
    lo_message_free(decoded);
    return status;
}

struct reader {
    const char *at, *end;
};

static size_t left(const struct reader *reader)
{
    return (size_t)(reader->end - reader->at);
}

static bool take_32(struct reader *reader, uint32_t *word)
{
    if (left(reader) < 4)
        return false;
    memcpy(word, reader->at, 4);
    *word = be32toh(*word);
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

static int add(lo_message message, char type, va_list *list)
{
    switch (type) {
    case 'i': return lo_message_add_int32(message, va_arg(*list, int));
    case 'f': return lo_message_add_float(message, (float)va_arg(*list, double));
    default: return lo_message_add_string(message, va_arg(*list, const char *));
    }
}

size_t vy_osc_message_write(void *to, size_t size, const char *path, const char *types, ...)
{
    lo_message message = lo_message_new();
    if (!message)
        return 0;
    bool ok = true;
    va_list list;
    va_start(list, types);
    for (const char *type = types; ok && *type; type++)
        ok = add(message, *type, &list) == 0;
    va_end(list);
    size_t bytes = ok ? lo_message_length(message, path) : 0;
    if (bytes > size)
        bytes = 0;
    if (bytes > 0)
        lo_message_serialise(message, path, to, NULL);
    lo_message_free(message);
    return bytes;
}

double vy_osc_time(uint64_t tag)
{
    if (tag <= VY_OSC_NOW)
        return 0;
    return (double)(tag >> 32) - NTP_TO_UNIX + (double)(uint32_t)tag * 0x1p-32;
}
