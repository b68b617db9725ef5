/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The decision: one row a way to be refused, then several grants beside each other, then what the
 * caller's question adds. */
#include "tests/unit/lib/unit.h"

#include "policy/decide/decide.h"

static struct bg_role roles[1];
static struct bg_policy policy;
static struct bg_grant grants[3];
static struct bg_grants all;
static struct bg_attempt attempt;
static struct bg_decision got;

static struct bg_grant a_good_grant(const char *id)
{
        struct bg_grant grant = {.found = BG_OK,
                .claims = {
                        .v = 1,
                        .sub = "backup-bot",
                        .uid = 998,
                        .role = "db-restart",
                        .groups = {.n = 1, .v = {"bg-db"}},
                        .services = {.n = 2, .v = {"su", "sshd"}},
                        .callers = {.n = 1, .v = {"@oncall"}},
                        .from = {.n = 1, .v = {"10.0.0.0/8"}},
                        .max_uses = 5,
                        .iat = UNIT_WALL,
                        .nbf = UNIT_WALL,
                        .exp = UNIT_WALL + SEC(1800),
                        .boot = UNIT_BOOT,
                        .boottime = UNIT_BOOTTIME,
                        .aud = UNIT_MACHINE,
                }};
        bg_copy(grant.id, sizeof grant.id, id);
        bg_copy(grant.claims.jti, sizeof grant.claims.jti, id);
        return grant;
}

static int setup(void **state)
{
        (void)state;
        roles[0] = (struct bg_role){.role = "db-restart",
                .groups = {.n = 1, .v = {"bg-db"}},
                .services = {.n = 2, .v = {"su", "sshd"}}};
        policy = (struct bg_policy){
                .host = {.ceiling = SEC(43200)},
                .identity = {.account = "backup-bot",
                        .without_grant = BG_WITHOUT_GRANT_DENY,
                        .callers = {.n = 2, .v = {"@oncall", "ci"}},
                        .from = {.n = 1, .v = {"10.20.0.0/16"}}},
                .n_roles = 1,
                .roles = roles,
        };
        grants[0] = a_good_grant("4K7M-2PQ9");
        grants[1] = a_good_grant("4K7M-2PQA");
        grants[2] = a_good_grant("4K7M-2PQB");
        all = (struct bg_grants){.n = 1, .v = grants};
        attempt = (struct bg_attempt){
                .now = unit_now(),
                .account = "backup-bot",
                .uid = 998,
                .service = "sshd",
                .origin = "10.20.1.1",
        };
        memset(&got, 0x5A, sizeof got);
        return 0;
}

static void by_su(const char *name, uid_t uid)
{
        bg_copy(attempt.service, sizeof attempt.service, "su");
        attempt.origin[0] = '\0';
        attempt.caller =
                (struct bg_human){.found = true, .uid = uid, .n_groups = 1, .groups = {"oncall"}};
        bg_copy(attempt.caller.name, sizeof attempt.caller.name, name);
}

static void a_good_grant_elevates(void **state)
{
        (void)state;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        assert_int_equal(got.verdict, BG_ELEVATE);
        assert_code(got.code, BG_OK);
        assert_ptr_equal(got.grant, &grants[0]);
        assert_true(got.left == SEC(1800));
        assert_string_equal(got.allowance.groups.v[0], "bg-db");
        by_su("alice", 1000);
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        assert_int_equal(got.verdict, BG_ELEVATE);
}

