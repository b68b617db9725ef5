/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; see listed.h. */
#include "bgctl/setuid/listed.h"

#include "policy/decide/window.h"
#include "policy/store/events.h"
#include "policy/store/grants.h"

static enum bg_code tell_end(const struct helper *h, const struct bg_grant *grant,
        struct bg_listed *ret, struct bg_error *err)
{
        struct bg_event tombstone;
        struct bg_newest newest;
        bg_usec left = 0;

        if (grant->closed != BG_OK) {
                enum bg_code code = bg_tombstone_read(&h->store.state, grant->id, &tombstone, err);
                if (code != BG_OK)
                        return code;
                ret->state = BG_STATE_CLOSED;
                ret->cause = grant->closed;
                ret->closed = tombstone.time;
                bg_copy(ret->closed_by, sizeof ret->closed_by, tombstone.person);
                if (tombstone.uses >= 0)
                        ret->uses_taken = tombstone.uses;
                return BG_OK;
        }
        /* Run out, and the sweep has not come by yet: it is over all the same. */
        enum bg_code code = bg_newest_load(&h->store.state, &newest, err);
        if (code != BG_OK)
                return code;
        code = bg_window_check(&grant->claims, grant->claims.exp, &h->now, &newest, &left);
        ret->state = code == BG_EXPIRED ? BG_STATE_CLOSED : BG_STATE_OPEN;
        ret->cause = code == BG_EXPIRED ? BG_EXPIRED : BG_OK;
        return BG_OK;
}

enum bg_code listed_from_grant(const struct helper *h, const struct bg_grant *grant,
        struct bg_listed *ret, struct bg_error *err)
{
        const struct bg_claims *claims = &grant->claims;

        memset(ret, 0, sizeof *ret);
        bg_copy(ret->id, sizeof ret->id, grant->id);
        bg_copy(ret->host, sizeof ret->host, h->now.host);
        bg_copy(ret->account, sizeof ret->account, claims->sub);
        bg_copy(ret->role, sizeof ret->role, claims->role);
        bg_copy(ret->requester, sizeof ret->requester, claims->requester);
        bg_claims_approvers(claims, ret->approvers, sizeof ret->approvers);
        bg_copy(ret->reason, sizeof ret->reason, claims->reason);
        bg_copy(ret->ticket, sizeof ret->ticket, claims->ticket);
        ret->granted = claims->iat;
        ret->expires = claims->exp;
        ret->uses_taken = (int64_t)grant->uses_taken;
        ret->uses_max = claims->max_uses ? (int64_t)claims->max_uses : -1;
        ret->groups = claims->groups;
        ret->services = claims->services;
        ret->callers = claims->callers;
        ret->from = claims->from;
        ret->keys = claims->keys;
        ret->unused = claims->unused;
        return tell_end(h, grant, ret, err);
}
