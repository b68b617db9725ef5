/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system bus: what is asked of PID 1. */
#pragma once

#include "policy/base/error.h"
#include "policy/base/facts.h"

/* Makes the transient timer TIMER (a unit's name), which starts UNIT at that wall time, once; one of
 * that name before it is replaced. Errors: BG_SYSTEM. */
enum bg_code bg_timer_arm(
        const char *timer, const char *unit, bg_usec wall, struct bg_error *err);
