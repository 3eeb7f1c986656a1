// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/rows.h"
#include "store/sql.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROW_FLOATS (VY_SPACES * VY_SPACE_DIMS)
#define ALONE_ROWS 20000u      // fewer are not worth a second thread
#define COMPARED_MOST 20000u   // rows compared in float before equality is given up
#define CANDIDATES_TIDY 16384u // so many new candidates, and those that fell behind go

struct vy_index {
    struct vy_db *db;
    const struct vy_layout *layout;
    int64_t layout_id;
    struct vy_sidecar *sidecar;
    struct vy_rows part[2]; ///< the sidecar; what came later
    struct vy_ids gone;
    int64_t last;         ///< id of the last row
    int64_t seen_version; ///< of other connections' changes
    int64_t seen_changes; ///< of our own
    char mark[40];
};

uint32_t vy_layout_floats(const struct vy_layout *layout)
{
    uint32_t sum = 0;
    for (uint32_t s = 0; s < layout->spaces; s++)
        sum += layout->space[s].dims;
    return sum;
}

void vy_layout_tidy(const struct vy_layout *layout, float *row)
{
    for (uint32_t s = 0; s < layout->spaces; row += layout->space[s++].dims) {
        double sum = 0;
        for (uint32_t i = 0; i < layout->space[s].dims; i++)
            sum += (double)row[i] * (double)row[i];
        if (!isfinite(sum) || (layout->space[s].metric == VY_METRIC_COSINE && sum < 1e-24))
            row[0] = NAN;
        if (isnan(row[0]) || layout->space[s].metric != VY_METRIC_COSINE)
            continue;
        const double one = 1 / sqrt(sum);
        for (uint32_t i = 0; i < layout->space[s].dims; i++)
            row[i] = (float)((double)row[i] * one);
    }
}

static vy_status layout_text(const struct vy_layout *layout, struct vy_buf *spec,
                             struct vy_err *err)
{
    bool fine = layout->spaces >= 1 && layout->spaces <= VY_SPACES;
    vy_buf_add(spec, "%s", layout->model);
    for (uint32_t s = 0; fine && s < layout->spaces; s++) {
        const struct vy_space *const space = &layout->space[s];
        const bool cosine = space->metric == VY_METRIC_COSINE;
        fine = space->dims >= 1 && space->dims <= (cosine ? VY_SPACE_DIMS : VY_NEAR_DIMS);
        vy_buf_add(spec, " %s:%u:%s", space->name, space->dims, cosine ? "cosine" : "distance");
    }
    if (spec->failed)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    return fine ? VY_OK : vy_fail(err, VY_BAD_ARG, -1, "a layout of vectors is out of range");
}

vy_status vy_layout_id(struct vy_db *db, const struct vy_layout *layout, int64_t *id,
                       struct vy_err *err)
{
    struct vy_buf spec = {0};
    sqlite3_stmt *find = NULL, *add = NULL;
    bool row = false;
    vy_status status = layout_text(layout, &spec, err);
    if (!status)
        status = vy_sql(db, "SELECT id FROM layout WHERE spec = ?", &find, err);
    if (!status) {
        sqlite3_bind_text(find, 1, spec.text, (int)spec.length, SQLITE_TRANSIENT);
        status = vy_sql_next(db, find, &row, err);
    }
    if (row)
        *id = sqlite3_column_int64(find, 0);
    sqlite3_reset(find);
    if (!status && !row)
        status = vy_sql(db, "INSERT INTO layout (spec) VALUES (?)", &add, err);
    if (add) {
        sqlite3_bind_text(add, 1, spec.text, (int)spec.length, SQLITE_TRANSIENT);
        status = vy_sql_done(db, add, err);
        *id = sqlite3_last_insert_rowid(vy_sql_handle(db));
    }
    vy_buf_clear(&spec);
    return status;
}

