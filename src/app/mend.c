// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery process` and `veery enhance`.
#include "app/app.h"

#include "command/mend.h"

#include <stdio.h>
#include <stdlib.h>

static int answer(vy_status status, bool json, struct vy_buf *text, json_t *result,
                  const struct vy_err *err)
{
    if (json) {
        char *const line = json_dumps(result, JSON_COMPACT | JSON_REAL_PRECISION(7));
        if (!status || json_object_size(result))
            puts(line ? line : "{}");
        free(line);
    } else if (!status && text->text) {
        puts(text->text);
    }
    vy_buf_clear(text);
    json_decref(result);
    return status ? vy_complain(err) : EXIT_FINE;
}

int vy_main_process(int argc, char **argv)
{
    const char *out = NULL, *rate = NULL, *chans = NULL, *trim = NULL, *start = NULL, *end = NULL;
    const char *fade = NULL, *format = NULL;
    bool json = false, cut_silence = false;
    struct vy_process_want want = {.trim_dbfs = -60};
    const struct vy_option options[] = {
        {"-o", &out, NULL},
        {"--out", &out, NULL},
        {"--rate", &rate, NULL},
        {"--channels", &chans, NULL},
        {"--trim-below", &trim, NULL},
        {"--trim", NULL, &cut_silence},
        {"--start", &start, NULL},
        {"--end", &end, NULL},
        {"--fade", &fade, NULL},
        {"--normalise", &want.normalise, NULL},
        {"--normalize", &want.normalise, NULL},
        {"--format", &format, NULL},
        {"--json", NULL, &json},
        {NULL, NULL, NULL},
    };
    const int words = vy_options(argc, argv, options);
    double hz = 0, channels = 0;
    if (words >= 0 && (words != 2 || !out))
        fprintf(stderr, "usage: veery process FILE -o OUT [--rate HZ] [--channels N] [--normalise "
                        "-16LUFS|-1dBTP] [--trim] (see veery --help)\n");
    if (words != 2 || !out || !vy_option_number("--rate", rate, 1000, 768000, &hz) ||
        !vy_option_number("--channels", chans, 1, 2, &channels) ||
        !vy_option_number("--trim-below", trim, -120, 0, &want.trim_dbfs) ||
        !vy_option_number("--start", start, 0, 1e6, &want.start_s) ||
        !vy_option_number("--end", end, 0, 1e6, &want.end_s) ||
        !vy_option_number("--fade", fade, 0, 600, &want.fade_s))
        return EXIT_USAGE;
    want.sr_hz = (uint32_t)hz;
    want.chans = (uint32_t)channels;
    want.trim = cut_silence || trim;
    struct vy_buf text = {0};
    struct vy_err err = {.at = -1};
    json_t *const result = json_object();
    const vy_status status = vy_process_file(argv[1], out, format, &want, &text, result, &err);
    return answer(status, json, &text, result, &err);
}

int vy_main_enhance(int argc, char **argv)
{
    const char *out = NULL, *strength = NULL, *only = NULL, *format = NULL;
    bool json = false;
    double amount = 0.5;
    const struct vy_option options[] = {
        {"-o", &out, NULL},      {"--out", &out, NULL},       {"--strength", &strength, NULL},
        {"--only", &only, NULL}, {"--format", &format, NULL}, {"--json", NULL, &json},
        {NULL, NULL, NULL},
    };
    const int words = vy_options(argc, argv, options);
    if (words >= 0 && (words != 2 || !out))
        fprintf(stderr, "usage: veery enhance FILE -o OUT [--strength 0..1] [--only "
                        "dc,hum,click,declip,denoise,tone,limit]\n");
    if (words != 2 || !out || !vy_option_number("--strength", strength, 0, 1, &amount))
        return EXIT_USAGE;
    struct vy_buf text = {0};
    struct vy_err err = {.at = -1};
    json_t *const result = json_object();
    const vy_status status =
        vy_enhance_file(argv[1], out, format, amount, only, NULL, &text, result, &err);
    return answer(status, json, &text, result, &err);
}
