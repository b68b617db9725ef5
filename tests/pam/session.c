/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PAM's session and setcred: the use, the environment, the groups, the end. */
#include "tests/pam/lib/stage.h"

#include "policy/host/users.h"

#include <fcntl.h>
#include <grp.h>

/* As sshd hands it over. */
static const char key_info[] =
        "SSH_AUTH_INFO_0=publickey ssh-ed25519 "
        "AAAAC3NzaC1lZDI1NTE5AAAAIPkm1bPbbKhKZgY0bFjkV6TMMqAkAr6xs4kMKjV+7pRk\n";

static void start_ssh(struct stage *stage, const char *info)
{
        stage_end(stage);
        stage_start(stage, "sshd", ACCOUNT);
        if (info)
                assert_int_equal(pam_putenv(stage->pamh, info), PAM_SUCCESS);
        assert_int_equal(stage_call(stage, pam_acct_mgmt, 0), PAM_SUCCESS);
        assert_int_equal(
                stage_call(stage, pam_setcred, PAM_ESTABLISH_CRED), PAM_CRED_ERR); /* pam_deny */
}

static bool has_group(const char *name)
{
        gid_t groups[256];
        gid_t group = 0;
        int n = getgroups(256, groups);

        assert_code(bg_group_by_name(name, &group, NULL), BG_OK);
        for (int i = 0; i < n; i++)
                if (groups[i] == group)
                        return true;
        return false;
}

/* A test leaves the process as it was. */
static void drop_groups(void)
{
        if (geteuid() == 0)
                assert_int_equal(setgroups(0, NULL), 0);
}

static void assert_no_env(struct stage *stage)
{
        assert_null(pam_getenv(stage->pamh, "BREAKGLASS_GRANT"));
        assert_null(pam_getenv(stage->pamh, "BREAKGLASS_ROLE"));
        assert_null(pam_getenv(stage->pamh, "BREAKGLASS_EXPIRES"));
        assert_null(pam_getenv(stage->pamh, "PGSERVICE"));
}

static void test_ssh(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        struct bg_event event;
        struct bg_event closed;
        char expires[BG_TIME_BYTES];

        drop_groups();
        stage_grant(stage, &claims);
        start_ssh(stage, key_info);
        assert_int_equal(stage_call(stage, pam_open_session, 0), PAM_SUCCESS);
        assert_string_equal(pam_getenv(stage->pamh, "BREAKGLASS_GRANT"), claims.jti);
        assert_string_equal(pam_getenv(stage->pamh, "BREAKGLASS_ROLE"), "db-restart");
        (void)bg_time_print(claims.exp / SEC(1) * SEC(1), expires);
        assert_string_equal(pam_getenv(stage->pamh, "BREAKGLASS_EXPIRES"), expires);
        assert_string_equal(pam_getenv(stage->pamh, "PGSERVICE"), "rescue");
        assert_non_null(strstr(stage->said, "info: breakglass: "));
        assert_non_null(strstr(stage->said, ", role db-restart, ends "));
        assert_non_null(strstr(stage->said, ". Session 1.\n"));
        /* The process that stays root is not the session. */
        assert_true(geteuid() != 0 || !has_group(ROLE_GROUP));

        assert_true(stage_use(stage, claims.jti, 1, &event));
        assert_int_equal(event.kind, BG_EVENT_SESSION_OPENED);
        assert_code(event.code, BG_OK);
        assert_string_equal(event.grant, claims.jti);
        assert_string_equal(event.account, ACCOUNT);
        assert_string_equal(event.role, "db-restart");
        assert_string_equal(event.approvers, "root (password, totp)");
        assert_string_equal(event.reason, claims.reason);
        assert_string_equal(event.origin, "127.0.0.1");
        assert_string_equal(event.key, "SHA256:ZVJgfCE2q4EqT4q/bvGWXox3tzfeMStSTGSablEr7c4");
        assert_string_equal(event.person, event.key);
        assert_int_equal(event.use, 1);
        assert_int_equal(event.uses_max, 0);
        assert_true(event.expires == claims.exp);

        assert_int_equal(stage_call(stage, pam_close_session, 0), PAM_SUCCESS);
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_CLOSED, &closed), 1);
        assert_int_equal(closed.use, 1);
        assert_string_equal(closed.grant, claims.jti);
        assert_string_equal(closed.key, event.key);
        /* Once. */
        assert_int_equal(stage_call(stage, pam_close_session, 0), PAM_SUCCESS);
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_CLOSED, &closed), 1);
}

