// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What hangs on a step: *3 ?30 (3,8,2) !4 {cutoff=900} @-10ms, in any order; in melodies also _
// (slide to the next note) and ^ (accent).
#include "engine/pattern_tree.h"

#include <string.h>

#define MOST_RATCHETS 64
#define MOST_EUCLID 64
#define MOST_NUDGE_S 1.0

int vy__pattern_digits(struct vy__compile *c)
{
    int value = -1;
    for (; c->text[c->pos] >= '0' && c->text[c->pos] <= '9'; c->pos++)
        value = value < 0        ? c->text[c->pos] - '0'
                : value < 100000 ? value * 10 + (c->text[c->pos] - '0')
                                 : value;
    return value;
}

static void skip_spaces(struct vy__compile *c)
{
    while (c->text[c->pos] == ' ')
        c->pos++;
}

// Bjorklund's distribution (Toussaint, "The Euclidean algorithm generates traditional musical
// rhythms", 2005): pair the groups with the remainders until one remainder or none is left.
static uint64_t euclid_bits(int hits, int steps)
{
    int a = hits, b = steps - hits, a_length = 1, b_length = 1;
    uint64_t a_bits = 1, b_bits = 0; // bit 0 sounds first
    if (hits == 0)
        return 0;
    while (b > 1) {
        const uint64_t joined = a_bits | b_bits << a_length;
        const int length = a_length + b_length, pairs = a < b ? a : b;
        if (a > b) { // groups are left over, else remainders
            b_bits = a_bits;
            b_length = a_length;
        }
        b = a > b ? a - b : b - a;
        a = pairs;
        a_bits = joined;
        a_length = length;
    }
    uint64_t bits = 0;
    int at = 0;
    for (int i = 0; i < a; i++, at += a_length)
        bits |= a_bits << at;
    for (int i = 0; i < b; i++, at += b_length)
        bits |= b_bits << at;
    return bits;
}

static bool read_euclid(struct vy__compile *c, struct vy__node *node)
{
    const size_t open = c->pos++;
    int value[3] = {0}, count = 0;
    for (;; count++) {
        skip_spaces(c);
        const size_t at = c->pos;
        const bool minus = count == 2 && c->text[c->pos] == '-';
        c->pos += minus;
        const int number = count < 3 ? vy__pattern_digits(c) : -1;
        if (number < 0)
            return vy__pattern_fail(c, at, "(3,8)", "Euclid is (hits,steps) or (hits,steps,turn)");
        value[count] = minus ? -number : number;
        skip_spaces(c);
        if (c->text[c->pos] != ',')
            break;
        c->pos++;
    }
    if (c->text[c->pos] != ')' || count == 0)
        return vy__pattern_fail(c, c->text[c->pos] ? c->pos : open, "(3,8)",
                                "Euclid is (hits,steps) or (hits,steps,turn)");
    c->pos++;
    if (value[1] < 1 || value[1] > MOST_EUCLID)
        return vy__pattern_fail(c, open, "", "Euclid has 1 to %d steps, not %d", MOST_EUCLID,
                                value[1]);
    if (value[0] > value[1])
        return vy__pattern_fail(c, open, "", "%d hits do not fit into %d steps", value[0],
                                value[1]);
    const int n = value[1], turn = (value[2] % n + n) % n;
    const uint64_t bits = euclid_bits(value[0], n);
    node->euclid_hits = (uint8_t)value[0];
    node->euclid_steps = (uint8_t)n;
    for (int i = 0; i < n; i++)
        node->euclid |= (bits >> (i + turn) % n & 1u) << i;
    return true;
}

// *3 and !4.
static bool read_count(struct vy__compile *c, int most, uint16_t *count)
{
    const size_t at = c->pos++;
    const int n = vy__pattern_digits(c);
    if (n < 0)
        return vy__pattern_fail(c, at, "", "a number must follow '%c'", c->text[at]);
    if (n == 0 || n > most)
        return vy__pattern_fail(c, at + 1, "", "'%c' takes 1 to %d, not %d", c->text[at], most, n);
    *count = (uint16_t)n;
    return true;
}

static bool read_chance(struct vy__compile *c, struct vy__node *node)
{
    const size_t at = ++c->pos;
    const int percent = vy__pattern_digits(c);
    if (percent > 100)
        return vy__pattern_fail(c, at, "", "a chance is at most 100 percent, not %d", percent);
    node->chance = percent < 0 ? 0.5f : (float)percent / 100.0f;
    return true;
}

static bool read_nudge(struct vy__compile *c, struct vy__node *node)
{
    const size_t at = c->pos++;
    const char sign = c->text[c->pos];
    c->pos += sign == '-' || sign == '+';
    double value = 0, place = 1;
    const size_t digits = c->pos;
    for (bool point = false; c->pos - digits < 12; c->pos++) {
        const char ch = c->text[c->pos];
        if (ch == '.' && !point)
            point = true;
        else if (ch >= '0' && ch <= '9') {
            value = value * 10 + (ch - '0');
            place *= point ? 10 : 1;
        } else
            break;
    }
    if (c->pos == digits)
        return vy__pattern_fail(c, at, "@-10ms", "a time must follow '@'");
    value /= place;
    if (strncmp(c->text + c->pos, "ms", 2) == 0) {
        value *= 1e-3;
        c->pos += 2;
    } else if (c->text[c->pos] == 's') {
        c->pos++;
    } else {
        return vy__pattern_fail(c, c->pos, "ms", "a nudge needs its unit, ms or s");
    }
    if (value > MOST_NUDGE_S)
        return vy__pattern_fail(c, at, "", "a nudge is at most one second");
    node->nudge_s = (float)(sign == '-' ? -value : value);
    return true;
}

