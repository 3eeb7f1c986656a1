// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What Veery does to PipeWire's graph: nodes, links, the default.
#include "base/exchange.h"
#include "sound/patchbay_inside.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pipewire/extensions/metadata.h> // knows nothing of hooks by itself
#include <spa/utils/json.h>

#define RETRY_NS 1000000000u

static void free_made(struct vy__patch_made *made)
{
    if (made->proxy) {
        spa_hook_remove(&made->hook);
        pw_proxy_destroy(made->proxy);
    }
    free(made);
}

// Proxies may not be destroyed from their own events, so it happens here.
void vy__patch_sweep(struct vy_patchbay *bay, bool all)
{
    const uint64_t now = vy_now_ns();
    for (struct vy__patch_made **at = &bay->made; *at;) {
        struct vy__patch_made *const made = *at;
        if (all || (made->gone && now >= made->until_ns)) {
            *at = made->next;
            free_made(made);
        } else {
            at = &made->next;
        }
    }
}

vy_status vy_patch_set_default(struct vy_patchbay *bay, const char *key, const char *name,
                               struct vy_err *err)
{
    if (!bay->defaults.proxy)
        return vy_fail(err, VY_ABSENT, -1,
                       "no session manager keeps defaults; start wireplumber to choose one");
    char value[VY_PATCH_NAME * 6 + 16], word[VY_PATCH_NAME * 6];
    if (name && spa_json_encode_string(word, sizeof word, name) >= (int)sizeof word)
        return vy_fail(err, VY_BAD_ARG, -1, "the node's name is too long: '%.40s'", name);
    if (name)
        snprintf(value, sizeof value, "{\"name\":%s}", word);
    pw_metadata_set_property((struct pw_metadata *)bay->defaults.proxy, 0, key,
                             name ? "Spa:String:JSON" : NULL, name ? value : NULL);
    return VY_OK;
}

static void on_made_removed(void *arg)
{
    struct vy__patch_made *const made = arg;
    made->gone = true;
}

static void on_made_error(void *arg, int seq, int res, const char *message)
{
    (void)seq;
    (void)res;
    (void)message;
    struct vy__patch_made *const made = arg;
    made->gone = true;
    made->until_ns = vy_now_ns() + RETRY_NS;
}

static const struct pw_proxy_events made_events = {
    PW_VERSION_PROXY_EVENTS, .removed = on_made_removed, .error = on_made_error};

static struct vy__patch_made *make(struct vy_patchbay *bay, const char *factory, const char *type,
                                   uint32_t version, struct pw_properties *props)
{
    struct vy__patch_made *const made = props ? calloc(1, sizeof *made) : NULL;
    if (made) {
        made->out_port = made->in_port = VY_PATCH_NONE;
        made->proxy = pw_core_create_object(bay->core, factory, type, version, &props->dict, 0);
        if (made->proxy)
            pw_proxy_add_listener(made->proxy, &made->hook, &made_events, made);
        made->gone = !made->proxy;
        made->next = bay->made;
        bay->made = made;
    }
    pw_properties_free(props);
    return made;
}

vy_status vy_patch_make_node(struct vy_patchbay *bay, const char *name, const char *text,
                             const char *media_class, struct vy_err *err)
{
    struct pw_properties *const props = pw_properties_new(
        PW_KEY_FACTORY_NAME, "support.null-audio-sink", PW_KEY_NODE_NAME, name,
        PW_KEY_NODE_DESCRIPTION, text, PW_KEY_MEDIA_CLASS, media_class, "audio.position",
        "[ FL FR ]", PW_KEY_OBJECT_LINGER, "false",
        // without a session manager nobody else would open the ports
        "adapter.auto-port-config", "{ mode = dsp monitor = true position = preserve }", NULL);
    const struct vy__patch_made *const made =
        make(bay, "adapter", PW_TYPE_INTERFACE_Node, PW_VERSION_NODE, props);
    return made && made->proxy ? VY_OK
                               : vy_fail(err, VY_IO, -1, "PipeWire does not make the node '%s': %s",
                                         name, strerror(errno));
}

void vy_patch_link(struct vy_patchbay *bay, uint32_t out_port, uint32_t in_port)
{
    for (uint32_t i = 0; i < bay->links.count; i++) {
        const struct vy_patch_link *const link = vy__patch_row(&bay->links, i);
        if (link->out_port == out_port && link->in_port == in_port)
            return;
    }
    for (const struct vy__patch_made *made = bay->made; made; made = made->next)
        if (made->out_port == out_port && made->in_port == in_port)
            return;
    struct pw_properties *const props = pw_properties_new(PW_KEY_OBJECT_LINGER, "false", NULL);
    if (props) {
        pw_properties_setf(props, PW_KEY_LINK_OUTPUT_PORT, "%u", out_port);
        pw_properties_setf(props, PW_KEY_LINK_INPUT_PORT, "%u", in_port);
    }
    struct vy__patch_made *const made =
        make(bay, "link-factory", PW_TYPE_INTERFACE_Link, PW_VERSION_LINK, props);
    if (made) {
        made->out_port = out_port;
        made->in_port = in_port;
    }
}

void vy_patch_remove(struct vy_patchbay *bay, uint32_t id)
{
    pw_registry_destroy(bay->registry, id);
}
