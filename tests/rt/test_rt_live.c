// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The live path makes no call that could block: the engine's block with every module in the
// document in turn, while plans are swapped, knobs are turned and notes are played; and the guard's
// block beside an engine that answers. Only after a missed deadline the guard may look whether the
// engine is still there.
#include "band.h"
#include "cm.h"
#include "guard.h"
#include "guard/guard.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { HANDLES = 4 };

static void assert_no_calls(const char *what)
{
    if (rt_calls())
        fail_msg("%s: %u calls on the audio thread: %s", what, rt_calls(), rt_names());
}

static void block(struct band *band, uint32_t frames)
{
    rt_enter();
    band_block(band, frames);
    rt_leave();
}

// ---- the engine ---------------------------------------------------------------------------------

// Everything that reaches the audio thread, in some 50 blocks.
static void play_all(struct band *band)
{
    static const uint32_t sizes[] = {64, 128, 480, 33, 1024};
    for (uint32_t n = 0; n < 50; n++) {
        for (uint32_t h = 0; h < HANDLES; h++)
            band_control(band, VY_CONTROL_TURN, h, (float)(n % 10) * 0.1f);
        band_control(band, n % 3 ? VY_CONTROL_NOTE_ON : VY_CONTROL_NOTE_OFF, n % HANDLES,
                     110.0f * (float)(n % 7));
        if (n == 40)
            band_control(band, VY_CONTROL_ALL_OFF, 0, 0);
        if (n == 20 || n == 30) {
            band->slot->takeover++;
            band->slot->position = 48000 * n;
        }
        if (n % 8 == 7)
            band->slot->skipped += 64;
        if (n == 10)
            vy_player_stems(band->player, true);
        if (n % 5 == 0)
            assert_int_equal(band_again(band), VY_OK);
        if (n == 25)
            band_seek(band, 16);
        block(band, sizes[n % 5]);
        if (n % 9 == 8) {
            rt_enter();
            vy_player_idle(band->player, band->slot);
            rt_leave();
        }
        band_service(band);
    }
}

// A document with a source, and the module after it or beside it.
static struct vy_doc *document_with(const struct vy_module *m)
{
    char line[128];
    struct vy_err err = {.at = -1};
    struct vy_doc *const doc =
        PIECE("create a osc", "create k kick", "melody a: C3 Eb3 G3 Bb3", "sequence k: x.x.");
    if (m->flags & VY_EFFECT)
        snprintf(line, sizeof line, "add %s a", m->id);
    else
        snprintf(line, sizeof line, "create m %s", m->id);
    if (piece_try(doc, line, &err)) {
        vy_doc_destroy(doc);
        return NULL;
    }
    return doc;
}

static void every_module_in_a_live_engine(void **state)
{
    (void)state;
    const struct vy_kernels *const kernels = piece_catalog.kernels;
    uint32_t played = 0;
    for (uint32_t i = 0; i < *kernels->module_rows; i++) {
        const struct vy_module *const m = kernels->modules[i];
        struct vy_doc *const doc = document_with(m);
        struct band band;
        char path[64];
        if (!doc)
            continue;
        band_open(&band, doc);
        const char *const unit = m->flags & VY_EFFECT ? "a" : "m";
        snprintf(path, sizeof path, "%s.%s", unit, m->params ? m->param[0].name : "gain");
        band_bind(&band, 0, path);
        band_bind(&band, 1, unit);
        band_bind(&band, 2, "a.gain");
        band_bind(&band, 3, "k");
        rt_clear();
        play_all(&band);
        assert_true(band_edit(&band, "remove a", (double)NAN)); // what leaves fades out
        play_all(&band);
        assert_no_calls(m->id);
        assert_true(band.stems > 0);
        band_close(&band);
        played++;
    }
    print_message("  %u of %u modules\n", played, *kernels->module_rows);
    assert_int_equal(played + 1, *kernels->module_rows); // the strip is a part of every unit
}

