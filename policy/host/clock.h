/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine says of itself now: both clocks, boot id, machine id, host name. */
#pragma once

#include "policy/base/error.h"
#include "policy/base/facts.h"

/* Errors: BG_SYSTEM (no machine id, or no boot id: nothing can be bound to this host then). */
enum bg_code bg_now_read(struct bg_now *ret, struct bg_error *err);
