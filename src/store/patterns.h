// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Patterns that were learned: regions of time and frequency of a sound, what they are, who said so,
// every earlier version, and how they belong together. What a user says outranks the machine.
#ifndef VY_STORE_PATTERNS_H
#define VY_STORE_PATTERNS_H

#include "store/sounds.h"

#include <jansson.h>

#define VY_PATTERN_FEATURES 256

/// A pattern as it is kept. "" and NaN: not known.
struct vy_pattern_record {
    int64_t id;                  ///< 0 = new
    uint8_t hash[VY_HASH_BYTES]; ///< of the sound it is in
    int64_t region;              ///< with its vectors; 0 = none
    char type[24];               ///< "harmonic", "percussive" ...
    double start_s, end_s;       ///< in the sound
    double low_hz, high_hz;      ///< of the band
    double confidence;           ///< 0..1
    char extractor[64];          ///< who made the features, with version
    char name[128], category[32];
    char description[512];
    char tags[VY_TAGS_TEXT];   ///< separated by spaces
    char parameters[2048];     ///< a JSON object of name: value
    char origin[8];            ///< who said what it is: "ai", "system" or "user"
    int64_t starred;           ///< 0 or 1
    int64_t used, last_used;   ///< times it was used; Unix seconds, 0 = never
    int64_t seen;              ///< times it was learned
    int64_t created, modified; ///< Unix seconds
    int64_t version;           ///< rises with every change, from 1
    uint32_t features;         ///< numbers in `feature`
    float feature[VY_PATTERN_FEATURES];
};

/// Nothing known.
void vy_pattern_record_clear(struct vy_pattern_record *record);

/// Learn a pattern. The same sound with nearly the same time and band (four fifths shared) is the
/// same pattern: it is updated, and counted, never stored twice. Where a user has said what it is
/// and the record is of the machine, only the count changes.
/// @param now  Unix seconds @return VY_BAD_ARG when the record makes no sense
VY_MUST_CHECK vy_status vy_pattern_learn(struct vy_db *db, const struct vy_pattern_record *record,
                                         int64_t now, int64_t *id, struct vy_err *err);
/// Change a pattern: the record is all of it, apart from id, created, seen, used and version. What
/// was before becomes an earlier version. @return VY_NOT_FOUND
VY_MUST_CHECK vy_status vy_pattern_change(struct vy_db *db, const struct vy_pattern_record *record,
                                          int64_t now, struct vy_err *err);
VY_MUST_CHECK vy_status vy_pattern_get(struct vy_db *db, int64_t id,
                                       struct vy_pattern_record *record, struct vy_err *err);
VY_MUST_CHECK vy_status vy_pattern_forget(struct vy_db *db, int64_t id, struct vy_err *err);
VY_MUST_CHECK vy_status vy_pattern_used(struct vy_db *db, int64_t id, int64_t now,
                                        struct vy_err *err);
/// Give a pattern the region with its vectors; no new version.
VY_MUST_CHECK vy_status vy_pattern_locate(struct vy_db *db, int64_t id, int64_t region,
                                          struct vy_err *err);
/// The pattern of a region, 0 = none.
VY_MUST_CHECK vy_status vy_pattern_of_region(struct vy_db *db, int64_t region, int64_t *id,
                                             struct vy_err *err);

/// The regions of all patterns, into `ids`.
VY_MUST_CHECK vy_status vy_pattern_regions(struct vy_db *db, struct vy_ids *ids,
                                           struct vy_err *err);

/// @return false to end
typedef bool vy_pattern_record_fn(void *arg, const struct vy_pattern_record *record);

struct vy_pattern_wish_list {
    const uint8_t *hash;         ///< of the sound; NULL = any
    const char *type, *category; ///< NULL = any
    const char *text;            ///< within name, description or tags; NULL = any
    double least_confidence;     ///< 0 = any
    double from_s, to_s;         ///< overlap in time; to_s 0 = any
    bool starred;                ///< only those
};
/// By sound and start. `fn` may not change the library.
VY_MUST_CHECK vy_status vy_patterns_each(struct vy_db *db, const struct vy_pattern_wish_list *wish,
                                         vy_pattern_record_fn *fn, void *arg, struct vy_err *err);

/// An earlier version. @return VY_NOT_FOUND
VY_MUST_CHECK vy_status vy_pattern_version(struct vy_db *db, int64_t id, int64_t version,
                                           struct vy_pattern_record *record, struct vy_err *err);
/// Go back to an earlier version; that is a change like any other.
VY_MUST_CHECK vy_status vy_pattern_restore(struct vy_db *db, int64_t id, int64_t version,
                                           int64_t now, struct vy_err *err);

/// How one pattern belongs to another.
struct vy_pattern_relation {
    int64_t pattern, other;
    char type[16]; ///< similar, sequential, overlapping, variant or composite
    double score;  ///< 0..1
    char reason[160];
};
VY_MUST_CHECK vy_status vy_pattern_relation_store(struct vy_db *db,
                                                  const struct vy_pattern_relation *relation,
                                                  struct vy_err *err);
typedef bool vy_pattern_relation_fn(void *arg, const struct vy_pattern_relation *relation);
/// Those of one pattern (0 = all), best first.
VY_MUST_CHECK vy_status vy_pattern_relations(struct vy_db *db, int64_t id,
                                             vy_pattern_relation_fn *fn, void *arg,
                                             struct vy_err *err);

/// As an object, without features. Caller decrefs.
json_t *vy_pattern_json(const struct vy_pattern_record *record);
/// Fill a record from an object: what it does not name stays. @return VY_BAD_FILE, with what is
/// wrong
VY_MUST_CHECK vy_status vy_pattern_from_json(const json_t *object, struct vy_pattern_record *record,
                                             struct vy_err *err);

#endif
