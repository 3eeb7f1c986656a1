// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Notes of patterns that go out as MIDI, over a FIFO, against an engine that only says where it is.
#include "cm.h"

#include "fake_live.h"
#include "serve/midi_face.h"
#include "sound/midi.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define BLOCK_NS 10000000u
#define BPM 240.0

struct sent {
    struct vy_midi_event event;
    double beat; ///< of the engine when it came
};

static struct vy_catalog catalog;
static struct vy_live *live;
static struct vy_midi_face *face;
static char room[32], in_path[64], out_path[64];
static int out;
static struct vy_midi_decoder decoder;
static struct sent got[256];
static int gots;
static double beat; ///< of the next block
static uint64_t block_ns;

static void line(const char *text)
{
    const struct vy_request request = {text, strlen(text), "ann", -1};
    assert_int_equal(vy_live_do(live, &request, NULL, NULL), VY_OK);
}

static int setup(void **state)
{
    (void)state;
    live = fake_live_new(&catalog);
    snprintf(room, sizeof room, "/tmp/notes.XXXXXX");
    assert_non_null(mkdtemp(room));
    snprintf(in_path, sizeof in_path, "%s/in", room);
    snprintf(out_path, sizeof out_path, "%s/out", room);
    assert_int_equal(mkfifo(in_path, 0600), 0);
    assert_int_equal(mkfifo(out_path, 0600), 0);
    out = open(out_path, O_RDWR | O_NONBLOCK);
    assert_true(out >= 0);
    char raw[160];
    struct vy_err err;
    snprintf(raw, sizeof raw, "%s,%s", in_path, out_path);
    const struct vy_midi_face_how how = {.live = live, .raw = raw};
    if (vy_midi_face_open(&how, &face, &err))
        fail_msg("%s", err.message);
    live->shared.device.period = 480;
    gots = 0;
    beat = 0;
    decoder = (struct vy_midi_decoder){0};
    line("tempo 240; create bass; create kick");
    return 0;
}

static void close_face(void)
{
    vy_midi_face_close(face);
    face = NULL;
}

static int teardown(void **state)
{
    (void)state;
    close_face();
    close(out);
    unlink(in_path);
    unlink(out_path);
    rmdir(room);
    fake_live_destroy(live);
    return 0;
}

static double engine_beat(void)
{
    return beat + (double)(int64_t)(vy_now_ns() - block_ns) * BPM / 60e9;
}

static void take(void)
{
    uint8_t byte;
    struct vy_midi_event event;
    while (read(out, &byte, 1) == 1)
        if (vy_midi_decode(&decoder, byte, &event) && gots < 256)
            got[gots++] = (struct sent){event, engine_beat()};
}

static void says(bool playing)
{
    struct vy_engine_says *const s = &live->shared.slot[0].says;
    live->shared.block_ns = vy_now_ns();
    atomic_store_explicit(&s->beat, beat + playing * BLOCK_NS * BPM / 60e9, memory_order_relaxed);
    atomic_store_explicit(&s->bpm, BPM, memory_order_relaxed);
    atomic_store_explicit(&s->playing, playing, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->ticks, 1, memory_order_relaxed);
}

// What the main thread does meanwhile, and the other side.
static void wait_until(uint64_t ns)
{
    do {
        struct pollfd wait[] = {{.fd = vy_midi_face_fd(face), .events = POLLIN},
                                {.fd = out, .events = POLLIN}};
        poll(wait, 2, 1);
        vy_midi_face_service(face);
        take();
    } while (vy_now_ns() < ns);
}

// The engine plays until a beat.
static void play_until(double to)
{
    block_ns = vy_now_ns();
    while (beat < to) {
        says(true);
        wait_until(block_ns + BLOCK_NS);
        block_ns += BLOCK_NS; // late blocks catch up, as those of a device do
        beat += BLOCK_NS * BPM / 60e9;
    }
}

static void stand(void)
{
    says(false);
    wait_until(vy_now_ns() + 30000000u);
}

static int count(enum vy_midi_kind kind)
{
    int n = 0;
    for (int i = 0; i < gots; i++)
        n += got[i].event.kind == kind;
    return n;
}

static void midi_out_sends_what_patterns_play(void **state)
{
    (void)state;
    static const int key[] = {48, 52, 55, 60}; // C3 E3 G3 C4
    line("melody bass: C3 E3 G3 C4 div=4; sequence kick: x... div=4");
    line("send_midi bass channel=3; send_midi kick channel=10 note=36");
    line("play");
    play_until(5.9);
    line("stop");
    stand();
    int bass = 0, kick = 0;
    double worst = 0;
    for (int i = 0; i < gots; i++) {
        const struct vy_midi_event *const e = &got[i].event;
        if (e->kind != VY_MIDI_NOTE_ON)
            continue;
        assert_true(e->chan == 2 || e->chan == 9);
        const double due = e->chan == 2 ? bass : 4.0 * kick;
        assert_int_equal(e->a, e->chan == 2 ? key[bass % 4] : 36);
        assert_true(e->b > 0);
        worst = fmax(worst, fabs(got[i].beat - due) * 60e3 / BPM);
        bass += e->chan == 2;
        kick += e->chan == 9;
    }
    print_message("notes at most %.2f ms off\n", worst);
    assert_int_equal(bass, 6);
    assert_int_equal(kick, 2);
    assert_true(worst < 125); // half a note: under valgrind even the first one is late
    assert_int_equal(count(VY_MIDI_NOTE_OFF), 8);
}

