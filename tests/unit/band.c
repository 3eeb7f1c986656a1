// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "band.h"

#include "base/text.h"
#include "cm.h"
#include "engine/user_module.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void on_event(void *arg, const char *what, const char *text)
{
    struct band *const band = arg;
    band->events++;
    snprintf(band->event, sizeof band->event, "%s: %.120s", what, text);
}

static void on_stem(void *arg, const char *unit, uint64_t frame, const float *stereo,
                    uint32_t frames)
{
    struct band *const band = arg;
    (void)frame;
    assert_true(unit[0] != '\0' && frames == VY_TICK && isfinite(stereo[0]));
    band->stems++;
}

static vy_status play(struct band *band, double beat, bool seek, double to, struct vy_err *err)
{
    const struct vy_player_when when = {
        .beat = beat, .seek = seek, .to = to, .version = ++band->version};
    return vy_player_play(band->player, band->doc, &when, err);
}

void band_open(struct band *band, struct vy_doc *doc)
{
    struct vy_err err = {.at = -1};
    *band = (struct band){.doc = doc, .slot = calloc(1, sizeof *band->slot)};
    const struct vy_player_events events = {on_event, on_stem, band};
    band->player = vy_player_new(&piece_catalog, 48000, &events);
    assert_true(band->player && band->slot);
    assert_int_equal(vy_edit_play(doc, NULL, 0, true, &err), VY_OK);
    if (play(band, (double)NAN, false, 0, &err))
        fail_msg("%s", err.message);
    band->slot->takeover = 1;
    band->slot->playing = 1;
}

void band_close(struct band *band)
{
    vy_player_destroy(band->player);
    vy_doc_destroy(band->doc);
    free(band->slot);
    *band = (struct band){0};
}

bool band_edit(struct band *band, const char *line, double beat)
{
    struct vy_err err = {.at = -1};
    struct vy_doc *const next = vy_doc_clone(band->doc), *const old = band->doc;
    assert_non_null(next);
    if (piece_try(next, line, &err)) {
        vy_doc_destroy(next);
        return false;
    }
    band->doc = next;
    const vy_status status = play(band, beat, false, 0, &err);
    if (status && status != VY_TOO_BIG) // too many edits at once are refused, and said
        fail_msg("%s: %s", line, err.message);
    vy_doc_destroy(old);
    return true;
}

void band_seek(struct band *band, double beat)
{
    struct vy_err err = {.at = -1};
    const vy_status status = play(band, (double)NAN, true, beat, &err);
    assert_true(status == VY_OK || status == VY_TOO_BIG);
}

vy_status band_again(struct band *band)
{
    struct vy_err err = {.at = -1};
    return play(band, (double)NAN, false, 0, &err);
}

void band_service(struct band *band)
{
    struct vy_err err = {.at = -1};
    if (vy_player_service(band->player, &err))
        fail_msg("service: %s", err.message);
}

void band_bind(struct band *band, uint32_t handle, const char *path)
{
    struct vy_err err = {.at = -1};
    assert_int_equal(vy_player_bind(band->player, handle, path, &err), VY_OK);
}

void band_control(struct band *band, uint32_t kind, uint32_t target, float value)
{
    const struct vy_control control = {
        .kind = kind, .target = target, .value = value, .velocity = 0.7f, .sent_ns = vy_now_ns()};
    vy_control_push(&band->slot->control, &control); // a full ring is none of our business
}

void band_block(struct band *band, uint32_t frames)
{
    struct vy_slot *const slot = band->slot;
    slot->frames = frames;
    vy_player_block(band->player, slot);
    slot->frame += frames;
    for (uint32_t i = 0; i < frames; i++)
        if (!isfinite(slot->out[0][i]) || !isfinite(slot->out[1][i]))
            fail_msg("frame %u of %u is not finite", i, frames);
}

void band_load_module(const char *name, const char *from, const char *to)
{
    char path[VY_USER_PATH], *text;
    size_t length;
    struct vy_err err = {.at = -1};
    struct vy_buf output = {0}, source = {0};
    snprintf(path, sizeof path, "%s/%s.c", getenv("VEERY_MODULES"), name);
    unlink(path); // of a test before
    if (vy_user_module_template(&piece_catalog, name, path, &err) ||
        vy_file_read(path, 1 << 20, &text, &length, &err))
        fail_msg("%s: %s", name, err.message);
    char *const at = strstr(text, from);
    assert_non_null(at);
    vy_buf_put(&source, text, (size_t)(at - text));
    vy_buf_add(&source, "%s%s", to, at + strlen(from));
    if (vy_file_write(path, source.text, source.length, &err) ||
        vy_user_module_build(&piece_catalog, name, &output, path, &err) ||
        vy_catalog_user_add(&piece_catalog, path, name, vy_user_mark_new(&piece_catalog, path),
                            NULL, &err))
        fail_msg("%s: %s", name, err.message);
    vy_buf_clear(&output);
    vy_buf_clear(&source);
    free(text);
}
