// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A live studio: one session, a guard process that owns the device, and two engine processes that
// shadow the session's document. This side edits, supervises and reports; it makes no sound itself,
// and the sound goes on while it is busy.
#ifndef VY_LIVE_LIVE_H
#define VY_LIVE_LIVE_H

#include "base/exchange.h"
#include "command/session.h"
#include "command/stage.h"

struct vy_live;

/// How to open. Strings are borrowed during vy_live_open only.
struct vy_live_how {
    const struct vy_catalog *catalog;
    const char *device;      ///< see sound/device.h; NULL = auto
    uint32_t sr_hz, period;  ///< 0 = the device's own
    const char *source;      ///< input to connect, NULL = none
    const char *in_file;     ///< null and file devices: a WAV that comes in
    const char *media_class; ///< see sound/device.h
    const char *client;      ///< name of our nodes, NULL = "Veery"
    double seconds;          ///< file device: its length, 0 = until the end
    double tap_seconds;      ///< how much of the past is kept, 1..30; 0 = 5
    bool survive;            ///< the sound goes on when this process is killed
    bool dry;                ///< without an engine the input goes through (microphones)
    uint64_t seed;
    /// Something happened: {"event":"edit","author":..,"line":..,"version":..}, "muted", "late",
    /// "failover", "failed", "engine", "device", "timer", "record", "say". Borrowed. May be NULL.
    void (*event)(void *arg, json_t *event);
    void *arg;
};

/// Start guard and engines and wait until sound runs (at most 10 s). On failure nothing stays.
VY_MAIN VY_MUST_CHECK vy_status vy_live_open(const struct vy_live_how *how, struct vy_live **live,
                                             struct vy_err *err);
/// Fade out, end all processes, free everything. NULL is fine.
VY_MAIN void vy_live_close(struct vy_live *live);

/// Poll this for reading; when it is readable, or every 10 ms, call vy_live_service.
VY_MAIN int vy_live_fd(const struct vy_live *live);
VY_MAIN void vy_live_service(struct vy_live *live);

/// vy_session_do on the session that sounds: edits happen at the transport's present beat and are
/// heard from the next tick on.
VY_MAIN vy_status vy_live_do(struct vy_live *live, const struct vy_request *request,
                             vy_reply_to reply, void *arg);

/// The session, for reading (completion, names).
VY_MAIN struct vy_session *vy_live_session(struct vy_live *live);

/// The memory shared with guard and engines, for reading.
VY_MAIN const struct vy_shared *vy_live_shared(const struct vy_live *live);

/// Others can find the guard from now on: it may outlive this studio, if it was told to.
VY_MAIN void vy_live_findable(struct vy_live *live);

/// True when the guard has ended by itself (a file device that has its length).
VY_MAIN bool vy_live_ended(const struct vy_live *live);

/// Turn a parameter at once, without waiting for an edit: "bass.cutoff", in the parameter's own
/// unit. The session learns the value a moment later as a `set` line by `author`.
/// @param frame    guard's frame at which it happens, 0 = at the next tick
/// @param sent_ns  CLOCK_MONOTONIC when it was sent, 0 = now: `controls` of `status` counts from it
/// @return false: not bound yet, out of range, or not to be turned this way (voices, glide): say
///         `set PATH VALUE` through vy_live_do, which answers, and bind it with vy_live_bind
VY_ANY bool vy_live_turn(struct vy_live *live, const char *path, float value, uint64_t frame,
                         uint64_t sent_ns, const char *author);

/// A note of a unit. hz 0 = the unit's own pitch. velocity 0 = let it go (hz 0: all it holds).
/// frame, sent_ns: as in vy_live_turn.
/// @return false: the unit is not bound yet (vy_live_bind), or the ring is full
VY_ANY bool vy_live_note(struct vy_live *live, const char *unit, float hz, float velocity,
                         uint64_t frame, uint64_t sent_ns);

/// Make a path or unit known to vy_live_turn and vy_live_note. Fine when it is already.
/// @return VY_UNKNOWN_NAME, VY_BAD_ARG (not to be turned while it sounds), VY_TOO_BIG
VY_MAIN vy_status vy_live_bind(struct vy_live *live, const char *path, struct vy_err *err);

/// Guard's frame that is heard at a CLOCK_REALTIME moment (for OSC time tags); 0 = now or past.
VY_ANY uint64_t vy_live_frame_at(const struct vy_live *live, double unix_seconds);

/// A number for clients in `status`.
VY_MAIN void vy_live_set_clients(struct vy_live *live, uint32_t clients);

/// Who looks at the meters. Each has peaks since it looked itself: nobody takes another's.
enum vy_live_reader {
    VY_READER_LINE, ///< who says `meters`
    VY_READER_SOCKET,
    VY_READER_HTTP,
    VY_READER_OSC,
    VY_READER_PLAY, ///< the status line of `veery play`
};
#define VY_READERS 5

/// Peaks since this reader's last call: master L R, then units; and the master's last moments:
/// {"master":[l,r],"units":{"bass":0.3},"loudness":{"momentary_lufs":-14.2,"short_term_lufs":-15,
/// "true_peak_dbtp":-1.2,"correlation":0.9,"why":null},"spectrum":{"low_hz":30,"high_hz":18000,
/// "db":[..]},"transport":{"playing":true,"beat":8.5,"bpm":120}}, null (and the reason) where there
/// is nothing. Caller decrefs. NULL when memory is out.
VY_MAIN json_t *vy_live_meters(struct vy_live *live, enum vy_live_reader reader);

#endif
