/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The person at the controlling terminal, asked one question at a time. */
#pragma once

#include "policy/base/error.h"

#include <stdio.h>

/* The caller's to close. NULL: there is no controlling terminal. */
FILE *bg_terminal_open(void);

/* Prints the question, reads one line without its end; one that is too long, or has control
 * characters, is asked for again. Errors: BG_USAGE (no answer: the end of the input). */
enum bg_code bg_terminal_ask(
        FILE *terminal, const char *question, char *ret, size_t size, struct bg_error *err);
