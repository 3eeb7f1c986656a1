// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The OSC face over real UDP, with liblo as the other side.
#include "cm.h"

#include "fake_live.h"
#include "serve/osc.h"
#include "serve/osc_act.h"

#include <lo/lo.h>
#include <math.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct vy_catalog catalog;
static struct vy_live *live;
static struct vy_osc *osc;
static lo_address to;
static lo_server own; ///< the client's socket
static struct reply {
    char path[64], text[2][4096];
    int id;
    float value;
} got[4096];
static int replies;

static int on_any(const char *path, const char *types, lo_arg **argv, int argc, lo_message msg,
                  void *arg)
{
    struct reply *const reply = &got[replies++ % 4096];
    memset(reply, 0, sizeof *reply);
    snprintf(reply->path, sizeof reply->path, "%s", path);
    int texts = 0;
    for (int i = 0; i < argc; i++) {
        if (types[i] == 's' && texts < 2)
            snprintf(reply->text[texts++], sizeof reply->text[0], "%s", (const char *)argv[i]);
        else if (types[i] == 'i')
            memcpy(&reply->id, argv[i],
                   sizeof reply->id); // they lie at four bytes, a union at eight
        else if (types[i] == 'f')
            memcpy(&reply->value, argv[i], sizeof reply->value);
    }
    (void)msg;
    (void)arg;
    return 0;
}

// Let both sides work for a while, or until so many replies are there.
static void work(int ms, int until)
{
    for (int i = 0; i < ms && replies < until; i++) {
        struct pollfd wait = {.fd = vy_osc_fd(osc), .events = POLLIN};
        poll(&wait, 1, 1);
        vy_osc_service(osc);
        while (lo_server_recv_noblock(own, 0) > 0)
            ;
    }
}

static void line(const char *text)
{
    replies = 0;
    assert_true(lo_send_from(to, own, LO_TT_IMMEDIATE, "/veery/do", "s", text) > 0);
    work(2000, 1);
    assert_int_equal(replies, 1);
    if (strcmp(got[0].text[0], "ok") != 0)
        fail_msg("%s: %s", text, got[0].text[1]);
}

static int setup(void **state)
{
    (void)state;
    struct vy_err err;
    live = fake_live_new(&catalog);
    const struct vy_osc_how how = {.live = live};
    if (vy_osc_open(&how, &osc, &err))
        fail_msg("%s", err.message);
    struct vy_osc_facts facts;
    vy_osc_facts(osc, &facts);
    char port[8];
    snprintf(port, sizeof port, "%u", facts.port);
    to = lo_address_new("127.0.0.1", port);
    own = lo_server_new(NULL, NULL);
    lo_server_add_method(own, NULL, NULL, on_any, NULL);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    vy_osc_close(osc);
    lo_address_free(to);
    lo_server_free(own);
    fake_live_destroy(live);
    return 0;
}

static void osc_runs_lines_and_replies(void **state)
{
    (void)state;
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/veery/do", "is", 77, "create bass");
    work(2000, 1);
    assert_int_equal(replies, 1);
    assert_string_equal(got[0].path, "/veery/reply");
    assert_int_equal(got[0].id, 77);
    assert_string_equal(got[0].text[0], "ok");
    assert_non_null(strstr(got[0].text[1], "\"created\":\"bass\""));
    replies = 0;
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/veery/do", "s", "set bass.cutof 3");
    work(2000, 1);
    assert_string_equal(got[0].text[0], "error");
    assert_non_null(strstr(got[0].text[1], "\"hint\":\"cutoff\""));
    assert_true(strncmp(live->session->entry[0].author, "osc:127.0.0.1:", 14) == 0);
}

static void osc_turns_and_plays(void **state)
{
    (void)state;
    struct vy_osc_facts facts;
    line("create bass");
    line("add reverb to bass");
    replies = 0;
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/cutoff", "f", 500.0); // makes it known
    work(50, 1);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/cutoff", "i", 600);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/cutoff", "d", 700.5);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/cutoff", "s", "800");
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/reverb/mix", "f", 0.5);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/gate/bass", "f", 0.8);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/gate/bass", "i", 0);
    work(100, 1);
    assert_int_equal(replies, 0);
    assert_int_equal(live->events, 7);
    const float wanted[] = {500, 600, 700.5f, 800, 0.5f, 0.8f, 0};
    for (int i = 0; i < 7; i++)
        assert_true(live->event[i].value == wanted[i]);
    assert_string_equal(live->event[4].path, "bass.reverb.mix");
    assert_int_equal(live->event[5].what, 'n');
    vy_osc_facts(osc, &facts);
    assert_true(facts.direct >= 3);
}

