/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bgctl: runs as whoever types it, and is trusted with nothing; what needs privilege is asked of the
 * helper, or is root's own (bgctl/admin). */
#include "bgctl/cli/commands.h"
#include "bgctl/cli/help.h"
#include "bgctl/cli/output.h"

#include <fcntl.h>
#include <locale.h>
#include <unistd.h>

static int (*const functions[BG_COMMANDS])(const struct bg_options *) = {
#define BG_COMMAND(id, name, who, argument, options, verb, function, summary, help)                \
        [BG_COMMAND_##id] = function,
#include "bgctl/cli/commands.def"
};

/* A file that root opens must not become standard output. */
static bool have_standard_files(void)
{
        int fd = 0;
        while (fd >= 0 && fd <= STDERR_FILENO)
                fd = open("/dev/null", O_RDWR | O_CLOEXEC);
        return fd > STDERR_FILENO && close(fd) == 0;
}

/* Said before the mistake or after it. */
static bool wants_json(int argc, char **argv)
{
        for (int i = 1; i < argc && strcmp(argv[i], "--") != 0; i++)
                if (strcmp(argv[i], "--json") == 0)
                        return true;
        return false;
}

static int tell_usage(struct bg_options *options, bool json, const struct bg_error *err)
{
        const struct bg_command *command = options->command;

        if (json) {
                options->values[BG_OPTION_JSON] = "";
                return bg_tell_error(options, err);
        }
        bg_say(stderr, "bgctl: ", "%s", err->text);
        (void)fprintf(stderr, "bgctl: what it takes:  bgctl %s%s--help\n",
                command ? command->name : "", command ? " " : "");
        return bg_code_exit(BG_USAGE);
}

static int run(const struct bg_options *options)
{
        if (options->want == BG_WANT_HELP) {
                bg_help(stdout, options->command);
                return 0;
        }
        if (options->want == BG_WANT_VERSION) {
                (void)printf("bgctl %s\n", BG_VERSION);
                return 0;
        }
        return functions[options->command->id](options);
}

int main(int argc, char **argv)
{
        struct bg_options options;
        struct bg_error err;

        if (!have_standard_files())
                return bg_code_exit(BG_SYSTEM);
        (void)setlocale(LC_CTYPE, "");
        if (bg_options_parse(argc, (const char *const *)argv, &options, &err) != BG_OK)
                return tell_usage(&options, wants_json(argc, argv), &err);
        int status = run(&options);
        /* What could not be written was not said. */
        if (fflush(stdout) != 0 && status == 0)
                status = bg_code_exit(BG_SYSTEM);
        return status;
}
