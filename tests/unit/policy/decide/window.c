/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A grant's window by both clocks. One row is one moment; the grant lasts 1800 s from UNIT_WALL, issued
 * at UNIT_BOOTTIME of boot UNIT_BOOT, and begins `begins` seconds after its issue. */
#include "tests/unit/lib/unit.h"

#include "policy/decide/window.h"

#define LASTS 1800
#define LATER(n) (UNIT_WALL + SEC(n))
#define EARLIER(n) (UNIT_WALL - SEC(n))
#define BOOT(n) (UNIT_BOOTTIME + SEC(n))

static const struct {
        const char *what;
        const char *boot;
        bg_usec wall;
        bg_usec boottime;
        bg_usec newest;
        unsigned begins;
        enum bg_code code;
        bg_usec left;
} moments[] = {
        /* On the boot that issued it. */
        {"at issue", UNIT_BOOT, LATER(0), BOOT(0), 0, 0, BG_OK, SEC(1800)},
        {"in between", UNIT_BOOT, LATER(600), BOOT(600), 0, 0, BG_OK, SEC(1200)},
        {"the last microsecond", UNIT_BOOT, LATER(1800) - 1, BOOT(1800) - 1, 0, 0, BG_OK, 1},
        {"at its end", UNIT_BOOT, LATER(1800), BOOT(1800), 0, 0, BG_EXPIRED, 0},
        {"long after", UNIT_BOOT, LATER(99999), BOOT(99999), 0, 0, BG_EXPIRED, 0},
        {"clock set back, not yet over", UNIT_BOOT, EARLIER(9999), BOOT(600), 0, 0, BG_OK,
                SEC(1200)},
        {"clock set back, over", UNIT_BOOT, EARLIER(9999), BOOT(1800), 0, 0, BG_EXPIRED, 0},
        {"clock set back, over by one", UNIT_BOOT, LATER(1), BOOT(1801), 0, 0, BG_EXPIRED, 0},
        {"clock put ahead, over", UNIT_BOOT, LATER(1800), BOOT(1), 0, 0, BG_EXPIRED, 0},
        {"clock put ahead, less left", UNIT_BOOT, LATER(1700), BOOT(1), 0, 0, BG_OK, SEC(100)},
        {"read before it was issued", UNIT_BOOT, UNIT_WALL - 1, UNIT_BOOTTIME - 1, 0, 0, BG_NOT_YET, 0},
        {"boot clock before issue", UNIT_BOOT, LATER(1), UNIT_BOOTTIME - 1, 0, 0, BG_NOT_YET, 0},
        {"behind the record, same boot", UNIT_BOOT, LATER(1), BOOT(1), LATER(9999), 0, BG_OK,
                SEC(1799)},
        {"begins later", UNIT_BOOT, LATER(10), BOOT(10), 0, 60, BG_NOT_YET, 0},
        {"begins now", UNIT_BOOT, LATER(60), BOOT(60), 0, 60, BG_OK, SEC(1740)},
        {"begins later, one before", UNIT_BOOT, LATER(60) - 1, BOOT(60) - 1, 0, 60, BG_NOT_YET, 0},
        {"has begun by the boot clock", UNIT_BOOT, LATER(10), BOOT(60), 0, 60, BG_OK, SEC(1740)},
        {"has begun by the wall clock", UNIT_BOOT, LATER(60), BOOT(10), 0, 60, BG_OK, SEC(1740)},
        /* On another. The boot clock says nothing there. */
        {"after a reboot", UNIT_OTHER_BOOT, LATER(600), SEC(5), LATER(590), 0, BG_OK, SEC(1200)},
        {"after a reboot, no record", UNIT_OTHER_BOOT, LATER(600), SEC(5), 0, 0, BG_OK, SEC(1200)},
        {"after a reboot, over", UNIT_OTHER_BOOT, LATER(1800), SEC(5), 0, 0, BG_EXPIRED, 0},
        {"a clock that is behind", UNIT_OTHER_BOOT, LATER(600), SEC(5), LATER(606), 0,
                BG_CLOCK_BEHIND, 0},
        {"behind by the slack", UNIT_OTHER_BOOT, LATER(600), SEC(5), LATER(605), 0, BG_OK,
                SEC(1200)},
        {"behind by the slack and one", UNIT_OTHER_BOOT, LATER(600), SEC(5), LATER(605) + 1, 0,
                BG_CLOCK_BEHIND, 0},
        {"behind, and it would be over", UNIT_OTHER_BOOT, LATER(1900), SEC(5), LATER(9999), 0,
                BG_CLOCK_BEHIND, 0},
        {"before issue, no record", UNIT_OTHER_BOOT, UNIT_WALL - 1, SEC(5), 0, 0, BG_NOT_YET, 0},
        {"before issue by the slack", UNIT_OTHER_BOOT, UNIT_WALL - SEC(5), SEC(5), 0, 0, BG_NOT_YET,
                0},
        {"issued in a future that was wrong", UNIT_OTHER_BOOT, UNIT_WALL - SEC(5) - 1, SEC(5), 0, 0,
                BG_EXPIRED, 0},
        {"begins later, other boot", UNIT_OTHER_BOOT, LATER(59), SEC(9999), 0, 60, BG_NOT_YET, 0},
        {"begins now, other boot", UNIT_OTHER_BOOT, LATER(60), SEC(5), 0, 60, BG_OK, SEC(1740)},
        {"a boot clock far ahead", UNIT_OTHER_BOOT, LATER(60), SEC(999999), 0, 0, BG_OK, SEC(1740)},
};

