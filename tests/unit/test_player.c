// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The live engine with all its threads in one process: one edits, one plays, one turns knobs and
// plays notes. Mostly for the thread sanitizer; what comes out must be finite and all of it alive.
#include "band.h"
#include "base/rng.h"
#include "cm.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { EDITS = 500, HANDLES = 8 };

static struct vy_doc *start_document(void)
{
    return PIECE("create drum kick", "sequence drum: x..x..x. x..x..x.", "create lead analog",
                 "melody lead: C3 Eb3 G3 Bb3", "add reverb lead", "add delay lead", "bus room",
                 "add reverb room", "send lead room 0.4", "create tone osc shape=saw freq=110Hz",
                 "set tone.gain -18dB");
}

static const char *const edits[] = {
    "set tone.freq 220Hz",
    "create a bass",
    "set lead.gain -6dB",
    "melody a: C2 . Eb2 .",
    "add svf tone cutoff=800",
    "sequence drum: x.x. .x.x gain=[-3|-9]",
    "create l lfo",
    "patch l lead.cutoff depth=1",
    "set lead.glide 0.1",
    "melody lead: C4 ~ G4 ~ Bb4",
    "tempo 150",
    "drop svf tone",
    "remove a",
    "mute drum",
    "create f delay time=0.2",
    "patch tone f out",
    "patch f tone.freq depth=1st",
    "bypass lead.reverb",
    "ramp tone.gain -30dB 2",
    "unpatch l lead.cutoff",
    "chords lead: Cm7 Fm7",
    "remove f",
    "set lead.gain -12dB",
    "remove l",
    "add limiter tone",
    "tempo 120",
    "swing 0.6",
    "drop limiter tone",
    "remove room",
    "bus room",
    "send lead room 0.2",
};

static const char *const bound[HANDLES] = {"tone.freq", "lead.cutoff", "lead",      "drum",
                                           "lead.gain", "a",           "nothing.x", "tone.gain"};

struct stage {
    struct band band;
    _Atomic bool leave;
    uint64_t blocks, notes;
};

static void *audio(void *arg)
{
    struct stage *const s = arg;
    static const uint32_t sizes[] = {64, 128, 480, 100, 1024, 33};
    for (uint64_t n = 0; !atomic_load(&s->leave); n++) {
        if (n % 97 == 96) { // as after a takeover, or blocks it was late for
            s->band.slot->takeover++;
            s->band.slot->position = (int64_t)(n * 1000);
        }
        if (n % 31 == 30)
            s->band.slot->skipped += 64;
        if (n % 61 == 60)
            vy_player_idle(s->band.player, s->band.slot);
        band_block(&s->band, sizes[n / 16 % 6]);
        s->blocks++;
        if (n % 4 == 0)
            usleep(100);
    }
    return NULL;
}

static void *hands(void *arg)
{
    struct stage *const s = arg;
    for (uint64_t n = 0; !atomic_load(&s->leave); n++) {
        const uint32_t target = (uint32_t)(vy_rng_u64(5, n) % (HANDLES + 1));
        const double u = vy_rng_unit(6, n);
        const uint32_t kind = n % 211 == 0 ? VY_CONTROL_ALL_OFF : 1 + (uint32_t)(n % 3);
        band_control(&s->band, kind, target,
                     (float)(kind == VY_CONTROL_TURN ? u * 40 : 100 + u * 900));
        s->notes++;
        usleep(200);
    }
    return NULL;
}

static void edits_turns_and_sound_at_once(void **state)
{
    (void)state;
    static struct stage s;
    pthread_t player, hand;
    band_open(&s.band, start_document());
    for (uint32_t h = 0; h < HANDLES; h++)
        band_bind(&s.band, h, bound[h]);
    assert_int_equal(pthread_create(&player, NULL, audio, &s), 0);
    assert_int_equal(pthread_create(&hand, NULL, hands, &s), 0);
    uint32_t done = 0;
    for (uint32_t e = 0; e < EDITS; e++) {
        const double beat = e % 5 ? (double)NAN : atomic_load(&s.band.slot->says.beat) + 0.25;
        done += band_edit(&s.band, edits[e % (sizeof edits / sizeof *edits)], beat);
        if (e % 11 == 10)
            band_bind(&s.band, e % HANDLES, bound[(e / 2) % HANDLES]);
        if (e % 23 == 22)
            band_seek(&s.band, 4 * (e % 7));
        if (e % 17 == 16)
            vy_player_stems(s.band.player, e % 2);
        const char *const *name;
        if (e % 3) // bursts of edits, and pauses in which the old plans come back
            band_service(&s.band);
        assert_true(vy_player_units(s.band.player, &name) > 0);
        usleep(e % 40 == 0 ? 30000 : 500);
    }
    // the last one is heard as soon as the audio thread, which others may hold up here, gets to it
    for (int n = 0; n < 2500 && (n < 50 || s.band.slot->says.version != s.band.version); n++) {
        band_service(&s.band);
        usleep(2000);
    }
    const uint64_t plans = s.band.slot->says.plans, version = s.band.slot->says.version;
    atomic_store(&s.leave, true);
    pthread_join(player, NULL);
    pthread_join(hand, NULL);
    print_message("  %u edits, %u plans, %u blocks, %u controls, %u ticks of stems\n", done,
                  (unsigned)plans, (unsigned)s.blocks, (unsigned)s.notes, s.band.stems);
    assert_true(done > EDITS / 2 && plans > EDITS / 4 && s.band.stems > 0);
    assert_int_equal(version, s.band.version); // the last one is heard
    band_close(&s.band);
}

