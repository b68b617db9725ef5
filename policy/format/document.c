/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The strict reader over libyaml's events; see document.h. */
#include "policy/format/document.h"

#include "policy/format/syntax.h"

#include <errno.h>
#include <stdlib.h>
#include <yaml.h>

struct reader {
        yaml_parser_t parser;
        yaml_event_t event; /* the current one; owned */
        bool have_event;
        unsigned depth;
        const struct bg_table *table; /* of the document */
        const char *name;
        const char *key; /* the key being read, for the sentence; "" at the top */
        struct bg_error *err;
};

static enum bg_code refuse(struct reader *r, const char *what)
{
        unsigned long line = r->event.start_mark.line + 1;
        unsigned long column = r->event.start_mark.column + 1;
        return bg_fail(r->err, r->table->code, 0, "%s:%lu:%lu: %s%s%s", r->name, line, column,
                r->key, r->key[0] ? ": " : "", what);
}

/* Moves to the next event; anchors, aliases and tags end here. */
static enum bg_code next(struct reader *r)
{
        if (r->have_event)
                yaml_event_delete(&r->event);
        r->have_event = false;
        memset(&r->event, 0, sizeof r->event);
        if (!yaml_parser_parse(&r->parser, &r->event)) {
                if (r->parser.error == YAML_MEMORY_ERROR)
                        return bg_fail(r->err, BG_SYSTEM, ENOMEM, "%s", r->name);
                r->event.start_mark = r->parser.problem_mark;
                return refuse(r, r->parser.problem ? r->parser.problem : "not readable");
        }
        r->have_event = true;

        const yaml_event_t *e = &r->event;
        switch (e->type) {
        case YAML_ALIAS_EVENT:
                return refuse(r, "aliases are not allowed");
        case YAML_SCALAR_EVENT:
                if (e->data.scalar.anchor || e->data.scalar.tag)
                        return refuse(r, "anchors and tags are not allowed");
                break;
        case YAML_SEQUENCE_START_EVENT:
                if (e->data.sequence_start.anchor || e->data.sequence_start.tag)
                        return refuse(r, "anchors and tags are not allowed");
                if (r->table->syntax == BG_JSON &&
                        e->data.sequence_start.style != YAML_FLOW_SEQUENCE_STYLE)
                        return refuse(r, "not JSON");
                break;
        case YAML_MAPPING_START_EVENT:
                if (e->data.mapping_start.anchor || e->data.mapping_start.tag)
                        return refuse(r, "anchors and tags are not allowed");
                if (r->table->syntax == BG_JSON &&
                        e->data.mapping_start.style != YAML_FLOW_MAPPING_STYLE)
                        return refuse(r, "not JSON");
                break;
        default:
                break;
        }
        return BG_OK;
}

static enum bg_code enter(struct reader *r, yaml_event_type_t type, const char *wanted)
{
        if (r->event.type != type)
                return refuse(r, wanted);
        if (++r->depth > BG_DOCUMENT_DEPTH_MAX)
                return refuse(r, "nested too deeply");
        return BG_OK;
}

/* The current scalar's text in `ret`; a NUL in it or a lack of room is refused. */
static enum bg_code scalar_text(struct reader *r, char *ret, size_t size)
{
        const yaml_event_t *e = &r->event;

        if (e->type != YAML_SCALAR_EVENT)
                return refuse(r, "a single value was expected");
        if (memchr(e->data.scalar.value, '\0', e->data.scalar.length))
                return refuse(r, "a NUL is not allowed");
        if (e->data.scalar.length >= size)
                return refuse(r, "too long");
        bg_copy(ret, size, (const char *)e->data.scalar.value);
        return BG_OK;
}

