/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* FORMATS.md: each fenced example is fed to the reader that it names; each reader has an example. */
#include "tests/unit/lib/unit.h"

#include "policy/format/answer.h"
#include "policy/format/ask.h"
#include "policy/format/record.h"
#include "policy/format/syntax.h"
#include "policy/format/token.h"
#include "policy/store/told.h"
#include "policy/store/factors.h"
#include "policy/store/grants.h"
#include "policy/store/keyring.h"

#include <fcntl.h>

/* The examples of keys and tokens belong together. */
#define EXAMPLE_MACHINE "6a1f0e9b3c5d47e2b8a4c7d0f1e29b36"
#define EXAMPLE_BOOT "1f0c7a2b9d5e4c63a8f1b0e2d7c94a55"

static struct bg_public_key public_key;
static char claims_text[8192];
static char token_text[8192];

static void by_table(const struct bg_table *table, const char *text)
{
        bg_auto_free void *ret = malloc(table->size);
        assert_non_null(ret);
        assert_reads(table, text, ret);
}

static void a_secret_key(const char *text)
{
        unsigned char secret[BG_SECRET_KEY_BYTES];
        char line[256];
        bg_copy(line, sizeof line, text);
        line[strcspn(line, "\n")] = '\0';
        assert_true(bg_key_secret_parse(line, secret));
}

static void a_public_key(const char *text)
{
        struct bg_error err = {0};
        if (bg_public_key_read("example", text, strlen(text), &public_key, &err) != BG_OK)
                fail_msg("%s", err.text);
}

static void a_tombstone(const char *text)
{
        struct unit_place place;
        struct bg_event event;
        struct bg_error err = {0};
        unit_place_make(&place);
        unit_put(&place, "closed/4K7M-2PQ9", 0600, text);
        enum bg_code code = bg_tombstone_read(&place.dir, "4K7M-2PQ9", &event, &err);
        unit_place_remove(&place);
        assert_code(code, BG_OK);
}

static void a_state(const char *text)
{
        struct unit_place place;
        struct bg_record record = BG_RECORD_NONE;
        unit_place_make(&place);
        unit_put(&place, "audit/state", 0600, text);
        enum bg_code code = bg_record_open(&place.dir, &record, NULL);
        size_t n = record.n_ids + record.n_reported;
        uint64_t seq = record.head.seq;
        bg_record_done(&record);
        unit_place_remove(&place);
        assert_code(code, BG_OK);
        assert_int_equal(n, 2);
        assert_true(seq == 4127);
}

static void a_secret(const char *text)
{
        struct unit_place place;
        unsigned char secret[BG_TOTP_SECRET_BYTES_MAX];
        size_t n = 0;
        unit_place_make(&place);
        unit_put(&place, "factors/alice.totp", 0600, text);
        enum bg_code code = bg_totp_load(&place.dir, "alice", secret, &n, NULL);
        unit_place_remove(&place);
        assert_code(code, BG_OK);
}

/* Its reader is the pause before the fourth try, ten seconds after the third was paid. */
static void a_try(const char *text)
{
        struct unit_place place;
        struct bg_now now = {.boottime = UINT64_C(86411000000), .boot = EXAMPLE_BOOT};
        unsigned left = 0;
        bg_usec pause = 0;
        unit_place_make(&place);
        unit_put(&place, "tries/1000.alice/1", 0600, text);
        unit_put(&place, "tries/1000.alice/2", 0600, text);
        unit_put(&place, "tries/1000.alice/3", 0600, text);
        enum bg_code code = bg_try_pay(&place.dir, 1000, "alice", &now, &left, &pause, NULL);
        unit_place_remove(&place);
        assert_code(code, BG_LOCKED);
        assert_true(pause == SEC(50));
}

static void some_claims(const char *text)
{
        by_table(&bg_claims_table, text);
        bg_copy(claims_text, sizeof claims_text, text);
}

