// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Patching: cables between units, and between the modules inside one.
#include "engine/edit.h"

#include "base/text.h"
#include "engine/value.h"

#include <stdio.h>
#include <string.h>

// Where a cable begins or ends.
struct end {
    int unit, rack, node; // node -1: the unit as a whole
    uint16_t port;
    bool param;
    const struct vy_param *row;
};

static vy_status unit_of(struct vy_doc *doc, const struct vy_catalog *catalog, const char *path,
                         const char *author, int *unit, struct vy_err *err)
{
    char name[VY_NAME_SIZE];
    const size_t n = strcspn(path, "./");
    *unit = -1;
    if (n == 0 || n >= sizeof name)
        return vy_fail(err, VY_BAD_ARG, -1, "'%.60s' is no name", path);
    memcpy(name, path, n);
    name[n] = '\0';
    *unit = vy_doc_unit(doc, name);
    if (*unit >= 0)
        return VY_OK;
    if (catalog && (vy_catalog_recipe(catalog, name) || vy_catalog_module(catalog, name))) {
        const vy_status status = vy_edit_create(doc, catalog, name, NULL, NULL, 0, author, err);
        *unit = vy_doc_unit(doc, name);
        return status;
    }
    vy_fail(err, VY_UNKNOWN_NAME, -1, "nothing is called '%s'", name);
    vy_err_suggest(err, name, vy_edit_name, &(struct vy_names){doc, -1});
    return VY_UNKNOWN_NAME;
}

static int out_port(const struct vy_module *m, const char *name)
{
    for (int p = 0; p < m->outs; p++)
        if (strcmp(m->out[p].name, name) == 0)
            return p;
    return -1;
}

// UNIT, UNIT.NODE, UNIT.NODE.PORT, UNIT.PORT (of a unit of one module).
static vy_status find_from(const struct vy_doc *doc, const char *path, struct end *end,
                           struct vy_err *err)
{
    const char *const rest = path + strcspn(path, "./");
    if (!*rest)
        return VY_OK;
    char first[VY_NAME_SIZE], second[VY_NAME_SIZE] = "";
    const size_t n = strcspn(rest + 1, "./");
    if (n == 0 || n >= sizeof first)
        return vy_fail(err, VY_BAD_ARG, -1, "'%.60s' is no path", path);
    memcpy(first, rest + 1, n);
    first[n] = '\0';
    if (rest[1 + n])
        vy_text_copy(second, sizeof second, rest + 2 + n);
    const struct vy_unit *const unit = &doc->unit[end->unit];
    for (int r = 0; r < unit->racks; r++)
        for (int k = 0; k < unit->rack[r].nodes; k++) {
            const struct vy_node *const node = &unit->rack[r].node[k];
            const bool named = strcmp(node->name, first) == 0;
            const char *const port = named ? (*second ? second : node->module->out[0].name) : first;
            if (!named && unit->rack[r].nodes > 1)
                continue;
            const int p = out_port(node->module, port);
            if (p < 0)
                continue;
            end->rack = r;
            end->node = k;
            end->port = (uint16_t)p;
            return VY_OK;
        }
    return vy_fail(err, VY_UNKNOWN_PARAM, -1, "%s has no output '%s'", unit->name, rest + 1);
}

static bool takes_sound(const struct vy_unit *unit)
{
    if (unit->kind == VY_UNIT_BUS || unit->kind == VY_UNIT_OUT)
        return true;
    for (int c = 0; c < unit->rack[0].cables; c++)
        if (unit->rack[0].cable[c].from < 0)
            return true;
    return false;
}

static vy_status find_to(const struct vy_doc *doc, const char *path, struct end *end,
                         struct vy_err *err)
{
    const struct vy_unit *const unit = &doc->unit[end->unit];
    const char *const rest = path + strcspn(path, "./");
    if (!*rest) {
        if (takes_sound(unit))
            return VY_OK;
        return vy_fail(err, VY_BAD_ARG, -1, "%s has no sound input: name one, like %s.PARAM",
                       unit->name, unit->name);
    }
    struct vy_target t;
    const vy_status status = vy_edit_find(doc, path, &t, err);
    if (status) { // UNIT.NODE means the first input of the node
        for (int r = 0; r < unit->racks; r++)
            for (int k = 0; k < unit->rack[r].nodes; k++) {
                const struct vy_module *const m = unit->rack[r].node[k].module;
                if (strcmp(unit->rack[r].node[k].name, rest + 1) != 0 || m->ins == 0)
                    continue;
                end->rack = r;
                end->node = k;
                while (end->port + 1 < m->ins && (m->in[end->port].flags & VY_PORT_NOTE))
                    end->port++;
                return VY_OK;
            }
        return status;
    }
    if (t.node < 0)
        return vy_fail(err, VY_BAD_ARG, -1, "%.60s cannot be patched: automate it", path);
    end->rack = t.rack;
    end->node = t.node;
    end->port = (uint16_t)t.param;
    end->param = !t.port;
    end->row = t.row;
    return VY_OK;
}

