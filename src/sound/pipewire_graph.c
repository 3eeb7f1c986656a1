// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The registry mirrored into four arrays, and the proxies of what was made.
#include "sound/pipewire_graph.h"

#include "base/exchange.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pipewire/extensions/metadata.h>
#include <pipewire/pipewire.h>
#include <spa/utils/json.h>

#define OPEN_MS 2000u
#define RETRY_NS 1000000000u
#define MOST 16384u ///< of one kind; beyond that a graph is not one of ours to mirror

// A growing array of one kind of global; each begins with its id.
struct rows {
    char *row;
    uint32_t count, capacity, size;
};

// A value of one of the two metadata objects.
struct value {
    uint32_t id; // counts up: rows are found by it
    bool setting;
    char key[64], text[256];
};

struct metadata {
    struct pw_proxy *proxy;
    struct spa_hook hook;
    uint32_t id;
    struct vy_pw_graph *graph;
};

// A node or link made here.
struct made {
    struct pw_proxy *proxy;
    struct spa_hook hook;
    uint32_t out_port, in_port; // VY_PW_NONE: a node
    uint64_t until_ns;          // not tried again before
    bool gone;                  // refused or removed: the proxy is to be destroyed
    struct made *next;
};

struct vy_pw_graph {
    struct pw_loop *loop;
    struct pw_context *context;
    struct pw_core *core;
    struct pw_registry *registry;
    struct spa_hook core_hook, registry_hook;
    struct rows nodes, ports, links, clients, values;
    struct metadata settings, defaults;
    struct made *made;
    int asked, answered; // sequence numbers of syncs
    bool lost;
    char version[32];
};

// ---- rows ----

static void *row_at(const struct rows *rows, uint32_t i)
{
    return i < rows->count ? rows->row + (size_t)i * rows->size : NULL;
}

static void *row_add(struct rows *rows)
{
    if (rows->count == rows->capacity) {
        const uint32_t capacity = rows->capacity ? 2 * rows->capacity : 16;
        char *const row =
            capacity > MOST ? NULL : realloc(rows->row, (size_t)capacity * rows->size);
        if (!row)
            return NULL;
        rows->row = row;
        rows->capacity = capacity;
    }
    void *const row = rows->row + (size_t)rows->count++ * rows->size;
    memset(row, 0, rows->size);
    return row;
}

static void row_remove(struct rows *rows, uint32_t id)
{
    for (uint32_t i = 0; i < rows->count; i++) {
        char *const row = rows->row + (size_t)i * rows->size;
        if (*(const uint32_t *)(const void *)row != id)
            continue;
        rows->count--;
        memmove(row, row + rows->size, (size_t)(rows->count - i) * rows->size);
        return;
    }
}

// ---- what the registry tells ----

static void text_of(const struct spa_dict *props, const char *key, char *to, size_t size)
{
    const char *const text = props ? spa_dict_lookup(props, key) : NULL;
    vy_text_copy(to, size, text ? text : "");
}

static uint32_t id_of(const struct spa_dict *props, const char *key)
{
    const char *const text = props ? spa_dict_lookup(props, key) : NULL;
    return text ? (uint32_t)strtoul(text, NULL, 10) : VY_PW_NONE;
}

static void add_node(struct vy_pw_graph *graph, uint32_t id, const struct spa_dict *props)
{
    struct vy_pw_node *const node = row_add(&graph->nodes);
    if (!node)
        return;
    node->id = id;
    node->client = id_of(props, PW_KEY_CLIENT_ID);
    const uint32_t priority = id_of(props, PW_KEY_PRIORITY_SESSION);
    node->priority = priority == VY_PW_NONE ? 0 : (int32_t)priority;
    text_of(props, PW_KEY_NODE_NAME, node->name, sizeof node->name);
    text_of(props, PW_KEY_NODE_DESCRIPTION, node->text, sizeof node->text);
    text_of(props, PW_KEY_MEDIA_CLASS, node->media_class, sizeof node->media_class);
    if (!node->text[0])
        memcpy(node->text, node->name, sizeof node->text);
}

