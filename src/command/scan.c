// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// One thread walks, looks files up and writes; the others hash and listen, each with a handle of
// its own to look hashes up. They meet in two short lists.
#include "command/scan.h"

#include "command/ears.h"
#include "command/walk.h"
#include "base/clock.h"

#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define WAITING 256    // files handed out but not yet stored, at most
#define BATCH_S 0.3    // so often what was heard is committed
#define RATE_WINDOW 20 // files from which on a speed is told

const char *vy_scan_event_name(enum vy_scan_event event)
{
    static const char *const name[VY_SCAN_EVENTS] = {"begin",     "heard",   "same",   "moved",
                                                     "duplicate", "problem", "missing"};
    return name[event];
}

bool vy_scan_is_sound(const char *name)
{
    static const char *const ends[] = {
        "wav", "wave", "flac", "aif",  "aiff", "aifc", "ogg", "oga", "opus", "mp3", "m4a", "mp4",
        "aac", "wma",  "w64",  "rf64", "bwf",  "caf",  "au",  "snd", "ape",  "wv",  "mka", "webm"};
    const char *const dot = strrchr(name, '.');
    for (size_t i = 0; dot && i < sizeof ends / sizeof *ends; i++)
        if (strcasecmp(dot + 1, ends[i]) == 0)
            return true;
    return false;
}

// One file on its way.
struct job {
    const struct vy_walk_file *file;
    uint8_t hash[VY_HASH_BYTES];
    int64_t known; ///< the sound it is, 0 = not in the library as this analysis hears it
    bool read;     ///< it could be hashed
    bool heard;
    struct vy_ears_found found;
    struct vy_err err;
    struct job *next;
};

struct queue {
    struct job *first, **last;
};

struct scanner {
    struct vy_db *db;
    const struct vy_scan *scan;
    struct vy_scan_sums *sums;
    struct vy_layout layout;
    int64_t layout_id;
    pthread_mutex_t lock;      ///< of the lists, `open` and `closed`
    pthread_cond_t more, done; ///< there is work; something was done
    struct queue todo, finished;
    uint64_t open; ///< jobs handed out and not yet stored
    bool closed;   ///< no more work will come
    // the walking thread's own
    uint64_t seen, total, read; ///< files that were told of; all; those that had to be read
    double began, committed;
    bool in_batch;
};

static void put(struct queue *queue, struct job *job)
{
    job->next = NULL;
    if (!queue->first)
        queue->last = &queue->first;
    *queue->last = job;
    queue->last = &job->next;
}

static struct job *take(struct queue *queue)
{
    struct job *const job = queue->first;
    if (job)
        queue->first = job->next;
    return job;
}

static void hear(const struct scanner *s, struct vy_db *db, struct job *job)
{
    char heard_by[64] = "";
    int64_t id = 0;
    if (vy_hash_file(job->file->path, job->hash, &job->err))
        return;
    job->read = true;
    if (db && vy_sound_find(db, job->hash, &id, heard_by, &job->err) == VY_OK && id &&
        strcmp(heard_by, vy_ears_version()) == 0 && !s->scan->again) {
        job->known = id;
        return;
    }
    job->err = (struct vy_err){.at = -1};
    job->heard = vy_ears_hear(job->file->path, 0, 0, &job->found, &job->err) == VY_OK;
}

static void *work(void *arg)
{
    struct scanner *const s = arg;
    struct vy_db *db;
    struct vy_err err;
    if (vy_db_open(&vy_db_library, vy_db_path(s->db), VY_DB_USE, &db, &err))
        db = NULL; // then everything is heard: slower, no less right
    pthread_mutex_lock(&s->lock);
    for (;;) {
        struct job *const job = take(&s->todo);
        if (!job && s->closed)
            break;
        if (!job) {
            pthread_cond_wait(&s->more, &s->lock);
            continue;
        }
        pthread_mutex_unlock(&s->lock);
        hear(s, db, job);
        pthread_mutex_lock(&s->lock);
        put(&s->finished, job);
        pthread_cond_signal(&s->done);
    }
    pthread_mutex_unlock(&s->lock);
    vy_db_close(db);
    return NULL;
}

