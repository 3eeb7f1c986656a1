// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// For test_devices.sh: opens a device and plays a tone or what comes in; or looks for that tone in
// a recording.
//
// usage: device_tone DEVICE SECONDS [WORD=VALUE]...   ins=N source=NODE client=NAME class=CLASS
//            period=N rate=HZ pass=1 quiet_rt=1: a line at every change of the facts, and at the
//            end
//        device_tone check FILE   how much of the sound is the tone, to the last bit
#include "sound/device.h"
#include "sound/file.h"

#include <math.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TONE 1200u // frames after which 440 Hz at 48 kHz repeats
#define LEFT 0.5f  // exact factors: the right channel is told from the left
#define RIGHT (-0.25f)
#define SEGMENT 64u // shorter runs do not count as the tone

static volatile sig_atomic_t stop;

struct player {
    float tone[TONE];
    bool pass;
    uint64_t at;
    _Atomic uint64_t frames, skipped;
    _Atomic uint32_t inside, both;
    double opened_s;
};

static void on_signal(int number)
{
    (void)number;
    stop = 1;
}

static void make_tone(float tone[TONE])
{
    for (uint32_t i = 0; i < TONE; i++)
        tone[i] = (float)sin(2 * M_PI * 11 * (i + 0.5) / TONE); // never exactly 0
}

static void on_block(void *arg, const struct vy_device_block *block)
{
    struct player *const p = arg;
    if (atomic_fetch_add(&p->inside, 1))
        atomic_store(&p->both, 1);
    for (uint32_t i = 0; i < block->frames; i++) {
        const float x = p->tone[(p->at + i) % TONE];
        block->out[0][i] = p->pass ? block->in[0][i] : LEFT * x;
        block->out[1][i] = p->pass ? block->in[1][i] : RIGHT * x;
    }
    p->at += block->frames;
    atomic_fetch_add(&p->frames, block->frames);
    atomic_fetch_add(&p->skipped, block->skipped);
    atomic_fetch_sub(&p->inside, 1);
}

static double now_s(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

static const char *const states[] = {"closed", "running", "lost"};

static void print_facts(const char *what, struct vy_device *device, const struct player *player)
{
    struct vy_device_facts_now now;
    device->backend->facts(device, &now);
    printf("%s state=%s backend=%s name=%s sr=%u period=%u ins=%u outs=%u latency=%u priority=%u "
           "xruns=%llu frames=%llu skipped=%llu ms=%.0f both=%u why=%s\n",
           what, states[now.state], now.backend, now.name, now.sr_hz, now.period, now.ins, now.outs,
           now.latency, now.priority, (unsigned long long)now.xruns,
           (unsigned long long)atomic_load(&player->frames),
           (unsigned long long)atomic_load(&player->skipped), 1e3 * (now_s() - player->opened_s),
           atomic_load(&player->both), now.priority_why);
    fflush(stdout);
}

static bool has_changed(struct vy_device *device, struct vy_device_facts_now *was)
{
    struct vy_device_facts_now now;
    device->backend->facts(device, &now);
    const bool changed = now.state != was->state || strcmp(now.name, was->name) != 0 ||
                         now.sr_hz != was->sr_hz || now.period != was->period;
    *was = now;
    return changed;
}

static int play(const struct vy_device_want *want, double seconds, struct player *player)
{
    struct vy_device *device = NULL;
    struct vy_err err = {.at = -1};
    if (vy_device_open(want, &device, &err)) {
        printf("error %s: %s hint=%s\n", vy_status_name(err.code), err.message, err.hint);
        return 1;
    }
    player->opened_s = now_s();
    struct vy_device_facts_now was = {0};
    for (const double until = now_s() + seconds; now_s() < until && !stop;) {
        if (device->backend->service)
            device->backend->service(device);
        if (has_changed(device, &was))
            print_facts("now", device, player);
        nanosleep(&(struct timespec){.tv_nsec = 20000000}, NULL);
    }
    print_facts("end", device, player);
    vy_device_close(device);
    return 0;
}

// The frame of the tone with which a run begins at `at`, TONE when none fits.
static uint32_t find_phase(const struct vy_sound *s, const float *tone, uint32_t at)
{
    for (uint32_t phase = 0; phase < TONE; phase++) {
        uint32_t n = 0;
        while (n < SEGMENT && at + n < s->frames &&
               s->chan[0][at + n] == LEFT * tone[(phase + n) % TONE] &&
               s->chan[1][at + n] == RIGHT * tone[(phase + n) % TONE])
            n++;
        if (n == SEGMENT)
            return phase;
    }
    return TONE;
}

static int check(const char *path, const float *tone)
{
    struct vy_sound s;
    struct vy_err err;
    if (vy_sound_read(path, &s, &err)) {
        printf("error %s\n", err.message);
        return 1;
    }
    uint32_t exact = 0, silent = 0, other = 0, segments = 0;
    for (uint32_t i = 0; i < s.frames;) {
        const bool is_silent = s.chan[0][i] == 0 && s.chan[1][i] == 0;
        uint32_t phase = is_silent ? TONE : find_phase(&s, tone, i);
        silent += is_silent;
        other += !is_silent && phase == TONE;
        segments += phase < TONE;
        if (phase == TONE)
            i++;
        else
            for (; i < s.frames && s.chan[0][i] == LEFT * tone[phase] &&
                   s.chan[1][i] == RIGHT * tone[phase];
                 i++, exact++)
                phase = (phase + 1) % TONE;
    }
    printf("frames=%u exact=%u silent=%u other=%u segments=%u\n", s.frames, exact, silent, other,
           segments);
    vy_sound_clear(&s);
    return 0;
}

static void read_word(const char *word, struct vy_device_want *want, struct player *player)
{
    const char *const equals = strchr(word, '=');
    const char *const value = equals ? equals + 1 : "";
    const struct {
        const char *name;
        const char **text;
        uint32_t *number;
    } words[] = {{"ins", NULL, &want->ins},       {"source", &want->source, NULL},
                 {"client", &want->client, NULL}, {"class", &want->media_class, NULL},
                 {"period", NULL, &want->period}, {"rate", NULL, &want->sr_hz}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strncmp(word, words[i].name, strlen(words[i].name)) == 0) {
            if (words[i].text)
                *words[i].text = value;
            else
                *words[i].number = (uint32_t)strtoul(value, NULL, 10);
            return;
        }
    player->pass |= strncmp(word, "pass=", 5) == 0;
    want->no_realtime |= strncmp(word, "quiet_rt=", 9) == 0;
}

int main(int argc, char **argv)
{
    static struct player player;
    if (argc < 3)
        return 2;
    make_tone(player.tone);
    if (strcmp(argv[1], "check") == 0)
        return check(argv[2], player.tone);
    const struct sigaction action = {.sa_handler = on_signal};
    sigaction(SIGTERM, &action, NULL);
    sigaction(SIGINT, &action, NULL);
    struct vy_device_want want = {.name = argv[1], .block = on_block, .arg = &player};
    for (int i = 3; i < argc; i++)
        read_word(argv[i], &want, &player);
    return play(&want, strtod(argv[2], NULL), &player);
}