static void add_port(struct vy_pw_graph *graph, uint32_t id, const struct spa_dict *props)
{
    struct vy_pw_port *const port = row_add(&graph->ports);
    if (!port)
        return;
    char word[16];
    port->id = id;
    port->node = id_of(props, PW_KEY_NODE_ID);
    port->index = id_of(props, PW_KEY_PORT_ID);
    text_of(props, PW_KEY_PORT_DIRECTION, word, sizeof word);
    port->out = strcmp(word, "out") == 0;
    text_of(props, PW_KEY_PORT_MONITOR, word, sizeof word);
    port->monitor = strcmp(word, "true") == 0;
    text_of(props, PW_KEY_PORT_NAME, port->name, sizeof port->name);
    text_of(props, PW_KEY_AUDIO_CHANNEL, port->channel, sizeof port->channel);
}

static void add_link(struct vy_pw_graph *graph, uint32_t id, const struct spa_dict *props)
{
    struct vy_pw_link *const link = row_add(&graph->links);
    if (link)
        *link = (struct vy_pw_link){
            id, id_of(props, PW_KEY_LINK_OUTPUT_NODE), id_of(props, PW_KEY_LINK_OUTPUT_PORT),
            id_of(props, PW_KEY_LINK_INPUT_NODE), id_of(props, PW_KEY_LINK_INPUT_PORT)};
}

static void add_client(struct vy_pw_graph *graph, uint32_t id, const struct spa_dict *props)
{
    struct vy_pw_client *const client = row_add(&graph->clients);
    if (!client)
        return;
    client->id = id;
    const uint32_t pid = id_of(props, PW_KEY_SEC_PID);
    client->pid = pid == VY_PW_NONE ? 0 : (int32_t)pid;
    text_of(props, PW_KEY_APP_NAME, client->name, sizeof client->name);
}

// Values of "default" are {"name":"..."}; those of "settings" are bare.
static void plain_value(const char *value, char *to, size_t size)
{
    struct spa_json it[2];
    char key[16], name[256];
    vy_text_copy(to, size, value);
    spa_json_init(&it[0], value, strlen(value));
    if (spa_json_enter_object(&it[0], &it[1]) <= 0)
        return;
    *to = '\0';
    const char *rest;
    while (spa_json_get_string(&it[1], key, sizeof key) > 0) {
        if (strcmp(key, "name") == 0 && spa_json_get_string(&it[1], name, sizeof name) > 0)
            vy_text_copy(to, size, name);
        else if (spa_json_next(&it[1], &rest) <= 0)
            return;
    }
}

static int on_value(void *arg, uint32_t subject, const char *key, const char *type,
                    const char *value)
{
    (void)type;
    struct metadata *const metadata = arg;
    struct vy_pw_graph *const graph = metadata->graph;
    const bool setting = metadata == &graph->settings;
    if (subject != 0)
        return 0;
    struct value *found = NULL;
    for (uint32_t i = 0; i < graph->values.count; i++) {
        struct value *const old = row_at(&graph->values, i);
        if (old->setting == setting && (!key || strcmp(old->key, key) == 0)) {
            old->text[0] = '\0'; // no key: everything was cleared
            found = old;
        }
    }
    if (!key || !value)
        return 0;
    if (!found && !(found = row_add(&graph->values)))
        return 0;
    found->id = graph->values.count;
    found->setting = setting;
    vy_text_copy(found->key, sizeof found->key, key);
    plain_value(value, found->text, sizeof found->text);
    return 0;
}

static const struct pw_metadata_events metadata_events = {PW_VERSION_METADATA_EVENTS,
                                                          .property = on_value};

static void add_metadata(struct vy_pw_graph *graph, uint32_t id, const struct spa_dict *props)
{
    char name[32];
    text_of(props, PW_KEY_METADATA_NAME, name, sizeof name);
    struct metadata *const metadata = strcmp(name, "settings") == 0  ? &graph->settings
                                      : strcmp(name, "default") == 0 ? &graph->defaults
                                                                     : NULL;
    if (!metadata || metadata->proxy)
        return;
    metadata->id = id;
    metadata->proxy =
        pw_registry_bind(graph->registry, id, PW_TYPE_INTERFACE_Metadata, PW_VERSION_METADATA, 0);
    if (metadata->proxy)
        pw_metadata_add_listener((struct pw_metadata *)metadata->proxy, &metadata->hook,
                                 &metadata_events, metadata);
}

