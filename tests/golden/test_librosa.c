// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: test_librosa FOLDER...     each holds clips as index.json describes them: is every number
// of the frames file what librosa says, within the tolerance of the index? The way is the user's:
// sound in, .npz out, arrays read back. TAP, one line an array. A folder that is not there is
// skipped, and an array that a folder leaves out is passed over.
#include "command/frames.h"
#include "listen/stft.h"
#include "listen/tuning.h"
#include "store/npz.h"

#include <jansson.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OUT "librosa-frames.npz"

static const char *const clips[] = {"band", "band_22050", "drums", "noise",
                                    "pads", "speech",     "sweep"};
static int cases, failures;

struct sound {
    float *frame; ///< mono
    size_t frames;
    uint32_t sr_hz;
};

struct run {
    struct vy_spectral *spectral;
    struct vy_frames *frames;
    const json_t *picked; ///< windows whose whole magnitude is compared
    float *magnitude;     ///< [picked][bins]
};

static void report(bool fine, const char *clip, const char *name, const char *detail)
{
    failures += !fine;
    printf("%s %d - %s %s%s%s\n", fine ? "ok" : "not ok", ++cases, clip, name, *detail ? ": " : "",
           detail);
}

static void stop(const char *why)
{
    printf("Bail out! %s\n", why);
    exit(1);
}

static void *all_of(void *memory)
{
    if (!memory)
        stop("no memory");
    return memory;
}

/// The whole of a file; NULL when there is none.
static void *slurp(const char *path, size_t *bytes)
{
    FILE *const file = fopen(path, "rbe");
    if (!file)
        return NULL;
    fseek(file, 0, SEEK_END);
    *bytes = (size_t)ftell(file);
    rewind(file);
    void *const data = all_of(malloc(*bytes + 1));
    if (fread(data, 1, *bytes, file) != *bytes)
        stop("cannot read a reference");
    fclose(file);
    return data;
}

static struct sound read_flac(const char *path)
{
    SF_INFO info = {0};
    SNDFILE *const file = sf_open(path, SFM_READ, &info);
    if (!file)
        return (struct sound){0};
    const size_t n = (size_t)info.frames, chans = (size_t)info.channels;
    float *const frame = all_of(malloc(n * chans * sizeof(float)));
    if (sf_readf_float(file, frame, info.frames) != info.frames)
        stop("cannot read a clip");
    sf_close(file);
    for (size_t i = 0; chans == 2 && i < n; i++)
        frame[i] = (frame[2 * i] + frame[2 * i + 1]) / 2;
    return (struct sound){frame, n, (uint32_t)info.samplerate};
}

/// The clip of an index: raw floats beside it or FLAC beside its folder.
static struct sound read_clip(const char *root, const char *clip, uint32_t sr_hz)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s/audio_%u.f32", root, clip, sr_hz);
    size_t bytes;
    float *const raw = slurp(path, &bytes);
    if (raw)
        return (struct sound){raw, bytes / sizeof(float), sr_hz};
    snprintf(path, sizeof path, "%s/clips/%s.flac", root, clip);
    return read_flac(path);
}

static void take_hop(void *arg, const struct vy_hop *hop)
{
    struct run *const r = arg;
    struct vy_err err;
    if (vy_frames_hop(r->frames, hop, vy_spectral_hop(r->spectral, hop), &err))
        stop(err.message);
    size_t i;
    const json_t *at;
    json_array_foreach((json_t *)r->picked, i,
                       at) if ((uint64_t)json_integer_value(at) == hop->index)
        memcpy(r->magnitude + i * 1025, hop->mag, 1025 * sizeof(float));
}

static void take_tuning(void *arg, const struct vy_hop *hop)
{
    vy_tuning_hop(arg, hop);
}

static double tuning_of(const struct sound *sound)
{
    struct vy_stft *stft;
    struct vy_tuning *tuning;
    const struct vy_hop_shape shape = {sound->sr_hz, 2048, 512, 1025};
    if (vy_tuning_new(&shape, &tuning) ||
        vy_stft_new(sound->sr_hz, 2048, 512, take_tuning, tuning, &stft))
        stop("no ears");
    vy_stft_push(stft, sound->frame, sound->frames);
    vy_stft_finish(stft);
    const double semitones = vy_tuning_of(tuning);
    vy_stft_destroy(stft);
    vy_tuning_destroy(tuning);
    return semitones;
}

// `tuning` is of chroma_stft; chroma_stft_autotuned finds its own.
static void analyse(struct run *r, const struct sound *sound, double tuning)
{
    struct vy_stft *stft;
    struct vy_err err;
    if (vy_stft_new(sound->sr_hz, 2048, 512, take_hop, r, &stft) ||
        vy_spectral_new(vy_stft_shape(stft), VY_SPECTRAL_ALL, tuning, &r->spectral))
        stop("no ears");
    if (vy_frames_new(OUT, vy_stft_shape(stft), tuning_of(sound), &r->frames, &err))
        stop(err.message);
    vy_stft_push(stft, sound->frame, sound->frames);
    vy_stft_finish(stft);
    if (vy_frames_finish(r->frames, true, &err))
        stop(err.message);
    vy_spectral_destroy(r->spectral);
    vy_stft_destroy(stft);
}

