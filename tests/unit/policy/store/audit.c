/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record: appended, its state replaced, and what a crash or a hand leaves between the two. */
#include "tests/unit/lib/unit.h"

#include "policy/store/audit.h"

#include <fcntl.h>
#include <sys/stat.h>

#define ID "4K7M-2PQ9"

static struct unit_place place;
static struct bg_record record = BG_RECORD_NONE;
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
        bg_record_done(&record);
        unit_place_remove(&place);
        return 0;
}

static void open_record(void)
{
        bg_record_done(&record);
        assert_code(bg_record_open(&place.dir, &record, &err), BG_OK);
}

static void append(const char *file, enum bg_event_kind kind, int64_t use)
{
        struct bg_event event;
        bg_event_init(&event, kind, UNIT_WALL);
        bg_copy(event.grant, sizeof event.grant, ID);
        event.use = use;
        assert_code(bg_record_append(&record, file, &event, &err), BG_OK);
}

static void some_lines(void)
{
        append("requests/" ID "/ask", BG_EVENT_REQUESTED, -1);
        append("requests/" ID "/yes.1000", BG_EVENT_APPROVED, -1);
        append("requests/" ID "/end", BG_EVENT_GRANTED, -1);
        append("uses/" ID "/1", BG_EVENT_SESSION_OPENED, 1);
        append("events/0/1795488360000000-00000001", BG_EVENT_SESSION_CLOSED, 1);
}

static void expect_state(void)
{
        assert_int_equal(record.n_ids, 1);
        const struct bg_state_id *one = bg_record_id(&record, ID);
        assert_int_equal(record.n_ids, 1);
        assert_true(one->ask && one->end && !one->closed);
        assert_true(one->uses == 1 && one->ended == 1);
        assert_int_equal(one->yes.n, 1);
        assert_string_equal(one->yes.v[0], "1000");
        assert_true(record.head.seq == 5);
}

