// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// Takes below the commands: names on the disk, what is put, swept and never touched, rows, and tags
// in the sound itself. tests/system/test_takes.sh has the rest.
#include "cm.h"

#include "command/takes.h"
#include "sound/tags.h"

#include <FLAC/metadata.h>
#include <dirent.h>
#include <math.h>
#include <sndfile.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/veery-takes-XXXXXX";
static struct vy_db *db;
static struct vy_err err;

static void path_of(char *path, const char *name)
{
    snprintf(path, 400, "%s/%s", folder, name);
}

static bool is_there(const char *name)
{
    char path[400];
    path_of(path, name);
    return access(path, F_OK) == 0;
}

static void touch(const char *name)
{
    char path[400];
    path_of(path, name);
    assert_int_equal(vy_make_parents(path, &err), VY_OK);
    FILE *const file = fopen(path, "w");
    assert_non_null(file);
    fputs("{}", file);
    fclose(file);
}

static int open_all(void **state)
{
    char path[400];
    (void)state;
    path_of(path, "s.db");
    return vy_db_open(&vy_db_studio, path, VY_DB_CREATE, &db, &err) != VY_OK;
}

static int close_all(void **state)
{
    (void)state;
    vy_db_close(db);
    const pid_t pid = fork();
    if (pid == 0) {
        execlp("rm", "rm", "-rf", folder, NULL);
        _exit(1);
    }
    return waitpid(pid, NULL, 0) != pid || mkdir(folder, 0700) != 0;
}

// ---- names --------------------------------------------------------------------------------------

static void any_name_is_plain_on_the_disk(void **state)
{
    static const char *const rows[][2] = {{"Night drive", "0007-Night-drive.wav"},
                                          {"../../etc/passwd", "0007-etc-passwd.wav"},
                                          {"", "0007-take.wav"},
                                          {"\xc3\xa9\xc3\xa9", "0007-take.wav"},
                                          {".hidden", "0007-hidden.wav"},
                                          {"a/b\\c:d*e?", "0007-a-b-c-d-e.wav"},
                                          {"--rm -rf", "0007-rm-rf.wav"}};
    (void)state;
    char place[VY_TAKE_PLACE], long_name[VY_TAKE_NAME];
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        vy_takes_place(7, rows[i][0], 1.7e9, place, sizeof place);
        assert_string_equal(strchr(place, '/') + 1, rows[i][1]);
        assert_int_equal(strspn(place, "0123456789-"), 10);
    }
    memset(long_name, 'x', sizeof long_name - 1);
    long_name[sizeof long_name - 1] = '\0';
    vy_takes_place(1234567, long_name, 1.7e9, place, sizeof place);
    assert_true(strlen(place) < 100 && strcmp(place + strlen(place) - 4, ".wav") == 0);
}

// ---- rows ---------------------------------------------------------------------------------------

static int64_t add(const char *name)
{
    static char place[VY_TAKE_PLACE];
    struct vy_take take = {.name = name,
                           .kind = "render",
                           .author = "ann",
                           .created = 1.7e9,
                           .bytes = 1000,
                           .duration_s = (double)NAN,
                           .path = place,
                           .receipt = "{}"};
    assert_int_equal(vy_db_begin(db, &err), VY_OK);
    assert_int_equal(vy_take_next(db, &take.id, &err), VY_OK);
    vy_takes_place(take.id, name, take.created, place, sizeof place);
    assert_int_equal(vy_db_end(db, vy_take_add(db, &take, &err), &err), VY_OK);
    return take.id;
}

static bool note(void *arg, const struct vy_take *take)
{
    strcat(strcat(arg, take->name), " ");
    return true;
}

