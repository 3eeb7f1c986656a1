// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Meters: peaks from guard and engines for each who looks, and the loudness of the master from the
// guard's tap. The tap is read when somebody looks, so that meters cost nothing otherwise, and
// nothing on a thread that makes sound: about 0.2 % of a core while they are watched.
#include "live/inside.h"

#include "listen/meter.h"
#include "listen/spectrum.h"
#include "base/json.h"

#include <math.h>
#include <string.h>

#define CHUNK 1024u
#define PAST_S (VY_METER_S + 0.5) // what is read of the tap by who has not looked for a while

// The device may have changed its rate, the guard may have begun anew, or nobody looked for long.
static bool catch_up(struct vy_live *live, uint64_t end)
{
    const struct vy_shared *const s = live->shared;
    const uint32_t sr = atomic_load(&s->device.sr_hz);
    if (sr != live->metered_hz) {
        vy_meter_destroy(live->meter);
        live->meter = NULL;
        vy_spectrum_destroy(live->spectrum);
        live->spectrum = NULL;
        live->metered_hz = vy_meter_new(sr, &live->meter) ? 0 : sr;
        live->metered = end + 1; // stands nowhere yet
    }
    if (!live->meter)
        return false;
    const uint64_t room = s->tap_frames - 2 * VY_BLOCK_MAX, past = (uint64_t)(PAST_S * sr);
    const uint64_t most = past < room ? past : room;
    if (live->metered > end || end - live->metered > most) {
        vy_meter_reset(live->meter);
        live->metered = end > most ? end - most : 0;
    }
    return true;
}

static void hear_master(struct vy_live *live)
{
    const struct vy_shared *const s = live->shared;
    const uint64_t end = atomic_load_explicit(&s->tapped, memory_order_acquire);
    float wave[2][CHUNK];
    if (!catch_up(live, end))
        return;
    while (live->metered < end) {
        const uint32_t n = end - live->metered < CHUNK ? (uint32_t)(end - live->metered) : CHUNK;
        for (uint32_t i = 0; i < n; i++) {
            const float *const frame = s->tap[(live->metered + i) & (s->tap_frames - 1)];
            wave[0][i] = frame[2];
            wave[1][i] = frame[3];
        }
        const uint64_t now = atomic_load_explicit(&s->tapped, memory_order_acquire);
        if (now + VY_BLOCK_MAX > live->metered + s->tap_frames) // it was written over meanwhile
            vy_meter_reset(live->meter);
        else
            vy_meter_push(live->meter, (const float *const[2]){wave[0], wave[1]}, n);
        live->metered += n;
    }
}

static json_t *loudness_json(struct vy_live *live)
{
    struct vy_meter_reading r = {NAN, NAN, NAN, NAN, "the device has no rate to measure at"};
    hear_master(live);
    if (live->meter)
        vy_meter_read(live->meter, &r);
    return json_pack("{s:o,s:o,s:o,s:o,s:o}", "momentary_lufs", vy_json_number(r.momentary_lufs),
                     "short_term_lufs", vy_json_number(r.short_term_lufs), "true_peak_dbtp",
                     vy_json_number(r.true_peak_dbtp), "correlation", vy_json_number(r.correlation),
                     "why", r.why ? json_string(r.why) : json_null());
}

// The last moment of the master, both channels as one. Whole decibels: it is for looking at.
static json_t *spectrum_json(struct vy_live *live)
{
    float wave[VY_SPECTRUM_FRAMES], db[VY_SPECTRUM_BANDS];
    const struct vy_shared *const s = live->shared;
    const uint64_t end = atomic_load_explicit(&s->tapped, memory_order_acquire);
    if (!live->spectrum && vy_spectrum_new(live->metered_hz, &live->spectrum))
        return json_null();
    for (uint32_t i = 0; i < VY_SPECTRUM_FRAMES; i++) {
        const uint64_t at = end + i - VY_SPECTRUM_FRAMES;
        const float *const frame = s->tap[at & (s->tap_frames - 1)];
        wave[i] = end >= VY_SPECTRUM_FRAMES ? 0.5f * (frame[2] + frame[3]) : 0;
    }
    vy_spectrum_read(live->spectrum, wave, db);
    json_t *const list = json_array();
    for (int b = 0; b < VY_SPECTRUM_BANDS; b++)
        json_array_append_new(list, json_integer(lrintf(db[b])));
    return json_pack("{s:f,s:f,s:o}", "low_hz", VY_SPECTRUM_LOW_HZ, "high_hz",
                     vy_spectrum_high_hz(live->spectrum), "db", list);
}

