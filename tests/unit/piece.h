// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A bench for the whole engine: documents written in a few words of its own (so that these tests do
// not depend on the language), rendered into memory or into a sink, stems and events kept.
#ifndef VY_TESTS_PIECE_H
#define VY_TESTS_PIECE_H

#include "engine/edit.h"
#include "engine/studio.h"

#define PIECE_STEMS 8

/// Sound files it knows: "impulse" (1 and then zeros), "sine" (262 Hz, one second, loops), "dc"
/// (all 1); "truncated" is BAD_FILE, the rest NOT_FOUND.
extern struct vy_catalog piece_catalog;

/// Group setup and teardown of cmocka.
int piece_open(void **state);
int piece_close(void **state);

/// The same with an empty folder of user modules, `piece_modules`, removed at the end.
extern char piece_modules[];
int piece_open_modules(void **state);
int piece_close_modules(void **state);

/// A document after some lines (NULL ends them), each one of
///   create NAME WHAT k=v...    bus NAME           remove NAME        add EFFECT NAME k=v...
///   drop EFFECT NAME           bypass NAME        set PATH VALUE     send NAME BUS AMOUNT
///   patch A B... [depth=D]     unpatch A B        tempo BPM          swing S
///   ramp PATH TO BARS [lin|exp]    (automation)   at BEAT EVERY LINE (timer)
///   sequence|melody|chords NAME k=v...: TEXT      mute NAME
/// A line that fails fails the running test.
struct vy_doc *piece_new(const char *const *line);
#define PIECE(...) piece_new((const char *const[]){__VA_ARGS__, NULL})

/// One more line; the status and err of the edit behind it.
vy_status piece_try(struct vy_doc *doc, const char *line, struct vy_err *err);
void piece_do(struct vy_doc *doc, const char *line);

/// What a render gave. Zero-initialise `how` fields to leave them: 48 kHz, 64 frames, 1 thread.
struct piece_take {
    float *x; ///< interleaved stereo
    size_t frames, room;
    struct piece_stem {
        char name[VY_NAME_SIZE];
        float *x;
        size_t frames, room;
    } stem[PIECE_STEMS];
    int stems;
    struct vy_event event[16];
    int events;
    struct vy_render_result result;
    /// When not NULL: gets the frames instead of x.
    void (*sink)(void *arg, const float *stereo, uint32_t frames);
    void *arg;
};

/// Render; timers' lines are piece lines. A failure fails the running test.
struct piece_take piece_render(const struct vy_doc *doc, double frames);
void piece_render_as(const struct vy_doc *doc, const struct vy_render *how,
                     struct piece_take *take);
void piece_drop(struct piece_take *take);

/// One channel as mono, caller frees. from + frames must lie inside.
float *piece_channel(const struct piece_take *take, int channel, size_t from, size_t frames);
const struct piece_stem *piece_stem(const struct piece_take *take, const char *name);

/// FNV-1a over the bits of the interleaved frames.
uint64_t piece_hash(const struct piece_take *take);

/// What is left of x when the best fitting sine near guess_hz and its direct part are taken out:
/// RMS of the rest, and of the sine when not NULL.
double piece_residue(const float *x, uint32_t frames, double guess_hz, double sr_hz, double *sine);

/// Print one figure of the table: what, value, limit.
void piece_figure(const char *what, double value, const char *limit);

#endif
