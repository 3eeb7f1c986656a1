// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery play`: a session is heard once, until it has rung out.
#include "app/app.h"
#include "app/playing.h"
#include "engine/studio.h"

#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define RING_MAX_NS 20000000000u // a tail longer than 20 s is faded
#define QUIET_NS 500000000u      // as long below QUIET_PEAK: it has rung out
#define QUIET_PEAK 0.001f        // -60 dBFS
#define STATUS_NS 100000000u

struct show {
    struct vy_playing playing;
    double beats; ///< length of the piece, INFINITY = none
    bool loop, tty, ringing;
    float peak;                          ///< since the status line was shown
    uint64_t ring_ns, loud_ns, shown_ns; ///< CLOCK_MONOTONIC
};

static const struct vy_engine_says *says(const struct vy_shared *shared)
{
    const uint32_t active = atomic_load(&shared->active);
    return active < VY_SLOTS ? &shared->slot[active].says : NULL;
}

static float take_peak(struct show *show)
{
    json_t *const meters = vy_live_meters(show->playing.live, VY_READER_PLAY);
    const json_t *const master = json_object_get(meters, "master");
    const double l = json_number_value(json_array_get(master, 0));
    const double r = json_number_value(json_array_get(master, 1));
    json_decref(meters);
    return (float)fmax(l, r);
}

static void show_status(struct show *show, double beat)
{
    const struct vy_shared *const s = vy_live_shared(show->playing.live);
    const struct vy_doc *const doc = vy_live_session(show->playing.live)->doc;
    const double bar_beats = vy_doc_bar_beats(doc), bar = floor(beat / bar_beats);
    const double in_bar = (beat - bar * bar_beats) * doc->meter_den / 4;
    const double period_ns = 1e9 * (double)atomic_load(&s->device.period) /
                             fmax((double)atomic_load(&s->device.sr_hz), 1);
    char peak[32] = "  -inf";
    if (show->peak > 1e-6f)
        snprintf(peak, sizeof peak, "%6.1f", 20 * log10((double)show->peak));
    fprintf(stderr, "\r%4.0f:%.0f  %s dBFS  load %3.0f %%  xruns %llu   ", bar + 1,
            floor(in_bar) + 1, peak,
            100 * (double)(vy_wait_quantile(s->wait, 0.99) + vy_wait_quantile(s->work, 0.99)) /
                fmax(period_ns, 1),
            (unsigned long long)(atomic_load(&s->device.xruns) + atomic_load(&s->late)));
}

static void ring_out(struct show *show, uint64_t now)
{
    show->ringing = true;
    show->ring_ns = show->loud_ns = now;
    vy_playing_say(&show->playing, "stop", "play");
}

// @return false: it is over
static bool look(struct show *show)
{
    const struct vy_engine_says *const at = says(vy_live_shared(show->playing.live));
    const uint64_t now = vy_now_ns();
    const float peak = take_peak(show);
    show->peak = fmaxf(show->peak, peak);
    if (peak > QUIET_PEAK)
        show->loud_ns = now;
    if (at && now - show->shown_ns > STATUS_NS) {
        if (show->tty)
            show_status(show, at->beat);
        show->shown_ns = now;
        show->peak = 0;
    }
    if (show->ringing)
        return now - show->loud_ns < QUIET_NS && now - show->ring_ns < RING_MAX_NS;
    if (at && at->playing && at->beat >= show->beats) {
        if (show->loop)
            vy_playing_say(&show->playing, "seek bar 1", "play");
        else
            ring_out(show, now);
    }
    return true;
}

static int play(struct show *show, const char *file, double bars)
{
    const int code = vy_playing_load(&show->playing, file);
    if (code)
        return code;
    const struct vy_session *const session = vy_live_session(show->playing.live);
    if (!session->doc->playing && !session->doc->play_said &&
        !vy_playing_say(&show->playing, "play", "play"))
        return EXIT_COMMAND;
    const double bar = vy_doc_bar_beats(session->doc);
    show->beats = bars > 0 ? bars * bar : vy_studio_length(session->doc);
    if (show->playing.seconds > 0)
        show->beats = (double)INFINITY;
    const struct vy_device_facts *const d = &vy_live_shared(show->playing.live)->device;
    printf("veery: %s on %s, %u Hz, %u frames", file, d->backend, d->sr_hz, d->period);
    if (isfinite(show->beats))
        printf(", %g bars%s", show->beats / bar, show->loop ? " again and again" : "");
    printf("\n");
    fflush(stdout);
    while (vy_playing_turn(&show->playing) && look(show))
        continue;
    if (show->tty)
        fprintf(stderr, "\n");
    return EXIT_FINE;
}

int vy_main_play(int argc, char **argv)
{
    struct show show = {.tty = isatty(STDERR_FILENO)};
    struct vy_playing_words words = {0};
    const char *bars_text = NULL;
    double bars = 0;
    const struct vy_option options[] = {
        {"--device", &words.device, NULL}, {"--seconds", &words.seconds, NULL},
        {"--bars", &bars_text, NULL},      {"--loop", NULL, &show.loop},
        {"--socket", &words.socket, NULL}, {"--rate", &words.rate, NULL},
        {"--period", &words.period, NULL}, {NULL, NULL, NULL}};
    const int n = vy_options(argc, argv, options);
    if (n >= 0 && n != 2)
        fprintf(stderr, "usage: veery play FILE [options]; see veery --help\n");
    if (n != 2 || !vy_option_number("--bars", bars_text, 0.01, 100000, &bars))
        return EXIT_USAGE;
    if (words.seconds && bars_text) {
        fprintf(stderr, "veery: --seconds and --bars exclude each other\n");
        return EXIT_USAGE;
    }
    show.playing.quiet = show.tty; // the status line has no room for them
    int code = vy_playing_may_load(argv[1]);
    if (!code)
        code = vy_playing_open(&show.playing, &words);
    if (code)
        return code;
    code = play(&show, argv[1], bars);
    vy_playing_close(&show.playing);
    return code;
}
