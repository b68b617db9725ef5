/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system bus: what is asked of PID 1. */
#pragma once

#include "policy/base/error.h"
#include "policy/base/facts.h"

/* Starts the template unit SERVICE@.service once at that wall time, by a transient timer of the same
 * instance, which goes when it has elapsed (a transient timer cannot name another unit). That it is
 * armed already is no error. Errors: BG_SYSTEM. */
enum bg_code bg_timer_arm(const char *service, bg_usec wall, struct bg_error *err);
