// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Voice 2 is the one with the acid filter behind it, so acid1 is a part of voice2, and a note of
// one is a note of the other.
#include "serve/chronus_table.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Q = 2^-0.5 * 2^(5.8219 res), the tuning of the svf module; a softer filter than res 0 is not.
static double q_to_res(double q)
{
    const double res = log2(q * M_SQRT2) / 5.82192809;
    return res > 0 ? res : 0;
}

// Their shaper's slope at silence is 1 + 2d / (1 - d).
static double drive_to_db(double drive)
{
    const double db = 20 * log10(1 + 2 * drive / (1.0001 - drive));
    return db < 48 ? db : 48;
}

static double tone_to_tilt(double tone)
{
    return 2 * tone - 1;
}

static double hz_to_share(double hz)
{
    return hz / 5000;
}

// Their decay may be 0.
static double time_to_s(double seconds)
{
    return seconds > 1e-4 ? seconds : 1e-4;
}

#define TURN(address_, path_, min_, max_, convert_)                                 \
    {                                                                               \
        .address = address_, .takes = "f", .min = min_, .max = max_, .path = path_, \
        .convert = convert_                                                         \
    }
#define LINE(address_, line_, min_, max_, need_)                                                  \
    {                                                                                             \
        .address = address_, .takes = "f", .min = min_, .max = max_, .line = line_, .need = need_ \
    }
#define SAY(address_, line_)                            \
    {                                                   \
        .address = address_, .takes = "", .line = line_ \
    }
#define RUN(address_, takes_, run_, example_, text_)                                          \
    {                                                                                         \
        .address = address_, .takes = takes_, .run = run_, .example = example_, .text = text_ \
    }

