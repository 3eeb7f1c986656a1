// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Between file.c and tags.c.
#ifndef VY_SOUND_FILE_INSIDE_H
#define VY_SOUND_FILE_INSIDE_H

#include "sound/file.h"

#include <sndfile.h>

SNDFILE *vy_sound_writer_file(struct vy_sound_writer *writer);

#endif
