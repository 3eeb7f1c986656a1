// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The breaker on a clock of its own, and the ledger of memory with models that can go.
#include "jobs/breaker.h"
#include "jobs/ledger.h"

#include "cm.h"

#include <string.h>

#define MIB ((uint64_t)1 << 20)

static const struct vy_breaker_how how = {.failures = 3, .first_s = 2, .max_s = 10, .probe_s = 60};

// ---- breaker ------------------------------------------------------------------------------------

static void open_it(struct vy_breaker *breaker, double now)
{
    assert_false(vy_breaker_failure(breaker, &how, now));
    assert_false(vy_breaker_failure(breaker, &how, now));
    assert_true(vy_breaker_failure(breaker, &how, now));
}

static void breaker_opens_after_failures_in_a_row(void **state)
{
    (void)state;
    struct vy_breaker breaker = {0};
    vy_breaker_failure(&breaker, &how, 0);
    vy_breaker_failure(&breaker, &how, 0);
    vy_breaker_success(&breaker);
    open_it(&breaker, 1);
    assert_string_equal(vy_breaker_state_name(breaker.state), "open");
    assert_false(vy_breaker_allow(&breaker, &how, 2.9));
}

static void breaker_tries_one_at_a_time(void **state)
{
    (void)state;
    struct vy_breaker breaker = {0};
    open_it(&breaker, 0);
    assert_true(vy_breaker_allow(&breaker, &how, 2));
    assert_int_equal(breaker.state, VY_BREAKER_HALF_OPEN);
    assert_false(vy_breaker_allow(&breaker, &how, 2));
    vy_breaker_success(&breaker);
    assert_true(vy_breaker_allow(&breaker, &how, 3));
    assert_int_equal(breaker.state, VY_BREAKER_CLOSED);
}

static void breaker_waits_longer_each_time_up_to_a_limit(void **state)
{
    (void)state;
    struct vy_breaker breaker = {0};
    static const double wait[] = {2, 4, 8, 10, 10};
    double now = 0;
    open_it(&breaker, now);
    for (int i = 0; i < 5; i++) {
        assert_false(vy_breaker_allow(&breaker, &how, now + wait[i] - 0.01));
        now += wait[i];
        assert_true(vy_breaker_allow(&breaker, &how, now));
        assert_true(vy_breaker_failure(&breaker, &how, now));
    }
    for (int i = 0; i < 1000; i++) { // no overflow however often
        now += 10;
        assert_true(vy_breaker_allow(&breaker, &how, now));
        vy_breaker_failure(&breaker, &how, now);
    }
}

// A try that never comes back, or is cancelled, does not close it off for ever.
static void breaker_always_tries_again(void **state)
{
    (void)state;
    struct vy_breaker breaker = {0};
    open_it(&breaker, 0);
    assert_true(vy_breaker_allow(&breaker, &how, 2));
    assert_false(vy_breaker_allow(&breaker, &how, 61.9));
    assert_false(vy_breaker_allow(&breaker, &how, 62)); // given up: a failure
    assert_true(vy_breaker_allow(&breaker, &how, 66));
    vy_breaker_void(&breaker, 67);
    assert_true(vy_breaker_allow(&breaker, &how, 67));
    vy_breaker_success(&breaker);
    vy_breaker_void(&breaker, 68);
    assert_int_equal(breaker.state, VY_BREAKER_CLOSED);
}

// ---- ledger -------------------------------------------------------------------------------------

static char gone[8]; // who was evicted, in order

static void on_evict(void *arg)
{
    const char name[2] = {*(const char *)arg, 0};
    strcat(gone, name);
}

static uint32_t reserve(struct vy_ledger *ledger, const char *name, uint64_t ram, uint64_t vram)
{
    uint32_t id;
    struct vy_err err = {.at = -1};
    const struct vy_ledger_model model = {
        name, {ram * MIB, vram * MIB}, on_evict, (void *)(uintptr_t)name};
    const vy_status status = vy_ledger_reserve(ledger, &model, &id, &err);
    if (status)
        fail_msg("%s", err.message);
    return id;
}

static void refused(struct vy_ledger *ledger, uint64_t ram, uint64_t vram, vy_status code,
                    const char *message)
{
    uint32_t id;
    struct vy_err err = {.at = -1};
    const struct vy_ledger_model model = {.name = "x", .bytes = {ram * MIB, vram * MIB}};
    assert_int_equal(vy_ledger_reserve(ledger, &model, &id, &err), code);
    assert_string_equal(err.message, message);
    assert_int_equal(id, 0);
}

