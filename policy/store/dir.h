/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Safe reading. A directory is walked from "/" component by component; each must be a directory of
 * the owner's (root's; another in unit tests), writable by nobody else, and no link is followed. A
 * file must be a regular one of the owner's, writable by nobody else, and no longer than said.
 *
 * Errors of all: BG_NO_SUCH (it is not there: ENOENT alone), BG_UNSAFE_FILE (a link, another kind,
 * another owner, a mode too wide, too long, a name of more than one component; the path is in the
 * sentence), BG_STORE_FAILED. */
#pragma once

#include "policy/base/cleanup.h"
#include "policy/base/error.h"
#include "policy/base/facts.h"

#define BG_PATH_BYTES 256

struct bg_dir {
        int fd; /* owned; -1: none */
        uid_t owner;
        char path[BG_PATH_BYTES]; /* for sentences */
};

#define BG_DIR_NONE {.fd = -1}
void bg_dir_done(struct bg_dir *dir);

/* `path` is absolute. The owner of "/" and of every component must be `owner` or root. */
enum bg_code bg_dir_open(const char *path, uid_t owner, struct bg_dir *ret, struct bg_error *err);

/* One component below `dir`. */
enum bg_code bg_dir_sub(
        const struct bg_dir *dir, const char *name, struct bg_dir *ret, struct bg_error *err);

/* The same, made with mode 0700 where it is missing, its entry synced. */
enum bg_code bg_dir_make(
        const struct bg_dir *dir, const char *name, struct bg_dir *ret, struct bg_error *err);

/* The whole of one file in `ret` (of max_bytes + 1), NUL-terminated, its length in `ret_n`. */
enum bg_code bg_dir_read(const struct bg_dir *dir, const char *name, size_t max_bytes, char *ret,
        size_t *ret_n, struct bg_error *err);

/* Whether an entry of that name is there, whatever it is; a failure to look is an error. */
enum bg_code bg_dir_has(
        const struct bg_dir *dir, const char *name, bool *ret, struct bg_error *err);

/* Calls `each` for every entry but those that begin with ".", until it answers an error; an order is
 * not promised. At most `max` entries: more is BG_STORE_FAILED, so that nobody can make us list for
 * ever; 0: no limit. */
enum bg_code bg_dir_each(const struct bg_dir *dir, size_t max,
        enum bg_code (*each)(const struct bg_dir *dir, const char *name, void *context,
                struct bg_error *err),
        void *context, struct bg_error *err);
