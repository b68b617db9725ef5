/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose key it is that came in by ssh. sshd hands it to PAM in the environment, SSH_AUTH_INFO_0,
 * from open_session on; pam_env with user_readenv, which Debian 12 has between, lets the account put
 * another there. So a first session line of ours keeps it before anybody else ran, and the last one
 * believes that alone. */
#pragma once

#include "policy/format/sshkey.h"

#include <security/pam_modules.h>

/* Of the first line. Errors: BG_SYSTEM. */
enum bg_code bg_key_keep(pam_handle_t *pamh, struct bg_error *err);

/* Of the last one: the key's fingerprint; "" where no key came in (a password). Errors: BG_SYSTEM
 * (the first line never ran), BG_TAMPERED (somebody put another there since). */
enum bg_code bg_key_read(
        pam_handle_t *pamh, char ret[static BG_FINGERPRINT_BYTES], struct bg_error *err);