static void ledger_refuses_with_the_numbers(void **state)
{
    (void)state;
    static struct vy_ledger ledger;
    vy_ledger_init(&ledger, 1000 * MIB, 0);
    reserve(&ledger, "clap", 700, 0);
    refused(&ledger, 400, 0, VY_BUSY,
            "x needs 400 MiB of memory and 300 of 1000 are to be had (clap holds 700)");
    refused(&ledger, 1001, 0, VY_TOO_BIG, "x needs 1001 MiB of memory and the budget is 1000");
    refused(&ledger, 0, 1, VY_TOO_BIG, "x needs 1 MiB of graphics memory and the budget is 0");
    reserve(&ledger, "y", 300, 0); // the limit itself is within it
    assert_int_equal(vy_ledger_used(&ledger, VY_POOL_RAM), 1000 * MIB);
}

static void ledger_evicts_the_longest_idle_first(void **state)
{
    (void)state;
    static struct vy_ledger ledger;
    gone[0] = '\0';
    vy_ledger_init(&ledger, 1000 * MIB, 1000 * MIB);
    const uint32_t a = reserve(&ledger, "a", 300, 100), b = reserve(&ledger, "b", 300, 0),
                   c = reserve(&ledger, "c", 300, 0);
    vy_ledger_use(&ledger, b, false);
    vy_ledger_use(&ledger, a, false);
    vy_ledger_use(&ledger, c, false);
    vy_ledger_use(&ledger, b, true);
    vy_ledger_use(&ledger, b, false); // b was used last
    reserve(&ledger, "d", 300, 0);
    assert_string_equal(gone, "a");
    assert_false(vy_ledger_has(&ledger, a));
    assert_true(vy_ledger_has(&ledger, c));
    vy_ledger_use(&ledger, c, true);
    reserve(&ledger, "e", 300, 0);
    assert_string_equal(gone, "ab"); // c is busy
    vy_ledger_release(&ledger, a);   // long gone: nothing happens
    assert_int_equal(vy_ledger_used(&ledger, VY_POOL_RAM), 900 * MIB);
}

static void ledger_evicts_nothing_in_vain(void **state)
{
    (void)state;
    static struct vy_ledger ledger;
    gone[0] = '\0';
    vy_ledger_init(&ledger, 1000 * MIB, 100 * MIB);
    vy_ledger_use(&ledger, reserve(&ledger, "a", 300, 0), false);
    reserve(&ledger, "b", 500, 100);
    refused(&ledger, 600, 0, VY_BUSY,
            "x needs 600 MiB of memory and 500 of 1000 are to be had (b holds 500)");
    // memory would do, graphics memory does not
    refused(&ledger, 400, 10, VY_BUSY,
            "x needs 10 MiB of graphics memory and 0 of 100 are to be had (b holds 100)");
    assert_string_equal(gone, "");
    assert_int_equal(vy_ledger_evict_idle(&ledger), 300 * MIB);
    assert_string_equal(gone, "a");
    assert_int_equal(ledger.evictions, 1);
}

static void ledger_has_a_last_place(void **state)
{
    (void)state;
    static struct vy_ledger ledger;
    vy_ledger_init(&ledger, 1000 * MIB, 0);
    uint32_t first = 0;
    for (uint32_t i = 0; i < VY_LEDGER_MAX; i++) {
        const uint32_t id = reserve(&ledger, "a", 1, 0);
        first = first ? first : id;
    }
    refused(&ledger, 1, 0, VY_BUSY,
            "128 things have memory reserved, which is as many as there may be");
    vy_ledger_limit(&ledger, 10 * MIB, 0); // a smaller budget: what is there stays
    vy_ledger_release(&ledger, first);
    refused(&ledger, 1, 0, VY_BUSY,
            "x needs 1 MiB of memory and 0 of 10 are to be had (a holds 1)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(breaker_opens_after_failures_in_a_row),
        cmocka_unit_test(breaker_tries_one_at_a_time),
        cmocka_unit_test(breaker_waits_longer_each_time_up_to_a_limit),
        cmocka_unit_test(breaker_always_tries_again),
        cmocka_unit_test(ledger_refuses_with_the_numbers),
        cmocka_unit_test(ledger_evicts_the_longest_idle_first),
        cmocka_unit_test(ledger_evicts_nothing_in_vain),
        cmocka_unit_test(ledger_has_a_last_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
