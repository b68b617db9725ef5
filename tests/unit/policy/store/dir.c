/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Safe reading: links, other kinds, owners, modes, lengths, names that are no names. */
#include "tests/unit/lib/unit.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

static struct unit_place place;
static struct bg_error err;
static char text[64];
static size_t n_text;

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

static enum bg_code read_file(const char *name, size_t max)
{
        memset(text, '#', sizeof text);
        memset(&err, 0, sizeof err);
        return bg_dir_read(&place.dir, name, max, text, &n_text, &err);
}

static void a_file_and_its_limit(void **state)
{
        (void)state;
        unit_put(&place, "f", 0600, "12345678");
        assert_code(read_file("f", 8), BG_OK);
        assert_string_equal(text, "12345678");
        assert_int_equal(n_text, 8);
        assert_int_equal(text[9], '#');
        assert_code(read_file("f", 7), BG_UNSAFE_FILE);
        assert_says(&err, "longer than 7 bytes");
        assert_int_equal(text[8], '#');
        unit_put(&place, "e", 0600, "");
        assert_code(read_file("e", 8), BG_OK);
        assert_int_equal(n_text, 0);
        assert_string_equal(text, "");
        unit_put_bytes(&place, "nul", 0600, "a\0b", 3);
        assert_code(read_file("nul", 8), BG_OK);
        assert_int_equal(n_text, 3);
        assert_code(read_file("absent", 8), BG_NO_SUCH);
        assert_says(&err, "absent");
}

/* Grown after fstat, as a file is in /proc, whose size is 0: still never more than said. */
static void a_file_that_hides_its_size(void **state)
{
        (void)state;
        struct bg_dir proc = {.fd = open("/proc/self", O_RDONLY | O_DIRECTORY), .owner = geteuid()};
        assert_true(proc.fd >= 0);
        memset(text, '#', sizeof text);
        assert_code(bg_dir_read(&proc, "maps", 16, text, &n_text, &err), BG_UNSAFE_FILE);
        assert_int_equal(text[17], '#');
        bg_dir_done(&proc);
}

static void other_kinds(void **state)
{
        (void)state;
        unit_put(&place, "f", 0600, "x");
        assert_int_equal(symlinkat("f", place.dir.fd, "link"), 0);
        assert_int_equal(symlinkat("nowhere", place.dir.fd, "dangling"), 0);
        assert_int_equal(mkfifoat(place.dir.fd, "fifo", 0600), 0);
        unit_mkdir(&place, "folder");
        struct sockaddr_un address = {.sun_family = AF_UNIX};
        (void)snprintf(address.sun_path, sizeof address.sun_path, "%.80s/socket", place.path);
        int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
        assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof address), 0);
        (void)close(fd);
        static const char *const names[] = {"link", "dangling", "fifo", "folder", "socket", NULL};
        for (const char *const *p = names; *p; p++) {
                assert_code(read_file(*p, 8), BG_UNSAFE_FILE);
                assert_says(&err, *p);
        }
        if (mknodat(place.dir.fd, "null", S_IFCHR | 0600, (dev_t)(1 << 8 | 3)) == 0)
                assert_code(read_file("null", 8), BG_UNSAFE_FILE);
}

static void modes(void **state)
{
        (void)state;
        static const mode_t good[] = {0600, 0644, 0400, 0755, 04755};
        static const mode_t bad[] = {0620, 0602, 0660, 0666, 0777};
        for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
                unit_put(&place, "f", good[i], "x");
                assert_code(read_file("f", 8), BG_OK);
        }
        for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
                unit_put(&place, "f", bad[i], "x");
                assert_code(read_file("f", 8), BG_UNSAFE_FILE);
                assert_says(&err, "can be changed by others");
                unit_mkdir(&place, "d");
                assert_int_equal(fchmodat(place.dir.fd, "d", bad[i] | 0100, 0), 0);
                struct bg_dir sub;
                assert_code(bg_dir_sub(&place.dir, "d", &sub, &err), BG_UNSAFE_FILE);
                assert_int_equal(sub.fd, -1);
        }
}

