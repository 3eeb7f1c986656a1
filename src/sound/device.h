// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sound devices behind one descriptor: PipeWire, PulseAudio, null and file.
//
// A device calls `block` on its own audio thread once a period with what came in and room for what
// goes out. It reconnects by itself when the server restarts or hardware is unplugged; meanwhile it
// goes on calling `block`, paced by a timer, so that the music does not stand still.
#ifndef VY_SOUND_DEVICE_H
#define VY_SOUND_DEVICE_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

#define VY_DEVICE_CHANS 2u

enum vy_device_state {
    VY_DEVICE_CLOSED,
    VY_DEVICE_RUNNING,
    VY_DEVICE_LOST, ///< paced by a timer until it is back
};

/// One period. Audio thread; buffers are borrowed for the call and planar, f32, full scale 1.
struct vy_device_block {
    const float *in[VY_DEVICE_CHANS]; ///< [frames]; silence where nothing is connected; mono inputs
                                      ///< arrive on both
    float *out[VY_DEVICE_CHANS];      ///< [frames] to be filled
    uint32_t frames;                  ///< 1..8192; may change from block to block
    uint32_t sr_hz;                   ///< as it is now; changes only when a server came back anew
    uint32_t skipped;                 ///< frames the device lost before this block (xrun)
};

/// What is wished for. Strings are borrowed during open only.
struct vy_device_want {
    const char *name;       ///< "auto", "pipewire[:NODE]", "pulse[:SINK]", "null", "file:PATH.wav"
    uint32_t sr_hz, period; ///< wishes, 0 = the device's own; PipeWire's graph may have its own
                            ///< mind: vy_device_facts_now says what came of them
    uint32_t ins;           ///< 0: none; 1 or 2: channels of sound from outside
    const char *source;     ///< input to connect, NULL = none is connected (never a microphone
                            ///< to speakers unless asked), "default", or a node's name
    const char *in_file;    ///< null and file: a WAV whose samples come in, or NULL
    double seconds;         ///< file: stop by itself (CLOSED) after so long, 0 = never
    const char *client;     ///< name shown to others, "Veery"
    /// PipeWire: NULL for an ordinary player; "Audio/Source" makes the output a virtual microphone
    /// named `client` that applications choose.
    const char *media_class;
    bool no_realtime; ///< do not ask for real-time priority
    void (*block)(void *arg, const struct vy_device_block *block); ///< audio thread
    void *arg;
};

/// What came of it. Text never changes while the state is running.
struct vy_device_facts_now {
    enum vy_device_state state;
    const char *backend;    ///< "pipewire", ...
    char name[128];         ///< of the sink it plays to
    uint32_t sr_hz, period; ///< as they are now
    uint32_t ins, outs;
    uint32_t latency;       ///< frames it adds besides one period, as far as it says
    uint32_t priority;      ///< real-time priority of the audio thread, 0 = none
    char priority_why[160]; ///< why there is none, and what to do about it; "" when there is
    uint64_t xruns;
};

struct vy_device;

/// Rows of `veery devices`.
struct vy_device_row {
    char name[160]; ///< as it is given to --device or --source
    char text[160]; ///< for people
    bool input, is_default;
    uint32_t chans, sr_hz; ///< 0 = unknown
};

/// One kind of device.
struct vy_device_backend {
    const char *name, *text;
    /// Open and start: `block` may be called before it returns. Main thread, like all but `block`.
    vy_status (*open)(const struct vy_device_want *want, struct vy_device **device,
                      struct vy_err *err);
    /// Call now and then (every 50 ms): reconnecting, following the default. May be NULL.
    void (*service)(struct vy_device *device);
    void (*facts)(struct vy_device *device, struct vy_device_facts_now *facts);
    void (*close)(struct vy_device *device); ///< `block` is not called any more when it returns
    /// Can it be used here? Fills `why` when not. Cheap: for auto and `veery doctor`.
    bool (*usable)(char *why, uint32_t size);
    /// Append rows. @return how many were written, at most `most`
    uint32_t (*list)(struct vy_device_row *row, uint32_t most);
};

/// Every device begins with this.
struct vy_device {
    const struct vy_device_backend *backend;
};

/// Backend i in order of preference (PipeWire, PulseAudio, null, file), NULL after the last.
const struct vy_device_backend *vy_device_backend_at(uint32_t i);

/// Open by name; "auto" takes the first usable one, null when there is nothing else.
/// @return VY_BAD_ARG with the nearest backend, VY_ABSENT with the reason, VY_IO
VY_MUST_CHECK vy_status vy_device_open(const struct vy_device_want *want, struct vy_device **device,
                                       struct vy_err *err);
void vy_device_close(struct vy_device *device);

/// Give the calling thread real-time priority: directly where RLIMIT_RTPRIO or root allows, else
/// through RealtimeKit or the desktop's portal, which may give less and limit the process to their
/// RLIMIT_RTTIME (200 ms without a pause). May take a second: not for a thread that makes sound
/// already. @return the priority, 0 with `why` filled
uint32_t vy_realtime_ask(uint32_t priority, char *why, uint32_t size);

#endif
