/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record's other end: read from a cursor, by bgctl-tell and whoever counts events. The cursor
 * `told` lies in the state; a copy in /run tells a record that was put back. */
#pragma once

#include "policy/store/audit.h"

/* Reading, by bgctl-tell: the line that begins at told->bytes of told->segment. `ret_next` is where
 * the next begins. Errors: BG_NO_SUCH (there is none, or not a whole one yet), BG_TAMPERED. */
enum bg_code bg_record_read(const struct bg_dir *state, const struct bg_told *told,
        struct bg_line *ret, uint64_t *ret_next, struct bg_error *err);

/* How long the segment is, with all of it durable: what is told must not be lost, or its number would
 * be given again. No segment yet: 0. Errors: BG_STORE_FAILED, … */
enum bg_code bg_record_settle(const struct bg_dir *state, const struct bg_told *told,
        uint64_t *ret_bytes, struct bg_error *err);

/* Puts the cursor right where the record was cut or put back under it: told->bytes then is where the
 * first line with a number above told->seq begins, or the end. Errors: BG_STORE_FAILED, … */
enum bg_code bg_record_seek(
        const struct bg_dir *state, struct bg_told *told, struct bg_error *err);

/* The cursor: told in the state and its copy in /run; the state's counts. None yet: segment 1, 0. */
enum bg_code bg_told_load(const struct bg_dir *dir, struct bg_told *ret, struct bg_error *err);
enum bg_code bg_told_store(
        const struct bg_dir *dir, const struct bg_told *told, struct bg_error *err);