static const struct vy_chronus_row rows[] = {
    TURN("/mod/voice#/freq", "voice#.freq", 20, 5000, NULL),
    TURN("/mod/voice#/amp", "voice#.amp", 0, 1, NULL),
    RUN("/mod/voice#/osc/type", "i: 0 sine 1 saw 2 square 3 white 4 pink 5 brown", vy_chronus_wave,
        "i 1", "chooses the wave of the voice, or a noise"),
    TURN("/mod/voice#/filter/freq", "voice#.cutoff", 50, 8000, NULL),
    TURN("/mod/voice#/filter/q", "voice#.res", 0.5, 10, q_to_res),
    TURN("/mod/voice#/adsr/attack", "voice#.attack", 0.001, 2, NULL),
    TURN("/mod/voice#/adsr/decay", "voice#.decay", 0, 2, time_to_s),
    TURN("/mod/voice#/adsr/sustain", "voice#.sustain", 0, 1, NULL),
    TURN("/mod/voice#/adsr/release", "voice#.release", 0.01, 3, NULL),
    TURN("/mod/voice#/slide_time", "voice#.glide", 0, 1.5, NULL),
    LINE("/mod/voice#/send/reverb", "send voice# to reverb1 amount={}", 0, 1, "reverb1"),
    LINE("/mod/voice#/send/delay", "send voice# to delay1 amount={}", 0, 1, "delay1"),
    TURN("/gate/voice#", "voice#", -1e9, 1e9, NULL),
    TURN("/gate/acid1", "voice2", -1e9, 1e9, NULL),
    TURN("/gate/adsr1", "voice1", -1e9, 1e9, NULL),
    TURN("/gate/1", "voice1", -1e9, 1e9, NULL),
    TURN("/mod/acid1/cutoff", "voice2.acid", 80, 5000, NULL),
    TURN("/mod/acid1/res", "voice2.squelch", 0, 0.98, NULL),
    TURN("/mod/acid1/env_amount", "voice2.env", 0, 5000, hz_to_share),
    TURN("/mod/acid1/decay", "voice2.close", 0.02, 1, NULL),
    TURN("/mod/acid1/drive", "voice2.drive", 0, 1, NULL),
    TURN("/mod/acid1/vol_comp", "voice2.comp", 0, 1, NULL),
    TURN("/mod/acid1/accent", "voice2.accent", 0, 1, NULL),
    LINE("/mod/acid1/mix", "set voice2 wet={} dry={1-}", 0, 1, "voice2"),
    RUN("/mod/acid1/cutoff_offset", "f", vy_chronus_absent, "f 0.5",
        "is refused: it has never had an effect; `accent` has"),
    RUN("/mod/acid1/res_accent_boost", "f", vy_chronus_absent, "f 0.5",
        "is refused: it has never had an effect; `accent` has"),
    RUN("/mod/acid1/accent_decay", "f", vy_chronus_absent, "f 0.5",
        "is refused: it has never had an effect; `accent` has"),
    TURN("/mod/dist1/drive", "dist1.drive", 0, 1, drive_to_db),
    TURN("/mod/dist1/mix", "dist1.mix", 0, 1, NULL),
    TURN("/mod/dist1/tone", "dist1.tone", 0, 1, tone_to_tilt),
    TURN("/mod/reverb1/mix", "reverb1.mix", 0, 1, NULL),
    TURN("/mod/reverb1/room", "reverb1.size", 0, 1, NULL),
    TURN("/mod/reverb1/damp", "reverb1.damp", 0, 1, NULL),
    TURN("/mod/delay1/time", "delay1.time", 0.1, 0.6, NULL),
    TURN("/mod/delay1/feedback", "delay1.feedback", 0, 0.7, NULL),
    TURN("/mod/delay1/mix", "delay1.mix", 0, 1, NULL),
    TURN("/mod/delay1/lowcut", "delay1.lowcut", 20, 1000, NULL),
    TURN("/mod/delay1/highcut", "delay1.highcut", 1000, 10000, NULL),
    TURN("/mod/lfo1/rate", "voice2.rate", 0.01, 10, NULL),
    TURN("/mod/lfo1/depth", "voice2.depth", 0, 1, NULL),
    TURN("/mod/lfo2/rate", "voice3.rate", 0.01, 10, NULL),
    TURN("/mod/lfo2/depth", "voice3.depth", 0, 1, NULL),
    TURN("/mod/sine1/freq", "voice1.freq", 20, 5000, NULL),
    TURN("/mod/filter1/freq", "voice1.cutoff", 50, 8000, NULL),
    TURN("/mod/filter1/q", "voice1.res", 0.5, 10, q_to_res),
    TURN("/mod/adsr1/attack", "voice1.attack", 0.001, 2, NULL),
    TURN("/mod/adsr1/decay", "voice1.decay", 0, 2, time_to_s),
    TURN("/mod/adsr1/sustain", "voice1.sustain", 0, 1, NULL),
    TURN("/mod/adsr1/release", "voice1.release", 0.01, 3, NULL),
    RUN("/engine/start", "", vy_chronus_status, "",
        "answers the state of the studio, which plays anyway"),
    SAY("/engine/stop", "stop all"),
    RUN("/engine/status", "", vy_chronus_status, "", "answers the state of the studio"),
    RUN("/engine/list", "", vy_chronus_list, "", "answers the names of all things"),
    RUN("/engine/schema", "[s]", vy_chronus_schema, "", "answers this table"),
    RUN("/engine/record/start", "[s name]", vy_chronus_record, "s take",
        "records into `recordings/` in the folder of the studio"),
    SAY("/engine/record/stop", "record stop"),
    RUN("/engine/record/status", "", vy_chronus_status, "", "answers the state of the studio"),
    RUN("/record/start", "[s name]", vy_chronus_record, "s take", "the same"),
    SAY("/record/stop", "record stop"),
    RUN("/record/status", "", vy_chronus_status, "", "the same"),
    RUN("/seq/add",
        "s track, s voice, s pattern, then f base_freq, f filter_freq, s notes or key=value",
        vy_chronus_add, "sss lead voice1 x...x.x.",
        "makes or replaces a track; keys: base_freq, filter_freq, base_amp, accent_boost, "
        "gate_frac, reverb_send, delay_send, notes"),
    RUN("/seq/remove", "s track", vy_chronus_remove, "s lead", "takes a track away"),
    RUN("/seq/clear", "", vy_chronus_clear, "", "takes all tracks away"),
    SAY("/seq/start", "play all"),
    SAY("/seq/stop", "stop all"),
    LINE("/seq/bpm", "tempo {}", 30, 300, NULL),
    LINE("/seq/swing", "swing {}", 0, 0.6, NULL),
    RUN("/seq/status", "", vy_chronus_seq_status, "", "answers tempo, swing and tracks"),
    RUN("/seq/update/pattern", "s track, s pattern", vy_chronus_new_pattern, "ss lead x..x..x.",
        "another pattern for a track"),
    RUN("/seq/update/notes", "s track, s notes", vy_chronus_new_notes, "ss lead C3,Eb3,G3",
        "other notes for a track: names, MIDI numbers, or hertz with a point"),
    RUN("/pattern/save", "i slot 1..128", vy_chronus_save, "i 1", "keeps a patch and its tracks"),
    RUN("/pattern/load", "i slot 1..128, [1, true, now or immediate]", vy_chronus_load, "i 1",
        "brings a slot back at the next bar, or at once"),
    RUN("/pattern/list", "", vy_chronus_slots, "", "answers which slots are used"),
    RUN("/patch/create", "s name, s module", vy_chronus_create, "ss tone simple_sine",
        "begins a patch, or adds to it; `commit` makes it sound"),
    RUN("/patch/connect", "s from, s to", vy_chronus_connect, "ss tone echo1",
        "adds a cable to the patch"),
    SAY("/patch/commit", "commit"),
    SAY("/patch/abort", "abort"),
};

