// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The registry mirrored into four arrays, and the proxies of what was made.
#include "sound/patchbay_inside.h"

#include "base/exchange.h"
#include "base/text.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pipewire/pipewire.h>

#include <pipewire/extensions/metadata.h> // knows nothing of hooks by itself
#include <spa/utils/json.h>

#define OPEN_MS 2000u
#define MOST 16384u ///< of one kind; beyond that a graph is not one of ours to mirror

// ---- rows ----

void *vy__patch_row(const struct vy__patch_rows *rows, uint32_t i)
{
    return i < rows->count ? rows->row + (size_t)i * rows->size : NULL;
}

static void *row_add(struct vy__patch_rows *rows)
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

static void row_remove(struct vy__patch_rows *rows, uint32_t id)
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
    return text ? (uint32_t)strtoul(text, NULL, 10) : VY_PATCH_NONE;
}

static void add_node(struct vy_patchbay *bay, uint32_t id, const struct spa_dict *props)
{
    struct vy_patch_node *const node = row_add(&bay->nodes);
    if (!node)
        return;
    node->id = id;
    node->client = id_of(props, PW_KEY_CLIENT_ID);
    const uint32_t priority = id_of(props, PW_KEY_PRIORITY_SESSION);
    node->priority = priority == VY_PATCH_NONE ? 0 : (int32_t)priority;
    text_of(props, PW_KEY_NODE_NAME, node->name, sizeof node->name);
    text_of(props, PW_KEY_NODE_DESCRIPTION, node->text, sizeof node->text);
    text_of(props, PW_KEY_MEDIA_CLASS, node->media_class, sizeof node->media_class);
    if (!node->text[0])
        memcpy(node->text, node->name, sizeof node->text);
}

static void add_port(struct vy_patchbay *bay, uint32_t id, const struct spa_dict *props)
{
    struct vy_patch_port *const port = row_add(&bay->ports);
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

static void add_link(struct vy_patchbay *bay, uint32_t id, const struct spa_dict *props)
{
    struct vy_patch_link *const link = row_add(&bay->links);
    if (link)
        *link = (struct vy_patch_link){
            id, id_of(props, PW_KEY_LINK_OUTPUT_NODE), id_of(props, PW_KEY_LINK_OUTPUT_PORT),
            id_of(props, PW_KEY_LINK_INPUT_NODE), id_of(props, PW_KEY_LINK_INPUT_PORT)};
}

static void add_client(struct vy_patchbay *bay, uint32_t id, const struct spa_dict *props)
{
    struct vy_patch_client *const client = row_add(&bay->clients);
    if (!client)
        return;
    client->id = id;
    const uint32_t pid = id_of(props, PW_KEY_SEC_PID);
    client->pid = pid == VY_PATCH_NONE ? 0 : (int32_t)pid;
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
    struct vy__patch_metadata *const metadata = arg;
    struct vy_patchbay *const bay = metadata->bay;
    const bool setting = metadata == &bay->settings;
    if (subject != 0)
        return 0;
    struct vy__patch_value *found = NULL;
    for (uint32_t i = 0; i < bay->values.count; i++) {
        struct vy__patch_value *const old = vy__patch_row(&bay->values, i);
        if (old->setting == setting && (!key || strcmp(old->key, key) == 0)) {
            old->text[0] = '\0'; // no key: everything was cleared
            found = old;
        }
    }
    if (!key || !value)
        return 0;
    if (!found && !(found = row_add(&bay->values)))
        return 0;
    found->id = bay->values.count;
    found->setting = setting;
    vy_text_copy(found->key, sizeof found->key, key);
    plain_value(value, found->text, sizeof found->text);
    return 0;
}

static const struct pw_metadata_events metadata_events = {PW_VERSION_METADATA_EVENTS,
                                                          .property = on_value};

static void add_metadata(struct vy_patchbay *bay, uint32_t id, const struct spa_dict *props)
{
    char name[32];
    text_of(props, PW_KEY_METADATA_NAME, name, sizeof name);
    struct vy__patch_metadata *const metadata = strcmp(name, "settings") == 0  ? &bay->settings
                                                : strcmp(name, "default") == 0 ? &bay->defaults
                                                                               : NULL;
    if (!metadata || metadata->proxy)
        return;
    metadata->id = id;
    metadata->proxy =
        pw_registry_bind(bay->registry, id, PW_TYPE_INTERFACE_Metadata, PW_VERSION_METADATA, 0);
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
        void (*add)(struct vy_patchbay *bay, uint32_t id, const struct spa_dict *props);
    } kinds[] = {{PW_TYPE_INTERFACE_Node, add_node},
                 {PW_TYPE_INTERFACE_Port, add_port},
                 {PW_TYPE_INTERFACE_Link, add_link},
                 {PW_TYPE_INTERFACE_Client, add_client},
                 {PW_TYPE_INTERFACE_Metadata, add_metadata}};
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(type, kinds[i].type) == 0)
            kinds[i].add(arg, id, props);
}

