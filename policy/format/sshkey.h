/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The key that came in by ssh, as sshd hands it to PAM in SSH_AUTH_INFO_0 (sshd_config(5),
 * ExposeAuthInfo): "publickey TYPE BASE64" and a line break. */
#pragma once

#include "policy/format/scalar.h"

/* "SHA256:" and 43 characters, as ssh-keygen -l prints it; NUL included. */
#define BG_FINGERPRINT_BYTES 51

/* False: it is no public key (a password, say), or malformed. */
bool bg_sshkey_fingerprint(const char *auth_info, char ret[static BG_FINGERPRINT_BYTES]);
