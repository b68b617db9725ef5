/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One question, one line; see terminal.h. */
#include "bgctl/cli/terminal.h"

#include "policy/base/cleanup.h"
#include "policy/format/scalar.h"

#include <fcntl.h>

/* A terminal hands out at most so much of a line, see termios(3). */
#define LINE_BYTES 4097

FILE *bg_terminal_open(void)
{
        bg_auto_fd int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);
        FILE *terminal = fd >= 0 ? fdopen(fd, "w") : NULL;
        if (terminal)
                (void)bg_steal_fd(&fd);
        return terminal;
}

enum bg_code bg_terminal_ask(
        FILE *terminal, const char *question, char *ret, size_t size, struct bg_error *err)
{
        char line[LINE_BYTES];

        (void)fputs(question, terminal);
        (void)fflush(terminal);
        /* One line a read; what was typed ahead stays for whoever asks next. */
        ssize_t n = read(fileno(terminal), line, sizeof line - 1);
        if (n <= 0)
                return bg_fail(err, BG_USAGE, 0, "no answer was given");
        if (line[n - 1] == '\n')
                n--;
        line[n] = '\0';
        if ((size_t)n >= size)
                return bg_fail(err, BG_USAGE, 0, "an answer has at most %zu bytes here", size - 1);
        if (strlen(line) != (size_t)n || !bg_is_clean_text(line))
                return bg_fail(err, BG_USAGE, 0, "an answer is plain text, on one line");
        bg_copy(ret, size, line);
        return BG_OK;
}