// A gate of a thing that the engines do not know yet is late, not lost, and stays before its end.
static void osc_holds_notes_until_engines_know(void **state)
{
    (void)state;
    line("create bass");
    live->slow_ns = 60000000;
    replies = 0;
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/gate/bass", "f", 1.0);
    work(30, 1);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/gate/bass", "f", 0.0);
    work(30, 1);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/gate/bass", "f", 0.5);
    work(200, 1);
    assert_int_equal(replies, 0);
    assert_int_equal(live->events, 3);
    assert_true(live->event[0].value == 1 && live->event[1].value == 0 &&
                live->event[2].value == 0.5f);
    line("create lead");
    live->slow_ns = 10000000000;
    replies = 0;
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/gate/lead", "f", 1.0);
    work(2000, 1);
    assert_int_equal(replies, 1);
    assert_non_null(strstr(got[0].text[1], "busy"));
}

static void osc_says_lines_for_what_is_not_turned(void **state)
{
    (void)state;
    char now[64];
    line("create bass");
    replies = 0;
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/glide", "f", 0.25);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/filter", "s", "highpass");
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/tempo", "f", 133.0);
    work(100, 1);
    assert_int_equal(replies, 0);
    assert_int_equal(vy_edit_get(live->session->doc, "bass.glide", now, sizeof now, NULL), 0);
    assert_string_equal(now, "250ms");
    assert_int_equal(vy_edit_get(live->session->doc, "bass.filter", now, sizeof now, NULL), 0);
    assert_string_equal(now, "highpass");
    assert_true(fabs(live->session->doc->tempo - 133) < 1e-6);
}

static void osc_answers_faults(void **state)
{
    (void)state;
    line("create bass");
    static const char *const path[] = {"/bass/cutof",  "/bas/cutoff", "/bass",
                                       "/b*ss/cutoff", "/veery/dp",   "/gate/nobody"};
    static const char *const says[] = {"cutoff",          "no thing",  "no address",
                                       "names one thing", "/veery/do", "nobody"};
    for (int i = 0; i < 6; i++) {
        replies = 0;
        lo_send_from(to, own, LO_TT_IMMEDIATE, path[i], "f", 0.5);
        work(1000, 1);
        assert_int_equal(replies, 1);
        assert_int_equal(got[0].id, -1);
        assert_string_equal(got[0].text[0], "error");
        if (!strstr(got[0].text[1], says[i]) && i != 1)
            fail_msg("%s: %s", path[i], got[0].text[1]);
    }
    replies = 0;
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/cutoff", "ff", 1.0, 2.0);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/cutoff", "");
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/cutoff", "f", (double)NAN);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/veery/do", "f", 1.0);
    work(1000, 4);
    assert_int_equal(replies, 4);
    int one = 0;
    for (int i = 0; i < 4; i++)
        one += strstr(got[i].text[1], "one number") != NULL;
    assert_int_equal(one, 2);
}

static void osc_limits_answers_to_a_flood(void **state)
{
    (void)state;
    replies = 0;
    for (int i = 0; i < 1000; i++)
        lo_send_from(to, own, LO_TT_IMMEDIATE, "/no/thing", "f", 0.5);
    work(300, 5000);
    assert_in_range(replies, 15, 40);
}

