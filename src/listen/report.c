// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/report.h"

#include <math.h>
#include <string.h>

// clang-format off

#define AT(member) offsetof(struct vy_report, member)
#define ROW(ear, group, name, unit, type, member, why, text)                       \
    {                                                                              \
        VY_EAR_##ear, group, name, unit, text, VY_FIELD_##type, AT(member), why, 0 \
    }
#define SURE(name, unit, member, sure, text)                                                  \
    {                                                                                         \
        VY_EAR_MUSIC, "music", name, unit, text, VY_FIELD_FLOAT, AT(music.member), 0, AT(sure) \
    }
#define STAT(name, unit, member, text)                                                    \
    ROW(SPECTRUM, "spectrum", name, unit, FLOAT, spectrum.member.mean, 0, text ", mean"), \
        ROW(SPECTRUM, "spectrum", name "_std", unit, FLOAT, spectrum.member.std, 0,       \
            text ", standard deviation"),                                                 \
        ROW(SPECTRUM, "spectrum", name "_p10", unit, FLOAT, spectrum.member.p10, 0,       \
            text ", 10 % of the time below"),                                             \
        ROW(SPECTRUM, "spectrum", name "_median", unit, FLOAT, spectrum.member.p50, 0,    \
            text ", median"),                                                             \
        ROW(SPECTRUM, "spectrum", name "_p90", unit, FLOAT, spectrum.member.p90, 0,       \
            text ", 90 % of the time below")

static const struct vy_field fields[] = {
    ROW(LEVEL, "level", "rms_dbfs", "dBFS", DOUBLE, level.rms_dbfs, AT(level.why),
        "root mean square of all channels"),
    ROW(LEVEL, "level", "peak_dbfs", "dBFS", DOUBLE, level.peak_dbfs, AT(level.why),
        "largest sample"),
    ROW(LEVEL, "level", "crest_db", "dB", DOUBLE, level.crest_db, AT(level.why), "peak over rms"),
    ROW(LEVEL, "level", "dc", "", DOUBLE, level.dc, 0, "mean, full scale is 1"),
    ROW(LEVEL, "level", "full_scale_samples", "", U64, level.full_scale, 0,
        "samples at or beyond full scale"),
    ROW(LEVEL, "level", "clipped_samples", "", U64, level.clipped, 0, "samples in clipped runs"),
    ROW(LEVEL, "level", "clipped_runs", "", U64, level.clipped_runs, 0,
        "stretches that were cut off at a ceiling"),
    ROW(LEVEL, "level", "clipped_longest", "frames", U64, level.clipped_longest, 0,
        "longest of these"),
    ROW(LEVEL, "level", "silence_share", "", DOUBLE, level.silence_share, 0,
        "part of the time in silences of 50 ms or more, 0..1"),
    ROW(LEVEL, "level", "quiet_share", "", DOUBLE, level.quiet_share, 0,
        "part of the time below -60 dBFS, 0..1"),
    ROW(LEVEL, "level", "leading_silence_s", "s", DOUBLE, level.leading_s, 0,
        "silence before the sound"),
    ROW(LEVEL, "level", "trailing_silence_s", "s", DOUBLE, level.trailing_s, 0, "silence after it"),
    ROW(LEVEL, "level", "gaps", "", U64, level.gaps, 0, "silences inside"),
    ROW(LEVEL, "level", "gap_longest_s", "s", DOUBLE, level.gap_longest_s, 0, "longest of these"),
    ROW(LEVEL, "level", "not_numbers", "", U64, level.nans, 0, "samples that were NaN, taken as 0"),
    ROW(LEVEL, "level", "infinities", "", U64, level.infs, 0,
        "samples that were infinite, taken as 0"),

    ROW(LOUDNESS, "loudness", "integrated_lufs", "LUFS", DOUBLE, loudness.integrated_lufs,
        AT(loudness.integrated_why), "loudness of the whole, EBU R 128"),
    ROW(LOUDNESS, "loudness", "range_lu", "LU", DOUBLE, loudness.range_lu, AT(loudness.range_why),
        "loudness range, EBU Tech 3342"),
    ROW(LOUDNESS, "loudness", "momentary_max_lufs", "LUFS", DOUBLE, loudness.momentary_max_lufs,
        AT(loudness.momentary_why), "loudest 0.4 s"),
    ROW(LOUDNESS, "loudness", "short_term_max_lufs", "LUFS", DOUBLE, loudness.short_term_max_lufs,
        AT(loudness.short_term_why), "loudest 3 s"),
    ROW(LOUDNESS, "loudness", "true_peak_dbtp", "dBTP", DOUBLE, loudness.true_peak_dbtp,
        AT(loudness.true_peak_why), "peak between the samples, four times oversampled"),
    ROW(LOUDNESS, "loudness", "plr_db", "dB", DOUBLE, loudness.plr_db, AT(loudness.integrated_why),
        "true peak over integrated loudness"),

    STAT("centroid_hz", "Hz", centroid_hz, "centre of the spectrum: how bright"),
    STAT("bandwidth_hz", "Hz", bandwidth_hz, "spread about the centroid"),
    STAT("rolloff_hz", "Hz", rolloff_hz, "85 % of the magnitude lie below"),
    STAT("flatness_db", "dB", flatness_db, "0 is noise, far below is tones"),
    STAT("slope_db_oct", "dB/octave", slope_db_oct, "how levels fall towards the treble"),
    STAT("flux", "", flux, "share of each window that is new, 0..1"),
    STAT("contrast_db", "dB", contrast_db, "peaks over valleys of the spectrum"),
    STAT("zero_crossings_s", "1/s", zero_crossings_s, "zero crossings a second"),
    STAT("onset_strength", "dB", onset_strength, "how much rises from window to window"),

    ROW(STEREO, "stereo", "width", "", DOUBLE, stereo.width, AT(stereo.why), "part of the energy that is in the side signal, 0..1"),
    ROW(STEREO, "stereo", "balance_db", "dB", DOUBLE, stereo.balance_db, AT(stereo.why), "right over left"),
    ROW(STEREO, "stereo", "correlation", "", DOUBLE, stereo.correlation, AT(stereo.correlation_why), "1 mono, 0 unrelated, below 0 cancels in mono"),
    ROW(STEREO, "stereo", "correlation_min", "", DOUBLE, stereo.correlation_min, AT(stereo.correlation_why), "least of any 0.4 s"),
    ROW(STEREO, "stereo", "mono_loss_db", "dB", DOUBLE, stereo.mono_loss_db, AT(stereo.why), "what is lost when it is played in mono"),

    ROW(ROOM, "noise", "floor_dbfs", "dBFS", DOUBLE, room.floor_dbfs, AT(room.floor_why), "level of the quietest tenth of the time"),
    ROW(ROOM, "noise", "floor_dba", "dB(A)", DOUBLE, room.floor_dba, AT(room.floor_why), "the same, A-weighted, re full scale"),
    ROW(ROOM, "noise", "snr_db", "dB", DOUBLE, room.snr_db, AT(room.snr_why), "the whole over the floor"),
    ROW(ROOM, "noise", "hum_hz", "Hz", DOUBLE, room.hum_hz, AT(room.hum_why), "mains hum, 50 or 60; 0 is none"),
    ROW(ROOM, "noise", "hum_dbfs", "dBFS", DOUBLE, room.hum_dbfs, AT(room.hum_why), "its lines together"),
    ROW(ROOM, "noise", "clicks", "", U64, room.clicks, AT(room.click_why), "clicks that nothing around explains"),
    ROW(ROOM, "room", "decay_s", "s", DOUBLE, room.decay_s, AT(room.decay_why), "reverberation: time to fall by 60 dB, middle band"),

    ROW(MUSIC, "pitch", "voiced_share", "", FLOAT, pitch.share, 0,
        "part of the time that has one clear pitch, 0..1"),
    ROW(MUSIC, "pitch", "confidence", "", FLOAT, pitch.confidence, 0, "how clear it is then, 0..1"),
    ROW(MUSIC, "pitch", "median_hz", "Hz", FLOAT, pitch.median_hz, AT(pitch.why),
        "pitch of one voice, median"),
    ROW(MUSIC, "pitch", "low_hz", "Hz", FLOAT, pitch.low_hz, AT(pitch.why),
        "5 % of the pitches lie below"),
    ROW(MUSIC, "pitch", "high_hz", "Hz", FLOAT, pitch.high_hz, AT(pitch.why),
        "5 % of the pitches lie above"),
    ROW(MUSIC, "pitch", "tuning_cents", "cents", FLOAT, pitch.tuning_cents, AT(pitch.why),
        "how far the voice lies from A4 = 440 Hz"),

    SURE("tempo", "bpm", tempo_bpm, music.tempo_confidence, "beats a minute"),
    SURE("swing", "", swing, music.swing_confidence, "0.5 straight, 0.67 triplets"),
    SURE("tuning_cents", "cents", tuning_cents, music.tuning_confidence,
         "of all notes, from A4 = 440 Hz"),
    ROW(MUSIC, "music", "onset_count", "", U32, music.onsets, 0, "notes that begin"),
    ROW(MUSIC, "music", "drum_count", "", U32, music.onset_drums, 0, "those of drums"),
    ROW(MUSIC, "music", "beat_count", "", U32, music.beats, 0, "beats"),
};

