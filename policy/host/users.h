/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* People and groups from /etc/passwd and /etc/group, read directly and never by NSS: at 3:14 the
 * directory service is dead, and a call to it hangs. Who is not there is not found. */
#pragma once

#include "policy/base/error.h"
#include "policy/base/facts.h"

/* ret->found false: no such line, which is no error. `managed` is left false: store/load knows it.
 * Errors: BG_SYSTEM (a file cannot be read, or a human is in more than BG_HUMAN_GROUPS_MAX groups). */
enum bg_code bg_human_by_name(const char *name, struct bg_human *ret, struct bg_error *err);
enum bg_code bg_human_by_uid(uid_t uid, struct bg_human *ret, struct bg_error *err);

/* The rest of the same line; a text that is too long is cut. Errors: BG_NO_SUCH, BG_SYSTEM. */
struct bg_passwd {
        char home[256];
        char shell[256];
};
enum bg_code bg_passwd_by_name(const char *name, struct bg_passwd *ret, struct bg_error *err);

/* Whether it is one that lets nobody in: nologin, or false. */
bool bg_shell_is_closed(const char *shell);

/* The number of a group; BG_NO_SUCH where it has no line. */
enum bg_code bg_group_by_name(const char *name, gid_t *ret, struct bg_error *err);

/* Calls `each` for every member named in the group's line, and for every user whose first group it
 * is. */
enum bg_code bg_group_members(const char *name, void (*each)(const char *member, void *context),
        void *context, struct bg_error *err);

/* The real user's audit login uid (see pam_loginuid(8)); -1: not set. */
int64_t bg_login_uid(void);
