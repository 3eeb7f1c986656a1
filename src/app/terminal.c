// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
//
// The prompt, by libedit.
#include "app/terminal.h"

#include "command/session.h"
#include "base/home.h"

#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#define HISTORY_LINES 2000

static struct vy_terminal *terminal_of(EditLine *edit)
{
    struct vy_terminal *terminal = NULL;
    el_get(edit, EL_CLIENTDATA, &terminal);
    return terminal;
}

static char *prompt(EditLine *edit)
{
    return (char *)(uintptr_t)terminal_of(edit)->prompt;
}

// ---- completion ---------------------------------------------------------------------------------

// The longest beginning all candidates share.
static size_t common(char *const *word, size_t count)
{
    size_t n = strlen(word[0]);
    for (size_t i = 1; i < count; i++) {
        size_t same = 0;
        while (same < n && word[i][same] == word[0][same])
            same++;
        n = same;
    }
    return n;
}

static unsigned char on_tab(EditLine *edit, int key)
{
    (void)key;
    struct vy_terminal *const terminal = terminal_of(edit);
    const LineInfo *const info = el_line(edit);
    size_t count, at;
    const size_t length = (size_t)(info->cursor - info->buffer);
    char **const word = terminal->complete(terminal->arg, info->buffer, length, &count, &at);
    unsigned char result = CC_ERROR;
    if (count > 0) {
        const size_t typed = length - at, same = common(word, count);
        if (count == 1 || same > typed) {
            word[0][same] = '\0';
            if (el_insertstr(edit, word[0] + typed) == 0 && count == 1)
                el_insertstr(edit, " ");
            result = CC_REFRESH;
        } else {
            printf("\n");
            for (size_t i = 0; i < count && i < 60; i++)
                printf("%s  ", word[i]);
            printf("\n");
            result = CC_REDISPLAY;
        }
    }
    for (size_t i = 0; i < count; i++)
        free(word[i]);
    free(word);
    return result;
}

// ---- news ---------------------------------------------------------------------------------------

static size_t columns_of(const char *text, size_t length)
{
    size_t n = 0;
    for (size_t i = 0; i < length; i++)
        n += ((unsigned char)text[i] & 0xC0) != 0x80; // not the inside of a UTF-8 character
    return n;
}

// Wipe the prompt and what is typed so far, say the news there, and draw it again below.
static void say_above(struct vy_terminal *terminal, const char *lines)
{
    const LineInfo *const info = el_line(terminal->edit);
    struct winsize size = {.ws_col = 80};
    ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
    const size_t column = columns_of(terminal->prompt, strlen(terminal->prompt)) +
                          columns_of(info->buffer, (size_t)(info->cursor - info->buffer));
    const unsigned up = size.ws_col ? (unsigned)column / size.ws_col : 0;
    if (up)
        printf("\033[%uA", up);
    printf("\r\033[J%s", lines);
    fflush(stdout);
    el_set(terminal->edit, EL_REFRESH);
}

static bool tell_news(struct vy_terminal *terminal)
{
    struct vy_buf lines = {0};
    const bool more = terminal->news(terminal->arg, &lines);
    if (lines.length)
        say_above(terminal, lines.text);
    vy_buf_clear(&lines);
    return more;
}

// One character of the keyboard; news are told while it is waited for.
static int next_key(EditLine *edit, wchar_t *key)
{
    struct vy_terminal *const terminal = terminal_of(edit);
    mbstate_t state = {0};
    for (;;) {
        struct pollfd fds[2] = {{.fd = STDIN_FILENO, .events = POLLIN},
                                {.fd = terminal->news_fd, .events = POLLIN}};
        if (poll(fds, 2, -1) < 0 && errno != EINTR)
            return -1;
        if (fds[1].revents && !tell_news(terminal))
            return 0;
        if (!fds[0].revents)
            continue;
        char byte;
        const ssize_t n = read(STDIN_FILENO, &byte, 1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return (int)n;
        const size_t done = mbrtowc(key, &byte, 1, &state);
        if (done <= 1)
            return 1;
        if (done == (size_t)-1) // no character of this locale: it is left out
            state = (mbstate_t){0};
    }
}

// ---- between two lines --------------------------------------------------------------------------

// A signal handler has no other place to look: how the terminal was before.
static struct termios was;
static volatile sig_atomic_t changed;

static void put_back(int number)
{
    if (changed)
        tcsetattr(STDIN_FILENO, TCSANOW, &was);
    signal(number, SIG_DFL);
    raise(number);
}

// While a line is being done, what is typed ahead must not be echoed into the answer; the next
// prompt shows it. Who is ended meanwhile leaves the terminal as it was.
static void echo_off(void)
{
    struct termios now;
    if (!changed && tcgetattr(STDIN_FILENO, &was) == 0) {
        const struct sigaction action = {.sa_handler = put_back};
        static const int numbers[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT};
        for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
            sigaction(numbers[i], &action, NULL);
        changed = 1;
    }
    if (tcgetattr(STDIN_FILENO, &now) != 0)
        return;
    now.c_lflag &= ~(tcflag_t)ECHO;
    tcsetattr(STDIN_FILENO, TCSADRAIN, &now);
}

static void echo_on(void)
{
    if (changed)
        tcsetattr(STDIN_FILENO, TCSADRAIN, &was);
    changed = 0;
}

// ---- the whole ----------------------------------------------------------------------------------

bool vy_terminal_open(struct vy_terminal *terminal)
{
    HistEvent event;
    setlocale(LC_CTYPE, "");
    (void)!vy_home_path(VY_HOME_STATE, "history", terminal->history_path,
                        sizeof terminal->history_path, NULL); // "": kept nowhere
    terminal->edit = el_init("veery", stdin, stdout, stderr);
    terminal->history = history_init();
    if (!terminal->edit || !terminal->history) {
        vy_terminal_close(terminal);
        return false;
    }
    history(terminal->history, &event, H_SETSIZE, HISTORY_LINES);
    history(terminal->history, &event, H_SETUNIQUE, 1);
    if (terminal->history_path[0] && vy_make_parents(terminal->history_path, NULL) == VY_OK)
        history(terminal->history, &event, H_LOAD, terminal->history_path);
    el_set(terminal->edit, EL_CLIENTDATA, terminal);
    el_set(terminal->edit, EL_PROMPT, prompt);
    el_set(terminal->edit, EL_EDITOR, "emacs");
    el_set(terminal->edit, EL_SIGNAL, 1);
    el_set(terminal->edit, EL_HIST, history, terminal->history);
    el_set(terminal->edit, EL_ADDFN, "veery-complete", "complete words", on_tab);
    el_set(terminal->edit, EL_BIND, "^I", "veery-complete", NULL);
    if (terminal->news_fd >= 0)
        el_set(terminal->edit, EL_GETCFN, next_key);
    el_source(terminal->edit, NULL);
    return true;
}

void vy_terminal_close(struct vy_terminal *terminal)
{
    HistEvent event;
    if (terminal->history && terminal->history_path[0])
        history(terminal->history, &event, H_SAVE, terminal->history_path);
    if (terminal->history)
        history_end(terminal->history);
    if (terminal->edit)
        el_end(terminal->edit);
    terminal->history = NULL;
    terminal->edit = NULL;
    echo_on();
}

const char *vy_terminal_line(struct vy_terminal *terminal, size_t *length)
{
    int n = 0;
    HistEvent event;
    const char *const line = el_gets(terminal->edit, &n);
    echo_off();
    if (!line || n <= 0)
        return NULL;
    if (line[0] != '\n')
        history(terminal->history, &event, H_ENTER, line);
    *length = (size_t)n;
    return line;
}
