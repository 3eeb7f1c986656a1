// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The mapped copy of all vectors, FILE.vectors. It carries the random mark that the library keeps
// for it: made, renamed into place and noted within one write transaction, so a process that dies
// anywhere on the way leaves a file whose mark does not fit, and the next one makes it again.
#include "store/rows.h"
#include "store/sql.h"

#include "base/draft.h"
#include "base/simd.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "VEERYVE2"
#define HEAD_BYTES 4096u
#define PART_ALIGN 64u
#define FRESH_ROWS 4096 // so many may wait in memory, or an eighth of all

struct head {
    char magic[8];
    uint32_t order; ///< 0x01020304 as this machine writes it
    uint32_t bytes_of_head;
    char mark[40]; ///< the library's note of it
    int64_t layout, last;
    uint64_t rows, bytes, check; ///< check: of everything behind the head
    uint64_t check_head;         ///< of the fields above
};

struct vy_sidecar {
    void *map;
    size_t bytes;
};

// Two running sums a lane: the second one weighs by position, so that what changed places shows.
VY_SIMD static uint64_t checksum(const uint64_t *word, size_t words)
{
    uint64_t a[8] = {0}, b[8] = {0};
    for (size_t i = 0; i + 8 <= words; i += 8)
        for (size_t k = 0; k < 8; k++) {
            a[k] += word[i + k];
            b[k] += a[k];
        }
    uint64_t sum = words;
    for (size_t k = 0; k < 8; k++)
        sum = (sum ^ a[k]) * 0x9E3779B97F4A7C15u + b[k];
    return sum;
}

static uint64_t check_head(const struct head *head)
{
    uint64_t word[HEAD_BYTES / 64] = {0};
    memcpy(word, head, offsetof(struct head, check_head));
    return checksum(word, sizeof word / sizeof *word);
}

// Where everything lies. @return bytes of the file
static size_t place(const struct vy_layout *layout, char *base, uint64_t count,
                    struct vy_rows *rows)
{
    size_t at = HEAD_BYTES;
    *rows = (struct vy_rows){.count = count, .room = count};
#define TAKE(field, size)                                            \
    do {                                                             \
        (field) = (void *)(base ? base + at : NULL);                 \
        at += ((size) + PART_ALIGN - 1) & ~(size_t)(PART_ALIGN - 1); \
    } while (0)
    TAKE(rows->id, count * sizeof *rows->id);
    for (uint32_t s = 0; s < layout->spaces; s++) {
        const struct vy_space *const space = &layout->space[s];
        struct vy_column *const column = &rows->column[s];
        if (space->metric == VY_METRIC_COSINE) {
            TAKE(column->small, count * vy_row_stride(space));
            TAKE(column->scale, count * sizeof(float));
            TAKE(column->slack, count * sizeof(float));
        } else {
            TAKE(column->exact, count * space->dims * sizeof(float));
        }
    }
#undef TAKE
    return at;
}

static vy_status read_mark(struct vy_db *db, char mark[40], struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    mark[0] = '\0';
    vy_status status = vy_sql(db, "SELECT value FROM meta WHERE key = 'sidecar'", &statement, err);
    if (!status)
        status = vy_sql_next(db, statement, &row, err);
    if (row) {
        vy_text_copy(mark, 40, (const char *)sqlite3_column_text(statement, 0));
        sqlite3_reset(statement);
    }
    return status;
}

static bool is_sound(const struct head *head, size_t bytes, const char *mark, int64_t layout_id,
                     const struct vy_layout *layout)
{
    struct vy_rows rows;
    return memcmp(head->magic, MAGIC, sizeof head->magic) == 0 && head->order == 0x01020304 &&
           head->bytes_of_head == HEAD_BYTES && head->check_head == check_head(head) && *mark &&
           strncmp(head->mark, mark, sizeof head->mark) == 0 && head->layout == layout_id &&
           head->bytes == bytes && head->rows < bytes &&
           place(layout, NULL, head->rows, &rows) == bytes &&
           checksum((const uint64_t *)((const char *)head + HEAD_BYTES),
                    (bytes - HEAD_BYTES) / sizeof(uint64_t)) == head->check;
}

// The sidecar as it is; NULL when there is none that can be used.
static struct vy_sidecar *map_file(const char *path, const char *mark, int64_t layout_id,
                                   const struct vy_layout *layout, struct vy_rows *rows)
{
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    struct stat stat;
    if (file < 0)
        return NULL;
    void *map = MAP_FAILED;
    if (fstat(file, &stat) == 0 && stat.st_size >= (off_t)HEAD_BYTES)
        map = mmap(NULL, (size_t)stat.st_size, PROT_READ, MAP_SHARED, file, 0);
    close(file);
    if (map == MAP_FAILED)
        return NULL;
    const struct head *const head = map;
    struct vy_sidecar *const sidecar = calloc(1, sizeof *sidecar);
    if (!sidecar || !is_sound(head, (size_t)stat.st_size, mark, layout_id, layout)) {
        free(sidecar);
        munmap(map, (size_t)stat.st_size);
        return NULL;
    }
    *sidecar = (struct vy_sidecar){map, (size_t)stat.st_size};
    place(layout, map, head->rows, rows);
    return sidecar;
}

