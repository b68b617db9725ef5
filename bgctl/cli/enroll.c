/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* enroll: the secret as a QR code on a terminal, and as its otpauth line. */
#include "bgctl/cli/commands.h"
#include "bgctl/cli/output.h"
#include "bgctl/cli/terminal.h"
#include "bgctl/cli/verb.h"
#include "policy/base/cleanup.h"
#include "policy/host/users.h"

#include <langinfo.h>
#include <qrencode.h>
#include <sys/ioctl.h>

/* The light modules around it that a scanner needs: 4 by ISO/IEC 18004, 5.3.8; 2 do for telephones,
 * and leave room for the code on 80 columns. */
#define QUIET 2

/* Light, as the code and the quiet zone have it. Terminals are dark: what is printed is light. */
static bool is_light(const QRcode *code, int x, int y)
{
        bool inside = x >= 0 && y >= 0 && x < code->width && y < code->width;
        return !inside || !(code->data[y * code->width + x] & 1);
}

/* Two rows of modules a line. */
static void print_blocks(const QRcode *code)
{
        static const char *const blocks[] = {
                " ", "\xE2\x96\x84", "\xE2\x96\x80", "\xE2\x96\x88"}; /* lower, upper, full half */

        for (int y = -QUIET; y < code->width + QUIET; y += 2) {
                for (int x = -QUIET; x < code->width + QUIET; x++) {
                        bool below = y + 1 < code->width + QUIET && is_light(code, x, y + 1);
                        (void)fputs(blocks[is_light(code, x, y) << 1 | below], stdout);
                }
                (void)fputs("\n", stdout);
        }
}

static void print_hashes(const QRcode *code)
{
        for (int y = -QUIET; y < code->width + QUIET; y++) {
                for (int x = -QUIET; x < code->width + QUIET; x++)
                        (void)fputs(is_light(code, x, y) ? "##" : "  ", stdout);
                (void)fputs("\n", stdout);
        }
}

static int terminal_columns(void)
{
        struct winsize size = {0};
        if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) < 0 || size.ws_col == 0)
                return BG_COLUMNS;
        return size.ws_col;
}

static void print_qr(const char *text)
{
        bool utf8 = strcmp(nl_langinfo(CODESET), "UTF-8") == 0;
        QRcode *code = QRcode_encodeString(text, 0, QR_ECLEVEL_L, QR_MODE_8, 1);

        if (!code)
                return;
        int wanted = (code->width + 2 * QUIET) * (utf8 ? 1 : 2);
        if (wanted > terminal_columns())
                (void)printf("(The QR code needs %d columns; type the secret instead.)\n", wanted);
        else if (utf8)
                print_blocks(code);
        else
                print_hashes(code);
        QRcode_free(code);
}

static void print_enrolled(const struct bg_enrolled *enrolled)
{
        bg_say(stdout, "", "Enrolled %s. Codes of this secret count from now on, of no other.",
                enrolled->person);
        if (isatty(STDOUT_FILENO))
                print_qr(enrolled->otpauth);
        /* One line, however long: it is copied. The reader has seen to it that it is clean. */
        (void)printf("%s\n", enrolled->otpauth);
        if (isatty(STDOUT_FILENO))
                (void)printf("It is not shown again. Clear the screen when it was taken.\n");
}

/* A secret that the app did not take is found out now, and not at night. The helper asks; whatever
 * comes of it, the secret stays. */
static int try_code(const struct bg_options *options, const char *person)
{
        bg_auto(bg_reply_done) struct bg_reply reply = {0};
        struct bg_ask ask = {0};
        struct bg_error err;

        bg_copy(ask.person, sizeof ask.person, person);
        bg_say(stdout, "", "Try a code of it now; Ctrl-C leaves it untried.");
        (void)fflush(stdout);
        if (bg_call("try-code", &ask, &reply, &err) != BG_OK)
                return bg_tell_error(options, &err);
        if (reply.refusal.error == BG_OK) {
                bg_say(stdout, "", "The code is right: the app of %s has the secret.", person);
                return 0;
        }
        if (reply.refusal.error != BG_NOT_PROVEN)
                return bg_tell_refusal(options, &reply.refusal, NULL, NULL);
        bg_say(stderr, "", "Not proven (%s). %s is enrolled, but that code did not work.",
                bg_code_word(BG_NOT_PROVEN), person);
        bg_row(stderr, 2, "code fails?", "compare the clock in the prompt with your phone");
        bg_row(stderr, 2, "once more", "bgctl enroll %s   makes a new secret", person);
        return bg_code_exit(BG_NOT_PROVEN);
}

static enum bg_code name_person(struct bg_ask *ask, struct bg_error *err)
{
        struct bg_human self;
        enum bg_code code = bg_human_by_uid(getuid(), &self, err);

        if (code == BG_OK && !self.found)
                return bg_fail(err, BG_NO_SUCH, 0, "you have no line in /etc/passwd");
        bg_copy(ask->person, sizeof ask->person, self.name);
        return code;
}

int bg_run_enroll(const struct bg_options *options)
{
        bg_auto(bg_reply_done) struct bg_reply reply = {0};
        struct bg_enrolled enrolled;
        struct bg_error err;
        struct bg_ask ask;
        int status = 0;

        bg_ask_from(options, &ask);
        if (!ask.person[0] && name_person(&ask, &err) != BG_OK)
                return bg_tell_error(options, &err);
        if (bg_ask_helper(options, options->command->verb, &ask, &reply, &status) != BG_OK)
                return status;
        enum bg_code code = bg_reply_one(&reply, &bg_enrolled_table, &enrolled, &err);
        if (code != BG_OK)
                return bg_tell_error(options, &err);
        if (bg_has(options, BG_OPTION_JSON)) {
                code = bg_print_json(stdout, &bg_enrolled_table, &enrolled, &err);
                return code == BG_OK ? 0 : bg_tell_error(options, &err);
        }
        print_enrolled(&enrolled);
        bg_auto_file FILE *terminal = isatty(STDOUT_FILENO) ? bg_terminal_open() : NULL;
        return terminal ? try_code(options, enrolled.person) : 0;
}
