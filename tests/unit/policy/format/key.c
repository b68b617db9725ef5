/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Keys in PASERK's forms and the file of a public key; the official vectors are in tests/vectors. */
#include "tests/unit/lib/unit.h"

#include "policy/format/emit.h"
#include "policy/format/key.h"

static unsigned char public_key[BG_PUBLIC_KEY_BYTES];
static unsigned char secret_key[BG_SECRET_KEY_BYTES];
static char kid[BG_KEY_ID_BYTES];
static char public_text[BG_KEY_PUBLIC_TEXT_BYTES];
static char secret_text[BG_KEY_SECRET_TEXT_BYTES];

static int setup(void **state)
{
        (void)state;
        unsigned char seed[32];
        memset(seed, 7, sizeof seed);
        (void)crypto_sign_ed25519_seed_keypair(public_key, secret_key, seed);
        bg_key_id(public_key, kid);
        bg_key_public_print(public_key, public_text);
        bg_key_secret_print(secret_key, secret_text);
        return sodium_init() < 0;
}

static void forms_fill_their_room(void **state)
{
        (void)state;
        assert_int_equal(strlen(kid), BG_KEY_ID_BYTES - 1);
        assert_int_equal(strlen(public_text), BG_KEY_PUBLIC_TEXT_BYTES - 1);
        assert_int_equal(strlen(secret_text), BG_KEY_SECRET_TEXT_BYTES - 1);
        assert_memory_equal(kid, "k4.pid.", 7);
        assert_memory_equal(public_text, "k4.public.", 10);
        assert_memory_equal(secret_text, "k4.secret.", 10);
        assert_true(bg_is_key_id(kid));
}

static void forms_read_back(void **state)
{
        (void)state;
        unsigned char key[BG_SECRET_KEY_BYTES];
        assert_true(bg_key_public_parse(public_text, key));
        assert_memory_equal(key, public_key, BG_PUBLIC_KEY_BYTES);
        assert_true(bg_key_secret_parse(secret_text, key));
        assert_memory_equal(key, secret_key, BG_SECRET_KEY_BYTES);
}

/* Every other text of the same length that differs in one place is another key or none; none is a
 * second way to write the same. */
static void one_way_to_write_a_key(void **state)
{
        (void)state;
        for (size_t i = 0; i < strlen(public_text); i++)
                for (unsigned c = 1; c < 256; c++) {
                        char text[BG_KEY_PUBLIC_TEXT_BYTES];
                        unsigned char key[BG_PUBLIC_KEY_BYTES];
                        memcpy(text, public_text, sizeof text);
                        if (text[i] == (char)c)
                                continue;
                        text[i] = (char)c;
                        if (bg_key_public_parse(text, key))
                                assert_memory_not_equal(key, public_key, sizeof key);
                }
        char text[BG_KEY_SECRET_TEXT_BYTES + 2];
        unsigned char key[BG_SECRET_KEY_BYTES];
        (void)snprintf(text, sizeof text, "%s=", public_text);
        assert_false(bg_key_public_parse(text, key));
        bg_copy(text, strlen(public_text), public_text);
        assert_false(bg_key_public_parse(text, key));
        assert_false(bg_key_public_parse("", key));
        assert_false(bg_key_public_parse(kid, key));
        assert_false(bg_key_public_parse(secret_text, key));
        assert_false(bg_is_key_id(public_text));
        assert_false(bg_is_key_id("k4.pid."));
        assert_false(bg_is_key_id("k4.sid.S_XQmeEwHbbvRmiyfXfHYpLGjXGzjTRSDoT1YtTakWFE"));
}

static void halves_that_do_not_belong_together(void **state)
{
        (void)state;
        unsigned char mixed[BG_SECRET_KEY_BYTES];
        char text[BG_KEY_SECRET_TEXT_BYTES];
        memcpy(mixed, secret_key, sizeof mixed);
        mixed[40] ^= 1;
        bg_key_secret_print(mixed, text);
        assert_false(bg_key_secret_parse(text, mixed));
        memcpy(mixed, secret_key, sizeof mixed);
        mixed[0] ^= 1;
        bg_key_secret_print(mixed, text);
        assert_false(bg_key_secret_parse(text, mixed));
}

static enum bg_code read_file(const char *with_kid, const char *with_key, const char *more)
{
        static struct bg_public_key key;
        struct bg_error err = {0};
        char text[1024];
        (void)snprintf(text, sizeof text,
                "{\"v\":1,\"kid\":\"%s\",\"key\":\"%s\",\"machine\":\"%s\","
                "\"made\":\"2026-11-24T02:46:00Z\"%s}\n",
                with_kid, with_key, UNIT_MACHINE, more);
        enum bg_code code = bg_public_key_read("k.pub", text, strlen(text), &key, &err);
        if (code == BG_OK)
                assert_memory_equal(key.public_key, public_key, sizeof public_key);
        else
                assert_memory_equal(err.text, "k.pub", 5);
        return code;
}

static void the_file_of_a_public_key(void **state)
{
        (void)state;
        assert_code(read_file(kid, public_text, ""), BG_OK);
        assert_code(read_file(kid, public_text, ",\"not_after\":\"2026-11-25T00:00:00Z\""), BG_OK);
        assert_code(read_file(kid, public_text, ",\"not_after\":\"never\""), BG_UNKNOWN_KEY);
        assert_code(read_file(kid, public_text, ",\"trusted\":true"), BG_UNKNOWN_KEY);
        assert_code(read_file(kid, "k4.public.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", ""),
                BG_UNKNOWN_KEY); /* a good key under another's id */
        assert_code(
                read_file("k4.pid.S_XQmeEwHbbvRmiyfXfHYpLGjXGzjTRSDoT1YtTakWFE", public_text, ""),
                BG_UNKNOWN_KEY);
        assert_code(read_file("x", public_text, ""), BG_UNKNOWN_KEY);
        assert_code(read_file(kid, "x", ""), BG_UNKNOWN_KEY);
        assert_code(read_file(kid, kid, ""), BG_UNKNOWN_KEY);
}

static void the_file_reads_back(void **state)
{
        (void)state;
        struct bg_public_key key = {.v = 1, .made = UNIT_WALL, .not_after = UNIT_WALL + SEC(1)};
        bg_copy(key.kid, sizeof key.kid, kid);
        bg_copy(key.key, sizeof key.key, public_text);
        bg_copy(key.machine, sizeof key.machine, UNIT_MACHINE);
        assert_round_trip(&bg_public_key_table, &key);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(forms_fill_their_room),
                cmocka_unit_test(forms_read_back),
                cmocka_unit_test(one_way_to_write_a_key),
                cmocka_unit_test(halves_that_do_not_belong_together),
                cmocka_unit_test(the_file_of_a_public_key),
                cmocka_unit_test(the_file_reads_back),
        };
        return cmocka_run_group_tests_name("key", tests, setup, NULL);
}
