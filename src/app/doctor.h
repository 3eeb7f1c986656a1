// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The checks of `veery doctor`: a table of questions about this machine, each answered in one
// sentence. They look and change nothing.
#ifndef VY_APP_DOCTOR_H
#define VY_APP_DOCTOR_H

#include "base/hardware.h"
#include "sound/patchbay.h"

#include <stdbool.h>

enum vy_doctor_level { VY_DOCTOR_OK, VY_DOCTOR_WARNING, VY_DOCTOR_FAILED };

/// What the checks look at; gathered once.
struct vy_doctor {
    struct vy_hardware hardware;
    struct vy_patchbay *bay; ///< NULL: no PipeWire daemon
    char bay_why[240];       ///< then, why
    const char *isa;         ///< instruction set of the audio code
};

/// An answer.
struct vy_finding {
    enum vy_doctor_level level;
    char detail[240]; ///< a plain sentence
};

struct vy_doctor_check {
    const char *name;
    bool needed; ///< false: it can at most warn
    void (*run)(const struct vy_doctor *doctor, struct vy_finding *finding);
    const char *help; ///< what to do when it is not ok
};

/// Check i, NULL after the last.
const struct vy_doctor_check *vy_doctor_check_at(size_t i);

#endif
