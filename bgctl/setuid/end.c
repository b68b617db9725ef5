/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; verb `revoke`: a grant is closed now. Giving privilege up needs no factors: root and
 * the role's approvers may, by real uid. */
#include "bgctl/setuid/listed.h"
#include "bgctl/setuid/subject.h"
#include "policy/decide/permit.h"
#include "policy/host/users.h"
#include "policy/store/events.h"
#include "policy/store/grants.h"

static enum bg_code may_revoke(
        const struct helper *h, const struct bg_grant *grant, struct bg_error *err)
{
        static const struct bg_role nobody = {.role = "of this grant"};
        const struct bg_role *role = bg_policy_role(&h->policy, grant->claims.role);
        struct bg_case c = {
                .verb = BG_VERB_REVOKE,
                .human = h->caller,
                .caller = h->caller,
                .policy = &h->policy,
                /* A role that today's policy lacks has no approvers: root alone. */
                .role = role ? role : &nobody,
                .now = h->now,
        };
        return bg_permit(&c, err);
}

static enum bg_code close_grant(
        const struct helper *h, struct bg_grant *grant, struct bg_error *err)
{
        struct bg_event event;
        bool closed = false;

        bg_event_of_grant(&grant->claims, (int64_t)grant->uses_taken, BG_EVENT_REVOKED,
                h->now.wall, &event);
        bg_copy(event.person, sizeof event.person, h->caller.name);
        bg_copy(event.caller, sizeof event.caller, h->caller.name);
        event.caller_uid = h->caller_uid;
        event.login_uid = bg_login_uid();
        struct bg_error why;
        enum bg_code code = bg_grant_close(&h->store.state, &event, &closed, &why);
        bg_event_wake(&h->store);
        if (code != BG_OK)
                return bg_fail(err, code, 0, "%s is %s: %s", grant->id,
                        closed ? "closed, but not all was done" : "still open", why.text);
        /* Somebody else may have closed it first: the tombstone tells. */
        code = bg_tombstone_read(&h->store.state, grant->id, &event, err);
        grant->closed = code == BG_OK ? bg_cause_of(event.kind) : BG_OK;
        return code;
}

enum bg_code act_revoke(struct helper *h, struct bg_error *err)
{
        bg_auto_free struct bg_grant *grant = calloc(1, sizeof *grant);
        struct bg_listed listed;

        if (!grant)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "revoke");
        enum bg_code code = subject_grant(h, grant, err);
        if (code == BG_OK)
                code = may_revoke(h, grant, err);
        if (code == BG_OK && grant->closed == BG_OK)
                code = close_grant(h, grant, err);
        if (code == BG_OK)
                code = listed_from_grant(h, grant, &listed, err);
        return code == BG_OK ? helper_answer(&bg_listed_table, &listed, err) : code;
}
