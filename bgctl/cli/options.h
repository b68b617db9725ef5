/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* argv by the table of commands. Pure: nothing is opened, printed or looked up. What it hands back
 * points into argv, and every value has passed the check of its kind. */
#pragma once

#include "policy/format/scalar.h"

enum bg_option {
#define BG_OPTION(id, name, value, help) BG_OPTION_##id,
#include "bgctl/cli/commands.def"
        BG_OPTIONS
};

/* A command's set of options. */
#define BG_O(id) (UINT32_C(1) << BG_OPTION_##id)

enum bg_command_id {
#define BG_COMMAND(id, name, who, argument, options, verb, function, summary, help) BG_COMMAND_##id,
#include "bgctl/cli/commands.def"
        BG_COMMANDS
};

struct bg_command {
        enum bg_command_id id;
        const char *name; /* one word or two */
        const char *who;
        const char *argument;
        uint32_t options;
        const char *verb;
        const char *summary;
        const char *help;
};

struct bg_option_row {
        const char *name; /* without "--" */
        const char *value;
        const char *help;
};

extern const struct bg_command bg_commands[BG_COMMANDS];
extern const struct bg_option_row bg_option_rows[BG_OPTIONS];

enum bg_wanted {
        BG_WANT_COMMAND = 0,
        BG_WANT_HELP, /* of `command`, or of all where it is NULL */
        BG_WANT_VERSION,
};

struct bg_options {
        enum bg_wanted want;
        const struct bg_command *command;
        const char *argument;           /* NULL: left out */
        const char *values[BG_OPTIONS]; /* NULL: not given; "" for an option that takes no value */
};

/* Errors: BG_USAGE, with a clean sentence; ret->command is then the one meant, or NULL. */
enum bg_code bg_options_parse(
        int argc, const char *const *argv, struct bg_options *ret, struct bg_error *err);

static inline bool bg_has(const struct bg_options *options, enum bg_option option)
{
        return options->values[option] != NULL;
}
