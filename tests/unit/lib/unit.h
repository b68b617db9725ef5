/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every unit test starts with: cmocka, codes compared by their words, a folder to work in. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy/base/words.h"
#include "policy/format/document.h"
#include "policy/store/dir.h"

/* A wrong code is shown by its word. */
#define assert_code(actual, expected)                                                              \
        assert_string_equal(bg_code_word(actual), bg_code_word(expected))

/* The sentence of `err` must hold `part`. */
void assert_says(const struct bg_error *err, const char *part);

/* The table reads this text into `ret`; or refuses it with its code, and a sentence with `part`. */
void assert_reads(const struct bg_table *table, const char *text, void *ret);
void assert_refuses(const struct bg_table *table, const char *text, const char *part);
/* What bg_emit() writes of `base` reads back, and comes out the same again. */
void assert_round_trip(const struct bg_table *table, const void *base);

/* A folder of the test's own. It lies anywhere, often below /tmp, which bg_dir_open() rightly
 * refuses: so `dir` is opened here, without the walk from "/". */
struct unit_place {
        char path[BG_PATH_BYTES];
        struct bg_dir dir;
};
void unit_place_make(struct unit_place *ret);
void unit_place_remove(struct unit_place *place);

/* The same below a folder that bg_dir_open() takes, with no group or other able to write from "/" on;
 * false: there is none on this machine that we can write to. */
bool unit_safe_place_make(struct unit_place *ret);

/* Makes (or makes anew) the file `path`, which may have folders, below the place. */
void unit_put(const struct unit_place *place, const char *path, mode_t mode, const char *text);
void unit_put_bytes(
        const struct unit_place *place, const char *path, mode_t mode, const void *bytes, size_t n);
void unit_mkdir(const struct unit_place *place, const char *path);
/* The whole file, NUL-terminated, in a buffer of the next call's. NULL: it is not there. */
const char *unit_get(const struct unit_place *place, const char *path);
/* How many entries the folder has, those with a dot first included; 0 where it is not there. */
unsigned unit_entries(const struct unit_place *place, const char *path);

/* Runs `child` in `n` processes that start together; how many answered `status`. */
unsigned unit_race(unsigned n, int (*child)(unsigned i, void *context), void *context, int status);

/* In a program that is linked with -Wl,--wrap=malloc: the n-th call from now on fails, once; 0: none. */
void unit_fail_malloc(unsigned n);

/* In a program that is linked with -Wl,--wrap= of fsync, linkat, renameat and unlinkat: what is called
 * from now on is written down, "fsync file", "fsync FOLDER", "linkat NAME", "renameat NAME",
 * "unlinkat NAME", with "; " between them; the call with this number, from 1, fails with EIO; 0: none. */
void unit_calls_begin(unsigned fails);
/* What was called since; the writing down ends. */
const char *unit_calls_end(void);

/* 2026-11-24T02:46:00Z, on boot 1111… of machine aaaa…, a thousand seconds after its start. */
#define UNIT_WALL (UINT64_C(1795488360) * BG_USEC_PER_SEC)
#define UNIT_BOOTTIME (UINT64_C(1000) * BG_USEC_PER_SEC)
#define UNIT_BOOT "11111111111111111111111111111111"
#define UNIT_OTHER_BOOT "22222222222222222222222222222222"
#define UNIT_MACHINE "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define UNIT_OTHER_MACHINE "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define SEC(n) ((bg_usec)(n)*BG_USEC_PER_SEC)
struct bg_now unit_now(void);
