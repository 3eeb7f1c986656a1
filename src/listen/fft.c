// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "listen/fft.h"

#include <pthread.h>

static pthread_mutex_t planner = PTHREAD_MUTEX_INITIALIZER;

fftwf_plan vy_fft_plan(uint32_t n, fftwf_complex *in, fftwf_complex *out, int sign)
{
    pthread_mutex_lock(&planner);
    fftwf_plan plan = fftwf_plan_dft_1d((int)n, in, out, sign, FFTW_ESTIMATE);
    pthread_mutex_unlock(&planner);
    return plan;
}

void vy_fft_destroy(fftwf_plan plan)
{
    if (!plan)
        return;
    pthread_mutex_lock(&planner);
    fftwf_destroy_plan(plan);
    pthread_mutex_unlock(&planner);
}

fftw_plan vy_fft_plan_double(uint32_t n, fftw_complex *in, fftw_complex *out, int sign)
{
    pthread_mutex_lock(&planner);
    fftw_plan plan = fftw_plan_dft_1d((int)n, in, out, sign, FFTW_ESTIMATE);
    pthread_mutex_unlock(&planner);
    return plan;
}

void vy_fft_destroy_double(fftw_plan plan)
{
    if (!plan)
        return;
    pthread_mutex_lock(&planner);
    fftw_destroy_plan(plan);
    pthread_mutex_unlock(&planner);
}
