// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// User modules in files and in the catalog; user_build.c compiles, user_check.c judges,
// user_probe.c tries them.
#include "engine/user_module.h"

#include "base/rng.h"
#include "engine/user_template.h"
#include "base/home.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define NAME_MAX_LENGTH 24u
#define KEPT_BUILDS 2

struct vy_user_modules {
    struct vy_arena arena;
    struct vy_user_module *first; // newest first
    char left_out[VY_NAME_SIZE];  // the first module that did not load, "" = none
    struct vy_err problem;        // why
};

// ---- files --------------------------------------------------------------------------------------

vy_status vy_user_folder(char *folder, size_t size, struct vy_err *err)
{
    const char *const own = getenv("VEERY_MODULES");
    if (!own || !*own)
        return vy_home_path(VY_HOME_DATA, "modules", folder, size, err);
    return vy_text_copy(folder, size, own) ? VY_OK
                                           : vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
}

static bool is_module_name(const char *name)
{
    size_t n = 0;
    for (; name[n]; n++) {
        const char c = name[n];
        if (!((c >= 'a' && c <= 'z') || (n > 0 && (c == '_' || (c >= '0' && c <= '9')))))
            return false;
    }
    return n > 0 && n <= NAME_MAX_LENGTH;
}

// The template uses the name as a word of C.
static bool is_c_word(const char *name)
{
    static const char words[] =
        " asm auto break case char const continue default do double else enum extern float for "
        "goto "
        "if inline int long register restrict return short signed sizeof static struct switch "
        "typedef typeof union unsigned void volatile while ";
    char spaced[NAME_MAX_LENGTH + 3];
    snprintf(spaced, sizeof spaced, " %s ", name);
    return strstr(words, spaced) != NULL;
}

static vy_status check_name(const char *name, struct vy_err *err)
{
    if (is_module_name(name) && !is_c_word(name))
        return VY_OK;
    return vy_fail(
        err, VY_BAD_ARG, -1,
        "'%.40s' cannot be a module: a-z 0-9 _, a letter first, at most %u, no word of C", name,
        NAME_MAX_LENGTH);
}

static vy_status make_folders(const char *folder, struct vy_err *err)
{
    char inside[VY_USER_PATH + 2];
    snprintf(inside, sizeof inside, "%s/", folder);
    return vy_make_parents(inside, err);
}

// ---- the template -------------------------------------------------------------------------------

static void fill_template(struct vy_buf *buf, const char *name)
{
    char title[NAME_MAX_LENGTH + 1];
    vy_text_copy(title, sizeof title, name);
    title[0] = (char)(title[0] - 'a' + 'A');
    for (char *c = title; *c; c++)
        *c = *c == '_' ? ' ' : *c;
    for (const char *at = vy_user_template; *at;) {
        const size_t plain = strcspn(at, "@");
        vy_buf_put(buf, at, plain);
        at += plain;
        if (strncmp(at, "@name@", 6) == 0) {
            vy_buf_add(buf, "%s", name);
            at += 6;
        } else if (strncmp(at, "@title@", 7) == 0) {
            vy_buf_add(buf, "%s", title);
            at += 7;
        } else if (*at) {
            vy_buf_put(buf, at++, 1);
        }
    }
}

vy_status vy_user_module_template(const struct vy_catalog *catalog, const char *name, char *path,
                                  struct vy_err *err)
{
    char folder[VY_USER_PATH];
    vy_status status = check_name(name, err);
    if (!status)
        status = vy_user_folder(folder, sizeof folder, err);
    if (status)
        return status;
    if (vy_catalog_recipe(catalog, name) ||
        (vy_catalog_module(catalog, name) && !vy_catalog_user(catalog, name)) ||
        vy_kernels_module(catalog->kernels, name))
        return vy_fail(err, VY_NAME_TAKEN, -1, "%s is a module or recipe of Veery", name);
    status = make_folders(folder, err);
    if (status)
        return status;
    if (snprintf(path, VY_USER_PATH, "%s/%s.c", folder, name) >= (int)VY_USER_PATH)
        return vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    if (access(path, F_OK) == 0)
        return vy_fail(err, VY_NAME_TAKEN, -1, "%.180s is there already; edit it, then reload %s",
                       path, name);
    struct vy_buf buf = {0};
    fill_template(&buf, name);
    status = buf.failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory")
                        : vy_file_write(path, buf.text, buf.length, err);
    vy_buf_clear(&buf);
    return status;
}

// ---- good builds --------------------------------------------------------------------------------

// A line of NAME.good.
struct good {
    char file[64], isa[16];
};

