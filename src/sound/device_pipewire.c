// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// PipeWire as a device: one node with named ports in its graph, driven by whoever drives the graph.
//
// The node's cables are our own business (a session manager connects streams, not DSP nodes): they
// follow the default sink as a stream would, and a cable that somebody else cut stays cut. As a
// virtual microphone the node plays into a source of its own making that applications can choose.
#include "base/text.h"
#include "sound/device_kinds.h"
#include "sound/device_paced.h"
#include "sound/pipewire_graph.h"
#include "sound/pipewire_list.h"
#include "base/clock.h"

#include <pipewire/filter.h>
#include <sched.h>
#include <spa/param/latency-utils.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MOST 8192u           // frames in a block
#define STANDBY_MS 20u       // without a call for so long the timer steps in
#define RETRY_NS 500000000ll // between attempts to connect anew
#define SETTLE_S 3
#define FIRST_CALL_MS 1000 // how long open waits for the graph to call
#define JUMP_S 10u         // a clock that jumps further was set, not late

static const char *const chan_names[VY_DEVICE_CHANS] = {"FL", "FR"};

struct port {
    bool is_out; // libpipewire wants at least a byte for its own port data
};

struct pipewire {
    struct vy_device device;
    char client[64], target[128], source[128]; // "" = the default; source: "" = none
    bool is_mic;
    uint32_t ins, sr_hz, period; // wishes, 0 = none
    void (*block)(void *arg, const struct vy_device_block *block);
    void *arg;
    struct vy_paced *paced;
    // loop's thread, or its lock
    struct vy_pw_graph *graph;
    struct pw_filter *filter;
    struct spa_hook filter_hook;
    struct pw_proxy *mic;
    char name[128]; // of the node we play to, "" = none now
    int64_t tried_ns;
    // fixed while the filter runs
    struct port *out[VY_DEVICE_CHANS], *in[VY_DEVICE_CHANS];
    float *memory, *silence, *scratch[VY_DEVICE_CHANS];
    // audio thread
    uint64_t next_position;
    uint32_t clock_id, skipped;
    // audio thread to others
    _Atomic int32_t thread_id;
    _Atomic uint64_t xruns;
    // others to audio thread: the sink has one channel
    _Atomic bool is_mono;
    _Atomic uint32_t latency;
};

// ---- audio thread ----

static void fade_to_mono(float *restrict left, const float *restrict right, uint32_t frames)
{
    for (uint32_t i = 0; i < frames; i++)
        left[i] = 0.5f * (left[i] + right[i]);
}

// A clock that went on by more than we were called for: that much was lost.
static uint32_t frames_lost(struct pipewire *d, const struct spa_io_clock *clock, bool was_alone)
{
    const uint64_t expected = d->next_position;
    const bool same = clock->id == d->clock_id && !was_alone;
    d->next_position = clock->position + clock->duration;
    d->clock_id = clock->id;
    if (!same || clock->position <= expected)
        return 0;
    const uint64_t lost = clock->position - expected;
    if (lost > (uint64_t)JUMP_S * clock->rate.denom)
        return 0;
    atomic_fetch_add_explicit(&d->xruns, 1, memory_order_relaxed);
    return (uint32_t)lost;
}

static void on_process(void *data, struct spa_io_position *position)
{
    struct pipewire *const d = data;
    const struct spa_io_clock *const clock = &position->clock;
    const uint32_t n = (uint32_t)clock->duration;
    if (n == 0 || clock->duration > MOST || clock->rate.denom == 0)
        return;
    if (atomic_load_explicit(&d->thread_id, memory_order_relaxed) == 0)
        atomic_store_explicit(&d->thread_id, gettid(), memory_order_relaxed); // once in a life
    struct vy_device_block block = {.frames = n, .sr_hz = clock->rate.denom};
    float *out[VY_DEVICE_CHANS];
    for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++) {
        const struct port *const in = d->in[c] ? d->in[c] : d->in[0];
        block.in[c] = in ? pw_filter_get_dsp_buffer((void *)(uintptr_t)in, n) : NULL;
        if (!block.in[c])
            block.in[c] = c > 0 && in == d->in[0] && block.in[0] ? block.in[0] : d->silence;
        out[c] = pw_filter_get_dsp_buffer(d->out[c], n);
        block.out[c] = out[c] ? out[c] : d->scratch[c];
    }
    const bool was_alone = vy_paced_alone(d->paced);
    d->skipped += frames_lost(d, clock, was_alone);
    if (!vy_paced_enter(d->paced, n, clock->rate.denom)) {
        for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++)
            memset(block.out[c], 0, n * sizeof(float));
        return;
    }
    block.skipped = d->skipped;
    d->skipped = 0;
    d->block(d->arg, &block);
    vy_paced_leave(d->paced);
    if (atomic_load_explicit(&d->is_mono, memory_order_relaxed))
        fade_to_mono(block.out[0], block.out[1], n);
}

