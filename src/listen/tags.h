// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Words for a sound, each by a rule over measured facts: a tag is as sure as the least certain of
// its conditions, and a condition whose fact is missing is not met. What the user has tagged
// outranks these; see the library.
#ifndef VY_LISTEN_TAGS_H
#define VY_LISTEN_TAGS_H

#include "listen/kind.h"

#define VY_TAGS_MOST 48
#define VY_TAG_SURE 0.5F ///< less sure tags are not given

struct vy_tag {
    const char *name; ///< "bright", "four on the floor"
    float confidence; ///< VY_TAG_SURE .. 1
    char reason[96];  ///< "centroid 3410 Hz, slope -2.1 dB/oct"
};

struct vy_tags {
    struct vy_tag tag[VY_TAGS_MOST]; ///< surest first
    uint32_t count;
};

/// @param kind  NULL = not judged
void vy_tags_find(const struct vy_kind_facts *facts, const struct vy_kind_found *kind,
                  struct vy_tags *tags);

/// One more, from elsewhere, unless it is less sure than VY_TAG_SURE; of two with one name the
/// surer stays. @param name  must outlive the tags
void vy_tags_add(struct vy_tags *tags, const char *name, float confidence, const char *reason);

/// Name of the rule i, NULL after the last: all words there are.
const char *vy_tags_name(size_t i);

#endif
