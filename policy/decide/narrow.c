/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The intersection of a grant and today's policy; see narrow.h. */
#include "policy/decide/narrow.h"

static void intersect(const struct bg_list *a, const struct bg_list *b, struct bg_list *ret)
{
        ret->n = 0;
        for (uint32_t i = 0; i < a->n; i++)
                if (bg_list_has(b, a->v[i]))
                        memcpy(ret->v[ret->n++], a->v[i], BG_ITEM_BYTES);
}

static void intersect_pairs(
        const struct bg_pairs *a, const struct bg_pairs *b, struct bg_pairs *ret)
{
        ret->n = 0;
        for (uint32_t i = 0; i < a->n; i++) {
                const char *value = bg_pairs_get(b, a->v[i].key);
                if (value && strcmp(value, a->v[i].value) == 0)
                        ret->v[ret->n++] = a->v[i];
        }
}

static uint64_t smaller_limit(uint64_t a, uint64_t b)
{
        if (a == 0 || b == 0)
                return a ? a : b;
        return a < b ? a : b;
}

enum bg_code bg_narrow(
        const struct bg_claims *claims, const struct bg_policy *policy, struct bg_allowance *ret)
{
        const struct bg_role *role = bg_policy_role(policy, claims->role);

        if (!role || claims->n_approvals < role->approvals)
                return BG_POLICY_NARROWED;
        intersect(&claims->groups, &role->groups, &ret->groups);
        intersect_pairs(&claims->env, &role->env, &ret->env);
        intersect(&claims->services, &role->services, &ret->services);
        ret->from = claims->from;
        ret->max_uses = smaller_limit(claims->max_uses, role->max_uses);
        ret->unused = smaller_limit(claims->unused, role->unused);

        bg_usec longest = smaller_limit(role->max_duration, policy->host.ceiling);
        ret->exp = claims->exp;
        if (longest && claims->exp > claims->iat && claims->exp - claims->iat > longest)
                ret->exp = claims->iat + longest;
        return BG_OK;
}

bool bg_networks_have(const struct bg_list *networks, const char *address)
{
        for (uint32_t i = 0; i < networks->n; i++)
                if (bg_network_has(networks->v[i], address))
                        return true;
        return networks->n == 0;
}
