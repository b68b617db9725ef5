/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A grant's window by both clocks; see window.h. */
#include "policy/decide/window.h"

bool bg_clock_is_behind(const struct bg_now *now, const struct bg_newest *newest)
{
        return now->wall + BG_CLOCK_SLACK < newest->wall;
}

enum bg_code bg_window_check(const struct bg_claims *claims, bg_usec exp, const struct bg_now *now,
        const struct bg_newest *newest, bg_usec *ret_left)
{
        bool same_boot = strcmp(claims->boot, now->boot) == 0;

        *ret_left = 0;
        if (claims->nbf < claims->iat || exp <= claims->nbf)
                return BG_EXPIRED;
        if (!same_boot && bg_clock_is_behind(now, newest))
                return BG_CLOCK_BEHIND;
        if (now->wall >= exp)
                return BG_EXPIRED;
        bg_usec left = exp - now->wall;

        if (same_boot) {
                /* Setting the wall clock back gains nothing: since issue, no more boot time may
                 * have passed than the grant lasts. A boot clock before issue was read before a
                 * grant that was then found: such a grant must not be closed as over. */
                bg_usec lasts = exp - claims->iat;
                if (now->boottime < claims->boottime)
                        return BG_NOT_YET;
                bg_usec passed = now->boottime - claims->boottime;
                if (passed >= lasts)
                        return BG_EXPIRED;
                if (now->wall < claims->nbf && passed < claims->nbf - claims->iat)
                        return BG_NOT_YET;
                if (lasts - passed < left)
                        left = lasts - passed;
        } else if (now->wall + BG_CLOCK_SLACK < claims->iat) {
                /* Issued in a future that was a wrong clock, on a boot that is gone, and this clock has
                 * been accepted since: it must not come true some day. */
                return BG_EXPIRED;
        } else if (now->wall < claims->nbf) {
                return BG_NOT_YET;
        }
        *ret_left = left;
        return BG_OK;
}

enum bg_code bg_unused_check(const struct bg_claims *claims, bg_usec unused, uint64_t uses_taken,
        const struct bg_now *now)
{
        if (!unused || uses_taken > 0)
                return BG_OK;
        if (now->wall >= claims->nbf + unused)
                return BG_UNUSED;
        bool same_boot = strcmp(claims->boot, now->boot) == 0;
        bool passed = now->boottime >= claims->boottime &&
                now->boottime - claims->boottime >= claims->nbf - claims->iat + unused;
        return same_boot && passed ? BG_UNUSED : BG_OK;
}
