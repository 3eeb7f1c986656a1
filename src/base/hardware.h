// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// What the machine is made of: processors, memory, graphics cards.
//
// Looked at when somebody asks, never at start. NVIDIA cards are asked through NVML, which belongs
// to the driver and is opened at run time; AMD and Intel ones are read from sysfs.
#ifndef VY_BASE_HARDWARE_H
#define VY_BASE_HARDWARE_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

#define VY_GPUS 8u
#define VY_NVML "libnvidia-ml.so.1"

struct vy_gpu {
    char vendor[8]; ///< "nvidia", "amd" or "intel"
    char name[96], driver[64];
    uint64_t memory_bytes, used_bytes; ///< its own memory; 0 = not known, or shared
    bool shared;                       ///< it has none of its own and uses the machine's
    bool usable; ///< its driver answers; false: the card is there and that is all
};

struct vy_hardware {
    char cpu[96];                             ///< its name, "" = not known
    uint32_t cpus;                            ///< that this process may use, at least 1
    uint64_t memory_bytes, memory_free_bytes; ///< free: what programs can get; 0 = not known
    uint32_t gpus;                            ///< 0 = everything runs on the CPU
    struct vy_gpu gpu[VY_GPUS];
    char nvml[128]; ///< why NVIDIA cards could not be asked, "" = they could, or there are none
};

/// Look. Reads files and may load the driver's library; changes nothing. Takes up to a second when
/// an NVIDIA driver has to wake its card.
/// @param root  put before /sys and /proc, "" for this machine
/// @param nvml  NVML's file, VY_NVML; NULL = do not open any
void vy_hardware_read(const char *root, const char *nvml, struct vy_hardware *hardware);

/// The same again and again, for those who watch memory: the driver's library stays open.
struct vy_hardware_watch;
VY_MUST_CHECK vy_status vy_hardware_watch_open(const char *root, const char *nvml,
                                               struct vy_hardware_watch **watch);
/// Memory and graphics cards, as vy_hardware_read has them; the rest of it is 0. May block while a
/// card wakes.
void vy_hardware_watch_read(const struct vy_hardware_watch *watch, struct vy_hardware *hardware);
/// NULL is fine.
void vy_hardware_watch_close(struct vy_hardware_watch *watch);

#endif
