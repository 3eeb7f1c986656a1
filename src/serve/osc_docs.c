// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// docs/reference/osc.md: the same tables that read the messages.
#include "serve/osc_docs.h"

#include "command/describe.h"
#include "serve/chronus_table.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// What goes out: osc_feed.c and osc_do.c.
static const char *const sent[][3] = {
    {"/veery/reply", "i s s", "number of the request, `ok` or `error`, the answer as JSON"},
    {"/veery/meters/master", "f f", "peaks left and right since the last look, full scale 1"},
    {"/veery/meters/NAME", "f", "peak of a thing"},
    {"/veery/loudness/momentary", "f",
     "loudness of the last 0.4 s, LUFS; this and the next three "
     "come with the meters, while there is something to measure"},
    {"/veery/loudness/short_term", "f", "loudness of the last 3 s, LUFS"},
    {"/veery/loudness/true_peak", "f", "true peak of the last 3 s, dBTP"},
    {"/veery/loudness/correlation", "f", "of left and right over the last 3 s, -1..1"},
    {"/veery/position", "i f f", "bar, beat (both from 1), tempo"},
    {"/veery/event", "s", "JSON, as `veery tail --json` shows it"},
};

static void own_rows(struct vy_buf *buf)
{
    const struct vy_osc_row *row;
    vy_buf_add(buf, "\n## Veery\n\n| address | takes | range | what it does | example |\n"
                    "|---|---|---|---|---|\n");
    for (size_t i = 0; (row = vy_osc_row_at(i)); i++) {
        vy_buf_add(buf, "| `%s` |", row->address);
        vy_docs_cell(buf, row->takes);
        vy_docs_cell(buf, row->range);
        vy_docs_cell(buf, row->text);
        vy_buf_add(buf, " `%s` |\n", row->example);
    }
    vy_buf_add(buf, "\n## Answers and telemetry\n\n| address | arguments | |\n|---|---|---|\n");
    for (size_t i = 0; i < sizeof sent / sizeof *sent; i++) {
        vy_buf_add(buf, "| `%s` | `%s` |", sent[i][0], sent[i][1]);
        vy_docs_cell(buf, sent[i][2]);
        vy_buf_add(buf, "\n");
    }
}

// A number within the range that reads well: two digits of its middle, as the ear counts.
static double example_of(const struct vy_chronus_row *row)
{
    const bool wide = row->min > 0 && row->max / row->min > 10;
    const double middle = wide ? sqrt(row->min * row->max) : (row->min + row->max) / 2;
    const double digit = pow(10, floor(log10(middle)) - 1);
    return rint(middle / digit) * digit;
}

static void example(struct vy_buf *buf, const struct vy_chronus_row *row)
{
    char address[64];
    vy_chronus_fill(row->address, 1, address, sizeof address);
    vy_buf_add(buf, " `%s", address);
    if (row->example)
        vy_buf_add(buf, "%s%s` |", *row->example ? " " : "", row->example);
    else if (!*row->takes)
        vy_buf_add(buf, "` |");
    else if (row->max < 1e9)
        vy_buf_add(buf, " f %.6g` |", example_of(row));
    else
        vy_buf_add(buf, " f 0.8` |");
}

static void what(struct vy_buf *buf, const struct vy_chronus_row *row)
{
    char text[192];
    if (row->path && !strchr(row->path, '.'))
        snprintf(text, sizeof text, "a note of `%s`: above 0 its velocity, 0 its end", row->path);
    else if (row->path)
        snprintf(text, sizeof text, "turns `%s`%s", row->path,
                 row->convert ? ", converted to its scale" : "");
    else if (row->line)
        snprintf(text, sizeof text, "says `%s`", row->line);
    else
        snprintf(text, sizeof text, "%s", row->text);
    vy_docs_cell(buf, text);
}

static void chronus_rows(struct vy_buf *buf)
{
    const struct vy_chronus_row *row;
    vy_buf_add(
        buf,
        "\n## Music Chronus\n\n`#` is a voice, 1..%d; `{}` the number that came, `{1-}` what "
        "is missing to 1; `[]` may be left out. A number outside its range is clamped, and "
        "the answer says both values.\n\n"
        "| address | takes | range | what it does | example |\n|---|---|---|---|---|\n",
        VY_CHRONUS_VOICES);
    for (size_t i = 0; (row = vy_chronus_row(i)); i++) {
        char range[64] = "";
        if (row->max > row->min)
            snprintf(range, sizeof range, row->max < 1e9 ? "%g..%g" : "0..1", row->min, row->max);
        vy_buf_add(buf, "| `%s` |", row->address);
        vy_docs_cell(buf, *row->takes ? row->takes : "nothing");
        vy_docs_cell(buf, range);
        what(buf, row);
        example(buf, row);
        vy_buf_add(buf, "\n");
    }
}

vy_status vy_osc_docs_write(const char *folder, struct vy_err *err)
{
    struct vy_buf buf = {0};
    vy_docs_head(&buf, "OSC addresses");
    vy_buf_add(&buf,
               "\n[osc.md](../osc.md) is the guide. Types are those of OSC: `i` a whole number, "
               "`f` a number, `s` a text. Examples are what `oscsend 127.0.0.1 5005` takes "
               "behind it, with `veery serve --osc 5005`.\n");
    own_rows(&buf);
    chronus_rows(&buf);
    return vy_docs_page(folder, "osc.md", &buf, err);
}
