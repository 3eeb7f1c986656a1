// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// jobs_fault VEERY KILLS [SEED]: jobs go on being queued while a studio, a second runner and their
// workers are killed (SIGKILL) at random moments and started again. In the end each job must have
// ended once, every file must be whole, nothing may lie about, and the database must be sound.
// Prints what happened; exit code 1 when one of that is not so.
#include "jobs/mark.h"
#include "store/jobs.h"
#include "store/takes.h"

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <sndfile.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define FEED 6           // jobs queued at once when few are left
#define BAR_FRAMES 96000 // at 120 bpm and 48 kHz
#define KINDS 5

static char room[] = "/tmp/veery-fault-XXXXXX", data[128], input[128];
static const char *veery;
static struct vy_db *db;
static struct vy_err err;
static int made, bad;
static uint64_t dice;

static const char program[] = "# veery session 1 seed=7\n"
                              "create bass osc\n"
                              "melody bass: C2 G2 C3 E2\n"
                              "create lead osc\n"
                              "melody lead: C4 . G4 .\n"
                              "play all\n";

static void say_bad(const char *what, long long which)
{
    printf("# %s: %lld\n", what, which);
    bad++;
}

static uint32_t roll(uint32_t below)
{
    dice = dice * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(dice >> 33) % below;
}

static void must(bool fine, const char *what)
{
    if (fine)
        return;
    printf("# %s: %s\n", what, err.message);
    exit(1);
}

// ---- processes ----------------------------------------------------------------------------------

enum { STUDIO, RUNNER, PROCESSES };
static pid_t process[PROCESSES];

static pid_t start(const char *const *words)
{
    const pid_t pid = fork();
    if (pid != 0)
        return pid;
    if (!freopen("/dev/null", "w", stdout) || !freopen("err", "a", stderr))
        _exit(126);
    execv(veery, (char *const *)(uintptr_t)words);
    _exit(127);
}

static void start_one(int which)
{
    static const char *const words[PROCESSES][6] = {{"veery", "serve", "--device", "null", NULL},
                                                    {"veery", "jobs", "run", NULL}};
    process[which] = start(words[which]);
}

static void end_one(int which, int with)
{
    int how;
    if (process[which] <= 0)
        return;
    kill(process[which], with);
    waitpid(process[which], &how, 0);
    process[which] = 0;
}

static int run_through(void)
{
    static const char *const words[] = {"veery", "jobs", "run", "--until-empty", NULL};
    int how;
    const pid_t pid = start(words);
    return waitpid(pid, &how, 0) == pid && WIFEXITED(how) ? WEXITSTATUS(how) : -1;
}

struct workers {
    pid_t pid[64];
    int n;
};

static bool note_worker(void *arg, const struct vy_job *job)
{
    struct workers *const w = arg;
    if (w->n < 64 && vy_mark_lives(job->worker))
        w->pid[w->n++] = vy_mark_pid(job->worker);
    return true;
}

static struct workers all_workers(void)
{
    struct workers w = {.n = 0};
    const struct vy_job_wish wish = {.state = VY_JOB_RUNNING};
    must(vy_jobs_each(db, &wish, note_worker, &w, &err) == VY_OK, "workers");
    return w;
}

// @return what was killed: 0 a worker, 1 the studio, 2 the runner, 3 all of them, -1 nothing
static int kill_something(void)
{
    const uint32_t which = roll(10);
    const struct workers w = all_workers();
    if (which < 4) {
        if (w.n == 0)
            return -1;
        kill(w.pid[roll((uint32_t)w.n)], SIGKILL);
        return 0;
    }
    const bool all = which == 9;
    for (int i = 0; all && i < w.n; i++)
        kill(w.pid[i], SIGKILL);
    for (int i = 0; i < PROCESSES; i++)
        if (all || (which < 7 ? RUNNER : STUDIO) == i) {
            end_one(i, SIGKILL);
            start_one(i);
        }
    return all ? 3 : which < 7 ? 2 : 1;
}

// ---- jobs ---------------------------------------------------------------------------------------

