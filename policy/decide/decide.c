/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decision: a table of steps, each of which can only refuse; see decide.h. */
#include "policy/decide/decide.h"

/* Read: signature, key and claims were good when it was loaded. */
static enum bg_code judge_file(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)policy;
        (void)attempt;
        (void)decision;
        if (grant->found != BG_OK)
                return grant->found;
        /* A token under another's name is a copy, whoever made it. */
        return strcmp(grant->claims.jti, grant->id) == 0 ? BG_OK : BG_MALFORMED;
}

static enum bg_code judge_host(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)policy;
        (void)decision;
        return strcmp(grant->claims.aud, attempt->now.machine) == 0 ? BG_OK : BG_WRONG_HOST;
}

static enum bg_code judge_account(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)decision;
        bool same = strcmp(grant->claims.sub, attempt->account) == 0 &&
                grant->claims.uid == (int64_t)attempt->uid &&
                strcmp(policy->identity.account, attempt->account) == 0;
        return same ? BG_OK : BG_WRONG_ACCOUNT;
}

static enum bg_code judge_answered(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)policy;
        (void)decision;
        bool other = attempt->answered[0] && strcmp(attempt->answered, grant->id) != 0;
        return other ? BG_NO_GRANT : BG_OK;
}

static enum bg_code judge_closed(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)policy;
        (void)attempt;
        (void)decision;
        return grant->closed;
}

static enum bg_code judge_policy(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)attempt;
        return bg_narrow(&grant->claims, policy, &decision->allowance);
}

static enum bg_code judge_window(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)policy;
        return bg_window_check(&grant->claims, decision->allowance.exp, &attempt->now,
                &attempt->newest, &decision->left);
}

static enum bg_code judge_uses(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)policy;
        (void)attempt;
        uint64_t most = decision->allowance.max_uses;
        return most && grant->uses_taken >= most ? BG_CONSUMED : BG_OK;
}

static enum bg_code judge_service(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)policy;
        (void)grant;
        return bg_list_has(&decision->allowance.services, attempt->service) ? BG_OK
                                                                            : BG_WRONG_SERVICE;
}

/* Asked in su only, and of root never: root needs no grant to become anybody. */
static enum bg_code judge_caller(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)decision;
        if (strcmp(attempt->service, "su") != 0)
                return BG_OK;
        if (attempt->caller.found && attempt->caller.uid == 0)
                return BG_OK;
        bool named = bg_human_in(&attempt->caller, &grant->claims.callers) &&
                bg_human_in(&attempt->caller, &policy->identity.callers);
        return named ? BG_OK : BG_WRONG_CALLER;
}

static enum bg_code judge_unused(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)policy;
        return bg_unused_check(&grant->claims, decision->allowance.unused, grant->uses_taken,
                &attempt->now);
}

/* Asked in sshd only, and only once the key is known. */
static enum bg_code judge_key(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        const struct bg_pairs *granted = &grant->claims.keys;
        const struct bg_pairs *today = &policy->identity.keys;

        (void)decision;
        if (strcmp(attempt->service, "sshd") != 0 || !attempt->key_known)
                return BG_OK;
        bool fits = (granted->n == 0 || bg_pairs_get(granted, attempt->key)) &&
                (today->n == 0 || bg_pairs_get(today, attempt->key));
        return fits ? BG_OK : BG_WRONG_KEY;
}

/* Asked in sshd only: su knows no address. */
static enum bg_code judge_origin(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *decision)
{
        (void)grant;
        if (strcmp(attempt->service, "sshd") != 0)
                return BG_OK;
        bool lies = bg_networks_have(&decision->allowance.from, attempt->origin) &&
                bg_networks_have(&policy->identity.from, attempt->origin);
        return lies ? BG_OK : BG_WRONG_ORIGIN;
}

