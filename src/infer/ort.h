// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// ONNX Runtime as far as it is called here; infer/model.h is what others include. The library is
// opened when a model is first asked for, wherever the machine has it. Its API is a table of
// functions that only grows, so a place in it means the same in every release: the places that are
// needed are named in ort.c, and no header of a library that most machines lack is fetched to
// build.
#ifndef VY_INFER_ORT_H
#define VY_INFER_ORT_H

#include "base/status.h"

#include <stdint.h>

typedef struct OrtStatus OrtStatus; ///< NULL = fine
typedef struct OrtEnv OrtEnv;
typedef struct OrtSession OrtSession;
typedef struct OrtSessionOptions OrtSessionOptions;
typedef struct OrtValue OrtValue;
typedef struct OrtMemoryInfo OrtMemoryInfo;
typedef struct OrtAllocator OrtAllocator;
typedef struct OrtTypeInfo OrtTypeInfo;
typedef struct OrtTensorInfo OrtTensorInfo;
typedef struct OrtMetadata OrtMetadata;
typedef struct OrtRunOptions OrtRunOptions;

enum { ORT_LEVEL_ERROR = 3, ORT_FLOAT = 1, ORT_ALL_OPTIMIZATIONS = 99 };

/// In the library's own words: what makes or asks returns a status, which release_status takes.
struct vy_ort {
    const char *(*error_message)(const OrtStatus *status);
    void (*release_status)(OrtStatus *status);
    OrtStatus *(*create_env)(int level, const char *name, OrtEnv **env);
    OrtStatus *(*disable_telemetry)(const OrtEnv *env);
    OrtStatus *(*create_options)(OrtSessionOptions **options);
    OrtStatus *(*set_optimizations)(OrtSessionOptions *options, int level);
    OrtStatus *(*set_threads_in_a_node)(OrtSessionOptions *options, int threads);
    OrtStatus *(*set_threads_of_nodes)(OrtSessionOptions *options, int threads);
    void (*release_options)(OrtSessionOptions *options);
    OrtStatus *(*create_session)(const OrtEnv *env, const void *model, size_t bytes,
                                 const OrtSessionOptions *options, OrtSession **session);
    void (*release_session)(OrtSession *session);
    OrtStatus *(*count_inputs)(const OrtSession *session, size_t *n);
    OrtStatus *(*count_outputs)(const OrtSession *session, size_t *n);
    OrtStatus *(*input_type)(const OrtSession *session, size_t i, OrtTypeInfo **type);
    OrtStatus *(*output_type)(const OrtSession *session, size_t i, OrtTypeInfo **type);
    OrtStatus *(*input_name)(const OrtSession *session, size_t i, OrtAllocator *from, char **name);
    OrtStatus *(*output_name)(const OrtSession *session, size_t i, OrtAllocator *from, char **name);
    void (*release_type)(OrtTypeInfo *type);
    OrtStatus *(*as_tensor)(const OrtTypeInfo *type, const OrtTensorInfo **info); ///< a view
    OrtStatus *(*element_type)(const OrtTensorInfo *info, int *type);
    OrtStatus *(*count_dims)(const OrtTensorInfo *info, size_t *n);
    OrtStatus *(*dims)(const OrtTensorInfo *info, int64_t *dim, size_t n); ///< -1 = any
    OrtStatus *(*count_elements)(const OrtTensorInfo *info, size_t *n);
    OrtStatus *(*tensor_info)(const OrtValue *value, OrtTensorInfo **info);
    void (*release_tensor_info)(OrtTensorInfo *info);
    OrtStatus *(*create_cpu_memory)(int allocator, int type, OrtMemoryInfo **info);
    void (*release_memory)(OrtMemoryInfo *info);
    OrtStatus *(*create_tensor)(const OrtMemoryInfo *memory, void *data, size_t bytes,
                                const int64_t *dim, size_t dims, int type, OrtValue **value);
    OrtStatus *(*tensor_data)(OrtValue *value, void **data);
    void (*release_value)(OrtValue *value);
    OrtStatus *(*run)(OrtSession *session, const OrtRunOptions *options, const char *const *in_name,
                      const OrtValue *const *in, size_t ins, const char *const *out_name,
                      size_t outs, OrtValue **out);
    OrtStatus *(*default_allocator)(OrtAllocator **allocator); ///< not to be released
    OrtStatus *(*allocator_free)(OrtAllocator *allocator, void *p);
    OrtStatus *(*metadata)(const OrtSession *session, OrtMetadata **metadata);
    OrtStatus *(*metadata_value)(const OrtMetadata *metadata, OrtAllocator *from, const char *key,
                                 char **value); ///< NULL where there is none
    void (*release_metadata)(OrtMetadata *metadata);
    // what every model of the process shares
    OrtEnv *env;
    OrtMemoryInfo *memory;
    OrtAllocator *allocator;
    char version[32], path[4096]; ///< "1.30.0"; the file, or the name the loader found
};

/// Open the library once for the process. Any thread.
/// @return VY_ABSENT with the reason; *ort stays for the life of the process
VY_MUST_CHECK vy_status vy_ort_open(const struct vy_ort **ort, struct vy_err *err);

#endif
