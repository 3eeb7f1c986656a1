// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "sound/pipewire_graph.h"

#include "base/text.h"

#include <errno.h>
#include <pipewire/extensions/metadata.h>
#include <spa/utils/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void tell_changed(struct vy_pw_graph *g)
{
    if (g->changed)
        g->changed(g->arg);
}

// ---- is anybody there ----

static bool try_socket(const char *folder, const char *name)
{
    struct sockaddr_un to = {.sun_family = AF_UNIX};
    const int length = *name == '/'
                           ? snprintf(to.sun_path, sizeof to.sun_path, "%s", name)
                           : snprintf(to.sun_path, sizeof to.sun_path, "%s/%s", folder, name);
    if (length < 0 || (size_t)length >= sizeof to.sun_path)
        return false;
    const int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return false;
    const bool fine = connect(fd, (const struct sockaddr *)&to, sizeof to) == 0;
    close(fd);
    return fine;
}

static const char *first_of(const char *a, const char *b, const char *otherwise)
{
    const char *const one = getenv(a), *const two = getenv(b);
    return one && *one ? one : two && *two ? two : otherwise;
}

bool vy_pw_answers(char *why, uint32_t size)
{
    const char *const folder = first_of("PIPEWIRE_RUNTIME_DIR", "XDG_RUNTIME_DIR", "/run/pipewire");
    const char *const name = first_of("PIPEWIRE_REMOTE", "", "pipewire-0");
    why[0] = '\0';
    if (try_socket(folder, name) || try_socket("/run/pipewire", name))
        return true;
    snprintf(why, size, "no PipeWire server answers at %.80s/%.40s", folder, name);
    return false;
}

// ---- what is there ----

static const char *look(const struct spa_dict *props, const char *key)
{
    const char *const value = props ? spa_dict_lookup(props, key) : NULL;
    return value ? value : "";
}

static long look_number(const struct spa_dict *props, const char *key)
{
    return strtol(look(props, key), NULL, 10);
}

static void add_node(struct vy_pw_graph *g, uint32_t id, const struct spa_dict *props)
{
    if (g->nodes == VY_PW_NODES)
        return;
    struct vy_pw_node *const node = &g->node[g->nodes++];
    *node = (struct vy_pw_node){.id = id,
                                .priority = (int32_t)look_number(props, PW_KEY_PRIORITY_SESSION)};
    vy_text_copy(node->name, sizeof node->name, look(props, PW_KEY_NODE_NAME));
    vy_text_copy(node->text, sizeof node->text, look(props, PW_KEY_NODE_DESCRIPTION));
    vy_text_copy(node->media_class, sizeof node->media_class, look(props, PW_KEY_MEDIA_CLASS));
}

static void add_port(struct vy_pw_graph *g, uint32_t id, const struct spa_dict *props)
{
    const char *const format = look(props, PW_KEY_FORMAT_DSP);
    if (g->ports == VY_PW_PORTS || (*format && !strstr(format, "audio")))
        return;
    struct vy_pw_port *const port = &g->port[g->ports++];
    *port = (struct vy_pw_port){.id = id,
                                .node = (uint32_t)look_number(props, PW_KEY_NODE_ID),
                                .is_out = strcmp(look(props, PW_KEY_PORT_DIRECTION), "out") == 0};
    vy_text_copy(port->chan, sizeof port->chan, look(props, PW_KEY_AUDIO_CHANNEL));
}

static int on_metadata(void *data, uint32_t subject, const char *key, const char *type,
                       const char *value)
{
    (void)type;
    struct vy_pw_graph *const g = data;
    char *to = NULL;
    if (subject == 0 && key && strcmp(key, "default.audio.sink") == 0)
        to = g->sink;
    else if (subject == 0 && key && strcmp(key, "default.audio.source") == 0)
        to = g->source;
    if (!to)
        return 0;
    to[0] = '\0';
    struct spa_json outer, json;
    char word[32];
    if (value) {
        spa_json_init(&outer, value, strlen(value));
        if (spa_json_enter_object(&outer, &json) > 0 &&
            spa_json_get_string(&json, word, sizeof word) > 0 && strcmp(word, "name") == 0)
            spa_json_get_string(&json, to, (int)sizeof g->sink);
    }
    tell_changed(g);
    return 0;
}

static const struct pw_metadata_events metadata_events = {PW_VERSION_METADATA_EVENTS,
                                                          .property = on_metadata};

static void add_metadata(struct vy_pw_graph *g, uint32_t id, const struct spa_dict *props)
{
    if (g->metadata || strcmp(look(props, PW_KEY_METADATA_NAME), "default") != 0)
        return;
    g->metadata =
        pw_registry_bind(g->registry, id, PW_TYPE_INTERFACE_Metadata, PW_VERSION_METADATA, 0);
    if (!g->metadata)
        return;
    g->metadata_id = id;
    pw_metadata_add_listener((struct pw_metadata *)g->metadata, &g->metadata_hook, &metadata_events,
                             g);
    g->asked = pw_core_sync(g->core, PW_ID_CORE, g->asked);
}

