/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Conditions by verb; see permit.h. */
#include "policy/decide/permit.h"

bg_usec bg_longest(const struct bg_policy *policy, const struct bg_role *role)
{
        bg_usec ceiling = policy->host.ceiling;
        return role->max_duration && role->max_duration < ceiling ? role->max_duration : ceiling;
}

bg_usec bg_default_duration(const struct bg_policy *policy, const struct bg_role *role)
{
        bg_usec longest = bg_longest(policy, role);
        return policy->host.default_duration < longest ? policy->host.default_duration : longest;
}

static enum bg_code is_local_human(const struct bg_case *c, struct bg_error *err)
{
        if (!c->human.found)
                return bg_fail(err, BG_NOT_PERMITTED, 0, "%s has no line in /etc/passwd",
                        c->human.name[0] ? c->human.name : "who asks");
        if (c->human.managed)
                return bg_fail(err, BG_NOT_PERMITTED, 0,
                        "%s is a managed account: the decision is a human's", c->human.name);
        return BG_OK;
}

static enum bg_code is_approver(const struct bg_case *c, struct bg_error *err)
{
        if (!bg_human_in(&c->human, &c->role->approvers))
                return bg_fail(err, BG_NOT_PERMITTED, 0, "%s is no approver of the role %s",
                        c->human.name, c->role->role);
        return BG_OK;
}

/* Root may end anything; it needs no permission of ours for what it could do by kill(1). */
static enum bg_code is_root_or_approver(const struct bg_case *c, struct bg_error *err)
{
        return c->human.uid == 0 ? BG_OK : is_approver(c, err);
}

/* Somebody else may be named by root, who could become him, and by those who share the duty. */
enum bg_code bg_may_name(const struct bg_human *caller, const char *human,
        const struct bg_role *role, struct bg_error *err)
{
        if (caller->found &&
                (caller->uid == 0 || strcmp(caller->name, human) == 0 ||
                        (role && !caller->managed && bg_human_in(caller, &role->approvers))))
                return BG_OK;
        return bg_fail(err, BG_NOT_PERMITTED, 0,
                "only root and approvers of the role may name another with --as");
}

static enum bg_code may_name_another(const struct bg_case *c, struct bg_error *err)
{
        return bg_may_name(&c->caller, c->human.name, c->role, err);
}

enum bg_code bg_factors_check(
        const struct bg_host *host, const struct bg_list *factors, struct bg_error *err)
{
        const char *first = NULL;
        bool two_kinds = false;

        for (uint32_t i = 0; i < factors->n; i++) {
                const char *kind = bg_pairs_get(&host->factors, factors->v[i]);
                if (!kind)
                        return bg_fail(err, BG_BAD_POLICY, 0,
                                "the factor %s has no kind in breakglass.yaml", factors->v[i]);
                two_kinds = two_kinds || (first && strcmp(first, kind) != 0);
                first = kind;
        }
        return two_kinds ? BG_OK
                         : bg_fail(err, BG_BAD_POLICY, 0,
                                   "the factors asked for are not of two kinds");
}

static enum bg_code is_short_enough(const struct bg_case *c, struct bg_error *err)
{
        bg_usec longest = bg_longest(c->policy, c->role);
        char text[BG_DURATION_BYTES];

        if (c->duration <= longest)
                return BG_OK;
        return bg_fail(err, BG_TOO_LONG, 0, "the role %s allows at most %s", c->role->role,
                bg_duration_print(longest, text));
}

enum bg_code bg_reason_check(
        const struct bg_role *role, const char *reason, const char *ticket, struct bg_error *err)
{
        enum bg_code code = bg_reason_meets(&role->reason, role->role, reason, err);
        return code == BG_OK ? bg_ticket_meets(&role->reason, role->role, ticket, err) : code;
}

static enum bg_code reason_is_given(const struct bg_case *c, struct bg_error *err)
{
        return bg_reason_check(
                c->role, c->reason ? c->reason : "", c->ticket ? c->ticket : "", err);
}

static enum bg_code one_approval_is_enough(const struct bg_case *c, struct bg_error *err)
{
        if (c->role->approvals <= 1)
                return BG_OK;
        return bg_fail(err, BG_TOO_FEW_APPROVALS, 0,
                "the role %s needs %llu approvals of distinct humans; yours is one", c->role->role,
                (unsigned long long)c->role->approvals);
}

static enum bg_code clock_is_right(const struct bg_case *c, struct bg_error *err)
{
        char now[BG_TIME_BYTES];
        char newest[BG_TIME_BYTES];

        if (!bg_clock_is_behind(&c->now, &c->newest))
                return BG_OK;
        return bg_fail(err, BG_CLOCK_BEHIND, 0,
                "this clock says %s; the newest record here is of %s. Set the clock, then ask again",
                bg_time_print(c->now.wall, now), bg_time_print(c->newest.wall, newest));
}

typedef enum bg_code condition(const struct bg_case *, struct bg_error *);

static condition *const grant_conditions[] = {
        is_local_human,
        may_name_another,
        is_approver,
        is_short_enough,
        reason_is_given,
        one_approval_is_enough,
        clock_is_right,
        NULL,
};

static condition *const revoke_conditions[] = {
        is_local_human,
        is_root_or_approver,
        NULL,
};

static enum bg_code asked_by_root(const struct bg_case *c, struct bg_error *err)
{
        if (c->caller.found && c->caller.uid == 0)
                return BG_OK;
        return bg_fail(
                err, BG_NOT_PERMITTED, 0, "only root accepts a clock, with --as and factors");
}

static condition *const accept_clock_conditions[] = {
        is_local_human,
        asked_by_root,
        NULL,
};

static condition *const *const conditions[] = {
        [BG_VERB_GRANT] = grant_conditions,
        [BG_VERB_REVOKE] = revoke_conditions,
        [BG_VERB_ACCEPT_CLOCK] = accept_clock_conditions,
};

enum bg_code bg_permit(const struct bg_case *c, struct bg_error *err)
{
        for (condition *const *p = conditions[c->verb]; *p; p++) {
                enum bg_code code = (*p)(c, err);
                if (code != BG_OK)
                        return code;
        }
        return BG_OK;
}
