/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A new grant's claims; see claims.h. */
#include "policy/decide/claims.h"

static void set_only(struct bg_list *list, const char *item)
{
        list->n = 1;
        bg_copy(list->v[0], BG_ITEM_BYTES, item);
}

/* A caller is known in su alone, an address and a key in ssh alone. */
static enum bg_code narrow_service(
        const struct bg_ask *ask, struct bg_claims *claims, struct bg_error *err)
{
        const char *service = ask->service;
        const char *implied = ask->caller[0] ? "su" : ask->from[0] || ask->key[0] ? "sshd" : "";

        if (ask->caller[0] && (ask->from[0] || ask->key[0]))
                return bg_fail(err, BG_USAGE, 0,
                        "--caller is about su, --from and --key are about ssh: not both");
        if (service[0] && implied[0] && strcmp(service, implied) != 0)
                return bg_fail(err, BG_USAGE, 0, "--service %s and what else was said are not about the "
                        "same way in", service);
        if (!service[0])
                service = implied;
        if (!service[0])
                return BG_OK;
        if (!bg_list_has(&claims->services, service))
                return bg_fail(err, BG_NOT_PERMITTED, 0, "the role %s does not allow %s",
                        claims->role, service);
        set_only(&claims->services, service);
        return BG_OK;
}

static enum bg_code narrow_caller(const struct bg_ask *ask, const struct bg_human *caller,
        struct bg_claims *claims, struct bg_error *err)
{
        if (!ask->caller[0])
                return BG_OK;
        if (!bg_human_in(caller, &claims->callers))
                return bg_fail(err, BG_NOT_PERMITTED, 0,
                        "%s is not one of those who may become %s", ask->caller, ask->account);
        set_only(&claims->callers, ask->caller);
        return BG_OK;
}

static enum bg_code narrow_from(
        const struct bg_ask *ask, struct bg_claims *claims, struct bg_error *err)
{
        bool lies = claims->from.n == 0;

        if (!ask->from[0])
                return BG_OK;
        for (uint32_t i = 0; i < claims->from.n; i++)
                lies = lies || bg_network_holds(claims->from.v[i], ask->from);
        if (!lies)
                return bg_fail(err, BG_NOT_PERMITTED, 0, "%s may not log in from %s", ask->account,
                        ask->from);
        set_only(&claims->from, ask->from);
        return BG_OK;
}

static enum bg_code narrow_key(
        const struct bg_ask *ask, struct bg_claims *claims, struct bg_error *err)
{
        const char *whose = bg_pairs_get(&claims->keys, ask->key);

        if (!ask->key[0])
                return BG_OK;
        if (claims->keys.n > 0 && !whose)
                return bg_fail(err, BG_NOT_PERMITTED, 0,
                        "that key is none that may open an elevated session of %s", ask->account);
        struct bg_pair only = {0};
        bg_copy(only.key, sizeof only.key, ask->key);
        bg_copy(only.value, sizeof only.value, whose ? whose : "");
        claims->keys.n = 1;
        claims->keys.v[0] = only;
        return BG_OK;
}

static enum bg_code narrow_uses(
        const struct bg_ask *ask, struct bg_claims *claims, struct bg_error *err)
{
        if (!ask->uses)
                return BG_OK;
        if (claims->max_uses && ask->uses > claims->max_uses)
                return bg_fail(err, BG_NOT_PERMITTED, 0, "the role %s allows at most %llu sessions",
                        claims->role, (unsigned long long)claims->max_uses);
        claims->max_uses = ask->uses;
        return BG_OK;
}

enum bg_code bg_claims_fill(const struct bg_policy *policy, const struct bg_role *role,
        const struct bg_ask *ask, const struct bg_human *caller, struct bg_claims *ret,
        struct bg_error *err)
{
        bg_copy(ret->role, sizeof ret->role, role->role);
        ret->groups = role->groups;
        ret->env = role->env;
        ret->services = role->services;
        ret->callers = policy->identity.callers;
        ret->from = policy->identity.from;
        ret->keys = policy->identity.keys;
        ret->max_uses = role->max_uses;
        ret->unused = role->unused;

        enum bg_code code = narrow_service(ask, ret, err);
        if (code == BG_OK)
                code = narrow_caller(ask, caller, ret, err);
        if (code == BG_OK)
                code = narrow_from(ask, ret, err);
        if (code == BG_OK)
                code = narrow_key(ask, ret, err);
        return code == BG_OK ? narrow_uses(ask, ret, err) : code;
}
