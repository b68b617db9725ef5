/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The module's options; see options.h. */
#include "pam_breakglass/managed/options.h"

#include <security/pam_ext.h>

#include <syslog.h>

#ifdef BG_TEST_HOOKS
/* The tests' own places, owned by whoever runs them. No host's module has this code. */
static bool read_place(const char *option, struct bg_places *ret)
{
        ret->owner = geteuid();
        if (strncmp(option, "policy=", 7) == 0)
                ret->etc = option + 7;
        else if (strncmp(option, "state=", 6) == 0)
                ret->state = option + 6;
        else if (strncmp(option, "run=", 4) == 0)
                ret->run = option + 4;
        else
                return false;
        return true;
}
#else
static bool read_place(const char *option, struct bg_places *ret)
{
        (void)option;
        (void)ret;
        return false;
}
#endif

void bg_options_read(pam_handle_t *pamh, int argc, const char **argv, struct bg_options *ret)
{
        *ret = (struct bg_options){.places = bg_places_host};
        for (int i = 0; i < argc; i++) {
                if (strcmp(argv[i], "debug") == 0)
                        ret->debug = true;
                else if (strcmp(argv[i], "key") == 0)
                        ret->key = true;
                else if (!read_place(argv[i], &ret->places))
                        pam_syslog(pamh, LOG_ERR, "unknown option: %s", argv[i]);
        }
}
