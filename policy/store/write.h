/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Durable writing. A file is written and synced before it has a name, and the directory is synced
 * after: a crash at any point leaves it whole or absent. Errors of all: BG_STORE_FAILED. */
#pragma once

#include "policy/store/dir.h"

/* Makes `name` with these bytes and mode, unless it is there. `ret_made` false: it was there. */
enum bg_code bg_write_once(const struct bg_dir *dir, const char *name, mode_t mode,
        const void *bytes, size_t n, bool *ret_made, struct bg_error *err);

/* Replaces `name`, whole: temporary file, fsync, rename, fsync of the directory. */
enum bg_code bg_write_replace(const struct bg_dir *dir, const char *name, mode_t mode,
        const void *bytes, size_t n, struct bg_error *err);

/* Takes the name away, durably; that it is not there is no error. */
enum bg_code bg_write_remove(const struct bg_dir *dir, const char *name, struct bg_error *err);

/* Gives a file a second name in another directory, durably; that it is there is no error. */
enum bg_code bg_write_link(const struct bg_dir *from, const char *name, const struct bg_dir *to,
        const char *new_name, struct bg_error *err);

enum bg_code bg_write_sync(const struct bg_dir *dir, struct bg_error *err);
