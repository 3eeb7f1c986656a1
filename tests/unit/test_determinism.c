// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The same document and seed give the same bits: for every block, thread count and run; stems add
// up; and between versions the bits of tests/golden/renders.txt. Instruction sets fall into two
// classes: those with fused multiply-add (avx2, avx512) agree bit by bit, and base, where
// dsp/lanes.h vy_fma rounds twice, is within 60 dB of them. The golden file has a hash for each
// class.
//
// A change that is meant to sound different rewrites that file: VEERY_GOLDEN_UPDATE=1 meson test
// -C build determinism, in a commit of its own that says what changed.
#include "cm.h"
#include "piece.h"
#include "rig.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What the six built-in pieces are.
static const struct {
    const char *name;
    const char *line[16];
} pieces[] = {
    {"voices",
     {"tempo 124", "create a analog", "melody a: C3 Eb3 G3 Bb3 C4 . G3? .", "create k kick",
      "sequence k: x...x?..x{decay=0.2}...X...", "add reverb a"}},
    {"sources",
     {"create s supersaw voices=4", "chords s: Cm7 Abmaj7", "create f fm", "melody f: C4 G4 C5 .",
      "create w wavetable table=vowel", "ramp w.position 1 1", "melody w div=4: C2 G2"}},
    {"drums",
     {"tempo 132", "swing 0.3", "create k kick", "sequence k: x...x...x...x...", "create h hihat",
      "sequence h prob=0.8: xxxxxxxx", "create c clap", "sequence c: ....x.......x...",
      "create s snare", "sequence s: ....x..x.x..x...", "add compressor out"}},
    {"rooms",
     {"create a osc shape=saw", "melody a div=4: C4 . E4 .", "bus room", "add reverb room mix=1",
      "send a room 0.4", "add delay a sync=1/8d", "add chorus a", "add phaser a",
      "set a.pan -0.3"}},
    {"cables",
     {"create l lfo rate=3", "create a osc shape=square", "create f svf cutoff=800 res=0.7",
      "patch a f out", "patch l f.cutoff depth=2oct", "patch l a.pw depth=0.3",
      "melody a: A2 . A3 A2 . E3 . G3"}},
    {"timers",
     {"tempo 90", "create a osc shape=triangle", "melody a: C4 E4 G4 C5", "at 1 0 set a.gain -12dB",
      "at 2 0 add distortion a", "at 3 0 create n noise", "at 4 0 remove n", "at 4 1 tempo 124"}},
};
enum { PIECES = sizeof pieces / sizeof *pieces, FRAMES = 48000 * 4 };

static struct vy_doc *open_piece(int p)
{
    return piece_new(pieces[p].line);
}

static struct piece_take play(const struct vy_doc *doc, const struct vy_render *how)
{
    struct piece_take t = {0};
    piece_render_as(doc, how, &t);
    assert_true(t.frames > 0);
    return t;
}

static void blocks_threads_and_runs_change_nothing(void **state)
{
    (void)state;
    static const uint32_t blocks[] = {128, 480, 1000, 4096, 1};
    int compared = 0;
    for (int p = 0; p < PIECES; p++) {
        struct vy_doc *const doc = open_piece(p);
        const struct vy_render plain = {.frames = FRAMES};
        struct piece_take first = play(doc, &plain);
        const uint64_t hash = piece_hash(&first);
        const double level = rig_rms(first.x, FRAMES * 2);
        if (level < 1e-3)
            print_error("%s is silent: rms %g\n", pieces[p].name, level);
        assert_true(level > 1e-3);
        piece_drop(&first);
        for (int k = 0; k < 7; k++) {
            struct vy_render how = plain;
            how.block = k < 5 ? blocks[k] : 64;
            how.threads = k == 5 ? 2 : 1;
            struct piece_take t = play(doc, &how);
            if (piece_hash(&t) != hash)
                print_error("%s differs (case %d)\n", pieces[p].name, k);
            assert_true(piece_hash(&t) == hash);
            piece_drop(&t);
            compared++;
        }
        vy_doc_destroy(doc);
    }
    piece_figure("renders compared over blocks, threads, runs: different", 0, "0");
    assert_int_equal(compared, 7 * PIECES);
}

