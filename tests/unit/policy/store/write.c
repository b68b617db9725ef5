/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Durable writing: once, replaced, removed, linked; races; nothing left behind by a failure. */
#include "tests/unit/lib/unit.h"

#include "policy/store/write.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct unit_place place;
static struct bg_error err;

static int setup(void **state)
{
        (void)state;
        unit_place_make(&place);
        return 0;
}

static int teardown(void **state)
{
        (void)state;
        unit_place_remove(&place);
        return 0;
}

static mode_t mode_of(const char *name)
{
        struct stat st;
        assert_int_equal(fstatat(place.dir.fd, name, &st, AT_SYMLINK_NOFOLLOW), 0);
        return st.st_mode;
}

static void once_means_once(void **state)
{
        (void)state;
        bool made = false;
        assert_code(bg_write_once(&place.dir, "f", 0600, "first", 5, &made, &err), BG_OK);
        assert_true(made);
        assert_string_equal(unit_get(&place, "f"), "first");
        assert_code(bg_write_once(&place.dir, "f", 0600, "second", 6, &made, &err), BG_OK);
        assert_false(made);
        assert_string_equal(unit_get(&place, "f"), "first");
        assert_code(bg_write_once(&place.dir, "empty", 0600, "", 0, &made, &err), BG_OK);
        assert_true(made);
        assert_int_equal(unit_entries(&place, "."), 2);
}

/* A name is taken also by a link that leads nowhere: it is not followed. */
static void a_link_takes_the_name(void **state)
{
        (void)state;
        bool made = true;
        assert_int_equal(symlinkat("target", place.dir.fd, "f"), 0);
        assert_code(bg_write_once(&place.dir, "f", 0600, "x", 1, &made, &err), BG_OK);
        assert_false(made);
        assert_null(unit_get(&place, "target"));
}

/* Of a replaced link only the name is replaced. */
static void replacing(void **state)
{
        (void)state;
        unit_put(&place, "target", 0600, "theirs");
        assert_int_equal(symlinkat("target", place.dir.fd, "f"), 0);
        assert_code(bg_write_replace(&place.dir, "f", 0644, "one", 3, &err), BG_OK);
        assert_string_equal(unit_get(&place, "f"), "one");
        assert_true(S_ISREG(mode_of("f")));
        assert_string_equal(unit_get(&place, "target"), "theirs");
        assert_code(bg_write_replace(&place.dir, "f", 0644, "two!", 4, &err), BG_OK);
        assert_string_equal(unit_get(&place, "f"), "two!");
        assert_int_equal(unit_entries(&place, "."), 2);
}

static void the_mode_is_ours_not_the_umasks(void **state)
{
        (void)state;
        static const mode_t masks[] = {0, 022, 077, 0777};
        for (size_t i = 0; i < sizeof masks / sizeof *masks; i++) {
                bool made = false;
                char name[16];
                mode_t saved = umask(masks[i]);
                (void)snprintf(name, sizeof name, "f%zu", i);
                enum bg_code once = bg_write_once(&place.dir, name, 0640, "x", 1, &made, &err);
                enum bg_code replace = bg_write_replace(&place.dir, "r", 0604, "x", 1, &err);
                (void)umask(saved);
                assert_code(once, BG_OK);
                assert_code(replace, BG_OK);
                assert_int_equal(mode_of(name) & 07777, 0640);
                assert_int_equal(mode_of("r") & 07777, 0604);
        }
}

static void removing_and_linking(void **state)
{
        (void)state;
        unit_put(&place, "f", 0600, "x");
        unit_mkdir(&place, "d");
        struct bg_dir sub;
        assert_code(bg_dir_sub(&place.dir, "d", &sub, &err), BG_OK);
        assert_code(bg_write_link(&place.dir, "f", &sub, "g", &err), BG_OK);
        assert_string_equal(unit_get(&place, "d/g"), "x");
        assert_code(bg_write_link(&place.dir, "f", &sub, "g", &err), BG_OK);
        assert_code(bg_write_link(&place.dir, "absent", &sub, "h", &err), BG_STORE_FAILED);
        bg_dir_done(&sub);
        assert_code(bg_write_remove(&place.dir, "f", &err), BG_OK);
        assert_null(unit_get(&place, "f"));
        assert_string_equal(unit_get(&place, "d/g"), "x");
        assert_code(bg_write_remove(&place.dir, "f", &err), BG_OK);
        assert_code(bg_write_remove(&place.dir, "d", &err), BG_STORE_FAILED);
        assert_code(bg_write_sync(&place.dir, &err), BG_OK);
}

