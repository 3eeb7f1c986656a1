// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "enhance/ar.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define P VY_AR_ORDER

void vy_ar_fit(const float *x, size_t n, double a[VY_AR_ORDER + 1])
{
    double r[P + 1] = {0};
    memset(a, 0, (P + 1) * sizeof *a);
    a[0] = 1;
    double *const w = malloc(n * sizeof *w);
    if (!w)
        return;
    for (size_t i = 0; i < n; i++)
        w[i] = (double)x[i] * (0.5 - 0.5 * cos(2 * M_PI * ((double)i + 0.5) / (double)n));
    for (int lag = 0; lag <= P; lag++)
        for (size_t i = (size_t)lag; i < n; i++)
            r[lag] += w[i] * w[i - (size_t)lag];
    free(w);
    double error = r[0] * (1 + 1e-9) + 1e-20;
    for (int m = 1; m <= P && r[0] > 1e-12; m++) {
        double sum = r[m];
        for (int i = 1; i < m; i++)
            sum += a[i] * r[m - i];
        const double k = -sum / error;
        double next[P + 1];
        memcpy(next, a, sizeof next);
        for (int i = 1; i < m; i++)
            next[i] = a[i] + k * a[m - i];
        next[m] = k;
        memcpy(a, next, sizeof next);
        error *= 1 - k * k;
        if (error <= 0)
            break;
    }
}

void vy_ar_error(const float *x, size_t n, const double a[VY_AR_ORDER + 1], float *e)
{
    for (size_t i = 0; i < n; i++) {
        double sum = 0;
        for (size_t k = 0; i >= P && k <= P; k++)
            sum += a[k] * (double)x[i - k];
        e[i] = (float)sum;
    }
}

// In place: the lower triangle becomes the factor. False: not positive definite.
static bool factor(double *m, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t j = 0; j <= i; j++) {
            double sum = m[i * n + j];
            for (uint32_t k = 0; k < j; k++)
                sum -= m[i * n + k] * m[j * n + k];
            if (i != j)
                m[i * n + j] = sum / m[j * n + j];
            else if (sum > 0)
                m[i * n + i] = sqrt(sum);
            else
                return false;
        }
    return true;
}

static void solve(const double *l, double *b, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t k = 0; k < i; k++)
            b[i] -= l[i * n + k] * b[k];
        b[i] /= l[i * n + i];
    }
    for (uint32_t i = n; i-- > 0;) {
        for (uint32_t k = i + 1; k < n; k++)
            b[i] -= l[k * n + i] * b[k];
        b[i] /= l[i * n + i];
    }
}

vy_status vy_ar_fill(float *x, size_t n, const double a[VY_AR_ORDER + 1], const uint32_t *unknown,
                     uint32_t count)
{
    if (count < 1 || count > VY_AR_UNKNOWN || unknown[0] < P || unknown[count - 1] + P >= n)
        return VY_BAD_ARG;
    double b[P + 1] = {0}; // correlation of the coefficients
    for (int lag = 0; lag <= P; lag++)
        for (int i = 0; i + lag <= P; i++)
            b[lag] += a[i] * a[i + lag];
    double *const m = calloc((size_t)count * count + count, sizeof *m);
    if (!m)
        return VY_NO_MEMORY;
    double *const right = m + (size_t)count * count;
    for (uint32_t i = 0; i < count; i++)
        x[unknown[i]] = 0; // only known samples count below
    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < count; j++) {
            const uint32_t gap =
                unknown[i] > unknown[j] ? unknown[i] - unknown[j] : unknown[j] - unknown[i];
            m[i * count + j] = (gap <= P ? b[gap] : 0) + (gap == 0 ? 1e-9 * b[0] : 0);
        }
        for (int k = -P; k <= P; k++)
            right[i] -= b[k < 0 ? -k : k] * (double)x[(long)unknown[i] + k];
    }
    const bool good = factor(m, count);
    if (good)
        solve(m, right, count);
    for (uint32_t i = 0; good && i < count; i++)
        x[unknown[i]] = (float)right[i];
    free(m);
    return good ? VY_OK : VY_BAD_ARG;
}
