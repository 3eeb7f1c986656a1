// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a live studio measures to, on this machine, now. One studio a part, with all its processes,
// on the null device; messages come as UDP packets from a thread of this program.
//
// usage: bench-live SECONDS [PART]     (of each soak; 600 for the figures in docs/MEASURED.md; with
// PART, one name of the table at the end, only that)
#include "bare_exchange.h"
#include "command/samples.h"
#include "live/live.h"
#include "serve/osc.h"
#include "sound/device.h"

#include <arpa/inet.h>
#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define RATE 48000
#define QUIET 1e-6f
#define BARE_EXCHANGES 4000u

static struct vy_catalog catalog;

struct studio {
    struct vy_live *live;
    struct vy_osc *osc;
    struct vy_osc_facts facts;
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bench-live: %s: %s\n", what, why);
    exit(1);
}

static void run(struct studio *s, double seconds)
{
    const uint64_t end = vy_now_ns() + (uint64_t)(seconds * 1e9);
    do {
        struct pollfd fds[2] = {{.fd = vy_live_fd(s->live), .events = POLLIN},
                                {.fd = s->osc ? vy_osc_fd(s->osc) : -1, .events = POLLIN}};
        poll(fds, 2, 5);
        vy_live_service(s->live);
        if (s->osc)
            vy_osc_service(s->osc);
    } while (vy_now_ns() < end);
}

static void on_reply(void *arg, const struct vy_reply *reply)
{
    (void)arg;
    if (!reply->ok)
        fail("a line was refused", reply->err.message);
}

static void say(struct studio *s, const char *line)
{
    const struct vy_request request = {line, strlen(line), "bench", -1};
    vy_live_do(s->live, &request, on_reply, NULL);
}

static bool spare_ready(const struct studio *s)
{
    const struct vy_shared *const m = vy_live_shared(s->live);
    return m->slot[0].state == VY_SLOT_READY && m->slot[1].state == VY_SLOT_READY &&
           m->active < VY_SLOTS;
}

static void open_studio(struct studio *s, uint32_t period, bool osc)
{
    struct vy_err err = {.at = -1};
    memset(s, 0, sizeof *s);
    const struct vy_live_how how = {
        .catalog = &catalog, .device = "null", .sr_hz = RATE, .period = period};
    if (vy_live_open(&how, &s->live, &err))
        fail("the studio does not open", err.message);
    if (osc && vy_osc_open(&(struct vy_osc_how){.live = s->live}, &s->osc, &err))
        fail("OSC does not open", err.message);
    if (osc)
        vy_osc_facts(s->osc, &s->facts);
    while (!spare_ready(s))
        run(s, 0.01);
}

static void close_studio(struct studio *s)
{
    vy_osc_close(s->osc);
    vy_live_close(s->live);
}

// ---- rows ---------------------------------------------------------------------------------------

static void row(const char *id, const char *what, double value, const char *unit, double target)
{
    printf("%-10s %-52s %10.2f %-8s <= %-8g %s\n", id, what, value, unit, target,
           value <= target ? "met" : "MISSED");
    fflush(stdout);
}

static void note(const char *id, const char *what, double value, const char *unit)
{
    printf("%-10s %-52s %10.2f %s\n", id, what, value, unit);
    fflush(stdout);
}

// ---- a sender -----------------------------------------------------------------------------------

struct sender {
    uint16_t port;
    double rate; // messages a second
    _Atomic bool leave;
    _Atomic uint64_t sent;
    pthread_t thread;
};

static size_t put_text(char *to, const char *text)
{
    const size_t n = strlen(text) + 1, all = (n + 3) & ~(size_t)3;
    memset(to, 0, all);
    memcpy(to, text, n);
    return all;
}

