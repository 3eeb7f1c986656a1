// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The verb `take`: what the session plays becomes a draft with a receipt. Here, in a worker and
// when a take is made again the way is the same: a session is read from its program, and rendered.
#include "command/aside.h"
#include "command/handlers.h"
#include "command/hear.h"
#include "command/measure.h"
#include "command/takes.h"
#include "store/sounds.h"
#include "base/clock.h"
#include "base/json.h"

#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define RATE 48000
#define BLOCK 512
#define MOST_S (3 * 3600.0) // as much as a WAV file of floats holds

// ---- rendering ----------------------------------------------------------------------------------

struct following {
    const struct vy_work *work;
    double seconds; ///< 0 = not known
};

static bool tell(void *arg, double seconds)
{
    const struct following *const f = arg;
    const double part = f->seconds > 0 ? fmin(seconds / f->seconds, 1) : 0;
    vy_work_tell(f->work, part, "%.0f s of sound", floor(seconds));
    return !vy_work_stop(f->work) && seconds < MOST_S;
}

// Sound files that the session plays, with what is in them.
static void list_inputs(const struct vy_doc *doc, json_t *inputs)
{
    for (int u = 0; u < doc->units; u++)
        for (int r = 0; r < doc->unit[u].racks; r++)
            for (int n = 0; n < doc->unit[u].rack[r].nodes; n++) {
                const char *const file = doc->unit[u].rack[r].node[n].file;
                uint8_t hash[VY_TAKE_HASH];
                char text[2 * VY_TAKE_HASH + 1] = "";
                struct vy_err err = {.at = -1};
                if (!file)
                    continue;
                if (vy_hash_file(file, hash, &err) == VY_OK)
                    sodium_bin2hex(text, sizeof text, hash, sizeof hash);
                json_array_append_new(
                    inputs, json_pack("{s:o,s:s}", "path", vy_path_json(file), "hash", text));
            }
}

vy_status vy_take_render(const struct vy_take_how *how, struct vy_heard *heard, json_t *inputs,
                         struct vy_err *err)
{
    struct vy_session *const session = vy_session_new(how->catalog, how->seed);
    if (!session)
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    vy_status status = vy_session_load(session, how->program, strlen(how->program), how->author,
                                       how->warnings, err);
    session->doc->beat = how->beat;
    struct vy_doc *const doc = status ? NULL : vy_sounding(session->doc);
    if (!status && !doc)
        status = vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (!status && doc) {
        struct following following = {
            how->work,
            how->seconds > 0 ? how->seconds : vy_beats_seconds(doc, how->beat, how->beats)};
        const struct vy_listen what = {.doc = doc,
                                       .catalog = how->catalog,
                                       .beat = how->beat,
                                       .seconds = following.seconds,
                                       .ears = VY_MEASURE_EARS,
                                       .progress = tell,
                                       .arg = &following,
                                       .whole = true,
                                       .file = how->file,
                                       .format = VY_SOUND_FLOAT, // see docs/takes.md
                                       .tags = how->tags,
                                       .unit = how->unit && *how->unit ? how->unit : NULL,
                                       .sr_hz = how->sr_hz,
                                       .block = how->block,
                                       .threads = 1,
                                       .warnings = how->warnings};
        list_inputs(doc, inputs);
        status = vy_hear(&what, heard, err);
    }
    vy_doc_destroy(doc);
    vy_session_destroy(session);
    return status;
}

// ---- the verb -----------------------------------------------------------------------------------

// What the verb wants, for the process it may run in.
struct taking {
    struct vy_take_how how;
    const char *line, *name, *licence;
    char program_hash[VY_HASH_TEXT];
};

// What is known before anything is heard.
static json_t *begin_receipt(const struct taking *taking)
{
    char folder[VY_TAKES_PATH] = "";
    if (!getcwd(folder, sizeof folder))
        folder[0] = '\0'; // it has gone: names that are relative to it mean nothing, then or later
    const struct vy_take_how *const how = &taking->how;
    return json_pack("{s:s,s:s,s:I,s:s,s:s,s:s,s:s, s:{s:s,s:s,s:o,s:s,s:I,s:f,s:f,s:f},"
                     " s:{s:i,s:i,s:i,s:s}, s:[]}",
                     "format", "veery-take/1", "veery", VEERY_VERSION, "made",
                     (json_int_t)vy_unix_s(), "author", how->author, "line", taking->line, "kind",
                     "render", "licence",
                     taking->licence, //
                     "session", "program", how->program, "hash", taking->program_hash, "folder",
                     vy_path_json(folder), "unit", how->unit, "seed", (json_int_t)how->seed, "beat",
                     how->beat, "beats", how->beats, "seconds",
                     how->seconds, //
                     "render", "rate", (int)how->sr_hz, "block", (int)how->block, "threads", 1,
                     "build", how->catalog->kernels->isa, "fallbacks");
}

