/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* An ssh key's fingerprint; see sshkey.h. */
#include "policy/format/sshkey.h"

#include <sodium.h>

static const char head[] = "publickey ";
/* RSA of 16384 bits, the most that OpenSSH takes, has 2 KiB; certificates have more. */
#define BLOB_BYTES_MAX 16384

bool bg_sshkey_fingerprint(const char *auth_info, char ret[static BG_FINGERPRINT_BYTES])
{
        unsigned char blob[BLOB_BYTES_MAX];
        unsigned char hash[crypto_hash_sha256_BYTES];
        size_t n = 0;

        if (strncmp(auth_info, head, sizeof head - 1) != 0)
                return false;
        const char *type = auth_info + sizeof head - 1;
        const char *base64 = strchr(type, ' ');
        if (!base64 || base64 == type)
                return false;
        base64++;
        size_t n_base64 = strcspn(base64, "\n");
        if (n_base64 == 0 ||
                sodium_base642bin(blob, sizeof blob, base64, n_base64, NULL, &n, NULL,
                        sodium_base64_VARIANT_ORIGINAL) != 0)
                return false;
        (void)crypto_hash_sha256(hash, blob, n);
        bg_copy(ret, BG_FINGERPRINT_BYTES, "SHA256:");
        (void)sodium_bin2base64(ret + 7, BG_FINGERPRINT_BYTES - 7, hash, sizeof hash,
                sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
        return true;
}