static void osc_keeps_time_tags(void **state)
{
    (void)state;
    line("create bass");
    struct vy_err err;
    assert_int_equal(vy_live_bind(live, "bass.cutoff", &err), 0);
    assert_int_equal(vy_live_bind(live, "bass", &err), 0);
    lo_timetag soon;
    lo_timetag_now(&soon);
    soon.sec += 2;
    lo_bundle bundle = lo_bundle_new(soon), inner;
    lo_message a = lo_message_new(), b = lo_message_new(), c = lo_message_new();
    lo_message_add_float(a, 900);
    lo_bundle_add_message(bundle, "/bass/cutoff", a);
    soon.frac = 0x80000000u;
    soon.sec += 1;
    inner = lo_bundle_new(soon);
    lo_message_add_float(b, 1);
    lo_bundle_add_message(inner, "/gate/bass", b);
    lo_bundle_add_bundle(bundle, inner);
    assert_true(lo_send_bundle_from(to, own, bundle) > 0);
    for (int i = 0; i < 200 && live->events < 2; i++)
        usleep(1000); // the receiving thread does it alone
    assert_int_equal(live->events, 2);
    const double frame =
        ((double)soon.sec - 2208988800.0 + 0.5 - live->start_s) * 48000; // of the inner one
    assert_true(fabs((double)live->event[1].frame - frame) <= 2);        // both are rounded
    assert_true(live->event[0].frame > 90000 && live->event[0].frame < live->event[1].frame);
    // an edit waits on the main thread; too far ahead is an error; the past is now
    lo_timetag_now(&soon);
    soon.sec += 1;
    lo_bundle edit = lo_bundle_new(soon);
    lo_message_add_string(c, "create kick");
    lo_bundle_add_message(edit, "/veery/do", c);
    replies = 0;
    lo_send_bundle_from(to, own, edit);
    work(300, 1);
    assert_int_equal(replies, 0);
    work(1500, 1);
    assert_int_equal(replies, 1);
    soon.sec += 60;
    lo_bundle far = lo_bundle_new(soon);
    lo_bundle_add_message(far, "/bass/cutoff", a);
    replies = 0;
    lo_send_bundle_from(to, own, far);
    work(1000, 1);
    assert_non_null(strstr(got[0].text[1], "10 s ahead"));
    soon.sec = 1;
    lo_bundle past = lo_bundle_new(soon);
    lo_bundle_add_message(past, "/bass/cutoff", a);
    lo_send_bundle_from(to, own, past);
    work(50, 5000);
    assert_int_equal(live->events, 3);
    assert_int_equal(live->event[2].frame, 0);
    lo_bundle_free_recursive(far);
    lo_bundle_free_recursive(past);
    lo_bundle_free_recursive(edit);
    lo_bundle_free_recursive(bundle);
}

static void osc_sends_telemetry(void **state)
{
    (void)state;
    bool master = false, unit = false, position = false, momentary = false, event = false;
    replies = 0;
    live->shared.slot[0].says.beat = 5.5;
    live->shared.slot[0].says.bpm = 124;
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/veery/subscribe", "si", "meters", 50);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/veery/subscribe", "s", "events");
    work(300, 5000);
    json_t *const edit = json_pack("{s:s}", "event", "edit");
    vy_osc_event(osc, edit);
    json_decref(edit);
    work(20, 5000);
    for (int i = 0; i < replies; i++) {
        master |= strcmp(got[i].path, "/veery/meters/master") == 0;
        unit |=
            strcmp(got[i].path, "/veery/meters/bass") == 0 && fabsf(got[i].value - 0.3f) < 1e-6f;
        position |= strcmp(got[i].path, "/veery/position") == 0 && got[i].id == 2;
        momentary |= strcmp(got[i].path, "/veery/loudness/momentary") == 0 &&
                     fabsf(got[i].value + 14.5f) < 1e-6f;
        assert_string_not_equal(got[i].path, "/veery/loudness/short_term"); // it is not measured
        event |= strcmp(got[i].path, "/veery/event") == 0 && strstr(got[i].text[0], "edit");
    }
    assert_true(master && unit && position && momentary && event);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/veery/subscribe", "si", "meters", 0);
    work(50, 5000);
    replies = 0;
    work(100, 5000);
    assert_int_equal(replies, 0);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/veery/subscribe", "si", "meters", 5000);
    work(1000, 1);
    assert_string_equal(got[0].text[0], "error");
}

