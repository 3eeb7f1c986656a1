// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Graphics cards as sysfs shows them (Documentation/gpu/amdgpu, /sys/class/drm/cardN/device), and
// the five functions of NVML that are needed, declared here: its ABI is public, its header is not
// packaged everywhere.
#include "base/hardware.h"

#include "base/text.h"

#include <dirent.h>
#include <dlfcn.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define PATH_SIZE 512

// ---- NVML ----

struct nvml_memory {
    unsigned long long total, free, used; // bytes
};

struct nvml {
    void *library;
    int (*init)(void);
    int (*shutdown)(void);
    int (*count)(unsigned *count);
    int (*by_index)(unsigned i, void **device);
    int (*name)(void *device, char *name, unsigned size);
    int (*memory)(void *device, struct nvml_memory *memory);
    int (*driver)(char *version, unsigned size);
};

static bool nvml_open(struct nvml *nvml, const char *path, char *why, size_t size)
{
    nvml->library = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!nvml->library) {
        snprintf(why, size, "the driver's library %s cannot be opened", path);
        return false;
    }
    const struct {
        const char *name;
        void *to;
    } symbols[] = {{"nvmlInit_v2", &nvml->init},
                   {"nvmlShutdown", &nvml->shutdown},
                   {"nvmlDeviceGetCount_v2", &nvml->count},
                   {"nvmlDeviceGetHandleByIndex_v2", &nvml->by_index},
                   {"nvmlDeviceGetName", &nvml->name},
                   {"nvmlDeviceGetMemoryInfo", &nvml->memory},
                   {"nvmlSystemGetDriverVersion", &nvml->driver}};
    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++) {
        void *const symbol = dlsym(nvml->library, symbols[i].name);
        memcpy(symbols[i].to, &symbol, sizeof symbol); // a function's address, as POSIX has it
        if (symbol)
            continue;
        snprintf(why, size, "%s has no %s", path, symbols[i].name);
        dlclose(nvml->library);
        return false;
    }
    const int code = nvml->init();
    if (code == 0)
        return true;
    snprintf(why, size, "NVML does not start (error %d): is the driver loaded?", code);
    dlclose(nvml->library);
    return false;
}

static void list_nvidia(const struct nvml *nvml, struct vy_hardware *hardware)
{
    unsigned count = 0;
    if (nvml->count(&count) != 0)
        snprintf(hardware->nvml, sizeof hardware->nvml, "NVML does not count its cards");
    for (unsigned i = 0; i < count && hardware->gpus < VY_GPUS; i++) {
        void *device;
        if (nvml->by_index(i, &device) != 0)
            continue;
        struct vy_gpu *const gpu = &hardware->gpu[hardware->gpus++];
        *gpu = (struct vy_gpu){.vendor = "nvidia", .name = "NVIDIA card", .usable = true};
        struct nvml_memory memory;
        if (nvml->name(device, gpu->name, sizeof gpu->name) != 0)
            vy_text_copy(gpu->name, sizeof gpu->name, "NVIDIA card");
        if (nvml->memory(device, &memory) == 0) {
            gpu->memory_bytes = memory.total;
            gpu->used_bytes = memory.used;
        }
        if (nvml->driver(gpu->driver, sizeof gpu->driver) != 0)
            gpu->driver[0] = '\0';
        gpu->name[sizeof gpu->name - 1] = gpu->driver[sizeof gpu->driver - 1] = '\0';
    }
}

static void nvml_close(struct nvml *nvml)
{
    nvml->shutdown();
    dlclose(nvml->library);
}

// ---- files ----

// folder/name; "" when that is too long, which no file is called.
static const char *inside(char path[PATH_SIZE], const char *folder, const char *name)
{
    if (snprintf(path, PATH_SIZE, "%s/%s", folder, name) >= PATH_SIZE)
        *path = '\0';
    return path;
}

static uint64_t number_in(const char *folder, const char *name)
{
    char path[PATH_SIZE], text[32];
    return vy_file_line(inside(path, folder, name), text, sizeof text) ? strtoull(text, NULL, 0)
                                                                       : 0;
}

// "MemTotal:  123 kB" in a file of such lines. @return bytes
static uint64_t bytes_of(const char *path, const char *key)
{
    FILE *const file = fopen(path, "re");
    char line[160];
    uint64_t bytes = 0;
    while (file && !bytes && fgets(line, sizeof line, file))
        if (strncmp(line, key, strlen(key)) == 0)
            bytes = strtoull(line + strlen(key), NULL, 10) * 1024u;
    if (file)
        fclose(file);
    return bytes;
}

static void read_cpu(const char *path, struct vy_hardware *hardware)
{
    FILE *const file = fopen(path, "re");
    char line[256];
    while (file && !hardware->cpu[0] && fgets(line, sizeof line, file))
        if (strncmp(line, "model name", 10) == 0 && strchr(line, ':')) {
            line[strcspn(line, "\n")] = '\0';
            vy_text_copy(hardware->cpu, sizeof hardware->cpu, strchr(line, ':') + 2);
        }
    if (file)
        fclose(file);
    cpu_set_t set;
    const int count = sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
    hardware->cpus = count > 0 ? (uint32_t)count : 1;
}

