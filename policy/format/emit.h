/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON on one line, written from the tables that document.h reads by. Absent values (see
 * bg_field_type) are left out, so that what is written reads back to the same struct. */
#pragma once

#include "policy/format/document.h"

/* A text that grows within a buffer of the caller's; `full` once something did not fit. */
struct bg_buffer {
        char *text; /* NUL-terminated */
        size_t size;
        size_t n;
        bool full;
};

#define BG_BUFFER(array) {.text = (array), .size = sizeof(array)}

void bg_put(struct bg_buffer *buffer, const char *text);
void bg_put_json_text(struct bg_buffer *buffer, const char *text); /* quoted and escaped */
void bg_put_number(struct bg_buffer *buffer, int64_t number);
/* "a, b or c": `last` stands before the last item. */
void bg_put_list(struct bg_buffer *buffer, const struct bg_list *list, const char *last);

/* Appends the struct at `base` as one JSON object. False: it did not fit. */
bool bg_emit(const struct bg_table *table, const void *base, struct bg_buffer *buffer);
