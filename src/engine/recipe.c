// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Recipes: instruments and effects as text.
//
//   recipe bass "Round mono bass" words="low warm" voices=1 glide=30ms gain=-3dB
//   create osc osc shape=saw             a module with parameters
//   patch osc > filter > amp > out       cables; `in` is the sound to be treated (effects)
//   patch env > filter.cutoff depth=2oct modulation
//   knob cutoff = filter.cutoff "brightness of the filter"
//
// The reader fills a rack that edit.c copies into units.
#include "engine/catalog.h"

#include "base/text.h"
#include "engine/value.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MAX_WORDS 48

struct reader {
    const struct vy_catalog *catalog;
    struct vy_arena *arena;
    struct vy_recipe *recipe;
    struct vy_err *err;
    const char *path;
    int line;
    char text[2048]; // the line, cut into words in place
    char *word[MAX_WORDS];
    int words;
};

__attribute__((format(printf, 3, 4))) static vy_status complain(struct reader *r, vy_status code,
                                                                const char *format, ...)
{
    char what[160];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return vy_fail(r->err, code, -1, "%s:%d: %s", r->path, r->line, what);
}

// Words at blanks; quotes protect blanks and are taken off; # begins a comment.
static vy_status split(struct reader *r)
{
    char *s = r->text;
    r->words = 0;
    for (;;) {
        while (isspace((unsigned char)*s))
            s++;
        if (*s == '\0' || *s == '#')
            return VY_OK;
        if (r->words == MAX_WORDS)
            return complain(r, VY_TOO_BIG, "over %d words", MAX_WORDS);
        char *to = s;
        r->word[r->words++] = s;
        bool quoted = false;
        for (; *s && (quoted || !isspace((unsigned char)*s)); s++) {
            if (*s == '"')
                quoted = !quoted;
            else
                *to++ = *s;
        }
        if (quoted)
            return complain(r, VY_SYNTAX, "a quote is not closed");
        const bool end = *s == '\0';
        *to = '\0';
        if (!end)
            s++;
    }
}

static int find_node(const struct vy_rack *rack, const char *name)
{
    for (int i = 0; i < rack->nodes; i++)
        if (strcmp(rack->node[i].name, name) == 0)
            return i;
    return -1;
}

static int find_param(const struct vy_module *m, const char *name)
{
    for (int p = 0; p < m->params; p++)
        if (strcmp(m->param[p].name, name) == 0)
            return p;
    return -1;
}

static int find_port(const struct vy_port *port, int ports, const char *name)
{
    for (int p = 0; p < ports; p++)
        if (strcmp(port[p].name, name) == 0)
            return p;
    return -1;
}

static vy_status read_head(struct reader *r)
{
    static const struct vy_param rows[] = {
        {"voices", "", 1, 64, 1, VY_INT, 0, NULL, ""},
        {"spread", "", 0, 1, 0, VY_LIN, 0, NULL, ""},
        {"glide", "s", 0, 10, 0, VY_LIN, 0, NULL, ""},
        {"gain", "dB", -60, 24, 0, VY_LIN, 0, NULL, ""},
    };
    struct vy_recipe *const recipe = r->recipe;
    if (recipe->name[0])
        return complain(r, VY_SYNTAX, "a file holds one recipe; this is the second head");
    if (r->words < 3 || !vy_text_is_name(r->word[1]))
        return complain(r, VY_SYNTAX, "recipe NAME \"what it is\" [words=...] [voices=N]");
    vy_text_copy(recipe->name, sizeof recipe->name, r->word[1]);
    recipe->text = vy_arena_text(r->arena, r->word[2]);
    recipe->words = "";
    recipe->voices = 1;
    for (int w = 3; w < r->words; w++) {
        char *const value = strchr(r->word[w], '=');
        if (!value)
            return complain(r, VY_SYNTAX, "'%s' is no key=value", r->word[w]);
        *value = '\0';
        if (strcmp(r->word[w], "words") == 0) {
            recipe->words = vy_arena_text(r->arena, value + 1);
            continue;
        }
        float got[4] = {recipe->voices, recipe->spread, recipe->glide_s, recipe->gain_db};
        int row = 0;
        while (row < 4 && strcmp(rows[row].name, r->word[w]) != 0)
            row++;
        if (row == 4)
            return complain(r, VY_UNKNOWN_PARAM, "a recipe has no '%s'", r->word[w]);
        struct vy_err why;
        if (vy_value_read(&rows[row], value + 1, 0, NULL, &got[row], &why))
            return complain(r, why.code, "%s", why.message);
        recipe->voices = (uint16_t)got[0];
        recipe->spread = got[1];
        recipe->glide_s = got[2];
        recipe->gain_db = got[3];
    }
    return recipe->text && recipe->words ? VY_OK : VY_NO_MEMORY;
}

bool vy_node_init(struct vy_node *node, struct vy_arena *arena, const char *name,
                  const struct vy_module *module)
{
    vy_text_copy(node->name, sizeof node->name, name);
    node->module = module;
    node->value = vy_arena_take(arena, (size_t)(module->params + 1) * sizeof(float));
    for (int p = 0; node->value && p < module->params; p++)
        node->value[p] = module->param[p].def;
    return node->value != NULL;
}

