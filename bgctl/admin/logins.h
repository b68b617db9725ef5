/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sshd and the account files of this host make of a policy: the facts for bg_check_logins(). */
#pragma once

#include "policy/decide/check.h"

/* Fills the login facts of `check`, whose identities are read. What cannot be had (sshd answers root
 * alone) is left as it is, which finds nothing. Errors: BG_SYSTEM. */
enum bg_code bg_logins_ask(struct bg_check *check, struct bg_error *err);

/* Whether sshd says UsePAM no; false where it does not answer. */
bool bg_sshd_ignores_pam(void);
