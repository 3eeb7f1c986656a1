// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "serve/mhd.h"

#include <dlfcn.h>
#include <string.h>

#define LIBRARY "libmicrohttpd.so.12"

vy_status vy_mhd_load(struct vy_mhd *mhd, struct vy_err *err)
{
    void *const library = dlopen(LIBRARY, RTLD_NOW | RTLD_LOCAL);
    if (!library) {
        const char *const why = dlerror();
        return vy_fail(err, VY_ABSENT, -1, "HTTP needs " LIBRARY ": %.150s", why ? why : "");
    }
    void *symbol;
    // a function pointer is copied as bytes: ISO C knows no conversion from dlsym's void pointer
#define X(name)                                                           \
    symbol = dlsym(library, "MHD_" #name);                                \
    if (!symbol)                                                          \
        return vy_fail(err, VY_ABSENT, -1, LIBRARY " has no MHD_" #name); \
    memcpy(&mhd->name, &symbol, sizeof symbol);
    VY_MHD_LIST(X)
#undef X
    return VY_OK;
}
