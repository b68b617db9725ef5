/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Grant and today's policy, intersected: tightening policy narrows open grants at once, loosening
 * widens none. */
#pragma once

#include "policy/format/grant.h"

/* What a session may have. */
struct bg_allowance {
        struct bg_list groups;
        struct bg_pairs env;
        struct bg_list services;
        struct bg_list from; /* of the grant; an address must also lie in the identity's */
        bg_usec unused;      /* 0: never */
        uint64_t max_uses;   /* 0: as many as the window holds */
        bg_usec exp;
};

/* BG_OK, or BG_POLICY_NARROWED where the identity no longer has the role, or the role now wants more
 * approvals than the grant has. */
enum bg_code bg_narrow(
        const struct bg_claims *claims, const struct bg_policy *policy, struct bg_allowance *ret);

/* Whether an address lies in one of the networks; an empty list is anywhere. */
bool bg_networks_have(const struct bg_list *networks, const char *address);
