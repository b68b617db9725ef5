/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; see subject.h. */
#include "bgctl/setuid/subject.h"

#include "policy/host/users.h"
#include "policy/store/grants.h"
#include "policy/store/keyring.h"
#include "policy/store/load.h"

enum bg_code subject_policy(struct helper *h, struct bg_error *err)
{
        if (!h->ask.account[0])
                return bg_fail(err, BG_USAGE, 0, "no account was named");
        bg_policy_done(&h->policy);
        h->role = NULL;
        enum bg_code code = bg_policy_load(&h->store.etc, h->ask.account, &h->policy, err);
        if (code == BG_NO_SUCH)
                return bg_fail(err, BG_NO_SUCH, 0,
                        "%s is no managed account here: it has no file in " BG_ETC_PATH "/policy.d",
                        h->ask.account);
        return code;
}

enum bg_code subject_role(struct helper *h, struct bg_error *err)
{
        if (!h->ask.role[0]) {
                h->role = h->policy.n_roles == 1 ? &h->policy.roles[0] : NULL;
                return BG_OK;
        }
        h->role = bg_policy_role(&h->policy, h->ask.role);
        if (!h->role)
                return bg_fail(err, BG_NO_SUCH, 0, "%s does not have the role %s", h->ask.account,
                        h->ask.role);
        return BG_OK;
}

bool subject_visible(
        const struct helper *h, const struct bg_claims *claims, const struct bg_policy *policy)
{
        struct bg_list owner = {.n = 1};

        if (h->caller_uid == 0)
                return true;
        if (!h->caller.found)
                return false;
        if (strcmp(claims->requester, h->caller.name) == 0 ||
                strcmp(claims->sub, h->caller.name) == 0)
                return true;
        const struct bg_role *role = policy ? bg_policy_role(policy, claims->role) : NULL;
        if (role && bg_human_in(&h->caller, &role->approvers))
                return true;
        if (!policy)
                return false;
        bg_copy(owner.v[0], sizeof owner.v[0], policy->identity.owner);
        return bg_human_in(&h->caller, &owner);
}

/* What is not to be seen by the caller is not there for him. */
enum bg_code subject_grant(struct helper *h, struct bg_grant *ret, struct bg_error *err)
{
        struct bg_keyring keyring;
        enum bg_code code = BG_NO_SUCH;

        if (h->ask.id[0]) {
                code = bg_keyring_load(&h->store.state, &keyring, err);
                if (code == BG_OK)
                        code = bg_grant_find(
                                &h->store.state, h->ask.id, &keyring, &h->now, ret, err);
        }
        if (code == BG_OK && ret->found != BG_OK)
                return bg_fail(err, ret->found, 0, "%s", ret->error.text);
        if (code == BG_OK) {
                bg_copy(h->ask.account, sizeof h->ask.account, ret->claims.sub);
                bg_copy(h->ask.role, sizeof h->ask.role, ret->claims.role);
                bool known =
                        bg_policy_load(&h->store.etc, ret->claims.sub, &h->policy, NULL) == BG_OK;
                if (!subject_visible(h, &ret->claims, known ? &h->policy : NULL))
                        code = BG_NO_SUCH;
        }
        return code == BG_NO_SUCH ? bg_fail(err, BG_NO_SUCH, 0, "there is no such grant to be seen")
                                  : code;
}

enum bg_code subject_human(struct helper *h, struct bg_error *err)
{
        const char *name = h->ask.as[0] ? h->ask.as : h->caller.name;

        if (!name[0])
                return bg_fail(err, BG_NOT_PERMITTED, 0, "your uid has no line in /etc/passwd");
        enum bg_code code = bg_human_by_name(name, &h->human, err);
        if (code != BG_OK)
                return code;
        bg_policy_mark_managed(&h->store.etc, &h->human);
        bg_copy(h->human.name, sizeof h->human.name, name);
        return BG_OK;
}
