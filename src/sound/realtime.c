// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Real-time priority for a thread of ours: from the system itself, else from one of the two
// services of a desktop that give it to ordinary users, RealtimeKit and its portal for sandboxes.
// (PipeWire's thread asks in the same way by its own module.)
#include "sound/device.h"

#include <dbus/dbus.h>
#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define ANSWER_MS 1000

static const struct service {
    DBusBusType bus;
    const char *name, *path, *interface;
} services[] = {
    {DBUS_BUS_SYSTEM, "org.freedesktop.RealtimeKit1", "/org/freedesktop/RealtimeKit1",
     "org.freedesktop.RealtimeKit1"},
    {DBUS_BUS_SESSION, "org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop",
     "org.freedesktop.portal.Realtime"},
};
#define SERVICES (sizeof services / sizeof *services)

static int64_t get_property(DBusConnection *bus, const struct service *service, const char *name,
                            int64_t otherwise)
{
    DBusMessage *const ask = dbus_message_new_method_call(service->name, service->path,
                                                          "org.freedesktop.DBus.Properties", "Get");
    if (!ask)
        return otherwise;
    dbus_message_append_args(ask, DBUS_TYPE_STRING, &service->interface, DBUS_TYPE_STRING, &name,
                             DBUS_TYPE_INVALID);
    DBusMessage *const answer =
        dbus_connection_send_with_reply_and_block(bus, ask, ANSWER_MS, NULL);
    dbus_message_unref(ask);
    if (!answer)
        return otherwise;
    int64_t value = otherwise;
    DBusMessageIter outer, inner;
    if (dbus_message_iter_init(answer, &outer) &&
        dbus_message_iter_get_arg_type(&outer) == DBUS_TYPE_VARIANT) {
        dbus_message_iter_recurse(&outer, &inner);
        DBusBasicValue basic = {0};
        const int type = dbus_message_iter_get_arg_type(&inner);
        if (type == DBUS_TYPE_INT32 || type == DBUS_TYPE_INT64)
            dbus_message_iter_get_basic(&inner, &basic);
        if (type == DBUS_TYPE_INT32)
            value = basic.i32;
        else if (type == DBUS_TYPE_INT64)
            value = basic.i64;
    }
    dbus_message_unref(answer);
    return value;
}

static bool make_realtime(DBusConnection *bus, const struct service *service, uint32_t priority)
{
    DBusMessage *const ask = dbus_message_new_method_call(
        service->name, service->path, service->interface, "MakeThreadRealtimeWithPID");
    if (!ask)
        return false;
    const dbus_uint64_t process = (dbus_uint64_t)getpid(), thread = (dbus_uint64_t)gettid();
    const dbus_uint32_t wish = priority;
    dbus_message_append_args(ask, DBUS_TYPE_UINT64, &process, DBUS_TYPE_UINT64, &thread,
                             DBUS_TYPE_UINT32, &wish, DBUS_TYPE_INVALID);
    DBusMessage *const answer =
        dbus_connection_send_with_reply_and_block(bus, ask, ANSWER_MS, NULL);
    dbus_message_unref(ask);
    if (answer)
        dbus_message_unref(answer);
    return answer != NULL;
}

// The services give real time only to processes that the kernel stops when they hog a processor.
static bool limit_time(int64_t usec)
{
    struct rlimit limit;
    if (getrlimit(RLIMIT_RTTIME, &limit) != 0)
        return false;
    if (limit.rlim_max <= (rlim_t)usec)
        return true;
    limit.rlim_cur = limit.rlim_max = (rlim_t)usec;
    return setrlimit(RLIMIT_RTTIME, &limit) == 0;
}

static uint32_t ask_service(const struct service *service, uint32_t priority)
{
    // without an address libdbus would start a bus
    if (service->bus == DBUS_BUS_SESSION && !getenv("DBUS_SESSION_BUS_ADDRESS"))
        return 0;
    DBusConnection *const bus = dbus_bus_get_private(service->bus, NULL);
    if (!bus)
        return 0;
    dbus_connection_set_exit_on_disconnect(bus, FALSE);
    const int64_t most = get_property(bus, service, "MaxRealtimePriority", 0);
    const int64_t usec = get_property(bus, service, "RTTimeUSecMax", 0);
    const uint32_t wish = most < priority ? (uint32_t)most : priority;
    const bool fine = most > 0 && usec > 0 && limit_time(usec) && make_realtime(bus, service, wish);
    dbus_connection_close(bus);
    dbus_connection_unref(bus);
    return fine ? wish : 0;
}

uint32_t vy_realtime_ask(uint32_t priority, char *why, uint32_t size)
{
    const struct sched_param param = {.sched_priority = (int)priority};
    why[0] = '\0';
    // what this thread starts must not inherit the priority
    if (sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &param) == 0)
        return priority;
    const int failed = errno;
    // the services want it, too
    const struct sched_param none = {0};
    sched_setscheduler(0, SCHED_OTHER | SCHED_RESET_ON_FORK, &none);
    for (size_t i = 0; i < SERVICES; i++) {
        const uint32_t given = ask_service(&services[i], priority);
        if (given)
            return given;
    }
    snprintf(why, size,
             "%s and RealtimeKit does not answer; run tools/setup-realtime --apply as "
             "root, then log in again",
             failed == EPERM ? "this user may not have real-time priority" : strerror(failed));
    return 0;
}
