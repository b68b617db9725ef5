/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of rules share: check.c for the policy itself, logins.c for what the host's logins
 * make of it. Nobody else includes this. */
#pragma once

#include "policy/decide/check.h"

/* Where the rule that is being asked reports to. */
struct bg_checking {
        const struct bg_check *check;
        enum bg_severity severity;
        const char *file;
        void (*tell)(const struct bg_finding *finding, void *context);
        void *context;
};

void bg_check_tell(const struct bg_checking *c, const char *format, ...)
        __attribute__((format(printf, 2, 3)));
