/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine says of itself now: both clocks, boot id, machine id, host name. */
#pragma once

#include "policy/base/error.h"
#include "policy/base/facts.h"

/* Errors: BG_SYSTEM (no machine id, or no boot id: nothing can be bound to this host then). */
enum bg_code bg_now_read(struct bg_now *ret, struct bg_error *err);

/* For people: "03:46 CET"; on another day than `now`, "Wed 25 Nov 03:46 CET"; of another year, with
 * it. */
#define BG_LOCAL_TIME_BYTES 64
const char *bg_local_time(bg_usec time, bg_usec now, char ret[static BG_LOCAL_TIME_BYTES]);
