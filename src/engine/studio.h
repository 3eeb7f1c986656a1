// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Offline rendering: a document becomes sound, by the same plan and ticks as live.
#ifndef VY_ENGINE_STUDIO_H
#define VY_ENGINE_STUDIO_H

#include "engine/catalog.h"
#include "engine/document.h"

/// Something the engine reports while it runs.
struct vy_event {
    uint64_t frame;
    const char *what; ///< "muted", "dropped", "swapped", "timer"
    char text[120];
};

/// How to render.
struct vy_render {
    double sr_hz;     ///< 8000..192000
    uint32_t block;   ///< frames asked of the engine at once, 1..65536: never changes the result
    uint32_t threads; ///< 1 or 2: never changes the result
    double beat;      ///< where to start (0 = bar 1)
    double frames;    ///< how much; 0 = see beats
    double beats;     ///< how much in musical time, tempo changes on the way included; when this
                      ///< is 0 too: the whole piece (vy_studio_length) until it has rung out
    bool stems;       ///< also call `stem`
    /// A line whose time has come (timers). Returns the edited document, which the renderer now
    /// owns, or NULL to go on with the present one. May be NULL.
    struct vy_doc *(*line)(void *arg, const struct vy_doc *doc, const char *line,
                           const char *author);
    /// Interleaved stereo f32 of the master. Returns false to stop (disk full, Ctrl-C).
    bool (*block_done)(void *arg, const float *stereo, uint32_t frames);
    /// The same of one stem: unit name; stems sum to the master within 1e-6.
    bool (*stem_done)(void *arg, const char *unit, const float *stereo, uint32_t frames);
    void (*event)(void *arg, const struct vy_event *event);
    void *arg;
};

/// What a render saw.
struct vy_render_result {
    uint64_t frames;
    double bars, tempo;
    uint64_t plans, muted, dropped;
    size_t memory; ///< bytes of plans and instances at most
};

/// Render. The document is only read.
VY_MAIN VY_MUST_CHECK vy_status vy_studio_render(const struct vy_doc *doc,
                                                 const struct vy_catalog *catalog,
                                                 const struct vy_render *how,
                                                 struct vy_render_result *result,
                                                 struct vy_err *err);

/// Beats of the whole piece: the song, else up to the last timer and automation and one cycle of
/// the longest pattern more, at least 4 bars.
VY_MAIN double vy_studio_length(const struct vy_doc *doc);

/// What will sound: events of the next beats in time order, for `peek`.
struct vy_peek {
    const char *unit;
    double beat; ///< where it falls, swing included
    double note; ///< MIDI number, < 0 for a hit
    float velocity;
    double length; ///< beats
};
/// @return number of events written to an array in `arena`
VY_MAIN uint32_t vy_studio_peek(const struct vy_doc *doc, double beat, double beats,
                                struct vy_arena *arena, const struct vy_peek **event);

#endif
