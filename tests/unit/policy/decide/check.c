/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of `policy check`: a policy that is right has no finding; one change each breaks one rule. */
#include "tests/unit/lib/unit.h"

#include "policy/decide/check.h"

static struct bg_checked_role roles[2];
static struct bg_checked_identity identities[2];
static struct bg_human humans[4];
static struct bg_checked_group groups[3];
static struct bg_check check;

static struct bg_human human(const char *name, uid_t uid)
{
        struct bg_human h = {.found = true, .uid = uid};
        bg_copy(h.name, sizeof h.name, name);
        return h;
}

static void a_right_policy(void)
{
        memset(roles, 0, sizeof roles);
        memset(identities, 0, sizeof identities);
        memset(groups, 0, sizeof groups);
        bg_copy(roles[0].file, BG_FILE_BYTES, "/etc/breakglass/roles.d/r.yaml");
        roles[0].role = (struct bg_role){.role = "r",
                .purpose = "x",
                .groups = {1, {"bg-db"}},
                .services = {2, {"su", "sshd"}},
                .max_duration = SEC(7200),
                .approvals = 1,
                .approvers = {2, {"@oncall", "dora"}},
                .factors = {2, {"password", "totp"}}};
        bg_copy(identities[0].file, BG_FILE_BYTES, "policy.d/bot.yaml");
        identities[0].identity = (struct bg_identity){.account = "bot",
                .owner = "@dba",
                .roles = {1, {"r"}},
                .callers = {2, {"@oncall", "dora"}}};
        humans[0] = human("bot", 998);
        humans[1] = human("dora", 1004);
        humans[2] = human("alice", 1000);
        humans[3] = human("root", 0);
        groups[0] = (struct bg_checked_group){true, "bg-db", 0, {0}};
        groups[1] = (struct bg_checked_group){true, "oncall", 1, {1, {"alice"}}};
        groups[2] = (struct bg_checked_group){true, "dba", 1, {1, {"alice"}}};
        check = (struct bg_check){.host_file = "breakglass.yaml",
                .n_roles = 1,
                .roles = roles,
                .n_identities = 1,
                .identities = identities,
                .on_host = true,
                .n_humans = 4,
                .humans = humans,
                .n_groups = 3,
                .groups = groups,
                .factor_files = {1, {"password"}}};
        bg_host_defaults(&check.host);
}

struct found {
        unsigned n;
        struct bg_finding last;
};

static void note(const struct bg_finding *finding, void *context)
{
        struct found *found = context;
        found->n++;
        found->last = *finding;
        assert_true(finding->text[0] && finding->file[0]);
        assert_true(bg_is_clean_text(finding->text));
}

static struct found look(void)
{
        struct found found = {0};
        bg_check(&check, note, &found);
        bg_check_logins(&check, note, &found);
        return found;
}

static void nothing_to_say(void **state)
{
        (void)state;
        a_right_policy();
        struct found found = look();
        if (found.n)
                fail_msg("%s: %s", found.last.file, found.last.text);
}

