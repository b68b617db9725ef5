/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The three places opened. */
#include "tests/unit/lib/unit.h"

#include "policy/store/store.h"

#include <sys/stat.h>

static struct unit_place place;
static char etc[BG_PATH_BYTES + 8];
static char var[BG_PATH_BYTES + 8];
static char run[BG_PATH_BYTES + 8];
static struct bg_places places;
static bool safe;

static int setup(void **state)
{
        (void)state;
        safe = unit_safe_place_make(&place);
        if (!safe)
                return 0;
        (void)snprintf(etc, sizeof etc, "%s/etc", place.path);
        (void)snprintf(var, sizeof var, "%s/var", place.path);
        (void)snprintf(run, sizeof run, "%s/run", place.path);
        places = (struct bg_places){.etc = etc, .state = var, .run = run, .owner = geteuid()};
        unit_mkdir(&place, "etc");
        unit_mkdir(&place, "var");
        return 0;
}

static int teardown(void **state)
{
        (void)state;
        if (safe)
                unit_place_remove(&place);
        return 0;
}

static void a_missing_run_is_made(void **state)
{
        (void)state;
        struct bg_store store;
        if (!safe)
                skip();
        assert_code(bg_store_open(&places, &store, NULL), BG_OK);
        assert_true(store.etc.fd >= 0 && store.state.fd >= 0 && store.run.fd >= 0);
        assert_string_equal(store.run.path, run);
        bg_store_done(&store);
        assert_int_equal(store.etc.fd, -1);
        assert_code(bg_store_open(&places, &store, NULL), BG_OK);
        bg_store_done(&store);
}

static void an_unsafe_run_refuses_nothing(void **state)
{
        (void)state;
        struct bg_store store;
        if (!safe)
                skip();
        unit_put(&place, "run", 0600, "");
        assert_code(bg_store_open(&places, &store, NULL), BG_OK);
        assert_int_equal(store.run.fd, -1);
        bg_store_done(&store);
}

static void etc_and_state_must_be_there(void **state)
{
        (void)state;
        struct bg_store store;
        struct bg_error err;
        if (!safe)
                skip();
        assert_int_equal(rmdir(var), 0);
        assert_code(bg_store_open(&places, &store, &err), BG_NO_SUCH);
        assert_says(&err, "/var is not there");
        assert_int_equal(store.etc.fd, -1);
        assert_int_equal(store.state.fd, -1);
        unit_mkdir(&place, "var");
        assert_int_equal(chmod(etc, 0777), 0);
        assert_code(bg_store_open(&places, &store, &err), BG_UNSAFE_FILE);
        assert_int_equal(chmod(etc, 0755), 0);
        assert_int_equal(chmod(var, 0770), 0);
        assert_code(bg_store_open(&places, &store, &err), BG_UNSAFE_FILE);
        assert_says(&err, "/var can be changed");
}

static void the_hosts_places(void **state)
{
        (void)state;
        struct bg_store store = BG_STORE_NONE;
        assert_string_equal(bg_places_host.etc, "/etc/breakglass");
        assert_string_equal(bg_places_host.state, "/var/lib/breakglass");
        assert_string_equal(bg_places_host.run, "/run/breakglass");
        assert_int_equal(bg_places_host.owner, 0);
        bg_store_done(&store);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(a_missing_run_is_made, setup, teardown),
                cmocka_unit_test_setup_teardown(an_unsafe_run_refuses_nothing, setup, teardown),
                cmocka_unit_test_setup_teardown(etc_and_state_must_be_there, setup, teardown),
                cmocka_unit_test(the_hosts_places),
        };
        return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