/* One change each to the good attempt above, and the code that it must answer. */
static void ch_malformed(void)
{
        grants[0].found = BG_MALFORMED;
}
static void ch_signature(void)
{
        grants[0].found = BG_BAD_SIGNATURE;
}
static void ch_key(void)
{
        grants[0].found = BG_UNKNOWN_KEY;
}
static void ch_found_host(void)
{
        grants[0].found = BG_WRONG_HOST;
}
static void ch_unsafe(void)
{
        grants[0].found = BG_UNSAFE_FILE;
}
static void ch_name(void)
{
        bg_copy(grants[0].id, BG_ID_BYTES, "0000-0000");
}
static void ch_aud(void)
{
        bg_copy(grants[0].claims.aud, BG_MACHINE_ID_BYTES, UNIT_OTHER_MACHINE);
}
static void ch_sub(void)
{
        bg_copy(grants[0].claims.sub, BG_NAME_BYTES, "backup-bo");
}
static void ch_uid(void)
{
        grants[0].claims.uid = 999;
}
static void ch_attempt_uid(void)
{
        attempt.uid = 0;
}
static void ch_identity(void)
{
        bg_copy(policy.identity.account, BG_NAME_BYTES, "other");
}
static void ch_answered(void)
{
        bg_copy(attempt.answered, BG_ID_BYTES, "4K7M-2PQA");
}
static void ch_revoked(void)
{
        grants[0].closed = BG_REVOKED;
}
static void ch_closed_expired(void)
{
        grants[0].closed = BG_EXPIRED;
}
static void ch_closed_consumed(void)
{
        grants[0].closed = BG_CONSUMED;
}
static void ch_tombstone(void)
{
        grants[0].closed = BG_TAMPERED;
}
static void ch_role(void)
{
        bg_copy(roles[0].role, BG_ROLE_BYTES, "other");
}
static void ch_expired(void)
{
        attempt.now.wall += SEC(1800);
}
static void ch_boot_expired(void)
{
        attempt.now.boottime += SEC(1800);
}
static void ch_not_yet(void)
{
        grants[0].claims.nbf += SEC(5);
}
static void ch_shorter(void)
{
        roles[0].max_duration = SEC(60), attempt.now.wall += SEC(60);
}
static void ch_behind(void)
{
        bg_copy(attempt.now.boot, sizeof attempt.now.boot, UNIT_OTHER_BOOT);
        attempt.newest.wall = attempt.now.wall + SEC(60);
}
static void ch_uses(void)
{
        grants[0].uses_taken = 5;
}
static void ch_more_uses(void)
{
        grants[0].uses_taken = 6;
}
static void ch_role_uses(void)
{
        roles[0].max_uses = 2, grants[0].uses_taken = 2;
}
static void ch_service(void)
{
        bg_copy(attempt.service, BG_NAME_BYTES, "login");
}
static void ch_grant_service(void)
{
        grants[0].claims.services = (struct bg_list){1, {"su"}};
}
static void ch_role_service(void)
{
        roles[0].services = (struct bg_list){1, {"su"}};
}
static void ch_origin(void)
{
        bg_copy(attempt.origin, BG_ITEM_BYTES, "10.21.0.1");
}
static void ch_grant_origin(void)
{
        grants[0].claims.from = (struct bg_list){1, {"192.0.2.1"}};
}
static void ch_no_origin(void)
{
        attempt.origin[0] = '\0';
}
static void ch_caller(void)
{
        by_su("eve", 1001), attempt.caller.n_groups = 0;
}
static void ch_ci(void)
{
        by_su("ci", 1002), attempt.caller.n_groups = 0;
} /* not in the grant */
static void ch_identity_callers(void)
{
        by_su("alice", 1000), policy.identity.callers.n = 0;
}
static void ch_nobody(void)
{
        by_su("alice", 1000), attempt.caller.found = false;
}
static void ch_nobody_root(void)
{
        by_su("", 0), attempt.caller.found = false;
}

static void ch_unused(void)
{
        grants[0].claims.unused = SEC(900), attempt.now.wall += SEC(900);
}
static void ch_role_unused(void)
{
        roles[0].unused = SEC(900), attempt.now.boottime += SEC(900);
}
static void ch_closed_unused(void)
{
        grants[0].closed = BG_UNUSED;
}
static void ch_approvals(void)
{
        roles[0].approvals = 1;
}
static void by_key(const char *key)
{
        attempt.key_known = true;
        bg_copy(attempt.key, BG_ITEM_BYTES, key);
}
static void ch_wrong_key(void)
{
        by_key("SHA256:other"), grants[0].claims.keys = (struct bg_pairs){1, {{"SHA256:one", ""}}};
}
static void ch_key_of_policy(void)
{
        by_key("SHA256:other"),
                policy.identity.keys = (struct bg_pairs){1, {{"SHA256:one", "alice"}}};
}
static void ch_key_no_longer(void)
{
        ch_wrong_key(), by_key("SHA256:one"),
                policy.identity.keys = (struct bg_pairs){1, {{"SHA256:other", "alice"}}};
}
static void ch_no_key(void)
{
        ch_wrong_key(), by_key("");
}