// A catalog whose modules, recipes' included, are those of one instruction set; NULL = the best.
static void use_set(const char *isa)
{
    if (isa)
        setenv("VEERY_ISA", isa, 1);
    else
        unsetenv("VEERY_ISA");
    piece_close(NULL);
    assert_int_equal(piece_open(NULL), 0);
    assert_true(!isa || strcmp(piece_catalog.kernels->isa, isa) == 0);
}

static struct piece_take play_by(const struct vy_kernels *kernels, int p)
{
    use_set(kernels->isa);
    struct vy_doc *const doc = open_piece(p);
    struct piece_take t = play(doc, &(struct vy_render){.frames = FRAMES});
    vy_doc_destroy(doc);
    use_set(NULL);
    return t;
}

static bool is_base(const struct vy_kernels *kernels)
{
    return strcmp(kernels->isa, "base") == 0;
}

static double snr_db(const struct piece_take *a, const struct piece_take *b)
{
    double sum = 0, off = 0;
    for (size_t n = 0; n < 2 * a->frames; n++) {
        const double d = (double)a->x[n] - (double)b->x[n];
        sum += (double)a->x[n] * (double)a->x[n];
        off += d * d;
    }
    return 10 * log10(sum / fmax(off, 1e-30));
}

static void instruction_sets_agree(void **state)
{
    (void)state;
    int equal = 0, compared = 0;
    double worst = 300;
    for (int p = 0; p < PIECES; p++) {
        struct piece_take first = play_by(vy_kernels_at(0), p);
        for (uint32_t i = 1; vy_kernels_at(i); i++) {
            const struct vy_kernels *const k = vy_kernels_at(i);
            struct piece_take t = play_by(k, p);
            assert_int_equal(t.frames, first.frames);
            const double snr = snr_db(&first, &t);
            if (is_base(k)) {
                print_message("  %s: base is within %.1f dB\n", pieces[p].name, snr);
                worst = fmin(worst, snr);
            } else {
                if (piece_hash(&t) != piece_hash(&first))
                    print_error("%s: %s differs, %.1f dB\n", pieces[p].name, k->isa, snr);
                equal += piece_hash(&t) == piece_hash(&first);
                compared++;
            }
            piece_drop(&t);
        }
        piece_drop(&first);
    }
    piece_figure("renders by avx2 that differ from avx512", compared - equal, "0");
    piece_figure("base against them, SNR, dB", worst, ">= 60");
    assert_int_equal(equal, compared);
    assert_true(worst >= 60);
}

static void stems_add_up(void **state)
{
    (void)state;
    double worst = 0;
    for (int p = 0; p < PIECES; p++) {
        if (strcmp(pieces[p].name, "drums") == 0)
            continue; // an effect on the master is not linear: its stems do not sum to it
        struct vy_doc *const doc = open_piece(p);
        struct piece_take t = play(doc, &(struct vy_render){.frames = FRAMES, .stems = true});
        assert_true(t.stems > 0);
        double most = 0;
        for (size_t n = 0; n < 2 * t.frames; n++) {
            double sum = 0;
            for (int s = 0; s < t.stems; s++) {
                assert_int_equal(t.stem[s].frames, t.frames);
                sum += (double)t.stem[s].x[n];
            }
            most = fmax(most, fabs(sum - (double)t.x[n]));
        }
        if (most >= 1e-6)
            print_error("stems of %s are %g off\n", pieces[p].name, most);
        worst = fmax(worst, most);
        piece_drop(&t);
        vy_doc_destroy(doc);
    }
    piece_figure("sum of stems against the master, largest difference", worst, "< 1e-6");
    assert_true(worst < 1e-6);
}

