// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sounds and the files they lie in. A sound is known by the hash of its bytes, so a file that was
// moved is not analysed again, and a duplicate is a sound with two places.
#ifndef VY_STORE_SOUNDS_H
#define VY_STORE_SOUNDS_H

#include "store/vectors.h"

#define VY_HASH_BYTES 32
#define VY_TAGS_TEXT 512 ///< bytes of tags, separated by spaces

/// Every number that is known of a sound: name (as in the table and in JSON), unit, text. NaN = it
/// was not measured or cannot be. Append only.
#define VY_FACT_LIST(X)                                                \
    X(duration_s, "s", "length")                                       \
    X(rate_hz, "Hz", "sample rate")                                    \
    X(channels, "", "channels")                                        \
    X(loudness_lufs, "LUFS", "integrated loudness")                    \
    X(true_peak_dbtp, "dBTP", "true peak")                             \
    X(crest_db, "dB", "peak over RMS")                                 \
    X(bpm, "bpm", "tempo")                                             \
    X(bpm_confidence, "", "how sure the tempo is, 0..1")               \
    X(key, "", "tonic, 0 = C .. 11 = B")                               \
    X(minor, "", "1 = minor, 0 = major")                               \
    X(key_confidence, "", "how sure the key is, 0..1")                 \
    X(centroid_hz, "Hz", "spectral centroid, mean weighted by energy") \
    X(rolloff_hz, "Hz", "85 % of the energy lie below")                \
    X(flatness, "", "spectral flatness, 0 tone .. 1 noise")            \
    X(attack_ms, "ms", "from 10 to 90 % of the loudest moment")        \
    X(pitch_hz, "Hz", "pitch")                                         \
    X(pitch_confidence, "", "how sure the pitch is, 0..1")             \
    X(onset_rate_hz, "1/s", "onsets a second")                         \
    X(width, "", "side over mid and side, 0 mono .. 1")                \
    X(low_share, "", "energy below 250 Hz, 0..1")                      \
    X(high_share, "", "energy above 4 kHz, 0..1")

struct vy_facts {
#define X(name, unit, text) double name;
    VY_FACT_LIST(X)
#undef X
    char kind[24]; ///< "one-shot", "loop", "music", "speech", "noise"; "" = not known
    double kind_confidence;
    char tags[VY_TAGS_TEXT]; ///< measured, by words
};

/// Nothing known.
void vy_facts_clear(struct vy_facts *facts);
/// Fact i: its name and unit, and where it is in `facts` (may be NULL). NULL after the last.
const char *vy_facts_at(struct vy_facts *facts, uint32_t i, const char **unit, double **value);

/// BLAKE2b of a file's bytes. @return VY_NOT_FOUND, VY_IO
VY_MUST_CHECK vy_status vy_hash_file(const char *path, uint8_t hash[VY_HASH_BYTES],
                                     struct vy_err *err);

/// What an analysis of a file's bytes gives.
struct vy_heard_sound {
    uint8_t hash[VY_HASH_BYTES];
    const char *heard_by; ///< version of the analysis
    const char *problem;  ///< why it cannot be analysed; NULL = it was
    struct vy_facts facts;
    const struct vy_layout *layout;
    int64_t layout_id;
    uint32_t regions;
    const struct vy_region *region; ///< [regions]; id and sound are ignored
    const float *row;               ///< f32 [regions][vy_layout_floats]
};

/// Store it, in place of what an earlier analysis said; the user's own tags stay.
VY_MUST_CHECK vy_status vy_sound_store(struct vy_db *db, const struct vy_heard_sound *heard,
                                       int64_t *id, struct vy_err *err);
/// Look a sound up by its bytes. *id = 0: it is not known. heard_by [64] receives the version of
/// the analysis.
VY_MUST_CHECK vy_status vy_sound_find(struct vy_db *db, const uint8_t hash[VY_HASH_BYTES],
                                      int64_t *id, char heard_by[64], struct vy_err *err);
/// Which analysis heard a sound; "" = none, or no such sound. heard_by [64]
VY_MUST_CHECK vy_status vy_sound_heard_by(struct vy_db *db, int64_t id, char heard_by[64],
                                          struct vy_err *err);
