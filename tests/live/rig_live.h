// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A live studio for tests: opened on a file device, told lines, and its sound read back.
#ifndef RIG_LIVE_H
#define RIG_LIVE_H

#include "live/live.h"

struct live_rig {
    struct vy_catalog catalog;
    struct vy_live *live;
    char folder[64], wav[96];
    // what was said
    vy_status status;
    char reply[512];
    json_t *result; ///< of the last reply
    json_t *events; ///< all so far
    // what was heard, after rig_end
    float (*heard)[2];
    uint32_t frames;
};

/// Open on file:..., 48 kHz. in_file may be NULL.
void rig_open(struct live_rig *rig, uint32_t period, const char *in_file);

/// Say a line; fails the test when it is refused, unless `status` is expected.
void rig_say(struct live_rig *rig, const char *line);
vy_status rig_try(struct live_rig *rig, const char *line);

/// Let time pass.
void rig_run(struct live_rig *rig, double seconds);

/// Until a condition on the shared memory holds; fails the test after `seconds`.
void rig_until_spare(struct live_rig *rig, double seconds);

/// Process number of the engine that plays (or waits).
int rig_engine(const struct live_rig *rig, bool spare);

/// How many events of this kind there were.
int rig_count(const struct live_rig *rig, const char *event);

/// From now on watch how long this machine stands still: a bare real-time loop on every processor.
/// rig_stall_end says the longest stall in ms.
void rig_stall_begin(void);
double rig_stall_end(void);

/// Close the studio and read what was heard.
void rig_end(struct live_rig *rig);
void rig_free(struct live_rig *rig);

/// Largest step between neighbouring samples of [from, to).
float rig_step(const struct live_rig *rig, uint32_t from, uint32_t to);

/// A sine of `hz` and amplitude `level` sounds all the time: the longest stretch of [from, to) in
/// frames where it is not there (its momentary amplitude off by more than 2 %).
uint32_t rig_gap(const struct live_rig *rig, double hz, float level, uint32_t from, uint32_t to);

/// A sine of RIG_HZ that always sounds, from here on.
#define RIG_HZ 220.0
void rig_play_sine(struct live_rig *rig);

/// Its level in [from, to), and the first frame from which on it is simply there.
float rig_level(const struct live_rig *rig, uint32_t from, uint32_t to);
uint32_t rig_begin(const struct live_rig *rig);

/// After rig_end, since rig_stall_begin: no fade longer than that, beyond what the machine itself
/// stood still, and no step.
#define RIG_FADE_MS 10.0f
void rig_check_sine(const struct live_rig *rig, float most_fade_ms);

#endif
