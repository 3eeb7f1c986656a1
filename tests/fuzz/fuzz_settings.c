// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as a settings file, and each value it yields against its row.
#include "base/settings.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static vy_status take(void *arg, const struct vy_setting *row, const char *value, size_t line,
                      struct vy_err *err)
{
    double number;
    (void)arg;
    (void)line;
    return vy__setting_check(row, value, &number, err);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vy_err err = {.at = -1};
    (void)!vy__settings_yaml((const char *)data, size, "veery.yaml", take, NULL, &err);
    return 0;
}