static void read_card(const char *folder, struct vy_hardware *hardware)
{
    char path[PATH_SIZE], text[96];
    struct vy_gpu gpu = {.usable = true};
    const uint64_t vendor = number_in(folder, "vendor"), device = number_in(folder, "device");
    if (vendor == 0x10de) {
        vy_text_copy(gpu.vendor, sizeof gpu.vendor, "nvidia");
        gpu.usable = false; // NVML would have told
    } else if (vendor == 0x1002) {
        vy_text_copy(gpu.vendor, sizeof gpu.vendor, "amd");
        gpu.memory_bytes = number_in(folder, "mem_info_vram_total");
        gpu.used_bytes = number_in(folder, "mem_info_vram_used");
    } else if (vendor == 0x8086) {
        vy_text_copy(gpu.vendor, sizeof gpu.vendor, "intel");
        gpu.shared = true;
    } else {
        return;
    }
    if (vy_file_line(inside(path, folder, "product_name"), text, sizeof text) && *text)
        vy_text_copy(gpu.name, sizeof gpu.name, text);
    else
        snprintf(gpu.name, sizeof gpu.name, "%s card, device 0x%04x",
                 vendor == 0x1002   ? "AMD"
                 : vendor == 0x8086 ? "Intel"
                                    : "NVIDIA",
                 (unsigned)device);
    const ssize_t length = readlink(inside(path, folder, "driver"), text, sizeof text - 1);
    if (length > 0) {
        text[length] = '\0';
        const char *const slash = strrchr(text, '/');
        vy_text_copy(gpu.driver, sizeof gpu.driver, slash ? slash + 1 : text);
    }
    if (hardware->gpus < VY_GPUS)
        hardware->gpu[hardware->gpus++] = gpu;
}

// card0, card1 ...; card0-HDMI-A-1 is a socket of card0.
static void read_cards(const char *folder, bool nvml_told, bool look, struct vy_hardware *hardware)
{
    struct dirent **entry;
    const int count = scandir(folder, &entry, NULL, versionsort);
    bool nvidia = false;
    for (int i = 0; i < count; i++) {
        const char *const name = entry[i]->d_name;
        if (strncmp(name, "card", 4) == 0 && name[4] && !name[4 + strspn(name + 4, "0123456789")]) {
            char card[PATH_SIZE], path[PATH_SIZE];
            inside(path, inside(card, folder, name), "device");
            const bool is_nvidia = number_in(path, "vendor") == 0x10de;
            nvidia |= is_nvidia;
            if (!is_nvidia || !nvml_told)
                read_card(path, hardware);
        }
        free(entry[i]);
    }
    if (count >= 0)
        free(entry);
    if (!nvidia || !look) // without such a card it is no news that its driver is missing
        hardware->nvml[0] = '\0';
}

static void read_memory(const char *root, struct vy_hardware *hardware)
{
    char path[PATH_SIZE];
    inside(path, root, "proc/meminfo");
    hardware->memory_bytes = bytes_of(path, "MemTotal:");
    hardware->memory_free_bytes = bytes_of(path, "MemAvailable:");
}

void vy_hardware_read(const char *root, const char *nvml, struct vy_hardware *hardware)
{
    char path[PATH_SIZE];
    struct nvml library;
    memset(hardware, 0, sizeof *hardware);
    read_cpu(inside(path, root, "proc/cpuinfo"), hardware);
    read_memory(root, hardware);
    if (nvml && nvml_open(&library, nvml, hardware->nvml, sizeof hardware->nvml)) {
        list_nvidia(&library, hardware);
        nvml_close(&library);
    }
    read_cards(inside(path, root, "sys/class/drm"), hardware->gpus > 0, nvml != NULL, hardware);
}

// ---- again and again ----

struct vy_hardware_watch {
    struct nvml nvml;
    bool asks_nvml;
    char root[256];
};

vy_status vy_hardware_watch_open(const char *root, const char *nvml,
                                 struct vy_hardware_watch **watch)
{
    char why[128];
    *watch = calloc(1, sizeof **watch);
    if (!*watch)
        return VY_NO_MEMORY;
    vy_text_copy((*watch)->root, sizeof(*watch)->root, root);
    (*watch)->asks_nvml = nvml && nvml_open(&(*watch)->nvml, nvml, why, sizeof why);
    return VY_OK;
}

void vy_hardware_watch_read(const struct vy_hardware_watch *watch, struct vy_hardware *hardware)
{
    char path[PATH_SIZE];
    memset(hardware, 0, sizeof *hardware);
    read_memory(watch->root, hardware);
    if (watch->asks_nvml)
        list_nvidia(&watch->nvml, hardware);
    read_cards(inside(path, watch->root, "sys/class/drm"), hardware->gpus > 0, watch->asks_nvml,
               hardware);
}

void vy_hardware_watch_close(struct vy_hardware_watch *watch)
{
    if (watch && watch->asks_nvml)
        nvml_close(&watch->nvml);
    free(watch);
}