static void tell(struct scanner *s, enum vy_scan_event event, const char *path, const char *from,
                 const char *text)
{
    s->sums->event[event]++;
    s->seen += event != VY_SCAN_BEGIN && event != VY_SCAN_MISSING;
    s->read += event == VY_SCAN_HEARD || event == VY_SCAN_MOVED || event == VY_SCAN_DUPLICATE ||
               event == VY_SCAN_PROBLEM;
    if (!s->scan->tell)
        return;
    struct vy_scan_news news = {event,   path,     from,        text,
                                s->seen, s->total, (double)NAN, (double)NAN};
    const double took = vy_now_s() - s->began;
    if (s->read >= RATE_WINDOW && took > 0) {
        news.per_s = (double)s->read / took;
        news.left_s = (double)(s->total - s->seen) / news.per_s;
    }
    s->scan->tell(s->scan->arg, &news);
}

// Where a known sound was before: a place that is still there, or one that is not.
struct elsewhere {
    const char *path; ///< the new place
    struct vy_place gone, there;
};

static bool look_elsewhere(void *arg, const struct vy_place *place)
{
    struct elsewhere *const e = arg;
    if (strcmp(place->path, e->path) == 0)
        return true;
    if (access(place->path, F_OK) == 0)
        e->there = *place;
    else
        e->gone = *place;
    return true;
}

static vy_status store_place(struct scanner *s, const struct vy_walk_file *file, int64_t sound,
                             bool fresh, struct vy_err *err)
{
    struct elsewhere e = {.path = file->path};
    struct vy_place before;
    bool known = false;
    vy_status status = vy_place_find(s->db, file->path, &before, &known, err);
    if (!status)
        status = vy_places_each(s->db, sound, look_elsewhere, &e, err);
    struct vy_place place = {.sound = sound, .size = file->size, .mtime_ns = file->mtime_ns};
    vy_text_copy(place.path, sizeof place.path, file->path);
    const bool moved = e.gone.id && !e.there.id && !known;
    if (moved) // the old place becomes the new one
        place.id = e.gone.id;
    if (!status)
        status = vy_place_store(s->db, &place, err);
    if (status)
        return status;
    if (moved)
        tell(s, VY_SCAN_MOVED, file->path, e.gone.path, NULL);
    else if (e.there.id && !fresh && !(known && before.sound == sound))
        tell(s, VY_SCAN_DUPLICATE, file->path, e.there.path, NULL);
    else
        tell(s, fresh ? VY_SCAN_HEARD : VY_SCAN_SAME, file->path, NULL, NULL);
    return VY_OK;
}

static vy_status store_job(struct scanner *s, struct job *job, struct vy_err *err)
{
    int64_t sound = job->known;
    if (!job->read) {
        tell(s, VY_SCAN_PROBLEM, job->file->path, NULL, job->err.message);
        return VY_OK;
    }
    if (sound)
        return store_place(s, job->file, sound, false, err);
    struct vy_heard_sound heard = {.heard_by = vy_ears_version(),
                                   .layout = &s->layout,
                                   .layout_id = s->layout_id,
                                   .facts = job->found.facts,
                                   .regions = job->found.regions,
                                   .region = job->found.region,
                                   .row = job->found.row};
    memcpy(heard.hash, job->hash, sizeof heard.hash);
    if (!job->heard) { // remembered too, so that it is not tried again until it changes
        heard.problem = job->err.message;
        vy_facts_clear(&heard.facts);
    }
    char heard_by[64];
    int64_t known;
    vy_status status = vy_sound_find(s->db, job->hash, &known, heard_by, err);
    // a twin may have come in meanwhile: then this one is the duplicate
    const bool twin =
        !status && known && strcmp(heard_by, vy_ears_version()) == 0 && !s->scan->again;
    if (!status && !twin)
        status = vy_sound_store(s->db, &heard, &known, err);
    if (status)
        return status;
    if (job->heard || twin)
        return store_place(s, job->file, known, !twin, err);
    struct vy_place place = {
        .sound = known, .size = job->file->size, .mtime_ns = job->file->mtime_ns};
    vy_text_copy(place.path, sizeof place.path, job->file->path);
    tell(s, VY_SCAN_PROBLEM, job->file->path, NULL, job->err.message);
    return vy_place_store(s->db, &place, err);
}

