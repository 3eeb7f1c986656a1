// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "sound/tags.h"

#include "sound/file_inside.h"
#include "base/text.h"

#include <FLAC/metadata.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define INFO_MOST 2000 ///< bytes of a text in INFO; libsndfile reads no longer ones
#define PART_MOST 700  ///< of each part of a comment, so that none pushes the others out

// What has no field of its own in INFO and bext stands in the comment as KEY=value; in FLAC each is
// a comment. In this order.
static const struct row {
    const char *key;
    size_t at; ///< of the text in struct vy_sound_tags
    int sf;    ///< SF_STR_*, 0 = in the comment
} rows[] = {
    {"TITLE", offsetof(struct vy_sound_tags, title), SF_STR_TITLE},
    {"ARTIST", offsetof(struct vy_sound_tags, artist), SF_STR_ARTIST},
    {"SOFTWARE", offsetof(struct vy_sound_tags, software), SF_STR_SOFTWARE},
    {"LICENSE", offsetof(struct vy_sound_tags, licence), SF_STR_COPYRIGHT},
    {"PROMPT", offsetof(struct vy_sound_tags, prompt), 0},
    {"SEED", offsetof(struct vy_sound_tags, seed), 0},
    {"MODEL", offsetof(struct vy_sound_tags, model), 0},
    {"MODEL_HASH", offsetof(struct vy_sound_tags, model_hash), 0},
    {"SESSION_HASH", offsetof(struct vy_sound_tags, session_hash), 0},
};
#define ROWS (sizeof rows / sizeof *rows)

static const char *text_of(const struct vy_sound_tags *tags, size_t at)
{
    const char *text;
    memcpy(&text, (const char *)tags + at, sizeof text);
    return text ? text : "";
}

// One line, without control characters; ends before a character that does not fit.
static void clean(const char *from, char *to, size_t size)
{
    size_t n = strlen(from);
    if (n >= size)
        for (n = size - 1; n > 0 && ((unsigned char)from[n] & 0xc0) == 0x80;)
            n--;
    for (size_t i = 0; i < n; i++)
        to[i] = (unsigned char)from[i] < 0x20 || from[i] == 0x7f ? ' ' : from[i];
    to[n] = '\0';
}

static bool utc(double made, struct tm *tm)
{
    const time_t seconds = (time_t)made;
    return made > 0 && gmtime_r(&seconds, tm);
}

// ---- WAV ----------------------------------------------------------------------------------------

static void write_comment(const struct vy_sound_tags *tags, struct vy_buf *comment)
{
    char text[PART_MOST];
    clean(tags->comment ? tags->comment : "", text, sizeof text);
    vy_buf_add(comment, "%s", text);
    for (size_t i = 0; i < ROWS; i++) {
        clean(text_of(tags, rows[i].at), text, sizeof text);
        if (!rows[i].sf && *text)
            vy_buf_add(comment, "%s%s=%s", comment->length ? "; " : "", rows[i].key, text);
    }
}

// A field of fixed size, not necessarily ended by a 0.
static void fill(char *field, size_t size, const char *text)
{
    char short_text[300];
    clean(text, short_text, size + 1 < sizeof short_text ? size + 1 : sizeof short_text);
    for (size_t i = 0; i < size && short_text[i]; i++)
        field[i] = short_text[i];
}

static bool add_bext(SNDFILE *file, const struct vy_sound_tags *tags, const char *comment)
{
    SF_BROADCAST_INFO bext = {.version = 1};
    char text[32];
    struct tm tm;
    fill(bext.description, sizeof bext.description, comment);
    fill(bext.originator, sizeof bext.originator,
         text_of(tags, offsetof(struct vy_sound_tags, software)));
    fill(bext.originator_reference, sizeof bext.originator_reference,
         text_of(tags, offsetof(struct vy_sound_tags, session_hash)));
    if (utc(tags->made, &tm)) {
        strftime(text, sizeof text, "%Y-%m-%d", &tm);
        fill(bext.origination_date, sizeof bext.origination_date, text);
        strftime(text, sizeof text, "%H:%M:%S", &tm);
        fill(bext.origination_time, sizeof bext.origination_time, text);
    }
    return sf_command(file, SFC_SET_BROADCAST_INFO, &bext, sizeof bext) == SF_TRUE;
}

