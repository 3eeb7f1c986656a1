// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A live studio without processes and sound, for tests of the faces: a session whose turns and
// notes are written down.
#ifndef VY_TESTS_FAKE_LIVE_H
#define VY_TESTS_FAKE_LIVE_H

#include "engine/edit.h"
#include "live/live.h"

#include <pthread.h>

struct fake_event {
    char what; ///< 't' turn, 'n' note
    char path[64], author[32];
    float hz, value;
    uint64_t frame, sent_ns;
};

struct vy_live {
    struct vy_session *session;
    struct vy_shared shared;
    pthread_mutex_t lock;
    char bound[256][64];
    uint64_t bound_ns[256];
    uint64_t slow_ns; ///< engines take so long to learn a path
    int binds;
    struct fake_event event[65536];
    _Atomic uint32_t events; ///< raised when one is complete
    double start_s;          ///< Unix time of frame 0
};

struct vy_live *fake_live_new(const struct vy_catalog *catalog);
void fake_live_destroy(struct vy_live *live);

#endif
