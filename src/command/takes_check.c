// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Is a take what its receipt says (verify), and does its receipt make it again (replay)?
#include "command/hear.h"
#include "command/takes.h"
#include "sound/reader.h"
#include "store/sounds.h"
#include "base/json.h"

#include <fcntl.h>
#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BESIDE_MOST (100 << 20) // bytes, read in about half a second

static double number_at(const json_t *object, const char *key)
{
    return json_number_value(json_object_get(object, key));
}

// ---- verify -------------------------------------------------------------------------------------

// SHA-256 of the samples as interleaved floats, as a render has it.
static vy_status hash_samples(const char *path, char pcm[VY_HASH_TEXT], struct vy_err *err)
{
    struct vy_reader *reader = NULL;
    crypto_hash_sha256_state state;
    unsigned char digest[crypto_hash_sha256_BYTES];
    float *const both = malloc(sizeof(float) * VY_READER_CHANS * VY_READER_BLOCK);
    if (!both)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = vy_reader_open(path, &reader, err);
    crypto_hash_sha256_init(&state);
    for (size_t n = 1; !status && n > 0;) {
        status = vy_reader_interleaved(reader, both, &n, err);
        if (!status)
            crypto_hash_sha256_update(&state, (const unsigned char *)both,
                                      n * vy_reader_info(reader)->chans * sizeof(float));
    }
    crypto_hash_sha256_final(&state, digest);
    sodium_bin2hex(pcm, VY_HASH_TEXT, digest, sizeof digest);
    vy_reader_close(reader);
    free(both);
    return status;
}

static void add_problem(json_t *problems, const char *text)
{
    json_array_append_new(problems, json_string(text));
}

static void check_file(const struct vy_take *take, const char *path, json_t *problems)
{
    uint8_t hash[VY_TAKE_HASH];
    struct vy_err err = {.at = -1};
    if (vy_hash_file(path, hash, &err))
        add_problem(problems, err.message);
    else if (memcmp(hash, take->hash, sizeof hash) != 0)
        add_problem(problems, "the file is not as it was written");
}

static void check_samples(const json_t *receipt, const char *path, json_t *problems)
{
    char pcm[VY_HASH_TEXT];
    struct vy_err err = {.at = -1};
    if (access(path, R_OK) != 0)
        return; // told already
    if (hash_samples(path, pcm, &err))
        add_problem(problems, err.message);
    else if (strcmp(pcm, vy_json_text(receipt, "pcm")) != 0)
        add_problem(problems, "the samples are not those that were rendered");
}

static void check_receipt(const struct vy_take *take, const char *path, json_t *problems)
{
    char beside[VY_TAKES_PATH], *text = NULL;
    size_t length;
    struct vy_err err = {.at = -1};
    vy_takes_receipt_place(path, beside, sizeof beside);
    if (vy_file_read(beside, VY_TAKE_RECEIPT_MOST, &text, &length, &err))
        add_problem(problems, err.message);
    else if (strcmp(text, take->receipt) != 0)
        add_problem(problems, "the receipt beside the file is not as it was written");
    free(text);
}

struct verify {
    struct vy_takes_act *act;
    json_t *takes;
    size_t bad;
    char first[200];
};

static bool verify_one(void *arg, const struct vy_take *take)
{
    struct verify *const v = arg;
    char path[VY_TAKES_PATH + VY_TAKE_PLACE];
    json_t *const problems = json_array(), *const receipt = json_loads(take->receipt, 0, NULL);
    snprintf(path, sizeof path, "%s/%s", v->act->folder, take->path);
    check_file(take, path, problems);
    check_samples(receipt, path, problems);
    check_receipt(take, path, problems);
    const size_t n = json_array_size(problems);
    if (n && !v->bad++)
        snprintf(v->first, sizeof v->first, "take %" PRId64 ": %.150s", take->id,
                 json_string_value(json_array_get(problems, 0)));
    vy_buf_add(v->act->text, "%s%5" PRId64 "  %s", json_array_size(v->takes) ? "\n" : "", take->id,
               n ? "" : "as it was");
    for (size_t i = 0; i < n; i++)
        vy_buf_add(v->act->text, "%s%s", i ? "; " : "",
                   json_string_value(json_array_get(problems, i)));
    json_array_append_new(v->takes, json_pack("{s:I,s:b,s:o}", "id", (json_int_t)take->id, "ok",
                                              n == 0, "problems", problems));
    json_decref(receipt);
    vy_work_tell(v->act->ask->work, 0, "take %" PRId64, take->id);
    return !vy_work_stop(v->act->ask->work);
}

