/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names, ids, durations, times, addresses and clean text: what is one, and what only looks like it. */
#include "tests/unit/lib/unit.h"

#include "policy/format/scalar.h"

typedef bool predicate(const char *);

static void holds_for(predicate *is, const char *const *yes, const char *const *no)
{
        for (; *yes; yes++)
                if (!is(*yes))
                        fail_msg("\"%s\" was refused", *yes);
        for (; *no; no++)
                if (is(*no))
                        fail_msg("\"%s\" was taken", *no);
}
#define WORDS(...) ((const char *const[]){__VA_ARGS__, NULL})

static void names(void **state)
{
        (void)state;
        holds_for(bg_is_name,
                WORDS("a", "_", "A", "backup-bot", "a.b_c-9", "abcdefghijklmnopqrstuvwxyz012345"),
                WORDS("", "-a", ".a", "9a", "..", "a/b", "a b", "a\n", "a:b", "a$", "ä", "@a",
                        "abcdefghijklmnopqrstuvwxyz0123456"));
        holds_for(bg_is_principal, WORDS("alice", "@oncall", "_x"),
                WORDS("", "@", "@@a", "@9", "a@b", "@a b"));
        holds_for(bg_is_role_name, WORDS("a", "db-recovery", "a--", "a23456789012345678901"),
                WORDS("", "A", "-a", "9", "a_b", "a.b", "a2345678901234567890123", "aB",
                        "a234567890123456789012"));
        holds_for(
                bg_is_factor_name, WORDS("totp", "password"), WORDS("../x", "other/", "Totp", ""));
        holds_for(bg_is_env_name, WORDS("A", "_", "PGSERVICE", "A_9", "LDX", "BREAKGLASSES"),
                WORDS("", "a", "9A", "A=B", "LD_PRELOAD", "LD_", "BREAKGLASS_GRANT", "Ab", "A-B",
                        "GLIBC_TUNABLES"));
        holds_for(bg_is_machine_id, WORDS("0123456789abcdef0123456789abcdef"),
                WORDS("", "0123456789abcdef0123456789abcde", "0123456789abcdef0123456789abcdef0",
                        "0123456789ABCDEF0123456789abcdef", "0123456789abcdeg0123456789abcdef"));
}

static void clean_text(void **state)
{
        (void)state;
        holds_for(bg_is_clean_text,
                WORDS("", "plain", "Größe 漢字 🔑", "\xC2\xA0", "\xF4\x8F\xBF\xBD", "\xEE\x80\x80"),
                WORDS("\n", "a\tb", "\x1B[31m", "\x7F", "\xC2\x80", "\xC2\x9F", /* controls */
                        "\xE2\x80\xA8", "\xE2\x80\xA9", /* line separators */
                        "\xE2\x80\xAE", "\xE2\x81\xA6", "\xE2\x80\x8F", "\xD8\x9C", /* bidi */
                        "\xE2\x80\x8B", "\xEF\xBB\xBF",                     /* zero width, BOM */
                        "\xEF\xBF\xBF", "\xEF\xB7\x90", "\xF0\x9F\xBF\xBE", /* noncharacters */
                        "\x80", "\xC3", "a\xE2\x82", "\xFF", "\xC0\x80", "\xE0\x80\xAF",
                        "\xED\xA0\x80", "\xF4\x90\x80\x80", "\xF8\x88\x80\x80\x80"));
}

