// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A draft becomes a take: its number, its place, its row, in one transaction; and what is left when
// that did not come about goes again.
#include "command/takes.h"
#include "store/jobs.h"
#include "base/clock.h"
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PLACES_MOST 1000 // tried for one take

// Beyond the quota a take is still kept: nothing that was made is lost without being asked.
static vy_status check_quota(struct vy_db *db, const struct vy_settings *settings, json_t *warnings,
                             struct vy_err *err)
{
    const double quota = 1e6 * vy_settings_number(settings, "takes.quota_mb");
    int64_t count, bytes;
    const vy_status status = vy_takes_total(db, &count, &bytes, err);
    if (status || quota <= 0 || (double)bytes <= quota || !json_is_array(warnings))
        return status;
    json_array_append_new(
        warnings, json_sprintf("takes hold %.0f MB, takes.quota_mb is %.0f: `takes gc` says "
                               "what may go",
                               (double)bytes / 1e6, quota / 1e6));
    return VY_OK;
}

// The library hears the folder of the day when there is nothing better to do: once for all takes
// that are made until then.
static vy_status ask_library(struct vy_db *db, const char *folder, const char *place,
                             const char *author, struct vy_err *err)
{
    struct vy_buf line = {0};
    int64_t id;
    vy_buf_add(&line, "library scan \"");
    for (const char *p = folder; *p; p++)
        vy_buf_add(&line, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
    vy_buf_add(&line, "/%.*s\"", (int)strcspn(place, "/"), place);
    const struct vy_job_new job = {.line = line.text ? line.text : "",
                                   .author = author,
                                   .class = "analyse",
                                   .program = "",
                                   .folder = folder,
                                   .priority = -50,
                                   .timeout_s = 3600,
                                   .tries_most = 3,
                                   .queue_most = INT64_MAX};
    bool queued = false;
    vy_status status = line.failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory")
                                   : vy_job_queued(db, job.line, &queued, err);
    if (!status && !queued)
        status = vy_job_add(db, &job, &id, err);
    vy_buf_clear(&line);
    return status;
}

static void put_back(const char *folder, const char *draft, const char *place)
{
    char path[VY_TAKES_PATH + VY_TAKE_PLACE];
    snprintf(path, sizeof path, "%s/%s", folder, place);
    vy_takes_put_back(draft, path);
}

// Where it is to lie may have a file already, of a database that was lost or of another studio that
// has the same folder: another name then.
static vy_status put(const char *folder, const char *draft, char *place, struct vy_err *err)
{
    const int stem = (int)strlen(place) - 4; // without ".wav"
    vy_status status = vy_takes_put(folder, draft, place, err);
    for (int i = 2; status == VY_CONFLICT && i < PLACES_MOST; i++) {
        put_back(folder, draft, place); // one of the two files may have got there
        snprintf(place + stem, (size_t)(VY_TAKE_PLACE - stem), "-%d.wav", i);
        status = vy_takes_put(folder, draft, place, err);
    }
    return status;
}

// The files get their place, the table its row.
static vy_status add(struct vy_db *db, const char *folder, const json_t *made, char *place,
                     struct vy_take *take, json_t *result, struct vy_err *err)
{
    const char *const draft = vy_json_text(made, "draft"), *const hash = vy_json_text(made, "hash");
    char path[VY_TAKES_PATH], *receipt = NULL;
    size_t length;
    if (sodium_hex2bin(take->hash, sizeof take->hash, hash, strlen(hash), NULL, NULL, NULL) != 0)
        return vy_fail(err, VY_INTERNAL, -1, "the maker of the take gave no hash");
    vy_takes_receipt_place(draft, path, sizeof path);
    vy_status status = vy_file_read(path, VY_TAKE_RECEIPT_MOST, &receipt, &length, err);
    if (!status)
        status = put(folder, draft, place, err);
    if (!status) {
        take->receipt = receipt;
        status = vy_take_add(db, take, err);
    }
    if (!status)
        json_object_set_new(result, "take", vy_take_json(take, folder, false));
    free(receipt);
    return status;
}

vy_status vy_take_keep_made(struct vy_db *db, const struct vy_settings *settings,
                            const char *author, int64_t job, json_t *answer, int64_t *id,
                            struct vy_err *err)
{
    char folder[VY_TAKES_PATH], place[VY_TAKE_PLACE];
    json_t *const result = json_object_get(answer, "result");
    const json_t *const made = json_object_get(result, "made");
    *id = 0;
    if (!made)
        return VY_OK;
    struct vy_take take = {.name = vy_json_text(made, "name"),
                           .kind = "render",
                           .author = author,
                           .created = vy_unix_s(),
                           .bytes = (int64_t)json_integer_value(json_object_get(made, "bytes")),
                           .duration_s = json_number_value(json_object_get(made, "duration_s")),
                           .rate_hz = (uint32_t)json_integer_value(json_object_get(made, "rate")),
                           .chans = (uint32_t)json_integer_value(json_object_get(made, "channels")),
                           .job = job,
                           .path = place,
                           .tags = ""};
    vy_status status = vy_takes_folder(settings, folder, err);
    if (!status)
        status = vy_take_next(db, &take.id, err);
    vy_takes_place(take.id, take.name, take.created, place, sizeof place);
    if (!status)
        status = add(db, folder, made, place, &take, result, err);
    if (!status && vy_settings_flag(settings, "takes.library"))
        status = ask_library(db, folder, place, author, err);
    if (!status)
        status = check_quota(db, settings, json_object_get(answer, "warnings"), err);
    if (status && *vy_json_text(made, "draft"))
        put_back(folder, vy_json_text(made, "draft"), place);
    else
        *id = take.id;
    return status;
}

vy_status vy_takes_recover(struct vy_db *db, const struct vy_settings *settings, struct vy_err *err)
{
    char folder[VY_TAKES_PATH];
    const vy_status status = vy_takes_folder(settings, folder, err);
    return status ? status : vy_takes_sweep_drafts(db, folder, err);
}
