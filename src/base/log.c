// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// A line is one write to a file opened for appending, so that processes share it without mixing.
// Who finds it too long takes a lock, looks again, and renames: oldest first and only up to the
// first gap, so that a crash between two renames leaves a gap and loses nothing.
#include "base/log.h"

#include "base/text.h"
#include "base/home.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <systemd/sd-journal.h>
#include <time.h>
#include <unistd.h>

#define MESSAGE_MAX 2000
#define LINE_MAX_ (6 * MESSAGE_MAX + 200) // every byte as \u00xx

// The log of this process: there is one, as there is one stderr.
static struct {
    pthread_mutex_t lock; // guards all below
    bool open, human, journal;
    int fd; // -1: no file
    char path[4096];
    enum vy_log_level level;
    uint64_t max_bytes, lost; // lost: lines that could not be written
    unsigned backups;
} log_ = {.lock = PTHREAD_MUTEX_INITIALIZER, .fd = -1};

static const char *const level_name[] = {"debug", "info", "warning", "error"};

enum vy_log_level vy_log_level_named(const char *name)
{
    for (int i = 0; i < 4; i++)
        if (strcmp(level_name[i], name) == 0)
            return (enum vy_log_level)i;
    return VY_LOG_INFO;
}

bool vy_log_place(char *path, size_t size)
{
    return vy_home_path(VY_HOME_STATE, "veery.log", path, size, NULL) == VY_OK;
}

// ---- the file -----------------------------------------------------------------------------------

static int open_file(const char *path)
{
    return open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY, 0600);
}

// Is our descriptor still the file of that name? Another process may have put it aside.
static bool is_current(const struct stat *ours)
{
    struct stat named;
    return stat(log_.path, &named) == 0 && named.st_ino == ours->st_ino &&
           named.st_dev == ours->st_dev;
}

static void reopen(void)
{
    const int fd = open_file(log_.path);
    if (fd < 0)
        return; // the old one is better than none
    close(log_.fd);
    log_.fd = fd;
}

static void backup_name(char *to, size_t size, unsigned i)
{
    if (i == 0)
        vy_text_copy(to, size, log_.path);
    else
        snprintf(to, size, "%s.%u", log_.path, i);
}

static void put_aside(void)
{
    char from[4120], to[4120];
    unsigned gap = 1;
    for (; gap < log_.backups; gap++) {
        backup_name(to, sizeof to, gap);
        if (access(to, F_OK) != 0)
            break;
    }
    if (log_.backups == 0)
        unlink(log_.path);
    for (; log_.backups && gap > 0; gap--) {
        backup_name(to, sizeof to, gap);
        backup_name(from, sizeof from, gap - 1);
        if (rename(from, to) != 0)
            return;
    }
}

static void look_at_size(void)
{
    struct stat ours;
    if (fstat(log_.fd, &ours) != 0)
        return;
    if (!is_current(&ours)) {
        reopen();
        return;
    }
    if ((uint64_t)ours.st_size < log_.max_bytes)
        return;
    // whoever waited for the lock finds another file of that name afterwards
    if (flock(log_.fd, LOCK_EX) != 0)
        return;
    const int held = log_.fd;
    if (fstat(held, &ours) == 0 && is_current(&ours))
        put_aside();
    const int fd = open_file(log_.path);
    log_.fd = fd >= 0 ? fd : held;
    flock(held, LOCK_UN);
    if (fd >= 0)
        close(held);
}

// ---- a line -------------------------------------------------------------------------------------

// Length of the UTF-8 character at p, 0 = it is none.
static size_t utf8_length(const unsigned char *p)
{
    const unsigned char c = *p;
    const size_t n = c < 0x80                ? 1
                     : c >= 0xC2 && c < 0xE0 ? 2
                     : c >= 0xE0 && c < 0xF0 ? 3
                     : c >= 0xF0 && c < 0xF5 ? 4
                                             : 0;
    for (size_t i = 1; i < n; i++)
        if ((p[i] & 0xC0) != 0x80)
            return 0;
    if ((c == 0xE0 && p[1] < 0xA0) || (c == 0xED && p[1] > 0x9F) || (c == 0xF0 && p[1] < 0x90) ||
        (c == 0xF4 && p[1] > 0x8F))
        return 0;
    return n;
}

#define ESCAPED 8 // bytes that one character may become, with the final 0

// What does not fit is left out.
// @param json  escape as JSON does; else as people read it: \n stays visible
static size_t escape(char *to, size_t size, const char *text, bool json)
{
    size_t out = 0;
    const unsigned char *p = (const unsigned char *)text;
    while (*p && out + ESCAPED <= size) {
        const size_t n = utf8_length(p);
        if (n == 0)
            out += (size_t)snprintf(to + out, ESCAPED, "\xEF\xBF\xBD");
        else if (*p == '\n')
            out += (size_t)snprintf(to + out, ESCAPED, "\\n");
        else if (*p < 32 || *p == 127)
            out += (size_t)snprintf(to + out, ESCAPED, json ? "\\u%04x" : "?", *p);
        else if (json && (*p == '"' || *p == '\\'))
            out += (size_t)snprintf(to + out, ESCAPED, "\\%c", *p);
        else
            for (size_t i = 0; i < n; i++)
                to[out++] = (char)p[i];
        p += n ? n : 1;
    }
    to[out] = '\0';
    return out;
}

