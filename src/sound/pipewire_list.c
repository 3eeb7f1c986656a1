// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "sound/pipewire_list.h"

#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define WAIT_S 1 // for the server

struct name_rows {
    const struct vy_pw_graph *graph;
    bool outs;
};

// Does sound go into (outs) or come out of a node of this class?
static bool has_end(const struct vy_pw_node *node, bool outs)
{
    const char *const what = node->media_class;
    return strcmp(what, "Audio/Duplex") == 0 ||
           strncmp(what, outs ? "Audio/Sink" : "Audio/Source", outs ? 10 : 12) == 0;
}

static const char *node_name(void *arg, size_t i)
{
    const struct name_rows *const rows = arg;
    for (uint32_t n = 0; n < rows->graph->nodes; n++)
        if (has_end(&rows->graph->node[n], rows->outs) && i-- == 0)
            return rows->graph->node[n].name;
    return NULL;
}

vy_status vy_pw_check_name(const struct vy_pw_graph *g, const char *name, bool outs,
                           struct vy_err *err)
{
    if (!*name || strcmp(name, "default") == 0 || vy_pw_find(g, name, ""))
        return VY_OK;
    vy_fail(err, VY_NOT_FOUND, -1, "PipeWire has no %s '%.80s'; see veery devices",
            outs ? "output" : "input", name);
    vy_err_suggest(err, name, node_name, &(struct name_rows){g, outs});
    return VY_NOT_FOUND;
}

static uint32_t list_ends(const struct vy_pw_graph *g, bool outs, struct vy_device_row *row,
                          uint32_t most)
{
    uint32_t rows = 0;
    const char *const first = outs ? g->sink : g->source;
    for (uint32_t i = 0; i < g->nodes && rows < most; i++) {
        const struct vy_pw_node *const node = &g->node[i];
        const struct vy_pw_port *port[64];
        if (!has_end(node, outs))
            continue;
        struct vy_device_row *const r = &row[rows++];
        *r = (struct vy_device_row){.input = !outs, .sr_hz = g->sr_hz};
        snprintf(r->name, sizeof r->name, "%s%.120s", outs ? "pipewire:" : "", node->name);
        vy_text_copy(r->text, sizeof r->text, node->text[0] ? node->text : node->name);
        r->is_default = *first && strcmp(first, node->name) == 0;
        r->chans = vy_pw_ports(g, node->id, !outs, port, 64);
    }
    return rows;
}

uint32_t vy_pw_list(struct vy_device_row *row, uint32_t most)
{
    struct vy_pw_graph *g;
    uint32_t rows = 0;
    char why[160];
    if (!most || !vy_pw_answers(why, sizeof why) || vy_pw_graph_new(false, &g, NULL))
        return 0;
    pw_thread_loop_lock(g->loop);
    if (!vy_pw_connect(g, "veery devices", NULL) && vy_pw_settle(g, WAIT_S)) {
        rows = list_ends(g, true, row, most);
        rows += list_ends(g, false, row + rows, most - rows);
    }
    pw_thread_loop_unlock(g->loop);
    vy_pw_graph_destroy(g);
    return rows;
}
