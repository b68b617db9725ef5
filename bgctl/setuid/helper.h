/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the steps of the helper share: who asks for what, and the places they work on. */
#pragma once

#include "policy/format/answer.h"
#include "policy/format/ask.h"
#include "policy/format/key.h"
#include "policy/store/store.h"

struct helper {
        struct bg_human caller; /* the real uid's line; found false: it has none */
        uid_t caller_uid;
        struct bg_ask ask;
        struct bg_store store;
        struct bg_now now; /* read anew by main before `act` */

        /* Set by `prepare`. */
        struct bg_human human; /* who must be proven; name set even where there is no such line */
        struct bg_list factors;
        char what[BG_ERROR_TEXT_BYTES]; /* what the proof is for, shown before it is asked */
        struct bg_policy policy;        /* loaded where policy.n_roles is not 0 */
        const struct bg_role *role;

        char trouble[BG_ERROR_TEXT_BYTES]; /* what the host did wrong in a proof; for the record */
        struct bg_refusal refusal; /* what a refusal says besides its code and text */
};

/* Each answers BG_OK after printing its answer to standard output, or an error for main to tell. */
typedef enum bg_code helper_step(struct helper *h, struct bg_error *err);

helper_step prepare_grant, act_grant;
helper_step act_revoke;
helper_step act_offer, act_list, act_show;
helper_step prepare_enroll, act_enroll, prepare_try_code, act_try_code;
helper_step prepare_accept_clock, act_accept_clock;

/* Writes one answer, a line of JSON, to standard output. Errors: BG_SYSTEM. */
enum bg_code helper_answer(const struct bg_table *table, const void *answer, struct bg_error *err);

/* An event of this kind with what is known of the caller and of what was asked. */
void helper_event(
        const struct helper *h, enum bg_event_kind kind, enum bg_code code, struct bg_event *ret);
