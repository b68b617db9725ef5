/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Build tool, never installed: prints what is made from the tables.
 *
 *   tables catalog            journalctl's catalog, from events.def
 *   tables man <TEMPLATE      bgctl(1): its lines @SYNOPSIS@, @COMMANDS@, @CODES@ and @EVENTS@ are
 *                             replaced
 *   tables bash               completions, from commands.def
 *   tables zsh */
#include "bgctl/cli/options.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>

/* The form of https://systemd.io/CATALOG. */
static void print_catalog(void)
{
        for (int kind = BG_EVENT_NONE + 1; kind < BG_EVENT_KINDS; kind++) {
                enum bg_event_kind k = (enum bg_event_kind)kind;
                (void)printf("-- %s\n", bg_event_message_id(k));
                (void)printf("Subject: %s\n", bg_event_subject(k));
                (void)printf("Defined-By: breakglass\n");
                (void)printf("Documentation: man:bgctl(1)\n\n%s\n\n", bg_event_catalog(k));
        }
}

/* scdoc(5) takes these for emphasis, and a line that begins with a hyphen for a list's. */
static void put_scd(const char *text)
{
        for (const char *begin = text; *text; text++) {
                bool first = text == begin || text[-1] == '\n';
                if (strchr("_*\\#", *text) || (first && *text == '-'))
                        (void)putchar('\\');
                (void)putchar(*text);
        }
}

static void put_option(const struct bg_option_row *row)
{
        (void)printf("*--%s*", row->name);
        if (row->value[0])
                (void)printf(" _%s_", row->value);
}

/* One line a command; two plus signs are scdoc's line break. */
static void print_man_synopsis(void)
{
        for (size_t i = 0; i < BG_COMMANDS; i++) {
                const struct bg_command *command = &bg_commands[i];
                (void)printf("*bgctl %s*", command->name);
                if (command->argument[0] == '[')
                        (void)printf(" \\[_%.*s_\\]", (int)strlen(command->argument) - 2,
                                command->argument + 1);
                else if (command->argument[0])
                        (void)printf(" _%s_", command->argument);
                for (unsigned o = 0; o < BG_OPTIONS; o++) {
                        if (!(command->options & UINT32_C(1) << o))
                                continue;
                        (void)printf(" \\[");
                        put_option(&bg_option_rows[o]);
                        (void)printf("\\]");
                }
                (void)printf("%s\n", i + 1 < BG_COMMANDS ? "++" : "");
        }
}

static void print_man_command(const struct bg_command *command)
{
        (void)printf("## bgctl %s", command->name);
        (void)printf("%s%s\n\n", command->argument[0] ? " " : "", command->argument);
        (void)putchar(toupper((unsigned char)command->summary[0]));
        put_scd(command->summary + 1);
        (void)printf(". ");
        put_scd(command->help);
        (void)printf(" For ");
        put_scd(command->who);
        (void)printf(".\n\n");
        for (unsigned i = 0; i < BG_OPTIONS; i++) {
                if (!(command->options & UINT32_C(1) << i))
                        continue;
                put_option(&bg_option_rows[i]);
                (void)printf("\n\t");
                put_scd(bg_option_rows[i].help);
                (void)printf("\n\n");
        }
}

static void print_man_commands(void)
{
        for (size_t i = 0; i < BG_COMMANDS; i++)
                print_man_command(&bg_commands[i]);
}

static void print_man_codes(void)
{
        for (int code = BG_OK + 1; code < BG_CODES; code++) {
                enum bg_code c = (enum bg_code)code;
                char way_on[256];
                (void)printf("*%s* (%d)\n\t", bg_code_word(c), bg_code_exit(c));
                put_scd(bg_code_sentence(c));
                bg_words_fill(way_on, sizeof way_on, bg_code_way_on(c), "ACCOUNT", "the host");
                if (way_on[0]) {
                        (void)printf("; ");
                        put_scd(way_on);
                }
                (void)printf("\n\n");
        }
}

static void print_man_events(void)
{
        for (int kind = BG_EVENT_NONE + 1; kind < BG_EVENT_KINDS; kind++) {
                enum bg_event_kind k = (enum bg_event_kind)kind;
                (void)printf("*%s*\n\t%s\n\n", bg_event_word(k), bg_event_message_id(k));
        }
}

static void print_man(void)
{
        char line[1024];

        while (fgets(line, sizeof line, stdin)) {
                if (strcmp(line, "@SYNOPSIS@\n") == 0)
                        print_man_synopsis();
                else if (strcmp(line, "@COMMANDS@\n") == 0)
                        print_man_commands();
                else if (strcmp(line, "@CODES@\n") == 0)
                        print_man_codes();
                else if (strcmp(line, "@EVENTS@\n") == 0)
                        print_man_events();
                else
                        (void)fputs(line, stdout);
        }
}

