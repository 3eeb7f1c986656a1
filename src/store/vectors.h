// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Exact search for what is alike. A region has a vector in each of several spaces (timbre, rhythm,
// brightness ...); a query weighs the spaces. Every row is looked at: long vectors as 8-bit
// numbers, with a bound on what that costs, and whatever the bound cannot rule out is compared
// again in float. So the answer is that of a float scan, at a quarter of the memory read.
//
// The rows are in a file beside the library (FILE.vectors) that is mapped, not read. It is only a
// copy: when it is missing, damaged or of another library it is made again, and what was stored
// since it was made is held in memory.
#ifndef VY_STORE_VECTORS_H
#define VY_STORE_VECTORS_H

#include "store/db.h"

#include <stdbool.h>
#include <stdint.h>

#define VY_SPACES 8         ///< most spaces
#define VY_SPACE_DIMS 256   ///< most numbers in a vector
#define VY_NEAR_DIMS 8      ///< most in a space measured by distance
#define VY_SPACE_TEXT 24    ///< of a name, with its end
#define VY_SEARCH_MOST 4096 ///< most rows a search gives

enum vy_metric {
    VY_METRIC_COSINE,   ///< score = the cosine
    VY_METRIC_DISTANCE, ///< score = 1 / (1 + squared distance)
};

struct vy_space {
    char name[VY_SPACE_TEXT];
    uint32_t dims; ///< 1..VY_SPACE_DIMS; VY_METRIC_DISTANCE: 1..VY_NEAR_DIMS
    enum vy_metric metric;
};

/// What a row of vectors is made of: the vectors of all spaces, one after the other. Rows of one
/// layout are compared with each other only.
struct vy_layout {
    char model[64]; ///< who makes them, "embed/1"; other vectors need another name
    uint32_t spaces;
    struct vy_space space[VY_SPACES];
};

/// Floats in a row.
uint32_t vy_layout_floats(const struct vy_layout *layout);

/// Make a row ready to be stored or asked for: vectors of cosine spaces get length 1. One that is
/// all zero or not finite is absent: its first number becomes NaN.
void vy_layout_tidy(const struct vy_layout *layout, float *row);

/// The layout's number in this library; it is entered when it is new.
VY_MUST_CHECK vy_status vy_layout_id(struct vy_db *db, const struct vy_layout *layout, int64_t *id,
                                     struct vy_err *err);

/// A stretch of a sound.
struct vy_region {
    int64_t id, sound;
    double start_s, end_s;
};

/// Store a region. @param row  f32 [vy_layout_floats], tidied on the way @param id  may be NULL
VY_MUST_CHECK vy_status vy_region_add(struct vy_db *db, int64_t layout_id,
                                      const struct vy_layout *layout,
                                      const struct vy_region *region, const float *row, int64_t *id,
                                      struct vy_err *err);
/// Read a region. @param row  f32 [vy_layout_floats] or NULL @return VY_NOT_FOUND also when it is
/// of another layout
VY_MUST_CHECK vy_status vy_region_get(struct vy_db *db, int64_t layout_id,
                                      const struct vy_layout *layout, int64_t id,
                                      struct vy_region *region, float *row, struct vy_err *err);

struct vy_index;

/// Open the search over a library; borrows `db`. Makes the sidecar when it has to.
VY_MUST_CHECK vy_status vy_index_open(struct vy_db *db, const struct vy_layout *layout,
                                      struct vy_index **index, struct vy_err *err);
void vy_index_close(struct vy_index *index); ///< NULL is fine

/// Regions that can be found, and how many of them are not in the sidecar.
void vy_index_rows(const struct vy_index *index, uint64_t *rows, uint64_t *fresh);

/// See what was stored and removed since. Cheap when nothing was.
VY_MUST_CHECK vy_status vy_index_refresh(struct vy_index *index, struct vy_err *err);

/// A set of region ids.
struct vy_ids {
    uint64_t *bit;
    int64_t limit; ///< ids below it can be in the set
};
VY_MUST_CHECK vy_status vy_ids_add(struct vy_ids *ids, int64_t id);
static inline bool vy_ids_has(const struct vy_ids *ids, int64_t id)
{
    return id >= 0 && id < ids->limit && (ids->bit[id >> 6] >> (id & 63) & 1);
}
void vy_ids_clear(struct vy_ids *ids);

struct vy_search {
    const float *row;            ///< f32 [vy_layout_floats], tidied; absent spaces do not count
    float weight[VY_SPACES];     ///< 0 or more
    uint32_t most;               ///< rows wanted, 1..VY_SEARCH_MOST
    float least;                 ///< least score, -1..1
    const struct vy_ids *only;   ///< NULL = all
    const struct vy_ids *except; ///< NULL = none
    uint32_t threads;            ///< 1 or 2; few rows are always scanned by one
};

/// One answer. Equal for every number of threads and instruction set.
struct vy_near {
    int64_t region;
    float score;             ///< weighted mean over the spaces in which both have a vector
    float aspect[VY_SPACES]; ///< score in each space; NaN = one of the two has no vector in it
};

struct vy_search_cost {
    uint64_t compared; ///< rows that were compared again in float
    bool exact;        ///< false: so many rows are equally near that some were not compared
};

/// @param near  room for `most`; best first, equal ones by region @param cost  may be NULL
/// @return VY_BAD_ARG when no space with a weight has a vector
VY_MUST_CHECK vy_status vy_index_search(struct vy_index *index, const struct vy_search *search,
                                        struct vy_near *near, uint32_t *found,
                                        struct vy_search_cost *cost, struct vy_err *err);

#endif
