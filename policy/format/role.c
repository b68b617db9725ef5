/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The fields of a role; see role.h. */
#include "policy/format/role.h"

#include <regex.h>

static const char *const ticket_words[] = {"", "optional", "required", NULL};

static bool is_pattern(const char *text)
{
        regex_t pattern;
        bool good = regcomp(&pattern, text, REG_EXTENDED | REG_NOSUB) == 0;
        if (good)
                regfree(&pattern);
        return good;
}

static const struct bg_field reason_fields[] = {
        BG_F(bg_reason_rule, BG_COUNT, min, .max = BG_REASON_BYTES - 1),
        BG_F(bg_reason_rule, BG_WORD, ticket, .words = ticket_words),
        BG_F_TEXT(bg_reason_rule, pattern, .check = is_pattern),
};

const struct bg_table bg_reason_rule_table = {
        .what = "rule of reasons",
        .syntax = BG_YAML,
        .code = BG_BAD_POLICY,
        .size = sizeof(struct bg_reason_rule),
        BG_FIELDS(reason_fields),
};

static const struct bg_field fields[] = {
        BG_F_TEXT(bg_role, role, .check = bg_is_role_name, .required = true),
        BG_F_TEXT(bg_role, purpose, .required = true),
        BG_F(bg_role, BG_LIST, groups, .check = bg_is_name),
        BG_F(bg_role, BG_PAIRS, env, .check = bg_is_env_name),
        BG_F(bg_role, BG_LIST, services, .check = bg_is_name),
        BG_F(bg_role, BG_DURATION, max_duration),
        BG_F(bg_role, BG_COUNT, max_uses, .min = 1, .max = BG_USES_MAX),
        BG_F(bg_role, BG_DURATION, unused),
        BG_F(bg_role, BG_STRUCT, reason, .table = &bg_reason_rule_table),
        BG_F(bg_role, BG_COUNT, approvals, .min = 1, .max = BG_APPROVALS_MAX),
        BG_F(bg_role, BG_LIST, approvers, .check = bg_is_principal, .required = true),
        BG_F(bg_role, BG_LIST, factors, .check = bg_is_factor_name),
        BG_F(bg_role, BG_BOOL, root_equivalent),
};

const struct bg_table bg_role_table = {
        .what = "role",
        .syntax = BG_YAML,
        .code = BG_BAD_POLICY,
        .size = sizeof(struct bg_role),
        BG_FIELDS(fields),
};

void bg_role_defaults(struct bg_role *role)
{
        static const struct bg_list services = {.n = 2, .v = {"su", "sshd"}};

        if (role->services.n == 0)
                role->services = services;
        if (role->approvals == 0)
                role->approvals = 1;
}
