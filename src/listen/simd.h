// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hot loops of the ears: VY_SIMD and VY_SUM_LANES, which the store has too.
#ifndef VY_LISTEN_SIMD_H
#define VY_LISTEN_SIMD_H

#include "base/simd.h"

#endif
