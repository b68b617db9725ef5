/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PASETO v4.public over libsodium; see token.h and the PASETO specification, version 4. */
#include "policy/format/token.h"

#include "policy/format/base64.h"

#include <errno.h>
#include <stdlib.h>

static const char header[] = "v4.public.";
static const char footer_head[] = "{\"kid\":\"";
static const char footer_tail[] = "\"}";
#define BASE64URL sodium_base64_VARIANT_URLSAFE_NO_PADDING
#define SIGNATURE_BYTES crypto_sign_ed25519_BYTES
#define FOOTER_BYTES_MAX 128

struct piece {
        const void *bytes;
        size_t n;
};

/* PAE of the specification: the count, then each piece behind its length, little-endian 64 bits.
 * The caller frees; NULL: no memory. */
static unsigned char *encode(const struct piece *pieces, size_t n_pieces, size_t *ret_n)
{
        size_t n = 8;
        for (size_t i = 0; i < n_pieces; i++)
                n += 8 + pieces[i].n;
        unsigned char *text = malloc(n);
        if (!text)
                return NULL;

        unsigned char *p = text;
        for (size_t i = 0; i <= n_pieces; i++) {
                uint64_t number = i ? pieces[i - 1].n : n_pieces;
                for (int byte = 0; byte < 8; byte++)
                        *p++ = (unsigned char)(number >> (8 * byte) & (byte == 7 ? 0x7F : 0xFF));
                if (i) {
                        memcpy(p, pieces[i - 1].bytes, pieces[i - 1].n);
                        p += pieces[i - 1].n;
                }
        }
        *ret_n = n;
        return text;
}

static unsigned char *encode_token(const void *payload, size_t n_payload, const char *footer,
        const char *implicit, size_t *ret_n)
{
        const struct piece pieces[] = {
                {header, sizeof header - 1},
                {payload, n_payload},
                {footer, strlen(footer)},
                {implicit, strlen(implicit)},
        };
        return encode(pieces, 4, ret_n);
}

bool bg_paseto_sign(const unsigned char secret_key[static BG_SECRET_KEY_BYTES], const char *payload,
        const char *footer, const char *implicit, char *ret, size_t size)
{
        size_t n_payload = strlen(payload);
        size_t n_signed = 0;
        size_t n_body = n_payload + SIGNATURE_BYTES;
        size_t n_head = sizeof header - 1;
        size_t n_footer = strlen(footer) ? 1 + sodium_base64_ENCODED_LEN(strlen(footer), BASE64URL) : 1;

        if (n_payload > BG_PAYLOAD_BYTES_MAX || strlen(footer) > FOOTER_BYTES_MAX ||
                n_head + sodium_base64_ENCODED_LEN(n_body, BASE64URL) + n_footer > size)
                return false;
        unsigned char *text = encode_token(payload, n_payload, footer, implicit, &n_signed);
        unsigned char *body = malloc(n_body);
        bool good = text && body;
        if (good) {
                memcpy(body, payload, n_payload);
                good = crypto_sign_ed25519_detached(
                               body + n_payload, NULL, text, n_signed, secret_key) == 0;
        }
        if (good) {
                bg_copy(ret, size, header);
                (void)sodium_bin2base64(ret + n_head, size - n_head, body, n_body, BASE64URL);
                if (footer[0]) {
                        size_t n = strlen(ret);
                        ret[n++] = '.';
                        (void)sodium_bin2base64(ret + n, size - n, (const unsigned char *)footer,
                                strlen(footer), BASE64URL);
                }
        }
        free(text);
        free(body);
        return good;
}

/* Where a token's parts begin and end; nothing is decoded yet. */
struct parts {
        const char *body;
        size_t n_body;
        const char *footer; /* "" where the token has none */
        size_t n_footer;
};

static bool split(const char *token, size_t n_bytes, struct parts *ret)
{
        size_t n_head = sizeof header - 1;

        if (n_bytes < n_head || n_bytes >= BG_TOKEN_BYTES_MAX ||
                memcmp(token, header, n_head) != 0 || memchr(token, '\0', n_bytes))
                return false;
        ret->body = token + n_head;
        size_t n = n_bytes - n_head;
        const char *point = memchr(ret->body, '.', n);
        ret->n_body = point ? (size_t)(point - ret->body) : n;
        ret->footer = point ? point + 1 : "";
        ret->n_footer = point ? n - ret->n_body - 1 : 0;
        /* A point with nothing behind it would be a second way to write "no footer". */
        return ret->n_body > 0 && (!point || ret->n_footer > 0);
}

static bool decode_footer(const struct parts *parts, char *ret, size_t size)
{
        size_t n = 0;
        if (parts->n_footer > 0 &&
                !bg_base64_decode(BASE64URL, parts->footer, parts->n_footer, (unsigned char *)ret,
                        size - 1, &n))
                return false;
        ret[n] = '\0';
        return strlen(ret) == n;
}

