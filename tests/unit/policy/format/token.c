/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tokens: every byte flipped, every prefix, every splice; footers and hosts that are not ours. */
#include "tests/unit/lib/unit.h"

#include "policy/format/token.h"

static unsigned char secret[BG_SECRET_KEY_BYTES];
static unsigned char other_secret[BG_SECRET_KEY_BYTES];
static struct bg_keyring ring;
static char token[1024];
static char out[BG_PAYLOAD_BYTES_MAX + 1];
static size_t n_out;
static struct bg_error err;
static const char payload[] = "{\"v\":1,\"jti\":\"4K7M-2PQ9\"}";

static void make_key(unsigned char *ret, unsigned char fill, struct bg_public_key *entry)
{
        unsigned char seed[32];
        memset(seed, fill, sizeof seed);
        (void)crypto_sign_ed25519_seed_keypair(entry->public_key, ret, seed);
        bg_key_id(entry->public_key, entry->kid);
        bg_copy(entry->machine, sizeof entry->machine, UNIT_MACHINE);
}

static int setup(void **state)
{
        (void)state;
        if (sodium_init() < 0)
                return -1;
        ring = (struct bg_keyring){.n = 2};
        make_key(secret, 1, &ring.v[0]);
        make_key(other_secret, 2, &ring.v[1]);
        return !bg_token_sign(secret, payload, UNIT_MACHINE, token, sizeof token);
}

static enum bg_code verify_bytes(const char *text, size_t n)
{
        struct bg_now now = unit_now();
        memset(out, 0, 64);
        return bg_token_verify(&ring, text, n, &now, out, &n_out, &err);
}

static enum bg_code verify(const char *text)
{
        return verify_bytes(text, strlen(text));
}

static void ours_verifies(void **state)
{
        (void)state;
        assert_code(verify(token), BG_OK);
        assert_string_equal(out, payload);
        assert_int_equal(n_out, strlen(payload));
        char second[1024];
        assert_true(bg_token_sign(other_secret, payload, UNIT_MACHINE, second, sizeof second));
        assert_code(verify(second), BG_OK);
}

static void every_byte_counts(void **state)
{
        (void)state;
        size_t n = strlen(token);
        for (size_t i = 0; i < n; i++)
                for (unsigned bit = 0; bit < 8; bit++) {
                        char text[sizeof token];
                        memcpy(text, token, n + 1);
                        text[i] = (char)(text[i] ^ (1 << bit));
                        enum bg_code code = verify_bytes(text, n);
                        if (code != BG_MALFORMED && code != BG_BAD_SIGNATURE &&
                                code != BG_UNKNOWN_KEY)
                                fail_msg("byte %zu, bit %u: %s", i, bit, bg_code_word(code));
                        assert_true(out[0] == '\0'); /* nothing is handed out */
                }
}

static void every_prefix_and_tail(void **state)
{
        (void)state;
        size_t n = strlen(token);
        for (size_t i = 0; i < n; i++) {
                assert_int_not_equal(verify_bytes(token, i), BG_OK);
                assert_int_not_equal(verify_bytes(token + n - i, i), BG_OK);
        }
        static const char *const tails[] = {".", "=", "A", " ", "\n", ".AAAA", "..", NULL};
        for (const char *const *p = tails; *p; p++) {
                char text[sizeof token + 8];
                (void)snprintf(text, sizeof text, "%s%s", token, *p);
                assert_int_not_equal(verify(text), BG_OK);
        }
        char text[sizeof token + 2];
        memcpy(text, token, n + 1);
        assert_code(verify_bytes(text, n + 1), BG_MALFORMED); /* the NUL itself */
}

/* Body of one, footer of another, at every point of both bodies. */
static void every_splice(void **state)
{
        (void)state;
        char other[sizeof token];
        assert_true(bg_token_sign(other_secret, "{\"v\":1,\"jti\":\"0000-0000\"}", UNIT_MACHINE,
                other, sizeof other));
        size_t n = strlen(token);
        assert_int_equal(strlen(other), n);
        for (size_t i = 11; i < n - 1; i++) {
                char text[sizeof token];
                memcpy(text, token, i);
                memcpy(text + i, other + i, n + 1 - i);
                if (strcmp(text, other) != 0 && strcmp(text, token) != 0)
                        assert_int_not_equal(verify(text), BG_OK);
        }
}

static void other_headers(void **state)
{
        (void)state;
        static const char *const heads[] = {
                "v3.public.", "v4.local..", "V4.public.", "v4.Public.", NULL};
        for (const char *const *p = heads; *p; p++) {
                char text[sizeof token];
                memcpy(text, token, sizeof text);
                memcpy(text, *p, 10);
                assert_code(verify(text), BG_MALFORMED);
        }
        assert_code(verify(""), BG_MALFORMED);
        assert_code(verify("v4.public."), BG_MALFORMED);
        assert_code(verify("v4.public.."), BG_MALFORMED);
}