// "/path ,fh value stamp": the stamp is when it was sent, for the studio's histograms
static size_t message(char *to, const char *path, float value, bool stamped)
{
    size_t n = put_text(to, path);
    n += put_text(to + n, stamped ? ",fh" : ",f");
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    bits = htonl(bits);
    memcpy(to + n, &bits, 4);
    n += 4;
    const uint64_t now = vy_now_ns();
    for (int i = 0; stamped && i < 8; i++)
        to[n++] = (char)(now >> (56 - 8 * i));
    return n;
}

// Eight messages in a bundle without a time.
static size_t bundle(char *to, const char *path)
{
    size_t n = put_text(to, "#bundle");
    memset(to + n, 0, 7);
    to[n + 7] = 1;
    n += 8;
    for (int i = 0; i < 8; i++) {
        const size_t length = message(to + n + 4, path, 300.0f + (float)i, true);
        const uint32_t big = htonl((uint32_t)length);
        memcpy(to + n, &big, 4);
        n += 4 + length;
    }
    return n;
}

static void *send_all(void *arg)
{
    struct sender *const s = arg;
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(s->port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    const uint64_t begun = vy_now_ns();
    char packet[1024];
    for (uint64_t n = 0; !s->leave; n++) {
        const bool eight = s->rate > 5000 && n % 4 == 3; // mixed sizes and bundles when it is much
        const size_t size = eight ? bundle(packet, "/v0/cutoff")
                                  : message(packet, n % 2 ? "/v0/cutoff" : "/v0/res",
                                            n % 2 ? 500.0f + (float)(n % 100) : 0.3f, true);
        if (sendto(fd, packet, size, 0, (const struct sockaddr *)&to, sizeof to) == (ssize_t)size)
            s->sent += eight ? 8 : 1;
        const uint64_t due = begun + (uint64_t)((double)s->sent / s->rate * 1e9);
        const uint64_t now = vy_now_ns();
        if (due > now)
            usleep((useconds_t)((due - now) / 1000));
    }
    close(fd);
    return NULL;
}

static void start_sender(struct sender *s, uint16_t port, double rate)
{
    *s = (struct sender){.port = port, .rate = rate};
    pthread_create(&s->thread, NULL, send_all, s);
}

static void stop_sender(struct sender *s)
{
    s->leave = true;
    pthread_join(s->thread, NULL);
}

// ---- a bare loop on the other processor ---------------------------------------------------------

struct bare {
    uint32_t period;
    int cpu;
    _Atomic bool leave;
    uint64_t loops, stalls; // woken later than the guard's deadline would be
    pthread_t thread;
};

static void *loop(void *arg)
{
    struct bare *const b = arg;
    char why[160];
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)b->cpu, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set);
    vy_realtime_ask(80, why, sizeof why);
    const uint64_t period = (uint64_t)(b->period * 1e9 / RATE);
    for (uint64_t due = vy_now_ns() + period; !b->leave; due += period) {
        const struct timespec at = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        const uint64_t now = vy_now_ns();
        b->loops++;
        if (now > due + period * 6 / 10) {
            b->stalls++;
            due = now;
        }
    }
    return NULL;
}

// ---- parts --------------------------------------------------------------------------------------

static void play_voices(struct studio *s)
{
    say(s, "load session \"bench/voices64.veery\"");
    run(s, 0.5);
    struct vy_err err = {.at = -1};
    if (vy_live_bind(s->live, "v0.cutoff", &err) || vy_live_bind(s->live, "v0.res", &err))
        fail("bind", err.message);
    say(s, "play");
    run(s, 0.5);
}

