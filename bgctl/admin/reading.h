/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A whole policy read for checking, and what the host knows of whom it names. */
#pragma once

#include "policy/decide/check.h"

/* Reads breakglass.yaml, roles.d/ and policy.d/ of /etc/breakglass, as safely as the module does, and
 * asks the host; or, where `folder` is not NULL, of that folder, whoever owns it, without a host.
 * A file that does not read is told as a finding (`tell`) and left out. Errors: BG_NO_SUCH (there is
 * no such folder), BG_UNSAFE_FILE, BG_STORE_FAILED, BG_SYSTEM. */
enum bg_code bg_reading(const char *folder, struct bg_check *ret,
        void (*tell)(const struct bg_finding *finding, void *context), void *context,
        struct bg_error *err);
void bg_reading_done(struct bg_check *check);
