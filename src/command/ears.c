// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/ears.h"

#include "base/simd.h"
#include "command/tag_head.h"
#include "listen/embed.h"
#include "listen/listener.h"
#include "sound/reader.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PARTS_MOST 4096u // of one file: nine hours
#define SURE 0.3         // confidence from which tempo and key are facts
#define ATTACK_MS 2000
#define LOW_HZ 250.0 // what is low and high, as VY_FACT_LIST says
#define HIGH_HZ 4000.0
#define NAN_D ((double)NAN)

// An ear that is listening: the listener for the facts, and two makers of vectors, for the whole
// and for the part that is going on.
struct ear {
    struct vy_ears_found *found;
    struct vy_listener *listener;
    struct vy_embed *whole, *part;
    double start_s; ///< of the stretch in the file
    double hop_s, part_from_s;
    bool failed;
    double energy, low, high; ///< of all hops, by band
};

const char *vy_ears_version(void)
{
    return "ears/2 " VY_EMBED_NAME;
}

// The aspects are the spaces, in their order: a row is an embedding.
void vy_ears_layout(struct vy_layout *layout, float weight[VY_SPACES])
{
    *layout = (struct vy_layout){.model = VY_EMBED_NAME, .spaces = VY_ASPECTS};
    memset(weight, 0, VY_SPACES * sizeof *weight);
    for (int a = 0; a < VY_ASPECTS; a++) {
        vy_text_copy(layout->space[a].name, VY_SPACE_TEXT, vy_aspects[a].name);
        layout->space[a].dims = vy_aspects[a].n;
        layout->space[a].metric = VY_METRIC_COSINE;
        weight[a] = vy_aspects[a].weight;
    }
}

static void read_row(const struct vy_embed *embed, float *row)
{
    struct vy_embedding embedding = {0};
    vy_embed_read(embed, &embedding);
    memcpy(row, embedding.v, sizeof embedding.v); // an aspect that is absent is all zero
}

// Room for one more region; returns its row.
static float *add_region(struct ear *ear, double from_s, double to_s)
{
    struct vy_ears_found *const f = ear->found;
    const size_t n = f->regions + 1;
    float *const row = realloc(f->row, n * VY_EMBED_DIM * sizeof *row);
    if (row)
        f->row = row;
    struct vy_region *const region = realloc(f->region, n * sizeof *region);
    if (region)
        f->region = region;
    if (!row || !region) {
        ear->failed = true;
        return NULL;
    }
    region[f->regions] = (struct vy_region){.start_s = from_s, .end_s = to_s};
    return row + (size_t)f->regions++ * VY_EMBED_DIM;
}

static void end_part(struct ear *ear, double to_s)
{
    float *const row = add_region(ear, ear->start_s + ear->part_from_s, ear->start_s + to_s);
    if (row)
        read_row(ear->part, row);
    vy_embed_reset(ear->part);
    ear->part_from_s = to_s;
}

// Sums side by side: one after the other would wait for each other.
static double sum_of(const float *power, uint32_t from, uint32_t to)
{
    float lane[VY_SUM_LANES] = {0};
    double sum = 0;
    for (; from + VY_SUM_LANES <= to; from += VY_SUM_LANES)
        for (int k = 0; k < VY_SUM_LANES; k++)
            lane[k] += power[from + (uint32_t)k];
    for (; from < to; from++)
        sum += (double)power[from];
    for (int k = 0; k < VY_SUM_LANES; k++)
        sum += (double)lane[k];
    return sum;
}

static void add_bands(struct ear *ear, const struct vy_hop *hop)
{
    const struct vy_hop_shape *const shape = vy_listener_shape(ear->listener);
    const double bins_hz = (double)shape->n_fft / shape->sr_hz;
    const uint32_t low = (uint32_t)fmin(LOW_HZ * bins_hz + 1, shape->bins);
    const uint32_t high = (uint32_t)fmin(HIGH_HZ * bins_hz + 1, shape->bins);
    const double below = sum_of(hop->power, 1, low);
    const double above = sum_of(hop->power, high, shape->bins);
    ear->energy += below + above + sum_of(hop->power, low, high);
    ear->low += below;
    ear->high += above;
}

static void on_hop(void *arg, const struct vy_hop *hop)
{
    struct ear *const ear = arg;
    const double at_s = (double)hop->index * ear->hop_s;
    if (ear->part && at_s - ear->part_from_s >= VY_PART_S && ear->found->regions < PARTS_MOST)
        end_part(ear, at_s);
    struct vy_timbre_frame frame; // heard once, taken in twice
    vy_embed_hear(ear->whole, hop, &frame);
    vy_embed_take(ear->whole, &frame, hop->mag);
    if (ear->part)
        vy_embed_take(ear->part, &frame, hop->mag);
    add_bands(ear, hop);
}