static void a_token(const char *text)
{
        bg_copy(token_text, sizeof token_text, text);
}

/* A program's own document, which no other may read. */
static void some_json(const char *text)
{
        size_t at = 0;
        assert_true(bg_is_json(text, strlen(text), &at));
        assert_memory_equal(text, "{\"v\":1,", 7);
}

static const struct {
        const char *name;
        const struct bg_table *table;
        void (*read)(const char *text);
} readers[] = {
        {"host", &bg_host_table, NULL},
        {"identity", &bg_identity_table, NULL},
        {"role", &bg_role_table, NULL},
        {"host.key", NULL, a_secret_key},
        {"public-key", NULL, a_public_key},
        {"token", NULL, a_token},
        {"claims", NULL, some_claims},
        {"event", &bg_event_table, NULL},
        {"tombstone", NULL, a_tombstone},
        {"line", &bg_line_table, NULL},
        {"state", NULL, a_state},
        {"newest", &bg_newest_table, NULL},
        {"gate", &bg_gate_table, NULL},
        {"told", &bg_told_table, NULL},
        {"totp", NULL, a_secret},
        {"try", NULL, a_try},
        {"manifest", NULL, some_json},
        {"ask", &bg_ask_table, NULL},
        {"offer", &bg_offer_table, NULL},
        {"listed", &bg_listed_table, NULL},
        {"enrolled", &bg_enrolled_table, NULL},
        {"accepted", &bg_accepted_table, NULL},
        {"refusal", &bg_refusal_table, NULL},
};
#define N_READERS (sizeof readers / sizeof *readers)

static size_t reader_of(const char *name)
{
        for (size_t i = 0; i < N_READERS; i++)
                if (strcmp(readers[i].name, name) == 0)
                        return i;
        fail_msg("FORMATS.md: no reader is called \"%s\"", name);
        return 0;
}

static void every_example_reads(void **state)
{
        (void)state;
        struct unit_place format = {.dir = {.fd = open(BG_FORMATS, O_RDONLY | O_DIRECTORY)}};
        const char *all = unit_get(&format, "FORMATS.md");
        unsigned seen[N_READERS] = {0};
        assert_non_null(all);
        for (const char *p = all; (p = strstr(p, "\n```"));) {
                char language[16];
                char name[32];
                char text[16384];
                assert_int_equal(sscanf(p, "\n```%15s %31s", language, name), 2);
                const char *begin = strchr(p + 1, '\n') + 1;
                const char *end = strstr(begin, "\n```");
                assert_non_null(end);
                bg_copy(text, (size_t)(end - begin) + 2, begin);
                p = end + 4;
                size_t i = reader_of(name);
                seen[i]++;
                print_message("# example of %s\n", name);
                if (readers[i].table)
                        by_table(readers[i].table, text);
                else
                        readers[i].read(text);
        }
        for (size_t i = 0; i < N_READERS; i++)
                if (!seen[i])
                        fail_msg("FORMATS.md has no example for \"%s\"", readers[i].name);
        bg_dir_done(&format.dir);
}

/* The token verifies by the example of a public key, and holds the example of claims. */
static void the_examples_belong_together(void **state)
{
        (void)state;
        static char payload[BG_PAYLOAD_BYTES_MAX + 1];
        struct bg_keyring ring = {.n = 1};
        struct bg_now now = {.wall = UNIT_WALL, .machine = EXAMPLE_MACHINE};
        struct bg_error err = {0};
        size_t n = 0;
        ring.v[0] = public_key;
        if (bg_token_verify(&ring, token_text, strlen(token_text) - 1, &now, payload, &n, &err) !=
                BG_OK)
                fail_msg("%s", err.text);
        claims_text[strlen(claims_text) - 1] = '\0';
        assert_string_equal(payload, claims_text);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(every_example_reads),
                cmocka_unit_test(the_examples_belong_together),
        };
        return cmocka_run_group_tests_name("formats", tests, NULL, NULL);
}