static void appended_and_stored(void **state)
{
        (void)state;
        struct stat st;
        open_record();
        assert_string_equal(record.mended, "");
        assert_true(record.head.segment == 1 && record.head.seq == 0);
        some_lines();
        expect_state();
        assert_code(bg_record_sync(&record, &err), BG_OK);
        assert_code(bg_record_store(&record, &err), BG_OK);
        assert_false(record.changed);
        assert_int_equal(fstatat(place.dir.fd, "audit/000001", &st, 0), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        assert_true((uint64_t)st.st_size == record.head.bytes);
        open_record();
        assert_string_equal(record.mended, "");
        assert_false(record.changed);
        expect_state();
        append("closed/" ID, BG_EVENT_EXPIRED, -1);
        assert_true(bg_record_id(&record, ID)->closed);
        assert_true(bg_record_knows(&record, ID));
        bg_record_forget(&record, ID);
        assert_int_equal(record.n_ids, 0);
        assert_false(bg_record_knows(&record, ID));
        bg_record_forget(&record, ID);
}

/* A crash between the lines and the state: the lines count, none is written again. */
static void lines_behind_the_state(void **state)
{
        (void)state;
        open_record();
        some_lines();
        open_record();
        expect_state();
        assert_true(record.changed);
        assert_false(record.tampered);
        assert_code(bg_record_store(&record, &err), BG_OK);
        append("uses/" ID "/2", BG_EVENT_SESSION_OPENED, 2);
        open_record();
        assert_true(bg_record_id(&record, ID)->uses == 2 && record.head.seq == 6);
}

static void a_torn_line_is_cut_off(void **state)
{
        (void)state;
        open_record();
        some_lines();
        assert_code(bg_record_store(&record, &err), BG_OK);
        uint64_t whole = record.head.bytes;
        append("uses/" ID "/2", BG_EVENT_SESSION_OPENED, 2);
        uint64_t with = record.head.bytes;
        for (uint64_t cut = with - 1; cut > whole; cut -= 7) {
                struct stat st;
                bg_record_done(&record);
                bg_auto_fd int fd = openat(place.dir.fd, "audit/000001", O_RDWR);
                char more[600];
                memset(more, 'x', sizeof more);
                assert_int_equal(ftruncate(fd, (off_t)whole), 0);
                assert_int_equal(
                        pwrite(fd, more, cut - whole, (off_t)whole), (ssize_t)(cut - whole));
                open_record();
                assert_non_null(strstr(record.mended, "torn last line"));
                assert_false(record.tampered);
                assert_int_equal(fstat(fd, &st), 0);
                assert_true((uint64_t)st.st_size == whole);
                expect_state();
                if (cut < whole + 8)
                        break;
        }
}

static void a_cut_record_is_tampered(void **state)
{
        (void)state;
        open_record();
        some_lines();
        assert_code(bg_record_store(&record, &err), BG_OK);
        uint64_t bytes = record.head.bytes;
        bg_record_done(&record);
        bg_auto_fd int fd = openat(place.dir.fd, "audit/000001", O_RDWR);
        assert_int_equal(ftruncate(fd, (off_t)bytes - 10), 0);
        open_record();
        assert_true(record.tampered);
        assert_non_null(strstr(record.mended, "was cut"));
        /* Numbers go on; none is given twice. */
        assert_true(record.head.seq == 5);
}

static void a_damaged_line_is_left_and_passed(void **state)
{
        (void)state;
        open_record();
        some_lines();
        uint64_t bytes = record.head.bytes;
        bg_record_done(&record);
        bg_auto_fd int fd = openat(place.dir.fd, "audit/000001", O_RDWR);
        assert_int_equal(pwrite(fd, "X", 1, 3), 1);
        open_record();
        assert_true(record.tampered);
        assert_non_null(strstr(record.mended, "damaged at byte 0"));
        assert_true(record.head.bytes == bytes && record.head.seq == 5);
        assert_code(bg_record_store(&record, &err), BG_OK);
        char byte = 0;
        assert_int_equal(pread(fd, &byte, 1, 3), 1);
        assert_int_equal(byte, 'X');
        open_record();
        assert_string_equal(record.mended, "");
}

static void a_state_that_is_gone_or_damaged(void **state)
{
        (void)state;
        static const char *const bad[] = {"", "{}\n", "nonsense\n",
                "{\"v\":2,\"segment\":1,\"bytes\":0,"
                "\"seq\":0}\n",
                "{\"v\":1,\"segment\":1,\"bytes\":0,\"seq\":0}\n{\"id\":\"x\"}\n", NULL};
        open_record();
        some_lines();
        assert_code(bg_record_store(&record, &err), BG_OK);
        for (const char *const *p = bad; *p; p++) {
                bg_record_done(&record);
                unit_put(&place, "audit/state", 0600, *p);
                open_record();
                expect_state();
                assert_true(record.changed);
        }
        bg_record_done(&record);
        assert_int_equal(unlinkat(place.dir.fd, "audit/state", 0), 0);
        open_record();
        expect_state();
}

static void unsafe_files(void **state)
{
        (void)state;
        open_record();
        bg_record_done(&record);
        static const char *const names[] = {"audit/000001", "audit/lock", NULL};
        for (const char *const *p = names; *p; p++) {
                assert_int_equal(fchmodat(place.dir.fd, *p, 0620, 0), 0);
                assert_code(bg_record_open(&place.dir, &record, &err), BG_UNSAFE_FILE);
                assert_int_equal(record.lock_fd, -1);
                assert_int_equal(unlinkat(place.dir.fd, *p, 0), 0);
                assert_int_equal(symlinkat("/dev/null", place.dir.fd, *p), 0);
                assert_int_not_equal(bg_record_open(&place.dir, &record, &err), BG_OK);
                assert_int_equal(unlinkat(place.dir.fd, *p, 0), 0);
        }
        unit_put(&place, "audit/state", 0666, "");
        assert_code(bg_record_open(&place.dir, &record, &err), BG_UNSAFE_FILE);
}

static void reported_once(void **state)
{
        (void)state;
        bool fresh = false;
        open_record();
        assert_code(bg_record_report(&record, "grants/x/y", UINT64_MAX, 5, &fresh, &err), BG_OK);
        assert_true(fresh);
        assert_code(bg_record_report(&record, "grants/x/y", UINT64_MAX, 5, &fresh, &err), BG_OK);
        assert_false(fresh);
        assert_code(bg_record_report(&record, "grants/x/y", UINT64_MAX, 6, &fresh, &err), BG_OK);
        assert_true(fresh);
        assert_code(bg_record_store(&record, &err), BG_OK);
        open_record();
        assert_int_equal(record.n_reported, 2);
        assert_code(bg_record_report(&record, "grants/x/y", UINT64_MAX, 5, &fresh, &err), BG_OK);
        assert_false(fresh);
}

/* A file's name is anybody's bytes who can write there; the state must read all the same. */
static void a_reported_name_is_made_clean(void **state)
{
        (void)state;
        bool fresh = false;
        char longest[600];
        memset(longest, 'x', sizeof longest - 1);
        longest[sizeof longest - 1] = '\0';
        open_record();
        some_lines();
        for (int twice = 0; twice < 2; twice++) {
                assert_code(bg_record_report(&record, "grants/\x1B[31m\n\xFF", 1, 5, &fresh, &err),
                        BG_OK);
                assert_int_equal(fresh, twice == 0);
                assert_code(bg_record_report(&record, longest, 2, 5, &fresh, &err), BG_OK);
                assert_int_equal(fresh, twice == 0);
                assert_code(bg_record_store(&record, &err), BG_OK);
                open_record();
                assert_int_equal(record.n_reported, 2);
                expect_state();
        }
}

static int append_one(unsigned i, void *context)
{
        char file[64];
        struct bg_record mine;
        struct bg_event event;
        (void)context;
        if (bg_record_open(&place.dir, &mine, NULL) != BG_OK)
                return 2;
        bg_event_init(&event, BG_EVENT_REFUSED, UNIT_WALL);
        (void)snprintf(file, sizeof file, "events/0/%016u-0", i);
        enum bg_code code = bg_record_append(&mine, file, &event, NULL);
        if (code == BG_OK)
                code = bg_record_store(&mine, NULL);
        bg_record_done(&mine);
        return code == BG_OK ? 1 : 3;
}

static void two_sweeps_wait_for_each_other(void **state)
{
        (void)state;
        assert_int_equal(unit_race(10, append_one, NULL, 1), 10);
        open_record();
        assert_true(record.head.seq == 10);
        assert_string_equal(record.mended, "");
}

/* A kill between the line and the taking away of its file: the file is known when it is met again. */
static void event_files_that_are_on_record(void **state)
{
        (void)state;
        static const char events[] = "events/0/1795488360000000-00000001";
        static const char other[] = "unrecorded/1000/1795488360000000-00000002";
        open_record();
        some_lines();
        append(other, BG_EVENT_REFUSED, -1);
        /* While it goes on, whoever appends knows what was appended. */
        assert_int_equal(record.n_caught, 0);
        assert_false(bg_record_has(&record, events));
        open_record(); /* killed before the state was stored */
        assert_int_equal(record.n_caught, 2);
        assert_true(bg_record_has(&record, events));
        assert_true(bg_record_has(&record, other));
        assert_false(bg_record_has(&record, "events/0/1795488360000000-00000003"));
        assert_false(bg_record_has(&record, "uses/" ID "/1")); /* that the state says */
        assert_false(bg_record_has(&record, ""));
        assert_code(bg_record_store(&record, &err), BG_OK);
        open_record();
        assert_int_equal(record.n_caught, 0);
        assert_false(bg_record_has(&record, events));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(appended_and_stored, setup, teardown),
                cmocka_unit_test_setup_teardown(lines_behind_the_state, setup, teardown),
                cmocka_unit_test_setup_teardown(a_torn_line_is_cut_off, setup, teardown),
                cmocka_unit_test_setup_teardown(a_cut_record_is_tampered, setup, teardown),
                cmocka_unit_test_setup_teardown(a_damaged_line_is_left_and_passed, setup, teardown),
                cmocka_unit_test_setup_teardown(a_state_that_is_gone_or_damaged, setup, teardown),
                cmocka_unit_test_setup_teardown(unsafe_files, setup, teardown),
                cmocka_unit_test_setup_teardown(reported_once, setup, teardown),
                cmocka_unit_test_setup_teardown(a_reported_name_is_made_clean, setup, teardown),
                cmocka_unit_test_setup_teardown(two_sweeps_wait_for_each_other, setup, teardown),
                cmocka_unit_test_setup_teardown(event_files_that_are_on_record, setup, teardown),
        };
        return cmocka_run_group_tests_name("audit", tests, NULL, NULL);
}
