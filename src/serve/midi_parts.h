// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the files of the MIDI face share: midi_face.c plays, midi_words.c is told what to play.
#ifndef VY_SERVE_MIDI_PARTS_H
#define VY_SERVE_MIDI_PARTS_H

#include "engine/edit.h"
#include "serve/midi_clock.h"
#include "serve/midi_face.h"
#include "serve/midi_notes.h"

#include <pthread.h>

#define VY_MIDI_CHANS 16
#define VY_MIDI_KEYS 128
#define VY_MIDI_LEARNED 128
#define VY_MIDI_JOBS 256
#define VY_MIDI_FROM_BEND 128 // numbers of what is no controller
#define VY_MIDI_FROM_PRESSURE 129

struct vy_midi_learned {
    char path[VY_NAME_SIZE * 4];
    int number; ///< 0..129, -1 = waits for a move
    int chan;   ///< 0..15
    float min, max;
    enum vy_curve curve;
    float value;
    bool moved; ///< for the main thread: the engines did not take it
};

// For the main thread.
struct vy_midi_job {
    enum {
        VY_MIDI_DO_NOTE,
        VY_MIDI_DO_PLAY,
        VY_MIDI_DO_START,
        VY_MIDI_DO_STOP,
        VY_MIDI_DO_SEEK,
        VY_MIDI_DO_TEMPO
    } kind;
    char unit[VY_NAME_SIZE];
    float hz, velocity;
    double value;     ///< beats or BPM
    uint64_t give_up; ///< CLOCK_MONOTONIC, of a note
};

struct vy_midi_key {
    char unit[VY_NAME_SIZE]; ///< that holds it, "" = nobody
    bool let_go;             ///< only the pedal holds it
};

struct vy_midi_face {
    struct vy_live *live;
    struct vy_midi *midi;
    struct vy_clock_sender *sender;
    struct vy_notes_sender *notes_out;
    bool clock_in;
    struct vy_stage stage;        ///< the studio's, and what MIDI adds to it
    const struct vy_stage *below; ///< the studio's
    int wake;
    pthread_mutex_t lock; ///< everything below
    char armed[VY_MIDI_CHANS][VY_NAME_SIZE];
    struct vy_midi_key key[VY_MIDI_CHANS][VY_MIDI_KEYS];
    bool pedal[VY_MIDI_CHANS];
    struct vy_midi_learned learned[VY_MIDI_LEARNED];
    int learns;
    struct vy_midi_job job[VY_MIDI_JOBS];
    uint32_t jobs;
    uint64_t events, notes, lost;
    struct vy_clock_meter meter;
    double bpm; ///< that was set last
};

/// Give the session's stage the verbs of MIDI.
VY_MAIN void vy_midi_join_stage(struct vy_midi_face *face);

#endif
