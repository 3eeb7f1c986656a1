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
    if (snprintf(inside, sizeof inside, "%s/" DRAFTS "/.", path) >= (int)sizeof inside)
        return vy_fail(err, VY_TOO_BIG, -1, "the path of the takes is too long");
    return vy_make_folders(inside, 0700, err);
}

vy_status vy_takes_writable(const struct vy_settings *settings, struct vy_err *err)
{
    char path[VY_TAKES_PATH];
    const vy_status status = vy_takes_folder(settings, path, err);
    return status || access(path, W_OK | X_OK) == 0 ? status : io_error(path, err);
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
    if (link(draft, path) != 0) {
        if (errno != EEXIST)
            return io_error(path, err);
        if (!is_same_file(draft, path))
            return vy_fail(err, VY_CONFLICT, -1, "%.150s is there already", path);
    }
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

void vy_takes_put_back(const char *draft, const char *path)
{
    char from[VY_TAKES_PATH], receipt[VY_TAKES_PATH + 256];
    if (is_same_file(draft, path))
        unlink(path);
    vy_takes_receipt_place(draft, from, sizeof from);
    vy_takes_receipt_place(path, receipt, sizeof receipt);
    if (is_same_file(from, receipt))
        unlink(receipt);
    *strrchr(receipt, '/') = '\0';
    rmdir(receipt); // of its date, when it would have been the first
}

void vy_takes_drop_draft(const char *draft)
{
    char receipt[VY_TAKES_PATH];
    vy_takes_receipt_place(draft, receipt, sizeof receipt);
    unlink(draft);
    unlink(receipt);
}

// A draft again, of this process, until it has gone.
static void held_place(const char *folder, int64_t id, char path[VY_TAKES_PATH])
{
    char mark[VY_MARK_SIZE];
    vy_mark_of(getpid(), mark);
    snprintf(path, VY_TAKES_PATH, "%.3900s/" DRAFTS "/%s.0.gone-%" PRId64 ".wav", folder, mark, id);
}

void vy_takes_let_go(const char *folder, int64_t id, const char *place)
{
    char path[VY_TAKES_PATH + 256], held[VY_TAKES_PATH], name[300];
    held_place(folder, id, held);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, place);
        if (link(path, held) != 0)
            errno = 0; // gone already, or `takes gc` finds it if we are killed now
        vy_takes_receipt_place(place, name, sizeof name);
        place = name;
        *strrchr(held, '.') = '\0';
        memcpy(held + strlen(held), ".json", 6);
    }
}

vy_status vy_takes_drop(const char *folder, int64_t id, const char *place, struct vy_err *err)
{
    char path[VY_TAKES_PATH + 256], held[VY_TAKES_PATH], name[300];
    vy_takes_receipt_place(place, name, sizeof name);
    held_place(folder, id, held);
    for (int i = 0; i < 2; i++) {
        snprintf(path, sizeof path, "%s/%s", folder, i ? name : place);
        if (unlink(path) != 0 && errno != ENOENT)
            return io_error(path, err);
    }
    *strrchr(path, '/') = '\0';
    rmdir(path); // of its date, when it was the last
    vy_takes_drop_draft(held);
    return VY_OK;
}

// ---- sweeping -----------------------------------------------------------------------------------

// A draft: still wanted, not wanted but become a take, or never kept.
enum fate { WANTED, KEPT, UNKEPT };

static enum fate fate_of_job(struct vy_db *db, int64_t id)
{
    struct vy_arena arena = {0};
    struct vy_job job;
    struct vy_err err = {.at = -1};
    enum fate fate = UNKEPT;
    if (vy_job_get(db, id, &arena, &job, &err) == VY_OK)
        fate = job.state == VY_JOB_RUNNING ? WANTED : job.take ? KEPT : UNKEPT;
    vy_arena_clear(&arena);
    return fate;
}

// "MARK.JOB.wav". A name of any other form is not ours, and wanted.
static enum fate fate_of(struct vy_db *db, const char *name, const char *me)
{
    char mark[VY_MARK_SIZE];
    const char *const dot = strchr(name, '.');
    if (!dot || dot - name >= VY_MARK_SIZE)
        return WANTED;
    snprintf(mark, sizeof mark, "%.*s", (int)(dot - name), name);
    if (vy_mark_pid(mark) == 0)
        return WANTED;
    if (!vy_mark_lives(mark))
        return UNKEPT;
    const long long id = strtoll(dot + 1, NULL, 10);
    return strcmp(mark, me) != 0 || id <= 0 ? WANTED : fate_of_job(db, id);
}

