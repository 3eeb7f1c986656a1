// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// An analysis in words: one line a matter, what was not found left out or said.
#include "command/analyze.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#define TAGS_SAID 8 // the surest; JSON has all

static void say_file(const struct vy_analysis *a, struct vy_buf *text)
{
    const double s = a->report.seconds;
    vy_buf_add(text, "%s\n", a->path);
    vy_buf_add(text, "  file      %s, %u Hz, %u channel%s, ", a->info.format, a->info.sr_hz,
               a->info.chans, a->info.chans == 1 ? "" : "s");
    if (s >= 60)
        vy_buf_add(text, "%d:%04.1f\n", (int)(s / 60), s - 60 * (int)(s / 60));
    else
        vy_buf_add(text, "%.2f s\n", s);
    if (a->problem[0])
        vy_buf_add(text, "  warning   %s\n", a->problem);
}

static void say_loudness(const struct vy_report *r, struct vy_buf *text)
{
    const struct vy_loudness_found *const l = &r->loudness;
    if (!(r->ears & VY_EAR_LOUDNESS))
        return;
    if (isfinite(l->integrated_lufs))
        vy_buf_add(text, "  loudness  %.1f LUFS", l->integrated_lufs);
    else
        vy_buf_add(text, "  loudness  not measured: %s", l->integrated_why);
    if (isfinite(l->range_lu))
        vy_buf_add(text, ", range %.1f LU", l->range_lu);
    if (isfinite(l->true_peak_dbtp))
        vy_buf_add(text, ", true peak %.1f dBTP", l->true_peak_dbtp);
    if (isfinite(l->short_term_max_lufs))
        vy_buf_add(text, ", loudest 3 s %.1f", l->short_term_max_lufs);
    vy_buf_add(text, "\n");
}

static void say_level(const struct vy_report *r, struct vy_buf *text)
{
    const struct vy_level_found *const l = &r->level;
    if (!(r->ears & VY_EAR_LEVEL))
        return;
    if (isfinite(l->rms_dbfs))
        vy_buf_add(text, "  level     rms %.1f dBFS, peak %.1f, crest %.1f dB", l->rms_dbfs,
                   l->peak_dbfs, l->crest_db);
    else
        vy_buf_add(text, "  level     %s", l->why ? l->why : "silent");
    if (l->clipped_runs)
        vy_buf_add(text, ", clipped %" PRIu64 " times", l->clipped_runs);
    if (fabs(l->dc) > 1e-3)
        vy_buf_add(text, ", DC %.3f", l->dc);
    if (l->nans + l->infs)
        vy_buf_add(text, ", %" PRIu64 " samples are no numbers", l->nans + l->infs);
    vy_buf_add(text, "\n");
}

static void say_spectrum(const struct vy_report *r, struct vy_buf *text)
{
    const struct vy_spectral_found *const s = &r->spectrum;
    if ((r->ears & VY_EAR_SPECTRUM) && isfinite(s->centroid_hz.mean))
        vy_buf_add(text,
                   "  spectrum  centroid %.0f Hz, 85 %% below %.0f Hz, slope %.1f dB/octave, "
                   "flatness %.0f dB\n",
                   (double)s->centroid_hz.mean, (double)s->rolloff_hz.mean,
                   (double)s->slope_db_oct.mean, (double)s->flatness_db.mean);
}

static void say_stereo(const struct vy_report *r, struct vy_buf *text)
{
    const struct vy_stereo_found *const s = &r->stereo;
    if (!(r->ears & VY_EAR_STEREO) || !isfinite(s->width) || r->chans < 2)
        return;
    if (s->mono)
        vy_buf_add(text, "  stereo    both channels are the same\n");
    else
        vy_buf_add(text, "  stereo    width %.2f, correlation %.2f, mono loses %.1f dB%s\n",
                   s->width, s->correlation, s->mono_loss_db,
                   s->inverted ? "; one side seems upside down" : "");
}

