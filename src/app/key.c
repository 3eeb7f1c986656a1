// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery key`: keys of the HTTP face. A key is printed once, when it is made.
#include "app/app.h"
#include "command/keys.h"

#include <stdio.h>

int vy_main_key(int argc, char **argv)
{
    struct vy_keys_ask ask = {0};
    bool json = false;
    const struct vy_option options[] = {{"--scope", &ask.scope, NULL},
                                        {"--name", &ask.name, NULL},
                                        {"--studio", &ask.studio, NULL},
                                        {"--json", NULL, &json},
                                        {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words < 0)
        return EXIT_USAGE;
    if (words < 2 || words > 3) {
        fprintf(stderr, "usage: veery key new --scope read|play|admin [--name N] | ls | revoke "
                        "NAME [--studio FILE.db] [--json]\n");
        return EXIT_USAGE;
    }
    ask.action = argv[1];
    ask.which = words > 2 ? argv[2] : NULL;
    struct vy_err err = {.at = -1};
    struct vy_buf text = {0};
    json_t *const result = json_object();
    const vy_status status = vy_keys_do(&ask, &text, result, &err);
    return vy_print_answer(status, &err, &text, result, json);
}
