/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our marked blocks in a PAM file: text in, text out. Pure: no file is touched. What stands outside
 * of our marks is copied byte for byte, so that taking the blocks out again gives the file as it was.
 *
 * Errors of all: BG_BAD_POLICY, with a sentence that a person can act on. They are all raised rather
 * than guessing: a PAM file that is wrong locks everybody out. */
#pragma once

#include "policy/base/error.h"

#include <stdbool.h>
#include <stddef.h>

/* Longer is no PAM file. */
#define BG_PAMFILE_BYTES_MAX (64 * 1024)

#define BG_PAMFILE_BEGIN "# breakglass begin (bgctl init)"
/* The last line had no end; the line break before the block is ours as well. */
#define BG_PAMFILE_BEGIN_BROKEN "# breakglass begin (bgctl init; no line end before)"
#define BG_PAMFILE_END "# breakglass end"

/* Whether we know what belongs into this service's file. */
bool bg_pamfile_knows(const char *service);

/* The lines themselves, for whoever writes the file by a template; i from 0, for all services. False:
 * there is no such line. */
struct bg_pamfile_line {
        const char *service;
        const char *where; /* "before the first account line" */
        const char *text;
};
bool bg_pamfile_line(size_t i, struct bg_pamfile_line *ret);

/* The text with our blocks for the service; ones that are there already are taken out first.
 * `ret` is the caller's to free, NUL-terminated. */
enum bg_code bg_pamfile_add(const char *service, const char *text, size_t n, char **ret,
        size_t *ret_n, struct bg_error *err);

/* The text without our blocks, whatever stands in them. */
enum bg_code bg_pamfile_remove(
        const char *text, size_t n, char **ret, size_t *ret_n, struct bg_error *err);

/* Our blocks alone, marks included, one after the other: "" where there is none. */
enum bg_code bg_pamfile_blocks(
        const char *text, size_t n, char **ret, size_t *ret_n, struct bg_error *err);
