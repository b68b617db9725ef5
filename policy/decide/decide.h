/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* May this session open, and elevated how? Pure: no file, clock or host is touched. The module,
 * `bgctl explain` and the tests all ask this one function. */
#pragma once

#include "policy/decide/narrow.h"
#include "policy/decide/window.h"

/* One login, as the module saw it. */
struct bg_attempt {
        struct bg_now now;
        struct bg_newest newest;
        char account[BG_NAME_BYTES];
        uid_t uid;
        char service[BG_NAME_BYTES]; /* PAM's; su-l is handed in as su */
        struct bg_human caller;      /* su: whose real uid it is */
        char origin[BG_ITEM_BYTES];  /* ssh: the peer's address; "": not known */
        /* ssh: the key's fingerprint; "" there is none. Known from open_session on: before that it is
         * not asked for. */
        bool key_known;
        char key[BG_ITEM_BYTES];
        /* The grant that a named caller was let in by: no other counts then, and plain is
         * impossible. "": none. */
        char answered[BG_ID_BYTES];
};

enum bg_verdict {
        BG_REFUSE = 0,
        BG_PLAIN,   /* an ordinary, unelevated login; with observe, one that deny would refuse */
        BG_ELEVATE, /* under `grant`, as `allowance` says, for `left` */
};

struct bg_decision {
        enum bg_verdict verdict;
        enum bg_code code; /* why not; BG_OK where elevated; for plain why not elevated */
        const struct bg_grant *grant; /* of the grants handed in: the one used, or the one that
                                         `code` is about; NULL: none */
        struct bg_allowance allowance;
        bg_usec left; /* how long the session may last */
};

/* Returns ret->code for BG_REFUSE, else BG_OK. A good grant that fits wins, the longest first; a
 * grant that is bad never falls back to plain. */
enum bg_code bg_decide(const struct bg_policy *policy, const struct bg_grants *grants,
        const struct bg_attempt *attempt, struct bg_decision *ret);

/* May the caller become the account by su without its password, under an open grant? The question
 * of PAM's auth phase: only a real uid other than 0 that the grant and today's policy name. BG_OK:
 * ret->grant is the one. */
enum bg_code bg_decide_caller(const struct bg_policy *policy, const struct bg_grants *grants,
        const struct bg_attempt *attempt, struct bg_decision *ret);

/* The steps by which one grant is judged, in order; for `explain`. */
struct bg_step {
        const char *asks; /* "Is it in force now?" */
        const char *service; /* of which alone it asks; "": of all; NULL: of none that is only tried */
        enum bg_code (*judge)(const struct bg_policy *, const struct bg_grant *,
                const struct bg_attempt *, struct bg_decision *);
};
extern const struct bg_step bg_steps[];
extern const size_t bg_n_steps;

/* A code that says: there is a grant, and it cannot be believed. */
bool bg_code_is_bad(enum bg_code code);
