// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Devices that need no sound server: they keep time, and what was put out is in the file.
#include "cm.h"
#include "sound/device.h"
#include "sound/file.h"

#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static char path[64], in_path[64];

// What `block` saw, written by the audio thread.
struct seen {
    _Atomic uint64_t blocks, frames, skipped;
    _Atomic uint32_t inside, both; // threads in `block` now; more than one ever?
    uint64_t in_nonzero, in_wrong;
    uint32_t largest, sr_hz;
    bool echo; // put out what comes in, else a count
};

static float value_at(uint64_t frame, uint32_t chan)
{
    return (float)(frame % 1000000) / 1000000.0f + (float)chan;
}

static void on_block(void *arg, const struct vy_device_block *block)
{
    struct seen *const s = arg;
    if (atomic_fetch_add(&s->inside, 1))
        atomic_store(&s->both, 1);
    const uint64_t first = atomic_load(&s->frames);
    for (uint32_t c = 0; c < VY_DEVICE_CHANS; c++)
        for (uint32_t i = 0; i < block->frames; i++) {
            block->out[c][i] = s->echo ? block->in[c][i] : value_at(first + i, c);
            s->in_nonzero += block->in[c][i] != 0;
        }
    if (block->frames > s->largest)
        s->largest = block->frames;
    s->sr_hz = block->sr_hz;
    atomic_fetch_add(&s->blocks, 1);
    atomic_fetch_add(&s->frames, block->frames);
    atomic_fetch_add(&s->skipped, block->skipped);
    atomic_fetch_sub(&s->inside, 1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static void pause_s(double s)
{
    const struct timespec time = {(time_t)s, (long)((s - floor(s)) * 1e9)};
    nanosleep(&time, NULL);
}

static struct vy_device *open_or_fail(const struct vy_device_want *want)
{
    struct vy_device *device = NULL;
    struct vy_err err = {.at = -1};
    if (vy_device_open(want, &device, &err))
        fail_msg("%s: %s", want->name, err.message);
    return device;
}

static struct vy_device_facts_now facts_of(struct vy_device *device)
{
    struct vy_device_facts_now facts;
    device->backend->facts(device, &facts);
    return facts;
}

static void wait_until_closed(struct vy_device *device, double most_s)
{
    const double until = now_s() + most_s;
    while (facts_of(device).state != VY_DEVICE_CLOSED) {
        if (now_s() > until)
            fail_msg("still running after %g s", most_s);
        pause_s(0.01);
    }
}

// Frames made and given up together follow the clock, whatever the host does to this thread.
static void null_keeps_time(uint32_t sr_hz, uint32_t period, double seconds)
{
    struct seen seen = {0};
    const struct vy_device_want want = {
        .name = "null", .sr_hz = sr_hz, .period = period, .block = on_block, .arg = &seen};
    const double start = now_s();
    struct vy_device *const device = open_or_fail(&want);
    pause_s(seconds);
    const double took = now_s() - start;
    const double frames = (double)(atomic_load(&seen.frames) + atomic_load(&seen.skipped));
    const struct vy_device_facts_now facts = facts_of(device);
    vy_device_close(device);
    const double late_s = took - frames / sr_hz, period_s = (double)period / sr_hz;
    print_message("null %u/%u: %.0f frames in %.4f s, %.2f ms behind, %u skipped\n", sr_hz, period,
                  frames, took, 1e3 * late_s, (unsigned)atomic_load(&seen.skipped));
    assert_true(late_s > -1.5 * period_s);
    assert_true(late_s < 4 * period_s + 0.15);
    assert_int_equal(seen.largest, period);
    assert_int_equal(seen.sr_hz, sr_hz);
    assert_int_equal(atomic_load(&seen.both), 0);
    assert_int_equal(facts.state, VY_DEVICE_RUNNING);
    assert_int_equal(facts.sr_hz, sr_hz);
    assert_int_equal(facts.period, period);
    assert_string_equal(facts.backend, "null");
    assert_true((atomic_load(&seen.skipped) > 0) == (facts.xruns > 0));
    assert_true((facts.priority > 0) == (facts.priority_why[0] == '\0'));
}

static void device_null_keeps_time(void **unused)
{
    (void)unused;
    null_keeps_time(48000, 256, 2.0);
    null_keeps_time(44100, 333, 0.5);
    null_keeps_time(192000, 8192, 0.5);
    null_keeps_time(8000, 16, 0.5);
}

static void device_null_has_defaults(void **unused)
{
    (void)unused;
    struct seen seen = {0};
    struct vy_device *const device = open_or_fail(&(struct vy_device_want){
        .name = "null", .block = on_block, .arg = &seen, .no_realtime = true});
    const struct vy_device_facts_now facts = facts_of(device);
    vy_device_close(device);
    assert_int_equal(facts.sr_hz, 48000);
    assert_int_equal(facts.period, 256);
    assert_int_equal(facts.outs, 2);
    assert_int_equal(facts.priority, 0);
    assert_string_not_equal(facts.priority_why, "");
    const uint64_t frames = atomic_load(&seen.frames);
    pause_s(0.05);
    assert_int_equal(atomic_load(&seen.frames), frames); // closed is closed
}

// A thread that is held up for 0.3 s cannot catch up: it says how much was lost, and is in time
// again.
static void hold_up(void *arg, const struct vy_device_block *block)
{
    struct seen *const s = arg;
    on_block(arg, block);
    if (atomic_load(&s->blocks) == 10)
        pause_s(0.3);
}

static void device_null_tells_what_was_skipped(void **unused)
{
    (void)unused;
    struct seen seen = {0};
    const double start = now_s();
    struct vy_device *const device =
        open_or_fail(&(struct vy_device_want){.name = "null", .block = hold_up, .arg = &seen});
    pause_s(0.7);
    const double took = now_s() - start;
    const uint64_t skipped = atomic_load(&seen.skipped);
    const double frames = (double)(atomic_load(&seen.frames) + skipped);
    const uint64_t xruns = facts_of(device).xruns;
    vy_device_close(device);
    assert_true(skipped > 0.25 * 48000);
    assert_int_equal(skipped % 256, 0);
    assert_true(xruns >= 1);
    assert_true(fabs(took - frames / 48000) < 0.08);
}

static void write_tone(uint32_t sr_hz, uint32_t frames)
{
    struct vy_sound_writer *writer;
    struct vy_err err;
    assert_int_equal(vy_sound_create(in_path, VY_SOUND_FLOAT, sr_hz, 1, &writer, &err), VY_OK);
    for (uint32_t i = 0; i < frames; i++) {
        const float x = (float)(i + 1) / (float)frames;
        assert_int_equal(vy_sound_write(writer, &x, 1, &err), VY_OK);
    }
    assert_int_equal(vy_sound_close(writer, true, &err), VY_OK);
}

static void device_file_has_every_sample(void **unused)
{
    (void)unused;
    char name[80];
    snprintf(name, sizeof name, "file:%s", path);
    struct seen seen = {0};
    struct vy_device *const device = open_or_fail(
        &(struct vy_device_want){.name = name, .period = 100, .block = on_block, .arg = &seen});
    pause_s(0.5);
    vy_device_close(device);
    struct vy_sound sound;
    struct vy_err err;
    assert_int_equal(vy_sound_read(path, &sound, &err), VY_OK);
    assert_int_equal(sound.frames, atomic_load(&seen.frames));
    assert_int_equal(sound.chans, 2);
    assert_int_equal(sound.sr_hz, 48000);
    for (uint32_t c = 0; c < 2; c++)
        for (uint32_t i = 0; i < sound.frames; i++)
            assert_true(sound.chan[c][i] == value_at(i, c));
    vy_sound_clear(&sound);
}

static void device_file_stops_at_its_length(void **unused)
{
    (void)unused;
    write_tone(32000, 3000);
    char name[80];
    snprintf(name, sizeof name, "file:%s", path);
    struct seen seen = {.echo = true};
    struct vy_device *const device = open_or_fail(&(struct vy_device_want){.name = name,
                                                                           .sr_hz = 32000,
                                                                           .period = 300,
                                                                           .ins = 2,
                                                                           .in_file = in_path,
                                                                           .seconds = 0.25,
                                                                           .block = on_block,
                                                                           .arg = &seen});
    wait_until_closed(device, 5);
    pause_s(0.05);
    assert_int_equal(atomic_load(&seen.frames), 8000);
    vy_device_close(device);
    struct vy_sound sound;
    struct vy_err err;
    assert_int_equal(vy_sound_read(path, &sound, &err), VY_OK);
    assert_int_equal(sound.frames, 8000);
    for (uint32_t c = 0; c < 2; c++) // mono comes in on both, then silence
        for (uint32_t i = 0; i < sound.frames; i++)
            assert_true(sound.chan[c][i] == (i < 3000 ? (float)(i + 1) / 3000.0f : 0.0f));
    vy_sound_clear(&sound);
}

// kill -9 in the middle: what was written can be read.
static void device_file_survives_a_kill(void **unused)
{
    (void)unused;
    char name[80];
    snprintf(name, sizeof name, "file:%s", path);
    unlink(path);
    const pid_t child = fork();
    if (child == 0) {
        struct seen seen = {0};
        struct vy_device *device;
        if (vy_device_open(&(struct vy_device_want){.name = name, .block = on_block, .arg = &seen},
                           &device, NULL))
            _exit(1);
        pause_s(10);
        _exit(1);
    }
    pause_s(0.6);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    struct vy_sound sound;
    struct vy_err err;
    if (vy_sound_read(path, &sound, &err))
        fail_msg("%s", err.message);
    assert_true(sound.frames > 48000 * 0.3);
    for (uint32_t i = 0; i < sound.frames; i++)
        assert_true(sound.chan[1][i] == value_at(i, 1));
    vy_sound_clear(&sound);
}

// A full disk: the audio thread goes on, the loss is counted, the beginning can be read.
static void device_file_counts_what_the_disk_refuses(void **unused)
{
    (void)unused;
    char name[80];
    snprintf(name, sizeof name, "file:%s", path);
    const pid_t child = fork();
    if (child == 0) {
        signal(SIGXFSZ, SIG_IGN);
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){40000, 40000});
        struct seen seen = {0};
        struct vy_device *device;
        if (vy_device_open(&(struct vy_device_want){.name = name, .block = on_block, .arg = &seen},
                           &device, NULL))
            _exit(1);
        pause_s(0.3);
        const uint64_t frames = atomic_load(&seen.frames), xruns = facts_of(device).xruns;
        vy_device_close(device);
        _exit(frames < 48000 / 5 ? 2 : xruns == 0 ? 3 : 0);
    }
    int status;
    waitpid(child, &status, 0);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 0);
    struct vy_sound sound;
    struct vy_err err;
    if (vy_sound_read(path, &sound, &err))
        fail_msg("%s", err.message);
    assert_true(sound.frames > 1000);
    vy_sound_clear(&sound);
}