static void write_file(enum vy_log_level level, const char *room, const char *message)
{
    char line[LINE_MAX_], lost[40] = "", stamp[40];
    struct timespec now;
    struct tm utc;
    look_at_size();
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    if (log_.lost)
        snprintf(lost, sizeof lost, "\"lost\":%llu,", (unsigned long long)log_.lost);
    size_t n = (size_t)snprintf(line, 200,
                                "{\"timestamp\":\"%s.%03dZ\",\"level\":\"%s\",\"logger\":\"veery."
                                "%.30s\",\"pid\":%d,%s\"message\":\"",
                                stamp, (int)(now.tv_nsec / 1000000), level_name[level], room,
                                (int)getpid(), lost);
    n += escape(line + n, sizeof line - n - ESCAPED, message, true);
    n += (size_t)snprintf(line + n, ESCAPED, "\"}\n");
    if (write(log_.fd, line, n) == (ssize_t)n)
        log_.lost = 0;
    else
        log_.lost++; // a full disk: the next line that fits says how many are missing
}

static void write_human(enum vy_log_level level, const char *room, const char *message)
{
    char line[LINE_MAX_];
    escape(line, sizeof line, message, false);
    if (level == VY_LOG_WARNING || level == VY_LOG_ERROR)
        fprintf(stderr, "veery: %s: %s: %s\n", level_name[level], room, line);
    else
        fprintf(stderr, "veery: %s: %s\n", room, line);
}

static void write_journal(enum vy_log_level level, const char *room, const char *message)
{
    static const int priority[] = {7, 6, 4, 3}; // of syslog
    sd_journal_send("MESSAGE=%s", message, "PRIORITY=%i", priority[level],
                    "SYSLOG_IDENTIFIER=veery", "VEERY_LOGGER=veery.%s", room, NULL);
}

void vy_log(enum vy_log_level level, const char *room, const char *format, ...)
{
    char message[MESSAGE_MAX];
    va_list args;
    va_start(args, format);
    const int n = vsnprintf(message, sizeof message, format, args);
    va_end(args);
    if (n >= (int)sizeof message)
        memcpy(message + sizeof message - 6, "[...]", 6);
    pthread_mutex_lock(&log_.lock);
    if (log_.open && level >= log_.level) {
        if (log_.fd >= 0)
            write_file(level, room, message);
        if (log_.human)
            write_human(level, room, message);
        if (log_.journal)
            write_journal(level, room, message);
    }
    pthread_mutex_unlock(&log_.lock);
}

// ---- begin and end ------------------------------------------------------------------------------

// systemd says which stream it gave to a unit, so that one who writes elsewhere is not fooled.
static bool is_journal(void)
{
    const char *const stream = getenv("JOURNAL_STREAM");
    unsigned long long device, inode;
    struct stat err;
    // NOLINTNEXTLINE(cert-err34-c): a hint of how old, 0 when it is none
    return stream && sscanf(stream, "%llu:%llu", &device, &inode) == 2 &&
           fstat(STDERR_FILENO, &err) == 0 && err.st_dev == device && err.st_ino == inode;
}

vy_status vy_log_open(const struct vy_log_how *how, struct vy_err *err)
{
    vy_log_close();
    pthread_mutex_lock(&log_.lock);
    if (how->file)
        vy_text_copy(log_.path, sizeof log_.path, how->file);
    else
        vy_log_place(log_.path, sizeof log_.path);
    if (log_.path[0])
        (void)!vy_make_folders(log_.path, 0700, NULL); // opening says why
    log_.fd = log_.path[0] ? open_file(log_.path) : -1;
    const int reason = errno;
    log_.level = how->level;
    log_.max_bytes = how->max_bytes;
    log_.backups = how->backups;
    log_.human = how->human && isatty(STDERR_FILENO);
    log_.journal = is_journal();
    log_.open = true;
    const bool found = log_.fd >= 0;
    pthread_mutex_unlock(&log_.lock);
    if (found)
        return VY_OK;
    return vy_fail(err, VY_IO, -1, "there is no log file: %.150s: %s",
                   log_.path[0] ? log_.path : "$HOME is not set",
                   log_.path[0] ? strerror(reason) : "nowhere to put it");
}

void vy_log_close(void)
{
    pthread_mutex_lock(&log_.lock);
    if (log_.fd >= 0)
        close(log_.fd);
    log_.fd = -1;
    log_.open = false;
    log_.lost = 0;
    pthread_mutex_unlock(&log_.lock);
}

void vy_log_set(enum vy_log_level level, uint64_t max_bytes, unsigned backups)
{
    pthread_mutex_lock(&log_.lock);
    log_.level = level;
    log_.max_bytes = max_bytes;
    log_.backups = backups;
    pthread_mutex_unlock(&log_.lock);
}