static void every_moment(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof moments / sizeof *moments; i++) {
                struct bg_claims claims = {.iat = UNIT_WALL,
                        .nbf = LATER(moments[i].begins),
                        .exp = LATER(LASTS),
                        .boot = UNIT_BOOT,
                        .boottime = UNIT_BOOTTIME};
                struct bg_now now = unit_now();
                struct bg_newest newest = {.wall = moments[i].newest};
                bg_usec left = 77;
                now.wall = moments[i].wall;
                now.boottime = moments[i].boottime;
                bg_copy(now.boot, sizeof now.boot, moments[i].boot);
                enum bg_code code = bg_window_check(&claims, claims.exp, &now, &newest, &left);
                if (code != moments[i].code || left != moments[i].left)
                        fail_msg("%s: %s, %llu left", moments[i].what, bg_code_word(code),
                                (unsigned long long)left);
        }
}

/* Today's policy may end it earlier; both clocks go by that. */
static void an_earlier_end(void **state)
{
        (void)state;
        const struct bg_claims claims = {.iat = UNIT_WALL,
                .nbf = UNIT_WALL,
                .exp = LATER(LASTS),
                .boot = UNIT_BOOT,
                .boottime = UNIT_BOOTTIME};
        struct bg_now now = unit_now();
        const struct bg_newest newest = {0};
        bg_usec left = 0;
        now.boottime = BOOT(60);
        assert_code(bg_window_check(&claims, LATER(60), &now, &newest, &left), BG_EXPIRED);
        assert_code(bg_window_check(&claims, LATER(61), &now, &newest, &left), BG_OK);
        assert_true(left == SEC(1));
}

static void windows_that_are_none(void **state)
{
        (void)state;
        const struct bg_now now = unit_now();
        const struct bg_newest newest = {0};
        bg_usec left = 0;
        struct bg_claims claims = {.iat = UNIT_WALL,
                .nbf = EARLIER(1),
                .exp = LATER(LASTS),
                .boot = UNIT_BOOT,
                .boottime = UNIT_BOOTTIME};
        assert_code(bg_window_check(&claims, claims.exp, &now, &newest, &left), BG_EXPIRED);
        claims.nbf = LATER(LASTS);
        assert_code(bg_window_check(&claims, claims.exp, &now, &newest, &left), BG_EXPIRED);
        claims.nbf = claims.iat;
        claims.exp = EARLIER(1);
        assert_code(bg_window_check(&claims, claims.exp, &now, &newest, &left), BG_EXPIRED);
        claims.exp = 0;
        assert_code(bg_window_check(&claims, 0, &now, &newest, &left), BG_EXPIRED);
}

/* It closes 900 s after it begins, by either clock of the boot that issued it, else by the wall's. */
static const struct {
        const char *what;
        const char *boot;
        bg_usec wall;
        bg_usec boottime;
        unsigned begins;
        uint64_t uses;
        bool unused;
} unused_moments[] = {
        {"at issue", UNIT_BOOT, LATER(0), BOOT(0), 0, 0, false},
        {"the last microsecond", UNIT_BOOT, LATER(900) - 1, BOOT(900) - 1, 0, 0, false},
        {"at its end", UNIT_BOOT, LATER(900), BOOT(900), 0, 0, true},
        {"by the wall clock alone", UNIT_BOOT, LATER(900), BOOT(1), 0, 0, true},
        {"by the boot clock alone", UNIT_BOOT, LATER(1), BOOT(900), 0, 0, true},
        {"a clock set back", UNIT_BOOT, EARLIER(9999), BOOT(900), 0, 0, true},
        {"a clock set back, in time", UNIT_BOOT, EARLIER(9999), BOOT(900) - 1, 0, 0, false},
        {"a boot clock before issue", UNIT_BOOT, LATER(1), UNIT_BOOTTIME - 1, 0, 0, false},
        {"used once", UNIT_BOOT, LATER(9999), BOOT(9999), 0, 1, false},
        {"begins later, not yet", UNIT_BOOT, LATER(959), BOOT(959), 60, 0, false},
        {"begins later, over", UNIT_BOOT, LATER(960), BOOT(1), 60, 0, true},
        {"begins later, over by the boot clock", UNIT_BOOT, LATER(1), BOOT(960), 60, 0, true},
        {"after a reboot, in time", UNIT_OTHER_BOOT, LATER(899), SEC(99999), 0, 0, false},
        {"after a reboot, over", UNIT_OTHER_BOOT, LATER(900), SEC(5), 0, 0, true},
        {"after a reboot, used", UNIT_OTHER_BOOT, LATER(99999), SEC(5), 0, 3, false},
};

static void what_nobody_used_in_time(void **state)
{
        (void)state;
        for (size_t i = 0; i < sizeof unused_moments / sizeof *unused_moments; i++) {
                struct bg_claims claims = {.iat = UNIT_WALL,
                        .nbf = LATER(unused_moments[i].begins),
                        .exp = LATER(LASTS),
                        .boot = UNIT_BOOT,
                        .boottime = UNIT_BOOTTIME};
                struct bg_now now = unit_now();
                now.wall = unused_moments[i].wall;
                now.boottime = unused_moments[i].boottime;
                bg_copy(now.boot, sizeof now.boot, unused_moments[i].boot);
                enum bg_code code =
                        bg_unused_check(&claims, SEC(900), unused_moments[i].uses, &now);
                if (code != (unused_moments[i].unused ? BG_UNUSED : BG_OK))
                        fail_msg("%s: %s", unused_moments[i].what, bg_code_word(code));
                /* Without the rule nothing is ever unused. */
                now.wall = LATER(999999);
                assert_code(bg_unused_check(&claims, 0, 0, &now), BG_OK);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_moment),
                cmocka_unit_test(an_earlier_end),
                cmocka_unit_test(windows_that_are_none),
                cmocka_unit_test(what_nobody_used_in_time),
        };
        return cmocka_run_group_tests_name("window", tests, NULL, NULL);
}