// Is there a way for sound from unit a to unit b?
static bool reaches(const struct vy_doc *doc, int a, int b)
{
    bool seen[VY_MAX_UNITS] = {0};
    seen[a] = true;
    for (bool more = true; more;) {
        more = false;
        for (int i = 0; i < doc->routes; i++) {
            const struct vy_route *const route = &doc->route[i];
            if (seen[route->from] && !seen[route->to] && !route->to_param)
                seen[route->to] = more = true;
        }
    }
    return seen[b];
}

// The same among the nodes of one rack.
static bool node_reaches(const struct vy_rack *rack, int a, int b)
{
    bool seen[VY_MAX_NODES] = {0};
    seen[a] = true;
    for (bool more = true; more;) {
        more = false;
        for (int c = 0; c < rack->cables; c++) {
            const struct vy_cable *const cable = &rack->cable[c];
            if (cable->from >= 0 && cable->to >= 0 && seen[cable->from] && !seen[cable->to] &&
                !cable->to_param)
                seen[cable->to] = more = true;
        }
    }
    return seen[b];
}

static vy_status add_cable(struct vy_doc *doc, const struct end *from, const struct end *to,
                           float depth, uint8_t kind, struct vy_err *err)
{
    struct vy_rack *const rack = &doc->unit[from->unit].rack[from->rack];
    struct vy_cable *const cable = VY_DOC_APPEND(doc, rack->cable, rack->cables, 256);
    if (!cable)
        return vy_fail(err, VY_TOO_BIG, -1, "over 256 cables in %s", doc->unit[from->unit].name);
    *cable = (struct vy_cable){.from = (int16_t)from->node,
                               .to = (int16_t)to->node,
                               .from_port = from->port,
                               .to_port = to->port,
                               .to_param = to->param,
                               .depth_kind = kind,
                               .depth = depth};
    return VY_OK;
}

static bool same_route(const struct vy_route *a, const struct vy_route *b)
{
    return a->from == b->from && a->to == b->to && a->from_rack == b->from_rack &&
           a->from_node == b->from_node && a->from_port == b->from_port &&
           a->to_rack == b->to_rack && a->to_node == b->to_node && a->to_port == b->to_port &&
           a->to_param == b->to_param && a->send == b->send;
}

static vy_status add_route(struct vy_doc *doc, const struct vy_route *route, struct vy_err *err)
{
    for (int i = 0; i < doc->routes; i++)
        if (same_route(&doc->route[i], route)) { // the same cable again: a new depth
            doc->route[i] = *route;
            return VY_OK;
        }
    struct vy_route *const put = VY_DOC_APPEND(doc, doc->route, doc->routes, 1024);
    if (!put)
        return vy_fail(err, VY_TOO_BIG, -1, "over 1024 cables");
    *put = *route;
    return VY_OK;
}

static vy_status connect(struct vy_doc *doc, const char *a, const char *b, int ua, int ub,
                         const char *depth, struct vy_err *err)
{
    struct end from = {.unit = ua, .node = -1, .rack = -1};
    struct end to = {.unit = ub, .node = -1, .rack = -1};
    vy_status status = find_from(doc, a, &from, err);
    if (!status)
        status = find_to(doc, b, &to, err);
    float amount = 1;
    uint8_t kind = VY_DEPTH_TRAVEL;
    if (!status && depth)
        status = vy_depth_read(to.row, depth, &amount, &kind, err);
    if (status)
        return status;
    if (doc->unit[ua].kind == VY_UNIT_OUT)
        return vy_fail(err, VY_CYCLE, -1, "out is the end: nothing comes out of it");
    const bool sound = !to.param;
    const bool inside = ua == ub && from.node >= 0 && to.node >= 0 && from.rack == to.rack;
    const bool closes = inside ? node_reaches(&doc->unit[ua].rack[to.rack], to.node, from.node)
                               : (from.node < 0 || ua != ub) && reaches(doc, ub, ua);
    if (sound && !depth && closes)
        return vy_fail(err, VY_CYCLE, -1,
                       "%.40s > %.40s closes a loop; say depth=0.5 to feed back on purpose", a, b);
    if (inside)
        return add_cable(doc, &from, &to, amount, kind, err);
    if (ua == ub && from.node < 0 && to.node < 0)
        return vy_fail(err, VY_CYCLE, -1, "%.40s cannot be patched into itself", a);
    doc->unit[ua].detached = false;
    const struct vy_route route = {.from = (uint16_t)ua,
                                   .to = (uint16_t)ub,
                                   .from_rack = (int16_t)from.rack,
                                   .from_node = (int16_t)from.node,
                                   .from_port = from.port,
                                   .to_rack = (int16_t)to.rack,
                                   .to_node = (int16_t)to.node,
                                   .to_port = to.port,
                                   .to_param = to.param,
                                   // with a depth it is a branch: the unit keeps its own way out
                                   .send = sound && depth && from.node < 0,
                                   .depth_kind = kind,
                                   .depth = amount};
    return add_route(doc, &route, err);
}

