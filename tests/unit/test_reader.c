// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Reading whatever people have: every depth, rate and channel count, coded formats, and damage.
#include "cm.h"

#include "sound/reader.h"

#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char folder[64];
static struct vy_err err;

static const char *in_folder(const char *name)
{
    static char path[128];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    return path;
}

/// What a file turned out to hold.
struct heard {
    struct vy_reader_info info;
    size_t frames, not_finite;
    double rms[VY_READER_CHANS];
    double turns; ///< zero crossings of the first channel with a positive slope
    char problem[160];
};

static vy_status hear(const char *path, struct heard *h)
{
    memset(h, 0, sizeof *h);
    err = (struct vy_err){.at = -1};
    struct vy_reader *reader = NULL;
    vy_status status = vy_reader_open(path, &reader, &err);
    if (status)
        return status;
    h->info = *vy_reader_info(reader);
    const float *chan[VY_READER_CHANS];
    float last = 1;
    size_t n = 0;
    while (!(status = vy_reader_next(reader, chan, &n, &err)) && n) {
        for (size_t i = 0; i < n; i++) {
            for (uint32_t c = 0; c < h->info.chans; c++) {
                if (isfinite(chan[c][i]))
                    h->rms[c] += (double)chan[c][i] * (double)chan[c][i];
                else
                    h->not_finite++;
            }
            h->turns += last < 0 && chan[0][i] >= 0;
            last = chan[0][i];
        }
        h->frames += n;
    }
    for (uint32_t c = 0; c < h->info.chans; c++)
        h->rms[c] = sqrt(h->rms[c] / (double)(h->frames ? h->frames : 1));
    if (vy_reader_problem(reader))
        snprintf(h->problem, sizeof h->problem, "%s", vy_reader_problem(reader));
    vy_reader_close(reader);
    return status;
}

// Half a second of 441 Hz; channel c at 0.5 / (c + 1).
static const char *write_tone(const char *name, int format, int rate, int chans, bool with_nan)
{
    SF_INFO info = {.samplerate = rate, .channels = chans, .format = format};
    SNDFILE *const file = sf_open(in_folder(name), SFM_WRITE, &info);
    assert_non_null(file);
    for (int i = 0; i < rate / 2; i++) {
        float frame[8];
        for (int c = 0; c < chans; c++)
            frame[c] = (float)(0.5 / (c + 1) * sin(2 * M_PI * 441 * i / rate));
        if (with_nan && i % 100 == 7)
            frame[0] = NAN;
        assert_int_equal(sf_writef_float(file, frame, 1), 1);
    }
    sf_close(file);
    return in_folder(name);
}

static void reader_reads_every_depth_rate_and_channel_count(void **state)
{
    (void)state;
    static const struct {
        int format, rate, chans;
        uint32_t bits;
    } rows[] = {
        {SF_FORMAT_WAV | SF_FORMAT_PCM_U8, 44100, 1, 8},
        {SF_FORMAT_WAV | SF_FORMAT_PCM_16, 8000, 2, 16},
        {SF_FORMAT_WAV | SF_FORMAT_PCM_24, 96000, 2, 24},
        {SF_FORMAT_WAV | SF_FORMAT_PCM_32, 48000, 1, 32},
        {SF_FORMAT_WAV | SF_FORMAT_FLOAT, 192000, 2, 32},
        {SF_FORMAT_WAV | SF_FORMAT_DOUBLE, 44100, 2, 64},
        {SF_FORMAT_WAVEX | SF_FORMAT_PCM_16, 48000, 8, 16},
        {SF_FORMAT_AIFF | SF_FORMAT_PCM_24, 44100, 2, 24},
        {SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 6, 16},
        {SF_FORMAT_W64 | SF_FORMAT_PCM_16, 22050, 1, 16},
        {SF_FORMAT_OGG | SF_FORMAT_VORBIS, 44100, 2, 0},
    };
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        struct heard h;
        assert_int_equal(
            hear(write_tone("tone", rows[r].format, rows[r].rate, rows[r].chans, false), &h),
            VY_OK);
        assert_int_equal(h.info.sr_hz, rows[r].rate);
        assert_int_equal(h.info.chans, rows[r].chans);
        assert_int_equal(h.info.bits, rows[r].bits);
        assert_int_equal(h.frames, rows[r].rate / 2);
        assert_int_equal(h.info.frames, rows[r].rate / 2);
        assert_string_equal(h.problem, "");
        for (int c = 0; c < rows[r].chans; c++)
            assert_true(fabs(h.rms[c] - 0.5 / (c + 1) / sqrt(2)) < 0.01);
        assert_true(fabs(h.turns - 220) <= 1);
    }
}

