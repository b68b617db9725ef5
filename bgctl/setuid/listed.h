/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One grant as it is told: from its claims, its tombstone and the clock. */
#pragma once

#include "bgctl/setuid/helper.h"

/* Errors: BG_STORE_FAILED and others of the tombstone. */
enum bg_code listed_from_grant(const struct helper *h, const struct bg_grant *grant,
        struct bg_listed *ret, struct bg_error *err);
