// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// MIDI: a decoder of bytes, and one port in and one out: of the ALSA sequencer, or a FIFO or device
// that carries raw bytes.
#ifndef VY_SOUND_MIDI_H
#define VY_SOUND_MIDI_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vy_midi_kind {
    VY_MIDI_NOTE_OFF = 0x80, ///< a note, b release velocity; also note on with velocity 0
    VY_MIDI_NOTE_ON = 0x90,  ///< a note, b velocity 1..127
    VY_MIDI_TOUCH = 0xA0,    ///< a note, b pressure
    VY_MIDI_CONTROL = 0xB0,  ///< a controller 0..127, b value
    VY_MIDI_PROGRAM = 0xC0,  ///< a program
    VY_MIDI_PRESSURE = 0xD0, ///< a pressure
    VY_MIDI_BEND = 0xE0,     ///< value 0..16383, 8192 in the middle
    VY_MIDI_SONG = 0xF2,     ///< value: sixteenths since the beginning
    VY_MIDI_CLOCK = 0xF8,
    VY_MIDI_START = 0xFA,
    VY_MIDI_CONTINUE = 0xFB,
    VY_MIDI_STOP = 0xFC,
    VY_MIDI_RESET = 0xFF,
};

struct vy_midi_event {
    enum vy_midi_kind kind;
    uint8_t chan;   ///< 0..15
    uint8_t a, b;   ///< 0..127
    uint16_t value; ///< BEND and SONG
};

/// Zero-initialise.
struct vy_midi_decoder {
    uint8_t status, have, first;
    bool sysex;
};

/// One byte more. Running status, real-time bytes between others and system exclusive are known;
/// whatever makes no sense is passed over.
/// @return true: *event is filled
bool vy_midi_decode(struct vy_midi_decoder *decoder, uint8_t byte, struct vy_midi_event *event);

/// @return bytes written, 1..3
size_t vy_midi_encode(const struct vy_midi_event *event, uint8_t to[3]);

struct vy_midi;

struct vy_midi_how {
    const char *client; ///< name of the client and its ports, NULL = "Veery"
    /// NULL: the ALSA sequencer. Else "IN" or "IN,OUT": paths of FIFOs or devices with raw bytes;
    /// a device given alone is written to as well, a FIFO is not.
    const char *raw;
    /// What came in, with the CLOCK_MONOTONIC moment. On the port's own thread; may not block.
    void (*event)(void *arg, const struct vy_midi_event *event, uint64_t ns);
    void *arg;
};

/// Open and start to listen. @return VY_ABSENT with the reason, VY_NOT_FOUND, VY_IO
VY_MUST_CHECK vy_status vy_midi_open(const struct vy_midi_how *how, struct vy_midi **midi,
                                     struct vy_err *err);
/// NULL is fine.
void vy_midi_close(struct vy_midi *midi);

/// Send at once. Any thread. @return false: there is no way out, or it is full
bool vy_midi_send(struct vy_midi *midi, const struct vy_midi_event *event);

/// "ALSA sequencer 128:0 in, 128:1 out" or the paths.
const char *vy_midi_name(const struct vy_midi *midi);
bool vy_midi_has_out(const struct vy_midi *midi);

/// Real-time priority of the listening thread, 0 = none.
int vy_midi_priority(const struct vy_midi *midi);

#endif
