/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Secrets, used codes and the price of a try; the clocks are handed in. */
#include "tests/unit/lib/unit.h"

#include "policy/store/factors.h"

#include <fcntl.h>
#include <sys/stat.h>

static struct unit_place place;
static struct bg_now now;
static struct bg_error err;
static unsigned left;
static bg_usec wait_usec;

static int setup(void **state)
{
        (void)state;
        unit_place_make(&place);
        now = unit_now();
        return 0;
}

static int teardown(void **state)
{
        (void)state;
        unit_place_remove(&place);
        return 0;
}

static const unsigned char secret_of_code[BG_TOTP_SECRET_BYTES] = {7};
static const unsigned char another[BG_TOTP_SECRET_BYTES] = {8};

static void secrets(void **state)
{
        (void)state;
        unsigned char secret[BG_TOTP_SECRET_BYTES_MAX];
        unsigned char back[BG_TOTP_SECRET_BYTES_MAX];
        struct stat st;
        size_t n = 0;
        for (size_t i = 0; i < sizeof secret; i++)
                secret[i] = (unsigned char)(i * 7);
        assert_code(bg_totp_load(&place.dir, "alice", back, &n, &err), BG_NO_SUCH);
        const size_t sizes[] = {
                BG_TOTP_SECRET_BYTES, BG_TOTP_SECRET_BYTES_MAX, BG_TOTP_SECRET_BYTES + 1};
        for (size_t i = 0; i < 3; i++) {
                assert_code(bg_totp_store(&place.dir, "alice", secret, sizes[i], &err), BG_OK);
                assert_code(bg_totp_load(&place.dir, "alice", back, &n, &err), BG_OK);
                assert_int_equal(n, sizes[i]);
                assert_memory_equal(back, secret, n);
        }
        assert_int_equal(fstatat(place.dir.fd, "factors/alice.totp", &st, 0), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        assert_int_equal(unit_entries(&place, "factors"), 1);
        /* The codes that were used of another secret say nothing of this one. */
        bool taken = false;
        assert_code(bg_code_take(&place.dir, "alice", secret_of_code, sizeof secret_of_code, 7,
                            &taken, &err),
                BG_OK);
        assert_true(taken);
        assert_code(
                bg_code_take(&place.dir, "alice", another, sizeof another, 7, &taken, &err), BG_OK);
        assert_true(taken);
        assert_code(bg_code_take(&place.dir, "alice", secret_of_code, sizeof secret_of_code, 7,
                            &taken, &err),
                BG_OK);
        assert_false(taken);
        assert_code(bg_totp_load(&place.dir, "bob", back, &n, &err), BG_NO_SUCH);
}

/* The longest name that useradd(8) takes has room in every file's name. */
static void the_longest_name(void **state)
{
        (void)state;
        static const char longest[] = "abcdefghijklmnopqrstuvwxyz012345";
        unsigned char secret[BG_TOTP_SECRET_BYTES] = {1};
        unsigned char back[BG_TOTP_SECRET_BYTES_MAX];
        size_t n = 0;
        bool taken = false;
        assert_int_equal(strlen(longest), BG_NAME_BYTES - 1);
        assert_code(bg_totp_store(&place.dir, longest, secret, sizeof secret, &err), BG_OK);
        assert_code(bg_totp_load(&place.dir, longest, back, &n, &err), BG_OK);
        assert_code(bg_code_take(&place.dir, longest, secret_of_code, sizeof secret_of_code,
                            UINT64_MAX, &taken, &err),
                BG_OK);
        assert_non_null(unit_get(&place, "factors/abcdefghijklmnopqrstuvwxyz012345.totp"));
        assert_int_equal(unit_entries(&place, "factors/abcdefghijklmnopqrstuvwxyz012345.codes"), 1);
        assert_code(
                bg_try_pay(&place.dir, 4294967294, longest, &now, &left, &wait_usec, &err), BG_OK);
        assert_non_null(unit_get(&place, "tries/4294967294.abcdefghijklmnopqrstuvwxyz012345/1"));
}

static void secrets_that_do_not_read(void **state)
{
        (void)state;
        unsigned char back[BG_TOTP_SECRET_BYTES_MAX];
        size_t n = 0;
        static const char *const bad[] = {"", "\n", "zz",
                "00112233445566778899aabbccddeeff001122\n",
                "00112233445566778899aabbccddeeff0011223\n",
                "00112233445566778899aabbccddeeff0011223g\n",
                "00112233445566778899aabbccddeeff00112233 \n",
                "0011223344556677\n8899aabbccddeeff00112233\n",
                "00112233445566778899aabbccddeeff00112233\n\n", NULL};
        for (const char *const *p = bad; *p; p++) {
                unit_put(&place, "factors/alice.totp", 0600, *p);
                if (bg_totp_load(&place.dir, "alice", back, &n, &err) != BG_STORE_FAILED)
                        fail_msg("taken: \"%s\"", *p);
                assert_says(&err, "is damaged");
        }
        unit_put(&place, "factors/alice.totp", 0600, "00112233445566778899aabbccddeeff00112233");
        assert_code(bg_totp_load(&place.dir, "alice", back, &n, &err), BG_OK);
        unit_put(&place, "factors/alice.totp", 0660, "00112233445566778899aabbccddeeff00112233");
        assert_code(bg_totp_load(&place.dir, "alice", back, &n, &err), BG_UNSAFE_FILE);
        char longest[300];
        memset(longest, '0', sizeof longest - 1);
        longest[sizeof longest - 1] = '\0';
        unit_put(&place, "factors/alice.totp", 0600, longest);
        assert_code(bg_totp_load(&place.dir, "alice", back, &n, &err), BG_UNSAFE_FILE);
}

static int take_code(unsigned i, void *context)
{
        bool taken = false;
        (void)i;
        (void)context;
        if (bg_code_take(&place.dir, "alice", secret_of_code, sizeof secret_of_code, 59849612,
                    &taken, NULL) != BG_OK)
                return 2;
        return taken ? 1 : 0;
}

static void a_code_is_good_once(void **state)
{
        (void)state;
        bool taken = false;
        assert_int_equal(unit_race(20, take_code, NULL, 1), 1);
        assert_int_equal(unit_race(5, take_code, NULL, 0), 5);
        assert_code(bg_code_take(&place.dir, "alice", secret_of_code, sizeof secret_of_code,
                            59849613, &taken, &err),
                BG_OK);
        assert_true(taken);
        assert_code(bg_code_take(&place.dir, "bob", secret_of_code, sizeof secret_of_code, 59849612,
                            &taken, &err),
                BG_OK);
        assert_true(taken);
        assert_int_equal(unit_entries(&place, "factors/alice.codes"), 2);
}

static enum bg_code pay(uid_t caller, const char *human)
{
        return bg_try_pay(&place.dir, caller, human, &now, &left, &wait_usec, &err);
}

static void goes_by(uint64_t sec)
{
        now.wall += SEC(sec);
        now.boottime += SEC(sec);
}

static void three_are_free_then_each_costs_more(void **state)
{
        (void)state;
        for (unsigned n = 1; n <= BG_TRIES_FREE; n++) {
                assert_code(pay(1000, "alice"), BG_OK);
                assert_int_equal(left, BG_TRIES_FREE - n);
                assert_true(wait_usec == (n < BG_TRIES_FREE ? 0 : SEC(60))); /* before the next */
        }
        static const uint64_t pauses[] = {60, 120, 240, 480, 900, 900, 900};
        for (size_t i = 0; i < sizeof pauses / sizeof *pauses; i++) {
                assert_code(pay(1000, "alice"), BG_LOCKED);
                assert_true(wait_usec == SEC(pauses[i]));
                goes_by(pauses[i] - 1);
                assert_code(pay(1000, "alice"), BG_LOCKED);
                assert_true(wait_usec == SEC(1));
                goes_by(1);
                assert_code(pay(1000, "alice"), BG_OK);
                assert_int_equal(left, 0);
        }
        assert_int_equal(unit_entries(&place, "tries/1000.alice"), 10);
}

static void pairs_do_not_touch_each_other(void **state)
{
        (void)state;
        for (unsigned n = 0; n < BG_TRIES_FREE; n++)
                assert_code(pay(1000, "alice"), BG_OK);
        assert_code(pay(1000, "alice"), BG_LOCKED);
        assert_code(pay(1001, "alice"), BG_OK);
        assert_code(pay(1000, "bob"), BG_OK);
        assert_code(pay(100, "0.alice"), BG_OK);
        assert_code(pay(0, "alice"), BG_OK);
}

static void success_clears_the_pair(void **state)
{
        (void)state;
        for (unsigned n = 0; n < BG_TRIES_FREE; n++) {
                assert_code(pay(1000, "alice"), BG_OK);
                assert_code(pay(1001, "alice"), BG_OK);
        }
        assert_code(bg_tries_clear(&place.dir, 1000, "alice", &err), BG_OK);
        assert_int_equal(unit_entries(&place, "tries/1000.alice"), 0);
        assert_code(pay(1000, "alice"), BG_OK);
        assert_int_equal(left, BG_TRIES_FREE - 1);
        assert_code(pay(1001, "alice"), BG_LOCKED);
        assert_code(bg_tries_clear(&place.dir, 7, "nobody", &err), BG_OK);
}

static void setting_the_clock_buys_nothing(void **state)
{
        (void)state;
        for (unsigned n = 0; n < BG_TRIES_FREE; n++)
                assert_code(pay(1000, "alice"), BG_OK);
        now.wall += SEC(86400);
        assert_code(pay(1000, "alice"), BG_LOCKED); /* on one boot the boot clock counts */
        now.wall -= SEC(2 * 86400);
        assert_code(pay(1000, "alice"), BG_LOCKED);
        assert_true(wait_usec == SEC(60));
        now.boottime += SEC(60);
        assert_code(pay(1000, "alice"), BG_OK);
}

static void after_a_reboot_the_wall_clock_counts(void **state)
{
        (void)state;
        for (unsigned n = 0; n < BG_TRIES_FREE; n++)
                assert_code(pay(1000, "alice"), BG_OK);
        bg_copy(now.boot, sizeof now.boot, UNIT_OTHER_BOOT);
        now.boottime = SEC(99999);
        now.wall += SEC(59);
        assert_code(pay(1000, "alice"), BG_LOCKED);
        assert_true(wait_usec == SEC(1));
        now.wall -= SEC(9999);
        assert_code(pay(1000, "alice"), BG_LOCKED);
        assert_true(wait_usec == SEC(60));
        now.wall += SEC(9999) + SEC(1);
        assert_code(pay(1000, "alice"), BG_OK);
}

/* Nobody is locked out for good: neither by a clock that began in 1970, nor by a damaged file. */
static void no_pause_is_for_ever(void **state)
{
        (void)state;
        now.wall = SEC(100);
        for (unsigned n = 0; n < BG_TRIES_FREE; n++)
                assert_code(pay(1000, "alice"), BG_OK);
        bg_copy(now.boot, sizeof now.boot, UNIT_OTHER_BOOT);
        now.wall = UNIT_WALL;
        assert_code(pay(1000, "alice"), BG_OK);

        /* Nor one that was paid by a clock far ahead, on a boot that is gone; a little ahead it is. */
        now.wall = UNIT_WALL + 2 * BG_TRY_FUTURE_MAX;
        for (unsigned n = 0; n < BG_TRIES_FREE; n++)
                assert_code(pay(1002, "alice"), BG_OK);
        bg_copy(now.boot, sizeof now.boot, UNIT_BOOT);
        now.wall = UNIT_WALL + BG_TRY_FUTURE_MAX;
        assert_code(pay(1002, "alice"), BG_LOCKED);
        now.wall = UNIT_WALL;
        assert_code(pay(1002, "alice"), BG_OK);
        bg_copy(now.boot, sizeof now.boot, UNIT_OTHER_BOOT);

        for (unsigned n = 0; n < BG_TRIES_FREE; n++)
                assert_code(pay(1001, "alice"), BG_OK);
        unit_put(&place, "tries/1001.alice/3", 0600, "");
        assert_code(pay(1001, "alice"), BG_LOCKED); /* as if it were just paid */
        assert_true(wait_usec == SEC(60));
}

static uint64_t total(const char *human)
{
        uint64_t n = 99;
        assert_code(bg_tries_total(&place.dir, human, &n, &err), BG_OK);
        return n;
}

static void the_total_of_all_callers(void **state)
{
        (void)state;
        assert_true(total("alice") == 0);
        for (uid_t caller = 1000; caller < 1005; caller++)
                for (unsigned n = 0; n < BG_TRIES_FREE; n++)
                        assert_code(pay(caller, "alice"), BG_OK);
        assert_code(pay(1000, "bob"), BG_OK);
        assert_code(pay(1000, "alice.x"), BG_OK);
        assert_code(pay(1000, "x.alice"), BG_OK);
        assert_true(total("alice") == 5 * BG_TRIES_FREE);
        assert_true(total("bob") == 1);
        assert_true(total("alice.x") == 1 && total("x.alice") == 1);
        assert_true(total("alic") == 0 && total("alice2") == 0 && total("") == 0);
        /* What is refused was not paid; what succeeded counts no more. */
        assert_code(pay(1000, "alice"), BG_LOCKED);
        assert_true(total("alice") == 5 * BG_TRIES_FREE);
        assert_code(bg_tries_clear(&place.dir, 1000, "alice", &err), BG_OK);
        assert_true(total("alice") == 4 * BG_TRIES_FREE);
        /* What is no pair's folder is passed by. */
        unit_put(&place, "tries/README", 0600, "");
        assert_true(total("alice") == 4 * BG_TRIES_FREE);
        uint64_t n = 0;
        assert_int_equal(fchmodat(place.dir.fd, "tries/1001.alice", 0777, 0), 0);
        assert_code(bg_tries_total(&place.dir, "alice", &n, &err), BG_UNSAFE_FILE);
        assert_true(total("bob") == 1);
}

static int pay_one(unsigned i, void *context)
{
        unsigned l = 0;
        bg_usec w = 0;
        (void)i;
        (void)context;
        switch (bg_try_pay(&place.dir, 1000, "alice", &now, &l, &w, NULL)) {
        case BG_OK:
                return 1;
        case BG_LOCKED:
                return 2;
        default:
                return 3;
        }
}

static void twenty_at_once_get_three(void **state)
{
        (void)state;
        assert_int_equal(unit_race(20, pay_one, NULL, 1), BG_TRIES_FREE);
        assert_int_equal(unit_race(20, pay_one, NULL, 2), 20);
        goes_by(60);
        assert_int_equal(unit_race(20, pay_one, NULL, 1), 1);
}

static void what_cannot_be_paid_is_not_asked(void **state)
{
        (void)state;
        unit_put(&place, "tries", 0600, "");
        assert_code(pay(1000, "alice"), BG_UNSAFE_FILE);
        assert_int_equal(unlinkat(place.dir.fd, "tries", 0), 0);
        unit_mkdir(&place, "tries/1000.alice");
        assert_int_equal(fchmodat(place.dir.fd, "tries/1000.alice", 0777, 0), 0);
        assert_code(pay(1000, "alice"), BG_UNSAFE_FILE);
        struct bg_dir none = {.fd = -1};
        assert_code(bg_try_pay(&none, 1, "a", &now, &left, &wait_usec, &err), BG_STORE_FAILED);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(secrets, setup, teardown),
                cmocka_unit_test_setup_teardown(the_longest_name, setup, teardown),
                cmocka_unit_test_setup_teardown(secrets_that_do_not_read, setup, teardown),
                cmocka_unit_test_setup_teardown(a_code_is_good_once, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        three_are_free_then_each_costs_more, setup, teardown),
                cmocka_unit_test_setup_teardown(pairs_do_not_touch_each_other, setup, teardown),
                cmocka_unit_test_setup_teardown(success_clears_the_pair, setup, teardown),
                cmocka_unit_test_setup_teardown(setting_the_clock_buys_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(
                        after_a_reboot_the_wall_clock_counts, setup, teardown),
                cmocka_unit_test_setup_teardown(no_pause_is_for_ever, setup, teardown),
                cmocka_unit_test_setup_teardown(the_total_of_all_callers, setup, teardown),
                cmocka_unit_test_setup_teardown(twenty_at_once_get_three, setup, teardown),
                cmocka_unit_test_setup_teardown(what_cannot_be_paid_is_not_asked, setup, teardown),
        };
        return cmocka_run_group_tests_name("factors", tests, NULL, NULL);
}