// The largest sample of each of the first milliseconds: an attack is at the beginning.
struct attack {
    uint32_t ms_frames, in_ms;
    uint32_t ms;
    float peak[ATTACK_MS];
};

static void add_attack(struct attack *a, const float *chan, size_t n)
{
    for (size_t i = 0; i < n && a->ms < ATTACK_MS; i++) {
        const float x = fabsf(chan[i]);
        a->peak[a->ms] = x > a->peak[a->ms] ? x : a->peak[a->ms]; // NaN is no peak
        if (++a->in_ms == a->ms_frames) {
            a->in_ms = 0;
            a->ms++;
        }
    }
}

// From a tenth of the loudest moment to nine tenths of it.
static double attack_ms(const struct attack *a)
{
    uint32_t top = 0;
    for (uint32_t i = 0; i < a->ms; i++)
        if (a->peak[i] > a->peak[top])
            top = i;
    if (a->ms == 0 || a->peak[top] <= 0)
        return NAN_D;
    uint32_t low = top, high = top;
    while (low > 0 && a->peak[low] > 0.1f * a->peak[top])
        low--;
    for (uint32_t i = top; i > low; i--)
        if (a->peak[i] >= 0.9f * a->peak[top])
            high = i;
    return high - low;
}

static vy_status read_through(struct ear *ear, struct vy_reader *reader, double end_s,
                              struct attack *attack, struct vy_err *err)
{
    const struct vy_reader_info *const info = vy_reader_info(reader);
    const uint64_t from = (uint64_t)(ear->start_s * info->sr_hz + 0.5);
    const uint64_t to = end_s > 0 ? (uint64_t)(end_s * info->sr_hz + 0.5) : UINT64_MAX;
    const float *chan[VY_READER_CHANS];
    for (uint64_t at = 0; at < to;) {
        size_t n;
        vy_status status = vy_reader_next(reader, chan, &n, err);
        if (status || n == 0)
            return at ? VY_OK : status; // what came before the damage was heard
        const uint64_t skip = from > at ? (from - at < n ? from - at : n) : 0;
        const uint64_t end = to - at < n ? to - at : n;
        for (uint32_t c = 0; c < info->chans; c++)
            chan[c] += skip;
        if (end > skip) {
            status = vy_listener_push(ear->listener, chan, (size_t)(end - skip));
            add_attack(attack, chan[0], (size_t)(end - skip));
        }
        if (status || ear->failed)
            return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
        at += n;
    }
    return VY_OK;
}

// A tag of several words becomes one word.
static void add_tag(struct vy_facts *facts, const char *tag)
{
    const size_t at = strlen(facts->tags);
    snprintf(facts->tags + at, sizeof facts->tags - at, "%s%s", at ? " " : "", tag);
    for (char *p = facts->tags + at + (at != 0); *p; p++)
        if (*p == ' ')
            *p = '-';
}

// What it is, as far as the ears are sure.
static void add_judgement(struct vy_facts *f, const struct vy_report *r)
{
    if (r->kind.kind != VY_KIND_UNKNOWN) {
        vy_text_copy(f->kind, sizeof f->kind, vy_kind_name(r->kind.kind));
        f->kind_confidence = (double)r->kind.confidence;
    }
    for (uint32_t i = 0; i < r->tags.count; i++)
        add_tag(f, r->tags.tag[i].name);
}

static double or_nan(double value, const char *why)
{
    return why ? NAN_D : value;
}

static void fill_facts(struct ear *ear, const struct vy_report *r, const struct attack *attack)
{
    struct vy_facts *const f = &ear->found->facts;
    vy_facts_clear(f);
    f->duration_s = r->seconds;
    f->rate_hz = r->sr_hz;
    f->channels = r->chans;
    f->loudness_lufs = or_nan(r->loudness.integrated_lufs, r->loudness.integrated_why);
    f->true_peak_dbtp = or_nan(r->loudness.true_peak_dbtp, r->loudness.true_peak_why);
    f->crest_db = or_nan(r->level.crest_db, r->level.why);
    f->bpm_confidence = (double)r->music.tempo_confidence;
    if (f->bpm_confidence >= SURE)
        f->bpm = (double)r->music.tempo_bpm;
    f->key_confidence = (double)r->music.key_confidence;
    if (f->key_confidence >= SURE && r->music.key >= 0) {
        f->key = r->music.key;
        f->minor = r->music.mode == VY_MODE_MINOR;
    }
    f->centroid_hz = (double)r->spectrum.centroid_hz.mean;
    f->rolloff_hz = (double)r->spectrum.rolloff_hz.mean;
    f->flatness = pow(10, 0.1 * (double)r->spectrum.flatness_db.mean);
    f->onset_rate_hz = r->seconds > 0 ? r->music.onsets / r->seconds : NAN_D;
    if (ear->energy > 0) {
        f->low_share = ear->low / ear->energy;
        f->high_share = ear->high / ear->energy;
    }
    f->attack_ms = attack_ms(attack);
    f->pitch_confidence = (double)r->pitch.confidence;
    if (f->pitch_confidence >= SURE)
        f->pitch_hz = (double)r->pitch.median_hz;
    f->width = or_nan(r->stereo.width, r->stereo.why);
    add_judgement(f, r);
}

