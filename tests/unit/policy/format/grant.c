/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A grant's claims. */
#include "tests/unit/lib/unit.h"

#include "policy/format/emit.h"
#include "policy/format/grant.h"
#include "policy/format/token.h"

static struct bg_claims claims;
/* And one character more. */
#define KEY "SHA256:uQ4h5Y0H8xO2vYw0Q9m3rT7bA1cD6eF8gJ2kL4nP+s"

static void some_claims(void)
{
        claims = (struct bg_claims){
                .v = 1,
                .jti = "4K7M-2PQ9",
                .sub = "backup-bot",
                .uid = 998,
                .role = "db-restart",
                .groups = {.n = 1, .v = {"bg-db"}},
                .env = {.n = 1, .v = {{"PGSERVICE", "rescue"}}},
                .services = {.n = 2, .v = {"su", "sshd"}},
                .callers = {.n = 1, .v = {"@oncall"}},
                .from = {.n = 1, .v = {"10.20.0.0/16"}},
                .keys = {.n = 2, .v = {{KEY "1", "alice"}, {KEY "2", ""}}},
                .max_uses = 5,
                .unused = SEC(900),
                .iat = UNIT_WALL,
                .nbf = UNIT_WALL,
                .exp = UNIT_WALL + SEC(1800),
                .boot = UNIT_BOOT,
                .boottime = UNIT_BOOTTIME,
                .aud = UNIT_MACHINE,
                .requester = "alice",
                .n_approvals = 1,
                .approvals = {{.by = "alice",
                        .uid = 1000,
                        .factors = {.n = 2, .v = {"password", "totp"}},
                        .at = UNIT_WALL}},
                .reason = "primary lost",
                .ticket = "INC-4711",
                .policy = "abc.def",
        };
}

static void round_trip(void **state)
{
        (void)state;
        some_claims();
        assert_round_trip(&bg_claims_table, &claims);
        static char text[BG_DOCUMENT_BYTES_MAX];
        static struct bg_claims back;
        struct bg_buffer b = BG_BUFFER(text);
        assert_true(bg_emit(&bg_claims_table, &claims, &b));
        assert_reads(&bg_claims_table, text, &back);
        assert_string_equal(bg_pairs_get(&back.keys, KEY "2"), "");
        assert_true(back.unused == SEC(900));
        claims.keys.n = 0; /* any key */
        claims.unused = 0; /* never */
        assert_round_trip(&bg_claims_table, &claims);
        claims.max_uses = 0; /* absent: as many as the window holds */
        claims.uid = 0;
        claims.boottime = 0;
        assert_round_trip(&bg_claims_table, &claims);
}

/* Every list full of its longest items: a grant that policy allows can always be signed. */
static void the_longest_is_no_longer_than_a_token_takes(void **state)
{
        (void)state;
        static char text[BG_PAYLOAD_BYTES_MAX + 1];
        struct bg_buffer b = BG_BUFFER(text);
        some_claims();
        struct bg_list *const lists[] = {
                &claims.groups, &claims.services, &claims.callers, &claims.from};
        for (size_t l = 0; l < 4; l++) {
                lists[l]->n = BG_LIST_MAX;
                for (size_t i = 0; i < BG_LIST_MAX; i++)
                        memset(lists[l]->v[i], '"', BG_ITEM_BYTES - 1);
        }
        claims.env.n = BG_PAIRS_MAX;
        for (size_t i = 0; i < BG_PAIRS_MAX; i++) {
                memset(claims.env.v[i].key, 'A', BG_PAIR_KEY_BYTES - 1);
                memset(claims.env.v[i].value, '"', BG_PAIR_VALUE_BYTES - 1);
        }
        claims.keys.n = BG_PAIRS_MAX;
        for (size_t i = 0; i < BG_PAIRS_MAX; i++) {
                memset(claims.keys.v[i].key, '+', BG_PAIR_KEY_BYTES - 1);
                memset(claims.keys.v[i].value, 'a', BG_NAME_BYTES - 1);
        }
        claims.n_approvals = BG_APPROVALS_MAX;
        for (size_t i = 0; i < BG_APPROVALS_MAX; i++) {
                claims.approvals[i] = claims.approvals[0];
                memset(claims.approvals[i].by, 'a', BG_NAME_BYTES - 1);
                claims.approvals[i].factors.n = BG_LIST_MAX;
                for (size_t f = 0; f < BG_LIST_MAX; f++)
                        memset(claims.approvals[i].factors.v[f], 'f', BG_ROLE_BYTES - 1);
        }
        memset(claims.reason, '"', sizeof claims.reason - 1);
        memset(claims.ticket, '"', sizeof claims.ticket - 1);
        assert_true(bg_emit(&bg_claims_table, &claims, &b));
}

