// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The studio's socket: requests, many authors, slow and rude clients, and who may have the place.
#include "cm.h"

#include "fake_live_socket.h"
#include "serve/address.h"
#include "serve/client.h"
#include "serve/protocol.h"
#include "serve/socket.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static struct vy_catalog catalog;
static struct vy_live *live;
static struct vy_socket *studio;
static char folder[64], path[100];

struct peer {
    int fd;
    struct vy_buf in;
};

static void on_event(void *arg, json_t *event)
{
    (void)arg;
    vy_socket_event(studio, event);
}

static struct peer join(void)
{
    struct sockaddr_un address;
    struct vy_err err;
    assert_int_equal(vy_address_find(path, &address, &err), VY_OK);
    const struct peer peer = {socket(AF_UNIX, SOCK_STREAM, 0), {0}};
    assert_int_equal(connect(peer.fd, (struct sockaddr *)&address, sizeof address), 0);
    return peer;
}

static void leave(struct peer *peer)
{
    close(peer->fd);
    vy_buf_clear(&peer->in);
    for (int i = 0; i < 3; i++)
        vy_socket_service(studio);
}

static void send_text(const struct peer *peer, const char *text)
{
    const size_t n = strlen(text);
    assert_int_equal(send(peer->fd, text, n, MSG_NOSIGNAL), n);
}

static void take_in(struct peer *peer)
{
    static char piece[1 << 16];
    for (ssize_t n; (n = recv(peer->fd, piece, sizeof piece, MSG_DONTWAIT)) > 0;)
        vy_buf_put(&peer->in, piece, (size_t)n);
}

// The next object, NULL when none comes.
static json_t *next(struct peer *peer)
{
    for (int i = 0; i < 50; i++) {
        const char *const end = peer->in.length ? strchr(peer->in.text, '\n') : NULL;
        if (end) {
            const size_t n = (size_t)(end - peer->in.text);
            json_t *const object = json_loadb(peer->in.text, n, 0, NULL);
            assert_non_null(object);
            peer->in.length -= n + 1;
            memmove(peer->in.text, end + 1, peer->in.length + 1);
            return object;
        }
        vy_socket_service(studio);
        take_in(peer);
    }
    return NULL;
}

// The next object as text without the parts that vary.
static void hears(struct peer *peer, const char *wanted)
{
    json_t *const object = next(peer);
    assert_non_null(object);
    json_object_del(object, "at");
    json_object_del(object, "result");
    json_object_del(object, "warnings");
    char *const text = json_dumps(object, JSON_COMPACT);
    assert_string_equal(text, wanted);
    free(text);
    json_decref(object);
}

static void asks(struct peer *peer, const char *request, const char *wanted)
{
    send_text(peer, request);
    send_text(peer, "\n");
    hears(peer, wanted);
}

static void hello(struct peer *peer, const char *name)
{
    char text[100];
    snprintf(text, sizeof text, "{\"hello\":{\"author\":\"%s\"}}\n", name);
    send_text(peer, text);
    json_decref(next(peer));
}

static const char *code_of(struct peer *peer, const char *request)
{
    static char code[64];
    send_text(peer, request);
    send_text(peer, "\n");
    json_t *const object = next(peer);
    const json_t *const error = json_object_get(object, "error");
    const char *const text = json_string_value(json_object_get(error, "code"));
    snprintf(code, sizeof code, "%s", text ? text : "ok");
    json_decref(object);
    return code;
}

// ---- requests -----------------------------------------------------------------------------------

static void lines_are_answered(void **state)
{
    (void)state;
    struct peer ann = join();
    asks(&ann, "create kick", "{\"id\":1,\"ok\":true,\"version\":1}");
    asks(&ann, "{\"line\":\"gain kick -3\",\"id\":\"a\"}",
         "{\"id\":2,\"ok\":true,\"version\":2,\"request\":\"a\"}");
    asks(&ann, "{\"line\":\"gain kick -3\",\"if_version\":1,\"id\":[7]}",
         "{\"id\":3,\"ok\":false,\"version\":2,\"error\":{\"code\":\"stale\",\"message\":\"the "
         "session is at version 2, not 1\"},\"request\":[7]}");
    asks(&ann, "{\"line\":\"# nothing\",\"id\":9}",
         "{\"ok\":true,\"version\":2,\"empty\":true,\"request\":9}");
    leave(&ann);
}

