/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands behind the module's name in a PAM file. */
#pragma once

#include "policy/store/store.h"

#include <security/pam_modules.h>

struct bg_options {
        bool debug;
        bool key; /* this is sshd's first session line: it only keeps the key, see key.h */
        struct bg_places places;
};

/* An option that is not known is logged and changes nothing. `ret` points into argv. */
void bg_options_read(pam_handle_t *pamh, int argc, const char **argv, struct bg_options *ret);
