// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "cm.h"
#include "rig.h"

#include <math.h>
#include <stdlib.h>

// First frame at which the envelope is past a level, upwards or downwards.
static int crossing(const float *y, int from, int n, float level, int up)
{
    for (int i = from; i < n; i++)
        if (up ? y[i] >= level : y[i] <= level)
            return i;
    return -1;
}

static void adsr_stages_take_their_times_within_one_tick(void **state)
{
    (void)state;
    enum { N = 48000, ON = 1000, OFF = 24037 };
    float *const gate = malloc(N * sizeof *gate), *const y = malloc(N * sizeof *y);
    for (int i = 0; i < N; i++)
        gate[i] = i >= ON && i < OFF;
    for (int shape = 0; shape < 2; shape++) {
        struct rig *const r = rig_new("adsr", 48000, 1, 1, NULL);
        rig_set(r, "attack", 0.01f);
        rig_set(r, "decay", 0.1f);
        rig_set(r, "sustain", 0.5f);
        rig_set(r, "release", 0.2f);
        rig_set(r, "shape", (float)shape);
        rig_run(r, gate, y, N, 0);
        assert_float_equal(y[ON - 1], 0, 0);
        assert_true(y[ON] > 0);
        const int peak = crossing(y, ON, N, 0.99999f, 1);
        assert_in_range(peak, ON + 480 - 2, ON + 480 + 2);
        const int settled = crossing(y, peak, N, 0.50001f, 0);
        assert_in_range(settled, peak + 4800 - 64, peak + 4800 + 64);
        assert_float_equal(y[OFF - 1], 0.5f, 1e-4);
        const int silent = crossing(y, OFF, N, 1e-5f, 0);
        assert_in_range(silent, OFF + 9600 - 64, OFF + 9600 + 64);
        rig_destroy(r);
    }
    free(gate);
    free(y);
}

static void adsr_survives_torture(void **state)
{
    (void)state;
    rig_torture("adsr");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(adsr_stages_take_their_times_within_one_tick),
        cmocka_unit_test(adsr_survives_torture),
    };
    return cmocka_run_group_tests_name("envelopes", tests, NULL, NULL);
}
