/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* explain: the module's decision about a login, step by step, without the login. */
#include "bgctl/admin/root.h"
#include "bgctl/cli/commands.h"
#include "bgctl/cli/output.h"
#include "policy/base/cleanup.h"
#include "policy/decide/decide.h"
#include "policy/format/emit.h"
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

/* Of which login: by su or sshd, and by what su or ssh knows. */
static enum bg_code choose_service(
        const struct bg_options *options, const char **ret, struct bg_error *err)
{
        const char *service = options->values[BG_OPTION_SERVICE];
        bool su = bg_has(options, BG_OPTION_CALLER);
        bool ssh = bg_has(options, BG_OPTION_FROM) || bg_has(options, BG_OPTION_KEY);

        if (!service)
                service = su ? "su" : "sshd";
        if (strcmp(service, "su-l") == 0)
                service = "su";
        *ret = service;
        if (strcmp(service, "su") != 0 && strcmp(service, "sshd") != 0)
                return bg_fail(err, BG_USAGE, 0, "--service is su or sshd, not \"%.64s\"", service);
        if ((su && strcmp(service, "su") != 0) || (ssh && strcmp(service, "sshd") != 0))
                return bg_fail(err, BG_USAGE, 0,
                        "--caller is about su, --from and --key are about ssh: not both");
        return BG_OK;
}

static enum bg_code fill_attempt(
        const struct bg_options *options, struct bg_attempt *attempt, struct bg_error *err)
{
        const char *service = NULL;
        const char *caller = options->values[BG_OPTION_CALLER];
        const char *from = options->values[BG_OPTION_FROM];
        const char *key = options->values[BG_OPTION_KEY];

        if (from && strchr(from, '/'))
                return bg_fail(
                        err, BG_USAGE, 0, "a login comes from one address, not from %s", from);
        enum bg_code code = choose_service(options, &service, err);
        if (code != BG_OK)
                return code;
        bg_copy(attempt->service, sizeof attempt->service, service);
        if (from)
                bg_copy(attempt->origin, sizeof attempt->origin, from);
        if (key)
                bg_copy(attempt->key, sizeof attempt->key, key);
        /* A fact that was not given fits no list: what then depends on it is found out, not guessed. */
        attempt->key_known = true;
        if (!caller)
                return BG_OK;
        code = bg_human_by_name(caller, &attempt->caller, err);
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
        const char *from = attempt->origin[0] ? attempt->origin : "any address";
        const char *caller = attempt->caller.found ? attempt->caller.name : "anybody";

        (void)bg_local_time(attempt->now.wall, attempt->now.wall, text);
        if (strcmp(attempt->service, "su") == 0)
                bg_say(stdout, "", "A su by %s to %s on %s, at %s.", caller, account, host, text);
        else
                bg_say(stdout, "", "An ssh login from %s to %s on %s%s%s, at %s.", from, account,
                        host, attempt->key[0] ? ", with " : "", attempt->key, text);
}

/* What of a login was not told, and matters. */
enum fact { FACT_NONE = 0, FACT_CALLER, FACT_ADDRESS, FACT_KEY, FACTS };

static const struct {
        const char *what;
        const char *give;
} facts[FACTS] = {
        [FACT_CALLER] = {"caller", "--caller USER"},
        [FACT_ADDRESS] = {"address", "--from ADDRESS"},
        [FACT_KEY] = {"ssh key", "--key SHA256:..."},
};

static enum fact missing_fact(const struct bg_attempt *attempt, enum bg_code code)
{
        if (code == BG_WRONG_CALLER && !attempt->caller.found)
                return FACT_CALLER;
        if (code == BG_WRONG_ORIGIN && !attempt->origin[0])
                return FACT_ADDRESS;
        return code == BG_WRONG_KEY && !attempt->key[0] ? FACT_KEY : FACT_NONE;
}

/* How a grant was judged. */
struct judged {
        enum bg_code code; /* BG_OK: it fits, or would by the facts that are missing */
        bool depends[FACTS];
        struct bg_decision decision;
};

