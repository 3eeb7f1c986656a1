// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Arrays must come back as they were written, whatever their number of columns, and a file that is
// not whole must be refused.
#include "cm.h"

#include "command/frames.h"
#include "store/npz.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH "test_npz.npz"

static const struct vy_npz_array arrays[] = {{"all", 0, 3}, {"last_two", 1, 2}, {"one", 2, 0}};

static float number(uint32_t row, uint32_t column)
{
    return (float)row * 10000 + (float)column;
}

static void write_columns(uint32_t columns)
{
    struct vy_npz_writer *writer;
    assert_int_equal(vy_npz_create(PATH, arrays, 3, 3, &writer, NULL), VY_OK);
    for (uint32_t i = 0; i < columns; i++) {
        const float column[3] = {number(0, i), number(1, i), number(2, i)};
        assert_int_equal(vy_npz_column(writer, column, NULL), VY_OK);
    }
    assert_int_equal(vy_npz_close(writer, true, NULL), VY_OK);
}

static void arrays_come_back(void **state)
{
    (void)state;
    static const uint32_t columns[] = {0, 1, VY_NPZ_BLOCK - 1, VY_NPZ_BLOCK, 2 * VY_NPZ_BLOCK + 5};
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++) {
        const uint32_t n = columns[c];
        write_columns(n);
        struct vy_npz_data data;
        assert_int_equal(vy_npz_read(PATH, "last_two", &data, NULL), VY_OK);
        assert_int_equal(data.dims, 2);
        assert_int_equal(data.shape[0], 2);
        assert_int_equal(data.shape[1], n);
        for (uint32_t i = 0; i < 2 * n; i++)
            assert_true(data.value[i] == number(1 + i / n, i % n));
        free(data.value);
        assert_int_equal(vy_npz_read(PATH, "one", &data, NULL), VY_OK);
        assert_int_equal(data.dims, 1);
        assert_int_equal(data.count, n);
        assert_true(n == 0 || data.value[n - 1] == number(2, n - 1));
        free(data.value);
    }
    unlink(PATH);
}

static void double_it(void *arg, float *block, uint32_t columns)
{
    *(uint32_t *)arg += columns;
    for (uint32_t i = 0; i < columns; i++)
        block[VY_NPZ_BLOCK + i] *= 2;
}

static void numbers_can_be_changed_at_the_end(void **state)
{
    (void)state;
    struct vy_npz_writer *writer;
    assert_int_equal(vy_npz_create(PATH, arrays, 3, 3, &writer, NULL), VY_OK);
    for (uint32_t i = 0; i < 1500; i++) {
        const float column[3] = {number(0, i), number(1, i), number(2, i)};
        assert_int_equal(vy_npz_column(writer, column, NULL), VY_OK);
    }
    uint32_t seen = 0;
    assert_int_equal(vy_npz_change(writer, double_it, &seen, NULL), VY_OK);
    assert_int_equal(seen, 1500);
    assert_int_equal(vy_npz_close(writer, true, NULL), VY_OK);
    struct vy_npz_data data;
    assert_int_equal(vy_npz_read(PATH, "all", &data, NULL), VY_OK);
    assert_true(data.value[1499] == number(0, 1499));
    assert_true(data.value[1500 + 1499] == 2 * number(1, 1499));
    free(data.value);
    unlink(PATH);
}

static void what_is_thrown_away_leaves_nothing(void **state)
{
    (void)state;
    struct vy_npz_writer *writer;
    struct vy_err err;
    assert_int_equal(vy_npz_create(PATH, arrays, 3, 3, &writer, NULL), VY_OK);
    assert_int_equal(vy_npz_close(writer, false, NULL), VY_OK);
    assert_int_equal(access(PATH, F_OK), -1);
    assert_int_equal(vy_npz_create("/nowhere/x.npz", arrays, 3, 3, &writer, &err), VY_IO);
    assert_non_null(strstr(err.message, "/nowhere/x.npz"));
    assert_null(writer);
}

