// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the test may ask the double of a studio.
#ifndef VY_TESTS_FAKE_LIVE_SOCKET_H
#define VY_TESTS_FAKE_LIVE_SOCKET_H

#include "live/live.h"

/// The number that was set last.
uint32_t fake_live_clients(const struct vy_live *live);

#endif
