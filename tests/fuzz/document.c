/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The strict reader, all kinds of documents: the first byte says which. What is taken is written and
 * read again, and must come out the same; a flat one must also hold as if it came from a child. */
#include "tests/fuzz/fuzz.h"

#include "policy/format/answer.h"
#include "policy/format/ask.h"
#include "policy/format/emit.h"
#include "policy/format/key.h"
#include "policy/format/record.h"

static const struct bg_table *const tables[] = {&bg_host_table, &bg_identity_table, &bg_role_table,
        &bg_ask_table, &bg_claims_table, &bg_event_table, &bg_line_table, &bg_state_head_table,
        &bg_state_id_table, &bg_state_reported_table, &bg_newest_table, &bg_told_table,
        &bg_public_key_table, &bg_offer_table, &bg_listed_table, &bg_enrolled_table,
        &bg_refusal_table, &bg_accepted_table, &bg_gate_table, &bg_reason_rule_table};
#define N_TABLES (sizeof tables / sizeof *tables)

static size_t emit(const struct bg_table *table, const void *base, char *text, size_t size)
{
        struct bg_buffer buffer = {.text = text, .size = size};
        MUST(bg_emit(table, base, &buffer));
        return buffer.n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        static char first[4 * BG_DOCUMENT_BYTES_MAX];
        static char second[4 * BG_DOCUMENT_BYTES_MAX];
        struct bg_error err = {0};
        if (size == 0)
                return 0;
        size_t which = data[0] < 'a' ? data[0] : (size_t)(data[0] - 'a');
        struct bg_table table = *tables[which % N_TABLES];
        char *text = fuzz_text(data + 1, size - 1);
        void *base = malloc(table.size);
        MUST(base);

        if (bg_document_read(&table, "fuzzed", text, size - 1, base, &err) == BG_OK) {
                size_t n = emit(&table, base, first, sizeof first);
                if (&bg_ask_table == tables[which % N_TABLES])
                        MUST(bg_document_holds(&bg_ask_table, base));
                /* Policy is YAML; JSON is a part of it, and both read what we write. */
                if (n <= BG_DOCUMENT_BYTES_MAX) {
                        MUST(bg_document_read(&table, "again", first, n, base, &err) == BG_OK);
                        table.syntax = BG_JSON;
                        MUST(bg_document_read(&table, "again", first, n, base, &err) == BG_OK);
                        MUST(emit(&table, base, second, sizeof second) == n);
                        MUST(memcmp(first, second, n) == 0);
                }
        } else {
                MUST(err.code == table.code || err.code == BG_SYSTEM);
                MUST(bg_is_clean_text(err.text));
        }
        free(base);
        free(text);
        return 0;
}
