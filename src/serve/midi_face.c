// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Notes and controllers go to the engines from the port's own thread; what the engines do not know
// yet, and everything that is an edit, waits for the main thread. Notes of patterns go out by
// midi_notes.c.
#include "serve/midi_parts.h"

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#define SUSTAIN 64
#define ALL_SOUND_OFF 120
#define ALL_NOTES_OFF 123
#define BPM_STEP 0.05
#define NOTE_NS 500000000u // a note waits so long for the engines
#define AUTHOR "midi"

// -- the port's thread; the lock is held ---------------------------------------------------------

static void put_job(struct vy_midi_face *face, const struct vy_midi_job *job)
{
    if (face->jobs == VY_MIDI_JOBS) {
        face->lost++;
        return;
    }
    face->job[face->jobs++] = *job;
    eventfd_write(face->wake, 1);
}

static void play(struct vy_midi_face *face, const char *unit, float hz, float velocity)
{
    struct vy_midi_job job = {
        .kind = VY_MIDI_DO_NOTE, .hz = hz, .velocity = velocity, .give_up = vy_now_ns() + NOTE_NS};
    if (!*unit)
        return;
    face->notes += velocity > 0;
    // what waits for the main thread must not be overtaken by its own end
    if (face->jobs > 0 || !vy_live_note(face->live, unit, hz, velocity, 0, 0)) {
        vy_text_copy(job.unit, sizeof job.unit, unit);
        put_job(face, &job);
    }
}

static float hz_of(int key)
{
    return (float)(440 * exp2((key - 69) / 12.0));
}

static void release(struct vy_midi_face *face, int chan, int key)
{
    struct vy_midi_key *const k = &face->key[chan][key];
    play(face, k->unit, hz_of(key), 0);
    memset(k, 0, sizeof *k);
}

static void on_note(struct vy_midi_face *face, const struct vy_midi_event *event)
{
    struct vy_midi_key *const key = &face->key[event->chan][event->a];
    if (event->kind == VY_MIDI_NOTE_OFF) {
        key->let_go = true;
        if (!face->pedal[event->chan])
            release(face, event->chan, event->a);
        return;
    }
    if (*key->unit)
        release(face, event->chan, event->a);
    vy_text_copy(key->unit, sizeof key->unit, face->armed[event->chan]);
    play(face, key->unit, hz_of(event->a), (float)event->b / 127.0f);
}

static void lift_pedal(struct vy_midi_face *face, int chan)
{
    for (int key = 0; key < VY_MIDI_KEYS; key++)
        if (face->key[chan][key].let_go)
            release(face, chan, key);
}

static void all_off(struct vy_midi_face *face, int chan)
{
    for (int key = 0; key < VY_MIDI_KEYS; key++)
        if (*face->key[chan][key].unit)
            release(face, chan, key);
}

static float scale(const struct vy_midi_learned *l, double way)
{
    const double min = (double)l->min, max = (double)l->max;
    switch (l->curve) {
    case VY_LIN: return (float)(min + way * (max - min));
    case VY_EXP: return (float)(way >= 1 ? max : min * pow(max / min, way));
    case VY_INT:
    case VY_ENUM: return (float)rint(min + way * (max - min));
    case VY_BOOL: return way >= 0.5;
    }
    return 0;
}

// @return true: somebody has learned it
static bool on_control(struct vy_midi_face *face, int chan, int number, double way)
{
    bool taken = false;
    for (int i = 0; i < face->learns; i++) {
        struct vy_midi_learned *const l = &face->learned[i];
        if (l->number < 0 && !taken) {
            l->number = number;
            l->chan = chan;
        }
        if (l->number != number || l->chan != chan)
            continue;
        taken = true;
        l->value = scale(l, way);
        if (!vy_live_turn(face->live, l->path, l->value, 0, 0, AUTHOR)) {
            l->moved = true;
            eventfd_write(face->wake, 1);
        }
    }
    return taken;
}

static void on_controller(struct vy_midi_face *face, const struct vy_midi_event *event)
{
    if (event->a == ALL_SOUND_OFF || event->a == ALL_NOTES_OFF) {
        all_off(face, event->chan);
    } else if (!on_control(face, event->chan, event->a, event->b / 127.0) && event->a == SUSTAIN) {
        face->pedal[event->chan] = event->b >= 64;
        if (!face->pedal[event->chan])
            lift_pedal(face, event->chan);
    }
}

