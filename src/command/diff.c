// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Two documents compared: each is listed as lines, one fact a line, and the lists are compared.
#include "command/handlers.h"

#include "engine/value.h"

#include <stdlib.h>
#include <string.h>

static void list_unit(const struct vy_unit *unit, struct vy_buf *buf)
{
    static const char *const kinds[] = {"instrument", "effect", "bus", "out"};
    vy_buf_add(buf, "%s %s\n", kinds[unit->kind], unit->name);
    vy_buf_add(buf, "%s.gain %gdB\n%s.pan %g\n%s.spread %g\n%s.voices %u\n%s.glide %gs\n",
               unit->name, (double)unit->gain_db, unit->name, (double)unit->pan, unit->name,
               (double)unit->spread, unit->name, unit->voices, unit->name, (double)unit->glide_s);
    vy_buf_add(buf, "%s mute %s\n%s solo %s\n%s %s\n", unit->name, unit->mute ? "on" : "off",
               unit->name, unit->solo ? "on" : "off", unit->name,
               unit->playing ? "plays" : "is stopped");
    if (unit->detached)
        vy_buf_add(buf, "%s is not connected to out\n", unit->name);
    for (int r = 0; r < unit->racks; r++) {
        const struct vy_rack *const rack = &unit->rack[r];
        vy_buf_add(buf, "%s.%s %d (%s)%s\n", unit->name, rack->name, r, rack->recipe,
                   rack->bypass ? " bypassed" : "");
        for (int n = 0; n < rack->nodes; n++) {
            const struct vy_node *const node = &rack->node[n];
            if (node->file)
                vy_buf_add(buf, "%s.%s.%s file %s\n", unit->name, rack->name, node->name,
                           node->file);
            for (int p = 0; p < node->module->params; p++) {
                char value[64];
                vy_value_write(&node->module->param[p], node->value[p], value, sizeof value);
                vy_buf_add(buf, "%s.%s.%s.%s %s\n", unit->name, rack->name, node->name,
                           node->module->param[p].name, value);
            }
        }
        for (int c = 0; c < rack->cables; c++) {
            const struct vy_cable *const cable = &rack->cable[c];
            const char *const from = cable->from < 0 ? "in" : rack->node[cable->from].name;
            const char *const to = cable->to < 0 ? "out" : rack->node[cable->to].name;
            vy_buf_add(buf, "%s.%s cable %s:%u > %s:%s%u depth %g\n", unit->name, rack->name, from,
                       cable->from_port, to, cable->to_param ? "p" : "", cable->to_port,
                       (double)cable->depth);
        }
    }
    for (int p = 0; p < unit->parts; p++) {
        const struct vy_part *const part = &unit->part[p];
        vy_buf_add(buf, "%s %s: %s%s%s from beat %g", part->verb, unit->name, part->text,
                   *part->options ? " " : "", part->options, part->from);
        vy_buf_add(buf, part->until < 1e12 ? " until %g\n" : "\n", part->until);
    }
}

static void list(const struct vy_doc *doc, struct vy_buf *buf)
{
    vy_buf_add(buf, "tempo %g\nmeter %u/%u\nswing %g\nkey %s\n%s\n", doc->tempo, doc->meter_num,
               doc->meter_den, (double)doc->swing, doc->key,
               doc->playing ? "transport runs" : "transport stands");
    for (int i = 1; i < doc->marks; i++)
        vy_buf_add(buf, "tempo %g from beat %g\n", doc->mark[i].bpm, doc->mark[i].beat);
    for (int u = 0; u < doc->units; u++)
        list_unit(&doc->unit[u], buf);
    for (int i = 0; i < doc->routes; i++) {
        const struct vy_route *const route = &doc->route[i];
        vy_buf_add(buf, "%s %s > %s %d.%d.%u to %d.%d.%u depth %g\n",
                   route->send ? "send" : "patch", doc->unit[route->from].name,
                   doc->unit[route->to].name, route->from_rack, route->from_node, route->from_port,
                   route->to_rack, route->to_node, route->to_port, (double)route->depth);
    }
    for (int i = 0; i < doc->automations; i++) {
        const struct vy_automation *const a = &doc->automation[i];
        vy_buf_add(buf, "automation of %s %d.%d.%u from %g to %g at beat %g over %g\n",
                   a->unit == UINT16_MAX ? "tempo" : doc->unit[a->unit].name, a->rack, a->node,
                   a->param, (double)a->from, (double)a->to, a->beat, a->beats);
    }
    for (int i = 0; i < doc->timers; i++)
        vy_buf_add(buf, "at beat %g every %g: %s\n", doc->timer[i].beat, doc->timer[i].every,
                   doc->timer[i].line);
    for (int i = 0; i < doc->scenes; i++)
        vy_buf_add(buf, "scene %s\n", doc->scene[i].name);
    for (int i = 0; i < doc->sections; i++)
        vy_buf_add(buf, "song %d: %s*%u\n", i + 1, doc->section[i].scene, doc->section[i].bars);
}

// The lines of a text, as an array that can be sorted; *count of them. NULL when memory is out.
static char **lines_of(char *text, size_t *count)
{
    size_t n = 1;
    for (const char *p = text; *p; p++)
        n += *p == '\n';
    char **const lines = calloc(n, sizeof *lines);
    *count = 0;
    char *save = NULL;
    for (char *line = lines ? strtok_r(text, "\n", &save) : NULL; line;
         line = strtok_r(NULL, "\n", &save))
        lines[(*count)++] = line;
    return lines;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

// Lines of `a` that `b` (sorted) has not, in the order of `a`.
static void only_in(char *const *a, size_t as, char *const *b, size_t bs, char sign,
                    struct vy_buf *text, json_t *out)
{
    for (size_t i = 0; i < as; i++) {
        if (bsearch(&a[i], b, bs, sizeof *b, compare))
            continue;
        vy_buf_add(text, "%s%c %s", text->length ? "\n" : "", sign, a[i]);
        json_array_append_new(out, json_string(a[i]));
    }
}

vy_status vy_diff(const struct vy_doc *from, const struct vy_doc *to, struct vy_buf *text,
                  json_t *result, struct vy_err *err)
{
    struct vy_buf a = {0}, b = {0};
    list(from, &a);
    list(to, &b);
    size_t as = 0, bs = 0;
    char **const a_lines = a.failed ? NULL : lines_of(a.text, &as);
    char **const b_lines = b.failed ? NULL : lines_of(b.text, &bs);
    char **const a_sorted = calloc(as + 1, sizeof *a_sorted);
    char **const b_sorted = calloc(bs + 1, sizeof *b_sorted);
    vy_status status = VY_OK;
    if (a_lines && b_lines && a_sorted && b_sorted) {
        memcpy(a_sorted, a_lines, as * sizeof *a_lines);
        memcpy(b_sorted, b_lines, bs * sizeof *b_lines);
        qsort(a_sorted, as, sizeof *a_sorted, compare);
        qsort(b_sorted, bs, sizeof *b_sorted, compare);
        json_t *const removed = json_array(), *const added = json_array();
        only_in(a_lines, as, b_sorted, bs, '-', text, removed);
        only_in(b_lines, bs, a_sorted, as, '+', text, added);
        json_object_set_new(result, "removed", removed);
        json_object_set_new(result, "added", added);
    } else {
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    free(a_lines);
    free(b_lines);
    free(a_sorted);
    free(b_sorted);
    vy_buf_clear(&a);
    vy_buf_clear(&b);
    return status;
}
