// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/takes_folder.h"

#include "jobs/mark.h"
#include "store/jobs.h"
#include "base/clock.h"
#include "base/home.h"
#include "base/json.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define DRAFTS ".drafts"

static vy_status io_error(const char *path, struct vy_err *err)
{
    return vy_fail(err, VY_IO, -1, "%.150s: %s", path, strerror(errno));
}

vy_status vy_takes_folder(const struct vy_settings *settings, char path[VY_TAKES_PATH],
                          struct vy_err *err)
{
    char inside[VY_TAKES_PATH];
    const char *const chosen = vy_settings_text(settings, "takes.folder");
    vy_status status = VY_OK;
    if (!*chosen)
        status = vy_home_path(VY_HOME_DATA, "takes", path, VY_TAKES_PATH, err);
    else if (!vy_text_copy(path, VY_TAKES_PATH, chosen))
        status = vy_fail(err, VY_TOO_BIG, -1, "the path in takes.folder is too long");
    if (status)
        return status;
    snprintf(inside, sizeof inside, "%s/" DRAFTS "/.", path);
    return vy_make_folders(inside, 0700, err);
}

// ---- names --------------------------------------------------------------------------------------

vy_status vy_takes_draft(const char *folder, pid_t keeper, int64_t job, char path[VY_TAKES_PATH],
                         struct vy_err *err)
{
    char mark[VY_MARK_SIZE];
    vy_mark_of(keeper, mark);
    const int n =
        job ? snprintf(path, VY_TAKES_PATH, "%s/" DRAFTS "/%s.%" PRId64 ".wav", folder, mark, job)
            : snprintf(path, VY_TAKES_PATH, "%s/" DRAFTS "/%s.0.%" PRIu64 ".wav", folder, mark,
                       vy_now_ns());
    return n < VY_TAKES_PATH ? VY_OK : vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
}

// Letters and digits as they are; everything else, also what is not ASCII, becomes one '-'.
static void write_name(const char *name, char *to, size_t size)
{
    size_t n = 0;
    for (const char *p = name; *p && n + 1 < size; p++)
        if (isalnum((unsigned char)*p))
            to[n++] = *p;
        else if (n > 0 && to[n - 1] != '-')
            to[n++] = '-';
    while (n > 0 && to[n - 1] == '-')
        n--;
    to[n] = '\0';
}

void vy_takes_place(int64_t id, const char *name, double created, char *place, size_t size)
{
    char date[16], plain[64];
    const time_t seconds = (time_t)created;
    struct tm local;
    if (!localtime_r(&seconds, &local) || !strftime(date, sizeof date, "%Y-%m-%d", &local))
        vy_text_copy(date, sizeof date, "1970-01-01");
    write_name(name, plain, sizeof plain);
    snprintf(place, size, "%s/%04" PRId64 "-%s.wav", date, id, *plain ? plain : "take");
}

void vy_takes_receipt_place(const char *place, char *to, size_t size)
{
    const char *const dot = strrchr(place, '.');
    snprintf(to, size, "%.*s.json", dot ? (int)(dot - place) : (int)strlen(place), place);
}

// "2026-11-26"
static bool is_date(const char *name)
{
    const char *const form = "dddd-dd-dd";
    for (size_t i = 0; form[i]; i++)
        if (form[i] == 'd' ? !isdigit((unsigned char)name[i]) : name[i] != form[i])
            return false;
    return !name[10];
}

// "0012-name.wav"
static bool is_take(const char *name)
{
    const size_t digits = strspn(name, "0123456789");
    const char *const dot = strrchr(name, '.');
    return digits >= 4 && name[digits] == '-' && dot &&
           (strcmp(dot, ".wav") == 0 || strcmp(dot, ".json") == 0);
}

// ---- putting ------------------------------------------------------------------------------------

static void sync_folder(const char *path)
{
    char folder[VY_TAKES_PATH + 32];
    vy_text_copy(folder, sizeof folder, path);
    *strrchr(folder, '/') = '\0';
    const int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return;
    fsync(fd); // where it cannot be had, the file itself is still synchronised
    close(fd);
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

static vy_status put_one(const char *draft, const char *path, struct vy_err *err)
{
    // what has a number that nobody had until now was left by a process that died
    if (link(draft, path) != 0 &&
        (errno != EEXIST ||
         (!is_same_file(draft, path) && (unlink(path) != 0 || link(draft, path) != 0))))
        return io_error(path, err);
    return chmod(path, 0444) == 0 ? VY_OK : io_error(path, err);
}

vy_status vy_takes_put(const char *folder, const char *draft, const char *place, struct vy_err *err)
{
    char path[VY_TAKES_PATH + 256], from[VY_TAKES_PATH], receipt[300];
    vy_takes_receipt_place(place, receipt, sizeof receipt);
    vy_takes_receipt_place(draft, from, sizeof from);
    snprintf(path, sizeof path, "%s/%s", folder, receipt);
    vy_status status = vy_make_parents(path, err);
    if (!status)
        status = put_one(from, path, err);
    snprintf(path, sizeof path, "%s/%s", folder, place);
    if (!status)
        status = put_one(draft, path, err);
    if (!status)
        sync_folder(path);
    return status;
}

void vy_takes_drop_draft(const char *draft)
{
    char receipt[VY_TAKES_PATH];
    vy_takes_receipt_place(draft, receipt, sizeof receipt);
    unlink(draft);
    unlink(receipt);
}

vy_status vy_takes_drop(const char *folder, const char *place, struct vy_err *err)
{
    char path[VY_TAKES_PATH + 256], name[300];
    vy_takes_receipt_place(place, name, sizeof name);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, i ? name : place);
        if (unlink(path) != 0 && errno != ENOENT)
            return io_error(path, err);
    }
    *strrchr(path, '/') = '\0';
    rmdir(path); // of its date, when it was the last
    return VY_OK;
}

