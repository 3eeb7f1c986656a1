// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The waiting file holds blocks [width][VY_NPZ_BLOCK], so that a row is read back in long pieces.
// Zip: APPNOTE.TXT 6.3 of PKWARE; .npy: numpy.lib.format, version 1.0. Little-endian machines only.
#include "store/npz.h"

#include "base/draft.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define NPY_HEAD 128 // bytes of a .npy header here; long enough for any shape
#define LOCAL_HEAD 30
#define LOCAL_EXTRA 20
#define LONG 0xffffffffu   // a size that stands in the extra field instead
#define VERSION 45         // of zip, with 64-bit sizes
#define DAY ((1 << 5) | 1) // 1 January 1980: equal arrays make equal files

struct entry {
    uint64_t at, size;
    uint32_t crc;
};

struct vy_npz_writer {
    char *path;
    const struct vy_npz_array *array;
    uint32_t arrays, width;
    uint64_t columns;
    struct vy_draft wait; ///< of whole blocks; never kept
    uint32_t held;        ///< columns in `block`
    float *block;         ///< [width][VY_NPZ_BLOCK]
    struct entry *entry;
};

static vy_status failed(const struct vy_npz_writer *w, struct vy_err *err)
{
    return vy_fail(err, VY_IO, -1, "cannot write %s: %s", w->path, strerror(errno));
}

static void destroy(struct vy_npz_writer *w)
{
    if (!w)
        return;
    vy_draft_drop(&w->wait);
    free(w->path);
    free(w->block);
    free(w->entry);
    free(w);
}

vy_status vy_npz_create(const char *path, const struct vy_npz_array *array, uint32_t arrays,
                        uint32_t width, struct vy_npz_writer **writer, struct vy_err *err)
{
    *writer = NULL;
    for (uint32_t i = 0; i < arrays; i++)
        if (strlen(array[i].name) >= VY_NPZ_NAME || array[i].first >= width ||
            array[i].rows > width - array[i].first)
            return vy_fail(err, VY_BAD_ARG, -1, "array %s does not fit the columns", array[i].name);
    struct vy_npz_writer *const w = calloc(1, sizeof *w);
    if (!w)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for arrays");
    w->array = array;
    w->arrays = arrays;
    w->width = width;
    w->wait.fd = -1;
    w->path = strdup(path);
    w->block = calloc((size_t)width * VY_NPZ_BLOCK, sizeof(float));
    w->entry = calloc(arrays + 1, sizeof *w->entry);
    if (!w->path || !w->block || !w->entry) {
        destroy(w);
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for arrays");
    }
    const vy_status status = vy_draft_open(&w->wait, path, err);
    if (status) {
        destroy(w);
        return status;
    }
    *writer = w;
    return VY_OK;
}

static size_t block_bytes(const struct vy_npz_writer *w)
{
    return (size_t)w->width * VY_NPZ_BLOCK * sizeof(float);
}

/// All of it or nothing.
static bool write_at(int file, const void *data, size_t bytes, uint64_t at)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t n = pwrite(file, (const char *)data + done, bytes - done, (off_t)(at + done));
        if (n <= 0 && errno != EINTR)
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool read_at(int file, void *data, size_t bytes, uint64_t at)
{
    for (size_t done = 0; done < bytes;) {
        const ssize_t n = pread(file, (char *)data + done, bytes - done, (off_t)(at + done));
        if (n == 0)
            errno = EIO;
        if (n <= 0 && (n == 0 || errno != EINTR))
            return false;
        done += n > 0 ? (size_t)n : 0;
    }
    return true;
}

static bool put_block(struct vy_npz_writer *w)
{
    const uint64_t index = (w->columns - 1) / VY_NPZ_BLOCK;
    w->held = 0;
    return write_at(w->wait.fd, w->block, block_bytes(w), index * block_bytes(w));
}

vy_status vy_npz_column(struct vy_npz_writer *writer, const float *value, struct vy_err *err)
{
    for (uint32_t i = 0; i < writer->width; i++)
        writer->block[(size_t)i * VY_NPZ_BLOCK + writer->held] = value[i];
    writer->columns++;
    if (++writer->held == VY_NPZ_BLOCK && !put_block(writer))
        return failed(writer, err);
    return VY_OK;
}

