/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* requests/ID/: what was asked (`ask`), who said yes (`yes.UID`), and the one end (`end`: the signed
 * grant, or the event that it came to nothing). Each is made once and never changed; whoever links
 * `end` has decided. Errors of all: BG_STORE_FAILED, BG_UNSAFE_FILE. */
#pragma once

#include "policy/format/event.h"
#include "policy/store/dir.h"

/* A fresh id, reserved by the folder uses/ID. */
enum bg_code bg_id_reserve(const struct bg_dir *state, const struct bg_now *now,
        char ret[static BG_ID_BYTES], struct bg_error *err);

/* requests/ID with its `ask`. */
enum bg_code bg_request_make(
        const struct bg_dir *state, const struct bg_event *ask, struct bg_error *err);

/* yes.UID; a second of the same human is no error and changes nothing. */
enum bg_code bg_request_approve(const struct bg_dir *state, const struct bg_event *yes, uid_t human,
        struct bg_error *err);

/* `end`, holding these bytes. `ret_made` false: somebody else has ended it. */
enum bg_code bg_request_end(const struct bg_dir *state, const char *id, const void *bytes, size_t n,
        bool *ret_made, struct bg_error *err);

/* Opens the grant: grants/ACCOUNT/ID.grant is made a second name of `end`, unless closed/ID is
 * there. It may be done again by anyone who finds it missing. */
enum bg_code bg_request_publish(const struct bg_dir *state, const char *id, const char *account,
        struct bg_error *err);

/* One document of the request as it lies there, NUL-terminated: "ask", "yes.UID", "end". `ret` has
 * `max_bytes` + 1. Errors: BG_NO_SUCH and those of bg_dir_read(). */
enum bg_code bg_request_read(const struct bg_dir *state, const char *id, const char *name,
        size_t max_bytes, char *ret, size_t *ret_n, struct bg_error *err);

/* All of the id is on record: an empty file `recorded` in its folder. An id that has it and turns up in
 * uses/ again was put back from a copy. */
enum bg_code bg_request_set_recorded(
        const struct bg_dir *state, const char *id, struct bg_error *err);
bool bg_request_is_recorded(const struct bg_dir *state, const char *id);