static void on_global(void *data, uint32_t id, uint32_t permissions, const char *type,
                      uint32_t version, const struct spa_dict *props)
{
    (void)permissions;
    (void)version;
    struct vy_pw_graph *const g = data;
    if (strcmp(type, PW_TYPE_INTERFACE_Node) == 0)
        add_node(g, id, props);
    else if (strcmp(type, PW_TYPE_INTERFACE_Port) == 0)
        add_port(g, id, props);
    else if (strcmp(type, PW_TYPE_INTERFACE_Metadata) == 0)
        add_metadata(g, id, props);
    else
        return;
    tell_changed(g);
}

static void forget_metadata(struct vy_pw_graph *g)
{
    if (!g->metadata)
        return;
    spa_hook_remove(&g->metadata_hook);
    pw_proxy_destroy(g->metadata);
    g->metadata = NULL;
    g->sink[0] = g->source[0] = '\0';
}

static void on_global_remove(void *data, uint32_t id)
{
    struct vy_pw_graph *const g = data;
    if (g->metadata && id == g->metadata_id)
        forget_metadata(g);
    // order is kept: the ports of a node stay sorted by id
    for (uint32_t i = 0; i < g->nodes; i++)
        if (g->node[i].id == id)
            memmove(&g->node[i], &g->node[i + 1], (--g->nodes - i) * sizeof *g->node);
    for (uint32_t i = 0; i < g->ports; i++)
        if (g->port[i].id == id)
            memmove(&g->port[i], &g->port[i + 1], (--g->ports - i) * sizeof *g->port);
    tell_changed(g);
}

static const struct pw_registry_events registry_events = {
    PW_VERSION_REGISTRY_EVENTS, .global = on_global, .global_remove = on_global_remove};

const struct vy_pw_node *vy_pw_find(const struct vy_pw_graph *graph, const char *name,
                                    const char *media_class)
{
    const struct vy_pw_node *best = NULL;
    for (uint32_t i = 0; i < graph->nodes; i++) {
        const struct vy_pw_node *const node = &graph->node[i];
        if (name && *name) {
            if (strcmp(node->name, name) == 0)
                return node;
        } else if (strcmp(node->media_class, media_class) == 0 &&
                   (!best || node->priority > best->priority)) {
            best = node;
        }
    }
    return best;
}

uint32_t vy_pw_ports(const struct vy_pw_graph *graph, uint32_t node, bool is_out,
                     const struct vy_pw_port *port[], uint32_t most)
{
    uint32_t found = 0;
    for (uint32_t i = 0; i < graph->ports && found < most; i++)
        if (graph->port[i].node == node && graph->port[i].is_out == is_out)
            port[found++] = &graph->port[i];
    return found;
}

// ---- connection ----

static void on_info(void *data, const struct pw_core_info *info)
{
    struct vy_pw_graph *const g = data;
    const long sr_hz = look_number(info->props, "default.clock.rate");
    const long period = look_number(info->props, "default.clock.quantum");
    g->sr_hz = sr_hz > 0 ? (uint32_t)sr_hz : 48000;
    g->period = period > 0 ? (uint32_t)period : 1024;
}

static void on_done(void *data, uint32_t id, int seq)
{
    struct vy_pw_graph *const g = data;
    if (id == PW_ID_CORE)
        g->answered = seq;
    pw_thread_loop_signal(g->loop, false);
}

static void on_error(void *data, uint32_t id, int seq, int res, const char *message)
{
    (void)seq;
    (void)message;
    struct vy_pw_graph *const g = data;
    if (id != PW_ID_CORE || res != -EPIPE)
        return;
    g->lost = true;
    pw_thread_loop_signal(g->loop, false);
}

static const struct pw_core_events core_events = {PW_VERSION_CORE_EVENTS, .info = on_info,
                                                  .done = on_done, .error = on_error};

