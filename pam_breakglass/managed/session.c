/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PAM's session and setcred: the use, the groups, the environment, the end; see phases.h.
 *
 * The order is what makes it safe. su's caller can stop the process between any two steps, so what
 * was true in account is asked again; the use, which is the session-opened event, is durable before
 * anything is given; then the tombstone, the grant, the policy and the clocks are looked at once
 * more, for a revoke writes its tombstone first; and only then groups, last of all, since they
 * cannot be taken back from who has them. */
#include "pam_breakglass/managed/answer.h"
#include "pam_breakglass/managed/data.h"
#include "pam_breakglass/managed/elevate.h"
#include "pam_breakglass/managed/key.h"
#include "pam_breakglass/managed/phases.h"

#include "policy/store/events.h"
#include "policy/store/grants.h"

#include <stdio.h>

/* An elevated session, from open_session to its close. */
struct session {
        struct bg_event opened;
        struct bg_elevation elevation;
        struct bg_pairs env;
};

static const char data_name[] = "breakglass.session";

bool bg_session_is_elevated(pam_handle_t *pamh)
{
        return bg_data_get(pamh, data_name) != NULL;
}

/* The key is told to the decision from here on. Where it cannot be had, only an elevation needs it. */
static void learn_key(struct bg_login *login)
{
        struct bg_attempt *attempt = &login->attempt;
        attempt->key_known =
                bg_login_is_ssh(login) && bg_key_read(login->pamh, attempt->key, NULL) == BG_OK;
}

/* The human whose key it is, as the identity or the grant says; else the fingerprint itself. */
static enum bg_code name_person(const struct bg_login *login, const struct bg_decision *decision,
        struct bg_event *event, struct bg_error *err)
{
        if (!bg_login_is_ssh(login))
                return BG_OK;
        enum bg_code code = bg_key_read(login->pamh, event->key, err);
        const char *whose = bg_pairs_get(&login->policy.identity.keys, event->key);
        if (!whose)
                whose = bg_pairs_get(&decision->grant->claims.keys, event->key);
        bg_copy(event->person, sizeof event->person, whose && whose[0] ? whose : event->key);
        return code;
}

/* Decides and takes a use. One that another login was faster to take is decided anew, which counts
 * it: another grant may fit, or the identity lets an ordinary login through. */
static enum bg_code take_use(struct bg_login *login, struct bg_decision *decision,
        struct session *ret, struct bg_error *err)
{
        enum bg_code code = BG_CONSUMED;

        for (size_t i = 0; code == BG_CONSUMED && i <= BG_GRANTS_MAX; i++) {
                struct bg_event *opened = &ret->opened;
                code = bg_look(login, 0, decision, err);
                bg_answer_event(login, BG_EVENT_SESSION_OPENED, decision, opened);
                /* Also where it is refused: whose key it was is what will be asked. */
                bg_copy(opened->key, sizeof opened->key, login->attempt.key);
                if (bg_login_is_ssh(login))
                        bg_copy(opened->person, sizeof opened->person, login->attempt.key);
                if (code != BG_OK || decision->verdict != BG_ELEVATE)
                        return code;
                code = bg_elevation_find(&decision->allowance.groups, &ret->elevation, err);
                if (code == BG_OK)
                        code = name_person(login, decision, opened, err);
                if (code == BG_OK)
                        code = bg_use_take(&login->store.state, decision->grant->id,
                                decision->allowance.max_uses, opened, err);
        }
        return code;
}

/* Once more, with the use taken. From here on no other grant counts. */
static enum bg_code look_again(
        struct bg_login *login, struct session *session, struct bg_error *err)
{
        struct bg_decision decision;

        bg_copy(login->attempt.answered, sizeof login->attempt.answered, session->opened.grant);
        enum bg_code code = bg_look(login, session->opened.use, &decision, err);
        if (code != BG_OK)
                return code;
        session->env = decision.allowance.env;
        return bg_elevation_find(&decision.allowance.groups, &session->elevation, err);
}

static enum bg_code put_env(
        pam_handle_t *pamh, const char *name, const char *value, struct bg_error *err)
{
        char text[BG_PAIR_KEY_BYTES + BG_PAIR_VALUE_BYTES + 1];

        (void)snprintf(text, sizeof text, "%s=%s", name, value);
        return pam_putenv(pamh, text) == PAM_SUCCESS
                       ? BG_OK
                       : bg_fail(err, BG_SYSTEM, 0, "the environment cannot be set");
}

