// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The table of settings, and how a value is read by its row. A setting without a consumer does not
// belong here: tests/system/test_settings.sh looks for one of each.
#include "base/settings.h"

#include "base/text.h"

#include <ctype.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KIB 1024.0
#define MIB (1024.0 * KIB)
#define GIB (1024.0 * MIB)
#define TIB (1024.0 * GIB)

// clang-format off: a row reads as a row
static const struct vy_setting rows[] = {
    // what `veery serve` opens; its options come first
    {"audio.device", VY_SETTING_TEXT, "auto", 0, 0, "", NULL, false,
     "what sound goes to: auto, pipewire[:SINK], pulse[:SINK], null"},
    {"audio.rate", VY_SETTING_WHOLE, "0", 0, 192000, "Hz", NULL, false,
     "sample rate to ask the device for; 0 = its own"},
    {"audio.period", VY_SETTING_WHOLE, "0", 0, 4096, "frames", NULL, false,
     "frames a period; 0 = the device's own"},
    {"osc.address", VY_SETTING_TEXT, "", 0, 0, "", NULL, false,
     "OSC of `veery serve`: a port or host:port; empty = none"},
    {"midi.on", VY_SETTING_FLAG, "false", 0, 0, "", NULL, false,
     "MIDI of `veery serve`: ALSA ports"},
    // http: serve/http.c
    {"http.address", VY_SETTING_TEXT, "", 0, 0, "", NULL, false,
     "HTTP and web page of `veery serve`: 127.0.0.1:7777; empty = none"},
    {"http.require_key", VY_SETTING_FLAG, "false", 0, 0, "", NULL, true,
     "ask for an API key on loopback too; elsewhere one is always asked for"},
    {"http.hosts", VY_SETTING_WORDS, "", 0, 0, "", NULL, true,
     "names this machine is reached by, besides localhost and its address (Host, Origin)"},
    {"http.rate", VY_SETTING_NUMBER, "20000", 0, 1e6, "requests/s", NULL, true,
     "how many requests a client may make; 0 = as many as it likes"},
    {"http.clients", VY_SETTING_WHOLE, "1200", 8, 20000, "connections", NULL, false,
     "how many connections are held at once"},
    {"http.max_body", VY_SETTING_SIZE, "1MiB", KIB, GIB, "", NULL, true,
     "the longest request body"},
    {"http.timeout_s", VY_SETTING_NUMBER, "15", 1, 3600, "s", NULL, false,
     "a connection that says nothing is closed"},
    // jobs: src/jobs
    {"jobs.queue_max", VY_SETTING_WHOLE, "20000", 1, 1e6, "jobs", NULL, true,
     "how many jobs may wait; more are refused"},
    {"jobs.workers.render", VY_SETTING_WHOLE, "2", 0, 256, "processes", NULL, true,
     "renders at once"},
    {"jobs.workers.analyse", VY_SETTING_WHOLE, "1", 0, 256, "processes", NULL, true,
     "analyses and scans at once"},
    {"jobs.workers.generate", VY_SETTING_WHOLE, "1", 0, 64, "processes", NULL, true,
     "jobs that need a large model at once"},
    {"jobs.workers.net", VY_SETTING_WHOLE, "2", 0, 64, "processes", NULL, true,
     "jobs that use the network at once"},
    {"jobs.keep", VY_SETTING_WHOLE, "2000", 0, 1e6, "jobs", NULL, true,
     "ended jobs that are remembered; older ones are forgotten, what they made stays"},
    {"jobs.memory.render", VY_SETTING_SIZE, "256MiB", MIB, TIB, "", NULL, true,
     "memory that a render reserves of budget.ram"},
    {"jobs.memory.analyse", VY_SETTING_SIZE, "512MiB", MIB, TIB, "", NULL, true,
     "memory that an analysis reserves"},
    {"jobs.memory.generate", VY_SETTING_SIZE, "2GiB", MIB, TIB, "", NULL, true,
     "memory that a job with a large model reserves"},
    {"jobs.memory.net", VY_SETTING_SIZE, "128MiB", MIB, TIB, "", NULL, true,
     "memory that a job of the network reserves"},
    {"jobs.timeout_s", VY_SETTING_NUMBER, "0", 0, 1e6, "s", NULL, true,
     "a job may run this long; 0 = as its command has it"},
    // takes
    {"takes.folder", VY_SETTING_PATH, "", 0, 0, "", NULL, false,
     "where takes lie, by date; empty = $XDG_DATA_HOME/veery/takes"},
    {"takes.quota_mb", VY_SETTING_WHOLE, "20000", 0, 1e9, "MB", NULL, true,
     "takes together; `takes gc` removes the oldest unkept ones beyond; 0 = no limit"},
    {"takes.keep_days", VY_SETTING_WHOLE, "0", 0, 36500, "days", NULL, true,
     "`takes gc` removes unkept takes that are older; 0 = never for their age"},
    {"takes.library", VY_SETTING_FLAG, "true", 0, 0, "", NULL, true,
     "what was taken is heard by the library, when there is room for it"},
    {"takes.licence", VY_SETTING_TEXT, "", 0, 0, "", NULL, true,
     "written into takes and their receipts: CC-BY-4.0"},
    {"library.file", VY_SETTING_PATH, "", 0, 0, "", NULL, false,
     "the memory of sounds; empty = $XDG_DATA_HOME/veery/library.db"},
    // what is heard beyond measuring: command/tag_head.c, infer/ort.c
    {"listen.head", VY_SETTING_TEXT, "", 0, 0, "", NULL, false,
     "ONNX model that adds tags to sounds; empty = the one that comes with Veery, none = no model"},
    {"infer.runtime", VY_SETTING_PATH, "", 0, 0, "", NULL, false,
     "libonnxruntime.so; empty = the one beside the program, else the system's"},
    // health: app/health.c judges by these; the first four are the plan's of the microphone
    {"health.poll_s", VY_SETTING_NUMBER, "2", 0.1, 60, "s", NULL, true,
     "how often the studio and the machine are looked at"},
    {"health.latency_ms", VY_SETTING_NUMBER, "20", 1, 1000, "ms", NULL, true,
     "what comes in is heard that much later at most, else the studio is degraded"},
    {"health.bypass_on_vram_spike", VY_SETTING_FLAG, "true", 0, 0, "", NULL, true,
     "a studio with an input goes dry while graphics memory runs out, and stays so"},
    {"budget.vram_margin", VY_SETTING_SIZE, "500MiB", 0, TIB, "", NULL, true,
     "graphics memory that stays free; the rest is the limit of health"},
    {"budget.vram", VY_SETTING_SIZE, "3.6GB", 0, 100 * TIB, "", NULL, true,
     "graphics memory that models may have together"},
    {"budget.ram", VY_SETTING_SIZE, "4GiB", 64 * MIB, 100 * TIB, "", NULL, true,
     "memory that workers and models may have together"},
    {"budget.refuse", VY_SETTING_FLAG, "true", 0, 0, "", NULL, true,
     "what does not fit a budget waits or is refused; false: it begins all the same"},
    {"health.ram_free_mb", VY_SETTING_WHOLE, "500", 16, 1e7, "MB", NULL, true,
     "less memory than that to be had on the machine is degraded, 2/5 of it unhealthy"},
    {"health.rss_mb", VY_SETTING_WHOLE, "1024", 64, 1e7, "MB", NULL, true,
     "more memory than that in the studio process is degraded, four times as much unhealthy"},
    {"health.disk_free_mb", VY_SETTING_WHOLE, "2000", 10, 1e9, "MB", NULL, true,
     "less room than that where takes lie is degraded, a tenth of it unhealthy"},
    // the microphone and the studio keep what came in last
    {"shadow.seconds", VY_SETTING_NUMBER, "5", 1, 30, "s", NULL, false,
     "how much of the past `shadow save` can reach"},
    // log: base/log.c
    {"log.level", VY_SETTING_CHOICE, "info", 0, 0, "", "debug|info|warning|error", true,
     "how much goes into the log"},
    {"log.max_bytes", VY_SETTING_SIZE, "5MiB", KIB, TIB, "", NULL, true,
     "the log file is put aside and begun anew when it is longer"},
    {"log.backups", VY_SETTING_WHOLE, "5", 0, 100, "files", NULL, true,
     "how many files put aside are kept"},
};
// clang-format on
#define ROWS (sizeof rows / sizeof *rows)

