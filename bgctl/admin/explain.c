/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* explain: the module's decision about a login, step by step, without the login. */
#include "bgctl/admin/root.h"
#include "bgctl/cli/commands.h"
#include "bgctl/cli/output.h"
#include "policy/decide/decide.h"
#include "policy/host/clock.h"
#include "policy/host/users.h"
#include "policy/store/events.h"
#include "policy/store/grants.h"
#include "policy/store/keyring.h"
#include "policy/store/load.h"

/* All that the decision is made of. */
struct explanation {
        struct bg_store store;
        struct bg_policy policy;
        struct bg_keyring keyring;
        struct bg_grants grants;
        struct bg_attempt attempt;
        struct bg_human account;
};

static void explanation_done(struct explanation *e)
{
        bg_grants_done(&e->grants);
        bg_policy_done(&e->policy);
        bg_store_done(&e->store);
}

/* By su, the caller is root unless one is named: root is who may ask. */
static enum bg_code fill_attempt(
        const struct bg_options *options, struct bg_attempt *attempt, struct bg_error *err)
{
        const char *service = options->values[BG_OPTION_SERVICE];
        const char *caller = options->values[BG_OPTION_CALLER];
        const char *from = options->values[BG_OPTION_FROM];
        const char *key = options->values[BG_OPTION_KEY];

        if (from && strchr(from, '/'))
                return bg_fail(
                        err, BG_USAGE, 0, "a login comes from one address, not from %s", from);
        if (!service)
                service = caller ? "su" : "sshd";
        bg_copy(attempt->service, sizeof attempt->service,
                strcmp(service, "su-l") == 0 ? "su" : service);
        if (from)
                bg_copy(attempt->origin, sizeof attempt->origin, from);
        if (key)
                bg_copy(attempt->key, sizeof attempt->key, key);
        attempt->key_known = key != NULL;
        if (strcmp(attempt->service, "su") != 0)
                return BG_OK;
        enum bg_code code = bg_human_by_name(caller ? caller : "root", &attempt->caller, err);
        if (code == BG_OK && !attempt->caller.found)
                return bg_fail(err, BG_NO_SUCH, 0, "%s has no line in /etc/passwd", caller);
        return code;
}

static enum bg_code load(
        const struct bg_options *options, struct explanation *e, struct bg_error *err)
{
        const char *name = options->argument;
        struct bg_attempt *attempt = &e->attempt;

        enum bg_code code = bg_need_root("explain", err);
        if (code == BG_OK)
                code = bg_human_by_name(name, &e->account, err);
        if (code == BG_OK && !e->account.found)
                code = bg_fail(err, BG_NO_SUCH, 0, "%s has no line in /etc/passwd", name);
        if (code == BG_OK)
                code = fill_attempt(options, attempt, err);
        if (code == BG_OK)
                code = bg_now_read(&attempt->now, err);
        if (code == BG_OK)
                code = bg_store_open(&bg_places_host, &e->store, err);
        if (code == BG_OK)
                code = bg_policy_is_managed(&e->store.etc, name, &e->account.managed, err);
        if (code != BG_OK || !e->account.managed)
                return code;
        bg_copy(attempt->account, sizeof attempt->account, name);
        attempt->uid = e->account.uid;
        code = bg_newest_load(&e->store.state, &attempt->newest, err);
        if (code == BG_OK)
                code = bg_policy_load(&e->store.etc, name, &e->policy, err);
        if (code == BG_OK)
                code = bg_keyring_load(&e->store.state, &e->keyring, err);
        if (code == BG_OK)
                code = bg_grants_load(
                        &e->store.state, name, &e->keyring, &attempt->now, &e->grants, err);
        return code;
}

static void print_attempt(const struct bg_attempt *attempt)
{
        char text[BG_LOCAL_TIME_BYTES];
        const char *account = attempt->account;
        const char *host = attempt->now.host;
        const char *from = attempt->origin[0] ? attempt->origin : "an address that is not known";

        (void)bg_local_time(attempt->now.wall, attempt->now.wall, text);
        if (strcmp(attempt->service, "su") == 0)
                bg_say(stdout, "", "A su by %s to %s on %s, at %s.", attempt->caller.name, account,
                        host, text);
        else if (strcmp(attempt->service, "sshd") == 0)
                bg_say(stdout, "", "An ssh login from %s to %s on %s%s%s, at %s.", from, account,
                        host, attempt->key_known ? ", with " : "", attempt->key, text);
        else
                bg_say(stdout, "", "A login by %s to %s on %s, at %s.", attempt->service, account,
                        host, text);
}

