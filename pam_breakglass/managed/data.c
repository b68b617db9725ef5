/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pam_set_data() and its memory; see data.h. */
#include "pam_breakglass/managed/data.h"

#include "policy/base/cleanup.h"

#include <string.h>

static void release(pam_handle_t *pamh, void *data, int status)
{
        (void)pamh;
        (void)status;
        free(data);
}

enum bg_code bg_data_keep(
        pam_handle_t *pamh, const char *name, const void *bytes, size_t n, struct bg_error *err)
{
        void *copy = malloc(n);

        if (!copy)
                return bg_fail(err, BG_SYSTEM, ENOMEM, "%s", name);
        memcpy(copy, bytes, n);
        if (pam_set_data(pamh, name, copy, release) != PAM_SUCCESS) {
                free(copy);
                return bg_fail(err, BG_SYSTEM, 0, "%s cannot be kept", name);
        }
        return BG_OK;
}

const void *bg_data_get(pam_handle_t *pamh, const char *name)
{
        const void *data = NULL;
        return pam_get_data(pamh, name, &data) == PAM_SUCCESS ? data : NULL;
}

void bg_data_drop(pam_handle_t *pamh, const char *name)
{
        (void)pam_set_data(pamh, name, NULL, NULL);
}