// Nothing may be lost when 20000 messages a second come and nobody serves for a while.
static void osc_loses_nothing(void **state)
{
    (void)state;
    struct vy_osc_facts facts;
    struct vy_err err;
    line("create bass");
    assert_int_equal(vy_live_bind(live, "bass.cutoff", &err), 0);
    const uint64_t start = vy_now_ns();
    for (int i = 0; i < 20000; i++) {
        lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/cutoff", "f", 100.0 + i);
        while (vy_now_ns() - start < (uint64_t)i * 50000)
            ;
    }
    usleep(100000);
    vy_osc_facts(osc, &facts);
    print_message("20000 messages in %.2f s; buffer %u, priority %d\n",
                  (double)(vy_now_ns() - start) * 1e-9 - 0.1, facts.buffer, facts.priority);
    assert_int_equal(live->events, 20000);
    for (int i = 0; i < 20000; i++)
        assert_true(live->event[i].value == 100.0f + (float)i);
}

// Lines of one sender and what he turns after them stay in order.
static void osc_keeps_the_order(void **state)
{
    (void)state;
    replies = 0;
    for (int i = 0; i < 50; i++) {
        char text[64];
        snprintf(text, sizeof text, "create b%d bass", i);
        lo_send_from(to, own, LO_TT_IMMEDIATE, "/veery/do", "s", text);
        snprintf(text, sizeof text, "/b%d/cutoff", i);
        lo_send_from(to, own, LO_TT_IMMEDIATE, text, "f", 100.0 + i);
    }
    usleep(50000);
    work(3000, 50);
    assert_int_equal(replies, 50);
    work(50, 5000);
    assert_int_equal(replies, 50);
    assert_int_equal(live->events, 50);
}

static void osc_tells_its_facts(void **state)
{
    (void)state;
    replies = 0;
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/veery/osc", "");
    work(1000, 1);
    assert_non_null(strstr(got[0].text[1], "\"queued\":1"));
}

static void osc_refuses_bad_hosts(void **state)
{
    (void)state;
    struct vy_err err;
    struct vy_osc *other;
    struct vy_osc_facts facts;
    const struct vy_osc_how named = {.live = live, .host = "example.org"};
    assert_int_equal(vy_osc_open(&named, &other, &err), VY_BAD_ARG);
    vy_osc_facts(osc, &facts);
    const struct vy_osc_how taken = {.live = live, .port = facts.port};
    assert_int_equal(vy_osc_open(&taken, &other, &err), VY_IO);
    assert_non_null(strstr(err.message, "in use"));
}

// A stamp of this clock and within a second is kept, any other is not believed.
static void osc_takes_stamps(void **state)
{
    (void)state;
    struct vy_err err;
    line("create bass");
    assert_int_equal(vy_live_bind(live, "bass.cutoff", &err), 0);
    assert_int_equal(vy_live_bind(live, "bass", &err), 0);
    const int64_t now = (int64_t)vy_now_ns(),
                  stamp[] = {now - 1000000, now - 2000000000, now + 3000000000000, INT64_MAX};
    for (int i = 0; i < 4; i++)
        lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/cutoff", "fh", 500.0, stamp[i]);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/gate/bass", "fh", 1.0, stamp[0]);
    replies = 0;
    work(50, 1);
    assert_int_equal(live->events, 5);
    for (int i = 0; i < 5; i++)
        assert_int_equal(live->event[i].sent_ns, i == 0 || i == 4 ? stamp[0] : 0);
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/bass/cutoff", "fh", 500.0, (int64_t)-1);
    work(1000, 1);
    assert_non_null(strstr(got[0].text[1], "when it was sent"));
    struct vy_osc_facts facts;
    vy_osc_facts(osc, &facts);
    assert_in_range(facts.push_p50_ns, 1000000, 1000000000);
    replies = 0;
    lo_send_from(to, own, LO_TT_IMMEDIATE, "/veery/osc", "");
    work(1000, 1);
    assert_non_null(strstr(got[0].text[1], "\"osc\":{\"push_p50_us\":"));
}

int main(void)
{
    struct vy_err err;
    if (vy_catalog_open(&catalog, &err))
        return 1;
#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        T(osc_runs_lines_and_replies),
        T(osc_turns_and_plays),
        T(osc_holds_notes_until_engines_know),
        T(osc_says_lines_for_what_is_not_turned),
        T(osc_answers_faults),
        T(osc_limits_answers_to_a_flood),
        T(osc_keeps_time_tags),
        T(osc_sends_telemetry),
        T(osc_loses_nothing),
        T(osc_keeps_the_order),
        T(osc_tells_its_facts),
        T(osc_takes_stamps),
        T(osc_refuses_bad_hosts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
