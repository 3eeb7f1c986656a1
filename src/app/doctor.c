// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// `veery doctor`: runs the table of checks and reports it, for people or as JSON.
#include "app/doctor.h"

#include "app/app.h"

#include "engine/kernels.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/utsname.h>

#include <jansson.h>

static const char *const level_name[] = {"ok", "warning", "failed"};

static json_t *platform(const struct vy_doctor *doctor)
{
    struct utsname system;
    uname(&system);
    const struct vy_hardware *const hardware = &doctor->hardware;
    json_t *const gpus = json_array();
    for (uint32_t i = 0; i < hardware->gpus; i++) {
        const struct vy_gpu *const gpu = &hardware->gpu[i];
        json_array_append_new(gpus, json_pack("{s:s, s:s, s:s, s:I, s:I, s:b, s:b}", "vendor",
                                              gpu->vendor, "name", gpu->name, "driver", gpu->driver,
                                              "memory_mb", (json_int_t)(gpu->memory_bytes >> 20),
                                              "used_mb", (json_int_t)(gpu->used_bytes >> 20),
                                              "shared_memory", gpu->shared, "usable", gpu->usable));
    }
    return json_pack("{s:s, s:s, s:s, s:s, s:s, s:i, s:s, s:I, s:I, s:o, s:s, s:s?}", "veery",
                     VEERY_VERSION, "os", system.sysname, "kernel", system.release, "machine",
                     system.machine, "cpu", hardware->cpu, "cpus", (int)hardware->cpus, "isa",
                     doctor->isa, "memory_mb", (json_int_t)(hardware->memory_bytes >> 20),
                     "memory_free_mb", (json_int_t)(hardware->memory_free_bytes >> 20), "gpus",
                     gpus, "libpipewire", vy_patch_library_version(), "pipewire",
                     doctor->bay ? vy_patch_daemon_version(doctor->bay) : NULL);
}

static json_t *row(const struct vy_doctor_check *check, const struct vy_finding *finding)
{
    json_t *const row =
        json_pack("{s:s, s:b, s:s, s:b, s:s}", "name", check->name, "passed",
                  finding->level != VY_DOCTOR_FAILED, "level", level_name[finding->level], "needed",
                  check->needed, "detail", finding->detail);
    if (row && finding->level != VY_DOCTOR_OK && check->help)
        json_object_set_new(row, "help", json_string(check->help));
    return row;
}

static void print_row(const struct vy_doctor_check *check, const struct vy_finding *finding)
{
    printf("%-8s %-16s %s\n", level_name[finding->level], check->name, finding->detail);
    if (finding->level != VY_DOCTOR_OK && check->help)
        printf("%-8s %-16s -> %s\n", "", "", check->help);
}

// @return how many failed
static int run_checks(const struct vy_doctor *doctor, bool json, json_t *rows)
{
    int warnings = 0, failed = 0;
    const struct vy_doctor_check *check;
    for (size_t i = 0; (check = vy_doctor_check_at(i)); i++) {
        struct vy_finding finding = {.level = VY_DOCTOR_OK};
        check->run(doctor, &finding);
        if (finding.level == VY_DOCTOR_FAILED && !check->needed)
            finding.level = VY_DOCTOR_WARNING;
        warnings += finding.level == VY_DOCTOR_WARNING;
        failed += finding.level == VY_DOCTOR_FAILED;
        if (json)
            json_array_append_new(rows, row(check, &finding));
        else
            print_row(check, &finding);
    }
    if (!json)
        printf("\n%s: %d failed, %d warnings\n",
               failed ? "Veery cannot work properly here" : "Veery works here", failed, warnings);
    return failed;
}

int vy_main_doctor(int argc, char **argv)
{
    bool json = false;
    const struct vy_option options[] = {{"--json", NULL, &json}, {NULL, NULL, NULL}};
    const int words = vy_options(argc, argv, options);
    if (words != 1) {
        if (words > 1)
            fprintf(stderr, "usage: veery doctor [--json]\n");
        return EXIT_USAGE;
    }
    struct vy_doctor doctor = {0};
    struct vy_err err = {.at = -1};
    const struct vy_kernels *const kernels = vy_kernels_best();
    doctor.isa = kernels ? kernels->isa : "none";
    vy_hardware_read("", VY_NVML, &doctor.hardware);
    if (vy_patch_open(&doctor.bay, &err))
        snprintf(doctor.bay_why, sizeof doctor.bay_why, "%s", err.message);
    json_t *const rows = json_array();
    const int failed = run_checks(&doctor, json, rows);
    if (json) {
        json_t *const report = json_pack("{s:o, s:b, s:O}", "platform", platform(&doctor),
                                         "all_passed", failed == 0, "checks", rows);
        char *const text = report ? json_dumps(report, JSON_INDENT(2)) : NULL;
        puts(text ? text : "{}");
        free(text);
        json_decref(report);
    }
    json_decref(rows);
    vy_patch_close(doctor.bay);
    return failed ? EXIT_COMMAND : EXIT_FINE;
}