// A fault in a plan that has come back is told before the plan is freed.
static void faults_are_told_before_their_plan_is_freed(void **state)
{
    (void)state;
    struct band band;
    band_load_module("rogue", "m->at = (m->at",
                     "io->out[0][7] = (vy_f8){0} / 0.0f; m->at = (m->at");
    band_open(&band, PIECE("create a osc", "add rogue a mix=0.5"));
    band_block(&band, 64);
    assert_int_equal(band_again(&band), VY_OK);
    band_block(&band, 64); // the plan with the fault goes back
    assert_int_equal(band.events, 0);
    assert_int_equal(band_again(&band), VY_OK); // frees it
    band_block(&band, 64);
    band_service(&band);
    assert_int_equal(band.events, 1);
    assert_string_equal(band.event,
                        "muted: rogue in a wrote a number that is not finite; it is bypassed");
    band_close(&band);
}

// A cable that is taken out before it has sounded at all leaves nothing behind.
static void what_was_never_heard_goes_too(void **state)
{
    (void)state;
    struct band band;
    band_open(&band, PIECE("create a osc", "create f svf", "create b osc"));
    band_block(&band, 1024);
    band_service(&band);
    assert_true(band_edit(&band, "patch a f out", (double)NAN));
    assert_true(band_edit(&band, "unpatch a f", (double)NAN)); // compiled before the first sounds
    for (int n = 0; n < 40; n++) {
        band_block(&band, 64);
        band_service(&band);
    }
    const uint64_t plans = band.slot->says.plans;
    assert_int_equal(plans, 4); // the last without what has left
    for (int n = 0; n < 40; n++) {
        band_block(&band, 64);
        band_service(&band);
    }
    assert_int_equal(band.slot->says.plans, plans); // and there it rests
    band_close(&band);
}

// Largest sample of the next blocks.
static float loudest(struct band *band, uint32_t blocks)
{
    float most = 0;
    for (uint32_t b = 0; b < blocks; b++) {
        band_block(band, 64);
        for (uint32_t i = 0; i < 64; i++)
            most = fmaxf(most, fabsf(band->slot->out[0][i]));
    }
    return most;
}

// Gain, pan and spread belong to the unit, not to a module that somebody has named.
static void hands_turn_what_every_unit_has(void **state)
{
    (void)state;
    struct band band;
    band_open(&band, PIECE("create a osc shape=sine freq=500Hz", "set a.gain -12dB"));
    band_bind(&band, 0, "a.gain");
    band_bind(&band, 1, "a.pan");
    assert_int_equal(band_again(&band), VY_OK);
    const float before = loudest(&band, 100);
    assert_true(before > 0.05f);
    band_control(&band, VY_CONTROL_TURN, 0, -32);
    loudest(&band, 100);
    const float soft = loudest(&band, 100);
    assert_true(fabsf(soft / before - 0.1f) < 0.002f);
    band_control(&band, VY_CONTROL_TURN, 1, 1);
    loudest(&band, 100);
    assert_true(loudest(&band, 100) < 0.02f * soft); // all of it is on the right
    band_close(&band);
}

// The farthest position a guard believes.
static void far_positions_are_played_like_any(void **state)
{
    (void)state;
    struct band band;
    band_open(&band, start_document());
    band_block(&band, 64);
    band.slot->takeover++;
    band.slot->position = (int64_t)1 << 40;
    const uint64_t from = vy_now_ns();
    assert_true(loudest(&band, 500) > 0.01f);
    assert_true(vy_now_ns() - from < 20000000000u);
    assert_int_equal(band.slot->says.position, ((int64_t)1 << 40) + 500 * 64);
    band_close(&band);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(edits_turns_and_sound_at_once),
        cmocka_unit_test(faults_are_told_before_their_plan_is_freed),
        cmocka_unit_test(what_was_never_heard_goes_too),
        cmocka_unit_test(hands_turn_what_every_unit_has),
        cmocka_unit_test(far_positions_are_played_like_any),
    };
    return cmocka_run_group_tests(tests, piece_open_modules, piece_close_modules);
}
