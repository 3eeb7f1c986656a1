// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: rhythm_rows OUTDIR FILE...     what the judges of rhythm see of each file, for
// tools/train-rhythm: OUTDIR/NAME.rows holds four i32 (hops, bands, frames a second, onsets); f32
// [onsets][3] time, strength, drum; f32 [5][hops] near, [5][hops] wide; f32 [bands] Hz; i16
// [hops][bands] levels. Where OUTDIR/NAME.beats lists beats in seconds, OUTDIR/NAME.bars holds
// twice, for those beats and for those that were found: i32 beats; f32 [beats][1 + inputs] time,
// inputs of the judge of bars.
#include "listen/bands.h"
#include "listen/bar_judge.h"
#include "listen/beat.h"
#include "listen/harmony.h"
#include "listen/onset.h"
#include "listen/pulse.h"
#include "listen/stft.h"

#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PART 4096
#define BEATS_MOST 8192

struct ears {
    struct vy_bands *bands;
    struct vy_harmony *harmony;
    struct vy_arena arena;
    struct vy_onset_curves curves;
    struct vy_onset *onset;
    uint32_t onsets;
    struct vy_pulse_view pulse;
};

static void must(int right)
{
    if (!right)
        abort();
}

static void take_hop(void *arg, const struct vy_hop *hop)
{
    struct ears *const e = arg;
    must(!vy_bands_hop(e->bands, hop) && !vy_harmony_hop(e->harmony, hop));
}

static void listen_to(SNDFILE *file, const SF_INFO *info, struct ears *e)
{
    const struct vy_hop_shape shape = {(uint32_t)info->samplerate, 2048, 512, 1025};
    struct vy_stft *stft;
    must(!vy_bands_new(&shape, 1U << 18, &e->bands) && !vy_harmony_new(&shape, &e->harmony) &&
         !vy_stft_new(shape.sr_hz, shape.n_fft, shape.hop, take_hop, e, &stft));
    float *const part = malloc(sizeof(float) * PART * (size_t)info->channels), mono[PART];
    must(part != NULL);
    sf_count_t n;
    while ((n = sf_readf_float(file, part, PART)) > 0) {
        for (sf_count_t i = 0; i < n; i++) {
            mono[i] = 0;
            for (int c = 0; c < info->channels; c++)
                mono[i] += part[i * info->channels + c] / (float)info->channels;
        }
        vy_stft_push(stft, mono, (size_t)n);
    }
    vy_stft_finish(stft);
    vy_stft_destroy(stft);
    free(part);
    struct vy_chroma_view chroma;
    must(!vy_onset_curves(e->bands, vy_hop_seconds(&shape, 1), &e->arena, &e->curves) &&
         !vy_onset_pick(&e->curves, VY_ONSET_ANY, &e->arena, &e->onset, &e->onsets) &&
         !vy_pulse_view(&e->curves, e->onset, e->onsets, &e->arena, &e->pulse) &&
         !vy_harmony_finish(e->harmony, &chroma));
}

static FILE *open_beside(const char *folder, const char *path, const char *ending, const char *how)
{
    const char *const slash = strrchr(path, '/'), *const name = slash ? slash + 1 : path;
    const char *const dot = strrchr(name, '.');
    char out[4096];
    snprintf(out, sizeof out, "%s/%.*s%s", folder, dot ? (int)(dot - name) : (int)strlen(name),
             name, ending);
    return fopen(out, how);
}

static void write_rows(const struct ears *e, int sr_hz, FILE *out)
{
    const uint32_t bands = vy_bands_count(e->bands), hops = (uint32_t)e->curves.hops;
    const uint32_t head[4] = {hops, bands, (uint32_t)sr_hz, e->onsets};
    fwrite(head, sizeof *head, 4, out);
    for (uint32_t i = 0; i < e->onsets; i++) {
        const float row[3] = {(float)e->onset[i].at_s, e->onset[i].strength, e->onset[i].drum};
        fwrite(row, sizeof *row, 3, out);
    }
    for (uint32_t c = 0; c < VY_PULSE_CHANNELS; c++)
        fwrite(e->pulse.near[c], sizeof(float), hops, out);
    for (uint32_t c = 0; c < VY_PULSE_CHANNELS; c++)
        fwrite(e->pulse.wide[c], sizeof(float), hops, out);
    for (uint32_t b = 0; b < bands; b++) {
        const float hz = vy_bands_hz(e->bands, b);
        fwrite(&hz, sizeof hz, 1, out);
    }
    for (uint32_t t = 0; t < hops; t++)
        fwrite(vy_bands_level(e->bands, t), sizeof(int16_t), bands, out);
}

static void write_bars(const struct ears *e, const double *beat, uint32_t beats, FILE *out)
{
    fwrite(&beats, sizeof beats, 1, out);
    float *const change = malloc((beats + 1) * sizeof *change);
    must(change != NULL);
    const struct vy_bar_view view = {&e->pulse, beat, change, beats};
    if (beats >= 2)
        must(!vy_harmony_change(e->harmony, beat, beats, change));
    for (uint32_t i = 0; i < beats && beats >= 2; i++) {
        float row[1 + VY_BAR_INPUTS] = {(float)beat[i]};
        vy_bar_input(&view, i, row + 1);
        fwrite(row, sizeof *row, 1 + VY_BAR_INPUTS, out);
    }
    free(change);
}

static void both_beats(struct ears *e, FILE *list, FILE *out)
{
    static double beat[BEATS_MOST];
    uint32_t beats = 0;
    char line[64];
    while (beats < BEATS_MOST && fgets(line, sizeof line, list))
        beat[beats++] = strtod(line, NULL);
    struct vy_beats found;
    must(!vy_beat_find(&e->pulse, e->onset, e->onsets, &e->arena, &found));
    write_bars(e, beat, beats, out);
    write_bars(e, found.at_s, found.count, out);
}

static int one_file(const char *folder, const char *path)
{
    SF_INFO info = {0};
    SNDFILE *const file = sf_open(path, SFM_READ, &info);
    if (!file) {
        fprintf(stderr, "rhythm_rows: %s: %s\n", path, sf_strerror(NULL));
        return 1;
    }
    struct ears e = {0};
    listen_to(file, &info, &e);
    sf_close(file);
    FILE *const rows = open_beside(folder, path, ".rows", "wb");
    if (rows) {
        write_rows(&e, info.samplerate, rows);
        fclose(rows);
    }
    FILE *const list = open_beside(folder, path, ".beats", "r");
    FILE *const bars = list ? open_beside(folder, path, ".bars", "wb") : NULL;
    if (bars) {
        both_beats(&e, list, bars);
        fclose(bars);
    }
    if (list)
        fclose(list);
    vy_arena_clear(&e.arena);
    vy_harmony_destroy(e.harmony);
    vy_bands_destroy(e.bands);
    return !rows;
}

int main(int argc, char **argv)
{
    int failed = argc < 3;
    for (int i = 2; i < argc; i++)
        failed |= one_file(argv[1], argv[i]);
    return failed;
}
