// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Loading a user module and judging its descriptor, before anything in it runs.
#include "engine/user_module.h"

#include <dlfcn.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MOST_INS VY_PLAN_PORTS
#define MOST_OUTS 32u
#define MOST_PARAMS 64u
#define MOST_CHOICES 64
#define MOST_LATENCY 8192u

struct judge {
    const struct vy_module *module;
    const char *name;
    struct vy_err *err;
};

__attribute__((format(printf, 2, 3))) static vy_status refuse(const struct judge *j,
                                                              const char *format, ...)
{
    char what[180];
    va_list args;
    va_start(args, format);
    vsnprintf(what, sizeof what, format, args);
    va_end(args);
    return vy_fail(j->err, VY_BAD_MODULE, -1, "%s: %s", j->name, what);
}

static bool is_id(const char *text)
{
    size_t n = 0;
    for (; text && text[n] && n < VY_NAME_SIZE; n++)
        if (!((text[n] >= 'a' && text[n] <= 'z') || (text[n] >= '0' && text[n] <= '9') ||
              text[n] == '_'))
            return false;
    return n > 0 && n < VY_NAME_SIZE;
}

static vy_status judge_ports(const struct judge *j, const char *what, const struct vy_port *port,
                             int ports)
{
    if (ports && !port)
        return refuse(j, "there is no table of its %d %s", ports, what);
    for (int i = 0; i < ports; i++) {
        if (!is_id(port[i].name) || !port[i].text)
            return refuse(j, "port %d of %s needs a name of a-z 0-9 _ and a text", i, what);
        for (int k = 0; k < i; k++)
            if (strcmp(port[i].name, port[k].name) == 0)
                return refuse(j, "two ports of %s are called %s", what, port[i].name);
    }
    return VY_OK;
}

static vy_status judge_choices(const struct judge *j, const struct vy_param *row)
{
    int n = 0;
    while (row->choices && n <= MOST_CHOICES && row->choices[n])
        n++;
    if (n == 0 || n > MOST_CHOICES || row->min != 0.0f || row->max != (float)(n - 1))
        return refuse(j, "%s: choices are 0 to their number - 1, ended by NULL", row->name);
    return VY_OK;
}

static vy_status judge_param(const struct judge *j, const struct vy_param *row, int i)
{
    if (!is_id(row->name) || !row->unit || !row->text)
        return refuse(j, "parameter %d needs a name of a-z 0-9 _, a unit (\"\") and a text", i);
    for (int k = 0; k < i; k++)
        if (strcmp(row->name, j->module->param[k].name) == 0)
            return refuse(j, "two parameters are called %s", row->name);
    if (!isfinite(row->min) || !isfinite(row->max) || !(row->min <= row->def) ||
        !(row->def <= row->max))
        return refuse(j, "%s: min <= default <= max does not hold (%g, %g, %g)", row->name,
                      (double)row->min, (double)row->def, (double)row->max);
    if ((unsigned)row->curve > VY_BOOL)
        return refuse(j, "%s: there is no curve %d", row->name, (int)row->curve);
    if (row->curve == VY_EXP && !(row->min > 0))
        return refuse(j, "%s: with VY_EXP the minimum must be above 0", row->name);
    if (row->curve == VY_ENUM)
        return judge_choices(j, row);
    return VY_OK;
}

static vy_status judge_numbers(const struct judge *j)
{
    const struct vy_module *const m = j->module;
    if (m->ins > MOST_INS || m->outs > MOST_OUTS || m->params > MOST_PARAMS)
        return refuse(j, "%u inputs, %u outputs, %u parameters; the most are %u, %u, %u", m->ins,
                      m->outs, m->params, MOST_INS, MOST_OUTS, MOST_PARAMS);
    if (m->outs == 0)
        return refuse(j, "it has no output");
    if ((m->flags & VY_EFFECT) && m->ins == 0)
        return refuse(j, "an effect needs an input");
    if (m->flags & VY_HIDDEN)
        return refuse(j, "VY_HIDDEN is for the engine");
    if (m->latency_frames > MOST_LATENCY)
        return refuse(j, "it is %u frames late; the most is %u", m->latency_frames, MOST_LATENCY);
    if (m->params && !m->param)
        return refuse(j, "there is no table of its %u parameters", m->params);
    return VY_OK;
}

static vy_status judge(const struct judge *j, const struct vy_catalog *catalog)
{
    const struct vy_module *const m = j->module;
    if (m->abi != VY_MODULE_ABI)
        return refuse(j, "it is made for module ABI %u, this Veery has %u", m->abi, VY_MODULE_ABI);
    if (!is_id(m->id) || strcmp(m->id, j->name) != 0)
        return refuse(j, "its id must be \"%s\", as its file is called", j->name);
    const struct vy_module *const taken = vy_catalog_module(catalog, m->id);
    if (vy_kernels_module(catalog->kernels, m->id) || (taken && !vy_user_mark(catalog, taken)))
        return refuse(j, "a module of Veery has this name");
    if (!m->name || !m->text || !m->words)
        return refuse(j, "name, text and words must be there");
    if (!m->get_size || !m->init || !m->reset || !m->process)
        return refuse(j, "get_size, init, reset and process must be there");
    vy_status status = judge_numbers(j);
    if (!status)
        status = judge_ports(j, "in", m->in, m->ins);
    if (!status)
        status = judge_ports(j, "out", m->out, m->outs);
    for (int p = 0; !status && p < m->params; p++)
        status = judge_param(j, &m->param[p], p);
    return status;
}

vy_status vy_user_module_load(const struct vy_catalog *catalog, const char *path, const char *name,
                              struct vy_module *copy, struct vy_err *err)
{
    if (access(path, R_OK) != 0) // dlopen would find one that is mapped although it is gone
        return vy_fail(err, VY_BAD_MODULE, -1, "%s: %.120s: %s", name, path, strerror(errno));
    void *const object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        const char *const why = dlerror();
        return vy_fail(err, VY_BAD_MODULE, -1, "%s: %.200s", name, why ? why : path);
    }
    const struct vy_module *const found = dlsym(object, "veery_module");
    if (!found)
        return vy_fail(err, VY_BAD_MODULE, -1,
                       "%s: it has no `const struct vy_module veery_module`", name);
    // of another ABI only the first number may be looked at
    *copy = (struct vy_module){.abi = found->abi};
    if (found->abi == VY_MODULE_ABI)
        *copy = *found;
    const struct judge j = {copy, name, err};
    return judge(&j, catalog); // never dlclose: see user_module.h
}
