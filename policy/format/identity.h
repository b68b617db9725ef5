/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* policy.d/ACCOUNT.yaml: one managed account that no human owns. */
#pragma once

#include "policy/format/document.h"

enum bg_identity_kind {
        BG_KIND_UNSET = 0,
        BG_KIND_SERVICE_ACCOUNT,
        BG_KIND_BOT,
        BG_KIND_PIPELINE,
        BG_KIND_API_CLIENT,
};

/* What a login gets that no grant fits. */
enum bg_without_grant {
        BG_WITHOUT_GRANT_UNSET = 0, /* as deny */
        BG_WITHOUT_GRANT_DENY,
        BG_WITHOUT_GRANT_PLAIN, /* an ordinary, unelevated login */
        BG_WITHOUT_GRANT_OBSERVE, /* plain, and what deny would have refused is recorded */
};

struct bg_identity {
        char account[BG_NAME_BYTES];
        enum bg_identity_kind kind;
        char function[BG_PAIR_VALUE_BYTES]; /* what it is for, for people */
        char owner[BG_NAME_BYTES + 1];      /* a human or @group */
        struct bg_list roles;
        enum bg_without_grant without_grant;
        struct bg_list callers; /* who may su to it under a grant, without its password */
        struct bg_list from;    /* networks ssh may come from; empty: anywhere */
        /* ssh keys' fingerprints that may open an elevated session, and whose they are; empty: any */
        struct bg_pairs keys;
        /* Acknowledges that the account has subordinate gids, by which it can drop a session's marker. */
        enum { BG_SUBORDINATE_UNSET = 0, BG_SUBORDINATE_ACCEPTED } subordinate_ids;
};

extern const char *const bg_identity_kinds[];
extern const struct bg_table bg_identity_table;
