/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Rules of `policy check` about what sshd, the kernel and the account files of a host make of a policy;
 * see check.h. `init` asks these alone. */
#include "policy/decide/checking.h"
#include "policy/format/emit.h"

#include <stdio.h>

static void sshd_answers(const struct bg_checking *c)
{
        if (c->check->sshd_silent)
                bg_check_tell(
                        c, "sshd -T gives no answer: what it makes of this policy was not checked");
}

static void sshd_asks_the_gate(const struct bg_checking *c)
{
        if (c->check->use_pam_no)
                bg_check_tell(c, "UsePAM no: no login by ssh passes the gate. Set UsePAM yes in "
                                 "/etc/ssh/sshd_config and reload it");
}

static bool is_exempt(const struct bg_check *check, const char *network)
{
        for (uint32_t i = 0; i < check->exempt.n; i++)
                if (bg_is_network(check->exempt.v[i]) &&
                        bg_network_holds(check->exempt.v[i], network))
                        return true;
        return false;
}

static bool is_refused_without_grant(const struct bg_identity *identity)
{
        return identity->without_grant == BG_WITHOUT_GRANT_UNSET ||
               identity->without_grant == BG_WITHOUT_GRANT_DENY;
}

/* Each address once, for the line that exempts them. */
static void put_new(
        const struct bg_check *check, const struct bg_list *from, char *line, size_t size)
{
        struct bg_buffer buffer = {.text = line, .size = size, .n = strlen(line)};

        for (uint32_t i = 0; i < from->n; i++) {
                char padded[BG_ITEM_BYTES + 2];
                char whole[BG_FINDING_BYTES + 2];
                (void)snprintf(padded, sizeof padded, ",%s,", from->v[i]);
                (void)snprintf(whole, sizeof whole, ",%s,", line);
                if (is_exempt(check, from->v[i]) || strstr(whole, padded))
                        continue;
                bg_put(&buffer, buffer.n ? "," : "");
                bg_put(&buffer, from->v[i]);
        }
}

/* From OpenSSH 9.8 on, a login that the account phase refuses is a failed authentication, and costs
 * everybody behind the client's address. */
static void nobody_is_shut_out(const struct bg_checking *c)
{
        char line[BG_FINDING_BYTES / 2] = "";
        char anywhere[BG_FINDING_BYTES / 4] = "";
        struct bg_buffer any = BG_BUFFER(anywhere);

        if (!c->check->penalties)
                return;
        for (uint32_t i = 0; i < c->check->n_identities; i++) {
                const struct bg_identity *identity = &c->check->identities[i].identity;
                if (!is_refused_without_grant(identity))
                        continue;
                put_new(c->check, &identity->from, line, sizeof line);
                if (identity->from.n == 0) {
                        bg_put(&any, any.n ? ", " : "");
                        bg_put(&any, identity->account);
                }
        }
        if (line[0])
                bg_check_tell(c,
                        "refused logins shut out everybody else behind their address; where others "
                        "share it, write into /etc/ssh/sshd_config.d/: PerSourcePenaltyExemptList %s",
                        line);
        if (anywhere[0])
                bg_check_tell(c,
                        "refused logins shut out everybody else behind their address, which may be "
                        "any address: %s has no from:",
                        anywhere);
}

static void processes_are_apart(const struct bg_checking *c)
{
        if (c->check->yama_off && c->check->n_identities > 0)
                bg_check_tell(c,
                        "it is not there, or 0: any process of an account can look into an elevated "
                        "session of it; set kernel.yama.ptrace_scope=1");
}

static void shell_lets_in(const struct bg_checking *c, const struct bg_checked_identity *it)
{
        const char *account = it->identity.account;

        if (it->no_shell[0])
                bg_check_tell(c,
                        "%s has the shell %s: ssh and su end in its message, with a grant too. Give "
                        "it one (usermod -s /bin/sh %s), or go by root: su -s /bin/sh %s",
                        account, it->no_shell, account, account);
}

/* It could add a key of anybody's, or a certificate authority of its own there. */
static void keys_are_not_its_own(const struct bg_checking *c, const struct bg_checked_identity *it)
{
        if (it->identity.keys.n && it->writable_keys[0])
                bg_check_tell(c,
                        "keys: %s can write %s, and with it who may log in; let sshd read a file of "
                        "root's (AuthorizedKeysFile)",
                        it->identity.account, it->writable_keys);
}

static void has_no_subordinate_ids(
        const struct bg_checking *c, const struct bg_checked_identity *it)
{
        const char *account = it->identity.account;

        if (it->subordinate && it->identity.subordinate_ids != BG_SUBORDINATE_ACCEPTED)
                bg_check_tell(c,
                        "%s has a line in /etc/subgid, by which a session keeps its groups and drops "
                        "its mark: usermod --del-subgids 0-4294967294 %s, or say subordinate_ids: "
                        "accepted",
                        account, account);
}

static void package_is_not_refused(
        const struct bg_checking *c, const struct bg_checked_identity *it)
{
        if (it->packaged && is_refused_without_grant(&it->identity))
                bg_check_tell(c,
                        "without_grant: a package owns %s, and its scripts su to it as root; deny "
                        "refuses them (plain and observe do not)",
                        it->identity.account);
}

#define ERROR BG_SEVERITY_ERROR
#define WARNING BG_SEVERITY_WARNING

/* What the host's logins make of the policy; `about` stands for the file. */
static const struct {
        enum bg_severity severity;
        const char *about;
        void (*look)(const struct bg_checking *);
} host_login_rules[] = {
        {WARNING, "sshd", sshd_answers},
        {WARNING, "sshd", sshd_asks_the_gate},
        {WARNING, "sshd", nobody_is_shut_out},
        {WARNING, "kernel.yama.ptrace_scope", processes_are_apart},
};

static const struct {
        enum bg_severity severity;
        void (*look)(const struct bg_checking *, const struct bg_checked_identity *);
} login_rules[] = {
        {WARNING, shell_lets_in},
        {ERROR, keys_are_not_its_own},
        {ERROR, has_no_subordinate_ids},
        {WARNING, package_is_not_refused},
};

#define N(array) (sizeof array / sizeof *array)

void bg_check_logins(const struct bg_check *check,
        void (*tell_finding)(const struct bg_finding *finding, void *context), void *context)
{
        struct bg_checking c = {.check = check, .tell = tell_finding, .context = context};

        if (!check->on_host)
                return;
        for (size_t r = 0; r < N(host_login_rules); r++) {
                c.severity = host_login_rules[r].severity;
                c.file = host_login_rules[r].about;
                host_login_rules[r].look(&c);
        }
        for (uint32_t i = 0; i < check->n_identities; i++) {
                c.file = check->identities[i].file;
                for (size_t r = 0; r < N(login_rules); r++) {
                        c.severity = login_rules[r].severity;
                        login_rules[r].look(&c, &check->identities[i]);
                }
        }
}
