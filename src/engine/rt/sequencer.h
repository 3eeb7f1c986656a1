// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// From patterns to voices, inside the audio thread: which hits fall into this tick, which voice
// takes each note, and what the note signals (freq, gate, trig, vel) look like frame by frame.
#ifndef VY_ENGINE_RT_SEQUENCER_H
#define VY_ENGINE_RT_SEQUENCER_H

#include "engine/pattern.h"
#include "engine/rt/clock.h"

#define VY_TICK_EVENTS 64u ///< events one unit takes in a tick; more are dropped and counted

/// A part of a unit, as the audio thread sees it.
struct vy_seq_part {
    const struct vy_pattern *pattern;
    double from, until; ///< beats: hits with from <= beat < until (before swing and nudge) sound
    double anchor;      ///< beat at which cycle 0 begins; before it cycles count -1, -2 ...
    double swing;       ///< 0..1
    uint64_t seed;      ///< of the unit: chance of hit i in cycle c is drawn from (seed, c, i)
};

/// A note begins. Off times are absolute frames, so that an edit of the pattern lets notes end.
struct vy_note_event {
    uint32_t frame; ///< 0..63 within the tick
    float hz;       ///< 0 = a hit without pitch
    float velocity;
    bool slide;
    uint64_t off_frame;       ///< absolute frame the gate closes
    const struct vy_hit *hit; ///< for locks
};

/// Hits of one part that fall into the tick [frame, frame + VY_TICK), in time order.
/// @param map_frame     position in the map of the tick's first frame; frame 0 is beat 0
/// @param engine_frame  absolute frame of the same moment; off_frame counts in these
/// @return events written, at most `most`
VY_RT uint32_t vy_seq_events(const struct vy_seq_part *part, const struct vy_tempo_map *map,
                             int64_t map_frame, uint64_t engine_frame, struct vy_note_event *event,
                             uint32_t most);

/// The same, and at frame 0 the notes that began before and still sound: for an engine that takes
/// over in the middle of the music.
VY_RT uint32_t vy_seq_chase(const struct vy_seq_part *part, const struct vy_tempo_map *map,
                            int64_t map_frame, uint64_t engine_frame, struct vy_note_event *event,
                            uint32_t most);

/// One voice.
struct vy_voice {
    bool held;
    uint64_t off_frame, age; ///< age: when it was last started, engine frame
    float hz, from_hz;       ///< goal and start of a glide
    float velocity;
    uint32_t glide_left, glide_frames;
    const struct vy_hit *hit; ///< compared only: its pattern may be gone after a plan swap
    bool legato;              ///< waits for the goal of its slide
    float now_hz;             ///< pitch of the last frame drawn
    uint8_t drawn;            ///< frames of this tick drawn so far
    bool moved;               ///< its buffers hold more than one value, or something happened
};

/// Voices of a unit and the buffers of its note signals. Host places it; voices 1..VY_MAX_LANES.
struct vy_notes {
    uint32_t voices, chans, groups;
    uint32_t next;    ///< round robin
    uint32_t dropped; ///< events that found no room, for the meters
    float glide_s, sr_hz;
    vy_f8 *freq, *gate, *trig, *vel; ///< [groups][VY_TICK], kept between ticks
    bool freq_steady, gate_steady, trig_steady, vel_steady; ///< of the tick just made
    uint32_t trig_groups; ///< bit g: a trigger stands in group g and must be taken back
    struct vy_voice voice[VY_MAX_LANES];
};

/// Bytes for a unit's voices and buffers.
VY_MAIN size_t vy_notes_size(uint32_t voices, uint32_t chans);

/// @param mem  vy_notes_size bytes, 64-byte aligned, zeroed
VY_MAIN struct vy_notes *vy_notes_init(void *mem, uint32_t voices, uint32_t chans, float sr_hz);

/// Fill the note signals of one tick. With one voice it is mono: a new note takes the voice over at
/// once (legato when `slide`); else the longest-free voice is taken, else the oldest is stolen.
/// Notes of a chord do not steal from each other: a mono instrument plays its lowest.
/// A slide keeps gate and velocity, gives no trig, and glides from the old pitch, which still
/// sounds at its first frame, over glide_s (0: at once). With nothing held it is an ordinary note.
/// freq and vel keep their values after a note ends. Signals stay untouched (and steady) when
/// nothing happens.
/// @param event   sorted by frame
/// @param locked  [voices] set to the hit that (re)started the voice in this tick, else NULL
VY_RT void vy_notes_tick(struct vy_notes *notes, uint64_t engine_frame,
                         const struct vy_note_event *event, uint32_t events,
                         const struct vy_hit **locked);

/// Close all gates at the start of the next tick.
VY_RT void vy_notes_release(struct vy_notes *notes);

#endif