static vy_status fill(struct vy_db *db, const struct vy_layout *layout, int64_t layout_id,
                      struct vy_rows *rows, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const size_t bytes = vy_layout_floats(layout) * sizeof(float);
    uint64_t at = 0;
    bool row = true;
    vy_status status =
        vy_sql(db, "SELECT id, vectors FROM region WHERE layout = ? ORDER BY id", &statement, err);
    if (!status)
        sqlite3_bind_int64(statement, 1, layout_id);
    while (!status && row) {
        status = vy_sql_next(db, statement, &row, err);
        if (!row || at == rows->room)
            break;
        float vector[VY_SPACES * VY_SPACE_DIMS];
        if (sqlite3_column_bytes(statement, 1) != (int)bytes)
            continue;
        memcpy(vector, sqlite3_column_blob(statement, 1), bytes);
        vy_rows_set(layout, rows, at++, sqlite3_column_int64(statement, 0), vector);
    }
    sqlite3_reset(statement);
    rows->count = at;
    return status;
}

// All of a new file, while it has no name yet.
static vy_status write_file(struct vy_db *db, const struct vy_layout *layout, int64_t layout_id,
                            const struct vy_draft *draft, const char *mark, uint64_t count,
                            struct vy_err *err)
{
    struct vy_rows rows;
    const size_t bytes = place(layout, NULL, count, &rows);
    if (posix_fallocate(draft->fd, 0, (off_t)bytes) != 0)
        return vy_fail(err, VY_IO, -1, "%.150s cannot be written", draft->path);
    char *const map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, draft->fd, 0);
    if (map == MAP_FAILED)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    place(layout, map, count, &rows);
    vy_status status = fill(db, layout, layout_id, &rows, err);
    if (!status && rows.count != count) // of a wrong length in the library: `check` tells
        status = vy_fail(err, VY_BAD_FILE, -1, "the library has regions of the wrong length");
    struct head *const head = (struct head *)map;
    *head = (struct head){.magic = MAGIC,
                          .order = 0x01020304,
                          .bytes_of_head = HEAD_BYTES,
                          .layout = layout_id,
                          .last = count ? rows.id[count - 1] : 0,
                          .rows = count,
                          .bytes = bytes};
    vy_text_copy(head->mark, sizeof head->mark, mark);
    head->check = checksum((const uint64_t *)(map + HEAD_BYTES), (bytes - HEAD_BYTES) / 8);
    head->check_head = check_head(head);
    if (!status && msync(map, bytes, MS_SYNC) != 0)
        status = vy_fail(err, VY_IO, -1, "%.150s: %s", draft->path, strerror(errno));
    munmap(map, bytes);
    return status;
}

static vy_status count_rows(struct vy_db *db, int64_t layout_id, int64_t after, int64_t *count,
                            struct vy_err *err)
{
    sqlite3_stmt *statement;
    vy_status status =
        vy_sql(db, "SELECT count(*) FROM region WHERE id > ? AND layout = ?", &statement, err);
    bool row = false;
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, after);
    sqlite3_bind_int64(statement, 2, layout_id);
    status = vy_sql_next(db, statement, &row, err);
    *count = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return status;
}

// A new mark, the file under its name, and the note of it: all within one transaction.
static vy_status make(struct vy_db *db, const struct vy_layout *layout, int64_t layout_id,
                      const char *path, struct vy_err *err)
{
    struct vy_draft draft = {.fd = -1};
    char mark[40];
    int64_t count;
    vy_status status = vy_db_begin(db, err);
    if (status)
        return status;
    status = vy_sql_run(db,
                        "UPDATE meta SET value = lower(hex(randomblob(16))) WHERE key = 'sidecar';"
                        "DELETE FROM region_gone",
                        err);
    if (!status)
        status = read_mark(db, mark, err);
    if (!status)
        status = count_rows(db, layout_id, 0, &count, err);
    if (!status)
        status = vy_draft_open(&draft, path, err);
    if (!status)
        status = write_file(db, layout, layout_id, &draft, mark, (uint64_t)count, err);
    if (!status)
        status = vy_draft_keep(&draft, err);
    vy_draft_drop(&draft);
    return vy_db_end(db, status, err);
}

vy_status vy_sidecar_open(struct vy_db *db, const struct vy_layout *layout, int64_t layout_id,
                          struct vy_sidecar **sidecar, struct vy_rows *rows, struct vy_err *err)
{
    char path[4150], mark[40];
    int64_t fresh = 0, gone = 0;
    *rows = (struct vy_rows){0};
    *sidecar = NULL;
    snprintf(path, sizeof path, "%s.vectors", vy_db_path(db));
    vy_status status = read_mark(db, mark, err);
    if (status)
        return status;
    *sidecar = map_file(path, mark, layout_id, layout, rows);
    const int64_t last = rows->count ? rows->id[rows->count - 1] : 0;
    status = count_rows(db, layout_id, last, &fresh, err);
    if (!status)
        status = vy_sql_number(db, "SELECT count(*) FROM region_gone", 0, &gone, err);
    const int64_t bearable = FRESH_ROWS + (int64_t)rows->count / 8;
    if (status || (fresh <= bearable && gone <= bearable))
        return status;
    vy_sidecar_close(*sidecar);
    *rows = (struct vy_rows){0};
    *sidecar = NULL;
    // where nothing can be written, everything is held in memory
    struct vy_err why = {.at = -1};
    if (make(db, layout, layout_id, path, &why) || read_mark(db, mark, &why))
        return why.code == VY_IO || why.code == VY_BUSY ? VY_OK : (*err = why).code;
    *sidecar = map_file(path, mark, layout_id, layout, rows);
    return VY_OK;
}

void vy_sidecar_close(struct vy_sidecar *sidecar)
{
    if (!sidecar)
        return;
    munmap(sidecar->map, sidecar->bytes);
    free(sidecar);
}
