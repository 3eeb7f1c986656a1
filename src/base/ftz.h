// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Flush-to-zero on threads that make sound: denormals are slow and, in filters, endless.
#ifndef VY_BASE_FTZ_H
#define VY_BASE_FTZ_H

/// @return what vy_ftz_leave takes
static inline unsigned vy_ftz_enter(void)
{
#ifdef __SSE__
    const unsigned was = __builtin_ia32_stmxcsr();
    __builtin_ia32_ldmxcsr(was | 0x8040u);
    return was;
#else
    return 0;
#endif
}

static inline void vy_ftz_leave(unsigned was)
{
#ifdef __SSE__
    __builtin_ia32_ldmxcsr(was);
#else
    (void)was;
#endif
}

#endif
