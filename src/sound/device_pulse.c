// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// PulseAudio as a device, for WSL and older desktops. The server asks for sound on the thread of
// libpulse; that thread is the audio thread here. libpulse itself takes memory and locks there, so
// this is the second choice where PipeWire runs.
//
// Everything goes by events: a context that is ready asks about the sink, the answer makes the
// streams. What fails is taken down and begun anew by `serve`.
#include "base/text.h"
#include "sound/device_kinds.h"
#include "sound/device_paced.h"
#include "sound/pulse_list.h"
#include "base/clock.h"

#include <pulse/pulseaudio.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define MOST 8192u
#define PERIOD 1024u // unless wished otherwise: older servers wake seldom
#define PERIODS 2u   // in the server's buffer
#define PRIORITY 80u
#define STANDBY_MS 250u // servers ask in gusts: without a request for so long the timer steps in
#define RETRY_NS 500000000ll // between attempts to connect anew
#define OPEN_MS 3000
#define SETTLED \
    3u              // requests after which the stream runs: an idle sink may have played silence
                    // seconds ahead and asks a first time long before it goes on
#define FIFO 65536u // frames of input, a power of two
#define FRAME_BYTES (VY_DEVICE_CHANS * (uint32_t)sizeof(float))

struct pulse {
    struct vy_device device;
    char client[64], sink[128], source[128]; // "" = the default; source: "" = none
    uint32_t ins, sr_wish, period;
    bool no_realtime;
    void (*block)(void *arg, const struct vy_device_block *block);
    void *arg;
    struct vy_paced *paced; // made when the first stream is ready; NULL before
    // loop's thread, or its lock
    pa_threaded_mainloop *loop;
    pa_context *context;
    pa_stream *play, *record;
    uint32_t sr_hz;
    int64_t tried_ns;
    uint32_t requests; // by the present stream, counted up to SETTLED
    uint32_t priority;
    char why[160], problem[80];
    uint64_t xruns;
    // what came in: frames written and read since the start; only the loop's thread
    uint32_t fifo_head, fifo_tail;
    float *memory, (*fifo)[VY_DEVICE_CHANS], (*mixed)[VY_DEVICE_CHANS];
    float *in[VY_DEVICE_CHANS], *out[VY_DEVICE_CHANS];
};

// ---- audio ----

// One period of input, or silence while there is not enough.
static void bring_in(struct pulse *d)
{
    const uint32_t there = d->fifo_head - d->fifo_tail;
    if (there < d->period) {
        for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++)
            memset(d->in[c], 0, d->period * sizeof(float));
        return;
    }
    // clocks differ: what gathers is let go, so that the delay does not grow
    if (there > (PERIODS + 2) * d->period)
        d->fifo_tail = d->fifo_head - PERIODS * d->period;
    for (uint32_t i = 0; i < d->period; i++, d->fifo_tail++)
        for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++)
            d->in[c][i] = d->fifo[d->fifo_tail & (FIFO - 1)][c];
}

static void make_block(struct pulse *d)
{
    if (d->requests < SETTLED || !d->paced || !vy_paced_enter(d->paced, d->period, d->sr_hz)) {
        memset(d->mixed, 0, (size_t)d->period * FRAME_BYTES);
        return;
    }
    struct vy_device_block block = {.frames = d->period, .sr_hz = d->sr_hz};
    bring_in(d);
    for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++) {
        block.in[c] = d->in[c];
        block.out[c] = d->out[c];
    }
    d->block(d->arg, &block);
    vy_paced_leave(d->paced);
    for (uint32_t i = 0; i < d->period; i++)
        for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++)
            d->mixed[i][c] = d->out[c][i];
}

static void on_write(pa_stream *stream, size_t bytes, void *arg)
{
    struct pulse *const d = arg;
    if (stream != d->play)
        return;
    d->requests += d->requests < SETTLED;
    const size_t period_bytes = (size_t)d->period * FRAME_BYTES;
    for (; bytes >= period_bytes; bytes -= period_bytes) {
        make_block(d);
        if (pa_stream_write(stream, d->mixed, period_bytes, NULL, 0, PA_SEEK_RELATIVE) < 0)
            return;
    }
}

static void on_read(pa_stream *stream, size_t bytes, void *arg)
{
    (void)bytes;
    struct pulse *const d = arg;
    const void *data;
    size_t size;
    while (stream == d->record && pa_stream_peek(stream, &data, &size) >= 0 && size > 0) {
        const float *const from = data; // NULL: a hole
        const uint32_t frames = (uint32_t)(size / (d->ins * sizeof(float)));
        for (uint32_t i = 0; i < frames; i++, d->fifo_head++)
            for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++)
                d->fifo[d->fifo_head & (FIFO - 1)][c] =
                    from ? from[i * d->ins + (d->ins > 1 ? c : 0)] : 0;
        if (d->fifo_head - d->fifo_tail > FIFO)
            d->fifo_tail = d->fifo_head - FIFO;
        pa_stream_drop(stream);
    }
}

