// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: library_tool wavs DIR FIRST LAST [HZ]   short sounds, each different
//        library_tool write DB SEED         store records for ever, one line for each that is told
//                                           to be stored
//        library_tool verify DB FILE...     is every line of the files in the library, once?
#include "base/rng.h"
#include "store/patterns.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define RATE 22050
#define FRAMES 4000
#define DIMS 32
#define REGIONS 12 // of a record: enough for a sidecar in the end

static const struct vy_layout layout = {"tool/1", 1, {{"timbre", DIMS, VY_METRIC_COSINE}}};

static int fail(const struct vy_err *err)
{
    fprintf(stderr, "library_tool: %s\n", err->message);
    return 1;
}

static int make_wavs(const char *folder, int first, int last, int rate)
{
    for (int i = first; i <= last; i++) {
        char path[4096];
        static float sound[FRAMES];
        SF_INFO info = {
            .samplerate = rate, .channels = 1, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
        snprintf(path, sizeof path, "%s/tone%04d.wav", folder, i);
        const double hz = 110 * pow(2, i % 48 / 12.0);
        for (int n = 0; n < FRAMES; n++)
            sound[n] = (float)(0.4 * exp(-n / 1500.0) * sin(6.283185307 * hz * n / rate) +
                               0.02 * (vy_rng_unit((uint64_t)i, (uint64_t)n) - 0.5));
        SNDFILE *const file = sf_open(path, SFM_WRITE, &info);
        if (!file || sf_writef_float(file, sound, FRAMES) != FRAMES || sf_close(file) != 0)
            return 1;
    }
    return 0;
}

// Record number k of a seed: hash and vectors follow from them.
static void make_hash(uint64_t seed, uint64_t k, uint8_t hash[VY_HASH_BYTES])
{
    for (uint64_t i = 0; i < VY_HASH_BYTES / 8; i++) {
        const uint64_t word = vy_rng_u64(vy_rng_key(seed, k), i);
        memcpy(hash + 8 * i, &word, 8);
    }
}

static vy_status store_record(struct vy_db *db, int64_t layout_id, uint64_t seed, uint64_t k,
                              struct vy_err *err)
{
    float row[REGIONS * DIMS];
    struct vy_region region[REGIONS];
    struct vy_heard_sound sound = {.heard_by = "tool/1",
                                   .layout = &layout,
                                   .layout_id = layout_id,
                                   .regions = REGIONS,
                                   .region = region,
                                   .row = row};
    struct vy_place place = {.size = (int64_t)k};
    struct vy_pattern_record pattern;
    int64_t id;
    for (uint64_t i = 0; i < REGIONS * DIMS; i++)
        row[i] = (float)vy_rng_unit(vy_rng_key(seed, k), 100 + i) - 0.5f;
    for (int i = 0; i < REGIONS; i++)
        region[i] = (struct vy_region){.start_s = i, .end_s = i + 1};
    vy_facts_clear(&sound.facts);
    make_hash(seed, k, sound.hash);
    vy_pattern_record_clear(&pattern);
    memcpy(pattern.hash, sound.hash, sizeof pattern.hash);
    vy_text_copy(pattern.type, sizeof pattern.type, "noise");
    pattern.end_s = 1;
    snprintf(place.path, sizeof place.path, "/tool/%llu-%llu", (unsigned long long)seed,
             (unsigned long long)k);
    vy_status status = vy_db_begin(db, err);
    if (status)
        return status;
    status = vy_sound_store(db, &sound, &id, err);
    place.sound = id;
    if (!status)
        status = vy_place_store(db, &place, err);
    if (!status)
        status = vy_pattern_learn(db, &pattern, 1, &id, err);
    return vy_db_end(db, status, err);
}

static int write_records(const char *path, uint64_t seed)
{
    struct vy_db *db;
    struct vy_err err = {.at = -1};
    int64_t layout_id;
    if (vy_db_open(&vy_db_library, path, VY_DB_CREATE, &db, &err) ||
        vy_layout_id(db, &layout, &layout_id, &err))
        return fail(&err);
    for (uint64_t k = 0;; k++) {
        struct vy_index *index;
        if (store_record(db, layout_id, seed, k, &err))
            return fail(&err);
        printf("%llu %llu\n", (unsigned long long)seed, (unsigned long long)k);
        fflush(stdout);
        if (k % 25 != 24)
            continue;
        if (vy_index_open(db, &layout, &index, &err)) // now and then this makes the sidecar
            return fail(&err);
        vy_index_close(index);
    }
}

// Found by its hash, and by its vectors.
static int verify_record(struct vy_db *db, struct vy_index *index, int64_t layout_id, uint64_t seed,
                         uint64_t k)
{
    struct vy_err err;
    uint8_t hash[VY_HASH_BYTES];
    char by[64];
    int64_t id = 0;
    float row[DIMS];
    struct vy_region region;
    struct vy_near near[2];
    uint32_t found;
    make_hash(seed, k, hash);
    if (vy_sound_find(db, hash, &id, by, &err) || id == 0 ||
        vy_sound_whole(db, layout_id, &layout, id, &region, row, &err))
        return 1;
    if (k % 10)
        return 0;
    const struct vy_search search = {.row = row, .weight = {1}, .most = 2};
    if (vy_index_search(index, &search, near, &found, NULL, &err) || found < 2)
        return 1;
    return near[0].region != region.id || near[0].score < 0.9999f || near[1].score > 0.9999f;
}

static int verify(const char *path, char **list, int lists)
{
    struct vy_db *db;
    struct vy_index *index;
    struct vy_err err = {.at = -1};
    struct vy_buf problems = {0};
    struct vy_store_counts n;
    int64_t layout_id;
    unsigned long long told = 0, wrong = 0;
    if (vy_db_open(&vy_db_library, path, VY_DB_USE, &db, &err) ||
        vy_db_check(db, &problems, &err) || vy_layout_id(db, &layout, &layout_id, &err) ||
        vy_index_open(db, &layout, &index, &err) || vy_store_count(db, &n, &err))
        return fail(&err);
    for (int i = 0; i < lists; i++) {
        FILE *const file = fopen(list[i], "r");
        for (char line[64]; file && fgets(line, sizeof line, file) && strchr(line, '\n'); told++) {
            char *end;
            const uint64_t seed = strtoull(line, &end, 10), k = strtoull(end, NULL, 10);
            wrong += (unsigned long long)verify_record(db, index, layout_id, seed, k);
        }
        if (file)
            fclose(file);
    }
    uint64_t rows, fresh;
    vy_index_rows(index, &rows, &fresh);
    // what was not yet told may be there too: at most one record a killed writer
    const bool once = n.sounds == n.places && n.sounds == n.patterns &&
                      n.regions == REGIONS * n.sounds && (int64_t)rows == n.regions &&
                      n.duplicates == 0 && n.sounds >= (int64_t)told &&
                      n.sounds <= (int64_t)told + lists;
    printf("%llu told, %lld there, %llu wrong, %s, rows %llu (%llu fresh)\n%s", told,
           (long long)n.sounds, wrong, once ? "each once" : "NOT each once",
           (unsigned long long)rows, (unsigned long long)fresh, problems.text ? problems.text : "");
    const int code = wrong || !once || problems.length;
    vy_buf_clear(&problems);
    vy_index_close(index);
    vy_db_close(db);
    return code;
}

int main(int argc, char **argv)
{
    if ((argc == 5 || argc == 6) && strcmp(argv[1], "wavs") == 0)
        return make_wavs(argv[2], (int)strtol(argv[3], NULL, 10), (int)strtol(argv[4], NULL, 10),
                         argc == 6 ? (int)strtol(argv[5], NULL, 10) : RATE);
    if (argc == 4 && strcmp(argv[1], "write") == 0)
        return write_records(argv[2], strtoull(argv[3], NULL, 10));
    if (argc > 3 && strcmp(argv[1], "verify") == 0)
        return verify(argv[2], argv + 3, argc - 3);
    fprintf(stderr,
            "usage: library_tool wavs DIR FIRST LAST [HZ] | write DB SEED | verify DB FILE...\n");
    return 2;
}