/* The first and last of each range, and their neighbours. */
static void edges_of_clean_text(void **state)
{
        (void)state;
        static const char *const clean[] = {" ", "~", "\xC2\xA0", "\xD8\x9B",
                "\xD8\x9D", /* 061B 061D */
                "\xE0\xA0\x80", "\xE2\x80\x8A", "\xE2\x80\x90", "\xE2\x80\xA7", "\xE2\x80\xAF",
                "\xE2\x81\x9F", "\xE2\x81\xB0", "\xED\x9F\xBF", "\xEE\x80\x80", "\xEF\xB7\x8F",
                "\xEF\xB7\xB0", "\xEF\xBB\xBE", "\xEF\xBC\x80", "\xEF\xBF\xBD", "\xF0\x90\x80\x80",
                "\xF4\x8F\xBF\xBD", NULL};
        static const char *const unclean[] = {"\x01", "\x1F", "\x7F", "\xC2\x80", "\xC2\x9F",
                "\xD8\x9C", "\xE2\x80\x8B", "\xE2\x80\x8F", "\xE2\x80\xA8", "\xE2\x80\xAE",
                "\xE2\x81\xA0", "\xE2\x81\xAF", "\xED\xA0\x80", "\xED\xBF\xBF", "\xEF\xB7\x90",
                "\xEF\xB7\xAF", "\xEF\xBB\xBF", "\xEF\xBF\xBE", "\xEF\xBF\xBF", "\xC1\xBF",
                "\xE0\x9F\xBF", "\xF0\x8F\xBF\xBF", "\xF4\x8F\xBF\xBE", "\xF4\x90\x80\x80",
                "\xF5\x80\x80\x80", NULL};
        holds_for(bg_is_clean_text, clean, unclean);
        holds_for(bg_is_env_name, WORDS("AZ", "ZA", "A0", "A9"), WORDS("A:", "A/", "A@", "A["));
        holds_for(bg_is_name, WORDS("Z", "z", "a0", "a9Zz"),
                WORDS("[", "{", "`", "@", "a:", "a/", "a["));
}

/* No buffer is sized by what somebody says. */
static void longer_than_any_address(void **state)
{
        (void)state;
        char text[4096];
        for (size_t n = 40; n < sizeof text; n += 7) {
                memset(text, '1', n);
                text[n] = '\0';
                assert_false(bg_is_network(text));
                assert_false(bg_network_has(text, "10.0.0.1"));
                assert_false(bg_network_has("10.0.0.0/8", text));
                text[n - 2] = '/';
                assert_false(bg_is_network(text));
        }
}

static void cleaning(void **state)
{
        (void)state;
        static const char *const cases[][2] = {
                {"", ""},
                {"fine", "fine"},
                {"a\nb\x1B[m", "a?b?[m"},
                {"x\xE2\x80\xAEy", "x?y"},
                {"\xC3", "?"},
                {"\xE2\x82", "??"},
                {"\xED\xA0\x80ok", "???ok"},
                {"\xF4\x90\x80\x80", "????"},
                {"Größe\x80", "Größe?"},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
                char text[32];
                bg_copy(text, sizeof text, cases[i][0]);
                bg_clean(text);
                assert_string_equal(text, cases[i][1]);
                assert_true(bg_is_clean_text(text));
        }
        for (unsigned a = 1; a < 256; a++)
                for (unsigned b = 1; b < 256; b++) {
                        char text[4] = {(char)a, (char)b, 'x', '\0'};
                        bg_clean(text);
                        assert_true(bg_is_clean_text(text) && strlen(text) <= 3);
                }
}

static void ids_are_read_as_spoken(void **state)
{
        (void)state;
        char id[BG_ID_BYTES];
        holds_for(bg_is_id, WORDS("4K7M-2PQ9", "0000-0000", "ZZZZ-ZZZZ", "1234-5678"),
                WORDS("", "4K7M2PQ9", "4k7m-2pq9", "4K7M-2PQ", "4K7M-2PQ99", "4K7M--2PQ9",
                        "4K7-M2PQ9", "4K7M-2PQ9-", "-4K7M2PQ9", "IK7M-2PQ9", "OK7M-2PQ9",
                        "UK7M-2PQ9", "4K7M-2PQ ", "4K7M/2PQ9"));
        static const char *const spoken[] = {
                "4k7m-2pq9", "4K7M2PQ9", "4k7m2pq9", "4K7M-2PQ9", NULL};
        for (const char *const *p = spoken; *p; p++) {
                assert_true(bg_id_parse(*p, id));
                assert_string_equal(id, "4K7M-2PQ9");
        }
        assert_true(bg_id_parse("oiL0-1o1i", id));
        assert_string_equal(id, "0110-1011");
        static const char *const other[] = {"", "-", "4K7M-", "4K7M-2PQ9X", "4K7M-2PQ9-",
                "4K7M-2PU9", "4-K7M2PQ9", "4K7M--2PQ9", "4K7M 2PQ9", "4K7M-2PQ\n", NULL};
        for (const char *const *p = other; *p; p++)
                assert_false(bg_id_parse(*p, id));
}