/* BG_OK, BG_BAD_SIGNATURE, or BG_SYSTEM: a lack of memory, which whoever starts su can bring about, must
 * not look like a grant that was changed. */
static enum bg_code verify(const unsigned char *public_key, const char *token, size_t n_bytes,
        const char *footer, const char *implicit, char *ret, size_t size, size_t *ret_n)
{
        struct parts parts;
        char found[FOOTER_BYTES_MAX + 1];
        size_t n_body = 0;
        size_t n_signed = 0;

        if (!split(token, n_bytes, &parts) || !decode_footer(&parts, found, sizeof found) ||
                strlen(footer) != strlen(found) ||
                sodium_memcmp(found, footer, strlen(footer)) != 0)
                return BG_BAD_SIGNATURE;
        unsigned char *body = malloc(parts.n_body);
        if (!body)
                return BG_SYSTEM;
        bool good = bg_base64_decode(
                            BASE64URL, parts.body, parts.n_body, body, parts.n_body, &n_body) &&
                n_body > SIGNATURE_BYTES && n_body - SIGNATURE_BYTES < size;
        size_t n_payload = good ? n_body - SIGNATURE_BYTES : 0;
        unsigned char *text =
                good ? encode_token(body, n_payload, footer, implicit, &n_signed) : NULL;
        bool no_memory = good && !text;
        good = text &&
                crypto_sign_ed25519_verify_detached(body + n_payload, text, n_signed, public_key) ==
                        0;
        if (good) {
                memcpy(ret, body, n_payload);
                ret[n_payload] = '\0';
                *ret_n = n_payload;
        }
        free(text);
        free(body);
        return good ? BG_OK : no_memory ? BG_SYSTEM : BG_BAD_SIGNATURE;
}

bool bg_paseto_verify(const unsigned char public_key[static BG_PUBLIC_KEY_BYTES], const char *token,
        size_t n_bytes, const char *footer, const char *implicit, char *ret, size_t size,
        size_t *ret_n)
{
        return verify(public_key, token, n_bytes, footer, implicit, ret, size, ret_n) == BG_OK;
}

static void make_footer(const char *kid, char *ret, size_t size)
{
        bg_copy(ret, size, footer_head);
        bg_copy(ret + strlen(ret), size - strlen(ret), kid);
        bg_copy(ret + strlen(ret), size - strlen(ret), footer_tail);
}

bool bg_token_sign(const unsigned char secret_key[static BG_SECRET_KEY_BYTES], const char *payload,
        const char *machine, char *ret, size_t size)
{
        unsigned char public_key[BG_PUBLIC_KEY_BYTES];
        char kid[BG_KEY_ID_BYTES];
        char footer[FOOTER_BYTES_MAX + 1];

        (void)crypto_sign_ed25519_sk_to_pk(public_key, secret_key);
        bg_key_id(public_key, kid);
        make_footer(kid, footer, sizeof footer);
        return bg_paseto_sign(secret_key, payload, footer, machine, ret, size);
}

enum bg_code bg_token_verify(const struct bg_keyring *keyring, const char *token, size_t n_bytes,
        const struct bg_now *now, char *ret, size_t *ret_n, struct bg_error *err)
{
        struct parts parts;
        char found[FOOTER_BYTES_MAX + 1];
        char footer[FOOTER_BYTES_MAX + 1];
        const struct bg_public_key *key = NULL;

        if (!split(token, n_bytes, &parts) || !decode_footer(&parts, found, sizeof found))
                return bg_fail(err, BG_MALFORMED, 0, "the grant is no v4.public token");
        for (uint32_t i = 0; i < keyring->n && !key; i++) {
                make_footer(keyring->v[i].kid, footer, sizeof footer);
                if (strcmp(footer, found) == 0)
                        key = &keyring->v[i];
        }
        if (!key)
                return bg_fail(err, BG_UNKNOWN_KEY, 0, "the grant names no key of this host");
        if (strcmp(key->machine, now->machine) != 0)
                return bg_fail(err, BG_WRONG_HOST, 0, "the grant's key was made on another host");
        if (key->not_after && now->wall >= key->not_after)
                return bg_fail(err, BG_UNKNOWN_KEY, 0, "the grant's key is past its not-after");
        enum bg_code code = verify(key->public_key, token, n_bytes, footer, now->machine, ret,
                BG_PAYLOAD_BYTES_MAX + 1, ret_n);
        if (code == BG_BAD_SIGNATURE)
                return bg_fail(err, code, 0, "the grant's signature is wrong");
        return code == BG_OK ? BG_OK : bg_fail(err, code, ENOMEM, "the grant");
}
