// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "sound/pulse_list.h"

#include "base/text.h"
#include "base/clock.h"

#include <pulse/pulseaudio.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define WAIT_S 1.0 // for the server, each time

struct visit {
    pa_mainloop *loop;
    pa_context *context;
    char sink[128], source[128]; // the defaults
    struct vy_device_row *row;
    uint32_t rows, most;
};

// One turn of the loop. @return false: time is up
static bool turn(struct visit *v, double until)
{
    const double left = until - vy_now_s();
    if (left <= 0 || pa_mainloop_prepare(v->loop, (int)(left * 1e6)) < 0 ||
        pa_mainloop_poll(v->loop) < 0)
        return false;
    return pa_mainloop_dispatch(v->loop) >= 0;
}

static void leave(struct visit *v)
{
    if (v->context) {
        pa_context_disconnect(v->context);
        pa_context_unref(v->context);
    }
    if (v->loop)
        pa_mainloop_free(v->loop);
}

static bool reach(struct visit *v, char *why, uint32_t size)
{
    why[0] = '\0';
    v->loop = pa_mainloop_new();
    v->context = v->loop ? pa_context_new(pa_mainloop_get_api(v->loop), "veery devices") : NULL;
    if (!v->context) {
        vy_text_copy(why, size, "out of memory");
        return false;
    }
    bool fine = pa_context_connect(v->context, NULL, PA_CONTEXT_NOAUTOSPAWN, NULL) >= 0;
    const double until = vy_now_s() + WAIT_S;
    while (fine && pa_context_get_state(v->context) != PA_CONTEXT_READY)
        fine = PA_CONTEXT_IS_GOOD(pa_context_get_state(v->context)) && turn(v, until);
    if (!fine) {
        const int code = pa_context_errno(v->context);
        snprintf(why, size, "no PulseAudio server answers: %.80s",
                 code ? pa_strerror(code) : "time is up");
    }
    return fine;
}

static void finish(struct visit *v, pa_operation *operation)
{
    const double until = vy_now_s() + WAIT_S;
    while (operation && pa_operation_get_state(operation) == PA_OPERATION_RUNNING &&
           turn(v, until)) {
    }
    if (operation)
        pa_operation_unref(operation);
}

static void on_server(pa_context *context, const pa_server_info *info, void *arg)
{
    (void)context;
    struct visit *const v = arg;
    if (!info)
        return;
    vy_text_copy(v->sink, sizeof v->sink, info->default_sink_name ? info->default_sink_name : "");
    vy_text_copy(v->source, sizeof v->source,
                 info->default_source_name ? info->default_source_name : "");
}

static void add_row(struct visit *v, bool input, const char *name, const char *text,
                    const pa_sample_spec *spec)
{
    if (v->rows == v->most)
        return;
    struct vy_device_row *const r = &v->row[v->rows++];
    *r = (struct vy_device_row){.input = input, .chans = spec->channels, .sr_hz = spec->rate};
    snprintf(r->name, sizeof r->name, "%s%.140s", input ? "" : "pulse:", name);
    vy_text_copy(r->text, sizeof r->text, text ? text : name);
    r->is_default = strcmp(name, input ? v->source : v->sink) == 0;
}

static void on_sink(pa_context *context, const pa_sink_info *info, int last, void *arg)
{
    (void)context;
    if (!last)
        add_row(arg, false, info->name, info->description, &info->sample_spec);
}

static void on_source(pa_context *context, const pa_source_info *info, int last, void *arg)
{
    (void)context;
    // what a sink plays is no input from outside
    if (!last && info->monitor_of_sink == PA_INVALID_INDEX)
        add_row(arg, true, info->name, info->description, &info->sample_spec);
}

bool vy_pulse_answers(char *why, uint32_t size)
{
    struct visit v = {0};
    const bool fine = reach(&v, why, size);
    leave(&v);
    return fine;
}

uint32_t vy_pulse_list(struct vy_device_row *row, uint32_t most)
{
    struct visit v = {.row = row, .most = most};
    char why[160];
    if (most && reach(&v, why, sizeof why)) {
        finish(&v, pa_context_get_server_info(v.context, on_server, &v));
        finish(&v, pa_context_get_sink_info_list(v.context, on_sink, &v));
        finish(&v, pa_context_get_source_info_list(v.context, on_source, &v));
    }
    leave(&v);
    return v.rows;
}
