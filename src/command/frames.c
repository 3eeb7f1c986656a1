// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/frames.h"

#include "listen/chroma_stft.h"
#include "store/npz.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define RANGE_DB 80
#define DELAY_MOST 16

/// Where things stand in a column.
enum place {
    RMS,
    CENTROID,
    BANDWIDTH,
    FLATNESS,
    ROLLOFF,
    CROSSINGS,
    FLUX,
    ONSET,
    SLOPE,
    SKEWNESS,
    KURTOSIS,
    MEL,
    MFCC = MEL + VY_MEL_BANDS,
    CHROMA = MFCC + VY_MFCC,
    TUNED = CHROMA + 12,
    TONNETZ = TUNED + 12,
    ONSETS = TONNETZ + 6,
    CONTRAST = ONSETS + VY_MEL_PARTS,
    VALLEY = CONTRAST + VY_CONTRAST_BANDS, // not in the file
    TIME = VALLEY + VY_CONTRAST_BANDS,
};
#define WIDTH (TIME + 1)

static const struct vy_npz_array arrays[] = {
    {"rms", RMS, 1},
    {"spectral_centroid", CENTROID, 1},
    {"spectral_bandwidth", BANDWIDTH, 1},
    {"spectral_flatness", FLATNESS, 1},
    {"spectral_rolloff", ROLLOFF, 1},
    {"zero_crossing_rate", CROSSINGS, 1},
    {"spectral_flux", FLUX, 1},
    {"onset_strength", ONSET, 1},
    {"onset_strength_multi", ONSETS, VY_MEL_PARTS},
    {"spectral_slope", SLOPE, 1},
    {"spectral_skewness", SKEWNESS, 1},
    {"spectral_kurtosis", KURTOSIS, 1},
    {"melspectrogram", MEL, VY_MEL_BANDS},
    {"mfcc", MFCC, 13},
    {"mfcc20", MFCC, VY_MFCC},
    {"chroma_stft", CHROMA, 12},
    {"chroma_stft_autotuned", TUNED, 12},
    {"tonnetz", TONNETZ, 6},
    {"spectral_contrast", CONTRAST, VY_CONTRAST_BANDS},
    {"times", TIME, 0},
};
#define ARRAYS (sizeof arrays / sizeof *arrays)

struct vy_frames {
    struct vy_hop_shape shape;
    struct vy_mel *mel;
    struct vy_chroma_stft *tuned;
    struct vy_npz_writer *writer;
    struct vy_npz_array array[ARRAYS];
    uint64_t index;
    uint32_t bands; ///< of contrast
    float mel_most; ///< loudest band of any window, power
    float peak_most_db, valley_most_db;
    // while the columns are gone through again
    float floor_db;
    float before_db[VY_MEL_BANDS];
    float late[DELAY_MOST][1 + VY_MEL_PARTS]; ///< ring of onset strengths on their way
    uint64_t changed;
};

/// Windows that onset strength is late for being centred.
static uint32_t delay_of(const struct vy_hop_shape *shape)
{
    return shape->n_fft / 2 / shape->hop;
}

static void destroy(struct vy_frames *f)
{
    vy_mel_destroy(f->mel);
    vy_chroma_stft_destroy(f->tuned);
    free(f);
}

vy_status vy_frames_new(const char *path, const struct vy_hop_shape *shape, double tuning,
                        struct vy_frames **frames, struct vy_err *err)
{
    *frames = NULL;
    if (delay_of(shape) > DELAY_MOST)
        return vy_fail(err, VY_BAD_ARG, -1, "windows overlap too often");
    struct vy_frames *const f = calloc(1, sizeof *f);
    if (!f)
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for frames");
    if (vy_mel_new(shape, &f->mel) || vy_chroma_stft_new(shape, tuning, &f->tuned)) {
        destroy(f);
        return vy_fail(err, VY_NO_MEMORY, -1, "no memory for frames");
    }
    struct vy_contrast contrast;
    vy_contrast_init(&contrast, shape);
    f->shape = *shape;
    f->bands = contrast.bands;
    f->peak_most_db = f->valley_most_db = -100;
    memcpy(f->array, arrays, sizeof arrays);
    for (size_t i = 0; i < ARRAYS; i++)
        if (f->array[i].first == CONTRAST)
            f->array[i].rows = f->bands;
    const vy_status status = vy_npz_create(path, f->array, ARRAYS, WIDTH, &f->writer, err);
    if (status) {
        destroy(f);
        return status;
    }
    *frames = f;
    return VY_OK;
}

