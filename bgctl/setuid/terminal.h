/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The controlling terminal: the only way by which the helper asks a person. Standard input carries
 * the caller's document, so it is never asked there, and never anywhere else. */
#pragma once

#include "policy/base/error.h"
#include "policy/base/facts.h"

#include <stdbool.h>

/* The longest answer; a longer one is no answer. PAM_MAX_RESP_SIZE of Linux-PAM. */
#define ANSWER_BYTES 512

/* Errors: BG_NO_TERMINAL. `ret` is the caller's to close. */
enum bg_code terminal_open(int *ret, struct bg_error *err);

/* Prints text, cleaned but for its line breaks. */
void terminal_print(int terminal, const char *text);

/* A prompt that nobody answers ends: a window must not stand open for days. */
#define ANSWER_WITHIN_SEC 180

/* What a person reads who stops us by Ctrl-C; NULL: nothing any more. `text` lives for ever. */
void terminal_say_when_stopped(int terminal, const char *text);

/* Asks; the answer, without its line break, in `ret`, which the caller wipes. False: end of file, nobody
 * answered, or too long; the line is read to its end all the same. */
bool terminal_ask(int terminal, const char *prompt, bool echo, char ret[static ANSWER_BYTES]);

/* "03:16:41 CET": local time by /etc/localtime, since the caller's TZ is gone. */
#define CLOCK_TEXT_BYTES 32
const char *terminal_clock(bg_usec wall, char ret[static CLOCK_TEXT_BYTES]);