// Who plays answers others too: what takes seconds is for a job.
static vy_status check_beside(struct vy_takes_act *act, int64_t bytes)
{
    if (!act->ask->beside || bytes <= BESIDE_MOST)
        return VY_OK;
    return vy_fail(act->err, VY_BUSY, -1,
                   "%.0f MB are too much to read beside the music: `job takes verify%s%.40s`",
                   (double)bytes / 1e6, act->ask->which ? " " : "",
                   act->ask->which ? act->ask->which : "");
}

vy_status vy_takes_verify(struct vy_takes_act *act)
{
    struct verify v = {.act = act, .takes = json_array()};
    const struct vy_take_wish all = {.oldest = true};
    vy_status status = VY_OK;
    if (act->ask->which) {
        struct vy_arena arena = {0};
        struct vy_take take;
        char path[VY_TAKES_PATH];
        status = vy_take_place(act->desk, act->ask->which, &arena, &take, path, act->err);
        if (!status)
            status = check_beside(act, take.bytes);
        if (!status)
            verify_one(&v, &take);
        vy_arena_clear(&arena);
    } else {
        int64_t count, bytes;
        status = vy_takes_total(act->desk->db, &count, &bytes, act->err);
        if (!status)
            status = check_beside(act, bytes);
        if (!status)
            status = vy_takes_each(act->desk->db, &all, verify_one, &v, act->err);
    }
    const size_t checked = json_array_size(v.takes);
    json_object_set_new(act->result, "takes", v.takes);
    if (!status && v.bad > 1)
        return vy_fail(act->err, VY_BAD_FILE, -1, "%zu of %zu takes have changed; %s", v.bad,
                       checked, v.first);
    if (!status && v.bad)
        return vy_fail(act->err, VY_BAD_FILE, -1, "%s", v.first);
    if (!status && !checked)
        vy_buf_add(act->text, "there are no takes");
    return status;
}

// ---- replay -------------------------------------------------------------------------------------

// How far two files are from each other.
struct difference {
    uint64_t frames, first; ///< compared; the first that differs
    double peak;            ///< largest difference, full scale 1
    bool differs, lengths;
};

static void compare_block(struct difference *d, const float *const one[],
                          const float *const other[], uint32_t chans, size_t n)
{
    for (size_t i = 0; i < n; i++)
        for (uint32_t c = 0; c < chans; c++) {
            const double by = fabs((double)one[c][i] - (double)other[c][i]);
            if (by == 0)
                continue;
            if (!d->differs)
                d->first = d->frames + i;
            d->differs = true;
            d->peak = fmax(d->peak, by);
        }
    d->frames += n;
}

static vy_status compare_files(const char *one, const char *other, struct difference *d,
                               struct vy_err *err)
{
    struct vy_reader *reader[2] = {NULL, NULL};
    const float *a[VY_READER_CHANS], *b[VY_READER_CHANS];
    size_t n = 1, m = 1;
    vy_status status = vy_reader_open(one, &reader[0], err);
    if (!status)
        status = vy_reader_open(other, &reader[1], err);
    while (!status && n > 0 && n == m) {
        status = vy_reader_next(reader[0], a, &n, err);
        if (!status)
            status = vy_reader_next(reader[1], b, &m, err);
        if (!status)
            compare_block(d, a, b, vy_reader_info(reader[0])->chans, n < m ? n : m);
    }
    d->lengths = n != m;
    vy_reader_close(reader[0]);
    vy_reader_close(reader[1]);
    return status;
}

