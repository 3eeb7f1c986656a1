// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// MIDI 1.0 bytes to events and back.
#include "sound/midi.h"

// How many data bytes follow a status.
static int data_bytes(uint8_t status)
{
    if (status < 0xF0)
        return (status & 0xF0) == 0xC0 || (status & 0xF0) == 0xD0 ? 1 : 2;
    return status == 0xF2 ? 2 : status == 0xF1 || status == 0xF3 ? 1 : 0;
}

static bool real_time(uint8_t byte, struct vy_midi_event *event)
{
    *event = (struct vy_midi_event){.kind = (enum vy_midi_kind)byte};
    return byte == VY_MIDI_CLOCK || byte == VY_MIDI_START || byte == VY_MIDI_CONTINUE ||
           byte == VY_MIDI_STOP || byte == VY_MIDI_RESET;
}

static bool complete(uint8_t status, uint8_t a, uint8_t b, struct vy_midi_event *event)
{
    *event = (struct vy_midi_event){.a = a, .b = b, .value = (uint16_t)(a | b << 7)};
    if (status >= 0xF0) {
        event->kind = VY_MIDI_SONG;
        return status == VY_MIDI_SONG;
    }
    event->kind = (enum vy_midi_kind)(status & 0xF0);
    event->chan = status & 0x0F;
    if (event->kind == VY_MIDI_NOTE_ON && b == 0)
        event->kind = VY_MIDI_NOTE_OFF;
    return true;
}

bool vy_midi_decode(struct vy_midi_decoder *decoder, uint8_t byte, struct vy_midi_event *event)
{
    if (byte >= 0xF8)
        return real_time(byte, event); // between any others, and changes nothing for them
    if (byte & 0x80) {
        decoder->sysex = byte == 0xF0;
        decoder->status = byte == 0xF0 || data_bytes(byte) == 0 ? 0 : byte;
        decoder->have = 0;
        return false;
    }
    if (decoder->sysex || decoder->status == 0)
        return false;
    if (decoder->have + 1 < data_bytes(decoder->status)) {
        decoder->first = byte;
        decoder->have = 1;
        return false;
    }
    const uint8_t status = decoder->status;
    const bool two = data_bytes(status) == 2;
    decoder->have = 0;
    if (status >= 0xF0)
        decoder->status = 0; // these do not run on
    return complete(status, two ? decoder->first : byte, two ? byte : 0, event);
}

size_t vy_midi_encode(const struct vy_midi_event *event, uint8_t to[3])
{
    const uint8_t kind = (uint8_t)event->kind;
    to[0] = kind < 0xF0 ? (uint8_t)(kind | (event->chan & 15)) : kind;
    to[1] = event->a & 127;
    to[2] = event->b & 127;
    if (event->kind == VY_MIDI_BEND || event->kind == VY_MIDI_SONG) {
        to[1] = event->value & 127;
        to[2] = event->value >> 7 & 127;
    }
    return 1 + (size_t)data_bytes(kind);
}
