// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What `veery doctor` asks. A check is a row at the end of this file and the function it names.
#include "app/doctor.h"

#include "base/home.h"
#include "base/text.h"
#include "infer/model.h"
#include "sound/device.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/statvfs.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define DISK_BYTES (2ull << 30)
#define MEMORY_MB 512u
#define RT_PRIORITY 10
#define MEMLOCK_BYTES (256ull << 20)

__attribute__((format(printf, 3, 4))) static void say(struct vy_finding *finding,
                                                      enum vy_doctor_level level,
                                                      const char *format, ...)
{
    va_list args;
    va_start(args, format);
    vsnprintf(finding->detail, sizeof finding->detail, format, args);
    va_end(args);
    finding->level = level;
}

// ---- the machine ----

static void check_kernel(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    struct utsname system;
    char realtime[8], kind[48] = "without preemption";
    uname(&system);
    const bool full =
        vy_file_line("/sys/kernel/realtime", realtime, sizeof realtime) && realtime[0] == '1';
    if (full || strstr(system.version, "PREEMPT_RT"))
        vy_text_copy(kind, sizeof kind, "fully preemptible (PREEMPT_RT)");
    else if (strstr(system.version, "PREEMPT_DYNAMIC"))
        vy_text_copy(kind, sizeof kind, "preemptible as booted (PREEMPT_DYNAMIC)");
    else if (strstr(system.version, "PREEMPT"))
        vy_text_copy(kind, sizeof kind, "preemptible");
    if (strcmp(system.sysname, "Linux") != 0)
        say(finding, VY_DOCTOR_FAILED, "this is %s; Veery's live part needs Linux", system.sysname);
    else
        say(finding, VY_DOCTOR_OK, "Linux %s, %s", system.release, kind);
}

static void check_cpu(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    const struct vy_hardware *const hardware = &doctor->hardware;
    say(finding, hardware->cpus < 2 ? VY_DOCTOR_WARNING : VY_DOCTOR_OK,
        "%u processors, %s; audio code for %s", hardware->cpus,
        hardware->cpu[0] ? hardware->cpu : "name not known", doctor->isa);
}

static void check_memory(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    const uint64_t total = doctor->hardware.memory_bytes >> 20;
    say(finding, total < MEMORY_MB ? VY_DOCTOR_FAILED : VY_DOCTOR_OK,
        "%llu MB, of which %llu MB are free", (unsigned long long)total,
        (unsigned long long)(doctor->hardware.memory_free_bytes >> 20));
}

// The deepest folder of `path` that is there: what mkdir would begin in.
static void existing_part(char *path)
{
    while (access(path, F_OK) != 0) {
        char *const slash = strrchr(path, '/');
        if (!slash || slash == path) {
            vy_text_copy(path, 2, slash ? "/" : ".");
            return;
        }
        *slash = '\0';
    }
}

static void check_disk(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    char path[4096];
    struct statvfs disk;
    struct vy_err err;
    if (vy_home_path(VY_HOME_DATA, NULL, path, sizeof path, &err)) {
        say(finding, VY_DOCTOR_FAILED, "%s", err.message);
        return;
    }
    existing_part(path);
    if (statvfs(path, &disk) != 0) {
        say(finding, VY_DOCTOR_FAILED, "%.80s: %s", path, strerror(errno));
        return;
    }
    const unsigned long long bytes = (unsigned long long)disk.f_bavail * disk.f_frsize;
    say(finding, bytes < DISK_BYTES ? VY_DOCTOR_FAILED : VY_DOCTOR_OK,
        "%llu MB free in %.120s; 2048 MB are wanted", bytes >> 20, path);
}

static void check_folders(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    static const enum vy_home homes[] = {VY_HOME_DATA, VY_HOME_CONFIG, VY_HOME_STATE,
                                         VY_HOME_CACHE};
    char path[4096];
    struct vy_err err;
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++) {
        if (vy_home_path(homes[i], NULL, path, sizeof path, &err)) {
            say(finding, VY_DOCTOR_FAILED, "%s", err.message);
            return;
        }
        existing_part(path);
        if (access(path, W_OK | X_OK) != 0) {
            say(finding, VY_DOCTOR_FAILED, "%.150s is not writable", path);
            return;
        }
    }
    const char *const runtime = getenv("XDG_RUNTIME_DIR");
    if (!runtime || access(runtime, W_OK | X_OK) != 0)
        say(finding, VY_DOCTOR_WARNING,
            runtime ? "XDG_RUNTIME_DIR is not writable: %.120s" : "XDG_RUNTIME_DIR is not set%s",
            runtime ? runtime : "");
    else
        say(finding, VY_DOCTOR_OK, "data, config, state, cache and runtime folders are writable");
}

// ---- real time ----

struct trial {
    uint32_t priority;
    char why[200];
};

