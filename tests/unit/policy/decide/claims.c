/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a new grant claims: all that policy allows, and each narrowing, at its edges and beyond. */
#include "tests/unit/lib/unit.h"

#include "policy/decide/claims.h"

#define KEY_ALICE "SHA256:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define KEY_BOB "SHA256:bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define KEY_EVE "SHA256:eeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee"

static struct bg_role role;
static struct bg_policy policy;
static struct bg_ask ask;
static struct bg_human caller;
static struct bg_claims got;
static struct bg_error err;

static int setup(void **state)
{
        (void)state;
        role = (struct bg_role){.role = "db-restart",
                .groups = {.n = 1, .v = {"bg-db"}},
                .env = {.n = 1, .v = {{"PGSERVICE", "rescue"}}},
                .services = {.n = 2, .v = {"su", "sshd"}},
                .max_uses = 5,
                .unused = SEC(900)};
        policy = (struct bg_policy){
                .identity = {.account = "backup-bot",
                        .callers = {.n = 2, .v = {"@oncall", "ci"}},
                        .from = {.n = 2, .v = {"127.0.0.1", "10.20.0.0/16"}},
                        .keys = {.n = 2, .v = {{KEY_ALICE, "alice"}, {KEY_BOB, "bob"}}}},
                .n_roles = 1,
                .roles = &role,
        };
        ask = (struct bg_ask){.account = "backup-bot"};
        caller = (struct bg_human){0};
        got = (struct bg_claims){.jti = "4K7M-2PQ9", .iat = UNIT_WALL, .requester = "alice"};
        err = (struct bg_error){0};
        return 0;
}

static enum bg_code fill(void)
{
        return bg_claims_fill(&policy, &role, &ask, &caller, &got, &err);
}

static void asked_by(const char *name, uid_t uid, const char *group)
{
        bg_copy(ask.caller, sizeof ask.caller, name);
        caller = (struct bg_human){.found = true, .uid = uid, .n_groups = group ? 1 : 0};
        bg_copy(caller.name, sizeof caller.name, name);
        if (group)
                bg_copy(caller.groups[0], BG_NAME_BYTES, group);
}

static void only_service(const char *name)
{
        assert_int_equal(got.services.n, 1);
        assert_string_equal(got.services.v[0], name);
}

static void refused(enum bg_code code, const char *says)
{
        assert_code(fill(), code);
        assert_code(err.code, code);
        assert_says(&err, says);
}

static void as_wide_as_policy(void **state)
{
        (void)state;
        assert_code(fill(), BG_OK);
        assert_string_equal(got.role, "db-restart");
        assert_true(bg_list_has(&got.groups, "bg-db") && got.groups.n == 1);
        assert_string_equal(bg_pairs_get(&got.env, "PGSERVICE"), "rescue");
        assert_int_equal(got.services.n, 2);
        assert_int_equal(got.callers.n, 2);
        assert_int_equal(got.from.n, 2);
        assert_int_equal(got.keys.n, 2);
        assert_string_equal(bg_pairs_get(&got.keys, KEY_BOB), "bob");
        assert_true(got.max_uses == 5 && got.unused == SEC(900));
        /* The rest is the caller's. */
        assert_string_equal(got.jti, "4K7M-2PQ9");
        assert_string_equal(got.requester, "alice");
        assert_true(got.iat == UNIT_WALL);
}

static void one_caller(void **state)
{
        (void)state;
        asked_by("alice", 1000, "oncall");
        assert_code(fill(), BG_OK);
        assert_int_equal(got.callers.n, 1);
        assert_string_equal(got.callers.v[0], "alice"); /* her, not her group */
        only_service("su");
        (void)setup(NULL);
        asked_by("ci", 1002, NULL);
        assert_code(fill(), BG_OK);
        assert_string_equal(got.callers.v[0], "ci");

        (void)setup(NULL);
        asked_by("eve", 1003, NULL);
        refused(BG_NOT_PERMITTED, "eve is not one of those who may become backup-bot");
        (void)setup(NULL);
        asked_by("oncall", 1004, NULL); /* named like the group */
        refused(BG_NOT_PERMITTED, "oncall is not one");
        (void)setup(NULL);
        asked_by("alice", 1000, "oncall");
        caller.found = false;
        refused(BG_NOT_PERMITTED, "alice is not one");
        (void)setup(NULL);
        asked_by("alice", 1000, "oncall");
        policy.identity.callers.n = 0; /* none, where from is anywhere */
        refused(BG_NOT_PERMITTED, "alice is not one");
}

static void one_service(void **state)
{
        (void)state;
        static const char *const services[] = {"su", "sshd"};
        for (size_t i = 0; i < 2; i++) {
                (void)setup(NULL);
                bg_copy(ask.service, sizeof ask.service, services[i]);
                assert_code(fill(), BG_OK);
                only_service(services[i]);
                assert_int_equal(got.callers.n, 2);
                assert_int_equal(got.from.n, 2);
        }
        (void)setup(NULL);
        bg_copy(ask.service, sizeof ask.service, "login");
        refused(BG_NOT_PERMITTED, "db-restart does not allow login");
        (void)setup(NULL);
        role.services = (struct bg_list){.n = 1, .v = {"sshd"}};
        asked_by("alice", 1000, "oncall"); /* which is su */
        refused(BG_NOT_PERMITTED, "does not allow su");
        (void)setup(NULL);
        role.services = (struct bg_list){.n = 1, .v = {"su"}};
        bg_copy(ask.from, sizeof ask.from, "127.0.0.1");
        refused(BG_NOT_PERMITTED, "does not allow sshd");
        (void)setup(NULL);
        role.services = (struct bg_list){.n = 1, .v = {"su"}};
        bg_copy(ask.key, sizeof ask.key, KEY_ALICE);
        refused(BG_NOT_PERMITTED, "does not allow sshd");
}

