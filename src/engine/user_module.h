// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Modules users write: a template, a compiler run, a trial, and a place in the catalog.
//
//   NAME.c           source, in $VEERY_MODULES, else $XDG_DATA_HOME/veery/modules
//   NAME.HASH.so     what it was built into; HASH is of the content, so that no file ever changes
//                    under a process that has it mapped
//   NAME.good        the last two builds that passed, newest first: "FILE ISA" lines; catalogs
//                    load the first of them that loads when they open
//
// A shared object that was loaded stays mapped until the process ends, because an instance, a
// document or a kept version may still point into it.
#ifndef VY_ENGINE_USER_MODULE_H
#define VY_ENGINE_USER_MODULE_H

#include "base/text.h"
#include "engine/catalog.h"

#define VY_USER_PATH 4096u

/// One load of one user module. In the catalog until it closes.
struct vy_user_module {
    const struct vy_module *module; ///< a copy of its own: its address names this load
    const char *path;               ///< of the shared object
    uint32_t mark;                  ///< not 0; another for every load
    bool current;                   ///< no later load has taken its place
    struct vy_user_module *next;    ///< older
};

/// The folder of user modules, without a slash at the end.
VY_MAIN VY_MUST_CHECK vy_status vy_user_folder(char *folder, size_t size, struct vy_err *err);

/// Write the template of a new module. Never overwrites.
/// @param path  gets the file written, VY_USER_PATH bytes
/// @return VY_BAD_ARG (name), VY_NAME_TAKEN, VY_IO
VY_MAIN VY_MUST_CHECK vy_status vy_user_module_template(const struct vy_catalog *catalog,
                                                        const char *name, char *path,
                                                        struct vy_err *err);

/// Compile NAME.c with $CC (cc), at most 30 s. Blocks.
/// @param output  what the compiler said, warnings too
/// @param path    gets the shared object, VY_USER_PATH bytes
/// @return VY_BAD_MODULE with the first error, VY_NOT_FOUND, VY_ABSENT (no compiler), VY_IO
VY_MAIN VY_MUST_CHECK vy_status vy_user_module_build(const struct vy_catalog *catalog,
                                                     const char *name, struct vy_buf *output,
                                                     char *path, struct vy_err *err);

/// One message of a compiler. Text is borrowed from its output and not terminated.
struct vy_diagnostic {
    const char *file, *kind, *message; ///< "shimmer.c", "error", "expected ';' before ..."
    size_t file_length, kind_length, message_length;
    int line, column; ///< from 1; 0 = unknown
};

/// The next message after *at (the compiler's output, moved on); false when there is none.
VY_MAIN bool vy_user_diagnostic(const char **at, struct vy_diagnostic *diagnostic);

/// The number behind VY_LAYOUT: of the structs, unions and typedefs of a source, without comments
/// and blanks. 0 when there are none.
VY_MAIN uint64_t vy_user_layout(const char *source);

/// Map a shared object and check its descriptor: ABI, id, tables, no name of a built-in module.
/// @param name  what its id must be
/// @param copy  gets the descriptor; what it points to stays mapped for ever
/// @return VY_BAD_MODULE, says what is wrong
VY_MAIN VY_MUST_CHECK vy_status vy_user_module_load(const struct vy_catalog *catalog,
                                                    const char *path, const char *name,
                                                    struct vy_module *copy, struct vy_err *err);

/// Run instances of a module with silence, noise, constants and full scale at its inputs and its
/// knobs at minimum, maximum and default; some 10 ms. A module that crashes or loops takes the
/// caller with it: see vy_user_module_try.
/// @param doing  NULL, or 96 bytes that always say what is being tried
/// @return VY_BAD_MODULE: not finite, wrote outside its memory or outputs, init failed
VY_MAIN VY_MUST_CHECK vy_status vy_user_module_probe(const struct vy_catalog *catalog,
                                                     const struct vy_module *module, double sr_hz,
                                                     char *doing, struct vy_err *err);

/// Load and probe in a process of its own, at most 5 s: crashes and endless loops are an answer.
/// @return VY_BAD_MODULE, says what it did and at what
VY_MAIN VY_MUST_CHECK vy_status vy_user_module_try(const struct vy_catalog *catalog,
                                                   const char *path, const char *name,
                                                   struct vy_err *err);

/// This build is good: later processes load it. Builds older than the one before it are removed.
VY_MAIN VY_MUST_CHECK vy_status vy_user_module_keep(const struct vy_catalog *catalog,
                                                    const char *name, const char *path,
                                                    struct vy_err *err);

/// Remove what was built of a module and did not pass.
VY_MAIN void vy_user_module_sweep(const char *name);

/// Load a build into an open catalog, in the place of the last one of this name, also in recipes.
/// User modules are the one part of a catalog that changes after it was opened.
/// @param mark  not 0 and not of another load; vy_user_mark_new gives one
/// @param was   NULL, or gets the descriptor it replaces (NULL: none), for vy_doc_replace_module
VY_MAIN VY_MUST_CHECK vy_status vy_catalog_user_add(const struct vy_catalog *catalog,
                                                    const char *path, const char *name,
                                                    uint32_t mark, const struct vy_module **was,
                                                    struct vy_err *err);

/// The present load of a name, NULL when there is none.
VY_MAIN const struct vy_user_module *vy_catalog_user(const struct vy_catalog *catalog,
                                                     const char *name);
/// Present user module i, NULL after the last.
VY_MAIN const struct vy_user_module *vy_catalog_user_at(const struct vy_catalog *catalog, size_t i);

/// The mark of a descriptor's load, 0 when it is built in.
VY_MAIN uint32_t vy_user_mark(const struct vy_catalog *catalog, const struct vy_module *module);

/// A mark for the next load of a build: made of its content, and no other load's of this catalog.
VY_MAIN uint32_t vy_user_mark_new(const struct vy_catalog *catalog, const char *path);

/// The first module none of whose builds could be loaded, until it is reloaded; NULL: there is
/// none.
VY_MAIN const struct vy_err *vy_user_problem(const struct vy_catalog *catalog);

/// Load the good builds of the folder, for vy_catalog_open; what does not load is left out.
VY_MAIN VY_MUST_CHECK vy_status vy_user_open(struct vy_catalog *catalog);
VY_MAIN void vy_user_close(struct vy_catalog *catalog);

/// Let every node made of module `from` be made of `to`: values, cables, knobs and automations find
/// their parameters and ports by name. What is new takes its default, what is gone goes.
/// @param nodes  NULL, or gets how many there were
/// @return VY_NO_MEMORY; the document is then to be thrown away
VY_MAIN VY_MUST_CHECK vy_status vy_doc_replace_module(struct vy_doc *doc,
                                                      const struct vy_module *from,
                                                      const struct vy_module *to, uint32_t *nodes);
/// The same for one rack, with memory from an arena.
VY_MAIN VY_MUST_CHECK vy_status vy_rack_replace_module(struct vy_arena *arena, struct vy_rack *rack,
                                                       const struct vy_module *from,
                                                       const struct vy_module *to, uint32_t *nodes);

#endif
