/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* JSON from the field tables; see emit.h. */
#include "policy/format/emit.h"

#include <inttypes.h>
#include <stdio.h>

static void put_bytes(struct bg_buffer *buffer, const char *bytes, size_t n)
{
        if (buffer->full || n >= buffer->size - buffer->n) {
                buffer->full = true;
                return;
        }
        memcpy(buffer->text + buffer->n, bytes, n);
        buffer->n += n;
        buffer->text[buffer->n] = '\0';
}

void bg_put(struct bg_buffer *buffer, const char *text)
{
        put_bytes(buffer, text, strlen(text));
}

void bg_put_number(struct bg_buffer *buffer, int64_t number)
{
        char text[24];
        (void)snprintf(text, sizeof text, "%" PRId64, number);
        bg_put(buffer, text);
}

void bg_put_list(struct bg_buffer *buffer, const struct bg_list *list, const char *last)
{
        for (uint32_t i = 0; i < list->n; i++) {
                bg_put(buffer, i == 0 ? "" : i + 1 == list->n ? last : ", ");
                bg_put(buffer, list->v[i]);
        }
}

void bg_put_json_text(struct bg_buffer *buffer, const char *text)
{
        bg_put(buffer, "\"");
        for (const char *p = text; *p; p++) {
                unsigned char c = (unsigned char)*p;
                char escaped[8];
                if (c == '"' || c == '\\')
                        (void)snprintf(escaped, sizeof escaped, "\\%c", c);
                else if (c < 0x20 || c == 0x7F)
                        (void)snprintf(escaped, sizeof escaped, "\\u%04x", c);
                else
                        (void)snprintf(escaped, sizeof escaped, "%c", c);
                bg_put(buffer, escaped);
        }
        bg_put(buffer, "\"");
}

static void put_list(struct bg_buffer *buffer, const struct bg_list *list)
{
        bg_put(buffer, "[");
        for (uint32_t i = 0; i < list->n; i++) {
                bg_put(buffer, i ? "," : "");
                bg_put_json_text(buffer, list->v[i]);
        }
        bg_put(buffer, "]");
}

static void put_pairs(struct bg_buffer *buffer, const struct bg_pairs *pairs)
{
        bg_put(buffer, "{");
        for (uint32_t i = 0; i < pairs->n; i++) {
                bg_put(buffer, i ? "," : "");
                bg_put_json_text(buffer, pairs->v[i].key);
                bg_put(buffer, ":");
                bg_put_json_text(buffer, pairs->v[i].value);
        }
        bg_put(buffer, "}");
}

static void put_structs(struct bg_buffer *buffer, const struct bg_field *f, const char *base)
{
        uint32_t n = 0;
        memcpy(&n, base + f->count, sizeof n);
        bg_put(buffer, "[");
        for (uint32_t i = 0; i < n; i++) {
                bg_put(buffer, i ? "," : "");
                (void)bg_emit(f->table, base + f->offset + i * f->table->size, buffer);
        }
        bg_put(buffer, "]");
}

static uint64_t u64_at(const void *at)
{
        uint64_t value = 0;
        memcpy(&value, at, sizeof value);
        return value;
}

static unsigned word_at(const void *at)
{
        unsigned value = 0;
        memcpy(&value, at, sizeof value);
        return value;
}

static bool is_absent(const struct bg_field *f, const char *base)
{
        const char *at = base + f->offset;
        uint32_t n = 0;

        switch (f->type) {
        case BG_TEXT:
        case BG_ID:
                return at[0] == '\0';
        case BG_WORD:
                return f->words[word_at(at)][0] == '\0';
        case BG_DURATION:
        case BG_TIME:
        case BG_COUNT:
                return u64_at(at) == 0 && !f->required;
        case BG_NUMBER:
                return (int64_t)u64_at(at) < 0;
        case BG_BOOL:
                return !*(const bool *)at;
        case BG_LIST:
                return ((const struct bg_list *)(const void *)at)->n == 0 && !f->required;
        case BG_PAIRS:
                return ((const struct bg_pairs *)(const void *)at)->n == 0 && !f->required;
        case BG_STRUCT:
                return false;
        case BG_STRUCTS:
                memcpy(&n, base + f->count, sizeof n);
                return n == 0 && !f->required;
        }
        return true;
}

static void put_value(struct bg_buffer *buffer, const struct bg_field *f, const char *base)
{
        const void *at = base + f->offset;
        char text[BG_TIME_BYTES > BG_DURATION_BYTES ? BG_TIME_BYTES : BG_DURATION_BYTES];

        switch (f->type) {
        case BG_TEXT:
        case BG_ID:
                bg_put_json_text(buffer, at);
                break;
        case BG_WORD:
                bg_put_json_text(buffer, f->words[word_at(at)]);
                break;
        case BG_DURATION:
                bg_put_json_text(buffer, bg_duration_print(u64_at(at), text));
                break;
        case BG_TIME:
                bg_put_json_text(buffer, bg_time_print(u64_at(at), text));
                break;
        case BG_COUNT:
                (void)snprintf(text, sizeof text, "%" PRIu64, u64_at(at));
                bg_put(buffer, text);
                break;
        case BG_NUMBER:
                bg_put_number(buffer, (int64_t)u64_at(at));
                break;
        case BG_BOOL:
                bg_put(buffer, "true");
                break;
        case BG_LIST:
                put_list(buffer, at);
                break;
        case BG_PAIRS:
                put_pairs(buffer, at);
                break;
        case BG_STRUCT:
                (void)bg_emit(f->table, at, buffer);
                break;
        case BG_STRUCTS:
                put_structs(buffer, f, base);
                break;
        }
}

bool bg_emit(const struct bg_table *table, const void *base, struct bg_buffer *buffer)
{
        bool first = true;

        bg_put(buffer, "{");
        for (size_t i = 0; i < table->n_fields; i++) {
                const struct bg_field *f = &table->fields[i];
                if (is_absent(f, base))
                        continue;
                bg_put(buffer, first ? "" : ",");
                bg_put_json_text(buffer, f->name);
                bg_put(buffer, ":");
                put_value(buffer, f, base);
                first = false;
        }
        bg_put(buffer, "}");
        return !buffer->full;
}
