// SPDX-FileCopyrightText: 2026 The Veery authors
// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/tui_screen.h"

#include "app/tui_keys.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"

// A signal handler and atexit have no other place to look.
static struct {
    volatile sig_atomic_t taken, leave;
    struct termios before;
    int terminal, out, err; ///< stdout and stderr as they were
    FILE *to;               ///< curses writes here
    SCREEN *curses;
} tty;

// ---- giving it back -----------------------------------------------------------------------------

// Only what a signal handler may do: for a program that falls over.
static void put_back(int number)
{
    static const char reset[] = PASTE_OFF "\033[?1l\033>\033[m\033[?25h\033[?1049l\r\n";
    if (tty.taken) {
        tty.taken = 0;
        tcsetattr(tty.terminal, TCSANOW, &tty.before);
        if (write(tty.terminal, reset, sizeof reset - 1) < 0)
            (void)0; // there is nobody to tell
        dup2(tty.err, STDERR_FILENO);
    }
    signal(number, SIG_DFL);
    raise(number);
}

static void on_leave(int number)
{
    (void)number;
    tty.leave = 1;
}

void vy_tui_screen_close(void)
{
    if (!tty.taken)
        return;
    tty.taken = 0;
    if (!isendwin())
        endwin();
    fputs(PASTE_OFF, tty.to);
    fflush(tty.to);
    dup2(tty.out, STDOUT_FILENO);
    dup2(tty.err, STDERR_FILENO);
}

bool vy_tui_screen_leave(void)
{
    return tty.leave != 0;
}

static void catch_signals(void)
{
    static const int falls[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};
    static const int leaves[] = {SIGTERM, SIGHUP, SIGINT};
    for (size_t i = 0; i < sizeof falls / sizeof *falls; i++)
        signal(falls[i], put_back);
    for (size_t i = 0; i < sizeof leaves / sizeof *leaves; i++) {
        const struct sigaction action = {.sa_handler = on_leave};
        sigaction(leaves[i], &action, NULL);
    }
    signal(SIGPIPE, SIG_IGN);
    atexit(vy_tui_screen_close);
}

// ---- taking it ----------------------------------------------------------------------------------

// The terminal is reached through a descriptor of our own; 1 and 2 lead into a pipe.
static bool redirect(struct vy_tui_screen *screen)
{
    int ends[2];
    tty.terminal = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    tty.out = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
    tty.err = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
    tty.to = tty.terminal >= 0 ? fdopen(tty.terminal, "w") : NULL;
    if (!tty.to || tty.out < 0 || tty.err < 0 || pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0)
        return false;
    screen->printed = ends[0];
    dup2(ends[1], STDOUT_FILENO);
    dup2(ends[1], STDERR_FILENO);
    close(ends[1]);
    return true;
}

static void give_output_back(void)
{
    dup2(tty.out, STDOUT_FILENO);
    dup2(tty.err, STDERR_FILENO);
}

// Codes of our own for what terminfo has no names for.
enum { WORD_LEFT = 1000, WORD_RIGHT, ALT_LEFT, ALT_RIGHT, PASTE, PASTED };