static void keys_that_are_not_this_hosts(void **state)
{
        (void)state;
        struct bg_public_key stranger = {0};
        unsigned char strange_secret[BG_SECRET_KEY_BYTES];
        char text[sizeof token];
        make_key(strange_secret, 9, &stranger);
        assert_true(bg_token_sign(strange_secret, payload, UNIT_MACHINE, text, sizeof text));
        assert_code(verify(text), BG_UNKNOWN_KEY);

        /* A known id over a stranger's signature. */
        char footer[128];
        (void)snprintf(footer, sizeof footer, "{\"kid\":\"%s\"}", ring.v[0].kid);
        assert_true(
                bg_paseto_sign(strange_secret, payload, footer, UNIT_MACHINE, text, sizeof text));
        assert_code(verify(text), BG_BAD_SIGNATURE);
        /* One of our keys under the other's id. */
        (void)snprintf(footer, sizeof footer, "{\"kid\":\"%s\"}", ring.v[1].kid);
        assert_true(bg_paseto_sign(secret, payload, footer, UNIT_MACHINE, text, sizeof text));
        assert_code(verify(text), BG_BAD_SIGNATURE);

        struct bg_keyring saved = ring;
        ring.n = 0;
        assert_code(verify(token), BG_UNKNOWN_KEY);
        ring = saved;
        bg_copy(ring.v[0].machine, sizeof ring.v[0].machine, UNIT_OTHER_MACHINE);
        assert_code(verify(token), BG_WRONG_HOST);
        ring = saved;
}

static void past_its_not_after(void **state)
{
        (void)state;
        ring.v[0].not_after = UNIT_WALL + 1;
        assert_code(verify(token), BG_OK);
        ring.v[0].not_after = UNIT_WALL;
        assert_code(verify(token), BG_UNKNOWN_KEY);
        assert_says(&err, "not-after");
        ring.v[0].not_after = UNIT_WALL - 1;
        assert_code(verify(token), BG_UNKNOWN_KEY);
        ring.v[0].not_after = 0;
        assert_code(verify(token), BG_OK);
}

/* Other JSON that says the same is another footer. */
static void footers_have_one_form(void **state)
{
        (void)state;
        static const char *const forms[] = {"", "%s", "{\"kid\": \"%s\"}", "{\"kid\":\"%s\"} ",
                "{\"kid\":\"%s\",\"x\":1}", "{\"KID\":\"%s\"}", "{\"kid\":\"%s\"}\n", NULL};
        for (const char *const *p = forms; *p; p++) {
                char footer[256];
                char text[sizeof token];
                size_t n = strcspn(*p, "%");
                (void)snprintf(footer, sizeof footer, "%.*s%s%s", (int)n, *p,
                        (*p)[n] ? ring.v[0].kid : "", (*p)[n] ? *p + n + 2 : "");
                assert_true(
                        bg_paseto_sign(secret, payload, footer, UNIT_MACHINE, text, sizeof text));
                assert_code(verify(text), BG_UNKNOWN_KEY);
        }
}

static void another_machines_assertion(void **state)
{
        (void)state;
        char text[sizeof token];
        assert_true(bg_token_sign(secret, payload, UNIT_OTHER_MACHINE, text, sizeof text));
        assert_code(verify(text), BG_BAD_SIGNATURE);
}

static void room_is_checked_when_signing(void **state)
{
        (void)state;
        size_t n = strlen(token) + 1;
        char text[sizeof token + 1];
        for (size_t size = 0; size <= sizeof token; size++) {
                memset(text, '#', sizeof text);
                bool done = bg_token_sign(secret, payload, UNIT_MACHINE, text, size);
                if (done)
                        assert_string_equal(text, token);
                else
                        assert_true(size < n + 2);
                assert_int_equal(text[size], '#');
        }
}

