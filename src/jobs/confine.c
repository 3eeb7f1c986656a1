// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The network is closed by a seccomp filter: sockets of the internet, of packets and of netlink
// cannot be made, those within this machine (AF_UNIX) can. A filter needs no privilege and no
// namespace, costs microseconds, and cannot be taken off again. It is small enough to be written
// here: libseccomp would be loaded by every engine that starts.
#include "jobs/confine.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NICE 10
#define OOM_SCORE "500" // the kernel ends it before the studio
#define MIB (1ull << 20)

#if defined __x86_64__
#define NATIVE AUDIT_ARCH_X86_64
#elif defined __aarch64__
#define NATIVE AUDIT_ARCH_AARCH64
#endif

// @param grace  how much further the hard limit is
static void limit(int what, uint64_t most, uint64_t grace, const char *name, struct vy_buf *log)
{
    struct rlimit now;
    if (getrlimit(what, &now) != 0)
        return;
    const rlim_t hard = now.rlim_max < most + grace ? now.rlim_max : (rlim_t)(most + grace);
    const struct rlimit next = {hard < most ? hard : (rlim_t)most, hard};
    if (setrlimit(what, &next) != 0)
        vy_buf_add(log, "degraded: no limit of %s: %s\n", name, strerror(errno));
}

static void be_modest(struct vy_buf *log)
{
    const int fd = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0 || write(fd, OOM_SCORE, strlen(OOM_SCORE)) < 0)
        vy_buf_add(log, "degraded: no choice when memory is short: %s\n", strerror(errno));
    if (fd >= 0)
        close(fd);
    if (setpriority(PRIO_PROCESS, 0, NICE) != 0)
        vy_buf_add(log, "degraded: not nice: %s\n", strerror(errno));
}

#ifdef NATIVE
static bool filter_sockets(void)
{
#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF_IS(value, yes, no) BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, value, yes, no)
#define ANSWER(value) BPF_STMT(BPF_RET | BPF_K, value)
    // a call of another instruction set (32 bits) could be numbered otherwise: refused altogether
    struct sock_filter code[] = {
        LOAD(arch),
        IF_IS(NATIVE, 1, 0),
        ANSWER(SECCOMP_RET_ERRNO | EPERM),
        LOAD(nr),
#ifdef __x86_64__
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0x40000000u, 4, 0), // x32
#else
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, 0xffffffffu, 4, 0),
#endif
        IF_IS(__NR_io_uring_setup, 3, 0), // makes sockets past the filter
        IF_IS(__NR_socket, 0, 3),
        LOAD(args[0]),
        IF_IS(AF_UNIX, 1, 0),
        ANSWER(SECCOMP_RET_ERRNO | EACCES),
        ANSWER(SECCOMP_RET_ALLOW),
    };
    const struct sock_fprog program = {sizeof code / sizeof *code, code};
    return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}
#else
static bool filter_sockets(void)
{
    errno = ENOSYS;
    return false;
}
#endif

static void close_network(struct vy_buf *log)
{
    if (filter_sockets())
        return;
    const int why = errno;
    // a network of its own, with nothing in it
    if (unshare(CLONE_NEWNET) != 0 && unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0)
        vy_buf_add(log, "degraded: the network is not closed: %s, %s\n", strerror(why),
                   strerror(errno));
}

void vy_confine(const struct vy_job_class *class, double seconds, bool network, struct vy_buf *log)
{
    limit(RLIMIT_CORE, 0, 0, "core files", log);
    limit(RLIMIT_CPU, (uint64_t)(seconds < 1e9 ? seconds : 1e9) + 1, 10, "processor time", log);
    limit(RLIMIT_FSIZE, class->file_mib * MIB, 0, "file size", log);
    limit(RLIMIT_NOFILE, class->descriptors, 0, "descriptors", log);
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__) // they reserve terabytes
    limit(RLIMIT_AS, class->memory_mib * MIB, 0, "memory", log);
#endif
    be_modest(log);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        vy_buf_add(log, "degraded: privileges can be gained: %s\n", strerror(errno));
    if (!network)
        close_network(log);
}