static bool is_plain(const struct reader *r)
{
        return r->event.type == YAML_SCALAR_EVENT &&
                r->event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

/* A text: in JSON in double quotes; in YAML plain only where it cannot be taken for another type. */
static enum bg_code text_value(
        struct reader *r, char *ret, size_t size, bool (*check)(const char *))
{
        enum bg_code code = scalar_text(r, ret, size);
        if (code != BG_OK)
                return code;
        if (r->table->syntax == BG_JSON &&
                r->event.data.scalar.style != YAML_DOUBLE_QUOTED_SCALAR_STYLE)
                return refuse(r, "not JSON: a text stands in double quotes");
        if (is_plain(r) && bg_is_other_type(ret))
                return refuse(r, "a text was expected; put it in quotes");
        if (!bg_is_clean_text(ret))
                return refuse(r, "control characters and marks of direction are not allowed");
        if (check && !check(ret))
                return refuse(r, "not a valid value");
        return BG_OK;
}

static enum bg_code count_value(struct reader *r, uint64_t min, uint64_t max, uint64_t *ret)
{
        char text[24];
        enum bg_code code = scalar_text(r, text, sizeof text);
        if (code != BG_OK)
                return code;
        if (!is_plain(r) || !bg_number_parse(text, max, ret) || *ret < min)
                return refuse(r, "a whole number in the allowed range was expected");
        return BG_OK;
}

static enum bg_code bool_value(struct reader *r, bool *ret)
{
        char text[8];
        enum bg_code code = scalar_text(r, text, sizeof text);
        if (code != BG_OK)
                return code;
        bool yes = strcmp(text, "true") == 0;
        bool no = strcmp(text, "false") == 0;
        if (r->table->syntax == BG_YAML) {
                yes = yes || strcmp(text, "yes") == 0;
                no = no || strcmp(text, "no") == 0;
        }
        if (!is_plain(r) || (!yes && !no))
                return refuse(r, "yes or no was expected");
        *ret = yes;
        return BG_OK;
}

/* The words, where they are so few that a person would read them. */
static enum bg_code refuse_word(struct reader *r, const char *const *words)
{
        char text[96] = "not one of: ";
        size_t n = strlen(text);

        for (unsigned i = 0; words[i]; i++) {
                if (!words[i][0])
                        continue;
                bool first = text[n - 1] == ' ';
                int more = snprintf(text + n, sizeof text - n, "%s%s", first ? "" : ", ", words[i]);
                if (more < 0 || (size_t)more >= sizeof text - n)
                        return refuse(r, "not one of the words allowed here");
                n += (size_t)more;
        }
        return refuse(r, text);
}

static enum bg_code word_value(struct reader *r, const char *const *words, void *ret)
{
        char text[BG_ITEM_BYTES];
        enum bg_code code = text_value(r, text, sizeof text, NULL);
        if (code != BG_OK)
                return code;
        for (unsigned i = 0; words[i]; i++)
                if (words[i][0] && strcmp(text, words[i]) == 0) {
                        memcpy(ret, &i, sizeof i);
                        return BG_OK;
                }
        return refuse_word(r, words);
}

static enum bg_code list_value(struct reader *r, const struct bg_field *f, struct bg_list *ret)
{
        enum bg_code code = enter(r, YAML_SEQUENCE_START_EVENT, "a list was expected");

        while (code == BG_OK && (code = next(r)) == BG_OK &&
                r->event.type != YAML_SEQUENCE_END_EVENT) {
                if (ret->n == BG_LIST_MAX)
                        return refuse(r, "too many items");
                char item[BG_ITEM_BYTES];
                code = text_value(r, item, sizeof item, f->check);
                if (code != BG_OK)
                        return code;
                if (bg_list_has(ret, item))
                        return refuse(r, "the same item twice");
                bg_copy(ret->v[ret->n++], BG_ITEM_BYTES, item);
        }
        r->depth--;
        return code;
}

static enum bg_code pairs_value(struct reader *r, const struct bg_field *f, struct bg_pairs *ret)
{
        enum bg_code code = enter(r, YAML_MAPPING_START_EVENT, "a mapping was expected");

        while (code == BG_OK && (code = next(r)) == BG_OK &&
                r->event.type != YAML_MAPPING_END_EVENT) {
                if (ret->n == BG_PAIRS_MAX)
                        return refuse(r, "too many items");
                struct bg_pair *pair = &ret->v[ret->n];
                code = text_value(r, pair->key, sizeof pair->key, f->check);
                if (code != BG_OK)
                        return code;
                if (bg_pairs_get(ret, pair->key))
                        return refuse(r, "the same key twice");
                code = next(r);
                if (code == BG_OK)
                        code = text_value(r, pair->value, sizeof pair->value, f->check_value);
                ret->n++;
        }
        r->depth--;
        return code;
}

static enum bg_code struct_value(struct reader *r, const struct bg_table *table, void *ret);

static enum bg_code structs_value(struct reader *r, const struct bg_field *f, char *base)
{
        uint32_t n = 0;
        enum bg_code code = enter(r, YAML_SEQUENCE_START_EVENT, "a list was expected");

        while (code == BG_OK && (code = next(r)) == BG_OK &&
                r->event.type != YAML_SEQUENCE_END_EVENT) {
                if (n == f->max)
                        return refuse(r, "too many items");
                code = struct_value(r, f->table, base + f->offset + n * f->table->size);
                n++;
        }
        if (code != BG_OK)
                return code;
        r->depth--;
        memcpy(base + f->count, &n, sizeof n);
        return BG_OK;
}

static enum bg_code field_value(struct reader *r, const struct bg_field *f, char *base)
{
        void *at = base + f->offset;
        char text[BG_ITEM_BYTES];
        uint64_t count = 0;
        enum bg_code code = BG_OK;

        switch (f->type) {
        case BG_TEXT:
                code = text_value(r, at, f->size, f->check);
                /* Empty would be a second way to write that it is absent. */
                return code == BG_OK && !*(char *)at ? refuse(r, "empty") : code;
        case BG_ID:
                return text_value(r, at, BG_ID_BYTES, bg_is_id);
        case BG_WORD:
                return word_value(r, f->words, at);
        case BG_DURATION:
                code = text_value(r, text, sizeof text, NULL);
                if (code == BG_OK && !bg_duration_parse(text, at))
                        return refuse(r, "a duration was expected, such as 90m or 2h");
                return code;
        case BG_TIME:
                code = text_value(r, text, sizeof text, NULL);
                if (code == BG_OK && !bg_time_parse(text, at))
                        return refuse(r, "a time in UTC was expected");
                return code;
        case BG_COUNT:
                return count_value(r, f->min, f->max ? f->max : UINT64_MAX, at);
        case BG_NUMBER:
                code = count_value(r, 0, f->max ? f->max : INT64_MAX, &count);
                memcpy(at, &count, sizeof count);
                return code;
        case BG_BOOL:
                return bool_value(r, at);
        case BG_LIST:
                return list_value(r, f, at);
        case BG_PAIRS:
                return pairs_value(r, f, at);
        case BG_STRUCT:
                return struct_value(r, f->table, at);
        case BG_STRUCTS:
                return structs_value(r, f, base);
        }
        return refuse(r, "not readable");
}

/* The numbers that say "not known" by -1 rather than 0. */
static void set_absent(const struct bg_table *table, char *base)
{
        static const int64_t absent = -1;

        memset(base, 0, table->size);
        for (size_t i = 0; i < table->n_fields; i++) {
                const struct bg_field *f = &table->fields[i];
                if (f->type == BG_NUMBER)
                        memcpy(base + f->offset, &absent, sizeof absent);
                else if (f->type == BG_STRUCT)
                        set_absent(f->table, base + f->offset);
        }
}

static enum bg_code find_field(
        struct reader *r, const struct bg_table *table, uint64_t *seen, size_t *ret)
{
        char key[BG_ITEM_BYTES];

        r->key = "";
        enum bg_code code = text_value(r, key, sizeof key, NULL);
        if (code != BG_OK)
                return code;
        for (size_t i = 0; i < table->n_fields; i++) {
                if (strcmp(table->fields[i].name, key) != 0)
                        continue;
                r->key = table->fields[i].name;
                if (*seen & UINT64_C(1) << i)
                        return refuse(r, "the same key twice");
                *seen |= UINT64_C(1) << i;
                *ret = i;
                return BG_OK;
        }
        char what[BG_ITEM_BYTES + 64];
        (void)snprintf(what, sizeof what, "the %s has no field \"%s\"", table->what, key);
        return refuse(r, what);
}

static enum bg_code struct_value(struct reader *r, const struct bg_table *table, void *ret)
{
        uint64_t seen = 0; /* a bit a field: tables have at most 64 */
        enum bg_code code = enter(r, YAML_MAPPING_START_EVENT, "a mapping was expected");

        set_absent(table, ret);
        while (code == BG_OK && (code = next(r)) == BG_OK &&
                r->event.type != YAML_MAPPING_END_EVENT) {
                size_t i = 0;
                code = find_field(r, table, &seen, &i);
                if (code == BG_OK)
                        code = next(r);
                if (code == BG_OK)
                        code = field_value(r, &table->fields[i], ret);
        }
        if (code != BG_OK)
                return code;
        r->depth--;
        for (size_t i = 0; i < table->n_fields; i++) {
                r->key = table->fields[i].name;
                if (table->fields[i].required && !(seen & UINT64_C(1) << i))
                        return refuse(r, "missing");
        }
        r->key = "";
        return BG_OK;
}

static enum bg_code read_document(struct reader *r, void *ret)
{
        enum bg_code code = next(r);
        if (code == BG_OK && r->event.type == YAML_STREAM_START_EVENT)
                code = next(r);
        if (code != BG_OK)
                return code;
        if (r->event.type != YAML_DOCUMENT_START_EVENT)
                return refuse(r, "empty");
        if (r->event.data.document_start.version_directive ||
                r->event.data.document_start.tag_directives.start !=
                        r->event.data.document_start.tag_directives.end)
                return refuse(r, "directives are not allowed");
        code = next(r);
        if (code == BG_OK)
                code = struct_value(r, r->table, ret);
        if (code == BG_OK)
                code = next(r); /* the document's end */
        if (code == BG_OK)
                code = next(r);
        if (code == BG_OK && r->event.type != YAML_STREAM_END_EVENT)
                return refuse(r, "one document only");
        return code;
}

enum bg_code bg_document_read(const struct bg_table *table, const char *name, const char *text,
        size_t n_bytes, void *ret, struct bg_error *err)
{
        struct reader r = {.table = table, .name = name, .key = "", .err = err};

        if (n_bytes > BG_DOCUMENT_BYTES_MAX)
                return bg_fail(err, table->code, 0, "%s: longer than 64 KiB", name);
        if (memchr(text, '\0', n_bytes))
                return bg_fail(err, table->code, 0, "%s: a NUL is not allowed", name);
        size_t at = 0;
        if (table->syntax == BG_JSON && !bg_is_json(text, n_bytes, &at))
                return bg_fail(err, table->code, 0, "%s: not JSON at byte %zu", name, at);
        if (!yaml_parser_initialize(&r.parser))
                return bg_fail(err, BG_SYSTEM, 0, "%s: out of memory", name);
        yaml_parser_set_encoding(&r.parser, YAML_UTF8_ENCODING);
        yaml_parser_set_input_string(&r.parser, (const unsigned char *)text, n_bytes);

        enum bg_code code = read_document(&r, ret);

        if (r.have_event)
                yaml_event_delete(&r.event);
        yaml_parser_delete(&r.parser);
        return code;
}

static bool text_holds(const char *text, size_t size, bool (*check)(const char *))
{
        if (!memchr(text, '\0', size))
                return false;
        return text[0] == '\0' || (bg_is_clean_text(text) && (!check || check(text)));
}

static bool field_holds(const struct bg_field *f, const char *base)
{
        const char *at = base + f->offset;
        uint64_t number = 0;
        unsigned n_words = 0;
        unsigned word = 0;

        switch (f->type) {
        case BG_TEXT:
                return text_holds(at, f->size, f->check);
        case BG_ID:
                return text_holds(at, BG_ID_BYTES, bg_is_id);
        case BG_WORD:
                memcpy(&word, at, sizeof word);
                while (f->words[n_words])
                        n_words++;
                return word < n_words;
        case BG_DURATION:
                memcpy(&number, at, sizeof number);
                return number % BG_USEC_PER_SEC == 0 && number <= BG_DURATION_MAX;
        case BG_BOOL:
                return *at == 0 || *at == 1;
        case BG_COUNT:
                memcpy(&number, at, sizeof number);
                return (number == 0 && !f->required) ||
                        (number >= f->min && (!f->max || number <= f->max));
        case BG_NUMBER:
                return true; /* every bit pattern is one; its range is the verb's to check */
        default:
                return false;
        }
}

bool bg_document_holds(const struct bg_table *table, const void *base)
{
        for (size_t i = 0; i < table->n_fields; i++)
                if (!field_holds(&table->fields[i], base))
                        return false;
        return true;
}
