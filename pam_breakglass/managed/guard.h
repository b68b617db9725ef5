/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Around our reads and writes. In su the process belongs to two: to root by its effective uid, and
 * to the caller by its real one, who may stop and kill it at any instruction, press keys on its
 * terminal, and has chosen its limits, umask and group. Within the guard he cannot: real, effective
 * and saved ids are the owner's, every signal waits, and his limit of a file's size does not count.
 *
 * Nothing is said to anybody within it: a terminal that does not take it (Ctrl-S) must hold up a
 * process that can be killed. What the guard cannot stop is cgroup.freeze; hence no lock. */
#pragma once

#include "policy/base/error.h"

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

struct bg_guard {
        uid_t uids[3]; /* real, effective, saved: as they were, and will be */
        gid_t gids[3];
        mode_t mask;
        sigset_t signals;
        struct rlimit size;
        bool raised; /* whether `size` was too small, and was raised */
};

/* Errors of both: BG_SYSTEM. A login must be refused then; whatever was changed is undone as far as
 * it can be. */
enum bg_code bg_guard_enter(struct bg_guard *guard, uid_t owner, struct bg_error *err);
enum bg_code bg_guard_leave(const struct bg_guard *guard, struct bg_error *err);
