/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Our blocks in a PAM file: where they stand, and that taking them out leaves what was there. */
#include "tests/unit/lib/unit.h"

#include "bgctl/admin/pamfile.h"

#include <stdlib.h>

static struct bg_error err;

#define OPEN "[success=ok new_authtok_reqd=ok ignore=ignore module_unknown=ignore default=bad]"
#define BLOCK(line) BG_PAMFILE_BEGIN "\n" line "\n" BG_PAMFILE_END "\n"
#define SU_AUTH BLOCK("auth [success=done default=ignore] pam_breakglass.so")
#define SSHD_AUTH BLOCK("auth [default=ignore] pam_breakglass.so")
#define ACCOUNT BLOCK("account " OPEN " pam_breakglass.so")
#define KEY                                                                                        \
        BLOCK("session [success=ok ignore=ignore module_unknown=ignore default=bad] "              \
              "pam_breakglass.so key")
#define SESSION BLOCK("session " OPEN " pam_breakglass.so")

/* As Debian's su and sshd have them. */
#define SU_HEAD "#\n# su\n\nauth       sufficient pam_rootok.so\n# account requisite pam_time.so\n"
#define SU_MIDDLE "session       required   pam_env.so readenv=1\n@include common-auth\n"
#define SU_TAIL "@include common-account\n@include common-session\n\n\n"
#define SSHD_HEAD "# sshd\n@include common-auth\n"
#define SSHD_MIDDLE "account    required     pam_nologin.so\n@include common-account\n"
#define SSHD_TAIL                                                                                  \
        "session [success=ok ignore=ignore module_unknown=ignore default=bad]  pam_selinux.so "    \
        "close\n@include common-session\n@include common-password\n"

static void assert_adds(const char *service, const char *text, const char *expected)
{
        char *added = NULL;
        char *again = NULL;
        char *back = NULL;
        size_t n_added = 0;
        size_t n_again = 0;
        size_t n_back = 0;

        assert_code(bg_pamfile_add(service, text, strlen(text), &added, &n_added, &err), BG_OK);
        if (expected)
                assert_string_equal(added, expected);
        assert_int_equal(strlen(added), n_added);
        /* Twice is once. */
        assert_code(bg_pamfile_add(service, added, n_added, &again, &n_again, &err), BG_OK);
        assert_string_equal(again, added);
        /* And back, byte for byte. */
        assert_code(bg_pamfile_remove(added, n_added, &back, &n_back, &err), BG_OK);
        assert_int_equal(n_back, strlen(text));
        assert_memory_equal(back, text, n_back);
        free(added);
        free(again);
        free(back);
}

static void assert_refused(const char *service, const char *text, const char *part)
{
        char *ret = NULL;
        size_t n = 0;
        assert_code(bg_pamfile_add(service, text, strlen(text), &ret, &n, &err), BG_BAD_POLICY);
        assert_says(&err, part);
        assert_null(ret);
}

static void su(void **state)
{
        (void)state;
        assert_adds(
                "su", SU_HEAD SU_MIDDLE SU_TAIL, SU_AUTH SU_HEAD SU_MIDDLE ACCOUNT SU_TAIL SESSION);
}

static void sshd(void **state)
{
        (void)state;
        assert_adds("sshd", SSHD_HEAD SSHD_MIDDLE SSHD_TAIL,
                SSHD_AUTH SSHD_HEAD ACCOUNT SSHD_MIDDLE KEY SSHD_TAIL SESSION);
}

#define THREE "auth required a.so\naccount required b.so\nsession required c.so"

static void without_a_last_line_end(void **state)
{
        (void)state;
        assert_adds("su", THREE,
                SU_AUTH "auth required a.so\n" ACCOUNT "account required b.so\nsession required "
                        "c.so\n" BG_PAMFILE_BEGIN_BROKEN "\nsession " OPEN
                        " pam_breakglass.so\n" BG_PAMFILE_END "\n");
        assert_adds("su", THREE "\n\n\n", NULL);
        assert_adds("su", "auth required a.so\naccount required b.so\nsession required c.so # x\\",
                NULL);
}

/* Somebody wrote after our last block: the line break that we made there is needed now. */
static void written_on_after_it(void **state)
{
        static const char more[] = "session optional d.so\n";
        char *added = NULL;
        char *back = NULL;
        size_t n = 0;

        (void)state;
        assert_code(bg_pamfile_add("su", THREE, strlen(THREE), &added, &n, &err), BG_OK);
        char *longer = malloc(n + sizeof more);
        memcpy(longer, added, n);
        memcpy(longer + n, more, sizeof more);
        assert_code(bg_pamfile_remove(longer, n + strlen(more), &back, &n, &err), BG_OK);
        assert_string_equal(back, THREE "\nsession optional d.so\n");
        free(back);
        free(added);
        /* Added again, ours is last again. */
        assert_code(bg_pamfile_add("su", longer, strlen(longer), &added, &n, &err), BG_OK);
        assert_non_null(strstr(added, "d.so\n" SESSION));
        free(added);
        free(longer);
}