static const struct {
        const char *what;
        void (*change)(void);
        enum bg_code code;
        bool bad;
} refusals[] = {
        {"a damaged grant", ch_malformed, BG_MALFORMED, true},
        {"a changed grant", ch_signature, BG_BAD_SIGNATURE, true},
        {"a stranger's key", ch_key, BG_UNKNOWN_KEY, true},
        {"another host's key", ch_found_host, BG_WRONG_HOST, true},
        {"an unsafe file", ch_unsafe, BG_UNSAFE_FILE, true},
        {"under another's name", ch_name, BG_MALFORMED, true},
        {"for another host", ch_aud, BG_WRONG_HOST, true},
        {"for another account", ch_sub, BG_WRONG_ACCOUNT, true},
        {"an account made again", ch_uid, BG_WRONG_ACCOUNT, true},
        {"an attempt by another uid", ch_attempt_uid, BG_WRONG_ACCOUNT, true},
        {"another's policy", ch_identity, BG_WRONG_ACCOUNT, true},
        {"another grant let the caller in", ch_answered, BG_NO_GRANT, false},
        {"revoked", ch_revoked, BG_REVOKED, false},
        {"closed as expired", ch_closed_expired, BG_EXPIRED, false},
        {"closed as consumed", ch_closed_consumed, BG_CONSUMED, false},
        {"a damaged tombstone", ch_tombstone, BG_TAMPERED, true},
        {"the role is gone", ch_role, BG_POLICY_NARROWED, false},
        {"run out", ch_expired, BG_EXPIRED, false},
        {"run out by the boot clock", ch_boot_expired, BG_EXPIRED, false},
        {"not yet", ch_not_yet, BG_NOT_YET, false},
        {"shorter by policy", ch_shorter, BG_EXPIRED, false},
        {"a clock behind", ch_behind, BG_CLOCK_BEHIND, false},
        {"used up", ch_uses, BG_CONSUMED, false},
        {"more than used up", ch_more_uses, BG_CONSUMED, false},
        {"used up by today's role", ch_role_uses, BG_CONSUMED, false},
        {"another way in", ch_service, BG_WRONG_SERVICE, false},
        {"not the grant's way in", ch_grant_service, BG_WRONG_SERVICE, false},
        {"no longer the role's way in", ch_role_service, BG_WRONG_SERVICE, false},
        {"not from there", ch_origin, BG_WRONG_ORIGIN, false},
        {"not from there by the grant", ch_grant_origin, BG_WRONG_ORIGIN, false},
        {"from nowhere known", ch_no_origin, BG_WRONG_ORIGIN, false},
        {"a caller nobody named", ch_caller, BG_WRONG_CALLER, false},
        {"a caller the grant does not name", ch_ci, BG_WRONG_CALLER, false},
        {"a caller policy no longer names", ch_identity_callers, BG_WRONG_CALLER, false},
        {"a caller with no line in passwd", ch_nobody, BG_WRONG_CALLER, false},
        {"uid 0 with no line in passwd", ch_nobody_root, BG_WRONG_CALLER, false},
        {"nobody used it in time", ch_unused, BG_UNUSED, false},
        {"nobody used it in today's role's time", ch_role_unused, BG_UNUSED, false},
        {"closed as unused", ch_closed_unused, BG_UNUSED, false},
        {"fewer approvals than today's role wants", ch_approvals, BG_POLICY_NARROWED, false},
        {"a key that the grant does not name", ch_wrong_key, BG_WRONG_KEY, false},
        {"a key that the policy does not name", ch_key_of_policy, BG_WRONG_KEY, false},
        {"a key that the policy no longer names", ch_key_no_longer, BG_WRONG_KEY, false},
        {"no key where one is wanted", ch_no_key, BG_WRONG_KEY, false},
};
#define N_REFUSALS (sizeof refusals / sizeof *refusals)

