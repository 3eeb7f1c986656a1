// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The stages, a file each; for enhance.c only.
#ifndef VY_ENHANCE_STAGES_H
#define VY_ENHANCE_STAGES_H

#include "enhance/enhance.h"

extern const struct vy_mend_stage vy_mend_dc, vy_mend_hum, vy_mend_click, vy_mend_declip,
    vy_mend_denoise, vy_mend_tone, vy_mend_limit;

#endif
