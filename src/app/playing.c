// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A studio that plays, with its faces and signals.
#include "app/playing.h"

#include "app/app.h"
#include "app/attached.h"
#include "app/settings.h"
#include "base/log.h"
#include "base/settings.h"
#include "command/takes.h"
#include "serve/address.h"

#include <errno.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TURN_MS 10
#define IDLE_MS 40 // while nothing plays: what comes in wakes it at once all the same

// A signal handler has no other place to look: the guard's memory, while a studio plays.
static const struct vy_shared *volatile heard;
static volatile sig_atomic_t panicked;

// The guard has handlers of its own, so that the sound stops even while the studio is busy.
static void pass_on(int signal)
{
    const struct vy_shared *const shared = heard;
    const int32_t pid = shared ? atomic_load(&shared->guard_pid) : 0;
    if (pid > 1)
        kill(pid, signal);
    panicked |= signal == SIGUSR1;
}

static void catch_signals(const struct vy_shared *shared)
{
    const struct sigaction action = {.sa_handler = pass_on, .sa_flags = SA_RESTART};
    heard = shared;
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
}

// ---- faces --------------------------------------------------------------------------------------

static void tell_stderr(const json_t *event)
{
    static const char *const told[] = {"device", "engine", "failed", "failover",
                                       "health", "muted",  "switch"};
    const char *const kind = json_string_value(json_object_get(event, "event"));
    for (size_t i = 0; kind && i < sizeof told / sizeof *told; i++)
        if (strcmp(kind, told[i]) == 0) {
            struct vy_buf line = {0};
            vy_event_line(event, &line);
            fprintf(stderr, "veery: %s\n", line.text ? line.text + 3 : kind); // without its "-- "
            vy_buf_clear(&line);
        }
}

static void on_event(void *arg, json_t *event);

static void on_take(void *arg, int64_t id, const char *what)
{
    json_t *const event =
        json_pack("{s:s,s:I,s:s}", "event", "take", "id", (json_int_t)id, "what", what);
    if (event)
        on_event(arg, event);
    json_decref(event);
}

// A job that has made a take is told as both.
static void tell_take(struct vy_playing *playing, const json_t *event)
{
    const json_t *const job = json_object_get(event, "job");
    const json_t *const take = json_object_get(job, "take");
    const char *const state = json_string_value(json_object_get(job, "state"));
    if (!json_is_integer(take) || !state || strcmp(state, "succeeded") != 0)
        return;
    (void)!vy_takes_recover(playing->db, vy_app_settings(), NULL);
    on_take(playing, json_integer_value(take), "made");
}

static void on_event(void *arg, json_t *event)
{
    struct vy_playing *const playing = arg;
    if (!playing->quiet && playing->began_ns)
        tell_stderr(event);
    if (playing->socket)
        vy_socket_event(playing->socket, event);
    if (playing->osc)
        vy_osc_event(playing->osc, event);
    if (playing->http)
        vy_http_event(playing->http, event);
    tell_take(playing, event);
}

// "5005" or "192.168.1.5:5005".
static vy_status open_osc(struct vy_playing *playing, const char *where, struct vy_err *err)
{
    char host[64] = "127.0.0.1", *end;
    const char *const colon = strrchr(where, ':');
    if (colon && colon - where < (long)sizeof host)
        snprintf(host, sizeof host, "%.*s", (int)(colon - where), where);
    const char *const digits = colon ? colon + 1 : where;
    const long port = strtol(digits, &end, 10);
    if (*end || end == digits || port < 0 || port > 65535)
        return vy_fail(err, VY_BAD_ARG, -1,
                       "--osc takes a port (5005) or address:port, not '%.60s'", where);
    const struct vy_osc_how how = {playing->live, host, (uint16_t)port};
    return vy_osc_open(&how, &playing->osc, err);
}

static vy_status open_midi(struct vy_playing *playing, const struct vy_playing_words *words,
                           struct vy_err *err)
{
    const char *const clock = words->midi_clock ? words->midi_clock : "";
    if (*clock && strcmp(clock, "in") != 0 && strcmp(clock, "out") != 0)
        return vy_fail(err, VY_BAD_ARG, -1, "--midi-clock is in or out, not '%.40s'", clock);
    const struct vy_midi_face_how how = {.live = playing->live,
                                         .raw = words->midi_raw,
                                         .clock_in = strcmp(clock, "in") == 0,
                                         .clock_out = strcmp(clock, "out") == 0};
    return vy_midi_face_open(&how, &playing->midi, err);
}