/* sshd's child: setcred once more adds the groups, and only that. */
static void test_setcred(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        struct bg_event refused;

        drop_groups();
        stage_grant(stage, &claims);
        start_ssh(stage, key_info);
        assert_int_equal(stage_call(stage, pam_open_session, 0), PAM_SUCCESS);
        (void)stage_call(stage, pam_setcred, PAM_DELETE_CRED);
        assert_true(geteuid() != 0 || !has_group(ROLE_GROUP));
        (void)stage_call(stage, pam_setcred, PAM_ESTABLISH_CRED);
        if (geteuid() == 0) {
                assert_true(has_group(ROLE_GROUP) && has_group(MARKER_GROUP));
                assert_int_equal(getgroups(0, NULL), 2);
                (void)stage_call(stage, pam_setcred, PAM_REINITIALIZE_CRED);
                assert_int_equal(getgroups(0, NULL), 2);
                assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, &refused), 0);
        } else {
                /* It cannot be done: the session goes on, and says no more that it is elevated. */
                assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, &refused), 1);
                assert_code(refused.code, BG_SYSTEM);
                assert_int_equal(refused.use, 1);
                assert_no_env(stage);
        }
        drop_groups();
}

static void test_su(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        struct bg_event event;

        drop_groups();
        stage_grant(stage, &claims);
        stage_start(stage, "su", ACCOUNT);
        assert_int_equal(stage_call(stage, pam_authenticate, 0), PAM_SUCCESS);
        assert_int_equal(stage_call(stage, pam_acct_mgmt, 0), PAM_SUCCESS);
        int answer = stage_call(stage, pam_open_session, 0);
        assert_true(stage_use(stage, claims.jti, 1, &event));
        assert_int_equal(event.kind, BG_EVENT_SESSION_OPENED);
        assert_string_equal(event.person, stage->caller.name);
        assert_string_equal(event.caller, stage->caller.name);
        assert_int_equal(event.caller_uid, stage->caller.uid);
        assert_string_equal(event.key, "");
        if (geteuid() == 0) {
                assert_int_equal(answer, PAM_SUCCESS);
                assert_true(has_group(ROLE_GROUP) && has_group(MARKER_GROUP));
                assert_string_equal(pam_getenv(stage->pamh, "BREAKGLASS_GRANT"), claims.jti);
                assert_int_equal(stage_call(stage, pam_close_session, 0), PAM_SUCCESS);
                assert_int_equal(stage_events(stage, BG_EVENT_SESSION_CLOSED, &event), 1);
        } else {
                assert_int_equal(answer, PAM_SESSION_ERR);
                assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, &event), 1);
                assert_int_equal(event.use, 1);
                assert_no_env(stage);
        }
        drop_groups();
}

static void test_plain(void **state)
{
        struct stage *stage = *state;

        drop_groups();
        stage_identity(stage, "without_grant: plain\n");
        start_ssh(stage, key_info);
        assert_int_equal(stage_call(stage, pam_open_session, 0), PAM_SUCCESS);
        (void)stage_call(stage, pam_setcred, PAM_ESTABLISH_CRED);
        assert_no_env(stage);
        assert_string_equal(stage->said, "");
        assert_true(geteuid() != 0 || getgroups(0, NULL) == 0);
        assert_int_equal(stage_call(stage, pam_close_session, 0), PAM_SUCCESS);
        assert_int_equal(unit_entries(&stage->place, "state/events"), 0);
}

/* open_session decides by itself: keyboard-interactive has lost what account knew. */
static void test_decided_anew(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        struct bg_event event;

        stage_grant(stage, &claims);
        start_ssh(stage, key_info);
        stage_close(stage, claims.jti, BG_EVENT_REVOKED);
        assert_int_equal(stage_call(stage, pam_open_session, 0), PAM_SESSION_ERR);
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, &event), 1);
        assert_code(event.code, BG_NO_GRANT);
        assert_int_equal(event.use, -1);
        assert_no_env(stage);
        assert_false(stage_use(stage, claims.jti, 1, NULL));
}

static void open_one(struct stage *stage, int answer)
{
        start_ssh(stage, key_info);
        assert_int_equal(stage_call(stage, pam_open_session, 0), answer);
}

static void test_counting(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_claims(stage, &claims);
        claims.max_uses = 3;
        stage_open(stage, &claims);
        for (unsigned i = 1; i <= 3; i++) {
                open_one(stage, PAM_SUCCESS);
                char expected[64];
                (void)snprintf(expected, sizeof expected, "Session %u of 3.\n", i);
                assert_non_null(strstr(stage->said, expected));
        }
        stage_end(stage);
        stage_start(stage, "sshd", ACCOUNT);
        assert_refused(stage, BG_CONSUMED);
        assert_false(stage_use(stage, claims.jti, 4, NULL));
}

static int race(unsigned i, void *context)
{
        struct stage *stage = context;
        (void)i;
        return stage_call(stage, pam_open_session, PAM_SILENT) == PAM_SUCCESS ? 7 : 8;
}

