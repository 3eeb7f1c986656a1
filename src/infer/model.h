// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A model in the ONNX format, run on the processor by ONNX Runtime, one thread a run. The library
// is opened when it is first needed and is not linked: without it models are absent, with the
// reason. The file is read here and handed over as bytes, so that a model can name no other files.
#ifndef VY_INFER_MODEL_H
#define VY_INFER_MODEL_H

#include "base/status.h"

#include <stdbool.h>
#include <stdint.h>

#define VY_TENSOR_DIMS 8
#define VY_MODEL_PORTS 16 ///< inputs, outputs, at most

/// Which libonnxruntime is opened; "" = the one beside the program, else the system's. Once, before
/// the first model and the second thread: it also tells the library to keep to itself.
/// @return false: the path is too long
bool vy_infer_use(const char *file);

/// Is there a file that looks like it? Nothing is opened.
bool vy_infer_found(void);

/// Open ONNX Runtime, unless it is open. @param version  receives "1.30.0", or ""
/// @return VY_ABSENT with the reason
VY_MUST_CHECK vy_status vy_infer_ready(const char **version, struct vy_err *err);

/// An input or output: f32 only.
struct vy_model_port {
    const char *name;            ///< the model's, as long as it
    int64_t dim[VY_TENSOR_DIMS]; ///< -1 = any
    uint32_t dims;
};

struct vy_model;

/// @param most  bytes that the file may have
/// @return VY_ABSENT without ONNX Runtime, VY_NOT_FOUND, VY_IO, VY_TOO_BIG, VY_BAD_FILE,
/// VY_NO_MEMORY
VY_MUST_CHECK vy_status vy_model_open(const char *path, size_t most, struct vy_model **model,
                                      struct vy_err *err);
void vy_model_close(struct vy_model *model); ///< NULL is fine

/// NULL where the model has none of that name.
const struct vy_model_port *vy_model_input(const struct vy_model *model, const char *name);
const struct vy_model_port *vy_model_output(const struct vy_model *model, const char *name);
uint32_t vy_model_inputs(const struct vy_model *model); ///< how many it wants

/// What the model's maker wrote into it under a key. Caller frees; NULL = nothing.
char *vy_model_text(const struct vy_model *model, const char *key);

/// Numbers that go in.
struct vy_model_in {
    const char *name;
    const float *value; ///< f32 [dim[0]]...[dim[dims - 1]]
    int64_t dim[VY_TENSOR_DIMS];
    uint32_t dims;
};

/// One run. Any thread, several at once.
/// @param out   name of an output of fixed size
/// @param into  receives f32 [n], exactly so many
/// @return VY_BAD_FILE with the library's words when the model fails or gives another number
VY_MUST_CHECK vy_status vy_model_run(const struct vy_model *model, const struct vy_model_in *in,
                                     uint32_t ins, const char *out, float *into, size_t n,
                                     struct vy_err *err);

#endif