struct sweep {
    struct vy_db *db;
    const char *folder;
    bool remove;
    json_t *list;
    const struct unkept *unkept; ///< only second names of these; NULL = all that have no row
    struct vy_err *err;
};

// Drafts that nobody keeps any more, though they had their place already.
struct unkept {
    struct stat *file;
    size_t n, room;
};

static bool is_unkept(const struct unkept *unkept, const struct stat *facts)
{
    for (size_t i = 0; i < unkept->n; i++)
        if (unkept->file[i].st_ino == facts->st_ino && unkept->file[i].st_dev == facts->st_dev)
            return true;
    return false;
}

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
    if (lstat(path, &facts) != 0 || !S_ISREG(facts.st_mode) ||
        (sweep->unkept && !is_unkept(sweep->unkept, &facts)))
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

static vy_status sweep_dates(const struct sweep *sweep)
{
    vy_status status = VY_OK;
    DIR *const dates = opendir(sweep->folder);
    if (!dates)
        return errno == ENOENT ? VY_OK : io_error(sweep->folder, sweep->err);
    for (const struct dirent *entry; !status && (entry = readdir(dates));)
        if (is_date(entry->d_name))
            status = sweep_date(sweep, entry->d_name);
    closedir(dates);
    return status;
}

vy_status vy_takes_sweep(struct vy_db *db, const char *folder, bool remove, json_t *list,
                         struct vy_err *err)
{
    return sweep_dates(&(struct sweep){db, folder, remove, list, NULL, err});
}

static vy_status add_unkept(struct unkept *unkept, int drafts, const char *name, struct vy_err *err)
{
    struct stat facts;
    if (fstatat(drafts, name, &facts, AT_SYMLINK_NOFOLLOW) != 0 || facts.st_nlink < 2)
        return VY_OK; // it never had its place
    if (unkept->n == unkept->room) {
        const size_t room = unkept->room ? 2 * unkept->room : 16;
        struct stat *const grown = realloc(unkept->file, room * sizeof *grown);
        if (!grown)
            return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        unkept->file = grown;
        unkept->room = room;
    }
    unkept->file[unkept->n++] = facts;
    return VY_OK;
}

// Places go before drafts: what a kill leaves between them is found again by the draft.
static vy_status sweep_drafts(const struct sweep *sweep, DIR *drafts)
{
    char me[VY_MARK_SIZE];
    struct unkept unkept = {0};
    vy_status status = VY_OK;
    vy_mark_of(getpid(), me);
    for (const struct dirent *entry; !status && (entry = readdir(drafts));)
        if (entry->d_name[0] != '.' && fate_of(sweep->db, entry->d_name, me) == UNKEPT)
            status = add_unkept(&unkept, dirfd(drafts), entry->d_name, sweep->err);
    struct sweep places = *sweep;
    places.unkept = &unkept;
    if (!status && unkept.n > 0)
        status = sweep_dates(&places);
    free(unkept.file);
    rewinddir(drafts);
    for (const struct dirent *entry; !status && (entry = readdir(drafts));)
        if (entry->d_name[0] != '.' && fate_of(sweep->db, entry->d_name, me) != WANTED)
            unlinkat(dirfd(drafts), entry->d_name, 0);
    return status;
}

vy_status vy_takes_sweep_drafts(struct vy_db *db, const char *folder, struct vy_err *err)
{
    const struct sweep sweep = {db, folder, true, NULL, NULL, err};
    char path[VY_TAKES_PATH + 16];
    snprintf(path, sizeof path, "%s/" DRAFTS, folder);
    DIR *const drafts = opendir(path);
    if (!drafts)
        return errno == ENOENT ? VY_OK : io_error(path, err);
    vy_status status = vy_db_begin(db, err); // nobody makes one meanwhile
    if (!status)
        status = vy_db_end(db, sweep_drafts(&sweep, drafts), err);
    closedir(drafts);
    return status;
}