static enum bg_code set_env(pam_handle_t *pamh, const struct session *session, struct bg_error *err)
{
        char expires[BG_TIME_BYTES];
        const struct bg_event *opened = &session->opened;
        /* Whole seconds: what scripts compare. */
        (void)bg_time_print(opened->expires / BG_USEC_PER_SEC * BG_USEC_PER_SEC, expires);

        enum bg_code code = put_env(pamh, "BREAKGLASS_GRANT", opened->grant, err);
        if (code == BG_OK)
                code = put_env(pamh, "BREAKGLASS_ROLE", opened->role, err);
        if (code == BG_OK)
                code = put_env(pamh, "BREAKGLASS_EXPIRES", expires, err);
        for (uint32_t i = 0; code == BG_OK && i < session->env.n; i++)
                code = put_env(pamh, session->env.v[i].key, session->env.v[i].value, err);
        return code;
}

/* A session that is not elevated must not say that it is. */
static void unset_env(pam_handle_t *pamh, const struct session *session)
{
        (void)pam_putenv(pamh, "BREAKGLASS_GRANT");
        (void)pam_putenv(pamh, "BREAKGLASS_ROLE");
        (void)pam_putenv(pamh, "BREAKGLASS_EXPIRES");
        for (uint32_t i = 0; i < session->env.n; i++)
                (void)pam_putenv(pamh, session->env.v[i].key);
}

/* sshd's open_session runs in the process that stays root; its child gets the groups, in setcred. */
static enum bg_code elevate(
        struct bg_login *login, const struct session *session, struct bg_error *err)
{
        enum bg_code code = bg_data_keep(login->pamh, data_name, session, sizeof *session, err);
        if (code == BG_OK)
                code = set_env(login->pamh, session, err);
        if (code == BG_OK && !bg_login_is_ssh(login))
                code = bg_elevate(&session->elevation, err);
        if (code != BG_OK) {
                unset_env(login->pamh, session);
                bg_data_drop(login->pamh, data_name);
        }
        return code;
}

int bg_session_open(struct bg_login *login)
{
        struct session session = {0};
        struct bg_decision decision;
        struct bg_error err = {0};

        learn_key(login);
        enum bg_code code = take_use(login, &decision, &session, &err);
        if (code == BG_OK && decision.verdict == BG_PLAIN) {
                /* What account could not know. */
                if (decision.code == BG_WRONG_KEY)
                        bg_answer_observed(login, &decision);
                return PAM_IGNORE;
        }
        if (code == BG_OK) {
                bg_event_wake(&login->store);
                code = look_again(login, &session, &err);
        }
        if (code == BG_OK)
                code = elevate(login, &session, &err);
        if (code != BG_OK)
                return bg_answer_refused(login, &session.opened, &err, PAM_SESSION_ERR);
        bg_answer_opened(login, &session.opened);
        return PAM_SUCCESS;
}

int bg_session_setcred(struct bg_login *login)
{
        const struct session *session = bg_data_get(login->pamh, data_name);
        struct bg_attempt *attempt = &login->attempt;
        struct bg_decision decision;
        struct bg_error err = {0};

        /* In another process than open_session, and later: what was decided there is looked at again,
         * and nothing but that grant counts. */
        bg_copy(attempt->answered, sizeof attempt->answered, session->opened.grant);
        bg_copy(attempt->key, sizeof attempt->key, session->opened.key);
        attempt->key_known = true;
        enum bg_code code = bg_look(login, session->opened.use, &decision, &err);
        if (code == BG_OK)
                code = bg_elevate(&session->elevation, &err);
        if (code == BG_OK)
                return PAM_IGNORE;
        struct bg_event refused = session->opened;
        refused.use = -1; /* the session itself goes on, unelevated from here */
        unset_env(login->pamh, session);
        return bg_answer_refused(login, &refused, &err, PAM_CRED_ERR);
}

void bg_session_close(struct bg_login *login)
{
        const struct session *session = bg_data_get(login->pamh, data_name);
        struct bg_event closed = session->opened;

        closed.kind = BG_EVENT_SESSION_CLOSED;
        closed.time = login->attempt.now.wall;
        bg_answer_record(login, &closed);
        bg_data_drop(login->pamh, data_name);
}
