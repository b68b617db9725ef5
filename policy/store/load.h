/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One account's policy from /etc/breakglass: its identity, the roles that names, the host file.
 * Cost does not grow with the number of identities. */
#pragma once

#include "policy/format/policy.h"
#include "policy/store/dir.h"


/* Errors: BG_NO_SUCH (no identity of that name), BG_BAD_POLICY (a file that does not read, an
 * identity under another's name, a role that is missing), BG_UNSAFE_FILE, BG_STORE_FAILED. */
enum bg_code bg_policy_load(const struct bg_dir *etc, const char *account, struct bg_policy *ret,
        struct bg_error *err);
void bg_policy_done(struct bg_policy *policy);

/* The host file alone; a missing one is all defaults. */
enum bg_code bg_host_load(const struct bg_dir *etc, struct bg_host *ret, struct bg_error *err);

/* Whether the account is managed: it has a file in policy.d. */
enum bg_code bg_policy_is_managed(
        const struct bg_dir *etc, const char *account, bool *ret, struct bg_error *err);

/* A human's `managed`, filled in. A failure to look counts as managed. */
void bg_policy_mark_managed(const struct bg_dir *etc, struct bg_human *human);

/* What the claim `policy` says: the digests of the identity's and the role's file. */
void bg_policy_digest(
        const struct bg_policy *policy, const char *role, char ret[static BG_POLICY_BYTES]);

/* Keeps the two files that the digest names, each once, in policy/DIGEST of the state: the evidence
 * of what a grant was given under. Errors: BG_BAD_POLICY (a file was changed since it was loaded),
 * BG_STORE_FAILED. */
enum bg_code bg_policy_keep(const struct bg_dir *etc, const struct bg_dir *state,
        const struct bg_policy *policy, const char *role, struct bg_error *err);