static void wrong(const struct vy_device_want *want, vy_status status, const char *says,
                  const char *hint)
{
    struct vy_device *device = NULL;
    struct vy_err err = {.at = -1};
    struct seen seen = {0};
    struct vy_device_want full = *want;
    full.block = on_block;
    full.arg = &seen;
    const vy_status got = vy_device_open(&full, &device, &err);
    if (got != status || !strstr(err.message, says) || strcmp(err.hint, hint) != 0)
        fail_msg("%s: %s '%s' hint '%s'", want->name, vy_status_name(got), err.message, err.hint);
    assert_null(device);
}

static void device_says_what_is_wrong(void **unused)
{
    (void)unused;
    write_tone(44100, 100);
    wrong(&(struct vy_device_want){.name = "nul"}, VY_BAD_ARG, "no sound device 'nul'", "null");
    wrong(&(struct vy_device_want){.name = "fil:x"}, VY_BAD_ARG, "'fil'", "file");
    wrong(&(struct vy_device_want){.name = ""}, VY_BAD_ARG, "no sound device", "");
    wrong(&(struct vy_device_want){.name = "coreaudio"}, VY_BAD_ARG, "there are auto", "");
    wrong(&(struct vy_device_want){.name = "file"}, VY_BAD_ARG, "file:OUT.wav", "");
    wrong(&(struct vy_device_want){.name = "file:"}, VY_BAD_ARG, "file:OUT.wav", "");
    wrong(&(struct vy_device_want){.name = "file:/no/such/folder/x.wav"}, VY_IO, "/no/such", "");
    wrong(&(struct vy_device_want){.name = "null", .sr_hz = 7999}, VY_BAD_ARG, "8000", "");
    wrong(&(struct vy_device_want){.name = "null", .sr_hz = 192001}, VY_BAD_ARG, "192000", "");
    wrong(&(struct vy_device_want){.name = "null", .period = 15}, VY_BAD_ARG, "16", "");
    wrong(&(struct vy_device_want){.name = "null", .period = 8193}, VY_BAD_ARG, "8192", "");
    wrong(&(struct vy_device_want){.name = "null", .ins = 3}, VY_BAD_ARG, "inputs", "");
    wrong(&(struct vy_device_want){.name = "null", .in_file = "/no/such.wav"}, VY_NOT_FOUND,
          "/no/such.wav", "");
    wrong(&(struct vy_device_want){.name = "null", .in_file = in_path}, VY_BAD_ARG, "44100 Hz", "");
    wrong(&(struct vy_device_want){.name = "auto", .in_file = in_path}, VY_BAD_ARG, "auto", "");
    wrong(&(struct vy_device_want){.name = "file:/tmp/x.wav", .seconds = 1e9}, VY_TOO_BIG, "4 GB",
          "");
    wrong(&(struct vy_device_want){.name = "file:/tmp/x.wav", .seconds = (double)NAN}, VY_TOO_BIG,
          "4 GB", "");
}

