/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of what is asked of the helper; see ask.h. */
#include "policy/format/ask.h"

#include "policy/format/role.h"

static const struct bg_field fields[] = {
        BG_F_TEXT(bg_ask, account, .check = bg_is_name),
        BG_F_TEXT(bg_ask, role, .check = bg_is_role_name),
        BG_F(bg_ask, BG_ID, id),
        {.name = "for", .type = BG_DURATION, BG_AT(bg_ask, duration)},
        BG_F_TEXT(bg_ask, reason),
        BG_F_TEXT(bg_ask, ticket),
        BG_F_TEXT(bg_ask, as, .check = bg_is_name),
        BG_F_TEXT(bg_ask, caller, .check = bg_is_name),
        BG_F_TEXT(bg_ask, service, .check = bg_is_name),
        BG_F_TEXT(bg_ask, from, .check = bg_is_network),
        BG_F_TEXT(bg_ask, key, .check = bg_is_fingerprint),
        BG_F(bg_ask, BG_COUNT, uses, .min = 1, .max = BG_USES_MAX),
        BG_F_TEXT(bg_ask, person, .check = bg_is_name),
};

const struct bg_table bg_ask_table = {
        .what = "question",
        .syntax = BG_JSON,
        .code = BG_USAGE,
        .size = sizeof(struct bg_ask),
        BG_FIELDS(fields),
};