// ---- sweeping -----------------------------------------------------------------------------------

// "MARK.JOB.wav": does anybody still want it?
static bool is_wanted(struct vy_db *db, const char *name, const char *me)
{
    char mark[VY_MARK_SIZE];
    struct vy_arena arena = {0};
    struct vy_job job;
    struct vy_err err = {.at = -1};
    const char *const dot = strchr(name, '.');
    if (!dot || dot - name >= VY_MARK_SIZE)
        return true; // not ours
    snprintf(mark, sizeof mark, "%.*s", (int)(dot - name), name);
    if (vy_mark_pid(mark) == 0)
        return true;
    if (!vy_mark_lives(mark))
        return false;
    const long long id = strtoll(dot + 1, NULL, 10);
    if (strcmp(mark, me) != 0 || id <= 0)
        return true;
    const bool runs =
        vy_job_get(db, id, &arena, &job, &err) == VY_OK && job.state == VY_JOB_RUNNING;
    vy_arena_clear(&arena);
    return runs;
}

vy_status vy_takes_sweep_drafts(struct vy_db *db, const char *folder, struct vy_err *err)
{
    char path[VY_TAKES_PATH + 300], me[VY_MARK_SIZE];
    snprintf(path, sizeof path, "%s/" DRAFTS, folder);
    DIR *const drafts = opendir(path);
    if (!drafts)
        return errno == ENOENT ? VY_OK : io_error(path, err);
    vy_mark_of(getpid(), me);
    for (const struct dirent *entry; (entry = readdir(drafts));)
        if (entry->d_name[0] != '.' && !is_wanted(db, entry->d_name, me))
            unlinkat(dirfd(drafts), entry->d_name, 0);
    closedir(drafts);
    return VY_OK;
}

struct sweep {
    struct vy_db *db;
    const char *folder;
    bool remove;
    json_t *list;
    struct vy_err *err;
};

static vy_status sweep_file(const struct sweep *sweep, const char *date, const char *name)
{
    char place[600], path[VY_TAKES_PATH + 700];
    struct stat facts;
    bool there = false;
    const char *const dot = strrchr(name, '.');
    snprintf(place, sizeof place, "%s/%.*s.wav", date, (int)(dot - name), name);
    const vy_status status = vy_take_at(sweep->db, place, &there, sweep->err);
    if (status || there)
        return status;
    snprintf(path, sizeof path, "%s/%s/%s", sweep->folder, date, name);
    if (lstat(path, &facts) != 0 || !S_ISREG(facts.st_mode))
        return VY_OK;
    if (sweep->list)
        json_array_append_new(sweep->list, json_pack("{s:o,s:I}", "path", vy_path_json(path),
                                                     "bytes", (json_int_t)facts.st_size));
    return sweep->remove && unlink(path) != 0 ? io_error(path, sweep->err) : VY_OK;
}

static vy_status sweep_date(const struct sweep *sweep, const char *date)
{
    char path[VY_TAKES_PATH + 300];
    vy_status status = VY_OK;
    snprintf(path, sizeof path, "%s/%s", sweep->folder, date);
    DIR *const files = opendir(path);
    if (!files)
        return VY_OK; // no folder after all
    for (const struct dirent *entry; !status && (entry = readdir(files));)
        if (is_take(entry->d_name))
            status = sweep_file(sweep, date, entry->d_name);
    closedir(files);
    return status;
}

vy_status vy_takes_sweep(struct vy_db *db, const char *folder, bool remove, json_t *list,
                         struct vy_err *err)
{
    const struct sweep sweep = {db, folder, remove, list, err};
    vy_status status = VY_OK;
    DIR *const dates = opendir(folder);
    if (!dates)
        return errno == ENOENT ? VY_OK : io_error(folder, err);
    for (const struct dirent *entry; !status && (entry = readdir(dates));)
        if (is_date(entry->d_name))
            status = sweep_date(&sweep, entry->d_name);
    closedir(dates);
    return status;
}
