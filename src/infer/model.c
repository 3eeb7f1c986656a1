// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "infer/model.h"

#include "base/text.h"
#include "infer/ort.h"

#include <stdlib.h>
#include <string.h>

struct ports {
    struct vy_model_port port[VY_MODEL_PORTS];
    uint32_t n;
};

struct vy_model {
    const struct vy_ort *ort;
    OrtSession *session;
    OrtMetadata *metadata;
    struct ports in, out;
};

// The library's words become ours.
static vy_status check(const struct vy_ort *ort, OrtStatus *status, struct vy_err *err)
{
    if (!status)
        return VY_OK;
    vy_fail(err, VY_BAD_FILE, -1, "%.200s", ort->error_message(status));
    ort->release_status(status);
    return VY_BAD_FILE;
}

static vy_status read_tensor(const struct vy_ort *ort, const OrtTypeInfo *type,
                             struct vy_model_port *port, struct vy_err *err)
{
    const OrtTensorInfo *info = NULL;
    int element = 0;
    size_t dims = 0;
    vy_status status = check(ort, ort->as_tensor(type, &info), err);
    if (!status && !info)
        return vy_fail(err, VY_BAD_FILE, -1, "%.60s is no tensor", port->name);
    if (!status)
        status = check(ort, ort->element_type(info, &element), err);
    if (!status && element != ORT_FLOAT)
        return vy_fail(err, VY_BAD_FILE, -1, "%.60s is not of 32-bit floats", port->name);
    if (!status)
        status = check(ort, ort->count_dims(info, &dims), err);
    if (!status && dims > VY_TENSOR_DIMS)
        return vy_fail(err, VY_BAD_FILE, -1, "%.60s has %zu dimensions, at most %d", port->name,
                       dims, VY_TENSOR_DIMS);
    port->dims = (uint32_t)dims;
    return status ? status : check(ort, ort->dims(info, port->dim, dims), err);
}

static vy_status read_port(struct vy_model *m, bool in, size_t i, struct vy_err *err)
{
    const struct vy_ort *const ort = m->ort;
    struct ports *const ports = in ? &m->in : &m->out;
    struct vy_model_port *const port = &ports->port[ports->n];
    char *name = NULL;
    OrtTypeInfo *type = NULL;
    vy_status status = check(ort,
                             in ? ort->input_name(m->session, i, ort->allocator, &name)
                                : ort->output_name(m->session, i, ort->allocator, &name),
                             err);
    if (status)
        return status;
    port->name = strdup(name);
    ort->release_status(ort->allocator_free(ort->allocator, name));
    if (!port->name)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    ports->n++;
    status = check(
        ort, in ? ort->input_type(m->session, i, &type) : ort->output_type(m->session, i, &type),
        err);
    if (!status)
        status = read_tensor(ort, type, port, err);
    if (type)
        ort->release_type(type);
    return status;
}

static vy_status read_ports(struct vy_model *m, bool in, struct vy_err *err)
{
    const struct vy_ort *const ort = m->ort;
    size_t n = 0;
    vy_status status = check(
        ort, in ? ort->count_inputs(m->session, &n) : ort->count_outputs(m->session, &n), err);
    if (!status && n > VY_MODEL_PORTS)
        status = vy_fail(err, VY_BAD_FILE, -1, "it has %zu %s, at most %d", n,
                         in ? "inputs" : "outputs", VY_MODEL_PORTS);
    for (size_t i = 0; i < n && !status; i++)
        status = read_port(m, in, i, err);
    return status;
}

// A run stays on the thread that asks for it: no pool of threads, nobody spins.
static vy_status open_session(struct vy_model *m, const void *bytes, size_t n, struct vy_err *err)
{
    const struct vy_ort *const ort = m->ort;
    OrtSessionOptions *options = NULL;
    vy_status status = check(ort, ort->create_options(&options), err);
    if (status)
        return status;
    status = check(ort, ort->set_optimizations(options, ORT_ALL_OPTIMIZATIONS), err);
    if (!status)
        status = check(ort, ort->set_threads_in_a_node(options, 1), err);
    if (!status)
        status = check(ort, ort->set_threads_of_nodes(options, 1), err);
    if (!status)
        status = check(ort, ort->create_session(ort->env, bytes, n, options, &m->session), err);
    ort->release_options(options);
    if (!status)
        status = check(ort, ort->metadata(m->session, &m->metadata), err);
    return status;
}

