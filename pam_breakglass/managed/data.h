/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the module keeps from one call of PAM's to the next, by a copy that PAM frees. Nothing else
 * outlives a call: there is no variable that is not a constant. */
#pragma once

#include "policy/base/error.h"

#include <security/pam_modules.h>

/* Errors: BG_SYSTEM. */
enum bg_code bg_data_keep(
        pam_handle_t *pamh, const char *name, const void *bytes, size_t n, struct bg_error *err);
/* NULL: nothing was kept by that name. */
const void *bg_data_get(pam_handle_t *pamh, const char *name);
void bg_data_drop(pam_handle_t *pamh, const char *name);
