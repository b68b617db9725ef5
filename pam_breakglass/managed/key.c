/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sshd's key, kept and compared; see key.h. */
#include "pam_breakglass/managed/key.h"

#include "pam_breakglass/managed/data.h"

#include <string.h>

static const char data_name[] = "breakglass.key";
static const char variable[] = "SSH_AUTH_INFO_0";

static const char *now(pam_handle_t *pamh)
{
        const char *info = pam_getenv(pamh, variable);
        return info ? info : "";
}

enum bg_code bg_key_keep(pam_handle_t *pamh, struct bg_error *err)
{
        const char *info = now(pamh);
        return bg_data_keep(pamh, data_name, info, strlen(info) + 1, err);
}

enum bg_code bg_key_read(
        pam_handle_t *pamh, char ret[static BG_FINGERPRINT_BYTES], struct bg_error *err)
{
        const char *kept = bg_data_get(pamh, data_name);

        ret[0] = '\0';
        if (!kept)
                return bg_fail(err, BG_SYSTEM, 0,
                        "the session line with \"key\", first in sshd's PAM file, is missing");
        if (strcmp(kept, now(pamh)) != 0)
                return bg_fail(err, BG_TAMPERED, 0,
                        "%s was changed since sshd set it: the account's own ~/.pam_environment?",
                        variable);
        /* A line each method that was asked for; a key need not be the first. */
        for (const char *line = kept; *line; line += strcspn(line, "\n"), line += *line == '\n')
                if (bg_sshkey_fingerprint(line, ret))
                        return BG_OK;
        return BG_OK;
}