static void many_commands_of_one_request_say_more(void **state)
{
    (void)state;
    struct peer ann = join();
    asks(&ann, "{\"line\":\"create kick; gain kick -3; gain nobody 1\",\"id\":1}",
         "{\"id\":1,\"ok\":true,\"version\":1,\"request\":1,\"more\":true}");
    hears(&ann, "{\"id\":2,\"ok\":true,\"version\":2,\"request\":1,\"more\":true}");
    json_t *const last = next(&ann);
    assert_true(json_is_false(json_object_get(last, "ok")));
    assert_null(json_object_get(last, "more"));
    json_decref(last);
    leave(&ann);
}

static void people_get_text(void **state)
{
    (void)state;
    struct peer ann = join();
    asks(&ann, "{\"hello\":{\"author\":\"ann\",\"human\":true}}",
         "{\"hello\":{\"author\":\"ann\",\"protocol\":1,\"version\":0}}");
    asks(&ann, "create kick",
         "{\"id\":1,\"ok\":true,\"version\":1,\"text\":\"ok 1 created kick\"}");
    send_text(&ann, "gain kik 3\n");
    json_t *const reply = next(&ann);
    assert_non_null(
        strstr(json_string_value(json_object_get(reply, "text")), "did you mean 'kick'?"));
    json_decref(reply);
    leave(&ann);
}

static void wrong_requests_are_refused(void **state)
{
    (void)state;
    static const char *const requests[][2] = {
        {"{", "syntax"},
        {"{\"line\":1}", "bad_arg"},
        {"{}", "bad_arg"},
        {"{\"line\":\"status\",\"hello\":{}}", "bad_arg"},
        {"{\"lin\":\"status\"}", "bad_arg"},
        {"{\"hello\":{\"author\":\"two words\"}}", "bad_arg"},
        {"{\"hello\":{\"humane\":true}}", "bad_arg"},
        {"{\"subscribe\":[\"everything\"]}", "bad_arg"},
        {"{\"subscribe\":[\"meters\"],\"rate\":0}", "out_of_range"},
        {"{\"complete\":{\"line\":\"a\",\"at\":2}}", "bad_arg"},
        {"{\"line\":\"status\",\"author\":\"\"}", "bad_arg"},
        {"{\"line\":\"say \\\"a\\\\u0001\\\"\"}", "syntax"},
        {"{\"line\":\"a\\nb\"}", "syntax"},
    };
    struct peer ann = join();
    for (size_t i = 0; i < sizeof requests / sizeof *requests; i++)
        if (strcmp(code_of(&ann, requests[i][0]), requests[i][1]) != 0)
            fail_msg("%s: not %s", requests[i][0], requests[i][1]);
    assert_string_equal(code_of(&ann, "status"), "ok"); // and the connection goes on
    leave(&ann);
}

static void a_line_too_long_is_skipped(void **state)
{
    (void)state;
    struct peer ann = join();
    char *const big = malloc(400001);
    assert_non_null(big);
    memset(big, 'x', 400000);
    big[400000] = '\0';
    for (size_t sent = 0; sent < 400000;) {
        const ssize_t n = send(ann.fd, big + sent, 400000 - sent, MSG_DONTWAIT);
        sent += n > 0 ? (size_t)n : 0;
        vy_socket_service(studio);
    }
    free(big);
    assert_string_equal(code_of(&ann, ""), "too_big");
    assert_string_equal(code_of(&ann, "create kick"), "ok");
    leave(&ann);
}

static void bytes_come_as_they_like(void **state)
{
    (void)state;
    struct peer ann = join();
    static const char text[] = "create kick\r\n\n{\"line\":\"gain kick -3\"}\n";
    for (size_t i = 0; i + 1 < sizeof text; i++) {
        assert_int_equal(send(ann.fd, text + i, 1, 0), 1);
        vy_socket_service(studio);
    }
    hears(&ann, "{\"id\":1,\"ok\":true,\"version\":1}");
    hears(&ann, "{\"id\":2,\"ok\":true,\"version\":2}");
    send_text(&ann, "gain kick -4"); // without an end, then no more
    shutdown(ann.fd, SHUT_WR);
    hears(&ann, "{\"id\":3,\"ok\":true,\"version\":3}");
    vy_socket_service(studio);
    assert_int_equal(fake_live_clients(live), 0);
    leave(&ann);
}

