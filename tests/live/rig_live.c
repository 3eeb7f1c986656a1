// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "rig_live.h"

#include "cm.h"
#include "command/samples.h"
#include "sound/device.h"
#include "sound/file.h"

#include <math.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static void on_event(void *arg, json_t *event)
{
    struct live_rig *const rig = arg;
    json_array_append(rig->events, event);
}

void rig_open(struct live_rig *rig, uint32_t period, const char *in_file)
{
    struct vy_err err = {.at = -1};
    memset(rig, 0, sizeof *rig);
    snprintf(rig->folder, sizeof rig->folder, "/tmp/veery-live-XXXXXX");
    assert_non_null(mkdtemp(rig->folder));
    snprintf(rig->wav, sizeof rig->wav, "%s/heard.wav", rig->folder);
    char device[128];
    snprintf(device, sizeof device, "file:%s", rig->wav);
    rig->events = json_array();
    assert_int_equal(vy_catalog_open(&rig->catalog, &err), VY_OK);
    vy_samples_attach(&rig->catalog);
    const struct vy_live_how how = {.catalog = &rig->catalog,
                                    .device = device,
                                    .sr_hz = 48000,
                                    .period = period,
                                    .in_file = in_file,
                                    .event = on_event,
                                    .arg = rig};
    if (vy_live_open(&how, &rig->live, &err))
        fail_msg("the studio does not open: %s", err.message);
    rig_until_spare(rig, 5);
}

static void on_reply(void *arg, const struct vy_reply *reply)
{
    struct live_rig *const rig = arg;
    struct vy_buf buf = {0};
    vy_reply_human(reply, &buf);
    snprintf(rig->reply, sizeof rig->reply, "%.500s", buf.text ? buf.text : "");
    vy_buf_clear(&buf);
    json_decref(rig->result);
    rig->result = json_incref(reply->result);
}

vy_status rig_try(struct live_rig *rig, const char *line)
{
    const struct vy_request request = {line, strlen(line), "tester", -1};
    rig->status = vy_live_do(rig->live, &request, on_reply, rig);
    return rig->status;
}

void rig_say(struct live_rig *rig, const char *line)
{
    if (rig_try(rig, line))
        fail_msg("'%s': %s", line, rig->reply);
}

void rig_run(struct live_rig *rig, double seconds)
{
    const uint64_t end = vy_now_ns() + (uint64_t)(seconds * 1e9);
    while (vy_now_ns() < end) {
        struct pollfd fds = {.fd = vy_live_fd(rig->live), .events = POLLIN};
        poll(&fds, 1, 5);
        vy_live_service(rig->live);
    }
}

static bool both_ready(const struct live_rig *rig)
{
    const struct vy_shared *const s = vy_live_shared(rig->live);
    return s->active < VY_SLOTS && s->slot[0].state == VY_SLOT_READY &&
           s->slot[1].state == VY_SLOT_READY;
}

void rig_until_spare(struct live_rig *rig, double seconds)
{
    const uint64_t end = vy_now_ns() + (uint64_t)(seconds * 1e9);
    while (!both_ready(rig)) {
        if (vy_now_ns() > end)
            fail_msg("no spare engine after %g s", seconds);
        rig_run(rig, 0.002);
    }
}

int rig_engine(const struct live_rig *rig, bool spare)
{
    const struct vy_shared *const s = vy_live_shared(rig->live);
    const uint32_t active = s->active;
    assert_in_range(active, 0, VY_SLOTS - 1);
    return s->slot[spare ? 1 - active : active].pid;
}

int rig_count(const struct live_rig *rig, const char *event)
{
    size_t i;
    json_t *e;
    int n = 0;
    json_array_foreach(rig->events, i, e) n +=
        strcmp(json_string_value(json_object_get(e, "event")), event) == 0;
    return n;
}

// ---- the machine itself -------------------------------------------------------------------------

#define LOOPS_MOST 64
#define LOOP_NS 1000000u

static struct {
    pthread_t thread[LOOPS_MOST];
    long loops;
    _Atomic bool leave;
    _Atomic uint64_t worst;
} stall;

static void *watch(void *arg)
{
    char why[160];
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET((size_t)(uintptr_t)arg, &set);
    pthread_setaffinity_np(pthread_self(), sizeof set, &set); // where there is only one: no matter
    vy_realtime_ask(90, why, sizeof why);                     // above everything that is tested
    for (uint64_t due = vy_now_ns() + LOOP_NS; !stall.leave; due += LOOP_NS) {
        const struct timespec at = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL);
        const uint64_t late = vy_now_ns() - due;
        if (late > stall.worst)
            stall.worst = late;
        if (late > LOOP_NS)
            due = vy_now_ns();
    }
    return NULL;
}

