/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* argv by the table of commands: a word a line. What is taken points into argv, is of the command's
 * own options, and passes the check that whoever uses the value relies upon. */
#include "tests/fuzz/fuzz.h"

#include "bgctl/cli/options.h"

#define WORDS_MAX 64

static void check_values(const struct bg_options *o)
{
        static const struct {
                enum bg_option option;
                bool (*check)(const char *);
        } checks[] = {{BG_OPTION_ROLE, bg_is_role_name}, {BG_OPTION_AS, bg_is_name},
                {BG_OPTION_CALLER, bg_is_name}, {BG_OPTION_SERVICE, bg_is_name},
                {BG_OPTION_FROM, bg_is_network}, {BG_OPTION_KEY, bg_is_fingerprint},
                {BG_OPTION_REASON, bg_is_clean_text}, {BG_OPTION_TICKET, bg_is_clean_text}};
        bg_usec duration = 0;
        uint64_t uses = 0;

        for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
                if (bg_has(o, checks[i].option))
                        MUST(checks[i].check(o->values[checks[i].option]));
        if (bg_has(o, BG_OPTION_FOR))
                MUST(bg_duration_parse(o->values[BG_OPTION_FOR], &duration));
        if (bg_has(o, BG_OPTION_USES))
                MUST(bg_number_parse(o->values[BG_OPTION_USES], 1000, &uses) && uses > 0);
}

static void check_taken(const struct bg_options *o, const char *text, size_t size)
{
        for (unsigned i = 0; i < BG_OPTIONS; i++) {
                const char *value = o->values[i];
                if (!value)
                        continue;
                MUST(o->command && (o->command->options & UINT32_C(1) << i));
                MUST(!value[0] || (value >= text && value <= text + size));
        }
        MUST(!o->argument || (o->argument >= text && o->argument <= text + size));
        if (o->want != BG_WANT_COMMAND)
                return;
        MUST(o->command);
        const char *wants = o->command->argument;
        MUST(o->argument ? wants[0] != '\0' : !wants[0] || wants[0] == '[');
        check_values(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
        const char *argv[WORDS_MAX + 2] = {"bgctl"};
        int argc = 1;
        struct bg_options options;
        struct bg_error err = {0};
        char *text = fuzz_text(data, size);

        for (char *p = text; p < text + size && argc <= WORDS_MAX; argc++) {
                argv[argc] = p;
                p += strcspn(p, "\n");
                if (p < text + size)
                        *p++ = '\0';
        }
        if (bg_options_parse(argc, argv, &options, &err) == BG_OK)
                check_taken(&options, text, size);
        else
                MUST(err.code == BG_USAGE && err.text[0] && bg_is_clean_text(err.text));
        free(text);
        return 0;
}
