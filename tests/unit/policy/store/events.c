/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Events made durable, the wake, the quota, and the newest moment. */
#include "tests/unit/lib/unit.h"

#include "policy/format/event.h"
#include "policy/store/events.h"

#include <fcntl.h>
#include <sys/stat.h>

static struct unit_place state_place;
static struct unit_place run_place;
static struct bg_store store;
static struct bg_event event;
static struct bg_error err;

static int setup(void **state)
{
        (void)state;
        unit_place_make(&state_place);
        unit_place_make(&run_place);
        store = (struct bg_store){
                .etc = BG_DIR_NONE, .state = state_place.dir, .run = run_place.dir};
        bg_event_init(&event, BG_EVENT_REFUSED, UNIT_WALL);
        event.code = BG_NOT_PERMITTED;
        return 0;
}

static int teardown(void **state)
{
        (void)state;
        unit_place_remove(&state_place);
        unit_place_remove(&run_place);
        return 0;
}

/* The name of the one file in a folder. */
static void only_file(const struct unit_place *place, const char *folder, char *ret, size_t size)
{
        int fd = openat(place->dir.fd, folder, O_RDONLY | O_DIRECTORY);
        DIR *stream = fdopendir(fd);
        assert_non_null(stream);
        for (const struct dirent *e = NULL; (e = readdir(stream));)
                if (e->d_name[0] != '.')
                        (void)snprintf(ret, size, "%s/%s", folder, e->d_name);
        (void)closedir(stream);
}

