/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys in PASERK's forms: what parses prints to the same text. */
#include "tests/fuzz/fuzz.h"

#include "policy/format/key.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        unsigned char key[BG_SECRET_KEY_BYTES];
        char again[BG_KEY_SECRET_TEXT_BYTES];
        struct bg_public_key file;
        char *text = fuzz_text(data, size);

        if (bg_key_public_parse(text, key)) {
                bg_key_public_print(key, again);
                MUST(strcmp(again, text) == 0);
        }
        if (bg_key_secret_parse(text, key)) {
                bg_key_secret_print(key, again);
                MUST(strcmp(again, text) == 0);
        }
        if (bg_is_key_id(text))
                MUST(strlen(text) == BG_KEY_ID_BYTES - 1);
        if (bg_public_key_read("fuzzed", text, size, &file, NULL) == BG_OK) {
                bg_key_id(file.public_key, again);
                MUST(strcmp(again, file.kid) == 0);
        }
        free(text);
        return 0;
}
