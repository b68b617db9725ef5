/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The facts of this machine, against what it says elsewhere. */
#include "tests/unit/lib/unit.h"

#include "policy/format/scalar.h"
#include "policy/host/clock.h"

#include <time.h>

static bg_usec clock_usec(clockid_t clock)
{
        struct timespec ts;
        assert_int_equal(clock_gettime(clock, &ts), 0);
        return SEC(ts.tv_sec) + (bg_usec)ts.tv_nsec / 1000;
}

static void both_clocks_and_ids(void **state)
{
        (void)state;
        struct bg_now now;
        struct bg_error err = {0};
        bg_usec wall = clock_usec(CLOCK_REALTIME);
        bg_usec boottime = clock_usec(CLOCK_BOOTTIME);
        enum bg_code code = bg_now_read(&now, &err);
        if (code != BG_OK) { /* a container without a machine id */
                assert_code(code, BG_SYSTEM);
                assert_says(&err, "/etc/machine-id");
                skip();
        }
        assert_true(now.wall >= wall && now.wall <= clock_usec(CLOCK_REALTIME));
        assert_true(now.boottime >= boottime && now.boottime <= clock_usec(CLOCK_BOOTTIME));
        assert_true(bg_is_machine_id(now.machine) && bg_is_machine_id(now.boot));
        char host[BG_HOST_BYTES] = "";
        assert_int_equal(gethostname(host, sizeof host - 1), 0);
        assert_string_equal(now.host, host);

        char id[64] = "";
        FILE *f = fopen("/proc/sys/kernel/random/boot_id", "re");
        assert_non_null(f);
        assert_int_equal(fscanf(f, "%63s", id), 1);
        (void)fclose(f);
        size_t n = 0;
        for (const char *p = id; *p; p++)
                if (*p != '-')
                        assert_int_equal(now.boot[n++], *p);
}

static void time_goes_on(void **state)
{
        (void)state;
        struct bg_now a;
        struct bg_now b;
        if (bg_now_read(&a, NULL) != BG_OK)
                skip();
        assert_code(bg_now_read(&b, NULL), BG_OK);
        assert_true(b.boottime >= a.boottime);
        assert_string_equal(a.boot, b.boot);
}

#define AT(day, hour) (SEC((((day)*24) + (hour)) * 3600) + 27 * SEC(60) + 999999)
static void for_people(void **state)
{
        (void)state;
        char text[BG_LOCAL_TIME_BYTES];
        assert_int_equal(setenv("TZ", "XYZ-2", 1), 0); /* two hours east */
        tzset();
        /* Wednesday, 25 November 2026. */
        bg_usec now = AT(20782, 5);
        assert_string_equal(bg_local_time(AT(20782, 3), now, text), "05:27 XYZ");
        assert_string_equal(bg_local_time(AT(20782, 21), now, text), "23:27 XYZ");
        assert_string_equal(bg_local_time(AT(20782, 22), now, text), "Thu 26 Nov 00:27 XYZ");
        assert_string_equal(bg_local_time(AT(20781, 21), now, text), "Tue 24 Nov 23:27 XYZ");
        /* The same day of another year, and a clock without a battery. */
        assert_string_equal(
                bg_local_time(AT(20782 + 365, 5), now, text), "Thu 25 Nov 2027 07:27 XYZ");
        assert_string_equal(bg_local_time(0, now, text), "Thu 01 Jan 1970 02:00 XYZ");
        (void)bg_local_time(UINT64_MAX, now, text);
        assert_true(strlen(text) > 0 && strlen(text) < BG_LOCAL_TIME_BYTES);
        assert_int_equal(unsetenv("TZ"), 0);
        tzset();
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(both_clocks_and_ids),
                cmocka_unit_test(time_goes_on),
                cmocka_unit_test(for_people),
        };
        return cmocka_run_group_tests_name("clock", tests, NULL, NULL);
}