/* The options of a command, with a blank between. */
static void put_options(const struct bg_command *command)
{
        for (unsigned i = 0; i < BG_OPTIONS; i++)
                if (command->options & UINT32_C(1) << i)
                        (void)printf("--%s ", bg_option_rows[i].name);
        (void)printf("--help");
}

/* The first words of all commands, each once. */
static void put_first_words(void)
{
        for (size_t i = 0; i < BG_COMMANDS; i++) {
                const char *name = bg_commands[i].name;
                size_t n = strcspn(name, " ");
                bool before = false;
                for (size_t j = 0; j < i; j++)
                        before = before || (strncmp(bg_commands[j].name, name, n) == 0 &&
                                                   strchr(" ", bg_commands[j].name[n]));
                if (!before)
                        (void)printf("%s%.*s", i ? " " : "", (int)n, name);
        }
}

static void print_bash(void)
{
        (void)printf("# bash completion for bgctl, made from its table of commands\n"
                     "_bgctl()\n"
                     "{\n"
                     "    local cur=${COMP_WORDS[COMP_CWORD]} words=\n"
                     "    case $COMP_CWORD:${COMP_WORDS[1]}:${COMP_WORDS[2]} in\n"
                     "    1:*) words='");
        put_first_words();
        (void)printf(" help --help --version' ;;\n    2:help:*) words='");
        put_first_words();
        (void)printf("' ;;\n");
        for (size_t i = 0; i < BG_COMMANDS; i++) {
                const char *second = strchr(bg_commands[i].name, ' ');
                if (second)
                        (void)printf("    2:%.*s:*) words='%s' ;;\n",
                                (int)(second - bg_commands[i].name), bg_commands[i].name,
                                second + 1);
        }
        for (size_t i = 0; i < BG_COMMANDS; i++) {
                const struct bg_command *command = &bg_commands[i];
                const char *second = strchr(command->name, ' ');
                if (second)
                        (void)printf("    *:%.*s:%s) words='", (int)(second - command->name),
                                command->name, second + 1);
                else
                        (void)printf("    *:%s:*) words='", command->name);
                put_options(command);
                (void)printf("'");
                if (strcmp(command->argument, "[DIR]") == 0)
                        (void)printf(" && compopt -o dirnames");
                if (strcmp(command->argument, "ACCOUNT") == 0)
                        (void)printf("\n        [[ $COMP_CWORD == 2 ]] && words=$(compgen -u)");
                (void)printf(" ;;\n");
        }
        (void)printf("    esac\n"
                     "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
                     "}\n"
                     "complete -F _bgctl bgctl\n");
}

/* `words` is zsh's array of the line, from 1; in it $words[2] is the command. */
static void print_zsh(void)
{
        (void)printf("#compdef bgctl\n"
                     "# zsh completion for bgctl, made from its table of commands\n"
                     "if (( CURRENT == 2 )); then\n"
                     "    compadd -- ");
        put_first_words();
        (void)printf(" help --help --version\n"
                     "    return\n"
                     "fi\n"
                     "case \"$words[2] $words[3]\" in\n");
        for (size_t i = 0; i < BG_COMMANDS; i++) {
                const struct bg_command *command = &bg_commands[i];
                const char *second = strchr(command->name, ' ');
                if (second)
                        (void)printf("%.*s\\ *) (( CURRENT == 3 )) && compadd -- %s || compadd -- ",
                                (int)(second - command->name), command->name, second + 1);
                else
                        (void)printf("%s\\ *) compadd -- ", command->name);
                put_options(command);
                if (strcmp(command->argument, "ACCOUNT") == 0)
                        (void)printf("; (( CURRENT == 3 )) && _users");
                if (strcmp(command->argument, "[DIR]") == 0)
                        (void)printf("; _files -/");
                (void)printf(" ;;\n");
        }
        (void)printf("esac\n");
}

int main(int argc, char **argv)
{
        static const struct {
                const char *name;
                void (*print)(void);
        } outputs[] = {{"catalog", print_catalog}, {"man", print_man}, {"bash", print_bash},
                {"zsh", print_zsh}};

        for (size_t i = 0; i < sizeof outputs / sizeof *outputs; i++)
                if (argc == 2 && strcmp(argv[1], outputs[i].name) == 0) {
                        outputs[i].print();
                        return fflush(stdout) == 0 ? 0 : 1;
                }
        return 2;
}