// ---- cables ----

static const struct vy_pw_port *pick(const struct vy_pw_port *const port[], uint32_t ports,
                                     uint32_t chan)
{
    for (uint32_t i = 0; i < ports; i++)
        if (strcmp(port[i]->chan, chan_names[chan]) == 0)
            return port[i];
    return chan < ports ? port[chan] : ports == 1 ? port[0] : NULL;
}

static const struct vy_pw_node *sink_of(const struct pipewire *d)
{
    const char *const name = d->is_mic ? d->client : d->target[0] ? d->target : d->graph->sink;
    return vy_pw_find(d->graph, name, "Audio/Sink");
}

// The default source of a machine without a microphone is the monitor of the sink: playing into
// oneself is not what "default" asks for.
static const struct vy_pw_node *source_of(const struct pipewire *d)
{
    const bool by_default = strcmp(d->source, "default") == 0;
    if (!d->source[0])
        return NULL;
    const struct vy_pw_node *const node =
        vy_pw_find(d->graph, by_default ? d->graph->source : d->source, "Audio/Source");
    return node && by_default && strcmp(node->media_class, "Audio/Sink") == 0 ? NULL : node;
}

static uint32_t pair_outs(struct pipewire *d, uint32_t self, uint32_t (*pair)[2])
{
    const struct vy_pw_node *const sink = sink_of(d);
    const struct vy_pw_port *ours[VY_DEVICE_CHANS], *theirs[16];
    d->name[0] = '\0';
    if (!sink || vy_pw_ports(d->graph, self, true, ours, VY_DEVICE_CHANS) < VY_DEVICE_CHANS)
        return 0;
    const uint32_t ports = vy_pw_ports(d->graph, sink->id, false, theirs, 16);
    if (ports == 0)
        return 0;
    vy_text_copy(d->name, sizeof d->name, sink->name);
    atomic_store_explicit(&d->is_mono, ports == 1, memory_order_relaxed);
    for (uint32_t c = 0; c < VY_DEVICE_CHANS && c < ports; c++) {
        pair[c][0] = pick(ours, VY_DEVICE_CHANS, c)->id;
        pair[c][1] = pick(theirs, ports, c)->id;
    }
    return ports < VY_DEVICE_CHANS ? ports : VY_DEVICE_CHANS;
}

static uint32_t pair_ins(struct pipewire *d, uint32_t self, uint32_t (*pair)[2])
{
    const struct vy_pw_node *const source = source_of(d);
    const struct vy_pw_port *ours[VY_DEVICE_CHANS], *theirs[16];
    const uint32_t ins = vy_pw_ports(d->graph, self, false, ours, VY_DEVICE_CHANS);
    const uint32_t ports = source ? vy_pw_ports(d->graph, source->id, true, theirs, 16) : 0;
    for (uint32_t c = 0; ports && c < ins; c++) {
        pair[c][0] = pick(theirs, ports, c)->id;
        pair[c][1] = pick(ours, ins, c)->id;
    }
    return ports ? ins : 0;
}

static void relay(void *arg)
{
    struct pipewire *const d = arg;
    if (!d->filter || !d->graph->core)
        return;
    const uint32_t self = pw_filter_get_node_id(d->filter);
    if (self == SPA_ID_INVALID)
        return;
    uint32_t pair[2 * VY_DEVICE_CHANS][2];
    const uint32_t outs = pair_outs(d, self, pair);
    vy_pw_lay(d->graph, pair, outs + pair_ins(d, self, pair + outs));
}

// ---- the node ----