// Kind and length come from the number in its name, so that what it made can be checked.
static int bars_of(int number)
{
    return 1 + number / KINDS % 4;
}

static void add(int number)
{
    char line[300];
    int64_t id;
    switch (number % KINDS) {
    case 0: snprintf(line, sizeof line, "analyze \"%s\"", input); break;
    case 1: snprintf(line, sizeof line, "process \"%s\" \"out/%d.wav\"", input, number); break;
    case 2: snprintf(line, sizeof line, "masking %d bars", bars_of(number)); break;
    case 4: snprintf(line, sizeof line, "take %d bars \"t%d\"", bars_of(number), number); break;
    default: snprintf(line, sizeof line, "render %d bars \"out/%d.wav\"", bars_of(number), number);
    }
    const struct vy_job_new job = {.line = line,
                                   .author = "fault",
                                   .class = number % KINDS >= 3 ? "render" : "analyse",
                                   .program = program,
                                   .folder = room,
                                   .timeout_s = 60,
                                   .tries_most = number % 7 == 0 ? 1 : 3,
                                   .queue_most = 20000};
    must(vy_job_add(db, &job, &id, &err) == VY_OK, "queue");
}

static void feed(void)
{
    int64_t count[VY_JOB_STATES];
    must(vy_jobs_count(db, count, &err) == VY_OK, "count");
    for (int i = 0; count[VY_JOB_QUEUED] < FEED && i < FEED; i++)
        add(made++);
}

// ---- checks -------------------------------------------------------------------------------------

static int64_t frames_of(const char *path)
{
    SF_INFO info = {0};
    SNDFILE *const file = sf_open(path, SFM_READ, &info);
    if (!file)
        return -1;
    sf_close(file);
    return info.frames;
}

static int takes_made;

static bool check_job(void *arg, const struct vy_job *job)
{
    int64_t *const count = arg;
    const char *const name = strstr(job->line, "out/");
    char path[100];
    count[job->state]++;
    if (job->state == VY_JOB_QUEUED || job->state == VY_JOB_RUNNING)
        say_bad("a job has not ended", job->id);
    const bool takes = strncmp(job->line, "take ", 5) == 0;
    takes_made += job->take != 0;
    if (takes && (job->take != 0) != (job->state == VY_JOB_SUCCEEDED))
        say_bad("a job and its take do not fit", job->id);
    if (job->state == VY_JOB_SUCCEEDED && name) {
        snprintf(path, sizeof path, "%.*s", (int)strcspn(name, "\""), name);
        if (access(path, F_OK) != 0)
            say_bad("a job succeeded and its file is not there", job->id);
    }
    return true;
}

// How often did each end? The database's own trigger has counted.
static void check_ends(void)
{
    sqlite3 *handle;
    sqlite3_stmt *statement;
    char path[200];
    snprintf(path, sizeof path, "%s/studio.db", data);
    must(sqlite3_open(path, &handle) == SQLITE_OK, "sqlite");
    must(sqlite3_prepare_v2(handle,
                            "SELECT id FROM job WHERE (SELECT count(*) FROM fault_end e WHERE"
                            " e.job = job.id) <> 1",
                            -1, &statement, NULL) == SQLITE_OK,
         "ends");
    while (sqlite3_step(statement) == SQLITE_ROW)
        say_bad("a job did not end exactly once", sqlite3_column_int64(statement, 0));
    sqlite3_finalize(statement);
    sqlite3_close(handle);
}

static void count_ends(void)
{
    sqlite3 *handle;
    char path[200];
    snprintf(path, sizeof path, "%s/studio.db", data);
    must(sqlite3_open(path, &handle) == SQLITE_OK &&
             sqlite3_exec(handle,
                          "CREATE TABLE fault_end (job INTEGER, state TEXT);"
                          "CREATE TRIGGER fault AFTER UPDATE OF state ON job"
                          " WHEN new.state NOT IN ('queued', 'running') BEGIN"
                          " INSERT INTO fault_end VALUES (new.id, new.state); END",
                          NULL, NULL, NULL) == SQLITE_OK,
         "trigger");
    sqlite3_close(handle);
}