/* Twenty that all passed account: one name, one winner. */
static void test_race(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_claims(stage, &claims);
        claims.max_uses = 1;
        stage_open(stage, &claims);
        start_ssh(stage, key_info);
        assert_int_equal(unit_race(20, race, stage, 7), 1);
        assert_true(stage_use(stage, claims.jti, 1, NULL));
        assert_false(stage_use(stage, claims.jti, 2, NULL));
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, NULL), 19);
}

/* Who lost one grant finds the next. */
static void test_race_two_grants(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims[2];

        for (size_t i = 0; i < 2; i++) {
                stage_claims(stage, &claims[i]);
                claims[i].max_uses = 1;
                stage_open(stage, &claims[i]);
        }
        start_ssh(stage, key_info);
        assert_int_equal(unit_race(10, race, stage, 7), 2);
}

/* Tightened since: the session has what both say. */
static void test_narrowed(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        drop_groups();
        stage_grant(stage, &claims);
        unit_put(&stage->place, "etc/roles.d/db-restart.yaml", 0644,
                "role: db-restart\npurpose: p\napprovers: [root]\ngroups: [video]\n"
                "env: {PGSERVICE: other, MORE: x}\n");
        open_one(stage, PAM_SUCCESS);
        assert_null(pam_getenv(stage->pamh, "PGSERVICE"));
        assert_null(pam_getenv(stage->pamh, "MORE"));
        (void)stage_call(stage, pam_setcred, PAM_ESTABLISH_CRED);
        if (geteuid() == 0) {
                assert_true(has_group(MARKER_GROUP));
                assert_int_equal(getgroups(0, NULL), 1);
        }
        drop_groups();
}

static void test_forged_key(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        struct bg_event event;
        char line[512];

        stage_grant(stage, &claims);
        unit_put(&stage->place, "forged", 0644,
                "SSH_AUTH_INFO_0=\"publickey ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBob\"\n");
        (void)snprintf(line, sizeof line, "session required pam_env.so readenv=1 envfile=%s/forged",
                stage->place.path);
        stage_between(stage, line);
        open_one(stage, PAM_SESSION_ERR);
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, &event), 1);
        assert_code(event.code, BG_TAMPERED);
        assert_no_env(stage);
        assert_false(stage_use(stage, claims.jti, 1, NULL));
}

static void test_password_login(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        struct bg_event event;

        stage_grant(stage, &claims);
        start_ssh(stage, "SSH_AUTH_INFO_0=password\n");
        assert_int_equal(stage_call(stage, pam_open_session, 0), PAM_SUCCESS);
        assert_true(stage_use(stage, claims.jti, 1, &event));
        assert_string_equal(event.key, "");
        assert_string_equal(event.person, "");
}

static void test_two_methods(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        struct bg_event event;
        char info[512];

        stage_grant(stage, &claims);
        (void)snprintf(
                info, sizeof info, "SSH_AUTH_INFO_0=password\n%s", strchr(key_info, '=') + 1);
        start_ssh(stage, info);
        assert_int_equal(stage_call(stage, pam_open_session, 0), PAM_SUCCESS);
        assert_true(stage_use(stage, claims.jti, 1, &event));
        assert_string_equal(event.key, "SHA256:ZVJgfCE2q4EqT4q/bvGWXox3tzfeMStSTGSablEr7c4");
}

/* The use that could not be recorded was not taken. */
static void test_no_uses_folder(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        struct bg_event event;
        char path[64];

        stage_grant(stage, &claims);
        (void)snprintf(path, sizeof path, "state/uses/%s", claims.jti);
        assert_int_equal(unlinkat(stage->place.dir.fd, path, AT_REMOVEDIR), 0);
        open_one(stage, PAM_SESSION_ERR);
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, &event), 1);
        assert_code(event.code, BG_AUDIT_UNAVAILABLE);
        assert_no_env(stage);
}

/* The close is the end of something: it never fails, whatever has become of the store. */
static void test_close_without_store(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_grant(stage, &claims);
        open_one(stage, PAM_SUCCESS);
        assert_int_equal(
                renameat(stage->place.dir.fd, "state", stage->place.dir.fd, "elsewhere"), 0);
        assert_int_equal(stage_call(stage, pam_close_session, 0), PAM_SUCCESS);
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_CLOSED, NULL), 1);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_make, stage_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_ssh),
                TEST(test_setcred),
                TEST(test_su),
                TEST(test_plain),
                TEST(test_decided_anew),
                TEST(test_counting),
                TEST(test_race),
                TEST(test_race_two_grants),
                TEST(test_narrowed),
                TEST(test_forged_key),
                TEST(test_password_login),
                TEST(test_two_methods),
                TEST(test_no_uses_folder),
                TEST(test_close_without_store),
        };
        return cmocka_run_group_tests_name("pam/session", tests, NULL, NULL);
}
