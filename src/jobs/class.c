// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "jobs/class.h"

#include <string.h>

static const struct vy_job_class classes[VY_JOB_CLASSES] = {
    {"render", "sound is made of the session", "jobs.workers.render", "jobs.memory.render", 8192,
     65536, 512},
    {"analyse", "sound files are read and measured", "jobs.workers.analyse", "jobs.memory.analyse",
     8192, 65536, 512},
    {"generate", "a model makes sound or pictures", "jobs.workers.generate", "jobs.memory.generate",
     65536, 65536, 512},
    {"net", "something is fetched", "jobs.workers.net", "jobs.memory.net", 4096, 65536, 256},
};

const struct vy_job_class *vy_job_class_at(size_t i)
{
    return i < VY_JOB_CLASSES ? &classes[i] : NULL;
}

const struct vy_job_class *vy_job_class_find(const char *name)
{
    for (size_t i = 0; i < VY_JOB_CLASSES; i++)
        if (strcmp(classes[i].name, name) == 0)
            return &classes[i];
    return NULL;
}

void vy_job_rooms(const struct vy_settings *settings, struct vy_job_room room[VY_JOB_CLASSES])
{
    for (size_t i = 0; i < VY_JOB_CLASSES; i++)
        room[i] = (struct vy_job_room){classes[i].name,
                                       (int)vy_settings_number(settings, classes[i].setting)};
}