static void *try_realtime(void *arg)
{
    struct trial *const trial = arg;
    trial->priority = vy_realtime_ask(RT_PRIORITY, trial->why, sizeof trial->why);
    return NULL;
}

static void check_realtime(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    pthread_t thread;
    struct rlimit limit = {0};
    struct trial trial = {0, "no thread could be started"};
    getrlimit(RLIMIT_RTPRIO, &limit);
    if (pthread_create(&thread, NULL, try_realtime, &trial) == 0)
        pthread_join(thread, NULL);
    if (trial.priority)
        say(finding, VY_DOCTOR_OK, "a thread got real-time priority %u (RLIMIT_RTPRIO %lld)",
            trial.priority, (long long)limit.rlim_cur);
    else
        say(finding, VY_DOCTOR_WARNING, "sound may drop out under load: %s", trial.why);
}

static void check_memlock(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    struct rlimit limit = {0};
    getrlimit(RLIMIT_MEMLOCK, &limit);
    if (limit.rlim_cur == RLIM_INFINITY || geteuid() == 0)
        say(finding, VY_DOCTOR_OK, "memory can be locked without limit");
    else
        say(finding, limit.rlim_cur < MEMLOCK_BYTES ? VY_DOCTOR_WARNING : VY_DOCTOR_OK,
            "%llu MB can be locked; 256 MB are wanted", (unsigned long long)limit.rlim_cur >> 20);
}

static void check_governor(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    static const char base[] = "/sys/devices/system/cpu/cpu0/cpufreq/";
    char path[96], governor[32], driver[32];
    snprintf(path, sizeof path, "%sscaling_governor", base);
    if (!vy_file_line(path, governor, sizeof governor)) {
        say(finding, VY_DOCTOR_OK, "the clock of the processors is not in this system's hands");
        return;
    }
    snprintf(path, sizeof path, "%sscaling_driver", base);
    vy_file_line(path, driver, sizeof driver);
    // these two drivers' "powersave" follows the load quickly; the generic one stays slow
    const bool adaptive = strstr(driver, "intel_pstate") || strstr(driver, "amd-pstate");
    say(finding, strcmp(governor, "powersave") == 0 && !adaptive ? VY_DOCTOR_WARNING : VY_DOCTOR_OK,
        "CPU governor '%s' of %s", governor, driver[0] ? driver : "an unknown driver");
}

// ---- sound servers ----

// The first three numbers of a version as one that can be compared.
static long version_of(const char *text)
{
    long version = 0;
    for (int i = 0; i < 3; i++) {
        char *end;
        const long part = strtol(text, &end, 10);
        version = version * 1000 + (part < 999 ? part : 999);
        text = *end == '.' ? end + 1 : end;
    }
    return version;
}

static void check_library(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    const char *const version = vy_patch_library_version();
    say(finding, version_of(version) < version_of("0.3.60") ? VY_DOCTOR_FAILED : VY_DOCTOR_OK,
        "libpipewire %s; at least 0.3.60 is needed", version);
}

static void check_pipewire(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    if (!doctor->bay) {
        say(finding, VY_DOCTOR_WARNING, "%s", doctor->bay_why);
        return;
    }
    const char *const version = vy_patch_daemon_version(doctor->bay);
    say(finding, version_of(version) < version_of("0.3.60") ? VY_DOCTOR_FAILED : VY_DOCTOR_OK,
        "PipeWire %s answers; at least 0.3.60 is needed", version);
}

// Find a program as a shell would.
static bool in_path(const char *name, char *path, size_t size)
{
    const char *at = getenv("PATH");
    while (at && *at) {
        const size_t n = strcspn(at, ":");
        if (snprintf(path, size, "%.*s/%s", (int)n, at, name) < (int)size &&
            access(path, X_OK) == 0)
            return true;
        at += n + (at[n] == ':');
    }
    return false;
}

