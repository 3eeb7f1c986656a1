// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What should be linked is worked out anew after every change and compared with what is: no state
// is kept that could be wrong.
#include "sound/microphone.h"

#include "base/exchange.h"
#include "base/text.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CABLES 16u
#define NODES_MS 2000u
#define RETRY_NS 500000000u
#define CHOSEN "default.configured.audio.source"
#define IN_FORCE "default.audio.source"

struct cable {
    uint32_t out, in; // ports
};

struct vy_mic {
    struct vy_patchbay *bay; // NULL while PipeWire is gone
    const char *wish;
    bool monitor, claims;
    char users[VY_PATCH_NAME]; // default of the user's when we began, "" = none
    uint64_t retry_ns;
    struct cable cable[CABLES];
    uint32_t cables;
};

static bool is_ours(const char *name)
{
    return strcmp(name, VY_MIC_SOURCE) == 0 || strcmp(name, VY_MIC_SINK) == 0 ||
           strcmp(name, VY_MIC_GUARD) == 0;
}

static bool is_source(const struct vy_patch_node *node)
{
    return strcmp(node->media_class, "Audio/Source") == 0 ||
           strcmp(node->media_class, "Audio/Source/Virtual") == 0 ||
           strcmp(node->media_class, "Audio/Duplex") == 0;
}

static bool is_sink(const struct vy_patch_node *node)
{
    return strcmp(node->media_class, "Audio/Sink") == 0 ||
           strcmp(node->media_class, "Audio/Duplex") == 0;
}

static const struct vy_patch_node *node_of(const struct vy_patchbay *bay, uint32_t id)
{
    const struct vy_patch_node *node;
    for (uint32_t i = 0; (node = vy_patch_node_at(bay, i)); i++)
        if (node->id == id)
            return node;
    return NULL;
}

// Does the port carry the node's sound in this direction? A sink gives what it plays by its
// monitor ports, a virtual source its sound by ports of either kind.
static bool carries(const struct vy_patch_node *node, const struct vy_patch_port *port, bool out)
{
    const bool monitor = out && is_sink(node) && !is_source(node);
    return port->node == node->id && port->out == out &&
           (port->monitor == monitor || strcmp(node->media_class, "Audio/Source/Virtual") == 0);
}

// The port of a channel; else the first one, `taken` aside.
static const struct vy_patch_port *pick(const struct vy_patchbay *bay,
                                        const struct vy_patch_node *node, bool out,
                                        const char *channel, const struct vy_patch_port *taken)
{
    const struct vy_patch_port *first = NULL, *port;
    for (uint32_t i = 0; (port = vy_patch_port_at(bay, i)); i++) {
        if (port == taken || !carries(node, port, out))
            continue;
        if (strcmp(port->channel, channel) == 0)
            return port;
        if (!first || port->index < first->index)
            first = port;
    }
    return first;
}

// The left and right port of a node, the same one twice when it is mono.
// @return how many there are, at most 2
static uint32_t ports_of(const struct vy_patchbay *bay, const struct vy_patch_node *node, bool out,
                         uint32_t port[2])
{
    const struct vy_patch_port *const left = node ? pick(bay, node, out, "FL", NULL) : NULL;
    const struct vy_patch_port *const right = left ? pick(bay, node, out, "FR", left) : NULL;
    if (!left)
        return 0;
    port[0] = left->id;
    port[1] = right ? right->id : left->id;
    return right ? 2 : 1;
}

static void want_cable(struct vy_mic *mic, uint32_t out, uint32_t in)
{
    for (uint32_t i = 0; i < mic->cables; i++)
        if (mic->cable[i].out == out && mic->cable[i].in == in)
            return;
    if (mic->cables < CABLES)
        mic->cable[mic->cables++] = (struct cable){out, in};
}

static void want_cables(struct vy_mic *mic, const struct vy_patch_node *from,
                        const struct vy_patch_node *to)
{
    uint32_t out[2], in[2];
    if (!from || !to || !ports_of(mic->bay, from, true, out) || !ports_of(mic->bay, to, false, in))
        return;
    want_cable(mic, out[0], in[0]);
    want_cable(mic, out[1], in[1]);
}

static bool wanted(const struct vy_mic *mic, const struct vy_patch_link *link)
{
    for (uint32_t i = 0; i < mic->cables; i++)
        if (mic->cable[i].out == link->out_port && mic->cable[i].in == link->in_port)
            return true;
    return false;
}

const char *vy_mic_users_default(const struct vy_patchbay *bay)
{
    const char *const chosen = vy_patch_default(bay, CHOSEN);
    return chosen && !is_ours(chosen) ? chosen : NULL;
}

