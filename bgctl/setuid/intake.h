/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the caller sent, read and parsed by a child that dropped to the caller for good: no byte of
 * the caller's is parsed with privilege. It hands back one flat struct, which is checked again. */
#pragma once

#include "policy/format/ask.h"

#include <sys/types.h>

/* Must be called before any key is opened: the child would inherit it. Errors: BG_USAGE (with the
 * reader's sentence), BG_SYSTEM. */
enum bg_code intake_read(uid_t uid, gid_t gid, struct bg_ask *ret, struct bg_error *err);