vy_status vy_sound_write_tags(struct vy_sound_writer *writer, const struct vy_sound_tags *tags,
                              struct vy_err *err)
{
    SNDFILE *const file = vy_sound_writer_file(writer);
    SF_INFO info = {0};
    sf_command(file, SFC_GET_CURRENT_SF_INFO, &info, sizeof info);
    if ((info.format & SF_FORMAT_TYPEMASK) != SF_FORMAT_WAV)
        return VY_OK;
    struct vy_buf comment = {0};
    char text[INFO_MOST];
    struct tm tm;
    write_comment(tags, &comment);
    bool fine = add_bext(file, tags, comment.text ? comment.text : "");
    for (size_t i = 0; i < ROWS; i++) {
        clean(text_of(tags, rows[i].at), text, sizeof text);
        if (rows[i].sf && *text)
            fine &= sf_set_string(file, rows[i].sf, text) == 0;
    }
    clean(comment.text ? comment.text : "", text, sizeof text);
    if (*text)
        fine &= sf_set_string(file, SF_STR_COMMENT, text) == 0;
    if (utc(tags->made, &tm) && strftime(text, sizeof text, "%Y-%m-%d", &tm))
        fine &= sf_set_string(file, SF_STR_DATE, text) == 0;
    vy_buf_clear(&comment);
    return fine ? VY_OK
                : vy_fail(err, VY_IO, -1, "the tags cannot be written: %.80s", sf_strerror(file));
}

// ---- FLAC ---------------------------------------------------------------------------------------

static bool add_comment(FLAC__StreamMetadata *block, const char *key, const char *value)
{
    FLAC__StreamMetadata_VorbisComment_Entry entry;
    char text[INFO_MOST];
    clean(value, text, sizeof text);
    return !*text ||
           (FLAC__metadata_object_vorbiscomment_entry_from_name_value_pair(&entry, key, text) &&
            FLAC__metadata_object_vorbiscomment_append_comment(block, entry, false));
}

static bool fill_block(FLAC__StreamMetadata *block, const struct vy_sound_tags *tags)
{
    char date[32];
    struct tm tm;
    bool fine = FLAC__metadata_object_vorbiscomment_resize_comments(block, 0);
    for (size_t i = 0; i < ROWS && fine; i++)
        fine = add_comment(block, rows[i].key, text_of(tags, rows[i].at));
    fine = fine && add_comment(block, "COMMENT", tags->comment ? tags->comment : "");
    if (fine && utc(tags->made, &tm) && strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", &tm))
        fine = add_comment(block, "DATE", date);
    return fine;
}

// The block of comments that is there, or a new one behind STREAMINFO.
static FLAC__StreamMetadata *find_block(FLAC__Metadata_Iterator *at)
{
    do
        if (FLAC__metadata_iterator_get_block_type(at) == FLAC__METADATA_TYPE_VORBIS_COMMENT)
            return FLAC__metadata_iterator_get_block(at);
    while (FLAC__metadata_iterator_next(at));
    FLAC__StreamMetadata *const block =
        FLAC__metadata_object_new(FLAC__METADATA_TYPE_VORBIS_COMMENT);
    if (block && FLAC__metadata_iterator_insert_block_after(at, block))
        return block;
    if (block)
        FLAC__metadata_object_delete(block);
    return NULL;
}

vy_status vy_flac_write_tags(const char *path, const struct vy_sound_tags *tags, struct vy_err *err)
{
    FLAC__Metadata_Chain *const chain = FLAC__metadata_chain_new();
    FLAC__Metadata_Iterator *const at = FLAC__metadata_iterator_new();
    vy_status status = VY_OK;
    if (!chain || !at) {
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    } else if (!FLAC__metadata_chain_read(chain, path)) {
        status = vy_fail(err, VY_BAD_FILE, -1, "%.150s is no FLAC file", path);
    } else {
        FLAC__metadata_iterator_init(at, chain);
        FLAC__StreamMetadata *const block = find_block(at);
        if (!block || !fill_block(block, tags))
            status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory for the tags");
        else if (!FLAC__metadata_chain_write(chain, true, false))
            status = vy_fail(err, VY_IO, -1, "the tags of %.150s cannot be written", path);
    }
    if (at)
        FLAC__metadata_iterator_delete(at);
    if (chain)
        FLAC__metadata_chain_delete(chain);
    return status;
}
