// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A hundred engines crash, one after the other, in one studio. Nearly all of its time it waits: who
// crashes soon after its start is started again later and later (live/processes.c).
#include "cm.h"
#include "rig_live.h"

#include <signal.h>

static void a_hundred_crashes_survive(void **state)
{
    (void)state;
    struct live_rig rig;
    rig_open(&rig, 128, NULL);
    rig_play_sine(&rig);
    rig_stall_begin();
    uint64_t last = vy_live_shared(rig.live)->failovers;
    for (int i = 0; i < 100; i++) {
        rig_until_spare(&rig, 10);
        kill(rig_engine(&rig, false), i % 2 ? SIGKILL : SIGSEGV);
        while (vy_live_shared(rig.live)->failovers == last)
            rig_run(&rig, 0.005);
        last = vy_live_shared(rig.live)->failovers;
    }
    rig_until_spare(&rig, 10);
    rig_run(&rig, 0.3);
    const uint64_t late = vy_live_shared(rig.live)->late;
    print_message("%d failovers, %d late blocks, %d restarts\n", (int)last, (int)late,
                  rig_count(&rig, "failover"));
    rig_end(&rig);
    rig_check_sine(&rig, RIG_FADE_MS);
    assert_in_range(last, 100, 1000);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(a_hundred_crashes_survive)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