static void ids_sort_by_time(void **state)
{
        (void)state;
        char before[BG_ID_BYTES];
        char after[BG_ID_BYTES];

        bg_id_make(SEC(1704067200), 0, before);
        assert_string_equal(before, "0000-0000");
        bg_id_make(SEC(1704067200) + SEC(60), 0x7FFF, before);
        assert_string_equal(before, "0000-1ZZZ");
        bg_id_make(SEC(1704067200) + SEC(120), 0, after);
        assert_true(strcmp(before, after) < 0);
        /* Only 15 bits are random; before 2024 and after the 25 bits an id is still one. */
        bg_id_make(UNIT_WALL, 0xFFFF, before);
        bg_id_make(UNIT_WALL, 0x7FFF, after);
        assert_string_equal(before, after);
        bg_id_make(0, 1, before);
        assert_string_equal(before, "0000-0001");
        bg_id_make(UINT64_MAX, 1, before);
        assert_true(bg_is_id(before));
}

static void numbers_have_one_form(void **state)
{
        (void)state;
        uint64_t n = 7;
        assert_true(bg_number_parse("0", 0, &n) && n == 0);
        assert_true(bg_number_parse("10", 10, &n) && n == 10);
        assert_false(bg_number_parse("11", 10, &n));
        assert_false(bg_number_parse("1", 0, &n));
        assert_true(bg_number_parse("18446744073709551615", UINT64_MAX, &n) && n == UINT64_MAX);
        assert_false(bg_number_parse("18446744073709551616", UINT64_MAX, &n));
        assert_false(bg_number_parse("99999999999999999999999", UINT64_MAX, &n));
        static const char *const other[] = {
                "", "00", "01", "+1", "-1", " 1", "1 ", "1.0", "1e3", "0x10", "1_000", "a", NULL};
        for (const char *const *p = other; *p; p++)
                assert_false(bg_number_parse(*p, UINT64_MAX, &n));
}

static void durations(void **state)
{
        (void)state;
        bg_usec d = 0;
        static const struct {
                const char *text;
                uint64_t sec;
                const char *again;
        } good[] = {
                {"45s", 45, "45s"},
                {"1s", 1, "1s"},
                {"90s", 90, "90s"},
                {"60s", 60, "1m"},
                {"90m", 5400, "90m"},
                {"120m", 7200, "2h"},
                {"2h", 7200, "2h"},
                {"1d", 86400, "24h"},
                {"2d", 172800, "48h"},
                {"7d", 604800, "7d"},
                {"3650d", UINT64_C(315360000), "3650d"},
                {"315360000s", UINT64_C(315360000), "3650d"},
        };
        for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
                char text[BG_DURATION_BYTES];
                assert_true(bg_duration_parse(good[i].text, &d));
                assert_true(d == SEC(good[i].sec));
                assert_string_equal(bg_duration_print(d, text), good[i].again);
        }
        static const char *const bad[] = {"", "s", "0s", "1", "1.5h", "1 h", " 1h", "01h", "-1h",
                "+1h", "1H", "1w", "1h30m", "3651d", "315360001s", "99999999999s",
                "999999999999999999d", "1e3s", "0x1s", "1hh", "h1", NULL};
        for (const char *const *p = bad; *p; p++)
                if (bg_duration_parse(*p, &d))
                        fail_msg("\"%s\" was taken", *p);
}

/* What is written must read again, or a refusal with a pause of half a second would be lost. */
static void a_printed_duration_reads(void **state)
{
        (void)state;
        static const bg_usec some[] = {1, 499999, 500000, 999999, 1000000, 1000001, SEC(59) + 1,
                SEC(86399) + 1, SEC(172800), BG_DURATION_MAX - 1, BG_DURATION_MAX};
        for (size_t i = 0; i < sizeof some / sizeof *some; i++) {
                char text[BG_DURATION_BYTES];
                bg_usec again = 0;
                assert_true(bg_duration_parse(bg_duration_print(some[i], text), &again));
                assert_true(again >= some[i] && again - some[i] < BG_USEC_PER_SEC);
        }
        char text[BG_DURATION_BYTES];
        assert_string_equal(bg_duration_print(0, text), "0s");
}

