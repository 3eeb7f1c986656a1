// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery serve`: a studio that plays until it is told to stop. Signals: INT and TERM fade out and
// end it, HUP reads the settings again, USR1 is panic, USR2 turns the bypass on or off; those two
// reach the guard at once.
#include "app/app.h"
#include "app/playing.h"
#include "app/settings.h"
#include "base/log.h"
#include "base/settings.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <systemd/sd-daemon.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t hung_up; // a signal handler has no other place to write to

static void on_hangup(int signal)
{
    (void)signal;
    hung_up = 1;
}

// HUP is "read the settings again", unless it came because the terminal we were started from has
// gone: then it is the end. @return false: it is
static bool hangup_turn(bool had_terminal)
{
    struct termios terminal;
    if (!hung_up)
        return true;
    hung_up = 0;
    if (had_terminal && tcgetattr(STDIN_FILENO, &terminal) != 0)
        return false;
    sd_notify(0, "RELOADING=1");
    vy_app_settings_reload();
    sd_notify(0, "READY=1");
    return true;
}

static void say_ready(const struct vy_playing *playing, bool json)
{
    const struct vy_device_facts *const d = &vy_live_shared(playing->live)->device;
    const char *const path = vy_socket_path(playing->socket);
    struct vy_osc_facts osc = {.where = ""};
    if (playing->osc)
        vy_osc_facts(playing->osc, &osc);
    if (json) {
        json_t *const ready = json_pack("{s:b,s:s,s:i,s:s,s:s,s:i,s:i}", "ready", 1, "socket", path,
                                        "pid", (int)getpid(), "backend", d->backend, "device",
                                        d->name, "rate", (int)d->sr_hz, "period", (int)d->period);
        if (*osc.where)
            json_object_set_new(ready, "osc", json_string(osc.where));
        if (playing->http)
            json_object_set_new(ready, "http", json_string(vy_http_where(playing->http)));
        json_dumpf(ready, stdout, JSON_COMPACT);
        printf("\n");
        json_decref(ready);
    } else {
        printf("veery: playing on %s", d->backend);
        if (strcmp(d->backend, d->name) != 0 && d->name[0])
            printf(" (%s)", d->name);
        printf(", %" PRIu32 " Hz, %" PRIu32 " frames; socket %s%s%s%s%s\n", d->sr_hz, d->period,
               path, *osc.where ? "; osc " : "", osc.where, playing->http ? "; " : "",
               playing->http ? vy_http_where(playing->http) : "");
    }
    fflush(stdout);
    sd_notifyf(0, "READY=1\nSTATUS=playing on %s", d->backend);
}

// The service manager is told that all is well only while the guard goes on playing.
struct watchdog {
    uint64_t every_ns, next_ns, frame;
};

static struct watchdog watchdog_open(void)
{
    uint64_t us = 0;
    const bool wanted = sd_watchdog_enabled(0, &us) > 0;
    return (struct watchdog){.every_ns = wanted ? us * 500 : 0}; // twice as often as asked for
}

static void watchdog_turn(struct watchdog *watchdog, const struct vy_live *live)
{
    const uint64_t now = vy_now_ns();
    if (!watchdog->every_ns || now < watchdog->next_ns)
        return;
    const uint64_t frame = atomic_load(&vy_live_shared(live)->frame);
    if (frame != watchdog->frame)
        sd_notify(0, "WATCHDOG=1");
    watchdog->frame = frame;
    watchdog->next_ns = now + watchdog->every_ns;
}

static int serve(struct vy_playing *playing, const char *file, bool json)
{
    struct watchdog watchdog = watchdog_open();
    const int code = file ? vy_playing_load(playing, file) : EXIT_FINE;
    if (code)
        return code;
    const bool has_terminal = isatty(STDIN_FILENO);
    sigaction(SIGHUP, &(struct sigaction){.sa_handler = on_hangup, .sa_flags = SA_RESTART}, NULL);
    say_ready(playing, json);
    vy_log(VY_LOG_INFO, "app", "studio begins on %s", vy_socket_path(playing->socket));
    while (vy_playing_turn(playing) && hangup_turn(has_terminal))
        watchdog_turn(&watchdog, playing->live);
    sd_notify(0, "STOPPING=1");
    vy_log(VY_LOG_INFO, "app", "studio ends");
    return EXIT_FINE;
}

// What no option said, the settings do.
static void fill_in(struct vy_playing_words *words)
{
    const struct vy_settings *const settings = vy_app_settings();
    if (!words->device)
        words->device = vy_settings_text(settings, "audio.device");
    if (!words->rate && vy_settings_number(settings, "audio.rate") > 0)
        words->rate = vy_settings_text(settings, "audio.rate");
    if (!words->period && vy_settings_number(settings, "audio.period") > 0)
        words->period = vy_settings_text(settings, "audio.period");
    if (!words->osc && *vy_settings_text(settings, "osc.address"))
        words->osc = vy_settings_text(settings, "osc.address");
    if (!words->http && *vy_settings_text(settings, "http.address"))
        words->http = vy_settings_text(settings, "http.address");
    words->midi |= vy_settings_flag(settings, "midi.on");
}

int vy_main_serve(int argc, char **argv)
{
    struct vy_playing_words words = {.with_socket = true, .jobs = true};
    bool json = false;
    const struct vy_option options[] = {{"--socket", &words.socket, NULL},
                                        {"--device", &words.device, NULL},
                                        {"--rate", &words.rate, NULL},
                                        {"--period", &words.period, NULL},
                                        {"--source", &words.source, NULL},
                                        {"--in-file", &words.in_file, NULL},
                                        {"--seconds", &words.seconds, NULL},
                                        {"--osc", &words.osc, NULL},
                                        {"--http", &words.http, NULL},
                                        {"--midi", NULL, &words.midi},
                                        {"--midi-raw", &words.midi_raw, NULL},
                                        {"--midi-clock", &words.midi_clock, NULL},
                                        {"--json", NULL, &json},
                                        {NULL, NULL, NULL}};
    const int n = vy_options(argc, argv, options);
    if (n > 2)
        fprintf(stderr, "usage: veery serve [FILE] [options]; see veery --help\n");
    if (n < 0 || n > 2)
        return EXIT_USAGE;
    fill_in(&words);
    vy_app_log_open();
    struct vy_playing playing = {0};
    int code = n == 2 ? vy_playing_may_load(argv[1]) : EXIT_FINE;
    if (!code)
        code = vy_playing_open(&playing, &words);
    if (code)
        return code;
    code = serve(&playing, n == 2 ? argv[1] : NULL, json);
    vy_playing_close(&playing);
    return code;
}
