/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Base 64 with one way to write each text: libsodium's decoder, behind a check of the alphabet. It
 * takes each byte above 0x7F for the last letter of the alphabet (seen in 1.0.18), so that a token
 * could be written in many ways. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

/* `variant` is one of sodium_base64_VARIANT_*. False: a byte that is not of its alphabet, bits left
 * over, wrong padding, or more than `size` bytes. */
bool bg_base64_decode(int variant, const char *text, size_t n, unsigned char *ret, size_t size,
        size_t *ret_n);