static void on_underflow(pa_stream *stream, void *arg)
{
    (void)stream;
    struct pulse *const d = arg;
    d->xruns++;
}

static void ask_realtime(pa_mainloop_api *api, void *arg)
{
    (void)api;
    struct pulse *const d = arg;
    d->priority = vy_realtime_ask(PRIORITY, d->why, sizeof d->why);
}

// ---- streams ----

static void note_problem(struct pulse *d)
{
    const int code = d->context ? pa_context_errno(d->context) : 0;
    vy_text_copy(d->problem, sizeof d->problem, code ? pa_strerror(code) : "it does not answer");
}

static void on_stream_state(pa_stream *stream, void *arg)
{
    struct pulse *const d = arg;
    if (!PA_STREAM_IS_GOOD(pa_stream_get_state(stream)))
        note_problem(d);
}

static pa_stream *new_stream(struct pulse *d, const char *name, uint32_t chans)
{
    const pa_sample_spec spec = {
        .format = PA_SAMPLE_FLOAT32NE, .rate = d->sr_hz, .channels = (uint8_t)chans};
    pa_stream *const stream = pa_stream_new(d->context, name, &spec, NULL);
    if (stream)
        pa_stream_set_state_callback(stream, on_stream_state, d);
    return stream;
}

static const pa_stream_flags_t stream_flags =
    PA_STREAM_ADJUST_LATENCY | PA_STREAM_AUTO_TIMING_UPDATE | PA_STREAM_INTERPOLATE_TIMING;

static void start_record(struct pulse *d, const char *source)
{
    const pa_buffer_attr attr = {.maxlength = UINT32_MAX,
                                 .fragsize = d->period * d->ins * (uint32_t)sizeof(float)};
    d->record = new_stream(d, "input", d->ins);
    if (!d->record)
        return;
    pa_stream_set_read_callback(d->record, on_read, d);
    pa_stream_connect_record(d->record, source, &attr, stream_flags);
}

static void start_play(struct pulse *d)
{
    const pa_buffer_attr attr = {.maxlength = UINT32_MAX,
                                 .tlength = PERIODS * d->period * FRAME_BYTES,
                                 .prebuf = UINT32_MAX,
                                 .minreq = d->period * FRAME_BYTES};
    d->play = new_stream(d, "output", VY_DEVICE_CHANS);
    if (!d->play)
        return;
    pa_stream_set_write_callback(d->play, on_write, d);
    pa_stream_set_underflow_callback(d->play, on_underflow, d);
    pa_stream_connect_playback(d->play, d->sink[0] ? d->sink : NULL, &attr, stream_flags, NULL,
                               NULL);
}

// The rate is the sink's unless wished otherwise; a stream on its way keeps the one it began with.
static void on_sink(pa_context *context, const pa_sink_info *info, int last, void *arg)
{
    struct pulse *const d = arg;
    if (last < 0)
        vy_text_copy(d->problem, sizeof d->problem, pa_strerror(pa_context_errno(context)));
    if (last || d->play || context != d->context)
        return;
    d->sr_hz = d->sr_wish ? d->sr_wish : info->sample_spec.rate;
    start_play(d);
    const bool by_default = strcmp(d->source, "default") == 0;
    if (d->ins && d->source[0] && !by_default)
        start_record(d, d->source);
}

// The default source of a machine without a microphone is the monitor of the sink: playing into
// oneself is not what "default" asks for.
static void on_source(pa_context *context, const pa_source_info *info, int last, void *arg)
{
    struct pulse *const d = arg;
    if (!last && context == d->context && d->play && !d->record &&
        info->monitor_of_sink == PA_INVALID_INDEX)
        start_record(d, NULL);
}

static void drop_operation(pa_operation *operation)
{
    if (operation)
        pa_operation_unref(operation);
}

static void on_context_state(pa_context *context, void *arg)
{
    struct pulse *const d = arg;
    const pa_context_state_t state = pa_context_get_state(context);
    if (context != d->context)
        return;
    if (!PA_CONTEXT_IS_GOOD(state))
        note_problem(d);
    if (state != PA_CONTEXT_READY)
        return;
    drop_operation(pa_context_get_sink_info_by_name(
        context, d->sink[0] ? d->sink : "@DEFAULT_SINK@", on_sink, d));
    if (d->ins && strcmp(d->source, "default") == 0)
        drop_operation(
            pa_context_get_source_info_by_name(context, "@DEFAULT_SOURCE@", on_source, d));
}

