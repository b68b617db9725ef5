/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a new grant claims: all that the role and the identity allow today, narrowed by what was
 * asked. Pure. */
#pragma once

#include "policy/format/ask.h"
#include "policy/format/grant.h"

/* Fills what policy says of `ret`: role, groups, env, services, callers, from, keys, max_uses, unused.
 * The rest (ids, times, people) is the caller's. `caller` is the line of ask->caller, if any. Errors:
 * BG_USAGE (two narrowings that exclude each other), BG_NOT_PERMITTED (wider than the policy). */
enum bg_code bg_claims_fill(const struct bg_policy *policy, const struct bg_role *role,
        const struct bg_ask *ask, const struct bg_human *caller, struct bg_claims *ret,
        struct bg_error *err);
