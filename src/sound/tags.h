// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What a sound file says of itself. WAV: LIST INFO and a bext chunk (EBU Tech 3285); FLAC: Vorbis
// comments. The same tags give the same bytes: no clock but `made` goes in.
#ifndef VY_SOUND_TAGS_H
#define VY_SOUND_TAGS_H

#include "sound/file.h"

/// NULL or "" = not said. Borrowed during calls. What is too long for a format is cut.
struct vy_sound_tags {
    const char *title, *artist;
    const char *comment; ///< for people: how it was made
    const char *licence; ///< CC-BY-4.0
    const char *prompt;  ///< what was asked of a model
    const char *seed;    ///< a number
    const char *model, *model_hash;
    const char *session_hash; ///< SHA-256 of the session it was rendered from
    const char *software;     ///< "Veery 0.4"
    double made;              ///< Unix seconds; 0 = not said
};

/// Before the first frame. FLAC: does nothing, see vy_flac_write_tags.
/// @return VY_IO
VY_MUST_CHECK vy_status vy_sound_write_tags(struct vy_sound_writer *writer,
                                            const struct vy_sound_tags *tags, struct vy_err *err);

/// Write them into a FLAC file that is finished; its sound is left alone.
/// @return VY_BAD_FILE, VY_IO
VY_MUST_CHECK vy_status vy_flac_write_tags(const char *path, const struct vy_sound_tags *tags,
                                           struct vy_err *err);

#endif