// What `path --version` prints last on a line with a dot in it: "Linked with x 0.4.13".
static bool ask_version(const char *path, char *version, size_t size)
{
    extern char **environ;
    int ends[2];
    char text[512];
    char *const argv[] = {(char *)(uintptr_t)path, (char *)(uintptr_t) "--version", NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return false;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
    const bool started = posix_spawn(&pid, path, &actions, NULL, argv, environ) == 0;
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    size_t length = 0;
    ssize_t got;
    while (started && length < sizeof text - 1 &&
           (got = read(ends[0], text + length, sizeof text - 1 - length)) > 0)
        length += (size_t)got;
    close(ends[0]);
    if (started)
        waitpid(pid, NULL, 0);
    text[length] = '\0';
    const char *const dot = strrchr(text, '.');
    if (!dot)
        return false;
    const char *from = dot;
    while (from > text && strchr("0123456789.", from[-1]))
        from--;
    snprintf(version, size, "%.*s", (int)strspn(from, "0123456789."), from);
    return version[0] >= '0' && version[0] <= '9';
}

static void check_wireplumber(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    const struct vy_patch_client *client = NULL;
    for (uint32_t i = 0; doctor->bay && (client = vy_patch_client_at(doctor->bay, i)); i++)
        if (strncmp(client->name, "WirePlumber", 11) == 0)
            break;
    char path[512], version[32];
    if (!client) {
        say(finding, VY_DOCTOR_WARNING,
            "WirePlumber does not run: nobody connects programs or keeps the default devices");
    } else if (!in_path("wireplumber", path, sizeof path) ||
               !ask_version(path, version, sizeof version)) {
        say(finding, VY_DOCTOR_OK, "WirePlumber runs; its version is not known");
    } else {
        const bool old = version_of(version) < version_of("0.4.14");
        say(finding, old ? VY_DOCTOR_WARNING : VY_DOCTOR_OK, "WirePlumber %s runs%s", version,
            old ? "; 0.4.14 or newer is wished for" : "");
    }
}

static void check_quantum(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    if (!doctor->bay) {
        say(finding, VY_DOCTOR_WARNING, "not known without a PipeWire daemon");
        return;
    }
    static const char *const keys[] = {"clock.rate",          "clock.quantum",
                                       "clock.min-quantum",   "clock.max-quantum",
                                       "clock.force-quantum", "clock.force-rate"};
    long value[6];
    for (size_t i = 0; i < 6; i++) {
        const char *const text = vy_patch_setting(doctor->bay, keys[i]);
        value[i] = text ? strtol(text, NULL, 10) : 0;
    }
    const bool forced = value[4] > 0 || value[5] > 0;
    const long quantum = value[4] > 0 ? value[4] : value[1];
    const long rate = value[5] > 0 ? value[5] : value[0];
    say(finding, rate <= 0 || value[2] > 1024 || quantum > 4096 ? VY_DOCTOR_WARNING : VY_DOCTOR_OK,
        "%ld frames (%.1f ms) at %ld Hz, %s; programs may ask for %ld to %ld", quantum,
        rate > 0 ? 1000.0 * (double)quantum / (double)rate : 0.0, rate,
        forced ? "forced" : "unless asked otherwise", value[2], value[3]);
}

static void check_defaults(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    const char *const sink =
        doctor->bay ? vy_patch_default(doctor->bay, "default.audio.sink") : NULL;
    const char *const source =
        doctor->bay ? vy_patch_default(doctor->bay, "default.audio.source") : NULL;
    say(finding, sink && source ? VY_DOCTOR_OK : VY_DOCTOR_WARNING, "plays to %.90s, hears %.90s",
        sink ? sink : "nothing", source ? source : "nothing");
}

// Can a UNIX socket be connected to? Nothing is said on it.
static bool answers(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (!vy_text_copy(address.sun_path, sizeof address.sun_path, path))
        return false;
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const bool yes = fd >= 0 && connect(fd, (const struct sockaddr *)&address, sizeof address) == 0;
    if (fd >= 0)
        close(fd);
    return yes;
}

static void check_pulse(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    const char *const runtime = getenv("XDG_RUNTIME_DIR"), *const server = getenv("PULSE_SERVER");
    char path[256] = "";
    if (server && strncmp(server, "unix:", 5) == 0)
        vy_text_copy(path, sizeof path, server + 5);
    else if (runtime)
        snprintf(path, sizeof path, "%s/pulse/native", runtime);
    if (path[0] && answers(path))
        say(finding, VY_DOCTOR_OK, "a PulseAudio server (or pipewire-pulse) answers in %.120s",
            path);
    else
        say(finding, VY_DOCTOR_WARNING, "neither PulseAudio nor pipewire-pulse answers");
}

static void check_jack(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    char path[512];
    if (in_path("pw-jack", path, sizeof path))
        say(finding, VY_DOCTOR_OK, "JACK programs run on PipeWire: %.120s", path);
    else if (in_path("jackd", path, sizeof path))
        say(finding, VY_DOCTOR_WARNING, "%.120s is a JACK server of its own, beside PipeWire",
            path);
    else
        say(finding, VY_DOCTOR_WARNING, "no pw-jack: JACK programs cannot join the bay");
}

// ---- other hardware and tools ----

static void check_sequencer(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    const int fd = open("/dev/snd/seq", O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (fd >= 0)
        say(finding, VY_DOCTOR_OK, "the ALSA sequencer can be opened");
    else
        say(finding, VY_DOCTOR_WARNING, "/dev/snd/seq: %s; there will be no MIDI keyboards",
            strerror(errno));
    if (fd >= 0)
        close(fd);
}

static void check_gpu(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    const struct vy_hardware *const hardware = &doctor->hardware;
    if (hardware->gpus == 0) {
        say(finding, VY_DOCTOR_OK, "no graphics card: everything runs on the CPU");
        return;
    }
    const struct vy_gpu *const gpu = &hardware->gpu[0];
    char memory[64] = "memory not known";
    if (gpu->shared)
        vy_text_copy(memory, sizeof memory, "shares the machine's memory");
    else if (gpu->memory_bytes)
        snprintf(memory, sizeof memory, "%llu of %llu MB used",
                 (unsigned long long)gpu->used_bytes >> 20,
                 (unsigned long long)gpu->memory_bytes >> 20);
    say(finding, gpu->usable ? VY_DOCTOR_OK : VY_DOCTOR_WARNING, "%u: %.80s, %s%s%.60s",
        hardware->gpus, gpu->name, memory, hardware->nvml[0] ? "; " : "", hardware->nvml);
}

static void check_compiler(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    char path[512];
    const char *const wish = getenv("CC");
    const char *const name = wish && *wish ? wish : "cc";
    const bool found =
        strchr(name, '/') ? access(name, X_OK) == 0 : in_path(name, path, sizeof path);
    say(finding, found ? VY_DOCTOR_OK : VY_DOCTOR_WARNING,
        found ? "modules written by you can be compiled with %.60s"
              : "no C compiler '%.60s': modules written by you cannot be compiled",
        name);
}

static void check_models(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    const char *version;
    struct vy_err err = {.at = -1};
    if (vy_infer_ready(&version, &err))
        say(finding, VY_DOCTOR_WARNING, "%s", err.message);
    else
        say(finding, VY_DOCTOR_OK, "ONNX Runtime %s runs models", version);
}

static void check_studio(const struct vy_doctor *doctor, struct vy_finding *finding)
{
    (void)doctor;
    const char *const runtime = getenv("XDG_RUNTIME_DIR");
    char folder[256], path[600], names[120] = "";
    snprintf(folder, sizeof folder, "%s/veery", runtime ? runtime : "");
    DIR *const dir = runtime ? opendir(folder) : NULL;
    for (const struct dirent *entry; dir && (entry = readdir(dir));) {
        const size_t n = strlen(entry->d_name);
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (n < 5 || strcmp(entry->d_name + n - 5, ".sock") != 0 || !answers(path))
            continue;
        const size_t used = strlen(names);
        snprintf(names + used, sizeof names - used, "%s%s", used ? ", " : "", entry->d_name);
    }
    if (dir)
        closedir(dir);
    say(finding, VY_DOCTOR_OK, names[0] ? "a studio runs: %s" : "no studio runs yet%s", names);
}

static const struct vy_doctor_check checks[] = {
    {"kernel", true, check_kernel, "run Veery on Linux"},
    {"cpu", true, check_cpu, "two processors keep the spare engine from costing sound"},
    {"memory", true, check_memory, "at least 512 MB are needed"},
    {"disk", true, check_disk, "free at least 2 GB, or point XDG_DATA_HOME to a larger disk"},
    {"folders", true, check_folders, "set HOME, and log in so that XDG_RUNTIME_DIR is made"},
    {"realtime", false, check_realtime,
     "run tools/setup-realtime --apply as root, then log in again"},
    {"memlock", false, check_memlock,
     "run tools/setup-realtime --apply as root, then log in again"},
    {"governor", false, check_governor, "choose the governor 'performance' or 'schedutil'"},
    {"libpipewire", true, check_library, "install libpipewire-0.3 of version 0.3.60 or newer"},
    {"pipewire", true, check_pipewire,
     "start it with 'systemctl --user start pipewire'; without it use --device pulse, null or "
     "file"},
    {"wireplumber", false, check_wireplumber, "install wireplumber 0.4.14 or newer and start it"},
    {"quantum", false, check_quantum, "run tools/setup-realtime --apply for a smaller quantum"},
    {"defaults", false, check_defaults,
     "connect speakers and a microphone, or choose them with wpctl"},
    {"pulse", false, check_pulse, "install pipewire-pulse so that all programs can be heard"},
    {"jack", false, check_jack, "install pipewire-jack"},
    {"sequencer", false, check_sequencer, "load snd-seq: 'modprobe snd-seq', and join group audio"},
    {"gpu", false, check_gpu, "install the card's driver; Veery works without"},
    {"models", false, check_models,
     "install ONNX Runtime, or fetch it with tools/fetch-onnxruntime; tags by rules need none"},
    {"compiler", false, check_compiler, "install gcc, or set CC"},
    {"studio", false, check_studio, NULL},
};

const struct vy_doctor_check *vy_doctor_check_at(size_t i)
{
    return i < sizeof checks / sizeof *checks ? &checks[i] : NULL;
}