static void on_state(void *data, enum pw_filter_state old, enum pw_filter_state state,
                     const char *error)
{
    (void)old;
    (void)state;
    (void)error;
    relay(data); // the node's id is known from the first change on
}

static void on_param(void *data, void *port, uint32_t id, const struct spa_pod *param)
{
    struct pipewire *const d = data;
    struct spa_latency_info info;
    if (id != SPA_PARAM_Latency || !param || port != d->out[0] ||
        spa_latency_parse(param, &info) < 0 || info.direction != SPA_DIRECTION_INPUT)
        return;
    struct vy_device_facts_now now;
    vy_paced_facts(d->paced, &now);
    const double periods = info.max_quantum > 1 ? (double)info.max_quantum - 1 : 0;
    const double frames =
        periods * now.period + (double)info.max_rate + (double)info.max_ns * 1e-9 * now.sr_hz;
    atomic_store_explicit(&d->latency, frames > 0 ? (uint32_t)frames : 0, memory_order_relaxed);
}

static const struct pw_filter_events filter_events = {
    PW_VERSION_FILTER_EVENTS, .state_changed = on_state, .param_changed = on_param,
    .process = on_process};

static struct port *add_port(struct pipewire *d, bool is_out, const char *chan)
{
    char name[32];
    snprintf(name, sizeof name, "%s_%s", is_out ? "output" : "input", chan);
    struct port *const port = pw_filter_add_port(
        d->filter, is_out ? PW_DIRECTION_OUTPUT : PW_DIRECTION_INPUT,
        PW_FILTER_PORT_FLAG_MAP_BUFFERS, sizeof(struct port),
        pw_properties_new(PW_KEY_FORMAT_DSP, "32 bit float mono audio", PW_KEY_PORT_NAME, name,
                          PW_KEY_AUDIO_CHANNEL, chan, NULL),
        NULL, 0);
    if (port)
        port->is_out = is_out;
    return port;
}

static bool add_ports(struct pipewire *d)
{
    bool fine = true;
    for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++)
        fine = (d->out[c] = add_port(d, true, chan_names[c])) && fine;
    for (uint32_t c = 0; c < d->ins; c++)
        fine = (d->in[c] = add_port(d, false, d->ins == 1 ? "MONO" : chan_names[c])) && fine;
    return fine;
}

static struct pw_properties *node_properties(const struct pipewire *d)
{
    struct pw_properties *const props = pw_properties_new(
        PW_KEY_MEDIA_TYPE, "Audio", PW_KEY_MEDIA_CATEGORY, d->ins ? "Duplex" : "Playback",
        PW_KEY_MEDIA_ROLE, "Production", PW_KEY_NODE_ALWAYS_PROCESS, "true",
        PW_KEY_NODE_WANT_DRIVER, "true", PW_KEY_NODE_DESCRIPTION, d->client, NULL);
    if (!props)
        return NULL;
    pw_properties_setf(props, PW_KEY_NODE_NAME, "%s%s", d->client, d->is_mic ? ".engine" : "");
    if (d->period)
        pw_properties_setf(props, PW_KEY_NODE_LATENCY, "%u/%u", d->period,
                           d->sr_hz          ? d->sr_hz
                           : d->graph->sr_hz ? d->graph->sr_hz
                                             : VY_DEVICE_SR_HZ);
    if (d->sr_hz)
        pw_properties_setf(props, PW_KEY_NODE_RATE, "1/%u", d->sr_hz);
    // a rate that changes under way would change the pitch
    pw_properties_set(props, PW_KEY_NODE_LOCK_RATE, "true");
    return props;
}

// The source that applications choose as their microphone: it lives as long as our connection.
static void make_mic(struct pipewire *d)
{
    const struct spa_dict_item item[] = {
        {"factory.name", "support.null-audio-sink"},
        {PW_KEY_NODE_NAME, d->client},
        {PW_KEY_NODE_DESCRIPTION, d->client},
        {PW_KEY_MEDIA_CLASS, "Audio/Source/Virtual"},
        {"audio.position", "[ FL FR ]"},
    };
    d->mic = pw_core_create_object(d->graph->core, "adapter", PW_TYPE_INTERFACE_Node,
                                   PW_VERSION_NODE, &SPA_DICT_INIT_ARRAY(item), 0);
}