static int make_one(unsigned i, void *context)
{
        char text[32];
        bool made = false;
        (void)context;
        (void)snprintf(text, sizeof text, "%u\n", i);
        if (bg_write_once(&place.dir, "one", 0600, text, strlen(text), &made, NULL) != BG_OK)
                return 2;
        return made ? 1 : 0;
}

static void twenty_at_once(void **state)
{
        (void)state;
        for (int round = 0; round < 5; round++) {
                assert_int_equal(unit_race(20, make_one, NULL, 1), 1);
                assert_int_equal(unit_entries(&place, "."), 1);
                assert_code(bg_write_remove(&place.dir, "one", NULL), BG_OK);
        }
}

/* What a caller of su can bring about: no file larger than 4 bytes, no descriptor, a closed disk. */
static void failures_leave_nothing(void **state)
{
        (void)state;
        struct rlimit saved;
        struct rlimit small = {.rlim_cur = 4, .rlim_max = RLIM_INFINITY};
        bool made = true;
        unit_put(&place, "old", 0600, "old");
        assert_int_equal(getrlimit(RLIMIT_FSIZE, &saved), 0);
        small.rlim_max = saved.rlim_max;
        (void)signal(SIGXFSZ, SIG_IGN);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
        enum bg_code once = bg_write_once(&place.dir, "f", 0600, "12345678", 8, &made, &err);
        enum bg_code replace = bg_write_replace(&place.dir, "old", 0600, "12345678", 8, &err);
        assert_int_equal(setrlimit(RLIMIT_FSIZE, &saved), 0);
        assert_code(once, BG_STORE_FAILED);
        assert_false(made);
        assert_code(replace, BG_STORE_FAILED);
        assert_string_equal(unit_get(&place, "old"), "old");
        assert_int_equal(unit_entries(&place, "."), 1);

        struct bg_dir none = {.fd = -1, .path = "/nowhere"};
        assert_code(bg_write_once(&none, "f", 0600, "x", 1, &made, &err), BG_STORE_FAILED);
        assert_says(&err, "/nowhere/f cannot be written");
        assert_code(bg_write_replace(&none, "f", 0600, "x", 1, &err), BG_STORE_FAILED);
        assert_code(bg_write_remove(&none, "f", &err), BG_STORE_FAILED);
        assert_code(bg_write_sync(&none, &err), BG_STORE_FAILED);
}

/* Whole before it has a name, and the name durable before it is answered: each call in its place, and
 * each that fails answered as a failure. */
