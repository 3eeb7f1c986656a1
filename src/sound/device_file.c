// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A file as a device: paced like a sound card, and every frame that was put out is written, so that
// tests can look at what a listener would have heard.
//
// The audio thread copies blocks into a ring, an ordinary thread writes them. The header is brought
// up to date with every write: the file can be read whenever the process is killed.
#include "base/text.h"
#include "sound/device_kinds.h"
#include "sound/device_paced.h"

#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <sndfile.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define RING_S 8u // at least
#define WRITE_EVERY_NS 20000000l
#define FRAME_BYTES (VY_DEVICE_CHANS * sizeof(float))
#define FILE_BYTES 0xfff00000ull // a WAV's sizes have 32 bits; the rest is for headers

struct file {
    struct vy_device device;
    struct vy_paced *paced;
    struct vy_sound in;
    uint32_t ins;
    char path[4096];
    SNDFILE *file;
    pthread_t thread;
    bool has_thread;
    _Atomic bool quit;
    float (*ring)[VY_DEVICE_CHANS]; // owned, `size` frames, a power of two
    uint32_t size;
    // Frames since the start. The audio thread writes `head` (release) after the frames, the writer
    // `tail` (release) when it is done with them.
    _Alignas(64) _Atomic uint64_t head;
    _Alignas(64) _Atomic uint64_t tail;
    _Atomic bool refused;     // by the disk, or as long as a WAV can be
    _Atomic uint64_t dropped; // blocks that did not get into the file
};

static void put(void *arg, const struct vy_device_block *block)
{
    struct file *const d = arg;
    const uint64_t head = atomic_load_explicit(&d->head, memory_order_relaxed);
    const uint64_t tail = atomic_load_explicit(&d->tail, memory_order_acquire);
    const bool refused = atomic_load_explicit(&d->refused, memory_order_relaxed);
    if (refused || head - tail + block->frames > d->size) {
        atomic_fetch_add_explicit(&d->dropped, 1, memory_order_relaxed);
        return;
    }
    for (uint32_t i = 0; i < block->frames; i++)
        for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++)
            d->ring[(head + i) & (d->size - 1)][c] = block->out[c][i];
    atomic_store_explicit(&d->head, head + block->frames, memory_order_release);
}

// Write all there is.
static void drain(struct file *d)
{
    const uint64_t head = atomic_load_explicit(&d->head, memory_order_acquire);
    uint64_t tail = atomic_load_explicit(&d->tail, memory_order_relaxed);
    while (tail < head && !atomic_load_explicit(&d->refused, memory_order_relaxed)) {
        const uint32_t at = (uint32_t)(tail & (d->size - 1));
        const uint64_t left = head - tail;
        const uint32_t n = left < d->size - at ? (uint32_t)left : d->size - at;
        if ((tail + n) * FRAME_BYTES > FILE_BYTES || sf_writef_float(d->file, d->ring[at], n) != n)
            atomic_store_explicit(&d->refused, true, memory_order_relaxed);
        tail += n;
        atomic_store_explicit(&d->tail, tail, memory_order_release);
    }
}

static void *write_on(void *arg)
{
    struct file *const d = arg;
    const struct timespec pause = {.tv_nsec = WRITE_EVERY_NS};
    while (!atomic_load_explicit(&d->quit, memory_order_acquire)) {
        drain(d);
        nanosleep(&pause, NULL);
    }
    drain(d);
    return NULL;
}

static void shut(struct vy_device *device)
{
    struct file *const d = (struct file *)device;
    vy_paced_destroy(d->paced); // first: after it nothing more comes
    atomic_store_explicit(&d->quit, true, memory_order_release);
    if (d->has_thread)
        pthread_join(d->thread, NULL);
    if (d->file)
        sf_close(d->file);
    vy_sound_clear(&d->in);
    free(d->ring);
    free(d);
}

