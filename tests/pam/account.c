/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* PAM's account: each reason to refuse, by sentence, event and answer; and who goes on. */
#include "tests/pam/lib/stage.h"

#include "policy/format/key.h"
#include "policy/format/token.h"
#include "policy/store/requests.h"

#include <fcntl.h>
#include <sys/stat.h>

static void assert_goes_on(struct stage *stage, const char *service)
{
        stage_end(stage);
        stage_start(stage, service, ACCOUNT);
        assert_int_equal(stage_call(stage, pam_acct_mgmt, 0), PAM_SUCCESS);
        assert_string_equal(stage->said, "");
}

static void refuses(struct stage *stage, const char *service, enum bg_code code)
{
        stage_end(stage);
        stage_start(stage, service, ACCOUNT);
        assert_refused(stage, code);
}

/* All that was said in one line: where it is broken depends on the host's name. */
static const char *unbroken(const char *said, char ret[static 1024])
{
        static const char between[] = "\nerror: breakglass: ";
        size_t n = 0;

        for (const char *p = said; *p && n < 1023;) {
                bool next = strncmp(p, between, sizeof between - 1) == 0;
                char c = next ? ' ' : *p;
                if (c != ' ' || n == 0 || ret[n - 1] != ' ')
                        ret[n++] = c;
                p += next ? sizeof between - 1 : 1;
        }
        ret[n] = '\0';
        return ret;
}

static void test_sentences(void **state)
{
        struct stage *stage = *state;
        char expected[1024];
        char said[1024];

        refuses(stage, "sshd", BG_NO_GRANT);
        (void)snprintf(expected, sizeof expected,
                "error: breakglass: " ACCOUNT " cannot log in to %s: no grant is open (no-grant). "
                "someone on call can open one on %s: bgctl grant " ACCOUNT "\n",
                stage->now.host, stage->now.host);
        assert_string_equal(unbroken(stage->said, said), expected);
}

static void test_silent(void **state)
{
        struct stage *stage = *state;
        stage_start(stage, "sshd", ACCOUNT);
        assert_int_equal(stage_call(stage, pam_acct_mgmt, PAM_SILENT), PAM_PERM_DENIED);
        assert_string_equal(stage->said, "");
}

static void test_event(void **state)
{
        struct stage *stage = *state;
        struct bg_event event;
        char folder[64];

        stage_start(stage, "su-l", ACCOUNT);
        assert_int_equal(pam_set_item(stage->pamh, PAM_TTY, "pts/\033[31m"), PAM_SUCCESS);
        assert_refused(stage, BG_NO_GRANT);
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, &event), 1);
        assert_string_equal(event.service, "su");
        assert_string_equal(event.caller, stage->caller.name);
        assert_string_equal(event.person, stage->caller.name);
        assert_int_equal(event.caller_uid, stage->caller.uid);
        assert_int_equal(event.uid, stage->account.uid);
        assert_string_equal(event.terminal, "pts/?[31m");
        assert_string_equal(event.origin, "");
        assert_string_equal(event.grant, "");
        (void)snprintf(folder, sizeof folder, "state/events/%u", stage->caller.uid);
        assert_int_equal(unit_entries(&stage->place, folder), 1);
}

static void test_event_ssh(void **state)
{
        struct stage *stage = *state;
        struct bg_event event;
        char folder[64];

        refuses(stage, "sshd", BG_NO_GRANT);
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, &event), 1);
        assert_string_equal(event.service, "sshd");
        assert_string_equal(event.origin, "127.0.0.1");
        assert_string_equal(event.caller, "");
        (void)snprintf(folder, sizeof folder, "state/events/%u", stage->account.uid);
        assert_int_equal(unit_entries(&stage->place, folder), 1);
        assert_true(unit_entries(&stage->place, "run/wake") > 0);
}

static void test_plain(void **state)
{
        struct stage *stage = *state;
        stage_identity(stage, "without_grant: plain\n");
        assert_goes_on(stage, "sshd");
        assert_goes_on(stage, "su");
        assert_goes_on(stage, "cron");
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, NULL), 0);
}

