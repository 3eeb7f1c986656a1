// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#ifndef VY_ENGINE_USER_TEMPLATE_H
#define VY_ENGINE_USER_TEMPLATE_H

/// Source of a new user module, with @name@ and @title@ to be put in.
extern const char vy_user_template[];

#endif
