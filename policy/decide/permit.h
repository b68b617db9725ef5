/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* May this human do this? Pure; a table of conditions by verb. Asked by the helper after every
 * factor was passed, where the verb needs factors. */
#pragma once

#include "policy/decide/window.h"
#include "policy/format/ask.h"

enum bg_verb {
        BG_VERB_GRANT,
        BG_VERB_REVOKE,
        BG_VERB_ACCEPT_CLOCK, /* no policy and no role then */
};

/* All that the answer may depend on. */
struct bg_case {
        enum bg_verb verb;
        struct bg_human human;  /* who decides: the one named, after proof */
        struct bg_human caller; /* whose real uid it is */
        const struct bg_policy *policy;
        const struct bg_role *role;
        bg_usec duration; /* asked for; not 0 */
        const char *reason;
        const char *ticket;
        struct bg_now now;
        struct bg_newest newest;
};

/* What the role wants said, and was not: BG_NO_REASON. */
enum bg_code bg_reason_check(const struct bg_role *role, const char *reason, const char *ticket,
        struct bg_error *err);

/* May the caller name this human at all? Asked before the proof, so that nobody can try another's
 * factors: root, the human, and approvers of the role. `role` NULL: root and the human. */
enum bg_code bg_may_name(const struct bg_human *caller, const char *human,
        const struct bg_role *role, struct bg_error *err);

/* A role's factors span at least two kinds. Errors: BG_BAD_POLICY. */
enum bg_code bg_factors_check(
        const struct bg_host *host, const struct bg_list *factors, struct bg_error *err);

enum bg_code bg_permit(const struct bg_case *c, struct bg_error *err);

/* The longest grant of the role today. */
bg_usec bg_longest(const struct bg_policy *policy, const struct bg_role *role);

/* What a grant lasts where nobody says: the host's default, at most the longest. */
bg_usec bg_default_duration(const struct bg_policy *policy, const struct bg_role *role);
