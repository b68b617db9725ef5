/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests: ids reserved, asked, approved, ended once, opened again and again. */
#include "tests/unit/lib/unit.h"

#include "policy/store/requests.h"

#include <sys/stat.h>

#define ID "4K7M-2PQ9"

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

static struct bg_event event_of(enum bg_event_kind kind, const char *person)
{
        struct bg_event event;
        bg_event_init(&event, kind, UNIT_WALL);
        bg_copy(event.request, sizeof event.request, ID);
        bg_copy(event.person, sizeof event.person, person);
        return event;
}

static void ids_are_reserved(void **state)
{
        (void)state;
        struct bg_now now = unit_now();
        char id[BG_ID_BYTES];
        char expected[BG_ID_BYTES];
        char path[64];
        for (unsigned i = 1; i <= 50; i++) {
                assert_code(bg_id_reserve(&place.dir, &now, id, &err), BG_OK);
                assert_true(bg_is_id(id));
                (void)snprintf(path, sizeof path, "uses/%s", id);
                assert_int_equal(unit_entries(&place, "uses"), i);
                assert_int_equal(unit_entries(&place, path), 0);
        }
        bg_id_make(now.wall, 0, expected);
        assert_memory_equal(id, expected, 5); /* the time's digits */
}

/* Every id of a minute but one is taken: by a live request, or by one that has ended. */
static void a_taken_id_is_not_drawn(void **state)
{
        (void)state;
        struct bg_now now = unit_now();
        char id[BG_ID_BYTES];
        char path[64];
        unit_mkdir(&place, "uses");
        unit_mkdir(&place, "requests");
        for (unsigned i = 0; i < 0x8000; i++) {
                bg_id_make(now.wall, (uint16_t)i, id);
                (void)snprintf(path, sizeof path, "%s/%s", i % 2 ? "uses" : "requests", id);
                assert_int_equal(mkdirat(place.dir.fd, path, 0700), 0);
        }
        assert_code(bg_id_reserve(&place.dir, &now, id, &err), BG_STORE_FAILED);
        assert_says(&err, "no id is free");
        now.wall += SEC(60);
        assert_code(bg_id_reserve(&place.dir, &now, id, &err), BG_OK);
}

static void asked_and_approved(void **state)
{
        (void)state;
        struct bg_event ask = event_of(BG_EVENT_REQUESTED, "alice");
        struct bg_event yes = event_of(BG_EVENT_APPROVED, "bob");
        assert_code(bg_request_approve(&place.dir, &yes, 1001, &err), BG_NO_SUCH);
        assert_code(bg_request_make(&place.dir, &ask, &err), BG_OK);
        assert_code(bg_request_approve(&place.dir, &yes, 1001, &err), BG_OK);
        assert_non_null(strstr(unit_get(&place, "requests/" ID "/ask"), "\"requested\""));
        assert_non_null(strstr(unit_get(&place, "requests/" ID "/yes.1001"), "\"bob\""));

        /* What was asked and said is never changed. */
        ask = event_of(BG_EVENT_REQUESTED, "eve");
        yes = event_of(BG_EVENT_APPROVED, "eve");
        assert_code(bg_request_make(&place.dir, &ask, &err), BG_OK);
        assert_code(bg_request_approve(&place.dir, &yes, 1001, &err), BG_OK);
        assert_non_null(strstr(unit_get(&place, "requests/" ID "/ask"), "\"alice\""));
        assert_non_null(strstr(unit_get(&place, "requests/" ID "/yes.1001"), "\"bob\""));
        assert_code(bg_request_approve(&place.dir, &yes, 4294967294, &err), BG_OK);
        assert_non_null(unit_get(&place, "requests/" ID "/yes.4294967294"));

        char text[BG_DOCUMENT_BYTES_MAX + 1];
        size_t n = 0;
        assert_code(bg_request_read(&place.dir, ID, "ask", BG_DOCUMENT_BYTES_MAX, text, &n, &err),
                BG_OK);
        assert_int_equal(n, strlen(text));
        assert_code(bg_request_read(&place.dir, ID, "end", 16, text, &n, &err), BG_NO_SUCH);
        assert_code(bg_request_read(&place.dir, ID, "ask", 16, text, &n, &err), BG_UNSAFE_FILE);
        assert_code(
                bg_request_read(&place.dir, "4K7M-2PQA", "ask", 16, text, &n, &err), BG_NO_SUCH);
        assert_code(
                bg_request_read(&place.dir, "../uses", "ask", 16, text, &n, &err), BG_UNSAFE_FILE);
}

static void all_on_record(void **state)
{
        (void)state;
        struct bg_event ask = event_of(BG_EVENT_REQUESTED, "alice");
        assert_false(bg_request_is_recorded(&place.dir, ID));
        assert_code(bg_request_set_recorded(&place.dir, ID, &err), BG_NO_SUCH);
        assert_code(bg_request_make(&place.dir, &ask, &err), BG_OK);
        assert_false(bg_request_is_recorded(&place.dir, ID));
        for (int twice = 0; twice < 2; twice++)
                assert_code(bg_request_set_recorded(&place.dir, ID, &err), BG_OK);
        assert_true(bg_request_is_recorded(&place.dir, ID));
        assert_false(bg_request_is_recorded(&place.dir, "4K7M-2PQA"));
}