static void check_files(void)
{
    DIR *const folder = opendir("out");
    must(folder != NULL, "out");
    for (const struct dirent *entry; (entry = readdir(folder));) {
        char path[400], *end;
        const long number = strtol(entry->d_name, &end, 10);
        snprintf(path, sizeof path, "out/%s", entry->d_name);
        if (entry->d_name[0] == '.' || strcmp(end, ".wav.receipt.json") == 0)
            continue;
        const int64_t want =
            number % KINDS == 3 ? (int64_t)bars_of((int)number) * BAR_FRAMES : BAR_FRAMES;
        if (strcmp(end, ".wav") != 0)
            say_bad("a file that belongs to nothing ("
                    "out)",
                    number),
                printf("# %s\n", path);
        else if (frames_of(path) != want)
            say_bad("a file that is not whole", number);
    }
    closedir(folder);
}

struct checked {
    int rows, files;
};

static bool check_take(void *arg, const struct vy_take *take)
{
    struct checked *const checked = arg;
    char path[400];
    snprintf(path, sizeof path, "%s/takes/%s", data, take->path);
    checked->rows++;
    if (frames_of(path) != (int64_t)bars_of(atoi(take->name + 1)) * BAR_FRAMES)
        say_bad("a take that is not whole", take->id);
    memcpy(strrchr(path, '.'), ".json", 6);
    if (access(path, R_OK) != 0)
        say_bad("a take without its receipt", take->id);
    return true;
}

// Each take has its two files, and nothing else lies there.
static void check_takes(void)
{
    struct checked checked = {0};
    const struct vy_take_wish all = {0};
    char path[400];
    must(vy_takes_each(db, &all, check_take, &checked, &err) == VY_OK, "takes");
    snprintf(path, sizeof path, "%s/takes", data);
    DIR *const dates = opendir(path);
    for (const struct dirent *date; dates && (date = readdir(dates));) {
        if (date->d_name[0] == '.')
            continue;
        snprintf(path, sizeof path, "%s/takes/%s", data, date->d_name);
        DIR *const files = opendir(path);
        for (const struct dirent *entry; files && (entry = readdir(files));)
            checked.files += entry->d_name[0] != '.';
        if (files)
            closedir(files);
    }
    if (dates)
        closedir(dates);
    if (checked.files != 2 * checked.rows)
        say_bad("files among the takes that belong to none", checked.files - 2 * checked.rows);
    if (checked.rows != takes_made)
        say_bad("takes that no job has made", checked.rows - takes_made);
}

static void check_empty(const char *path)
{
    DIR *const folder = opendir(path);
    for (const struct dirent *entry; folder && (entry = readdir(folder));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0) {
            printf("# %s/%s lies about\n", path, entry->d_name);
            bad++;
        }
    if (folder)
        closedir(folder);
}

static void check_database(void)
{
    struct vy_buf problems = {0};
    must(vy_db_check(db, &problems, &err) == VY_OK, "check");
    if (problems.length) {
        printf("# %s\n", problems.text);
        bad++;
    }
    vy_buf_clear(&problems);
}

// Workers whose runner is gone must be gone as well, and guards whose studio has had a successor.
static int count_left(bool say)
{
    int left = 0;
    DIR *const folder = opendir("/proc");
    for (const struct dirent *entry; folder && (entry = readdir(folder));) {
        char path[300], words[64] = "", cwd[200] = "";
        snprintf(path, sizeof path, "/proc/%s/cmdline", entry->d_name);
        FILE *const file = fopen(path, "r");
        const size_t n = file ? fread(words, 1, sizeof words - 1, file) : 0;
        if (file)
            fclose(file);
        snprintf(path, sizeof path, "/proc/%s/cwd", entry->d_name);
        if (n < 6 || strncmp(words, "veery", 5) != 0 || readlink(path, cwd, sizeof cwd - 1) <= 0 ||
            strncmp(cwd, room, strlen(room)) != 0)
            continue;
        left++;
        if (say)
            say_bad(words[5] ? words : words + 6, strtoll(entry->d_name, NULL, 10));
    }
    if (folder)
        closedir(folder);
    return left;
}