static void define_keys(void)
{
    static const struct {
        const char *bytes;
        int code;
    } rows[] = {{"\033[1;5D", WORD_LEFT}, {"\033[1;5C", WORD_RIGHT}, {"\033Od", WORD_LEFT},
                {"\033Oc", WORD_RIGHT},   {"\033[1;3D", ALT_LEFT},   {"\033[1;3C", ALT_RIGHT},
                {"\033[200~", PASTE},     {"\033[201~", PASTED},     {"\033[Z", KEY_BTAB}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        define_key(rows[i].bytes, rows[i].code);
}

static void find_colours(struct vy_tui_screen *screen)
{
    const char *const none = getenv("NO_COLOR");
    screen->colours = 0;
    if ((none && *none) || !has_colors() || start_color() != OK)
        return;
    use_default_colors();
    screen->colours = COLORS >= 1 << 24 ? 1 << 24 : COLORS >= 256 ? 256 : COLORS >= 16 ? 16 : 8;
}

vy_status vy_tui_screen_open(struct vy_tui_screen *screen, bool ascii, struct vy_err *err)
{
    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return vy_fail(err, VY_BAD_ARG, -1, "tui needs a terminal; scripts say: veery do \"LINE\"");
    setlocale(LC_ALL, "");
    setlocale(LC_NUMERIC, "C"); // numbers of the language have points
    screen->ascii = ascii || strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    if (tcgetattr(STDIN_FILENO, &tty.before) != 0 || !redirect(screen))
        return vy_fail(err, VY_IO, -1, "the terminal: %s", strerror(errno));
    set_escdelay(25);
    tty.curses = newterm(NULL, tty.to, stdin);
    if (!tty.curses) {
        const char *const kind = getenv("TERM");
        give_output_back();
        return vy_fail(err, VY_BAD_ARG, -1, "the terminal '%.40s' ($TERM) is not known here",
                       kind ? kind : "");
    }
    catch_signals();
    tty.taken = 1;
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    nodelay(stdscr, TRUE);
    define_keys();
    find_colours(screen);
    fputs(PASTE_ON, tty.to);
    fflush(tty.to);
    getmaxyx(stdscr, screen->rows, screen->cols);
    return VY_OK;
}

// ---- keys ---------------------------------------------------------------------------------------

static int named_key(wint_t key)
{
    static const int rows[][2] = {
        {KEY_UP, VY_TUI_KEY_UP},
        {KEY_DOWN, VY_TUI_KEY_DOWN},
        {KEY_LEFT, VY_TUI_KEY_LEFT},
        {KEY_RIGHT, VY_TUI_KEY_RIGHT},
        {KEY_HOME, VY_TUI_KEY_HOME},
        {KEY_END, VY_TUI_KEY_END},
        {KEY_PPAGE, VY_TUI_KEY_PAGE_UP},
        {KEY_NPAGE, VY_TUI_KEY_PAGE_DOWN},
        {KEY_DC, VY_TUI_KEY_DELETE},
        {KEY_BTAB, VY_TUI_KEY_SHIFT_TAB},
        {KEY_BACKSPACE, 127},
        {KEY_ENTER, '\r'},
        {WORD_LEFT, VY_TUI_KEY_WORD_LEFT},
        {WORD_RIGHT, VY_TUI_KEY_WORD_RIGHT},
        {ALT_LEFT, VY_TUI_ALT + VY_TUI_KEY_LEFT},
        {ALT_RIGHT, VY_TUI_ALT + VY_TUI_KEY_RIGHT},
        {PASTE, VY_TUI_KEY_PASTE},
        {PASTED, VY_TUI_KEY_PASTED},
        {KEY_RESIZE, VY_TUI_KEY_RESIZE},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        if (rows[i][0] == (int)key)
            return rows[i][1];
    for (int f = 0; f < 8; f++)
        if ((int)key == KEY_F(f + 1))
            return VY_TUI_KEY_F1 + f;
    return 0;
}

bool vy_tui_screen_key(struct vy_tui_screen *screen, int *code)
{
    wint_t key;
    const int kind = get_wch(&key);
    if (kind == ERR)
        return false;
    *code = kind == KEY_CODE_YES ? named_key(key) : (int)key;
    if (kind != KEY_CODE_YES && key == 27) { // Alt sends Escape and the key at once
        wint_t next;
        const int second = get_wch(&next);
        if (second != ERR)
            *code = VY_TUI_ALT + (second == KEY_CODE_YES ? named_key(next) : (int)next);
    }
    if (*code == VY_TUI_KEY_RESIZE)
        getmaxyx(stdscr, screen->rows, screen->cols);
    return true;
}

void vy_tui_screen_suspend(struct vy_tui_screen *screen)
{
    endwin();
    fputs(PASTE_OFF, tty.to);
    fflush(tty.to);
    kill(0, SIGTSTP); // the shell waits for the whole group
    fputs(PASTE_ON, tty.to);
    fflush(tty.to);
    clearok(stdscr, TRUE);
    refresh();
    getmaxyx(stdscr, screen->rows, screen->cols);
}

void vy_tui_screen_printed(struct vy_tui_screen *screen, struct vy_buf *text)
{
    char piece[4096];
    ssize_t n;
    while ((n = read(screen->printed, piece, sizeof piece)) > 0)
        vy_buf_put(text, piece, (size_t)n);
}
