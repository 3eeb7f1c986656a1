// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The ports. Both kinds hand bytes to the same decoder, on a thread of their own.
#include "sound/midi.h"

#include "base/exchange.h"
#include "base/text.h"

#include <alsa/asoundlib.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/stat.h>
#include <unistd.h>

#define PRIORITY 25 // before OSC, after everything that makes sound

struct vy_midi {
    struct vy_midi_how how;
    struct vy_midi_decoder decoder;
    char name[200];
    pthread_t thread;
    bool threaded;
    _Atomic int priority;
    int stop;
    pthread_mutex_t lock; ///< of everything that sends
    // raw
    int in, out; ///< -1 = none
    // ALSA sequencer
    snd_seq_t *seq;
    snd_midi_event_t *reader, *writer;
    int in_port, out_port;
};

static void take(struct vy_midi *midi, const uint8_t *bytes, long n)
{
    const uint64_t now = vy_now_ns();
    struct vy_midi_event event;
    for (long i = 0; i < n; i++)
        if (vy_midi_decode(&midi->decoder, bytes[i], &event))
            midi->how.event(midi->how.arg, &event, now);
}

static bool take_raw(struct vy_midi *midi)
{
    uint8_t bytes[256];
    ssize_t n;
    while ((n = read(midi->in, bytes, sizeof bytes)) > 0)
        take(midi, bytes, n);
    return n < 0 && (errno == EAGAIN || errno == EINTR); // else the device has gone
}

// Who is disconnected, or ends, cannot let go what it holds.
static void on_parting(struct vy_midi *midi, const snd_seq_event_t *event)
{
    const struct vy_midi_event reset = {.kind = VY_MIDI_RESET};
    if (event->data.connect.dest.port == midi->in_port)
        midi->how.event(midi->how.arg, &reset, vy_now_ns());
}

static bool take_seq(struct vy_midi *midi)
{
    snd_seq_event_t *event;
    while (snd_seq_event_input(midi->seq, &event) >= 0 && event) {
        uint8_t bytes[16];
        if (event->type == SND_SEQ_EVENT_PORT_UNSUBSCRIBED)
            on_parting(midi, event);
        else if (event->type != SND_SEQ_EVENT_SYSEX) // long ones would not fit, and none is used
            take(midi, bytes, snd_midi_event_decode(midi->reader, bytes, sizeof bytes, event));
    }
    return true;
}

static void *hear(void *arg)
{
    struct vy_midi *const midi = arg;
    const struct sched_param how = {.sched_priority = PRIORITY};
    if (pthread_setschedparam(pthread_self(), SCHED_FIFO, &how) == 0)
        midi->priority = PRIORITY;
    struct pollfd wait[8] = {{.fd = midi->stop, .events = POLLIN},
                             {.fd = midi->in, .events = POLLIN}};
    nfds_t n = 2;
    if (midi->seq)
        n = 1 + (nfds_t)snd_seq_poll_descriptors(midi->seq, wait + 1, 7, POLLIN);
    for (;;) {
        if (poll(wait, n, -1) < 0 && errno != EINTR)
            return NULL;
        if (wait[0].revents || !(midi->seq ? take_seq(midi) : take_raw(midi)))
            return NULL;
    }
}

// A FIFO is opened both ways so that it does not end with its writer.
static vy_status open_raw(struct vy_midi *midi, struct vy_err *err)
{
    char path[sizeof midi->name];
    if (!vy_text_copy(path, sizeof path, midi->how.raw))
        return vy_fail(err, VY_TOO_BIG, -1, "the path of the MIDI port is too long");
    char *const comma = strchr(path, ',');
    if (comma)
        *comma = '\0';
    struct stat facts;
    midi->in = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    if (midi->in < 0 || fstat(midi->in, &facts))
        return vy_fail(err, errno == ENOENT ? VY_NOT_FOUND : VY_IO, -1, "midi: %.100s: %s", path,
                       strerror(errno));
    if (!S_ISFIFO(facts.st_mode) && !S_ISCHR(facts.st_mode))
        return vy_fail(err, VY_BAD_ARG, -1, "midi: %.100s is neither a FIFO nor a device", path);
    if (comma)
        midi->out = open(comma + 1, O_RDWR | O_NONBLOCK | O_CLOEXEC | O_NOCTTY);
    else if (S_ISCHR(facts.st_mode))
        midi->out = fcntl(midi->in, F_DUPFD_CLOEXEC, 0);
    if (comma && midi->out < 0)
        return vy_fail(err, errno == ENOENT ? VY_NOT_FOUND : VY_IO, -1, "midi: %.100s: %s",
                       comma + 1, strerror(errno));
    snprintf(midi->name, sizeof midi->name, "%s", midi->how.raw);
    return VY_OK;
}

static void quiet(const char *file, int line, const char *function, int why, const char *format,
                  ...)
{
    (void)file;
    (void)line;
    (void)function;
    (void)why;
    (void)format;
}

