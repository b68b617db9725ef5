/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Is a grant in force now? The wall clock is for people, the boot clock for truth. */
#pragma once

#include "policy/format/grant.h"

/* A clock that NTP steps back by less than this is not called behind. */
#define BG_CLOCK_SLACK (UINT64_C(5) * BG_USEC_PER_SEC)

/* The clock reads earlier than the newest moment on this host's record. */
bool bg_clock_is_behind(const struct bg_now *now, const struct bg_newest *newest);

/* `exp` is the claims' or today's policy's end, whichever is earlier. On the boot that issued the
 * grant, the boot clock also ends it; on another, a clock that is behind answers BG_CLOCK_BEHIND.
 * BG_OK: `ret_left` is how long it still lasts, by the stricter clock. Else BG_NOT_YET, BG_EXPIRED. */
enum bg_code bg_window_check(const struct bg_claims *claims, bg_usec exp, const struct bg_now *now,
        const struct bg_newest *newest, bg_usec *ret_left);

/* Whether nobody has used it in time. `unused` 0: never. BG_OK or BG_UNUSED. */
enum bg_code bg_unused_check(const struct bg_claims *claims, bg_usec unused, uint64_t uses_taken,
        const struct bg_now *now);
