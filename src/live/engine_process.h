// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The process of one engine: takes the studio's log lines, plays the document they make, answers
// the guard's blocks. Started by the studio as `veery engine MEMORY CONTROL` (descriptors), in
// reserve: it follows the document and makes no sound until it is given a slot.
//
//   studio -> engine, one object a line
//     {"entries":[{"beat","line","author","program","seed","fired"}..],"reset":bool,"seed":N,
//      "version":N,"at":BEAT|null,"to":BEAT|null,"echo":[HANDLE..]}   play the document so made
//     {"slot":N}                                        play what the lines made, in this slot
//     {"bind":[[HANDLE,"bass.cutoff"]..]}                             answered {"bound":[HANDLE..]}
//     {"stems":"DIR","from":FRAME,"since":NS}                         write stems (live/stems.h)
//     {"stems":null,"until":FRAME}                                    stop; answered
//     {"stems":false}
//     {"module":{"name","path","mark"}}                 load; answered {"loaded":..,"ok":..,"text"}
//   engine -> studio
//     {"event":..,"text":..} {"failed":"why","version":N} {"units":["bass"..]} {"ready":true}
#ifndef VY_LIVE_ENGINE_PROCESS_H
#define VY_LIVE_ENGINE_PROCESS_H

#include "engine/catalog.h"

/// Run until the studio and the guard are gone. @return exit code
int vy_engine_process(const struct vy_catalog *catalog, int memory, int control);

#endif