const struct vy_setting *vy_setting_at(size_t i)
{
    return i < ROWS ? &rows[i] : NULL;
}

static const char *name_at(void *unused, size_t i)
{
    (void)unused;
    return i < ROWS ? rows[i].name : NULL;
}

const struct vy_setting *vy_setting_find(const char *name, struct vy_err *err)
{
    for (size_t i = 0; i < ROWS; i++)
        if (strcmp(rows[i].name, name) == 0)
            return &rows[i];
    vy_fail(err, VY_UNKNOWN_NAME, -1, "there is no setting %.80s", name);
    vy_err_suggest(err, name, name_at, NULL);
    return NULL;
}

void vy_setting_variable(const struct vy_setting *row, char *to, size_t size)
{
    snprintf(to, size, "VEERY_%s", row->name);
    for (; *to; to++)
        *to = (char)(*to == '.' ? '_' : toupper((unsigned char)*to));
}

const char *vy_setting_type_name(enum vy_setting_type type)
{
    switch (type) {
    case VY_SETTING_NUMBER: return "number";
    case VY_SETTING_WHOLE: return "whole number";
    case VY_SETTING_SIZE: return "size";
    case VY_SETTING_FLAG: return "flag";
    case VY_SETTING_CHOICE: return "choice";
    case VY_SETTING_TEXT: return "text";
    case VY_SETTING_PATH: return "path";
    case VY_SETTING_WORDS: return "list";
    }
    return "text";
}

