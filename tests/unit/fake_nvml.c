// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A library with NVML's functions and two made-up cards, the second of which answers little. For
// test_hardware, because no NVIDIA driver can be expected where tests run.
#include <stdio.h>
#include <stdlib.h>

#define SHOWN __attribute__((visibility("default")))

struct memory {
    unsigned long long total, free, used;
};

SHOWN int nvmlInit_v2(void);
SHOWN int nvmlShutdown(void);
SHOWN int nvmlDeviceGetCount_v2(unsigned *count);
SHOWN int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **device);
SHOWN int nvmlDeviceGetName(void *device, char *name, unsigned size);
SHOWN int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory);
SHOWN int nvmlSystemGetDriverVersion(char *version, unsigned size);

static int device_numbers[2] = {0, 1};

int nvmlInit_v2(void)
{
    return getenv("FAKE_NVML_BROKEN") ? 9 : 0; // 9: the driver is not loaded
}

int nvmlShutdown(void)
{
    return 0;
}

int nvmlDeviceGetCount_v2(unsigned *count)
{
    *count = 2;
    return 0;
}

int nvmlDeviceGetHandleByIndex_v2(unsigned i, void **device)
{
    *device = &device_numbers[i];
    return 0;
}

int nvmlDeviceGetName(void *device, char *name, unsigned size)
{
    if (*(const int *)device == 1)
        return 3; // not supported
    snprintf(name, size, "Made-up 9000");
    return 0;
}

int nvmlDeviceGetMemoryInfo(void *device, struct memory *memory)
{
    if (*(const int *)device == 1)
        return 3;
    *memory = (struct memory){8ull << 30, 5ull << 30, 3ull << 30};
    return 0;
}

int nvmlSystemGetDriverVersion(char *version, unsigned size)
{
    snprintf(version, size, "550.1");
    return 0;
}
