/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PAM's account: the decision, and the place to refuse, see phases.h. su and ssh both come through
 * here, whatever proved them, and here alone a refusal reaches the person and leaves the protocols
 * of sftp and scp whole. What is decided here is decided again in open_session.
 *
 * A login that may go on is PAM_IGNORE, elevated or not. With PAM_SUCCESS and the line's control
 * (success=ok) a later refusal would still count, but a stack in which all others ignore (a module
 * missing, an account that none of them knows) would pass by our word. So the line can only refuse:
 * what pam_unix would refuse stays refused. */
#include "pam_breakglass/managed/answer.h"
#include "pam_breakglass/managed/data.h"
#include "pam_breakglass/managed/elevate.h"
#include "pam_breakglass/managed/phases.h"

int bg_account(struct bg_login *login)
{
        struct bg_decision decision;
        struct bg_elevation elevation;
        struct bg_event event;
        struct bg_error err = {0};

        enum bg_code code = bg_look(login, 0, &decision, &err);
        if (code == BG_OK && decision.verdict == BG_ELEVATE)
                code = bg_elevation_find(&decision.allowance.groups, &elevation, &err);
        if (code == BG_OK && decision.verdict == BG_PLAIN)
                bg_answer_observed(login, &decision);
        if (code == BG_OK)
                return PAM_IGNORE;
        /* su's caller was told in auth, before the password; it is one refusal, unless something bad
         * has turned up since. */
        const enum bg_code *told = bg_data_get(login->pamh, BG_DATA_TOLD);
        if (told && (*told == code || !bg_code_is_bad(code)))
                return PAM_PERM_DENIED;
        bg_answer_event(login, BG_EVENT_SESSION_REFUSED, &decision, &event);
        return bg_answer_refused(login, &event, &err, PAM_PERM_DENIED);
}