static void owners(void **state)
{
        (void)state;
        if (geteuid() != 0)
                skip();
        unit_put(&place, "f", 0600, "x");
        unit_mkdir(&place, "d");
        assert_int_equal(fchownat(place.dir.fd, "f", 1234, 0, 0), 0);
        assert_int_equal(fchownat(place.dir.fd, "d", 1234, 0, 0), 0);
        assert_code(read_file("f", 8), BG_UNSAFE_FILE);
        assert_says(&err, "uid 1234");
        struct bg_dir sub;
        assert_code(bg_dir_sub(&place.dir, "d", &sub, &err), BG_UNSAFE_FILE);
        assert_code(bg_dir_make(&place.dir, "d", &sub, &err), BG_UNSAFE_FILE);
        /* Another group is no matter while it cannot write. */
        assert_int_equal(fchownat(place.dir.fd, "f", 0, 1234, 0), 0);
        assert_code(read_file("f", 8), BG_OK);
        /* Where the owner is another (in tests), root's own files are still good. */
        struct bg_dir theirs = place.dir;
        theirs.owner = 1234;
        assert_code(bg_dir_read(&theirs, "f", 8, text, &n_text, &err), BG_OK);
        assert_code(bg_dir_sub(&theirs, "d", &sub, &err), BG_OK);
        bg_dir_done(&sub);
}

static void folders(void **state)
{
        (void)state;
        struct bg_dir sub;
        struct stat st;
        assert_code(bg_dir_sub(&place.dir, "d", &sub, &err), BG_NO_SUCH);
        assert_int_equal(sub.fd, -1);
        assert_code(bg_dir_make(&place.dir, "d", &sub, &err), BG_OK);
        assert_int_equal(fstat(sub.fd, &st), 0);
        assert_int_equal(st.st_mode & 07777, 0700);
        char path[BG_PATH_BYTES * 2];
        (void)snprintf(path, sizeof path, "%s/d", place.path);
        assert_string_equal(sub.path, path);
        bg_dir_done(&sub);
        bg_dir_done(&sub); /* twice does no harm */
        assert_code(bg_dir_make(&place.dir, "d", &sub, &err), BG_OK);
        bg_dir_done(&sub);

        unit_put(&place, "f", 0600, "x");
        assert_code(bg_dir_sub(&place.dir, "f", &sub, &err), BG_UNSAFE_FILE);
        assert_code(bg_dir_make(&place.dir, "f", &sub, &err), BG_UNSAFE_FILE);
        assert_int_equal(symlinkat("d", place.dir.fd, "link"), 0);
        assert_code(bg_dir_sub(&place.dir, "link", &sub, &err), BG_UNSAFE_FILE);
        assert_code(bg_dir_make(&place.dir, "link", &sub, &err), BG_UNSAFE_FILE);
        assert_int_equal(symlinkat("nowhere", place.dir.fd, "dangling"), 0);
        assert_code(bg_dir_make(&place.dir, "dangling", &sub, &err), BG_UNSAFE_FILE);
}

/* A name is one component: whoever hands in another has mixed up his bytes. */
static void names_that_lead_elsewhere(void **state)
{
        (void)state;
        struct bg_dir sub;
        bool there = false;
        unit_put(&place, "d/f", 0600, "x");
        static const char *const names[] = {
                "d/f", "../x", "..", ".", "", "/etc/passwd", "d/", NULL};
        for (const char *const *p = names; *p; p++) {
                assert_code(read_file(*p, 8), BG_UNSAFE_FILE);
                assert_code(bg_dir_sub(&place.dir, *p, &sub, &err), BG_UNSAFE_FILE);
                assert_int_equal(sub.fd, -1);
                assert_code(bg_dir_make(&place.dir, *p, &sub, &err), BG_UNSAFE_FILE);
                assert_code(bg_dir_has(&place.dir, *p, &there, &err), BG_UNSAFE_FILE);
                assert_false(there);
        }
        char longest[300];
        memset(longest, 'x', sizeof longest - 1);
        longest[sizeof longest - 1] = '\0';
        assert_code(bg_dir_sub(&place.dir, longest, &sub, &err), BG_STORE_FAILED);
        assert_code(read_file(longest, 8), BG_STORE_FAILED);
}

