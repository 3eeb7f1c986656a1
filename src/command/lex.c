// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/lex.h"

#include "base/text.h"

#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool is_space(char c)
{
    return c == ' ' || c == '\t';
}

static const char *piece(struct vy_lex *lex, int from, int to)
{
    char *const text = vy_arena_take(&lex->arena, (size_t)(to - from) + 1);
    if (text)
        memcpy(text, lex->text + from, (size_t)(to - from));
    return text;
}

// Bytes of the UTF-8 character at `p`, 0 when it is none (overlong forms and surrogates included).
static int utf8_length(const unsigned char *p, size_t left)
{
    const int n = p[0] < 0x80   ? 1
                  : p[0] < 0xC2 ? 0
                  : p[0] < 0xE0 ? 2
                  : p[0] < 0xF0 ? 3
                  : p[0] < 0xF5 ? 4
                                : 0;
    if (n == 0 || (size_t)n > left)
        return 0;
    for (int i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    const bool overlong = (p[0] == 0xE0 && p[1] < 0xA0) || (p[0] == 0xF0 && p[1] < 0x90);
    const bool beyond = (p[0] == 0xED && p[1] >= 0xA0) || (p[0] == 0xF4 && p[1] >= 0x90);
    return overlong || beyond ? 0 : n;
}

static vy_status check_bytes(const char *text, size_t length, struct vy_err *err)
{
    for (size_t i = 0; i < length;) {
        const unsigned char c = (unsigned char)text[i];
        if ((c < 0x20 && c != '\t') || c == 0x7F)
            return vy_fail(err, VY_SYNTAX, (int)i, "control character 0x%02x in the line", c);
        const int n = utf8_length((const unsigned char *)text + i, length - i);
        if (n == 0)
            return vy_fail(err, VY_SYNTAX, (int)i, "byte 0x%02x is not UTF-8", c);
        i += (size_t)n;
    }
    return VY_OK;
}

vy_status vy_lex_open(struct vy_lex *lex, const char *text, size_t length, struct vy_err *err)
{
    while (length > 0 && (text[length - 1] == '\n' || text[length - 1] == '\r'))
        length--;
    if (length > VY_LINE_MAX)
        return vy_fail(err, VY_TOO_BIG, -1, "line of %zu bytes; the limit is %d", length,
                       VY_LINE_MAX);
    const vy_status status = check_bytes(text, length, err);
    if (status)
        return status;
    char *const copy = vy_arena_take(&lex->arena, length + 1);
    if (!copy)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (length)
        memcpy(copy, text, length);
    lex->text = copy;
    lex->length = (int)length;
    lex->next = 0;
    while (is_space(copy[lex->next]))
        lex->next++;
    if (copy[lex->next] == '>') // a prompt, typed or pasted
        lex->next++;
    return VY_OK;
}

void vy_lex_close(struct vy_lex *lex)
{
    vy_arena_clear(&lex->arena);
    *lex = (struct vy_lex){0};
}

bool vy_lex_number(const char *text, double *number, const char **rest)
{
    const char *p = text;
    if (*p == '+' || *p == '-')
        p++;
    // strtod also knows hexadecimal, inf and nan: not here
    if (!isdigit((unsigned char)*p) && !(*p == '.' && isdigit((unsigned char)p[1])))
        return false;
    if (p[0] == '0' && (p[1] == 'x' || p[1] == 'X'))
        return false;
    char *end;
    const double value = strtod(text, &end);
    if (!isfinite(value))
        return false;
    *number = value;
    if (rest)
        *rest = end;
    return rest || *end == '\0';
}

bool vy_lex_is_pattern_option(const char *key, size_t length)
{
    static const char *const keys[] = {"div", "swing", "gate", "prob"};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
        if (strlen(keys[i]) == length && memcmp(keys[i], key, length) == 0)
            return true;
    return false;
}

static vy_status add_word(struct vy_line *line, struct vy_word word, struct vy_err *err)
{
    if (!word.text || (word.kind == VY_WORD_PAIR && !word.key))
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (line->words == VY_MAX_WORDS)
        return vy_fail(err, VY_TOO_BIG, word.at, "more than %d words in one command", VY_MAX_WORDS);
    line->word[line->words++] = word;
    return VY_OK;
}

// A quoted string beginning at `from`; *end is the byte after the closing quote.
static vy_status read_string(struct vy_lex *lex, int from, const char **text, int *end,
                             struct vy_err *err)
{
    const char *const line = lex->text;
    char *const out = vy_arena_take(&lex->arena, (size_t)(lex->length - from) + 1);
    if (!out)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    size_t n = 0;
    int i = from + 1;
    for (; i < lex->length && line[i] != '"'; i++) {
        if (line[i] == '\\' && i + 1 < lex->length) {
            i++;
            if (line[i] != '"' && line[i] != '\\')
                return vy_fail(err, VY_SYNTAX, i, "after \\ comes \\ or \"");
        }
        out[n++] = line[i];
    }
    if (i >= lex->length)
        return vy_fail(err, VY_SYNTAX, from, "the quote is never closed");
    *text = out;
    *end = i + 1;
    return VY_OK;
}

// Where the pattern that begins at `from` ends.
static vy_status pattern_end(const struct vy_lex *lex, int from, int *end, struct vy_err *err)
{
    const char *const line = lex->text;
    int depth = 0, opened = from, quote = -1;
    int i = from;
    for (; i < lex->length; i++) {
        const char c = line[i];
        if (c == '"')
            quote = quote < 0 ? i : -1;
        if (quote >= 0)
            continue;
        if (strchr("[{(", c)) {
            depth++;
            opened = i;
        } else if (strchr("]})", c) && depth > 0) {
            depth--;
        }
        if (c == ';' && depth == 0)
            break;
        if (c == '#' && (i == from || is_space(line[i - 1])) &&
            !isdigit((unsigned char)line[i + 1]))
            break;
    }
    if (quote >= 0)
        return vy_fail(err, VY_SYNTAX, quote, "the quote is never closed");
    if (depth > 0 && i < lex->length)
        return vy_fail(err, VY_SYNTAX, opened, "'%c' is never closed", line[opened]);
    *end = i;
    return VY_OK;
}

// Where the last word of [from, to) begins, when it is a pattern option; -1 when it is none.
static int last_option(const char *line, int from, int to)
{
    int begin = to;
    while (begin > from && !is_space(line[begin - 1]))
        begin--;
    const char *const equal = memchr(line + begin, '=', (size_t)(to - begin));
    if (!equal || !vy_lex_is_pattern_option(line + begin, (size_t)(equal - line - begin)))
        return -1;
    return begin;
}

static vy_status read_option(struct vy_lex *lex, struct vy_line *line, int from, int to,
                             struct vy_err *err)
{
    const char *const equal = memchr(lex->text + from, '=', (size_t)(to - from));
    const int split = (int)(equal - lex->text);
    if (split + 1 == to)
        return vy_fail(err, VY_SYNTAX, to, "a value is missing after '='");
    const struct vy_word word = {.kind = VY_WORD_PAIR,
                                 .key = piece(lex, from, split),
                                 .text = piece(lex, split + 1, to),
                                 .at = from,
                                 .end = to,
                                 .text_at = split + 1};
    return add_word(line, word, err);
}

static vy_status read_pattern(struct vy_lex *lex, struct vy_line *line, int from, int *next,
                              struct vy_err *err)
{
    int end = from;
    vy_status status = pattern_end(lex, from, &end, err);
    if (status)
        return status;
    *next = end;
    int options = end, cut = end;
    for (;;) { // trailing options, from the right
        while (cut > from && is_space(lex->text[cut - 1]))
            cut--;
        const int begin = last_option(lex->text, from, cut);
        if (begin < 0)
            break;
        options = cut = begin;
    }
    int begin = from;
    while (begin < cut && is_space(lex->text[begin]))
        begin++;
    struct vy_word word = {.kind = VY_WORD_PATTERN, .at = begin, .end = cut, .text_at = begin};
    const bool quoted = cut - begin >= 2 && lex->text[begin] == '"' && lex->text[cut - 1] == '"';
    if (quoted)
        word.text_at++;
    word.text = piece(lex, word.text_at, quoted ? cut - 1 : cut);
    status = add_word(line, word, err);
    for (int i = options; !status && i < end;) {
        int stop = i;
        while (stop < end && !is_space(lex->text[stop]))
            stop++;
        if (stop > i)
            status = read_option(lex, line, i, stop, err);
        i = stop + 1;
    }
    return status;
}

static vy_status read_operator(struct vy_lex *lex, struct vy_line *line, int *next,
                               struct vy_err *err)
{
    const int at = *next;
    int end = at + 1;
    if (lex->text[end] == '=')
        end++;
    const char *text = piece(lex, at, end);
    if (text && strcmp(text, "==") == 0)
        text = "=";
    *next = end;
    return add_word(
        line,
        (struct vy_word){
            .kind = VY_WORD_OPERATOR, .text = text, .at = at, .end = end, .text_at = at},
        err);
}

static bool key_char(char c, bool first)
{
    return isalpha((unsigned char)c) || c == '_' ||
           (!first && (isdigit((unsigned char)c) || c == '.' || c == '/' || c == '-'));
}

// key=value; `equal` is where the '=' stands
static vy_status read_pair(struct vy_lex *lex, struct vy_line *line, int at, int equal, int *next,
                           struct vy_err *err)
{
    for (int i = at; i < equal; i++)
        if (!key_char(lex->text[i], i == at))
            return vy_fail(err, VY_SYNTAX, i, "'%.*s' cannot be a key", equal - at, lex->text + at);
    struct vy_word word = {
        .kind = VY_WORD_PAIR, .key = piece(lex, at, equal), .at = at, .text_at = equal + 1};
    int end = equal + 1;
    if (lex->text[end] == '"') {
        const vy_status status = read_string(lex, end, &word.text, &end, err);
        if (status)
            return status;
        word.text_at++;
        const char after = lex->text[end];
        if (after && !is_space(after) && after != ';')
            return vy_fail(err, VY_SYNTAX, end, "a space is missing after the quote");
    } else {
        while (lex->text[end] && !is_space(lex->text[end]) && !strchr(";\"", lex->text[end]))
            end++;
        if (end == equal + 1)
            return vy_fail(err, VY_SYNTAX, end,
                           "a value is missing after '%.*s=' (no spaces "
                           "around '=')",
                           equal - at, lex->text + at);
        word.text = piece(lex, equal + 1, end);
    }
    word.end = *next = end;
    return add_word(line, word, err);
}

static bool is_name(const struct vy_lex *lex, int from, int to)
{
    char name[32];
    if (to - from > 31)
        return false;
    memcpy(name, lex->text + from, (size_t)(to - from));
    name[to - from] = '\0';
    return vy_text_is_name(name);
}

// A plain word, or the pair or "name:" pattern it turns out to be.
static vy_status read_plain(struct vy_lex *lex, struct vy_line *line, int *next, struct vy_err *err)
{
    const int at = *next;
    int i = at;
    for (; lex->text[i] && !is_space(lex->text[i]) && !strchr(";<>", lex->text[i]); i++) {
        const char c = lex->text[i];
        if (c == '"')
            return vy_fail(err, VY_SYNTAX, i, "a quote inside a word; quote the whole word");
        if (c == '=')
            return read_pair(lex, line, at, i, next, err);
        if (c == ':' && is_name(lex, at, i))
            break;
    }
    *next = i;
    const vy_status status = add_word(
        line,
        (struct vy_word){
            .kind = VY_WORD_PLAIN, .text = piece(lex, at, i), .at = at, .end = i, .text_at = at},
        err);
    if (status || lex->text[i] != ':')
        return status;
    return read_pattern(lex, line, i + 1, next, err);
}

static vy_status read_word(struct vy_lex *lex, struct vy_line *line, int *next, struct vy_err *err)
{
    const int at = *next;
    const char c = lex->text[at];
    if (c == '<' || c == '>' || c == '=')
        return read_operator(lex, line, next, err);
    if (c != '"')
        return read_plain(lex, line, next, err);
    struct vy_word word = {.kind = VY_WORD_STRING, .at = at, .text_at = at + 1};
    const vy_status status = read_string(lex, at, &word.text, &word.end, err);
    if (status)
        return status;
    *next = word.end;
    return add_word(line, word, err);
}

static bool word_is(const struct vy_line *line, int i, const char *text)
{
    return i < line->words && line->word[i].kind == VY_WORD_PLAIN &&
           strcmp(line->word[i].text, text) == 0;
}

static int where(const struct vy_line *line, int i)
{
    return i < line->words ? line->word[i].at : line->end;
}

static vy_status read_bar(const struct vy_line *line, int i, struct vy_when *when,
                          struct vy_err *err)
{
    const char *rest;
    double bar, beat = 1;
    if (i >= line->words || !vy_lex_number(line->word[i].text, &bar, &rest) || bar < 1 ||
        bar > 1e6 || bar != floor(bar))
        return vy_fail(err, VY_SYNTAX, where(line, i),
                       "a bar is a whole number from 1, or BAR:BEAT");
    if (*rest == ':' && !vy_lex_number(rest + 1, &beat, NULL))
        return vy_fail(err, VY_SYNTAX, where(line, i), "after the bar comes :BEAT, as in 9:2.5");
    if ((*rest && *rest != ':') || beat < 1 || beat > 1000)
        return vy_fail(err, VY_SYNTAX, where(line, i), "'%s' is not a bar", line->word[i].text);
    *when = (struct vy_when){VY_WHEN_BAR, 0, bar, beat, when->at};
    return VY_OK;
}

// *used: words read
static vy_status read_when(const struct vy_line *line, struct vy_when *when, int *used,
                           struct vy_err *err)
{
    when->at = line->word[0].at;
    *used = 3;
    if (word_is(line, 1, "now")) {
        when->kind = VY_WHEN_NOW;
        *used = 2;
        return VY_OK;
    }
    if (word_is(line, 1, "bar"))
        return read_bar(line, 2, when, err);
    if (!word_is(line, 1, "next"))
        return vy_fail(err, VY_SYNTAX, where(line, 1),
                       "after 'at' comes now, next beat, next bar, next N bars or bar N");
    when->bars = 1;
    when->kind = VY_WHEN_BARS;
    if (word_is(line, 2, "beat"))
        when->kind = VY_WHEN_BEAT;
    if (word_is(line, 2, "beat") || word_is(line, 2, "bar"))
        return VY_OK;
    *used = 4;
    if (line->words < 4 || !vy_lex_number(line->word[2].text, &when->bars, NULL) ||
        when->bars < 1 || when->bars > 1e6 || when->bars != floor(when->bars) ||
        (!word_is(line, 3, "bars") && !word_is(line, 3, "bar")))
        return vy_fail(err, VY_SYNTAX, where(line, 2), "after 'at next' comes beat, bar or N bars");
    return VY_OK;
}

static vy_status read_prefixes(struct vy_line *line, struct vy_err *err)
{
    int used = 0;
    if (word_is(line, 0, "dry")) {
        line->dry = true;
        used = 1;
        line->words--;
        memmove(line->word, line->word + 1, (size_t)line->words * sizeof *line->word);
    }
    if (word_is(line, 0, "at")) {
        const vy_status status = read_when(line, &line->when, &used, err);
        if (status)
            return status;
        line->words -= used;
        memmove(line->word, line->word + used, (size_t)line->words * sizeof *line->word);
    }
    if (used && line->words == 0)
        return vy_fail(err, VY_SYNTAX, line->end, "a command is missing");
    line->begin = line->words ? line->word[0].at : line->end;
    return VY_OK;
}

vy_status vy_lex_next(struct vy_lex *lex, struct vy_line *line, struct vy_err *err)
{
    for (;;) {
        *line = (struct vy_line){.begin = lex->next};
        int i = lex->next;
        vy_status status = VY_OK;
        while (!status && i < lex->length && lex->text[i] != ';') {
            if (is_space(lex->text[i]))
                i++;
            else if (lex->text[i] == '#')
                break;
            else
                status = read_word(lex, line, &i, err);
        }
        line->end = i;
        const bool more = !status && i < lex->length && lex->text[i] == ';';
        lex->next = more ? i + 1 : lex->length; // after an error the rest of the line is not run
        if (status)
            return status;
        if (line->words)
            return read_prefixes(line, err);
        if (!more)
            return VY_OK;
    }
}

const char *vy_lex_rest(struct vy_lex *lex, const struct vy_line *line, int from)
{
    int end = line->end;
    while (end > from && is_space(lex->text[end - 1]))
        end--;
    return piece(lex, from, end);
}
