// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The page of the reference about OSC, written from the tables of addresses.
#ifndef VY_SERVE_OSC_DOCS_H
#define VY_SERVE_OSC_DOCS_H

#include "base/status.h"

/// Write osc.md into a folder.
VY_MUST_CHECK vy_status vy_osc_docs_write(const char *folder, struct vy_err *err);

#endif
