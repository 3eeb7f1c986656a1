// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/walk.h"

#include "base/text.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// A folder that was entered.
struct entered {
    dev_t dev;
    ino_t ino;
};

struct walker {
    struct vy_walk *walk;
    bool (*wanted)(const char *name);
    struct entered *entered; ///< hash table
    size_t entered_n, room;
    char **folder; ///< yet to be read
    size_t folders, folder_room;
    bool failed;
};

static size_t slot_of(const struct walker *w, dev_t dev, ino_t ino)
{
    size_t at = (size_t)((ino ^ (dev << 20)) * 0x9E3779B97F4A7C15u >> 32) & (w->room - 1);
    while (w->entered[at].ino && (w->entered[at].ino != ino || w->entered[at].dev != dev))
        at = (at + 1) & (w->room - 1);
    return at;
}

// @return true the first time
static bool enter(struct walker *w, const struct stat *stat)
{
    if (w->entered_n * 2 >= w->room) {
        struct walker grown = {.room = w->room ? w->room * 2 : 256};
        grown.entered = calloc(grown.room, sizeof *grown.entered);
        if (!grown.entered) {
            w->failed = true;
            return false;
        }
        for (size_t i = 0; i < w->room; i++)
            if (w->entered[i].ino)
                grown.entered[slot_of(&grown, w->entered[i].dev, w->entered[i].ino)] =
                    w->entered[i];
        free(w->entered);
        w->entered = grown.entered;
        w->room = grown.room;
    }
    struct entered *const slot = &w->entered[slot_of(w, stat->st_dev, stat->st_ino)];
    if (slot->ino)
        return false;
    *slot = (struct entered){stat->st_dev, stat->st_ino};
    w->entered_n++;
    return true;
}

static void add_folder(struct walker *w, const char *path, const struct stat *stat)
{
    if (!enter(w, stat))
        return;
    if (w->folders == w->folder_room) {
        const size_t room = w->folder_room ? w->folder_room * 2 : 64;
        char **const moved = realloc(w->folder, room * sizeof *moved);
        if (!moved) {
            w->failed = true;
            return;
        }
        w->folder = moved;
        w->folder_room = room;
    }
    char *const copy = strdup(path);
    w->failed |= copy == NULL;
    if (copy)
        w->folder[w->folders++] = copy;
}

static void add_file(struct walker *w, const char *path, const struct stat *stat)
{
    struct vy_walk *const walk = w->walk;
    struct vy_walk_file *const grown =
        vy_arena_grow(&walk->arena, walk->file, walk->files, sizeof *walk->file);
    const char *const copy = vy_arena_text(&walk->arena, path);
    if (!grown || !copy) {
        w->failed = true;
        return;
    }
    walk->file = grown;
    walk->file[walk->files++] = (struct vy_walk_file){
        copy, stat->st_size, stat->st_mtim.tv_sec * 1000000000 + stat->st_mtim.tv_nsec};
}

static void add(struct walker *w, const char *folder, const struct dirent *entry)
{
    char path[4096], real[4096];
    struct stat stat_;
    if (entry->d_name[0] == '.' || // . and .., and what other programs hide
        snprintf(path, sizeof path, "%s/%s", strcmp(folder, "/") == 0 ? "" : folder,
                 entry->d_name) >= (int)sizeof path ||
        lstat(path, &stat_) != 0)
        return;
    if (S_ISLNK(stat_.st_mode)) {
        if (!realpath(path, real) || stat(real, &stat_) != 0)
            return; // it leads nowhere
        vy_text_copy(path, sizeof path, real);
    }
    if (S_ISDIR(stat_.st_mode))
        add_folder(w, path, &stat_);
    else if (S_ISREG(stat_.st_mode) && w->wanted(entry->d_name))
        add_file(w, path, &stat_);
}

static void read_folders(struct walker *w)
{
    while (w->folders && !w->failed) {
        char *const path = w->folder[--w->folders];
        DIR *const folder = opendir(path);
        if (!folder)
            w->walk->closed++;
        for (const struct dirent *entry; folder && (entry = readdir(folder));)
            add(w, path, entry);
        if (folder)
            closedir(folder);
        free(path);
    }
    while (w->folders)
        free(w->folder[--w->folders]);
}

static int by_path(const void *a, const void *b)
{
    return strcmp(((const struct vy_walk_file *)a)->path, ((const struct vy_walk_file *)b)->path);
}

vy_status vy_walk(const char *folder, bool (*wanted)(const char *name), struct vy_walk *walk,
                  struct vy_err *err)
{
    struct stat stat_;
    struct walker w = {.walk = walk, .wanted = wanted};
    *walk = (struct vy_walk){0};
    if (!realpath(folder, walk->root) || stat(walk->root, &stat_) != 0)
        return vy_fail(err, errno == ENOENT ? VY_NOT_FOUND : VY_IO, -1, "%.150s: %.60s", folder,
                       strerror(errno));
    if (S_ISDIR(stat_.st_mode))
        add_folder(&w, walk->root, &stat_);
    else
        add_file(&w, walk->root, &stat_);
    read_folders(&w);
    free(w.folder);
    free(w.entered);
    if (w.failed) {
        vy_walk_clear(walk);
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    // by path, each once: links may have led to the same file several times
    qsort(walk->file, walk->files, sizeof *walk->file, by_path);
    uint64_t kept = 0;
    for (uint64_t i = 0; i < walk->files; i++)
        if (!kept || strcmp(walk->file[kept - 1].path, walk->file[i].path) != 0)
            walk->file[kept++] = walk->file[i];
    walk->files = kept;
    return VY_OK;
}

void vy_walk_clear(struct vy_walk *walk)
{
    vy_arena_clear(&walk->arena);
    *walk = (struct vy_walk){0};
}
