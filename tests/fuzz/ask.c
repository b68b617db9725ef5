/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What crosses to the helper, on both sides of the fork. "d": the caller's bytes as the child reads
 * them; what it takes must hold. "s": the struct as a child that was taken over would hand it back; what
 * holds must be what some document says, or the parent would act on what no reader has checked. */
#include "tests/fuzz/fuzz.h"

#include "policy/format/ask.h"
#include "policy/format/emit.h"

/* The document of an ask that holds, which must read, and be the same again. */
static void check_document(const struct bg_ask *ask)
{
        static char first[BG_DOCUMENT_BYTES_MAX];
        static char second[BG_DOCUMENT_BYTES_MAX];
        static struct bg_ask again;
        struct bg_buffer a = BG_BUFFER(first);
        struct bg_buffer b = BG_BUFFER(second);
        struct bg_error err = {0};

        MUST(bg_emit(&bg_ask_table, ask, &a));
        MUST(bg_document_read(&bg_ask_table, "again", first, a.n, &again, &err) == BG_OK);
        MUST(bg_document_holds(&bg_ask_table, &again));
        MUST(bg_emit(&bg_ask_table, &again, &b));
        MUST(a.n == b.n && memcmp(first, second, a.n) == 0);
}

static void read_document(const uint8_t *data, size_t size)
{
        struct bg_ask *ask = malloc(sizeof *ask);
        struct bg_error err = {0};
        char *text = fuzz_text(data, size);

        MUST(ask);
        if (bg_document_read(&bg_ask_table, "standard input", text, size, ask, &err) == BG_OK) {
                MUST(bg_document_holds(&bg_ask_table, ask));
                check_document(ask);
        } else {
                MUST(err.code == bg_ask_table.code || err.code == BG_SYSTEM);
                MUST(err.text[0] && bg_is_clean_text(err.text));
        }
        free(ask);
        free(text);
}

static void take_struct(const uint8_t *data, size_t size)
{
        struct bg_ask *ask = calloc(1, sizeof *ask);
        MUST(ask);
        if (size)
                memcpy(ask, data, size < sizeof *ask ? size : sizeof *ask);
        if (bg_document_holds(&bg_ask_table, ask))
                check_document(ask);
        free(ask);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        if (size > 0 && data[0] == 's')
                take_struct(data + 1, size - 1);
        else if (size > 0)
                read_document(data + 1, size - 1);
        return 0;
}
