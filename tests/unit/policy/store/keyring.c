/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host's keys on disk: made, read, and the files that are not its own. */
#include "tests/unit/lib/unit.h"

#include "policy/store/keyring.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static struct unit_place place;
static struct bg_keyring ring;
static unsigned char secret[BG_SECRET_KEY_BYTES];
static struct bg_error err;

static int setup(void **state)
{
        (void)state;
        unit_place_make(&place);
        return sodium_init() < 0;
}

static int teardown(void **state)
{
        (void)state;
        unit_place_remove(&place);
        return 0;
}

static void make(void)
{
        struct bg_now now = unit_now();
        bool made = false;
        now.wall += 5;
        assert_code(bg_signing_key_make(&place.dir, &now, &made, &err), BG_OK);
        assert_true(made);
        assert_code(bg_keyring_load(&place.dir, &ring, &err), BG_OK);
        assert_int_equal(ring.n, 1);
}

static void nothing_there_is_an_empty_ring(void **state)
{
        (void)state;
        assert_code(bg_keyring_load(&place.dir, &ring, &err), BG_OK);
        assert_int_equal(ring.n, 0);
        assert_code(bg_signing_key_load(&place.dir, &ring, secret, &err), BG_NO_SUCH);
        unit_mkdir(&place, "keys");
        assert_code(bg_keyring_load(&place.dir, &ring, &err), BG_OK);
        assert_code(bg_signing_key_load(&place.dir, &ring, secret, &err), BG_NO_SUCH);
}

static void made_once(void **state)
{
        (void)state;
        struct stat st;
        char name[BG_KEY_ID_BYTES + 16];
        bool made = true;
        struct bg_now now = unit_now();
        make();
        assert_string_equal(ring.v[0].machine, UNIT_MACHINE);
        assert_true(ring.v[0].made == UNIT_WALL && ring.v[0].not_after == 0);
        assert_code(bg_signing_key_load(&place.dir, &ring, secret, &err), BG_OK);
        unsigned char public_key[BG_PUBLIC_KEY_BYTES];
        (void)crypto_sign_ed25519_sk_to_pk(public_key, secret);
        assert_memory_equal(public_key, ring.v[0].public_key, sizeof public_key);
        assert_int_equal(fstatat(place.dir.fd, "keys/host.key", &st, 0), 0);
        assert_int_equal(st.st_mode & 07777, 0600);
        (void)snprintf(name, sizeof name, "keys/%s.pub", ring.v[0].kid);
        assert_int_equal(fstatat(place.dir.fd, name, &st, 0), 0);
        assert_int_equal(st.st_mode & 07777, 0644);

        assert_code(bg_signing_key_make(&place.dir, &now, &made, &err), BG_OK);
        assert_false(made);
        assert_int_equal(unit_entries(&place, "keys"), 2);
}

static void a_signing_key_that_cannot_be_used(void **state)
{
        (void)state;
        make();
        static char saved[256];
        bg_copy(saved, sizeof saved, unit_get(&place, "keys/host.key"));

        /* Without a last line break it is still one; with anything else it is none. */
        saved[strlen(saved) - 1] = '\0';
        unit_put(&place, "keys/host.key", 0600, saved);
        assert_code(bg_signing_key_load(&place.dir, &ring, secret, &err), BG_OK);
        static const char *const tails[] = {"\n\n", " ", "x", "\r\n", NULL};
        for (const char *const *p = tails; *p; p++) {
                char text[256];
                (void)snprintf(text, sizeof text, "%s%s", saved, *p);
                unit_put(&place, "keys/host.key", 0600, text);
                assert_int_not_equal(bg_signing_key_load(&place.dir, &ring, secret, &err), BG_OK);
        }
        unit_put(&place, "keys/host.key", 0600, "");
        assert_code(bg_signing_key_load(&place.dir, &ring, secret, &err), BG_UNKNOWN_KEY);
        assert_says(&err, "is damaged");
        unit_put(&place, "keys/host.key", 0620, saved);
        assert_code(bg_signing_key_load(&place.dir, &ring, secret, &err), BG_UNSAFE_FILE);

        /* A good key whose public half is not here signs nothing that anybody could verify. */
        unit_put(&place, "keys/host.key", 0600, saved);
        struct bg_keyring none = {0};
        static const unsigned char zero[BG_SECRET_KEY_BYTES];
        assert_code(bg_signing_key_load(&place.dir, &none, secret, &err), BG_UNKNOWN_KEY);
        assert_memory_equal(secret, zero, sizeof secret);
}

static void put_public(const char *name, unsigned char fill, const char *machine, const char *more)
{
        unsigned char seed[32];
        unsigned char public_key[BG_PUBLIC_KEY_BYTES];
        unsigned char unused[BG_SECRET_KEY_BYTES];
        char kid[BG_KEY_ID_BYTES];
        char key[BG_KEY_PUBLIC_TEXT_BYTES];
        char path[128];
        char text[512];
        memset(seed, fill, sizeof seed);
        (void)crypto_sign_ed25519_seed_keypair(public_key, unused, seed);
        bg_key_id(public_key, kid);
        bg_key_public_print(public_key, key);
        (void)snprintf(path, sizeof path, "keys/%s.pub", name ? name : kid);
        (void)snprintf(text, sizeof text,
                "{\"v\":1,\"kid\":\"%s\",\"key\":\"%s\",\"machine\":\"%s\","
                "\"made\":\"2026-11-24T02:46:00Z\"%s}\n",
                kid, key, machine, more);
        unit_put(&place, path, 0644, text);
}

