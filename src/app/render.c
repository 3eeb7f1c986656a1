// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery render` and `veery check`.
#include "app/app.h"

#include "command/hear.h"
#include "command/lex.h"
#include "engine/edit.h"
#include "base/clock.h"
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

struct options {
    const char *out, *bars, *seconds, *rate, *block, *threads, *format, *stems, *seed;
    bool json, quick;
};

// Progress on a terminal.
struct progress {
    double total, started, shown;
    bool tty;
};

static bool on_progress(void *arg, double seconds)
{
    struct progress *const p = arg;
    const double at = vy_now_s();
    if (p->tty && at - p->started > 1 && at - p->shown > 0.2 && seconds > 0) {
        const double left = (at - p->started) * fmax(p->total - seconds, 0) / seconds;
        fprintf(stderr, "\r%3.0f %%  %.0f x real time  %.0f s left   ",
                100 * fmin(seconds / p->total, 1), seconds / (at - p->started), left);
        p->shown = at;
    }
    return !vy_interrupted();
}

// A session file becomes a session. Exit code.
static struct vy_session *open_session(const struct vy_catalog *catalog, const char *path,
                                       json_t *warnings, int *code)
{
    char *text;
    size_t length;
    struct vy_err err = {.at = -1};
    *code = EXIT_USAGE;
    if (vy_file_read(path, VY_SESSION_FILE_MAX, &text, &length, &err)) {
        const int complained = vy_complain(&err);
        if (err.code != VY_TOO_BIG)
            *code = complained;
        return NULL;
    }
    struct vy_session *const session = vy_session_new(catalog, 1);
    vy_status status = session ? vy_session_load(session, text, length, "file", warnings, &err)
                               : vy_fail(&err, VY_NO_MEMORY, -1, "out of memory");
    free(text);
    if (session && !status) {
        *code = EXIT_FINE;
        return session;
    }
    fprintf(stderr, "%s:%s", path, err.message);
    fprintf(stderr, err.hint[0] ? " (%s; did you mean '%s'?)\n" : " (%s)\n",
            vy_status_name(err.code), err.hint);
    vy_session_destroy(session);
    return NULL;
}

static void print_warnings(const json_t *warnings)
{
    size_t i;
    json_t *warning;
    json_array_foreach(warnings, i, warning)
        fprintf(stderr, "warning: %s\n", json_string_value(warning));
}

static void print_json(json_t *root)
{
    char *const text = json_dumps(root, JSON_COMPACT | JSON_REAL_PRECISION(9));
    puts(text ? text : "{}");
    free(text);
    json_decref(root);
}

static void report_json(const char *file, const struct vy_listen *what,
                        const struct vy_heard *heard, json_t *warnings)
{
    const struct vy_report *const r = &heard->report;
    json_t *const root = json_object();
    json_object_set_new(root, "file", json_string(file));
    json_object_set_new(root, "tempo", json_real(heard->render.tempo));
    json_object_set_new(root, "bars", json_real(heard->render.bars));
    json_object_set_new(root, "seconds", json_real(heard->seconds));
    json_object_set_new(root, "frames", json_integer((json_int_t)heard->render.frames));
    json_object_set_new(root, "rate", json_integer(what->sr_hz));
    json_object_set_new(root, "loudness_lufs",
                        what->ears ? vy_json_number(r->loudness.integrated_lufs) : json_null());
    json_object_set_new(root, "true_peak_dbtp",
                        what->ears ? vy_json_number(r->loudness.true_peak_dbtp) : json_null());
    json_object_set_new(root, "peak_db",
                        what->ears ? vy_json_number(r->level.peak_dbfs) : json_null());
    json_object_set_new(root, "render_seconds", json_real(heard->render_seconds));
    json_object_set_new(root, "speed", json_real(heard->speed));
    json_object_set_new(root, "pcm_sha256", what->ears ? json_string(heard->pcm) : json_null());
    json_object_set(root, "warnings", warnings);
    print_json(root);
}

static void report(const char *file, const struct vy_listen *what, const struct vy_heard *heard)
{
    const struct vy_loudness_found *const l = &heard->report.loudness;
    printf("%s\n  tempo      %g bpm, %g bars, %.2f s, %u Hz\n", file, heard->render.tempo,
           heard->render.bars, heard->seconds, what->sr_hz);
    if (!what->ears)
        printf("  loudness   not measured (--quick)\n");
    else if (isfinite(l->integrated_lufs))
        printf("  loudness   %.1f LUFS, true peak %.1f dBTP, peak %.1f dBFS\n", l->integrated_lufs,
               l->true_peak_dbtp, heard->report.level.peak_dbfs);
    else
        printf("  loudness   none: it is silent\n");
    printf("  speed      %.0f x real time (%.2f s)\n", heard->speed, heard->render_seconds);
    if (what->ears)
        printf("  pcm        %s\n", heard->pcm);
}

