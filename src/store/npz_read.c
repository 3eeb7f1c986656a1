// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Nothing in a file is believed: every place and size is held against the file's own size.
#include "store/npz.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#define LONG 0xffffffffu
#define TAIL 22
#define TAIL_MOST (TAIL + 65535) // with the longest comment

/// Bytes that may be read.
struct span {
    const uint8_t *at;
    size_t size;
};

static uint32_t get16(const uint8_t *p)
{
    return p[0] | (uint32_t)p[1] << 8;
}

static uint32_t get32(const uint8_t *p)
{
    return get16(p) | get16(p + 2) << 16;
}

static uint64_t get64(const uint8_t *p)
{
    return get32(p) | (uint64_t)get32(p + 4) << 32;
}

static bool part_of(struct span whole, uint64_t at, uint64_t size, struct span *part)
{
    if (at > whole.size || size > whole.size - at)
        return false;
    *part = (struct span){whole.at + at, (size_t)size};
    return true;
}

/// The list of entries at the end of a zip file.
static bool find_directory(struct span file, struct span *directory)
{
    for (size_t back = TAIL; back <= file.size && back <= TAIL_MOST; back++) {
        const uint8_t *const tail = file.at + file.size - back;
        if (memcmp(tail, "PK\5\6", 4) != 0)
            continue;
        uint64_t size = get32(tail + 12), at = get32(tail + 16);
        struct span pointer, far;
        const size_t place = file.size - back;
        if (at == LONG && place >= 20 && part_of(file, place - 20, 20, &pointer) &&
            !memcmp(pointer.at, "PK\6\7", 4) && part_of(file, get64(pointer.at + 8), 56, &far) &&
            !memcmp(far.at, "PK\6\6", 4)) {
            size = get64(far.at + 40);
            at = get64(far.at + 48);
        }
        return part_of(file, at, size, directory);
    }
    return false;
}

/// Size and place from the 64-bit extra field, where the head only says "long".
static void read_long(struct span extra, uint64_t *size, uint64_t *at)
{
    while (extra.size >= 4) {
        const uint32_t kind = get16(extra.at), length = get16(extra.at + 2);
        struct span body;
        if (!part_of(extra, 4, length, &body))
            return;
        if (kind == 1) {
            size_t used = 0;
            if (*size == LONG && body.size >= 16) {
                *size = get64(body.at);
                used = 16; // packed size is behind it
            }
            if (*at == LONG && body.size >= used + 8)
                *at = get64(body.at + used);
            return;
        }
        extra = (struct span){extra.at + 4 + length, extra.size - 4 - length};
    }
}

/// The bytes of NAME.npy. @return what is wrong, NULL: nothing
static const char *find_entry(struct span file, const char *name, struct span *npy)
{
    struct span list;
    if (!find_directory(file, &list))
        return "it is no zip file, or not a whole one";
    while (list.size >= 46 && !memcmp(list.at, "PK\1\2", 4)) {
        const uint8_t *const head = list.at;
        const size_t length = get16(head + 28), extra = get16(head + 30);
        const size_t all = 46 + length + extra + get16(head + 32);
        if (all > list.size)
            break;
        list = (struct span){head + all, list.size - all};
        const char *const is = (const char *)head + 46;
        if (length != strlen(name) + 4 || memcmp(is, name, length - 4) != 0 ||
            memcmp(is + length - 4, ".npy", 4) != 0)
            continue;
        if (get16(head + 10) != 0)
            return "the array is packed; numpy.savez does not pack";
        uint64_t size = get32(head + 24), at = get32(head + 42);
        read_long((struct span){head + 46 + length, extra}, &size, &at);
        struct span local;
        if (!part_of(file, at, 30, &local) || memcmp(local.at, "PK\3\4", 4) != 0 ||
            !part_of(file, at + 30 + get16(local.at + 26) + get16(local.at + 28), size, npy))
            return "an array reaches over its end";
        return crc32_z(0, npy->at, npy->size) == get32(head + 16) ? NULL : "an array is damaged";
    }
    return "there is no such array";
}