/* Those of another machine, and those past their time, stay in the ring: the verdict says why. */
static void old_keys_and_strangers(void **state)
{
        (void)state;
        make();
        put_public(NULL, 1, UNIT_OTHER_MACHINE, "");
        put_public(NULL, 2, UNIT_MACHINE, ",\"not_after\":\"2026-11-24T02:45:59Z\"");
        assert_code(bg_keyring_load(&place.dir, &ring, &err), BG_OK);
        assert_int_equal(ring.n, 3);
        unsigned others = 0;
        unsigned past = 0;
        for (uint32_t i = 0; i < ring.n; i++) {
                others += strcmp(ring.v[i].machine, UNIT_OTHER_MACHINE) == 0;
                past += ring.v[i].not_after == UNIT_WALL - SEC(1);
        }
        assert_true(others == 1 && past == 1);
}

static void files_that_are_no_keys_of_ours(void **state)
{
        (void)state;
        make();
        put_public("k4.pid.S_XQmeEwHbbvRmiyfXfHYpLGjXGzjTRSDoT1YtTakWFE", 3, UNIT_MACHINE, "");
        put_public("short", 4, UNIT_MACHINE, "");
        put_public(NULL, 5, UNIT_MACHINE, ",\"x\":1");
        put_public(NULL, 6, "nonsense", "");
        unit_put(&place, "keys/README", 0644, "hello");
        unit_put(&place, "keys/.pub", 0644, "hello");
        unit_put(&place, "keys/x", 0644, "hello");
        unit_put(&place, "keys/pub", 0644, "hello");
        unit_put(&place, "keys/empty.pub", 0644, "");
        unit_mkdir(&place, "keys/folder.pub");
        assert_int_equal(symlinkat("/dev/zero", place.dir.fd, "keys/link.pub"), 0);
        assert_code(bg_keyring_load(&place.dir, &ring, &err), BG_OK);
        assert_int_equal(ring.n, 1);
        char path[128];
        (void)snprintf(path, sizeof path, "keys/%s.pub", ring.v[0].kid);
        assert_int_equal(fchmodat(place.dir.fd, path, 0666, 0), 0);
        assert_code(bg_keyring_load(&place.dir, &ring, &err), BG_OK);
        assert_int_equal(ring.n, 0);
        assert_int_equal(fchmodat(place.dir.fd, "keys", 0777, 0), 0);
        assert_code(bg_keyring_load(&place.dir, &ring, &err), BG_UNSAFE_FILE);
}

static void no_more_than_the_ring_holds(void **state)
{
        (void)state;
        for (unsigned char i = 0; i < BG_KEYRING_MAX + 3; i++) {
                unit_mkdir(&place, "keys");
                put_public(NULL, (unsigned char)(100 + i), UNIT_MACHINE, "");
        }
        assert_code(bg_keyring_load(&place.dir, &ring, &err), BG_OK);
        assert_int_equal(ring.n, BG_KEYRING_MAX);
}

/* A caller that leaves us no descriptor must not make a good grant look a stranger's. */
static void exhaustion_is_no_unknown_key(void **state)
{
        (void)state;
        struct rlimit saved;
        make();
        assert_int_equal(getrlimit(RLIMIT_NOFILE, &saved), 0);
        for (rlim_t spare = 0; spare < 4; spare++) {
                struct rlimit few = saved;
                int probe = open("/", O_RDONLY | O_CLOEXEC);
                (void)close(probe);
                few.rlim_cur = (rlim_t)probe + spare;
                assert_int_equal(setrlimit(RLIMIT_NOFILE, &few), 0);
                enum bg_code code = bg_keyring_load(&place.dir, &ring, &err);
                assert_int_equal(setrlimit(RLIMIT_NOFILE, &saved), 0);
                if (code == BG_OK)
                        assert_int_equal(ring.n, 1);
                else
                        assert_code(code, BG_STORE_FAILED);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup_teardown(nothing_there_is_an_empty_ring, setup, teardown),
                cmocka_unit_test_setup_teardown(made_once, setup, teardown),
                cmocka_unit_test_setup_teardown(a_signing_key_that_cannot_be_used, setup, teardown),
                cmocka_unit_test_setup_teardown(old_keys_and_strangers, setup, teardown),
                cmocka_unit_test_setup_teardown(files_that_are_no_keys_of_ours, setup, teardown),
                cmocka_unit_test_setup_teardown(no_more_than_the_ring_holds, setup, teardown),
                cmocka_unit_test_setup_teardown(exhaustion_is_no_unknown_key, setup, teardown),
        };
        return cmocka_run_group_tests_name("keyring", tests, NULL, NULL);
}