/// Columns of a block that exist.
static uint32_t columns_in(const struct vy_npz_writer *w, uint64_t block)
{
    const uint64_t rest = w->columns - block * VY_NPZ_BLOCK;
    return rest < VY_NPZ_BLOCK ? (uint32_t)rest : VY_NPZ_BLOCK;
}

vy_status vy_npz_change(struct vy_npz_writer *writer, vy_npz_change_fn *fn, void *arg,
                        struct vy_err *err)
{
    struct vy_npz_writer *const w = writer;
    if (w->held && !put_block(w))
        return failed(w, err);
    for (uint64_t b = 0; b * VY_NPZ_BLOCK < w->columns; b++) {
        if (!read_at(w->wait.fd, w->block, block_bytes(w), b * block_bytes(w)))
            return failed(w, err);
        fn(arg, w->block, columns_in(w, b));
        if (!write_at(w->wait.fd, w->block, block_bytes(w), b * block_bytes(w)))
            return failed(w, err);
    }
    return VY_OK;
}

static void put16(uint8_t *to, uint32_t x)
{
    to[0] = (uint8_t)x;
    to[1] = (uint8_t)(x >> 8);
}

static void put32(uint8_t *to, uint32_t x)
{
    put16(to, x & 0xffff);
    put16(to + 2, x >> 16);
}

static void put64(uint8_t *to, uint64_t x)
{
    put32(to, (uint32_t)x);
    put32(to + 4, (uint32_t)(x >> 32));
}

/// What the head of an entry has in both places: version to sizes and name length, 26 bytes.
static void put_common(uint8_t *to, const struct entry *e, size_t name, size_t extra)
{
    const bool is_long = e->size >= LONG;
    put16(to, VERSION);
    put16(to + 8, DAY);
    put32(to + 10, e->crc);
    put32(to + 14, is_long ? LONG : (uint32_t)e->size);
    put32(to + 18, is_long ? LONG : (uint32_t)e->size);
    put16(to + 22, (uint32_t)name);
    put16(to + 24, (uint32_t)extra);
}

/// The head of an entry where it lies.
static bool put_local_head(FILE *file, const struct vy_npz_array *a, const struct entry *e)
{
    char name[VY_NPZ_NAME + 8];
    const int length = snprintf(name, sizeof name, "%s.npy", a->name);
    const bool is_long = e->size >= LONG;
    uint8_t head[LOCAL_HEAD + LOCAL_EXTRA] = {'P', 'K', 3, 4};
    put_common(head + 4, e, (size_t)length, is_long ? LOCAL_EXTRA : 0);
    uint8_t *const extra = head + LOCAL_HEAD;
    put16(extra, 1);
    put16(extra + 2, 16);
    put64(extra + 4, e->size);
    put64(extra + 12, e->size);
    return fwrite(head, LOCAL_HEAD, 1, file) == 1 && fwrite(name, (size_t)length, 1, file) == 1 &&
           (!is_long || fwrite(extra, LOCAL_EXTRA, 1, file) == 1);
}

static bool put_central_head(FILE *file, const struct vy_npz_array *a, const struct entry *e)
{
    char name[VY_NPZ_NAME + 8];
    const int length = snprintf(name, sizeof name, "%s.npy", a->name);
    const bool is_long = e->size >= LONG, is_far = e->at >= LONG;
    uint8_t head[46] = {'P', 'K', 1, 2}, extra[28] = {0};
    size_t used = 4;
    if (is_long) {
        put64(extra + used, e->size);
        put64(extra + used + 8, e->size);
        used += 16;
    }
    if (is_far) {
        put64(extra + used, e->at);
        used += 8;
    }
    put16(extra, 1);
    put16(extra + 2, (uint32_t)used - 4);
    used = used > 4 ? used : 0;
    put16(head + 4, VERSION);
    put_common(head + 6, e, (size_t)length, used);
    put32(head + 42, is_far ? LONG : (uint32_t)e->at);
    return fwrite(head, sizeof head, 1, file) == 1 && fwrite(name, (size_t)length, 1, file) == 1 &&
           fwrite(extra, 1, used, file) == used;
}

