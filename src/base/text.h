// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Small bounded strings: copying without surprises, distances, growing buffers.
#ifndef VY_BASE_TEXT_H
#define VY_BASE_TEXT_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

/// Copy as much of `from` as fits, always terminated.
/// @return true when everything fitted
bool vy_text_copy(char *to, size_t size, const char *from);

/// Bytes that need no end, as a text. Caller frees; NULL when memory is out.
char *vy_text_dup(const char *bytes, size_t n);

/// strlen that looks at no more than `max` bytes.
size_t vy_text_length(const char *text, size_t max);

/// Edits (insert, delete, replace, swap neighbours) between two words; case counts half.
/// Words over 31 bytes are cut.
size_t vy_text_distance(const char *a, const char *b);

/// True when `text` is [A-Za-z_][A-Za-z0-9_-]*, 1..31 bytes: a name in a session.
bool vy_text_is_name(const char *text);

/// Words of a list "a|b|c". @return index of one, -1 when it is not there
int vy_choice_find(const char *list, const char *word);

/// Word i of a list, or NULL; for vy_err_suggest.
struct vy_choices {
    const char *list;
    char word[64]; ///< the last one given
};
const char *vy_choice_at(void *choices, size_t i);

/// A string that grows. Zero-initialise; `text` is never NULL after the first append.
struct vy_buf {
    char *text;
    size_t length, capacity;
    bool failed; ///< memory ran out: further appends do nothing
};

/// Append formatted text.
__attribute__((format(printf, 2, 3))) void vy_buf_add(struct vy_buf *buf, const char *format, ...);

/// Append bytes.
void vy_buf_put(struct vy_buf *buf, const char *bytes, size_t length);

/// Release the memory and make it empty.
void vy_buf_clear(struct vy_buf *buf);

/// Read a whole file of at most `max` bytes; a terminating 0 is added.
/// @return VY_NOT_FOUND, VY_TOO_BIG, VY_IO, VY_NO_MEMORY; *text is then untouched
VY_MUST_CHECK vy_status vy_file_read(const char *path, size_t max, char **text, size_t *length,
                                     struct vy_err *err);

/// The first line of a file, without its end; "" and false when there is none.
bool vy_file_line(const char *path, char *to, size_t size);

/// Open for reading a file that we know by its path, and nothing else that has come in its place:
/// no link, no pipe. @return VY_DENIED then; VY_NOT_FOUND, VY_IO
VY_MUST_CHECK vy_status vy_file_open(const char *path, int *fd, struct vy_err *err);

/// Write a file so that a crash or a full disk leaves the old one: base/draft.h.
VY_MUST_CHECK vy_status vy_file_write(const char *path, const char *bytes, size_t length,
                                      struct vy_err *err);

#endif
