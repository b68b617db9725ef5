/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PAM's auth: named callers; see phases.h. Nothing is said or recorded here: whoever goes on, by
 * password or without, comes through account, which does both. */
#include "pam_breakglass/managed/data.h"
#include "pam_breakglass/managed/phases.h"

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
                return PAM_IGNORE;
        const char *id = decision.grant->id;
        if (bg_data_keep(login->pamh, BG_DATA_ANSWERED, id, strlen(id) + 1, &err) != BG_OK)
                return PAM_AUTHINFO_UNAVAIL;
        return PAM_SUCCESS;
}
