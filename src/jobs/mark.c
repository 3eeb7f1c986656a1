// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/mark.h"

#include "base/text.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// State and start time (field 22) of a process. The name before them may hold anything.
static bool read_stat(pid_t pid, char *state, unsigned long long *start)
{
    char path[32], line[1024];
    snprintf(path, sizeof path, "/proc/%d/stat", (int)pid);
    if (!vy_file_line(path, line, sizeof line))
        return false;
    const char *at = strrchr(line, ')');
    if (!at || at[1] != ' ' || !at[2])
        return false;
    *state = at[2]; // field 3
    at += 2;
    for (int field = 3; at && field < 22; field++)
        at = strchr(at + 1, ' ');
    *start = at ? strtoull(at + 1, NULL, 10) : 0;
    return *start > 0;
}

static void boot_id(char id[40])
{
    if (!vy_file_line("/proc/sys/kernel/random/boot_id", id, 40))
        vy_text_copy(id, 40, "boot");
}

void vy_mark_of(pid_t pid, char mark[VY_MARK_SIZE])
{
    char boot[40], state;
    unsigned long long start;
    boot_id(boot);
    mark[0] = '\0';
    if (read_stat(pid, &state, &start))
        snprintf(mark, VY_MARK_SIZE, "%s:%d:%llu", boot, (int)pid, start);
}

bool vy_mark_lives(const char *mark)
{
    char now[VY_MARK_SIZE], state = 'Z';
    unsigned long long start;
    const pid_t pid = vy_mark_pid(mark);
    if (pid <= 0 || !read_stat(pid, &state, &start) || state == 'Z' || state == 'X')
        return false;
    vy_mark_of(pid, now);
    return strcmp(now, mark) == 0;
}

pid_t vy_mark_pid(const char *mark)
{
    const char *const colon = strchr(mark, ':');
    const long pid = colon ? strtol(colon + 1, NULL, 10) : 0;
    return pid > 1 ? (pid_t)pid : 0;
}
