/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What `host` reads of this machine and its people, and what `decide` judges. */
#pragma once

#include "policy/base/list.h"

#include <sys/types.h>

/* Microseconds: since 1970 UTC for a moment, since boot for a boot clock, plain for a duration. */
typedef uint64_t bg_usec;
#define BG_USEC_PER_SEC UINT64_C(1000000)

/* A machine id or boot id: 32 hexadecimal digits, see machine-id(5); NUL included. */
#define BG_MACHINE_ID_BYTES 33
/* HOST_NAME_MAX of Linux and NUL. */
#define BG_HOST_BYTES 65

struct bg_now {
        bg_usec wall;     /* CLOCK_REALTIME */
        bg_usec boottime; /* CLOCK_BOOTTIME: goes on in suspend, cannot be set */
        char boot[BG_MACHINE_ID_BYTES];
        char machine[BG_MACHINE_ID_BYTES];
        char host[BG_HOST_BYTES];
};

/* The newest moment this host has on record (store's file `newest`). wall 0: none yet. */
struct bg_newest {
        bg_usec wall;
        bg_usec boottime;
        char boot[BG_MACHINE_ID_BYTES];
        uint64_t seq; /* of the last event in the record */
};

/* In how many groups a person may be; who is in more is refused by name, never cut in silence. */
#define BG_HUMAN_GROUPS_MAX 256

/* One line of /etc/passwd with its groups of /etc/group. found false: no such line. */
struct bg_human {
        bool found;
        bool managed; /* it has a file in policy.d: an identity, no human */
        uid_t uid;
        gid_t gid;
        char name[BG_NAME_BYTES];
        uint32_t n_groups;
        char groups[BG_HUMAN_GROUPS_MAX][BG_NAME_BYTES];
};

/* Whether `principals` (names, or "@group") name this human. */
static inline bool bg_human_in(const struct bg_human *human, const struct bg_list *principals)
{
        if (!human->found)
                return false;
        for (uint32_t i = 0; i < principals->n; i++) {
                const char *p = principals->v[i];
                if (p[0] != '@') {
                        if (strcmp(p, human->name) == 0)
                                return true;
                        continue;
                }
                for (uint32_t g = 0; g < human->n_groups; g++)
                        if (strcmp(p + 1, human->groups[g]) == 0)
                                return true;
        }
        return false;
}
