/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `without_grant: observe` has found so far. */
#pragma once

#include "policy/decide/check.h"

/* Prints, for each identity that is observed, since when and how often deny would have refused a
 * login of it, by code. Root's alone: others are told nothing. Errors: BG_STORE_FAILED, … */
enum bg_code bg_observed_print(const struct bg_check *check, struct bg_error *err);