static bool read_options(const struct options *o, struct vy_listen *what, double *bars,
                         double *seed)
{
    double rate = 48000, block = 64, threads = 1;
    struct vy_err err = {.at = -1};
    what->format = vy_sound_format_of(o->out);
    if (o->format && vy_sound_format_read(o->format, &what->format, &err)) {
        vy_complain(&err);
        return false;
    }
    if (o->bars && o->seconds) {
        fprintf(stderr, "veery: either --bars or --seconds\n");
        return false;
    }
    if (!vy_option_number("--bars", o->bars, 0.01, 100000, bars) ||
        !vy_option_number("--seconds", o->seconds, 0.01, 21600, &what->seconds) ||
        !vy_option_number("--rate", o->rate, 8000, 192000, &rate) ||
        !vy_option_number("--block", o->block, 1, 65536, &block) ||
        !vy_option_number("--threads", o->threads, 1, 2, &threads) ||
        !vy_option_number("--seed", o->seed, 0, 9007199254740992.0, seed))
        return false;
    what->sr_hz = (uint32_t)rate;
    what->block = (uint32_t)block;
    what->threads = (uint32_t)threads;
    what->ears = o->quick ? 0 : VY_EAR_LEVEL | VY_EAR_LOUDNESS;
    return true;
}

// Exit code. The session's document is what sounds.
static int render(const struct vy_session *session, struct vy_listen *what, double bars,
                  double seed, const struct options *o, json_t *warnings)
{
    struct vy_doc *const doc = vy_doc_clone(session->doc);
    struct vy_err err = {.at = -1};
    if (!doc)
        return EXIT_COMMAND;
    doc->beat = 0;
    if (seed >= 0)
        doc->seed = (uint64_t)seed;
    if (!doc->playing && !doc->play_said && vy_edit_play(doc, NULL, 0, true, &err)) {
        vy_doc_destroy(doc);
        return vy_complain(&err);
    }
    what->doc = doc;
    if (bars > 0)
        what->beats = bars * vy_doc_bar_beats(doc);
    struct progress progress = {.started = vy_now_s(), .tty = isatty(STDERR_FILENO)};
    const double beats = what->beats > 0 ? what->beats : vy_studio_length(doc);
    progress.total = what->seconds > 0 ? what->seconds : vy_beats_seconds(doc, 0, beats);
    what->progress = on_progress;
    what->arg = &progress;
    struct vy_heard heard;
    const vy_status status = vy_hear(what, &heard, &err);
    if (progress.shown > 0)
        fprintf(stderr, "\r%60s\r", "");
    vy_doc_destroy(doc);
    print_warnings(warnings);
    if (status)
        return vy_complain(&err);
    if (o->json)
        report_json(o->out, what, &heard, warnings);
    else
        report(o->out, what, &heard);
    vy_heard_clear(&heard);
    return heard.stopped ? EXIT_INTERRUPTED : EXIT_FINE;
}

int vy_main_render(int argc, char **argv)
{
    struct options o = {0};
    const struct vy_option options[] = {
        {"-o", &o.out, NULL},
        {"--out", &o.out, NULL},
        {"--bars", &o.bars, NULL},
        {"--seconds", &o.seconds, NULL},
        {"--rate", &o.rate, NULL},
        {"--block", &o.block, NULL},
        {"--threads", &o.threads, NULL},
        {"--format", &o.format, NULL},
        {"--stems", &o.stems, NULL},
        {"--seed", &o.seed, NULL},
        {"--json", NULL, &o.json},
        {"--quick", NULL, &o.quick},
        {NULL, NULL, NULL},
    };
    const int words = vy_options(argc, argv, options);
    if (words >= 0 && (words != 2 || !o.out))
        fprintf(stderr, "usage: veery render FILE -o OUT.wav [--bars N] (see veery --help)\n");
    if (words != 2 || !o.out)
        return EXIT_USAGE;
    double bars = 0, seed = -1;
    struct vy_listen what = {.file = o.out, .stems = o.stems};
    if (!read_options(&o, &what, &bars, &seed))
        return EXIT_USAGE;
    struct vy_catalog catalog;
    int code = vy_open_catalog(&catalog);
    if (code)
        return code;
    vy_catch_interrupt();
    json_t *const warnings = json_array();
    what.catalog = &catalog;
    what.warnings = warnings;
    struct vy_session *const session = open_session(&catalog, argv[1], warnings, &code);
    if (session)
        code = render(session, &what, bars, seed, &o, warnings);
    vy_session_destroy(session);
    json_decref(warnings);
    vy_catalog_close(&catalog);
    return code;
}

int vy_main_check(int argc, char **argv)
{
    bool json = false;
    const struct vy_option options[] = {{"--json", NULL, &json}, {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words >= 0 && words != 2)
        fprintf(stderr, "usage: veery check FILE\n");
    if (words != 2)
        return EXIT_USAGE;
    struct vy_catalog catalog;
    int code = vy_open_catalog(&catalog);
    if (code)
        return code;
    json_t *const warnings = json_array();
    struct vy_session *const session = open_session(&catalog, argv[1], warnings, &code);
    if (session) {
        const struct vy_doc *const doc = session->doc;
        const double bars = vy_studio_length(doc) / vy_doc_bar_beats(doc);
        print_warnings(warnings);
        if (json)
            print_json(json_pack("{s:s,s:b,s:i,s:f,s:f,s:O}", "file", argv[1], "ok", 1, "things",
                                 doc->units - 1, "tempo", doc->tempo, "bars", bars, "warnings",
                                 warnings));
        else
            printf("%s: fine, %d things, %g bpm, %g bars, %zu warnings\n", argv[1], doc->units - 1,
                   doc->tempo, bars, json_array_size(warnings));
    }
    vy_session_destroy(session);
    json_decref(warnings);
    vy_catalog_close(&catalog);
    return code;
}
