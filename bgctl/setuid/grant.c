/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Runs as root; verb `grant`: asks and decides at once, where the role lets one human do so. The only
 * caller of bg_token_sign().
 *
 * Each file below is durable before the next is made; killed between any two, what is there is a
 * request without an end, which opens nothing, or a signed grant whose second name is missing, which
 * the sweep makes again. */
#include "bgctl/setuid/listed.h"
#include "bgctl/setuid/subject.h"
#include "policy/decide/claims.h"
#include "policy/decide/permit.h"
#include "policy/format/emit.h"
#include "policy/host/users.h"
#include "policy/store/events.h"
#include "policy/store/grants.h"
#include "policy/store/keyring.h"
#include "policy/store/load.h"
#include "policy/store/requests.h"

/* What the policy says, and with the newest moment on record what the clock says. */
static enum bg_code permit(
        const struct helper *h, const struct bg_newest *newest, struct bg_error *err)
{
        bg_auto_free struct bg_case *c = calloc(1, sizeof *c);
        if (!c)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "grant");
        c->verb = BG_VERB_GRANT;
        c->human = h->human;
        c->caller = h->caller;
        c->policy = &h->policy;
        c->role = h->role;
        c->duration = h->ask.duration;
        c->reason = h->ask.reason;
        c->ticket = h->ask.ticket;
        c->now = h->now;
        c->newest = *newest;
        return bg_permit(c, err);
}

static enum bg_code fill_claims(const struct helper *h, struct bg_claims *ret, struct bg_error *err)
{
        struct bg_human account;
        struct bg_human caller = {0};

        memset(ret, 0, sizeof *ret);
        enum bg_code code = bg_human_by_name(h->ask.account, &account, err);
        if (code == BG_OK && h->ask.caller[0])
                code = bg_human_by_name(h->ask.caller, &caller, err);
        if (code == BG_OK)
                code = bg_claims_fill(&h->policy, h->role, &h->ask, &caller, ret, err);
        if (code != BG_OK)
                return code;
        if (!account.found || account.uid == 0)
                return bg_fail(err, BG_BAD_POLICY, 0,
                        "%s has no line in /etc/passwd that could be elevated", h->ask.account);
        ret->v = 1;
        bg_copy(ret->sub, sizeof ret->sub, h->ask.account);
        ret->uid = account.uid;
        ret->iat = h->now.wall;
        ret->nbf = h->now.wall;
        ret->exp = h->now.wall + h->ask.duration;
        bg_copy(ret->boot, sizeof ret->boot, h->now.boot);
        ret->boottime = h->now.boottime;
        bg_copy(ret->aud, sizeof ret->aud, h->now.machine);
        bg_copy(ret->requester, sizeof ret->requester, h->caller.name);
        ret->n_approvals = 1;
        bg_copy(ret->approvals[0].by, sizeof ret->approvals[0].by, h->human.name);
        ret->approvals[0].uid = h->human.uid;
        ret->approvals[0].factors = h->factors;
        ret->approvals[0].at = h->now.wall;
        bg_copy(ret->reason, sizeof ret->reason, h->ask.reason);
        bg_copy(ret->ticket, sizeof ret->ticket, h->ask.ticket);
        bg_policy_digest(&h->policy, h->role->role, ret->policy);
        return BG_OK;
}

enum bg_code prepare_grant(struct helper *h, struct bg_error *err)
{
        char duration[BG_DURATION_BYTES];

        enum bg_code code = subject_policy(h, err);
        if (code == BG_OK)
                code = subject_role(h, err);
        if (code != BG_OK)
                return code;
        if (!h->role)
                return bg_fail(err, BG_USAGE, 0, "%s has several roles: name one with --role",
                        h->ask.account);
        bg_copy(h->ask.role, sizeof h->ask.role, h->role->role);
        if (h->ask.duration == 0)
                h->ask.duration = bg_default_duration(&h->policy, h->role);
        h->factors = h->role->factors;
        h->refusal.ask = h->role->approvers;
        (void)snprintf(h->what, sizeof h->what, "%s gets %s on %s for %s", h->ask.account,
                h->role->role, h->now.host, bg_duration_print(h->ask.duration, duration));
        code = bg_factors_check(&h->policy.host, &h->factors, err);
        if (code == BG_OK)
                code = subject_human(h, err);
        /* Policy is public: what it refuses is refused before a code is spent on it. What the store
         * knows is not asked for yet. */
        static const struct bg_newest not_asked = {0};
        static struct bg_claims claims;
        if (code == BG_OK)
                code = permit(h, &not_asked, err);
        return code == BG_OK ? fill_claims(h, &claims, err) : code;
}