static void test_grant(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_grant(stage, &claims);
        assert_goes_on(stage, "sshd");
        assert_goes_on(stage, "su");
        assert_goes_on(stage, "su-l");
        assert_false(stage_use(stage, claims.jti, 1, NULL));
        refuses(stage, "cron", BG_WRONG_SERVICE);
}

/* The line can only refuse: where all others know nothing of the account, our yes is none. */
static void test_says_no_or_nothing(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        const struct pam_conv conv = {0};
        char text[4 * BG_PATH_BYTES];
        char conf[BG_PATH_BYTES + 8];
        const char *path = stage->place.path;

        stage_grant(stage, &claims);
        (void)snprintf(text, sizeof text,
                "account [success=ok ignore=ignore default=bad] %s policy=%s/etc state=%s/state "
                "run=%s/run\naccount [default=ignore] pam_deny.so\n",
                BG_TEST_DIR "/loader_test.so", path, path, path);
        unit_put(&stage->place, "pam/sshd", 0644, text);
        (void)snprintf(conf, sizeof conf, "%s/pam", path);
        assert_int_equal(
                pam_start_confdir("sshd", ACCOUNT, &conv, conf, &stage->pamh), PAM_SUCCESS);
        assert_int_not_equal(pam_acct_mgmt(stage->pamh, PAM_SILENT), PAM_SUCCESS);
}

/* What is no grant for this login: the code under deny, an ordinary login under plain. */
static void unfit(struct stage *stage, const char *service, enum bg_code code)
{
        refuses(stage, service, code);
        stage_identity(stage, "without_grant: plain\n");
        assert_goes_on(stage, service);
}

/* What is bad is refused under both. */
static void bad(struct stage *stage, enum bg_code code)
{
        stage_identity(stage, "without_grant: plain\n");
        refuses(stage, "sshd", code);
}

static void test_expired(void **state)
{
        struct bg_claims claims;
        stage_claims(*state, &claims);
        claims.exp = claims.iat + SEC(30);
        stage_open(*state, &claims);
        unfit(*state, "sshd", BG_EXPIRED);
}

static void test_not_yet(void **state)
{
        struct bg_claims claims;
        stage_claims(*state, &claims);
        claims.nbf = claims.iat + SEC(600);
        stage_open(*state, &claims);
        unfit(*state, "sshd", BG_NOT_YET);
}

static void test_consumed(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        char path[64];

        stage_claims(stage, &claims);
        claims.max_uses = 1;
        stage_open(stage, &claims);
        (void)snprintf(path, sizeof path, "state/uses/%s/1", claims.jti);
        unit_put(&stage->place, path, 0600, "{}");
        unfit(stage, "sshd", BG_CONSUMED);
}

static void test_wrong_service(void **state)
{
        struct bg_claims claims;
        stage_claims(*state, &claims);
        claims.services = (struct bg_list){.n = 1, .v = {"su"}};
        stage_open(*state, &claims);
        unfit(*state, "sshd", BG_WRONG_SERVICE);
}

static void test_wrong_caller(void **state)
{
        struct bg_claims claims;
        stage_claims(*state, &claims);
        claims.callers = (struct bg_list){.n = 1, .v = {"sys"}};
        stage_open(*state, &claims);
        unfit(*state, "su", BG_WRONG_CALLER);
}

static void test_wrong_origin(void **state)
{
        struct bg_claims claims;
        stage_claims(*state, &claims);
        claims.from = (struct bg_list){.n = 1, .v = {"10.20.0.0/16"}};
        stage_open(*state, &claims);
        unfit(*state, "sshd", BG_WRONG_ORIGIN);
}

static void test_policy_narrowed(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_grant(stage, &claims);
        unit_put(&stage->place, "etc/policy.d/" ACCOUNT ".yaml", 0644,
                "account: " ACCOUNT "\nkind: bot\nfunction: f\nowner: root\nroles: [other]\n");
        unit_put(&stage->place, "etc/roles.d/other.yaml", 0644,
                "role: other\npurpose: p\napprovers: [root]\n");
        refuses(stage, "sshd", BG_POLICY_NARROWED);
}