static void soak(uint32_t period, double seconds)
{
    struct studio s;
    struct sender sender;
    open_studio(&s, period, true);
    play_voices(&s);
    struct vy_shared *const m = (struct vy_shared *)vy_live_shared(s.live);
    const uint32_t active = m->active;
    const int cpus = (int)sysconf(_SC_NPROCESSORS_ONLN);
    const int own = (int)m->slot[active].cpu - 1;
    struct bare bare = {.period = period, .cpu = cpus > 1 ? (own + 1) % cpus : 0};
    for (int i = 0; i < (int)VY_WAIT_BUCKETS; i++)
        m->wait[i] = m->work[i] = m->slot[active].control_wait[i] = 0;
    const uint64_t late = m->late, stood = m->late_steal, blocks = m->blocks;
    pthread_create(&bare.thread, NULL, loop, &bare);
    start_sender(&sender, s.facts.port, 1000);
    run(&s, seconds);
    stop_sender(&sender);
    bare.leave = true;
    pthread_join(bare.thread, NULL);
    run(&s, 0.3);
    vy_osc_facts(s.osc, &s.facts);
    printf("-- %u frames, 64 voices, 1,000 OSC messages/s, %.0f s\n", period, seconds);
    note("RT-02", "blocks", (double)(m->blocks - blocks), "");
    note("RT-02", "stalls of a bare loop on the other core", (double)bare.stalls, "");
    note("RT-02", "times the machine held up the guard itself", (double)(m->late_steal - stood),
         "");
    row("RT-02", "deadlines missed, beyond the bare loop's stalls",
        fmax(0, (double)(m->late - late) - (double)bare.stalls), "", 0);
    note("RT-02", "deadlines missed in all", (double)(m->late - late), "");
    note("RT-02", "device xruns", (double)m->device.xruns, "");
    note("", "messages sent", (double)sender.sent, "");
    row("IPC-02", "messages lost", fabs((double)sender.sent - (double)s.facts.direct), "", 0);
    row("IPC-03", "exchange, p50", (double)vy_wait_quantile(m->wait, 0.5) / 1e3, "us", 20);
    row("IPC-04", "exchange, p99", (double)vy_wait_quantile(m->wait, 0.99) / 1e3, "us", 150);
    note("", "engine's work on a block, p50", (double)vy_wait_quantile(m->work, 0.5) / 1e3, "us");
    note("", "engine's work on a block, p99", (double)vy_wait_quantile(m->work, 0.99) / 1e3, "us");
    const _Atomic uint32_t *const waited = m->slot[m->active].control_wait;
    row("IPC-01", "packet to where the next tick takes it, p50", (double)s.facts.push_p50_ns / 1e3,
        "us", 100);
    row("IPC-01", "p99", (double)s.facts.push_p99_ns / 1e3, "us", 1000);
    note("IPC-01", "packet to the block that applies it, p50",
         (double)vy_wait_quantile(waited, 0.5) / 1e3, "us");
    note("IPC-01", "packet to the block that applies it, p99",
         (double)vy_wait_quantile(waited, 0.99) / 1e3, "us");
    close_studio(&s);
    double p50_us, p99_us;
    if (bare_exchange((uint64_t)(period * 1e9 / RATE), BARE_EXCHANGES, &p50_us, &p99_us)) {
        note("", "two bare processes that wake each other, p50", p50_us, "us");
        note("", "the same, p99", p99_us, "us");
    }
}

static void flood(double longest)
{
    const double seconds = fmin(longest, 60);
    struct studio s;
    struct sender sender;
    open_studio(&s, 128, true);
    play_voices(&s);
    const struct vy_shared *const m = vy_live_shared(s.live);
    const uint64_t late = m->late;
    run(&s, 1); // handles are known, the processors awake
    vy_osc_facts(s.osc, &s.facts);
    const uint64_t before = s.facts.direct;
    start_sender(&sender, s.facts.port, 20000);
    run(&s, seconds);
    stop_sender(&sender);
    run(&s, 0.5);
    vy_osc_facts(s.osc, &s.facts);
    printf("-- 20,000 OSC messages/s, single and in bundles, %.0f s\n", seconds);
    note("IPC-02", "messages sent a second", (double)sender.sent / seconds, "/s");
    row("IPC-02", "messages lost", (double)sender.sent - (double)(s.facts.direct - before), "", 0);
    note("IPC-02", "refused", (double)s.facts.busy + (double)s.facts.bad, "");
    row("IPC-02", "deadlines missed", (double)(m->late - late), "", 0);
    close_studio(&s);
}