void rig_stall_begin(void)
{
    stall.leave = false;
    stall.worst = 0;
    stall.loops = sysconf(_SC_NPROCESSORS_CONF);
    stall.loops = stall.loops < LOOPS_MOST ? stall.loops : LOOPS_MOST;
    for (intptr_t i = 0; i < stall.loops; i++)
        assert_int_equal(pthread_create(&stall.thread[i], NULL, watch, (void *)i), 0);
}

double rig_stall_end(void)
{
    stall.leave = true;
    for (long i = 0; i < stall.loops; i++)
        pthread_join(stall.thread[i], NULL);
    return (double)stall.worst / 1e6;
}

void rig_end(struct live_rig *rig)
{
    struct vy_err err = {.at = -1};
    struct vy_sound sound;
    vy_live_close(rig->live);
    rig->live = NULL;
    if (vy_sound_read(rig->wav, &sound, &err))
        fail_msg("%s: %s", rig->wav, err.message);
    rig->frames = sound.frames;
    rig->heard = malloc((sound.frames + 1u) * sizeof *rig->heard);
    assert_non_null(rig->heard);
    for (uint32_t i = 0; i < sound.frames; i++)
        for (int c = 0; c < 2; c++)
            rig->heard[i][c] = sound.chan[c][i];
    vy_sound_clear(&sound);
}

void rig_free(struct live_rig *rig)
{
    vy_live_close(rig->live);
    vy_catalog_close(&rig->catalog);
    json_decref(rig->events);
    json_decref(rig->result);
    free(rig->heard);
    unlink(rig->wav);
    rmdir(rig->folder); // stays when a test has left more in it
}

float rig_step(const struct live_rig *rig, uint32_t from, uint32_t to)
{
    float most = 0;
    for (uint32_t i = from + 1; i < to && i < rig->frames; i++)
        most = fmaxf(most, fabsf(rig->heard[i][0] - rig->heard[i - 1][0]));
    return most;
}

uint32_t rig_gap(const struct live_rig *rig, double hz, float level, uint32_t from, uint32_t to)
{
    // of a sine: x^2 + ((next - previous) / (2 sin w))^2 is its amplitude squared, at every sample
    const double w = 2 * M_PI * hz / 48000;
    uint32_t gap = 0, longest = 0, last = 0;
    for (uint32_t i = from + 1; i + 1 < to && i + 1 < rig->frames; i++) {
        const double x = (double)rig->heard[i][0];
        const double d =
            ((double)rig->heard[i + 1][0] - (double)rig->heard[i - 1][0]) / (2 * sin(w));
        const bool there = fabs(sqrt(x * x + d * d) / (double)level - 1) < 0.02;
        // stretches closer than a fade are one
        if (!there && last && i - last < 480)
            gap += i - last;
        else if (!there)
            gap = 1;
        last = there ? last : i;
        longest = gap > longest ? gap : longest;
    }
    return longest;
}

// ---- a sine that always sounds ------------------------------------------------------------------

#define STEP 0.05f

void rig_play_sine(struct live_rig *rig)
{
    rig_say(rig, "create tone osc shape=sine freq=220Hz");
    rig_say(rig, "gain tone -9");
    rig_say(rig, "play");
    rig_run(rig, 0.4);
}

float rig_level(const struct live_rig *rig, uint32_t from, uint32_t to)
{
    float most = 0;
    for (uint32_t i = from; i < to; i++)
        most = fmaxf(most, fabsf(rig->heard[i][0]));
    return most;
}

uint32_t rig_begin(const struct live_rig *rig)
{
    for (uint32_t i = 0; i + 9600 < rig->frames; i++)
        if (fabsf(rig->heard[i][0]) > 0.05f)
            return i + 4800;
    fail_msg("nothing was heard");
    return 0;
}

void rig_check_sine(const struct live_rig *rig, float most_fade_ms)
{
    const uint32_t from = rig_begin(rig), to = rig->frames - 4800;
    const float level = rig_level(rig, from, from + 2400);
    const float step = rig_step(rig, from, to);
    const uint32_t gap = rig_gap(rig, RIG_HZ, level, from, to);
    const double stood = rig_stall_end();
    print_message("level %.3f, largest step %.4f, longest fade %.1f ms of %.1f, the machine stood "
                  "for %.1f ms\n",
                  (double)level, (double)step, gap / 48.0, (double)most_fade_ms, stood);
    assert_true(level > 0.1f);
    assert_true(step < STEP);
    // a virtual machine that stands still takes the guard with it: only what is beyond that counts
    const double allowed = (double)most_fade_ms + (stood > 1 ? 4 * stood : 0);
    assert_in_range(gap, 0, (uint32_t)(allowed * 48));
}