static vy_status read_create(struct reader *r)
{
    struct vy_rack *const rack = &r->recipe->rack;
    if (r->words < 3 || !vy_text_is_name(r->word[1]))
        return complain(r, VY_SYNTAX, "create NODE MODULE [k=v ...]");
    if (find_node(rack, r->word[1]) >= 0 || strcmp(r->word[1], "in") == 0 ||
        strcmp(r->word[1], VY_OUT) == 0)
        return complain(r, VY_NAME_TAKEN, "node '%s' exists", r->word[1]);
    const struct vy_module *const module = vy_catalog_module(r->catalog, r->word[2]);
    if (!module)
        return complain(r, VY_UNKNOWN_MODULE, "no module '%s'", r->word[2]);
    struct vy_node *const node =
        vy_doc_append(r->arena, (void **)&rack->node, &rack->nodes, sizeof *node, VY_MAX_NODES);
    if (!node || !vy_node_init(node, r->arena, r->word[1], module))
        return complain(r, VY_TOO_BIG, "over %d nodes", VY_MAX_NODES);
    for (int w = 3; w < r->words; w++) {
        char *const value = strchr(r->word[w], '=');
        if (!value)
            return complain(r, VY_SYNTAX, "'%s' is no key=value", r->word[w]);
        *value = '\0';
        if (module->file && strcmp(r->word[w], module->file) == 0) {
            node->file = vy_arena_text(r->arena, value + 1);
            continue;
        }
        const int p = find_param(module, r->word[w]);
        if (p < 0)
            return complain(r, VY_UNKNOWN_PARAM, "%s has no '%s'", module->id, r->word[w]);
        struct vy_err why;
        if (vy_value_read(&module->param[p], value + 1, 0, NULL, &node->value[p], &why))
            return complain(r, why.code, "%s", why.message);
    }
    return VY_OK;
}

// "node.port" or "node": node index (-1 = in/out) and the name behind the dot, or NULL.
static vy_status read_end(struct reader *r, char *word, int *node, const char **port)
{
    char *const dot = strchr(word, '.');
    *port = dot ? dot + 1 : NULL;
    if (dot)
        *dot = '\0';
    *node = find_node(&r->recipe->rack, word);
    if (*node < 0 && strcmp(word, "in") != 0 && strcmp(word, VY_OUT) != 0)
        return complain(r, VY_UNKNOWN_NAME, "no node '%s'", word);
    if (*node < 0 && *port)
        return complain(r, VY_UNKNOWN_PARAM, "%s has no ports", word);
    return VY_OK;
}

static vy_status read_cable(struct reader *r, char *from, char *to, const char *depth)
{
    struct vy_rack *const rack = &r->recipe->rack;
    struct vy_cable cable = {.depth = 1, .depth_kind = VY_DEPTH_TRAVEL};
    int a, b;
    const char *out, *in;
    char left[VY_NAME_SIZE * 2]; // `from` of a chain is the `to` of the cable before
    vy_text_copy(left, sizeof left, from);
    char right[VY_NAME_SIZE * 2];
    vy_text_copy(right, sizeof right, to);
    vy_status status = read_end(r, left, &a, &out);
    if (!status)
        status = read_end(r, right, &b, &in);
    if (status)
        return status;
    cable.from = (int16_t)a;
    cable.to = (int16_t)b;
    if (a >= 0 && out) {
        const struct vy_module *const m = rack->node[a].module;
        const int p = find_port(m->out, m->outs, out);
        if (p < 0)
            return complain(r, VY_UNKNOWN_PARAM, "%s has no output '%s'", left, out);
        cable.from_port = (uint16_t)p;
    }
    const struct vy_param *row = NULL;
    if (b >= 0 && in) {
        const struct vy_module *const m = rack->node[b].module;
        int p = find_port(m->in, m->ins, in);
        if (p < 0) {
            p = find_param(m, in);
            cable.to_param = true;
            row = p < 0 ? NULL : &m->param[p];
        }
        if (p < 0)
            return complain(r, VY_UNKNOWN_PARAM, "%s has no input '%s'", right, in);
        cable.to_port = (uint16_t)p;
    } else if (b >= 0 && rack->node[b].module->ins == 0) {
        return complain(r, VY_BAD_ARG, "%s has no input", right);
    } else if (b >= 0) { // the first input that is not a note signal
        const struct vy_module *const m = rack->node[b].module;
        uint16_t p = 0;
        while (p + 1 < m->ins && (m->in[p].flags & VY_PORT_NOTE))
            p++;
        cable.to_port = p;
    }
    if (a < 0 && strcmp(left, VY_OUT) == 0)
        return complain(r, VY_BAD_ARG, "out has no output");
    if (b < 0 && strcmp(right, "in") == 0)
        return complain(r, VY_BAD_ARG, "in has no input");
    if (a < 0)
        r->recipe->effect = true;
    struct vy_err why;
    if (depth && vy_depth_read(row, depth, &cable.depth, &cable.depth_kind, &why))
        return complain(r, why.code, "%s", why.message);
    struct vy_cable *const put =
        vy_doc_append(r->arena, (void **)&rack->cable, &rack->cables, sizeof *put, 256);
    if (!put)
        return complain(r, VY_TOO_BIG, "over 256 cables");
    *put = cable;
    return VY_OK;
}