static void what_excludes_each_other(void **state)
{
        (void)state;
        asked_by("alice", 1000, "oncall");
        bg_copy(ask.from, sizeof ask.from, "127.0.0.1");
        refused(BG_USAGE, "not both");
        (void)setup(NULL);
        asked_by("alice", 1000, "oncall");
        bg_copy(ask.key, sizeof ask.key, KEY_ALICE);
        refused(BG_USAGE, "not both");
        (void)setup(NULL);
        asked_by("alice", 1000, "oncall");
        bg_copy(ask.service, sizeof ask.service, "sshd");
        refused(BG_USAGE, "--service sshd");
        (void)setup(NULL);
        bg_copy(ask.from, sizeof ask.from, "127.0.0.1");
        bg_copy(ask.service, sizeof ask.service, "su");
        refused(BG_USAGE, "--service su");
        (void)setup(NULL);
        bg_copy(ask.key, sizeof ask.key, KEY_ALICE);
        bg_copy(ask.service, sizeof ask.service, "login");
        refused(BG_USAGE, "--service login");
        /* Said twice in other words is not two things. */
        (void)setup(NULL);
        asked_by("alice", 1000, "oncall");
        bg_copy(ask.service, sizeof ask.service, "su");
        assert_code(fill(), BG_OK);
        only_service("su");
        (void)setup(NULL);
        bg_copy(ask.from, sizeof ask.from, "127.0.0.1");
        bg_copy(ask.key, sizeof ask.key, KEY_ALICE);
        bg_copy(ask.service, sizeof ask.service, "sshd");
        assert_code(fill(), BG_OK);
        only_service("sshd");
}

static void from_one_place(void **state)
{
        (void)state;
        static const struct {
                const char *from;
                bool good;
        } rows[] = {{"127.0.0.1", true}, {"127.0.0.1/32", true}, {"10.20.0.0/16", true},
                {"10.20.30.0/24", true}, {"10.20.255.255", true}, {"10.21.0.0", false},
                {"10.20.0.0/15", false}, {"127.0.0.0/31", false}, {"0.0.0.0/0", false},
                {"::1", false}, {"::ffff:10.20.0.1", true}};
        for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
                (void)setup(NULL);
                bg_copy(ask.from, sizeof ask.from, rows[i].from);
                if (!rows[i].good) {
                        refused(BG_NOT_PERMITTED, "backup-bot may not log in from");
                        continue;
                }
                assert_code(fill(), BG_OK);
                assert_int_equal(got.from.n, 1);
                assert_string_equal(got.from.v[0], rows[i].from);
                only_service("sshd");
        }
        (void)setup(NULL);
        policy.identity.from.n = 0; /* from anywhere */
        bg_copy(ask.from, sizeof ask.from, "203.0.113.9");
        assert_code(fill(), BG_OK);
        assert_string_equal(got.from.v[0], "203.0.113.9");
}

static void with_one_key(void **state)
{
        (void)state;
        bg_copy(ask.key, sizeof ask.key, KEY_BOB);
        assert_code(fill(), BG_OK);
        assert_int_equal(got.keys.n, 1);
        assert_string_equal(got.keys.v[0].key, KEY_BOB);
        assert_string_equal(got.keys.v[0].value, "bob");
        only_service("sshd");
        (void)setup(NULL);
        bg_copy(ask.key, sizeof ask.key, KEY_EVE);
        refused(BG_NOT_PERMITTED, "none that may open an elevated session of backup-bot");
        /* Where policy names none, any may be named, and nobody has said whose it is. */
        (void)setup(NULL);
        policy.identity.keys.n = 0;
        bg_copy(ask.key, sizeof ask.key, KEY_EVE);
        assert_code(fill(), BG_OK);
        assert_int_equal(got.keys.n, 1);
        assert_string_equal(bg_pairs_get(&got.keys, KEY_EVE), "");
}

static void so_many_uses(void **state)
{
        (void)state;
        for (uint64_t uses = 1; uses <= 5; uses++) {
                ask.uses = uses;
                assert_code(fill(), BG_OK);
                assert_true(got.max_uses == uses);
        }
        ask.uses = 6;
        refused(BG_NOT_PERMITTED, "db-restart allows at most 5 sessions");
        role.max_uses = 0; /* as many as the window holds */
        assert_code(fill(), BG_OK);
        assert_true(got.max_uses == 6);
        ask.uses = 0;
        assert_code(fill(), BG_OK);
        assert_true(got.max_uses == 0);
}

static void all_at_once(void **state)
{
        (void)state;
        bg_copy(ask.from, sizeof ask.from, "10.20.1.0/24");
        bg_copy(ask.key, sizeof ask.key, KEY_ALICE);
        ask.uses = 1;
        assert_code(fill(), BG_OK);
        only_service("sshd");
        assert_string_equal(got.from.v[0], "10.20.1.0/24");
        assert_string_equal(got.keys.v[0].value, "alice");
        assert_true(got.max_uses == 1 && got.keys.n == 1 && got.from.n == 1);
        assert_int_equal(got.groups.n, 1);
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(as_wide_as_policy, setup),
                cmocka_unit_test_setup(one_caller, setup),
                cmocka_unit_test_setup(one_service, setup),
                cmocka_unit_test_setup(what_excludes_each_other, setup),
                cmocka_unit_test_setup(from_one_place, setup),
                cmocka_unit_test_setup(with_one_key, setup),
                cmocka_unit_test_setup(so_many_uses, setup),
                cmocka_unit_test_setup(all_at_once, setup),
        };
        return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}