// ---- reading a value ----------------------------------------------------------------------------

// A decimal number at the front, whatever the locale; no hex, inf, nan. @return where it ends, NULL
static const char *read_number(const char *text, double *number)
{
    const char *const first = text + (*text == '-' || *text == '+');
    if (!isdigit((unsigned char)*first) && !(*first == '.' && isdigit((unsigned char)first[1])))
        return NULL;
    if (first[0] == '0' && (first[1] | 0x20) == 'x')
        return NULL;
    char *end;
    const locale_t c = newlocale(LC_ALL_MASK, "C", NULL);
    *number = strtod_l(text, &end, c);
    freelocale(c);
    return isfinite(*number) ? end : NULL;
}

static vy_status in_range(const struct vy_setting *row, double number, const char *text,
                          struct vy_err *err)
{
    if (number >= row->min && number <= row->max)
        return VY_OK;
    if (row->type == VY_SETTING_SIZE)
        return vy_fail(err, VY_OUT_OF_RANGE, -1, "%s is %.0f..%.0f bytes, not %.40s", row->name,
                       row->min, row->max, text);
    return vy_fail(err, VY_OUT_OF_RANGE, -1, "%s is %.10g..%.10g%s%s, not %.40s", row->name,
                   row->min, row->max, *row->unit ? " " : "", row->unit, text);
}

static vy_status check_number(const struct vy_setting *row, const char *text, double *number,
                              struct vy_err *err)
{
    const char *const end = read_number(text, number);
    const bool whole = row->type == VY_SETTING_WHOLE;
    if (!end || *end || (whole && *number != floor(*number)))
        return vy_fail(err, VY_BAD_ARG, -1, "%s is a %snumber%s%s%s, not '%.40s'", row->name,
                       whole ? "whole " : "", *row->unit ? " (" : "", row->unit,
                       *row->unit ? ")" : "", text);
    return in_range(row, *number, text, err);
}

