// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Telling the service manager how we are (sd_notify(3)), without its library: one datagram.
#ifndef VY_APP_NOTIFY_H
#define VY_APP_NOTIFY_H

/// Send "READY=1", "STOPPING=1", "STATUS=..." or "WATCHDOG=1" to $NOTIFY_SOCKET; nothing happens
/// when no service manager started us. Any thread.
void vy_notify(const char *text);

#endif