// Where the music is: with the levels, so that who draws both need not ask.
static json_t *transport_json(const struct vy_live *live)
{
    const struct vy_shared *const s = live->shared;
    const uint32_t active = atomic_load(&s->active);
    if (active >= VY_SLOTS)
        return json_null();
    const struct vy_engine_says *const says = &s->slot[active].says;
    return json_pack("{s:b,s:f,s:f}", "playing", (int)says->playing, "beat", (double)says->beat,
                     "bpm", (double)says->bpm);
}

static float take_master(_Atomic uint32_t *peak)
{
    const uint32_t bits = atomic_exchange(peak, 0);
    float value;
    memcpy(&value, &bits, sizeof value);
    return isfinite(value) ? value : 0;
}

// A unit keeps its place only while the list is the same; peaks of another list are nobody's.
static void know_units(struct vy_live *live, json_t *names)
{
    if (live->peak_names && json_equal(live->peak_names, names))
        return;
    json_decref(live->peak_names);
    live->peak_names = names ? json_incref(names) : json_array();
    for (int r = 0; r < VY_READERS; r++)
        memset(live->peaks[r].unit, 0, sizeof live->peaks[r].unit);
}

static size_t units_known(const struct vy_live *live)
{
    const size_t n = json_array_size(live->peak_names);
    return n < VY_METERS ? n : VY_METERS;
}

// What guard and engine have kept since anybody looked is handed to every reader.
static void collect_peaks(struct vy_live *live)
{
    struct vy_shared *const s = live->shared;
    const uint32_t active = atomic_load(&s->active);
    for (int c = 0; c < 2; c++) {
        const float peak = take_master(&s->peak_out[c]);
        for (int r = 0; r < VY_READERS; r++)
            live->peaks[r].master[c] = fmaxf(live->peaks[r].master[c], peak);
    }
    know_units(live, active < VY_SLOTS ? live->engine[active].units : NULL);
    for (size_t i = 0; i < units_known(live); i++) {
        _Atomic float *const kept = &s->slot[active].says.peak[i];
        const float peak = atomic_exchange_explicit(kept, 0.0f, memory_order_relaxed);
        for (int r = 0; r < VY_READERS && isfinite(peak); r++)
            live->peaks[r].unit[i] = fmaxf(live->peaks[r].unit[i], peak);
    }
}

json_t *vy_live_meters(struct vy_live *live, enum vy_live_reader reader)
{
    json_t *const units = json_object();
    collect_peaks(live);
    const double l = (double)live->peaks[reader].master[0];
    const double r = (double)live->peaks[reader].master[1];
    for (size_t i = 0; i < units_known(live); i++)
        json_object_set_new(units, json_string_value(json_array_get(live->peak_names, i)),
                            json_real((double)live->peaks[reader].unit[i]));
    memset(&live->peaks[reader], 0, sizeof live->peaks[reader]);
    json_t *const loudness = loudness_json(live); // first: it knows the rate
    return json_pack("{s:[f,f],s:o,s:o,s:o,s:o}", "master", l, r, "units", units, "loudness",
                     loudness, "spectrum", spectrum_json(live), "transport", transport_json(live));
}

static double db(double peak)
{
    return peak > 1e-6 ? 20 * log10(peak) : -120;
}

static void say_loudness(const json_t *loudness, struct vy_buf *text)
{
    static const struct {
        const char *key, *name, *unit;
    } rows[] = {{"momentary_lufs", "loudness now", "LUFS"},
                {"short_term_lufs", "over 3 s", "LUFS"},
                {"true_peak_dbtp", "true peak", "dBTP"},
                {"correlation", "correlation", ""}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        const json_t *const value = json_object_get(loudness, rows[i].key);
        if (json_is_number(value))
            vy_buf_add(text, "\n%-16s %6.*f %s", rows[i].name, *rows[i].unit ? 1 : 2,
                       json_number_value(value), rows[i].unit);
        else
            vy_buf_add(text, "\n%-16s %6s (%s)", rows[i].name, "-",
                       json_string_value(json_object_get(loudness, "why")));
    }
}

vy_status vy_live_meters_verb(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    json_t *const meters = vy_live_meters(arg, VY_READER_LINE);
    if (!meters)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    double l, r;
    json_t *units, *peak, *loudness;
    const char *name;
    if (json_unpack(meters, "{s:[F,F],s:o,s:o}", "master", &l, &r, "units", &units, "loudness",
                    &loudness) == 0) {
        vy_buf_add(text, "%-16s %6.1f %6.1f dBFS", "master", db(l), db(r));
        say_loudness(loudness, text);
        json_object_foreach(units, name, peak)
            vy_buf_add(text, "\n%-16s %6.1f dBFS", name, db(json_real_value(peak)));
    }
    json_object_update(result, meters);
    json_decref(meters);
    return VY_OK;
}
