/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs a fixed program by its absolute path, with an empty environment but for PATH and LC_ALL, with
 * /dev/null as its input and no descriptor of ours, and hands back its output, bounded. */
#pragma once

#include "policy/base/error.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* `argv` ends with NULL; argv[0] is the path. Standard output and error go into `ret` (of `size`,
 * NUL-terminated; what is over is dropped); `ret` NULL: to ours. `ret_status` is the exit status, or
 * 128 and the signal. Errors: BG_SYSTEM (it could not be started, or was not done in
 * `timeout_sec`; it is then killed). */
enum bg_code bg_spawn(const char *const *argv, unsigned timeout_sec, char *ret, size_t size,
        int *ret_status, struct bg_error *err);