vy_status vy_region_add(struct vy_db *db, int64_t layout_id, const struct vy_layout *layout,
                        const struct vy_region *region, const float *row, int64_t *id,
                        struct vy_err *err)
{
    float tidy[ROW_FLOATS];
    const uint32_t floats = vy_layout_floats(layout);
    if (!(region->end_s >= region->start_s) || !isfinite(region->end_s))
        return vy_fail(err, VY_BAD_ARG, -1, "a region ends before it begins");
    memcpy(tidy, row, floats * sizeof *row);
    vy_layout_tidy(layout, tidy);
    sqlite3_stmt *statement;
    vy_status status = vy_sql(
        db, "INSERT INTO region (sound, layout, start_s, end_s, vectors) VALUES (?, ?, ?, ?, ?)",
        &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, region->sound);
    sqlite3_bind_int64(statement, 2, layout_id);
    sqlite3_bind_double(statement, 3, region->start_s);
    sqlite3_bind_double(statement, 4, region->end_s);
    sqlite3_bind_blob(statement, 5, tidy, (int)(floats * sizeof *tidy), SQLITE_TRANSIENT);
    status = vy_sql_done(db, statement, err);
    if (!status && id)
        *id = sqlite3_last_insert_rowid(vy_sql_handle(db));
    return status;
}

vy_status vy_region_get(struct vy_db *db, int64_t layout_id, const struct vy_layout *layout,
                        int64_t id, struct vy_region *region, float *row, struct vy_err *err)
{
    const size_t bytes = vy_layout_floats(layout) * sizeof *row;
    sqlite3_stmt *statement;
    bool found = false;
    vy_status status =
        vy_sql(db, "SELECT sound, start_s, end_s, vectors FROM region WHERE id = ? AND layout = ?",
               &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, id);
    sqlite3_bind_int64(statement, 2, layout_id);
    status = vy_sql_next(db, statement, &found, err);
    if (!status && (!found || sqlite3_column_bytes(statement, 3) != (int)bytes))
        status = vy_fail(err, VY_NOT_FOUND, -1, "there is no region %lld", (long long)id);
    if (!status) {
        *region = (struct vy_region){id, sqlite3_column_int64(statement, 0),
                                     sqlite3_column_double(statement, 1),
                                     sqlite3_column_double(statement, 2)};
        if (row)
            memcpy(row, sqlite3_column_blob(statement, 3), bytes);
    }
    sqlite3_reset(statement);
    return status;
}

vy_status vy_ids_add(struct vy_ids *ids, int64_t id)
{
    if (id < 0)
        return VY_BAD_ARG;
    if (id >= ids->limit) {
        const int64_t limit = (id + 1 + ids->limit / 2 + 4095) / 4096 * 4096;
        uint64_t *const bit = realloc(ids->bit, (size_t)limit / 8);
        if (!bit)
            return VY_NO_MEMORY;
        memset((char *)bit + ids->limit / 8, 0, (size_t)(limit - ids->limit) / 8);
        ids->bit = bit;
        ids->limit = limit;
    }
    ids->bit[id >> 6] |= (uint64_t)1 << (id & 63);
    return VY_OK;
}

