// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What people and agents get wrong: each gives an error with its own code and words that help, and
// leaves the session sounding as before.
#include "cm.h"
#include "command/samples.h"
#include "piece.h"
#include "sound/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SESSION                                                                                    \
    "create bass analog", "melody bass: C2 Eb2 G2 Bb2", "create s sampler file=sine",              \
        "create vco osc", "create f svf", "create echo delay", "patch vco f echo out", "bus room", \
        "add reverb room", "send bass room 0.3", "create l lfo", "add eq bass"

static const struct {
    const char *line;
    vy_status status;
    const char *says, *hint; // parts of message and hint; NULL = whatever
} rows[] = {
    // ranges, units, forms of numbers
    {"set bass.cutoff 90000Hz", VY_OUT_OF_RANGE, "cutoff goes from", NULL},
    {"set bass.cutoff -5Hz", VY_OK, NULL, NULL}, // minus where nothing is negative: relative
    {"set vco.pw 2", VY_OUT_OF_RANGE, "pw", NULL},
    {"set bass.cutoff 200ms", VY_BAD_UNIT, "Hz", NULL},
    {"set bass.attack 3dB", VY_BAD_UNIT, "s", NULL},
    {"set bass.cutoff nan", VY_BAD_ARG, "nan", NULL},
    {"set bass.cutoff inf", VY_BAD_ARG, "inf", NULL},
    {"set bass.cutoff -inf", VY_BAD_ARG, "inf", NULL},
    {"set bass.cutoff 0x1p9", VY_BAD_UNIT, NULL, NULL},
    {"set bass.cutoff 1e9", VY_BAD_UNIT, NULL, NULL},
    {"set bass.cutoff 1.2.3", VY_BAD_ARG, "1.2.3", NULL},
    {"set bass.cutoff .", VY_BAD_ARG, NULL, NULL},
    {"set bass.cutoff +", VY_BAD_ARG, NULL, NULL},
    {"set bass.cutoff /0", VY_BAD_ARG, "0", NULL},
    {"set bass.cutoff *0", VY_OUT_OF_RANGE, "cutoff", NULL},
    {"set bass.cutoff 99999999999999999999999999999999999999999999999999999999", VY_BAD_ARG, NULL,
     NULL},
    {"set bass.voices 0", VY_OUT_OF_RANGE, "voices", NULL},
    {"set bass.voices 65", VY_OUT_OF_RANGE, "voices", NULL},
    {"set bass.voices 2.5", VY_BAD_ARG, "whole", NULL},
    {"set s.voices 33", VY_OUT_OF_RANGE, "32", NULL},
    {"set vco.shape sae", VY_BAD_ARG, "sine saw square triangle", "saw"},
    {"set room.gain 60dB", VY_OUT_OF_RANGE, "gain", NULL},
    // names
    {"set bas.cutoff 400", VY_UNKNOWN_NAME, "bas", "bass"},
    {"set bass.cutof 400", VY_UNKNOWN_PARAM, "cutof", "cutoff"},
    {"set bass 400", VY_BAD_ARG, "path", NULL},
    {"set bass.eq.nothing 4", VY_UNKNOWN_PARAM, NULL, NULL},
    {"set bass..cutoff 4", VY_BAD_ARG, NULL, NULL},
    {"create bass osc", VY_NAME_TAKEN, "bass", NULL},
    {"create out osc", VY_NAME_TAKEN, "out", NULL},
    {"create now osc", VY_NAME_TAKEN, "now", NULL},
    {"create 1up osc", VY_BAD_ARG, "1up", NULL},
    {"create a-name-that-is-longer-than-any-name-may-be osc", VY_BAD_ARG, NULL, NULL},
    {"create x oscc", VY_UNKNOWN_MODULE, "oscc", "osc"},
    {"create x osc shape=saw freqq=3", VY_UNKNOWN_PARAM, "freqq", "freq"},
    {"create x osc freq=90kHz", VY_OUT_OF_RANGE, "freq", NULL},
    {"remove bas", VY_UNKNOWN_NAME, "bas", "bass"},
    {"remove out", VY_BAD_ARG, "out", NULL},
    {"mute nobody", VY_UNKNOWN_NAME, NULL, NULL},
    {"bypass vco", VY_UNKNOWN_NAME, NULL, NULL},
    {"drop chorus bass", VY_UNKNOWN_NAME, "chorus", NULL},
    {"add osc bass", VY_BAD_ARG, "effect", NULL},
    {"add reverbb bass", VY_UNKNOWN_MODULE, "reverbb", "reverb"},
    {"add reverb bass decay=-9", VY_OUT_OF_RANGE, "decay", NULL},
    // cables
    {"patch echo f", VY_CYCLE, "depth", NULL},
    {"patch f f", VY_CYCLE, NULL, NULL},
    {"patch out f", VY_CYCLE, NULL, NULL},
    {"patch room room", VY_CYCLE, NULL, NULL},
    {"send bass vco 0.3", VY_BAD_ARG, "bus", NULL},
    {"send room room 0.3", VY_CYCLE, NULL, NULL},
    {"send bass room 9", VY_OUT_OF_RANGE, "amount", NULL},
    {"patch bass vco", VY_BAD_ARG, "input", NULL},
    {"patch l bass.cutof depth=1", VY_UNKNOWN_PARAM, NULL, NULL},
    {"patch l bass.cutoff depth=2dB", VY_BAD_UNIT, NULL, NULL},
    {"patch l bass.cutoff depth=nan", VY_BAD_ARG, "depth", NULL},
    {"patch vco.nothing f", VY_UNKNOWN_PARAM, "nothing", NULL},
    {"patch nobody f", VY_UNKNOWN_NAME, NULL, NULL},
    {"unpatch bass echo", VY_NO_EFFECT, NULL, NULL},
    // patterns, time
    {"melody bass: C2 H3", VY_BAD_PATTERN, NULL, NULL},
    {"melody bass: [C2 D2", VY_BAD_PATTERN, NULL, NULL},
    {"sequence bass: x..y", VY_BAD_PATTERN, NULL, NULL},
    {"sequence bass: x{cutof=3}", VY_UNKNOWN_PARAM, NULL, "cutoff"},
    {"sequence bass: x{cutoff=99kHz}", VY_OUT_OF_RANGE, NULL, NULL},
    {"chords bass: Cfoo7", VY_BAD_PATTERN, NULL, NULL},
    {"melody bass dive=4: C2", VY_UNKNOWN_PARAM, "dive", "div"},
    {"melody bass gate=-1: C2", VY_OUT_OF_RANGE, NULL, NULL},
    {"melody room: C2", VY_BAD_ARG, "notes", NULL},
    {"melody nobody: C2", VY_UNKNOWN_NAME, NULL, NULL},
    {"tempo 9", VY_OUT_OF_RANGE, "10 to 400", NULL},
    {"tempo nan", VY_OUT_OF_RANGE, NULL, NULL},
    {"tempo inf", VY_OUT_OF_RANGE, NULL, NULL},
    {"swing 1.5", VY_OUT_OF_RANGE, NULL, NULL},
    {"swing nan", VY_OUT_OF_RANGE, NULL, NULL},
    {"ramp bass.cutoff 900 nan", VY_OUT_OF_RANGE, "bars", NULL},
    {"ramp bass.cutoff 900 4 sideways", VY_BAD_ARG, "sideways", NULL},
    {"ramp vco.shape saw 4", VY_BAD_ARG, "automated", NULL},
    {"ramp bass.pan 1 4 exp", VY_BAD_ARG, "exp", NULL},
    {"at -1 0 tempo 100", VY_OUT_OF_RANGE, NULL, NULL},
    {"at nan 0 tempo 100", VY_OUT_OF_RANGE, NULL, NULL},
    {"at 4 0.01 tempo 100", VY_OUT_OF_RANGE, NULL, NULL},
};