static vy_status make_node(struct pipewire *d, struct vy_err *err)
{
    if (d->is_mic)
        make_mic(d);
    d->filter = pw_filter_new(d->graph->core, d->client, node_properties(d));
    if (!d->filter)
        return vy_fail(err, VY_IO, -1, "PipeWire gives us no node");
    pw_filter_add_listener(d->filter, &d->filter_hook, &filter_events, d);
    uint8_t memory[256];
    struct spa_pod_builder builder = SPA_POD_BUILDER_INIT(memory, sizeof memory);
    const struct spa_pod *params[1]; // what comes in goes out in the same period
    params[0] = spa_process_latency_build(&builder, SPA_PARAM_ProcessLatency,
                                          &SPA_PROCESS_LATENCY_INFO_INIT());
    if (!add_ports(d) || pw_filter_connect(d->filter, PW_FILTER_FLAG_RT_PROCESS, params, 1) < 0)
        return vy_fail(err, VY_IO, -1, "PipeWire takes no node of ours");
    return VY_OK;
}

static void drop_node(struct pipewire *d)
{
    if (d->filter)
        pw_filter_destroy(d->filter);
    if (d->mic)
        pw_proxy_destroy(d->mic);
    d->filter = NULL;
    d->mic = NULL;
    d->name[0] = '\0';
    memset(d->in, 0, sizeof d->in);
    memset(d->out, 0, sizeof d->out);
}

// ---- the device ----

static void shut(struct vy_device *device)
{
    struct pipewire *const d = (struct pipewire *)device;
    if (d->graph) {
        pw_thread_loop_lock(d->graph->loop);
        drop_node(d);
        pw_thread_loop_unlock(d->graph->loop);
    }
    vy_paced_destroy(d->paced);
    vy_pw_graph_destroy(d->graph);
    free(d->memory);
    free(d);
}

static void serve(struct vy_device *device)
{
    struct pipewire *const d = (struct pipewire *)device;
    pw_thread_loop_lock(d->graph->loop);
    const bool broken = !d->graph->core || d->graph->lost || !d->filter ||
                        pw_filter_get_state(d->filter, NULL) == PW_FILTER_STATE_ERROR;
    if (broken && (int64_t)vy_now_ns() - d->tried_ns >= RETRY_NS) {
        d->tried_ns = (int64_t)vy_now_ns();
        drop_node(d);
        vy_pw_disconnect(d->graph);
        char why[160];
        if (vy_pw_answers(why, sizeof why) && !vy_pw_connect(d->graph, d->client, NULL) &&
            make_node(d, NULL)) {
            drop_node(d);
            vy_pw_disconnect(d->graph);
        }
    }
    pw_thread_loop_unlock(d->graph->loop);
}

static vy_status take_wishes(struct pipewire *d, const struct vy_device_want *want,
                             struct vy_err *err)
{
    d->device.backend = &vy_device_pipewire;
    d->ins = want->ins;
    d->sr_hz = want->sr_hz;
    d->period = want->period;
    d->block = want->block;
    d->arg = want->arg;
    d->is_mic = want->media_class != NULL;
    vy_text_copy(d->client, sizeof d->client, want->client ? want->client : "Veery");
    if (want->media_class && strncmp(want->media_class, "Audio/Source", 12) != 0)
        return vy_fail(err, VY_BAD_ARG, -1, "a node's class is Audio/Source or none, not '%.40s'",
                       want->media_class);
    if (!vy_text_copy(d->target, sizeof d->target, vy_device_rest(want->name)) ||
        !vy_text_copy(d->source, sizeof d->source, want->source && d->ins ? want->source : ""))
        return vy_fail(err, VY_TOO_BIG, -1, "the name of a node has at most 127 bytes");
    const size_t bytes = (1 + VY_DEVICE_CHANS) * MOST * sizeof(float);
    d->memory = aligned_alloc(64, bytes);
    if (!d->memory)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    memset(d->memory, 0, bytes); // touched here, not on the audio thread
    d->silence = d->memory;
    for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++)
        d->scratch[c] = d->memory + (size_t)(1 + c) * MOST;
    return VY_OK;
}

