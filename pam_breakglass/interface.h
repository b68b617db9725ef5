/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* All that the loader, which every login meets, and managed.so, which does the work for managed
 * accounts, share. They are built and installed together; the version catches a half-done upgrade. */
#pragma once

#include <security/pam_modules.h>

#define BG_INTERFACE_VERSION 1U
/* managed.so's one exported symbol, a struct bg_interface. */
#define BG_INTERFACE_SYMBOL "bg_managed"

/* One of pam_sm_*, see pam(3). There is none for passwords: the loader answers those itself. */
typedef int bg_pam_call(pam_handle_t *pamh, int flags, int argc, const char **argv);

struct bg_interface {
        unsigned version;
        bg_pam_call *authenticate;
        bg_pam_call *setcred;
        bg_pam_call *acct_mgmt;
        bg_pam_call *open_session;
        bg_pam_call *close_session;
};
