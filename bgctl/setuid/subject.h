/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is asked about: the account's policy and the role, found before anything is proven (policy
 * is public on its host), and who may see a grant. */
#pragma once

#include "bgctl/setuid/helper.h"

/* Loads h->policy for h->ask.account. Errors: BG_USAGE (none named), BG_NO_SUCH, BG_BAD_POLICY, … */
enum bg_code subject_policy(struct helper *h, struct bg_error *err);

/* Sets h->role: the one asked for, or the identity's only one; NULL where one must be chosen. Errors:
 * BG_NO_SUCH. */
enum bg_code subject_role(struct helper *h, struct bg_error *err);

/* Whether the caller may see this grant: root, the account itself, whoever asked, its owner, the
 * approvers of its role. `policy` NULL: today's policy cannot be read; root and who asked only. */
bool subject_visible(
        const struct helper *h, const struct bg_claims *claims, const struct bg_policy *policy);

/* The grant h->ask.id, open or closed, with its account's policy in h->policy. Errors: BG_NO_SUCH
 * (there is none, or none that the caller may see), what the grant is bad for, … */
enum bg_code subject_grant(struct helper *h, struct bg_grant *ret, struct bg_error *err);

/* h->human, whom the factors are asked of: the one named with --as, or the caller. That there is no
 * such line is told by the proof alone. Errors: BG_NOT_PERMITTED (the caller has no line). */
enum bg_code subject_human(struct helper *h, struct bg_error *err);
