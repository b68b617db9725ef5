/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --help, from the table of commands. */
#pragma once

#include "bgctl/cli/options.h"

#include <stdio.h>

/* Of one command, or of all where it is NULL. */
void bg_help(FILE *to, const struct bg_command *command);
