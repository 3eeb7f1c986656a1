// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// MIDI bytes, and the MIDI face over FIFOs.
#include "cm.h"

#include "fake_live.h"
#include "serve/midi_clock.h"
#include "serve/midi_face.h"

#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static struct vy_catalog catalog;
static struct vy_live *live;
static struct vy_midi_face *face;
static char room[32], in_path[64], out_path[64];
static int in, out; ///< the other ends

static void work(int ms)
{
    for (int i = 0; i < ms; i++) {
        struct pollfd wait = {.fd = vy_midi_face_fd(face), .events = POLLIN};
        poll(&wait, 1, 1);
        vy_midi_face_service(face);
    }
}

static void bytes(const char *what, size_t n)
{
    assert_int_equal(write(in, what, n), n);
    work(10);
}
#define BYTES(text) bytes(text, sizeof text - 1)

static void line(const char *text)
{
    const struct vy_request request = {text, strlen(text), "ann", -1};
    assert_int_equal(vy_live_do(live, &request, NULL, NULL), VY_OK);
}

static void open_face(bool clock_in, bool clock_out)
{
    char raw[160];
    struct vy_err err;
    snprintf(raw, sizeof raw, "%s,%s", in_path, out_path);
    const struct vy_midi_face_how how = {
        .live = live, .raw = raw, .clock_in = clock_in, .clock_out = clock_out};
    if (vy_midi_face_open(&how, &face, &err))
        fail_msg("%s", err.message);
}

static int setup(void **state)
{
    (void)state;
    live = fake_live_new(&catalog);
    snprintf(room, sizeof room, "/tmp/midi.XXXXXX");
    assert_non_null(mkdtemp(room));
    snprintf(in_path, sizeof in_path, "%s/in", room);
    snprintf(out_path, sizeof out_path, "%s/out", room);
    assert_int_equal(mkfifo(in_path, 0600), 0);
    assert_int_equal(mkfifo(out_path, 0600), 0);
    in = open(in_path, O_RDWR | O_NONBLOCK);
    out = open(out_path, O_RDWR | O_NONBLOCK);
    return in < 0 || out < 0;
}

static int teardown(void **state)
{
    (void)state;
    vy_midi_face_close(face);
    face = NULL;
    close(in);
    close(out);
    unlink(in_path);
    unlink(out_path);
    rmdir(room);
    fake_live_destroy(live);
    return 0;
}

// All events of some bytes, as text.
static void decode(const char *from, size_t n, char *to, size_t size)
{
    struct vy_midi_decoder decoder = {0};
    struct vy_midi_event e;
    size_t at = 0;
    to[0] = '\0';
    for (size_t i = 0; i < n; i++)
        if (vy_midi_decode(&decoder, (uint8_t)from[i], &e))
            at += (size_t)snprintf(to + at, size - at, "%02X:%d,%d,%d ", e.kind, e.chan, e.a, e.b);
}

static void midi_decodes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *events;
    } rows[] = {
#define ROW(bytes, events) {bytes, sizeof bytes - 1, events}
        ROW("\x90\x3C\x40", "90:0,60,64 "),
        ROW("\x95\x3C\x00", "80:5,60,0 "),
        ROW("\x90\x3C\x40\x3E\x41", "90:0,60,64 90:0,62,65 "),
        ROW("\x90\x3C\xF8\x40", "F8:0,0,0 90:0,60,64 "),
        ROW("\xF0\x7E\x01\xF8\x02\xF7\x3C\x40", "F8:0,0,0 "),
        ROW("\xC3\x05\x06", "C0:3,5,0 C0:3,6,0 "),
        ROW("\xE0\x01\x40", "E0:0,1,64 "),
        ROW("\xF2\x10\x01\x10\x01", "F2:0,16,1 "),
        ROW("\x90\x3C\x90\x3D\x40", "90:0,61,64 "),
        ROW("\x90\x3C\xF1\x11\x40", ""),
        ROW("\x3C\x40\xFA\xFC\xFD\xFE", "FA:0,0,0 FC:0,0,0 "),
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char events[200];
        decode(rows[i].bytes, rows[i].n, events, sizeof events);
        assert_string_equal(events, rows[i].events);
    }
}