static void on_global(void *arg, uint32_t id, uint32_t permissions, const char *type,
                      uint32_t version, const struct spa_dict *props)
{
    (void)permissions;
    (void)version;
    static const struct {
        const char *type;
        void (*add)(struct vy_pw_graph *graph, uint32_t id, const struct spa_dict *props);
    } kinds[] = {{PW_TYPE_INTERFACE_Node, add_node},
                 {PW_TYPE_INTERFACE_Port, add_port},
                 {PW_TYPE_INTERFACE_Link, add_link},
                 {PW_TYPE_INTERFACE_Client, add_client},
                 {PW_TYPE_INTERFACE_Metadata, add_metadata}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i].type) == 0)
            kinds[i].add(arg, id, props);
}

static void drop_metadata(struct metadata *metadata)
{
    if (metadata->proxy) {
        spa_hook_remove(&metadata->hook);
        pw_proxy_destroy(metadata->proxy);
    }
    metadata->proxy = NULL;
}

static void on_global_remove(void *arg, uint32_t id)
{
    struct vy_pw_graph *const graph = arg;
    row_remove(&graph->nodes, id);
    row_remove(&graph->ports, id);
    row_remove(&graph->links, id);
    row_remove(&graph->clients, id);
    if (graph->settings.proxy && graph->settings.id == id)
        drop_metadata(&graph->settings);
    if (graph->defaults.proxy && graph->defaults.id == id)
        drop_metadata(&graph->defaults);
}

static const struct pw_registry_events registry_events = {
    PW_VERSION_REGISTRY_EVENTS, .global = on_global, .global_remove = on_global_remove};

// ---- the connection ----

static void on_info(void *arg, const struct pw_core_info *info)
{
    struct vy_pw_graph *const graph = arg;
    if (info->version)
        vy_text_copy(graph->version, sizeof graph->version, info->version);
}

static void on_done(void *arg, uint32_t id, int seq)
{
    struct vy_pw_graph *const graph = arg;
    if (id == PW_ID_CORE)
        graph->answered = seq;
}

static void on_error(void *arg, uint32_t id, int seq, int res, const char *message)
{
    (void)seq;
    (void)message;
    struct vy_pw_graph *const graph = arg;
    if (id == PW_ID_CORE && res == -EPIPE)
        graph->lost = true;
}

static const struct pw_core_events core_events = {PW_VERSION_CORE_EVENTS, .info = on_info,
                                                  .done = on_done, .error = on_error};

static vy_status connect_core(struct vy_pw_graph *graph, struct vy_err *err)
{
    graph->core = pw_context_connect(graph->context, NULL, 0);
    if (!graph->core)
        return vy_fail(err, VY_ABSENT, -1, "no PipeWire daemon answers in %s (%s)",
                       getenv("XDG_RUNTIME_DIR") ? getenv("XDG_RUNTIME_DIR")
                                                 : "XDG_RUNTIME_DIR, which is not set",
                       strerror(errno));
    pw_core_add_listener(graph->core, &graph->core_hook, &core_events, graph);
    graph->registry = pw_core_get_registry(graph->core, PW_VERSION_REGISTRY, 0);
    if (!graph->registry)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for PipeWire's graph");
    pw_registry_add_listener(graph->registry, &graph->registry_hook, &registry_events, graph);
    // the second trip brings the values of the metadata that the first has bound
    if (!vy_pw_sync(graph, OPEN_MS) || !vy_pw_sync(graph, OPEN_MS))
        return vy_fail(err, VY_ABSENT, -1, "the PipeWire daemon does not answer within 2 s");
    return VY_OK;
}

vy_status vy_pw_open(struct vy_pw_graph **graph, struct vy_err *err)
{
    struct vy_pw_graph *const made = calloc(1, sizeof *made);
    if (!made)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for PipeWire's graph");
    pw_init(NULL, NULL);
    made->nodes.size = sizeof(struct vy_pw_node);
    made->ports.size = sizeof(struct vy_pw_port);
    made->links.size = sizeof(struct vy_pw_link);
    made->clients.size = sizeof(struct vy_pw_client);
    made->values.size = sizeof(struct value);
    made->settings.graph = made->defaults.graph = made;
    made->loop = pw_loop_new(NULL);
    if (made->loop)
        pw_loop_enter(made->loop);
    made->context = made->loop ? pw_context_new(made->loop, NULL, 0) : NULL;
    const vy_status status =
        made->context
            ? connect_core(made, err)
            : vy_fail(err, VY_ABSENT, -1, "libpipewire cannot start: %s", strerror(errno));
    if (status) {
        vy_pw_close(made);
        return status;
    }
    *graph = made;
    return VY_OK;
}

