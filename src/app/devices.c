// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery devices`: what sound can go to and come from on this machine, and why not.
#include "app/app.h"
#include "sound/device.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROWS 256u // of one backend

static json_t *row_json(const struct vy_device_row *row)
{
    return json_pack("{s:s, s:s, s:b, s:I, s:I}", "name", row->name, "text", row->text, "default",
                     (int)row->is_default, "channels", (json_int_t)row->chans, "rate",
                     (json_int_t)row->sr_hz);
}

static json_t *backend_json(const struct vy_device_backend *backend, const char *why,
                            const struct vy_device_row *row, uint32_t rows)
{
    json_t *const outs = json_array(), *const ins = json_array();
    for (uint32_t i = 0; i < rows; i++)
        json_array_append_new(row[i].input ? ins : outs, row_json(&row[i]));
    return json_pack("{s:s, s:s, s:b, s:s, s:o, s:o}", "name", backend->name, "text", backend->text,
                     "usable", (int)!*why, "why", why, "outputs", outs, "inputs", ins);
}

static void print_rows(const struct vy_device_row *row, uint32_t rows, bool inputs)
{
    for (uint32_t i = 0; i < rows; i++) {
        if (row[i].input != inputs)
            continue;
        char rate[32] = "";
        if (row[i].sr_hz)
            snprintf(rate, sizeof rate, ", %u Hz", row[i].sr_hz);
        printf("  %c %s %-36s %u %s%s  %s\n", row[i].is_default ? '*' : ' ', inputs ? "in " : "out",
               row[i].name, row[i].chans, row[i].chans == 1 ? "channel" : "channels", rate,
               row[i].text);
    }
}

static void print_backend(const struct vy_device_backend *backend, const char *why,
                          const struct vy_device_row *row, uint32_t rows)
{
    if (*why)
        printf("%-9s not here: %s\n", backend->name, why);
    else
        printf("%-9s %s\n", backend->name, backend->text);
    print_rows(row, rows, false);
    print_rows(row, rows, true);
}

// The first usable one is what "auto" takes; null always is.
static int list(bool as_json, struct vy_device_row *row)
{
    const char *chosen = NULL;
    json_t *const list = json_array();
    const struct vy_device_backend *backend;
    for (uint32_t i = 0; (backend = vy_device_backend_at(i)); i++) {
        char why[160];
        const bool usable = backend->usable(why, sizeof why);
        const uint32_t rows = usable ? backend->list(row, ROWS) : 0;
        if (usable && !chosen)
            chosen = backend->name;
        if (as_json)
            json_array_append_new(list, backend_json(backend, why, row, rows));
        else
            print_backend(backend, why, row, rows);
    }
    if (as_json) {
        json_t *const all = json_pack("{s:s, s:O}", "auto", chosen, "backends", list);
        char *const text = json_dumps(all, JSON_COMPACT);
        puts(text ? text : "{}");
        free(text);
        json_decref(all);
    } else {
        printf("\n* is the default of its server. --device auto is %s.\n", chosen);
    }
    json_decref(list);
    return EXIT_FINE;
}

int vy_main_devices(int argc, char **argv)
{
    bool as_json = false;
    const struct vy_option options[] = {{"--json", .flag = &as_json}, {0}};
    const int words = vy_options(argc, argv, options);
    if (words < 0)
        return EXIT_USAGE;
    if (words > 1) {
        fprintf(stderr, "veery: devices takes no words, only --json\n");
        return EXIT_USAGE;
    }
    struct vy_device_row *const row = malloc(ROWS * sizeof *row);
    if (!row) {
        fprintf(stderr, "veery: out of memory\n");
        return EXIT_COMMAND;
    }
    const int code = list(as_json, row);
    free(row);
    return code;
}
