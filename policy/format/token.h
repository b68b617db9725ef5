/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PASETO v4.public, signed and verified: Ed25519 over the pre-authentication encoding of header,
 * payload, footer and implicit assertion. Nothing of the payload is handed out before the signature
 * was verified; of the footer only its one fixed form is known, compared byte by byte. */
#pragma once

#include "policy/format/key.h"

/* The payload is a JSON document: at most as long as the reader takes. */
#define BG_PAYLOAD_BYTES_MAX BG_DOCUMENT_BYTES_MAX
/* Header, payload and signature in base64url, point, footer; NUL included. */
#define BG_TOKEN_BYTES_MAX (10 + (BG_PAYLOAD_BYTES_MAX + 64) * 4 / 3 + 2 + 1 + 128)

/* The bare algorithm, as the official vectors test it: any footer, any implicit assertion.
 * bg_paseto_sign: `ret` gets the NUL-terminated token. False: it does not fit `size`.
 * bg_paseto_verify: `ret` gets the payload, NUL-terminated, its length in `ret_n`; `footer` is what
 * the token must carry. False: malformed or a wrong signature; `ret` is then untouched or wiped. */
bool bg_paseto_sign(const unsigned char secret_key[static BG_SECRET_KEY_BYTES], const char *payload,
        const char *footer, const char *implicit, char *ret, size_t size);
bool bg_paseto_verify(const unsigned char public_key[static BG_PUBLIC_KEY_BYTES], const char *token,
        size_t n_bytes, const char *footer, const char *implicit, char *ret, size_t size,
        size_t *ret_n);

/* A grant's token: footer {"kid":"k4.pid.…"}, implicit assertion the machine id. */
bool bg_token_sign(const unsigned char secret_key[static BG_SECRET_KEY_BYTES], const char *payload,
        const char *machine, char *ret, size_t size);

/* Verifies with the keyring's key that the footer names. `ret` has BG_PAYLOAD_BYTES_MAX + 1 bytes.
 * Errors: BG_MALFORMED, BG_UNKNOWN_KEY (also past its not-after), BG_WRONG_HOST (the key was made on
 * another machine), BG_BAD_SIGNATURE, BG_SYSTEM (no memory). */
enum bg_code bg_token_verify(const struct bg_keyring *keyring, const char *token, size_t n_bytes,
        const struct bg_now *now, char *ret, size_t *ret_n, struct bg_error *err);
