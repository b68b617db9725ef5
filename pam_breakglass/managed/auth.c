/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PAM's auth: named callers; see phases.h. A caller of su whom account would refuse is told so here,
 * before he is asked for a password that would not help him: whoever does not know it never comes to
 * account. The chain goes on all the same, for no answer of ours may end it. */
#include "pam_breakglass/managed/answer.h"
#include "pam_breakglass/managed/data.h"
#include "pam_breakglass/managed/phases.h"

static int foretell(struct bg_login *login)
{
        struct bg_decision decision;
        struct bg_event event;
        struct bg_error err = {0};

        /* Root is asked for no password. */
        if (login->attempt.caller.found && login->attempt.caller.uid == 0)
                return PAM_IGNORE;
        enum bg_code code = bg_decide(&login->policy, &login->grants, &login->attempt, &decision);
        if (code == BG_OK)
                return PAM_IGNORE;
        /* Whether a grant is open is not for everybody: whom the identity does not name is told that
         * alone. */
        if (!bg_human_in(&login->attempt.caller, &login->policy.identity.callers))
                code = BG_WRONG_CALLER;
        (void)bg_fail(&err, code, 0, "%s",
                decision.grant && decision.grant->found != BG_OK ? decision.grant->error.text : "");
        bg_answer_event(login, BG_EVENT_SESSION_REFUSED, &decision, &event);
        (void)bg_data_keep(login->pamh, BG_DATA_TOLD, &code, sizeof code, NULL);
        return bg_answer_refused(login, &event, &err, PAM_IGNORE);
}

int bg_auth(struct bg_login *login)
{
        struct bg_decision decision;
        struct bg_error err = {0};

        if (!bg_login_is_su(login))
                return PAM_IGNORE;
        /* A second try at auth is judged like the first. */
        bg_data_drop(login->pamh, BG_DATA_ANSWERED);
        login->attempt.answered[0] = '\0';
        if (bg_login_load(login, &err) != BG_OK)
                return PAM_AUTHINFO_UNAVAIL;
        if (bg_decide_caller(&login->policy, &login->grants, &login->attempt, &decision) != BG_OK)
                return foretell(login);
        const char *id = decision.grant->id;
        if (bg_data_keep(login->pamh, BG_DATA_ANSWERED, id, strlen(id) + 1, &err) != BG_OK)
                return PAM_AUTHINFO_UNAVAIL;
        return PAM_SUCCESS;
}