/// What stands behind 'key': in a header.
static const char *value_of(const char *head, const char *key)
{
    const char *const at = strstr(head, key);
    if (!at)
        return NULL;
    const char *value = at + strlen(key);
    return value + strspn(value, ": ");
}

static bool read_shape(const char *text, struct vy_npz_data *data)
{
    if (!text || *text != '(')
        return false;
    data->count = 1;
    for (text += 1 + strspn(text + 1, " "); *text != ')';) {
        if (data->dims == VY_NPZ_DIMS || *text < '0' || *text > '9')
            return false;
        uint64_t n = 0;
        for (; *text >= '0' && *text <= '9'; text++)
            if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, *text - '0', &n))
                return false;
        data->shape[data->dims++] = n;
        if (__builtin_mul_overflow(data->count, n, &data->count))
            return false;
        text += strspn(text, ", ");
    }
    return true;
}

/// @return what is wrong, NULL: nothing
static const char *read_npy(struct span npy, struct vy_npz_data *data)
{
    if (npy.size < 12 || memcmp(npy.at, "\x93NUMPY", 6) != 0)
        return "it holds something else than arrays";
    const size_t start = npy.at[6] == 1 ? 10 : 12;
    const size_t length = npy.at[6] == 1 ? get16(npy.at + 8) : get32(npy.at + 8);
    char head[512] = {0};
    if (length >= sizeof head || length > npy.size - start)
        return "the head of an array is damaged";
    memcpy(head, npy.at + start, length);
    const char *const descr = value_of(head, "'descr'"), *const order =
                                                             value_of(head, "'fortran_order'");
    if (!descr || strncmp(descr, "'<f4'", 5) != 0 || !order || strncmp(order, "False", 5) != 0)
        return "the array is not of 32-bit floats in C order";
    if (!read_shape(value_of(head, "'shape'"), data))
        return "the head of an array is damaged";
    const size_t bytes = npy.size - start - length;
    if (data->count != bytes / sizeof(float) || bytes % sizeof(float))
        return "an array is not as long as it says";
    data->value = malloc(bytes ? bytes : 1);
    if (data->value)
        memcpy(data->value, npy.at + start + length, bytes);
    return data->value ? NULL : "no memory";
}

vy_status vy_npz_find(const uint8_t *file, size_t size, const char *name, struct vy_npz_data *data,
                      struct vy_err *err)
{
    *data = (struct vy_npz_data){0};
    struct span npy;
    const char *wrong = find_entry((struct span){file, size}, name, &npy);
    if (!wrong)
        wrong = read_npy(npy, data);
    return wrong ? vy_fail(err, VY_BAD_FILE, -1, "cannot read array %s: %s", name, wrong) : VY_OK;
}

vy_status vy_npz_read(const char *path, const char *name, struct vy_npz_data *data,
                      struct vy_err *err)
{
    *data = (struct vy_npz_data){0};
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat is;
    if (file < 0 || fstat(file, &is)) {
        const int why = errno;
        if (file >= 0)
            close(file);
        return vy_fail(err, why == ENOENT ? VY_NOT_FOUND : VY_IO, -1, "cannot read %s: %s", path,
                       strerror(why));
    }
    void *const at = is.st_size > 0
                         ? mmap(NULL, (size_t)is.st_size, PROT_READ, MAP_PRIVATE, file, 0)
                         : MAP_FAILED;
    close(file);
    if (at == MAP_FAILED)
        return vy_fail(err, VY_BAD_FILE, -1, "cannot read %s: it is no file of arrays", path);
    const vy_status status = vy_npz_find(at, (size_t)is.st_size, name, data, err);
    munmap(at, (size_t)is.st_size);
    return status;
}
