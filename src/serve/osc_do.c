// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a message does, and what is answered.
#include "serve/osc_parts.h"

#include <stdio.h>
#include <string.h>

// Who is answered, and how.
struct answer {
    struct vy_osc *osc;
    const struct vy_osc_request *request;
    int32_t id;
    bool direct; ///< only errors, and not too many
};

// The sender's stamp, if it can be one: of this machine's clock, and within the last second.
static uint64_t stamp_of(const struct vy_osc_act *act)
{
    const uint64_t now = vy_now_ns();
    return act->sent_ns <= now && now - act->sent_ns < VY_OSC_STAMP_NS ? act->sent_ns : 0;
}

static bool play(struct vy_osc *osc, const struct vy_osc_act *act, double time_s,
                 const char *author)
{
    const uint64_t frame = vy_osc_frame_at(osc, time_s);
    const uint64_t sent_ns = stamp_of(act);
    const bool done = act->kind == VY_OSC_TURN
                          ? vy_live_turn(osc->live, act->path, act->value, frame, sent_ns, author)
                          : vy_live_note(osc->live, act->path, 0, act->value, frame, sent_ns);
    if (done && sent_ns)
        atomic_fetch_add_explicit(&osc->push[vy_wait_bucket(vy_now_ns() - sent_ns)], 1,
                                  memory_order_relaxed);
    return done;
}

bool vy_osc_at_once(struct vy_osc *osc, const struct vy_osc_message *message, const char *author)
{
    struct vy_osc_act act;
    if (vy_osc_act_read(message, &act, NULL) ||
        (act.kind != VY_OSC_TURN && act.kind != VY_OSC_NOTE))
        return false;
    return play(osc, &act, vy_osc_time(message->time), author);
}

static void send_reply(const struct answer *to, int32_t id, bool ok, const char *json)
{
    struct vy_osc *const osc = to->osc;
    const struct vy_osc_peer *const peer = &osc->peer[to->request->peer];
    size_t n = vy_osc_message_write(osc->out, sizeof osc->out, "/veery/reply", "iss", id,
                                    ok ? "ok" : "error", json);
    if (n == 0)
        n = vy_osc_message_write(
            osc->out, sizeof osc->out, "/veery/reply", "iss", id, "error",
            "{\"ok\":false,\"error\":{\"code\":\"too_big\",\"message\":\"it was "
            "done, but the answer does not fit into a packet; ask over the "
            "socket\"}}");
    sendto(osc->socket, osc->out, n, MSG_DONTWAIT, (const struct sockaddr *)&peer->address,
           peer->length);
}

static bool silent(const struct answer *to, bool ok)
{
    if (!to->direct)
        return false;
    if (ok)
        return true;
    pthread_mutex_lock(&to->osc->lock);
    const bool may = vy_osc_may_answer(&to->osc->peer[to->request->peer]);
    pthread_mutex_unlock(&to->osc->lock);
    return !may;
}

static void on_reply(void *arg, const struct vy_reply *reply)
{
    const struct answer *const to = arg;
    if (silent(to, reply->ok && json_array_size(reply->warnings) == 0))
        return;
    struct vy_buf json = {0};
    vy_reply_json(reply, &json);
    const int32_t own = to->direct ? -1 : (int32_t)(reply->id & INT32_MAX);
    if (!json.failed)
        send_reply(to, to->id >= 0 ? to->id : own, reply->ok, json.text);
    vy_buf_clear(&json);
}

static void answer(const struct answer *to, const struct vy_err *err, json_t *result)
{
    struct vy_session *const session = vy_live_session(to->osc->live);
    json_t *const warnings = json_array();
    struct vy_reply reply = {.id = ++session->replies,
                             .version = session->version,
                             .ok = !err,
                             .bar = 1,
                             .beat = 1,
                             .text = "",
                             .result = result ? result : json_object(),
                             .warnings = warnings};
    if (err)
        reply.err = *err;
    on_reply((void *)to, &reply);
    json_decref(reply.result);
    json_decref(warnings);
}

static void do_line(struct answer *to, const char *line, const char *author)
{
    const struct vy_request request = {line, strlen(line), author, -1};
    (void)vy_live_do(to->osc->live, &request, on_reply, to); // its error was the reply
}