/* What the bare algorithm takes is no more than a grant's token may be. */
static void edges_of_the_algorithm(void **state)
{
        (void)state;
        char text[sizeof token];
        char small[sizeof payload];
        size_t n = 0;

        /* A point with nothing behind it is a second way to write that there is no footer. */
        assert_true(bg_paseto_sign(secret, payload, "", "", text, sizeof text));
        assert_true(bg_paseto_verify(
                ring.v[0].public_key, text, strlen(text), "", "", small, sizeof small, &n));
        assert_int_equal(n, sizeof payload - 1);
        assert_false(bg_paseto_verify(
                ring.v[0].public_key, text, strlen(text), "", "", small, sizeof small - 1, &n));
        (void)strcat(text, ".");
        assert_false(bg_paseto_verify(
                ring.v[0].public_key, text, strlen(text), "", "", small, sizeof small, &n));
        /* Nothing signed is nothing granted. */
        assert_true(bg_paseto_sign(secret, "", "", "", text, sizeof text));
        assert_false(bg_paseto_verify(
                ring.v[0].public_key, text, strlen(text), "", "", small, sizeof small, &n));

        /* Footers of 128 bytes, and of one more. */
        char footer[130];
        memset(footer, 'f', sizeof footer);
        footer[129] = '\0';
        assert_false(bg_paseto_sign(secret, payload, footer, "", text, sizeof text));
        footer[128] = '\0';
        assert_true(bg_paseto_sign(secret, payload, footer, "", text, sizeof text));
        assert_true(bg_paseto_verify(
                ring.v[0].public_key, text, strlen(text), footer, "", small, sizeof small, &n));
}

/* Behind a NUL anything could stand in a footer that reads as ours. */
static void a_nul_in_the_footer(void **state)
{
        (void)state;
        char footer[128];
        char text[sizeof token + 64];
        char *point = NULL;

        (void)snprintf(footer, sizeof footer, "{\"kid\":\"%s\"}", ring.v[0].kid);
        size_t n = strlen(footer);
        memcpy(footer + n, "\0more", 6);
        bg_copy(text, sizeof text, token);
        point = strrchr(text, '.') + 1;
        (void)sodium_bin2base64(point, sizeof text - (size_t)(point - text),
                (const unsigned char *)footer, n, sodium_base64_VARIANT_URLSAFE_NO_PADDING);
        assert_string_equal(text, token);
        for (size_t more = 1; more < 6; more++) {
                (void)sodium_bin2base64(point, sizeof text - (size_t)(point - text),
                        (const unsigned char *)footer, n + more,
                        sodium_base64_VARIANT_URLSAFE_NO_PADDING);
                assert_code(verify(text), BG_MALFORMED);
        }
}

/* Whoever starts su can bound our memory: that must not look like a forgery. */
static void without_memory(void **state)
{
        (void)state;
        unsigned n = 1;
        enum bg_code code = BG_SYSTEM;
        for (; code != BG_OK && n < 10; n++) {
                unit_fail_malloc(n);
                code = verify(token);
                unit_fail_malloc(0);
                if (code != BG_OK)
                        assert_code(code, BG_SYSTEM);
        }
        assert_true(n > 2);
        char text[sizeof token];
        unit_fail_malloc(1);
        bool done = bg_token_sign(secret, payload, UNIT_MACHINE, text, sizeof text);
        unit_fail_malloc(0);
        assert_false(done);
}

static void the_longest_payload(void **state)
{
        (void)state;
        static char longest[BG_PAYLOAD_BYTES_MAX + 2];
        static char text[BG_TOKEN_BYTES_MAX + 256];
        memset(longest, 'x', sizeof longest - 1);
        assert_false(bg_token_sign(secret, longest, UNIT_MACHINE, text, sizeof text));
        longest[BG_PAYLOAD_BYTES_MAX] = '\0';
        assert_true(bg_token_sign(secret, longest, UNIT_MACHINE, text, BG_TOKEN_BYTES_MAX));
        assert_code(verify(text), BG_OK);
        assert_int_equal(n_out, BG_PAYLOAD_BYTES_MAX);
        /* Room for less than the payload is no overrun. */
        size_t n = 0;
        char footer[128];
        char small[16];
        (void)snprintf(footer, sizeof footer, "{\"kid\":\"%s\"}", ring.v[0].kid);
        assert_false(bg_paseto_verify(ring.v[0].public_key, text, strlen(text), footer,
                UNIT_MACHINE, small, sizeof small, &n));
        memset(text, 'A', sizeof text);
        memcpy(text, "v4.public.", 10);
        assert_code(verify_bytes(text, sizeof text), BG_MALFORMED);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(ours_verifies),
                cmocka_unit_test(every_byte_counts),
                cmocka_unit_test(every_prefix_and_tail),
                cmocka_unit_test(every_splice),
                cmocka_unit_test(other_headers),
                cmocka_unit_test(keys_that_are_not_this_hosts),
                cmocka_unit_test(past_its_not_after),
                cmocka_unit_test(footers_have_one_form),
                cmocka_unit_test(another_machines_assertion),
                cmocka_unit_test(room_is_checked_when_signing),
                cmocka_unit_test(edges_of_the_algorithm),
                cmocka_unit_test(a_nul_in_the_footer),
                cmocka_unit_test(without_memory),
                cmocka_unit_test(the_longest_payload),
        };
        return cmocka_run_group_tests_name("token", tests, setup, NULL);
}
