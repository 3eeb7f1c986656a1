// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "base/exchange.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/futex.h>
#include <math.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define TAP_MAX (1u << 23) // frames: 30 s at 192 kHz and more

static uint32_t power_of_two(uint32_t n)
{
    uint32_t p = 4 * VY_BLOCK_MAX;
    while (p < n && p < TAP_MAX)
        p *= 2;
    return p;
}

static size_t shared_bytes(uint32_t tap_frames)
{
    return sizeof(struct vy_shared) + (size_t)tap_frames * sizeof(float[4]);
}

vy_status vy_shared_new(uint32_t tap_frames, bool dry, struct vy_shared **shared, int *fd,
                        struct vy_err *err)
{
    const uint32_t frames = power_of_two(tap_frames);
    const size_t bytes = shared_bytes(frames);
    *fd = memfd_create("veery", MFD_CLOEXEC | MFD_ALLOW_SEALING);
    if (*fd < 0 || ftruncate(*fd, (off_t)bytes) != 0 ||
        fcntl(*fd, F_ADD_SEALS, F_SEAL_SHRINK | F_SEAL_GROW) != 0) {
        vy_fail(err, VY_NO_MEMORY, -1, "no shared memory: %s", strerror(errno));
        if (*fd >= 0)
            close(*fd);
        return VY_NO_MEMORY;
    }
    struct vy_shared *const s = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, *fd, 0);
    if (s == MAP_FAILED) {
        close(*fd);
        return vy_fail(err, VY_NO_MEMORY, -1, "no shared memory: %s", strerror(errno));
    }
    s->bytes = bytes;
    s->tap_frames = frames;
    s->dry = dry;
    s->active = VY_SLOTS;
    s->magic = VY_SHARED_MAGIC;
    *shared = s;
    return VY_OK;
}

vy_status vy_shared_open(int fd, struct vy_shared **shared, struct vy_err *err)
{
    struct stat stat;
    if (fstat(fd, &stat) != 0 || (size_t)stat.st_size < sizeof(struct vy_shared))
        return vy_fail(err, VY_BAD_FILE, -1, "this is no shared memory of a studio");
    const size_t bytes = (size_t)stat.st_size;
    struct vy_shared *const s = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (s == MAP_FAILED)
        return vy_fail(err, VY_NO_MEMORY, -1, "no shared memory: %s", strerror(errno));
    const uint32_t frames = s->tap_frames;
    if (s->magic != VY_SHARED_MAGIC || s->bytes != bytes || frames == 0 || frames > TAP_MAX ||
        (frames & (frames - 1)) || shared_bytes(frames) != bytes) {
        munmap(s, bytes);
        return vy_fail(err, VY_BAD_FILE, -1, "this is no shared memory of this version of Veery");
    }
    *shared = s;
    return VY_OK;
}

void vy_shared_close(struct vy_shared *shared)
{
    if (shared)
        munmap(shared, (size_t)shared->bytes);
}

// Shared between processes, hence not the private kind.
bool vy_futex_wait(_Atomic uint32_t *word, uint32_t seen, uint64_t ns)
{
    const uint64_t until = vy_now_ns() + ns;
    while (atomic_load_explicit(word, memory_order_acquire) == seen) {
        const uint64_t now = vy_now_ns();
        if (now >= until)
            return false;
        const struct timespec left = {(time_t)((until - now) / 1000000000u),
                                      (long)((until - now) % 1000000000u)};
        syscall(SYS_futex, word, FUTEX_WAIT, seen, &left, NULL, 0);
    }
    return true;
}

void vy_futex_wake(_Atomic uint32_t *word)
{
    syscall(SYS_futex, word, FUTEX_WAKE, INT_MAX, NULL, NULL, 0);
}

// Octave and quarter by the leading bits: 1 us is bucket 0.
uint32_t vy_wait_bucket(uint64_t ns)
{
    uint32_t bucket = 0;
    while (bucket + 1 < VY_WAIT_BUCKETS && ns > vy_wait_edge(bucket))
        bucket++;
    return bucket;
}

uint64_t vy_wait_edge(uint32_t bucket)
{
    // 2^(1/4) steps in fixed point, exact enough for a label
    static const uint64_t quarter[] = {1189, 1414, 1682, 2000};
    return quarter[bucket % 4] << (bucket / 4);
}

uint64_t vy_wait_quantile(const _Atomic uint32_t *bucket, double share)
{
    uint64_t all = 0, sum = 0;
    for (uint32_t i = 0; i < VY_WAIT_BUCKETS; i++)
        all += bucket[i];
    const double wanted = share * (double)all;
    for (uint32_t i = 0; i < VY_WAIT_BUCKETS; i++) {
        sum += bucket[i];
        if (all && (double)sum >= wanted)
            return vy_wait_edge(i);
    }
    return 0;
}

uint32_t vy_tap_copy(const struct vy_shared *shared, uint32_t frames, float (*to)[4])
{
    const uint64_t end = atomic_load_explicit(&shared->tapped, memory_order_acquire);
    // the guard may write a block while we copy: stay that far from its heels
    const uint64_t room = shared->tap_frames - VY_BLOCK_MAX;
    uint64_t n = frames < room ? frames : room;
    n = n < end ? n : end;
    for (uint64_t i = 0; i < n; i++)
        memcpy(to[i], shared->tap[(end - n + i) & (shared->tap_frames - 1)], sizeof *to);
    const uint64_t after = atomic_load_explicit(&shared->tapped, memory_order_acquire);
    const uint64_t lost = after + VY_BLOCK_MAX > end - n + shared->tap_frames
                              ? after + VY_BLOCK_MAX - (end - n) - shared->tap_frames
                              : 0;
    if (lost == 0)
        return (uint32_t)n;
    if (lost >= n)
        return 0;
    memmove(to, to + lost, (size_t)(n - lost) * sizeof *to);
    return (uint32_t)(n - lost);
}
