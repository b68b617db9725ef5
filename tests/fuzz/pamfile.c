/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A PAM file, and our blocks in it: the first byte says which service's. What stands outside of our
 * marks comes out as it went in, byte for byte, whatever it is. */
#include "tests/fuzz/fuzz.h"

#include "bgctl/admin/pamfile.h"
#include "policy/format/scalar.h"

/* The same bytes, in a copy of exactly their size. */
struct text {
        char *bytes;
        size_t n;
};

static void done(struct text *text)
{
        free(text->bytes);
        *text = (struct text){0};
}

static bool removed(const char *bytes, size_t n, struct text *ret)
{
        struct bg_error err = {0};
        *ret = (struct text){0};
        if (bg_pamfile_remove(bytes, n, &ret->bytes, &ret->n, &err) == BG_OK)
                return true;
        MUST(err.code == BG_BAD_POLICY && err.text[0] && bg_is_clean_text(err.text));
        return false;
}

static bool same(const struct text *a, const struct text *b)
{
        return a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

static void add_and_take_out(
        const char *service, const struct text *before, const char *bytes, size_t n)
{
        struct bg_error err = {0};
        struct text added = {0};
        struct text again = {0};
        struct text back = {0};
        struct text blocks = {0};
        struct text none = {0};

        if (bg_pamfile_add(service, bytes, n, &added.bytes, &added.n, &err) != BG_OK) {
                MUST(err.code == BG_BAD_POLICY && err.text[0] && bg_is_clean_text(err.text));
                return;
        }
        MUST(strlen(added.bytes) == added.n);
        /* A file near the limit may be too long with our blocks in it. */
        if (removed(added.bytes, added.n, &back)) {
                MUST(same(&back, before));
                MUST(bg_pamfile_add(service, added.bytes, added.n, &again.bytes, &again.n, &err) ==
                        BG_OK);
                MUST(same(&again, &added));
                MUST(bg_pamfile_blocks(added.bytes, added.n, &blocks.bytes, &blocks.n, &err) ==
                        BG_OK);
                MUST(blocks.n > 0 && blocks.n + before->n <= added.n + 1);
                MUST(bg_pamfile_blocks(back.bytes, back.n, &none.bytes, &none.n, &err) == BG_OK);
                MUST(none.n == 0);
        } else {
                MUST(added.n > BG_PAMFILE_BYTES_MAX);
        }
        done(&added);
        done(&again);
        done(&back);
        done(&blocks);
        done(&none);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        struct text before;
        if (size == 0)
                return 0;
        char *text = fuzz_text(data + 1, size - 1);
        if (removed(text, size - 1, &before)) {
                MUST(before.n <= size - 1);
                add_and_take_out(data[0] % 2 ? "su" : "sshd", &before, text, size - 1);
                done(&before);
        }
        free(text);
        return 0;
}
