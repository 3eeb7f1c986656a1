// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/schema.h"

#include <stddef.h>

// Times are Unix seconds with fractions; texts that hold JSON say so.
static const char jobs[] =
    "CREATE TABLE job ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL, author TEXT NOT NULL,"
    " class TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN"
    "  ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted')),"
    " priority INTEGER NOT NULL DEFAULT 0,"
    " program TEXT NOT NULL DEFAULT '', seed INTEGER NOT NULL DEFAULT 0," // the session it is of
    " folder TEXT NOT NULL," // what its relative paths are relative to
    " timeout_s REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0, tries_most INTEGER NOT NULL,"
    " created REAL NOT NULL, started REAL, ended REAL,"
    " progress REAL NOT NULL DEFAULT 0, stage TEXT NOT NULL DEFAULT '',"
    " runner TEXT NOT NULL DEFAULT ''," // who has it: boot id, process id and its start time
    " error TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '', log TEXT NOT NULL DEFAULT "
    "'',"
    " result TEXT NOT NULL DEFAULT '{}'," // JSON
    " take INTEGER);"
    "CREATE INDEX job_waiting ON job(state, class, priority DESC, id);"
    "CREATE TABLE job_after ("
    " job INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE, other INTEGER NOT NULL,"
    " PRIMARY KEY (job, other)) WITHOUT ROWID;";

static const char takes[] =
    "CREATE TABLE take ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, hash BLOB NOT NULL CHECK (length(hash) = 32),"
    " path TEXT NOT NULL UNIQUE," // relative to the folder of takes
    " name TEXT NOT NULL DEFAULT '', kind TEXT NOT NULL, author TEXT NOT NULL,"
    " created REAL NOT NULL, bytes INTEGER NOT NULL, duration_s REAL, rate_hz INTEGER,"
    " channels INTEGER, rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),"
    " kept INTEGER NOT NULL DEFAULT 0, job INTEGER,"
    " receipt TEXT NOT NULL);" // JSON
    "CREATE INDEX take_hash ON take(hash);"
    "CREATE TABLE take_tag ("
    " take INTEGER NOT NULL REFERENCES take(id) ON DELETE CASCADE, tag TEXT NOT NULL,"
    " PRIMARY KEY (take, tag)) WITHOUT ROWID;";

static const char keys[] =
    "CREATE TABLE api_key ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE,"
    " hash BLOB NOT NULL CHECK (length(hash) = 32), scope TEXT NOT NULL CHECK (scope IN"
    "  ('read', 'play', 'admin')),"
    " created REAL NOT NULL, used REAL, revoked REAL);";

static const char *const steps[] = {jobs, takes, keys, NULL};

static const struct vy_db_rule rules[] = {
    {"SELECT id FROM job WHERE state IN ('succeeded', 'failed') AND ended IS NULL",
     "a job that has ended at no time"},
    {"SELECT id FROM job WHERE take IS NOT NULL AND state <> 'succeeded'",
     "a job that made a take and did not succeed"},
    {NULL, NULL},
};

const struct vy_db_kind vy_db_studio = {"studio", "studio.db", 0x56455253, steps, rules};
