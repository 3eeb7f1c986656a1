// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Every module, with its knobs and inputs all over their ranges, makes no call that could block.
#include "base/rng.h"
#include "cm.h"
#include "engine/kernels.h"
#include "guard.h"
#include "rig.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void guard_sees_heap_locks_files_and_sleep(void **state)
{
    (void)state;
    rt_clear();
    void *volatile block = malloc(10);
    free(block);
    assert_int_equal(rt_calls(), 0); // not the audio thread
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    const char *volatile text = "veery";
    rt_enter();
    block = strdup(text);
    free(block);
    pthread_mutex_lock(&lock);
    pthread_mutex_unlock(&lock);
    usleep(1);
    const ssize_t written = write(-1, "", 0);
    rt_leave();
    assert_int_equal(written, -1);
    assert_string_equal(rt_names(), "malloc free pthread_mutex_lock usleep write ");
    assert_int_equal(rt_calls(), 5);
}

// What is fed into every input.
enum feed { UNCONNECTED, SILENCE, GATES, NOISE, LOUD, FEEDS };

static float input_at(enum feed feed, const char *port, uint64_t frame)
{
    if (strcmp(port, "freq") == 0)
        return feed == SILENCE ? 0.0f : 20.0f + 15000.0f * (float)vy_rng_unit(1, frame / 64);
    switch (feed) {
    case GATES: return frame / 96 % 2 ? 1.0f : 0.0f;
    case NOISE: return (float)(2.0 * vy_rng_unit(2, frame) - 1.0);
    case LOUD: return frame / 40 % 2 ? 8.0f : -8.0f;
    case UNCONNECTED:
    case SILENCE:
    case FEEDS: return 0.0f;
    }
    return 0.0f;
}

// round 0, 1, 2: default, lowest, highest of every knob; then anywhere in the range
static void turn_knobs(struct rig *r, uint64_t round)
{
    for (uint32_t p = 0; p < r->module->params; p++) {
        const struct vy_param *const k = &r->module->param[p];
        const double u = vy_rng_unit(round, p);
        float v = round == 0   ? k->def
                  : round == 1 ? k->min
                  : round == 2 ? k->max
                               : k->min + (float)u * (k->max - k->min);
        if (k->curve != VY_LIN && k->curve != VY_EXP)
            v = rintf(v);
        if (round % 2)
            rig_glide(r, k->name, v);
        else
            rig_set(r, k->name, v);
    }
}

static void run_feed(struct rig *r, enum feed feed)
{
    for (uint64_t tick = 0; tick < 48; tick++) {
        turn_knobs(r, tick / 3);
        for (uint32_t p = 0; p < r->module->ins && feed != UNCONNECTED; p++) {
            float x[VY_TICK];
            for (uint32_t n = 0; n < VY_TICK; n++)
                x[n] = input_at(feed, r->module->in[p].name, tick * VY_TICK + n);
            rig_feed(r, r->module->in[p].name, x);
        }
        rt_enter();
        rig_tick(r);
        if (tick % 16 == 15)
            rig_reset(r);
        rt_leave();
    }
}

static void module_makes_no_call(void **state)
{
    const struct vy_module *const m = *state;
    static const struct {
        float sr_hz;
        uint32_t voices, chans;
    } shapes[] = {{48000, 1, 1}, {44100, 9, 1}, {96000, 16, 2}};
    float wave[4800];
    for (int n = 0; n < 4800; n++)
        wave[n] = (float)(2 * vy_rng_unit(3, (uint64_t)n) - 1);
    const struct vy_sample sample = {{wave, wave}, 4800, 1, 44100};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
        struct rig *const r =
            rig_new(m->id, shapes[i].sr_hz, shapes[i].voices, shapes[i].chans, &sample);
        rt_clear();
        for (int feed = 0; feed < FEEDS; feed++)
            run_feed(r, (enum feed)feed);
        const uint32_t calls = rt_calls();
        if (calls)
            fail_msg("%s: %u calls on the audio thread: %s", m->id, calls, rt_names());
        rig_destroy(r);
    }
}

int main(void)
{
    const struct vy_kernels *const kernels = vy_kernels_best();
    const uint32_t rows = *kernels->module_rows;
    struct CMUnitTest *const tests = calloc(rows + 1, sizeof *tests);
    tests[0] = (struct CMUnitTest)cmocka_unit_test(guard_sees_heap_locks_files_and_sleep);
    for (uint32_t i = 0; i < rows; i++) {
        char *const name = malloc(64);
        snprintf(name, 64, "%s_makes_no_call_on_the_audio_thread", kernels->modules[i]->id);
        tests[i + 1] = (struct CMUnitTest){
            .name = name,
            .test_func = module_makes_no_call,
            .initial_state = (void *)(uintptr_t)kernels->modules[i],
        };
    }
    const int failed = _cmocka_run_group_tests("rt_calls", tests, rows + 1, NULL, NULL);
    for (uint32_t i = 0; i < rows; i++)
        free((void *)(uintptr_t)tests[i + 1].name);
    free(tests);
    return failed;
}