// clang-format on

const struct vy_field *vy_field_at(size_t i)
{
    return i < sizeof fields / sizeof *fields ? &fields[i] : NULL;
}

double vy_field_value(const struct vy_field *field, const struct vy_report *report)
{
    if (!(report->ears & field->ear))
        return (double)NAN;
    const char *const at = (const char *)report + field->offset;
    double number = (double)NAN;
    float single;
    uint32_t small;
    uint64_t large;
    if (field->sure) {
        memcpy(&single, (const char *)report + field->sure, sizeof single);
        if (!(single > 0))
            return number;
    }
    switch (field->type) {
    case VY_FIELD_DOUBLE: memcpy(&number, at, sizeof number); break;
    case VY_FIELD_FLOAT:
        memcpy(&single, at, sizeof single);
        number = (double)single;
        break;
    case VY_FIELD_U32:
        memcpy(&small, at, sizeof small);
        number = small;
        break;
    case VY_FIELD_U64:
        memcpy(&large, at, sizeof large);
        number = (double)large;
        break;
    }
    return isfinite(number) ? number : (double)NAN;
}

const char *vy_field_why(const struct vy_field *field, const struct vy_report *report)
{
    const char *why = NULL;
    if (!(report->ears & field->ear))
        return "nobody listened for it";
    if (field->why)
        memcpy(&why, (const char *)report + field->why, sizeof why);
    if (!why && field->sure)
        return "it was not found";
    return why ? why : "there is too little sound";
}
