// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// usage: head_rows FILE...     what a tag head hears of each file, for tools/train-tags
// First a line "id,e0,...,e127,FACT,..."; then the name of a file without folder and ending, its
// vector, its facts; what is not known is "nan".
#include "command/analyze.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void print_head(void)
{
    size_t offset;
    const char *name;
    printf("id");
    for (int i = 0; i < VY_EMBED_DIM; i++)
        printf(",e%d", i);
    for (size_t i = 0; (name = vy_kind_fact_at(i, &offset)); i++)
        printf(",%s", name);
    putchar('\n');
}

static void print_row(const char *path, const struct vy_analysis *a)
{
    size_t offset;
    const char *const slash = strrchr(path, '/'), *const name = slash ? slash + 1 : path;
    printf("%.*s", (int)strcspn(name, "."), name);
    for (int i = 0; i < VY_EMBED_DIM; i++)
        printf(",%.6g", (double)a->embedding.v[i]);
    for (size_t i = 0; vy_kind_fact_at(i, &offset); i++) {
        float value;
        memcpy(&value, (const char *)&a->report.facts + offset, sizeof value);
        printf(",%.6g", (double)value);
    }
    putchar('\n');
}

int main(int argc, char **argv)
{
    const struct vy_analyze_want want = {.embedding = true};
    struct vy_analysis *const a = calloc(1, sizeof *a);
    int failed = argc < 2 || !a;
    print_head();
    for (int i = 1; i < argc && a; i++) {
        struct vy_err err = {.at = -1};
        if (vy_analyze(argv[i], &want, a, &err) == VY_OK) {
            print_row(argv[i], a);
            vy_analysis_clear(a);
        } else {
            fprintf(stderr, "head_rows: %s\n", err.message);
            failed = 1;
        }
    }
    free(a);
    return failed;
}
