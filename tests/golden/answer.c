// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: answer OUTDIR FILE...     what the musical ears say of each file, as OUTDIR/NAME.json in
// the form that scorers of music analysis read. `veery analyze --json` says the same and more; this
// is the ears alone, and quick to build while they are worked on.
#include "listen/music.h"
#include "listen/stft.h"

#include <jansson.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART 4096

static void take_hop(void *arg, const struct vy_hop *hop)
{
    if (vy_music_hop(arg, hop) != VY_OK)
        abort();
}

static json_t *times(const double *time, uint32_t n)
{
    json_t *const list = json_array();
    for (uint32_t i = 0; i < n; i++)
        json_array_append_new(list, json_real(time[i]));
    return list;
}

static json_t *span(double start_s, double end_s, const char *label)
{
    return json_pack("{s:f,s:f,s:s}", "start", start_s, "end", end_s, "label", label);
}

static json_t *as_json(const struct vy_music_found *f)
{
    json_t *const o = json_object();
    if (f->tempo_confidence > 0)
        json_object_set_new(o, "tempo", json_real((double)f->tempo_bpm));
    json_object_set_new(o, "beats", times(f->beat, f->beats));
    json_object_set_new(o, "downbeats", times(f->downbeat, f->downbeats));
    if (f->beats_per_bar)
        json_object_set_new(o, "beats_per_bar", json_integer(f->beats_per_bar));
    if (f->metre)
        json_object_set_new(o, "metre", json_string(f->metre));
    json_object_set_new(o, "onsets", times(f->onset, f->onsets));
    json_object_set_new(o, "onsets_drums", times(f->onset_drum, f->onset_drums));
    if (f->key >= 0)
        json_object_set_new(o, "key",
                            json_sprintf("%s %s", vy_pitch_class_name(f->key),
                                         f->mode == VY_MODE_MINOR ? "minor" : "major"));
    json_t *const chords = json_array(), *const sections = json_array();
    for (uint32_t i = 0; i < f->chords; i++)
        json_array_append_new(chords,
                              span(f->chord[i].start_s, f->chord[i].end_s, f->chord[i].label));
    for (uint32_t i = 0; i < f->sections; i++)
        json_array_append_new(
            sections, span(f->section[i].start_s, f->section[i].end_s, f->section[i].label));
    json_object_set_new(o, "chords", chords);
    json_object_set_new(o, "sections", sections);
    return o;
}

static int one_file(const char *folder, const char *path)
{
    SF_INFO info = {0};
    SNDFILE *const file = sf_open(path, SFM_READ, &info);
    if (!file) {
        fprintf(stderr, "answer: %s: %s\n", path, sf_strerror(NULL));
        return 1;
    }
    struct vy_stft *stft = NULL;
    struct vy_music *music = NULL;
    struct vy_arena arena = {0};
    struct vy_music_found found;
    const struct vy_hop_shape shape = {(uint32_t)info.samplerate, 2048, 512, 1025};
    float *const part = malloc(sizeof(float) * PART * (size_t)info.channels), mono[PART] = {0};
    if (!part || vy_music_new(&shape, VY_MUSIC_CHAPTER_S, &music) ||
        vy_stft_new(shape.sr_hz, shape.n_fft, shape.hop, take_hop, music, &stft))
        abort();
    sf_count_t n;
    while ((n = sf_readf_float(file, part, PART)) > 0) {
        for (sf_count_t i = 0; i < n; i++) {
            mono[i] = 0;
            for (int c = 0; c < info.channels; c++)
                mono[i] += part[i * info.channels + c] / (float)info.channels;
        }
        vy_stft_push(stft, mono, (size_t)n);
    }
    vy_stft_finish(stft);
    if (vy_music_finish(music, &arena, &found))
        abort();
    const char *const slash = strrchr(path, '/'), *const name = slash ? slash + 1 : path;
    const char *const dot = strrchr(name, '.');
    char out[4096];
    snprintf(out, sizeof out, "%s/%.*s.json", folder, dot ? (int)(dot - name) : (int)strlen(name),
             name);
    json_t *const answer = as_json(&found);
    const int failed = json_dump_file(answer, out, JSON_INDENT(1) | JSON_REAL_PRECISION(7));
    json_decref(answer);
    vy_arena_clear(&arena);
    vy_stft_destroy(stft);
    vy_music_destroy(music);
    free(part);
    sf_close(file);
    return failed != 0;
}

int main(int argc, char **argv)
{
    int failed = argc < 3;
    for (int i = 2; i < argc; i++)
        failed |= one_file(argv[1], argv[i]);
    return failed;
}
