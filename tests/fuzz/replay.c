// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Feeds a fuzz target with nothing, with a few shapes that break parsers, and with every file of
// a folder; for builds without libFuzzer. usage: replay [FOLDER]
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

// The copy has no byte to spare, so that a sanitizer sees one step too far.
static void feed(const void *data, size_t size)
{
    uint8_t *const copy = malloc(size ? size : 1);
    if (!copy)
        abort();
    if (size)
        memcpy(copy, data, size);
    LLVMFuzzerTestOneInput(copy, size);
    free(copy);
}

static void feed_file(const char *path)
{
    FILE *const file = fopen(path, "rb");
    if (!file)
        return;
    static uint8_t bytes[1 << 20];
    const size_t size = fread(bytes, 1, sizeof bytes, file);
    fclose(file);
    feed(bytes, size);
}

int main(int argc, char **argv)
{
    static const char *const shapes[] = {"",
                                         "\n",
                                         "\xff\xfe\xfd",
                                         "((((((((((((((((",
                                         "\"",
                                         "a=",
                                         "99999999999999999999999999",
                                         "-1e999",
                                         "%s%n"};
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        feed(shapes[i], strlen(shapes[i]));
    static char big[200000];
    memset(big, 'x', sizeof big);
    feed(big, sizeof big);
    memset(big, 0, sizeof big);
    feed(big, sizeof big);
    DIR *const folder = argc > 1 ? opendir(argv[1]) : NULL;
    for (const struct dirent *e; folder && (e = readdir(folder));) {
        char path[4096];
        snprintf(path, sizeof path, "%s/%s", argv[1], e->d_name);
        if (e->d_name[0] != '.')
            feed_file(path);
    }
    if (folder)
        closedir(folder);
    return 0;
}
