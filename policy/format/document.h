/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one strict reader. A document is a mapping; what it may hold is a table of fields; what is
 * read lands in a flat struct. Policy (YAML), events, claims and what crosses to the helper (JSON,
 * a subset of YAML) are all read by it, and written from the same tables by emit.h.
 *
 * Refused, with line, column and key: an unknown or doubled key, another type than the table's,
 * an empty text, anchors, aliases, tags, several documents, more than 64 KiB, more than 8 levels,
 * and a value that its check refuses. On failure the struct's content is undefined and must not be used. */
#pragma once

#include "policy/format/scalar.h"

#define BG_DOCUMENT_BYTES_MAX (64 * 1024)
#define BG_DOCUMENT_DEPTH_MAX 8

enum bg_field_type {
        BG_TEXT,     /* char[size]; `check`, else clean text */
        BG_ID,       /* char[BG_ID_BYTES] */
        BG_WORD,     /* an enum (4 bytes): the index in `words`; "" there is never read */
        BG_DURATION, /* bg_usec */
        BG_TIME,     /* bg_usec */
        BG_COUNT,    /* uint64_t within min..max */
        BG_NUMBER,   /* int64_t within 0..max; -1 where absent */
        BG_BOOL,     /* bool */
        BG_LIST,     /* struct bg_list; each item by `check`, no doubles */
        BG_PAIRS,    /* struct bg_pairs; keys by `check`, values by `check_value` */
        BG_STRUCT,   /* a nested mapping: `table` */
        BG_STRUCTS,  /* a list of mappings: `table`, at most `max`; a uint32_t count at `count` */
};

struct bg_table;

struct bg_field {
        const char *name;
        enum bg_field_type type;
        size_t offset;
        size_t size;   /* of a BG_TEXT, NUL included */
        bool required; /* absent is an error */
        bool (*check)(const char *);
        bool (*check_value)(const char *);
        const char *const *words;
        const struct bg_table *table;
        size_t count; /* offset of a BG_STRUCTS' number */
        uint64_t min;
        uint64_t max;
};

enum bg_syntax {
        BG_YAML, /* written by people */
        BG_JSON, /* written by us: flow style, texts in double quotes */
};

struct bg_table {
        const char *what; /* for sentences: "role", "grant" */
        enum bg_syntax syntax;
        enum bg_code code; /* what a document that is refused answers */
        size_t size;       /* of the struct */
        const struct bg_field *fields;
        size_t n_fields;
};

/* The usual rows. S is the struct, m the member, which has the field's name. */
#define BG_AT(S, m) .offset = offsetof(struct S, m)
#define BG_F_TEXT(S, m, ...)                                                                       \
        {                                                                                          \
                .name = #m, .type = BG_TEXT, BG_AT(S, m), .size = sizeof(((struct S *)0)->m),      \
                __VA_ARGS__                                                                        \
        }
#define BG_F(S, t, m, ...)                                                                         \
        {                                                                                          \
                .name = #m, .type = t, BG_AT(S, m), __VA_ARGS__                                    \
        }
/* Every document of ours on disk begins with its version, so that a later one can be told. */
#define BG_F_V(S) BG_F(S, BG_COUNT, v, .required = true, .min = 1, .max = 1)
#define BG_FIELDS(array) .fields = array, .n_fields = sizeof array / sizeof *array

/* Reads `n_bytes` of text into `ret` (of table->size bytes, zeroed here). `name` is the file's, for
 * the sentence. Errors: table->code; BG_SYSTEM (no memory). */
enum bg_code bg_document_read(const struct bg_table *table, const char *name, const char *text,
        size_t n_bytes, void *ret, struct bg_error *err);

/* Whether a struct that came from another process could have been read by this table: texts that
 * end, pass their checks and are clean, words and counts in range. Only for tables of texts, ids, words,
 * durations, numbers and booleans; others answer false. */
bool bg_document_holds(const struct bg_table *table, const void *base);
