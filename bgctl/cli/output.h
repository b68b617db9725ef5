/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What people read: lines of at most 80 columns, a label column of 14, local times with their zone;
 * and JSON. Whatever is printed is clean first, so that a terminal shows it and does not obey it. */
#pragma once

#include "bgctl/cli/options.h"
#include "policy/format/answer.h"
#include "policy/host/clock.h"

#include <stdarg.h>
#include <stdio.h>

#define BG_COLUMNS 80
#define BG_LABEL_COLUMNS 14

/* One paragraph, broken between words; each line begins with `prefix` ("bgctl: ", or ""). */
void bg_say(FILE *to, const char *prefix, const char *format, ...)
        __attribute__((format(printf, 3, 4)));

/* A label and its text beside it, further lines under the text. Under a first line, `indent` is 2. */
void bg_row(FILE *to, unsigned indent, const char *label, const char *format, ...)
        __attribute__((format(printf, 4, 5)));

bg_usec bg_wall(void);

/* "30 minutes", "1 hour" */
const char *bg_duration_words(bg_usec duration, char ret[static BG_LOCAL_TIME_BYTES]);

/* "a, b or c": `last` stands before the last item. Cut to `size`. */
const char *bg_join(const struct bg_list *list, const char *last, char *ret, size_t size);

/* "group bg-db; by su or ssh; up to 5 sessions". most 0: as many as the window holds. */
const char *bg_gives(const struct bg_list *groups, const struct bg_list *services, uint64_t most,
        char *ret, size_t size);

/* One JSON object of the table, and a line break. */
enum bg_code bg_print_json(
        FILE *to, const struct bg_table *table, const void *base, struct bg_error *err);

/* Tells why not, once: JSON on standard output where --json was given, else a person's words on
 * standard error. `account` and `host` fill the way on; NULL: it is left out. Answers the exit
 * status. */
int bg_tell_refusal(const struct bg_options *options, const struct bg_refusal *refusal,
        const char *account, const char *host);
int bg_tell_error(const struct bg_options *options, const struct bg_error *err);