/* A path that does not fit into a sentence is refused, not cut. */
static void deeper_than_a_path_holds(void **state)
{
        (void)state;
        char name[61];
        struct bg_dir at = place.dir;
        enum bg_code code = BG_OK;
        unsigned depth = 0;
        memset(name, 'd', sizeof name - 1);
        name[sizeof name - 1] = '\0';
        for (; code == BG_OK && depth < 10; depth++) {
                struct bg_dir sub;
                code = bg_dir_make(&at, name, &sub, &err);
                if (depth > 0)
                        bg_dir_done(&at);
                at = sub;
        }
        assert_code(code, BG_STORE_FAILED);
        assert_int_equal(err.errnum, ENAMETOOLONG);
        assert_true(depth >= 3);
}

static void whether_something_is_there(void **state)
{
        (void)state;
        bool there = true;
        assert_code(bg_dir_has(&place.dir, "x", &there, &err), BG_OK);
        assert_false(there);
        assert_int_equal(symlinkat("nowhere", place.dir.fd, "x"), 0);
        assert_code(bg_dir_has(&place.dir, "x", &there, &err), BG_OK);
        assert_true(there);
        struct bg_dir closed = {.fd = -1};
        assert_code(bg_dir_has(&closed, "x", &there, &err), BG_STORE_FAILED);
        assert_false(there);
}

static enum bg_code visit(
        const struct bg_dir *dir, const char *name, void *context, struct bg_error *e)
{
        (void)dir;
        ++*(unsigned *)context;
        return strcmp(name, "stop") == 0 ? bg_fail(e, BG_LOCKED, 0, "stopped") : BG_OK;
}

static void each_entry(void **state)
{
        (void)state;
        unsigned n = 0;
        unit_put(&place, "d/.tmp-1", 0600, "");
        struct bg_dir sub;
        assert_code(bg_dir_sub(&place.dir, "d", &sub, &err), BG_OK);
        assert_code(bg_dir_each(&sub, 1, visit, &n, &err), BG_OK);
        assert_int_equal(n, 0);
        for (int i = 0; i < 5; i++) {
                char name[16];
                (void)snprintf(name, sizeof name, "d/%d", i);
                unit_put(&place, name, 0600, "");
        }
        assert_code(bg_dir_each(&sub, 5, visit, &n, &err), BG_OK);
        assert_int_equal(n, 5);
        assert_code(bg_dir_each(&sub, 0, visit, &n, &err), BG_OK);
        assert_int_equal(n, 10); /* the descriptor's place was not moved by the first pass */
        n = 0;
        assert_code(bg_dir_each(&sub, 4, visit, &n, &err), BG_STORE_FAILED);
        assert_says(&err, "more than 4");
        assert_int_equal(n, 4);
        unit_put(&place, "d/stop", 0600, "");
        assert_code(bg_dir_each(&sub, 0, visit, &n, &err), BG_LOCKED);
        bg_dir_done(&sub);
        assert_code(bg_dir_each(&sub, 0, visit, &n, &err), BG_STORE_FAILED);
}

static void exhaustion_is_no_absence(void **state)
{
        (void)state;
        struct rlimit saved;
        struct rlimit none;
        struct bg_dir sub;
        unsigned n = 0;
        unit_put(&place, "d/f", 0600, "x");
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
        none = saved;
        none.rlim_cur = 0;
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
        enum bg_code file = read_file("d", 8);
        enum bg_code folder = bg_dir_sub(&place.dir, "d", &sub, &err);
        enum bg_code make = bg_dir_make(&place.dir, "d", &sub, &err);
        enum bg_code each = bg_dir_each(&place.dir, 0, visit, &n, &err);
        enum bg_code walk = bg_dir_open("/", geteuid(), &sub, &err);
        assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
        assert_code(file, BG_STORE_FAILED);
        assert_code(folder, BG_STORE_FAILED);
        assert_code(make, BG_STORE_FAILED);
        assert_code(each, BG_STORE_FAILED);
        assert_code(walk, BG_STORE_FAILED);
}

