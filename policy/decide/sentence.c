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

static void put_items(struct bg_buffer *buffer, const struct bg_list *list, const char *last)
{
        for (uint32_t i = 0; i < list->n; i++) {
                bg_put(buffer, i == 0 ? "" : i + 1 == list->n ? last : ", ");
                bg_put(buffer, list->v[i]);
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
        put_items(buffer, &role->services, " or ");
}

static void put_consent(
        struct bg_buffer *buffer, const struct bg_check *check, const struct bg_role *role)
{
        bg_put(buffer, ", when ");
        bg_put_number(buffer, (int64_t)role->approvals);
        bg_put(buffer, " of ");
        put_people(buffer, check, &role->approvers, " or ");
        bg_put(buffer, role->approvals > 1 ? " consent after " : " consents after ");
        put_items(buffer, factors_of(check, role), " and ");
        bg_put(buffer, ".");
}

const char *bg_check_sentence(const struct bg_check *check, const struct bg_identity *identity,
        const struct bg_role *role, char ret[static BG_SENTENCE_BYTES])
{
        struct bg_buffer buffer = {.text = ret, .size = BG_SENTENCE_BYTES};

        ret[0] = '\0';
        bg_put(&buffer, identity->account);
        bg_put(&buffer, " can have ");
        bg_put(&buffer, role->role);
        bg_put(&buffer, role->groups.n == 0   ? " (no group"
                        : role->groups.n == 1 ? " (group "
                                              : " (groups ");
        put_items(&buffer, &role->groups, " and ");
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
                put_items(&buffer, &identity->from, " or ");
                bg_put(&buffer, " only.");
        }
        bg_put(&buffer, identity->without_grant == BG_WITHOUT_GRANT_PLAIN
                                ? " Without a grant it logs in unelevated."
                                : " Without a grant it cannot log in.");
        return ret;
}
