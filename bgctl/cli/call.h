/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one way into the helper: a verb, one document in, a line or more out. Nothing that the helper
 * checks is believed for having been checked here. */
#pragma once

#include "policy/format/answer.h"
#include "policy/format/ask.h"

/* What it answered. A zeroed one is empty. */
struct bg_reply {
        struct bg_refusal refusal; /* error BG_OK: it was done */
        char *text;                /* owned: lines of JSON */
        size_t n;
        size_t at; /* of the line that comes next */
};

void bg_reply_done(struct bg_reply *reply);

/* Runs the helper and waits for its end; it asks its questions on the terminal itself. BG_OK also
 * where it refused. Errors: BG_SYSTEM (it is missing, was killed, or answers what nobody
 * understands). */
enum bg_code bg_call(
        const char *verb, const struct bg_ask *ask, struct bg_reply *ret, struct bg_error *err);

/* Reads the next line by the table. `ret_there` false: there is none. Errors: BG_SYSTEM. */
enum bg_code bg_reply_next(struct bg_reply *reply, const struct bg_table *table, void *ret,
        bool *ret_there, struct bg_error *err);

/* For a verb that answers one line: that there is one and no more. */
enum bg_code bg_reply_one(
        struct bg_reply *reply, const struct bg_table *table, void *ret, struct bg_error *err);