static void synced_before_and_after_the_name(void **state)
{
        (void)state;
        char folder[BG_PATH_BYTES];
        char expected[512];
        bool made = false;
        bg_copy(folder, sizeof folder, strrchr(place.path, '/') + 1);

        unit_calls_begin(0);
        assert_code(bg_write_once(&place.dir, "f", 0600, "x", 1, &made, &err), BG_OK);
        (void)snprintf(expected, sizeof expected, "fsync file; linkat f; fsync %s", folder);
        assert_string_equal(unit_calls_end(), expected);
        /* Whoever comes second has written nothing, and answers for nothing. */
        unit_calls_begin(0);
        assert_code(bg_write_once(&place.dir, "f", 0600, "x", 1, &made, &err), BG_OK);
        assert_string_equal(unit_calls_end(), "fsync file; linkat f");
        assert_false(made);

        unit_put(&place, "old", 0600, "old");
        unit_calls_begin(0);
        assert_code(bg_write_replace(&place.dir, "old", 0600, "new", 3, &err), BG_OK);
        (void)snprintf(expected, sizeof expected, "fsync file; renameat old; fsync %s", folder);
        assert_string_equal(unit_calls_end(), expected);

        unit_calls_begin(0);
        assert_code(bg_write_remove(&place.dir, "old", &err), BG_OK);
        (void)snprintf(expected, sizeof expected, "unlinkat old; fsync %s", folder);
        assert_string_equal(unit_calls_end(), expected);
        /* Who finds it gone cannot know whether that is durable. */
        unit_calls_begin(0);
        assert_code(bg_write_remove(&place.dir, "old", &err), BG_OK);
        assert_string_equal(unit_calls_end(), expected);

        struct bg_dir sub;
        unit_mkdir(&place, "d");
        assert_code(bg_dir_sub(&place.dir, "d", &sub, &err), BG_OK);
        for (int twice = 0; twice < 2; twice++) {
                unit_calls_begin(0);
                assert_code(bg_write_link(&place.dir, "f", &sub, "g", &err), BG_OK);
                assert_string_equal(unit_calls_end(), "linkat g; fsync d");
        }
        bg_dir_done(&sub);
}

static void each_call_that_fails(void **state)
{
        (void)state;
        bool made = true;
        for (unsigned call = 1; call <= 3; call++) {
                unit_calls_begin(call);
                enum bg_code code = bg_write_once(&place.dir, "f", 0600, "x", 1, &made, &err);
                (void)unit_calls_end();
                assert_code(code, BG_STORE_FAILED);
                /* Only once it has its name does it count as made. */
                assert_int_equal(made, call == 3);
                assert_int_equal(unit_entries(&place, "."), call == 3);
        }
        assert_code(bg_write_remove(&place.dir, "f", &err), BG_OK);

        unit_put(&place, "old", 0600, "old");
        for (unsigned call = 1; call <= 2; call++) {
                unit_calls_begin(call);
                enum bg_code code = bg_write_replace(&place.dir, "old", 0600, "new", 3, &err);
                (void)unit_calls_end();
                assert_code(code, BG_STORE_FAILED);
                assert_string_equal(unit_get(&place, "old"), "old");
                assert_int_equal(unit_entries(&place, "."), 1); /* nothing half is left */
        }
        unit_calls_begin(3);
        enum bg_code code = bg_write_replace(&place.dir, "old", 0600, "new", 3, &err);
        (void)unit_calls_end();
        assert_code(code, BG_STORE_FAILED);
        for (unsigned call = 1; call <= 2; call++) {
                unit_calls_begin(call);
                code = bg_write_remove(&place.dir, "old", &err);
                (void)unit_calls_end();
                assert_code(code, BG_STORE_FAILED);
        }
        unit_put(&place, "f", 0600, "x");
        for (unsigned call = 1; call <= 2; call++) {
                unit_calls_begin(call);
                code = bg_write_link(&place.dir, "f", &place.dir, "g", &err);
                (void)unit_calls_end();
                assert_code(code, BG_STORE_FAILED);
        }
        unit_calls_begin(1);
        code = bg_write_sync(&place.dir, &err);
        (void)unit_calls_end();
        assert_code(code, BG_STORE_FAILED);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(once_means_once, setup, teardown),
                cmocka_unit_test_setup_teardown(a_link_takes_the_name, setup, teardown),
                cmocka_unit_test_setup_teardown(replacing, setup, teardown),
                cmocka_unit_test_setup_teardown(the_mode_is_ours_not_the_umasks, setup, teardown),
                cmocka_unit_test_setup_teardown(removing_and_linking, setup, teardown),
                cmocka_unit_test_setup_teardown(twenty_at_once, setup, teardown),
                cmocka_unit_test_setup_teardown(failures_leave_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(synced_before_and_after_the_name, setup, teardown),
                cmocka_unit_test_setup_teardown(each_call_that_fails, setup, teardown),
        };
        return cmocka_run_group_tests_name("write", tests, NULL, NULL);
}
