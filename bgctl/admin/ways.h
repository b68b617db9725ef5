/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What would be a way around the gate, or keep it from being asked. */
#pragma once

#include "bgctl/admin/setup.h"

/* Prints a warning of each. */
void bg_ways_warn(const struct bg_setup *setup);
