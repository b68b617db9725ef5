/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Published vectors, read by jansson rather than by the reader that they test. */
#pragma once

#include "tests/unit/lib/unit.h"

#include <jansson.h>
#include <sodium.h>

static inline json_t *vectors_load(const char *name)
{
        char path[1024];
        json_error_t error;
        (void)snprintf(path, sizeof path, BG_VECTORS "/%s", name);
        json_t *root = json_load_file(path, 0, &error);
        if (!root)
                fail_msg("%s: %s", path, error.text);
        return root;
}

/* "" where it is null or absent. */
static inline const char *text_of(const json_t *object, const char *key)
{
        const char *text = json_string_value(json_object_get(object, key));
        return text ? text : "";
}

static inline size_t bytes_of(
        const json_t *object, const char *key, unsigned char *ret, size_t size)
{
        size_t n = 0;
        const char *hex = text_of(object, key);
        assert_int_equal(sodium_hex2bin(ret, size, hex, strlen(hex), NULL, &n, NULL), 0);
        return n;
}
