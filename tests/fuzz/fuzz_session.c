// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Any bytes as a session file: an error with a place and nothing changed, or a session that writes
// a file which makes the same document again.
#include "command/handlers.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vy_catalog catalog;
    struct vy_err err = {.at = -1};
    if (!catalog.kernels && vy_catalog_open(&catalog, &err))
        return 0;
    struct vy_session *const session = vy_session_new(&catalog, 1);
    struct vy_session *const again = vy_session_new(&catalog, 1);
    struct vy_buf file = {0}, text = {0};
    json_t *const result = json_object(), *const warnings = json_array();
    if (vy_session_load(session, (const char *)data, size, "ann", warnings, &err)) {
        if (!err.message[0] || session->version != 0 || session->entries != 0)
            abort();
    } else {
        if (vy_session_write(session, &file, &err) ||
            vy_session_load(again, file.text, file.length, "ann", NULL, &err) ||
            vy_diff(session->doc, again->doc, &text, result, &err) || text.length)
            abort();
    }
    json_decref(result);
    json_decref(warnings);
    vy_buf_clear(&file);
    vy_buf_clear(&text);
    vy_session_destroy(session);
    vy_session_destroy(again);
    return 0;
}