static void midi_encodes_what_it_decodes(void **state)
{
    (void)state;
    struct vy_midi_event e;
    for (int status = 0x80; status < 0xF0; status++)
        for (int a = 0; a < 128; a += 9) {
            const char sent[] = {(char)status, (char)a, 77};
            struct vy_midi_decoder d = {0};
            uint8_t back[3];
            bool done = false;
            for (int i = 0; i < 3 && !done; i++)
                done = vy_midi_decode(&d, (uint8_t)sent[i], &e);
            assert_true(done);
            assert_memory_equal(back, sent, vy_midi_encode(&e, back));
        }
}

static void midi_plays_the_armed_thing(void **state)
{
    (void)state;
    struct vy_err err;
    open_face(false, false);
    line("create bass; create lead");
    BYTES("\x90\x45\x7F\x80\x45\x40"); // nobody is armed
    assert_int_equal(live->events, 0);
    line("arm bass");
    assert_int_equal(vy_midi_arm(face, "nobody", 0, &err), VY_UNKNOWN_NAME);
    BYTES("\x90\x45\x7F");
    line("arm lead channel=1");
    BYTES("\x90\x45\x00\x90\x39\x40\x80\x39\x00"); // its end goes to whom it began with
    assert_int_equal(live->events, 4);
    assert_string_equal(live->event[0].path, "bass");
    assert_true(fabsf(live->event[0].hz - 440) < 1e-3f && live->event[0].value == 1);
    assert_string_equal(live->event[1].path, "bass");
    assert_true(live->event[1].value == 0);
    assert_string_equal(live->event[2].path, "lead");
    assert_true(fabsf(live->event[2].hz - 220) < 1e-3f);
    BYTES("\xB0\x40\x7F\x90\x3C\x40\x80\x3C\x40"); // pedal
    assert_int_equal(live->events, 5);
    BYTES("\xB0\x40\x00");
    assert_int_equal(live->events, 6);
    BYTES("\x90\x3C\x40\x90\x3D\x40\xB0\x7B\x00"); // all notes off
    assert_int_equal(live->events, 10);
    assert_true(live->event[8].value == 0 && live->event[9].value == 0);
}

static void midi_note_waits_for_engines_that_are_slow(void **state)
{
    (void)state;
    open_face(false, false);
    line("create bass");
    live->slow_ns = 200000000u; // to learn what is armed
    line("arm bass");
    BYTES("\x90\x45\x7F\x80\x45\x40");
    for (int i = 0; i < 400 && live->events < 2; i++)
        work(1);
    assert_int_equal(live->events, 2);
    assert_true(live->event[0].value == 1 && live->event[1].value == 0);
}

static void midi_learns(void **state)
{
    (void)state;
    char now[64];
    struct vy_err err;
    struct vy_buf text = {0};
    json_t *const result = json_object();
    open_face(false, false);
    line("create bass");
    assert_int_equal(vy_midi_learn(face, "bass.cutof", &err), VY_UNKNOWN_PARAM);
    assert_int_equal(vy_midi_learn(face, "bass.cutoff", &err), VY_OK);
    BYTES("\xB2\x15\x00\xB2\x15\x7F\xB2\x15\x40\xB2\x16\x40\xB1\x15\x40");
    assert_int_equal(vy_midi_learn(face, "bass.filter", &err), VY_OK);
    BYTES("\xE0\x7F\x7F");
    assert_int_equal(vy_midi_learn(face, "bass.glide", &err), VY_OK);
    BYTES("\xD0\x7F");
    assert_string_equal(live->event[live->events - 2].path, "bass.cutoff");
    assert_true(fabsf(live->event[live->events - 2].value - 20 * powf(1000, 64 / 127.0f)) < 0.1f);
    assert_string_equal(live->event[live->events - 1].path, "bass.filter");
    assert_true(live->event[live->events - 1].value == 8);
    assert_int_equal(vy_edit_get(live->session->doc, "bass.glide", now, sizeof now, NULL), VY_OK);
    assert_string_not_equal(now, "30ms"); // it cannot be turned while it sounds: a line was said
    assert_int_equal(vy_midi_list(face, &text, result, &err), VY_OK);
    assert_non_null(strstr(text.text, "controller 21, channel 3"));
    assert_non_null(strstr(text.text, "bend, channel 1"));
    assert_int_equal(json_array_size(json_object_get(result, "learned")), 3);
    line("midi");
    line("unlearn bass.cutoff");
    assert_int_equal(vy_midi_unlearn(face, "bass.cutoff", &err), VY_UNKNOWN_NAME);
    const uint32_t before = live->events;
    BYTES("\xB2\x15\x10");
    assert_int_equal(live->events, before);
    vy_buf_clear(&text);
    json_decref(result);
}

