/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* breakglass.yaml: what holds on the whole host. */
#pragma once

#include "policy/format/document.h"

struct bg_host {
        struct bg_pairs factors; /* factor's name to its kind: knowledge, possession, inherence */
        struct bg_list default_factors;
        bg_usec default_duration;
        bg_usec ceiling; /* no grant is longer, whatever a role says */
};

extern const struct bg_table bg_host_table;

/* What holds where the file leaves a field out. */
#define BG_DEFAULT_DURATION (UINT64_C(3600) * BG_USEC_PER_SEC)
#define BG_DEFAULT_CEILING (UINT64_C(12) * 3600 * BG_USEC_PER_SEC)
void bg_host_defaults(struct bg_host *host);
