/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The function behind each command, declared from the table. Each answers bgctl's exit status. */
#pragma once

#include "bgctl/cli/options.h"

#define BG_COMMAND(id, name, who, argument, options, verb, function, summary, help)                \
        int function(const struct bg_options *);
#include "bgctl/cli/commands.def"