static void drop_stream(pa_stream **stream)
{
    if (!*stream)
        return;
    pa_stream_set_state_callback(*stream, NULL, NULL);
    pa_stream_set_write_callback(*stream, NULL, NULL);
    pa_stream_set_read_callback(*stream, NULL, NULL);
    pa_stream_set_underflow_callback(*stream, NULL, NULL);
    pa_stream_disconnect(*stream);
    pa_stream_unref(*stream);
    *stream = NULL;
}

static void disconnect(struct pulse *d)
{
    drop_stream(&d->play);
    drop_stream(&d->record);
    if (!d->context)
        return;
    pa_context_set_state_callback(d->context, NULL, NULL);
    pa_context_disconnect(d->context);
    pa_context_unref(d->context);
    d->context = NULL;
}

static void connect_anew(struct pulse *d)
{
    d->tried_ns = (int64_t)vy_now_ns();
    d->problem[0] = '\0';
    d->requests = 0;
    d->context = pa_context_new(pa_threaded_mainloop_get_api(d->loop), d->client);
    if (!d->context)
        return;
    pa_context_set_state_callback(d->context, on_context_state, d);
    if (pa_context_connect(d->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) < 0)
        note_problem(d);
}

static bool is_playing(const struct pulse *d)
{
    return d->context && pa_context_get_state(d->context) == PA_CONTEXT_READY && d->play &&
           pa_stream_get_state(d->play) == PA_STREAM_READY;
}

// ---- the device ----

static void shut(struct vy_device *device)
{
    struct pulse *const d = (struct pulse *)device;
    if (d->loop) {
        pa_threaded_mainloop_lock(d->loop);
        disconnect(d);
        pa_threaded_mainloop_unlock(d->loop);
        pa_threaded_mainloop_stop(d->loop);
        pa_threaded_mainloop_free(d->loop);
    }
    vy_paced_destroy(d->paced);
    free(d->memory);
    free(d);
}

static void serve(struct vy_device *device)
{
    struct pulse *const d = (struct pulse *)device;
    pa_threaded_mainloop_lock(d->loop);
    // an attempt that is under way gets six times as long before it is given up
    const int64_t tried = (int64_t)vy_now_ns() - d->tried_ns;
    const bool failed = !d->context || d->problem[0];
    if (!is_playing(d) && tried >= (failed ? RETRY_NS : 6 * RETRY_NS)) {
        disconnect(d);
        connect_anew(d);
    }
    pa_threaded_mainloop_unlock(d->loop);
}

static bool make_buffers(struct pulse *d)
{
    const size_t floats = (size_t)VY_DEVICE_CHANS * (FIFO + 3 * MOST);
    d->memory = aligned_alloc(64, floats * sizeof(float));
    if (!d->memory)
        return false;
    memset(d->memory, 0, floats * sizeof(float)); // touched here, not on the audio thread
    d->fifo = (float(*)[VY_DEVICE_CHANS])d->memory;
    d->mixed = d->fifo + FIFO;
    float *const planar = (float *)(d->mixed + MOST);
    for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++) {
        d->in[c] = planar + (size_t)c * MOST;
        d->out[c] = planar + (size_t)(VY_DEVICE_CHANS + c) * MOST;
    }
    return true;
}

static vy_status take_wishes(struct pulse *d, const struct vy_device_want *want, struct vy_err *err)
{
    d->device.backend = &vy_device_pulse;
    d->ins = want->ins;
    d->sr_wish = want->sr_hz;
    d->period = want->period ? want->period : PERIOD;
    d->no_realtime = want->no_realtime;
    d->block = want->block;
    d->arg = want->arg;
    if (want->no_realtime)
        vy_text_copy(d->why, sizeof d->why, "not asked for");
    vy_text_copy(d->client, sizeof d->client, want->client ? want->client : "Veery");
    if (want->media_class)
        return vy_fail(err, VY_ABSENT, -1, "a virtual microphone needs PipeWire");
    if (!vy_text_copy(d->sink, sizeof d->sink, vy_device_rest(want->name)) ||
        !vy_text_copy(d->source, sizeof d->source, want->source ? want->source : ""))
        return vy_fail(err, VY_TOO_BIG, -1, "the name of a sink has at most 127 bytes");
    d->loop = pa_threaded_mainloop_new();
    if (!make_buffers(d) || !d->loop || pa_threaded_mainloop_start(d->loop) < 0)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    return VY_OK;
}

// The rows of the server, for a hint.
struct names {
    struct vy_device_row row[64];
    uint32_t rows;
};