static void every_required_claim(void **state)
{
        (void)state;
        some_claims();
        static char whole[BG_DOCUMENT_BYTES_MAX];
        struct bg_buffer b = BG_BUFFER(whole);
        assert_true(bg_emit(&bg_claims_table, &claims, &b));
        for (size_t i = 0; i < bg_claims_table.n_fields; i++) {
                const struct bg_field *f = &bg_claims_table.fields[i];
                static char text[BG_DOCUMENT_BYTES_MAX];
                static struct bg_claims back;
                struct bg_field *fields = malloc(bg_claims_table.n_fields * sizeof *fields);
                assert_non_null(fields);
                memcpy(fields, bg_claims_table.fields, bg_claims_table.n_fields * sizeof *fields);
                memmove(&fields[i], &fields[i + 1],
                        (bg_claims_table.n_fields - i - 1) * sizeof *fields);
                struct bg_table without = bg_claims_table;
                without.fields = fields;
                without.n_fields--;
                struct bg_buffer w = BG_BUFFER(text);
                assert_true(bg_emit(&without, &claims, &w));
                if (f->required)
                        assert_refuses(&bg_claims_table, text, "missing");
                else
                        assert_reads(&bg_claims_table, text, &back);
                free(fields);
        }
        /* Those that only widen may be absent; nothing that binds a grant may. */
        static const char *const optional[] = {"groups", "env", "callers", "from", "keys", "unused",
                "max_uses", "reason", "ticket"};
        size_t n_optional = 0;
        for (size_t i = 0; i < bg_claims_table.n_fields; i++)
                n_optional += !bg_claims_table.fields[i].required;
        assert_int_equal(n_optional, sizeof optional / sizeof *optional);
        for (size_t o = 0; o < n_optional; o++) {
                bool found = false;
                for (size_t i = 0; i < bg_claims_table.n_fields; i++)
                        found = found ||
                                (!bg_claims_table.fields[i].required &&
                                        !strcmp(bg_claims_table.fields[i].name, optional[o]));
                assert_true(found);
        }
}

static void who_approved(void **state)
{
        (void)state;
        char text[BG_APPROVERS_BYTES];
        some_claims();
        bg_claims_approvers(&claims, text, sizeof text);
        assert_string_equal(text, "alice (password, totp)");
        claims.n_approvals = 2;
        claims.approvals[1] = (struct bg_claim_approval){.by = "bob", .factors = {.n = 0}};
        bg_claims_approvers(&claims, text, sizeof text);
        assert_string_equal(text, "alice (password, totp); bob ()");
        claims.n_approvals = 0;
        bg_claims_approvers(&claims, text, sizeof text);
        assert_string_equal(text, "");
        claims.n_approvals = 2;
        for (size_t size = 1; size < 40; size++) {
                char small[48];
                memset(small, '#', sizeof small);
                bg_claims_approvers(&claims, small, size);
                assert_int_equal(small[size], '#');
                assert_true(strlen(small) < size);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(round_trip),
                cmocka_unit_test(the_longest_is_no_longer_than_a_token_takes),
                cmocka_unit_test(every_required_claim),
                cmocka_unit_test(who_approved),
        };
        return cmocka_run_group_tests_name("grant", tests, NULL, NULL);
}
