// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Running the compiler on a user module, and reading what it said.
#include "engine/user_module.h"

#include "base/clock.h"
#include "base/program.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define SOURCE_MAX (1u << 20) // bytes
#define OBJECT_MAX (64u << 20)
#define OUTPUT_MAX (256u << 10)
#define COMPILE_S 30.0
#define MAX_WORDS 48

// The words of one compiler run, in memory of their own.
struct command {
    struct vy_arena arena;
    char *word[MAX_WORDS + 1];
    int words;
    bool failed;
};

extern char **environ;

// ---- the command --------------------------------------------------------------------------------

__attribute__((format(printf, 2, 3))) static void add(struct command *c, const char *format, ...)
{
    char text[VY_USER_PATH + 64];
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    char *const word = c->words < MAX_WORDS ? vy_arena_text(&c->arena, text) : NULL;
    if (word)
        c->word[c->words++] = word;
    c->failed |= !word;
}

static void add_words(struct command *c, const char *text)
{
    while (*text && !c->failed) {
        text += strspn(text, " \t");
        const size_t n = strcspn(text, " \t");
        if (n)
            add(c, "%.*s", (int)n, text);
        text += n;
    }
}

// Where veery/module.h is: ../include beside an installed program; in a checkout also what is
// below dsp, which is headers only.
static void add_includes(struct command *c)
{
    char exe[VY_USER_PATH];
    vy_program_self(exe, sizeof exe);
#ifdef VY_BUILD_ROOT
    if (strncmp(exe, VY_BUILD_ROOT "/", strlen(VY_BUILD_ROOT "/")) == 0) {
        add(c, "-I%s", VY_SOURCE_ROOT "/include");
        add(c, "-I%s", VY_SOURCE_ROOT "/src");
        return;
    }
#endif
    char *const slash = strrchr(exe, '/');
    if (slash)
        *slash = '\0';
    add(c, "-I%s/../include", exe);
}

// The flags of src/meson.build: the same arithmetic as the kernels that call it.
static void make_command(struct command *c, const char *isa, const char *name, uint64_t layout,
                         const char *object)
{
    const char *const cc = getenv("CC");
    add_words(c, cc && *cc ? cc : "cc");
    add_words(c, "-std=gnu17 -O2 -shared -fPIC -fvisibility=hidden -ffp-contract=off "
                 "-fno-math-errno -fno-trapping-math -fdiagnostics-color=never "
                 "-Wall -Wextra -Wno-psabi -Wno-missing-field-initializers "
                 "-Werror=implicit-function-declaration -Wl,-z,defs -Wl,-s");
    if (strcmp(isa, "avx2") == 0)
        add_words(c, "-march=x86-64-v3 -mtune=generic");
    if (strcmp(isa, "avx512") == 0)
        add_words(c, "-march=x86-64-v4 -mtune=generic -mprefer-vector-width=256");
    add(c, "-DVY_LAYOUT=0x%016" PRIx64 "ULL", layout);
    add_includes(c);
    add(c, "%s.c", name);
    add_words(c, "-o");
    add(c, "%s", object);
    add_words(c, "-lm");
    c->word[c->words] = NULL;
}

// ---- running it ---------------------------------------------------------------------------------

// Our environment, but messages in English: they are read below.
static char **plain_environment(struct vy_arena *arena)
{
    size_t n = 0, kept = 0;
    while (environ[n])
        n++;
    char **const env = vy_arena_take(arena, (n + 2) * sizeof *env);
    for (size_t i = 0; env && i < n; i++)
        if (strncmp(environ[i], "LC_", 3) != 0 && strncmp(environ[i], "LANGUAGE=", 9) != 0)
            env[kept++] = environ[i];
    static char plain[] = "LC_ALL=C";
    if (env)
        env[kept] = plain;
    return env;
}