static void print_grant(const struct explanation *e, const struct bg_grant *grant)
{
        struct bg_decision decision = {.grant = grant};
        char text[BG_LOCAL_TIME_BYTES];

        if (grant->found == BG_OK)
                bg_say(stdout, "", "Grant %s: %s until %s.", grant->id, grant->claims.role,
                        bg_local_time(grant->claims.exp, e->attempt.now.wall, text));
        else
                bg_say(stdout, "", "Grant %s: %s.", grant->id[0] ? grant->id : "(no name)",
                        grant->error.text);
        for (size_t i = 0; i < bg_n_steps; i++) {
                enum bg_code code = bg_steps[i].judge(&e->policy, grant, &e->attempt, &decision);
                if (code == BG_OK) {
                        bg_row(stdout, 2, "yes", "%s", bg_steps[i].asks);
                        continue;
                }
                bg_row(stdout, 2, "no", "%s (%s)", bg_steps[i].asks, bg_code_word(code));
                return;
        }
}

static void print_plain(const struct explanation *e, enum bg_code code)
{
        if (e->policy.identity.without_grant == BG_WITHOUT_GRANT_OBSERVE)
                bg_say(stdout, "",
                        "Let in, unelevated: its policy says without_grant: observe. deny would "
                        "refuse it (%s), and that is recorded.",
                        bg_code_word(code));
        else
                bg_say(stdout, "", "Let in, unelevated (%s): its policy says without_grant: plain.",
                        bg_code_word(code));
}

/* What the decision does not know, or has no say in. */
static void print_besides(const struct explanation *e)
{
        const char *account = e->attempt.account;
        struct bg_passwd login;
        bool keys = e->policy.identity.keys.n > 0;

        for (size_t i = 0; i < e->grants.n; i++)
                keys = keys || (e->grants.v[i].found == BG_OK && e->grants.v[i].claims.keys.n > 0);
        if (strcmp(e->attempt.service, "sshd") == 0 && keys && !e->attempt.key_known)
                bg_say(stdout, "",
                        "It matters which ssh key comes in: --key SHA256:... asks for one.");
        if (bg_passwd_by_name(account, &login, NULL) == BG_OK && bg_shell_is_closed(login.shell))
                bg_say(stdout, "",
                        "Its shell is %s, in whose message ssh and su end all the same. Give it one "
                        "(usermod -s /bin/sh %s), or go by root: su -s /bin/sh %s",
                        login.shell, account, account);
}

static void print_verdict(const struct explanation *e)
{
        struct bg_decision decision;
        char text[BG_LOCAL_TIME_BYTES];
        char groups[2048];

        (void)bg_decide(&e->policy, &e->grants, &e->attempt, &decision);
        switch (decision.verdict) {
        case BG_ELEVATE:
                bg_say(stdout, "", "Elevated under %s, with %s, for %s.", decision.grant->id,
                        decision.allowance.groups.n ? bg_join(&decision.allowance.groups, " and ",
                                                              groups, sizeof groups)
                                                    : "no group",
                        bg_duration_words(decision.left, text));
                break;
        case BG_PLAIN:
                print_plain(e, decision.code);
                break;
        case BG_REFUSE:
                bg_say(stdout, "", "Refused (%s). The login is told: %s.",
                        bg_code_word(decision.code), bg_code_sentence(decision.code));
                break;
        }
}

int bg_run_explain(const struct bg_options *options)
{
        bg_auto(explanation_done) struct explanation e = {.store = BG_STORE_NONE};
        struct bg_error err;

        if (load(options, &e, &err) != BG_OK)
                return bg_tell_error(options, &err);
        if (!e.account.managed) {
                bg_say(stdout, "", "%s is not managed: breakglass has no say in its logins.",
                        options->argument);
                return 0;
        }
        print_attempt(&e.attempt);
        if (e.grants.n == 0)
                bg_say(stdout, "", "No grant is open.");
        for (size_t i = 0; i < e.grants.n; i++)
                print_grant(&e, &e.grants.v[i]);
        print_verdict(&e);
        print_besides(&e);
        return 0;
}
