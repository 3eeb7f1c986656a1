// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/schema.h"

#include <stddef.h>

// A sound is what is in a file, known by its hash; a file is a place where it lies. So a moved file
// is not analysed anew, and duplicates are sounds with several files.
//
// A region is a stretch of a sound with its vectors. Ids are never used twice and a region is never
// changed, only replaced by another: the sidecar of store/vectors.h rests on that. region_gone says
// which of its rows no longer count.
static const char first[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;"
    "INSERT INTO meta VALUES ('library', lower(hex(randomblob(16)))), ('sidecar', '');"

    "CREATE TABLE sound ("
    " id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE CHECK (length(hash) = 32),"
    " heard_by TEXT NOT NULL DEFAULT '', problem TEXT, class TEXT, class_confidence REAL,"
    " tags TEXT NOT NULL DEFAULT '', user_tags TEXT NOT NULL DEFAULT '',"
    " duration_s REAL, rate_hz REAL, channels REAL, loudness_lufs REAL, true_peak_dbtp REAL,"
    " crest_db REAL, bpm REAL, bpm_confidence REAL, key REAL, minor REAL, key_confidence REAL,"
    " centroid_hz REAL, rolloff_hz REAL, flatness REAL, attack_ms REAL, pitch_hz REAL,"
    " pitch_confidence REAL, onset_rate_hz REAL, width REAL, low_share REAL, high_share REAL);"

    "CREATE TABLE file ("
    " id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE,"
    " sound INTEGER NOT NULL REFERENCES sound(id) ON DELETE CASCADE,"
    " size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, gone INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX file_sound ON file(sound);"

    "CREATE TABLE layout (id INTEGER PRIMARY KEY, spec TEXT NOT NULL UNIQUE);"
    "CREATE TABLE region ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT,"
    " sound INTEGER NOT NULL REFERENCES sound(id) ON DELETE CASCADE,"
    " layout INTEGER NOT NULL REFERENCES layout(id), start_s REAL NOT NULL, end_s REAL NOT NULL,"
    " vectors BLOB NOT NULL);"
    "CREATE INDEX region_sound ON region(sound);"
    "CREATE TABLE region_gone (id INTEGER PRIMARY KEY);"
    "CREATE TRIGGER region_deleted AFTER DELETE ON region BEGIN"
    " INSERT OR IGNORE INTO region_gone VALUES (old.id); END;"

    // what a sound can be found by in words
    "CREATE VIRTUAL TABLE words USING fts5(names, tags, tokenize = 'unicode61');"

    "CREATE TABLE pattern ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, content BLOB NOT NULL UNIQUE,"
    " hash BLOB NOT NULL CHECK (length(hash) = 32), region INTEGER REFERENCES region(id)"
    " ON DELETE SET NULL, type TEXT NOT NULL, start_s REAL NOT NULL, end_s REAL NOT NULL,"
    " low_hz REAL, high_hz REAL, confidence REAL, name TEXT, description TEXT, category TEXT,"
    " tags TEXT NOT NULL DEFAULT '', parameters TEXT NOT NULL DEFAULT '{}',"
    " extractor TEXT, features BLOB, starred INTEGER NOT NULL DEFAULT 0,"
    " used INTEGER NOT NULL DEFAULT 0, seen INTEGER NOT NULL DEFAULT 1,"
    " created INTEGER NOT NULL, modified INTEGER NOT NULL, last_used INTEGER,"
    " origin TEXT NOT NULL CHECK (origin IN ('ai', 'system', 'user')),"
    " version INTEGER NOT NULL DEFAULT 1);"
    "CREATE INDEX pattern_hash ON pattern(hash);"
    "CREATE INDEX pattern_region ON pattern(region);"
    "CREATE TABLE pattern_version ("
    " pattern INTEGER NOT NULL REFERENCES pattern(id) ON DELETE CASCADE,"
    " version INTEGER NOT NULL, time INTEGER NOT NULL, origin TEXT NOT NULL,"
    " record TEXT NOT NULL, PRIMARY KEY (pattern, version)) WITHOUT ROWID;"
    "CREATE TABLE pattern_relation ("
    " pattern INTEGER NOT NULL REFERENCES pattern(id) ON DELETE CASCADE,"
    " other INTEGER NOT NULL REFERENCES pattern(id) ON DELETE CASCADE,"
    " type TEXT NOT NULL CHECK (type IN"
    "  ('similar', 'sequential', 'overlapping', 'variant', 'composite')),"
    " score REAL NOT NULL, reason TEXT NOT NULL,"
    " PRIMARY KEY (pattern, other, type), CHECK (pattern <> other)) WITHOUT ROWID;"
    "CREATE INDEX pattern_relation_other ON pattern_relation(other);";

static const char *const steps[] = {first, NULL};

static const struct vy_db_rule rules[] = {
    {"SELECT path FROM file WHERE sound NOT IN (SELECT id FROM sound)", "a file without a sound"},
    {"SELECT id FROM region WHERE sound NOT IN (SELECT id FROM sound)", "a region without a sound"},
    {"SELECT id FROM region WHERE end_s < start_s OR length(vectors) % 4 <> 0",
     "a region of the wrong shape"},
    {"SELECT id FROM sound WHERE id NOT IN (SELECT rowid FROM words)",
     "a sound that cannot be found by words"},
    {"SELECT rowid FROM words WHERE rowid NOT IN (SELECT id FROM sound)", "words without a sound"},
    {"SELECT id FROM region WHERE id IN (SELECT id FROM region_gone)",
     "a region both here and gone"},
    {NULL, NULL},
};

const struct vy_db_kind vy_db_library = {"library", "library.db", 0x56455259, steps, rules};