static vy_status read_patch(struct reader *r)
{
    const char *depth = NULL;
    if (r->words > 1 && strncmp(r->word[r->words - 1], "depth=", 6) == 0)
        depth = r->word[--r->words] + 6;
    if (r->words < 4 || r->words % 2 != 0)
        return complain(r, VY_SYNTAX, "patch A > B [> C ...] [depth=D]");
    for (int w = 1; w + 2 < r->words; w += 2) {
        if (strcmp(r->word[w + 1], ">") != 0)
            return complain(r, VY_SYNTAX, "'>' is missing before '%s'", r->word[w + 1]);
        const bool last = w + 4 >= r->words;
        const vy_status status = read_cable(r, r->word[w], r->word[w + 2], last ? depth : NULL);
        if (status)
            return status;
    }
    return VY_OK;
}

static vy_status read_knob(struct reader *r)
{
    struct vy_rack *const rack = &r->recipe->rack;
    if (r->words < 4 || strcmp(r->word[2], "=") != 0 || !vy_text_is_name(r->word[1]))
        return complain(r, VY_SYNTAX, "knob NAME = NODE.PARAM [NODE.PARAM ...] [\"help\"]");
    struct vy_knob *const knob =
        vy_doc_append(r->arena, (void **)&rack->knob, &rack->knobs, sizeof *knob, 64);
    if (!knob)
        return complain(r, VY_TOO_BIG, "over 64 knobs");
    vy_text_copy(knob->name, sizeof knob->name, r->word[1]);
    for (int w = 3; w < r->words; w++) {
        char *const dot = strchr(r->word[w], '.');
        if (w > 3 && (!dot || strchr(r->word[w], ' '))) {
            knob->text = vy_arena_text(r->arena, r->word[w]);
            continue;
        }
        if (!dot || knob->targets == 4)
            return complain(r, VY_SYNTAX, "a knob turns NODE.PARAM, at most 4");
        *dot = '\0';
        const int node = find_node(rack, r->word[w]);
        if (node < 0)
            return complain(r, VY_UNKNOWN_NAME, "no node '%s'", r->word[w]);
        const int param = find_param(rack->node[node].module, dot + 1);
        if (param < 0)
            return complain(r, VY_UNKNOWN_PARAM, "%s has no '%s'", r->word[w], dot + 1);
        knob->node[knob->targets] = (int16_t)node;
        knob->param[knob->targets++] = (int16_t)param;
    }
    if (knob->targets == 0)
        return complain(r, VY_SYNTAX, "the knob turns nothing");
    if (!knob->text)
        knob->text = rack->node[knob->node[0]].module->param[knob->param[0]].text;
    return VY_OK;
}

static vy_status read_line(struct reader *r)
{
    static const struct {
        const char *verb;
        vy_status (*read)(struct reader *);
    } verbs[] = {{"create", read_create}, {"patch", read_patch}, {"knob", read_knob}};
    const vy_status status = split(r);
    if (status || r->words == 0)
        return status;
    if (strcmp(r->word[0], "recipe") == 0)
        return read_head(r);
    if (!r->recipe->name[0])
        return complain(r, VY_SYNTAX, "the first line is: recipe NAME \"what it is\"");
    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        if (strcmp(r->word[0], verbs[i].verb) == 0)
            return verbs[i].read(r);
    return complain(r, VY_UNKNOWN_VERB, "a recipe has no '%s'", r->word[0]);
}

vy_status vy_recipe_read(const struct vy_catalog *catalog, const char *text, size_t length,
                         const char *path, struct vy_arena *arena, struct vy_recipe *recipe,
                         struct vy_err *err)
{
    *recipe = (struct vy_recipe){.path = vy_arena_text(arena, path)};
    struct reader r = {
        .catalog = catalog, .arena = arena, .recipe = recipe, .err = err, .path = path};
    for (size_t at = 0; at < length;) {
        size_t n = 0;
        while (at + n < length && text[at + n] != '\n')
            n++;
        r.line++;
        if (n >= sizeof r.text)
            return complain(&r, VY_TOO_BIG, "a line over %zu bytes", sizeof r.text - 1);
        if (memchr(text + at, '\0', n))
            return complain(&r, VY_SYNTAX, "a zero byte");
        memcpy(r.text, text + at, n);
        r.text[n] = '\0';
        const vy_status status = read_line(&r);
        if (status)
            return status;
        at += n + 1;
    }
    bool sounds = false;
    for (int c = 0; c < recipe->rack.cables; c++)
        sounds |= recipe->rack.cable[c].to < 0;
    if (!recipe->name[0] || !sounds)
        return complain(&r, VY_BAD_FILE, "a recipe needs a head and a cable to out");
    vy_text_copy(recipe->rack.recipe, sizeof recipe->rack.recipe, recipe->name);
    return VY_OK;
}