static void takes_are_found(void **state)
{
    (void)state;
    struct vy_arena arena = {0};
    struct vy_take take;
    int64_t id, count, bytes;
    char names[100] = "";
    add("one");
    add("two");
    add("two");
    assert_int_equal(vy_take_find(db, "one", &id, &err), VY_OK);
    assert_int_equal(id, 1);
    assert_int_equal(vy_take_find(db, "two", &id, &err), VY_CONFLICT);
    assert_int_equal(vy_take_find(db, "3", &id, &err), VY_OK);
    assert_int_equal(vy_take_find(db, "4", &id, &err), VY_NOT_FOUND);
    assert_int_equal(vy_take_find(db, "' OR 1=1 --", &id, &err), VY_NOT_FOUND);
    assert_int_equal(vy_take_tag(db, 3, "dark", true, &err), VY_OK);
    assert_int_equal(vy_take_tag(db, 3, "dark", true, &err), VY_OK);
    assert_int_equal(vy_take_tag(db, 3, "bright", true, &err), VY_OK);
    assert_int_equal(vy_take_tag(db, 9, "x", true, &err), VY_NOT_FOUND);
    assert_int_equal(vy_take_rate(db, 1, 4, &err), VY_OK);
    assert_int_equal(vy_take_rate(db, 1, 6, &err), VY_OUT_OF_RANGE);
    assert_int_equal(vy_take_get(db, 3, &arena, &take, &err), VY_OK);
    assert_string_equal(take.tags, "bright dark");
    assert_true(isnan(take.duration_s));
    vy_arena_clear(&arena);
    assert_int_equal(vy_takes_each(db, &(struct vy_take_wish){.tag = "dark"}, note, names, &err),
                     VY_OK);
    assert_int_equal(vy_takes_each(db, &(struct vy_take_wish){.rating = 3}, note, names, &err),
                     VY_OK);
    assert_string_equal(names, "two one ");
    // a number is never given twice
    assert_int_equal(vy_take_remove(db, 3, &err), VY_OK);
    assert_int_equal(add("four"), 4);
    assert_int_equal(vy_takes_total(db, &count, &bytes, &err), VY_OK);
    assert_int_equal(count, 3);
    assert_int_equal(bytes, 3000);
}

static void tags_are_bounded(void **state)
{
    (void)state;
    char tag[16];
    add("one");
    for (int i = 0; i < VY_TAKE_TAGS_MOST; i++) {
        snprintf(tag, sizeof tag, "t%d", i);
        assert_int_equal(vy_take_tag(db, 1, tag, true, &err), VY_OK);
    }
    assert_int_equal(vy_take_tag(db, 1, "more", true, &err), VY_TOO_BIG);
    assert_int_equal(vy_take_tag(db, 1, "t3", false, &err), VY_OK);
    assert_int_equal(vy_take_tag(db, 1, "more", true, &err), VY_OK);
}

// ---- files --------------------------------------------------------------------------------------

static int drafts(void)
{
    char path[400];
    int n = 0;
    path_of(path, ".drafts");
    DIR *const list = opendir(path);
    assert_non_null(list);
    for (const struct dirent *entry; (entry = readdir(list));)
        n += entry->d_name[0] != '.';
    closedir(list);
    return n;
}

static void a_draft_is_put_once_or_twice(void **state)
{
    (void)state;
    char draft[VY_TAKES_PATH], path[400];
    struct stat facts;
    assert_int_equal(vy_takes_draft(folder, getpid(), 5, draft, &err), VY_OK);
    touch(draft + strlen(folder) + 1);
    *strrchr(draft, '.') = '\0';
    touch(strcat(draft, ".json") + strlen(folder) + 1);
    assert_int_equal(vy_takes_draft(folder, getpid(), 5, draft, &err), VY_OK);
    touch("2026-11-26/0001-x.wav"); // another's: a studio may share the folder, a database be lost
    assert_int_equal(vy_takes_put(folder, draft, "2026-11-26/0001-x.wav", &err), VY_CONFLICT);
    path_of(path, "2026-11-26/0001-x.wav");
    vy_takes_put_back(draft, path);
    assert_true(is_there("2026-11-26/0001-x.wav") && !is_there("2026-11-26/0001-x.json"));
    unlink(path);
    assert_int_equal(vy_takes_put(folder, draft, "2026-11-26/0001-x.wav", &err), VY_OK);
    assert_int_equal(vy_takes_put(folder, draft, "2026-11-26/0001-x.wav", &err), VY_OK);
    path_of(path, "2026-11-26/0001-x.wav");
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_nlink, 2);
    assert_int_equal(facts.st_mode & 0777, 0444);
    vy_takes_drop_draft(draft);
    assert_true(is_there("2026-11-26/0001-x.wav") && is_there("2026-11-26/0001-x.json"));
    vy_takes_let_go(folder, 1, "2026-11-26/0001-x.wav");
    assert_int_equal(stat(path, &facts), 0);
    assert_int_equal(facts.st_nlink, 2);
    assert_int_equal(vy_takes_drop(folder, 1, "2026-11-26/0001-x.wav", &err), VY_OK);
    assert_false(is_there("2026-11-26"));
    assert_int_equal(drafts(), 0);
    assert_int_equal(vy_takes_drop(folder, 1, "2026-11-26/0001-x.wav", &err), VY_OK);
}