static int read_good(const char *folder, const char *name, struct good good[KEPT_BUILDS])
{
    char path[VY_USER_PATH + 64], *text;
    size_t length;
    snprintf(path, sizeof path, "%s/%s.good", folder, name);
    if (vy_file_read(path, 4096, &text, &length, NULL))
        return 0;
    int n = 0;
    char *save = NULL;
    for (char *line = strtok_r(text, "\n", &save); line && n < KEPT_BUILDS;
         line = strtok_r(NULL, "\n", &save))
        if (sscanf(line, "%63s %15s", good[n].file, good[n].isa) == 2 && !strchr(good[n].file, '/'))
            n++;
    free(text);
    return n;
}

// Remove NAME.*.so but for those that are kept.
static void sweep(const char *folder, const char *name, const struct good *good, int goods)
{
    struct dirent **entry;
    const int n = scandir(folder, &entry, NULL, NULL);
    const size_t length = strlen(name);
    for (int i = 0; i < n; i++) {
        const char *const file = entry[i]->d_name, *const dot = strrchr(file, '.');
        bool ours = strncmp(file, name, length) == 0 && file[length] == '.' && dot &&
                    strcmp(dot, ".so") == 0;
        for (int g = 0; g < goods; g++)
            ours = ours && strcmp(good[g].file, file) != 0;
        char path[VY_USER_PATH + 260];
        snprintf(path, sizeof path, "%s/%s", folder, file);
        if (ours)
            unlink(path);
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
}

void vy_user_module_sweep(const char *name)
{
    char folder[VY_USER_PATH];
    struct good good[KEPT_BUILDS];
    if (vy_user_folder(folder, sizeof folder, NULL) == VY_OK)
        sweep(folder, name, good, read_good(folder, name, good));
}

vy_status vy_user_module_keep(const struct vy_catalog *catalog, const char *name, const char *path,
                              struct vy_err *err)
{
    char folder[VY_USER_PATH], list[VY_USER_PATH + 64];
    vy_status status = vy_user_folder(folder, sizeof folder, err);
    if (status)
        return status;
    const char *const slash = strrchr(path, '/');
    struct good good[KEPT_BUILDS + 1] = {{{0}, {0}}};
    int goods = read_good(folder, name, good + 1) + 1;
    vy_text_copy(good[0].file, sizeof good[0].file, slash ? slash + 1 : path);
    vy_text_copy(good[0].isa, sizeof good[0].isa, catalog->kernels->isa);
    for (int g = 1; g < goods; g++)
        if (strcmp(good[g].file, good[0].file) == 0) { // built before: it moves up
            memmove(&good[g], &good[g + 1], (size_t)(KEPT_BUILDS - g) * sizeof *good);
            goods--;
            break;
        }
    goods = goods > KEPT_BUILDS ? KEPT_BUILDS : goods;
    struct vy_buf buf = {0};
    for (int g = 0; g < goods; g++)
        vy_buf_add(&buf, "%s %s\n", good[g].file, good[g].isa);
    snprintf(list, sizeof list, "%s/%s.good", folder, name);
    status = buf.failed ? vy_fail(err, VY_NO_MEMORY, -1, "out of memory")
                        : vy_file_write(list, buf.text, buf.length, err);
    vy_buf_clear(&buf);
    if (!status)
        sweep(folder, name, good, goods);
    return status;
}

// ---- in the catalog -----------------------------------------------------------------------------

const struct vy_user_module *vy_catalog_user(const struct vy_catalog *catalog, const char *name)
{
    for (const struct vy_user_module *u = catalog->user ? catalog->user->first : NULL; u;
         u = u->next)
        if (u->current && strcmp(u->module->id, name) == 0)
            return u;
    return NULL;
}

const struct vy_user_module *vy_catalog_user_at(const struct vy_catalog *catalog, size_t i)
{
    for (const struct vy_user_module *u = catalog->user ? catalog->user->first : NULL; u;
         u = u->next)
        if (u->current && i-- == 0)
            return u;
    return NULL;
}

uint32_t vy_user_mark(const struct vy_catalog *catalog, const struct vy_module *module)
{
    for (const struct vy_user_module *u = catalog->user ? catalog->user->first : NULL; u;
         u = u->next)
        if (u->module == module)
            return u->mark;
    return 0;
}

uint32_t vy_user_mark_new(const struct vy_catalog *catalog, const char *path)
{
    const char *const slash = strrchr(path, '/'); // the file's name says its content
    const uint64_t hash = vy_hash_text(slash ? slash + 1 : path);
    for (uint64_t i = 0;; i++) {
        const uint32_t mark = (uint32_t)vy_rng_u64(hash, i);
        bool taken = mark == 0;
        for (const struct vy_user_module *u = catalog->user ? catalog->user->first : NULL; u;
             u = u->next)
            taken |= u->mark == mark;
        if (!taken)
            return mark;
    }
}

static vy_status renew_recipes(const struct vy_catalog *catalog, const struct vy_module *from,
                               const struct vy_module *to)
{
    vy_status status = VY_OK;
    for (int i = 0; i < catalog->recipes && !status; i++)
        status =
            vy_rack_replace_module(&catalog->user->arena, &catalog->recipe[i].rack, from, to, NULL);
    return status;
}

vy_status vy_catalog_user_add(const struct vy_catalog *catalog, const char *path, const char *name,
                              uint32_t mark, const struct vy_module **was, struct vy_err *err)
{
    struct vy_module copy;
    struct vy_user_modules *const all = catalog->user;
    const vy_status status = vy_user_module_load(catalog, path, name, &copy, err);
    if (status)
        return status;
    struct vy_user_module *const one = vy_arena_take(&all->arena, sizeof *one);
    struct vy_module *const module = vy_arena_take(&all->arena, sizeof *module);
    char *const kept = vy_arena_text(&all->arena, path);
    const struct vy_user_module *const old = vy_catalog_user(catalog, name);
    if (module)
        *module = copy;
    if (!one || !module || !kept || (old && renew_recipes(catalog, old->module, module)))
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    *one = (struct vy_user_module){module, kept, mark, true, all->first};
    for (struct vy_user_module *u = all->first; u; u = u->next)
        if (u == old)
            u->current = false;
    all->first = one;
    if (strcmp(all->left_out, name) == 0)
        all->left_out[0] = '\0';
    if (was)
        *was = old ? old->module : NULL;
    return VY_OK;
}

const struct vy_err *vy_user_problem(const struct vy_catalog *catalog)
{
    return catalog->user && catalog->user->left_out[0] ? &catalog->user->problem : NULL;
}

// ---- opening ------------------------------------------------------------------------------------

static bool runs_here(const char *isa)
{
    for (uint32_t i = 0; vy_kernels_at(i); i++)
        if (strcmp(vy_kernels_at(i)->isa, isa) == 0)
            return true;
    return false;
}

// The newest good build that loads; a module none of whose builds does is a problem to report.
static vy_status open_one(struct vy_catalog *catalog, const char *folder, const char *name)
{
    struct good good[KEPT_BUILDS];
    struct vy_err why = {0};
    const int goods = read_good(folder, name, good);
    for (int g = 0; g < goods; g++) {
        char path[VY_USER_PATH + 64];
        snprintf(path, sizeof path, "%s/%.63s", folder, good[g].file);
        vy_status status;
        if (!runs_here(good[g].isa))
            status = vy_fail(&why, VY_BAD_MODULE, -1, "%s was built for %s, not for this processor",
                             name, good[g].isa);
        else
            status = vy_catalog_user_add(catalog, path, name, vy_user_mark_new(catalog, path), NULL,
                                         &why);
        if (!status || status == VY_NO_MEMORY)
            return status;
    }
    if (goods && !vy_user_problem(catalog)) {
        vy_text_copy(catalog->user->left_out, sizeof catalog->user->left_out, name);
        vy_fail(&catalog->user->problem, VY_BAD_MODULE, -1, "%.170s; say reload %s", why.message,
                name);
    }
    return VY_OK;
}

vy_status vy_user_open(struct vy_catalog *catalog)
{
    char folder[VY_USER_PATH];
    struct dirent **entry;
    catalog->user = calloc(1, sizeof *catalog->user);
    if (!catalog->user)
        return VY_NO_MEMORY;
    if (vy_user_folder(folder, sizeof folder, NULL))
        return VY_OK;
    const int n = scandir(folder, &entry, NULL, alphasort);
    vy_status status = VY_OK;
    for (int i = 0; i < n; i++) {
        char *const name = entry[i]->d_name, *const dot = strrchr(name, '.');
        if (dot && strcmp(dot, ".good") == 0 && !status) {
            *dot = '\0';
            if (is_module_name(name))
                status = open_one(catalog, folder, name);
        }
        free(entry[i]);
    }
    if (n >= 0)
        free(entry);
    return status;
}

void vy_user_close(struct vy_catalog *catalog)
{
    if (catalog->user)
        vy_arena_clear(&catalog->user->arena);
    free(catalog->user);
    catalog->user = NULL;
}
