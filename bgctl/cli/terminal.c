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

/* One line a read; what was typed ahead stays for whoever asks next. False: there is none. */
static bool read_line(FILE *terminal, char line[static LINE_BYTES], size_t *ret_n)
{
        ssize_t n = read(fileno(terminal), line, LINE_BYTES - 1);
        if (n <= 0)
                return false;
        if (line[n - 1] == '\n')
                n--;
        line[n] = '\0';
        *ret_n = (size_t)n;
        return true;
}

enum bg_code bg_terminal_ask(
        FILE *terminal, const char *question, char *ret, size_t size, struct bg_error *err)
{
        char line[LINE_BYTES];
        size_t n = 0;

        for (;;) {
                (void)fputs(question, terminal);
                (void)fflush(terminal);
                if (!read_line(terminal, line, &n))
                        return bg_fail(err, BG_USAGE, 0, "no answer was given");
                if (n >= size)
                        (void)fprintf(terminal, "At most %zu bytes, please.\n", size - 1);
                else if (strlen(line) != n || !bg_is_clean_text(line))
                        (void)fprintf(terminal, "Plain text, please, on one line.\n");
                else
                        break;
        }
        bg_copy(ret, size, line);
        return BG_OK;
}
