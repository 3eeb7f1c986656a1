// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The ABI of a Veery module: everything a built-in or user-written module sees.
//
// A module is one `const struct vy_module`, last in its file. It declares ports and parameters in
// tables (help, schema and docs are generated from them) and processes ticks of exactly VY_TICK
// frames. Signals are lanes: every frame of a cable is an array of floats, padded to groups of
// eight, so that a chord, a stereo pair and a mono kick run through the same vector code.
//
// Two kinds of connection, no more:
//   inputs      audio-rate buffers, one value a frame and lane (notes arrive this way too:
//               ports flagged VY_PORT_NOTE and named freq, gate, trig or vel are connected to the
//               instrument's notes when nothing is patched into them)
//   parameters  knobs: one straight ramp a tick and lane; the engine smooths knob turns, adds
//               modulation cables and per-step locks, and clamps to the declared range
#ifndef VEERY_MODULE_H
#define VEERY_MODULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define VY_MODULE_ABI 2u ///< raised when anything in this file changes its layout
#define VY_TICK 64u      ///< frames a tick: the unit of all processing, whatever the device does
#define VY_GROUP 8u      ///< lanes in one vector
#define VY_MAX_LANES 64u ///< lanes of one cable: voices x channels

// Thread tags, read by people and by tools/check-rt. They expand to nothing for the compiler.
#define VY_RT   ///< audio thread: no heap, locks, syscalls or unbounded work
#define VY_MAIN ///< main thread (or any thread that owns the object and is not the audio thread)
#define VY_ANY  ///< any thread
#define VY_MUST_USE __attribute__((warn_unused_result))

/// Eight lanes of one frame.
typedef float vy_f8 __attribute__((vector_size(32)));
typedef int32_t vy_i8 __attribute__((vector_size(32)));
typedef uint32_t vy_u8 __attribute__((vector_size(32)));

/// How a knob travels from min to max.
enum vy_curve {
    VY_LIN,  ///< evenly; also gains in dB
    VY_EXP,  ///< evenly in octaves (frequencies, times); min must be > 0
    VY_INT,  ///< whole numbers
    VY_ENUM, ///< one of `choices`, as its index
    VY_BOOL, ///< off 0, on 1
};

/// One knob.
struct vy_param {
    const char *name;    ///< field's standard term, [a-z0-9_]+
    const char *unit;    ///< Hz s dB st cents deg bits beats, "" = plain number; times are in
                         ///< seconds and amounts 0..1 (the language converts 5ms and 30%)
    float min, max, def; ///< in that unit, min <= def <= max
    enum vy_curve curve;
    float smooth_ms;            ///< time a turn of the knob takes to arrive, 0 = one tick
    const char *const *choices; ///< VY_ENUM: NULL-terminated words, else NULL
    const char *text;           ///< one line of help
};

/// Flags of a port.
enum vy_port_flag {
    VY_PORT_NOTE = 1u,    ///< input: normalled to the instrument's notes by its name
    VY_PORT_CONTROL = 2u, ///< carries control values, not sound (documentation and routing)
};

/// One input or output.
struct vy_port {
    const char *name;
    uint32_t flags; ///< enum vy_port_flag
    const char *text;
};

/// Flags of a module.
enum vy_module_flag {
    VY_STEREO = 1u,   ///< runs once for the whole instrument: inputs are summed over voices and
                      ///< arrive as 1 voice x 2 channels; the output is that too
    VY_MIXES = 2u,    ///< inputs arrive in their own shape (see in_shape); the output is 1 x 2
    VY_WIDE = 4u,     ///< a source that makes two channels a voice (lane = voice * 2 + channel)
    VY_MONO = 8u,     ///< runs on one voice, one channel, whatever the instrument has
    VY_CONTROL = 16u, ///< its output is a control signal: as an instrument it is not sent to "out"
    VY_HIDDEN = 32u,  ///< placed by the engine, not offered to users
    VY_EFFECT = 64u,  ///< makes sense after another module: offered by `add EFFECT to NAME`
};

/// Lanes of a signal: lane = voice * chans + channel. groups = ceil(voices * chans / VY_GROUP).
struct vy_shape {
    uint16_t voices, chans, groups;
};

/// A sound file held in memory, planar. Owned by the host, read-only.
struct vy_sample {
    const float *chan[2]; ///< [frames] each; chan[1] == chan[0] for mono files
    uint32_t frames, chans;
    float sr_hz;
};

/// What an instance is made for. Borrowed during get_size and init only, except `sample`, which
/// lives as long as the instance.
struct vy_cfg {
    float sr_hz; ///< 8000..384000
    struct vy_shape
        shape; ///< lanes of this instance's outputs (and of its inputs, unless VY_MIXES)
    uint32_t in_lanes_max;          ///< VY_MIXES: the most groups any input may have
    uint64_t seed;                  ///< stable: same session and seed, same value
    const struct vy_sample *sample; ///< for modules with a `file`, else NULL
    void *host;
    /// A read-only table shared by all instances, made once by `build(table, arg)` on the main
    /// thread and kept as long as the host. 64-byte aligned. NULL when memory is out.
    const void *(*shared)(void *host, const char *key, size_t bytes,
                          void (*build)(void *table, const void *arg), const void *arg);
};

