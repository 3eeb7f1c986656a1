// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery similar` and `veery find`.
#include "app/app.h"

#include "command/ears.h"
#include "command/library.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define OPTIONS 24
#define MOST_WEIGHT 100

// The options of the aspects are those the ears have: --timbre, --rhythm ...
static uint32_t add_aspects(const struct vy_layout *layout, char name[][VY_SPACE_TEXT + 2],
                            const char **value, struct vy_option *option)
{
    for (uint32_t a = 0; a < layout->spaces; a++) {
        snprintf(name[a], VY_SPACE_TEXT + 2, "--%s", layout->space[a].name);
        option[a] = (struct vy_option){name[a], &value[a], NULL};
    }
    return layout->spaces;
}

int vy_main_similar(int argc, char **argv)
{
    struct vy_layout layout;
    float usual[VY_SPACES];
    char name[VY_SPACES][VY_SPACE_TEXT + 2];
    const char *weight[VY_SPACES] = {0}, *count = NULL, *least = NULL;
    struct vy_similar_ask ask = {.threads = 2};
    bool json = false;
    vy_ears_layout(&layout, usual);
    struct vy_option options[OPTIONS] = {
        {"--library", &ask.library, NULL}, {"--key", &ask.key, NULL},     {"--bpm", &ask.bpm, NULL},
        {"--related", NULL, &ask.related}, {"--parts", NULL, &ask.parts}, {"-n", &count, NULL},
        {"--threshold", &least, NULL},     {"--json", NULL, &json}};
    add_aspects(&layout, name, weight, options + 8);
    const int words = vy_options(argc, argv, options);
    double most = 10;
    bool fine = words >= 0 && vy_option_number("-n", count, 1, VY_SEARCH_MOST, &most) &&
                vy_option_number("--threshold", least, 0, 1, &ask.least);
    for (uint32_t a = 0; a < VY_SPACES; a++) {
        ask.weight[a] = (double)NAN;
        fine = fine && (a >= layout.spaces ||
                        vy_option_number(name[a], weight[a], 0, MOST_WEIGHT, &ask.weight[a]));
    }
    if (fine && words != 2)
        fprintf(stderr,
                "usage: veery similar FILE|FILE:START-END|pN [--ASPECT WEIGHT]... [-n N]\n");
    if (!fine || words != 2)
        return EXIT_USAGE;
    ask.what = argv[1];
    ask.most = (uint32_t)most;
    struct vy_err err = {.at = -1};
    struct vy_buf text = {0};
    json_t *const result = json_object();
    const vy_status status = vy_similar(&ask, &text, result, &err);
    return vy_print_answer(status, &err, &text, result, json);
}

int vy_main_find(int argc, char **argv)
{
    const char *library = NULL, *count = NULL;
    bool json = false;
    const struct vy_option options[] = {{"--library", &library, NULL},
                                        {"-n", &count, NULL},
                                        {"--json", NULL, &json},
                                        {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    double most = 10;
    if (words < 0 || !vy_option_number("-n", count, 1, 1000, &most))
        return EXIT_USAGE;
    struct vy_err err = {.at = -1};
    struct vy_buf all = {0}, text = {0};
    for (int i = 1; i < words; i++)
        vy_buf_add(&all, "%s%s", i > 1 ? " " : "", argv[i]);
    json_t *const result = json_object();
    const vy_status status =
        vy_find(library, all.text ? all.text : "", (uint32_t)most, &text, result, &err);
    vy_buf_clear(&all);
    return vy_print_answer(status, &err, &text, result, json);
}