static vy_status make_file(struct file *d, uint32_t sr_hz, struct vy_err *err)
{
    SF_INFO info = {.samplerate = (int)sr_hz,
                    .channels = VY_DEVICE_CHANS,
                    .format = SF_FORMAT_WAV | SF_FORMAT_FLOAT};
    errno = 0;
    d->file = sf_open(d->path, SFM_WRITE, &info);
    if (!d->file)
        return vy_fail(err, VY_IO, -1, "%.150s: %.60s", d->path,
                       errno ? strerror(errno) : sf_strerror(NULL));
    sf_command(d->file, SFC_SET_ADD_PEAK_CHUNK, NULL, SF_FALSE); // it holds the time of day
    sf_command(d->file, SFC_SET_UPDATE_HEADER_AUTO, NULL, SF_TRUE);
    return VY_OK;
}

static vy_status start_writer(struct file *d, uint32_t sr_hz, struct vy_err *err)
{
    d->size = 1;
    while (d->size < RING_S * sr_hz)
        d->size *= 2;
    const size_t bytes = d->size * FRAME_BYTES;
    d->ring = aligned_alloc(64, bytes);
    if (!d->ring)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    memset(d->ring, 0, bytes); // touched here, not on the audio thread
    const vy_status status = make_file(d, sr_hz, err);
    if (status)
        return status;
    const int failed = pthread_create(&d->thread, NULL, write_on, d);
    if (failed)
        return vy_fail(err, VY_IO, -1, "no thread to write with: %.80s", strerror(failed));
    d->has_thread = true;
    return VY_OK;
}

static vy_status start(const struct vy_device_want *want, struct vy_device **device,
                       struct vy_err *err)
{
    const char *const path = vy_device_rest(want->name);
    const uint32_t sr_hz = want->sr_hz ? want->sr_hz : VY_DEVICE_SR_HZ;
    if (!*path)
        return vy_fail(err, VY_BAD_ARG, -1, "the device file needs a name: file:OUT.wav");
    if (!(want->seconds >= 0 && want->seconds * sr_hz * FRAME_BYTES <= (double)FILE_BYTES))
        return vy_fail(err, VY_TOO_BIG, -1, "%g seconds do not fit into a WAV of 4 GB",
                       want->seconds);
    struct file *const d = aligned_alloc(64, sizeof *d);
    if (!d)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    *d = (struct file){.device.backend = &vy_device_file, .ins = want->ins};
    const struct vy_paced_how how = {.sr_hz = sr_hz,
                                     .period = want->period ? want->period : VY_DEVICE_PERIOD,
                                     .no_realtime = want->no_realtime,
                                     .frames = (uint64_t)llround(want->seconds * sr_hz),
                                     .in = &d->in,
                                     .block = want->block,
                                     .arg = want->arg,
                                     .made = put,
                                     .made_arg = d};
    vy_status status = vy_device_read_in(want, sr_hz, &d->in, err);
    if (!status && !vy_text_copy(d->path, sizeof d->path, path))
        status = vy_fail(err, VY_TOO_BIG, -1, "the path is too long");
    if (!status)
        status = start_writer(d, sr_hz, err);
    if (!status)
        status = vy_paced_new(&how, &d->paced, err);
    if (status)
        shut(&d->device);
    else
        *device = &d->device;
    return status;
}

static void tell(struct vy_device *device, struct vy_device_facts_now *facts)
{
    struct file *const d = (struct file *)device;
    *facts = (struct vy_device_facts_now){
        .backend = vy_device_file.name, .ins = d->ins, .outs = VY_DEVICE_CHANS};
    vy_text_copy(facts->name, sizeof facts->name, d->path);
    vy_paced_facts(d->paced, facts);
    facts->xruns += atomic_load_explicit(&d->dropped, memory_order_relaxed);
}

static bool usable(char *why, uint32_t size)
{
    (void)size;
    why[0] = '\0';
    return true;
}

static uint32_t list(struct vy_device_row *row, uint32_t most)
{
    if (!most)
        return 0;
    *row = (struct vy_device_row){.name = "file:OUT.wav",
                                  .text = "writes what would be heard, paced like a device",
                                  .chans = VY_DEVICE_CHANS};
    return 1;
}

const struct vy_device_backend vy_device_file = {
    .name = "file",
    .text = "writes what would be heard, paced like a device",
    .open = start,
    .facts = tell,
    .close = shut,
    .usable = usable,
    .list = list,
};
