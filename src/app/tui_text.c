// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tui_text.h"

#include <stdbool.h>
#include <wchar.h>

#define JOINER 0x200Du // what follows belongs to what came before

size_t vy_tui_decode(const char *text, size_t n, uint32_t *c)
{
    const unsigned char *const b = (const unsigned char *)text;
    const size_t length = b[0] < 0x80             ? 1
                          : (b[0] & 0xE0) == 0xC0 ? 2
                          : (b[0] & 0xF0) == 0xE0 ? 3
                          : (b[0] & 0xF8) == 0xF0 ? 4
                                                  : 0;
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    *c = VY_TUI_BAD;
    if (length == 1)
        *c = b[0];
    if (length < 2 || length > n)
        return 1;
    uint32_t value = b[0] & (0x7Fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((b[i] & 0xC0) != 0x80)
            return 1;
        value = value << 6 | (b[i] & 0x3F);
    }
    if (value < least[length] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000))
        return 1;
    *c = value;
    return length;
}

int vy_tui_char_columns(uint32_t c)
{
    if (c < 0x20 || (c >= 0x7F && c < 0xA0))
        return 0;
    if (c < 0x7F)
        return 1;
    const int columns = wcwidth((wchar_t)c);
    return columns < 0 ? 1 : columns; // not known here: what is drawn instead takes one
}

int vy_tui_columns(const char *text, size_t n)
{
    int columns = 0;
    for (size_t at = 0; at < n;) {
        uint32_t c;
        at += vy_tui_decode(text + at, n - at, &c);
        columns += vy_tui_char_columns(c);
    }
    return columns;
}

size_t vy_tui_step(const char *text, size_t n, size_t at)
{
    const size_t from = at;
    uint32_t c;
    if (at >= n)
        return 0;
    at += vy_tui_decode(text + at, n - at, &c);
    bool joined = c == JOINER;
    while (at < n && c != '\n') {
        uint32_t next;
        const size_t bytes = vy_tui_decode(text + at, n - at, &next);
        if (next < 0x80 || (vy_tui_char_columns(next) > 0 && !joined))
            break;
        at += bytes;
        joined = next == JOINER;
    }
    return at - from;
}

size_t vy_tui_step_back(const char *text, size_t at)
{
    // from the start of the line: only going forward says what combines with what
    size_t line = at > 0 ? at - 1 : 0, step = 0;
    while (line > 0 && text[line - 1] != '\n')
        line--;
    for (size_t here = line; here < at; here += step)
        step = vy_tui_step(text, at, here);
    return step;
}

size_t vy_tui_fit(const char *text, size_t n, int columns, int *used)
{
    size_t at = 0;
    int there = 0;
    while (at < n) {
        uint32_t c;
        const size_t bytes = vy_tui_decode(text + at, n - at, &c);
        const int more = vy_tui_char_columns(c);
        if (there + more > columns)
            break;
        there += more;
        at += bytes;
    }
    if (used)
        *used = there;
    return at;
}

size_t vy_tui_fit_line(const char *text, size_t n, int columns)
{
    size_t at = 0;
    for (int used = 0; at < n && text[at] != '\n';) {
        uint32_t c;
        const size_t bytes = vy_tui_decode(text + at, n - at, &c);
        used += vy_tui_char_columns(c);
        if (used > columns)
            break;
        at += bytes;
    }
    if (at == 0 && n > 0 && text[0] != '\n') // wider than a row
        at = vy_tui_step(text, n, 0);
    return at;
}

size_t vy_tui_row(const char *text, size_t n, int columns, size_t *next)
{
    const size_t fits = vy_tui_fit_line(text, n, columns);
    *next = fits;
    if (fits == n)
        return n;
    if (text[fits] == '\n') {
        ++*next;
        return fits;
    }
    size_t space = fits;
    while (space > 0 && text[space] != ' ')
        space--;
    if (space == 0)
        return fits;
    *next = space;
    while (*next < n && text[*next] == ' ')
        ++*next;
    return space;
}
