// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A long piece is understood in chapters, so that memory does not grow with it; here their answers
// become one. At a seam beats go on evenly: what two chapters both heard counts once, and what
// neither heard for lack of surroundings is filled in. What is one for the whole piece (tempo,
// metre, key, tuning) is voted on, a chapter counting by its length and how sure it is. A piece of
// one chapter comes out as it went in.
#ifndef VY_LISTEN_CHAPTERS_H
#define VY_LISTEN_CHAPTERS_H

#include "listen/music.h"

struct vy_chapters;

VY_MUST_CHECK vy_status vy_chapters_new(struct vy_chapters **chapters); ///< @return VY_NO_MEMORY

/// All chapters so far and `next` behind them.
/// @param next   times from its own beginning; its arrays lie in `arena`
/// @param from_s,length_s  where it lies in the piece
/// @param arena  for the arrays of `all`; those of earlier calls are not needed afterwards
/// @param all    in: what the last call made of the chapters before, anything at first; out: with
/// next
VY_MUST_CHECK vy_status vy_chapters_join(struct vy_chapters *chapters,
                                         const struct vy_music_found *next, double from_s,
                                         double length_s, struct vy_arena *arena,
                                         struct vy_music_found *all);

void vy_chapters_destroy(struct vy_chapters *chapters); ///< NULL is fine

#endif