static vy_status judge(struct vy_takes_act *act, const struct vy_take *take, const json_t *receipt,
                       const struct vy_heard *heard, const char *path, const char *again)
{
    const char *const build = vy_json_text(json_object_get(receipt, "render"), "build");
    const char *const here = act->ask->catalog->kernels->isa;
    const bool equal = strcmp(heard->pcm, vy_json_text(receipt, "pcm")) == 0;
    struct difference d = {0};
    json_object_set_new(act->result, "id", json_integer(take->id));
    json_object_set_new(act->result, "equal", json_boolean(equal));
    json_object_set_new(act->result, "pcm", json_string(heard->pcm));
    if (equal) {
        vy_buf_add(act->text, "take %" PRId64 " made again: every sample of %.2f s is the same",
                   take->id, heard->seconds);
        return VY_OK;
    }
    const vy_status status = compare_files(path, again, &d, act->err);
    if (status)
        return status;
    return vy_fail(act->err, VY_FAILED_ASSERT, -1,
                   "made again, take %" PRId64
                   " differs from %.3f s on by up to %.1f dBFS%s; it was "
                   "made by %.20s, build %.12s, this is %s, build %s",
                   take->id, (double)d.first / take->rate_hz, 20 * log10(fmax(d.peak, 1e-10)),
                   d.lengths ? ", and in length" : "", vy_json_text(receipt, "veery"), build,
                   VEERY_VERSION, here);
}

// Names of sound files are relative to where the take was made, when that is still there.
static vy_status render_there(const struct vy_take_how *how, const char *folder,
                              struct vy_heard *heard, json_t *inputs, struct vy_err *err)
{
    const int here = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    const bool moved = here >= 0 && *folder && chdir(folder) == 0;
    vy_status status = vy_take_render(how, heard, inputs, err);
    if (moved && fchdir(here) != 0 && !status) {
        vy_heard_clear(heard);
        status = vy_fail(err, VY_IO, -1, "this folder cannot be entered again");
    }
    if (here >= 0)
        close(here);
    return status;
}

static vy_status make_again(struct vy_takes_act *act, const struct vy_take *take,
                            const json_t *receipt, const char *path)
{
    const json_t *const session = json_object_get(receipt, "session");
    const json_t *const render = json_object_get(receipt, "render");
    json_t *const inputs = json_array(), *const warnings = json_array();
    char again[VY_TAKES_PATH];
    struct vy_heard heard = {0};
    vy_status status = vy_takes_draft(act->folder, getpid(), 0, again, act->err);
    const struct vy_take_how how = {.catalog = act->ask->catalog,
                                    .program = vy_json_text(session, "program"),
                                    .seed = (uint64_t)number_at(session, "seed"),
                                    .unit = vy_json_text(session, "unit"),
                                    .beat = number_at(session, "beat"),
                                    .beats = number_at(session, "beats"),
                                    .seconds = number_at(session, "seconds"),
                                    .author = take->author,
                                    .file = again,
                                    .sr_hz = (uint32_t)number_at(render, "rate"),
                                    .block = (uint32_t)number_at(render, "block"),
                                    .work = act->ask->work,
                                    .warnings = warnings};
    if (!status)
        status = render_there(&how, vy_json_text(session, "folder"), &heard, inputs, act->err);
    if (!status) {
        if (!json_equal(inputs, json_object_get(receipt, "inputs")))
            vy_buf_add(act->text, "sound files it plays have changed since; ");
        status = judge(act, take, receipt, &heard, path, again);
        vy_heard_clear(&heard);
    }
    vy_takes_drop_draft(again);
    json_decref(inputs);
    json_decref(warnings);
    return status;
}

vy_status vy_takes_replay(struct vy_takes_act *act)
{
    struct vy_arena arena = {0};
    struct vy_take take;
    char path[VY_TAKES_PATH];
    if (!act->ask->catalog)
        return vy_fail(act->err, VY_ABSENT, -1,
                       "a take is made again beside the music: `job takes replay %.40s`",
                       act->ask->which);
    vy_status status = vy_take_place(act->desk, act->ask->which, &arena, &take, path, act->err);
    json_t *const receipt = status ? NULL : json_loads(take.receipt, 0, NULL);
    if (!status && strcmp(vy_json_text(receipt, "format"), "veery-take/1") != 0)
        status = vy_fail(act->err, VY_BAD_FILE, -1, "the receipt of take %" PRId64 " is unreadable",
                         take.id);
    if (!status)
        status = make_again(act, &take, receipt, path);
    json_decref(receipt);
    vy_arena_clear(&arena);
    return status;
}