static void every_refusal_under_deny(void **state)
{
        for (size_t i = 0; i < N_REFUSALS; i++) {
                (void)setup(state);
                refusals[i].change();
                enum bg_code code = bg_decide(&policy, &all, &attempt, &got);
                if (code != refusals[i].code || got.code != code || got.verdict != BG_REFUSE)
                        fail_msg("%s: %s", refusals[i].what, bg_code_word(code));
                assert_ptr_equal(got.grant, &grants[0]);
                assert_int_equal(bg_code_is_bad(code), refusals[i].bad);
        }
}

/* Bad is never plain; all else is, and says why it is not elevated: what deny would have answered. */
static void every_refusal_under_plain(void **state)
{
        for (size_t i = 0; i < 2 * N_REFUSALS; i++) {
                size_t r = i / 2;
                (void)setup(state);
                policy.identity.without_grant =
                        i % 2 ? BG_WITHOUT_GRANT_PLAIN : BG_WITHOUT_GRANT_OBSERVE;
                refusals[r].change();
                enum bg_code code = bg_decide(&policy, &all, &attempt, &got);
                bool plain = !refusals[r].bad && !attempt.answered[0];
                if ((code == BG_OK) != plain || (got.verdict == BG_PLAIN) != plain)
                        fail_msg("%s: %s", refusals[r].what, bg_code_word(code));
                assert_code(got.code, refusals[r].code);
        }
}

/* Whoever was let in by a grant without a password gets in by that grant or not at all. */
static void every_refusal_when_answered(void **state)
{
        for (size_t i = 0; i < N_REFUSALS; i++) {
                (void)setup(state);
                policy.identity.without_grant = BG_WITHOUT_GRANT_PLAIN;
                bg_copy(attempt.answered, BG_ID_BYTES, "4K7M-2PQ9");
                refusals[i].change();
                assert_int_not_equal(bg_decide(&policy, &all, &attempt, &got), BG_OK);
                assert_int_equal(got.verdict, BG_REFUSE);
        }
        (void)setup(state);
        bg_copy(attempt.answered, BG_ID_BYTES, "4K7M-2PQ9");
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        assert_int_equal(got.verdict, BG_ELEVATE);
        all.n = 0;
        policy.identity.without_grant = BG_WITHOUT_GRANT_PLAIN;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_NO_GRANT);
        assert_int_equal(got.verdict, BG_REFUSE);
}

static void the_last_use_is_still_one(void **state)
{
        (void)state;
        grants[0].uses_taken = 4;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        grants[0].claims.max_uses = 0;
        grants[0].uses_taken = 100000;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
}

static void no_grant_at_all(void **state)
{
        (void)state;
        all = (struct bg_grants){0};
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_NO_GRANT);
        assert_int_equal(got.verdict, BG_REFUSE);
        assert_null(got.grant);
        policy.identity.without_grant = BG_WITHOUT_GRANT_UNSET;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_NO_GRANT);
        policy.identity.without_grant = BG_WITHOUT_GRANT_PLAIN;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        assert_int_equal(got.verdict, BG_PLAIN);
        assert_code(got.code, BG_NO_GRANT);
        policy.identity.without_grant = BG_WITHOUT_GRANT_OBSERVE;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        assert_int_equal(got.verdict, BG_PLAIN);
        assert_code(got.code, BG_NO_GRANT);
}

/* Whose key it is is not known before open_session, and su has none. */
static void keys(void **state)
{
        (void)state;
        grants[0].claims.keys = (struct bg_pairs){1, {{"SHA256:one", ""}}};
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        by_key("SHA256:one");
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        policy.identity.keys =
                (struct bg_pairs){2, {{"SHA256:two", "bob"}, {"SHA256:one", "alice"}}};
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        by_key("SHA256:two"); /* policy allows it, the grant was narrowed */
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_WRONG_KEY);
        grants[0].claims.keys.n = 0; /* any that policy allows */
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        by_key("");
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_WRONG_KEY);
        by_su("alice", 1000);
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        (void)setup(state);
        by_key("SHA256:any");
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        by_key("");
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
}