void vy_take_tags_of(const json_t *receipt, const char *name, const char *author,
                     struct vy_take_tags *to)
{
    const json_t *const session = json_object_get(receipt, "session");
    const char *const line = json_string_value(json_object_get(receipt, "line"));
    snprintf(to->seed, sizeof to->seed, "%" JSON_INTEGER_FORMAT,
             json_integer_value(json_object_get(session, "seed")));
    snprintf(to->comment, sizeof to->comment, "made by `%.300s`", line ? line : "");
    to->tags = (struct vy_sound_tags){
        .title = name,
        .artist = author,
        .comment = to->comment,
        .licence = json_string_value(json_object_get(receipt, "licence")),
        .prompt = json_string_value(json_object_get(receipt, "prompt")),
        .seed = to->seed,
        .model = json_string_value(json_object_get(receipt, "model")),
        .model_hash = json_string_value(json_object_get(receipt, "model_hash")),
        .session_hash = json_string_value(json_object_get(session, "hash")),
        .software = "Veery " VEERY_VERSION,
        .made = json_number_value(json_object_get(receipt, "made"))};
}

// Beside the draft.
static vy_status write_receipt(const char *file, const json_t *receipt, struct vy_err *err)
{
    char path[VY_TAKES_PATH];
    char *const text = json_dumps(receipt, JSON_INDENT(1) | JSON_REAL_PRECISION(17));
    vy_takes_receipt_place(file, path, sizeof path);
    const vy_status status = text ? vy_file_write(path, text, strlen(text), err)
                                  : vy_fail(err, VY_NO_MEMORY, -1, "out of memory for the receipt");
    free(text);
    return status;
}

// `receipt` is completed and written.
static vy_status say_made(const struct taking *taking, const struct vy_heard *heard,
                          json_t *receipt, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    const char *const file = taking->how.file;
    uint8_t hash[VY_TAKE_HASH];
    char words[2 * VY_TAKE_HASH + 1];
    struct stat facts;
    const vy_status status = vy_hash_file(file, hash, err);
    if (status)
        return status;
    if (stat(file, &facts) != 0)
        return vy_fail(err, VY_IO, -1, "the draft of the take has gone");
    sodium_bin2hex(words, sizeof words, hash, sizeof hash);
    json_object_set_new(receipt, "pcm", json_string(heard->pcm));
    json_object_set_new(receipt, "file",
                        json_pack("{s:s,s:I}", "hash", words, "bytes", (json_int_t)facts.st_size));
    json_object_set_new(receipt, "measured", vy_measured_json(&heard->report));
    if (write_receipt(file, receipt, err))
        return err->code;
    json_object_set_new(result, "made",
                        json_pack("{s:o,s:s,s:s,s:I,s:f,s:i,s:i}", "draft", vy_path_json(file),
                                  "name", taking->name, "hash", words, "bytes",
                                  (json_int_t)facts.st_size, "duration_s", heard->seconds, "rate",
                                  (int)taking->how.sr_hz, "channels", 2));
    vy_buf_add(text, "%s: %.2f s, ", *taking->name ? taking->name : "take", heard->seconds);
    vy_heard_loudness(heard, text);
    return VY_OK;
}

static vy_status do_take(void *arg, struct vy_buf *text, json_t *result, struct vy_err *err)
{
    struct taking *const taking = arg;
    struct vy_heard heard = {0};
    struct vy_take_tags tags = {0};
    json_t *const receipt = begin_receipt(taking), *const inputs = json_array();
    if (!receipt || !inputs) {
        json_decref(receipt);
        json_decref(inputs);
        return vy_fail(err, VY_NO_MEMORY, -1, "out of memory for the receipt");
    }
    json_object_set_new(receipt, "inputs", inputs);
    vy_take_tags_of(receipt, taking->name, taking->how.author, &tags);
    taking->how.tags = &tags.tags;
    vy_status status = vy_take_render(&taking->how, &heard, inputs, err);
    if (!status) {
        status = say_made(taking, &heard, receipt, text, result, err);
        vy_heard_clear(&heard);
    }
    taking->how.tags = NULL;
    json_decref(receipt);
    return status;
}