static void say_noise(const struct vy_report *r, struct vy_buf *text)
{
    const struct vy_room_found *const n = &r->room;
    if (!(r->ears & VY_EAR_ROOM) || !isfinite(n->floor_dbfs))
        return;
    // music without a pause has no floor that one could tell from it
    vy_buf_add(text, "  noise     %s %.0f dBFS", isfinite(n->snr_db) ? "floor" : "floor at most",
               n->floor_dbfs);
    if (isfinite(n->snr_db))
        vy_buf_add(text, ", %.0f dB below the sound", n->snr_db);
    if (n->hum_hz > 0)
        vy_buf_add(text, ", hum of %.0f Hz at %.0f dBFS", n->hum_hz, n->hum_dbfs);
    if (n->clicks)
        vy_buf_add(text, ", %" PRIu64 " clicks", n->clicks);
    if (isfinite(n->decay_s) && n->decay_confidence > 0.3f)
        vy_buf_add(text, ", decays in %.1f s", n->decay_s);
    vy_buf_add(text, "\n");
}

static void say_pulse(const struct vy_music_found *m, struct vy_buf *text)
{
    if (!(m->tempo_confidence > 0)) {
        vy_buf_add(text, "  pulse     none found\n");
        return;
    }
    vy_buf_add(text, "  pulse     %.1f bpm (confidence %.2f)", (double)m->tempo_bpm,
               (double)m->tempo_confidence);
    if (m->metre)
        vy_buf_add(text, ", %s (%.2f)", m->metre, (double)m->metre_confidence);
    if (m->swing_confidence > 0.3f && m->swing > 0.54f)
        vy_buf_add(text, ", swing %.2f", (double)m->swing);
    vy_buf_add(text, ", %u beats, %u bars\n", m->beats, m->downbeats);
}

static void say_harmony(const struct vy_music_found *m, struct vy_buf *text)
{
    if (m->key < 0 || !(m->key_confidence > 0))
        vy_buf_add(text, "  key       none found\n");
    else
        vy_buf_add(text, "  key       %s %s (confidence %.2f)", vy_pitch_class_name(m->key),
                   m->mode == VY_MODE_MINOR ? "minor" : "major", (double)m->key_confidence);
    if (m->key >= 0 && m->key_confidence > 0) {
        if (m->tuning_confidence > 0)
            vy_buf_add(text, ", A4 at %.1f Hz", 440 * exp2((double)m->tuning_cents / 1200));
        vy_buf_add(text, "\n");
    }
    const char *last = "";
    uint32_t said = 0;
    for (uint32_t i = 0; i < m->chords && said < 12; i++) {
        if (strcmp(m->chord[i].label, last) == 0)
            continue;
        last = m->chord[i].label;
        vy_buf_add(text, "%s%s", said++ ? " " : "  chords    ", last);
    }
    if (said)
        vy_buf_add(text, "%s\n", said == 12 ? " ..." : "");
}

static void say_form(const struct vy_music_found *m, struct vy_buf *text)
{
    for (uint32_t i = 0; i < m->sections && i < 12; i++)
        vy_buf_add(text, "%s%s %.1f s", i ? ", " : "  form      ", m->section[i].label,
                   m->section[i].start_s);
    if (m->sections)
        vy_buf_add(text, "%s\n", m->sections > 12 ? " ..." : "");
}

static void say_kind(const struct vy_report *r, struct vy_buf *text)
{
    if (!(r->ears & VY_EAR_SPECTRUM))
        return;
    vy_buf_add(text, "  kind      %s", vy_kind_name(r->kind.kind));
    if (r->kind.kind != VY_KIND_UNKNOWN)
        vy_buf_add(text, " (confidence %.2f)", (double)r->kind.confidence);
    uint32_t said = 0;
    for (uint32_t i = 0; i < r->tags.count && said < TAGS_SAID; i++)
        if (strcmp(r->tags.tag[i].name, vy_kind_name(r->kind.kind)) != 0)
            vy_buf_add(text, "%s%s", said++ ? ", " : ": ", r->tags.tag[i].name);
    vy_buf_add(text, "\n");
}

void vy_analysis_text(const struct vy_analysis *analysis, struct vy_buf *text)
{
    const struct vy_report *const r = &analysis->report;
    say_file(analysis, text);
    say_kind(r, text);
    say_loudness(r, text);
    say_level(r, text);
    say_spectrum(r, text);
    say_stereo(r, text);
    say_noise(r, text);
    if (r->ears & VY_EAR_MUSIC) {
        say_pulse(&r->music, text);
        say_harmony(&r->music, text);
        vy_buf_add(text, "  onsets    %u, of drums %u\n", r->music.onsets, r->music.onset_drums);
        say_form(&r->music, text);
    }
    if (analysis->frames)
        vy_buf_add(text, "  windows   %s\n", analysis->frames);
}
