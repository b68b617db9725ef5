/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The flat containers of which every document is made: no pointer, nothing to free, copied by
 * assignment. What does not fit is refused by the reader, never cut. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

/* A user or group name: 32 bytes is the limit of useradd(8) and groupadd(8); NUL included. */
#define BG_NAME_BYTES 33
/* A list's item: an address with its prefix has 43 bytes, "SHA256:" and a digest 50. */
#define BG_ITEM_BYTES 64
#define BG_LIST_MAX 32
#define BG_PAIR_KEY_BYTES 64
#define BG_PAIR_VALUE_BYTES 256
#define BG_PAIRS_MAX 16

struct bg_list {
        uint32_t n;
        char v[BG_LIST_MAX][BG_ITEM_BYTES];
};

struct bg_pair {
        char key[BG_PAIR_KEY_BYTES];
        char value[BG_PAIR_VALUE_BYTES];
};

struct bg_pairs {
        uint32_t n;
        struct bg_pair v[BG_PAIRS_MAX];
};

static inline bool bg_list_has(const struct bg_list *list, const char *item)
{
        for (uint32_t i = 0; i < list->n; i++)
                if (strcmp(list->v[i], item) == 0)
                        return true;
        return false;
}

static inline const char *bg_pairs_get(const struct bg_pairs *pairs, const char *key)
{
        for (uint32_t i = 0; i < pairs->n; i++)
                if (strcmp(pairs->v[i].key, key) == 0)
                        return pairs->v[i].value;
        return NULL;
}
