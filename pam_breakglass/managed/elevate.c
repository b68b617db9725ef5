/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Groups, found and added; see elevate.h. */
#include "pam_breakglass/managed/elevate.h"

#include "policy/base/cleanup.h"
#include "policy/host/users.h"

#include <grp.h>

/* Every elevated session carries it; nobody is a member. The tests' machine has no such group. */
#ifndef BG_MARKER_GROUP
#define BG_MARKER_GROUP "breakglass"
#endif

enum bg_code bg_elevation_find(
        const struct bg_list *groups, struct bg_elevation *ret, struct bg_error *err)
{
        ret->n = 0;
        for (uint32_t i = 0; i < groups->n; i++) {
                enum bg_code code = bg_group_by_name(groups->v[i], &ret->groups[ret->n], err);
                if (code == BG_NO_SUCH)
                        return bg_fail(err, BG_BAD_POLICY, 0,
                                "the role's group %s has no line in /etc/group", groups->v[i]);
                if (code != BG_OK)
                        return code;
                ret->n++;
        }
        enum bg_code code = bg_group_by_name(BG_MARKER_GROUP, &ret->groups[ret->n], err);
        if (code == BG_NO_SUCH)
                return bg_fail(err, BG_SYSTEM, 0,
                        "the group " BG_MARKER_GROUP " has no line in /etc/group");
        if (code == BG_OK)
                ret->n++;
        return code;
}

static bool has(const gid_t *groups, size_t n, gid_t group)
{
        for (size_t i = 0; i < n; i++)
                if (groups[i] == group)
                        return true;
        return false;
}

enum bg_code bg_elevate(const struct bg_elevation *elevation, struct bg_error *err)
{
        int have = getgroups(0, NULL);
        size_t n = have < 0 ? 0 : (size_t)have;
        bg_auto_free gid_t *groups = calloc(n + elevation->n + 1, sizeof *groups);

        if (have < 0 || !groups || getgroups(have, groups) != have)
                return bg_fail(err, BG_SYSTEM, errno, "the groups of the process");
        size_t before = n;
        for (uint32_t i = 0; i < elevation->n; i++)
                if (!has(groups, n, elevation->groups[i]))
                        groups[n++] = elevation->groups[i];
        if (n == before)
                return BG_OK;
        return setgroups(n, groups) == 0
                       ? BG_OK
                       : bg_fail(err, BG_SYSTEM, errno, "the role's groups cannot be added");
}