static void one_event_one_file_one_wake(void **state)
{
        (void)state;
        char path[300] = "";
        struct bg_event back;
        struct stat st;
        assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
        assert_int_equal(unit_entries(&state_place, "events/1000"), 1);
        only_file(&state_place, "events/1000", path, sizeof path);
        assert_memory_equal(path, "events/1000/1795488360000000-", 29);
        assert_int_equal(strlen(path), 29 + 8);
        assert_reads(&bg_event_table, unit_get(&state_place, path), &back);
        assert_int_equal(back.code, BG_NOT_PERMITTED);
        assert_int_equal(fstatat(state_place.dir.fd, path, &st, 0), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        assert_int_equal(unit_entries(&run_place, "wake"), 1);
        assert_int_equal(fstatat(run_place.dir.fd, "changed", &st, 0), 0);
        assert_null(unit_get(&run_place, "unrecorded"));
        assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
        assert_int_equal(unit_entries(&state_place, "events/1000"), 2);
        assert_int_equal(unit_entries(&run_place, "wake"), 2);
}

/* An earlier event's name sorts first: the sweep goes by names. */
static void names_sort_by_time(void **state)
{
        (void)state;
        char early[300] = "";
        char late[300] = "";
        event.time = 999999;
        assert_code(bg_event_write(&store, 1, &event, &err), BG_OK);
        only_file(&state_place, "events/1", early, sizeof early);
        event.time = UNIT_WALL;
        assert_code(bg_event_write(&store, 2, &event, &err), BG_OK);
        only_file(&state_place, "events/2", late, sizeof late);
        assert_true(strcmp(strrchr(early, '/'), strrchr(late, '/')) < 0);
        /* A host that began in 1970 tells of it all the same. */
        struct bg_event back;
        assert_reads(&bg_event_table, unit_get(&state_place, early), &back);
}

static void one_each_minute(unsigned n)
{
        for (unsigned i = 0; i < n; i++) {
                assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
                event.time += SEC(60);
        }
}

static void over_the_quota_is_counted(void **state)
{
        (void)state;
        one_each_minute(BG_EVENTS_WAITING_MAX);
        assert_int_equal(unit_entries(&state_place, "events/1000"), BG_EVENTS_WAITING_MAX);
        assert_null(unit_get(&state_place, "events/1000/" BG_EVENTS_OVER));
        for (unsigned i = 1; i <= 3; i++) {
                assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
                assert_int_equal(strlen(unit_get(&state_place, "events/1000/" BG_EVENTS_OVER)), i);
        }
        assert_int_equal(unit_entries(&state_place, "events/1000"), BG_EVENTS_WAITING_MAX + 1);
        /* Another caller's flood hides nothing of this one's. */
        assert_code(bg_event_write(&store, 1001, &event, &err), BG_OK);
        assert_int_equal(unit_entries(&state_place, "events/1001"), 1);
        /* As soon as the sweep has taken one, there is room for one. */
        char path[300] = "";
        do {
                only_file(&state_place, "events/1000", path, sizeof path);
        } while (strstr(path, BG_EVENTS_OVER) && unlinkat(state_place.dir.fd, path, 0) == 0);
        assert_int_equal(unlinkat(state_place.dir.fd, path, 0), 0);
        unsigned before = unit_entries(&state_place, "events/1000");
        assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
        assert_int_equal(unit_entries(&state_place, "events/1000"), before + 1);
}

static void a_link_for_a_count_is_not_followed(void **state)
{
        (void)state;
        one_each_minute(BG_EVENTS_WAITING_MAX);
        unit_put(&state_place, "target", 0600, "");
        assert_int_equal(
                symlinkat("../../target", state_place.dir.fd, "events/1000/" BG_EVENTS_OVER), 0);
        assert_code(bg_event_write(&store, 1000, &event, &err), BG_AUDIT_UNAVAILABLE);
        assert_string_equal(unit_get(&state_place, "target"), "");
}

static void so_many_a_minute_and_the_rest_is_counted(void **state)
{
        (void)state;
        struct stat st;
        for (unsigned i = 0; i < BG_EVENTS_MINUTE_MAX; i++)
                assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
        assert_int_equal(unit_entries(&state_place, "events/1000"), BG_EVENTS_MINUTE_MAX);
        assert_int_equal(unit_entries(&run_place, "wake"), BG_EVENTS_MINUTE_MAX);
        /* The sweep takes them away, and yet the minute is full; what is only counted wakes nobody. */
        for (unsigned i = 1; i <= 5; i++) {
                assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
                assert_int_equal(strlen(unit_get(&state_place, "events/1000/" BG_EVENTS_OVER)), i);
        }
        assert_int_equal(unit_entries(&state_place, "events/1000"), BG_EVENTS_MINUTE_MAX + 1);
        assert_int_equal(unit_entries(&run_place, "wake"), BG_EVENTS_MINUTE_MAX);
        assert_int_equal(fstatat(run_place.dir.fd, "flood/1000-29924806", &st, 0), 0);
        assert_true(st.st_size == BG_EVENTS_MINUTE_MAX + 5);
        assert_int_equal(st.st_mode & 07777, 0600);
        /* Another's minute, and the next minute, are not full. */
        assert_code(bg_event_write(&store, 1001, &event, &err), BG_OK);
        assert_int_equal(unit_entries(&state_place, "events/1001"), 1);
        event.time += SEC(59);
        assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
        assert_int_equal(unit_entries(&state_place, "events/1000"), BG_EVENTS_MINUTE_MAX + 1);
        event.time += SEC(1);
        assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
        assert_int_equal(unit_entries(&state_place, "events/1000"), BG_EVENTS_MINUTE_MAX + 2);
}

/* What costs its caller something, or stands for something, is kept whatever its number. */
static void a_flood_hides_nothing_that_costs(void **state)
{
        (void)state;
        unsigned n = 0;
        for (unsigned i = 0; i <= BG_EVENTS_MINUTE_MAX; i++)
                assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
        n = unit_entries(&state_place, "events/1000");
        assert_int_equal(n, BG_EVENTS_MINUTE_MAX + 1);
        for (unsigned kind = 1; kind < BG_EVENT_KINDS; kind++) {
                struct bg_event other;
                bg_event_init(&other, (enum bg_event_kind)kind, UNIT_WALL);
                bool cheap = kind == BG_EVENT_REFUSED || kind == BG_EVENT_SESSION_REFUSED ||
                             kind == BG_EVENT_WOULD_REFUSE;
                assert_code(bg_event_write(&store, 1000, &other, &err), BG_OK);
                n += !cheap;
                if (unit_entries(&state_place, "events/1000") != n)
                        fail_msg("%s", bg_event_word((enum bg_event_kind)kind));
                /* A session that took a use, and was refused after it, is told. */
                other.use = 1;
                assert_code(bg_event_write(&store, 1000, &other, &err), BG_OK);
                n++;
                assert_int_equal(unit_entries(&state_place, "events/1000"), n);
        }
        for (unsigned i = 0; i < BG_EVENTS_WAITING_MAX; i++) {
                event.kind = BG_EVENT_NOT_PROVEN;
                assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
        }
        assert_int_equal(unit_entries(&state_place, "events/1000"), n + BG_EVENTS_WAITING_MAX);
}

/* Where there is no count, nothing is limited: an event is worth more than room. */
static void a_flood_that_cannot_be_counted_is_none(void **state)
{
        (void)state;
        unit_put(&run_place, "flood", 0600, "");
        for (unsigned i = 0; i <= BG_EVENTS_MINUTE_MAX; i++)
                assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
        assert_int_equal(unit_entries(&state_place, "events/1000"), BG_EVENTS_MINUTE_MAX + 1);
        assert_int_equal(unlinkat(run_place.dir.fd, "flood", 0), 0);
        unit_put(&run_place, "target", 0600, "");
        unit_mkdir(&run_place, "flood");
        assert_int_equal(symlinkat("../target", run_place.dir.fd, "flood/1000-29924806"), 0);
        for (unsigned i = 0; i < 20; i++)
                assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
        assert_int_equal(unit_entries(&state_place, "events/1000"), BG_EVENTS_MINUTE_MAX + 21);
        assert_string_equal(unit_get(&run_place, "target"), "");
}

/* A full disk hides the flood's end no more than its beginning. */
static void a_flood_on_a_full_disk(void **state)
{
        (void)state;
        unit_put(&state_place, "events", 0600, "");
        for (unsigned i = 0; i < BG_EVENTS_MINUTE_MAX + 3; i++)
                assert_code(bg_event_write(&store, 1000, &event, &err), BG_AUDIT_UNAVAILABLE);
        assert_int_equal(unit_entries(&run_place, "unrecorded/1000"), BG_EVENTS_MINUTE_MAX + 1);
        assert_int_equal(strlen(unit_get(&run_place, "unrecorded/1000/" BG_EVENTS_OVER)), 3);
}

static void what_the_disk_does_not_take(void **state)
{
        (void)state;
        unit_put(&state_place, "events", 0600, "");
        assert_code(bg_event_write(&store, 1000, &event, &err), BG_AUDIT_UNAVAILABLE);
        assert_says(&err, "/events");
        assert_int_equal(unit_entries(&run_place, "unrecorded/1000"), 1);
        assert_int_equal(unit_entries(&run_place, "wake"), 1);
        store.run.fd = -1;
        assert_code(bg_event_write(&store, 1000, &event, &err), BG_AUDIT_UNAVAILABLE);
        bg_event_wake(&store);
        assert_int_equal(unit_entries(&run_place, "wake"), 1);
}

static void without_run_an_event_is_still_one(void **state)
{
        (void)state;
        store.run.fd = -1;
        assert_code(bg_event_write(&store, 1000, &event, &err), BG_OK);
        assert_int_equal(unit_entries(&state_place, "events/1000"), 1);
}

static void a_touch_is_seen(void **state)
{
        (void)state;
        struct stat st;
        const struct timespec old[2] = {{.tv_sec = 1}, {.tv_sec = 1}};
        unit_put(&run_place, "changed", 0644, "");
        assert_int_equal(utimensat(run_place.dir.fd, "changed", old, 0), 0);
        bg_event_wake(&store);
        assert_int_equal(fstatat(run_place.dir.fd, "changed", &st, 0), 0);
        assert_true(st.st_mtim.tv_sec > 1);
}

static void wakes_are_taken_away(void **state)
{
        (void)state;
        bg_wakes_take(&store, "wake"); /* none there is no harm */
        for (int i = 0; i < 5; i++)
                bg_event_wake(&store);
        assert_int_equal(unit_entries(&run_place, "wake"), 5);
        bg_wakes_take(&store, "wake");
        assert_int_equal(unit_entries(&run_place, "wake"), 0);
        assert_non_null(unit_get(&run_place, "changed"));
        store.run.fd = -1;
        bg_wakes_take(&store, "wake");
}

static void the_newest_moment(void **state)
{
        (void)state;
        struct bg_newest newest = {.wall = 1};
        assert_code(bg_newest_load(&state_place.dir, &newest, &err), BG_OK);
        assert_true(newest.wall == 0 && newest.seq == 0);
        const struct bg_newest some = {
                .wall = UNIT_WALL + 7, .boottime = 5, .boot = UNIT_BOOT, .seq = 4127};
        assert_code(bg_newest_store(&state_place.dir, &some, &err), BG_OK);
        assert_code(bg_newest_load(&state_place.dir, &newest, &err), BG_OK);
        assert_true(newest.wall == some.wall && newest.boottime == 5 && newest.seq == 4127);
        assert_string_equal(newest.boot, UNIT_BOOT);
        struct bg_newest first = some;
        first.wall = 0;
        assert_code(bg_newest_store(&state_place.dir, &first, &err), BG_OK);
        assert_code(bg_newest_load(&state_place.dir, &newest, &err), BG_OK);

        static const char *const bad[] = {"", "{}", "x", "{\"v\":1,\"wall\":\"yesterday\"}", NULL};
        for (const char *const *p = bad; *p; p++) {
                unit_put(&state_place, "newest", 0600, *p);
                assert_code(bg_newest_load(&state_place.dir, &newest, &err), BG_TAMPERED);
        }
        unit_put(&state_place, "newest", 0666, "{}");
        assert_code(bg_newest_load(&state_place.dir, &newest, &err), BG_UNSAFE_FILE);
}

static void the_last_look_at_the_gate(void **state)
{
        (void)state;
        struct bg_gate gate = {.v = 1, .use_pam = true};
        struct bg_gate back;
        struct stat st;
        assert_code(bg_gate_load(&store, &back, &err), BG_NO_SUCH);
        assert_code(bg_gate_store(&store, &gate, &err), BG_OK);
        assert_code(bg_gate_load(&store, &back, &err), BG_OK);
        assert_true(back.use_pam && !back.missing[0]);
        assert_int_equal(fstatat(run_place.dir.fd, "gate", &st, 0), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        gate.use_pam = false;
        memset(gate.missing, '"', sizeof gate.missing - 1); /* the longest there is */
        assert_code(bg_gate_store(&store, &gate, &err), BG_OK);
        assert_code(bg_gate_load(&store, &back, &err), BG_OK);
        assert_false(back.use_pam);
        assert_string_equal(back.missing, gate.missing);
        unit_put(&run_place, "gate", 0600, "{}");
        assert_code(bg_gate_load(&store, &back, &err), BG_TAMPERED);
        unit_put(&run_place, "gate", 0666, "{\"v\":1,\"use_pam\":true}");
        assert_code(bg_gate_load(&store, &back, &err), BG_UNSAFE_FILE);
        store.run.fd = -1;
        assert_code(bg_gate_load(&store, &back, &err), BG_NO_SUCH);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(one_event_one_file_one_wake, setup, teardown),
                cmocka_unit_test_setup_teardown(names_sort_by_time, setup, teardown),
                cmocka_unit_test_setup_teardown(over_the_quota_is_counted, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_link_for_a_count_is_not_followed, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        so_many_a_minute_and_the_rest_is_counted, setup, teardown),
                cmocka_unit_test_setup_teardown(a_flood_hides_nothing_that_costs, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        a_flood_that_cannot_be_counted_is_none, setup, teardown),
                cmocka_unit_test_setup_teardown(a_flood_on_a_full_disk, setup, teardown),
                cmocka_unit_test_setup_teardown(what_the_disk_does_not_take, setup, teardown),
                cmocka_unit_test_setup_teardown(without_run_an_event_is_still_one, setup, teardown),
                cmocka_unit_test_setup_teardown(a_touch_is_seen, setup, teardown),
                cmocka_unit_test_setup_teardown(wakes_are_taken_away, setup, teardown),
                cmocka_unit_test_setup_teardown(the_newest_moment, setup, teardown),
                cmocka_unit_test_setup_teardown(the_last_look_at_the_gate, setup, teardown),
        };
        return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}