static struct vy_carer_jobs jobs_for_health(void *arg)
{
    struct vy_playing *const playing = arg;
    int64_t count[VY_JOB_STATES];
    struct vy_err err = {.at = -1};
    if (!playing->runner || vy_jobs_count(playing->db, count, &err))
        return (struct vy_carer_jobs){(double)NAN, (double)NAN};
    return (struct vy_carer_jobs){(double)count[VY_JOB_QUEUED] /
                                      vy_settings_number(vy_app_settings(), "jobs.queue_max"),
                                  (double)vy_runner_facts(playing->runner).failures};
}

static void pause_jobs(void *arg, bool paused)
{
    const struct vy_playing *const playing = arg;
    if (playing->runner)
        vy_runner_pause(playing->runner, paused);
}

static void on_jobs_changed(void *arg)
{
    const struct vy_playing *const playing = arg;
    vy_runner_wake(playing->runner);
}

static vy_status play_take(void *arg, int64_t id, struct vy_err *err)
{
    struct vy_playing *const playing = arg;
    return vy_audition_play(&playing->audition, playing->audition_device, id, err);
}

// A studio without a queue still plays: what it cannot do is said, here and when it is asked for.
static void open_jobs(struct vy_playing *playing)
{
    struct vy_err err = {.at = -1};
    struct vy_runner_how how = {.settings = vy_app_settings(),
                                .ledger = vy_carer_ledger(playing->carer),
                                .event = on_event,
                                .record = vy_take_made,
                                .arg = playing};
    playing->desk = (struct vy_desk){
        .settings = vy_app_settings(), .take = on_take, .play = play_take, .arg = playing};
    vy_live_session(playing->live)->desk = &playing->desk;
    if (vy_db_open_usual(&vy_db_studio, NULL, VY_DB_CREATE, &playing->db, &err) == VY_OK) {
        how.db = playing->db;
        playing->desk.db = playing->db;
        if (vy_takes_recover(playing->db, vy_app_settings(), &err))
            vy_log(VY_LOG_WARNING, "takes", "unfinished takes stay: %s", err.message);
        if (vy_runner_open(&how, &playing->runner, &err) == VY_OK) {
            playing->desk.changed = on_jobs_changed;
            return;
        }
    }
    fprintf(stderr, "veery: no jobs: %s\n", err.message);
    vy_log(VY_LOG_WARNING, "jobs", "no jobs: %s", err.message);
}

static vy_status open_faces(struct vy_playing *playing, const struct vy_playing_words *words,
                            struct vy_err *err)
{
    const struct vy_carer_how care = {.live = playing->live,
                                      .settings = vy_app_settings(),
                                      .has_input = words->source || words->in_file,
                                      .jobs = jobs_for_health,
                                      .pause = pause_jobs,
                                      .event = on_event,
                                      .arg = playing};
    vy_status status = vy_carer_open(&care, &playing->carer, err);
    if (!status && (words->with_socket || words->socket))
        status = vy_socket_open(playing->live, words->socket, &playing->socket, err);
    if (!status && words->osc)
        status = open_osc(playing, words->osc, err);
    if (!status && words->http)
        status = vy_http_open(&(struct vy_http_how){.live = playing->live,
                                                    .where = words->http,
                                                    .settings = vy_app_settings()},
                              &playing->http, err);
    if (!status && (words->midi || words->midi_raw || words->midi_clock))
        status = open_midi(playing, words, err);
    if (!status && words->jobs)
        open_jobs(playing);
    return status;
}

static void close_faces(struct vy_playing *playing)
{
    vy_runner_close(playing->runner); // its last words still go out
    playing->runner = NULL;
    playing->desk.changed = NULL;
    struct vy_err err = {.at = -1};
    if (vy_audition_play(&playing->audition, NULL, 0, &err))
        vy_log(VY_LOG_WARNING, "takes", "%s", err.message);
    vy_midi_face_close(playing->midi);
    vy_http_close(playing->http);
    vy_osc_close(playing->osc);
    vy_socket_close(playing->socket);
    vy_carer_close(playing->carer);
    playing->carer = NULL;
    playing->midi = NULL;
    playing->http = NULL;
    playing->osc = NULL;
    playing->socket = NULL;
}

static void service_faces(struct vy_playing *playing)
{
    if (playing->socket)
        vy_socket_service(playing->socket);
    if (playing->osc)
        vy_osc_service(playing->osc);
    if (playing->http)
        vy_http_service(playing->http);
    if (playing->midi)
        vy_midi_face_service(playing->midi);
    if (playing->runner)
        vy_runner_service(playing->runner);
}

