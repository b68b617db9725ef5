/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The elevation itself: supplementary groups of the process, the role's and the marker. */
#pragma once

#include "policy/base/error.h"
#include "policy/base/list.h"

#include <sys/types.h>

struct bg_elevation {
        uint32_t n;
        gid_t groups[BG_LIST_MAX + 1];
};

/* The numbers of the role's groups and of the marker, from /etc/group. One that is missing refuses:
 * a session has all that its role says, or is none. Errors: BG_BAD_POLICY (a role's group),
 * BG_SYSTEM (the marker). */
enum bg_code bg_elevation_find(
        const struct bg_list *groups, struct bg_elevation *ret, struct bg_error *err);

/* Adds them to this process. What it has stays; what it has already is no error. BG_SYSTEM. */
enum bg_code bg_elevate(const struct bg_elevation *elevation, struct bg_error *err);
