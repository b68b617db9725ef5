/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the module does in each of PAM's calls, in PAM's order; each answers PAM's code. They run
 * within the guard, after bg_login_begin(). */
#pragma once

#include "pam_breakglass/managed/attempt.h"

/* A caller of su whom an open grant names needs no password: PAM_SUCCESS, and from then on nothing
 * but that grant lets account and session pass. All else is PAM_IGNORE, or an error, which ends no
 * chain of ours either. */
int bg_auth(struct bg_login *login);

/* The decision. PAM_IGNORE, or refused with PAM_PERM_DENIED. */
int bg_account(struct bg_login *login);

/* Decided anew; takes the use, elevates. PAM_SUCCESS, PAM_IGNORE (an ordinary login), or refused
 * with PAM_SESSION_ERR. */
int bg_session_open(struct bg_login *login);

/* sshd calls setcred once more after open_session, in the child that becomes the session: there its
 * groups are added. PAM_IGNORE, so that the rest of the chain still runs, or PAM_CRED_ERR. */
int bg_session_setcred(struct bg_login *login);

/* Records the end. */
void bg_session_close(struct bg_login *login);

/* Whether there is anything to do for the last two: this PAM handle has an elevated session. */
bool bg_session_is_elevated(pam_handle_t *pamh);