static void who_leaves_at_once_is_still_heard(void **state)
{
    (void)state;
    struct peer ann = join();
    send_text(&ann, "create kick\ncreate snare\n");
    leave(&ann);
    assert_int_equal(vy_live_session(live)->version, 2);
    assert_int_equal(fake_live_clients(live), 0);
}

static void quit_ends_the_connection_only(void **state)
{
    (void)state;
    struct peer ann = join();
    asks(&ann, "quit", "{\"id\":1,\"ok\":true,\"version\":0,\"quit\":true}");
    vy_socket_service(studio);
    char byte;
    assert_int_equal(recv(ann.fd, &byte, 1, 0), 0);
    leave(&ann);
}

static void words_are_completed(void **state)
{
    (void)state;
    struct peer ann = join();
    asks(&ann, "{\"complete\":{\"line\":\"seq\",\"at\":3},\"id\":1}",
         "{\"complete\":{\"at\":0,\"words\":[\"sequence\"]},\"request\":1}");
    asks(&ann, "create kick", "{\"id\":1,\"ok\":true,\"version\":1}");
    asks(&ann, "{\"complete\":{\"line\":\"gain kixx\",\"at\":7}}",
         "{\"complete\":{\"at\":5,\"words\":[\"kick\"]}}");
    leave(&ann);
}

// ---- authors ------------------------------------------------------------------------------------

static void names_are_told_apart(void **state)
{
    (void)state;
    struct peer a = join(), b = join(), c = join();
    asks(&a, "{\"hello\":{\"author\":\"ann\"}}",
         "{\"hello\":{\"author\":\"ann\",\"protocol\":1,\"version\":0}}");
    asks(&b, "{\"hello\":{\"author\":\"ann\"}}",
         "{\"hello\":{\"author\":\"ann2\",\"protocol\":1,\"version\":0}}");
    asks(&c, "{\"hello\":{\"author\":\"ann\",\"insist\":true}}",
         "{\"hello\":{\"author\":\"ann\",\"protocol\":1,\"version\":0}}");
    assert_int_equal(fake_live_clients(live), 3);
    leave(&a);
    leave(&b);
    leave(&c);
}

static void everyone_undoes_what_is_his(void **state)
{
    (void)state;
    struct peer ann = join(), bob = join();
    hello(&ann, "ann");
    hello(&bob, "bob");
    assert_string_equal(code_of(&ann, "create kick"), "ok");
    assert_string_equal(code_of(&bob, "create snare"), "ok");
    assert_string_equal(code_of(&ann, "gain kick -3"), "ok");
    assert_string_equal(code_of(&bob, "undo"), "ok");
    const struct vy_session *const session = vy_live_session(live);
    assert_int_equal(vy_doc_unit(session->doc, "snare"), -1);
    assert_true(vy_doc_unit(session->doc, "kick") >= 0);
    assert_string_equal(code_of(&bob, "undo"), "no_effect"); // ann's stay
    assert_string_equal(code_of(&ann, "undo 2"), "ok");
    assert_int_equal(vy_doc_unit(session->doc, "kick"), -1);
    assert_string_equal(session->entry[0].author, "ann");
    assert_string_equal(session->entry[1].author, "bob");
    leave(&ann);
    leave(&bob);
}

static void a_request_may_speak_for_another(void **state)
{
    (void)state;
    struct peer ann = join();
    assert_string_equal(code_of(&ann, "{\"line\":\"create kick\",\"author\":\"agent\"}"), "ok");
    assert_string_equal(vy_live_session(live)->entry[0].author, "agent");
    leave(&ann);
}

static void edits_of_others_are_told(void **state)
{
    (void)state;
    struct peer ann = join(), bob = join();
    hello(&ann, "ann");
    hello(&bob, "bob");
    asks(&bob, "{\"subscribe\":[\"events\"]}",
         "{\"subscribe\":{\"events\":true,\"meters\":false,\"rate\":10.0}}");
    assert_string_equal(code_of(&ann, "create kick"), "ok");
    hears(&bob, "{\"event\":\"edit\",\"author\":\"ann\",\"line\":\"create kick\",\"version\":1}");
    leave(&ann);
    leave(&bob);
}

