// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/bank.h"

#include "listen/simd.h"
#include "listen/vectors.h"

#include <stdlib.h>

vy_status vy_bank_init(struct vy_bank *bank, const struct vy_bank_span *span, uint32_t count,
                       uint32_t bins)
{
    *bank = (struct vy_bank){.rows = (count + 7) & ~7u};
    bank->first = calloc(bank->rows, sizeof *bank->first);
    bank->groups = calloc(bank->rows, sizeof *bank->groups);
    bank->at = calloc(bank->rows, sizeof *bank->at);
    uint32_t all = 0;
    for (uint32_t r = 0; r < bank->rows && bank->first && bank->groups && bank->at; r++) {
        const struct vy_bank_span s = r < count ? span[r] : (struct vy_bank_span){0};
        bank->groups[r] = s.count ? (s.count + 7) / 8 : 1;
        bank->at[r] = 8 * all;
        all += bank->groups[r];
        const uint32_t width = 8 * bank->groups[r];
        bank->first[r] = s.first + width > bins ? bins - width : s.first; // inside the spectrum
    }
    bank->weight = calloc(all + 1, 8 * sizeof(float));
    if (bank->first && bank->groups && bank->at && bank->weight)
        return VY_OK;
    vy_bank_clear(bank);
    return VY_NO_MEMORY;
}

void vy_bank_clear(struct vy_bank *bank)
{
    free(bank->first);
    free(bank->groups);
    free(bank->at);
    free(bank->weight);
    *bank = (struct vy_bank){0};
}

float *vy_bank_weight(const struct vy_bank *bank, uint32_t row, uint32_t bin)
{
    return bank->weight + bank->at[row] + (bin - bank->first[row]);
}

VY_SIMD void vy_bank_run(const struct vy_bank *bank, const float *power, float *sum)
{
    const float *w = bank->weight;
    for (uint32_t r = 0; r < bank->rows; r += 8) {
        vy_f8 eight[8];
        for (uint32_t j = 0; j < 8; j++) {
            const float *p = power + bank->first[r + j];
            vy_f8 s = vy_load8(p) * vy_load8(w);
            w += 8;
            for (uint32_t g = 1; g < bank->groups[r + j]; g++, w += 8)
                s += vy_load8(p + 8 * g) * vy_load8(w);
            eight[j] = s;
        }
        vy_store8(sum + r, vy_sum_each(eight));
    }
}
