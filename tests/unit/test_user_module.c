// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// User modules from template to sound: compiled here with the real compiler, loaded, swapped in the
// middle of a render, and gone wrong in every way that must not hurt the others.
#include "cm.h"
#include "piece.h"
#include "rig.h"

#include "engine/compile.h"
#include "engine/user_module.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SWAP = 24000, FRAMES = 48000 }; // beat 1 at 120 BPM

// ---- sources ------------------------------------------------------------------------------------

// The template of `name`, with pairs of texts replaced, written to its file. Returns the line of
// the first replacement.
static int write_source(const char *name, const char *const (*edit)[2], int edits)
{
    char path[VY_USER_PATH], *text;
    size_t length;
    struct vy_err err = {0};
    snprintf(path, sizeof path, "%s/%s.c", piece_modules, name);
    unlink(path);
    if (vy_user_module_template(&piece_catalog, name, path, &err) ||
        vy_file_read(path, 1 << 20, &text, &length, &err))
        fail_msg("%s: %s", name, err.message);
    int line = 0;
    for (int i = 0; i < edits; i++) {
        char *const at = strstr(text, edit[i][0]);
        if (!at)
            fail_msg("the template has no '%s'", edit[i][0]);
        struct vy_buf buf = {0};
        vy_buf_put(&buf, text, (size_t)(at - text));
        for (const char *c = buf.text; i == 0 && *c; c++)
            line += *c == '\n';
        vy_buf_add(&buf, "%s%s", edit[i][1], at + strlen(edit[i][0]));
        free(text);
        text = buf.text;
    }
    assert_int_equal(vy_file_write(path, text, strlen(text), &err), VY_OK);
    free(text);
    return line + 1;
}

#define EDITS(...) \
    (const char *const[][2]){__VA_ARGS__}, sizeof((const char *const[][2]){__VA_ARGS__}) / 16

// Build what is written; the path is good until the next call.
static const char *build(const char *name)
{
    static char path[VY_USER_PATH];
    struct vy_buf output = {0};
    struct vy_err err = {0};
    if (vy_user_module_build(&piece_catalog, name, &output, path, &err))
        fail_msg("%s: %s\n%s", name, err.message, output.text ? output.text : "");
    if (output.length)
        fail_msg("warnings: %s", output.text);
    vy_buf_clear(&output);
    return path;
}

static void load(const char *name)
{
    struct vy_err err = {0};
    const char *const path = build(name);
    if (vy_catalog_user_add(&piece_catalog, path, name, vy_user_mark_new(&piece_catalog, path),
                            NULL, &err))
        fail_msg("%s: %s", name, err.message);
}

// What loading a changed template says.
static struct vy_err refused(const char *name, const char *from, const char *to)
{
    struct vy_err err = {0};
    struct vy_module module;
    write_source(name, EDITS({from, to}));
    assert_int_equal(vy_user_module_load(&piece_catalog, build(name), name, &module, &err),
                     VY_BAD_MODULE);
    print_message("  %s\n", err.message);
    return err;
}

// ---- the template -------------------------------------------------------------------------------