const struct vy_chronus_row *vy_chronus_row(size_t i)
{
    return i < sizeof rows / sizeof *rows ? &rows[i] : NULL;
}

static bool fits(const char *pattern, const char *address, int *number)
{
    for (; *pattern && *address; pattern++) {
        if (*pattern != '#') {
            if (*pattern != *address++)
                return false;
            continue;
        }
        char *end;
        if (*address < '1' || *address > '9')
            return false;
        const long n = strtol(address, &end, 10);
        if (n > VY_CHRONUS_VOICES)
            return false;
        *number = (int)n;
        address = end;
    }
    return !*pattern && !*address;
}

const struct vy_chronus_row *vy_chronus_find(const char *address, int *number)
{
    *number = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (fits(rows[i].address, address, number))
            return &rows[i];
    return NULL;
}

void vy_chronus_fill(const char *text, int number, char *to, size_t size)
{
    size_t n = 0;
    for (; *text && n + 12 < size; text++) {
        if (*text == '#')
            n += (size_t)snprintf(to + n, size - n, "%d", number);
        else
            to[n++] = *text;
    }
    to[n] = '\0';
}

bool vy_chronus_is(const char *path)
{
    static const char *const starts[] = {"/mod/",     "/seq/",   "/engine/",
                                         "/pattern/", "/patch/", "/record/"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++)
        if (strncmp(path, starts[i], strlen(starts[i])) == 0)
            return true;
    int number;
    return strncmp(path, "/gate/", 6) == 0 && vy_chronus_find(path, &number);
}

// /mod/NAME/PARAM of things that are not ours: the parameter of that name, with their old aliases.
static bool plain_path(const char *address, char *path, size_t size)
{
    static const char *const alias[][2] = {
        {"frequency", "freq"}, {"resonance", "res"}, {"q", "res"}, {"filter_mode", "mode"}};
    const char *const name = address + strlen("/mod/"), *const slash = strchr(name, '/');
    if (!slash || strchr(slash + 1, '/') || slash == name || slash - name > 31 || !slash[1])
        return false;
    const char *param = slash + 1;
    for (size_t i = 0; i < sizeof alias / sizeof *alias; i++)
        if (strcmp(param, alias[i][0]) == 0)
            param = alias[i][1];
    for (const char *c = name; *c; c++)
        if (!strchr("_-/", *c) && !(*c >= '0' && *c <= '9') &&
            !((*c | 32) >= 'a' && (*c | 32) <= 'z'))
            return false;
    return snprintf(path, size, "%.*s.%s", (int)(slash - name), name, param) < (int)size;
}

bool vy_chronus_act(const struct vy_osc_message *message, struct vy_osc_act *act)
{
    int number;
    char unit[16];
    const struct vy_chronus_row *const row = vy_chronus_find(message->path, &number);
    if (message->args != 1 || !message->arg[0].is_number || (row && !row->path))
        return false;
    double value = message->arg[0].number;
    if (row) {
        if (value < row->min || value > row->max)
            return false;
        vy_chronus_fill(row->path, number, act->path, sizeof act->path);
        value = row->convert ? row->convert(value) : value;
    } else if (strncmp(message->path, "/mod/", 5) != 0 ||
               vy_chronus_unit(message->path + 5, unit, sizeof unit) ||
               !plain_path(message->path, act->path, sizeof act->path)) {
        return false;
    }
    act->kind = strchr(act->path, '.') ? VY_OSC_TURN : VY_OSC_NOTE;
    if (act->kind == VY_OSC_NOTE)
        value = value > 1 ? 1 : value > 0 ? value : 0;
    act->value = (float)value;
    act->direct = true;
    act->legacy = row != NULL;
    return isfinite(act->value);
}