static uint64_t sound_of(const struct vy_doc *doc)
{
    struct piece_take t = piece_render(doc, 24000);
    const uint64_t hash = piece_hash(&t);
    piece_drop(&t);
    return hash;
}

// Every wrong line on a clone: the right code, words, hint; the original is what it was.
static void wrong_lines_say_what_is_wrong(void **state)
{
    (void)state;
    struct vy_doc *const doc = PIECE(SESSION);
    const uint64_t before = sound_of(doc);
    int wrong = 0, errors = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct vy_doc *const clone = vy_doc_clone(doc);
        struct vy_err err;
        const vy_status status = piece_try(clone, rows[i].line, &err);
        const bool right = status == rows[i].status &&
                           (!rows[i].says || strstr(err.message, rows[i].says)) &&
                           (!rows[i].hint || strstr(err.hint, rows[i].hint)) &&
                           (status == VY_OK || (err.code == status && err.message[0]));
        if (!right) {
            print_error("%s: %s, not %s: '%s' (%s)\n", rows[i].line, vy_status_name(status),
                        vy_status_name(rows[i].status), err.message, err.hint);
            wrong++;
        }
        errors += status != VY_OK;
        vy_doc_destroy(clone);
    }
    assert_true(sound_of(doc) == before);
    vy_doc_destroy(doc);
    piece_figure("wrong lines tried", errors, "");
    piece_figure("of them with another code, message or hint than stated", wrong, "0");
    assert_int_equal(wrong, 0);
}

// ---- files --------------------------------------------------------------------------------------