static vy_status commit_batch(struct scanner *s, vy_status status, struct vy_err *err)
{
    if (!s->in_batch)
        return status;
    s->in_batch = false;
    s->committed = vy_now_s();
    return vy_db_end(s->db, status, err);
}

static vy_status begin_batch(struct scanner *s, struct vy_err *err)
{
    if (s->in_batch)
        return VY_OK;
    const vy_status status = vy_db_begin(s->db, err);
    s->in_batch = !status;
    return status;
}

// Store what is finished. @param most  wait until no more than so many are open
static vy_status collect(struct scanner *s, uint64_t most, struct vy_err *err)
{
    vy_status status = VY_OK;
    for (;;) {
        pthread_mutex_lock(&s->lock);
        while (!s->finished.first && s->open > most) {
            struct timespec until;
            clock_gettime(CLOCK_REALTIME, &until);
            until.tv_nsec += 200000000;
            until.tv_sec += until.tv_nsec / 1000000000;
            until.tv_nsec %= 1000000000;
            if (s->in_batch && pthread_cond_timedwait(&s->done, &s->lock, &until) != 0)
                break; // nobody shall wait for us while we wait for a long file
            if (!s->in_batch)
                pthread_cond_wait(&s->done, &s->lock);
        }
        struct job *const job = take(&s->finished);
        const bool enough = !job && s->open <= most;
        s->open -= job != NULL;
        pthread_mutex_unlock(&s->lock);
        if (job && !status)
            status = begin_batch(s, err);
        if (job && !status)
            status = store_job(s, job, err);
        if (job) {
            vy_ears_clear(&job->found);
            free(job);
        }
        if (status || !job || vy_now_s() - s->committed > BATCH_S)
            status = commit_batch(s, status, err);
        if (enough)
            return status;
    }
}

static bool stopped(const struct scanner *s)
{
    return s->scan->stop && s->scan->stop(s->scan->arg);
}

// Is the file what the library knows at this path?
static vy_status unchanged(struct scanner *s, const struct vy_walk_file *file, bool *same,
                           struct vy_err *err)
{
    struct vy_place place;
    char heard_by[64] = "";
    vy_status status = vy_place_find(s->db, file->path, &place, same, err);
    if (status || !*same)
        return status;
    *same = place.size == file->size && place.mtime_ns == file->mtime_ns && !s->scan->again;
    if (*same)
        status = vy_sound_heard_by(s->db, place.sound, heard_by, err);
    *same = *same && strcmp(heard_by, vy_ears_version()) == 0;
    if (!status && *same && place.gone)
        status = vy_place_gone(s->db, place.id, false, err);
    return status;
}

static vy_status hand_out(struct scanner *s, const struct vy_walk *walk, struct vy_err *err)
{
    vy_status status = VY_OK;
    for (uint64_t i = 0; i < walk->files && !status && !s->sums->stopped; i++) {
        bool same;
        status = unchanged(s, &walk->file[i], &same, err);
        if (!status && same)
            tell(s, VY_SCAN_SAME, walk->file[i].path, NULL, NULL);
        if (status || same)
            continue;
        struct job *const job = calloc(1, sizeof *job);
        if (!job)
            return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        job->file = &walk->file[i];
        job->err.at = -1;
        pthread_mutex_lock(&s->lock);
        put(&s->todo, job);
        s->open++;
        pthread_cond_signal(&s->more);
        pthread_mutex_unlock(&s->lock);
        status = collect(s, WAITING, err);
        s->sums->stopped = stopped(s);
    }
    return status;
}

