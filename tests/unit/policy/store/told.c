/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The record read from a cursor, and the cursor itself. */
#include "tests/unit/lib/unit.h"

#include "policy/store/told.h"

#include <fcntl.h>

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

static void read_by_tell(void **state)
{
        (void)state;
        struct bg_told told;
        static struct bg_line line;
        uint64_t next = 0;
        assert_code(bg_told_load(&place.dir, &told, &err), BG_OK);
        assert_true(told.v == 1 && told.segment == 1 && told.bytes == 0 && told.seq == 0);
        assert_code(bg_record_read(&place.dir, &told, &line, &next, &err), BG_NO_SUCH);
        open_record();
        some_lines();
        for (uint64_t seq = 1; seq <= 5; seq++) {
                assert_code(bg_record_read(&place.dir, &told, &line, &next, &err), BG_OK);
                assert_true(line.seq == seq);
                told.bytes = next;
                told.seq = seq;
        }
        assert_code(bg_record_read(&place.dir, &told, &line, &next, &err), BG_NO_SUCH);
        assert_code(bg_told_store(&place.dir, &told, &err), BG_OK);
        struct bg_told back;
        assert_code(bg_told_load(&place.dir, &back, &err), BG_OK);
        assert_true(back.bytes == told.bytes && back.seq == 5);
        unit_put(&place, "told", 0600, "{}");
        assert_code(bg_told_load(&place.dir, &back, &err), BG_TAMPERED);

        /* A damaged line is told as such, and the next can be read. */
        bg_auto_fd int fd = openat(place.dir.fd, "audit/000001", O_RDWR);
        assert_int_equal(pwrite(fd, "X", 1, 3), 1);
        told.bytes = 0;
        assert_code(bg_record_read(&place.dir, &told, &line, &next, &err), BG_TAMPERED);
        told.bytes = next;
        assert_code(bg_record_read(&place.dir, &told, &line, &next, &err), BG_OK);
        assert_true(line.seq == 2);
}

/* A cursor into a record that was cut, put back or grown since. */
static void the_cursor_is_put_right(void **state)
{
        (void)state;
        static struct bg_line line;
        uint64_t at[7] = {0}; /* where the line with this number begins */
        uint64_t next = 0;
        struct bg_told told = {.v = 1, .segment = 1};
        assert_code(bg_record_seek(&place.dir, &told, &err), BG_OK); /* no record yet */
        assert_true(told.bytes == 0 && told.seq == 0);
        open_record();
        some_lines();
        for (uint64_t seq = 1; seq <= 5; seq++) {
                at[seq] = told.bytes;
                assert_code(bg_record_read(&place.dir, &told, &line, &next, &err), BG_OK);
                told.bytes = next;
        }
        at[6] = told.bytes;
        /* Right: it stays where it is, at the end too. */
        for (uint64_t seq = 0; seq <= 5; seq++) {
                told = (struct bg_told){.v = 1, .segment = 1, .bytes = at[seq + 1], .seq = seq};
                assert_code(bg_record_seek(&place.dir, &told, &err), BG_OK);
                assert_true(told.bytes == at[seq + 1] && told.seq == seq);
        }
        /* Wrong, by its bytes: in the middle of a line, behind the end, before. */
        const uint64_t wrong[] = {1, at[3] + 7, at[6] - 1, at[6] + 1, UINT64_MAX / 4};
        for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
                for (uint64_t seq = 0; seq <= 5; seq++) {
                        told = (struct bg_told){
                                .v = 1, .segment = 1, .bytes = wrong[i], .seq = seq};
                        assert_code(bg_record_seek(&place.dir, &told, &err), BG_OK);
                        assert_true(told.bytes == at[seq + 1] && told.seq == seq);
                }
        /* Told more than there is: nothing of it is told again. */
        told = (struct bg_told){.v = 1, .segment = 1, .bytes = at[2], .seq = 77};
        assert_code(bg_record_seek(&place.dir, &told, &err), BG_OK);
        assert_true(told.bytes == at[6] && told.seq == 77);
        /* A damaged line on the way is passed by. */
        bg_auto_fd int fd = openat(place.dir.fd, "audit/000001", O_RDWR);
        assert_int_equal(pwrite(fd, "X", 1, (off_t)at[2] + 3), 1);
        told = (struct bg_told){.v = 1, .segment = 1, .bytes = 1, .seq = 2};
        assert_code(bg_record_seek(&place.dir, &told, &err), BG_OK);
        assert_true(told.bytes == at[3]);
        /* A segment that is not there leaves it alone. */
        told = (struct bg_told){.v = 1, .segment = 2, .bytes = 5, .seq = 2};
        assert_code(bg_record_seek(&place.dir, &told, &err), BG_OK);
        assert_true(told.bytes == 5);
}

/* How far may be told: all of the segment, synced. */
static void settled(void **state)
{
        (void)state;
        struct bg_told told = {.v = 1, .segment = 1};
        uint64_t bytes = 77;
        assert_code(bg_record_settle(&place.dir, &told, &bytes, &err), BG_OK); /* no record yet */
        assert_true(bytes == 0);
        open_record();
        some_lines();
        assert_code(bg_record_settle(&place.dir, &told, &bytes, &err), BG_OK);
        assert_true(bytes == record.head.bytes && bytes > 0);
        told.segment = 2;
        assert_code(bg_record_settle(&place.dir, &told, &bytes, &err), BG_OK);
        assert_true(bytes == 0);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(read_by_tell, setup, teardown),
                cmocka_unit_test_setup_teardown(the_cursor_is_put_right, setup, teardown),
                cmocka_unit_test_setup_teardown(settled, setup, teardown),
        };
        return cmocka_run_group_tests_name("told", tests, NULL, NULL);
}