// Descriptors to wait for.
static int watch_faces(const struct vy_playing *playing, struct pollfd *fds)
{
    int n = 0;
    if (playing->socket)
        fds[n++] = (struct pollfd){.fd = vy_socket_fd(playing->socket), .events = POLLIN};
    if (playing->osc)
        fds[n++] = (struct pollfd){.fd = vy_osc_fd(playing->osc), .events = POLLIN};
    if (playing->http)
        fds[n++] = (struct pollfd){.fd = vy_http_fd(playing->http), .events = POLLIN};
    if (playing->midi)
        fds[n++] = (struct pollfd){.fd = vy_midi_face_fd(playing->midi), .events = POLLIN};
    if (playing->runner)
        fds[n++] = (struct pollfd){.fd = vy_runner_fd(playing->runner), .events = POLLIN};
    return n;
}

// ---- opening ------------------------------------------------------------------------------------

static bool read_words(const struct vy_playing_words *words, struct vy_live_how *how)
{
    double rate = 0, period = 0;
    if (!vy_option_number("--rate", words->rate, 8000, 192000, &rate) ||
        !vy_option_number("--period", words->period, 16, VY_BLOCK_MAX, &period) ||
        !vy_option_number("--seconds", words->seconds, 0.01, 1e7, &how->seconds))
        return false;
    how->sr_hz = (uint32_t)rate;
    how->period = (uint32_t)period;
    how->device = words->device;
    how->source = words->source;
    how->in_file = words->in_file;
    how->tap_seconds = vy_settings_number(vy_app_settings(), "shadow.seconds");
    return true;
}

// Before any device is opened: two studios at one place are a mistake.
static vy_status look_for_another(const struct vy_playing_words *words, struct vy_err *err)
{
    struct sockaddr_un address;
    if (!words->with_socket && !words->socket)
        return VY_OK;
    const vy_status status = vy_address_find(words->socket, &address, err);
    if (status || !vy_address_answers(&address))
        return status;
    return vy_fail(err, VY_CONFLICT, -1,
                   "a studio answers on %.110s; join it with veery sh, or give another --socket "
                   "PATH",
                   address.sun_path);
}

static void first_line(const char *path, char *line, int size)
{
    FILE *const file = fopen(path, "r");
    if (!file || !fgets(line, size, file))
        line[0] = '\0';
    if (file)
        fclose(file);
}

pid_t vy_guard_at(const char *socket_path)
{
    char path[160], line[32] = "";
    snprintf(path, sizeof path, "%s.guard.pid", socket_path);
    first_line(path, line, sizeof line);
    const long pid = strtol(line, NULL, 10);
    if (pid <= 1)
        return 0;
    snprintf(path, sizeof path, "/proc/%ld/comm", pid); // the number may be another's by now
    first_line(path, line, sizeof line);
    return strcmp(line, "veery-guard\n") == 0 ? (pid_t)pid : 0;
}

// A guard outlives a studio that crashes, and its music goes on; who takes the place ends it.
static void end_orphan(const struct vy_playing *playing)
{
    const pid_t pid = vy_guard_at(vy_socket_path(playing->socket));
    if (pid == 0 || pid == atomic_load(&vy_live_shared(playing->live)->guard_pid))
        return;
    if (kill(pid, SIGTERM) == 0)
        fprintf(stderr, "veery: ended guard %d, which a studio had left behind\n", (int)pid);
}

static void keep_guard_pid(struct vy_playing *playing)
{
    const int32_t pid = atomic_load(&vy_live_shared(playing->live)->guard_pid);
    if (!playing->socket || pid == playing->guard_pid || pid == 0)
        return;
    char text[16];
    struct vy_err err;
    const int n = snprintf(text, sizeof text, "%d\n", (int)pid);
    if (vy_file_write(playing->guard_pid_path, text, (size_t)n, &err))
        return;
    playing->guard_pid = pid;
    vy_live_findable(playing->live);
}

static vy_status open_studio(struct vy_playing *playing, const struct vy_playing_words *words,
                             const struct vy_live_how *how, struct vy_err *err)
{
    vy_status status = look_for_another(words, err);
    if (!status)
        status = vy_live_open(how, &playing->live, err);
    if (!status)
        status = open_faces(playing, words, err);
    return status;
}

