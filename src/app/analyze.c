// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery analyze`: many files side by side, answers in the order of the names.
#include "app/app.h"
#include "app/settings.h"

#include "command/analyze.h"
#include "command/library.h"
#include "command/neighbours.h"
#include "command/tag_head.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/settings.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define MOST_THREADS 64

struct file {
    const char *path;
    char *plot, *frames; ///< files to be written, or NULL; owned
    char *answer;        ///< text or JSON, owned
    struct vy_err err;
    bool failed, done;
    _Atomic double heard_s, total_s;
};

struct work {
    struct file *file;
    int files;
    const char *plot, *frames;
    const char *library; ///< whose tags are asked for, or NULL
    bool json;
    unsigned ears;
    atomic_int next;
    pthread_mutex_t lock; ///< guards done and answer of every file
    pthread_cond_t ready;
};

static bool on_progress(void *arg, double done_s, double total_s)
{
    struct file *const file = arg;
    file->heard_s = done_s;
    file->total_s = total_s;
    return !vy_interrupted();
}

static void say_library_tags(const json_t *tags, struct vy_buf *text)
{
    size_t i;
    json_t *tag;
    json_array_foreach(tags, i, tag)
        vy_buf_add(text, "%s%s (%.2f)", i ? ", " : "  library   ",
                   json_string_value(json_object_get(tag, "name")),
                   json_number_value(json_object_get(tag, "confidence")));
    vy_buf_add(text, "%s", i ? "\n" : "  library   nothing like it has tags\n");
}

/// @param tags  of the library, or NULL
static char *tell(const struct work *work, const struct vy_analysis *a, json_t *tags)
{
    if (!work->json) {
        struct vy_buf text = {0};
        vy_analysis_text(a, &text);
        if (tags)
            say_library_tags(tags, &text);
        return text.text;
    }
    json_t *const root = vy_analysis_json(a);
    if (tags)
        json_object_set(root, "library_tags", tags);
    char *const text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(7));
    json_decref(root);
    return text;
}

// A file that failed has its line as well, so that lines and files stay together.
static char *tell_error(const struct file *file)
{
    char message[sizeof file->err.message];
    for (size_t i = 0; i < sizeof message; i++) // names of files may be no UTF-8
        message[i] = file->err.message[i] & 0x80 ? '?' : file->err.message[i];
    json_t *const root =
        json_pack("{s:{s:o},s:{s:s,s:s}}", "file", "path", vy_path_json(file->path), "error",
                  "code", vy_status_name(file->err.code), "message", message);
    char *const text = root ? json_dumps(root, JSON_COMPACT) : NULL;
    json_decref(root);
    return text;
}

static void one_file(struct work *work, struct file *file)
{
    struct vy_analysis *const a = calloc(1, sizeof *a);
    const struct vy_analyze_want want = {
        .ears = work->ears, .frames = file->frames, .progress = on_progress, .arg = file};
    char *answer = NULL;
    json_t *tags = NULL;
    vy_status status = a ? vy_analyze(file->path, &want, a, &file->err)
                         : vy_fail(&file->err, VY_NO_MEMORY, -1, "out of memory");
    if (!status && file->plot)
        status = vy_analysis_picture(a, file->plot, &file->err);
    if (!status && work->library)
        status = vy_neighbour_tags(work->library, file->path, &tags, &file->err);
    if (!status && !(answer = tell(work, a, tags)))
        status = vy_fail(&file->err, VY_NO_MEMORY, -1, "out of memory");
    if (status && work->json)
        answer = tell_error(file);
    json_decref(tags);
    if (a)
        vy_analysis_clear(a);
    free(a);
    pthread_mutex_lock(&work->lock);
    file->answer = answer;
    file->failed = status != VY_OK;
    file->done = true;
    pthread_cond_signal(&work->ready);
    pthread_mutex_unlock(&work->lock);
}

static void *worker(void *arg)
{
    struct work *const work = arg;
    for (;;) {
        const int i = atomic_fetch_add(&work->next, 1);
        if (i >= work->files || vy_interrupted())
            return NULL;
        one_file(work, &work->file[i]);
    }
}

static void show_progress(struct work *work, double began)
{
    double part = 0;
    int done = 0;
    for (int i = 0; i < work->files; i++) {
        const double total = work->file[i].total_s;
        done += work->file[i].done;
        part += work->file[i].done ? 1 : total > 0 ? work->file[i].heard_s / total : 0;
    }
    const double share = part / work->files, took = vy_now_s() - began;
    if (took > 1 && share > 0 && share < 1)
        fprintf(stderr, "\r\033[K%3.0f %%  %d of %d files, %.0f s left", 100 * share, done,
                work->files, took * (1 - share) / share);
}

// Waits until file i is done or everything ends; shows how far it is meanwhile.
static bool wait_for(struct work *work, int i, double began)
{
    const bool tty = isatty(STDERR_FILENO);
    pthread_mutex_lock(&work->lock);
    while (!work->file[i].done && !vy_interrupted()) {
        struct timespec until;
        clock_gettime(CLOCK_REALTIME, &until);
        until.tv_nsec += 200000000;
        until.tv_sec += until.tv_nsec / 1000000000;
        until.tv_nsec %= 1000000000;
        pthread_cond_timedwait(&work->ready, &work->lock, &until);
        if (tty)
            show_progress(work, began);
    }
    if (tty)
        fprintf(stderr, "\r\033[K");
    const bool done = work->file[i].done;
    pthread_mutex_unlock(&work->lock);
    return done;
}

