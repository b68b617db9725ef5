/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* grants/, uses/ and closed/: open grants, the sessions taken under them, and tombstones. */
#pragma once

#include "policy/format/event.h"
#include "policy/format/grant.h"
#include "policy/format/token.h"
#include "policy/store/dir.h"

/* With so many open grants of an account no further one is opened. What lies there is read whatever
 * its number: the sweep must be able to close it. */
#define BG_GRANTS_MAX 32

/* The account's open grants. A bad one is no error: its `found` says why it is bad, and the decision
 * refuses. No folder is no grant. Errors: BG_STORE_FAILED, BG_UNSAFE_FILE (the folder itself),
 * BG_SYSTEM. */
enum bg_code bg_grants_load(const struct bg_dir *state, const char *account,
        const struct bg_keyring *keyring, const struct bg_now *now, struct bg_grants *ret,
        struct bg_error *err);
void bg_grants_done(struct bg_grants *grants);

/* One grant by its id, open or closed, from requests/ID/end. Errors: BG_NO_SUCH (there is none, or
 * the request did not end in a grant), BG_STORE_FAILED, BG_UNSAFE_FILE; `found` as above. */
enum bg_code bg_grant_find(const struct bg_dir *state, const char *id,
        const struct bg_keyring *keyring, const struct bg_now *now, struct bg_grant *ret,
        struct bg_error *err);

/* How many sessions were taken. */
enum bg_code bg_uses_count(
        const struct bg_dir *state, const char *id, uint64_t *ret, struct bg_error *err);

/* Takes the next use: uses/ID/N, the first N whose name does not exist yet, holding `event` with its
 * use number. `most` 0: as many as there are. Errors: BG_CONSUMED, BG_AUDIT_UNAVAILABLE. */
enum bg_code bg_use_take(const struct bg_dir *state, const char *id, uint64_t most,
        struct bg_event *event, struct bg_error *err);

/* The tombstone's event. Errors: BG_NO_SUCH, BG_TAMPERED, … */
enum bg_code bg_tombstone_read(
        const struct bg_dir *state, const char *id, struct bg_event *ret, struct bg_error *err);

/* The reason code that a tombstone of this event answers: revoked, expired, consumed, unused. */
enum bg_code bg_cause_of(enum bg_event_kind kind);

/* Closes: closed/ID, holding `event` (its kind is the cause; grant and account are set), then the
 * grant's name in grants/ goes. `ret_closed` false: it was closed before, by whoever came first.
 * Errors: BG_STORE_FAILED. */
enum bg_code bg_grant_close(const struct bg_dir *state, const struct bg_event *event,
        bool *ret_closed, struct bg_error *err);