static void test_closed_and_copied_back(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        char grant[64];
        static char token[BG_TOKEN_BYTES_MAX];

        stage_grant(stage, &claims);
        (void)snprintf(grant, sizeof grant, "state/grants/" ACCOUNT "/%s.grant", claims.jti);
        bg_copy(token, sizeof token, unit_get(&stage->place, grant));
        stage_close(stage, claims.jti, BG_EVENT_REVOKED);
        assert_null(unit_get(&stage->place, grant));
        unit_put(&stage->place, grant, 0600, token);
        unfit(stage, "sshd", BG_REVOKED);
}

static void test_byte_flipped(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        static char token[BG_TOKEN_BYTES_MAX];

        stage_claims(stage, &claims);
        stage_sign(stage, &claims, stage->now.machine, token);
        token[100] = token[100] == 'A' ? 'B' : 'A';
        stage_place(stage, claims.jti, token);
        bad(stage, BG_BAD_SIGNATURE);
}

static void test_rubbish(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_claims(stage, &claims);
        stage_place(stage, claims.jti, "v4.public.rubbish");
        bad(stage, BG_UNKNOWN_KEY); /* it names no key */
}

static void test_foreign_file(void **state)
{
        struct stage *stage = *state;
        unit_put(&stage->place, "state/grants/" ACCOUNT "/README", 0600, "");
        bad(stage, BG_MALFORMED);
}

static void test_anothers_name(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        static char token[BG_TOKEN_BYTES_MAX];
        char other[BG_ID_BYTES];

        stage_claims(stage, &claims);
        stage_sign(stage, &claims, stage->now.machine, token);
        assert_code(bg_id_reserve(&stage->store.state, &stage->now, other, NULL), BG_OK);
        stage_place(stage, other, token);
        bad(stage, BG_MALFORMED);
}

static void test_other_host(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_claims(stage, &claims);
        bg_copy(claims.aud, sizeof claims.aud, UNIT_OTHER_MACHINE);
        stage_open(stage, &claims);
        bad(stage, BG_WRONG_HOST);
}

static void test_other_host_implicit(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        static char token[BG_TOKEN_BYTES_MAX];

        stage_claims(stage, &claims);
        stage_sign(stage, &claims, UNIT_OTHER_MACHINE, token);
        stage_place(stage, claims.jti, token);
        bad(stage, BG_BAD_SIGNATURE);
}

static void test_unknown_key(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        unsigned char public_key[BG_PUBLIC_KEY_BYTES];

        stage_claims(stage, &claims);
        assert_int_equal(crypto_sign_ed25519_keypair(public_key, stage->key), 0);
        stage_open(stage, &claims);
        bad(stage, BG_UNKNOWN_KEY);
}

static void test_other_account(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_claims(stage, &claims);
        claims.uid++;
        stage_open(stage, &claims);
        bad(stage, BG_WRONG_ACCOUNT);
}

static void test_unsafe_file(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        char path[512];

        stage_grant(stage, &claims);
        (void)snprintf(path, sizeof path, "%s/state/grants/" ACCOUNT "/%s.grant", stage->place.path,
                claims.jti);
        assert_int_equal(chmod(path, 0666), 0);
        bad(stage, BG_UNSAFE_FILE);
}

static void test_unsafe_folder(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;
        char path[512];

        stage_grant(stage, &claims);
        (void)snprintf(path, sizeof path, "%s/state/grants/" ACCOUNT, stage->place.path);
        assert_int_equal(chmod(path, 0777), 0);
        bad(stage, BG_UNSAFE_FILE);
}

/* A good grant wins over a bad one beside it. */
static void test_good_beside_bad(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_grant(stage, &claims);
        unit_put(&stage->place, "state/grants/" ACCOUNT "/README", 0600, "");
        assert_goes_on(stage, "sshd");
}

static void test_bad_policy(void **state)
{
        struct stage *stage = *state;
        stage_identity(stage, "without_grant: plain\nunheard_of: 1\n");
        refuses(stage, "sshd", BG_BAD_POLICY);
}

static void test_bad_role(void **state)
{
        struct stage *stage = *state;
        stage_identity(stage, "without_grant: plain\n");
        stage_role(stage, "emergency: {approvals: 1}\n");
        refuses(stage, "sshd", BG_BAD_POLICY);
}

