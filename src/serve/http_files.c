// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Sound files as answers, whole or in part.
#include "serve/http_inside.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const char *type_of(const char *path)
{
    static const char *const rows[][2] = {
        {".wav", "audio/wav"},   {".flac", "audio/flac"}, {".mp3", "audio/mpeg"},
        {".ogg", "audio/ogg"},   {".oga", "audio/ogg"},   {".opus", "audio/ogg"},
        {".m4a", "audio/mp4"},   {".aac", "audio/aac"},   {".aif", "audio/aiff"},
        {".aiff", "audio/aiff"},
    };
    const char *const dot = strrchr(path, '.');
    for (size_t i = 0; dot && i < sizeof rows / sizeof *rows; i++)
        if (strcasecmp(dot, rows[i][0]) == 0)
            return rows[i][1];
    return "application/octet-stream";
}

// The name of a download: plain letters only, whatever the file is called.
static void write_name(const char *path, char *header, size_t size)
{
    const char *const slash = strrchr(path, '/');
    char name[100];
    vy_text_copy(name, sizeof name, slash ? slash + 1 : path);
    for (char *p = name; *p; p++)
        if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-", *p))
            *p = '_';
    snprintf(header, size, "attachment; filename=\"%s\"", name);
}

static void refuse_range(struct vy_http_request *request, uint64_t size)
{
    struct vy_err err;
    vy_fail(&err, VY_OUT_OF_RANGE, -1, "the file has %" PRIu64 " bytes", size);
    vy_http_problem(request, 416, &err, json_pack("{s:I}", "size", (json_int_t)size));
}

static void send_part(struct vy_http_request *request, int fd, const char *path, const char *etag,
                      uint64_t size)
{
    const struct vy_mhd *const mhd = &request->http->mhd;
    uint64_t from = 0, length = size;
    const char *const only = request->header.if_range;
    const enum vy_http_range range =
        only && strcmp(only, etag) != 0
            ? VY_RANGE_NONE
            : vy_http_range_read(request->header.range, size, &from, &length);
    if (range == VY_RANGE_BAD) {
        close(fd);
        refuse_range(request, size);
        return;
    }
    struct MHD_Response *const response =
        mhd->create_response_from_fd_at_offset64(length, fd, from); // it closes fd
    if (!response) {
        close(fd);
        return;
    }
    char text[160];
    vy_http_dress(request, response, type_of(path));
    mhd->add_response_header(response, "ETag", etag);
    mhd->add_response_header(response, "Accept-Ranges", "bytes");
    mhd->add_response_header(response, "Cache-Control", "private, no-cache");
    if (vy_http_target_get(&request->target, "download")) {
        write_name(path, text, sizeof text);
        mhd->add_response_header(response, "Content-Disposition", text);
    }
    snprintf(text, sizeof text, "bytes %" PRIu64 "-%" PRIu64 "/%" PRIu64, from, from + length - 1,
             size);
    if (range == VY_RANGE_PART)
        mhd->add_response_header(response, "Content-Range", text);
    vy_http_queue(request, range == VY_RANGE_PART ? 206 : 200, response);
}

void vy_http_send_file(struct vy_http_request *request, int fd, const char *path)
{
    struct stat facts;
    char etag[80];
    if (fstat(fd, &facts) != 0 || !S_ISREG(facts.st_mode)) {
        close(fd);
        vy_http_fail(request, &(struct vy_err){.code = VY_IO, .at = -1});
        return;
    }
    snprintf(etag, sizeof etag, "\"%llx-%llx-%llx\"", (unsigned long long)facts.st_ino,
             (unsigned long long)facts.st_size,
             (unsigned long long)facts.st_mtim.tv_sec * 1000000000ull +
                 (unsigned long long)facts.st_mtim.tv_nsec);
    if (request->header.match && strcmp(request->header.match, etag) == 0) {
        close(fd);
        struct MHD_Response *const response =
            request->http->mhd.create_response_from_buffer(0, NULL, MHD_RESPMEM_PERSISTENT);
        if (response)
            request->http->mhd.add_response_header(response, "ETag", etag);
        vy_http_queue(request, 304, response);
        return;
    }
    send_part(request, fd, path, etag, (uint64_t)facts.st_size);
}