static void ways_to_write_a_line(void **state)
{
        (void)state;
        /* Blanks, case, the dash, CRLF, includes, and what is only a comment. */
        assert_adds("su",
                "  AUTH required a.so\r\n#account x\r\n\t-Account required b.so\r\n"
                "session required c.so\r\n",
                SU_AUTH "  AUTH required a.so\r\n#account x\r\n" ACCOUNT
                        "\t-Account required b.so\r\nsession required c.so\r\n" SESSION);
        assert_adds("su",
                "auth include system-auth\naccount include system-auth\nsession include x\n", NULL);
        /* Of an include that nobody knows, anything may come. */
        assert_adds("su", "# x\n@include everything\n",
                SU_AUTH "# x\n" ACCOUNT "@include everything\n" SESSION);
        assert_adds("sshd", "# x\n@include everything\n",
                SSHD_AUTH "# x\n" ACCOUNT KEY "@include everything\n" SESSION);
        /* What a continued line begins with is no type. */
        assert_adds("su",
                "auth required a.so \\\naccount x \\\n y\naccount required b.so\nsession required c.so\n",
                SU_AUTH "auth required a.so \\\naccount x \\\n y\n" ACCOUNT
                        "account required b.so\nsession required c.so\n" SESSION);
        assert_adds("su",
                "accountant x\nauth required a.so\naccount required b.so\nsession required c.so\n",
                SU_AUTH "accountant x\nauth required a.so\n" ACCOUNT
                        "account required b.so\nsession required c.so\n" SESSION);
}

static void files_without_room(void **state)
{
        (void)state;
        assert_refused("su", "", "no auth line");
        assert_refused("su", "auth required a.so\nsession required c.so\n", "no account line");
        assert_refused("su", "auth required a.so\naccount required b.so\n", "no session line");
        assert_refused("su", "account required b.so\nsession required c.so\n", "no auth line");
        assert_refused("su", THREE " \\\n", "backslash");
        assert_refused("su", THREE " \\", "backslash");
        assert_refused("su", THREE "\n" BG_PAMFILE_BEGIN "\nauth x\n", "has no end");
        assert_refused("su", THREE "\n" BG_PAMFILE_END "\n", "never began");
        assert_refused("su", BG_PAMFILE_BEGIN "\n" SU_AUTH THREE, "begins within one");

        char *ret = NULL;
        size_t n = 0;
        assert_code(bg_pamfile_add("su", "auth\0x", 6, &ret, &n, &err), BG_BAD_POLICY);
        char *giant = calloc(1, BG_PAMFILE_BYTES_MAX + 2);
        memset(giant, '#', BG_PAMFILE_BYTES_MAX + 1);
        assert_code(bg_pamfile_add("su", giant, BG_PAMFILE_BYTES_MAX + 1, &ret, &n, &err),
                BG_BAD_POLICY);
        assert_code(
                bg_pamfile_remove(giant, BG_PAMFILE_BYTES_MAX + 1, &ret, &n, &err), BG_BAD_POLICY);
        free(giant);
}

static void blocks_alone(void **state)
{
        char *ret = NULL;
        size_t n = 0;

        (void)state;
        static const char text[] = SU_AUTH SU_HEAD SU_MIDDLE ACCOUNT SU_TAIL SESSION;
        assert_code(bg_pamfile_blocks(text, strlen(text), &ret, &n, &err), BG_OK);
        assert_string_equal(ret, SU_AUTH ACCOUNT SESSION);
        free(ret);
        assert_code(bg_pamfile_blocks(THREE, strlen(THREE), &ret, &n, &err), BG_OK);
        assert_string_equal(ret, "");
        free(ret);
}

/* An edited block goes whole; an older one, elsewhere, is put where it belongs. */
static void blocks_that_are_other(void **state)
{
        static const char edited[] = BG_PAMFILE_BEGIN "  \nauth optional pam_breakglass.so debug\n"
                                                      "# mine\n" BG_PAMFILE_END "\t\r\n" THREE "\n";
        char *ret = NULL;
        size_t n = 0;

        (void)state;
        assert_code(bg_pamfile_remove(edited, strlen(edited), &ret, &n, &err), BG_OK);
        assert_string_equal(ret, THREE "\n");
        free(ret);
        assert_code(bg_pamfile_add("su", edited, strlen(edited), &ret, &n, &err), BG_OK);
        assert_string_equal(ret, SU_AUTH "auth required a.so\n" ACCOUNT
                                         "account required b.so\nsession required c.so\n" SESSION);
        free(ret);
        /* What only looks like a mark is somebody else's. */
        static const char other[] = "# breakglass begin (bgctl init) no\n" THREE "\n";
        assert_code(bg_pamfile_remove(other, strlen(other), &ret, &n, &err), BG_OK);
        assert_string_equal(ret, other);
        free(ret);
}

static void services(void **state)
{
        (void)state;
        assert_true(bg_pamfile_knows("su"));
        assert_true(bg_pamfile_knows("sshd"));
        assert_false(bg_pamfile_knows("login"));
        assert_false(bg_pamfile_knows(""));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(su),
                cmocka_unit_test(sshd),
                cmocka_unit_test(without_a_last_line_end),
                cmocka_unit_test(written_on_after_it),
                cmocka_unit_test(ways_to_write_a_line),
                cmocka_unit_test(files_without_room),
                cmocka_unit_test(blocks_alone),
                cmocka_unit_test(blocks_that_are_other),
                cmocka_unit_test(services),
        };
        return cmocka_run_group_tests_name("pamfile", tests, NULL, NULL);
}