static void times(void **state)
{
        (void)state;
        static const struct {
                const char *text;
                bg_usec time;
        } good[] = {
                {"2026-11-24T02:46:00Z", UNIT_WALL},
                {"2026-11-24T02:46:00.000001Z", UNIT_WALL + 1},
                {"2024-02-29T23:59:59.999999Z", UINT64_C(1709251199999999)},
                {"2000-01-01T00:00:00Z", UINT64_C(946684800000000)},
                {"2199-12-31T23:59:59Z", UINT64_C(7258118399000000)},
                /* A host whose clock has no battery begins here, and what it writes must read. */
                {"1970-01-01T00:00:00Z", 0},
                {"1970-01-01T00:02:03.500000Z", UINT64_C(123500000)},
        };
        for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
                char text[BG_TIME_BYTES];
                bg_usec t = 1;
                if (!bg_time_parse(good[i].text, &t))
                        fail_msg("\"%s\" was refused", good[i].text);
                assert_true(t == good[i].time);
                assert_string_equal(bg_time_print(t, text), good[i].text);
        }
        static const char *const bad[] = {"", "2026-11-24", "2026-11-24T02:46:00",
                "2026-11-24T02:46Z", "2026-11-24 02:46:00Z", "2026-11-24t02:46:00z",
                "2026-11-24T02:46:00+00:00", "2026-11-24T02:46:00.5Z",
                "2026-11-24T02:46:00.000000Z", "2026-11-24T02:46:00,000001Z",
                "2026-11-24T02:46:00.00000aZ", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
                "2026-01-00T00:00:00Z", "2025-02-29T00:00:00Z", "2026-11-31T00:00:00Z",
                "2026-11-24T24:00:00Z", "2026-11-24T02:60:00Z", "2026-11-24T02:46:60Z",
                "1969-12-31T23:59:59Z", "2200-01-01T00:00:00Z", "0026-11-24T02:46:00Z",
                "2026-11-24T02:46:00Z ", "+026-11-24T02:46:00Z", "2026-11-24T-2:46:00Z", NULL};
        bg_usec t = 0;
        for (const char *const *p = bad; *p; p++)
                if (bg_time_parse(*p, &t))
                        fail_msg("\"%s\" was taken", *p);
}

static void a_far_time_prints_within_its_room(void **state)
{
        (void)state;
        char text[BG_TIME_BYTES + 1];
        text[BG_TIME_BYTES] = '#';
        (void)bg_time_print(UINT64_MAX, text);
        assert_int_equal(text[BG_TIME_BYTES], '#');
        assert_true(strlen(text) < BG_TIME_BYTES);
}

static void networks_have_one_form(void **state)
{
        (void)state;
        holds_for(bg_is_network,
                WORDS("127.0.0.1", "10.20.0.0/16", "0.0.0.0/0", "10.0.0.1/32", "255.255.255.254/31",
                        "::1", "::/0", "2001:db8::/32", "fe80::/10", "::ffff:10.0.0.0/104"),
                WORDS("", "/", "10.0.0.0/", "/8", "10.0.0.1/8", "10.0.0.0/33", "10.0.0.0/08",
                        "10.0.0.0/-1", "10.0.0/8", "010.0.0.1", "10.0.0.0/8/8", "10.0.0.0 /8",
                        "2001:db8::1/32", "::/129", "fe80::1%eth0", "localhost", "1", "0x7f.0.0.1",
                        "10.0.0.256", "::1/", "0.0.0.1/0"));
}

