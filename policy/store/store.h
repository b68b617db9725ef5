/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three places that breakglass has on a host, opened once and handed down. */
#pragma once

#include "policy/store/dir.h"

#define BG_ETC_PATH "/etc/breakglass"
#define BG_STATE_PATH "/var/lib/breakglass"
#define BG_RUN_PATH "/run/breakglass"

struct bg_store {
        struct bg_dir etc;
        struct bg_dir state;
        struct bg_dir run; /* fd -1: it could not be had; nothing is refused for that */
};

#define BG_STORE_NONE {.etc = BG_DIR_NONE, .state = BG_DIR_NONE, .run = BG_DIR_NONE}

/* Where they are, and who must own them; unit tests have their own. */
struct bg_places {
        const char *etc;
        const char *state;
        const char *run;
        uid_t owner;
};

extern const struct bg_places bg_places_host;

/* A missing /run/breakglass is made again. Errors: as bg_dir_open(). */
enum bg_code bg_store_open(
        const struct bg_places *places, struct bg_store *ret, struct bg_error *err);
void bg_store_done(struct bg_store *store);
