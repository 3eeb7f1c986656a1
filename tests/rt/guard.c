// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A symbol that the program defines wins over the same symbol of a shared library, also for calls
// made inside those libraries through their linkage table; so this sees strdup's malloc, but not
// the write inside stdio. tools/check-rt covers what this cannot see, and the other way round.
#include "guard.h"

#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SEEN __attribute__((visibility("default"), noinline))

static _Thread_local int depth;
static _Atomic uint32_t calls;
static char names[256]; // written by the first few offenders only; tests read it afterwards

void rt_enter(void)
{
    depth++;
}

void rt_leave(void)
{
    depth--;
}

uint32_t rt_calls(void)
{
    return atomic_load(&calls);
}

const char *rt_names(void)
{
    return names;
}

void rt_clear(void)
{
    atomic_store(&calls, 0);
    names[0] = '\0';
}

static void note(const char *name)
{
    if (depth == 0)
        return;
    if (atomic_fetch_add(&calls, 1) >= 8)
        return;
    size_t used = strlen(names);
    for (const char *c = name; *c && used + 2 < sizeof names; c++)
        names[used++] = *c;
    names[used++] = ' ';
    names[used] = '\0';
}

// ---- heap: by glibc's second names, because looking the first ones up may itself allocate -------

void *__libc_malloc(size_t size);
void *__libc_calloc(size_t n, size_t size);
void *__libc_realloc(void *old, size_t size);
void *__libc_memalign(size_t align, size_t size);
void __libc_free(void *p);

SEEN void *malloc(size_t size)
{
    note("malloc");
    return __libc_malloc(size);
}

SEEN void *calloc(size_t n, size_t size)
{
    note("calloc");
    return __libc_calloc(n, size);
}

SEEN void *realloc(void *old, size_t size)
{
    note("realloc");
    return __libc_realloc(old, size);
}

SEEN void free(void *p)
{
    note("free");
    __libc_free(p);
}

SEEN void *memalign(size_t align, size_t size);
SEEN void *memalign(size_t align, size_t size)
{
    note("memalign");
    return __libc_memalign(align, size);
}

SEEN void *aligned_alloc(size_t align, size_t size)
{
    note("aligned_alloc");
    return __libc_memalign(align, size);
}

SEEN int posix_memalign(void **p, size_t align, size_t size)
{
    note("posix_memalign");
    *p = __libc_memalign(align, size);
    return *p ? 0 : ENOMEM;
}

// ---- everything else ----------------------------------------------------------------------------

// The function of the same name in the next library. Looked up at every call: this is a test.
static void *next(const char *name)
{
    void *const f = dlsym(RTLD_NEXT, name);
    if (!f)
        abort();
    return f;
}

#define REPLACE(result, name, parameters, arguments) \
    SEEN result name parameters                      \
    {                                                \
        result(*real) parameters;                    \
        note(#name);                                 \
        const int was = depth;                       \
        depth = 0; /* the lookup is ours */          \
        void *const next_one = next(#name);          \
        memcpy(&real, &next_one, sizeof real);       \
        depth = was;                                 \
        return real arguments;                       \
    }

REPLACE(int, pthread_mutex_lock, (pthread_mutex_t * m), (m))
REPLACE(int, pthread_mutex_timedlock, (pthread_mutex_t * m, const struct timespec *t), (m, t))
REPLACE(int, pthread_rwlock_rdlock, (pthread_rwlock_t * l), (l))
REPLACE(int, pthread_rwlock_wrlock, (pthread_rwlock_t * l), (l))
REPLACE(int, pthread_spin_lock, (pthread_spinlock_t * l), (l))
REPLACE(int, pthread_cond_wait, (pthread_cond_t * c, pthread_mutex_t *m), (c, m))
REPLACE(int, pthread_cond_timedwait,
        (pthread_cond_t * c, pthread_mutex_t *m, const struct timespec *t), (c, m, t))
REPLACE(int, pthread_cond_signal, (pthread_cond_t * c), (c))
REPLACE(int, pthread_cond_broadcast, (pthread_cond_t * c), (c))
REPLACE(int, sem_wait, (sem_t * s), (s))
REPLACE(int, nanosleep, (const struct timespec *t, struct timespec *left), (t, left))
REPLACE(int, clock_nanosleep,
        (clockid_t id, int flags, const struct timespec *t, struct timespec *left),
        (id, flags, t, left))
REPLACE(int, usleep, (useconds_t us), (us))
REPLACE(int, sched_yield, (void), ())
REPLACE(ssize_t, read, (int fd, void *to, size_t n), (fd, to, n))
REPLACE(ssize_t, write, (int fd, const void *from, size_t n), (fd, from, n))
REPLACE(int, close, (int fd), (fd))
REPLACE(int, fsync, (int fd), (fd))
REPLACE(int, poll, (struct pollfd * p, nfds_t n, int ms), (p, n, ms))
REPLACE(ssize_t, send, (int fd, const void *from, size_t n, int flags), (fd, from, n, flags))
REPLACE(ssize_t, recv, (int fd, void *to, size_t n, int flags), (fd, to, n, flags))
REPLACE(FILE *, fopen, (const char *path, const char *mode), (path, mode))
REPLACE(int, fclose, (FILE * f), (f))
REPLACE(size_t, fwrite, (const void *from, size_t size, size_t n, FILE *f), (from, size, n, f))
REPLACE(int, vfprintf, (FILE * f, const char *format, va_list args), (f, format, args))
REPLACE(void *, mmap, (void *at, size_t n, int prot, int flags, int fd, off_t offset),
        (at, n, prot, flags, fd, offset))
REPLACE(int, munmap, (void *at, size_t n), (at, n))
REPLACE(int, mlock, (const void *at, size_t n), (at, n))

SEEN int open(const char *path, int flags, ...)
{
    va_list args;
    va_start(args, flags);
    const mode_t mode = flags & (O_CREAT | O_TMPFILE) ? va_arg(args, mode_t) : 0;
    va_end(args);
    note("open");
    return openat(AT_FDCWD, path, flags, mode);
}

SEEN int printf(const char *format, ...)
{
    va_list args;
    va_start(args, format);
    note("printf");
    const int n = vfprintf(stdout, format, args);
    va_end(args);
    return n;
}

SEEN int fprintf(FILE *f, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    note("fprintf");
    const int n = vfprintf(f, format, args);
    va_end(args);
    return n;
}