int vy_playing_open(struct vy_playing *playing, const struct vy_playing_words *words)
{
    struct vy_live_how how = {.catalog = &playing->catalog,
                              .survive = words->socket || words->with_socket,
                              .event = on_event,
                              .arg = playing};
    struct vy_err err = {.at = -1};
    if (!read_words(words, &how))
        return EXIT_USAGE;
    int code = vy_open_catalog(&playing->catalog);
    if (code)
        return code;
    vy_catch_interrupt(); // who starts processes ends them, also when told to stop this early
    if (open_studio(playing, words, &how, &err)) {
        code = vy_complain(&err);
        vy_playing_close(playing);
        return code == EXIT_COMMAND ? EXIT_FILE : code; // a device or a place, not a command
    }
    playing->seconds = how.seconds;
    const char *const device =
        words->device ? words->device : vy_settings_text(vy_app_settings(), "audio.device");
    // a file holds what the studio plays and nothing else
    playing->audition_device = strncmp(device, "file:", 5) == 0 ? "null" : device;
    playing->began_ns = vy_now_ns();
    if (playing->socket)
        snprintf(playing->guard_pid_path, sizeof playing->guard_pid_path, "%s.guard.pid",
                 vy_socket_path(playing->socket));
    if (playing->socket)
        end_orphan(playing);
    keep_guard_pid(playing);
    catch_signals(vy_live_shared(playing->live));
    return EXIT_FINE;
}

void vy_playing_close(struct vy_playing *playing)
{
    heard = NULL;
    close_faces(playing);
    vy_live_close(playing->live);
    vy_db_close(playing->db);
    playing->live = NULL;
    playing->db = NULL;
    if (playing->guard_pid)
        unlink(playing->guard_pid_path);
    vy_catalog_close(&playing->catalog);
}

// ---- lines --------------------------------------------------------------------------------------

struct said {
    const char *file; // is being loaded, or NULL
    bool failed;
};

static void on_reply(void *arg, const struct vy_reply *reply)
{
    struct said *const said = arg;
    size_t i;
    json_t *warning;
    json_array_foreach(reply->warnings, i, warning)
        fprintf(stderr, "warning: %s\n", json_string_value(warning));
    if (reply->ok)
        return;
    said->failed = true;
    if (said->file && reply->err.code != VY_NOT_FOUND && reply->err.code != VY_IO) {
        fprintf(stderr, "%s:%s", said->file, reply->err.message);
        fprintf(stderr, reply->err.hint[0] ? " (%s; did you mean '%s'?)\n" : " (%s)\n",
                vy_status_name(reply->err.code), reply->err.hint);
    } else {
        vy_complain(&reply->err);
    }
}

static bool say(struct vy_playing *playing, const char *line, const char *author, const char *file)
{
    struct said said = {.file = file};
    const struct vy_request request = {line, strlen(line), author, -1};
    const vy_status status = vy_live_do(playing->live, &request, on_reply, &said);
    return !status && !said.failed;
}

bool vy_playing_say(struct vy_playing *playing, const char *line, const char *author)
{
    return say(playing, line, author, NULL);
}

int vy_playing_may_load(const char *path)
{
    const size_t n = strlen(path);
    if (n < 6 || strcmp(path + n - 6, ".veery") != 0) {
        fprintf(stderr, "veery: bad_arg: a session file ends in .veery, not like '%s'\n", path);
        return EXIT_USAGE;
    }
    if (access(path, R_OK) != 0) {
        fprintf(stderr, "veery: not_found: %s: %s\n", path, strerror(errno));
        return EXIT_FILE;
    }
    return EXIT_FINE;
}

int vy_playing_load(struct vy_playing *playing, const char *path)
{
    struct vy_buf line = {0};
    vy_buf_add(&line, "load session \"");
    for (const char *p = path; *p; p++)
        vy_buf_add(&line, *p == '"' || *p == '\\' ? "\\%c" : "%c", *p);
    vy_buf_add(&line, "\"");
    const bool loaded = line.text && !line.failed && say(playing, line.text, "file", path);
    vy_buf_clear(&line);
    return loaded ? EXIT_FINE : EXIT_USAGE;
}

// Nothing plays and no hand turns anything: there is no moment to be missed.
static bool is_idle(const struct vy_playing *playing)
{
    const struct vy_shared *const shared = vy_live_shared(playing->live);
    const uint32_t active = atomic_load(&shared->active);
    return !playing->osc && !playing->midi && active < VY_SLOTS &&
           !shared->slot[active].says.playing;
}

bool vy_playing_turn(struct vy_playing *playing)
{
    struct pollfd fds[8] = {{.fd = vy_live_fd(playing->live), .events = POLLIN}};
    const int n = 1 + watch_faces(playing, fds + 1);
    poll(fds, (nfds_t)n, is_idle(playing) ? IDLE_MS : TURN_MS);
    if (panicked) { // the guard is silent already; the music stops too
        panicked = 0;
        vy_playing_say(playing, "panic", "signal");
    }
    vy_live_service(playing->live);
    vy_carer_service(playing->carer);
    service_faces(playing);
    keep_guard_pid(playing);
    const double seconds = 1e-9 * (double)(vy_now_ns() - playing->began_ns);
    return !vy_interrupted() && !vy_live_ended(playing->live) &&
           !(playing->seconds > 0 && seconds >= playing->seconds);
}
