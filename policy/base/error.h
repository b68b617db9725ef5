/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An error is a value: a reason code, the errno behind it (0: none) and one sentence that a person
 * can act on. Flat, so that reporting cannot fail. Made where the facts are by bg_fail(), handed up
 * untouched, told once by the program. */
#pragma once

#include <stddef.h>

/* The reason codes: BG_OK is 0, the others are the rows of codes.def. */
enum bg_code {
        BG_OK = 0,
#define BG_CODE(name, word, exit_status, sentence, way_on) BG_##name,
#include "policy/base/codes.def"
#undef BG_CODE
        BG_CODES
};

#define BG_ERROR_TEXT_BYTES 256

struct bg_error {
        enum bg_code code;
        int errnum;
        char text[BG_ERROR_TEXT_BYTES];
};

/* Fills `err` (which may be NULL) and returns `code`; `errnum` not 0 appends its text. A sentence
 * that does not fit is cut at a whole character. */
enum bg_code bg_fail(struct bg_error *err, enum bg_code code, int errnum, const char *format, ...)
        __attribute__((format(printf, 4, 5)));
