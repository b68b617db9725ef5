/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What crosses to the helper on its standard input: flat, of fixed size, no pointer. The verb
 * itself comes in argv. Which fields a verb needs, it checks itself. */
#pragma once

#include "policy/format/document.h"

struct bg_ask {
        char account[BG_NAME_BYTES];
        char role[BG_ROLE_BYTES];
        char id[BG_ID_BYTES];
        bg_usec duration; /* 0: the default */
        char reason[BG_REASON_BYTES];
        char ticket[BG_TICKET_BYTES];
        char as[BG_NAME_BYTES];     /* the human who proves, where it is not the caller */
        /* What a grant is narrowed to, below what the policy allows; "" and 0: as wide as it. */
        char caller[BG_NAME_BYTES];
        char service[BG_NAME_BYTES];
        char from[BG_ITEM_BYTES];
        char key[BG_ITEM_BYTES];
        uint64_t uses;
        char person[BG_NAME_BYTES]; /* whose factor is enrolled */
};

extern const struct bg_table bg_ask_table;
