/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PAM's auth: a named caller of su needs no password, everybody else is as before. */
#include "tests/pam/lib/stage.h"

/* What the rest of the stack, pam_deny, then says. */
#define NOT_OURS PAM_AUTH_ERR

static int authenticate(struct stage *stage, const char *service)
{
        stage_end(stage);
        stage_start(stage, service, ACCOUNT);
        return stage_call(stage, pam_authenticate, 0);
}

/* He is told before he is asked for a password, which would not help him; and only once. */
static void assert_told(struct stage *stage, enum bg_code code, unsigned n_events)
{
        struct bg_event event;
        char word[64];

        (void)snprintf(word, sizeof word, "(%s).", bg_code_word(code));
        assert_non_null(strstr(stage->said, word));
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, &event), n_events);
        assert_code(event.code, code);
        assert_string_equal(event.person, stage->caller.name);
        stage->said[0] = '\0';
        assert_int_equal(stage_call(stage, pam_acct_mgmt, 0), PAM_PERM_DENIED);
        assert_string_equal(stage->said, "");
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, NULL), n_events);
}

static void test_named(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        assert_int_equal(authenticate(stage, "su"), NOT_OURS);
        assert_told(stage, BG_NO_GRANT, 1);
        stage_grant(stage, &claims);
        assert_int_equal(authenticate(stage, "su"), PAM_SUCCESS);
        assert_string_equal(stage->said, "");
        assert_int_equal(authenticate(stage, "su-l"), PAM_SUCCESS);
        assert_string_equal(stage->said, "");
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, NULL), 1);
}

/* No answer of ours ends sshd's chain, nor any other's. */
static void test_other_services(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_grant(stage, &claims);
        assert_int_equal(authenticate(stage, "sshd"), NOT_OURS);
        assert_int_equal(authenticate(stage, "login"), NOT_OURS);
        assert_int_equal(authenticate(stage, "sudo"), NOT_OURS);
        stage_close(stage, claims.jti, BG_EVENT_REVOKED);
        assert_int_equal(authenticate(stage, "sshd"), NOT_OURS);
        assert_string_equal(stage->said, "");
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, NULL), 0);
}

static void test_not_named_by_policy(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_grant(stage, &claims);
        unit_put(&stage->place, "etc/policy.d/" ACCOUNT ".yaml", 0644,
                "account: " ACCOUNT "\nkind: bot\nfunction: f\nowner: root\nroles: [db-restart]\n");
        assert_int_equal(authenticate(stage, "su"), NOT_OURS);
        assert_told(stage, BG_WRONG_CALLER, 1);
}

static void test_not_named_by_grant(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_claims(stage, &claims);
        bg_copy(claims.callers.v[0], BG_ITEM_BYTES, "sys");
        stage_open(stage, &claims);
        assert_int_equal(authenticate(stage, "su"), NOT_OURS);
        assert_told(stage, BG_WRONG_CALLER, 1);
}

/* Where an ordinary login will do, there is nothing to tell. */
static void test_plain(void **state)
{
        struct stage *stage = *state;

        stage_identity(stage, "without_grant: plain\n");
        assert_int_equal(authenticate(stage, "su"), NOT_OURS);
        assert_string_equal(stage->said, "");
        assert_int_equal(stage_call(stage, pam_acct_mgmt, 0), PAM_SUCCESS);
}

/* Told in auth that there is none, and then there is a bad one: that is told as well. */
static void test_told_anew(void **state)
{
        struct stage *stage = *state;

        assert_int_equal(authenticate(stage, "su"), NOT_OURS);
        unit_put(&stage->place, "state/grants/" ACCOUNT "/README", 0600, "");
        assert_int_equal(stage_call(stage, pam_acct_mgmt, 0), PAM_PERM_DENIED);
        assert_non_null(strstr(stage->said, "(no-grant)."));
        assert_non_null(strstr(stage->said, "(malformed)."));
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, NULL), 2);
}

/* The environment and PAM's items are the caller's to set. */
static void test_ruser(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_claims(stage, &claims);
        bg_copy(claims.callers.v[0], BG_ITEM_BYTES, "sys");
        stage_open(stage, &claims);
        stage_start(stage, "su", ACCOUNT);
        assert_int_equal(pam_set_item(stage->pamh, PAM_RUSER, "sys"), PAM_SUCCESS);
        assert_int_equal(stage_call(stage, pam_authenticate, 0), NOT_OURS);
}

/* Real uid 0 is a caller to no one: in sshd it always is. */
static void test_root_is_no_caller(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        if (geteuid() != 0)
                skip();
        stage->caller.uid = 0;
        bg_copy(stage->caller.name, sizeof stage->caller.name, "root");
        stage_identity(stage, "");
        stage_grant(stage, &claims);
        assert_int_equal(authenticate(stage, "su"), NOT_OURS);
        assert_int_equal(authenticate(stage, "sshd"), NOT_OURS);
        assert_string_equal(stage->said, "");
}

/* Nothing but the grant that let the caller in may carry him on: plain is impossible. */
static void assert_only_that(struct stage *stage, enum bg_code code)
{
        assert_refused(stage, code);
        assert_int_equal(stage_call(stage, pam_open_session, 0), PAM_SESSION_ERR);
        assert_null(pam_getenv(stage->pamh, "BREAKGLASS_GRANT"));
}

static void test_revoked_since(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_identity(stage, "without_grant: plain\n");
        stage_grant(stage, &claims);
        assert_int_equal(authenticate(stage, "su"), PAM_SUCCESS);
        stage_close(stage, claims.jti, BG_EVENT_REVOKED);
        assert_only_that(stage, BG_REVOKED);
        assert_false(stage_use(stage, claims.jti, 1, NULL));
}

static void test_other_grant_since(void **state)
{
        struct stage *stage = *state;
        struct bg_claims first;
        struct bg_claims second;

        stage_identity(stage, "without_grant: plain\n");
        stage_grant(stage, &first);
        assert_int_equal(authenticate(stage, "su"), PAM_SUCCESS);
        stage_grant(stage, &second);
        stage_close(stage, first.jti, BG_EVENT_EXPIRED);
        assert_only_that(stage, BG_EXPIRED);
        assert_false(stage_use(stage, second.jti, 1, NULL));
}

static void test_gone_since(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        char path[64];

        stage_identity(stage, "without_grant: plain\n");
        stage_grant(stage, &claims);
        assert_int_equal(authenticate(stage, "su"), PAM_SUCCESS);
        (void)snprintf(path, sizeof path, "state/grants/" ACCOUNT "/%s.grant", claims.jti);
        assert_int_equal(unlinkat(stage->place.dir.fd, path, 0), 0);
        assert_only_that(stage, BG_NO_GRANT);
}

/* In setcred the rest of the stack still runs. */
static void test_setcred(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_grant(stage, &claims);
        assert_int_equal(authenticate(stage, "su"), PAM_SUCCESS);
        assert_int_equal(stage_call(stage, pam_setcred, PAM_ESTABLISH_CRED), PAM_CRED_ERR);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_make, stage_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_named),
                TEST(test_other_services),
                TEST(test_not_named_by_policy),
                TEST(test_not_named_by_grant),
                TEST(test_plain),
                TEST(test_told_anew),
                TEST(test_ruser),
                TEST(test_root_is_no_caller),
                TEST(test_revoked_since),
                TEST(test_other_grant_since),
                TEST(test_gone_since),
                TEST(test_setcred),
        };
        return cmocka_run_group_tests_name("pam/auth", tests, NULL, NULL);
}