static void put_names(struct bg_buffer *buffer, const struct bg_pairs *pairs)
{
        for (uint32_t i = 0; i < pairs->n; i++) {
                bg_put(buffer, i ? ", " : "");
                bg_put(buffer, pairs->v[i].key);
        }
}

/* What would do: both the grant and today's policy must have it. */
static void print_depends(const struct explanation *e, const struct bg_grant *grant,
        const struct bg_decision *decision, enum fact fact, const char *asks)
{
        const struct bg_identity *identity = &e->policy.identity;
        char granted[2048] = "";
        char today[2048] = "";
        struct bg_buffer of_grant = BG_BUFFER(granted);
        struct bg_buffer of_policy = BG_BUFFER(today);

        if (fact == FACT_CALLER) {
                bg_put_list(&of_grant, &grant->claims.callers, " or ");
                bg_put_list(&of_policy, &identity->callers, " or ");
        } else if (fact == FACT_ADDRESS) {
                bg_put_list(&of_grant, &decision->allowance.from, " or ");
                bg_put_list(&of_policy, &identity->from, " or ");
        } else {
                put_names(&of_grant, &grant->claims.keys);
                put_names(&of_policy, &identity->keys);
        }
        /* A list that is empty names no caller, but any address and any key. */
        bool nobody = fact == FACT_CALLER && (!granted[0] || !today[0]);
        const char *allowed = nobody ? "root alone" : granted[0] ? granted : today;
        bool both = !nobody && granted[0] && today[0] && strcmp(granted, today) != 0;
        bg_row(stdout, 2, "?", "%s It depends on the %s: give %s; allowed: %s%s%s", asks,
                facts[fact].what, facts[fact].give, allowed, both ? ", within today's policy: " : "",
                both ? today : "");
}

static void judge(const struct explanation *e, const struct bg_grant *grant, struct judged *ret)
{
        *ret = (struct judged){.decision = {.grant = grant}};
        for (size_t i = 0; i < bg_n_steps && ret->code == BG_OK; i++) {
                const struct bg_step *step = &bg_steps[i];
                enum bg_code code = step->judge(&e->policy, grant, &e->attempt, &ret->decision);
                enum fact fact = missing_fact(&e->attempt, code);
                bool asked = step->service && (!step->service[0] ||
                                                      strcmp(step->service, e->attempt.service) == 0);
                if (!asked)
                        continue;
                if (fact)
                        print_depends(e, grant, &ret->decision, fact, step->asks);
                else if (code == BG_OK)
                        bg_row(stdout, 2, "yes", "%s", step->asks);
                else
                        bg_row(stdout, 2, "no", "%s (%s)", step->asks, bg_code_word(code));
                ret->depends[fact] = fact != FACT_NONE;
                ret->code = fact ? BG_OK : code;
        }
}

static void print_grant(
        const struct explanation *e, const struct bg_grant *grant, struct judged *ret)
{
        char text[BG_LOCAL_TIME_BYTES];

        if (grant->found == BG_OK)
                bg_say(stdout, "", "Grant %s: %s until %s.", grant->id, grant->claims.role,
                        bg_local_time(grant->claims.exp, e->attempt.now.wall, text));
        else
                bg_say(stdout, "", "Grant %s: %s.", grant->id[0] ? grant->id : "(no name)",
                        grant->error.text);
        judge(e, grant, ret);
}

static void print_plain(const struct explanation *e, const char *before, enum bg_code code)
{
        if (e->policy.identity.without_grant == BG_WITHOUT_GRANT_OBSERVE)
                bg_say(stdout, "",
                        "%sLet in, unelevated: its policy says without_grant: observe. deny would "
                        "refuse it (%s), and that is recorded.",
                        before, bg_code_word(code));
        else
                bg_say(stdout, "",
                        "%sLet in, unelevated (%s): its policy says without_grant: plain.", before,
                        bg_code_word(code));
}

