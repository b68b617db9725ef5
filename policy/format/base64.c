/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base 64, decoded; see base64.h. */
#include "policy/format/base64.h"

#include <sodium.h>
#include <string.h>

static const char common[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool bg_base64_decode(int variant, const char *text, size_t n, unsigned char *ret, size_t size,
        size_t *ret_n)
{
        bool urlsafe = variant == sodium_base64_VARIANT_URLSAFE ||
                variant == sodium_base64_VARIANT_URLSAFE_NO_PADDING;
        const char *others = urlsafe ? "-_=" : "+/=";

        for (size_t i = 0; i < n; i++)
                if (!text[i] || (!strchr(common, text[i]) && !strchr(others, text[i])))
                        return false;
        return sodium_base642bin(ret, size, text, n, NULL, ret_n, NULL, variant) == 0;
}