// Exit code.
static int print_answers(struct work *work)
{
    const double began = vy_now_s();
    int code = EXIT_FINE;
    for (int i = 0; i < work->files; i++) {
        struct file *const file = &work->file[i];
        if (!wait_for(work, i, began))
            return EXIT_INTERRUPTED;
        if (file->failed && vy_interrupted())
            return EXIT_INTERRUPTED;
        if (file->failed) {
            const int complained = vy_complain(&file->err);
            code = code > complained ? code : complained;
        }
        if (file->answer && (puts(file->answer) < 0 || fflush(stdout) != 0)) {
            fprintf(stderr, "veery: the answer cannot be written: %s\n", strerror(errno));
            return EXIT_FILE;
        }
    }
    return code;
}

static int run(struct work *work, int threads)
{
    pthread_t thread[MOST_THREADS];
    int started = 0;
    while (started < threads && pthread_create(&thread[started], NULL, worker, work) == 0)
        started++;
    if (started == 0)
        worker(work);
    const int code = print_answers(work);
    if (code == EXIT_INTERRUPTED)
        _exit(code); // an ear may be at work on ten minutes; files appear when they are whole
    for (int i = 0; i < started; i++)
        pthread_join(thread[i], NULL);
    return code;
}

static bool make_folder(const char *path)
{
    if (!path || mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    fprintf(stderr, "veery: io: %s: %s\n", path, strerror(errno));
    return false;
}

// The name of a file without folder and ending: where it begins, how long it is.
static const char *stem_of(const char *path, int *length)
{
    const char *const slash = strrchr(path, '/'), *const name = slash ? slash + 1 : path;
    const char *const dot = strrchr(name, '.');
    *length = dot && dot != name ? (int)(dot - name) : (int)strlen(name);
    return name;
}

static bool is_taken(const struct work *work, int before, size_t member, const char *name)
{
    for (int i = 0; i < before; i++) {
        const char *other;
        memcpy(&other, (const char *)&work->file[i] + member, sizeof other);
        if (other && strcmp(other, name) == 0)
            return true;
    }
    return false;
}

// FOLDER/STEM.ENDING for every file; inputs of one stem get STEM-2 and so on. `member` is the place
// of the name in struct file.
static bool name_outputs(struct work *work, const char *folder, const char *ending, size_t member)
{
    for (int i = 0; i < work->files; i++) {
        int length;
        const char *const stem = stem_of(work->file[i].path, &length);
        char *name = NULL;
        for (int k = 1; !name; k++) {
            char number[16] = "";
            if (k > 1)
                snprintf(number, sizeof number, "-%d", k);
            if (asprintf(&name, "%s/%.*s%s.%s", folder, length, stem, number, ending) < 0)
                return false;
            if (is_taken(work, i, member, name)) {
                free(name);
                name = NULL;
            }
        }
        memcpy((char *)&work->file[i] + member, &name, sizeof name);
    }
    return true;
}

static bool open_files(struct work *work, char **path)
{
    work->file = calloc((size_t)work->files, sizeof *work->file);
    if (!work->file)
        return false;
    for (int i = 0; i < work->files; i++)
        work->file[i].path = path[i];
    bool fine = true;
    if (work->plot && work->files == 1)
        fine = (work->file[0].plot = strdup(work->plot)) != NULL;
    else if (work->plot)
        fine = name_outputs(work, work->plot, "png", offsetof(struct file, plot));
    if (fine && work->frames)
        fine = name_outputs(work, work->frames, "npz", offsetof(struct file, frames));
    return fine;
}

static void close_files(struct work *work)
{
    for (int i = 0; work->file && i < work->files; i++) {
        free(work->file[i].plot);
        free(work->file[i].frames);
        free(work->file[i].answer);
    }
    free(work->file);
}

static int print_schema(void)
{
    json_t *const schema = vy_analysis_schema();
    char *const text = json_dumps(schema, JSON_INDENT(1));
    const bool said = text && puts(text) >= 0 && fflush(stdout) == 0;
    free(text);
    json_decref(schema);
    return said ? EXIT_FINE : EXIT_FILE;
}

int vy_main_analyze(int argc, char **argv)
{
    bool schema = false;
    const char *jobs = NULL, *head = vy_settings_text(vy_app_settings(), "listen.head");
    struct work work = {.lock = PTHREAD_MUTEX_INITIALIZER, .ready = PTHREAD_COND_INITIALIZER};
    const struct vy_option options[] = {
        {"--json", NULL, &work.json},     {"--plot", &work.plot, NULL},
        {"--frames", &work.frames, NULL}, {"--library", &work.library, NULL},
        {"--head", &head, NULL},          {"--schema", NULL, &schema},
        {"--jobs", &jobs, NULL},          {NULL, NULL, NULL},
    };
    const int words = vy_options(argc, argv, options);
    if (words == 1 && schema)
        return print_schema();
    double threads = (double)sysconf(_SC_NPROCESSORS_ONLN);
    if (words >= 0 && words < 2)
        fprintf(stderr, "usage: veery analyze FILE... [--json] [--plot OUT.png] [--frames DIR]\n");
    if (words < 2 || !vy_option_number("--jobs", jobs, 1, MOST_THREADS, &threads))
        return EXIT_USAGE;
    work.files = words - 1;
    struct vy_err err = {.at = -1};
    if (vy_tag_head_use(head, &err))
        return vy_complain(&err);
    if (!make_folder(work.frames) || (work.files > 1 && !make_folder(work.plot)))
        return EXIT_FILE;
    vy_catch_interrupt();
    const int most = work.files < MOST_THREADS ? work.files : MOST_THREADS;
    int code = EXIT_COMMAND;
    if (open_files(&work, argv + 1))
        code = run(&work, (int)threads < most ? (int)threads : most);
    else
        fprintf(stderr, "veery: no_memory: out of memory\n");
    close_files(&work);
    vy_tag_head_close();
    return code;
}
