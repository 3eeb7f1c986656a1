// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "command/samples.h"

#include "sound/file.h"

#include <stdlib.h>
#include <string.h>

static vy_status load(const char *path, struct vy_sample **sample, struct vy_err *err)
{
    struct vy_sound sound;
    const vy_status status = vy_sound_read(path, &sound, err);
    if (status)
        return status;
    struct vy_sample *const made = calloc(1, sizeof *made);
    if (!made) {
        vy_sound_clear(&sound);
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    *made = (struct vy_sample){.chan = {sound.chan[0], sound.chan[1]},
                               .frames = sound.frames,
                               .chans = sound.chans,
                               .sr_hz = (float)sound.sr_hz};
    *sample = made;
    return VY_OK;
}

static void unload(struct vy_sample *sample)
{
    if (sample)
        free((void *)(uintptr_t)sample->chan[0]); // both channels are one block
    free(sample);
}

void vy_samples_attach(struct vy_catalog *catalog)
{
    catalog->load = load;
    catalog->unload = unload;
}

vy_status vy_samples_check(const struct vy_catalog *catalog, const struct vy_doc *doc,
                           const char *line, struct vy_err *err)
{
    for (int u = 0; u < doc->units; u++)
        for (int r = 0; r < doc->unit[u].racks; r++)
            for (int n = 0; n < doc->unit[u].rack[r].nodes; n++) {
                const char *const file = doc->unit[u].rack[r].node[n].file;
                if (!file || !catalog->load || !strstr(line, file))
                    continue;
                struct vy_sample *sample = NULL;
                const vy_status status = catalog->load(file, &sample, err);
                if (status)
                    return status;
                catalog->unload(sample);
            }
    return VY_OK;
}
