/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one function behind every command that only asks the helper is bg_run_verb (commands.h):
 * options to document, call, print. These are its parts. */
#pragma once

#include "bgctl/cli/call.h"
#include "bgctl/cli/options.h"

/* What the options ask for. */
void bg_ask_from(const struct bg_options *options, struct bg_ask *ret);

/* Asks the helper the verb. BG_OK: it was done, and `ret` holds the answer. Else it has been told
 * why not, and `ret_status` is the exit status. */
enum bg_code bg_ask_helper(const struct bg_options *options, const char *verb,
        const struct bg_ask *ask, struct bg_reply *ret, int *ret_status);
