// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The page: files that the program carries. No path of theirs touches the disk.
#include "serve/http_inside.h"
#include "base/web_files.h"

#include <string.h>

// All that the page needs comes from here; uPlot and the page set styles by script.
#define POLICY                                                                           \
    "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; " \
    "media-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'self'; "   \
    "frame-ancestors 'none'"

static const struct vy_web_file *find(const char *path)
{
    for (const struct vy_web_file *file = vy_web_files; file->path; file++)
        if (strcmp(file->path, path) == 0)
            return file;
    return NULL;
}

bool vy_http_web_has(const struct vy_http_target *target)
{
    char path[256] = "";
    return vy_http_target_path(target, path, sizeof path) && find(path);
}

static void send_file(struct vy_http_request *request, const struct vy_web_file *file)
{
    const struct vy_mhd *const mhd = &request->http->mhd;
    const bool same = request->header.match && strcmp(request->header.match, file->etag) == 0;
    struct MHD_Response *const response = mhd->create_response_from_buffer(
        same ? 0 : file->length, (void *)(uintptr_t)file->bytes, MHD_RESPMEM_PERSISTENT);
    if (!response)
        return;
    vy_http_dress(request, response, file->type);
    mhd->add_response_header(response, "ETag", file->etag);
    mhd->add_response_header(response, "Cache-Control",
                             file->immutable ? "public, max-age=31536000, immutable" : "no-cache");
    mhd->add_response_header(response, "Content-Security-Policy", POLICY);
    if (file->gzip)
        mhd->add_response_header(response, "Content-Encoding", "gzip");
    vy_http_queue(request, same ? 304 : 200, response);
}

void vy_http_get_page(struct vy_http_request *request)
{
    char path[256];
    const struct vy_web_file *file = NULL;
    if (vy_http_target_path(&request->target, path, sizeof path))
        file = find(strcmp(path, "/") == 0 ? "/index.html" : path);
    if (file) {
        send_file(request, file);
        return;
    }
    struct vy_err err = {.at = -1};
    if (vy_web_absent[0])
        vy_fail(&err, VY_ABSENT, -1, "%.200s", vy_web_absent);
    else
        vy_fail(&err, VY_NOT_FOUND, -1, "the page has no %.60s", path);
    vy_http_fail(request, &err);
}