/// A parameter over one tick: value at frame n = v + n * dv. Stepped curves (VY_INT, VY_ENUM,
/// VY_BOOL) have dv = 0.
struct vy_ramp {
    vy_f8 v, dv;
};

/// Musical time at the first frame of a tick.
struct vy_time {
    uint64_t frame;         ///< frames since the engine started
    double beat;            ///< quarter notes since bar 1, < 0 never; stands still when stopped
    double beats_per_frame; ///< > 0 also when stopped (tempo-synced modules use it)
    bool playing;
    const vy_f8 *outside; ///< [VY_TICK] stereo sound from outside in lanes 0 and 1, NULL: none
};

/// One tick's worth of connections.
struct vy_io {
    const vy_f8 *const *in;             ///< [ins] -> [groups][VY_TICK], or NULL when not connected
    vy_f8 *const *out;                  ///< [outs] -> [groups][VY_TICK]; may alias no input
    const struct vy_ramp *const *param; ///< [params] -> [groups]
    const struct vy_shape *in_shape;    ///< [ins]: only interesting for VY_MIXES
    const struct vy_time *time;
    struct vy_shape shape;
    uint32_t in_steady; ///< bit p: input p holds one value a lane for the whole tick (a hint)
};

/// A module. get_size, init, deinit run on the main thread; reset and process on the audio thread.
struct vy_module {
    uint32_t abi;      ///< VY_MODULE_ABI
    const char *id;    ///< [a-z0-9_]+, stable for ever
    const char *name;  ///< shown to people
    const char *text;  ///< one line
    const char *words; ///< search words, space separated
    uint32_t flags;    ///< enum vy_module_flag
    const struct vy_port *in;
    const struct vy_port *out;
    const struct vy_param *param;
    uint16_t ins, outs, params;
    const char *file;        ///< name of its sound-file argument ("file", "ir"), NULL when none
    uint32_t latency_frames; ///< constant delay of the output, frames (at any rate)

    /// Bytes an instance needs, a multiple of 64.
    size_t (*get_size)(const struct vy_cfg *cfg);
    /// Prepare zeroed memory (64-byte aligned). 0 = fine, negative = see vy_status.
    int (*init)(void *mem, const struct vy_cfg *cfg);
    /// Back to the state right after init; bounded time.
    void (*reset)(void *mem);
    /// Make one tick. All outputs must be written fully.
    void (*process)(void *mem, const struct vy_io *io);
    /// Release what init took; NULL when nothing.
    void (*deinit)(void *mem);
    /// What a measuring module has to show (meter, scope): points *data at floats inside mem that
    /// stay valid, returns how many. NULL for most. Main thread, while no tick runs.
    uint32_t (*probe)(void *mem, const float **data);
    /// User modules: what is in the memory. When a new build says the same number and get_size too,
    /// the sound goes on where it was. 0 = begin anew at every reload (and in built-in modules).
    uint64_t layout;
};

/// For .layout: `reload` defines it as a number made of the text of the source's structs.
#ifndef VY_LAYOUT
#define VY_LAYOUT 0
#endif

/// The one thing a user module exports; defined in its source, without more words, as
/// const struct vy_module veery_module = {...}.
extern const struct vy_module veery_module __attribute__((visibility("default")));

/// Rows of a table and its length at once: VY_ROWS(ports) in a descriptor.
#define VY_COUNT(table) (uint16_t)(sizeof(table) / sizeof(*(table)))

/// Round up to the 64 bytes that instances are aligned to.
static inline size_t vy_align64(size_t bytes)
{
    return (bytes + 63u) & ~(size_t)63u;
}

/// Input buffer of a port for one group, NULL when not connected.
static inline const vy_f8 *vy_in(const struct vy_io *io, uint32_t port, uint32_t group)
{
    return io->in[port] ? io->in[port] + (size_t)group * VY_TICK : NULL;
}

/// Output buffer of a port for one group.
static inline vy_f8 *vy_out(const struct vy_io *io, uint32_t port, uint32_t group)
{
    return io->out[port] + (size_t)group * VY_TICK;
}

/// Ramp of a parameter for one group.
static inline struct vy_ramp vy_ramp_of(const struct vy_io *io, uint32_t param, uint32_t group)
{
    return io->param[param][group];
}

/// A parameter that is the same for all lanes (mode switches, VY_STEREO modules): lane 0.
static inline float vy_value(const struct vy_io *io, uint32_t param)
{
    return io->param[param][0].v[0];
}

/// The same at the end of the tick.
static inline float vy_value_end(const struct vy_io *io, uint32_t param)
{
    return io->param[param][0].v[0] + (float)VY_TICK * io->param[param][0].dv[0];
}

#ifdef __cplusplus
}
#endif

#endif
