/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a target holds: it must not crash, and what it takes must have one reading. */
#pragma once

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Not assert(): it must hold in every build. */
#define MUST(condition)                                                                            \
        do {                                                                                       \
                if (!(condition)) {                                                                \
                        (void)fprintf(stderr, "%s:%d: %s\n", __FILE__, __LINE__, #condition);      \
                        abort();                                                                   \
                }                                                                                  \
        } while (0)

/* A copy with a NUL behind it, of exactly that size, so that a byte read too far is seen. Freed by
 * the caller. */
static inline char *fuzz_text(const uint8_t *data, size_t size)
{
        char *text = malloc(size + 1);
        MUST(text);
        if (size)
                memcpy(text, data, size);
        text[size] = '\0';
        return text;
}