// The node that is to be listened to, NULL while it is not there.
static const struct vy_patch_node *find_source(const struct vy_mic *mic)
{
    if (strcmp(mic->wish, "default") != 0)
        return vy_patch_node_named(mic->bay, mic->wish);
    const char *const names[] = {vy_mic_users_default(mic->bay), mic->users,
                                 vy_patch_default(mic->bay, IN_FORCE)};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const struct vy_patch_node *const node = names[i] && names[i][0] && !is_ours(names[i])
                                                     ? vy_patch_node_named(mic->bay, names[i])
                                                     : NULL;
        if (node && is_source(node))
            return node;
    }
    const struct vy_patch_node *best = NULL, *node;
    for (uint32_t i = 0; (node = vy_patch_node_at(mic->bay, i)); i++)
        if (is_source(node) && !is_ours(node->name) && (!best || node->priority > best->priority))
            best = node;
    return best;
}

// Links that would double the sound, feed it back, or send it to speakers unasked. What a user
// patches into "Veery Mic In", or out of "Veery Mic", is left alone.
static bool harmful(const struct vy_patchbay *bay, const struct vy_patch_link *link)
{
    const struct vy_patch_node *const out = node_of(bay, link->out_node);
    const struct vy_patch_node *const in = node_of(bay, link->in_node);
    if (!out || !in)
        return false;
    const bool to_us = strcmp(in->name, VY_MIC_GUARD) == 0 || strcmp(in->name, VY_MIC_SOURCE) == 0;
    return (to_us && (is_source(out) || is_ours(out->name))) ||
           (strcmp(out->name, VY_MIC_GUARD) == 0 && is_sink(in));
}

static void want_all(struct vy_mic *mic)
{
    uint32_t port[2];
    const struct vy_patch_node *const source = find_source(mic);
    const struct vy_patch_node *const out = vy_patch_node_named(mic->bay, VY_MIC_SOURCE);
    const struct vy_patch_node *const sink = vy_patch_node_named(mic->bay, VY_MIC_SINK);
    const struct vy_patch_node *guard = vy_patch_node_named(mic->bay, VY_MIC_GUARD);
    if (guard &&
        (!ports_of(mic->bay, guard, true, port) || !ports_of(mic->bay, guard, false, port)))
        guard = NULL; // it is still being made
    mic->cables = 0;
    want_cables(mic, source, guard ? guard : out);
    want_cables(mic, sink, guard ? guard : out);
    want_cables(mic, guard, out);
    const char *const speakers = vy_patch_default(mic->bay, "default.audio.sink");
    const bool loop = source && speakers && strcmp(source->name, speakers) == 0;
    if (mic->monitor && speakers && !is_ours(speakers) && !loop)
        want_cables(mic, guard, vy_patch_node_named(mic->bay, speakers));
}

static void patch(struct vy_mic *mic)
{
    want_all(mic);
    const struct vy_patch_link *link;
    for (uint32_t i = 0; (link = vy_patch_link_at(mic->bay, i)); i++)
        if (!wanted(mic, link) && harmful(mic->bay, link))
            vy_patch_remove(mic->bay, link->id);
    for (uint32_t i = 0; i < mic->cables; i++)
        vy_patch_link(mic->bay, mic->cable[i].out, mic->cable[i].in);
}

// A guard outlives a studio that was killed, and would make its node again if only that was
// removed.
static bool is_guard(int32_t pid)
{
    char link[64], path[512];
    snprintf(link, sizeof link, "/proc/%d/exe", (int)pid);
    const ssize_t length = pid > 1 ? readlink(link, path, sizeof path - 1) : -1;
    if (length <= 0)
        return false;
    path[length] = '\0';
    const char *const name = strrchr(path, '/');
    return name && strncmp(name, "/veery-guard", 12) == 0; // " (deleted)" may follow
}

static int32_t pid_of(const struct vy_patchbay *bay, const struct vy_patch_node *node)
{
    const struct vy_patch_client *client;
    for (uint32_t i = 0; (client = vy_patch_client_at(bay, i)); i++)
        if (client->id == node->client)
            return client->pid;
    return 0;
}

// Nodes with our names before we made ours belong to a run that was killed: only one runs at a
// time.
void vy_mic_clean(struct vy_patchbay *bay)
{
    const struct vy_patch_node *node;
    for (uint32_t i = 0; (node = vy_patch_node_at(bay, i)); i++) {
        if (!is_ours(node->name))
            continue;
        const int32_t pid = pid_of(bay, node);
        if (is_guard(pid))
            kill(pid, SIGKILL);
        else
            vy_patch_remove(bay, node->id);
    }
}

static bool have_nodes(const struct vy_patchbay *bay)
{
    uint32_t port[2];
    const struct vy_patch_node *const source = vy_patch_node_named(bay, VY_MIC_SOURCE);
    const struct vy_patch_node *const sink = vy_patch_node_named(bay, VY_MIC_SINK);
    return source && sink && ports_of(bay, source, false, port) == 2 &&
           ports_of(bay, source, true, port) == 2 && ports_of(bay, sink, true, port) == 2;
}