static void used_in_time_is_not_unused(void **state)
{
        (void)state;
        grants[0].claims.unused = SEC(900);
        attempt.now.wall += SEC(900) - 1;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        attempt.now.wall += 1;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_UNUSED);
        grants[0].uses_taken = 1;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        /* What is over as a whole is expired, used or not. */
        grants[0].uses_taken = 0;
        attempt.now.wall = UNIT_WALL + SEC(1800);
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_EXPIRED);
}

static void the_longest_wins(void **state)
{
        (void)state;
        all.n = 3;
        for (size_t longest = 0; longest < 3; longest++) {
                for (size_t i = 0; i < 3; i++)
                        grants[i].claims.exp = UNIT_WALL + SEC(i == longest ? 1200 : 600 + i);
                assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
                assert_ptr_equal(got.grant, &grants[longest]);
                assert_true(got.left == SEC(1200));
        }
        /* Of two that last as long, the first: what explain says is what happens. */
        grants[0].claims.exp = grants[1].claims.exp = grants[2].claims.exp;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        assert_ptr_equal(got.grant, &grants[0]);
        grants[1].claims.exp += SEC(1);
        /* The longest of those that fit. */
        grants[2].claims.from = (struct bg_list){1, {"192.0.2.1"}};
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        assert_ptr_equal(got.grant, &grants[1]);
}

static void a_good_one_wins_over_a_bad_one(void **state)
{
        (void)state;
        all.n = 3;
        for (size_t good = 0; good < 3; good++) {
                for (size_t i = 0; i < 3; i++)
                        grants[i].found = i == good ? BG_OK : BG_BAD_SIGNATURE;
                assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
                assert_ptr_equal(got.grant, &grants[good]);
        }
}

static void a_bad_one_is_told_before_one_that_does_not_fit(void **state)
{
        (void)state;
        all.n = 3;
        for (size_t bad = 0; bad < 3; bad++) {
                for (size_t i = 0; i < 3; i++) {
                        grants[i].found = i == bad ? BG_MALFORMED : BG_OK;
                        grants[i].closed = BG_REVOKED;
                }
                policy.identity.without_grant = BG_WITHOUT_GRANT_PLAIN;
                assert_code(bg_decide(&policy, &all, &attempt, &got), BG_MALFORMED);
                assert_ptr_equal(got.grant, &grants[bad]);
        }
}

static void the_one_that_came_furthest_is_told(void **state)
{
        (void)state;
        all.n = 3;
        for (size_t furthest = 0; furthest < 3; furthest++) {
                for (size_t i = 0; i < 3; i++)
                        grants[i].closed = i == furthest ? BG_OK : BG_REVOKED;
                bg_copy(attempt.origin, BG_ITEM_BYTES, "192.0.2.1");
                assert_code(bg_decide(&policy, &all, &attempt, &got), BG_WRONG_ORIGIN);
                assert_ptr_equal(got.grant, &grants[furthest]);
        }
        /* Of two bad ones also. */
        grants[0].found = BG_MALFORMED;
        grants[1].claims.uid = 1;
        grants[2].found = BG_MALFORMED;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_WRONG_ACCOUNT);
}

static void root_by_su(void **state)
{
        (void)state;
        by_su("root", 0);
        attempt.caller.n_groups = 0;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        assert_int_equal(got.verdict, BG_ELEVATE);
        assert_code(bg_decide_caller(&policy, &all, &attempt, &got), BG_WRONG_CALLER);
}

static void su_asks_no_origin_and_ssh_no_caller(void **state)
{
        (void)state;
        by_su("alice", 1000);
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
        (void)setup(state);
        policy.identity.callers.n = 0;
        grants[0].claims.callers.n = 0;
        assert_code(bg_decide(&policy, &all, &attempt, &got), BG_OK);
}