static void device_table_is_complete(void **unused)
{
    (void)unused;
    const struct vy_device_backend *backend;
    for (uint32_t i = 0; (backend = vy_device_backend_at(i)); i++) {
        assert_non_null(backend->name);
        assert_non_null(backend->text);
        assert_non_null(backend->open);
        assert_non_null(backend->facts);
        assert_non_null(backend->close);
        char why[160] = "x";
        const bool usable = backend->usable(why, sizeof why);
        assert_true(usable == (why[0] == '\0'));
        struct vy_device_row row[4];
        assert_int_equal(backend->list(row, 0), 0);
        assert_true(backend->list(row, 4) <= 4);
    }
}

static int make_paths(void **unused)
{
    (void)unused;
    snprintf(path, sizeof path, "/tmp/vy-device-%ld.wav", (long)getpid());
    snprintf(in_path, sizeof in_path, "/tmp/vy-device-in-%ld.wav", (long)getpid());
    return 0;
}

static int remove_paths(void **unused)
{
    (void)unused;
    unlink(path);
    unlink(in_path);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(device_null_keeps_time),
        cmocka_unit_test(device_null_has_defaults),
        cmocka_unit_test(device_null_tells_what_was_skipped),
        cmocka_unit_test(device_file_has_every_sample),
        cmocka_unit_test(device_file_stops_at_its_length),
        cmocka_unit_test(device_file_survives_a_kill),
        cmocka_unit_test(device_file_counts_what_the_disk_refuses),
        cmocka_unit_test(device_says_what_is_wrong),
        cmocka_unit_test(device_table_is_complete),
    };
    return cmocka_run_group_tests(tests, make_paths, remove_paths);
}
