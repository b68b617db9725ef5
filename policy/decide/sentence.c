/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a policy allows, said so that a person can object; see check.h. */
#include "policy/decide/check.h"

#include "policy/format/emit.h"

static const struct bg_list *factors_of(const struct bg_check *check, const struct bg_role *role)
{
        return role->factors.n ? &role->factors : &check->host.default_factors;
}

/* "@oncall (alice, bob) or carol" */
static void put_people(struct bg_buffer *buffer, const struct bg_check *check,
        const struct bg_list *principals, const char *last)
{
        for (uint32_t i = 0; i < principals->n; i++) {
                const char *p = principals->v[i];
                const struct bg_checked_group *group =
                        p[0] == '@' ? bg_check_group(check, p + 1) : NULL;
                bg_put(buffer, i == 0 ? "" : i + 1 == principals->n ? last : ", ");
                bg_put(buffer, p);
                if (!group)
                        continue;
                bg_put(buffer, group->n_members ? " (" : " (nobody");
                for (uint32_t m = 0; m < group->members.n; m++) {
                        bg_put(buffer, m ? ", " : "");
                        bg_put(buffer, group->members.v[m]);
                }
                bg_put(buffer, group->n_members > group->members.n ? ", ...)" : ")");
        }
}

static void put_limits(
        struct bg_buffer *buffer, const struct bg_check *check, const struct bg_role *role)
{
        char text[BG_DURATION_BYTES];
        bg_usec longest = role->max_duration && role->max_duration < check->host.ceiling
                                  ? role->max_duration
                                  : check->host.ceiling;

        bg_put(buffer, " for at most ");
        bg_put(buffer, bg_duration_print(longest, text));
        if (role->max_uses) {
                bg_put(buffer, role->max_uses > 1 ? " and " : " and one session");
                if (role->max_uses > 1) {
                        bg_put_number(buffer, (int64_t)role->max_uses);
                        bg_put(buffer, " sessions");
                }
        }
        bg_put(buffer, ", by ");
        bg_put_list(buffer, &role->services, " or ");
}

static void put_consent(
        struct bg_buffer *buffer, const struct bg_check *check, const struct bg_role *role)
{
        bg_put(buffer, ", when ");
        bg_put_number(buffer, (int64_t)role->approvals);
        bg_put(buffer, " of ");
        put_people(buffer, check, &role->approvers, " or ");
        bg_put(buffer, role->approvals > 1 ? " consent after " : " consents after ");
        bg_put_list(buffer, factors_of(check, role), " and ");
        bg_put(buffer, ".");
}

/* "INC-[0-9]+" is shown as it is: whoever reads this wrote it. */
static void put_reason(struct bg_buffer *buffer, const struct bg_reason_rule *rule)
{
        if (!rule->min && rule->ticket != BG_TICKET_REQUIRED)
                return;
        bg_put(buffer, " Who asks must give ");
        if (rule->min) {
                bg_put(buffer, "a reason of ");
                bg_put_number(buffer, (int64_t)rule->min);
                bg_put(buffer, " characters or more");
        }
        if (rule->ticket == BG_TICKET_REQUIRED) {
                bg_put(buffer, rule->min ? " and a ticket" : "a ticket");
                bg_put(buffer, rule->pattern[0] ? " that matches " : "");
                bg_put(buffer, rule->pattern);
        }
        bg_put(buffer, ".");
}

static void put_keys(struct bg_buffer *buffer, const struct bg_pairs *keys)
{
        bg_put(buffer, " By ssh with ");
        for (uint32_t i = 0; i < keys->n; i++) {
                bg_put(buffer, i == 0 ? "" : i + 1 == keys->n ? " or " : ", ");
                bg_put(buffer, keys->v[i].key);
                bg_put(buffer, " (");
                bg_put(buffer, keys->v[i].value);
                bg_put(buffer, ")");
        }
        bg_put(buffer, " only.");
}

static const char *without_grant_words(enum bg_without_grant without)
{
        switch (without) {
        case BG_WITHOUT_GRANT_PLAIN:
                return " Without a grant it logs in unelevated.";
        case BG_WITHOUT_GRANT_OBSERVE:
                return " Without a grant it logs in unelevated, and what deny would refuse is "
                       "recorded.";
        default:
                return " Without a grant it cannot log in.";
        }
}

const char *bg_check_sentence(const struct bg_check *check, const struct bg_identity *identity,
        const struct bg_role *role, char ret[static BG_SENTENCE_BYTES])
{
        struct bg_buffer buffer = {.text = ret, .size = BG_SENTENCE_BYTES};
        char text[BG_DURATION_BYTES];

        ret[0] = '\0';
        bg_put(&buffer, identity->account);
        bg_put(&buffer, " can have ");
        bg_put(&buffer, role->role);
        bg_put(&buffer, role->groups.n == 0   ? " (no group"
                        : role->groups.n == 1 ? " (group "
                                              : " (groups ");
        bg_put_list(&buffer, &role->groups, " and ");
        bg_put(&buffer, ")");
        put_limits(&buffer, check, role);
        put_consent(&buffer, check, role);
        if (identity->callers.n && bg_list_has(&role->services, "su")) {
                bg_put(&buffer, " Then ");
                put_people(&buffer, check, &identity->callers, " and ");
                bg_put(&buffer, " can su to it without its password.");
        }
        if (identity->from.n && bg_list_has(&role->services, "sshd")) {
                bg_put(&buffer, " By ssh from ");
                bg_put_list(&buffer, &identity->from, " or ");
                bg_put(&buffer, " only.");
        }
        if (identity->keys.n && bg_list_has(&role->services, "sshd"))
                put_keys(&buffer, &identity->keys);
        put_reason(&buffer, &role->reason);
        if (role->unused) {
                bg_put(&buffer, " A grant that nobody uses within ");
                bg_put(&buffer, bg_duration_print(role->unused, text));
                bg_put(&buffer, " closes.");
        }
        bg_put(&buffer, without_grant_words(identity->without_grant));
        return ret;
}
