/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a host's logins make of a policy: no fact, no finding; each fact its finding, and what ends it. */
#include "tests/unit/lib/unit.h"

#include "policy/decide/check.h"

static struct bg_checked_identity identities[2];
static struct bg_check check;

static void a_host(void)
{
        memset(identities, 0, sizeof identities);
        for (size_t i = 0; i < 2; i++)
                bg_copy(identities[i].file, BG_FILE_BYTES,
                        i ? "policy.d/ci.yaml" : "policy.d/bot.yaml");
        identities[0].identity =
                (struct bg_identity){.account = "bot", .from = {2, {"10.20.0.0/16", "127.0.0.1"}}};
        identities[1].identity =
                (struct bg_identity){.account = "ci", .from = {2, {"127.0.0.1", "2001:db8::/32"}}};
        check = (struct bg_check){.n_identities = 2, .identities = identities, .on_host = true};
}

struct found {
        unsigned n;
        unsigned errors;
        char text[2 * BG_FINDING_BYTES];
};

static void note(const struct bg_finding *finding, void *context)
{
        struct found *found = context;
        size_t n = strlen(found->text);

        found->n++;
        found->errors += finding->severity == BG_SEVERITY_ERROR;
        (void)snprintf(
                found->text + n, sizeof found->text - n, "%s: %s\n", finding->file, finding->text);
        assert_true(bg_is_clean_text(finding->text));
}

static struct found look(void)
{
        struct found found = {0};
        bg_check_logins(&check, note, &found);
        return found;
}

static void finds(unsigned n, unsigned errors, const char *text)
{
        struct found found = look();
        if (found.n != n || found.errors != errors || !strstr(found.text, text))
                fail_msg("%u findings, %u errors: %s", found.n, found.errors, found.text);
}

static void no_fact_no_finding(void **state)
{
        (void)state;
        a_host();
        finds(0, 0, "");
        check.use_pam_no = true;
        check.on_host = false;
        finds(0, 0, "");
}

static void addresses_that_are_shut_out(void **state)
{
        (void)state;
        a_host();
        check.penalties = true;
        finds(1, 0, "PerSourcePenaltyExemptList 10.20.0.0/16,127.0.0.1,2001:db8::/32\n");
        check.exempt = (struct bg_list){2, {"10.0.0.0/8", "host.example"}};
        finds(1, 0, "PerSourcePenaltyExemptList 127.0.0.1,2001:db8::/32\n");
        check.exempt = (struct bg_list){3, {"10.0.0.0/8", "127.0.0.0/8", "2001:db8::/32"}};
        finds(0, 0, "");
        identities[1].identity.from.n = 0;
        finds(1, 0, "any address: ci has no from:");
        identities[1].identity.without_grant = BG_WITHOUT_GRANT_OBSERVE;
        finds(0, 0, "");
        identities[1].identity.without_grant = BG_WITHOUT_GRANT_DENY;
        check.exempt.n = 0;
        finds(2, 0, "any address: ci has no from:");
}

static void what_sshd_and_kernel_say(void **state)
{
        (void)state;
        a_host();
        check.use_pam_no = true;
        finds(1, 0, "sshd: UsePAM no");
        check.use_pam_no = false;
        check.sshd_silent = true;
        finds(1, 0, "no answer");
        check.sshd_silent = false;
        check.yama_off = true;
        finds(1, 0, "kernel.yama.ptrace_scope");
        check.n_identities = 0;
        finds(0, 0, "");
}

static void what_the_account_is(void **state)
{
        (void)state;
        a_host();
        bg_copy(identities[0].no_shell, BG_FILE_BYTES, "/usr/sbin/nologin");
        finds(1, 0, "policy.d/bot.yaml: bot has the shell /usr/sbin/nologin");
        a_host();
        bg_copy(identities[0].writable_keys, BG_FILE_BYTES, "/home/bot");
        finds(0, 0, "");
        identities[0].identity.keys = (struct bg_pairs){1, {{"SHA256:x", "alice"}}};
        finds(1, 1, "keys: bot can write /home/bot");
        a_host();
        identities[1].subordinate = true;
        finds(1, 1, "policy.d/ci.yaml: ci has a line in /etc/subgid");
        identities[1].identity.subordinate_ids = BG_SUBORDINATE_ACCEPTED;
        finds(0, 0, "");
        identities[1].packaged = true;
        finds(1, 0, "a package owns ci");
        identities[1].identity.without_grant = BG_WITHOUT_GRANT_PLAIN;
        finds(0, 0, "");
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(no_fact_no_finding),
                cmocka_unit_test(addresses_that_are_shut_out),
                cmocka_unit_test(what_sshd_and_kernel_say),
                cmocka_unit_test(what_the_account_is),
        };
        return cmocka_run_group_tests(tests, NULL, NULL);
}
