// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A user module is written, broken on purpose in every way, and repaired while a sine plays that
// does not go through it: nothing but that module is ever missing.
#include "cm.h"
#include "rig_live.h"

#include "base/text.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// An effect that passes its input until `fuse` stands at 0.37: a trial never finds that.
static const char source[] =
    "#include <veery/module.h>\n"
    "struct bomb { float count; };\n"
    "static const struct vy_port ins[] = {{\"in\", 0, \"sound\"}};\n"
    "static const struct vy_port outs[] = {{\"out\", 0, \"sound\"}};\n"
    "static const struct vy_param params[] = {\n"
    "    {\"fuse\", \"\", 0, 1, 0, VY_LIN, 0, NULL, \"0.37 sets it off\"}};\n"
    "static size_t size(const struct vy_cfg *c) { (void)c; return 64; }\n"
    "static int init(void *m, const struct vy_cfg *c) { (void)m; (void)c; return 0; }\n"
    "static void reset(void *m) { ((struct bomb *)m)->count = 0; }\n"
    "static void process(void *m, const struct vy_io *io)\n"
    "{\n"
    "    const float fuse = io->param[0][0].v[0];\n"
    "    for (unsigned g = 0; g < io->shape.groups; g++)\n"
    "        for (unsigned n = 0; n < VY_TICK; n++)\n"
    "            vy_out(io, 0, g)[n] = vy_in(io, 0, g) ? vy_in(io, 0, g)[n] : (vy_f8){0};\n"
    "    if (fuse > 0.36f && fuse < 0.38f) {\n"
    "        BOMB\n"
    "    }\n"
    "    ((struct bomb *)m)->count += 1;\n"
    "}\n"
    "const struct vy_module veery_module = {\n"
    "    .abi = VY_MODULE_ABI, .id = \"bomb\", .name = \"Bomb\", .text = \"t\", .words = \"w\",\n"
    "    .flags = VY_EFFECT | VY_STEREO, .in = ins, .out = outs, .param = params, .ins = 1,\n"
    "    .outs = 1, .params = 1, .layout = VY_LAYOUT, .get_size = size, .init = init,\n"
    "    .reset = reset, .process = process};\n";

static char folder[] = "/tmp/veery-modules-XXXXXX";

static void write_module(const char *bomb)
{
    char path[128];
    snprintf(path, sizeof path, "%s/bomb.c", folder);
    FILE *const f = fopen(path, "w");
    assert_non_null(f);
    const char *const at = strstr(source, "BOMB");
    fprintf(f, "%.*s%s%s", (int)(at - source), source, bomb, at + 4);
    fclose(f);
}

// A sine on one side, the bombed chain on the other.
static void open_pair(struct live_rig *rig, const char *bomb)
{
    write_module(bomb);
    rig_open(rig, 128, NULL);
    rig_say(rig, "create tone osc shape=sine freq=220Hz");
    rig_say(rig, "gain tone -9");
    rig_say(rig, "pan tone -1");
    rig_say(rig, "reload bomb");
    rig_say(rig, "create other osc shape=sine freq=330Hz");
    rig_say(rig, "gain other -9");
    rig_say(rig, "pan other 1");
    rig_say(rig, "add bomb to other");
    rig_say(rig, "play");
    rig_run(rig, 0.5);
}

static void repair(struct live_rig *rig)
{
    write_module(";");
    rig_say(rig, "set other.fuse 0");
    rig_say(rig, "reload bomb");
    rig_until_spare(rig, 5);
    rig_run(rig, 0.4);
}

static float level(const struct live_rig *rig, int chan, uint32_t from, uint32_t to)
{
    float most = 0;
    for (uint32_t i = from; i < to; i++)
        most = fmaxf(most, fabsf(rig->heard[i][chan]));
    return most;
}

static void set_off(const char *bomb, bool process_dies)
{
    struct live_rig rig;
    open_pair(&rig, bomb);
    const uint32_t begun = (uint32_t)vy_live_shared(rig.live)->frame;
    rig_say(&rig, "set other.fuse 0.37");
    rig_run(&rig, 0.6);
    rig_until_spare(&rig, 5);
    const uint64_t failovers = vy_live_shared(rig.live)->failovers;
    assert_int_equal(failovers, process_dies ? 1 : 0); // blamed: it does not run again
    assert_true(rig_count(&rig, process_dies ? "failed" : "muted") >= 1);
    repair(&rig);
    assert_int_equal(vy_live_shared(rig.live)->failovers, failovers);
    // compiling beside it may make this machine miss a deadline, whatever the module does
    const bool late = process_dies || vy_live_shared(rig.live)->late > 0;
    rig_end(&rig);
    const uint32_t end = rig.frames - 4800;
    const float loud = level(&rig, 0, begun - 4800, begun - 2400);
    assert_true(loud > 0.1f);
    assert_in_range(rig_gap(&rig, 220, loud, begun - 9600, end), 0, late ? 480 : 0);
    assert_true(rig_step(&rig, begun - 9600, end) < 0.05f);
    // bypassed, not silent; and whole again after the repair
    assert_true(level(&rig, 1, begun + 9600, begun + 14400) > 0.1f);
    assert_true(level(&rig, 1, end - 4800, end) > 0.1f);
    rig_free(&rig);
}

static void module_that_crashes(void **state)
{
    (void)state;
    set_off("*(volatile int *)8 = 1;", true);
}

static void module_that_never_returns(void **state)
{
    (void)state;
    set_off("for (volatile int i = 1; i;) {}", true);
}

static void module_that_writes_nan(void **state)
{
    (void)state;
    set_off("vy_out(io, 0, 0)[3][0] = __builtin_nanf(\"\");", false);
}

static void module_that_writes_outside(void **state)
{
    (void)state;
    set_off("((volatile char *)m)[64 + 8] = 1;", false);
}

static void module_that_does_not_compile(void **state)
{
    (void)state;
    struct live_rig rig;
    open_pair(&rig, ";");
    write_module("this is not C;");
    assert_int_equal(rig_try(&rig, "reload bomb"), VY_BAD_MODULE);
    assert_non_null(strstr(rig.reply, "bomb.c:17"));
    write_module("*(volatile int *)8 = 1;");
    rig_say(&rig, "reload bomb");
    repair(&rig);
    const bool late = vy_live_shared(rig.live)->late > 0;
    rig_end(&rig);
    const uint32_t end = rig.frames - 4800;
    const float loud = level(&rig, 0, end - 4800, end);
    assert_in_range(rig_gap(&rig, 220, loud, end - 24000, end), 0, late ? 480 : 0);
    rig_free(&rig);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(module_that_crashes),
        cmocka_unit_test(module_that_never_returns),
        cmocka_unit_test(module_that_writes_nan),
        cmocka_unit_test(module_that_writes_outside),
        cmocka_unit_test(module_that_does_not_compile),
    };
    if (!mkdtemp(folder) || setenv("VEERY_MODULES", folder, 1))
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    return failed;
}