static void test_group_missing(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_role(stage, "groups: [no-such-group]\n");
        stage_claims(stage, &claims);
        bg_copy(claims.groups.v[0], BG_ITEM_BYTES, "no-such-group");
        stage_open(stage, &claims);
        refuses(stage, "sshd", BG_BAD_POLICY);
}

/* Not in /etc/passwd, though some directory service may know it. */
static void test_not_local(void **state)
{
        struct stage *stage = *state;
        unit_put(&stage->place, "etc/policy.d/no-such-user.yaml", 0644,
                "account: no-such-user\nkind: bot\nfunction: f\nowner: root\nroles: [db-restart]\n"
                "without_grant: plain\n");
        stage_start(stage, "sshd", "no-such-user");
        assert_int_equal(stage_call(stage, pam_acct_mgmt, 0), PAM_PERM_DENIED);
        assert_non_null(strstr(stage->said, "(bad-policy)"));
}

/* What cannot be read may hold a grant: plain is no way around it. */
static void test_no_store(void **state)
{
        struct stage *stage = *state;
        struct bg_event event;

        stage_identity(stage, "without_grant: plain\n");
        assert_int_equal(
                renameat(stage->place.dir.fd, "state", stage->place.dir.fd, "elsewhere"), 0);
        stage_start(stage, "sshd", ACCOUNT);
        assert_int_equal(stage_call(stage, pam_acct_mgmt, 0), PAM_PERM_DENIED);
        assert_non_null(strstr(stage->said, "(store-failed)"));
        /* There is still /run to leave it in. */
        assert_int_equal(stage_events(stage, BG_EVENT_SESSION_REFUSED, &event), 1);
        assert_code(event.code, BG_STORE_FAILED);
        assert_true(unit_entries(&stage->place, "run/unrecorded") > 0);
}

static void test_newest(void **state)
{
        struct stage *stage = *state;
        stage_identity(stage, "without_grant: plain\n");
        unit_put(&stage->place, "state/newest", 0600, "rubbish");
        refuses(stage, "sshd", BG_TAMPERED);
}

static void test_clock_behind(void **state)
{
        struct stage *stage = *state;
        struct bg_claims claims;

        stage_claims(stage, &claims);
        bg_copy(claims.boot, sizeof claims.boot, UNIT_OTHER_BOOT);
        stage_open(stage, &claims);
        assert_goes_on(stage, "sshd");
        unit_put(&stage->place, "state/newest", 0600,
                "{\"v\":1,\"wall\":\"2150-01-01T00:00:00Z\",\"boottime\":1,"
                "\"boot\":\"" UNIT_OTHER_BOOT "\",\"seq\":1}");
        refuses(stage, "sshd", BG_CLOCK_BEHIND);
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, stage_make, stage_remove)

int main(void)
{
        const struct CMUnitTest tests[] = {
                TEST(test_sentences),
                TEST(test_silent),
                TEST(test_event),
                TEST(test_event_ssh),
                TEST(test_plain),
                TEST(test_grant),
                TEST(test_says_no_or_nothing),
                TEST(test_expired),
                TEST(test_not_yet),
                TEST(test_consumed),
                TEST(test_wrong_service),
                TEST(test_wrong_caller),
                TEST(test_wrong_origin),
                TEST(test_policy_narrowed),
                TEST(test_closed_and_copied_back),
                TEST(test_byte_flipped),
                TEST(test_rubbish),
                TEST(test_foreign_file),
                TEST(test_anothers_name),
                TEST(test_other_host),
                TEST(test_other_host_implicit),
                TEST(test_unknown_key),
                TEST(test_other_account),
                TEST(test_unsafe_file),
                TEST(test_unsafe_folder),
                TEST(test_good_beside_bad),
                TEST(test_bad_policy),
                TEST(test_bad_role),
                TEST(test_group_missing),
                TEST(test_not_local),
                TEST(test_no_store),
                TEST(test_newest),
                TEST(test_clock_behind),
        };
        return cmocka_run_group_tests_name("pam/account", tests, NULL, NULL);
}
