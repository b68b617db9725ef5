/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Makes a bg_error; see error.h. */
#include "policy/base/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum bg_code bg_fail(struct bg_error *err, enum bg_code code, int errnum, const char *format, ...)
{
        if (!err)
                return code;

        err->code = code;
        err->errnum = errnum;

        va_list args;
        va_start(args, format);
        int n = vsnprintf(err->text, sizeof err->text, format, args);
        va_end(args);
        if (n < 0)
                err->text[0] = '\0';

        size_t used = strlen(err->text);
        if (errnum != 0 && used + 2 < sizeof err->text)
                (void)snprintf(
                        err->text + used, sizeof err->text - used, ": %s", strerrordesc_np(errnum));

        /* A cut in the middle of a UTF-8 sequence would be no text any more. */
        used = strlen(err->text);
        if (used == sizeof err->text - 1) {
                while (used > 0 && ((unsigned char)err->text[used - 1] & 0xC0) == 0x80)
                        used--;
                if (used > 0 && ((unsigned char)err->text[used - 1] & 0x80))
                        used--;
                err->text[used] = '\0';
        }
        return code;
}