static void a_user_module_that_goes_wrong(void **state)
{
    (void)state;
    static const char *const wrong[] = {"io->out[0][7] = (vy_f8){0} / 0.0f;",
                                        "((char *)mem)[-1] = 3;"};
    char text[200];
    for (int i = 0; i < 2; i++) {
        struct band band;
        snprintf(text, sizeof text, "%s m->at = (m->at", wrong[i]);
        band_load_module("rogue", "m->at = (m->at", text);
        band_open(&band, PIECE("create a osc", "add rogue a mix=0.5"));
        rt_clear();
        play_all(&band);
        assert_no_calls("a fault");
        assert_true(band.events > 0);
        band_close(&band);
    }
}

// ---- guard and engine ---------------------------------------------------------------------------

struct partner {
    struct band *band;
    uint32_t done;    // block it has made last
    uint32_t hang_at; // block from which on it does not answer
    _Atomic bool leave;
};

static void *answer(void *arg) // as live/engine_process.c
{
    struct partner *const p = arg;
    struct vy_slot *const slot = p->band->slot;
    uint32_t done = p->done;
    rt_enter();
    while (!atomic_load(&p->leave)) {
        if (!vy_futex_wait(&slot->asked, done, 10000000))
            continue;
        done = atomic_load_explicit(&slot->asked, memory_order_acquire);
        if (done >= p->hang_at)
            continue;
        vy_player_block(p->band->player, slot);
        atomic_store_explicit(&slot->done, done, memory_order_release);
        vy_futex_wake(&slot->done);
    }
    rt_leave();
    return NULL;
}

static struct vy_guard guard; // large

static void guard_blocks(uint32_t blocks, struct band *band)
{
    static float in[2][1024], out[2][1024];
    const float *const from[2] = {in[0], in[1]};
    float *const to[2] = {out[0], out[1]};
    for (uint32_t n = 0; n < blocks; n++) {
        guard.shared->bypass = n / 16 % 2;
        guard.shared->panic = n % 64 > 55;
        rt_enter();
        vy_guard_block(&guard, from, to, 1024, n % 10 ? 0 : 64);
        rt_leave();
        if (n % 8 == 0)
            band_edit(band, n % 16 ? "set a.gain -6dB" : "add svf a", (double)NAN);
        band_control(band, VY_CONTROL_NOTE_ON, 1, 220);
        band_service(band);
    }
}

// At 2 kHz a period is half a second: no engine is late, however busy the machine.
static void guard_and_engine(void **state)
{
    (void)state;
    struct vy_shared *shared;
    struct vy_err err = {.at = -1};
    struct band band;
    int fd, quiet[2]; // a pipe in the place of the engine's descriptor: nothing is to be read
    pthread_t thread;
    assert_int_equal(vy_shared_new(48000, false, &shared, &fd, &err), VY_OK);
    close(fd);
    band_open(&band, PIECE("create a osc", "create k kick", "sequence k: x.x."));
    band_bind(&band, 1, "a");
    free(band.slot);
    band.slot = &shared->slot[1];
    vy_player_idle(band.player, band.slot);
    band.slot->state = VY_SLOT_READY;
    struct partner partner = {.band = &band, .done = band.slot->asked, .hang_at = UINT32_MAX};
    vy_guard_init(&guard, shared, 2000);
    assert_int_equal(pipe(quiet), 0);
    guard.pidfd[1] = 1 + quiet[0];
    rt_clear();
    assert_int_equal(pthread_create(&thread, NULL, answer, &partner), 0);
    guard_blocks(200, &band);
    assert_int_equal(shared->late + shared->bad, 0);
    assert_no_calls("guard and engine in time");
    // now it hangs: one look whether it lives, then it is given up
    partner.hang_at = band.slot->asked + 1;
    guard_blocks(3, &band);
    assert_true(shared->late > 0);
    assert_int_equal(shared->slot[1].state, VY_SLOT_FAILED);
    assert_string_equal(rt_names(), "poll ");
    atomic_store(&partner.leave, true);
    pthread_join(thread, NULL);
    band.slot = NULL;
    band_close(&band);
    vy_shared_close(shared);
    close(quiet[0]);
    close(quiet[1]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_module_in_a_live_engine),
        cmocka_unit_test(a_user_module_that_goes_wrong),
        cmocka_unit_test(guard_and_engine),
    };
    return cmocka_run_group_tests(tests, piece_open_modules, piece_close_modules);
}
