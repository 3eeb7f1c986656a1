// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/bar.h"

#include <math.h>
#include <string.h>

#define TRUST 0.5F   ///< in one judgement: neighbours are judged by much the same sounds
#define RECOUNT 8.0F ///< price of a count that starts anew
#define BEATS_LEAST 6

// Beats of bars of 2, 3, 4 and 5, one after the other.
static const struct {
    uint8_t beats, position, before; ///< `before`: the state of the beat before
} state[VY_BAR_STATES] = {{2, 0, 1}, {2, 1, 0},  {3, 0, 4},  {3, 1, 2}, {3, 2, 3},
                          {4, 0, 8}, {4, 1, 5},  {4, 2, 6},  {4, 3, 7}, {5, 0, 13},
                          {5, 1, 9}, {5, 2, 10}, {5, 3, 11}, {5, 4, 12}};

static const char *const metre_name[] = {[2] = "6/8", [3] = "3/4", [4] = "4/4", [5] = "5/4"};

// The best way through the states. `path` and `sure` are filled: a state for each beat, and how
// likely that state alone is.
static vy_status count_beats(const struct vy_bar_view *view, struct vy_arena *scratch,
                             uint8_t *path, float *sure)
{
    float(*const odds)[VY_BAR_STATES] = vy_arena_take(scratch, view->beats * sizeof *odds);
    uint8_t(*const from)[VY_BAR_STATES] = vy_arena_take(scratch, view->beats * sizeof *from);
    if (!odds || !from)
        return VY_NO_MEMORY;
    float score[VY_BAR_STATES] = {0}, next[VY_BAR_STATES];
    uint8_t best = 0;
    for (uint32_t i = 0; i < view->beats; i++) {
        vy_bar_judge(view, i, odds[i]);
        const float anew = score[best] - RECOUNT;
        for (uint8_t s = 0; s < VY_BAR_STATES; s++) {
            const float on = score[state[s].before];
            from[i][s] = on >= anew ? state[s].before : best;
            next[s] = fmaxf(on, anew) + TRUST * odds[i][s];
        }
        memcpy(score, next, sizeof score);
        best = 0;
        for (uint8_t s = 1; s < VY_BAR_STATES; s++)
            best = score[s] > score[best] ? s : best;
    }
    for (uint32_t i = view->beats; i-- > 0;) {
        path[i] = best;
        sure[i] = expf(odds[i][best]);
        best = from[i][best];
    }
    return VY_OK;
}

static uint32_t commonest(const uint8_t *path, uint32_t beats)
{
    uint32_t seen[6] = {0}, most = 2;
    for (uint32_t i = 0; i < beats; i++)
        seen[state[path[i]].beats]++;
    for (uint32_t n = 3; n <= 5; n++)
        most = seen[n] > seen[most] ? n : most;
    return most;
}

static vy_status take_bars(const struct vy_bar_view *view, const uint8_t *path, const float *sure,
                           struct vy_arena *arena, struct vy_bars *bars)
{
    bars->downbeat_s = vy_arena_take(arena, view->beats * sizeof(double));
    bars->position = vy_arena_take(arena, view->beats);
    if (!bars->downbeat_s || !bars->position)
        return VY_NO_MEMORY;
    float sum = 0;
    for (uint32_t i = 0; i < view->beats; i++) {
        sum += sure[i];
        bars->position[i] = state[path[i]].position;
        if (!bars->position[i])
            bars->downbeat_s[bars->count++] = view->beat[i];
    }
    bars->beats_per_bar = commonest(path, view->beats);
    bars->metre = metre_name[bars->beats_per_bar];
    bars->confidence = sum / (float)view->beats;
    return VY_OK;
}

vy_status vy_bar_find(const struct vy_bar_view *view, struct vy_arena *arena, struct vy_bars *bars)
{
    *bars = (struct vy_bars){0};
    if (view->beats < BEATS_LEAST)
        return VY_OK;
    struct vy_arena scratch = {0};
    uint8_t *const path = vy_arena_take(&scratch, view->beats);
    float *const sure = vy_arena_take(&scratch, view->beats * sizeof *sure);
    vy_status status = VY_NO_MEMORY;
    if (path && sure)
        status = count_beats(view, &scratch, path, sure);
    if (status == VY_OK)
        status = take_bars(view, path, sure, arena, bars);
    vy_arena_clear(&scratch);
    return status;
}