vy_status vy_pw_graph_new(bool realtime, struct vy_pw_graph **graph, struct vy_err *err)
{
    pw_init(NULL, NULL);
    struct vy_pw_graph *const g = calloc(1, sizeof *g);
    if (!g) {
        pw_deinit();
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    g->loop = pw_thread_loop_new("pipewire", NULL);
    // this file is what asks for real-time priority for the thread of `process`
    const char *const config = realtime ? "client-rt.conf" : "client.conf";
    if (g->loop)
        g->context = pw_context_new(pw_thread_loop_get_loop(g->loop),
                                    pw_properties_new(PW_KEY_CONFIG_NAME, config, NULL), 0);
    if (!g->context || pw_thread_loop_start(g->loop) < 0) {
        const int failed = errno;
        vy_pw_graph_destroy(g);
        return vy_fail(err, VY_ABSENT, -1, "PipeWire's library cannot start: %.80s",
                       strerror(failed));
    }
    *graph = g;
    return VY_OK;
}

void vy_pw_graph_destroy(struct vy_pw_graph *graph)
{
    if (!graph)
        return;
    if (graph->loop) {
        pw_thread_loop_lock(graph->loop);
        vy_pw_disconnect(graph);
        pw_thread_loop_unlock(graph->loop);
        pw_thread_loop_stop(graph->loop);
    }
    if (graph->context)
        pw_context_destroy(graph->context);
    if (graph->loop)
        pw_thread_loop_destroy(graph->loop);
    free(graph);
    pw_deinit();
}

vy_status vy_pw_connect(struct vy_pw_graph *graph, const char *client, struct vy_err *err)
{
    graph->core = pw_context_connect(
        graph->context,
        pw_properties_new(PW_KEY_APP_NAME, client, PW_KEY_CLIENT_NAME, client, NULL), 0);
    if (!graph->core)
        return vy_fail(err, VY_ABSENT, -1, "PipeWire does not let us in: %.80s", strerror(errno));
    graph->lost = false;
    pw_core_add_listener(graph->core, &graph->core_hook, &core_events, graph);
    graph->registry = pw_core_get_registry(graph->core, PW_VERSION_REGISTRY, 0);
    pw_registry_add_listener(graph->registry, &graph->registry_hook, &registry_events, graph);
    graph->asked = pw_core_sync(graph->core, PW_ID_CORE, 0);
    return VY_OK;
}

void vy_pw_disconnect(struct vy_pw_graph *graph)
{
    if (!graph->core)
        return;
    vy_pw_lay(graph, NULL, 0);
    forget_metadata(graph);
    spa_hook_remove(&graph->registry_hook);
    pw_proxy_destroy((struct pw_proxy *)graph->registry);
    spa_hook_remove(&graph->core_hook);
    pw_core_disconnect(graph->core);
    graph->core = NULL;
    graph->nodes = graph->ports = 0;
    graph->sink[0] = graph->source[0] = '\0';
}

bool vy_pw_settle(struct vy_pw_graph *graph, int seconds)
{
    while (graph->answered != graph->asked && !graph->lost)
        if (pw_thread_loop_timed_wait(graph->loop, seconds) != 0)
            return false;
    return !graph->lost;
}

// ---- cables ----

static void on_cable_removed(void *data)
{
    struct vy_pw_cable *const cable = data;
    spa_hook_remove(&cable->hook);
    pw_proxy_destroy(cable->proxy);
    cable->proxy = NULL;
}

static const struct pw_proxy_events cable_events = {PW_VERSION_PROXY_EVENTS,
                                                    .removed = on_cable_removed};

// Filled in place: the hook knows the cable's address.
static void lay_one(struct vy_pw_graph *g, struct vy_pw_cable *cable, const uint32_t pair[2])
{
    char from[16], to[16];
    snprintf(from, sizeof from, "%u", pair[0]);
    snprintf(to, sizeof to, "%u", pair[1]);
    const struct spa_dict_item item[] = {{PW_KEY_LINK_OUTPUT_PORT, from},
                                         {PW_KEY_LINK_INPUT_PORT, to}};
    *cable = (struct vy_pw_cable){.from = pair[0], .to = pair[1]};
    cable->proxy = pw_core_create_object(g->core, "link-factory", PW_TYPE_INTERFACE_Link,
                                         PW_VERSION_LINK, &SPA_DICT_INIT_ARRAY(item), 0);
    if (cable->proxy)
        pw_proxy_add_listener(cable->proxy, &cable->hook, &cable_events, cable);
}

static bool is_pair(const struct vy_pw_cable *cable, const uint32_t pair[2])
{
    return cable->from == pair[0] && cable->to == pair[1];
}

// Pull out what is not wanted any more.
static void cut_others(struct vy_pw_graph *g, uint32_t (*pair)[2], uint32_t pairs)
{
    for (uint32_t i = 0; i < VY_PW_CABLES; i++) {
        struct vy_pw_cable *const cable = &g->cable[i];
        bool wanted = false;
        for (uint32_t n = 0; n < pairs; n++)
            wanted |= is_pair(cable, pair[n]);
        if (!wanted && cable->proxy)
            on_cable_removed(cable);
        if (!wanted)
            cable->from = cable->to = 0;
    }
}

void vy_pw_lay(struct vy_pw_graph *graph, uint32_t (*pair)[2], uint32_t pairs)
{
    cut_others(graph, pair, pairs);
    for (uint32_t n = 0; n < pairs; n++) {
        struct vy_pw_cable *free_one = NULL;
        bool is_laid = false;
        for (uint32_t i = 0; i < VY_PW_CABLES; i++) {
            is_laid |= is_pair(&graph->cable[i], pair[n]);
            if (!graph->cable[i].from && !free_one)
                free_one = &graph->cable[i];
        }
        if (!is_laid && free_one)
            lay_one(graph, free_one, pair[n]);
    }
}