static void drop_metadata(struct vy__patch_metadata *metadata)
{
    if (metadata->proxy) {
        spa_hook_remove(&metadata->hook);
        pw_proxy_destroy(metadata->proxy);
    }
    metadata->proxy = NULL;
}

static void on_global_remove(void *arg, uint32_t id)
{
    struct vy_patchbay *const bay = arg;
    row_remove(&bay->nodes, id);
    row_remove(&bay->ports, id);
    row_remove(&bay->links, id);
    row_remove(&bay->clients, id);
    if (bay->settings.proxy && bay->settings.id == id)
        drop_metadata(&bay->settings);
    if (bay->defaults.proxy && bay->defaults.id == id)
        drop_metadata(&bay->defaults);
}

static const struct pw_registry_events registry_events = {
    PW_VERSION_REGISTRY_EVENTS, .global = on_global, .global_remove = on_global_remove};

// ---- the connection ----

static void on_info(void *arg, const struct pw_core_info *info)
{
    struct vy_patchbay *const bay = arg;
    if (info->version)
        vy_text_copy(bay->version, sizeof bay->version, info->version);
}

static void on_done(void *arg, uint32_t id, int seq)
{
    struct vy_patchbay *const bay = arg;
    if (id == PW_ID_CORE)
        bay->answered = seq;
}

static void on_error(void *arg, uint32_t id, int seq, int res, const char *message)
{
    (void)seq;
    (void)message;
    struct vy_patchbay *const bay = arg;
    if (id == PW_ID_CORE && res == -EPIPE)
        bay->lost = true;
}

static const struct pw_core_events core_events = {PW_VERSION_CORE_EVENTS, .info = on_info,
                                                  .done = on_done, .error = on_error};

static vy_status connect_core(struct vy_patchbay *bay, struct vy_err *err)
{
    bay->core = pw_context_connect(bay->context, NULL, 0);
    if (!bay->core)
        return vy_fail(err, VY_ABSENT, -1, "no PipeWire daemon answers in %s (%s)",
                       getenv("XDG_RUNTIME_DIR") ? getenv("XDG_RUNTIME_DIR")
                                                 : "XDG_RUNTIME_DIR, which is not set",
                       strerror(errno));
    pw_core_add_listener(bay->core, &bay->core_hook, &core_events, bay);
    bay->registry = pw_core_get_registry(bay->core, PW_VERSION_REGISTRY, 0);
    if (!bay->registry)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for PipeWire's graph");
    pw_registry_add_listener(bay->registry, &bay->registry_hook, &registry_events, bay);
    // the second trip brings the values of the metadata that the first has bound
    if (!vy_patch_sync(bay, OPEN_MS) || !vy_patch_sync(bay, OPEN_MS))
        return vy_fail(err, VY_ABSENT, -1, "the PipeWire daemon does not answer within 2 s");
    return VY_OK;
}

vy_status vy_patch_open(struct vy_patchbay **bay, struct vy_err *err)
{
    struct vy_patchbay *const made = calloc(1, sizeof *made);
    if (!made)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for PipeWire's graph");
    pw_init(NULL, NULL);
    made->nodes.size = sizeof(struct vy_patch_node);
    made->ports.size = sizeof(struct vy_patch_port);
    made->links.size = sizeof(struct vy_patch_link);
    made->clients.size = sizeof(struct vy_patch_client);
    made->values.size = sizeof(struct vy__patch_value);
    made->settings.bay = made->defaults.bay = made;
    made->loop = pw_loop_new(NULL);
    if (made->loop)
        pw_loop_enter(made->loop);
    made->context = made->loop ? pw_context_new(made->loop, NULL, 0) : NULL;
    const vy_status status =
        made->context
            ? connect_core(made, err)
            : vy_fail(err, VY_ABSENT, -1, "libpipewire cannot start: %s", strerror(errno));
    if (status) {
        vy_patch_close(made);
        return status;
    }
    *bay = made;
    return VY_OK;
}