// A clock of 24 ticks with up to 1 ms of trembling.
static void midi_measures_a_clock(void **state)
{
    (void)state;
    struct vy_clock_meter meter = {0};
    double worst = 0, bpm = 0;
    uint32_t chance = 1;
    for (int i = 0; i < 2400; i++) {
        chance = chance * 1664525u + 1013904223u;
        const double tick = 60e9 / 24 / 127.3;
        bpm = vy_clock_tick(&meter, (uint64_t)(1e12 + i * tick + (chance >> 8) * 0x1p-24 * 1e6));
        if (i > 100 && fabs(bpm - 127.3) > worst)
            worst = fabs(bpm - 127.3);
    }
    print_message("1 ms of jitter: at most %.3f BPM off\n", worst);
    assert_true(worst < 0.1);
    for (int i = 0; i < 60; i++) // another tempo is known within a beat or two
        bpm = vy_clock_tick(&meter, (uint64_t)(2e12 + i * 60e9 / 24 / 90));
    assert_true(fabs(bpm - 90) < 0.01);
}

static void midi_follows_a_clock(void **state)
{
    (void)state;
    open_face(true, false);
    line("create kick; sequence kick: x...");
    BYTES("\xFA");
    assert_true(live->session->doc->playing);
    const uint64_t start = vy_now_ns();
    for (int i = 0; i < 96; i++) {
        const uint64_t due = start + (uint64_t)(i * 60e9 / 24 / 160);
        const struct timespec until = {(time_t)(due / 1000000000u), (long)(due % 1000000000u)};
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, NULL);
        assert_int_equal(write(in, "\xF8", 1), 1);
        vy_midi_face_service(face);
    }
    work(5);
    print_message("a clock of 160 BPM gave %.2f\n", live->session->doc->tempo);
    assert_true(fabs(live->session->doc->tempo - 160) < 0.5);
    BYTES("\xFC");
    assert_false(live->session->doc->playing);
    BYTES("\xF2\x20\x00\xFB");
    assert_true(live->session->doc->playing);
    assert_true(fabs(live->session->doc->beat - 8) < 1e-9);
}

static void midi_follower_draws_in_and_leaps(void **state)
{
    (void)state;
    struct vy_clock_follower c = {0};
    assert_true(vy_clock_follow(&c, 0, 120, 1000000000));
    assert_int_equal(c.tick, 0);
    assert_int_equal(vy_clock_due(&c), 1000000000);
    c.tick = 24;
    assert_int_equal(vy_clock_due(&c), 1500000000);
    assert_false(vy_clock_follow(&c, 1.01, 120, 1500000000)); // 5 ms off: only some of it
    assert_true(vy_clock_due(&c) > 1499000000 && vy_clock_due(&c) < 1500000000);
    assert_true(vy_clock_follow(&c, 16.5, 120, 1600000000));
    assert_int_equal(c.tick, 396);
}