static void on_clock(struct vy_midi_face *face, const struct vy_midi_event *event, uint64_t ns)
{
    struct vy_midi_job job = {.kind = VY_MIDI_DO_PLAY};
    if (event->kind == VY_MIDI_CLOCK) {
        job.kind = VY_MIDI_DO_TEMPO;
        job.value = vy_clock_tick(&face->meter, ns);
        if (job.value == 0 || fabs(job.value - face->bpm) <= BPM_STEP)
            return;
        face->bpm = job.value;
    } else if (event->kind == VY_MIDI_SONG) {
        job.kind = VY_MIDI_DO_SEEK;
        job.value = event->value / 4.0;
    } else {
        job.kind = event->kind == VY_MIDI_START  ? VY_MIDI_DO_START
                   : event->kind == VY_MIDI_STOP ? VY_MIDI_DO_STOP
                                                 : VY_MIDI_DO_PLAY;
    }
    put_job(face, &job);
}

static void on_event(void *arg, const struct vy_midi_event *event, uint64_t ns)
{
    struct vy_midi_face *const face = arg;
    pthread_mutex_lock(&face->lock);
    face->events++;
    switch (event->kind) {
    case VY_MIDI_NOTE_OFF:
    case VY_MIDI_NOTE_ON: on_note(face, event); break;
    case VY_MIDI_CONTROL: on_controller(face, event); break;
    case VY_MIDI_PRESSURE:
        on_control(face, event->chan, VY_MIDI_FROM_PRESSURE, event->a / 127.0);
        break;
    case VY_MIDI_BEND:
        on_control(face, event->chan, VY_MIDI_FROM_BEND, event->value / 16383.0);
        break;
    case VY_MIDI_RESET:
        for (int chan = 0; chan < VY_MIDI_CHANS; chan++)
            all_off(face, chan);
        break;
    case VY_MIDI_SONG:
    case VY_MIDI_CLOCK:
    case VY_MIDI_START:
    case VY_MIDI_CONTINUE:
    case VY_MIDI_STOP:
        if (face->clock_in)
            on_clock(face, event, ns);
        break;
    case VY_MIDI_TOUCH:
    case VY_MIDI_PROGRAM: break; // nothing here answers to these
    }
    pthread_mutex_unlock(&face->lock);
}

// -- the main thread -----------------------------------------------------------------------------

static void no_reply(void *arg, const struct vy_reply *reply)
{
    (void)arg;
    (void)reply;
}

static void say(struct vy_midi_face *face, const char *line)
{
    const struct vy_request request = {line, strlen(line), AUTHOR, -1};
    (void)vy_live_do(face->live, &request, no_reply, NULL); // there is nobody to tell
}

static void seek(struct vy_midi_face *face, double beat)
{
    const double bar = vy_doc_bar_beats(vy_live_session(face->live)->doc);
    const double unit = 4.0 / vy_live_session(face->live)->doc->meter_den;
    char line[64];
    snprintf(line, sizeof line, "seek bar %d:%.9g", (int)(beat / bar) + 1,
             fmod(beat, bar) / unit + 1);
    say(face, line);
}

// @return false: the engines do not know the thing yet; try again
static bool do_note(struct vy_midi_face *face, const struct vy_midi_job *job)
{
    if (vy_live_note(face->live, job->unit, job->hz, job->velocity, 0, 0))
        return true;
    struct vy_err err;
    const bool known = vy_live_bind(face->live, job->unit, &err) == VY_OK;
    if (known && vy_live_note(face->live, job->unit, job->hz, job->velocity, 0, 0))
        return true;
    if (known && vy_now_ns() < job->give_up)
        return false;
    pthread_mutex_lock(&face->lock);
    face->lost++;
    pthread_mutex_unlock(&face->lock);
    return true;
}