static void a_named_caller_needs_no_password(void **state)
{
        (void)state;
        by_su("alice", 1000);
        assert_code(bg_decide_caller(&policy, &all, &attempt, &got), BG_OK);
        assert_ptr_equal(got.grant, &grants[0]);
        assert_int_equal(got.verdict, BG_ELEVATE);

        /* Under plain as under deny: without a grant nobody is let in by us. */
        policy.identity.without_grant = BG_WITHOUT_GRANT_PLAIN;
        grants[0].closed = BG_REVOKED;
        assert_code(bg_decide_caller(&policy, &all, &attempt, &got), BG_REVOKED);
        assert_int_equal(got.verdict, BG_REFUSE);
        all.n = 0;
        assert_code(bg_decide_caller(&policy, &all, &attempt, &got), BG_NO_GRANT);
}

static void who_is_not_named_does(void **state)
{
        (void)state;
        by_su("eve", 1001);
        attempt.caller.n_groups = 0;
        assert_code(bg_decide_caller(&policy, &all, &attempt, &got), BG_WRONG_CALLER);
        by_su("alice", 1000);
        attempt.caller.found = false;
        assert_code(bg_decide_caller(&policy, &all, &attempt, &got), BG_WRONG_CALLER);
        assert_int_equal(got.verdict, BG_REFUSE);
        /* Root is never answered for, named or not, and sshd never. */
        by_su("root", 0);
        grants[0].claims.callers = (struct bg_list){1, {"root"}};
        policy.identity.callers = grants[0].claims.callers;
        assert_code(bg_decide_caller(&policy, &all, &attempt, &got), BG_WRONG_CALLER);
        by_su("alice", 1000);
        bg_copy(attempt.service, BG_NAME_BYTES, "sshd");
        assert_code(bg_decide_caller(&policy, &all, &attempt, &got), BG_WRONG_CALLER);
        by_su("alice", 1000);
        bg_copy(attempt.answered, BG_ID_BYTES, "4K7M-2PQ9");
        assert_code(bg_decide_caller(&policy, &all, &attempt, &got), BG_WRONG_CALLER);
}

/* What `explain` shows: each refusal above belongs to exactly one step, none before it refuses. */
static void steps_are_questions(void **state)
{
        (void)state;
        assert_true(bg_n_steps == 13);
        for (size_t i = 0; i < bg_n_steps; i++) {
                assert_true(bg_steps[i].asks[strlen(bg_steps[i].asks) - 1] == '?');
                assert_code(bg_steps[i].judge(&policy, &grants[0], &attempt, &got), BG_OK);
        }
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test_setup(a_good_grant_elevates, setup),
                cmocka_unit_test_setup(every_refusal_under_deny, setup),
                cmocka_unit_test_setup(every_refusal_under_plain, setup),
                cmocka_unit_test_setup(every_refusal_when_answered, setup),
                cmocka_unit_test_setup(the_last_use_is_still_one, setup),
                cmocka_unit_test_setup(no_grant_at_all, setup),
                cmocka_unit_test_setup(the_longest_wins, setup),
                cmocka_unit_test_setup(a_good_one_wins_over_a_bad_one, setup),
                cmocka_unit_test_setup(a_bad_one_is_told_before_one_that_does_not_fit, setup),
                cmocka_unit_test_setup(the_one_that_came_furthest_is_told, setup),
                cmocka_unit_test_setup(root_by_su, setup),
                cmocka_unit_test_setup(su_asks_no_origin_and_ssh_no_caller, setup),
                cmocka_unit_test_setup(a_named_caller_needs_no_password, setup),
                cmocka_unit_test_setup(who_is_not_named_does, setup),
                cmocka_unit_test_setup(keys, setup),
                cmocka_unit_test_setup(used_in_time_is_not_unused, setup),
                cmocka_unit_test_setup(steps_are_questions, setup),
        };
        return cmocka_run_group_tests_name("decide", tests, NULL, NULL);
}