#define ROLE roles[0].role
#define IDENTITY identities[0].identity
static void one_kind_by_default(void)
{
        check.host.default_factors = (struct bg_list){1, {"password"}};
}
static void same_kind_by_default(void)
{
        check.host.factors.n = 3;
        check.host.factors.v[2] = (struct bg_pair){"pin", "knowledge"};
        bg_copy(check.factor_files.v[check.factor_files.n++], BG_ITEM_BYTES, "pin");
        check.host.default_factors = (struct bg_list){2, {"password", "pin"}};
}
static void default_too_long(void)
{
        check.host.default_duration = check.host.ceiling + SEC(1);
}
static void no_factor_file(void)
{
        check.factor_files.n = 0;
}
static void role_file(void)
{
        bg_copy(roles[0].file, BG_FILE_BYTES, "roles.d/rr.yaml");
}
static void role_file_suffix(void)
{
        bg_copy(roles[0].file, BG_FILE_BYTES, "roles.d/r.yml");
}
static void role_one_factor(void)
{
        ROLE.factors.n = 1;
}
static void role_odd_factor(void)
{
        bg_copy(ROLE.factors.v[ROLE.factors.n++], BG_ITEM_BYTES, "face");
}
static void role_too_long(void)
{
        ROLE.max_duration = SEC(43201);
}
static void role_unbounded(void)
{
        ROLE.max_duration = 0;
}
static void role_root_group(void)
{
        ROLE.groups = (struct bg_list){1, {"docker"}};
        groups[0] = (struct bg_checked_group){true, "docker", 0, {0}};
}
static void role_marker(void)
{
        ROLE.groups = (struct bg_list){1, {"breakglass"}};
        groups[0] = (struct bg_checked_group){true, "breakglass", 0, {0}};
}
static void managed_approver(void)
{
        bg_copy(ROLE.approvers.v[1], BG_ITEM_BYTES, "bot");
}
static void no_such_group(void)
{
        groups[0].found = false;
}
static void standing_member(void)
{
        groups[0].n_members = 1, groups[0].members = (struct bg_list){1, {"eve"}};
}
static void no_such_approver(void)
{
        bg_copy(ROLE.approvers.v[1], BG_ITEM_BYTES, "zoe");
}
static void no_such_approvers(void)
{
        bg_copy(ROLE.approvers.v[1], BG_ITEM_BYTES, "@zoo");
}
static void approvers_empty(void)
{
        groups[1].n_members = 0, groups[1].members.n = 0;
        IDENTITY.callers = (struct bg_list){1, {"dora"}};
}
static void managed_in_group(void)
{
        groups[1].n_members = 2;
        bg_copy(groups[1].members.v[groups[1].members.n++], BG_ITEM_BYTES, "bot");
}
static void role_unused(void)
{
        check.n_roles = 2;
        roles[1] = roles[0];
        bg_copy(roles[1].file, BG_FILE_BYTES, "roles.d/s.yaml");
        bg_copy(roles[1].role.role, BG_ROLE_BYTES, "s");
}
static void identity_file(void)
{
        bg_copy(identities[0].file, BG_FILE_BYTES, "policy.d/bot2.yaml");
}
static void role_missing(void)
{
        IDENTITY.roles = (struct bg_list){2, {"r", "gone"}};
}
static void uid_0(void)
{
        humans[0].uid = 0;
}
static void account_missing(void)
{
        humans[0].found = false;
}
static void root_caller(void)
{
        bg_copy(IDENTITY.callers.v[1], BG_ITEM_BYTES, "root");
}
static void toor_caller(void)
{
        humans[1].uid = 0;
}
static void caller_missing(void)
{
        bg_copy(IDENTITY.callers.v[1], BG_ITEM_BYTES, "zoe");
}
static void owner_missing(void)
{
        bg_copy(IDENTITY.owner, sizeof IDENTITY.owner, "zoe");
}
static void has_it_already(void)
{
        bg_copy(humans[0].groups[humans[0].n_groups++], BG_NAME_BYTES, "bg-db");
}

static void sshd_silent(void)
{
        check.sshd_silent = true;
}
static void use_pam_no(void)
{
        check.use_pam_no = true;
}
static void penalties_somewhere(void)
{
        check.penalties = true;
        IDENTITY.from = (struct bg_list){2, {"10.20.0.0/16", "127.0.0.1"}};
        check.exempt = (struct bg_list){2, {"127.0.0.0/8", "nonsense"}};
}
static void penalties_anywhere(void)
{
        check.penalties = true;
}
static void yama_off(void)
{
        check.yama_off = true;
}
static void no_shell(void)
{
        bg_copy(identities[0].no_shell, BG_FILE_BYTES, "/usr/sbin/nologin");
}
static void keys_of_its_own(void)
{
        IDENTITY.keys = (struct bg_pairs){1, {{"SHA256:x", "alice"}}};
        bg_copy(identities[0].writable_keys, BG_FILE_BYTES, "/home/bot/.ssh");
}
static void subordinate(void)
{
        identities[0].subordinate = true;
}
static void packaged(void)
{
        identities[0].packaged = true;
}