// 440 Hz at half scale, made by FFmpeg: tests/golden/files.
static void reader_reads_what_only_ffmpeg_knows(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        uint32_t rate, chans;
        double rms;
    } rows[] = {{"tone.m4a", 44100, 2, 0.25}, // two channels made of one, each 3 dB lower
                {"tone.webm", 48000, 1, 0.354},
                {"tone.wma", 44100, 1, 0.354},
                {"tone.mp3", 44100, 1, 0.354}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows; r++) {
        char path[4096];
        struct heard h;
        snprintf(path, sizeof path, GOLDEN_FILES "/%s", rows[r].name);
        assert_int_equal(hear(path, &h), VY_OK);
        assert_int_equal(h.info.sr_hz, rows[r].rate);
        assert_int_equal(h.info.chans, rows[r].chans);
        assert_int_equal(h.info.bits, 0);
        const double seconds = (double)h.frames / h.info.sr_hz;
        assert_true(fabs(seconds - 0.52) < 0.06);
        assert_true(fabs(h.turns / seconds - 440) < 25);
        assert_true(fabs(h.rms[0] - rows[r].rms) < 0.03);
    }
}

static void reader_hands_on_what_is_not_a_number(void **state)
{
    (void)state;
    struct heard h;
    assert_int_equal(
        hear(write_tone("nan.wav", SF_FORMAT_WAV | SF_FORMAT_FLOAT, 44100, 1, true), &h), VY_OK);
    assert_int_equal(h.not_finite, (22050 + 92) / 100);
}

static void cut_file(const char *path, long bytes)
{
    assert_int_equal(truncate(path, bytes), 0);
}

static void reader_says_when_a_file_is_shorter_than_its_header(void **state)
{
    (void)state;
    struct heard h;
    const char *const path =
        write_tone("cut.wav", SF_FORMAT_WAV | SF_FORMAT_PCM_16, 44100, 1, false);
    cut_file(path, 20044);
    assert_int_equal(hear(path, &h), VY_OK);
    assert_int_equal(h.frames, 10000);
    assert_non_null(strstr(h.problem, "header"));
    const char *const flac =
        write_tone("cut.flac", SF_FORMAT_FLAC | SF_FORMAT_PCM_16, 44100, 1, false);
    cut_file(flac, 2500);
    const vy_status status = hear(flac, &h); // what there is, or an error that says where
    assert_true(status == VY_BAD_FILE ? err.message[0] != 0 : h.problem[0] != 0);
    assert_true(h.frames < 22050);
}

static void refuse(const char *path, vy_status status, const char *words)
{
    struct heard h;
    assert_int_equal(hear(path, &h), status);
    if (!strstr(err.message, words))
        fail_msg("'%s' does not say '%s'", err.message, words);
}

static void write_bytes(const char *path, const char *bytes, size_t n)
{
    FILE *const file = fopen(path, "wb");
    assert_non_null(file);
    assert_int_equal(fwrite(bytes, 1, n, file), n);
    fclose(file);
}

static void reader_refuses_what_is_no_sound(void **state)
{
    (void)state;
    refuse(in_folder("nowhere.wav"), VY_NOT_FOUND, "nowhere.wav");
    refuse(folder, VY_BAD_FILE, "plain file");
    write_bytes(in_folder("empty.wav"), "", 0);
    refuse(in_folder("empty.wav"), VY_BAD_FILE, "empty");
    write_bytes(in_folder("text.wav"), "not a sound at all, just words\n", 31);
    refuse(in_folder("text.wav"), VY_BAD_FILE, "no sound");
    SF_INFO info = {.samplerate = 44100, .channels = 2, .format = SF_FORMAT_WAV | SF_FORMAT_PCM_16};
    sf_close(sf_open(in_folder("zero.wav"), SFM_WRITE, &info));
    refuse(in_folder("zero.wav"), VY_BAD_FILE, "no sound in it");
    info.channels = 12;
    info.format = SF_FORMAT_WAVEX | SF_FORMAT_PCM_16;
    SNDFILE *const file = sf_open(in_folder("many.wav"), SFM_WRITE, &info);
    const float frame[12] = {0};
    sf_writef_float(file, frame, 1);
    sf_close(file);
    refuse(in_folder("many.wav"), VY_TOO_BIG, "12 channels");
}

static void reader_follows_no_list_into_the_network(void **state)
{
    (void)state;
    static const char list[] = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n"
                               "http://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n";
    write_bytes(in_folder("list.m3u8"), list, sizeof list - 1);
    refuse(in_folder("list.m3u8"), VY_BAD_FILE, "no sound");
}

int main(void)
{
    snprintf(folder, sizeof folder, "/tmp/veery-reader-XXXXXX");
    if (!mkdtemp(folder))
        return 1;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reader_reads_every_depth_rate_and_channel_count),
        cmocka_unit_test(reader_reads_what_only_ffmpeg_knows),
        cmocka_unit_test(reader_hands_on_what_is_not_a_number),
        cmocka_unit_test(reader_says_when_a_file_is_shorter_than_its_header),
        cmocka_unit_test(reader_refuses_what_is_no_sound),
        cmocka_unit_test(reader_follows_no_list_into_the_network),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", folder);
    return system(command) ? 1 : failed;
}