static vy_status render_status(const struct vy_doc *doc, struct vy_err *err)
{
    struct vy_render_result result;
    *err = (struct vy_err){0};
    const struct vy_render how = {.sr_hz = 48000, .block = 64, .threads = 1, .frames = 4800};
    return vy_studio_render(doc, &piece_catalog, &how, &result, err);
}

static void bad_sound_files_stop_the_render_with_a_reason(void **state)
{
    (void)state;
    struct vy_err err;
    struct vy_doc *doc = PIECE("create s sampler file=gone.wav");
    assert_int_equal(render_status(doc, &err), VY_NOT_FOUND);
    assert_non_null(strstr(err.message, "gone.wav"));
    // the document is not spoilt: another file, and it plays
    piece_do(doc, "set s.file sine");
    assert_int_equal(render_status(doc, &err), VY_OK);
    vy_doc_destroy(doc);
    doc = PIECE("create s sampler file=truncated");
    assert_int_equal(render_status(doc, &err), VY_BAD_FILE);
    assert_non_null(strstr(err.message, "truncated"));
    vy_doc_destroy(doc);
    // without a reader there are no sound files
    doc = PIECE("create s sampler file=sine");
    vy_status (*const load)(const char *, struct vy_sample **, struct vy_err *) =
        piece_catalog.load;
    piece_catalog.load = NULL;
    assert_int_equal(render_status(doc, &err), VY_ABSENT);
    piece_catalog.load = load;
    vy_doc_destroy(doc);
}

// A real WAV of 2400 frames, cut and spoilt in every way, read by the reader the apps use.
static void damaged_wavs_stop_the_render_with_a_reason(void **state)
{
    (void)state;
    char path[] = "/tmp/veery-inputs-XXXXXX", line[96];
    const int place = mkstemp(path);
    assert_true(place >= 0);
    close(place);
    float wave[2400];
    for (int n = 0; n < 2400; n++)
        wave[n] = (float)sin(0.05 * n);
    struct vy_sound_writer *writer = NULL;
    struct vy_err err = {0};
    assert_int_equal(vy_sound_create(path, VY_SOUND_WAV16, 48000, 1, &writer, &err), VY_OK);
    assert_int_equal(vy_sound_write(writer, wave, 2400, &err), VY_OK);
    assert_int_equal(vy_sound_close(writer, true, &err), VY_OK);
    char whole[16384];
    FILE *file = fopen(path, "rb");
    const size_t bytes = fread(whole, 1, sizeof whole, file);
    fclose(file);
    assert_true(bytes > 4800 && bytes < sizeof whole);

    const struct vy_catalog was = piece_catalog;
    vy_samples_attach(&piece_catalog);
    snprintf(line, sizeof line, "create s sampler file=%s", path);
    struct vy_doc *const doc = PIECE(line, "sequence s: x");
    assert_int_equal(render_status(doc, &err), VY_OK);
    static const size_t cuts[] = {0, 1, 11, 12, 30, 44, 45, 1000, 4843};
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++) {
        assert_int_equal(truncate(path, (off_t)cuts[i]), 0);
        if (render_status(doc, &err) != VY_BAD_FILE)
            fail_msg("a WAV of %zu of %zu bytes was taken", cuts[i], bytes);
        assert_non_null(strstr(err.message, path));
        file = fopen(path, "wb");
        fwrite(whole, 1, bytes, file);
        fclose(file);
    }
    memset(whole, 'x', 12); // no RIFF
    file = fopen(path, "wb");
    fwrite(whole, 1, bytes, file);
    fclose(file);
    assert_int_equal(render_status(doc, &err), VY_BAD_FILE);
    unlink(path);
    assert_int_equal(render_status(doc, &err), VY_NOT_FOUND);
    piece_catalog = was;
    vy_doc_destroy(doc);
    piece_figure("damaged WAVs taken, of 10", 0, "0");
}

static void renders_refuse_what_cannot_be(void **state)
{
    (void)state;
    struct vy_doc *const doc = PIECE("create a osc");
    const struct vy_render good = {.sr_hz = 48000, .block = 64, .threads = 1, .frames = 4800};
    struct vy_render_result result;
    struct vy_render how[7];
    for (int i = 0; i < 7; i++)
        how[i] = good;
    how[0].sr_hz = 7999;
    how[1].sr_hz = (double)NAN;
    how[2].block = 0;
    how[3].block = 65537;
    how[4].threads = 3;
    how[5].frames = (double)NAN;
    how[6].frames = -1;
    for (int i = 0; i < 7; i++) {
        struct vy_err err = {0};
        if (vy_studio_render(doc, &piece_catalog, &how[i], &result, &err) != VY_OUT_OF_RANGE)
            fail_msg("case %d was taken", i);
        assert_true(err.message[0] != '\0');
    }
    vy_doc_destroy(doc);
}

// ---- too much -----------------------------------------------------------------------------------

