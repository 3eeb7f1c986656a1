// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Places in the table after onnxruntime_c_api.h of 1.29 (the same in 1.16 to 1.30).
#include "infer/ort.h"

#include "base/program.h"
#include "base/text.h"
#include "infer/model.h"

#include <dlfcn.h>
#include <glob.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define OWN "libonnxruntime.so.1"
#define API_VERSION 16 // what this table is asked for as; every later library still gives it

// The symbol that the library exports.
struct base {
    const void *const *(*api)(uint32_t version);
    const char *(*version)(void);
};

#define AT(member, place)                      \
    {                                          \
        offsetof(struct vy_ort, member), place \
    }

static const struct {
    size_t offset;
    uint32_t place;
} table[] = {
    AT(error_message, 2),
    AT(create_env, 3),
    AT(disable_telemetry, 6),
    AT(create_session, 8),
    AT(run, 9),
    AT(create_options, 10),
    AT(set_optimizations, 23),
    AT(set_threads_in_a_node, 24),
    AT(set_threads_of_nodes, 25),
    AT(count_inputs, 30),
    AT(count_outputs, 31),
    AT(input_type, 33),
    AT(output_type, 34),
    AT(input_name, 36),
    AT(output_name, 37),
    AT(create_tensor, 49),
    AT(tensor_data, 51),
    AT(as_tensor, 55),
    AT(element_type, 60),
    AT(count_dims, 61),
    AT(dims, 62),
    AT(count_elements, 64),
    AT(tensor_info, 65),
    AT(create_cpu_memory, 69),
    AT(allocator_free, 76),
    AT(default_allocator, 78),
    AT(release_status, 93),
    AT(release_memory, 94),
    AT(release_session, 95),
    AT(release_value, 96),
    AT(release_type, 98),
    AT(release_tensor_info, 99),
    AT(release_options, 100),
    AT(metadata, 111),
    AT(metadata_value, 116),
    AT(release_metadata, 118),
};

static char chosen[4096]; // "" = wherever the machine has it
static struct vy_ort ort;
static struct vy_err why;
static pthread_once_t once = PTHREAD_ONCE_INIT;

// Some builds of the library (of npm, from 1.29 on) keep a number of this machine in ~/.cache and
// send what they do to their maker, unless the environment says no before they are opened.
bool vy_infer_use(const char *file)
{
    setenv("ORT_DISABLE_TELEMETRY", "1", 1);
    return vy_text_copy(chosen, sizeof chosen, file);
}

bool vy_infer_found(void)
{
    char beside[4300];
    if (*chosen)
        return access(chosen, R_OK) == 0;
    if (vy_program_library(OWN, beside, sizeof beside) && access(beside, R_OK) == 0)
        return true;
    glob_t found;
    const bool some = glob("/{usr/,usr/local/,}lib{64,/*-linux-*,}/libonnxruntime.so*",
                           GLOB_BRACE | GLOB_NOSORT, NULL, &found) == 0;
    globfree(&found);
    return some;
}

// NULL, and the reason in `why`.
static void *open_one(const char *path)
{
    void *const library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (library) {
        vy_text_copy(ort.path, sizeof ort.path, path);
        return library;
    }
    const char *const reason = dlerror();
    vy_fail(&why, VY_ABSENT, -1, "ONNX Runtime is not here: %.180s", reason ? reason : path);
    return NULL;
}

// What was chosen and nothing else; then what came with the program; then the system's.
static void *open_library(void)
{
    char beside[4300];
    if (*chosen)
        return open_one(chosen);
    void *library = NULL;
    if (vy_program_library(OWN, beside, sizeof beside))
        library = open_one(beside);
    if (!library)
        library = open_one(OWN);
    return library ? library : open_one("libonnxruntime.so");
}

static bool fine(OrtStatus *status)
{
    if (!status)
        return true;
    vy_fail(&why, VY_ABSENT, -1, "ONNX Runtime: %.180s", ort.error_message(status));
    ort.release_status(status);
    return false;
}

static void open_once(void)
{
    why.code = VY_OK;
    void *const library = open_library();
    if (!library)
        return;
    const struct base *(*base_of)(void);
    void *const symbol = dlsym(library, "OrtGetApiBase");
    memcpy(&base_of, &symbol, sizeof base_of);
    const struct base *const base = symbol ? base_of() : NULL;
    const void *const *const api = base ? base->api(API_VERSION) : NULL;
    if (!api) {
        vy_fail(&why, VY_ABSENT, -1, "%.150s is no ONNX Runtime from 1.16 on", ort.path);
        return;
    }
    for (size_t i = 0; i < sizeof table / sizeof *table; i++)
        memcpy((char *)&ort + table[i].offset, &api[table[i].place], sizeof(void *));
    vy_text_copy(ort.version, sizeof ort.version, base->version());
    if (fine(ort.create_env(ORT_LEVEL_ERROR, "veery", &ort.env)) &&
        fine(ort.disable_telemetry(ort.env)) &&
        fine(ort.create_cpu_memory(0, 0, &ort.memory)) && // the device's own allocator, default
        fine(ort.default_allocator(&ort.allocator)))
        why.code = VY_OK;
}

vy_status vy_ort_open(const struct vy_ort **found, struct vy_err *err)
{
    pthread_once(&once, open_once);
    *found = &ort;
    return why.code ? vy_fail(err, why.code, -1, "%s", why.message) : VY_OK;
}

vy_status vy_infer_ready(const char **version, struct vy_err *err)
{
    const struct vy_ort *found;
    const vy_status status = vy_ort_open(&found, err);
    *version = status ? "" : found->version;
    return status;
}
