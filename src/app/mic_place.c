// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Files of the microphone: who keeps it (a lock, which a killed process cannot leave behind) and
// which default source was the user's (a file, which it can and should).
#include "app/mic.h"

#include "base/text.h"
#include "serve/address.h"
#include "base/home.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

vy_status vy_mic_place(struct vy_mic_place *place, struct vy_err *err)
{
    struct sockaddr_un address;
    vy_status status = vy_address_find(NULL, &address, err);
    if (status)
        return status;
    // beside the studio's socket
    char *const slash = strrchr(address.sun_path, '/');
    const int length = slash ? (int)(slash - address.sun_path) : 0;
    if (snprintf(place->socket, sizeof place->socket, "%.*s/mic.sock", length, address.sun_path) >=
            (int)sizeof place->socket ||
        snprintf(place->lock, sizeof place->lock, "%.*s/mic.lock", length, address.sun_path) >=
            (int)sizeof place->lock)
        return vy_fail(err, VY_TOO_BIG, -1, "the path of the runtime folder is too long");
    char folder[3900];
    status = vy_home_path(VY_HOME_STATE, NULL, folder, sizeof folder, err);
    if (status)
        return status;
    snprintf(place->state, sizeof place->state, "%s/mic.json", folder);
    snprintf(place->log, sizeof place->log, "%s/mic.log", folder);
    return VY_OK;
}

vy_status vy_mic_prepare(const struct vy_mic_place *place, struct vy_err *err)
{
    struct sockaddr_un address;
    vy_status status = vy_address_find(NULL, &address, err);
    if (!status)
        status = vy_address_prepare(&address, err);
    return status ? status : vy_make_folders(place->state, 0700, err);
}

pid_t vy_mic_holder(const struct vy_mic_place *place)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const int fd = open(place->lock, O_RDWR | O_CLOEXEC);
    if (fd < 0)
        return 0;
    const bool asked = fcntl(fd, F_GETLK, &lock) == 0;
    close(fd);
    return asked && lock.l_type != F_UNLCK ? lock.l_pid : 0;
}

vy_status vy_mic_hold(const struct vy_mic_place *place, struct vy_err *err)
{
    struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    const int fd = open(place->lock, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return vy_fail(err, VY_IO, -1, "%s: %s", place->lock, strerror(errno));
    if (fcntl(fd, F_SETLK, &lock) == 0)
        return VY_OK; // the descriptor stays open, and with it the lock, until the process ends
    close(fd);
    return vy_fail(err, VY_CONFLICT, -1, "Veery Mic is on already (process %d)",
                   (int)vy_mic_holder(place));
}

bool vy_mic_recall(const struct vy_mic_place *place, char name[VY_PATCH_NAME])
{
    json_t *const state = json_load_file(place->state, 0, NULL);
    const char *const text = json_string_value(json_object_get(state, "default_source"));
    const bool there = state != NULL;
    vy_text_copy(name, VY_PATCH_NAME, text ? text : "");
    json_decref(state);
    return there;
}

vy_status vy_mic_remember(const struct vy_mic_place *place, const char *name, struct vy_err *err)
{
    char old[VY_PATCH_NAME];
    if (vy_mic_recall(place, old))
        return VY_OK; // what is in force now is ours: that run was killed
    json_t *const state =
        *name ? json_pack("{s:s}", "default_source", name) : json_pack("{s:n}", "default_source");
    char *const text = state ? json_dumps(state, JSON_COMPACT) : NULL;
    json_decref(state);
    if (!text)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    const vy_status status = vy_file_write(place->state, text, strlen(text), err);
    free(text);
    return status;
}

void vy_mic_give_back(const struct vy_mic_place *place, struct vy_patchbay *bay)
{
    char name[VY_PATCH_NAME];
    if (!bay || !vy_mic_recall(place, name))
        return; // without PipeWire it stays written down for the next time
    vy_mic_restore(bay, *name ? name : NULL);
    unlink(place->state);
}