/// The region that is all of a sound, or as much of it as there is. @return VY_NOT_FOUND
VY_MUST_CHECK vy_status vy_sound_whole(struct vy_db *db, int64_t layout_id,
                                       const struct vy_layout *layout, int64_t sound,
                                       struct vy_region *region, float *row, struct vy_err *err);
/// Forget a sound: facts, regions and places. Files and patterns stay.
VY_MUST_CHECK vy_status vy_sound_forget(struct vy_db *db, int64_t id, struct vy_err *err);
/// Forget the sounds that lie nowhere any more, apart from those that patterns are of.
VY_MUST_CHECK vy_status vy_sounds_forget_lost(struct vy_db *db, uint64_t *count,
                                              struct vy_err *err);
/// The user's own tags, in place of those before.
VY_MUST_CHECK vy_status vy_sound_tag(struct vy_db *db, int64_t id, const char *tags,
                                     struct vy_err *err);

/// A sound as it is listed. Texts are borrowed for the call.
struct vy_sound_row {
    int64_t id;
    uint8_t hash[VY_HASH_BYTES];
    const char *path; ///< a place where it is; NULL = nowhere any more
    int64_t places;
    const char *heard_by, *problem, *user_tags;
    struct vy_facts facts;
};

/// @return false to end
typedef bool vy_sound_fn(void *arg, const struct vy_sound_row *row);

/// All sounds by path, or one (id > 0).
VY_MUST_CHECK vy_status vy_sounds_each(struct vy_db *db, int64_t id, vy_sound_fn *fn, void *arg,
                                       struct vy_err *err);

/// A place where a sound lies.
struct vy_place {
    int64_t id, sound, size, mtime_ns;
    bool gone; ///< it was not there when last looked for
    char path[4096];
};

/// *found = false when the path is not known.
VY_MUST_CHECK vy_status vy_place_find(struct vy_db *db, const char *path, struct vy_place *place,
                                      bool *found, struct vy_err *err);
/// Note that a sound lies at place->path; place->id 0: a new place, or the one of that path.
VY_MUST_CHECK vy_status vy_place_store(struct vy_db *db, const struct vy_place *place,
                                       struct vy_err *err);
VY_MUST_CHECK vy_status vy_place_gone(struct vy_db *db, int64_t id, bool gone, struct vy_err *err);
VY_MUST_CHECK vy_status vy_place_forget(struct vy_db *db, int64_t id, struct vy_err *err);

typedef bool vy_place_fn(void *arg, const struct vy_place *place);

/// Places of a sound (0 = of all), by path. `fn` may change them.
VY_MUST_CHECK vy_status vy_places_each(struct vy_db *db, int64_t sound, vy_place_fn *fn, void *arg,
                                       struct vy_err *err);

/// What sounds must be. Zero-initialise, then set what matters.
struct vy_sound_wish {
    double bpm_low, bpm_high; ///< 0 = any
    bool half_double;         ///< tempo: half and double are fine too
    bool has_key;
    int key;       ///< 0..11
    int minor;     ///< 1, 0; -1 = either
    bool relative; ///< the key with the same notes is fine too (C major, A minor)
};

/// Does a sound meet it? What was not measured does not.
bool vy_wish_met(const struct vy_sound_wish *wish, const struct vy_facts *facts);
/// All regions of sounds that do.
VY_MUST_CHECK vy_status vy_wish_regions(struct vy_db *db, const struct vy_sound_wish *wish,
                                        struct vy_ids *ids, struct vy_err *err);
/// Regions of one sound.
VY_MUST_CHECK vy_status vy_sound_regions(struct vy_db *db, int64_t sound, struct vy_ids *ids,
                                         struct vy_err *err);

/// Make anew what a sound is found by, from its places and tags: to be called when they change.
VY_MUST_CHECK vy_status vy_words_refresh(struct vy_db *db, int64_t sound, struct vy_err *err);

/// Sounds whose names or tags contain a word that begins so, into `ids`.
VY_MUST_CHECK vy_status vy_words_find(struct vy_db *db, const char *word, struct vy_ids *ids,
                                      struct vy_err *err);

struct vy_store_counts {
    int64_t sounds, places, gone, problems, regions, patterns, duplicates;
};
VY_MUST_CHECK vy_status vy_store_count(struct vy_db *db, struct vy_store_counts *counts,
                                       struct vy_err *err);

#endif