// An engine learns what is bound with its next plan; until then it takes no notes.
static bool wait_for_engine(struct answer *to, struct vy_osc_request *request,
                            const struct vy_osc_act *act)
{
    struct vy_err err;
    if (request->give_up == 0)
        request->give_up = vy_now_ns() + VY_OSC_NOTE_NS;
    if (vy_now_ns() < request->give_up)
        return true;
    vy_fail(&err, VY_BUSY, -1, "%s takes no notes now", act->path);
    answer(to, &err, NULL);
    return false;
}

// The engines did not take it: make it known to them, and if that was not it, say it as a line.
// @return false: a note must wait
static bool do_direct(struct answer *to, const struct vy_osc_act *act,
                      struct vy_osc_request *request, const char *author)
{
    struct vy_osc *const osc = to->osc;
    struct vy_err err;
    char line[VY_OSC_PATH_SIZE + 40];
    if (play(osc, act, request->time_s, author))
        return true;
    vy_status status = act->legacy ? vy_chronus_need(osc->chronus, act->path, author, &err) : VY_OK;
    if (!status)
        status = vy_live_bind(osc->live, act->path, &err);
    if (status && (act->kind == VY_OSC_NOTE || status != VY_BAD_ARG)) {
        answer(to, &err, NULL);
    } else if (!play(osc, act, request->time_s, author)) {
        if (act->kind == VY_OSC_NOTE)
            return !wait_for_engine(to, request, act);
        snprintf(line, sizeof line, "set %s %.9g", act->path, (double)act->value);
        do_line(to, line, author);
    }
    return true;
}

static void do_subscribe(struct answer *to, const struct vy_osc_act *act)
{
    struct vy_err err;
    const struct vy_osc_peer *const peer = &to->osc->peer[to->request->peer];
    if (vy_osc_subscribe(to->osc, peer, act, &err))
        answer(to, &err, NULL);
    else
        answer(to, NULL,
               json_pack("{s:s,s:f,s:i}", "subscribed", act->text, "rate", (double)act->value,
                         "seconds", act->value > 0 ? (int)(VY_OSC_SUBSCRIBED_NS / 1000000000) : 0));
}

static json_t *facts_json(const struct vy_osc *osc)
{
    struct vy_osc_facts f;
    vy_osc_facts(osc, &f);
    return json_pack(
        "{s:i,s:I,s:I,s:I,s:I,s:I,s:I,s:i,s:i,s:i,s:{s:f,s:f}}", "port", (int)f.port, "packets",
        (json_int_t)f.packets, "messages", (json_int_t)f.messages, "direct", (json_int_t)f.direct,
        "queued", (json_int_t)f.queued, "busy", (json_int_t)f.busy, "bad", (json_int_t)f.bad,
        "subscribers", (int)f.subscribers, "buffer", (int)f.buffer, "priority", f.priority, "osc",
        "push_p50_us", (double)f.push_p50_ns / 1e3, "push_p99_us", (double)f.push_p99_ns / 1e3);
}

bool vy_osc_do(struct vy_osc *osc, struct vy_osc_request *request)
{
    const char *const author = osc->peer[request->peer].author;
    struct answer to = {osc, request, -1, true};
    struct vy_osc_message message;
    struct vy_osc_act act;
    struct vy_err err;
    vy_status status = vy_osc_message_read(request->data, request->size, &message, &err);
    if (!status)
        status = vy_osc_act_read(&message, &act, &err);
    if (status) {
        answer(&to, &err, NULL);
        return true;
    }
    to.id = act.id;
    to.direct = act.direct;
    switch (act.kind) {
    case VY_OSC_LINE: do_line(&to, act.text, author); break;
    case VY_OSC_TURN:
    case VY_OSC_NOTE: return do_direct(&to, &act, request, author);
    case VY_OSC_SUBSCRIBE: do_subscribe(&to, &act); break;
    case VY_OSC_FACTS: answer(&to, NULL, facts_json(osc)); break;
    case VY_OSC_CHRONUS:
        to.direct = strncmp(message.path, "/mod/", 5) == 0;
        vy_chronus_do(osc->chronus, &message, author, on_reply, &to);
        break;
    }
    return true;
}