static vy_status connect_all(struct pipewire *d, const struct vy_device_want *want,
                             struct vy_err *err)
{
    vy_status status = vy_pw_connect(d->graph, d->client, err);
    if (!status && !vy_pw_settle(d->graph, SETTLE_S))
        status = vy_fail(err, VY_ABSENT, -1, "PipeWire does not answer within %d s", SETTLE_S);
    if (!status)
        status = vy_pw_check_name(d->graph, d->target, true, err);
    if (!status)
        status = vy_pw_check_name(d->graph, d->source, false, err);
    if (status)
        return status;
    const struct vy_paced_how how = {.sr_hz = d->graph->sr_hz,
                                     .period = d->period ? d->period : d->graph->period,
                                     .no_realtime = want->no_realtime,
                                     .standby_ms = STANDBY_MS,
                                     .block = want->block,
                                     .arg = want->arg};
    status = vy_paced_new(&how, &d->paced, err);
    if (!status)
        status = make_node(d, err);
    if (!status)
        d->graph->changed = relay;
    return status;
}

static bool runs(struct pipewire *d)
{
    pw_thread_loop_lock(d->graph->loop);
    const bool runs = d->name[0] && atomic_load(&d->thread_id);
    pw_thread_loop_unlock(d->graph->loop);
    return runs;
}

static vy_status start(const struct vy_device_want *want, struct vy_device **device,
                       struct vy_err *err)
{
    struct pipewire *const d = calloc(1, sizeof *d);
    if (!d)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = take_wishes(d, want, err);
    if (!status)
        status = vy_pw_graph_new(!want->no_realtime, &d->graph, err);
    if (!status) {
        d->graph->arg = d;
        pw_thread_loop_lock(d->graph->loop);
        status = connect_all(d, want, err);
        pw_thread_loop_unlock(d->graph->loop);
    }
    if (status) {
        shut(&d->device);
        return status;
    }
    // the rate and the period are the graph's: known when it has called
    const struct timespec pause = {.tv_nsec = 1000000};
    for (int ms = 0; ms < FIRST_CALL_MS && !runs(d); ms++)
        nanosleep(&pause, NULL);
    *device = &d->device;
    return VY_OK;
}

static void tell_priority(const struct pipewire *d, struct vy_device_facts_now *facts)
{
    struct sched_param param = {0};
    const int32_t id = atomic_load_explicit(&d->thread_id, memory_order_relaxed);
    const int policy = id ? sched_getscheduler(id) & ~SCHED_RESET_ON_FORK : SCHED_OTHER;
    facts->priority = 0;
    if ((policy == SCHED_FIFO || policy == SCHED_RR) && sched_getparam(id, &param) == 0)
        facts->priority = (uint32_t)param.sched_priority;
    if (facts->priority)
        facts->priority_why[0] = '\0';
    else if (!facts->priority_why[0])
        vy_text_copy(facts->priority_why, sizeof facts->priority_why,
                     id ? "PipeWire's thread was not given real-time priority; run "
                          "tools/setup-realtime --apply as root, then log in again"
                        : "PipeWire's thread has not run yet");
}

static void tell(struct vy_device *device, struct vy_device_facts_now *facts)
{
    struct pipewire *const d = (struct pipewire *)device;
    *facts = (struct vy_device_facts_now){
        .backend = vy_device_pipewire.name, .ins = d->ins, .outs = VY_DEVICE_CHANS};
    vy_paced_facts(d->paced, facts);
    pw_thread_loop_lock(d->graph->loop);
    vy_text_copy(facts->name, sizeof facts->name, d->name);
    if (!d->graph->core || d->graph->lost || !d->name[0])
        facts->state = VY_DEVICE_LOST;
    pw_thread_loop_unlock(d->graph->loop);
    facts->latency = atomic_load_explicit(&d->latency, memory_order_relaxed);
    facts->xruns += atomic_load_explicit(&d->xruns, memory_order_relaxed);
    if (!vy_paced_alone(d->paced))
        tell_priority(d, facts);
}

const struct vy_device_backend vy_device_pipewire = {
    .name = "pipewire",
    .text = "PipeWire, a node of our own",
    .open = start,
    .service = serve,
    .facts = tell,
    .close = shut,
    .usable = vy_pw_answers,
    .list = vy_pw_list,
};