static void free_made(struct made *made)
{
    if (made->proxy) {
        spa_hook_remove(&made->hook);
        pw_proxy_destroy(made->proxy);
    }
    free(made);
}

void vy_pw_close(struct vy_pw_graph *graph)
{
    if (!graph)
        return;
    while (graph->made) {
        struct made *const next = graph->made->next;
        free_made(graph->made);
        graph->made = next;
    }
    drop_metadata(&graph->settings);
    drop_metadata(&graph->defaults);
    if (graph->registry) {
        spa_hook_remove(&graph->registry_hook);
        pw_proxy_destroy((struct pw_proxy *)graph->registry);
    }
    if (graph->core) {
        spa_hook_remove(&graph->core_hook);
        pw_core_disconnect(graph->core);
    }
    if (graph->context)
        pw_context_destroy(graph->context);
    if (graph->loop) {
        pw_loop_leave(graph->loop);
        pw_loop_destroy(graph->loop);
    }
    free(graph->nodes.row);
    free(graph->ports.row);
    free(graph->links.row);
    free(graph->clients.row);
    free(graph->values.row);
    free(graph);
    pw_deinit();
}

int vy_pw_fd(const struct vy_pw_graph *graph)
{
    return pw_loop_get_fd(graph->loop);
}

// Proxies may not be destroyed from their own events, so it happens here.
static void sweep(struct vy_pw_graph *graph)
{
    const uint64_t now = vy_now_ns();
    for (struct made **at = &graph->made; *at;) {
        struct made *const made = *at;
        if (made->gone && now >= made->until_ns) {
            *at = made->next;
            free_made(made);
        } else {
            at = &made->next;
        }
    }
}

bool vy_pw_service(struct vy_pw_graph *graph)
{
    while (!graph->lost && pw_loop_iterate(graph->loop, 0) > 0)
        ;
    sweep(graph);
    return !graph->lost;
}

bool vy_pw_sync(struct vy_pw_graph *graph, uint32_t ms)
{
    const uint64_t end = vy_now_ns() + (uint64_t)ms * 1000000u;
    graph->asked = pw_core_sync(graph->core, PW_ID_CORE, graph->asked);
    while (!graph->lost && graph->answered != graph->asked) {
        const uint64_t now = vy_now_ns();
        if (now >= end)
            return false;
        const int got = pw_loop_iterate(graph->loop, (int)((end - now) / 1000000u) + 1);
        if (got < 0 && got != -EINTR)
            return false;
    }
    return !graph->lost;
}

bool vy_pw_wait(struct vy_pw_graph *graph, uint32_t ms)
{
    if (!graph->lost)
        pw_loop_iterate(graph->loop, (int)ms);
    return vy_pw_service(graph);
}

// ---- reading ----

const char *vy_pw_daemon_version(const struct vy_pw_graph *graph)
{
    return graph->version;
}

const char *vy_pw_library_version(void)
{
    return pw_get_library_version();
}

const struct vy_pw_node *vy_pw_node_at(const struct vy_pw_graph *graph, uint32_t i)
{
    return row_at(&graph->nodes, i);
}

const struct vy_pw_port *vy_pw_port_at(const struct vy_pw_graph *graph, uint32_t i)
{
    return row_at(&graph->ports, i);
}

const struct vy_pw_link *vy_pw_link_at(const struct vy_pw_graph *graph, uint32_t i)
{
    return row_at(&graph->links, i);
}

const struct vy_pw_client *vy_pw_client_at(const struct vy_pw_graph *graph, uint32_t i)
{
    return row_at(&graph->clients, i);
}

const struct vy_pw_node *vy_pw_node_named(const struct vy_pw_graph *graph, const char *name)
{
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const struct vy_pw_node *const node = row_at(&graph->nodes, i);
        if (strcmp(node->name, name) == 0)
            return node;
    }
    return NULL;
}

static const char *value_of(const struct vy_pw_graph *graph, bool setting, const char *key)
{
    for (uint32_t i = 0; i < graph->values.count; i++) {
        const struct value *const value = row_at(&graph->values, i);
        if (value->setting == setting && strcmp(value->key, key) == 0)
            return value->text[0] ? value->text : NULL;
    }
    return NULL;
}

const char *vy_pw_setting(const struct vy_pw_graph *graph, const char *key)
{
    return value_of(graph, true, key);
}

