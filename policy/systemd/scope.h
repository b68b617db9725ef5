/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system bus: what is asked of PID 1. */
#pragma once

#include "policy/base/error.h"
#include "policy/base/facts.h"

/* Starts SERVICE (a unit's name without its suffix) once at that wall time, by a transient timer
 * named after both, which goes when it has elapsed. That it is armed already is no error. Errors:
 * BG_SYSTEM. */
enum bg_code bg_timer_arm(const char *service, bg_usec wall, struct bg_error *err);
