// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A studio is started and stopped again and again: nothing is left behind, and nothing grows.
// VEERY_CYCLES says how often (200).
#include "cm.h"
#include "rig_live.h"

#include "command/samples.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CYCLES 200
#define WARM 20             // cycles until the allocator has what it needs
#define RSS_MOST (2u << 20) // bytes of growth that are the allocator's own business

struct held {
    long fds, threads, shm, rss;
};

static long entries(const char *folder)
{
    DIR *const dir = opendir(folder);
    long n = 0;
    for (const struct dirent *e; dir && (e = readdir(dir));)
        n += e->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return n;
}

static struct held look(void)
{
    struct held held = {entries("/proc/self/fd"), entries("/proc/self/task"), entries("/dev/shm"),
                        0};
    char line[128];
    FILE *const file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    const char *const second = strchr(line, ' ');
    assert_non_null(second);
    const long pages = strtol(second, NULL, 10);
    held.rss = pages * sysconf(_SC_PAGESIZE);
    return held;
}

static void one_cycle(const struct vy_catalog *catalog, int number)
{
    struct vy_err err = {.at = -1};
    const struct vy_live_how how = {
        .catalog = catalog, .device = "null", .sr_hz = 48000, .period = 256};
    struct live_rig rig = {0};
    if (vy_live_open(&how, &rig.live, &err))
        fail_msg("cycle %d: the studio does not open: %s", number, err.message);
    rig_say(&rig, "create bass analog");
    rig_say(&rig, "melody bass: C2 C2 G2 Eb2");
    rig_say(&rig, "play");
    rig_run(&rig, number % 4 * 0.01); // sometimes it ends before the second engine is there
    vy_live_close(rig.live);
    json_decref(rig.result);
}

static void starting_and_stopping_leaves_nothing(void **state)
{
    (void)state;
    const char *const asked = getenv("VEERY_CYCLES");
    const int cycles = asked ? (int)strtol(asked, NULL, 10) : CYCLES;
    struct vy_catalog catalog;
    struct vy_err err = {.at = -1};
    struct held warm = {0};
    assert_int_equal(vy_catalog_open(&catalog, &err), VY_OK);
    vy_samples_attach(&catalog);
    const struct held before = look();
    const uint64_t begin = vy_now_ns();
    for (int i = 0; i < cycles; i++) {
        one_cycle(&catalog, i);
        if (i + 1 == WARM)
            warm = look();
    }
    const struct held after = look();
    print_message("%d cycles in %.1f s: %ld descriptors, %ld threads, %ld in /dev/shm, as before; "
                  "memory %+ld KB since cycle %d\n",
                  cycles, (double)(vy_now_ns() - begin) / 1e9, after.fds, after.threads, after.shm,
                  (after.rss - warm.rss) / 1024, WARM);
    assert_int_equal(after.fds, before.fds);
    assert_int_equal(after.threads, before.threads);
    assert_int_equal(after.shm, before.shm);
    assert_true(cycles < WARM || after.rss - warm.rss < (long)RSS_MOST);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); // no child, not even a dead one
    assert_int_equal(errno, ECHILD);
    vy_catalog_close(&catalog);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(starting_and_stopping_leaves_nothing)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
