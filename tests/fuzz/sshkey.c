/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sshd says of the key that came in. */
#include "tests/fuzz/fuzz.h"

#include "policy/format/sshkey.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        char print[BG_FINGERPRINT_BYTES];
        char *text = fuzz_text(data, size);
        if (bg_sshkey_fingerprint(text, print)) {
                MUST(strlen(print) == BG_FINGERPRINT_BYTES - 1 && memcmp(print, "SHA256:", 7) == 0);
                MUST(strncmp(text, "publickey ", 10) == 0 && bg_is_clean_text(print));
        }
        free(text);
        return 0;
}