static void another_seed_is_another_take(void **state)
{
    (void)state;
    struct vy_doc *const doc = open_piece(2);
    struct piece_take a = play(doc, &(struct vy_render){.frames = FRAMES});
    doc->seed++;
    struct piece_take b = play(doc, &(struct vy_render){.frames = FRAMES});
    assert_true(piece_hash(&a) != piece_hash(&b));
    piece_drop(&a);
    piece_drop(&b);
    vy_doc_destroy(doc);
}

// A clone, and a document made again by the same edits, are the same document.
static void clones_and_replays_sound_the_same(void **state)
{
    (void)state;
    for (int p = 0; p < PIECES; p++) {
        struct vy_doc *const doc = open_piece(p), *const clone = vy_doc_clone(doc);
        struct vy_doc *const again = open_piece(p);
        struct piece_take a = play(doc, &(struct vy_render){.frames = 48000});
        vy_doc_destroy(doc);
        struct piece_take b = play(clone, &(struct vy_render){.frames = 48000});
        struct piece_take c = play(again, &(struct vy_render){.frames = 48000});
        assert_true(piece_hash(&a) == piece_hash(&b));
        assert_true(piece_hash(&a) == piece_hash(&c));
        piece_drop(&a);
        piece_drop(&b);
        piece_drop(&c);
        vy_doc_destroy(clone);
        vy_doc_destroy(again);
    }
}

// ---- golden hashes ------------------------------------------------------------------------------

enum { CLASSES = 2 };
static const char *const classes[CLASSES] = {"base", "fma"};

// The first usable set of a class, NULL when this machine has none.
static const struct vy_kernels *set_of(int class)
{
    for (uint32_t i = 0; vy_kernels_at(i); i++)
        if (is_base(vy_kernels_at(i)) == (class == 0))
            return vy_kernels_at(i);
    return NULL;
}

static uint64_t golden_hash(FILE *file, const char *name, const char *class)
{
    char word[64], kind[64], hash[32];
    rewind(file);
    while (fscanf(file, "%63s %63s %31s", word, kind, hash) == 3)
        if (strcmp(word, name) == 0 && strcmp(kind, class) == 0)
            return strtoull(hash, NULL, 16);
    return 0;
}

static void golden_renders_have_not_changed(void **state)
{
    (void)state;
    const bool update = getenv("VEERY_GOLDEN_UPDATE") != NULL;
    FILE *const file = fopen(GOLDEN_FILE, update ? "w" : "r");
    assert_non_null(file);
    int different = 0, compared = 0;
    for (int i = 0; i < PIECES * CLASSES; i++) {
        const char *const name = pieces[i / CLASSES].name, *const class = classes[i % CLASSES];
        const struct vy_kernels *const kernels = set_of(i % CLASSES);
        if (!kernels)
            continue;
        struct piece_take t = play_by(kernels, i / CLASSES);
        const unsigned long long hash = piece_hash(&t);
        piece_drop(&t);
        compared++;
        if (update) {
            fprintf(file, "%s %s %016llx\n", name, class, hash);
        } else if (golden_hash(file, name, class) != hash) {
            print_error("%s (%s) sounds different: %016llx. When that is meant, run this test with "
                        "VEERY_GOLDEN_UPDATE=1 and commit tests/golden/renders.txt.\n",
                        name, class, hash);
            different++;
        }
    }
    fclose(file);
    char what[64];
    snprintf(what, sizeof what, "golden renders that differ, of %d", compared);
    piece_figure(what, different, "0");
    assert_int_equal(different, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(blocks_threads_and_runs_change_nothing),
        cmocka_unit_test(instruction_sets_agree),
        cmocka_unit_test(stems_add_up),
        cmocka_unit_test(another_seed_is_another_take),
        cmocka_unit_test(clones_and_replays_sound_the_same),
        cmocka_unit_test(golden_renders_have_not_changed),
    };
    return cmocka_run_group_tests_name("determinism", tests, piece_open, piece_close);
}