static int by_size(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// When a frame begins on the device's clock.
static double time_of(const struct vy_shared *m, uint64_t frame)
{
    uint64_t began, first;
    do {
        began = m->block_ns;
        first = m->block_frame;
    } while (began != m->block_ns);
    return (double)began + ((double)frame - (double)first) / RATE * 1e9;
}

static bool is_silent(const struct vy_shared *m)
{
    const uint64_t end = m->tapped;
    for (uint64_t at = end - 960; at < end; at++)
        if (fabsf(m->tap[at & (m->tap_frames - 1)][2]) > QUIET)
            return false;
    return true;
}

// From a packet to the first sample that shows it, at the guard's output.
static void control_to_sound(uint32_t period)
{
    enum { TRIALS = 300 };
    struct studio s;
    struct sender background;
    static double ms[TRIALS];
    open_studio(&s, period, true);
    say(&s, "create click kick decay=0.02");
    say(&s, "create v0 analog voices=8 gain=-60dB");
    run(&s, 0.3);
    struct vy_err err = {.at = -1};
    if (vy_live_bind(s.live, "click", &err) || vy_live_bind(s.live, "v0.cutoff", &err) ||
        vy_live_bind(s.live, "v0.res", &err))
        fail("bind", err.message);
    run(&s, 0.2);
    const struct vy_shared *const m = vy_live_shared(s.live);
    start_sender(&background, s.facts.port, 1000);
    const int fd = socket(AF_INET, SOCK_DGRAM, 0);
    const struct sockaddr_in to = {.sin_family = AF_INET,
                                   .sin_port = htons(s.facts.port),
                                   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int n = 0;
    for (int t = 0; t < TRIALS; t++) {
        char packet[128];
        while (!is_silent(m))
            run(&s, 0.01);
        run(&s, 0.00137 * (t % 7)); // another phase of the period
        size_t size = message(packet, "/gate/click", 1, false);
        const uint64_t sent = vy_now_ns(), from = m->tapped;
        sendto(fd, packet, size, 0, (const struct sockaddr *)&to, sizeof to);
        uint64_t heard = 0;
        for (uint64_t at = from; !heard && vy_now_ns() - sent < 100000000u;) {
            for (; at < m->tapped && !heard; at++)
                if (fabsf(m->tap[at & (m->tap_frames - 1)][2]) > QUIET)
                    heard = at;
            run(&s, 0);
        }
        if (heard)
            ms[n++] = (time_of(m, heard) - (double)sent) / 1e6;
        size = message(packet, "/gate/click", 0, false);
        sendto(fd, packet, size, 0, (const struct sockaddr *)&to, sizeof to);
    }
    stop_sender(&background);
    close(fd);
    qsort(ms, (size_t)n, sizeof *ms, by_size);
    printf("-- control to sound, %u frames, under 1,000 messages/s, %d of %d heard\n", period, n,
           TRIALS);
    note("Phase 1B", "p50", n ? ms[n / 2] : (double)NAN, "ms");
    row("Phase 1B", "p99 (256 frames + 0.3 ms)", n ? ms[n * 99 / 100] : (double)NAN, "ms",
        256e3 / RATE + 0.3);
    note("Phase 1B", "of which the master limiter looks ahead",
         m->slot[m->active].says.latency * 1e3 / RATE, "ms");
    close_studio(&s);
}

static void edits(double seconds)
{
    (void)seconds;
    enum { EDITS = 200 };
    struct studio s;
    static double ms[EDITS];
    open_studio(&s, 128, false);
    say(&s, "load session \"sessions/deep_groove.veery\"");
    say(&s, "play");
    run(&s, 1);
    const struct vy_shared *const m = vy_live_shared(s.live);
    for (int i = 0; i < EDITS; i++) {
        char line[64];
        snprintf(line, sizeof line, "set bass.cutoff %d", 400 + i);
        const uint64_t before = m->slot[m->active].says.version, began = vy_now_ns();
        say(&s, line);
        while (m->slot[m->active].says.version == before && vy_now_ns() - began < 1000000000u)
            usleep(50);
        ms[i] = (double)(vy_now_ns() - began) / 1e6;
        run(&s, 0.01);
    }
    qsort(ms, EDITS, sizeof *ms, by_size);
    printf("-- edits of deep_groove while it plays\n");
    note("PROC-02", "line said to plan that sounds, p50", ms[EDITS / 2], "ms");
    row("PROC-02", "p99", ms[EDITS * 99 / 100], "ms", 10 + 128e3 / RATE);
    close_studio(&s);
}

static void find_reserve(void *arg, const struct vy_reply *reply)
{
    pid_t *const pid = arg;
    size_t i;
    json_t *p;
    json_array_foreach(json_object_get(reply->result, "processes"), i, p)
    {
        const char *const role = json_string_value(json_object_get(p, "role"));
        if (role && strcmp(role, "reserve") == 0)
            *pid = (pid_t)json_integer_value(json_object_get(p, "pid"));
    }
}

static void kill_reserve(struct studio *s)
{
    const struct vy_request request = {"status", 6, "bench", -1};
    pid_t pid = 0;
    vy_live_do(s->live, &request, find_reserve, &pid);
    if (pid > 0)
        kill(pid, SIGKILL);
    run(s, 0.05);
}

// From the death of the engine that plays until there is a spare one again, 30 times, further apart
// than the crashes that make the studio wait before it starts the next.
static void crash(const char *session, bool reserve)
{
    enum { CRASHES = 30 };
    static double ms[CRASHES];
    struct studio s;
    char line[128];
    open_studio(&s, 128, false);
    snprintf(line, sizeof line, "load session \"%s\"", session);
    say(&s, line);
    say(&s, "play");
    run(&s, 1);
    const struct vy_shared *const m = vy_live_shared(s.live);
    for (int i = 0; i < CRASHES; i++) {
        if (!reserve)
            kill_reserve(&s);
        const uint64_t began = vy_now_ns(), was = m->failovers;
        kill(m->slot[m->active].pid, SIGKILL);
        while (m->failovers == was || !spare_ready(&s))
            run(&s, 0);
        ms[i] = (double)(vy_now_ns() - began) / 1e6;
        run(&s, 1.1);
    }
    qsort(ms, CRASHES, sizeof *ms, by_size);
    printf("-- %d crashes of the engine that plays %s%s\n", CRASHES, session,
           reserve ? "" : ", the reserve killed before each");
    row("PROC-01", "crash to spare ready, p50", ms[CRASHES / 2], "ms", 50);
    row("PROC-01", "the slowest", ms[CRASHES - 1], "ms", 50);
    row("PROC-03", "failovers that did not happen", CRASHES - (double)m->failovers, "", 0);
    close_studio(&s);
}

static void crashes(double seconds)
{
    (void)seconds;
    crash("sessions/deep_groove.veery", true);
    crash("sessions/deep_groove.veery", false);
}

static void control(double seconds)
{
    (void)seconds;
    control_to_sound(128);
    control_to_sound(64);
}

static void soak_128(double seconds)
{
    soak(128, seconds);
}

static void soak_64(double seconds)
{
    soak(64, seconds);
}

static const struct {
    const char *name;
    void (*run)(double seconds);
} parts[] = {{"crashes", crashes}, {"edits", edits},      {"control", control},
             {"flood", flood},     {"soak128", soak_128}, {"soak64", soak_64}};

int main(int argc, char **argv)
{
    const double seconds = argc > 1 ? strtod(argv[1], NULL) : 60;
    struct vy_err err = {.at = -1};
    if (vy_catalog_open(&catalog, &err))
        fail("catalog", err.message);
    vy_samples_attach(&catalog);
    const char *const only = argc > 2 ? argv[2] : NULL;
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if (!only || strcmp(only, parts[i].name) == 0)
            parts[i].run(seconds);
    vy_catalog_close(&catalog);
    return 0;
}
