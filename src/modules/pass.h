// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The body of bus, input and output: stereo through one gain. They differ in what they say.
#ifndef VY_MODULES_PASS_H
#define VY_MODULES_PASS_H

#include "dsp/pass.h"
#include "veery/module.h"

static const struct vy_port pass_outputs[] = {{"out", 0, "stereo sound"}};
static const struct vy_param pass_params[] = {
    {"gain", "dB", -60, 24, 0, VY_LIN, 10, NULL, "level; -60 is silence"},
};

static inline size_t pass_get_size(const struct vy_cfg *cfg)
{
    (void)cfg;
    return 64;
}

static inline int pass_init(void *mem, const struct vy_cfg *cfg)
{
    (void)mem;
    (void)cfg;
    return 0;
}

static inline void pass_reset(void *mem)
{
    (void)mem;
}

static inline void pass_process(void *mem, const struct vy_io *io)
{
    (void)mem;
    vy_stereo_pass(vy_in(io, 0, 0), vy_ramp_of(io, 0, 0), vy_out(io, 0, 0));
}

#endif