static const struct {
        void (*change)(void);
        enum bg_severity severity;
        bool asks_host;
        const char *says;
} rules[] = {
        {one_kind_by_default, BG_SEVERITY_ERROR, false, "span two kinds"},
        {same_kind_by_default, BG_SEVERITY_ERROR, false, "span two kinds"},
        {default_too_long, BG_SEVERITY_ERROR, false, "above the ceiling"},
        {no_factor_file, BG_SEVERITY_ERROR, true, "breakglass-password"},
        {role_file, BG_SEVERITY_ERROR, false, "must be called r.yaml"},
        {role_file_suffix, BG_SEVERITY_ERROR, false, "must be called r.yaml"},
        {role_one_factor, BG_SEVERITY_ERROR, false, "span two kinds"},
        {role_odd_factor, BG_SEVERITY_ERROR, false, "does not know face"},
        {role_too_long, BG_SEVERITY_ERROR, false, "above the host's ceiling"},
        {role_unbounded, BG_SEVERITY_WARNING, false, "max_duration: none"},
        {role_root_group, BG_SEVERITY_ERROR, false, "root_equivalent"},
        {role_marker, BG_SEVERITY_ERROR, false, "marker"},
        {managed_approver, BG_SEVERITY_ERROR, false, "no human"},
        {no_such_group, BG_SEVERITY_ERROR, true, "no line in /etc/group"},
        {standing_member, BG_SEVERITY_WARNING, true, "for ever (eve)"},
        {no_such_approver, BG_SEVERITY_ERROR, true, "approvers: zoe has no line"},
        {no_such_approvers, BG_SEVERITY_ERROR, true, "approvers: zoo has no line"},
        {approvers_empty, BG_SEVERITY_ERROR, true, "nobody is in @oncall"},
        {managed_in_group, BG_SEVERITY_WARNING, true, "bot in @oncall"},
        {role_unused, BG_SEVERITY_WARNING, false, "no identity has this role"},
        {identity_file, BG_SEVERITY_ERROR, false, "must be called bot.yaml"},
        {role_missing, BG_SEVERITY_ERROR, false, "roles.d/gone.yaml"},
        {uid_0, BG_SEVERITY_ERROR, false, "uid 0"},
        {account_missing, BG_SEVERITY_ERROR, true, "bot has no line in /etc/passwd"},
        {root_caller, BG_SEVERITY_ERROR, false, "root needs no entry"},
        {toor_caller, BG_SEVERITY_ERROR, true, "dora has uid 0"},
        {caller_missing, BG_SEVERITY_ERROR, true, "callers: zoe"},
        {owner_missing, BG_SEVERITY_WARNING, true, "owner: zoe"},
        {has_it_already, BG_SEVERITY_WARNING, true, "is in bg-db already"},
        {sshd_silent, BG_SEVERITY_WARNING, true, "sshd -T gives no answer"},
        {use_pam_no, BG_SEVERITY_WARNING, true, "UsePAM yes"},
        {penalties_somewhere, BG_SEVERITY_WARNING, true, "PerSourcePenaltyExemptList 10.20.0.0/16"},
        {penalties_anywhere, BG_SEVERITY_WARNING, true, "bot has no from:"},
        {yama_off, BG_SEVERITY_WARNING, true, "kernel.yama.ptrace_scope=1"},
        {no_shell, BG_SEVERITY_WARNING, true, "bot has the shell /usr/sbin/nologin"},
        {keys_of_its_own, BG_SEVERITY_ERROR, true, "bot can write /home/bot/.ssh"},
        {subordinate, BG_SEVERITY_ERROR, true, "/etc/subgid"},
        {packaged, BG_SEVERITY_WARNING, true, "a package owns bot"},
};
#define N_RULES (sizeof rules / sizeof *rules)

static void each_rule_alone(void **state)
{
        (void)state;
        for (size_t i = 0; i < N_RULES; i++) {
                a_right_policy();
                rules[i].change();
                struct found found = look();
                if (found.n != 1 || found.last.severity != rules[i].severity ||
                        !strstr(found.last.text, rules[i].says))
                        fail_msg("\"%s\": %u findings, the last: %s", rules[i].says, found.n,
                                found.last.text);
        }
}

/* Where only the files are there, as in a pipeline, the rules that ask the host are left out. */
static void without_a_host(void **state)
{
        (void)state;
        for (size_t i = 0; i < N_RULES; i++) {
                a_right_policy();
                rules[i].change();
                check.on_host = false;
                if (look().n != (rules[i].asks_host ? 0 : 1))
                        fail_msg("\"%s\"", rules[i].says);
        }
}

static void what_was_meant_is_no_finding(void **state)
{
        (void)state;
        a_right_policy();
        role_root_group();
        ROLE.root_equivalent = true;
        assert_int_equal(look().n, 0);
        a_right_policy();
        ROLE.factors.n = 0; /* the host's */
        assert_int_equal(look().n, 0);
        a_right_policy();
        subordinate();
        IDENTITY.subordinate_ids = BG_SUBORDINATE_ACCEPTED;
        assert_int_equal(look().n, 0);
        /* Who may write its keys is of no account where no key is told from another. */
        a_right_policy();
        bg_copy(identities[0].writable_keys, BG_FILE_BYTES, "/home/bot/.ssh");
        assert_int_equal(look().n, 0);
}