static void template_builds_clean_and_sounds(void **state)
{
    (void)state;
    struct vy_err err = {0};
    write_source("fresh", NULL, 0);
    const struct vy_kernels *const real = piece_catalog.kernels;
    for (uint32_t i = 0; vy_kernels_at(i); i++) { // build() fails on a warning
        piece_catalog.kernels = vy_kernels_at(i);
        if (vy_user_module_try(&piece_catalog, build("fresh"), "fresh", &err))
            fail_msg("%s: %s", vy_kernels_at(i)->isa, err.message);
    }
    piece_catalog.kernels = real;
    load("fresh");
    struct vy_doc *const doc = PIECE("create a osc shape=sine freq=440Hz", "set a.gain -12dB");
    struct piece_take dry = piece_render(doc, FRAMES);
    piece_do(doc, "add fresh a mix=0");
    struct piece_take off = piece_render(doc, FRAMES);
    assert_true(piece_hash(&dry) == piece_hash(&off));
    piece_do(doc, "set a.mix 0.5");
    struct piece_take on = piece_render(doc, FRAMES);
    double most = 0, before = 0;
    for (size_t n = 0; n < 2 * FRAMES; n++) {
        const double d = fabs((double)on.x[n] - (double)dry.x[n]);
        if (n / 2 < 8600)
            before = fmax(before, d);
        most = fmax(most, d);
    }
    piece_figure("template: first echo 180 ms behind, level before and of echoes", most, "> 0.05");
    assert_true(before == 0 && most > 0.05 && on.result.muted == 0);
    piece_drop(&dry);
    piece_drop(&off);
    piece_drop(&on);
    vy_doc_destroy(doc);
}