static double tolerance_of(const json_t *array, const char *key)
{
    return json_number_value(json_object_get(json_object_get(array, "tolerance"), key));
}

static void compare(const char *clip, const json_t *array, const char *name, const float *got,
                    size_t count, const float *wanted, size_t wanted_count)
{
    char detail[160] = "";
    if (count != wanted_count) {
        snprintf(detail, sizeof detail, "%zu numbers instead of %zu", count, wanted_count);
        report(false, clip, name, detail);
        return;
    }
    const double absolute = tolerance_of(array, "abs"), relative = tolerance_of(array, "rel");
    double most = 0;
    size_t beyond = 0;
    for (size_t i = 0; i < count; i++) {
        const double off = fabs((double)got[i] - (double)wanted[i]);
        const bool inside = off <= absolute + relative * fabs((double)wanted[i]);
        beyond += !inside;
        most = off > most ? off : most;
    }
    snprintf(detail, sizeof detail, "largest difference %.3g, %.3f %% beyond", most,
             100.0 * (double)beyond / (double)count);
    report((double)beyond <= tolerance_of(array, "frames_beyond") * (double)count, clip, name,
           detail);
}

/// Our name of an array; NULL: not in the file.
static const char *our_name(const char *name, const json_t *array)
{
    if (!strcmp(name, "stft_magnitude_frames"))
        return NULL;
    if (!strcmp(name, "mfcc") &&
        json_integer_value(json_array_get(json_object_get(array, "shape"), 0)) == VY_MFCC)
        return "mfcc20";
    return name;
}

static void compare_all(const char *root, const char *clip, const json_t *index,
                        const struct run *run)
{
    size_t i;
    const json_t *array;
    json_array_foreach(json_object_get(index, "arrays"), i, array)
    {
        const char *const name = json_string_value(json_object_get(array, "name"));
        char path[512];
        snprintf(path, sizeof path, "%s/%s/%s.f32", root, clip, name);
        size_t bytes;
        float *const wanted = slurp(path, &bytes);
        if (!wanted)
            continue; // of a small copy
        const char *const ours = our_name(name, array);
        struct vy_npz_data data = {0};
        struct vy_err err;
        if (ours && vy_npz_read(OUT, ours, &data, &err))
            stop(err.message);
        if (ours)
            compare(clip, array, name, data.value, data.count, wanted, bytes / sizeof(float));
        else
            compare(clip, array, name, run->magnitude, 1025 * json_array_size(run->picked), wanted,
                    bytes / sizeof(float));
        free(data.value);
        free(wanted);
    }
}

static const json_t *picked_of(const json_t *index)
{
    size_t i;
    const json_t *array;
    json_array_foreach(
        json_object_get(index, "arrays"), i,
        array) if (json_object_get(array, "frames")) return json_object_get(array, "frames");
    return NULL;
}

static bool check(const char *root, const char *clip)
{
    char path[512];
    snprintf(path, sizeof path, "%s/%s/index.json", root, clip);
    json_t *const index = json_load_file(path, 0, NULL);
    if (!index)
        return false;
    const uint32_t sr_hz = (uint32_t)json_integer_value(json_object_get(index, "sample_rate"));
    const double tuning =
        json_number_value(json_object_get(index, "tuning_estimated_by_chroma_stft"));
    const struct sound sound = read_clip(root, clip, sr_hz);
    if (!sound.frames)
        stop("a clip is missing");
    struct run run = {.picked = picked_of(index)};
    run.magnitude = all_of(calloc(json_array_size(run.picked) + 1, 1025 * sizeof(float)));
    // librosa's own defaults, at 22050 Hz, tune the chroma
    analyse(&run, &sound, sr_hz == 22050 ? tuning : 0);
    compare_all(root, clip, index, &run);
    snprintf(path, sizeof path, "ours %.2f, librosa's %.2f semitones", tuning_of(&sound), tuning);
    report(fabs(tuning_of(&sound) - tuning) < 0.006, clip, "tuning", path);
    unlink(OUT);
    free(run.magnitude);
    free(sound.frame);
    json_decref(index);
    return true;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        int found = 0;
        for (size_t c = 0; c < sizeof clips / sizeof *clips; c++)
            found += check(argv[i], clips[c]);
        if (!found)
            printf("ok %d - # SKIP %s is not there\n", ++cases, argv[i]);
    }
    printf("1..%d\n", cases);
    return failures > 0;
}
