/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* --help; see help.h. */
#include "bgctl/cli/help.h"

#include "bgctl/cli/output.h"

#include <ctype.h>

/* The words of the usage line, one a call; broken before a word that does not fit. */
static void put_word(FILE *to, size_t indent, size_t *used, const char *word)
{
        if (*used + 1 + strlen(word) > BG_COLUMNS) {
                (void)fprintf(to, "\n%*s", (int)indent, "");
                *used = indent;
        }
        (void)fprintf(to, " %s", word);
        *used += 1 + strlen(word);
}

static void put_usage(FILE *to, const struct bg_command *command)
{
        int n = fprintf(to, "usage: bgctl %s", command->name);
        size_t indent = n > 0 ? (size_t)n : 0;
        size_t used = indent;

        if (command->argument[0])
                put_word(to, indent, &used, command->argument);
        for (unsigned i = 0; i < BG_OPTIONS; i++) {
                const struct bg_option_row *row = &bg_option_rows[i];
                char word[64];
                if (!(command->options & UINT32_C(1) << i))
                        continue;
                (void)snprintf(word, sizeof word, "[--%s%s%s]", row->name, row->value[0] ? " " : "",
                        row->value);
                put_word(to, indent, &used, word);
        }
        (void)fprintf(to, "\n");
}

static void put_options(FILE *to, const struct bg_command *command)
{
        for (unsigned i = 0; i < BG_OPTIONS; i++) {
                const struct bg_option_row *row = &bg_option_rows[i];
                char label[32];
                if (!(command->options & UINT32_C(1) << i))
                        continue;
                (void)snprintf(label, sizeof label, "--%s%s%s", row->name, row->value[0] ? " " : "",
                        row->value);
                (void)fprintf(to, "  %-17s %s\n", label, row->help);
        }
}

static void help_all(FILE *to)
{
        (void)fprintf(to,
                "usage: bgctl COMMAND [ARGUMENT] [OPTION]...\n"
                "\n"
                "Opens privilege for an account that no human owns: for a time, with a reason,\n"
                "when a human has proven herself by several factors.\n"
                "\n");
        for (size_t i = 0; i < BG_COMMANDS; i++)
                (void)fprintf(to, "  %-13s %s\n", bg_commands[i].name, bg_commands[i].summary);
        (void)fprintf(to,
                "\n"
                "  bgctl help COMMAND says what a command takes; bgctl(1) says all.\n"
                "\n"
                "Exit status: 0 done, 1 refused by policy, 2 wrong usage, 3 not authenticated\n"
                "or no terminal to ask on, 4 no such thing, 6 the system failed.\n");
}

void bg_help(FILE *to, const struct bg_command *command)
{
        if (!command) {
                help_all(to);
                return;
        }
        put_usage(to, command);
        (void)fprintf(to, "\n%c%s.\n\n%s\n\n", toupper((unsigned char)command->summary[0]),
                command->summary + 1, command->help);
        put_options(to, command);
        (void)fprintf(to, "%sWho: %s.\n", command->options ? "\n" : "", command->who);
}
