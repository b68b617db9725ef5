/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; prompts and answers on the controlling terminal; see terminal.h. */
#include "bgctl/setuid/terminal.h"

#include "policy/base/cleanup.h"
#include "policy/format/scalar.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <termios.h>
#include <time.h>

enum bg_code terminal_open(int *ret, struct bg_error *err)
{
        *ret = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
        if (*ret < 0)
                return bg_fail(err, BG_NO_TERMINAL, 0,
                        "this must ask a person, and there is no terminal here");
        return BG_OK;
}

static void write_all(int fd, const char *text)
{
        size_t n = strlen(text);
        while (n > 0) {
                ssize_t done = write(fd, text, n);
                if (done <= 0)
                        return;
                text += done;
                n -= (size_t)done;
        }
}

void terminal_print(int terminal, const char *text)
{
        char line[1024];

        while (*text) {
                size_t n = strcspn(text, "\n");
                bg_copy(line, n < sizeof line ? n + 1 : sizeof line, text);
                bg_clean(line);
                write_all(terminal, line);
                text += n;
                if (*text == '\n') {
                        write_all(terminal, "\n");
                        text++;
                }
        }
}

/* What a signal must put right, and say, before it ends us: the terminal is the person's. */
static int silenced = -1;
static struct termios before;
static int told_on = -1;
static const char *last_words;

static void restore_and_die(int signal_number)
{
        if (silenced >= 0)
                (void)tcsetattr(silenced, TCSANOW, &before);
        if (told_on >= 0 && last_words)
                (void)!write(told_on, last_words, strlen(last_words));
        (void)signal(signal_number, SIG_DFL);
        (void)raise(signal_number);
}

static void catch_signals(void)
{
        static const int caught[] = {SIGINT, SIGQUIT, SIGTERM, SIGHUP};
        bool needed = silenced >= 0 || told_on >= 0;

        for (size_t i = 0; i < sizeof caught / sizeof *caught; i++)
                (void)signal(caught[i], needed ? restore_and_die : SIG_DFL);
}

void terminal_say_when_stopped(int terminal, const char *text)
{
        told_on = terminal;
        last_words = text;
        catch_signals();
}

static void silence(int terminal)
{
        struct termios quiet;

        if (tcgetattr(terminal, &before) < 0)
                return;
        quiet = before;
        quiet.c_lflag &= ~(tcflag_t)ECHO;
        quiet.c_lflag |= ECHONL | ICANON | ISIG;
        silenced = terminal;
        catch_signals();
        (void)tcsetattr(terminal, TCSAFLUSH, &quiet);
}

static void unsilence(void)
{
        if (silenced < 0)
                return;
        (void)tcsetattr(silenced, TCSANOW, &before);
        silenced = -1;
        catch_signals();
}

static bool read_line(int terminal, char ret[static ANSWER_BYTES])
{
        size_t n = 0;
        bool fits = true;

        for (;;) {
                char c = '\0';
                struct pollfd p = {.fd = terminal, .events = POLLIN};
                int ready = poll(&p, 1, ANSWER_WITHIN_SEC * 1000);
                if (ready < 0 && errno == EINTR)
                        continue;
                ssize_t got = ready > 0 ? read(terminal, &c, 1) : 0;
                if (got < 0 && errno == EINTR)
                        continue;
                if (got <= 0) {
                        fits = false;
                        break;
                }
                if (c == '\n')
                        break;
                if (n + 1 < ANSWER_BYTES && c != '\0')
                        ret[n++] = c;
                else
                        fits = false;
        }
        ret[n] = '\0';
        return fits;
}

bool terminal_ask(int terminal, const char *prompt, bool echo, char ret[static ANSWER_BYTES])
{
        if (!echo)
                silence(terminal);
        terminal_print(terminal, prompt);
        bool fits = read_line(terminal, ret);
        if (!echo)
                unsilence();
        return fits;
}

const char *terminal_clock(bg_usec wall, char ret[static CLOCK_TEXT_BYTES])
{
        struct tm tm;
        time_t sec = (time_t)(wall / BG_USEC_PER_SEC);

        if (!localtime_r(&sec, &tm) || strftime(ret, CLOCK_TEXT_BYTES, "%H:%M:%S %Z", &tm) == 0)
                bg_copy(ret, CLOCK_TEXT_BYTES, "unknown");
        return ret;
}
