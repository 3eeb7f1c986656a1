// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A sound seen from afar, for pictures: its wave and its spectrum over time in a few hundred
// columns, however long it is. When the columns run out, neighbours are joined: memory stays flat.
#ifndef VY_LISTEN_OVERVIEW_H
#define VY_LISTEN_OVERVIEW_H

#include "base/status.h"
#include "listen/hop.h"

#define VY_OVERVIEW_MOST 2048u ///< columns; a long sound has between half as many and as many
#define VY_OVERVIEW_BANDS 240u
#define VY_OVERVIEW_LOW_HZ 20.0     ///< centre of band 0
#define VY_OVERVIEW_HIGH_HZ 20000.0 ///< centre of the last; bands are equally wide in octaves

/// A stretch of time. The last column may cover less than column_s.
struct vy_overview_column {
    float low, high;                ///< extremes of the mono mix, full scale 1
    float square;                   ///< mean square of the mono mix
    float power[VY_OVERVIEW_BANDS]; ///< mean power in the band; a sine of full scale is 1
};

struct vy_overview;

VY_MUST_CHECK vy_status vy_overview_new(const struct vy_hop_shape *shape,
                                        struct vy_overview **overview);
void vy_overview_hop(struct vy_overview *overview, const struct vy_hop *hop);

/// The columns so far: borrowed until the next hop. Columns are means; call it once, at the end.
/// @param column_s  receives the length of a column
const struct vy_overview_column *vy_overview_columns(struct vy_overview *overview,
                                                     uint32_t *columns, double *column_s);
void vy_overview_destroy(struct vy_overview *overview); ///< NULL is fine

#endif