static vy_status open_seq(struct vy_midi *midi, struct vy_err *err)
{
    snd_lib_error_set_handler(quiet); // the library would print
    const int failed = snd_seq_open(&midi->seq, "default", SND_SEQ_OPEN_DUPLEX, SND_SEQ_NONBLOCK);
    if (failed) {
        midi->seq = NULL;
        return vy_fail(err, VY_ABSENT, -1,
                       "midi: no ALSA sequencer (/dev/snd/seq: %s); `modprobe snd-seq` brings it, "
                       "--midi-raw PATH needs none",
                       snd_strerror(failed));
    }
    const char *const name = midi->how.client ? midi->how.client : "Veery";
    const unsigned type = SND_SEQ_PORT_TYPE_MIDI_GENERIC | SND_SEQ_PORT_TYPE_APPLICATION;
    char port[64];
    snd_seq_set_client_name(midi->seq, name);
    snprintf(port, sizeof port, "%.50s in", name);
    midi->in_port = snd_seq_create_simple_port(
        midi->seq, port, SND_SEQ_PORT_CAP_WRITE | SND_SEQ_PORT_CAP_SUBS_WRITE, type);
    snprintf(port, sizeof port, "%.50s out", name);
    midi->out_port = snd_seq_create_simple_port(
        midi->seq, port, SND_SEQ_PORT_CAP_READ | SND_SEQ_PORT_CAP_SUBS_READ, type);
    if (midi->in_port < 0 || midi->out_port < 0 || snd_midi_event_new(256, &midi->reader) ||
        snd_midi_event_new(256, &midi->writer))
        return vy_fail(err, VY_IO, -1, "midi: the ALSA sequencer gives no ports");
    snd_midi_event_no_status(midi->reader, 1); // every event with its status
    const int client = snd_seq_client_id(midi->seq);
    snprintf(midi->name, sizeof midi->name, "ALSA sequencer %d:%d in, %d:%d out", client,
             midi->in_port, client, midi->out_port);
    return VY_OK;
}

vy_status vy_midi_open(const struct vy_midi_how *how, struct vy_midi **to, struct vy_err *err)
{
    struct vy_midi *const midi = calloc(1, sizeof *midi);
    if (!midi)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for MIDI");
    midi->how = *how;
    midi->in = midi->out = -1;
    midi->stop = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    pthread_mutex_init(&midi->lock, NULL);
    vy_status status = how->raw ? open_raw(midi, err) : open_seq(midi, err);
    midi->how.raw = midi->how.client = NULL; // borrowed until here
    if (!status && (midi->stop < 0 || pthread_create(&midi->thread, NULL, hear, midi)))
        status = vy_fail(err, VY_NO_MEMORY, -1, "midi: no thread to listen with");
    if (status) {
        vy_midi_close(midi);
        return status;
    }
    midi->threaded = true;
    *to = midi;
    return VY_OK;
}

void vy_midi_close(struct vy_midi *midi)
{
    if (!midi)
        return;
    if (midi->threaded) {
        eventfd_write(midi->stop, 1);
        pthread_join(midi->thread, NULL);
    }
    if (midi->reader)
        snd_midi_event_free(midi->reader);
    if (midi->writer)
        snd_midi_event_free(midi->writer);
    if (midi->seq)
        snd_seq_close(midi->seq);
    const int fds[] = {midi->in, midi->out, midi->stop};
    for (size_t i = 0; i < sizeof fds / sizeof *fds; i++)
        if (fds[i] >= 0)
            close(fds[i]);
    pthread_mutex_destroy(&midi->lock);
    free(midi);
}

static bool send_seq(struct vy_midi *midi, const uint8_t *bytes, size_t n)
{
    snd_seq_event_t event;
    snd_seq_ev_clear(&event);
    snd_midi_event_reset_encode(midi->writer);
    if (snd_midi_event_encode(midi->writer, bytes, (long)n, &event) < 0)
        return false;
    snd_seq_ev_set_source(&event, (unsigned char)midi->out_port);
    snd_seq_ev_set_subs(&event);
    snd_seq_ev_set_direct(&event);
    return snd_seq_event_output_direct(midi->seq, &event) >= 0;
}

bool vy_midi_send(struct vy_midi *midi, const struct vy_midi_event *event)
{
    uint8_t bytes[3];
    const size_t n = vy_midi_encode(event, bytes);
    pthread_mutex_lock(&midi->lock);
    const bool sent = midi->seq        ? send_seq(midi, bytes, n)
                      : midi->out >= 0 ? write(midi->out, bytes, n) == (ssize_t)n
                                       : false;
    pthread_mutex_unlock(&midi->lock);
    return sent;
}

const char *vy_midi_name(const struct vy_midi *midi)
{
    return midi->name;
}

bool vy_midi_has_out(const struct vy_midi *midi)
{
    return midi->seq || midi->out >= 0;
}

int vy_midi_priority(const struct vy_midi *midi)
{
    return midi->priority;
}
