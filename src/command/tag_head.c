// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/tag_head.h"

#include "base/program.h"
#include "base/text.h"
#include "infer/model.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FILE_MOST (16u << 20) // bytes
#define FACTS_MOST 64
#define NAME_MOST 47 // bytes of a tag
#define OWN "models/styles-1.onnx"

static struct head {
    struct vy_model *model; ///< NULL = nobody is asked
    char why[240];          ///< then: the reason
    char name[64];
    char *names; ///< the tags, one behind the other; owned
    const char *tag[VY_TAG_HEAD_MOST];
    uint32_t tags;
    size_t fact[FACTS_MOST]; ///< offsets of the facts it hears
    uint32_t facts;
} head = {.why = "nobody is asked here; `veery analyze` and workers ask"};

// ---- opening ------------------------------------------------------------------------------------

static vy_status bad(struct vy_err *err, const char *what)
{
    return vy_fail(err, VY_BAD_FILE, -1, "it is no %s: %s", VY_TAG_HEAD_FORM, what);
}

static bool is_tag(const char *name)
{
    const size_t n = strlen(name);
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)name[i] < ' ' || (unsigned char)name[i] > '~')
            return false;
    return n > 0 && n <= NAME_MOST;
}

static vy_status read_tags(struct vy_err *err)
{
    head.names = vy_model_text(head.model, "veery.tags");
    if (!head.names)
        return bad(err, "veery.tags is missing");
    char *rest;
    for (char *name = strtok_r(head.names, "\n", &rest); name; name = strtok_r(NULL, "\n", &rest)) {
        if (head.tags == VY_TAG_HEAD_MOST)
            return bad(err, "it has more than 256 tags");
        if (!is_tag(name))
            return bad(err, "a tag is 1 to 47 letters of ASCII");
        head.tag[head.tags++] = name;
    }
    return head.tags ? VY_OK : bad(err, "it has no tags");
}

static bool add_fact(const char *name)
{
    size_t offset;
    const char *known;
    for (size_t i = 0; (known = vy_kind_fact_at(i, &offset)); i++)
        if (strcmp(known, name) == 0 && head.facts < FACTS_MOST) {
            head.fact[head.facts++] = offset;
            return true;
        }
    return false;
}

static vy_status read_facts(struct vy_err *err)
{
    char *const text = vy_model_text(head.model, "veery.facts");
    vy_status status = VY_OK;
    char *rest, *name = text ? strtok_r(text, " \n", &rest) : NULL;
    for (; !status && name; name = strtok_r(NULL, " \n", &rest))
        if (!add_fact(name))
            status =
                vy_fail(err, VY_BAD_FILE, -1, "it wants a fact %.60s that is not measured", name);
    free(text);
    return status;
}

static bool has_shape(const struct vy_model_port *port, uint32_t n)
{
    return port && port->dims == 2 && (port->dim[0] == 1 || port->dim[0] == -1) &&
           port->dim[1] == (int64_t)n;
}

static bool note_is(const char *key, const char *value)
{
    char *const text = vy_model_text(head.model, key);
    const bool same = text && strcmp(text, value) == 0;
    free(text);
    return same;
}

static vy_status ask(const float *embed, const float *fact, float *sure, struct vy_err *err)
{
    const struct vy_model_in in[] = {
        {.name = "embed", .value = embed, .dim = {1, VY_EMBED_DIM}, .dims = 2},
        {.name = "facts", .value = fact, .dim = {1, head.facts}, .dims = 2}};
    return vy_model_run(head.model, in, 1 + (head.facts > 0), "tags", sure, head.tags, err);
}

// A sound of which nothing is known must have an answer too.
static vy_status try_out(struct vy_err *err)
{
    float embed[VY_EMBED_DIM] = {0}, fact[FACTS_MOST], sure[VY_TAG_HEAD_MOST];
    for (uint32_t i = 0; i < head.facts; i++)
        fact[i] = NAN;
    const vy_status status = ask(embed, fact, sure, err);
    for (uint32_t i = 0; !status && i < head.tags; i++)
        if (!(sure[i] >= 0 && sure[i] <= 1))
            return bad(err, "without facts (NaN) its tags are not 0..1");
    return status;
}

static vy_status read_model(const char *file, struct vy_err *err)
{
    if (!note_is("veery.form", VY_TAG_HEAD_FORM))
        return bad(err, "veery.form is not that");
    if (!note_is("veery.embed", VY_EMBED_NAME))
        return bad(err, "it was not made for the vectors of " VY_EMBED_NAME);
    vy_status status = read_tags(err);
    if (!status)
        status = read_facts(err);
    if (status)
        return status;
    if (!has_shape(vy_model_input(head.model, "embed"), VY_EMBED_DIM))
        return bad(err, "its input embed is not [1, 128]");
    if (head.facts && !has_shape(vy_model_input(head.model, "facts"), head.facts))
        return bad(err, "its input facts is not [1, as many as veery.facts]");
    if (vy_model_inputs(head.model) != 1 + (head.facts > 0))
        return bad(err, "it wants other inputs than embed and facts");
    if (!has_shape(vy_model_output(head.model, "tags"), head.tags))
        return bad(err, "its output tags is not [1, as many as veery.tags]");
    const char *const slash = strrchr(file, '/'), *const name = slash ? slash + 1 : file;
    snprintf(head.name, sizeof head.name, "%.*s", (int)strcspn(name, "."), name);
    return try_out(err);
}

void vy_tag_head_close(void)
{
    vy_model_close(head.model);
    free(head.names);
    head = (struct head){.why = "nobody is asked"};
}

vy_status vy_tag_head_use(const char *file, struct vy_err *err)
{
    char own[4300];
    struct vy_err reason = {.at = -1};
    vy_tag_head_close();
    if (strcmp(file, "none") == 0)
        return VY_OK;
    if (!*file)
        (void)vy_program_share(OWN, own, sizeof own);
    const char *const path = *file ? file : own;
    vy_status status = vy_model_open(path, FILE_MOST, &head.model, &reason);
    if (!status && (status = read_model(path, &reason))) {
        struct vy_err inner = reason;
        vy_fail(&reason, status, -1, "%.100s: %.120s", path, inner.message);
    }
    if (!status)
        return VY_OK;
    vy_tag_head_close();
    vy_text_copy(head.why, sizeof head.why, reason.message);
    return *file ? vy_fail(err, status, -1, "%s", reason.message) : VY_OK;
}

const char *vy_tag_head_name(const char **why)
{
    *why = head.model ? NULL : head.why;
    return head.model ? head.name : NULL;
}

// ---- hearing ------------------------------------------------------------------------------------

void vy_tag_head_hear(const struct vy_kind_facts *facts, const struct vy_embedding *embedding,
                      struct vy_tags *tags)
{
    if (!head.model || !(embedding->heard_s > 0))
        return;
    float fact[FACTS_MOST], sure[VY_TAG_HEAD_MOST];
    for (uint32_t i = 0; i < head.facts; i++)
        memcpy(&fact[i], (const char *)facts + head.fact[i], sizeof *fact);
    if (ask(embedding->v, fact, sure, NULL)) // it was tried out: memory is out
        return;
    char reason[96];
    snprintf(reason, sizeof reason, "heard by the tag head %s", head.name);
    for (uint32_t i = 0; i < head.tags; i++)
        if (isfinite(sure[i]))
            vy_tags_add(tags, head.tag[i], fminf(sure[i], 1), reason);
}