// Work that nobody has begun is dropped.
static void drop_todo(struct scanner *s)
{
    pthread_mutex_lock(&s->lock);
    for (struct job *job; (job = take(&s->todo)); s->open--)
        free(job);
    pthread_mutex_unlock(&s->lock);
}

static vy_status hear_all(struct scanner *s, const struct vy_walk *walk, struct vy_err *err)
{
    pthread_t thread[VY_SCAN_JOBS];
    uint32_t threads = 0;
    while (threads < s->scan->jobs && pthread_create(&thread[threads], NULL, work, s) == 0)
        threads++;
    vy_status status = threads ? hand_out(s, walk, err)
                               : vy_fail(err, VY_NO_MEMORY, -1, "no thread could be started");
    while (!status && !s->sums->stopped && s->open) {
        status = collect(s, s->open - 1, err);
        s->sums->stopped = stopped(s);
    }
    if (status || s->sums->stopped)
        drop_todo(s);
    struct vy_err later = {.at = -1};
    const vy_status last = collect(s, 0, status ? &later : err);
    pthread_mutex_lock(&s->lock);
    s->closed = true;
    pthread_cond_broadcast(&s->more);
    pthread_mutex_unlock(&s->lock);
    while (threads)
        pthread_join(thread[--threads], NULL);
    return status ? status : last;
}

// What the library knows below the folder and is not there any more.
struct missing {
    struct scanner *s;
    const char *root;
    vy_status status;
    struct vy_err *err;
};

static bool look_for(void *arg, const struct vy_place *place)
{
    struct missing *const m = arg;
    const size_t n = strlen(m->root);
    const bool below =
        strncmp(place->path, m->root, n) == 0 &&
        (place->path[n] == '/' || place->path[n] == '\0' || strcmp(m->root, "/") == 0);
    if (!below || access(place->path, F_OK) == 0)
        return true;
    if (!place->gone)
        m->status = vy_place_gone(m->s->db, place->id, true, m->err);
    tell(m->s, VY_SCAN_MISSING, place->path, NULL, NULL);
    return !m->status;
}

static vy_status find_missing(struct scanner *s, const char *root, struct vy_err *err)
{
    struct missing m = {s, root, VY_OK, err};
    vy_status status = vy_db_begin(s->db, err);
    if (status)
        return status;
    status = vy_places_each(s->db, 0, look_for, &m, err);
    return vy_db_end(s->db, status ? status : m.status, err);
}

vy_status vy_scan_run(struct vy_db *db, const struct vy_scan *scan, struct vy_scan_sums *sums,
                      struct vy_err *err)
{
    struct vy_walk walk;
    struct scanner s = {.db = db, .scan = scan, .sums = sums, .began = vy_now_s()};
    float weight[VY_SPACES];
    *sums = (struct vy_scan_sums){0};
    if (scan->jobs < 1 || scan->jobs > VY_SCAN_JOBS)
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "jobs are 1..%d", VY_SCAN_JOBS);
    vy_status status = vy_walk(scan->folder, vy_scan_is_sound, &walk, err);
    if (status)
        return status;
    vy_ears_layout(&s.layout, weight);
    status = vy_layout_id(db, &s.layout, &s.layout_id, err);
    pthread_mutex_init(&s.lock, NULL);
    pthread_cond_init(&s.more, NULL);
    pthread_cond_init(&s.done, NULL);
    sums->files = s.total = walk.files;
    tell(&s, VY_SCAN_BEGIN, walk.root, NULL, NULL);
    s.began = vy_now_s();
    if (!status)
        status = hear_all(&s, &walk, err);
    if (!status && !sums->stopped)
        status = find_missing(&s, walk.root, err);
    sums->seconds = vy_now_s() - s.began;
    pthread_mutex_destroy(&s.lock);
    pthread_cond_destroy(&s.more);
    pthread_cond_destroy(&s.done);
    vy_walk_clear(&walk);
    return status;
}
