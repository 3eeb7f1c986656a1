// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Hardware as it is found in made-up /sys and /proc trees, and through a made-up NVML.
#include "cm.h"

#include "base/hardware.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[] = "/tmp/veery-hardware-XXXXXX";
static struct vy_hardware hardware;

// Write a file under root, making its folders.
static void put(const char *path, const char *text)
{
    char whole[512];
    snprintf(whole, sizeof whole, "%s/%s", root, path);
    for (char *slash = whole + sizeof root; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        mkdir(whole, 0700);
        *slash = '/';
    }
    FILE *const file = fopen(whole, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static int make_root(void **state)
{
    (void)state;
    snprintf(root, sizeof root, "/tmp/veery-hardware-XXXXXX");
    return mkdtemp(root) ? 0 : -1;
}

static int remove_one(const char *path, const struct stat *about, int kind, struct FTW *where)
{
    (void)about;
    (void)kind;
    (void)where;
    return remove(path);
}

static int remove_root(void **state)
{
    (void)state;
    nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
    unsetenv("FAKE_NVML_BROKEN");
    return 0;
}

static void hardware_is_the_cpu_when_there_is_no_card(void **state)
{
    (void)state;
    put("proc/cpuinfo", "processor\t: 0\nmodel name\t: Made-up CPU\n");
    put("proc/meminfo", "MemTotal:       16000000 kB\nMemFree: 1 kB\nMemAvailable: 8000000 kB\n");
    vy_hardware_read(root, "/nowhere/libnvidia-ml.so.1", &hardware);
    assert_int_equal(hardware.gpus, 0);
    assert_string_equal(hardware.cpu, "Made-up CPU");
    assert_true(hardware.cpus >= 1);
    assert_true(hardware.memory_bytes == 16000000ull * 1024);
    assert_true(hardware.memory_free_bytes == 8000000ull * 1024);
    assert_string_equal(hardware.nvml, ""); // nobody misses the driver of a card that is not there
}

static void hardware_reads_amd_and_intel_from_sysfs(void **state)
{
    (void)state;
    put("sys/class/drm/card0/device/vendor", "0x1002\n");
    put("sys/class/drm/card0/device/device", "0x73bf\n");
    put("sys/class/drm/card0/device/mem_info_vram_total", "17163091968\n");
    put("sys/class/drm/card0/device/mem_info_vram_used", "1000000000\n");
    put("sys/class/drm/card0-DP-1/device/vendor", "0x1002\n");
    put("sys/class/drm/card1/device/vendor", "0x8086\n");
    put("sys/class/drm/card1/device/device", "0x4680\n");
    put("sys/class/drm/card1/device/product_name", "Made-up Iris\n");
    put("sys/class/drm/card2/device/vendor", "0x1af4\n"); // a virtual one
    put("sys/class/drm/version", "drm\n");
    char driver[512];
    snprintf(driver, sizeof driver, "%s/sys/class/drm/card0/device/driver", root);
    assert_int_equal(symlink("../../../bus/pci/drivers/amdgpu", driver), 0);
    vy_hardware_read(root, NULL, &hardware);
    assert_int_equal(hardware.gpus, 2);
    const struct vy_gpu *const amd = &hardware.gpu[0], *const intel = &hardware.gpu[1];
    assert_string_equal(amd->vendor, "amd");
    assert_string_equal(amd->name, "AMD card, device 0x73bf");
    assert_string_equal(amd->driver, "amdgpu");
    assert_true(amd->memory_bytes == 17163091968ull && amd->used_bytes == 1000000000ull);
    assert_true(amd->usable && !amd->shared);
    assert_string_equal(intel->vendor, "intel");
    assert_string_equal(intel->name, "Made-up Iris");
    assert_true(intel->shared && intel->memory_bytes == 0);
}

static void hardware_asks_nvml_and_counts_its_cards_once(void **state)
{
    (void)state;
    put("sys/class/drm/card0/device/vendor", "0x10de\n");
    put("sys/class/drm/card1/device/vendor", "0x8086\n");
    vy_hardware_read(root, FAKE_NVML, &hardware);
    assert_int_equal(hardware.gpus, 3);
    assert_string_equal(hardware.gpu[0].vendor, "nvidia");
    assert_string_equal(hardware.gpu[0].name, "Made-up 9000");
    assert_string_equal(hardware.gpu[0].driver, "550.1");
    assert_true(hardware.gpu[0].memory_bytes == 8ull << 30);
    assert_true(hardware.gpu[0].used_bytes == 3ull << 30);
    assert_string_equal(hardware.gpu[1].name, "NVIDIA card"); // it did not tell
    assert_true(hardware.gpu[1].memory_bytes == 0);
    assert_string_equal(hardware.gpu[2].vendor, "intel");
    assert_string_equal(hardware.nvml, "");
}

static void hardware_says_why_when_the_driver_does_not_answer(void **state)
{
    (void)state;
    put("sys/class/drm/card0/device/vendor", "0x10de\n");
    vy_hardware_read(root, "/nowhere/libnvidia-ml.so.1", &hardware);
    assert_int_equal(hardware.gpus, 1);
    assert_false(hardware.gpu[0].usable);
    assert_non_null(strstr(hardware.nvml, "/nowhere/libnvidia-ml.so.1 cannot be opened"));
    setenv("FAKE_NVML_BROKEN", "1", 1);
    vy_hardware_read(root, FAKE_NVML, &hardware);
    assert_non_null(strstr(hardware.nvml, "error 9"));
    assert_false(hardware.gpu[0].usable);
}

static void hardware_of_this_machine_is_plausible(void **state)
{
    (void)state;
    vy_hardware_read("", VY_NVML, &hardware);
    assert_true(hardware.cpus >= 1 && hardware.memory_bytes > 64ull << 20);
    assert_true(hardware.memory_free_bytes <= hardware.memory_bytes);
}

int main(void)
{
#define CASE(name) cmocka_unit_test_setup_teardown(name, make_root, remove_root)
    const struct CMUnitTest cases[] = {CASE(hardware_is_the_cpu_when_there_is_no_card),
                                       CASE(hardware_reads_amd_and_intel_from_sysfs),
                                       CASE(hardware_asks_nvml_and_counts_its_cards_once),
                                       CASE(hardware_says_why_when_the_driver_does_not_answer),
                                       CASE(hardware_of_this_machine_is_plausible)};
    return cmocka_run_group_tests(cases, NULL, NULL);
}
