/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bgctl-tell: runs as root, started by systemd alone. The only one who tells the journal, so that
 * auditors can filter on its _EXE. It may block (journald does); nothing waits for it. */
#include "bgctl/tell/feed.h"
#include "policy/base/words.h"
#include "policy/store/store.h"

#include <sodium.h>

int main(void)
{
        struct bg_store store = BG_STORE_NONE;
        struct bg_error err;

        if (sodium_init() < 0) {
                (void)fprintf(stderr, "bgctl-tell: libsodium cannot be used\n");
                return 1;
        }
        enum bg_code code = bg_store_open(&bg_places_host, &store, &err);
        if (code == BG_OK)
                code = feed(&store, &err);
        bg_store_done(&store);
        if (code == BG_OK)
                return 0;
        (void)fprintf(stderr, "bgctl-tell: %s (%s)\n", err.text, bg_code_word(err.code));
        return 1;
}