static int spawn(struct command *c, const char *folder, int out, pid_t *pid)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&actions);
    vy_program_attr(&attr);
    posix_spawn_file_actions_addchdir_np(&actions, folder);
    posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, 1);
    posix_spawn_file_actions_adddup2(&actions, out, 2);
    char **const env = plain_environment(&c->arena);
    const int failed = env ? posix_spawnp(pid, c->word[0], &actions, &attr, c->word, env) : ENOMEM;
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&actions);
    return failed;
}

// Everything the compiler says until it ends; false when it does not in time.
static bool read_output(int in, struct vy_buf *output)
{
    char part[4096];
    const double end = vy_now_s() + COMPILE_S;
    for (;;) {
        const double left = end - vy_now_s();
        struct pollfd p = {.fd = in, .events = POLLIN};
        if (left <= 0)
            return false;
        const int ready = poll(&p, 1, (int)(left * 1000) + 1);
        if (ready < 0 && errno != EINTR)
            return false;
        if (ready <= 0)
            continue;
        const ssize_t n = read(in, part, sizeof part);
        if (n == 0)
            return true;
        if (n > 0 && output->length < OUTPUT_MAX)
            vy_buf_put(output, part, (size_t)n);
    }
}

static vy_status run(struct command *c, const char *folder, struct vy_buf *output, int *exit_status,
                     struct vy_err *err)
{
    int ends[2];
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC))
        return vy_fail(err, VY_IO, -1, "pipe: %s", strerror(errno));
    const int failed = spawn(c, folder, ends[1], &pid);
    close(ends[1]);
    if (failed) {
        close(ends[0]);
        return vy_fail(err, failed == ENOENT ? VY_ABSENT : VY_IO, -1,
                       "the C compiler '%.60s' cannot be run (%s); install gcc or clang, or set CC",
                       c->word[0], strerror(failed));
    }
    const bool in_time = read_output(ends[0], output);
    close(ends[0]);
    if (!in_time)
        kill(-pid, SIGKILL); // its helpers too
    while (waitpid(pid, exit_status, 0) < 0)
        if (errno != EINTR) // somebody else has waited for it: the object will tell
            *exit_status = 0;
        else
            continue;
    return in_time
               ? VY_OK
               : vy_fail(err, VY_BAD_MODULE, -1, "the compiler needed more than %g s", COMPILE_S);
}

// ---- what it said -------------------------------------------------------------------------------

static const char *number(const char *at, int *value)
{
    if (*at != ':' || !isdigit((unsigned char)at[1]))
        return NULL;
    *value = 0;
    for (at++; isdigit((unsigned char)*at) && *value < 100000000; at++)
        *value = *value * 10 + (*at - '0');
    return at;
}

// "file:line:col: kind: message", "file:line: kind: message"
static bool read_message(const char *line, size_t length, struct vy_diagnostic *d)
{
    static const char *const kinds[] = {"fatal error", "error", "warning"};
    const char *const end = line + length, *const colon = memchr(line, ':', length);
    *d = (struct vy_diagnostic){.file = line};
    const char *at = colon ? number(colon, &d->line) : NULL;
    if (!at)
        return false;
    d->file_length = (size_t)(colon - line);
    const char *const after = number(at, &d->column);
    at = after ? after : at;
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        const size_t n = strlen(kinds[i]);
        if ((size_t)(end - at) < n + 4 || strncmp(at, ": ", 2) != 0 ||
            strncmp(at + 2, kinds[i], n) != 0 || strncmp(at + 2 + n, ": ", 2) != 0)
            continue;
        d->kind = i == 2 ? "warning" : "error";
        d->kind_length = strlen(d->kind);
        d->message = at + 4 + n;
        d->message_length = (size_t)(end - d->message);
        return true;
    }
    return false;
}

// "...: undefined reference to `name'" of a linker, which knows no lines
static bool read_link_message(const char *line, size_t length, struct vy_diagnostic *d)
{
    static const char undefined[] = "undefined reference to ", symbol[] = "undefined symbol: ";
    const char *message = memmem(line, length, undefined, sizeof undefined - 1);
    if (!message)
        message = memmem(line, length, symbol, sizeof symbol - 1);
    if (!message)
        return false;
    *d = (struct vy_diagnostic){.file = "", .kind = "error", .kind_length = 5, .message = message};
    d->message_length = (size_t)(line + length - message);
    return true;
}

