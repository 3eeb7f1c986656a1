// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/schema.h"

#include <stddef.h>

// Times are Unix seconds with fractions; texts that hold JSON say so.
static const char jobs[] =
    "CREATE TABLE job_program ("
    " hash BLOB PRIMARY KEY CHECK (length(hash) = 32), text TEXT NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE job ("
    " id INTEGER PRIMARY KEY AUTOINCREMENT, line TEXT NOT NULL, author TEXT NOT NULL,"
    " class TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN"
    "  ('queued', 'running', 'succeeded', 'failed', 'cancelled', 'interrupted')),"
    " priority INTEGER NOT NULL DEFAULT 0,"
    " blockers INTEGER NOT NULL DEFAULT 0," // jobs that must succeed first and have not yet
    " program BLOB REFERENCES job_program(hash), beat REAL NOT NULL," // the session it is of
    " folder TEXT NOT NULL," // what its relative paths are relative to
    " timeout_s REAL NOT NULL, tries INTEGER NOT NULL DEFAULT 0, tries_most INTEGER NOT NULL,"
    " not_before REAL NOT NULL DEFAULT 0," // the pause before it is tried again
    " created REAL NOT NULL, started REAL, ended REAL,"
    " progress REAL NOT NULL DEFAULT 0, stage TEXT NOT NULL DEFAULT '',"
    // who has it: boot id, process id and its start time
    " runner TEXT NOT NULL DEFAULT '', worker TEXT NOT NULL DEFAULT '',"
    " cancel INTEGER NOT NULL DEFAULT 0,"
    " error TEXT NOT NULL DEFAULT '', message TEXT NOT NULL DEFAULT '',"
    " log TEXT NOT NULL DEFAULT '', result TEXT NOT NULL DEFAULT ''," // JSON
    " take INTEGER,"
    " change INTEGER NOT NULL DEFAULT 0);" // of job_clock, when its state changed last
    "CREATE INDEX job_ready ON job(class, priority DESC, id)"
    " WHERE state = 'queued' AND blockers = 0;"
    "CREATE INDEX job_state ON job(state, id);"
    "CREATE INDEX job_change ON job(change);"
    "CREATE TABLE job_after ("
    " job INTEGER NOT NULL REFERENCES job(id) ON DELETE CASCADE, other INTEGER NOT NULL,"
    " PRIMARY KEY (job, other)) WITHOUT ROWID;"
    "CREATE INDEX job_after_other ON job_after(other);"
    "CREATE TABLE job_clock (changes INTEGER NOT NULL);"
    "INSERT INTO job_clock VALUES (0);"
    "CREATE TRIGGER job_made AFTER INSERT ON job BEGIN"
    " UPDATE job_clock SET changes = changes + 1;"
    " UPDATE job SET change = (SELECT changes FROM job_clock) WHERE id = new.id;"
    "END;"
    "CREATE TRIGGER job_moved AFTER UPDATE OF state, cancel ON job BEGIN"
    " UPDATE job_clock SET changes = changes + 1;"
    " UPDATE job SET change = (SELECT changes FROM job_clock) WHERE id = new.id;"
    "END;";

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
    {"SELECT id FROM job WHERE (state NOT IN ('queued', 'running')) <> (ended IS NOT NULL)",
     "a job whose end and state do not fit"},
    {"SELECT id FROM job WHERE (state = 'running') <> (runner <> '')",
     "a job whose runner and state do not fit"},
    {"SELECT id FROM job WHERE blockers <> CASE state WHEN 'queued' THEN"
     " (SELECT count(*) FROM job_after a JOIN job o ON o.id = a.other"
     "  WHERE a.job = job.id AND o.state <> 'succeeded') ELSE blockers END",
     "a job that waits for the wrong number of others"},
    {"SELECT id FROM job WHERE take IS NOT NULL AND state <> 'succeeded'",
     "a job that made a take and did not succeed"},
    {NULL, NULL},
};

const struct vy_db_kind vy_db_studio = {"studio", "studio.db", 0x56455253, steps, rules};