const struct bg_step bg_steps[] = {
        {"Is it whole, and signed by this host?", "", judge_file},
        {"Is it for this host?", "", judge_host},
        {"Is it for this account?", "", judge_account},
        {"Is it the one by which su let the caller in?", NULL, judge_answered},
        {"Is it still open?", "", judge_closed},
        {"Does today's policy still allow its role?", "", judge_policy},
        {"Has it begun, and not run out, by the clock and since boot?", "", judge_window},
        {"Has it a session left?", "", judge_uses},
        {"Was it used in time?", "", judge_unused},
        {"Does it allow this way in?", "", judge_service},
        {"May this caller use it?", "su", judge_caller},
        {"Does it allow logins from this address?", "sshd", judge_origin},
        {"Does it allow this ssh key?", "sshd", judge_key},
};
const size_t bg_n_steps = sizeof bg_steps / sizeof *bg_steps;

bool bg_code_is_bad(enum bg_code code)
{
        switch (code) {
        case BG_MALFORMED:
        case BG_BAD_SIGNATURE:
        case BG_UNKNOWN_KEY:
        case BG_WRONG_HOST:
        case BG_WRONG_ACCOUNT:
        case BG_UNSAFE_FILE:
        case BG_TAMPERED:
                return true;
        default:
                return false;
        }
}

/* Judges one grant; how far it came is the step that refused, bg_n_steps where none did. */
static enum bg_code judge(const struct bg_policy *policy, const struct bg_grant *grant,
        const struct bg_attempt *attempt, struct bg_decision *ret, size_t *ret_step)
{
        enum bg_code code = BG_OK;
        size_t i = 0;

        for (; i < bg_n_steps && code == BG_OK; i++)
                code = bg_steps[i].judge(policy, grant, attempt, ret);
        *ret_step = code == BG_OK ? bg_n_steps : i - 1;
        return code;
}

static const struct bg_decision no_grant = {.verdict = BG_REFUSE, .code = BG_NO_GRANT};

/* The grant that fits and lasts longest; else the one that is bad; else the one that came furthest,
 * whose code tells most. */
static void best(const struct bg_policy *policy, const struct bg_grants *grants,
        const struct bg_attempt *attempt, struct bg_decision *ret)
{
        size_t furthest = 0;

        *ret = no_grant;
        for (size_t i = 0; i < grants->n; i++) {
                struct bg_decision one = {.grant = &grants->v[i]};
                size_t step = 0;
                one.code = judge(policy, &grants->v[i], attempt, &one, &step);
                one.verdict = one.code == BG_OK ? BG_ELEVATE : BG_REFUSE;

                bool better;
                if (one.verdict == BG_ELEVATE)
                        better = ret->verdict != BG_ELEVATE || one.left > ret->left;
                else if (ret->verdict == BG_ELEVATE)
                        better = false;
                else if (bg_code_is_bad(one.code) != bg_code_is_bad(ret->code))
                        better = bg_code_is_bad(one.code);
                else
                        better = !ret->grant || step > furthest;
                if (better) {
                        *ret = one;
                        furthest = step;
                }
        }
}

enum bg_code bg_decide(const struct bg_policy *policy, const struct bg_grants *grants,
        const struct bg_attempt *attempt, struct bg_decision *ret)
{
        best(policy, grants, attempt, ret);
        if (ret->verdict == BG_ELEVATE)
                return BG_OK;
        bool plain = policy->identity.without_grant == BG_WITHOUT_GRANT_PLAIN ||
                policy->identity.without_grant == BG_WITHOUT_GRANT_OBSERVE;
        if (plain && !attempt->answered[0] && !bg_code_is_bad(ret->code)) {
                ret->verdict = BG_PLAIN;
                return BG_OK;
        }
        return ret->code;
}

enum bg_code bg_decide_caller(const struct bg_policy *policy, const struct bg_grants *grants,
        const struct bg_attempt *attempt, struct bg_decision *ret)
{
        *ret = no_grant;
        ret->code = BG_WRONG_CALLER;
        if (strcmp(attempt->service, "su") != 0 || !attempt->caller.found ||
                attempt->caller.uid == 0 || attempt->answered[0])
                return ret->code;
        best(policy, grants, attempt, ret);
        return ret->verdict == BG_ELEVATE ? BG_OK : ret->code;
}