static void only_what_is_ours_is_swept(void **state)
{
    static const char *const stay[] = {"2026-11-26/notes.txt",
                                       "2026-11-26/12-short.wav",
                                       "2026-11-26/my 0001-x.wav",
                                       "2026/0001-x.wav",
                                       "0001-x.wav",
                                       ".drafts/notes",
                                       ".drafts/a.b.wav"};
    static const char *const go[] = {"2026-11-26/0001-x.wav", "2026-11-26/0001-x.json",
                                     "2026-11-26/12345-y.wav"};
    (void)state;
    char kept[VY_TAKE_PLACE], draft[VY_TAKES_PATH];
    const int64_t id = add("kept");
    vy_takes_place(id, "kept", 1.7e9, kept, sizeof kept);
    touch(kept);
    for (size_t i = 0; i < sizeof stay / sizeof *stay; i++)
        touch(stay[i]);
    for (size_t i = 0; i < sizeof go / sizeof *go; i++)
        touch(go[i]);
    json_t *const list = json_array();
    assert_int_equal(vy_takes_sweep(db, folder, false, list, &err), VY_OK);
    assert_int_equal(json_array_size(list), 3);
    json_decref(list);
    assert_true(is_there(go[0]));
    assert_int_equal(vy_takes_sweep(db, folder, true, NULL, &err), VY_OK);
    // a draft of a living process stays, unless it is ours and its job has ended
    assert_int_equal(vy_takes_draft(folder, getppid(), 5, draft, &err), VY_OK);
    touch(draft + strlen(folder) + 1);
    touch(".drafts/63459662-e14d-4de6-841a-300e234ff33a:99999:1.5.wav");
    assert_int_equal(vy_takes_sweep_drafts(db, folder, &err), VY_OK);
    assert_false(is_there(".drafts/63459662-e14d-4de6-841a-300e234ff33a:99999:1.5.wav"));
    assert_true(is_there(draft + strlen(folder) + 1));
    for (size_t i = 0; i < sizeof stay / sizeof *stay; i++)
        assert_true(is_there(stay[i]));
    for (size_t i = 0; i < sizeof go / sizeof *go; i++)
        assert_false(is_there(go[i]));
    assert_true(is_there(kept));
}

// A draft of a process that is gone, with a place.
static void leave(const char *draft, const char *place)
{
    char path[400], from[400];
    touch(draft);
    path_of(from, draft);
    path_of(path, place);
    assert_int_equal(vy_make_parents(path, &err), VY_OK);
    assert_int_equal(link(from, path), 0);
}

// A file without a row is no take that was lost in the making: its database may be another.
static void only_what_was_never_kept_loses_its_place(void **state)
{
#define GONE ".drafts/63459662-e14d-4de6-841a-300e234ff33a:99999:1"
    (void)state;
    char kept[VY_TAKE_PLACE], living[VY_TAKES_PATH];
    vy_takes_place(add("kept"), "kept", 1.7e9, kept, sizeof kept);
    leave(GONE ".5.wav", kept); // killed after its row was there
    leave(GONE ".6.wav", "2026-11-26/0002-x.wav");
    leave(GONE ".6.json", "2026-11-26/0002-x.json");
    touch("2026-11-26/0003-of-another.wav");
    assert_int_equal(vy_takes_draft(folder, getppid(), 0, living, &err), VY_OK);
    leave(living + strlen(folder) + 1, "2026-11-26/0004-of-another-now.wav");
    assert_int_equal(vy_takes_sweep_drafts(db, folder, &err), VY_OK);
    assert_true(is_there(kept));
    assert_false(is_there("2026-11-26/0002-x.wav") || is_there("2026-11-26/0002-x.json"));
    assert_true(is_there("2026-11-26/0003-of-another.wav"));
    assert_true(is_there("2026-11-26/0004-of-another-now.wav"));
    assert_int_equal(drafts(), 1);
#undef GONE
}

// ---- tags ---------------------------------------------------------------------------------------

#define FRAMES 4800

static void write_sound(const char *path, enum vy_sound_format format,
                        const struct vy_sound_tags *tags)
{
    struct vy_sound_writer *writer;
    static float frame[2 * FRAMES];
    for (int i = 0; i < 2 * FRAMES; i++)
        frame[i] = (float)(i % 100) / 128;
    assert_int_equal(vy_sound_create(path, format, 48000, 2, &writer, &err), VY_OK);
    assert_int_equal(vy_sound_write_tags(writer, tags, &err), VY_OK);
    assert_int_equal(vy_sound_write(writer, frame, FRAMES, &err), VY_OK);
    assert_int_equal(vy_sound_close(writer, true, &err), VY_OK);
    if (format == VY_SOUND_FLAC)
        assert_int_equal(vy_flac_write_tags(path, tags, &err), VY_OK);
    struct vy_sound sound;
    assert_int_equal(vy_sound_read(path, &sound, &err), VY_OK);
    assert_int_equal(sound.frames, FRAMES);
    for (int i = 0; i < FRAMES; i++)
        assert_true(fabsf(sound.chan[1][i] - frame[2 * i + 1]) < 1e-6f);
    vy_sound_clear(&sound);
}

