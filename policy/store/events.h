/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An event made durable, then the wake. The record's only writer is the sweep: here an event
 * becomes one file, whole or absent, in events/UID/ (the caller's uid, so that nobody's flood hides
 * another's events). What the disk would not take goes to /run/breakglass/unrecorded/. */
#pragma once

#include "policy/base/words.h"
#include "policy/format/record.h"
#include "policy/store/store.h"

/* What costs its caller nothing, a refusal without a use, is kept singly so often a minute and so many
 * waiting; what is over is counted, one byte a time, in the file `over` of the folder, and wakes
 * nobody. Everything else is always kept: a flood hides no session, no grant, no try. */
#define BG_EVENTS_MINUTE_MAX 120
#define BG_EVENTS_WAITING_MAX 256
#define BG_EVENTS_OVER "over"

/* Who pays for uids without a line in /etc/passwd: a namespace gives anybody thousands of them, so they
 * share one quota. Debian's nobody. */
#define BG_EVENTS_NOBODY 65534

/* Errors: BG_AUDIT_UNAVAILABLE (it was left in /run, if that could be had). */
enum bg_code bg_event_write(const struct bg_store *store, uid_t caller,
        const struct bg_event *event, struct bg_error *err);

/* Wakes the sweep, and whoever waits on /run/breakglass/changed. That it cannot is no error: the
 * timer comes within a minute. */
void bg_event_wake(const struct bg_store *store);

/* The other end of a wake: takes every file of /run/breakglass/NAME (`wake`, `tell`) away, first of
 * all, so that what comes later wakes again. */
void bg_wakes_take(const struct bg_store *store, const char *name);

/* What the sweep's last look at the gate found, from /run/breakglass/gate. BG_NO_SUCH: it has not
 * looked, or init has not set this host up. Errors: BG_TAMPERED, BG_STORE_FAILED, BG_UNSAFE_FILE. */
enum bg_code bg_gate_load(const struct bg_store *store, struct bg_gate *ret, struct bg_error *err);
enum bg_code bg_gate_store(
        const struct bg_store *store, const struct bg_gate *gate, struct bg_error *err);

/* The newest moment on record; all zero where there is none yet. Errors: BG_TAMPERED (it does not
 * read), BG_STORE_FAILED, BG_UNSAFE_FILE. Only the sweep writes it. */
enum bg_code bg_newest_load(
        const struct bg_dir *state, struct bg_newest *ret, struct bg_error *err);
enum bg_code bg_newest_store(
        const struct bg_dir *state, const struct bg_newest *newest, struct bg_error *err);