// The whole goes first; parts of a sound that is hardly longer than one are not worth keeping.
static void order_regions(struct ear *ear, double length_s, const float *whole_row)
{
    struct vy_ears_found *const f = ear->found;
    if (f->regions && length_s < 1.5 * VY_PART_S)
        f->regions = 0;
    if (ear->part && f->regions && length_s - ear->part_from_s > 0.25 * VY_PART_S &&
        f->regions < PARTS_MOST)
        end_part(ear, length_s);
    float *const row = add_region(ear, ear->start_s, ear->start_s + length_s);
    if (!row)
        return;
    const struct vy_region whole = f->region[f->regions - 1];
    memmove(f->region + 1, f->region, (f->regions - 1) * sizeof *f->region);
    f->region[0] = whole;
    memmove(f->row + VY_EMBED_DIM, f->row,
            (size_t)(f->regions - 1) * VY_EMBED_DIM * sizeof *f->row);
    memcpy(f->row, whole_row, VY_EMBED_DIM * sizeof *f->row);
}

// A sound that is known to be short needs no parts.
static vy_status open_ear(struct ear *ear, const struct vy_reader_info *info, struct vy_err *err)
{
    if (info->sr_hz < VY_EMBED_RATE)
        return vy_fail(err, VY_BAD_FILE, -1,
                       "%u Hz of sample rate are too little to compare; %d are the least",
                       info->sr_hz, VY_EMBED_RATE);
    if (vy_listener_new(info->sr_hz, info->chans,
                        VY_EAR_LEVEL | VY_EAR_LOUDNESS | VY_EAR_SPECTRUM | VY_EAR_MUSIC |
                            VY_EAR_STEREO,
                        &ear->listener))
        return vy_fail(err, VY_NO_MEMORY, -1, "the ears cannot be opened");
    const struct vy_hop_shape *const shape = vy_listener_shape(ear->listener);
    ear->hop_s = (double)shape->hop / shape->sr_hz;
    const bool is_short =
        info->frames > 0 && (double)info->frames < 1.5 * VY_PART_S * (double)info->sr_hz;
    if (vy_embed_new(shape, 0, VY_EMBED_ALL_HZ, &ear->whole) ||
        (!is_short && vy_embed_new(shape, 0, VY_EMBED_ALL_HZ, &ear->part)))
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_listener_on_hop(ear->listener, on_hop, ear);
    return VY_OK;
}

static vy_status hear(struct ear *ear, struct vy_reader *reader, double end_s, struct vy_err *err)
{
    const struct vy_reader_info *const info = vy_reader_info(reader);
    struct attack attack = {.ms_frames = (info->sr_hz + 999) / 1000};
    struct vy_embedding whole = {0};
    struct vy_report *const report = calloc(1, sizeof *report); // it is large
    if (!report)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = open_ear(ear, info, err);
    if (!status)
        status = read_through(ear, reader, end_s, &attack, err);
    if (!status && vy_listener_finish(ear->listener, report))
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (!status && report->frames == 0)
        status = vy_fail(err, VY_BAD_FILE, -1, "there is no sound in it");
    if (!status) {
        vy_embed_read(ear->whole, &whole);
        vy_tag_head_hear(&report->facts, &whole, &report->tags);
        fill_facts(ear, report, &attack);
        if (vy_reader_problem(reader)) // less than it says of itself
            add_tag(&ear->found->facts, "damaged");
        order_regions(ear, report->seconds, whole.v);
        if (ear->failed)
            status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    free(report);
    return status;
}

vy_status vy_ears_hear(const char *path, double start_s, double end_s, struct vy_ears_found *found,
                       struct vy_err *err)
{
    struct vy_reader *reader = NULL;
    struct ear *const ear = calloc(1, sizeof *ear);
    *found = (struct vy_ears_found){0};
    if (!ear)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    ear->found = found;
    ear->start_s = start_s;
    vy_status status = vy_reader_open(path, &reader, err);
    if (!status)
        status = hear(ear, reader, end_s, err);
    vy_reader_close(reader);
    vy_embed_destroy(ear->whole);
    vy_embed_destroy(ear->part);
    vy_listener_destroy(ear->listener);
    free(ear);
    if (status)
        vy_ears_clear(found);
    return status;
}

void vy_ears_clear(struct vy_ears_found *found)
{
    free(found->region);
    free(found->row);
    *found = (struct vy_ears_found){0};
}