vy_status vy_edit_patch(struct vy_doc *doc, const struct vy_catalog *catalog,
                        const char *const *path, int paths, const char *depth, const char *author,
                        struct vy_err *err)
{
    if (paths < 2)
        return vy_fail(err, VY_BAD_ARG, -1, "patch A > B [> C ...] [depth=D]");
    int before = -1;
    for (int i = 0; i < paths; i++) {
        int unit;
        vy_status status = unit_of(doc, catalog, path[i], author, &unit, err);
        if (!status && i > 0)
            status = connect(doc, path[i - 1], path[i], before, unit, i == paths - 1 ? depth : NULL,
                             err);
        if (status)
            return status;
        before = unit;
    }
    return VY_OK;
}

vy_status vy_edit_unpatch(struct vy_doc *doc, const char *from, const char *to, struct vy_err *err)
{
    struct end a = {.node = -1, .rack = -1}, b = {.node = -1, .rack = -1};
    vy_status status = unit_of(doc, NULL, from, NULL, &a.unit, err);
    if (!status)
        status = unit_of(doc, NULL, to, NULL, &b.unit, err);
    if (!status)
        status = find_from(doc, from, &a, err);
    if (!status)
        status = find_to(doc, to, &b, err);
    if (status)
        return status;
    int taken = 0, own_way = 0;
    for (int i = doc->routes - 1; i >= 0; i--) {
        const struct vy_route *const r = &doc->route[i];
        own_way += r->from == a.unit && r->from_node < 0 && r->to_node < 0 && !r->send;
        if (r->from == a.unit && r->to == b.unit && r->from_node == a.node &&
            r->from_rack == a.rack && r->to_rack == b.rack && r->to_node == b.node &&
            (b.node < 0 || (r->to_port == b.port && r->to_param == b.param))) {
            VY_DOC_DROP(doc->route, doc->routes, i);
            taken++;
        }
    }
    const bool inside = a.unit == b.unit && a.node >= 0 && b.node >= 0 && a.rack == b.rack;
    struct vy_rack *const rack = inside ? &doc->unit[a.unit].rack[a.rack] : NULL;
    for (int c = inside ? rack->cables - 1 : -1; c >= 0; c--)
        if (rack->cable[c].from == a.node && rack->cable[c].to == b.node &&
            rack->cable[c].to_port == b.port && rack->cable[c].to_param == b.param) {
            VY_DOC_DROP(rack->cable, rack->cables, c);
            taken++;
        }
    const bool is_out = doc->unit[b.unit].kind == VY_UNIT_OUT;
    if (is_out && a.node < 0 && (taken || own_way == 0) && !doc->unit[a.unit].detached) {
        doc->unit[a.unit].detached = true;
        taken++;
    }
    if (!taken)
        return vy_fail(err, VY_NO_EFFECT, -1, "there is no cable from %.40s to %.40s", from, to);
    return VY_OK;
}

vy_status vy_edit_send(struct vy_doc *doc, const char *name, const char *bus, const char *amount,
                       struct vy_err *err)
{
    int a, b;
    vy_status status = unit_of(doc, NULL, name, NULL, &a, err);
    if (!status)
        status = unit_of(doc, NULL, bus, NULL, &b, err);
    if (status)
        return status;
    if (!takes_sound(&doc->unit[b]) || doc->unit[b].kind == VY_UNIT_OUT)
        return vy_fail(err, VY_BAD_ARG, -1, "%s is no bus or effect", doc->unit[b].name);
    static const struct vy_param row = {"amount", "", 0, 4, 1, VY_LIN, 0, NULL, ""};
    float level = 1;
    if (amount)
        status = vy_value_read(&row, amount, 1, NULL, &level, err);
    if (status)
        return status;
    if (a == b || reaches(doc, b, a))
        return vy_fail(err, VY_CYCLE, -1, "sending %s to %s closes a loop", name, bus);
    const struct vy_route route = {.from = (uint16_t)a,
                                   .to = (uint16_t)b,
                                   .from_rack = -1,
                                   .from_node = -1,
                                   .to_rack = -1,
                                   .to_node = -1,
                                   .send = true,
                                   .depth = level};
    if (level > 0)
        return add_route(doc, &route, err);
    for (int i = 0; i < doc->routes; i++)
        if (same_route(&doc->route[i], &route)) {
            VY_DOC_DROP(doc->route, doc->routes, i);
            return VY_OK;
        }
    return vy_fail(err, VY_NO_EFFECT, -1, "%s is not sent to %s", name, bus);
}