static void a_file_that_is_not_whole_is_refused(void **state)
{
    (void)state;
    write_columns(100);
    FILE *const file = fopen(PATH, "rb");
    static uint8_t whole[8192], hurt[8192];
    const size_t size = fread(whole, 1, sizeof whole, file);
    fclose(file);
    unlink(PATH);
    struct vy_npz_data data;
    struct vy_err err;
    assert_int_equal(vy_npz_find(whole, size, "all", &data, &err), VY_OK);
    free(data.value);
    assert_int_equal(vy_npz_find(whole, size, "none", &data, &err), VY_BAD_FILE);
    for (size_t n = 0; n < size; n++)
        assert_int_equal(vy_npz_find(whole, n, "all", &data, &err), VY_BAD_FILE);
    for (size_t i = 30; i < 30 + 7 + 128 + 1200; i++) { // name and bytes of the first array
        memcpy(hurt, whole, size);
        hurt[i] ^= 0x20;
        if (vy_npz_find(hurt, size, "all", &data, &err) == VY_OK) {
            assert_true(i < 37); // the local name is not read
            free(data.value);
        }
    }
}

static void frames_are_read_by_their_names(void **state)
{
    (void)state;
    const struct vy_hop_shape shape = {8000, 2048, 512, 1025};
    struct vy_frames *frames;
    assert_int_equal(vy_frames_new(PATH, &shape, 0, &frames, NULL), VY_OK);
    static float power[1025];
    power[113] = 1; // A4, and 1.3 Hz
    const struct vy_hop hop = {.power = power};
    struct vy_spectral_frame frame = {.rms = 0.5f};
    for (int i = 0; i < 5; i++) {
        // loud, then 100 dB less: the second is raised to 80 dB below the first
        for (int m = 0; m < VY_MEL_BANDS; m++)
            frame.mel[m] = i == 2 ? 1 : 1e-10f;
        assert_int_equal(vy_frames_hop(frames, &hop, &frame, NULL), VY_OK);
    }
    assert_int_equal(vy_frames_finish(frames, true, NULL), VY_OK);
    struct vy_npz_data data;
    assert_int_equal(vy_npz_read(PATH, "onset_strength", &data, NULL), VY_OK);
    // the rise into window 2 stands in window 4
    for (int i = 0; i < 5; i++)
        assert_true(fabsf(data.value[i] - (i == 4 ? 80.0f : 0.0f)) < 1e-3f);
    free(data.value);
    assert_int_equal(vy_npz_read(PATH, "onset_strength_multi", &data, NULL), VY_OK);
    assert_int_equal(data.shape[0], VY_MEL_PARTS);
    for (int i = 0; i < 5; i++) // 4 kHz is the highest there is: the last part has no band
        assert_true(fabsf(data.value[3 * 5 + i] - (i == 4 ? 80.0f : 0.0f)) < 1e-3f);
    assert_true(data.value[7 * 5 + 4] == 0);
    free(data.value);
    assert_int_equal(vy_npz_read(PATH, "chroma_stft_autotuned", &data, NULL), VY_OK);
    assert_true(data.shape[0] == 12 && data.value[9 * 5] == 1);
    free(data.value);
    assert_int_equal(vy_npz_read(PATH, "mfcc", &data, NULL), VY_OK);
    assert_int_equal(data.shape[0], 13);
    assert_true(fabsf(data.value[0] + 80 * sqrtf(128)) < 1e-2f);
    free(data.value);
    assert_int_equal(vy_npz_read(PATH, "spectral_contrast", &data, NULL), VY_OK);
    assert_int_equal(data.shape[0], 6); // the seventh band begins at 6400 Hz
    free(data.value);
    assert_int_equal(vy_npz_read(PATH, "times", &data, NULL), VY_OK);
    assert_true(fabsf(data.value[4] - 4 * 512 / 8000.0f) < 1e-6f);
    free(data.value);
    unlink(PATH);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arrays_come_back),
        cmocka_unit_test(numbers_can_be_changed_at_the_end),
        cmocka_unit_test(what_is_thrown_away_leaves_nothing),
        cmocka_unit_test(a_file_that_is_not_whole_is_refused),
        cmocka_unit_test(frames_are_read_by_their_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
