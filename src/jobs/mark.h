// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A process, known again after it has gone: boot, process id and start time. A process id alone may
// mean another one by then.
#ifndef VY_JOBS_MARK_H
#define VY_JOBS_MARK_H

#include <stdbool.h>
#include <sys/types.h>

#define VY_MARK_SIZE 80

/// "BOOT:PID:START". "" when there is no such process.
void vy_mark_of(pid_t pid, char mark[VY_MARK_SIZE]);
/// Does the process live? One that has ended and was not collected does not.
bool vy_mark_lives(const char *mark);
/// Its process id, 0 = the mark says none.
pid_t vy_mark_pid(const char *mark);

#endif
