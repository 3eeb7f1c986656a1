// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The web page, carried by the program. The table is written by tools/web-build when the program is
// built; without npm it is empty, and vy_web_absent says why.
#ifndef VY_BASE_WEB_FILES_H
#define VY_BASE_WEB_FILES_H

#include <stdbool.h>
#include <stddef.h>

/// One file of the page. Everything is constant data of the program.
struct vy_web_file {
    const char *path; ///< as it is asked for: "/index.html", "/a/index-Xy12.js"
    const char *type; ///< media type, with charset where there is one
    const char *etag; ///< with its quotes, as it stands in the header
    const unsigned char *bytes;
    size_t length;  ///< of `bytes`
    bool gzip;      ///< `bytes` are compressed: Content-Encoding is gzip
    bool immutable; ///< the name changes with the contents: may be kept for ever
};

/// Every file, path NULL after the last.
extern const struct vy_web_file vy_web_files[];

/// Why the table is empty, "" when it is not: one line for `veery status`.
extern const char vy_web_absent[];

#endif
