/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; verbs that change nothing: `offer` (what policy offers, which is public), `list` and
 * `show` (what is open, to those who may see it). */
#include "bgctl/setuid/listed.h"
#include "bgctl/setuid/subject.h"
#include "policy/decide/permit.h"
#include "policy/store/grants.h"
#include "policy/store/keyring.h"
#include "policy/store/load.h"

enum bg_code act_offer(struct helper *h, struct bg_error *err)
{
        struct bg_offer offer = {0};
        enum bg_code code = subject_policy(h, err);

        if (code == BG_OK)
                code = subject_role(h, err);
        if (code != BG_OK)
                return code;
        const struct bg_identity *identity = &h->policy.identity;
        bg_copy(offer.host, sizeof offer.host, h->now.host);
        bg_copy(offer.account, sizeof offer.account, identity->account);
        bg_copy(offer.function, sizeof offer.function, identity->function);
        bg_copy(offer.owner, sizeof offer.owner, identity->owner);
        offer.roles = identity->roles;
        offer.callers = identity->callers;
        if (h->role) {
                bg_copy(offer.role, sizeof offer.role, h->role->role);
                bg_copy(offer.purpose, sizeof offer.purpose, h->role->purpose);
                offer.groups = h->role->groups;
                offer.services = h->role->services;
                offer.max_uses = h->role->max_uses;
                offer.max_duration = bg_longest(&h->policy, h->role);
                offer.duration = h->ask.duration ? h->ask.duration
                                                 : bg_default_duration(&h->policy, h->role);
                offer.reason = h->role->reason;
                offer.unused = h->role->unused;
                offer.approvals = h->role->approvals;
                offer.approvers = h->role->approvers;
                offer.factors = h->role->factors;
        }
        return helper_answer(&bg_offer_table, &offer, err);
}

struct listing {
        struct helper *h;
        struct bg_keyring keyring;
};

/* One account's open grants. A bad one is not listed: it opens nothing, `explain` and the record
 * tell of it. */
static enum bg_code list_account(
        const struct bg_dir *dir, const char *account, void *context, struct bg_error *err)
{
        struct listing *l = context;
        struct helper *h = l->h;
        bg_auto(bg_grants_done) struct bg_grants grants = {0};
        bg_auto(bg_policy_done) struct bg_policy policy = {0};
        struct bg_listed listed;

        (void)dir;
        if (!bg_is_name(account))
                return BG_OK;
        enum bg_code code =
                bg_grants_load(&h->store.state, account, &l->keyring, &h->now, &grants, err);
        if (code == BG_UNSAFE_FILE) /* the sweep reports it; the others' are listed all the same */
                return BG_OK;
        bool known = grants.n > 0 && bg_policy_load(&h->store.etc, account, &policy, NULL) == BG_OK;
        for (size_t i = 0; code == BG_OK && i < grants.n; i++) {
                const struct bg_grant *grant = &grants.v[i];
                if (grant->found != BG_OK || grant->closed != BG_OK ||
                        !subject_visible(h, &grant->claims, known ? &policy : NULL))
                        continue;
                code = listed_from_grant(h, grant, &listed, err);
                if (code == BG_OK && listed.state == BG_STATE_OPEN)
                        code = helper_answer(&bg_listed_table, &listed, err);
        }
        return code;
}

enum bg_code act_list(struct helper *h, struct bg_error *err)
{
        struct listing listing = {.h = h};
        bg_auto(bg_dir_done) struct bg_dir grants = BG_DIR_NONE;

        enum bg_code code = bg_keyring_load(&h->store.state, &listing.keyring, err);
        if (code == BG_OK)
                code = bg_dir_sub(&h->store.state, "grants", &grants, err);
        if (code == BG_NO_SUCH)
                return BG_OK;
        return code == BG_OK ? bg_dir_each(&grants, 0, list_account, &listing, err) : code;
}

enum bg_code act_show(struct helper *h, struct bg_error *err)
{
        bg_auto_free struct bg_grant *grant = calloc(1, sizeof *grant);
        struct bg_listed listed;

        if (!grant)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "show");
        enum bg_code code = subject_grant(h, grant, err);
        if (code == BG_OK)
                code = listed_from_grant(h, grant, &listed, err);
        return code == BG_OK ? helper_answer(&bg_listed_table, &listed, err) : code;
}