static struct vy_sound_tags all_tags(void)
{
    static char comment[5000];
    memset(comment, 'a', sizeof comment - 1);
    comment[698] = '\xe2', comment[699] = '\x82',
    comment[700] = '\xac'; // a character across the place where it is cut
    return (struct vy_sound_tags){.title = "T\x01itle\n\xc3\xa9",
                                  .artist = "ann",
                                  .comment = comment,
                                  .licence = "CC-BY-4.0",
                                  .prompt = "rain on a tin roof",
                                  .seed = "17",
                                  .model = "m",
                                  .model_hash = "abc",
                                  .session_hash = "0123456789abcdef0123456789abcdef",
                                  .software = "Veery",
                                  .made = 1.7e9};
}

static void wav_says_how_it_was_made(void **state)
{
    (void)state;
    char path[400];
    SF_INFO info = {0};
    SF_BROADCAST_INFO bext = {0};
    struct vy_sound_tags tags = all_tags();
    path_of(path, "a.wav");
    write_sound(path, VY_SOUND_FLOAT, &tags);
    SNDFILE *file = sf_open(path, SFM_READ, &info);
    assert_non_null(file);
    assert_string_equal(sf_get_string(file, SF_STR_TITLE), "T itle \xc3\xa9");
    assert_string_equal(sf_get_string(file, SF_STR_COPYRIGHT), "CC-BY-4.0");
    assert_string_equal(sf_get_string(file, SF_STR_DATE), "2023-11-14");
    const char *const comment = sf_get_string(file, SF_STR_COMMENT);
    assert_true(strlen(comment) < 1000 && strncmp(comment + 690, "aaaaaaaa; PROMPT=", 17) == 0);
    assert_non_null(strstr(comment, "SESSION_HASH=0123456789abcdef0123456789abcdef"));
    assert_int_equal(sf_command(file, SFC_GET_BROADCAST_INFO, &bext, sizeof bext), SF_TRUE);
    assert_memory_equal(bext.originator, "Veery", 6);
    assert_memory_equal(bext.origination_date, "2023-11-14", 10);
    assert_memory_equal(bext.origination_time, "22:13:20", 8);
    assert_memory_equal(bext.originator_reference, tags.session_hash, 32);
    sf_close(file);
    tags.comment = "made";
    write_sound(path, VY_SOUND_FLOAT, &tags);
    file = sf_open(path, SFM_READ, &info);
    assert_string_equal(sf_get_string(file, SF_STR_COMMENT),
                        "made; PROMPT=rain on a tin roof; SEED=17; MODEL=m; MODEL_HASH=abc; "
                        "SESSION_HASH=0123456789abcdef0123456789abcdef");
    sf_close(file);
}

static void flac_says_how_it_was_made(void **state)
{
    (void)state;
    char path[400], all[6000] = "";
    const struct vy_sound_tags tags = all_tags();
    FLAC__StreamMetadata *block = NULL;
    path_of(path, "a.flac");
    write_sound(path, VY_SOUND_FLAC, &tags);
    assert_true(FLAC__metadata_get_tags(path, &block));
    const FLAC__StreamMetadata_VorbisComment *const comments = &block->data.vorbis_comment;
    for (uint32_t i = 0; i < comments->num_comments; i++)
        snprintf(all + strlen(all), sizeof all - strlen(all), "%s\n", comments->comments[i].entry);
    FLAC__metadata_object_delete(block);
    static const char *const said[] = {
        "TITLE=T itle \xc3\xa9\n", "PROMPT=rain on a tin roof\n", "SEED=17\n",
        "MODEL_HASH=abc\n",        "LICENSE=CC-BY-4.0\n",         "DATE=2023-11-14T22:13:20Z\n"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        assert_non_null(strstr(all, said[i]));
    assert_int_equal(vy_flac_write_tags("/dev/null", &tags, &err), VY_BAD_FILE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_name_is_plain_on_the_disk),
        cmocka_unit_test_setup_teardown(takes_are_found, open_all, close_all),
        cmocka_unit_test_setup_teardown(tags_are_bounded, open_all, close_all),
        cmocka_unit_test_setup_teardown(a_draft_is_put_once_or_twice, open_all, close_all),
        cmocka_unit_test_setup_teardown(only_what_is_ours_is_swept, open_all, close_all),
        cmocka_unit_test_setup_teardown(only_what_was_never_kept_loses_its_place, open_all,
                                        close_all),
        cmocka_unit_test(wav_says_how_it_was_made),
        cmocka_unit_test(flac_says_how_it_was_made),
    };
    if (!mkdtemp(folder))
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    open_all(NULL);
    close_all(NULL);
    rmdir(folder);
    return failed;
}