static void addresses_lie_in_networks(void **state)
{
        (void)state;
        static const struct {
                const char *network;
                const char *address;
                bool lies;
        } cases[] = {
                {"10.20.0.0/16", "10.20.255.255", true},
                {"10.20.0.0/16", "10.21.0.0", false},
                {"10.20.0.0/16", "10.19.255.255", false},
                {"10.20.0.0/15", "10.21.0.1", true},
                {"10.20.128.0/17", "10.20.127.255", false},
                {"10.20.128.0/17", "10.20.128.0", true},
                {"127.0.0.1", "127.0.0.1", true},
                {"127.0.0.1", "127.0.0.2", false},
                {"0.0.0.0/0", "203.0.113.9", true},
                {"0.0.0.0/0", "::1", false},
                {"::/0", "2001:db8::9", true},
                {"::/0", "10.0.0.1", false},
                {"10.0.0.0/8", "::ffff:10.1.2.3", true}, /* the same host by a mapped address */
                {"::ffff:10.0.0.0/104", "10.1.2.3", true},
                {"2001:db8::/33", "2001:db8:7fff::1", true},
                {"2001:db8::/33", "2001:db8:8000::1", false},
                {"::1", "::1", true},
                {"::1", "0:0:0:0:0:0:0:1", true},
                {"10.0.0.0/8", "", false},
                {"10.0.0.0/8", "10.0.0.0/8", false},
                {"10.0.0.0/8", "runner.example", false},
                {"10.0.0.0/8", "fe80::1%eth0", false},
                {"", "10.0.0.1", false},
                {"nonsense", "10.0.0.1", false},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                if (bg_network_has(cases[i].network, cases[i].address) != cases[i].lies)
                        fail_msg("%s in %s", cases[i].address, cases[i].network);
}

static void networks_lie_in_networks(void **state)
{
        (void)state;
        static const struct {
                const char *network;
                const char *inner;
                bool lies;
        } cases[] = {
                {"10.20.0.0/16", "10.20.0.0/16", true},
                {"10.20.0.0/16", "10.20.0.0/17", true},
                {"10.20.0.0/16", "10.20.255.255", true},
                {"10.20.0.0/16", "10.20.0.0/15", false},
                {"10.20.0.0/16", "10.0.0.0/8", false},
                {"10.20.0.0/16", "0.0.0.0/0", false},
                {"10.20.0.0/16", "10.21.0.0/24", false},
                {"0.0.0.0/0", "0.0.0.0/0", true},
                {"0.0.0.0/0", "::/0", false},
                {"::/0", "0.0.0.0/0", false},
                {"::/0", "2001:db8::/32", true},
                {"2001:db8::/32", "2001:db8::/33", true},
                {"2001:db8::/33", "2001:db8::/32", false},
                {"10.0.0.1", "10.0.0.1/32", true},
                {"10.0.0.1/32", "10.0.0.1", true},
                {"10.0.0.1", "10.0.0.0/31", false},
                {"10.0.0.0/8", "::ffff:10.0.0.0/104", true},
                {"10.0.0.0/8", "::ffff:0.0.0.0/96", false},
                {"10.0.0.0/8", "", false},
                {"10.0.0.0/8", "runner.example", false},
                {"", "10.0.0.1", false},
        };
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
                if (bg_network_holds(cases[i].network, cases[i].inner) != cases[i].lies)
                        fail_msg("%s in %s", cases[i].inner, cases[i].network);
        /* An address alone is asked for where somebody comes from, never a network of one. */
        assert_false(bg_network_has("10.0.0.1", "10.0.0.1/32"));
}

static void fingerprints(void **state)
{
        (void)state;
#define N42 "uQ4h5Y0H8xO2vYw0Q9m3rT7bA1cD6eF8gJ2kL4nP+s"
        holds_for(bg_is_fingerprint, WORDS("SHA256:" N42 "0", "SHA256:" N42 "/", "SHA256:" N42 "+"),
                WORDS("", "SHA256", "SHA256:", "SHA256:" N42, "SHA256:" N42 "00", "SHA256:" N42 "=",
                        "SHA256:" N42 "0=", "SHA256:" N42 "-", "SHA256:" N42 "_", "SHA256:" N42 " ",
                        "sha256:" N42 "0", "SHA512:" N42 "0", "MD5:" N42 "0000", " SHA256:" N42 "0",
                        N42 "0", "SHA256:" N42 "\n", "SHA256:SHA256:" N42));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(names),
                cmocka_unit_test(clean_text),
                cmocka_unit_test(edges_of_clean_text),
                cmocka_unit_test(longer_than_any_address),
                cmocka_unit_test(cleaning),
                cmocka_unit_test(ids_are_read_as_spoken),
                cmocka_unit_test(ids_sort_by_time),
                cmocka_unit_test(numbers_have_one_form),
                cmocka_unit_test(durations),
                cmocka_unit_test(a_printed_duration_reads),
                cmocka_unit_test(times),
                cmocka_unit_test(a_far_time_prints_within_its_room),
                cmocka_unit_test(networks_have_one_form),
                cmocka_unit_test(addresses_lie_in_networks),
                cmocka_unit_test(networks_lie_in_networks),
                cmocka_unit_test(fingerprints),
        };
        return cmocka_run_group_tests_name("scalar", tests, NULL, NULL);
}