const char *vy_pw_default(const struct vy_pw_graph *graph, const char *key)
{
    return value_of(graph, false, key);
}

// ---- changing ----

vy_status vy_pw_set_default(struct vy_pw_graph *graph, const char *key, const char *name,
                            struct vy_err *err)
{
    if (!graph->defaults.proxy)
        return vy_fail(err, VY_ABSENT, -1,
                       "no session manager keeps defaults; start wireplumber to choose one");
    char value[VY_PW_NAME * 6 + 16], word[VY_PW_NAME * 6];
    if (name && spa_json_encode_string(word, sizeof word, name) >= (int)sizeof word)
        return vy_fail(err, VY_BAD_ARG, -1, "the node's name is too long: '%.40s'", name);
    if (name)
        snprintf(value, sizeof value, "{\"name\":%s}", word);
    pw_metadata_set_property((struct pw_metadata *)graph->defaults.proxy, 0, key,
                             name ? "Spa:String:JSON" : NULL, name ? value : NULL);
    return VY_OK;
}

static void on_made_removed(void *arg)
{
    struct made *const made = arg;
    made->gone = true;
}

static void on_made_error(void *arg, int seq, int res, const char *message)
{
    (void)seq;
    (void)res;
    (void)message;
    struct made *const made = arg;
    made->gone = true;
    made->until_ns = vy_now_ns() + RETRY_NS;
}

static const struct pw_proxy_events made_events = {
    PW_VERSION_PROXY_EVENTS, .removed = on_made_removed, .error = on_made_error};

static struct made *make(struct vy_pw_graph *graph, const char *factory, const char *type,
                         uint32_t version, struct pw_properties *props)
{
    struct made *const made = props ? calloc(1, sizeof *made) : NULL;
    if (made) {
        made->out_port = made->in_port = VY_PW_NONE;
        made->proxy = pw_core_create_object(graph->core, factory, type, version, &props->dict, 0);
        if (made->proxy)
            pw_proxy_add_listener(made->proxy, &made->hook, &made_events, made);
        made->gone = !made->proxy;
        made->next = graph->made;
        graph->made = made;
    }
    pw_properties_free(props);
    return made;
}

vy_status vy_pw_make_node(struct vy_pw_graph *graph, const char *name, const char *text,
                          const char *media_class, struct vy_err *err)
{
    struct pw_properties *const props = pw_properties_new(
        PW_KEY_FACTORY_NAME, "support.null-audio-sink", PW_KEY_NODE_NAME, name,
        PW_KEY_NODE_DESCRIPTION, text, PW_KEY_MEDIA_CLASS, media_class, "audio.position",
        "[ FL FR ]", PW_KEY_OBJECT_LINGER, "false",
        // without a session manager nobody else would open the ports
        "adapter.auto-port-config", "{ mode = dsp monitor = true position = preserve }", NULL);
    const struct made *const made =
        make(graph, "adapter", PW_TYPE_INTERFACE_Node, PW_VERSION_NODE, props);
    return made && made->proxy ? VY_OK
                               : vy_fail(err, VY_IO, -1, "PipeWire does not make the node '%s': %s",
                                         name, strerror(errno));
}

void vy_pw_link(struct vy_pw_graph *graph, uint32_t out_port, uint32_t in_port)
{
    for (uint32_t i = 0; i < graph->links.count; i++) {
        const struct vy_pw_link *const link = row_at(&graph->links, i);
        if (link->out_port == out_port && link->in_port == in_port)
            return;
    }
    for (const struct made *made = graph->made; made; made = made->next)
        if (made->out_port == out_port && made->in_port == in_port)
            return;
    struct pw_properties *const props = pw_properties_new(PW_KEY_OBJECT_LINGER, "false", NULL);
    if (props) {
        pw_properties_setf(props, PW_KEY_LINK_OUTPUT_PORT, "%u", out_port);
        pw_properties_setf(props, PW_KEY_LINK_INPUT_PORT, "%u", in_port);
    }
    struct made *const made =
        make(graph, "link-factory", PW_TYPE_INTERFACE_Link, PW_VERSION_LINK, props);
    if (made) {
        made->out_port = out_port;
        made->in_port = in_port;
    }
}

void vy_pw_remove(struct vy_pw_graph *graph, uint32_t id)
{
    pw_registry_destroy(graph->registry, id);
}