/* Where nobody is refused, nobody is shut out, and no package's script fails. */
static void what_refuses_nobody(void **state)
{
        (void)state;
        static const enum bg_without_grant lenient[] = {
                BG_WITHOUT_GRANT_PLAIN, BG_WITHOUT_GRANT_OBSERVE};
        for (size_t i = 0; i < 2; i++) {
                a_right_policy();
                penalties_somewhere();
                packaged();
                IDENTITY.without_grant = lenient[i];
                assert_int_equal(look().n, 0);
                IDENTITY.without_grant = BG_WITHOUT_GRANT_DENY;
                assert_int_equal(look().n, 2);
        }
        a_right_policy();
        penalties_somewhere();
        check.exempt = (struct bg_list){2, {"10.0.0.0/8", "127.0.0.1"}};
        assert_int_equal(look().n, 0);
        check.exempt.n = 1;
        struct found found = look();
        assert_int_equal(found.n, 1);
        assert_non_null(strstr(found.last.text, "ExemptList 127.0.0.1"));
}

/* The line for sshd names each address once, however many identities log in from it. */
static void one_line_for_all(void **state)
{
        (void)state;
        a_right_policy();
        check.penalties = true;
        check.n_identities = 2;
        identities[1] = identities[0];
        bg_copy(identities[1].file, BG_FILE_BYTES, "policy.d/ci.yaml");
        bg_copy(identities[1].identity.account, BG_NAME_BYTES, "ci");
        IDENTITY.from = (struct bg_list){2, {"10.1.0.0/16", "10.1.0.0"}};
        identities[1].identity.from = (struct bg_list){3, {"10.1.0.0", "::1", "10.1.0.0/16"}};
        struct found found = {0};
        bg_check_logins(&check, note, &found);
        assert_int_equal(found.n, 1);
        const char *list = strstr(found.last.text, "ExemptList ");
        assert_non_null(list);
        assert_string_equal(list, "ExemptList 10.1.0.0/16,10.1.0.0,::1");
        /* As many as there is room for, and a line that ends. */
        identities[1].identity.from.n = IDENTITY.from.n = BG_LIST_MAX;
        for (int i = 0; i < BG_LIST_MAX; i++) {
                (void)snprintf(IDENTITY.from.v[i], BG_ITEM_BYTES,
                        "2001:db8:1111:2222:3333:4444:5555:%x", i + 1);
                (void)snprintf(identities[1].identity.from.v[i], BG_ITEM_BYTES,
                        "2001:db8:1111:2222:3333:4444:6666:%x", i + 1);
        }
        found = (struct found){0};
        bg_check_logins(&check, note, &found);
        assert_int_equal(found.n, 1);
}

static void of_logins_alone(void **state)
{
        (void)state;
        a_right_policy();
        role_one_factor();
        yama_off();
        subordinate();
        struct found found = {0};
        bg_check_logins(&check, note, &found);
        assert_int_equal(found.n, 2); /* the role is not init's to judge */
        check.on_host = false;
        found = (struct found){0};
        bg_check_logins(&check, note, &found);
        assert_int_equal(found.n, 0);
}

static void lookups(void **state)
{
        (void)state;
        a_right_policy();
        assert_ptr_equal(bg_check_role(&check, "r"), &roles[0]);
        assert_null(bg_check_role(&check, "q"));
        assert_ptr_equal(bg_check_group(&check, "oncall"), &groups[1]);
        groups[1].found = false;
        assert_null(bg_check_group(&check, "oncall"));
}

int main(void)
{
        const struct CMUnitTest tests[] = {
                cmocka_unit_test(nothing_to_say),
                cmocka_unit_test(each_rule_alone),
                cmocka_unit_test(without_a_host),
                cmocka_unit_test(what_was_meant_is_no_finding),
                cmocka_unit_test(what_refuses_nobody),
                cmocka_unit_test(one_line_for_all),
                cmocka_unit_test(of_logins_alone),
                cmocka_unit_test(lookups),
        };
        return cmocka_run_group_tests_name("check", tests, NULL, NULL);
}