static void meters_come_at_their_rate(void **state)
{
    (void)state;
    struct peer ann = join();
    asks(&ann, "{\"subscribe\":[\"meters\"],\"rate\":50}",
         "{\"subscribe\":{\"events\":false,\"meters\":true,\"rate\":50.0}}");
    const uint64_t began = vy_now_ns();
    int count = 0;
    while (vy_now_ns() - began < 500000000) {
        vy_socket_service(studio);
        take_in(&ann);
        usleep(2000);
    }
    json_t *object;
    while (ann.in.length && (object = next(&ann))) {
        assert_string_equal(json_string_value(json_object_get(object, "event")), "meters");
        assert_int_equal(json_array_size(json_object_get(object, "master")), 2);
        assert_true(json_is_object(json_object_get(object, "loudness")));
        json_decref(object);
        count++;
    }
    assert_in_range(count, 10, 27); // 25 at best; a busy machine tells less, never more
    leave(&ann);
}

// ---- rude clients -------------------------------------------------------------------------------

static void who_does_not_read_is_let_go(void **state)
{
    (void)state;
    struct peer deaf = join(), ann = join(), bob = join();
    hello(&deaf, "deaf");
    hello(&bob, "bob");
    asks(&bob, "{\"subscribe\":[\"events\"]}",
         "{\"subscribe\":{\"events\":true,\"meters\":false,\"rate\":10.0}}");
    send_text(&deaf, "{\"subscribe\":[\"events\"]}\n");
    assert_string_equal(code_of(&ann, "create kick"), "ok");
    char line[8200];
    memset(line, ' ', sizeof line);
    memcpy(line, "gain kick -3", 12);
    line[sizeof line - 1] = '\0';
    bool told = false;
    for (int i = 0; i < 1000 && !told; i++) {
        assert_string_equal(code_of(&ann, line), "ok");
        take_in(&bob);
        told = bob.in.length && strstr(bob.in.text, "\"what\":\"dropped\"");
        if (!told) // bob reads, ann is served all along
            vy_buf_clear(&bob.in);
    }
    assert_true(told);
    assert_int_equal(fake_live_clients(live), 2);
    leave(&deaf);
    leave(&ann);
    leave(&bob);
}

static void who_sends_faster_than_he_reads_waits(void **state)
{
    (void)state;
    struct peer ann = join();
    static const char line[] = "help sequence\n";
    size_t sent = 0;
    for (int i = 0; i < 20000; i++) { // no answer is read meanwhile
        const ssize_t n = send(ann.fd, line + sent % (sizeof line - 1),
                               sizeof line - 1 - sent % (sizeof line - 1), MSG_DONTWAIT);
        sent += n > 0 ? (size_t)n : 0;
        if (i % 100 == 0)
            vy_socket_service(studio);
    }
    const size_t asked = sent / (sizeof line - 1);
    assert_int_equal(fake_live_clients(live), 1);
    if (sent % (sizeof line - 1)) // finish the line that was cut
        send_text(&ann, line + sent % (sizeof line - 1));
    const size_t all = asked + (sent % (sizeof line - 1) != 0);
    for (size_t i = 0; i < all; i++)
        json_decref(next(&ann));
    assert_int_equal(vy_live_session(live)->replies, all);
    leave(&ann);
}

static void there_is_room_for_so_many(void **state)
{
    (void)state;
    struct peer peer[VY_CLIENTS_MAX + 1];
    for (int i = 0; i <= VY_CLIENTS_MAX; i++) {
        peer[i] = join();
        vy_socket_service(studio);
    }
    assert_int_equal(fake_live_clients(live), VY_CLIENTS_MAX);
    hears(&peer[VY_CLIENTS_MAX], "{\"ok\":false,\"error\":{\"code\":\"too_big\",\"message\":\"the "
                                 "studio has as many clients as it takes\"}}");
    for (int i = 0; i < VY_CLIENTS_MAX; i++)
        send_text(&peer[i], "{\"line\":\"who\"}\n");
    for (int i = 0; i < VY_CLIENTS_MAX; i++)
        json_decref(next(&peer[i]));
    for (int i = 0; i <= VY_CLIENTS_MAX; i++)
        leave(&peer[i]);
    assert_int_equal(fake_live_clients(live), 0);
}

// ---- the place ----------------------------------------------------------------------------------

static void the_socket_is_the_users_alone(void **state)
{
    (void)state;
    struct stat is;
    assert_int_equal(lstat(path, &is), 0);
    assert_int_equal(is.st_mode & 0777, 0600);
}