static const char *name_at(void *arg, size_t i)
{
    struct names *const names = arg;
    return i < names->rows
               ? names->row[i].input ? names->row[i].name : vy_device_rest(names->row[i].name)
               : NULL;
}

static vy_status fail_open(const struct pulse *d, struct vy_err *err)
{
    vy_fail(err, d->sink[0] ? VY_NOT_FOUND : VY_ABSENT, -1, "PulseAudio%s%.100s: %.79s",
            d->sink[0] ? " sink " : "", d->sink, d->problem[0] ? d->problem : "it does not answer");
    struct names *const names = d->sink[0] ? calloc(1, sizeof *names) : NULL;
    if (names) {
        names->rows = vy_pulse_list(names->row, 64);
        vy_err_suggest(err, d->sink, name_at, names);
        free(names);
    }
    return d->sink[0] ? VY_NOT_FOUND : VY_ABSENT;
}

// Until it has asked a few times; a stream that stands still for longer is good enough, the timer
// stands in.
static bool wait_until_playing(struct pulse *d)
{
    const struct timespec pause = {.tv_nsec = 1000000};
    bool playing = false, settled = false;
    for (int ms = 0; ms < OPEN_MS && !settled; ms++) {
        nanosleep(&pause, NULL);
        pa_threaded_mainloop_lock(d->loop);
        playing = is_playing(d);
        settled = (playing && d->requests == SETTLED) || d->problem[0];
        pa_threaded_mainloop_unlock(d->loop);
    }
    return playing;
}

// The timer's part is made when the rate is known; until then the server gets silence.
static vy_status begin(struct pulse *d, const struct vy_device_want *want, struct vy_err *err)
{
    pa_threaded_mainloop_lock(d->loop);
    const pa_buffer_attr *const attr = pa_stream_get_buffer_attr(d->play);
    const uint64_t buffer_ms = attr ? (uint64_t)attr->tlength / FRAME_BYTES * 1000 / d->sr_hz : 0;
    const uint32_t patience = 3 * buffer_ms > STANDBY_MS ? (uint32_t)(3 * buffer_ms) : STANDBY_MS;
    const struct vy_paced_how how = {.sr_hz = d->sr_hz,
                                     .period = d->period,
                                     .no_realtime = want->no_realtime,
                                     .standby_ms = patience,
                                     .block = want->block,
                                     .arg = want->arg};
    const vy_status status = vy_paced_new(&how, &d->paced, err);
    pa_threaded_mainloop_unlock(d->loop);
    return status;
}

static vy_status start(const struct vy_device_want *want, struct vy_device **device,
                       struct vy_err *err)
{
    struct pulse *const d = calloc(1, sizeof *d);
    if (!d)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = take_wishes(d, want, err);
    if (!status) {
        pa_threaded_mainloop_lock(d->loop);
        if (!d->no_realtime) // on the loop's own thread, before the first sound
            pa_mainloop_api_once(pa_threaded_mainloop_get_api(d->loop), ask_realtime, d);
        connect_anew(d);
        pa_threaded_mainloop_unlock(d->loop);
        status = wait_until_playing(d) ? begin(d, want, err) : fail_open(d, err);
    }
    if (status)
        shut(&d->device);
    else
        *device = &d->device;
    return status;
}

static void tell(struct vy_device *device, struct vy_device_facts_now *facts)
{
    struct pulse *const d = (struct pulse *)device;
    *facts = (struct vy_device_facts_now){
        .backend = vy_device_pulse.name, .ins = d->ins, .outs = VY_DEVICE_CHANS};
    vy_paced_facts(d->paced, facts);
    pa_threaded_mainloop_lock(d->loop);
    facts->xruns += d->xruns;
    if (is_playing(d)) {
        const char *const name = pa_stream_get_device_name(d->play);
        vy_text_copy(facts->name, sizeof facts->name, name ? name : "");
        pa_usec_t usec = 0;
        int negative = 0;
        if (pa_stream_get_latency(d->play, &usec, &negative) == 0 && !negative) {
            const uint64_t frames = usec * facts->sr_hz / 1000000;
            facts->latency = frames > d->period ? (uint32_t)frames - d->period : 0;
        }
    } else {
        facts->state = VY_DEVICE_LOST;
    }
    if (!vy_paced_alone(d->paced)) {
        facts->priority = d->priority;
        vy_text_copy(facts->priority_why, sizeof facts->priority_why, d->why);
    }
    pa_threaded_mainloop_unlock(d->loop);
}

const struct vy_device_backend vy_device_pulse = {
    .name = "pulse",
    .text = "PulseAudio, for WSL and older desktops",
    .open = start,
    .service = serve,
    .facts = tell,
    .close = shut,
    .usable = vy_pulse_answers,
    .list = vy_pulse_list,
};