static void check_processes(void)
{
    for (int i = 0; i < 20 && count_left(false) > 0; i++)
        usleep(100000);
    if (count_left(true) > 0)
        printf("# those are left of what was killed\n");
}

// ---- main ---------------------------------------------------------------------------------------

static void make_folder(const char *name, const char *variable)
{
    char path[160];
    snprintf(path, sizeof path, "%s/%s", room, name);
    must(mkdir(path, 0700) == 0, path);
    if (variable)
        setenv(variable, path, 1);
}

static void make_room(void)
{
    char path[200];
    must(mkdtemp(room) != NULL && chdir(room) == 0, "room");
    make_folder("data", "XDG_DATA_HOME");
    make_folder("data/veery", NULL);
    make_folder("state", "XDG_STATE_HOME");
    make_folder("config", "XDG_CONFIG_HOME");
    make_folder("run", "XDG_RUNTIME_DIR");
    make_folder("tmp", "TMPDIR");
    make_folder("out", NULL);
    snprintf(data, sizeof data, "%s/data/veery", room);
    snprintf(input, sizeof input, "%s/in.wav", room);
    snprintf(path, sizeof path, "%s/studio.db", data);
    must(vy_db_open(&vy_db_studio, path, VY_DB_CREATE, &db, &err) == VY_OK, "database");
    // the first job makes what the others read
    const struct vy_job_new job = {.line = "render 1 bar \"in.wav\"",
                                   .author = "",
                                   .class = "render",
                                   .program = program,
                                   .folder = room,
                                   .timeout_s = 60,
                                   .tries_most = 3,
                                   .queue_most = 10};
    int64_t id;
    count_ends();
    must(vy_job_add(db, &job, &id, &err) == VY_OK, "queue");
    must(run_through() == 0 && frames_of(input) == BAR_FRAMES, "the first job");
}

static int remove_one(const char *path, const struct stat *facts, int kind, struct FTW *where)
{
    (void)facts;
    (void)kind;
    (void)where;
    return remove(path);
}

int main(int argc, char **argv)
{
    const int kills = argc > 2 ? atoi(argv[2]) : 20;
    int done[4] = {0};
    int64_t count[VY_JOB_STATES] = {0};
    if (argc < 2)
        return 2;
    veery = argv[1];
    dice = argc > 3 ? strtoull(argv[3], NULL, 10) : 1;
    make_room();
    for (int i = 0; i < PROCESSES; i++)
        start_one(i);
    for (int n = 0; n < kills;) {
        feed();
        usleep(30000 + roll(370000));
        const int what = kill_something();
        if (what >= 0)
            done[what]++;
        n += what >= 0;
    }
    usleep(500000); // the last studio ends what the one before it has left
    for (int i = 0; i < PROCESSES; i++)
        end_one(i, SIGTERM);
    if (run_through() != 0)
        say_bad("the rest could not be done", 0);
    const struct vy_job_wish wish = {.state = -1};
    must(vy_jobs_each(db, &wish, check_job, count, &err) == VY_OK, "list");
    check_ends();
    check_files();
    check_empty("tmp");
    check_empty("data/veery/jobs");
    check_takes();
    check_empty("data/veery/takes/.drafts");
    check_processes();
    check_database();
    vy_db_close(db);
    printf("# %d kills: %d of a worker, %d of the studio, %d of a runner, %d of all at once\n"
           "# %d jobs and %d takes: %lld succeeded, %lld failed, %lld interrupted; %d things are "
           "wrong\n",
           kills, done[0], done[1], done[2], done[3], made + 1, takes_made,
           (long long)count[VY_JOB_SUCCEEDED], (long long)count[VY_JOB_FAILED],
           (long long)count[VY_JOB_INTERRUPTED], bad);
    if (!bad && nftw(room, remove_one, 16, FTW_DEPTH | FTW_PHYS) != 0)
        printf("# %s could not be removed\n", room);
    return bad != 0;
}
