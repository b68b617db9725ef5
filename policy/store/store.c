/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Opens the three places; see store.h. */
#include "policy/store/store.h"

#include <sys/stat.h>

const struct bg_places bg_places_host = {
        .etc = BG_ETC_PATH, .state = BG_STATE_PATH, .run = BG_RUN_PATH, .owner = 0};

static void open_run(const struct bg_places *places, struct bg_dir *ret)
{
        if (bg_dir_open(places->run, places->owner, ret, NULL) == BG_NO_SUCH &&
                mkdir(places->run, 0755) == 0)
                (void)bg_dir_open(places->run, places->owner, ret, NULL);
}

enum bg_code bg_store_open(
        const struct bg_places *places, struct bg_store *ret, struct bg_error *err)
{
        *ret = (struct bg_store)BG_STORE_NONE;
        enum bg_code code = bg_dir_open(places->etc, places->owner, &ret->etc, err);
        if (code == BG_OK)
                code = bg_dir_open(places->state, places->owner, &ret->state, err);
        if (code != BG_OK) {
                bg_store_done(ret);
                return code;
        }
        open_run(places, &ret->run);
        return BG_OK;
}

void bg_store_done(struct bg_store *store)
{
        bg_dir_done(&store->etc);
        bg_dir_done(&store->state);
        bg_dir_done(&store->run);
}
