/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A human is proven: every factor is asked, in order, always; the answer does not say which was
 * wrong. */
#pragma once

#include "bgctl/setuid/helper.h"

/* Proves h->human by h->factors. Fills h->refusal. Errors: BG_NO_TERMINAL, BG_LOCKED,
 * BG_NOT_PROVEN, BG_BAD_POLICY (a factor without its file), BG_STORE_FAILED. */
enum bg_code prove(struct helper *h, struct bg_error *err);