static enum bg_code load_key(
        const struct bg_dir *state, unsigned char *secret_key, struct bg_error *err)
{
        struct bg_keyring keyring;
        enum bg_code code = bg_keyring_load(state, &keyring, err);

        if (code == BG_OK)
                code = bg_signing_key_load(state, &keyring, secret_key, err);
        return code == BG_NO_SUCH
                       ? bg_fail(err, BG_STORE_FAILED, 0,
                                 "this host has no signing key yet; root runs: bgctl init")
                       : code;
}

static enum bg_code sign(const struct bg_store *store, const struct bg_claims *claims,
        const struct bg_now *now, char *token, size_t size, struct bg_error *err)
{
        bg_auto_free char *payload = malloc(BG_PAYLOAD_BYTES_MAX + 1);
        struct bg_buffer buffer = {.text = payload, .size = BG_PAYLOAD_BYTES_MAX + 1};

        if (!payload)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "grant");
        if (!bg_emit(&bg_claims_table, claims, &buffer))
                return bg_fail(err, BG_SYSTEM, 0, "the grant's claims are too long");
        /* What is signed must read: else it would be a damaged grant that shuts the account. */
        bg_auto_free struct bg_claims *again = malloc(sizeof *again);
        if (!again)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "grant");
        enum bg_code code =
                bg_document_read(&bg_claims_table, "the grant", payload, buffer.n, again, err);
        if (code != BG_OK)
                return code;
        unsigned char *secret_key = sodium_malloc(BG_SECRET_KEY_BYTES);
        if (!secret_key)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "grant");
        code = load_key(&store->state, secret_key, err);
        if (code == BG_OK && !bg_token_sign(secret_key, payload, now->machine, token, size))
                code = bg_fail(err, BG_SYSTEM, 0, "the grant could not be signed");
        sodium_free(secret_key); /* which wipes it */
        return code;
}

/* By which factors, of which kinds, and by which rule the human was an approver. */
static void describe_approval(const struct helper *h, struct bg_event *event)
{
        struct bg_buffer b = BG_BUFFER(event->approvers);
        struct bg_list rule = {.n = 1};

        bg_put(&b, h->human.name);
        for (uint32_t i = 0; i < h->factors.n; i++) {
                const char *kind = bg_pairs_get(&h->policy.host.factors, h->factors.v[i]);
                bg_put(&b, i ? ", " : " (");
                bg_put(&b, h->factors.v[i]);
                bg_put(&b, kind ? ": " : "");
                bg_put(&b, kind ? kind : "");
        }
        bg_put(&b, ")");
        for (uint32_t i = 0; i < h->role->approvers.n; i++) {
                bg_copy(rule.v[0], sizeof rule.v[0], h->role->approvers.v[i]);
                if (bg_human_in(&h->human, &rule))
                        break;
        }
        (void)snprintf(event->text, sizeof event->text, "an approver by %s; 1 of %llu needed",
                rule.v[0], (unsigned long long)h->role->approvals);
}

/* requests/ID with its ask and its one yes: who asked and who agreed is on record before the grant
 * exists. */
static enum bg_code record_request(
        const struct helper *h, const struct bg_claims *claims, struct bg_error *err)
{
        struct bg_event event;

        helper_event(h, BG_EVENT_REQUESTED, BG_OK, &event);
        bg_copy(event.request, sizeof event.request, claims->jti);
        event.uid = claims->uid;
        bg_copy(event.requester, sizeof event.requester, claims->requester);
        bg_copy(event.person, sizeof event.person, claims->requester);
        bg_copy(event.policy, sizeof event.policy, claims->policy);
        enum bg_code code = bg_request_make(&h->store.state, &event, err);
        if (code != BG_OK)
                return code;

        event.kind = BG_EVENT_APPROVED;
        bg_copy(event.person, sizeof event.person, h->human.name);
        describe_approval(h, &event);
        return bg_request_approve(&h->store.state, &event, h->human.uid, err);
}