static void template_refuses_names(void **state)
{
    (void)state;
    char path[VY_USER_PATH];
    struct vy_err err = {0};
    write_source("mine", NULL, 0);
    static const char *const taken[] = {"mine", "reverb", "pluck", "echo", "strip"};
    for (size_t i = 0; i < sizeof taken / sizeof *taken; i++)
        assert_int_equal(vy_user_module_template(&piece_catalog, taken[i], path, &err),
                         VY_NAME_TAKEN);
    static const char *const bad[] = {"",     "Mine", "../x", "2x",
                                      "my-x", "int",  "a b",  "abcdefghijklmnopqrstuvwxyz"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        assert_int_equal(vy_user_module_template(&piece_catalog, bad[i], path, &err), VY_BAD_ARG);
}

// ---- what is refused ----------------------------------------------------------------------------

static void errors_say_their_line(void **state)
{
    (void)state;
    char path[VY_USER_PATH];
    struct vy_buf output = {0};
    struct vy_err err = {0};
    const int line = write_source(
        "wrong", EDITS({"m->at = 0;", "m->att = 0;"}, {"m->phase = 0;", "m->phase = nothing;"}));
    assert_int_equal(vy_user_module_build(&piece_catalog, "wrong", &output, path, &err),
                     VY_BAD_MODULE);
    char want[64];
    snprintf(want, sizeof want, "wrong.c:%d:", line);
    if (strncmp(err.message, want, strlen(want)) != 0)
        fail_msg("'%s' does not begin with %s", err.message, want);
    const char *at = output.text;
    struct vy_diagnostic d;
    int errors = 0;
    for (; vy_user_diagnostic(&at, &d); errors++) {
        assert_int_equal(d.line, line + errors);
        assert_true(d.column > 0 && d.kind_length == 5 && memcmp(d.kind, "error", 5) == 0);
    }
    assert_int_equal(errors, 2);
    vy_buf_clear(&output);
    // what only the linker sees
    write_source("wrong", EDITS({"static uint32_t line_length", "int gone(void);\nstatic uint32_t "
                                                                "line_length"},
                                {"m->at = 0;", "m->at = (uint32_t)gone();"}));
    assert_int_equal(vy_user_module_build(&piece_catalog, "wrong", &output, path, &err),
                     VY_BAD_MODULE);
    assert_non_null(strstr(err.message, "gone"));
    vy_buf_clear(&output);
    assert_int_equal(vy_user_module_build(&piece_catalog, "none", &output, path, &err),
                     VY_NOT_FOUND);
    setenv("CC", "no-such-compiler", 1);
    assert_int_equal(vy_user_module_build(&piece_catalog, "wrong", &output, path, &err), VY_ABSENT);
    unsetenv("CC");
    vy_buf_clear(&output);
}

static void descriptors_are_judged(void **state)
{
    (void)state;
    struct vy_err err = refused("judged", ".abi = VY_MODULE_ABI", ".abi = 1");
    assert_non_null(strstr(err.message, "ABI 1"));
    assert_non_null(strstr(err.message, "has 2"));
    static const char *const wrong[][3] = {
        {".id = \"judged\"", ".id = \"other\"", "its id must be \"judged\""},
        {"{\"mix\", \"\", 0, 1, 0.4f", "{\"mix\", \"\", 0, 1, 1.5f", "mix: min <= default <= max"},
        {"{\"rate\", \"Hz\", 0.1f", "{\"rate\", \"Hz\", 0", "above 0"},
        {"{\"feedback\"", "{\"time\"", "two parameters are called time"},
        {".reset = reset,", ".reset = NULL, .deinit = reset,", "reset and process must be there"},
        {".ins = VY_COUNT(inputs)", ".ins = 33", "the most are 32"},
        {".outs = VY_COUNT(outputs)", ".outs = 0", "no output"},
        {"{\"in\", 0, \"sound\"}", "{\"In\", 0, \"sound\"}", "a name of a-z"},
        {"struct vy_module veery_module", "struct vy_module other", "veery_module"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        err = refused("judged", wrong[i][0], wrong[i][1]);
        if (!strstr(err.message, wrong[i][2]))
            fail_msg("'%s' does not say '%s'", err.message, wrong[i][2]);
    }
    // a file that got the name of a module of Veery
    char from[VY_USER_PATH], to[VY_USER_PATH];
    struct vy_module module;
    write_source("judged", EDITS({".id = \"judged\"", ".id = \"reverb\""}));
    snprintf(from, sizeof from, "%s/judged.c", piece_modules);
    snprintf(to, sizeof to, "%s/reverb.c", piece_modules);
    assert_int_equal(rename(from, to), 0);
    assert_int_equal(vy_user_module_load(&piece_catalog, build("reverb"), "reverb", &module, &err),
                     VY_BAD_MODULE);
    assert_non_null(strstr(err.message, "a module of Veery has this name"));
}

// What a trial in a process of its own says about a template with `to` in the place of `from`.
static void trial(const char *from, const char *to, const char *says)
{
    struct vy_err err = {0};
    write_source("tried", EDITS({from, to}));
    assert_int_equal(vy_user_module_try(&piece_catalog, build("tried"), "tried", &err),
                     VY_BAD_MODULE);
    print_message("  %s\n", err.message);
    if (!strstr(err.message, says))
        fail_msg("'%s' does not say '%s'", err.message, says);
}

static void trials_find_what_is_wrong(void **state)
{
    (void)state;
    trial("out[n] = dry + echo", "out[n] = dry / (0.95f - feedback.v[0]) + echo",
          "not finite to out, with nothing connected at its inputs and its knobs at their maxima");
    trial("m->at = (m->at", "((char *)mem)[-5] = 1; m->at = (m->at", "outside its memory");
    trial("m->at = (m->at", "io->out[0][m->groups * VY_TICK] = (vy_f8){1}; m->at = (m->at",
          "outside its output out");
    trial("m->at = (m->at", "*(volatile int *)(8ul + m->at) = 1; m->at = (m->at",
          "crashes (Segmentation");
    trial("m->at = (m->at", "for (volatile int i = 1; i;) { i = 1; } m->at = (m->at",
          "does not come back within 5 s");
    trial("return vy_align64(", "return 8 + vy_align64(", "no multiple of 64");
    trial("    m->groups = cfg->shape.groups;", "    return -1;\n    m->groups = 1;",
          "instance cannot be made");
    trial("    m->groups = cfg->shape.groups;", "    void _exit(int);\n    _exit(0);",
          "ends the process");
}

// ---- layout -------------------------------------------------------------------------------------

static void layout_is_of_the_structs(void **state)
{
    (void)state;
    static const char base[] =
        "#define N 4\nstruct a { float x; int n; };\nint f(void) { return 1; }\n";
    static const char *const same[] = {
        "#define N 5\nstruct a { float x; int n; };\nint f(void) { return 2; }\n",
        "/* struct b { int q; }; */ struct a\n{\n\tfloat x; // struct\n\tint n;\n};",
        "struct a { float x; int n; };\nstatic const struct port in[] = {{\"in\"}};",
        "struct a { float x; int n; };\nint g(void) { struct { int z; } q; return q.z; }",
        "static struct p *g(struct a *v) { return v; }\nstruct a {float x;int n;};",
        "const char *c = \"struct z { int\"; struct a { float x; int n; };",
    };
    static const char *const other[] = {
        "struct a { float x; int n, m; };",
        "struct a { float x; unsigned n; };",
        "struct a { int n; float x; };",
        "struct a { float xint; n; };",
        "struct a { float x; int n; }; struct b { int y; };",
        "struct a { float x; int n; }; typedef float t;",
        "struct __attribute__((aligned(64))) a { float x; int n; };",
        "union a { float x; int n; };",
    };
    const uint64_t want = vy_user_layout(base);
    assert_true(want != 0);
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (vy_user_layout(same[i]) != want)
            fail_msg("differs: %s", same[i]);
    for (size_t i = 0; i < sizeof other / sizeof *other; i++)
        if (vy_user_layout(other[i]) == want)
            fail_msg("does not differ: %s", other[i]);
    static const char *const none[] = {"",   "int x;", "struct", "struct a", "/*",
                                       "\"", "'",      "{",      "#\\",      "}}}"};
    for (size_t i = 0; i < sizeof none / sizeof *none; i++)
        assert_true(vy_user_layout(none[i]) == 0);
}

// ---- reload in the middle of a render -----------------------------------------------------------

static bool keep_block(void *arg, const float *stereo, uint32_t frames)
{
    struct piece_take *const t = arg;
    if (t->frames + frames > FRAMES)
        return false;
    memcpy(t->x + 2 * t->frames, stereo, frames * 2 * sizeof *stereo);
    t->frames += frames;
    return true;
}

static bool keep_stem(void *arg, const char *unit, const float *stereo, uint32_t frames)
{
    struct piece_take *const t = arg;
    struct piece_stem *const s = &t->stem[strcmp(unit, "other") == 0];
    if (!s->x)
        s->x = calloc(2 * (FRAMES + 64), sizeof *s->x);
    vy_text_copy(s->name, sizeof s->name, unit);
    if (s->frames + frames <= FRAMES)
        memcpy(s->x + 2 * s->frames, stereo, frames * 2 * sizeof *stereo);
    s->frames += frames;
    t->stems = 2;
    return true;
}

static void keep_event(void *arg, const struct vy_event *event)
{
    struct piece_take *const t = arg;
    if (t->events < 16)
        t->event[t->events++] = *event;
}

// The line is the name of a module: what is written of it now takes its place.
static struct vy_doc *reload_line(void *arg, const struct vy_doc *doc, const char *line,
                                  const char *author)
{
    (void)arg;
    (void)author;
    struct vy_err err = {0};
    const struct vy_module *was;
    const char *const path = build(line);
    struct vy_doc *const next = vy_doc_clone(doc);
    uint32_t nodes;
    if (vy_catalog_user_add(&piece_catalog, path, line, vy_user_mark_new(&piece_catalog, path),
                            &was, &err) ||
        vy_doc_replace_module(next, was, vy_catalog_user(&piece_catalog, line)->module, &nodes))
        fail_msg("%s: %s", line, err.message);
    assert_int_equal(nodes, 1);
    return next;
}

// Render a document; a timer's line is the name of a module to reload then.
static struct piece_take render(struct vy_doc *doc)
{
    struct piece_take t = {.x = calloc(2 * FRAMES, sizeof(float))};
    const struct vy_render how = {.sr_hz = 48000,
                                  .block = 64,
                                  .threads = 1,
                                  .frames = FRAMES,
                                  .stems = true,
                                  .line = reload_line,
                                  .block_done = keep_block,
                                  .stem_done = keep_stem,
                                  .event = keep_event,
                                  .arg = &t};
    struct vy_err err = {0};
    if (vy_studio_render(doc, &piece_catalog, &how, &t.result, &err))
        fail_msg("render: %s", err.message);
    vy_doc_destroy(doc);
    return t;
}

static double step_at(const struct piece_take *t, size_t from, size_t until)
{
    double most = 0;
    for (size_t n = from; n + 1 < until; n++)
        most = fmax(most, fabs((double)t->x[2 * n + 2] - (double)t->x[2 * n]));
    return most;
}

#define SINE "create a osc shape=sine freq=200Hz", "set a.gain -14dB", "add swapped a mix=0.5"

static void reload_carries_state_without_a_click(void **state)
{
    (void)state;
    write_source("swapped", NULL, 0);
    load("swapped");
    struct piece_take plain = render(PIECE(SINE));
    struct piece_take same = render(PIECE(SINE, "at 1 0 swapped"));
    assert_int_equal(same.result.plans, plain.result.plans + 2);
    // the same code with the same memory: after the fade not a bit differs
    for (size_t n = 0; n < 2 * FRAMES; n++)
        if ((n < 2 * SWAP || n >= 2 * (SWAP + 1024)) && plain.x[n] != same.x[n])
            fail_msg("frame %zu: %g, not %g", n / 2, (double)same.x[n], (double)plain.x[n]);
    piece_figure("reload, same layout: largest step (0.0052 without)",
                 step_at(&same, SWAP - 64, SWAP + 1024), "< 0.05");
    assert_true(step_at(&same, SWAP - 64, SWAP + 1024) < 0.05);
    // another struct: the echoes begin anew, 180 ms of them are missing
    write_source("swapped", EDITS({"    float phase;", "    float phase, more;"}));
    struct piece_take anew = render(PIECE(SINE, "at 1 0 swapped"));
    double missing = 0;
    for (size_t n = SWAP + 1024; n < SWAP + 8000; n++)
        missing = fmax(missing, fabs((double)anew.x[2 * n] - (double)plain.x[2 * n]));
    piece_figure("reload, other layout: largest step", step_at(&anew, SWAP - 64, SWAP + 1024),
                 "< 0.05");
    piece_figure("reload, other layout: echoes that are missing after it", missing, "> 0.02");
    assert_true(step_at(&anew, SWAP - 64, SWAP + 1024) < 0.05);
    assert_true(missing > 0.02);
    piece_drop(&plain);
    piece_drop(&same);
    piece_drop(&anew);
}

// What begins is not faded in, but a build that follows another is.
static void reloaded_sources_do_not_click(void **state)
{
    (void)state;
    write_source("source", EDITS({"const vy_f8 dry = in ? in[n] : (vy_f8){0};",
                                  "const vy_f8 dry = (in ? 0.0f : 0.1f) + (vy_f8){0};"},
                                 {"vy_in(io, IN_SOUND, g)", "NULL"}, {".flags = VY_EFFECT,", ""},
                                 {".ins = VY_COUNT(inputs)", ".ins = 0 * VY_COUNT(inputs)"},
                                 {"enum { IN_SOUND };", ""}));
    load("source");
    struct piece_take t = render(PIECE("create a source mix=0", "at 1 0 source"));
    assert_true(fabsf(t.x[2 * 12000]) > 0.02f);
    const double step = step_at(&t, SWAP - 64, SWAP + 1024);
    double most = 0;
    for (size_t n = SWAP - 64; n < SWAP + 1024; n++)
        most = fmax(most, (double)(t.x[2 * n] / t.x[2 * 12000]));
    piece_figure("reload of a source: largest step", step, "< 0.005");
    piece_figure("reload of a source: highest level, two waves that agree", most, "1.414");
    assert_true(step < 0.005 && fabs(most - sqrt(2)) < 0.02);
    piece_drop(&t);
}

static void pointers_into_itself_are_not_carried(void **state)
{
    (void)state;
    write_source("swapped", EDITS({"    float phase;", "    float phase; vy_f8 *self;"},
                                  {"    m->groups = cfg->shape.groups;",
                                   "    m->groups = cfg->shape.groups;\n    m->self = m->line;"},
                                  {"= m->line + (size_t)g", "= m->self + (size_t)g"}));
    load("swapped");
    struct piece_take plain = render(PIECE(SINE)), t = render(PIECE(SINE, "at 1 0 swapped"));
    double missing = 0;
    for (size_t n = SWAP + 1024; n < SWAP + 8000; n++)
        missing = fmax(missing, fabs((double)t.x[2 * n] - (double)plain.x[2 * n]));
    assert_true(missing > 0.02 && t.result.muted == 0);
    piece_drop(&plain);
    piece_drop(&t);
}

// ---- going wrong --------------------------------------------------------------------------------

#define PAIR                                                                                \
    "create a osc shape=sine freq=200Hz", "set a.gain -14dB", "create other osc shape=saw", \
        "set other.gain -20dB", "add svf other"

static void goes_wrong(const char *how, const char *says)
{
    // from its hundredth tick on
    char line[300];
    snprintf(line, sizeof line, "if (m->phase_ticks++ >= 100) { %s; }\n    m->at = (m->at", how);
    write_source("rogue", EDITS({"    float phase;", "    float phase; uint32_t phase_ticks;"},
                                {"m->at = (m->at", line}));
    load("rogue");
    struct piece_take dry = render(PIECE(PAIR)), t = render(PIECE(PAIR, "add rogue a mix=0.5"));
    for (size_t n = 0; n < 2 * FRAMES; n++) {
        if (t.stem[1].x[n] != dry.stem[1].x[n])
            fail_msg("the other unit differs at frame %zu", n / 2);
        if (n >= 2 * 6400 && t.stem[0].x[n] != dry.stem[0].x[n]) // bypassed, not silent
            fail_msg("frame %zu: %g, dry %g", n / 2, (double)t.stem[0].x[n],
                     (double)dry.stem[0].x[n]);
    }
    assert_int_equal(t.result.muted, 1);
    assert_int_equal(t.events, 1);
    print_message("  %s\n", t.event[0].text);
    assert_string_equal(t.event[0].text, says);
    assert_true(t.event[0].frame >= 6400 && t.event[0].frame <= 6464);
    piece_drop(&dry);
    piece_drop(&t);
}

static void rogues_are_bypassed_alone(void **state)
{
    (void)state;
    goes_wrong("io->out[0][7] = (vy_f8){0} / 0.0f",
               "rogue in a wrote a number that is not finite; it is bypassed");
    goes_wrong("((char *)mem)[-1] = 3", "rogue in a wrote outside its memory; it is bypassed");
    goes_wrong("((vy_f8 *)m->line)[(size_t)m->groups * m->length + 1] = (vy_f8){1}",
               "rogue in a wrote outside its memory; it is bypassed");
}

// A plan with a host of its own.
static void play(struct vy_host *host, struct vy_engine *engine, struct vy_doc *doc)
{
    struct vy_err err = {0};
    vy_host_open(host, &piece_catalog, 48000, 1);
    if (vy_compile(host, doc, NULL, &engine->plan, &err))
        fail_msg("%s", err.message);
    vy_doc_destroy(doc);
}

// Another process says which mark may not run any more.
static void blamed_marks_do_not_run(void **state)
{
    (void)state;
    write_source("blamed", NULL, 0);
    load("blamed");
    const uint32_t mark = vy_catalog_user(&piece_catalog, "blamed")->mark;
    _Atomic uint32_t running = 0, blamed[16] = {mark + 1, mark}, blames = 1;
    struct vy_engine engine = {.running = &running, .blamed = blamed, .blames = &blames};
    struct vy_engine bare = {.plan = NULL};
    struct vy_host host, bare_host;
    play(&bare_host, &bare, PIECE("create a osc shape=sine freq=200Hz", "set a.gain -14dB"));
    play(&host, &engine,
         PIECE("create a osc shape=sine freq=200Hz", "set a.gain -14dB", "add blamed a mix=0.5"));
    bool differs = false;
    for (int t = 0; t < 400; t++) {
        if (t == 200)
            blames = 2;
        piece_catalog.kernels->tick(&engine);
        piece_catalog.kernels->tick(&bare);
        assert_int_equal(running, 0);
        bool same = true;
        for (int n = 0; n < (int)VY_TICK; n++)
            same &= engine.plan->out[n][0] == bare.plan->out[n][0];
        assert_true(t < 210 || same); // the limiter holds a few ticks
        differs |= !same;
    }
    assert_true(differs);
    assert_int_equal(engine.faults, 0);
    vy_plan_destroy(engine.plan);
    vy_plan_destroy(bare.plan);
    vy_host_close(&host);
    vy_host_close(&bare_host);
}

// ---- documents ----------------------------------------------------------------------------------

static void documents_take_a_new_build_by_name(void **state)
{
    (void)state;
    write_source("changed", NULL, 0);
    load("changed");
    struct vy_doc *const doc =
        PIECE("create a osc", "create l lfo", "add changed a mix=0.9 time=0.1 rate=7",
              "patch l a.changed.rate depth=0.2", "patch l a.changed.flutter depth=0.2",
              "ramp a.changed.mix 0.1 2", "ramp a.changed.flutter 1 2");
    const int routes = doc->routes, automations = doc->automations;
    const struct vy_module *const was = vy_catalog_user(&piece_catalog, "changed")->module;
    // flutter is gone, mix has a smaller range and moved to the front, tone is new
    write_source(
        "changed",
        EDITS(
            {"enum { P_TIME, P_FEEDBACK, P_RATE, P_FLUTTER, P_MIX };",
             "enum { P_MIX, P_FLUTTER, P_TIME, P_FEEDBACK, P_RATE };"},
            {"    {\"mix\", \"\", 0, 1, 0.4f, VY_LIN, 20, NULL, \"level of the echoes\"},\n", ""},
            {"    {\"flutter\", \"\", 0, 1, 0.5f, VY_LIN, 20, NULL, \"how deep it goes\"},\n", ""},
            {"    {\"time\"", "    {\"mix\", \"\", 0, 0.5f, 0.4f, VY_LIN, 20, NULL, \"a\"},\n"
                              "    {\"tone\", \"\", 0, 1, 0.25f, VY_LIN, 20, NULL, \"b\"},\n"
                              "    {\"time\""},
            {"{{\"out\", 0,", "{{\"wet\", 0,"}));
    load("changed");
    const struct vy_module *const now = vy_catalog_user(&piece_catalog, "changed")->module;
    uint32_t nodes = 0;
    assert_int_equal(vy_doc_replace_module(doc, was, now, &nodes), VY_OK);
    assert_int_equal(nodes, 1);
    assert_int_equal(doc->routes, routes - 1);
    assert_int_equal(doc->automations, automations - 1);
    static const struct {
        const char *path, *value;
    } want[] = {{"a.changed.mix", "0.5"},
                {"a.changed.tone", "0.25"},
                {"a.changed.time", "100ms"},
                {"a.changed.rate", "7Hz"},
                {"a.changed.feedback", "0.6"}};
    struct vy_err err;
    char value[64];
    for (size_t i = 0; i < sizeof want / sizeof *want; i++) {
        assert_int_equal(vy_edit_get(doc, want[i].path, value, sizeof value, &err), VY_OK);
        assert_string_equal(value, want[i].value);
    }
    assert_int_not_equal(vy_edit_get(doc, "a.changed.flutter", value, sizeof value, &err), VY_OK);
    struct piece_take t = piece_render(doc, 9600);
    assert_true(rig_rms(t.x, 2 * 9600) > 1e-3); // its output is still the way out
    piece_drop(&t);
    vy_doc_destroy(doc);
}

// ---- later processes ----------------------------------------------------------------------------

static int objects(const char *name)
{
    char command[VY_USER_PATH + 64], path[VY_USER_PATH + 64];
    int n = 0;
    snprintf(command, sizeof command, "%s/%s.good", piece_modules, name);
    FILE *const file = fopen(command, "r");
    char object[64], isa[16];
    while (file && fscanf(file, "%63s %15s", object, isa) == 2) {
        snprintf(path, sizeof path, "%s/%s", piece_modules, object);
        n += access(path, R_OK) == 0;
    }
    if (file)
        fclose(file);
    return n;
}

static void good_builds_are_found_again(void **state)
{
    (void)state;
    struct vy_err err = {0};
    char path[3][VY_USER_PATH];
    for (int i = 0; i < 3; i++) {
        char text[32];
        snprintf(text, sizeof text, "Build %d", i);
        write_source("kept", EDITS({"Echo whose repeats flutter", text}));
        vy_text_copy(path[i], sizeof path[i], build("kept"));
        assert_int_equal(vy_user_module_keep(&piece_catalog, "kept", path[i], &err), VY_OK);
    }
    assert_string_equal(build("kept"), path[2]); // the same source is the same file
    assert_int_equal(vy_user_module_keep(&piece_catalog, "kept", path[2], &err), VY_OK);
    assert_int_equal(objects("kept"), 2);
    assert_int_equal(access(path[0], F_OK), -1);
    struct vy_catalog other;
    assert_int_equal(vy_catalog_open(&other, &err), VY_OK);
    assert_string_equal(vy_catalog_module(&other, "kept")->text, "Build 2");
    assert_int_equal(vy_catalog_user(&other, "kept")->mark,
                     vy_user_mark_new(&piece_catalog, path[2]));
    vy_catalog_close(&other);
    unlink(path[2]); // the one before still works
    assert_int_equal(vy_catalog_open(&other, &err), VY_OK);
    assert_string_equal(vy_catalog_module(&other, "kept")->text, "Build 1");
    vy_catalog_close(&other);
    unlink(path[1]);
    assert_int_equal(vy_catalog_open(&other, &err), VY_OK);
    assert_null(vy_catalog_module(&other, "kept"));
    assert_int_equal(other.problem.code, VY_OK);
    assert_non_null(strstr(vy_user_problem(&other)->message, "reload kept"));
    assert_int_equal(vy_catalog_user_add(&other, build("kept"), "kept", 1, NULL, &err), VY_OK);
    assert_null(vy_user_problem(&other));
    vy_catalog_close(&other);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(template_builds_clean_and_sounds),
        cmocka_unit_test(template_refuses_names),
        cmocka_unit_test(errors_say_their_line),
        cmocka_unit_test(descriptors_are_judged),
        cmocka_unit_test(trials_find_what_is_wrong),
        cmocka_unit_test(layout_is_of_the_structs),
        cmocka_unit_test(reload_carries_state_without_a_click),
        cmocka_unit_test(reloaded_sources_do_not_click),
        cmocka_unit_test(pointers_into_itself_are_not_carried),
        cmocka_unit_test(rogues_are_bypassed_alone),
        cmocka_unit_test(blamed_marks_do_not_run),
        cmocka_unit_test(documents_take_a_new_build_by_name),
        cmocka_unit_test(good_builds_are_found_again),
    };
    return cmocka_run_group_tests_name("user_module", tests, piece_open_modules,
                                       piece_close_modules);
}
