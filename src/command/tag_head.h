// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Tags by a trained judge, in the form of a small ONNX model: one comes with Veery, others can be
// made (docs/tag-heads.md). It adds to the tags by rules. Optional: without ONNX Runtime there are
// the rules alone, and the reason is told. A model may fail in ways of its own, so only programs
// that end with their work ask it (`veery analyze`, `veery library`, workers), never a studio.
#ifndef VY_COMMAND_TAG_HEAD_H
#define VY_COMMAND_TAG_HEAD_H

#include "base/status.h"
#include "listen/embed.h"
#include "listen/tags.h"

#define VY_TAG_HEAD_FORM "tag-head/1" ///< metadata `veery.form` of such a model
#define VY_TAG_HEAD_MOST 256          ///< tags of one

/// Whom to ask from now on; once, before the first sound. Without this call nobody is asked.
/// @param file  a model; "" = the one that came with Veery; "none" = nobody
/// @return VY_ABSENT, VY_NOT_FOUND, VY_TOO_BIG, VY_BAD_FILE when the model was named and cannot be
///         asked. That the one of "" cannot be is no error: vy_tag_head_name says why
VY_MUST_CHECK vy_status vy_tag_head_use(const char *file, struct vy_err *err);

/// Let it go. A tag's name lives until then.
void vy_tag_head_close(void);

/// @return "styles-1"; NULL when nobody is asked, and *why then says the reason
const char *vy_tag_head_name(const char **why);

/// Add what the head is sure of. Any thread. Nobody is asked: nothing happens.
void vy_tag_head_hear(const struct vy_kind_facts *facts, const struct vy_embedding *embedding,
                      struct vy_tags *tags);

#endif
