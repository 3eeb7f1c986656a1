// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: analyze_tool make OUT.wav u8|s16|s24|f32|f64 RATE CHANNELS FRAMES SIGNAL
//            SIGNAL: music (drums, bass, chords and a tune, 120 bpm, C major), tone,
//            silence, dc, nan, infinite, loud (far beyond full scale)
//        analyze_tool get KEY.KEY...      that value of the JSON on standard input: numbers and
//            words as they are, "null", lists and objects as their size; exit 1 when the input is
//            no JSON or has no such key
// What the tests of `veery analyze` need and no shell has.
#include <jansson.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHANS_MOST 64

static const struct {
    const char *name;
    int format;
} formats[] = {{"u8", SF_FORMAT_WAV | SF_FORMAT_PCM_U8},
               {"s16", SF_FORMAT_WAV | SF_FORMAT_PCM_16},
               {"s24", SF_FORMAT_WAV | SF_FORMAT_PCM_24},
               {"f32", SF_FORMAT_WAV | SF_FORMAT_FLOAT},
               {"f64", SF_FORMAT_WAV | SF_FORMAT_DOUBLE}};

// -1..1, always the same
static double noise(double s)
{
    return fmod(fabs(sin(s * 91234.5) * 43758.5453), 2) - 1;
}

static double key(int note, double s)
{
    double sum = 0;
    for (int k = 1; k < 5; k++)
        sum += sin(2 * M_PI * k * 440 * exp2((note - 69) / 12.0) * s) / k;
    return sum;
}

static double music(double s)
{
    static const int chord[4][3] = {{60, 64, 67}, {65, 69, 72}, {67, 71, 74}, {60, 64, 67}};
    static const int tune[8] = {72, 74, 76, 77, 79, 77, 76, 74};
    const double beat = fmod(s, 0.5), eighth = fmod(s, 0.25), bar = fmod(s, 2);
    const int *const note = chord[(int)(s / 2) % 4];
    const int count = (int)(bar / 0.5);
    double sum = 0.06 * exp(-4 * eighth) * key(tune[(int)(s / 0.25) % 8], s);
    for (int i = 0; i < 3; i++)
        sum += 0.05 * exp(-bar) * key(note[i], s);
    sum += 0.15 * exp(-3 * beat) * key(note[0] - 24, s);
    sum += count % 2 ? 0.2 * exp(-30 * beat) * noise(s)
                     : 0.5 * exp(-25 * beat) * sin(2 * M_PI * 55 * beat);
    return sum + 0.04 * exp(-60 * eighth) * noise(s + 0.5);
}

static double value(const char *signal, double s)
{
    if (strcmp(signal, "music") == 0)
        return music(s);
    if (strcmp(signal, "tone") == 0)
        return 0.5 * sin(2 * M_PI * 440 * s);
    if (strcmp(signal, "dc") == 0)
        return 0.25;
    if (strcmp(signal, "nan") == 0)
        return (double)NAN;
    if (strcmp(signal, "infinite") == 0)
        return (double)INFINITY;
    if (strcmp(signal, "loud") == 0)
        return 1e30 * sin(2 * M_PI * 440 * s);
    return 0;
}

static int make(char **word)
{
    SF_INFO info = {.samplerate = (int)strtol(word[2], NULL, 10),
                    .channels = (int)strtol(word[3], NULL, 10)};
    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (strcmp(word[1], formats[i].name) == 0)
            info.format = formats[i].format;
    SNDFILE *const file = sf_open(word[0], SFM_WRITE, &info);
    if (!file || info.channels > CHANS_MOST)
        return 1;
    const long frames = strtol(word[4], NULL, 10);
    double frame[CHANS_MOST];
    for (long n = 0; n < frames; n++) {
        for (int c = 0; c < info.channels; c++)
            frame[c] = value(word[5], (double)n / info.samplerate);
        if (sf_writef_double(file, frame, 1) != 1)
            return 1;
    }
    return sf_close(file);
}

static int get(char *path)
{
    json_t *const root = json_loadf(stdin, 0, NULL), *at = root;
    char *rest = path;
    for (const char *key; at && (key = strsep(&rest, "."));)
        at = json_is_array(at) ? json_array_get(at, (size_t)strtoul(key, NULL, 10))
                               : json_object_get(at, key);
    if (json_is_string(at))
        puts(json_string_value(at));
    else if (json_is_integer(at))
        printf("%lld\n", (long long)json_integer_value(at));
    else if (json_is_number(at))
        printf("%.4f\n", json_number_value(at));
    else if (json_is_null(at))
        puts("null");
    else if (at)
        printf("%zu\n", json_is_array(at) ? json_array_size(at) : json_object_size(at));
    json_decref(root);
    return !at;
}

int main(int argc, char **argv)
{
    if (argc == 8 && strcmp(argv[1], "make") == 0)
        return make(argv + 2);
    if (argc == 3 && strcmp(argv[1], "get") == 0)
        return get(argv[2]);
    return 2;
}