// The thread that sends, against an engine that says where it is once every 10 ms, trembling.
static void midi_sends_a_clock(void **state)
{
    (void)state;
    struct vy_shared *const s = &live->shared;
    s->active = 0;
    s->device.sr_hz = 48000;
    s->device.period = 480;
    open_face(false, true);
    const struct sched_param fast = {.sched_priority = 40}, plain = {0};
    sched_setscheduler(0, SCHED_FIFO, &fast); // when it may: else the reader is late itself
    uint64_t at[256];
    uint8_t what[256];
    int n = 0;
    const uint64_t start = vy_now_ns();
    for (int block = 0; n < 100 && block < 400; block++) {
        const uint64_t due = start + (uint64_t)block * 10000000u;
        while (vy_now_ns() < due) {
            uint8_t byte;
            struct pollfd wait = {.fd = out, .events = POLLIN};
            if (poll(&wait, 1, 1) == 1 && read(out, &byte, 1) == 1 && n < 256) {
                at[n] = vy_now_ns();
                what[n++] = byte;
            }
        }
        s->block_ns = vy_now_ns();
        struct vy_engine_says *const says = &s->slot[0].says;
        const double beat = (block + 1) * 0.02, bpm = 120; // of the block's end
        atomic_store_explicit(&says->beat, beat, memory_order_relaxed);
        atomic_store_explicit(&says->bpm, bpm, memory_order_relaxed);
        atomic_store_explicit(&says->playing, 1, memory_order_relaxed);
        atomic_fetch_add_explicit(&says->ticks, 1, memory_order_relaxed);
    }
    sched_setscheduler(0, SCHED_OTHER, &plain);
    assert_true(n >= 100);
    assert_int_equal(what[0], VY_MIDI_START);
    double worst = 0;
    for (int i = 30; i < 100; i++) {
        assert_int_equal(what[i], VY_MIDI_CLOCK);
        const double gap = (double)(at[i] - at[i - 1]) * 1e-6;
        worst = fabs(gap - 500 / 24.0) > worst ? fabs(gap - 500 / 24.0) : worst;
    }
    const double whole = (double)(at[99] - at[30]) * 1e-6 / 69;
    print_message("tick every %.3f ms (20.833), at most %.3f ms off\n", whole, worst);
    assert_true(fabs(whole - 500 / 24.0) < 0.1);
    atomic_store_explicit(&s->slot[0].says.playing, 0, memory_order_relaxed);
    usleep(30000);
    uint8_t rest[64];
    const ssize_t got = read(out, rest, sizeof rest);
    assert_true(got > 0 && rest[got - 1] == VY_MIDI_STOP);
}

static void midi_names_what_is_missing(void **state)
{
    (void)state;
    struct vy_err err;
    struct vy_midi_face *other;
    struct vy_midi_face_how how = {.live = live, .raw = "/tmp/no/such/port"};
    assert_int_equal(vy_midi_face_open(&how, &other, &err), VY_NOT_FOUND);
    how.raw = "/tmp";
    assert_int_not_equal(vy_midi_face_open(&how, &other, &err), VY_OK);
    how.raw = in_path;
    how.clock_out = true;
    assert_int_equal(vy_midi_face_open(&how, &other, &err), VY_BAD_ARG);
    assert_non_null(strstr(err.message, "IN,OUT"));
    how = (struct vy_midi_face_how){.live = live};
    if (access("/dev/snd/seq", R_OK | W_OK) == 0)
        skip();
    assert_int_equal(vy_midi_face_open(&how, &other, &err), VY_ABSENT);
    assert_non_null(strstr(err.message, "/dev/snd/seq"));
}

int main(void)
{
    struct vy_err err;
    if (vy_catalog_open(&catalog, &err))
        return 1;
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(midi_decodes),
        cmocka_unit_test(midi_encodes_what_it_decodes),
        T(midi_plays_the_armed_thing),
        T(midi_note_waits_for_engines_that_are_slow),
        T(midi_learns),
        cmocka_unit_test(midi_measures_a_clock),
        T(midi_follows_a_clock),
        cmocka_unit_test(midi_follower_draws_in_and_leaps),
        T(midi_sends_a_clock),
        T(midi_names_what_is_missing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