static void the_walk_from_the_root(void **state)
{
        (void)state;
        struct unit_place safe;
        char path[BG_PATH_BYTES + 32];
        struct bg_dir dir;
        if (!unit_safe_place_make(&safe))
                skip();
        unit_put(&safe, "a/b/f", 0600, "x");
        (void)snprintf(path, sizeof path, "%s/a/b", safe.path);
        assert_code(bg_dir_open(path, geteuid(), &dir, &err), BG_OK);
        assert_string_equal(dir.path, path);
        assert_code(bg_dir_read(&dir, "f", 8, text, &n_text, &err), BG_OK);
        bg_dir_done(&dir);
        (void)snprintf(path, sizeof path, "%s/a/c", safe.path);
        assert_code(bg_dir_open(path, geteuid(), &dir, &err), BG_NO_SUCH);
        assert_int_equal(dir.fd, -1);
        (void)snprintf(path, sizeof path, "%s/a/b/f", safe.path);
        assert_code(bg_dir_open(path, geteuid(), &dir, &err), BG_UNSAFE_FILE);

        /* A link anywhere on the way; a folder on the way that others can write. */
        assert_int_equal(symlinkat("a", safe.dir.fd, "link"), 0);
        (void)snprintf(path, sizeof path, "%s/link/b", safe.path);
        assert_code(bg_dir_open(path, geteuid(), &dir, &err), BG_UNSAFE_FILE);
        assert_int_equal(fchmodat(safe.dir.fd, "a", 0770, 0), 0);
        (void)snprintf(path, sizeof path, "%s/a/b", safe.path);
        assert_code(bg_dir_open(path, geteuid(), &dir, &err), BG_UNSAFE_FILE);
        assert_says(&err, "/a can be changed");
        unit_place_remove(&safe);
}

/* /tmp is everybody's: nothing below it can be trusted. */
static void nothing_below_tmp(void **state)
{
        (void)state;
        struct bg_dir dir;
        struct stat st;
        if (stat("/tmp", &st) < 0 || !(st.st_mode & 0002))
                skip();
        assert_code(bg_dir_open("/tmp/x", geteuid(), &dir, &err), BG_UNSAFE_FILE);
        assert_says(&err, "/tmp");
}

static void the_root_itself(void **state)
{
        (void)state;
        struct bg_dir dir;
        bool there = false;
        assert_code(bg_dir_open("/", geteuid(), &dir, &err), BG_OK);
        assert_string_equal(dir.path, "/");
        assert_code(bg_dir_has(&dir, "etc", &there, &err), BG_OK);
        assert_true(there);
        bg_dir_done(&dir);
        assert_code(bg_dir_open("etc", geteuid(), &dir, &err), BG_UNSAFE_FILE);
        assert_code(bg_dir_open("", geteuid(), &dir, &err), BG_UNSAFE_FILE);
        assert_code(bg_dir_open("/usr/../usr", geteuid(), &dir, &err), BG_UNSAFE_FILE);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_file_and_its_limit, setup, teardown),
                cmocka_unit_test_setup_teardown(a_file_that_hides_its_size, setup, teardown),
                cmocka_unit_test_setup_teardown(other_kinds, setup, teardown),
                cmocka_unit_test_setup_teardown(modes, setup, teardown),
                cmocka_unit_test_setup_teardown(owners, setup, teardown),
                cmocka_unit_test_setup_teardown(folders, setup, teardown),
                cmocka_unit_test_setup_teardown(names_that_lead_elsewhere, setup, teardown),
                cmocka_unit_test_setup_teardown(deeper_than_a_path_holds, setup, teardown),
                cmocka_unit_test_setup_teardown(whether_something_is_there, setup, teardown),
                cmocka_unit_test_setup_teardown(each_entry, setup, teardown),
                cmocka_unit_test_setup_teardown(exhaustion_is_no_absence, setup, teardown),
                cmocka_unit_test(the_walk_from_the_root),
                cmocka_unit_test(nothing_below_tmp),
                cmocka_unit_test(the_root_itself),
        };
        return cmocka_run_group_tests_name("dir", tests, NULL, NULL);
}