static int end_one(unsigned i, void *context)
{
        char text[32];
        bool made = false;
        (void)context;
        (void)snprintf(text, sizeof text, "end %u\n", i);
        if (bg_request_end(&place.dir, ID, text, strlen(text), &made, NULL) != BG_OK)
                return 2;
        return made ? 1 : 0;
}

static void twenty_end_it_and_one_has(void **state)
{
        (void)state;
        struct bg_event ask = event_of(BG_EVENT_REQUESTED, "alice");
        assert_code(bg_request_make(&place.dir, &ask, &err), BG_OK);
        for (int round = 0; round < 10; round++) {
                assert_int_equal(unit_race(20, end_one, NULL, 1), 1);
                assert_int_equal(unit_entries(&place, "requests/" ID), 2);
                assert_int_equal(unit_race(20, end_one, NULL, 0), 20);
                assert_int_equal(unlinkat(place.dir.fd, "requests/" ID "/end", 0), 0);
        }
        bool made = true;
        assert_code(bg_request_end(&place.dir, "4K7M-2PQA", "x", 1, &made, &err), BG_NO_SUCH);
}

static void opened_by_a_second_name(void **state)
{
        (void)state;
        struct bg_event ask = event_of(BG_EVENT_REQUESTED, "alice");
        struct stat a;
        struct stat b;
        bool made = false;
        assert_code(bg_request_make(&place.dir, &ask, &err), BG_OK);
        assert_code(bg_request_publish(&place.dir, ID, "backup-bot", &err), BG_STORE_FAILED);
        assert_code(bg_request_end(&place.dir, ID, "token\n", 6, &made, &err), BG_OK);
        for (int twice = 0; twice < 2; twice++)
                assert_code(bg_request_publish(&place.dir, ID, "backup-bot", &err), BG_OK);
        assert_string_equal(unit_get(&place, "grants/backup-bot/" ID ".grant"), "token\n");
        assert_int_equal(fstatat(place.dir.fd, "requests/" ID "/end", &a, 0), 0);
        assert_int_equal(fstatat(place.dir.fd, "grants/backup-bot/" ID ".grant", &b, 0), 0);
        assert_true(a.st_ino == b.st_ino && a.st_nlink == 2);
        assert_int_equal(a.st_mode & 07777, 0600);

        /* What is closed is not opened again. */
        assert_int_equal(unlinkat(place.dir.fd, "grants/backup-bot/" ID ".grant", 0), 0);
        unit_put(&place, "closed/" ID, 0600, "whatever");
        assert_code(bg_request_publish(&place.dir, ID, "backup-bot", &err), BG_OK);
        assert_null(unit_get(&place, "grants/backup-bot/" ID ".grant"));
        assert_code(bg_request_publish(&place.dir, "4K7M-2PQA", "backup-bot", &err), BG_NO_SUCH);
        assert_int_equal(unlinkat(place.dir.fd, "closed/" ID, 0), 0);
        assert_code(bg_request_publish(&place.dir, ID, "../closed", &err), BG_UNSAFE_FILE);
}

static void durable_before_it_is_answered(void **state)
{
        (void)state;
        struct bg_event ask = event_of(BG_EVENT_REQUESTED, "alice");
        struct bg_event yes = event_of(BG_EVENT_APPROVED, "bob");
        struct bg_now now = unit_now();
        char id[BG_ID_BYTES];
        bool made = false;
        unit_mkdir(&place, "requests");
        unit_mkdir(&place, "uses");
        unit_mkdir(&place, "closed");
        unit_mkdir(&place, "grants/backup-bot");
        unit_calls_begin(0);
        assert_code(bg_id_reserve(&place.dir, &now, id, &err), BG_OK);
        assert_string_equal(unit_calls_end(), "fsync uses");
        unit_calls_begin(0);
        assert_code(bg_request_make(&place.dir, &ask, &err), BG_OK);
        assert_string_equal(unit_calls_end(), "fsync requests; fsync file; linkat ask; fsync " ID);
        unit_calls_begin(0);
        assert_code(bg_request_approve(&place.dir, &yes, 1001, &err), BG_OK);
        assert_string_equal(unit_calls_end(), "fsync file; linkat yes.1001; fsync " ID);
        unit_calls_begin(0);
        assert_code(bg_request_end(&place.dir, ID, "token\n", 6, &made, &err), BG_OK);
        assert_string_equal(unit_calls_end(), "fsync file; linkat end; fsync " ID);
        unit_calls_begin(0);
        assert_code(bg_request_publish(&place.dir, ID, "backup-bot", &err), BG_OK);
        assert_string_equal(unit_calls_end(), "linkat " ID ".grant; fsync backup-bot");
        unit_calls_begin(0);
        assert_code(bg_request_set_recorded(&place.dir, ID, &err), BG_OK);
        assert_string_equal(unit_calls_end(), "fsync file; linkat recorded; fsync " ID);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(ids_are_reserved, setup, teardown),
                cmocka_unit_test_setup_teardown(a_taken_id_is_not_drawn, setup, teardown),
                cmocka_unit_test_setup_teardown(asked_and_approved, setup, teardown),
                cmocka_unit_test_setup_teardown(all_on_record, setup, teardown),
                cmocka_unit_test_setup_teardown(twenty_end_it_and_one_has, setup, teardown),
                cmocka_unit_test_setup_teardown(opened_by_a_second_name, setup, teardown),
                cmocka_unit_test_setup_teardown(durable_before_it_is_answered, setup, teardown),
        };
        return cmocka_run_group_tests_name("requests", tests, NULL, NULL);
}
