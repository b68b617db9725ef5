/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of an identity; see identity.h. */
#include "policy/format/identity.h"

const char *const bg_identity_kinds[] = {
        "", "service-account", "bot", "pipeline", "api-client", NULL};

static const char *const without_grant_words[] = {"", "deny", "plain", "observe", NULL};

static const char *const subordinate_words[] = {"", "accepted", NULL};

static const struct bg_field fields[] = {
        BG_F_TEXT(bg_identity, account, .check = bg_is_name, .required = true),
        BG_F(bg_identity, BG_WORD, kind, .words = bg_identity_kinds, .required = true),
        BG_F_TEXT(bg_identity, function, .required = true),
        BG_F_TEXT(bg_identity, owner, .check = bg_is_principal, .required = true),
        BG_F(bg_identity, BG_LIST, roles, .check = bg_is_role_name, .required = true),
        BG_F(bg_identity, BG_WORD, without_grant, .words = without_grant_words),
        BG_F(bg_identity, BG_LIST, callers, .check = bg_is_principal),
        BG_F(bg_identity, BG_LIST, from, .check = bg_is_network),
        BG_F(bg_identity, BG_PAIRS, keys, .check = bg_is_fingerprint, .check_value = bg_is_name),
        BG_F(bg_identity, BG_WORD, subordinate_ids, .words = subordinate_words),
};

const struct bg_table bg_identity_table = {
        .what = "identity",
        .syntax = BG_YAML,
        .code = BG_BAD_POLICY,
        .size = sizeof(struct bg_identity),
        BG_FIELDS(fields),
};