void vy_patch_close(struct vy_patchbay *bay)
{
    if (!bay)
        return;
    vy__patch_sweep(bay, true);
    drop_metadata(&bay->settings);
    drop_metadata(&bay->defaults);
    if (bay->registry) {
        spa_hook_remove(&bay->registry_hook);
        pw_proxy_destroy((struct pw_proxy *)bay->registry);
    }
    if (bay->core) {
        spa_hook_remove(&bay->core_hook);
        pw_core_disconnect(bay->core);
    }
    if (bay->context)
        pw_context_destroy(bay->context);
    if (bay->loop) {
        pw_loop_leave(bay->loop);
        pw_loop_destroy(bay->loop);
    }
    free(bay->nodes.row);
    free(bay->ports.row);
    free(bay->links.row);
    free(bay->clients.row);
    free(bay->values.row);
    free(bay);
    pw_deinit();
}

int vy_patch_fd(const struct vy_patchbay *bay)
{
    return pw_loop_get_fd(bay->loop);
}

bool vy_patch_service(struct vy_patchbay *bay)
{
    while (!bay->lost && pw_loop_iterate(bay->loop, 0) > 0)
        ;
    vy__patch_sweep(bay, false);
    return !bay->lost;
}

bool vy_patch_sync(struct vy_patchbay *bay, uint32_t ms)
{
    const uint64_t end = vy_now_ns() + (uint64_t)ms * 1000000u;
    bay->asked = pw_core_sync(bay->core, PW_ID_CORE, bay->asked);
    while (!bay->lost && bay->answered != bay->asked) {
        const uint64_t now = vy_now_ns();
        if (now >= end)
            return false;
        const int got = pw_loop_iterate(bay->loop, (int)((end - now) / 1000000u) + 1);
        if (got < 0 && got != -EINTR)
            return false;
    }
    return !bay->lost;
}

bool vy_patch_wait(struct vy_patchbay *bay, uint32_t ms)
{
    if (!bay->lost)
        pw_loop_iterate(bay->loop, (int)ms);
    return vy_patch_service(bay);
}

// ---- reading ----

const char *vy_patch_daemon_version(const struct vy_patchbay *bay)
{
    return bay->version;
}

const char *vy_patch_library_version(void)
{
    return pw_get_library_version();
}

const struct vy_patch_node *vy_patch_node_at(const struct vy_patchbay *bay, uint32_t i)
{
    return vy__patch_row(&bay->nodes, i);
}

const struct vy_patch_port *vy_patch_port_at(const struct vy_patchbay *bay, uint32_t i)
{
    return vy__patch_row(&bay->ports, i);
}

const struct vy_patch_link *vy_patch_link_at(const struct vy_patchbay *bay, uint32_t i)
{
    return vy__patch_row(&bay->links, i);
}

const struct vy_patch_client *vy_patch_client_at(const struct vy_patchbay *bay, uint32_t i)
{
    return vy__patch_row(&bay->clients, i);
}

const struct vy_patch_node *vy_patch_node_named(const struct vy_patchbay *bay, const char *name)
{
    for (uint32_t i = 0; i < bay->nodes.count; i++) {
        const struct vy_patch_node *const node = vy__patch_row(&bay->nodes, i);
        if (strcmp(node->name, name) == 0)
            return node;
    }
    return NULL;
}

static const char *value_of(const struct vy_patchbay *bay, bool setting, const char *key)
{
    for (uint32_t i = 0; i < bay->values.count; i++) {
        const struct vy__patch_value *const value = vy__patch_row(&bay->values, i);
        if (value->setting == setting && strcmp(value->key, key) == 0)
            return value->text[0] ? value->text : NULL;
    }
    return NULL;
}

const char *vy_patch_setting(const struct vy_patchbay *bay, const char *key)
{
    return value_of(bay, true, key);
}

const char *vy_patch_default(const struct vy_patchbay *bay, const char *key)
{
    return value_of(bay, false, key);
}
