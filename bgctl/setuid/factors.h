/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One factor of one human, asked and judged. totp is judged here, by liboath; every other is a PAM
 * service of its own in /etc/breakglass/pam.d. */
#pragma once

#include "bgctl/setuid/helper.h"

/* Whether the factor can be asked at all: a factor but totp needs its service file, for with the
 * file missing, PAM would fall back to `other`. Errors: BG_BAD_POLICY, BG_UNSAFE_FILE. */
enum bg_code factor_check(const struct helper *h, const char *factor, struct bg_error *err);

/* True: proven. Nothing is said to the person of why not (h->trouble has
 * what the host is to blame for), and the human need not exist. */
bool factor_prove(struct helper *h, int terminal, const char *factor);