static bool is_key(char ch)
{
    return (ch >= 'a' && ch <= 'z') || (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') ||
           ch == '_' || ch == '.' || ch == '/' || ch == '-';
}

static char *cut(struct vy__compile *c, size_t from, size_t to)
{
    char *const text = vy__pattern_take(c, to - from + 1);
    if (text)
        memcpy(text, c->text + from, to - from);
    return text;
}

// One key=value; the position is at the key.
static bool read_lock(struct vy__compile *c, struct vy_lock *lock)
{
    const size_t key = c->pos;
    while (is_key(c->text[c->pos]))
        c->pos++;
    const size_t equals = c->pos;
    if (equals == key || equals - key > 96 || c->text[equals] != '=')
        return vy__pattern_fail(c, equals, "x{cutoff=900}", "a lock is name=value");
    const size_t value = ++c->pos;
    while (is_key(c->text[c->pos]) || (c->text[c->pos] && strchr("+#%:", c->text[c->pos])))
        c->pos++;
    if (c->pos == value || c->pos - value > 64)
        return vy__pattern_fail(c, value, "x{cutoff=900}", "a value must follow '='");
    lock->param = cut(c, key, equals);
    lock->value = cut(c, value, c->pos);
    return lock->param && lock->value;
}

static bool read_locks(struct vy__compile *c, struct vy__node *node)
{
    const size_t open = c->pos++;
    struct vy_lock *const lock = vy__pattern_take(c, VY__MAX_LOCKS * sizeof *lock);
    if (!lock)
        return false;
    node->lock = lock;
    for (;;) {
        while (c->text[c->pos] == ' ' || c->text[c->pos] == ',')
            c->pos++;
        if (c->text[c->pos] == '}')
            break;
        if (!c->text[c->pos])
            return vy__pattern_fail(c, open, "", "'{' is never closed");
        if (node->locks == VY__MAX_LOCKS)
            return vy__pattern_fail(c, c->pos, "", "a step has at most %d locks", VY__MAX_LOCKS);
        const size_t at = c->pos;
        struct vy_lock *const mine = &lock[node->locks];
        if (!read_lock(c, mine))
            return false;
        for (uint16_t i = 0; i < node->locks; i++)
            if (strcmp(lock[i].param, mine->param) == 0)
                return vy__pattern_fail(c, at, "", "%s is locked twice", mine->param);
        node->locks++;
    }
    c->pos++;
    return node->locks ? true
                       : vy__pattern_fail(c, open, "x{cutoff=900}", "the braces hold no lock");
}

static uint32_t modifier_at(const struct vy__compile *c)
{
    static const char signs[] = "*?(!{@";
    const char ch = c->text[c->pos];
    const char *const sign = ch ? strchr(signs, ch) : NULL;
    if (sign)
        return 1u << (sign - signs);
    if (ch == '^')
        return VY__ACCENT;
    return ch == '_' && c->options->kind != VY_PATTERN_STEPS ? VY__SLIDES : 0;
}

bool vy__pattern_modifiers(struct vy__compile *c, struct vy__node *node)
{
    const bool silent = node->type == VY__REST || node->type == VY__TIE || node->type == VY__SLIDE;
    for (uint32_t mod; (mod = modifier_at(c)) != 0; node->given |= mod) {
        const char ch = c->text[c->pos];
        if (silent && mod == VY__SLIDES)
            return true; // the next mark of a run
        if (silent && mod != VY__REPEAT)
            return vy__pattern_fail(c, c->pos, "", "'%c' does nothing to a rest or tie", ch);
        if (node->given & mod)
            return vy__pattern_fail(c, c->pos, "", "'%c' is given twice", ch);
        if ((mod == VY__SLIDES || mod == VY__ACCENT) && node->type != VY__HIT)
            return vy__pattern_fail(c, c->pos, "", "'%c' belongs on a note", ch);
        bool ok = true;
        switch ((enum vy__modifier)mod) {
        case VY__RATCHET: ok = read_count(c, MOST_RATCHETS, &node->ratchet); break;
        case VY__REPEAT: ok = read_count(c, VY__MAX_HITS, &node->repeat); break;
        case VY__CHANCE: ok = read_chance(c, node); break;
        case VY__EUCLID: ok = read_euclid(c, node); break;
        case VY__LOCK: ok = read_locks(c, node); break;
        case VY__NUDGE: ok = read_nudge(c, node); break;
        case VY__ACCENT:
            node->velocity = 1;
            c->pos++;
            break;
        case VY__SLIDES: c->pos++; break;
        }
        if (!ok)
            return false;
    }
    return true;
}
