/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Everything that the caller could have prepared for a set-id program is put right here, before
 * anything else is done. */
#pragma once

#include "policy/base/error.h"

#include <sys/types.h>

/* What must be done before a library is called: environment, descriptors, limits, signals, timers,
 * umask, working directory, no core, not traceable. Ends the process where it cannot. */
void harden_process(void);

/* Takes note of the caller and becomes root altogether, so that the caller can send no signal any
 * more. Errors: BG_SYSTEM (the set-id bit has no force here; another user namespace; /etc/breakglass
 * is not the one that PID 1 sees). */
enum bg_code harden_identity(uid_t *ret_uid, gid_t *ret_gid, struct bg_error *err);