static bool put_directory(struct vy_npz_writer *w, FILE *file)
{
    const uint64_t start = (uint64_t)ftello(file);
    for (uint32_t i = 0; i < w->arrays; i++)
        if (!put_central_head(file, &w->array[i], &w->entry[i]))
            return false;
    const uint64_t end = (uint64_t)ftello(file);
    uint8_t far[76] = {'P', 'K', 6, 6};
    put64(far + 4, 44);
    put16(far + 12, VERSION);
    put16(far + 14, VERSION);
    put64(far + 24, w->arrays);
    put64(far + 32, w->arrays);
    put64(far + 40, end - start);
    put64(far + 48, start);
    put32(far + 56, 0x07064b50); // "PK" 6 7
    put64(far + 64, end);
    put32(far + 72, 1);
    uint8_t tail[22] = {'P', 'K', 5, 6};
    put16(tail + 8, w->arrays);
    put16(tail + 10, w->arrays);
    put32(tail + 12, (uint32_t)(end - start));
    put32(tail + 16, start >= LONG ? LONG : (uint32_t)start);
    return (start < LONG || fwrite(far, sizeof far, 1, file) == 1) &&
           fwrite(tail, sizeof tail, 1, file) == 1;
}

static void fill_npy_head(char *head, const struct vy_npz_array *a, uint64_t columns)
{
    static const char magic[10] = {'\x93', 'N', 'U', 'M', 'P', 'Y', 1, 0, NPY_HEAD - 10, 0};
    char shape[48];
    if (a->rows)
        snprintf(shape, sizeof shape, "(%u, %llu)", a->rows, (unsigned long long)columns);
    else
        snprintf(shape, sizeof shape, "(%llu,)", (unsigned long long)columns);
    memset(head, ' ', NPY_HEAD);
    memcpy(head, magic, sizeof magic);
    const int length = snprintf(head + 10, NPY_HEAD - 10,
                                "{'descr': '<f4', 'fortran_order': False, 'shape': %s, }", shape);
    head[10 + length] = ' ';
    head[NPY_HEAD - 1] = '\n';
}

static bool put_array(struct vy_npz_writer *w, uint32_t index, FILE *file)
{
    const struct vy_npz_array *const a = &w->array[index];
    struct entry *const e = &w->entry[index];
    const uint32_t rows = a->rows ? a->rows : 1;
    char head[NPY_HEAD];
    fill_npy_head(head, a, w->columns);
    e->at = (uint64_t)ftello(file);
    e->size = NPY_HEAD + rows * w->columns * sizeof(float);
    e->crc = (uint32_t)crc32(0, (const uint8_t *)head, NPY_HEAD);
    if (!put_local_head(file, a, e) || fwrite(head, NPY_HEAD, 1, file) != 1)
        return false;
    float part[VY_NPZ_BLOCK];
    for (uint32_t row = a->first; row < a->first + rows; row++)
        for (uint64_t b = 0; b * VY_NPZ_BLOCK < w->columns; b++) {
            const size_t bytes = columns_in(w, b) * sizeof(float);
            if (!read_at(w->wait.fd, part, bytes, b * block_bytes(w) + row * sizeof part) ||
                fwrite(part, bytes, 1, file) != 1)
                return false;
            e->crc = (uint32_t)crc32(e->crc, (const uint8_t *)part, (uInt)bytes);
        }
    // the sum is known now
    const off_t end = ftello(file);
    return !fseeko(file, (off_t)e->at, SEEK_SET) && put_local_head(file, a, e) &&
           !fseeko(file, end, SEEK_SET);
}

static bool put_all(struct vy_npz_writer *w, const struct vy_draft *draft)
{
    char place[32];
    if (w->held && !put_block(w))
        return false;
    vy_draft_place(draft, place, sizeof place);
    FILE *const file = fopen(place, "wbe");
    if (!file)
        return false;
    bool fine = true;
    for (uint32_t i = 0; fine && i < w->arrays; i++)
        fine = put_array(w, i, file);
    fine = fine && put_directory(w, file);
    fine &= !fclose(file);
    return fine;
}

vy_status vy_npz_close(struct vy_npz_writer *writer, bool keep, struct vy_err *err)
{
    if (!writer)
        return VY_OK;
    struct vy_draft draft;
    vy_status status = keep ? vy_draft_open(&draft, writer->path, err) : VY_OK;
    if (keep && !status) {
        status = put_all(writer, &draft) ? vy_draft_keep(&draft, err) : failed(writer, err);
        vy_draft_drop(&draft);
    }
    destroy(writer);
    return status;
}
