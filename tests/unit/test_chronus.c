// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The addresses of Music Chronus: what they become, and that its faults are not repeated.
#include "cm.h"

#include "fake_live.h"
#include "serve/chronus_table.h"
#include "engine/studio.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct vy_catalog catalog;
static struct vy_live *live;
static struct vy_chronus *chronus;
static bool ok;
static char error[400], answer[65536];
static size_t warned;

static void on_reply(void *arg, const struct vy_reply *reply)
{
    struct vy_buf json = {0};
    (void)arg;
    ok = reply->ok;
    warned = json_array_size(reply->warnings);
    snprintf(error, sizeof error, "%s %s %s", vy_status_name(reply->err.code), reply->err.message,
             reply->err.hint);
    vy_reply_json(reply, &json);
    snprintf(answer, sizeof answer, "%s", json.text);
    vy_buf_clear(&json);
}

static struct vy_osc_message message(const char *path, size_t size, char *packet)
{
    struct vy_osc_message m;
    struct vy_err err;
    if (vy_osc_message_read(packet, size, &m, &err))
        fail_msg("%s: %s", path, err.message);
    return m;
}

// As the face does it: at once when it can, else on the main thread.
#define SEND(path, types, ...) \
    send_message(path, vy_osc_message_write(packet, sizeof packet, path, types, ##__VA_ARGS__))
static char packet[4096];

static void send_message(const char *path, size_t size)
{
    const struct vy_osc_message m = message(path, size, packet);
    struct vy_osc_act act;
    struct vy_err err;
    ok = true;
    assert_int_equal(vy_osc_act_read(&m, &act, &err), VY_OK);
    if (act.kind == VY_OSC_CHRONUS) {
        vy_chronus_do(chronus, &m, "osc:test", on_reply, NULL);
        return;
    }
    vy_status status = vy_chronus_need(chronus, act.path, "osc:test", &err);
    if (!status)
        status = vy_live_bind(live, act.path, &err);
    if (status == VY_BAD_ARG && strstr(act.path, ".glide"))
        return; // said as a line by the face
    if (status) {
        ok = false;
        snprintf(error, sizeof error, "%s", err.message);
    } else if (act.kind == VY_OSC_TURN) {
        assert_true(vy_live_turn(live, act.path, act.value, 0, 0, "osc:test"));
    } else {
        assert_true(vy_live_note(live, act.path, 0, act.value, 0, 0));
    }
}

static void sent(void)
{
    if (!ok)
        fail_msg("%s", error);
}

static void has(const char *path, const char *value)
{
    char now[64];
    struct vy_err err;
    if (vy_edit_get(live->session->doc, path, now, sizeof now, &err))
        fail_msg("%s: %s", path, err.message);
    assert_string_equal(now, value);
}

static const struct vy_unit *unit(const char *name)
{
    const int i = vy_doc_unit(live->session->doc, name);
    if (i < 0)
        fail_msg("no %s", name);
    return &live->session->doc->unit[i];
}

static int setup(void **state)
{
    (void)state;
    live = fake_live_new(&catalog);
    chronus = vy_chronus_new(live);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    vy_chronus_destroy(chronus);
    fake_live_destroy(live);
    return 0;
}

static void chronus_every_row_is_reached(void **state)
{
    (void)state;
    const struct vy_chronus_row *row;
    for (size_t i = 0; (row = vy_chronus_row(i)); i++) {
        char address[128];
        int number;
        vy_chronus_fill(row->address, 3, address, sizeof address);
        assert_ptr_equal(vy_chronus_find(address, &number), row);
        if (row->run || strcmp(row->takes, "f") != 0)
            continue;
        SEND(address, "f", row->max < 1e9 ? row->min + 0.4 * (row->max - row->min) : 1.0);
        if (!ok)
            fail_msg("%s: %s", address, error);
    }
}

// What docs/reference/osc.md shows is what the program takes: "ADDRESS TYPES ARGUMENTS".
static size_t write_example(const char *example)
{
    char address[64] = "", types[8] = "", text[2][64] = {""};
    double number = 0;
    assert_in_range(sscanf(example, "%63s %7s", address, types), 1, 2);
    const char *const rest = example + strlen(address) + 1 + strlen(types);
    char *end;
    number = strtod(rest, &end);
    if (strcmp(types, "f") == 0 && end > rest)
        return vy_osc_message_write(packet, sizeof packet, address, "f", number);
    if (strcmp(types, "s") == 0)
        return vy_osc_message_write(packet, sizeof packet, address, "s", rest);
    if (strcmp(types, "si") == 0 && sscanf(rest, "%63s", text[0]) == 1) {
        number = strtod(strstr(rest, text[0]) + strlen(text[0]), NULL);
        return vy_osc_message_write(packet, sizeof packet, address, "si", text[0], (int)number);
    }
    assert_string_equal(types, "");
    return vy_osc_message_write(packet, sizeof packet, address, "");
}

static void examples_are_understood(void **state)
{
    (void)state;
    const struct vy_osc_row *row;
    for (size_t i = 0; (row = vy_osc_row_at(i)); i++) {
        struct vy_osc_act act;
        struct vy_err err;
        const struct vy_osc_message m = message(row->address, write_example(row->example), packet);
        assert_int_equal(vy_osc_act_read(&m, &act, &err), VY_OK);
    }
}

static void chronus_turns_in_its_units(void **state)
{
    (void)state;
    SEND("/mod/voice1/freq", "f", 110.0);
    SEND("/mod/voice1/filter/q", "f", M_SQRT1_2);
    SEND("/mod/acid1/env_amount", "f", 2500.0);
    SEND("/mod/dist1/tone", "f", 0.25);
    sent();
    assert_string_equal(live->event[0].path, "voice1.freq");
    assert_true(fabsf(live->event[1].value) < 1e-6f);
    assert_string_equal(live->event[2].path, "voice2.env");
    assert_true(live->event[2].value == 0.5f);
    assert_true(live->event[3].value == -0.5f);
    SEND("/mod/voice7/adsr/attack", "i", 1);
    sent();
    assert_string_equal(unit("voice7")->rack[0].recipe, "chronus_voice");
    assert_string_equal(unit("voice2")->rack[0].recipe, "chronus_acid");
    SEND("/gate/voice2", "i", 1);
    SEND("/gate/acid1", "f", 0.0);
    sent();
    assert_string_equal(live->event[live->events - 1].path, "voice2");
    SEND("/mod/sine1/freq", "f", 220.0); // the oldest names
    SEND("/gate/1", "i", 1);
    sent();
    assert_string_equal(live->event[live->events - 1].path, "voice1");
}

static void chronus_clamps_and_says_so(void **state)
{
    (void)state;
    SEND("/mod/voice1/freq", "f", 9000.0);
    sent();
    assert_int_equal(warned, 1);
    assert_non_null(strstr(answer, "9000 is outside 20..5000 and became 5000"));
    has("voice1.freq", "5000Hz");
    SEND("/mod/voice17/freq", "f", 100.0);
    assert_false(ok);
    SEND("/mod/voice1/frq", "f", 100.0);
    assert_false(ok);
    assert_non_null(strstr(error, "/mod/voice#/freq"));
    SEND("/mod/acid1/accent_decay", "f", 0.1);
    assert_non_null(strstr(error, "absent"));
    SEND("/mod/voice1/osc/type", "i", 9);
    assert_non_null(strstr(error, "out_of_range"));
}

static void chronus_waves(void **state)
{
    (void)state;
    SEND("/mod/voice1/osc/type", "i", 2);
    sent();
    has("voice1.osc.shape", "square");
    SEND("/mod/voice1/osc/type", "f", 4.0);
    sent();
    has("voice1.color", "pink");
    has("voice1.tone", "0");
    has("voice1.noise.level", "1");
}

static void chronus_sends_and_dist(void **state)
{
    (void)state;
    SEND("/mod/voice1/send/reverb", "f", 0.4);
    sent();
    SEND("/mod/voice1/send/delay", "f", 0.2);
    SEND("/mod/dist1/mix", "f", 1.0);
    SEND("/mod/voice3/amp", "f", 0.2);
    SEND("/mod/acid1/mix", "f", 0.25);
    sent();
    has("voice2.wet", "0.25");
    has("voice2.dry", "0.75");
    int into_dist = 0;
    const struct vy_doc *const doc = live->session->doc;
    for (int i = 0; i < doc->routes; i++)
        into_dist += strcmp(doc->unit[doc->route[i].to].name, "dist1") == 0;
    assert_int_equal(into_dist, 3); // voice 1 was there before, 2 and 3 came after
}

// Events of the first `beats` beats of a voice.
static uint32_t peek(const char *name, double beats, struct vy_arena *arena,
                     const struct vy_peek **event)
{
    const struct vy_peek *all;
    const uint32_t n = vy_studio_peek(live->session->doc, 0, beats, arena, &all);
    *event = all;
    for (uint32_t i = 0; i < n; i++)
        assert_string_equal(all[i].unit, name);
    return n;
}

static void chronus_tracks(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    const struct vy_peek *event;
    SEND("/mod/voice1/freq", "f", 55.0);
    SEND("/seq/add", "sss", "kick", "voice1", "X...x...X...x...");
    sent();
    SEND("/seq/start", "");
    sent();
    const struct vy_part *part = unit("voice1")->part;
    assert_string_equal(part->text, "X...x...X...x..."); // its pitch is its own
    assert_int_equal(peek("voice1", 4, &arena, &event), 4);
    for (int i = 0; i < 4; i++) {
        assert_true(fabs(event[i].beat - i) < 1e-9);
        assert_true(fabsf(event[i].velocity - (i % 2 ? 0.6f : 1.0f)) < 1e-6f);
    }
    // notes go round, whatever the number of hits
    SEND("/seq/add", "ssssss", "lead", "voice3", "x.x.", "notes=C4, 69 110.5", "gate_frac=0.25",
         "reverb_send=0.3");
    sent();
    part = unit("voice3")->part;
    assert_string_equal(part->text, "x{freq=261.6256}.x{freq=440}.x{freq=110.5}.x{freq=261.6256}."
                                    "x{freq=440}.x{freq=110.5}.");
    assert_string_equal(part->options, "gate=0.25");
    // as it was said in order: base_freq, filter_freq, notes
    SEND("/seq/add", "sssff", "bass", "voice2", "Xx", 82.5, 1000.0);
    sent();
    assert_string_equal(unit("voice2")->part->text,
                        "X{freq=82.5 cutoff=1750}x{freq=82.5 cutoff=1150}");
    SEND("/seq/update/pattern", "ss", "bass", "x.");
    SEND("/seq/update/notes", "ss", "bass", "440");
    sent();
    assert_non_null(strstr(unit("voice2")->part->text, "freq=440 ")); // hertz, not note 440
    SEND("/seq/status", "");
    assert_non_null(strstr(answer, "\"running\":true"));
    assert_non_null(strstr(answer, "\"base_freq\":82.5"));
    SEND("/seq/remove", "s", "bass");
    sent();
    SEND("/seq/remove", "s", "bass");
    assert_false(ok);
    SEND("/seq/clear", "");
    sent();
    SEND("/seq/stop", "");
    sent();
    assert_false(live->session->doc->playing);
    vy_arena_clear(&arena);
}

static void chronus_track_faults(void **state)
{
    (void)state;
    SEND("/seq/add", "sss", "a", "voice1", "x...");
    sent();
    SEND("/seq/add", "sss", "b", "voice1", "x...");
    assert_non_null(strstr(error, "already plays track 'a'"));
    SEND("/seq/add", "sss", "b", "voice99", "x...");
    assert_non_null(strstr(error, "no voice"));
    SEND("/seq/add", "sss", "b", "voice3", "");
    assert_non_null(strstr(error, "empty"));
    SEND("/seq/add", "sss", "b", "voice3", "x.q.");
    assert_non_null(strstr(error, "'q'"));
    SEND("/seq/add", "ssss", "b", "voice3", "x...", "base_frq=3");
    assert_non_null(strstr(error, "base_freq"));
    SEND("/seq/add", "ssss", "b", "voice3", "x...", "notes=H4");
    assert_non_null(strstr(error, "'H4'"));
    SEND("/seq/status", "");
    assert_null(strstr(answer, "\"b\"")); // what failed left nothing
    SEND("/seq/bpm", "f", 20.0);
    sent();
    assert_int_equal(warned, 1);
    assert_true(live->session->doc->tempo == 30);
    SEND("/seq/swing", "f", 0.6);
    sent();
    assert_true(fabsf(live->session->doc->swing - 0.6f) < 1e-6f);
}

static void chronus_slots(void **state)
{
    (void)state;
    char room[] = "/tmp/chronus.XXXXXX", command[64];
    assert_non_null(mkdtemp(room));
    setenv("XDG_DATA_HOME", room, 1);
    SEND("/seq/add", "sss", "kick", "voice1", "x...");
    SEND("/mod/voice1/freq", "f", 9000.0);
    SEND("/pattern/save", "i", 7);
    sent();
    SEND("/seq/update/pattern", "ss", "kick", "xxxx");
    SEND("/pattern/load", "i", 7);
    sent();
    assert_string_equal(unit("voice1")->part[unit("voice1")->parts - 1].text, "x...");
    has("voice1.freq", "5000Hz");
    SEND("/seq/update/pattern", "ss", "kick", "x.x.");
    sent();
    SEND("/pattern/list", "");
    assert_non_null(strstr(answer, "[7]"));
    SEND("/seq/start", "");
    SEND("/pattern/load", "is", 7, "now");
    sent();
    SEND("/pattern/load", "i", 8);
    assert_non_null(strstr(error, "slot 8 is empty"));
    SEND("/pattern/save", "i", 129);
    assert_false(ok);
    snprintf(command, sizeof command, "%s/veery/patches/chronus_007.veery", room);
    assert_int_equal(remove(command), 0);
}

static void chronus_engine_and_patch(void **state)
{
    (void)state;
    SEND("/engine/status", "");
    sent();
    SEND("/engine/list", "");
    assert_non_null(strstr(answer, "\"out\""));
    SEND("/engine/schema", "");
    assert_non_null(strstr(answer, "/mod/voice#/freq"));
    SEND("/patch/create", "ss", "s1", "simple_sine");
    sent();
    SEND("/patch/create", "ss", "f1", "biquad_filter");
    SEND("/patch/connect", "ss", "s1", "f1");
    sent();
    assert_int_equal(vy_doc_unit(live->session->doc, "s1"), -1); // until it is committed
    SEND("/patch/commit", "");
    sent();
    assert_true(vy_doc_unit(live->session->doc, "f1") > 0);
    SEND("/patch/create", "ss", "x; quit", "svf");
    assert_false(ok);
    SEND("/patch/create", "ss", "g1", "svf");
    SEND("/patch/abort", "");
    sent();
    SEND("/mod/s1/frequency", "f", 330.0);
    sent();
    assert_string_equal(live->event[live->events - 1].path, "s1.freq");
    SEND("/mod/f1/resonance", "f", 0.4);
    sent();
}

int main(void)
{
    struct vy_err err;
    if (vy_catalog_open(&catalog, &err))
        return 1;
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(examples_are_understood),
        T(chronus_every_row_is_reached),
        T(chronus_turns_in_its_units),
        T(chronus_clamps_and_says_so),
        T(chronus_waves),
        T(chronus_sends_and_dist),
        T(chronus_tracks),
        T(chronus_track_faults),
        T(chronus_slots),
        T(chronus_engine_and_patch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