static vy_status check_size(const struct vy_setting *row, const char *text, double *number,
                            struct vy_err *err)
{
    static const struct {
        const char *name;
        double bytes;
    } units[] = {{"", 1},      {"B", 1},    {"k", KIB},   {"kB", 1e3}, {"KiB", KIB},
                 {"M", MIB},   {"MB", 1e6}, {"MiB", MIB}, {"G", GIB},  {"GB", 1e9},
                 {"GiB", GIB}, {"T", TIB},  {"TB", 1e12}, {"TiB", TIB}};
    const char *unit = read_number(text, number);
    unit += unit ? strspn(unit, " ") : 0;
    for (size_t i = 0; unit && i < sizeof units / sizeof *units; i++)
        if (strcasecmp(unit, units[i].name) == 0) {
            *number = floor(*number * units[i].bytes);
            return in_range(row, *number, text, err);
        }
    return vy_fail(err, VY_BAD_ARG, -1, "%s is a size like 512k, 5MiB or 3.6GB, not '%.40s'",
                   row->name, text);
}

static vy_status check_flag(const struct vy_setting *row, const char *text, double *number,
                            struct vy_err *err)
{
    static const char *const words[] = {"false", "no", "off", "0", "true", "yes", "on", "1"};
    for (size_t i = 0; i < 8; i++)
        if (strcasecmp(text, words[i]) == 0) {
            *number = i >= 4;
            return VY_OK;
        }
    return vy_fail(err, VY_BAD_ARG, -1, "%s is true or false, not '%.40s'", row->name, text);
}

static vy_status check_choice(const struct vy_setting *row, const char *text, double *number,
                              struct vy_err *err)
{
    struct vy_choices choices = {.list = row->choices};
    const int index = vy_choice_find(row->choices, text);
    if (index >= 0) {
        *number = index;
        return VY_OK;
    }
    vy_fail(err, VY_BAD_ARG, -1, "%s is one of %.120s, not '%.40s'", row->name, row->choices, text);
    vy_err_suggest(err, text, vy_choice_at, &choices);
    return VY_BAD_ARG;
}

static vy_status check_path(const struct vy_setting *row, const char *text, struct vy_err *err)
{
    if (!*text || *text == '/' || strncmp(text, "~/", 2) == 0)
        return VY_OK;
    return vy_fail(err, VY_BAD_ARG, -1, "%s is a path from / or ~/, not '%.80s'", row->name, text);
}

vy_status vy__setting_check(const struct vy_setting *row, const char *text, double *number,
                            struct vy_err *err)
{
    *number = 0;
    if (vy_text_length(text, VY_SETTING_TEXT_MAX + 1) > VY_SETTING_TEXT_MAX)
        return vy_fail(err, VY_TOO_BIG, -1, "%s is longer than %d bytes", row->name,
                       VY_SETTING_TEXT_MAX);
    for (const char *p = text; *p; p++)
        if ((unsigned char)*p < 32 || *p == 127)
            return vy_fail(err, VY_BAD_ARG, -1, "%s has a control character in it", row->name);
    switch (row->type) {
    case VY_SETTING_NUMBER:
    case VY_SETTING_WHOLE: return check_number(row, text, number, err);
    case VY_SETTING_SIZE: return check_size(row, text, number, err);
    case VY_SETTING_FLAG: return check_flag(row, text, number, err);
    case VY_SETTING_CHOICE: return check_choice(row, text, number, err);
    case VY_SETTING_PATH: return check_path(row, text, err);
    case VY_SETTING_TEXT:
    case VY_SETTING_WORDS: return VY_OK;
    }
    return VY_OK;
}
