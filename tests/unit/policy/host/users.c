/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* People and groups, on the real files of this machine; where root may, on files of our own bound
 * over them in a mount namespace. */
#include "tests/unit/lib/unit.h"

#include "policy/host/users.h"

#include <sched.h>
#include <sys/mount.h>
#include <sys/wait.h>

static void root_is_there(void **state)
{
        (void)state;
        struct bg_human human;
        assert_code(bg_human_by_name("root", &human, NULL), BG_OK);
        assert_true(human.found && human.uid == 0 && human.gid == 0 && !human.managed);
        assert_string_equal(human.name, "root");
        assert_true(human.n_groups >= 1);
        assert_code(bg_human_by_uid(0, &human, NULL), BG_OK);
        assert_string_equal(human.name, "root");
        gid_t gid = 77;
        assert_code(bg_group_by_name("root", &gid, NULL), BG_OK);
        assert_int_equal(gid, 0);
}

static void who_is_not_there(void **state)
{
        (void)state;
        struct bg_human human;
        struct bg_error err = {0};
        gid_t gid = 0;
        memset(&human, 0x5A, sizeof human);
        assert_code(bg_human_by_name("no-such-user-here", &human, &err), BG_OK);
        assert_false(human.found);
        assert_string_equal(human.name, "");
        assert_int_equal(human.n_groups, 0);
        assert_code(bg_human_by_uid(0xFFFFFFF0, &human, &err), BG_OK);
        assert_false(human.found);
        assert_code(bg_human_by_name("", &human, &err), BG_OK);
        assert_false(human.found);
        assert_code(bg_group_by_name("no-such-group-here", &gid, &err), BG_NO_SUCH);
        assert_says(&err, "no-such-group-here");
}

static void homes_and_shells(void **state)
{
        (void)state;
        struct bg_passwd entry;
        struct bg_error err = {0};
        assert_code(bg_passwd_by_name("root", &entry, &err), BG_OK);
        assert_int_equal(entry.home[0], '/');
        assert_false(bg_shell_is_closed(entry.shell));
        assert_code(bg_passwd_by_name("no-such-user-here", &entry, &err), BG_NO_SUCH);
        assert_says(&err, "no-such-user-here");
        assert_string_equal(entry.home, "");
        static const char *const closed[] = {"/usr/sbin/nologin", "/sbin/nologin", "/bin/false",
                "/usr/bin/false", "nologin", NULL};
        static const char *const open[] = {"", "/bin/sh", "/bin/bash", "/bin/falsetto",
                "/usr/sbin/nologin.sh", "/nologin/sh", "/usr/bin/git-shell", NULL};
        for (const char *const *p = closed; *p; p++)
                assert_true(bg_shell_is_closed(*p));
        for (const char *const *p = open; *p; p++)
                assert_false(bg_shell_is_closed(*p));
}

static void login_uid_is_a_number_or_none(void **state)
{
        (void)state;
        assert_true(bg_login_uid() >= -1 && bg_login_uid() < UINT32_MAX);
}

static void count_member(const char *member, void *context)
{
        char *all = context;
        (void)strcat(strcat(all, member), " ");
}

