/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of the helper's answers; see answer.h. */
#include "policy/format/answer.h"

static const struct bg_field offer_fields[] = {
        BG_F_TEXT(bg_offer, host, .required = true),
        BG_F_TEXT(bg_offer, account, .check = bg_is_name, .required = true),
        BG_F_TEXT(bg_offer, function),
        BG_F_TEXT(bg_offer, owner),
        BG_F(bg_offer, BG_LIST, roles, .check = bg_is_role_name),
        BG_F_TEXT(bg_offer, role, .check = bg_is_role_name),
        BG_F_TEXT(bg_offer, purpose),
        BG_F(bg_offer, BG_LIST, groups, .check = bg_is_name),
        BG_F(bg_offer, BG_LIST, services, .check = bg_is_name),
        BG_F(bg_offer, BG_LIST, callers, .check = bg_is_principal),
        BG_F(bg_offer, BG_COUNT, max_uses),
        BG_F(bg_offer, BG_DURATION, max_duration),
        {.name = "for", .type = BG_DURATION, BG_AT(bg_offer, duration)},
        BG_F(bg_offer, BG_STRUCT, reason, .table = &bg_reason_rule_table),
        BG_F(bg_offer, BG_DURATION, unused),
        BG_F(bg_offer, BG_COUNT, approvals),
        BG_F(bg_offer, BG_LIST, approvers, .check = bg_is_principal),
        BG_F(bg_offer, BG_LIST, factors, .check = bg_is_factor_name),
};

const struct bg_table bg_offer_table = {
        .what = "offer",
        .syntax = BG_JSON,
        .code = BG_SYSTEM,
        .size = sizeof(struct bg_offer),
        BG_FIELDS(offer_fields),
};

static const char *const state_words[] = {"", "open", "closed", NULL};

/* "" stands for BG_OK here: an open grant has no cause. */
static const char *const cause_words[] = {
        "",
#define BG_CODE(name, word, exit_status, sentence, way_on) word,
#include "policy/base/codes.def"
#undef BG_CODE
        NULL,
};

static const struct bg_field listed_fields[] = {
        BG_F(bg_listed, BG_ID, id, .required = true),
        BG_F_TEXT(bg_listed, host),
        BG_F_TEXT(bg_listed, account, .check = bg_is_name, .required = true),
        BG_F_TEXT(bg_listed, role, .check = bg_is_role_name, .required = true),
        BG_F(bg_listed, BG_WORD, state, .words = state_words, .required = true),
        BG_F(bg_listed, BG_WORD, cause, .words = cause_words),
        BG_F_TEXT(bg_listed, requester),
        BG_F_TEXT(bg_listed, approvers),
        BG_F_TEXT(bg_listed, reason),
        BG_F_TEXT(bg_listed, ticket),
        BG_F(bg_listed, BG_TIME, granted),
        BG_F(bg_listed, BG_TIME, expires),
        BG_F(bg_listed, BG_TIME, closed),
        BG_F_TEXT(bg_listed, closed_by),
        BG_F(bg_listed, BG_NUMBER, uses_taken),
        BG_F(bg_listed, BG_NUMBER, uses_max),
        BG_F(bg_listed, BG_LIST, groups, .check = bg_is_name),
        BG_F(bg_listed, BG_LIST, services, .check = bg_is_name),
        BG_F(bg_listed, BG_LIST, callers, .check = bg_is_principal),
        BG_F(bg_listed, BG_LIST, from, .check = bg_is_network),
        BG_F(bg_listed, BG_PAIRS, keys, .check = bg_is_fingerprint),
        BG_F(bg_listed, BG_DURATION, unused),
        BG_F_TEXT(bg_listed, warning),
};

const struct bg_table bg_listed_table = {
        .what = "listed grant",
        .syntax = BG_JSON,
        .code = BG_SYSTEM,
        .size = sizeof(struct bg_listed),
        BG_FIELDS(listed_fields),
};

static const struct bg_field enrolled_fields[] = {
        BG_F_TEXT(bg_enrolled, person, .check = bg_is_name, .required = true),
        BG_F_TEXT(bg_enrolled, otpauth),
};

const struct bg_table bg_enrolled_table = {
        .what = "enrolled factor",
        .syntax = BG_JSON,
        .code = BG_SYSTEM,
        .size = sizeof(struct bg_enrolled),
        BG_FIELDS(enrolled_fields),
};

static const struct bg_field accepted_fields[] = {
        BG_F(bg_accepted, BG_TIME, clock, .required = true),
        BG_F(bg_accepted, BG_TIME, newest),
};

const struct bg_table bg_accepted_table = {
        .what = "accepted clock",
        .syntax = BG_JSON,
        .code = BG_SYSTEM,
        .size = sizeof(struct bg_accepted),
        BG_FIELDS(accepted_fields),
};

static const struct bg_field refusal_fields[] = {
        BG_F(bg_refusal, BG_WORD, error, .words = bg_code_words, .required = true),
        BG_F_TEXT(bg_refusal, text),
        BG_F(bg_refusal, BG_NUMBER, tries_left),
        BG_F(bg_refusal, BG_DURATION, wait),
        BG_F(bg_refusal, BG_LIST, ask, .check = bg_is_principal),
};

const struct bg_table bg_refusal_table = {
        .what = "refusal",
        .syntax = BG_JSON,
        .code = BG_SYSTEM,
        .size = sizeof(struct bg_refusal),
        BG_FIELDS(refusal_fields),
};
