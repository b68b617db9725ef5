/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* roles.d/ROLE.yaml: a named, bounded elevation. */
#pragma once

#include "policy/format/document.h"

/* What whoever asks must say besides. */
struct bg_reason_rule {
        uint64_t min; /* characters of the reason; 0: none is needed */
        enum { BG_TICKET_UNSET = 0, BG_TICKET_OPTIONAL, BG_TICKET_REQUIRED } ticket;
        char pattern[BG_PAIR_VALUE_BYTES]; /* that all of the ticket must match, regex(7); "": any */
};

struct bg_role {
        char role[BG_ROLE_BYTES];
        char purpose[BG_PAIR_VALUE_BYTES];
        struct bg_list groups; /* supplementary groups of an elevated session */
        struct bg_pairs env;
        struct bg_list services; /* PAM services; su covers su-l. Empty: su and sshd */
        bg_usec max_duration;    /* 0: the host's ceiling */
        uint64_t max_uses;       /* sessions a grant allows; 0: as many as its window holds */
        bg_usec unused;          /* a grant that nobody used by then closes; 0: never */
        struct bg_reason_rule reason;
        uint64_t approvals; /* distinct humans; 0: 1 */
        struct bg_list approvers;
        struct bg_list factors;   /* in the order they are asked; empty: the host's */
        bool root_equivalent;     /* acknowledges that a group of it is root by another way */
};

/* More sessions than this is "as many as the window holds". */
#define BG_USES_MAX 1000
#define BG_APPROVALS_MAX 16

extern const struct bg_table bg_role_table;
extern const struct bg_table bg_reason_rule_table;

/* Whether what was said meets the rule, which is `role`'s. Errors: BG_NO_REASON, with what is wanted. */
enum bg_code bg_reason_meets(const struct bg_reason_rule *rule, const char *role,
        const char *reason, struct bg_error *err);
enum bg_code bg_ticket_meets(const struct bg_reason_rule *rule, const char *role,
        const char *ticket, struct bg_error *err);

void bg_role_defaults(struct bg_role *role);
