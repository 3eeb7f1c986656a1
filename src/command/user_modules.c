// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Modules of one's own: generate_module and reload.
#include "command/user_modules.h"

#include "command/handlers.h"
#include "command/stage.h"

#include <stdlib.h>

#define MOST_DIAGNOSTICS 100u

vy_status vy_do_generate_module(struct vy_call *call, struct vy_err *err)
{
    const char *const name = call->args->value[0].text;
    char path[VY_USER_PATH];
    const vy_status status = vy_user_module_template(call->catalog, name, path, err);
    if (status)
        return status;
    vy_buf_add(call->text, "wrote %s; edit it, then: reload %s", path, name);
    json_object_set_new(call->result, "module", json_string(name));
    json_object_set_new(call->result, "file", json_string(path));
    return VY_OK;
}

// Compilers quote the source, which need not be UTF-8; jansson takes nothing else.
static json_t *text_json(const char *text, size_t length)
{
    json_t *const exact = json_stringn(text, length);
    char plain[400];
    size_t n = 0;
    for (; !exact && n < length && n < sizeof plain; n++)
        plain[n] = (unsigned char)text[n] < 0x80 ? text[n] : '?';
    return exact ? exact : json_stringn(plain, n);
}

static json_t *diagnostics_json(const char *output)
{
    json_t *const list = json_array();
    struct vy_diagnostic d;
    while (json_array_size(list) < MOST_DIAGNOSTICS && vy_user_diagnostic(&output, &d)) {
        json_t *const one = json_object();
        json_object_set_new(one, "file", text_json(d.file, d.file_length));
        json_object_set_new(one, "line", json_integer(d.line));
        json_object_set_new(one, "column", json_integer(d.column));
        json_object_set_new(one, "kind", text_json(d.kind, d.kind_length));
        json_object_set_new(one, "message", text_json(d.message, d.message_length));
        json_array_append_new(list, one);
    }
    return list;
}

void vy_diagnostics_write(const json_t *diagnostics, struct vy_buf *buf)
{
    size_t i;
    const json_t *d;
    json_array_foreach(diagnostics, i, d)
    {
        const json_int_t line = json_integer_value(json_object_get(d, "line"));
        vy_buf_add(buf, "\n  %s", json_string_value(json_object_get(d, "file")));
        if (line)
            vy_buf_add(buf, ":%d:%d: ", (int)line,
                       (int)json_integer_value(json_object_get(d, "column")));
        vy_buf_add(buf, "%s: %s", json_string_value(json_object_get(d, "kind")),
                   json_string_value(json_object_get(d, "message")));
    }
}

vy_status vy_user_reload_build(const struct vy_catalog *catalog, const char *name, char *path,
                               json_t *result, struct vy_err *err)
{
    struct vy_buf output = {0};
    if (vy_kernels_module(catalog->kernels, name))
        return vy_fail(err, VY_NAME_TAKEN, -1, "%s is built in; there is nothing to reload", name);
    vy_status status = vy_user_module_build(catalog, name, &output, path, err);
    json_object_set_new(result, "diagnostics", diagnostics_json(output.text ? output.text : ""));
    vy_buf_clear(&output);
    if (!status)
        status = vy_user_module_try(catalog, path, name, err);
    if (status)
        vy_user_module_sweep(name);
    return status;
}

static vy_status replace_everywhere(struct vy_session *session, const struct vy_module *was,
                                    const struct vy_module *now, uint32_t *nodes,
                                    struct vy_err *err)
{
    *nodes = 0;
    struct vy_doc *const doc = vy_doc_clone(session->doc);
    if (!doc || vy_doc_replace_module(doc, was, now, nodes)) {
        vy_doc_destroy(doc);
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    for (struct vy_transaction *t = session->transaction; t; t = t->next)
        if (vy_doc_replace_module(t->doc, was, now, NULL)) {
            vy_doc_destroy(doc);
            return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        }
    if (*nodes)
        vy_session_publish(session, doc);
    else
        vy_doc_destroy(doc);
    return VY_OK;
}

vy_status vy_user_reload_take(struct vy_session *session, const char *path, const char *name,
                              uint32_t mark, uint32_t *nodes, struct vy_err *err)
{
    const struct vy_module *was = NULL;
    *nodes = 0;
    const vy_status status = vy_catalog_user_add(session->catalog, path, name, mark, &was, err);
    if (status || !was)
        return status;
    return replace_everywhere(session, was, vy_catalog_user(session->catalog, name)->module, nodes,
                              err);
}

void vy_user_reload_say(const struct vy_catalog *catalog, const char *name, uint64_t before,
                        uint32_t nodes, struct vy_buf *text, json_t *result)
{
    const struct vy_user_module *const user = vy_catalog_user(catalog, name);
    const bool carries = before && user->module->layout == before;
    const json_t *const said = json_object_get(result, "diagnostics");
    vy_buf_add(text, "%s is in", name);
    if (nodes)
        vy_buf_add(text, " %u %s and %s", nodes, nodes == 1 ? "place" : "places",
                   carries ? "goes on with its state" : "begins anew");
    else
        vy_buf_add(text, " the catalog: describe %s", name);
    vy_diagnostics_write(said, text);
    json_object_set_new(result, "module", json_string(name));
    json_object_set_new(result, "file", json_string(user->path));
    json_object_set_new(result, "used", json_integer(nodes));
    json_object_set_new(result, "carries", json_boolean(carries));
}

static vy_status reload_here(struct vy_call *call, const char *name, struct vy_err *err)
{
    const struct vy_catalog *const catalog = call->catalog;
    const struct vy_user_module *const old = vy_catalog_user(catalog, name);
    const uint64_t before = old ? old->module->layout : 0;
    char path[VY_USER_PATH];
    uint32_t nodes = 0;
    vy_status status = vy_user_reload_build(catalog, name, path, call->result, err);
    if (!status)
        status = vy_user_reload_take(call->session, path, name, vy_user_mark_new(catalog, path),
                                     &nodes, err);
    if (!status)
        status = vy_user_module_keep(catalog, name, path, err);
    if (!status)
        vy_user_reload_say(catalog, name, before, nodes, call->text, call->result);
    return status;
}

vy_status vy_do_reload(struct vy_call *call, struct vy_err *err)
{
    const char *const name = call->args->value[0].text;
    const struct vy_stage *const stage = call->session->stage;
    if (stage && stage->reload)
        return stage->reload(stage->arg, name, call->text, call->result, err);
    return reload_here(call, name, err);
}