static bool do_job(struct vy_midi_face *face, const struct vy_midi_job *job)
{
    char line[64];
    switch (job->kind) {
    case VY_MIDI_DO_NOTE: return do_note(face, job);
    case VY_MIDI_DO_START:
        seek(face, 0);
        say(face, "play");
        break;
    case VY_MIDI_DO_PLAY: say(face, "play"); break;
    case VY_MIDI_DO_STOP: say(face, "stop"); break;
    case VY_MIDI_DO_SEEK: seek(face, job->value); break;
    case VY_MIDI_DO_TEMPO:
        snprintf(line, sizeof line, "tempo %.2f", job->value);
        if (job->value >= 10 && job->value <= 400)
            say(face, line);
        break;
    }
    return true;
}

static void turn_moved(struct vy_midi_face *face)
{
    for (int i = 0; i < VY_MIDI_LEARNED; i++) {
        pthread_mutex_lock(&face->lock);
        const struct vy_midi_learned l = face->learned[i];
        face->learned[i].moved = false;
        const bool mine = i < face->learns && l.moved;
        pthread_mutex_unlock(&face->lock);
        if (!mine)
            continue;
        char line[sizeof l.path + 40];
        struct vy_err err;
        if (vy_live_bind(face->live, l.path, &err) == VY_OK &&
            vy_live_turn(face->live, l.path, l.value, 0, 0, AUTHOR))
            continue;
        snprintf(line, sizeof line, "set %s %.9g", l.path, (double)l.value);
        say(face, line);
    }
}

void vy_midi_face_service(struct vy_midi_face *face)
{
    eventfd_t count;
    (void)eventfd_read(face->wake, &count); // a note may wait without a new event
    for (;;) {
        // one by one, and the place is given free afterwards: nothing may overtake
        pthread_mutex_lock(&face->lock);
        const bool any = face->jobs > 0;
        const struct vy_midi_job job = face->job[0];
        pthread_mutex_unlock(&face->lock);
        if (!any || !do_job(face, &job))
            break;
        pthread_mutex_lock(&face->lock);
        memmove(face->job, face->job + 1, (--face->jobs) * sizeof *face->job);
        pthread_mutex_unlock(&face->lock);
    }
    turn_moved(face);
    vy_notes_service(face->notes_out);
}

int vy_midi_face_fd(const struct vy_midi_face *face)
{
    return face->wake;
}

void vy_midi_face_close(struct vy_midi_face *face)
{
    if (!face)
        return;
    struct vy_session *const session = vy_live_session(face->live);
    if (session->stage == &face->stage)
        session->stage = face->below;
    vy_clock_sender_destroy(face->sender);
    vy_notes_sender_destroy(face->notes_out);
    vy_midi_close(face->midi);
    if (face->wake >= 0)
        close(face->wake);
    pthread_mutex_destroy(&face->lock);
    free(face);
}

// -- opening -------------------------------------------------------------------------------------

vy_status vy_midi_face_open(const struct vy_midi_face_how *how, struct vy_midi_face **to,
                            struct vy_err *err)
{
    if (how->clock_in && how->clock_out)
        return vy_fail(err, VY_BAD_ARG, -1, "midi: a clock is followed or sent, not both");
    struct vy_midi_face *const face = calloc(1, sizeof *face);
    if (!face)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for MIDI");
    face->live = how->live;
    face->clock_in = how->clock_in;
    face->wake = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutexattr_t attr;
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
    pthread_mutex_init(&face->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    const struct vy_midi_how port = {how->client, how->raw, on_event, face};
    vy_status status = face->wake < 0 ? vy_fail(err, VY_NO_MEMORY, -1, "no memory for MIDI")
                                      : vy_midi_open(&port, &face->midi, err);
    if (!status && how->clock_out && !vy_midi_has_out(face->midi))
        status = vy_fail(err, VY_BAD_ARG, -1,
                         "midi: a FIFO has no way out for the clock; give two: --midi-raw IN,OUT");
    if (!status && how->clock_out && !(face->sender = vy_clock_sender_new(how->live, face->midi)))
        status = vy_fail(err, VY_NO_MEMORY, -1, "midi: no thread for the clock");
    if (!status && !(face->notes_out = vy_notes_sender_new(how->live, face->midi, face->wake)))
        status = vy_fail(err, VY_NO_MEMORY, -1, "no memory for MIDI");
    if (status) {
        vy_midi_face_close(face);
        return status;
    }
    vy_midi_join_stage(face);
    *to = face;
    return VY_OK;
}