static vy_status make_nodes(struct vy_patchbay *bay, struct vy_err *err)
{
    vy_status status =
        vy_patch_make_node(bay, VY_MIC_SOURCE, "Veery Mic", "Audio/Source/Virtual", err);
    if (!status)
        status = vy_patch_make_node(bay, VY_MIC_SINK, "Veery Mic In", "Audio/Sink", err);
    const uint64_t end = vy_now_ns() + NODES_MS * 1000000ull;
    while (!status && !have_nodes(bay)) {
        if (vy_now_ns() > end || !vy_patch_wait(bay, 100))
            status = vy_fail(err, VY_IO, -1,
                             "PipeWire made no virtual microphone within 2 s; see its log");
    }
    return status;
}

// @param first  later the guard that is there already is ours
static vy_status connect_bay(struct vy_mic *mic, bool first, struct vy_err *err)
{
    vy_status status = vy_patch_open(&mic->bay, err);
    if (!status && first) {
        vy_mic_clean(mic->bay);
        if (!vy_patch_sync(mic->bay, NODES_MS))
            status = vy_fail(err, VY_IO, -1, "PipeWire does not answer");
    }
    if (!status)
        status = make_nodes(mic->bay, err);
    if (status) {
        vy_patch_close(mic->bay);
        mic->bay = NULL;
    }
    return status;
}

vy_status vy_mic_open(const char *source, bool monitor, struct vy_mic **mic, struct vy_err *err)
{
    struct vy_mic *const made = calloc(1, sizeof *made);
    if (!made)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for the microphone");
    made->wish = source;
    made->monitor = monitor;
    const vy_status status = connect_bay(made, true, err);
    if (status) {
        vy_mic_close(made);
        return status;
    }
    const char *const users = vy_mic_users_default(made->bay);
    vy_text_copy(made->users, sizeof made->users, users ? users : "");
    patch(made);
    *mic = made;
    return VY_OK;
}

void vy_mic_close(struct vy_mic *mic)
{
    if (!mic)
        return;
    vy_patch_close(mic->bay);
    free(mic);
}

vy_status vy_mic_claim(struct vy_mic *mic, struct vy_err *err)
{
    mic->claims = true;
    return mic->bay ? vy_patch_set_default(mic->bay, CHOSEN, VY_MIC_SOURCE, err)
                    : vy_fail(err, VY_ABSENT, -1, "PipeWire is gone");
}

void vy_mic_restore(struct vy_patchbay *bay, const char *name)
{
    struct vy_err err;
    const char *const chosen = vy_patch_default(bay, CHOSEN);
    if (!chosen || strcmp(chosen, VY_MIC_SOURCE) != 0)
        return;
    // without a session manager there is no default to give back
    if (vy_patch_set_default(bay, CHOSEN, name, &err) == VY_OK)
        vy_patch_sync(bay, NODES_MS);
}

int vy_mic_fd(const struct vy_mic *mic)
{
    return mic->bay ? vy_patch_fd(mic->bay) : -1;
}

void vy_mic_service(struct vy_mic *mic)
{
    struct vy_err err;
    if (mic->bay && !vy_patch_service(mic->bay)) {
        vy_patch_close(mic->bay);
        mic->bay = NULL;
    }
    if (!mic->bay) {
        if (vy_now_ns() < mic->retry_ns)
            return;
        mic->retry_ns = vy_now_ns() + RETRY_NS;
        if (connect_bay(mic, false, &err))
            return;
        if (mic->claims && vy_mic_claim(mic, &err))
            mic->claims = false; // no session manager any more: there is no default
    }
    patch(mic);
}

void vy_mic_look(const struct vy_patchbay *bay, struct vy_mic_now *now)
{
    const struct vy_patch_link *link;
    uint32_t left = VY_PATCH_NONE;
    *now = (struct vy_mic_now){.there = vy_patch_node_named(bay, VY_MIC_SOURCE) != NULL};
    for (uint32_t i = 0; (link = vy_patch_link_at(bay, i)); i++) {
        const struct vy_patch_node *const out = node_of(bay, link->out_node);
        const struct vy_patch_node *const in = node_of(bay, link->in_node);
        if (!out || !in || !is_ours(in->name) || strcmp(in->name, VY_MIC_SINK) == 0)
            continue;
        now->links++;
        now->guarded |= strcmp(out->name, VY_MIC_GUARD) == 0;
        if (is_ours(out->name) || !is_source(out))
            continue;
        vy_text_copy(now->source, sizeof now->source, out->name);
        now->chans = left == VY_PATCH_NONE || left == link->out_port ? 1 : 2;
        left = link->out_port;
    }
    const char *const in_force = vy_patch_default(bay, IN_FORCE);
    now->is_default = in_force && strcmp(in_force, VY_MIC_SOURCE) == 0;
}

struct vy_patchbay *vy_mic_bay(struct vy_mic *mic)
{
    return mic->bay;
}