/* What the decision has no say in. */
static void print_besides(const struct explanation *e)
{
        const char *account = e->attempt.account;
        struct bg_passwd login;

        if (bg_passwd_by_name(account, &login, NULL) == BG_OK && bg_shell_is_closed(login.shell))
                bg_say(stdout, "",
                        "Its shell is %s, in whose message ssh and su end all the same. Give it one "
                        "(usermod -s /bin/sh %s), or go by root: su -s /bin/sh %s",
                        login.shell, account, account);
}

static void print_elevated(
        const struct explanation *e, const struct bg_decision *decision, const char *before)
{
        char text[BG_LOCAL_TIME_BYTES];
        char groups[2048];
        bg_usec now = e->attempt.now.wall;
        bg_usec end = now + decision->left;
        bg_usec said = decision->allowance.exp;

        /* As the module tells it: what differs by less than a second is the grant's own end. */
        if (end >= said || said - end < BG_USEC_PER_SEC)
                end = said;
        (void)bg_join(&decision->allowance.groups, " and ", groups, sizeof groups);
        bg_say(stdout, "", "%s under %s, with %s, until %s.", before, decision->grant->id,
                groups[0] ? groups : "no group", bg_local_time(end, now, text));
}

static void print_otherwise(
        const struct explanation *e, const struct bg_decision *decision, const char *before)
{
        if (decision->verdict == BG_PLAIN)
                print_plain(e, before, decision->code);
        else
                bg_say(stdout, "", "%sRefused (%s). The login is told: %s.", before,
                        bg_code_word(decision->code), bg_code_sentence(decision->code));
}

/* "If the address and the ssh key are among those: elevated"; and what else. */
static void print_if(const struct explanation *e, const struct judged *judged)
{
        char before[128] = "If ";
        struct bg_buffer buffer = {.text = before, .size = sizeof before, .n = 3};
        unsigned n = 0;

        for (unsigned fact = FACT_CALLER; fact < FACTS; fact++) {
                if (!judged->depends[fact])
                        continue;
                bg_put(&buffer, n++ ? " and the " : "the ");
                bg_put(&buffer, facts[fact].what);
        }
        bg_put(&buffer, n > 1 ? " fit: elevated" : " fits: elevated");
        print_elevated(e, &judged->decision, before);
}

/* The decision is the module's own, of a login without the facts that were not given: true where a
 * grant fits without them. Else a grant that would fit with them has the first word. */
static void print_verdict(const struct explanation *e, const struct judged *judged)
{
        struct bg_decision decision;
        const struct judged *would = NULL;
        enum bg_code certain = BG_OK;

        (void)bg_decide(&e->policy, &e->grants, &e->attempt, &decision);
        if (decision.verdict == BG_ELEVATE) {
                print_elevated(e, &decision, "Elevated");
                return;
        }
        for (size_t i = 0; i < e->grants.n; i++) {
                if (judged[i].code == BG_OK && (!would || judged[i].decision.left > would->decision.left))
                        would = &judged[i];
                if (&e->grants.v[i] == decision.grant)
                        certain = judged[i].code;
        }
        if (would)
                print_if(e, would);
        /* Which of the two it would be is not known. */
        if (would && would->depends[FACT_ADDRESS] && would->depends[FACT_KEY] &&
                decision.verdict == BG_REFUSE) {
                bg_say(stdout, "", "Else: Refused (%s or %s).", bg_code_word(BG_WRONG_ORIGIN),
                        bg_code_word(BG_WRONG_KEY));
                return;
        }
        if (!would && missing_fact(&e->attempt, decision.code))
                decision.code = certain;
        print_otherwise(e, &decision, would ? "Else: " : "");
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
        bg_auto_free struct judged *judged = calloc(e.grants.n + 1, sizeof *judged);
        if (!judged)
                return bg_code_exit(BG_SYSTEM);
        print_attempt(&e.attempt);
        if (e.grants.n == 0)
                bg_say(stdout, "", "No grant is open.");
        for (size_t i = 0; i < e.grants.n; i++)
                print_grant(&e, &e.grants.v[i], &judged[i]);
        print_verdict(&e, judged);
        print_besides(&e);
        return 0;
}