static enum bg_code count_one(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *err)
{
        (void)dir;
        (void)name;
        (void)err;
        ++*(unsigned *)context;
        return BG_OK;
}

/* Every login of the account reads all that is open. */
static enum bg_code is_room(const struct helper *h, struct bg_error *err)
{
        bg_auto(bg_dir_done) struct bg_dir all = BG_DIR_NONE;
        bg_auto(bg_dir_done) struct bg_dir mine = BG_DIR_NONE;
        unsigned n = 0;

        enum bg_code code = bg_dir_make(&h->store.state, "grants", &all, err);
        if (code == BG_OK)
                code = bg_dir_make(&all, h->ask.account, &mine, err);
        if (code == BG_OK)
                code = bg_dir_each(&mine, 0, count_one, &n, err);
        if (code == BG_OK && n >= BG_GRANTS_MAX)
                return bg_fail(err, BG_NOT_PERMITTED, 0,
                        "%u grants of %s are open; revoke some first (bgctl list)", n,
                        h->ask.account);
        return code;
}

/* What failed behind the signed `end` does not take it back, and the person must know that. */
static enum bg_code say_granted(
        const char *id, const char *what, enum bg_code code, struct bg_error *err)
{
        struct bg_error why = *err;
        return bg_fail(err, code, 0, "%s %s; bgctl revoke %s takes it back (%s)", id, what, id,
                why.text);
}

static enum bg_code open_grant(struct helper *h, struct bg_claims *claims, struct bg_error *err)
{
        const struct bg_dir *state = &h->store.state;
        bg_auto_free char *token = malloc(BG_TOKEN_BYTES_MAX);
        bool made = false;

        if (!token)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "grant");
        enum bg_code code = is_room(h, err);
        if (code == BG_OK)
                code = bg_policy_keep(&h->store.etc, state, &h->policy, h->role->role, err);
        if (code == BG_OK)
                code = bg_id_reserve(state, &h->now, claims->jti, err);
        if (code == BG_OK)
                code = sign(&h->store, claims, &h->now, token, BG_TOKEN_BYTES_MAX, err);
        if (code == BG_OK)
                code = record_request(h, claims, err);
        if (code == BG_OK)
                code = bg_request_end(state, claims->jti, token, strlen(token), &made, err);
        if (code == BG_OK && !made)
                code = bg_fail(err, BG_STORE_FAILED, 0, "request %s has ended", claims->jti);
        if (code == BG_OK)
                code = bg_request_publish(state, claims->jti, claims->sub, err);
        if (code != BG_OK && made)
                code = say_granted(
                        claims->jti, "is signed, and the next sweep opens it", code, err);
        bg_event_wake(&h->store);
        return code;
}

/* A grant opens nothing where nobody asks for it: the person reads it now, not at the door. */
static void warn_of_gate(const struct helper *h, char *ret, size_t size)
{
        struct bg_gate gate = {0};
        enum bg_code code = bg_gate_load(&h->store, &gate, NULL);

        if (code == BG_NO_SUCH)
                bg_copy(ret, size, "no login here asks for grants; root: bgctl init");
        else if (code == BG_OK)
                bg_copy(ret, size, gate.missing);
}

enum bg_code act_grant(struct helper *h, struct bg_error *err)
{
        bg_auto_free struct bg_grant *grant = calloc(1, sizeof *grant);
        struct bg_listed listed;

        if (!grant)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "grant");
        struct bg_newest newest;
        enum bg_code code = bg_newest_load(&h->store.state, &newest, err);
        if (code == BG_OK)
                code = permit(h, &newest, err);
        if (code == BG_OK)
                code = fill_claims(h, &grant->claims, err);
        if (code == BG_OK)
                code = open_grant(h, &grant->claims, err);
        if (code != BG_OK)
                return code;
        bg_copy(grant->id, sizeof grant->id, grant->claims.jti);
        code = listed_from_grant(h, grant, &listed, err);
        warn_of_gate(h, listed.warning, sizeof listed.warning);
        if (code == BG_OK)
                code = helper_answer(&bg_listed_table, &listed, err);
        return code == BG_OK ? BG_OK : say_granted(grant->id, "is open", code, err);
}