// "8 bars", "3 beats", "10 s", or all of it.
static vy_status read_length(const struct vy_call *call, struct vy_take_how *how,
                             struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    const char *const unit = v[0].after ? v[0].after : "";
    if (!v[0].given)
        return VY_OK; // the whole piece
    if (*unit == 's')
        how->seconds = v[0].number;
    else
        how->beats =
            v[0].number * (strncmp(unit, "beat", 4) == 0 ? 1 : vy_doc_bar_beats(call->doc));
    const double seconds =
        how->seconds > 0 ? how->seconds : vy_beats_seconds(call->doc, how->beat, how->beats);
    return seconds <= MOST_S ? VY_OK
                             : vy_fail(err, VY_TOO_BIG, v[0].at, "a take is at most 3 hours long");
}

// Without a runner behind it a take is kept at once.
static vy_status keep_here(struct vy_call *call, const char *draft, struct vy_err *err)
{
    struct vy_db *db;
    bool ours;
    int64_t id = 0;
    vy_status status = vy_desk_open(call, &db, &ours, err);
    if (status)
        return status;
    json_t *const answer =
        json_pack("{s:O,s:O}", "result", call->result, "warnings", call->warnings);
    status = answer ? vy_db_begin(db, err) : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    if (!status) {
        status = vy_take_keep_made(db, vy_desk_settings(call), call->author, 0, answer, &id, err);
        status = vy_db_end(db, status, err);
    }
    json_decref(answer);
    if (ours)
        vy_db_close(db);
    if (status) { // it may have had its place when the row could not be written
        const json_t *const take = json_object_get(call->result, "take");
        const char *const path = json_string_value(json_object_get(take, "path"));
        if (path)
            vy_takes_put_back(draft, path);
        return status;
    }
    vy_buf_add(call->text, "; take %" PRId64, id);
    json_object_del(call->result, "made");
    vy_takes_tell(call->session->desk, id, "made");
    vy_desk_tell(call); // the library is to hear it
    return VY_OK;
}

static vy_status make(struct vy_call *call, struct taking *taking, struct vy_err *err)
{
    char folder[VY_TAKES_PATH], draft[VY_TAKES_PATH];
    const int64_t job = call->work ? call->work->job : 0;
    vy_status status = vy_takes_folder(vy_desk_settings(call), folder, err);
    if (!status) // the runner keeps what its worker made
        status = vy_takes_draft(folder, job ? getppid() : getpid(), job, draft, err);
    if (status)
        return status;
    taking->how.file = draft;
    status = vy_aside_call(call, do_take, taking, err);
    if (job)
        return status;
    if (!status)
        status = keep_here(call, draft, err);
    vy_takes_drop_draft(draft);
    return status;
}

vy_status vy_do_take(struct vy_call *call, struct vy_err *err)
{
    const struct vy_value *const v = call->args->value;
    struct vy_buf program = {0};
    unsigned char digest[crypto_hash_sha256_BYTES];
    if (vy_transaction_of(call->session, call->author))
        return vy_fail(err, VY_CONFLICT, call->line->begin,
                       "you have edits that are not committed: commit or abort first");
    struct taking taking = {.how = {.catalog = call->catalog,
                                    .seed = call->doc->seed,
                                    .unit = v[1].given ? v[1].text : "",
                                    .beat = call->doc->beat,
                                    .author = call->author,
                                    .sr_hz = RATE,
                                    .block = BLOCK,
                                    .work = call->work,
                                    .warnings = call->warnings},
                            .name = v[2].given ? v[2].text : "",
                            .licence = vy_settings_text(vy_desk_settings(call), "takes.licence")};
    vy_status status = read_length(call, &taking.how, err);
    if (!status)
        status = vy_take_name_check(taking.name, v[2].at, err);
    if (!status)
        status = vy_session_write(call->session, &program, err);
    if (!status && sodium_init() < 0)
        status = vy_fail(err, VY_INTERNAL, -1, "libsodium does not begin");
    if (!status) {
        taking.how.program = program.text ? program.text : "";
        taking.line = vy_lex_rest(call->lex, call->line, call->line->begin);
        crypto_hash_sha256(digest, (const unsigned char *)taking.how.program, program.length);
        sodium_bin2hex(taking.program_hash, sizeof taking.program_hash, digest, sizeof digest);
        status = taking.line ? make(call, &taking, err)
                             : vy_fail(err, VY_NO_MEMORY, -1, "out of memory");
    }
    vy_buf_clear(&program);
    return status;
}