static void too_much_of_anything_is_refused(void **state)
{
    (void)state;
    struct vy_doc *doc = vy_doc_new(1);
    struct vy_err err;
    char line[64];
    vy_status status = VY_OK;
    int made = 0;
    for (; !status && made < 1000; made++) {
        snprintf(line, sizeof line, "create u%d osc", made);
        status = piece_try(doc, line, &err);
    }
    assert_int_equal(status, VY_TOO_BIG);
    assert_int_equal(made, VY_MAX_UNITS); // "out" is one of them
    assert_non_null(strstr(err.message, "256"));
    vy_doc_destroy(doc);

    // 33 stereo voices would be 66 lanes
    doc = PIECE("create a analog", "set a.voices 64", "create n osc", "chords a: C");
    assert_int_equal(render_status(doc, &err), VY_OK);
    vy_doc_destroy(doc);

    // parts: every pattern begins a beat later
    doc = PIECE("create a osc");
    status = VY_OK;
    for (made = 0; !status && made < 5000; made++) {
        doc->beat = made;
        status = piece_try(doc, "melody a: C4", &err);
    }
    assert_int_equal(status, VY_TOO_BIG);
    assert_int_equal(made, 4097);
    vy_doc_destroy(doc);

    doc = PIECE("create a osc");
    for (made = 0, status = VY_OK; !status && made < 64; made++)
        status = piece_try(doc, "add utility a", &err);
    assert_int_equal(status, VY_TOO_BIG);
    assert_int_equal(made, 32); // the source is one of the 32
    vy_doc_destroy(doc);

    doc = PIECE("create a osc");
    for (made = 0, status = VY_OK; !status && made < 5000; made++)
        status = piece_try(doc, "at 4 0 tempo 100", &err);
    assert_int_equal(status, VY_TOO_BIG);
    assert_int_equal(made, 4097);
    vy_doc_destroy(doc);
}

// A stereo source (two lanes a voice) into a unit of many voices.
static void more_lanes_than_a_cable_has_are_an_error(void **state)
{
    (void)state;
    static const char wide[] = "recipe wide \"stereo voices through a filter\" voices=33\n"
                               "create saws supersaw\n"
                               "create filter svf\n"
                               "patch saws > filter > out\n";
    struct vy_arena arena = {0};
    struct vy_err err = {0};
    struct vy_recipe recipe, *const was = piece_catalog.recipe;
    const uint16_t count = piece_catalog.recipes;
    if (vy_recipe_read(&piece_catalog, wide, strlen(wide), "test", &arena, &recipe, &err)) {
        assert_true(err.message[0] != '\0'); // refused even earlier: fine
    } else {
        piece_catalog.recipe = &recipe;
        piece_catalog.recipes = 1;
        struct vy_doc *const doc = PIECE("create a wide");
        assert_int_equal(render_status(doc, &err), VY_TOO_BIG);
        assert_non_null(strstr(err.message, "64 lanes"));
        vy_doc_destroy(doc);
        piece_catalog.recipe = was;
        piece_catalog.recipes = count;
    }
    vy_arena_clear(&arena);
}

// A timer whose line fails leaves the piece as it is: the callback returns NULL.
static struct vy_doc *refuse(void *arg, const struct vy_doc *doc, const char *line,
                             const char *author)
{
    struct vy_err err;
    struct vy_doc *const clone = vy_doc_clone(doc);
    (void)author;
    if (piece_try(clone, line, &err) == VY_OK)
        return clone;
    (*(int *)arg)++;
    vy_doc_destroy(clone);
    return NULL;
}

static void a_timer_that_fails_changes_nothing(void **state)
{
    (void)state;
    int refused = 0;
    struct vy_doc *const doc = PIECE(SESSION, "at 0.25 0.25 set bass.cutoff 90000Hz");
    struct vy_err err = {0};
    struct vy_render_result result;
    const struct vy_render how = {.sr_hz = 48000,
                                  .block = 64,
                                  .threads = 1,
                                  .frames = 23000,
                                  .line = refuse,
                                  .arg = &refused};
    assert_int_equal(vy_studio_render(doc, &piece_catalog, &how, &result, &err), VY_OK);
    assert_int_equal(refused, 3);
    assert_int_equal(result.plans, 1);
    vy_doc_destroy(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wrong_lines_say_what_is_wrong),
        cmocka_unit_test(bad_sound_files_stop_the_render_with_a_reason),
        cmocka_unit_test(damaged_wavs_stop_the_render_with_a_reason),
        cmocka_unit_test(renders_refuse_what_cannot_be),
        cmocka_unit_test(too_much_of_anything_is_refused),
        cmocka_unit_test(more_lanes_than_a_cable_has_are_an_error),
        cmocka_unit_test(a_timer_that_fails_changes_nothing),
    };
    return cmocka_run_group_tests_name("inputs", tests, piece_open, piece_close);
}
