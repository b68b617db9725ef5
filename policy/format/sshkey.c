/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An ssh key's fingerprint; see sshkey.h. */
#include "policy/format/sshkey.h"

#include "policy/format/base64.h"

#include <sodium.h>

static const char head[] = "publickey ";
/* RSA of 16384 bits, the most that OpenSSH takes, has 2 KiB; certificates have more. */
#define BLOB_BYTES_MAX 16384

/* A key begins with its type's name behind its length, 32 bits big-endian (RFC 4253, 6.6). */
static bool is_of_type(const unsigned char *blob, size_t n, const char *type, size_t n_type)
{
        if (n < 4 + n_type)
                return false;
        uint32_t length = (uint32_t)blob[0] << 24 | (uint32_t)blob[1] << 16 |
                (uint32_t)blob[2] << 8 | blob[3];
        return length == n_type && memcmp(blob + 4, type, n_type) == 0;
}

bool bg_sshkey_fingerprint(const char *auth_info, char ret[static BG_FINGERPRINT_BYTES])
{
        unsigned char blob[BLOB_BYTES_MAX];
        unsigned char hash[crypto_hash_sha256_BYTES];
        size_t n = 0;

        if (strncmp(auth_info, head, sizeof head - 1) != 0)
                return false;
        /* The first line alone: further methods may follow. */
        const char *type = auth_info + sizeof head - 1;
        size_t n_type = strcspn(type, " \n");
        if (n_type == 0 || type[n_type] != ' ')
                return false;
        const char *base64 = type + n_type + 1;
        size_t n_base64 = strcspn(base64, "\n");
        if (n_base64 == 0 ||
                !bg_base64_decode(sodium_base64_VARIANT_ORIGINAL, base64, n_base64, blob,
                        sizeof blob, &n) ||
                !is_of_type(blob, n, type, n_type))
                return false;
        (void)crypto_hash_sha256(hash, blob, n);
        bg_copy(ret, BG_FINGERPRINT_BYTES, "SHA256:");
        (void)sodium_bin2base64(ret + 7, BG_FINGERPRINT_BYTES - 7, hash, sizeof hash,
                sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
        return true;
}
