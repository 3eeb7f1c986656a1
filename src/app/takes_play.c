// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/takes.h"

#include "app/app.h"
#include "base/program.h"
#include "base/settings.h"
#include "base/text.h"
#include "sound/device.h"
#include "sound/file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOOK_MS 50

extern char **environ;

// ---- in this process ----------------------------------------------------------------------------

struct playing {
    struct vy_sound sound;
    _Atomic uint32_t at; ///< frame
};

// Audio thread. The device runs at the rate of the file; where it cannot, it says so by sr_hz, and
// the nearest frame is taken: for listening through, not for mastering.
static void on_block(void *arg, const struct vy_device_block *block)
{
    struct playing *const p = arg;
    const uint32_t at = atomic_load_explicit(&p->at, memory_order_relaxed);
    const double step = block->sr_hz ? (double)p->sound.sr_hz / block->sr_hz : 1;
    for (uint32_t i = 0; i < block->frames; i++) {
        const uint64_t frame = at + (uint64_t)(i * step);
        for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++)
            block->out[c][i] = frame < p->sound.frames ? p->sound.chan[c & 1][frame] : 0;
    }
    atomic_store_explicit(&p->at, at + (uint32_t)(block->frames * step), memory_order_relaxed);
}

int vy_play_file(const char *path, const char *device)
{
    struct playing p = {0};
    struct vy_device *out = NULL;
    struct vy_err err = {.at = -1};
    if (vy_sound_read(path, &p.sound, &err))
        return vy_complain(&err);
    const struct vy_device_want want = {
        .name = device ? device : vy_settings_text(vy_app_settings(), "audio.device"),
        .sr_hz = p.sound.sr_hz,
        .period = 512,
        .client = "Veery take",
        .no_realtime = true,
        .block = on_block,
        .arg = &p};
    int code = EXIT_FINE;
    if (vy_device_open(&want, &out, &err)) {
        code = vy_complain(&err);
    } else {
        while (!vy_interrupted() && atomic_load(&p.at) < p.sound.frames) {
            poll(NULL, 0, LOOK_MS);
            if (out->backend->service)
                out->backend->service(out);
        }
        code = vy_interrupted() ? EXIT_INTERRUPTED : EXIT_FINE;
        vy_device_close(out);
    }
    vy_sound_clear(&p.sound);
    return code;
}

// ---- beside a studio ----------------------------------------------------------------------------

static void end(struct vy_audition *audition)
{
    if (audition->pid <= 0)
        return;
    kill(audition->pid, SIGKILL); // it writes nothing
    while (waitpid(audition->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    audition->pid = 0;
}

vy_status vy_audition_play(struct vy_audition *audition, const char *device, int64_t id,
                           struct vy_err *err)
{
    char program[4096], number[24];
    end(audition);
    if (id == 0)
        return VY_OK;
    if (!vy_program_self(program, sizeof program))
        return vy_fail(err, VY_IO, -1, "this program is not found any more");
    snprintf(number, sizeof number, "%" PRId64, id);
    char *const words[] = {program, "takes", "play", number, "--device", (char *)(uintptr_t)device,
                           NULL};
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attr;
    posix_spawn_file_actions_init(&files);
    for (int fd = 0; fd < 3; fd++)
        posix_spawn_file_actions_addopen(&files, fd, "/dev/null", fd ? O_WRONLY : O_RDONLY, 0);
    vy_program_attr(&attr);
    const int why = posix_spawn(&audition->pid, program, &files, &attr, words, environ);
    posix_spawnattr_destroy(&attr);
    posix_spawn_file_actions_destroy(&files);
    if (why == 0)
        return VY_OK;
    audition->pid = 0;
    return vy_fail(err, VY_IO, -1, "nothing can be played: %s", strerror(why));
}
