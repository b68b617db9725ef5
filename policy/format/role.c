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

/* Characters, not bytes: what continues a UTF-8 sequence is not counted, nor is white space. */
static size_t count_characters(const char *text)
{
        size_t n = 0;
        for (; *text; text++)
                if (((unsigned char)*text & 0xC0) != 0x80 && *text != ' ')
                        n++;
        return n;
}

enum bg_code bg_reason_meets(const struct bg_reason_rule *rule, const char *role,
        const char *reason, struct bg_error *err)
{
        if (count_characters(reason) >= rule->min)
                return BG_OK;
        return bg_fail(err, BG_NO_REASON, 0, "the role %s wants a reason of at least %llu characters",
                role, (unsigned long long)rule->min);
}

/* All of the ticket, not a part. */
static bool matches(const char *pattern, const char *ticket)
{
        regex_t regex;
        regmatch_t match = {0};

        if (regcomp(&regex, pattern, REG_EXTENDED) != 0)
                return false;
        bool whole = regexec(&regex, ticket, 1, &match, 0) == 0 && match.rm_so == 0 &&
                (size_t)match.rm_eo == strlen(ticket);
        regfree(&regex);
        return whole;
}

enum bg_code bg_ticket_meets(const struct bg_reason_rule *rule, const char *role,
        const char *ticket, struct bg_error *err)
{
        bool missing = rule->ticket == BG_TICKET_REQUIRED && !ticket[0];
        bool other = ticket[0] && rule->pattern[0] && !matches(rule->pattern, ticket);

        if (!missing && !other)
                return BG_OK;
        return bg_fail(err, BG_NO_REASON, 0, "the role %s wants a ticket%s%s", role,
                rule->pattern[0] ? " that matches " : "", rule->pattern);
}

void bg_role_defaults(struct bg_role *role)
{
        static const struct bg_list services = {.n = 2, .v = {"su", "sshd"}};

        if (role->services.n == 0)
                role->services = services;
        if (role->approvals == 0)
                role->approvals = 1;
}