static void a_living_studio_keeps_its_place(void **state)
{
    (void)state;
    struct vy_socket *second = NULL;
    struct vy_err err;
    assert_int_equal(vy_socket_open(live, path, &second, &err), VY_CONFLICT);
    assert_non_null(strstr(err.message, "veery sh"));
    struct peer ann = join();
    assert_string_equal(code_of(&ann, "create kick"), "ok");
    leave(&ann);
}

static void a_stale_socket_is_removed(void **state)
{
    (void)state;
    char other[120];
    snprintf(other, sizeof other, "%s/other.sock", folder);
    struct sockaddr_un address;
    struct vy_err err;
    assert_int_equal(vy_address_find(other, &address, &err), VY_OK);
    const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    close(fd); // as after a crash: the name stays, nobody listens
    struct vy_socket *second = NULL;
    assert_int_equal(vy_socket_open(live, other, &second, &err), VY_OK);
    vy_socket_close(second);
    assert_int_not_equal(access(other, F_OK), 0);
    FILE *const file = fopen(other, "w"); // but never a file
    fclose(file);
    assert_int_equal(vy_socket_open(live, other, &second, &err), VY_IO);
    assert_int_equal(access(other, F_OK), 0);
    unlink(other);
}

static void places_that_do_not_do(void **state)
{
    (void)state;
    struct vy_socket *second = NULL;
    struct vy_err err;
    char deep[200];
    memset(deep, 'x', sizeof deep);
    deep[0] = '/';
    deep[sizeof deep - 1] = '\0';
    assert_int_equal(vy_socket_open(live, deep, &second, &err), VY_TOO_BIG);
    assert_int_equal(vy_socket_open(live, "/no/such/folder/s", &second, &err), VY_IO);
    char run[100], inside[120];
    snprintf(run, sizeof run, "%s/run", folder);
    snprintf(inside, sizeof inside, "%s/veery", run);
    mkdir(run, 0700);
    mkdir(inside, 0700);
    chmod(inside, 0777); // anybody could change what is in it
    setenv("XDG_RUNTIME_DIR", run, 1);
    assert_int_equal(vy_socket_open(live, NULL, &second, &err), VY_IO);
    rmdir(inside);
    assert_int_equal(vy_socket_open(live, NULL, &second, &err), VY_OK);
    struct stat is;
    assert_int_equal(lstat(inside, &is), 0);
    assert_int_equal(is.st_mode & 0777, 0700);
    vy_socket_close(second);
    rmdir(inside);
    rmdir(run);
}

static int set_up(void **state)
{
    (void)state;
    struct vy_err err;
    const struct vy_live_how how = {.catalog = &catalog, .event = on_event};
    return vy_live_open(&how, &live, &err) || vy_socket_open(live, path, &studio, &err);
}

static int tear_down(void **state)
{
    (void)state;
    vy_socket_close(studio);
    vy_live_close(live);
    studio = NULL;
    return access(path, F_OK) == 0;
}

static int set_up_all(void **state)
{
    (void)state;
    struct vy_err err;
    snprintf(folder, sizeof folder, "/tmp/vysockXXXXXX");
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/studio.sock", folder);
    return vy_catalog_open(&catalog, &err);
}

static int tear_down_all(void **state)
{
    (void)state;
    vy_catalog_close(&catalog);
    return rmdir(folder);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        CASE(lines_are_answered),
        CASE(many_commands_of_one_request_say_more),
        CASE(people_get_text),
        CASE(wrong_requests_are_refused),
        CASE(a_line_too_long_is_skipped),
        CASE(bytes_come_as_they_like),
        CASE(who_leaves_at_once_is_still_heard),
        CASE(quit_ends_the_connection_only),
        CASE(words_are_completed),
        CASE(names_are_told_apart),
        CASE(everyone_undoes_what_is_his),
        CASE(a_request_may_speak_for_another),
        CASE(edits_of_others_are_told),
        CASE(meters_come_at_their_rate),
        CASE(who_does_not_read_is_let_go),
        CASE(who_sends_faster_than_he_reads_waits),
        CASE(there_is_room_for_so_many),
        CASE(the_socket_is_the_users_alone),
        CASE(a_living_studio_keeps_its_place),
        CASE(a_stale_socket_is_removed),
        CASE(places_that_do_not_do),
    };
    return cmocka_run_group_tests(tests, set_up_all, tear_down_all);
}
