/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of a grant's claims; see grant.h. */
#include "policy/format/grant.h"

#include "policy/format/emit.h"

static const struct bg_field approval_fields[] = {
        BG_F_TEXT(bg_claim_approval, by, .check = bg_is_name, .required = true),
        BG_F(bg_claim_approval, BG_NUMBER, uid, .required = true),
        BG_F(bg_claim_approval, BG_LIST, factors, .check = bg_is_factor_name, .required = true),
        BG_F(bg_claim_approval, BG_TIME, at, .required = true),
};

static const struct bg_table approval_table = {
        .what = "approval",
        .syntax = BG_JSON,
        .code = BG_MALFORMED,
        .size = sizeof(struct bg_claim_approval),
        BG_FIELDS(approval_fields),
};

static const struct bg_field fields[] = {
        BG_F_V(bg_claims),
        BG_F(bg_claims, BG_ID, jti, .required = true),
        BG_F_TEXT(bg_claims, sub, .check = bg_is_name, .required = true),
        BG_F(bg_claims, BG_NUMBER, uid, .required = true),
        BG_F_TEXT(bg_claims, role, .check = bg_is_role_name, .required = true),
        BG_F(bg_claims, BG_LIST, groups, .check = bg_is_name),
        BG_F(bg_claims, BG_PAIRS, env, .check = bg_is_env_name),
        BG_F(bg_claims, BG_LIST, services, .check = bg_is_name, .required = true),
        BG_F(bg_claims, BG_LIST, callers, .check = bg_is_principal),
        BG_F(bg_claims, BG_LIST, from, .check = bg_is_network),
        BG_F(bg_claims, BG_PAIRS, keys, .check = bg_is_fingerprint),
        BG_F(bg_claims, BG_DURATION, unused),
        BG_F(bg_claims, BG_COUNT, max_uses, .min = 1, .max = BG_USES_MAX),
        BG_F(bg_claims, BG_TIME, iat, .required = true),
        BG_F(bg_claims, BG_TIME, nbf, .required = true),
        BG_F(bg_claims, BG_TIME, exp, .required = true),
        BG_F_TEXT(bg_claims, boot, .check = bg_is_machine_id, .required = true),
        BG_F(bg_claims, BG_COUNT, boottime, .required = true),
        BG_F_TEXT(bg_claims, aud, .check = bg_is_machine_id, .required = true),
        BG_F_TEXT(bg_claims, requester, .check = bg_is_name, .required = true),
        {
                .name = "approvals",
                .type = BG_STRUCTS,
                BG_AT(bg_claims, approvals),
                .count = offsetof(struct bg_claims, n_approvals),
                .table = &approval_table,
                .max = BG_APPROVALS_MAX,
                .required = true,
        },
        BG_F_TEXT(bg_claims, reason),
        BG_F_TEXT(bg_claims, ticket),
        BG_F_TEXT(bg_claims, policy, .required = true),
};

const struct bg_table bg_claims_table = {
        .what = "grant",
        .syntax = BG_JSON,
        .code = BG_MALFORMED,
        .size = sizeof(struct bg_claims),
        BG_FIELDS(fields),
};

void bg_claims_approvers(const struct bg_claims *claims, char *ret, size_t size)
{
        struct bg_buffer buffer = {.text = ret, .size = size};

        ret[0] = '\0';
        for (uint32_t i = 0; i < claims->n_approvals; i++) {
                const struct bg_claim_approval *a = &claims->approvals[i];
                bg_put(&buffer, i ? "; " : "");
                bg_put(&buffer, a->by);
                bg_put(&buffer, " (");
                for (uint32_t f = 0; f < a->factors.n; f++) {
                        bg_put(&buffer, f ? ", " : "");
                        bg_put(&buffer, a->factors.v[f]);
                }
                bg_put(&buffer, ")");
        }
}

void bg_event_of_grant(const struct bg_claims *claims, int64_t uses_taken, enum bg_event_kind kind,
        bg_usec time, struct bg_event *ret)
{
        bg_event_init(ret, kind, time);
        bg_copy(ret->grant, sizeof ret->grant, claims->jti);
        bg_copy(ret->request, sizeof ret->request, claims->jti);
        bg_copy(ret->account, sizeof ret->account, claims->sub);
        ret->uid = claims->uid;
        bg_copy(ret->role, sizeof ret->role, claims->role);
        bg_copy(ret->reason, sizeof ret->reason, claims->reason);
        bg_copy(ret->ticket, sizeof ret->ticket, claims->ticket);
        bg_copy(ret->policy, sizeof ret->policy, claims->policy);
        bg_copy(ret->requester, sizeof ret->requester, claims->requester);
        bg_claims_approvers(claims, ret->approvers, sizeof ret->approvers);
        ret->started = claims->iat;
        ret->planned = claims->exp;
        ret->uses = uses_taken;
        ret->uses_max = (int64_t)claims->max_uses;
}