bool vy_user_diagnostic(const char **at, struct vy_diagnostic *diagnostic)
{
    while (*at && **at) {
        const char *const line = *at;
        const size_t length = strcspn(line, "\n");
        *at = line + length + (line[length] == '\n');
        if (read_message(line, length, diagnostic) || read_link_message(line, length, diagnostic))
            return true;
    }
    return false;
}

// The first error of the output, for the reply.
static vy_status fail_first(const struct vy_buf *output, const char *name, struct vy_err *err)
{
    const char *at = output->text ? output->text : "";
    struct vy_diagnostic d;
    while (vy_user_diagnostic(&at, &d))
        if (d.kind[0] == 'e' && d.line)
            return vy_fail(err, VY_BAD_MODULE, -1, "%.*s:%d:%d: error: %.*s", (int)d.file_length,
                           d.file, d.line, d.column, (int)d.message_length, d.message);
        else if (d.kind[0] == 'e')
            return vy_fail(err, VY_BAD_MODULE, -1, "%s.c: error: %.*s", name, (int)d.message_length,
                           d.message);
    return vy_fail(err, VY_BAD_MODULE, -1, "%s.c does not compile: %.160s", name,
                   output->text && *output->text ? output->text : "the compiler does not say why");
}

// ---- all of it ----------------------------------------------------------------------------------

// The object gets a name made of what is in it.
static vy_status name_object(const char *folder, const char *name, const char *object, char *path,
                             struct vy_err *err)
{
    char *bytes;
    size_t length;
    const vy_status status = vy_file_read(object, OBJECT_MAX, &bytes, &length, err);
    if (status)
        return status;
    uint64_t hash = 0xCBF29CE484222325u; // FNV-1a
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ (uint8_t)bytes[i]) * 0x100000001B3u;
    free(bytes);
    if (snprintf(path, VY_USER_PATH, "%s/%s.%016" PRIx64 ".so", folder, name, hash) >=
        (int)VY_USER_PATH)
        return vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    return rename(object, path) == 0 ? VY_OK
                                     : vy_fail(err, VY_IO, -1, "%.180s: %s", path, strerror(errno));
}

static vy_status read_source(const char *folder, const char *name, uint64_t *layout,
                             struct vy_err *err)
{
    char path[VY_USER_PATH + 64], *text;
    size_t length;
    snprintf(path, sizeof path, "%s/%s.c", folder, name);
    const vy_status status = vy_file_read(path, SOURCE_MAX, &text, &length, err);
    if (status == VY_NOT_FOUND)
        return vy_fail(err, status, -1, "there is no %.150s; generate_module %s writes one", path,
                       name);
    if (status)
        return status;
    *layout = vy_user_layout(text);
    free(text);
    return VY_OK;
}

vy_status vy_user_module_build(const struct vy_catalog *catalog, const char *name,
                               struct vy_buf *output, char *path, struct vy_err *err)
{
    char folder[VY_USER_PATH], object[VY_USER_PATH + 64];
    uint64_t layout = 0;
    if (!vy_text_is_name(name))
        return vy_fail(err, VY_BAD_ARG, -1, "'%.40s' cannot be the name of a module", name);
    vy_status status = vy_user_folder(folder, sizeof folder, err);
    if (!status)
        status = read_source(folder, name, &layout, err);
    if (status)
        return status;
    snprintf(object, sizeof object, "%s/.%s.%ld.tmp", folder, name, (long)getpid());
    struct command command = {.words = 0};
    make_command(&command, catalog->kernels->isa, name, layout, object);
    int exit_status = 0;
    status = command.failed ? vy_fail(err, VY_TOO_BIG, -1, "CC has too many words")
                            : run(&command, folder, output, &exit_status, err);
    vy_arena_clear(&command.arena);
    if (!status && exit_status != 0)
        status = fail_first(output, name, err);
    if (!status)
        status = name_object(folder, name, object, path, err);
    unlink(object);
    return status;
}
