/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* argv by the table of commands; see options.h. */
#include "bgctl/cli/options.h"

#include "policy/format/role.h"

#include <stdio.h>

const struct bg_command bg_commands[BG_COMMANDS] = {
#define BG_COMMAND(id, name, who, argument, options, verb, function, summary, help)                \
        {BG_COMMAND_##id, name, who, argument, options, verb, summary, help},
#include "bgctl/cli/commands.def"
};

const struct bg_option_row bg_option_rows[BG_OPTIONS] = {
#define BG_OPTION(id, name, value, help) {name, value, help},
#include "bgctl/cli/commands.def"
};

static bool is_duration(const char *text)
{
        bg_usec unused = 0;
        return bg_duration_parse(text, &unused);
}

static bool is_any_id(const char *text)
{
        char unused[BG_ID_BYTES];
        return bg_id_parse(text, unused);
}

static bool is_reason(const char *text)
{
        return strlen(text) < BG_REASON_BYTES && bg_is_clean_text(text);
}

static bool is_ticket(const char *text)
{
        return text[0] && strlen(text) < BG_TICKET_BYTES && bg_is_clean_text(text);
}

static bool is_uses(const char *text)
{
        uint64_t n = 0;
        return bg_number_parse(text, BG_USES_MAX, &n) && n > 0;
}

static bool is_not_empty(const char *text)
{
        return text[0] != '\0';
}

/* What a value or an argument must be, by the word that stands for it in the usage line. */
static const struct {
        const char *word;
        bool (*check)(const char *text);
        const char *wants;
} values[] = {
        {"ACCOUNT", bg_is_name, "the name of an account"},
        {"USER", bg_is_name, "the name of a user"},
        {"ID", is_any_id, "an id such as 4K7M-2PQ9"},
        {"DIR", is_not_empty, "a folder"},
        {"R", bg_is_role_name, "the name of a role"},
        {"D", is_duration, "a time such as 90m or 2h"},
        {"T", is_reason, "one line of plain text, at most 511 bytes"},
        {"K", is_ticket, "one line of plain text, at most 64 bytes"},
        {"H", bg_is_name, "the name of a human"},
        {"U", bg_is_name, "the name of a user"},
        {"S", bg_is_name, "the name of a PAM service"},
        {"A", bg_is_network, "an IPv4 or IPv6 address, or a network such as 10.0.0.0/8"},
        {"F", bg_is_fingerprint, "a key's fingerprint as ssh-keygen -l prints it, SHA256:..."},
        {"N", is_uses, "a number from 1 to 1000"},
        {"LIST", is_not_empty, "names with commas between them"},
};

/* The place in `values` of a word, with its brackets or without. */
static size_t value_of(const char *word)
{
        size_t skip = word[0] == '[';
        size_t n = strcspn(word + skip, "]");
        size_t i = 0;

        for (; i + 1 < sizeof values / sizeof *values; i++)
                if (strlen(values[i].word) == n && strncmp(values[i].word, word + skip, n) == 0)
                        break;
        return i;
}

/* Whether a letter more, less, another, or two exchanged make `a` of `b`. */
static bool is_slip(const char *a, const char *b, size_t n_b)
{
        size_t n_a = strlen(a);
        size_t begin = 0;
        size_t end = 0;

        while (begin < n_a && begin < n_b && a[begin] == b[begin])
                begin++;
        while (end < n_a - begin && end < n_b - begin && a[n_a - 1 - end] == b[n_b - 1 - end])
                end++;
        size_t rest_a = n_a - begin - end;
        size_t rest_b = n_b - begin - end;
        return (rest_a <= 1 && rest_b <= 1) ||
               (rest_a == 2 && rest_b == 2 && a[begin] == b[begin + 1] && a[begin + 1] == b[begin]);
}

/* The command of which the word is a slip; NULL: of none. */
static const char *meant(const char *word)
{
        for (size_t i = 0; i < BG_COMMANDS; i++)
                if (strlen(word) > 1 &&
                        is_slip(word, bg_commands[i].name, strcspn(bg_commands[i].name, " ")))
                        return bg_commands[i].name;
        return NULL;
}

static enum bg_code refuse_command(int argc, const char *const *argv, struct bg_error *err)
{
        size_t n = strlen(argv[0]);

        for (size_t i = 0; i < BG_COMMANDS; i++)
                if (strncmp(bg_commands[i].name, argv[0], n) == 0 && bg_commands[i].name[n] == ' ')
                        return bg_fail(err, BG_USAGE, 0, "%s goes on: bgctl %s%s%.40s%s", argv[0],
                                bg_commands[i].name, argc > 1 ? ", not \"" : "",
                                argc > 1 ? argv[1] : "", argc > 1 ? "\"" : "");
        const char *other = meant(argv[0]);
        return bg_fail(err, BG_USAGE, 0, "there is no command \"%.64s\"%s%s%s", argv[0],
                other ? "; did you mean " : "", other ? other : "", other ? "?" : "");
}

/* The command that `argv` begins with, and of how many words its name is. */
static const struct bg_command *find_command(int argc, const char *const *argv, int *ret_words)
{
        for (size_t i = 0; i < BG_COMMANDS; i++) {
                const char *name = bg_commands[i].name;
                size_t n = strcspn(name, " ");
                if (strlen(argv[0]) != n || strncmp(name, argv[0], n) != 0)
                        continue;
                *ret_words = name[n] ? 2 : 1;
                if (!name[n] || (argc > 1 && strcmp(name + n + 1, argv[1]) == 0))
                        return &bg_commands[i];
        }
        return NULL;
}

static enum bg_code take_argument(
        struct bg_options *options, const char *text, struct bg_error *err)
{
        const struct bg_command *command = options->command;

        if (!command->argument[0] || options->argument)
                return bg_fail(err, BG_USAGE, 0, "%s takes no \"%.64s\"", command->name, text);
        size_t i = value_of(command->argument);
        if (!values[i].check(text))
                return bg_fail(err, BG_USAGE, 0, "%s wants %s, not \"%.64s\"", command->name,
                        values[i].wants, text);
        options->argument = text;
        return BG_OK;
}

/* One option: `text` is what follows "--"; `next` the word after it, or NULL. */
static enum bg_code take_option(struct bg_options *options, const char *text, const char *next,
        bool *ret_took_next, struct bg_error *err)
{
        const struct bg_command *command = options->command;
        size_t n = strcspn(text, "=");
        const char *value = text[n] ? text + n + 1 : NULL;

        for (unsigned i = 0; i < BG_OPTIONS; i++) {
                const struct bg_option_row *row = &bg_option_rows[i];
                if (!(command->options & UINT32_C(1) << i) || strlen(row->name) != n ||
                        strncmp(row->name, text, n) != 0)
                        continue;
                if (options->values[i])
                        return bg_fail(err, BG_USAGE, 0, "--%s stands there twice", row->name);
                if (!row->value[0]) {
                        options->values[i] = "";
                        return value ? bg_fail(err, BG_USAGE, 0, "--%s takes no value", row->name)
                                     : BG_OK;
                }
                *ret_took_next = !value;
                options->values[i] = value ? value : next;
                size_t kind = value_of(row->value);
                if (!options->values[i])
                        return bg_fail(
                                err, BG_USAGE, 0, "--%s wants %s", row->name, values[kind].wants);
                if (!values[kind].check(options->values[i]))
                        return bg_fail(err, BG_USAGE, 0, "--%s wants %s, not \"%.64s\"", row->name,
                                values[kind].wants, options->values[i]);
                return BG_OK;
        }
        return bg_fail(err, BG_USAGE, 0, "%s has no option --%.*s", command->name,
                (int)(n < 64 ? n : 64), text);
}

static bool is_help(const char *text)
{
        return strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0;
}

static enum bg_code parse_rest(
        int argc, const char *const *argv, struct bg_options *options, struct bg_error *err)
{
        const struct bg_command *command = options->command;
        bool only_arguments = false;
        enum bg_code code = BG_OK;

        for (int i = 0; i < argc && code == BG_OK; i++) {
                bool took_next = false;
                if (!only_arguments && strcmp(argv[i], "--") == 0)
                        only_arguments = true;
                else if (!only_arguments && is_help(argv[i])) {
                        options->want = BG_WANT_HELP;
                        return BG_OK;
                } else if (!only_arguments && strncmp(argv[i], "--", 2) == 0)
                        code = take_option(options, argv[i] + 2, i + 1 < argc ? argv[i + 1] : NULL,
                                &took_next, err);
                else if (!only_arguments && argv[i][0] == '-' && argv[i][1])
                        code = bg_fail(
                                err, BG_USAGE, 0, "%s has no option %.64s", command->name, argv[i]);
                else
                        code = take_argument(options, argv[i], err);
                i += took_next;
        }
        if (code == BG_OK && command->argument[0] && command->argument[0] != '[' &&
                !options->argument)
                return bg_fail(err, BG_USAGE, 0, "%s wants %s", command->name,
                        values[value_of(command->argument)].wants);
        return code;
}

/* bgctl help [COMMAND] */
static enum bg_code parse_help(
        int argc, const char *const *argv, struct bg_options *ret, struct bg_error *err)
{
        int words = 0;

        ret->want = BG_WANT_HELP;
        if (argc < 1 || (argc == 1 && is_help(argv[0])))
                return BG_OK;
        ret->command = find_command(argc, argv, &words);
        if (!ret->command)
                return refuse_command(argc, argv, err);
        return argc == words ? BG_OK
                             : bg_fail(err, BG_USAGE, 0, "help takes a command, and no \"%.64s\"",
                                       argv[words]);
}

static enum bg_code parse(
        int argc, const char *const *argv, struct bg_options *ret, struct bg_error *err)
{
        int words = 0;

        if (argc < 1)
                return bg_fail(err, BG_USAGE, 0, "no command was given");
        if (is_help(argv[0]) || strcmp(argv[0], "--version") == 0) {
                ret->want = is_help(argv[0]) ? BG_WANT_HELP : BG_WANT_VERSION;
                return BG_OK;
        }
        if (strcmp(argv[0], "help") == 0)
                return parse_help(argc - 1, argv + 1, ret, err);
        if (argv[0][0] == '-')
                return bg_fail(
                        err, BG_USAGE, 0, "there is no option \"%.64s\" before a command", argv[0]);
        ret->command = find_command(argc, argv, &words);
        if (!ret->command)
                return refuse_command(argc, argv, err);
        return parse_rest(argc - words, argv + words, ret, err);
}

enum bg_code bg_options_parse(
        int argc, const char *const *argv, struct bg_options *ret, struct bg_error *err)
{
        *ret = (struct bg_options){0};
        enum bg_code code = parse(argc - 1, argv + 1, ret, err);
        if (code != BG_OK && err)
                bg_clean(err->text);
        return code;
}