vy_status vy_frames_hop(struct vy_frames *frames, const struct vy_hop *hop,
                        const struct vy_spectral_frame *frame, struct vy_err *err)
{
    float column[WIDTH] = {
        [RMS] = frame->rms,
        [CENTROID] = frame->centroid_hz,
        [BANDWIDTH] = frame->bandwidth_hz,
        [FLATNESS] = frame->flatness,
        [ROLLOFF] = frame->rolloff_hz,
        [CROSSINGS] = frame->zero_crossing_rate,
        [FLUX] = frame->flux,
        [SLOPE] = frame->slope_db_oct,
        [SKEWNESS] = frame->skewness,
        [KURTOSIS] = frame->kurtosis,
        [TIME] = (float)vy_hop_seconds(&frames->shape, (double)frames->index),
    };
    memcpy(column + MEL, frame->mel, sizeof frame->mel);
    memcpy(column + CHROMA, frame->chroma, sizeof frame->chroma);
    vy_chroma_stft_of(frames->tuned, hop->power, column + TUNED);
    memcpy(column + TONNETZ, frame->tonnetz, sizeof frame->tonnetz);
    memcpy(column + CONTRAST, frame->contrast_peak_db, sizeof frame->contrast_peak_db);
    memcpy(column + VALLEY, frame->contrast_valley_db, sizeof frame->contrast_valley_db);
    for (int m = 0; m < VY_MEL_BANDS; m++)
        frames->mel_most = fmaxf(frames->mel_most, frame->mel[m]);
    for (uint32_t b = 0; b < frames->bands; b++) {
        frames->peak_most_db = fmaxf(frames->peak_most_db, frame->contrast_peak_db[b]);
        frames->valley_most_db = fmaxf(frames->valley_most_db, frame->contrast_valley_db[b]);
    }
    frames->index++;
    return vy_npz_column(frames->writer, column, err);
}

// Onset strengths of one column, late for being centred.
static void put_onsets(struct vy_frames *f, const float *db, float *column)
{
    const uint32_t delay = delay_of(&f->shape);
    float rise[1 + VY_MEL_PARTS] = {0};
    if (f->changed) {
        rise[0] = vy_mel_rise(db, f->before_db, f->floor_db);
        vy_mel_part_rises(f->mel, db, f->before_db, f->floor_db, rise + 1);
    }
    float *const late = f->late[f->changed % (delay ? delay : 1)];
    const float *const now = delay ? late : rise;
    column[(size_t)ONSET * VY_NPZ_BLOCK] = now[0];
    for (size_t p = 0; p < VY_MEL_PARTS; p++)
        column[(ONSETS + p) * VY_NPZ_BLOCK] = now[1 + p];
    memcpy(late, rise, sizeof rise);
}

/// What hangs on the loudest moment of the clip, for one column.
static void change_column(struct vy_frames *f, float *column)
{
    float mel[VY_MEL_BANDS], db[VY_MEL_BANDS], mfcc[VY_MFCC];
    for (size_t m = 0; m < VY_MEL_BANDS; m++)
        mel[m] = column[(MEL + m) * VY_NPZ_BLOCK];
    vy_mel_db(mel, db);
    vy_mel_mfcc(f->mel, db, f->floor_db, mfcc);
    for (size_t i = 0; i < VY_MFCC; i++)
        column[(MFCC + i) * VY_NPZ_BLOCK] = mfcc[i];
    put_onsets(f, db, column);
    memcpy(f->before_db, db, sizeof db);
    f->changed++;
    for (size_t b = 0; b < f->bands; b++) {
        const float peak = column[(CONTRAST + b) * VY_NPZ_BLOCK];
        const float valley = column[(VALLEY + b) * VY_NPZ_BLOCK];
        column[(CONTRAST + b) * VY_NPZ_BLOCK] =
            fmaxf(peak, f->peak_most_db - RANGE_DB) - fmaxf(valley, f->valley_most_db - RANGE_DB);
    }
}

static void change_block(void *arg, float *block, uint32_t columns)
{
    for (uint32_t i = 0; i < columns; i++)
        change_column(arg, block + i);
}

vy_status vy_frames_finish(struct vy_frames *frames, bool keep, struct vy_err *err)
{
    if (!frames)
        return VY_OK;
    vy_status status = VY_OK;
    if (keep) {
        float most[VY_MEL_BANDS] = {frames->mel_most}, db[VY_MEL_BANDS];
        vy_mel_db(most, db);
        frames->floor_db = db[0] - RANGE_DB;
        status = vy_npz_change(frames->writer, change_block, frames, err);
    }
    const vy_status closed = vy_npz_close(frames->writer, keep && !status, status ? NULL : err);
    destroy(frames);
    return status ? status : closed;
}
