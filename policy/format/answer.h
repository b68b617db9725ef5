/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the helper answers on its standard output: JSON, one object a line. The names are those of
 * --json. A refusal is the only line where there is one, and the helper's exit status is
 * bg_code_exit() of its code. */
#pragma once

#include "policy/format/grant.h"

/* verb `offer`: what the policy offers for an account and needs for it; policy is public. */
struct bg_offer {
        char host[BG_HOST_BYTES];
        char account[BG_NAME_BYTES];
        char function[BG_PAIR_VALUE_BYTES];
        char owner[BG_NAME_BYTES + 1];
        struct bg_list roles;     /* all that the identity has */
        char role[BG_ROLE_BYTES]; /* the one asked for, or the only one; "": choose, the rest is 0 */
        char purpose[BG_PAIR_VALUE_BYTES];
        struct bg_list groups;
        struct bg_list services;
        struct bg_list callers;
        uint64_t max_uses;
        bg_usec max_duration; /* the longest that may be asked for */
        bg_usec duration;     /* asked for, or the default */
        struct bg_reason_rule reason;
        bg_usec unused;
        uint64_t approvals;
        struct bg_list approvers;
        struct bg_list factors;
};

extern const struct bg_table bg_offer_table;

enum bg_listed_state { BG_STATE_NONE = 0, BG_STATE_OPEN, BG_STATE_CLOSED };

/* verbs `grant`, `list`, `show`, `revoke`: one grant. */
struct bg_listed {
        char id[BG_ID_BYTES];
        char host[BG_HOST_BYTES];
        char account[BG_NAME_BYTES];
        char role[BG_ROLE_BYTES];
        enum bg_listed_state state;
        enum bg_code cause; /* of a closed one: expired, consumed, revoked */
        char requester[BG_NAME_BYTES];
        char approvers[BG_APPROVERS_BYTES];
        char reason[BG_REASON_BYTES];
        char ticket[BG_TICKET_BYTES];
        bg_usec granted;
        bg_usec expires;
        bg_usec closed;
        char closed_by[BG_ITEM_BYTES];
        int64_t uses_taken;
        int64_t uses_max; /* -1: as many as the window holds */
        struct bg_list groups;
        struct bg_list services;
        struct bg_list callers;
        struct bg_list from;
        struct bg_pairs keys;
        bg_usec unused;
        char warning[BG_ERROR_TEXT_BYTES]; /* after `grant`: why it may not be what opens the door */
};

extern const struct bg_table bg_listed_table;

/* verb `accept-clock` */
struct bg_accepted {
        bg_usec clock;  /* what this host's clock says, and counts from now on */
        bg_usec newest; /* what the record said */
};

extern const struct bg_table bg_accepted_table;

/* verbs `enroll`, and `try-code`, which tells no secret */
struct bg_enrolled {
        char person[BG_NAME_BYTES];
        char otpauth[BG_PAIR_VALUE_BYTES]; /* Key URI, to be shown as text and QR code */
};

extern const struct bg_table bg_enrolled_table;

struct bg_refusal {
        enum bg_code error;
        char text[BG_ERROR_TEXT_BYTES];
        int64_t tries_left; /* not-proven: before the next pause */
        bg_usec wait;       /* locked, not-proven: the pause before the next try */
        struct bg_list ask; /* others who could do it: names and @groups */
};

extern const struct bg_table bg_refusal_table;
