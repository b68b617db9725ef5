/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What holds for one account: its identity, its roles, the host. Filled by store/load. */
#pragma once

#include "policy/format/host.h"
#include "policy/format/identity.h"
#include "policy/format/role.h"

/* BLAKE2b-256 of a file's bytes in hexadecimal, NUL included. */
#define BG_DIGEST_BYTES 65

struct bg_policy {
        struct bg_host host;
        struct bg_identity identity;
        char identity_digest[BG_DIGEST_BYTES];
        uint32_t n_roles; /* as many as identity.roles names */
        struct bg_role *roles;
        char (*role_digests)[BG_DIGEST_BYTES];
};

/* The role of that name among the identity's; NULL: the identity does not have it. */
static inline const struct bg_role *bg_policy_role(const struct bg_policy *policy, const char *name)
{
        for (uint32_t i = 0; i < policy->n_roles; i++)
                if (strcmp(policy->roles[i].role, name) == 0)
                        return &policy->roles[i];
        return NULL;
}
