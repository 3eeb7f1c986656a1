// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Both forms of a reply, and sound files in and out.
#include "cm.h"

#include "command/session.h"
#include "sound/file.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void form(const struct vy_reply *reply, const char *human, const char *json)
{
    struct vy_buf a = {0}, b = {0};
    vy_reply_human(reply, &a);
    vy_reply_json(reply, &b);
    assert_string_equal(a.text, human);
    assert_string_equal(b.text, json);
    vy_buf_clear(&a);
    vy_buf_clear(&b);
}

static void replies_have_both_forms(void **state)
{
    (void)state;
    struct vy_reply reply = {.id = 7,
                             .ok = true,
                             .version = 42,
                             .bar = 9,
                             .beat = 1,
                             .text = "created kick",
                             .result = json_object(),
                             .warnings = json_array()};
    json_object_set_new(reply.result, "created", json_string("kick"));
    form(&reply, "ok 42 created kick",
         "{\"id\":7,\"ok\":true,\"version\":42,\"at\":{\"bar\":9.0,\"beat\":1.0},"
         "\"result\":{\"created\":\"kick\"},\"warnings\":[]}");
    reply.ok = false;
    reply.id = 8;
    vy_fail(&reply.err, VY_UNKNOWN_PARAM, 14, "bass has no 'cutof'");
    strcpy(reply.err.hint, "cutoff");
    form(&reply, "error unknown_param at 14: bass has no 'cutof'; did you mean 'cutoff'?",
         "{\"id\":8,\"ok\":false,\"version\":42,\"error\":{\"code\":\"unknown_param\",\"at\":14,"
         "\"message\":\"bass has no 'cutof'\",\"hint\":\"cutoff\"}}");
    json_decref(reply.result);
    json_decref(reply.warnings);
}

static void write_sine(const char *path, enum vy_sound_format format, uint32_t frames)
{
    struct vy_sound_writer *writer;
    struct vy_err err;
    assert_int_equal(vy_sound_create(path, format, 48000, 2, &writer, &err), VY_OK);
    for (uint32_t i = 0; i < frames; i++) {
        const float x[2] = {0.5f * sinf((float)i * 0.1f), i == 100 ? 2.0f : 0};
        assert_int_equal(vy_sound_write(writer, x, 1, &err), VY_OK);
    }
    assert_int_equal(vy_sound_close(writer, true, &err), VY_OK);
}

static void sound_files_come_back(void **state)
{
    (void)state;
    static const float within[] = {1.6f / 32768, 0.6f / 8388608, 0, 0.6f / 8388608};
    char path[] = "/tmp/veery-sound-XXXXXX";
    close(mkstemp(path));
    for (int f = VY_SOUND_WAV16; f <= VY_SOUND_FLAC; f++) {
        struct vy_sound sound;
        struct vy_err err;
        write_sine(path, (enum vy_sound_format)f, 5000);
        assert_int_equal(vy_sound_read(path, &sound, &err), VY_OK);
        assert_int_equal(sound.frames, 5000);
        assert_int_equal(sound.chans, 2);
        assert_int_equal(sound.sr_hz, 48000);
        for (uint32_t i = 0; i < 5000; i++)
            assert_true(fabsf(sound.chan[0][i] - 0.5f * sinf((float)i * 0.1f)) <= within[f]);
        assert_true(f == VY_SOUND_FLOAT ? sound.chan[1][100] == 2.0f : sound.chan[1][100] > 0.999f);
        assert_true(sound.chan[1][99] == 0); // silence is not dithered
        vy_sound_clear(&sound);
    }
    remove(path);
}

static void sound_reader_refuses_bad_files(void **state)
{
    (void)state;
    char path[] = "/tmp/veery-sound-XXXXXX";
    close(mkstemp(path));
    struct vy_sound sound;
    struct vy_err err;
    assert_int_equal(vy_sound_read("/nowhere/x.wav", &sound, &err), VY_NOT_FOUND);
    assert_int_equal(vy_sound_read(path, &sound, &err), VY_BAD_FILE); // empty
    for (int f = VY_SOUND_WAV16; f <= VY_SOUND_FLAC; f++) {
        write_sine(path, (enum vy_sound_format)f, 50000);
        char *bytes;
        size_t length;
        assert_int_equal(vy_file_read(path, 1 << 22, &bytes, &length, &err), VY_OK);
        assert_int_equal(vy_file_write(path, bytes, length / 2, &err), VY_OK);
        assert_int_equal(vy_sound_read(path, &sound, &err), VY_BAD_FILE);
        free(bytes);
    }
    remove(path);
}

static void sound_writer_leaves_no_half_files(void **state)
{
    (void)state;
    char path[] = "/tmp/veery-sound-XXXXXX";
    close(mkstemp(path));
    struct vy_err err;
    assert_int_equal(vy_file_write(path, "old", 3, &err), VY_OK);
    struct vy_sound_writer *writer;
    assert_int_equal(vy_sound_create(path, VY_SOUND_WAV24, 48000, 2, &writer, &err), VY_OK);
    assert_int_equal(vy_sound_close(writer, false, &err), VY_OK);
    char *bytes;
    size_t length;
    assert_int_equal(vy_file_read(path, 100, &bytes, &length, &err), VY_OK);
    assert_string_equal(bytes, "old");
    free(bytes);
    assert_int_equal(vy_sound_create("/nowhere/x.wav", VY_SOUND_WAV24, 48000, 2, &writer, &err),
                     VY_IO);
    remove(path);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(replies_have_both_forms),
        cmocka_unit_test(sound_files_come_back),
        cmocka_unit_test(sound_reader_refuses_bad_files),
        cmocka_unit_test(sound_writer_leaves_no_half_files),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
