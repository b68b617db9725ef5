/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What would be a way around the gate, keep it from being asked, or have it shut out others. */
#pragma once

#include "bgctl/admin/setup.h"

/* Prints a line of each. BG_BAD_POLICY: one of them is an error of the policy that is there already. */
enum bg_code bg_ways_tell(const struct bg_setup *setup, struct bg_error *err);
