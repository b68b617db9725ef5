/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record to the journal. sd_journal_send() answers 0 when there is no journal, and when journald
 * drops by its rate limit: so the cursor moves only over what was read back. */
#pragma once

#include "policy/store/store.h"

/* Feeds all that stands behind the cursor. Errors: BG_SYSTEM (the journal does not have it; the cursor
 * stands before it), BG_TAMPERED, BG_STORE_FAILED. */
enum bg_code feed(const struct bg_store *store, struct bg_error *err);
