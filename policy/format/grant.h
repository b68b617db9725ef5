/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The claims of a grant, read only after the token's signature was verified (token.h). */
#pragma once

#include "policy/format/policy.h"

struct bg_claim_approval {
        char by[BG_NAME_BYTES];
        int64_t uid;
        struct bg_list factors;
        bg_usec at;
};

struct bg_claims {
        uint64_t v;
        char jti[BG_ID_BYTES];
        char sub[BG_NAME_BYTES]; /* the account, and its uid at issue: made again is another */
        int64_t uid;
        char role[BG_ROLE_BYTES];
        struct bg_list groups;
        struct bg_pairs env;
        struct bg_list services;
        struct bg_list callers;
        struct bg_list from;
        struct bg_pairs keys; /* as an identity's; a name may be "" where nobody said whose it is */
        uint64_t max_uses;
        bg_usec unused; /* closes by then unless somebody has used it; 0: never */
        bg_usec iat;
        bg_usec nbf;
        bg_usec exp;
        char boot[BG_MACHINE_ID_BYTES]; /* the boot it was issued on, and that boot's clock then */
        uint64_t boottime;
        char aud[BG_MACHINE_ID_BYTES]; /* the host's machine id */
        char requester[BG_NAME_BYTES];
        uint32_t n_approvals;
        struct bg_claim_approval approvals[BG_APPROVALS_MAX];
        char reason[BG_REASON_BYTES];
        char ticket[BG_TICKET_BYTES];
        char policy[BG_POLICY_BYTES]; /* identity's digest "." role's digest */
};

extern const struct bg_table bg_claims_table;

/* "alice (password, totp); bob (password, totp)" */
void bg_claims_approvers(const struct bg_claims *claims, char *ret, size_t size);

/* An event of this kind about the grant, with all that its claims say. `uses_taken` -1: not known. */
void bg_event_of_grant(const struct bg_claims *claims, int64_t uses_taken, enum bg_event_kind kind,
        bg_usec time, struct bg_event *ret);

/* A grant as it was found on disk. `found` BG_OK: signature and claims are good, and only then may
 * `claims` be looked at; else why not, with the sentence in `error`. */
struct bg_grant {
        enum bg_code found;
        struct bg_error error;
        char file[BG_ITEM_BYTES]; /* the file's name, cut if need be */
        char id[BG_ID_BYTES];     /* from the file's name; "" where that is no id */
        struct bg_claims claims;
        enum bg_code closed;   /* BG_OK: no tombstone; else its cause */
        uint64_t uses_taken;
};

struct bg_grants {
        size_t n;
        struct bg_grant *v;
};