/* What stands in the files below, judged in a child that sees them at /etc. */
static int look_at_files(unsigned i, void *context)
{
        struct unit_place *place = context;
        char path[BG_PATH_BYTES + 8];
        struct bg_human h;
        char members[256] = "";
        gid_t gid = 0;
        (void)i;

        if (unshare(CLONE_NEWNS) < 0 || mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
                return 77;
        (void)snprintf(path, sizeof path, "%s/passwd", place->path);
        if (mount(path, "/etc/passwd", NULL, MS_BIND, NULL) < 0)
                return 77;
        (void)snprintf(path, sizeof path, "%s/group", place->path);
        if (mount(path, "/etc/group", NULL, MS_BIND, NULL) < 0)
                return 77;

        if (bg_human_by_name("alice", &h, NULL) != BG_OK || !h.found || h.uid != 1000)
                return 1;
        const struct bg_list oncall = {.n = 1, .v = {"@oncall"}};
        const struct bg_list dba = {.n = 1, .v = {"@dba"}};
        const struct bg_list own = {.n = 1, .v = {"@people"}};
        if (!bg_human_in(&h, &oncall) || bg_human_in(&h, &dba) || !bg_human_in(&h, &own))
                return 2;
        if (h.n_groups != 2)
                return 3;
        /* The first line of a name or a number counts, as everywhere else. */
        if (bg_human_by_uid(1001, &h, NULL) != BG_OK || strcmp(h.name, "bob") != 0)
                return 4;
        /* A name that is another's beginning, and one that is too long to be a name. */
        if (bg_human_by_name("ali", &h, NULL) != BG_OK || h.found)
                return 5;
        if (bg_human_by_uid(1003, &h, NULL) != BG_OK || h.found)
                return 6;
        /* A line that is none ends nothing. */
        if (bg_human_by_name("last", &h, NULL) != BG_OK || !h.found || h.uid != 1009)
                return 7;
        /* More groups than there is room for are refused by name. */
        struct bg_error err = {0};
        if (bg_human_by_name("many", &h, &err) != BG_SYSTEM || !strstr(err.text, "many"))
                return 8;
        if (bg_group_by_name("people", &gid, NULL) != BG_OK || gid != 2000)
                return 9;
        if (bg_group_members("people", count_member, members, NULL) != BG_OK ||
                strcmp(members, "carol alice bob2 last ") != 0)
                return 10;
        if (bg_group_members("nobody-here", count_member, members, NULL) != BG_NO_SUCH)
                return 11;
        /* What NIS once put there is nobody. */
        if (bg_human_by_name("+", &h, NULL) != BG_OK || h.found)
                return 12;
        if (bg_human_by_uid(0, &h, NULL) != BG_OK || strcmp(h.name, "root") != 0)
                return 13;
        struct bg_passwd entry;
        if (bg_passwd_by_name("bob", &entry, NULL) != BG_OK ||
                strcmp(entry.shell, "/bin/bash") != 0 || strcmp(entry.home, "/home/bob") != 0)
                return 14;
        if (bg_passwd_by_name("bob2", &entry, NULL) != BG_OK || entry.shell[0] || entry.home[0])
                return 15;
        if (bg_passwd_by_name("+", &entry, NULL) != BG_NO_SUCH)
                return 16;
        return 0;
}

static void files_of_our_own(void **state)
{
        (void)state;
        struct unit_place place;
        static char groups[64 * 1024];
        if (geteuid() != 0)
                skip();
        unit_place_make(&place);
        unit_put(&place, "passwd", 0644,
                "+::::::\nroot:x:0:0::/root:/bin/sh\nalice:x:1000:2000::/:/bin/sh\n"
                "bob:x:1001:3000::/home/bob:/bin/bash\nbob2:x:1001:2000:::\n"
                "abcdefghijklmnopqrstuvwxyz0123456789:x:1003:3000:::\n"
                "a line that is none\n\n# a comment\nmany:x:1004:3000:::\n"
                "last:x:1009:2000::/:/bin/sh\n");
        (void)strcpy(groups, "root:x:0:\npeople:x:2000:carol\noncall:x:2001:alice,bob\n"
                             "dba:x:2002:bob,alicex,xalice\nhouse:x:3000:\n");
        for (int i = 0; i < BG_HUMAN_GROUPS_MAX; i++)
                (void)sprintf(groups + strlen(groups), "g%d:x:%d:many\n", i, 5000 + i);
        unit_put(&place, "group", 0644, groups);
        unsigned done = 0;
        for (int status = 0; status <= 16 && !done; status++)
                if (unit_race(1, look_at_files, &place, status)) {
                        done = 1;
                        assert_int_equal(status, 0);
                }
        bool may_not_mount = !done && unit_race(1, look_at_files, &place, 77) == 1;
        unit_place_remove(&place);
        if (may_not_mount)
                skip();
        assert_true(done);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(root_is_there),
                cmocka_unit_test(who_is_not_there),
                cmocka_unit_test(homes_and_shells),
                cmocka_unit_test(login_uid_is_a_number_or_none),
                cmocka_unit_test(files_of_our_own),
        };
        return cmocka_run_group_tests_name("users", tests, NULL, NULL);
}