vy_status vy_model_open(const char *path, size_t most, struct vy_model **model, struct vy_err *err)
{
    char *bytes = NULL;
    size_t n = 0;
    *model = NULL;
    struct vy_model *const m = calloc(1, sizeof *m);
    if (!m)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = vy_ort_open(&m->ort, err);
    if (!status)
        status = vy_file_read(path, most, &bytes, &n, err);
    struct vy_err reason = {.at = -1};
    if (!status) {
        status = open_session(m, bytes, n, &reason);
        if (!status)
            status = read_ports(m, true, &reason);
        if (!status)
            status = read_ports(m, false, &reason);
        if (status)
            vy_fail(err, status, -1, "%.100s is no model that can be used: %.110s", path,
                    reason.message);
    }
    free(bytes);
    if (status)
        vy_model_close(m);
    else
        *model = m;
    return status;
}

void vy_model_close(struct vy_model *m)
{
    if (!m)
        return;
    for (uint32_t i = 0; i < m->in.n; i++)
        free((char *)m->in.port[i].name);
    for (uint32_t i = 0; i < m->out.n; i++)
        free((char *)m->out.port[i].name);
    if (m->metadata)
        m->ort->release_metadata(m->metadata);
    if (m->session)
        m->ort->release_session(m->session);
    free(m);
}

static const struct vy_model_port *find(const struct ports *ports, const char *name)
{
    for (uint32_t i = 0; i < ports->n; i++)
        if (strcmp(ports->port[i].name, name) == 0)
            return &ports->port[i];
    return NULL;
}

const struct vy_model_port *vy_model_input(const struct vy_model *model, const char *name)
{
    return find(&model->in, name);
}

const struct vy_model_port *vy_model_output(const struct vy_model *model, const char *name)
{
    return find(&model->out, name);
}

uint32_t vy_model_inputs(const struct vy_model *model)
{
    return model->in.n;
}

char *vy_model_text(const struct vy_model *model, const char *key)
{
    const struct vy_ort *const ort = model->ort;
    char *value = NULL;
    OrtStatus *const status = ort->metadata_value(model->metadata, ort->allocator, key, &value);
    if (status)
        ort->release_status(status);
    if (!value)
        return NULL;
    char *const text = strdup(value);
    ort->release_status(ort->allocator_free(ort->allocator, value));
    return text;
}

static vy_status wrap(const struct vy_ort *ort, const struct vy_model_in *in, OrtValue **value,
                      struct vy_err *err)
{
    size_t n = 1;
    for (uint32_t d = 0; d < in->dims; d++)
        n *= (size_t)in->dim[d];
    void *const data = (void *)(uintptr_t)in->value; // the library only reads its inputs
    return check(ort,
                 ort->create_tensor(ort->memory, data, n * sizeof(float), in->dim, in->dims,
                                    ORT_FLOAT, value),
                 err);
}

static vy_status copy_out(const struct vy_ort *ort, OrtValue *value, const char *name, float *into,
                          size_t n, struct vy_err *err)
{
    OrtTensorInfo *info = NULL;
    size_t count = 0;
    int element = 0;
    void *data = NULL;
    vy_status status = check(ort, ort->tensor_info(value, &info), err);
    if (status)
        return status;
    status = check(ort, ort->count_elements(info, &count), err);
    if (!status)
        status = check(ort, ort->element_type(info, &element), err);
    ort->release_tensor_info(info);
    if (!status && (count != n || element != ORT_FLOAT))
        status = vy_fail(err, VY_BAD_FILE, -1, "%.60s came out with %zu numbers instead of %zu",
                         name, count, n);
    if (!status)
        status = check(ort, ort->tensor_data(value, &data), err);
    if (!status)
        memcpy(into, data, n * sizeof *into);
    return status;
}

vy_status vy_model_run(const struct vy_model *model, const struct vy_model_in *in, uint32_t ins,
                       const char *out, float *into, size_t n, struct vy_err *err)
{
    const struct vy_ort *const ort = model->ort;
    OrtValue *value[VY_MODEL_PORTS] = {0}, *answer = NULL;
    const char *name[VY_MODEL_PORTS];
    vy_status status = ins <= VY_MODEL_PORTS ? VY_OK : vy_fail(err, VY_TOO_BIG, -1, "inputs");
    for (uint32_t i = 0; i < ins && !status; i++) {
        name[i] = in[i].name;
        status = wrap(ort, &in[i], &value[i], err);
    }
    if (!status)
        status = check(ort,
                       ort->run(model->session, NULL, name, (const OrtValue *const *)value, ins,
                                &out, 1, &answer),
                       err);
    if (!status)
        status = copy_out(ort, answer, out, into, n, err);
    if (answer)
        ort->release_value(answer);
    for (uint32_t i = 0; i < ins && i < VY_MODEL_PORTS; i++)
        if (value[i])
            ort->release_value(value[i]);
    return status;
}