static void midi_out_sends_only_when_told(void **state)
{
    (void)state;
    line("melody bass: C3 E3 div=4; play");
    play_until(0.5);
    assert_int_equal(gots, 0);
    line("send_midi bass");
    play_until(2.5);
    assert_true(count(VY_MIDI_NOTE_ON) >= 2);
    assert_int_equal(got[0].event.chan, 0);
}

// A note of sixteen beats sounds; what ends it?
static void midi_out_lets_nothing_hang(void **state)
{
    (void)state;
    static const char *const ends[] = {
        "stop",      "panic", "mute bass", "remove bass", "send_midi bass off",
        "solo kick", "gap",   "close"};
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        if (i > 0) {
            teardown(NULL);
            setup(NULL);
        }
        line("melody bass: C3 - - - div=1; send_midi bass; play");
        play_until(0.4);
        assert_int_equal(gots, 1);
        assert_int_equal(got[0].event.kind, VY_MIDI_NOTE_ON);
        if (!strcmp(ends[i], "close")) {
            close_face();
            take();
        } else if (!strcmp(ends[i], "stop")) {
            line("stop");
            stand();
        } else if (!strcmp(ends[i], "panic")) { // the guard's latch alone, as by a signal
            live->shared.panic = 1;
            play_until(0.7);
        } else if (!strcmp(ends[i], "gap")) {
            beat = 6; // a seek into the middle of the note
            play_until(6.3);
        } else {
            line(ends[i]);
            play_until(0.8);
        }
        if (gots != 2 || got[1].event.kind != VY_MIDI_NOTE_OFF || got[1].event.a != 48)
            fail_msg("%s: %d events", ends[i], gots);
    }
}

static void midi_out_edit_replaces_what_was_planned(void **state)
{
    (void)state;
    line("melody bass: C3 C3 C3 C3 div=4; send_midi bass; play");
    play_until(1.9); // the note of beat 2 is planned already
    live->session->doc->beat = 1.9;
    line("melody bass: E3 E3 E3 E3 div=4");
    play_until(4.5);
    for (int i = 0; i < gots; i++)
        if (got[i].event.kind == VY_MIDI_NOTE_ON)
            assert_int_equal(got[i].event.a, got[i].beat < 1.9 ? 48 : 52);
    const int held = count(VY_MIDI_NOTE_ON) - count(VY_MIDI_NOTE_OFF);
    assert_true(held == 0 || held == 1);
}

static void midi_out_goes_where_the_music_goes(void **state)
{
    (void)state;
    line("melody bass: C3 D3 E3 F3 div=4; send_midi bass; play");
    play_until(1.5);
    assert_int_equal(count(VY_MIDI_NOTE_ON), 2);
    beat = 4 + 2;
    live->session->doc->beat = beat;
    play_until(7.5);
    assert_int_equal(count(VY_MIDI_NOTE_ON), 4);
    assert_int_equal(got[gots - 1].event.a, 53);
}

static void midi_out_says_what_it_does(void **state)
{
    (void)state;
    struct vy_err err;
    struct vy_buf text = {0};
    json_t *const result = json_object();
    line("send_midi bass; send_midi kick; send_midi bass");
    assert_int_equal(vy_midi_list(face, &text, result, &err), VY_OK);
    assert_non_null(strstr(text.text, "bass is sent on channel 1"));
    assert_non_null(strstr(text.text, "kick is sent on channel 2"));
    assert_int_equal(json_array_size(json_object_get(result, "sent")), 2);
    assert_int_equal(vy_midi_send_notes(face, "bass", -1, 60, &text, result, &err), VY_OK);
    assert_int_equal(vy_midi_send_notes(face, "bass", -1, 60, &text, result, &err),
                     VY_UNKNOWN_NAME);
    assert_int_equal(vy_midi_send_notes(face, "nobody", 1, 60, &text, result, &err),
                     VY_UNKNOWN_NAME);
    assert_int_equal(vy_midi_send_notes(face, "out", 1, 60, &text, result, &err), VY_BAD_ARG);
    vy_buf_clear(&text);
    json_decref(result);
}

int main(void)
{
    struct vy_err err;
    if (vy_catalog_open(&catalog, &err))
        return 1;
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(midi_out_sends_what_patterns_play),  T(midi_out_sends_only_when_told),
        T(midi_out_lets_nothing_hang),         T(midi_out_edit_replaces_what_was_planned),
        T(midi_out_goes_where_the_music_goes), T(midi_out_says_what_it_does),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