vy_status vy_sql_ids(struct vy_db *db, sqlite3_stmt *statement, struct vy_ids *ids,
                     struct vy_err *err)
{
    bool row = true;
    vy_status status = VY_OK;
    while (!status && row) {
        status = vy_sql_next(db, statement, &row, err);
        if (row && vy_ids_add(ids, sqlite3_column_int64(statement, 0)))
            status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    sqlite3_reset(statement);
    return status;
}

void vy_ids_clear(struct vy_ids *ids)
{
    free(ids->bit);
    *ids = (struct vy_ids){0};
}

static vy_status read_fresh(struct vy_index *index, struct vy_err *err)
{
    const size_t bytes = vy_layout_floats(index->layout) * sizeof(float);
    sqlite3_stmt *statement;
    bool row = true;
    vy_status status =
        vy_sql(index->db, "SELECT id, vectors FROM region WHERE id > ? AND layout = ? ORDER BY id",
               &statement, err);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, index->last);
    sqlite3_bind_int64(statement, 2, index->layout_id);
    while (!status && row) {
        status = vy_sql_next(index->db, statement, &row, err);
        if (!row)
            break;
        float vector[ROW_FLOATS];
        if (sqlite3_column_bytes(statement, 1) != (int)bytes)
            continue;
        memcpy(vector, sqlite3_column_blob(statement, 1), bytes);
        index->last = sqlite3_column_int64(statement, 0);
        if (vy_rows_append(index->layout, &index->part[1], index->last, vector))
            status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    sqlite3_reset(statement);
    return status;
}

static vy_status read_gone(struct vy_index *index, struct vy_err *err)
{
    sqlite3_stmt *statement;
    const vy_status status = vy_sql(index->db, "SELECT id FROM region_gone", &statement, err);
    return status ? status : vy_sql_ids(index->db, statement, &index->gone, err);
}

static void forget_rows(struct vy_index *index)
{
    vy_sidecar_close(index->sidecar);
    index->sidecar = NULL;
    index->part[0] = (struct vy_rows){0};
    vy_rows_clear(index->layout, &index->part[1]);
    vy_ids_clear(&index->gone);
    index->last = 0;
}

// The mark of the sidecar now, into `mark`.
static vy_status mark_now(struct vy_db *db, char mark[40], struct vy_err *err)
{
    sqlite3_stmt *statement;
    bool row = false;
    mark[0] = '\0';
    vy_status status = vy_sql(db, "SELECT value FROM meta WHERE key = 'sidecar'", &statement, err);
    if (!status)
        status = vy_sql_next(db, statement, &row, err);
    if (row)
        vy_text_copy(mark, 40, (const char *)sqlite3_column_text(statement, 0));
    sqlite3_reset(statement);
    return status;
}

vy_status vy_index_refresh(struct vy_index *index, struct vy_err *err)
{
    int64_t version;
    const int64_t changes = sqlite3_total_changes64(vy_sql_handle(index->db));
    vy_status status = vy_sql_number(index->db, "PRAGMA data_version", 0, &version, err);
    if (status || (version == index->seen_version && changes == index->seen_changes))
        return status;
    char mark[40];
    status = mark_now(index->db, mark, err);
    if (!status && (strcmp(mark, index->mark) != 0 || !index->seen_version)) {
        forget_rows(index); // somebody made a new sidecar: begin with that
        status = vy_sidecar_open(index->db, index->layout, index->layout_id, &index->sidecar,
                                 &index->part[0], err);
        if (!status)
            status = mark_now(index->db, index->mark, err);
        if (index->part[0].count)
            index->last = index->part[0].id[index->part[0].count - 1];
    }
    if (!status)
        status = read_fresh(index, err);
    if (!status)
        status = read_gone(index, err);
    if (!status) {
        index->seen_version = version;
        index->seen_changes = sqlite3_total_changes64(vy_sql_handle(index->db));
    }
    return status;
}

vy_status vy_index_open(struct vy_db *db, const struct vy_layout *layout, struct vy_index **index,
                        struct vy_err *err)
{
    *index = NULL;
    struct vy_index *const made = calloc(1, sizeof *made);
    if (!made)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    made->db = db;
    made->layout = layout;
    vy_status status = vy_layout_id(db, layout, &made->layout_id, err);
    if (!status)
        status = vy_index_refresh(made, err);
    if (status) {
        vy_index_close(made);
        return status;
    }
    *index = made;
    return VY_OK;
}

void vy_index_close(struct vy_index *index)
{
    if (!index)
        return;
    forget_rows(index);
    free(index);
}

void vy_index_rows(const struct vy_index *index, uint64_t *rows, uint64_t *fresh)
{
    *rows = index->part[0].count + index->part[1].count;
    *fresh = index->part[1].count;
}

// A row that may be among the nearest.
struct candidate {
    float score, slack;
    int64_t id;
};

// One thread's share of the rows.
struct share {
    const struct vy_index *index;
    const struct vy_search *search;
    const struct vy_probe *probe;
    uint64_t from, to;
    struct candidate *candidate;
    size_t candidates, room, tidied;
    float *floor; ///< heap of the `most` best certain scores, the least first
    uint32_t floors;
    float least; ///< what a candidate must be able to reach
    bool failed;
};

static void sink(float *heap, uint32_t n, uint32_t at)
{
    for (;;) {
        uint32_t low = at;
        for (uint32_t child = 2 * at + 1; child < n && child <= 2 * at + 2; child++)
            if (heap[child] < heap[low])
                low = child;
        if (low == at)
            return;
        const float moved = heap[at];
        heap[at] = heap[low];
        heap[low] = moved;
        at = low;
    }
}

// A certain score: the floor rises when `most` rows are certainly better.
static void raise_floor(struct share *share, float score)
{
    if (share->floors < share->search->most) {
        share->floor[share->floors++] = score;
        if (share->floors == share->search->most)
            for (uint32_t i = share->floors / 2; i-- > 0;)
                sink(share->floor, share->floors, i);
    } else if (score > share->floor[0]) {
        share->floor[0] = score;
        sink(share->floor, share->floors, 0);
    }
    if (share->floors == share->search->most && share->floor[0] > share->least)
        share->least = share->floor[0];
}

static void drop_beaten(struct share *share)
{
    size_t kept = 0;
    for (size_t i = 0; i < share->candidates; i++)
        if (share->candidate[i].score + share->candidate[i].slack >= share->least)
            share->candidate[kept++] = share->candidate[i];
    share->candidates = share->tidied = kept;
}

static void consider(struct share *share, int64_t id, float score, float slack)
{
    const struct vy_search *const search = share->search;
    if (vy_ids_has(&share->index->gone, id) || (search->only && !vy_ids_has(search->only, id)) ||
        (search->except && vy_ids_has(search->except, id)))
        return;
    if (share->candidates - share->tidied >= CANDIDATES_TIDY)
        drop_beaten(share);
    if (share->candidates == share->room) {
        const size_t room = share->room ? share->room * 2 : 1024;
        struct candidate *const moved = realloc(share->candidate, room * sizeof *moved);
        if (!moved) {
            share->failed = true;
            return;
        }
        share->candidate = moved;
        share->room = room;
    }
    share->candidate[share->candidates++] = (struct candidate){score, slack, id};
    raise_floor(share, score - slack);
}

static void scan_part(struct share *share, const struct vy_rows *rows, uint64_t from, uint64_t to)
{
    float score[VY_SCAN_ROWS], slack[VY_SCAN_ROWS];
    for (uint64_t at = from; at < to; at += VY_SCAN_ROWS) {
        const uint32_t n = (uint32_t)(to - at < VY_SCAN_ROWS ? to - at : VY_SCAN_ROWS);
        if (!vy_scan_rows(share->probe, rows, at, n, share->least, score, slack))
            continue;
        for (uint32_t r = 0; r < n; r++)
            if (score[r] + slack[r] >= share->least)
                consider(share, rows->id[at + r], score[r], slack[r]);
    }
}

static void *scan(void *arg)
{
    struct share *const share = arg;
    uint64_t before = 0;
    for (int p = 0; p < 2; p++) {
        const struct vy_rows *const rows = &share->index->part[p];
        const uint64_t end = before + rows->count;
        const uint64_t from = share->from > before ? share->from : before;
        const uint64_t to = share->to < end ? share->to : end;
        if (from < to)
            scan_part(share, rows, from - before, to - before);
        before = end;
    }
    return NULL;
}

// Scan with one or two threads; what both found is left in share[0].
static vy_status scan_all(struct share share[2], uint64_t rows, uint32_t threads)
{
    pthread_t helper;
    const bool two = threads > 1 && rows > ALONE_ROWS;
    share[0].to = two ? rows / 2 : rows;
    share[1].from = share[0].to;
    share[1].to = rows;
    const bool helped = two && pthread_create(&helper, NULL, scan, &share[1]) == 0;
    scan(&share[0]);
    if (helped)
        pthread_join(helper, NULL);
    else
        scan(&share[1]);
    for (uint32_t i = 0; i < share[1].floors; i++)
        raise_floor(&share[0], share[1].floor[i]);
    share[1].least = share[0].least;
    drop_beaten(&share[0]);
    drop_beaten(&share[1]);
    const size_t all = share[0].candidates + share[1].candidates;
    struct candidate *const moved = realloc(share[0].candidate, (all + 1) * sizeof *moved);
    if (moved)
        share[0].candidate = moved;
    if (!moved || share[0].failed || share[1].failed)
        return VY_NO_MEMORY;
    if (share[1].candidates)
        memcpy(moved + share[0].candidates, share[1].candidate,
               share[1].candidates * sizeof *moved);
    share[0].candidates = all;
    return VY_OK;
}

static int by_reach(const void *a, const void *b)
{
    const struct candidate *const x = a, *const y = b;
    const float up = x->score + x->slack, other = y->score + y->slack;
    if (up > other || up < other)
        return up > other ? -1 : 1;
    return x->id < y->id ? -1 : x->id > y->id;
}

static int by_score(const void *a, const void *b)
{
    const struct vy_near *const x = a, *const y = b;
    if (x->score > y->score || x->score < y->score)
        return x->score > y->score ? -1 : 1;
    return x->region < y->region ? -1 : x->region > y->region;
}

static void score_row(const struct vy_probe *probe, const float *row, struct vy_near *near)
{
    double sum = 0, weight = 0;
    uint32_t at = 0;
    for (uint32_t s = 0; s < probe->layout->spaces; at += probe->layout->space[s++].dims) {
        near->aspect[s] = vy_score_exact(&probe->layout->space[s], probe->row + at, row + at);
        if (isnan(near->aspect[s]))
            continue;
        sum += (double)probe->weight[s] * (double)near->aspect[s];
        weight += (double)probe->weight[s];
    }
    near->score = weight > 0 ? (float)(sum / weight) : -1;
}

// Compare in float what the scan could not rule out, the most promising first.
static vy_status compare(struct vy_index *index, const struct vy_probe *probe,
                         const struct share *share, struct vy_near *near, uint32_t *found,
                         struct vy_search_cost *cost, struct vy_err *err)
{
    const uint32_t most = share->search->most;
    const size_t n = share->candidates < COMPARED_MOST ? share->candidates : COMPARED_MOST;
    struct vy_near *const all = malloc((n + 1) * sizeof *all);
    if (!all)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    qsort(share->candidate, share->candidates, sizeof *share->candidate, by_reach);
    vy_status status = VY_OK;
    size_t got = 0;
    for (size_t i = 0; i < n && !status; i++) {
        float row[ROW_FLOATS];
        struct vy_region region;
        status = vy_region_get(index->db, index->layout_id, index->layout, share->candidate[i].id,
                               &region, row, err);
        if (status == VY_NOT_FOUND) { // gone since the last look
            status = VY_OK;
            continue;
        }
        if (status)
            break;
        all[got].region = region.id;
        score_row(probe, row, &all[got]);
        got += all[got].score >= share->search->least;
    }
    qsort(all, got, sizeof *all, by_score);
    *found = (uint32_t)(got < most ? got : most);
    memcpy(near, all, *found * sizeof *near);
    free(all);
    *cost = (struct vy_search_cost){n, n == share->candidates};
    return status;
}

vy_status vy_index_search(struct vy_index *index, const struct vy_search *search,
                          struct vy_near *near, uint32_t *found, struct vy_search_cost *cost,
                          struct vy_err *err)
{
    struct vy_search_cost unasked;
    struct vy_probe probe;
    float sum = 0;
    *found = 0;
    if (search->most < 1 || search->most > VY_SEARCH_MOST)
        return vy_fail(err, VY_BAD_ARG, -1, "a search gives 1..%d rows", VY_SEARCH_MOST);
    vy_status status = vy_index_refresh(index, err);
    if (status)
        return status;
    vy_probe_make(&probe, search, index->layout);
    for (uint32_t s = 0; s < index->layout->spaces; s++)
        sum += probe.weight[s];
    if (!(sum > 0))
        return vy_fail(err, VY_BAD_ARG, -1, "nothing to compare by: no aspect with a weight");
    float *const floors = calloc(2 * (size_t)search->most, sizeof *floors);
    struct share share[2];
    for (int i = 0; i < 2; i++)
        share[i] = (struct share){.index = index,
                                  .search = search,
                                  .probe = &probe,
                                  .least = search->least,
                                  .floor = floors ? floors + i * (size_t)search->most : NULL};
    uint64_t rows, fresh;
    vy_index_rows(index, &rows, &fresh);
    status = floors ? scan_all(share, rows, search->threads) : VY_NO_MEMORY;
    if (status)
        vy_fail(err, status, -1, "out of memory");
    else
        status = compare(index, &probe, share, near, found, cost ? cost : &unasked, err);
    free(floors);
    free(share[0].candidate);
    free(share[1].candidate);
    return status;
}
