/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of `policy check`; see check.h. */
#include "policy/decide/checking.h"

#include <stdarg.h>
#include <stdio.h>

void bg_check_tell(const struct bg_checking *c, const char *format, ...)
{
        struct bg_finding finding = {.severity = c->severity, .file = c->file};
        va_list args;

        va_start(args, format);
        (void)vsnprintf(finding.text, sizeof finding.text, format, args);
        va_end(args);
        c->tell(&finding, c->context);
}

static const struct bg_human *human_of(const struct bg_check *check, const char *name)
{
        for (uint32_t i = 0; i < check->n_humans; i++)
                if (check->humans[i].found && strcmp(check->humans[i].name, name) == 0)
                        return &check->humans[i];
        return NULL;
}

const struct bg_checked_group *bg_check_group(const struct bg_check *check, const char *name)
{
        for (uint32_t i = 0; i < check->n_groups; i++)
                if (check->groups[i].found && strcmp(check->groups[i].name, name) == 0)
                        return &check->groups[i];
        return NULL;
}

static bool is_managed(const struct bg_check *check, const char *name)
{
        for (uint32_t i = 0; i < check->n_identities; i++)
                if (strcmp(check->identities[i].identity.account, name) == 0)
                        return true;
        return false;
}

const struct bg_checked_role *bg_check_role(const struct bg_check *check, const char *name)
{
        for (uint32_t i = 0; i < check->n_roles; i++)
                if (strcmp(check->roles[i].role.role, name) == 0)
                        return &check->roles[i];
        return NULL;
}

static void is_named_by_its_file(const struct bg_checking *c, const char *name, const char *word)
{
        size_t n = strlen(name);
        const char *slash = strrchr(c->file, '/');
        const char *base = slash ? slash + 1 : c->file;

        if (strncmp(base, name, n) != 0 || strcmp(base + n, ".yaml") != 0)
                bg_check_tell(
                        c, "it names the %s %s, and must be called %s.yaml", word, name, name);
}

/* --- rules about the host file --- */

static void spans_two_kinds(const struct bg_checking *c, const struct bg_list *factors)
{
        const char *first = NULL;
        bool two = false;

        for (uint32_t i = 0; i < factors->n; i++) {
                const char *kind = bg_pairs_get(&c->check->host.factors, factors->v[i]);
                if (!kind)
                        bg_check_tell(c, "factors: the host file does not know %s", factors->v[i]);
                else if (!first)
                        first = kind;
                else
                        two = two || strcmp(first, kind) != 0;
        }
        if (!two)
                bg_check_tell(
                        c, "factors: they must span two kinds, such as knowledge and possession");
}

static void defaults_span_two_kinds(const struct bg_checking *c)
{
        spans_two_kinds(c, &c->check->host.default_factors);
}

static void default_duration_is_under_ceiling(const struct bg_checking *c)
{
        const struct bg_host *host = &c->check->host;
        char lasts[BG_DURATION_BYTES];
        char most[BG_DURATION_BYTES];

        if (host->default_duration > host->ceiling)
                bg_check_tell(c, "default_duration: %s is above the ceiling of %s",
                        bg_duration_print(host->default_duration, lasts),
                        bg_duration_print(host->ceiling, most));
}

static void factors_have_files(const struct bg_checking *c)
{
        const struct bg_pairs *factors = &c->check->host.factors;

        for (uint32_t i = 0; i < factors->n; i++) {
                const char *name = factors->v[i].key;
                if (strcmp(name, "totp") != 0 && !bg_list_has(&c->check->factor_files, name))
                        bg_check_tell(c,
                                "factors: %s has no file pam.d/breakglass-%s; nobody could pass it",
                                name, name);
        }
}

/* --- rules about a role --- */

static void role_is_named_by_its_file(const struct bg_checking *c, const struct bg_role *role)
{
        is_named_by_its_file(c, role->role, "role");
}

static void role_spans_two_kinds(const struct bg_checking *c, const struct bg_role *role)
{
        if (role->factors.n)
                spans_two_kinds(c, &role->factors);
}

static void duration_is_under_ceiling(const struct bg_checking *c, const struct bg_role *role)
{
        char lasts[BG_DURATION_BYTES];
        char most[BG_DURATION_BYTES];

        if (role->max_duration > c->check->host.ceiling)
                bg_check_tell(c, "max_duration: %s is above the host's ceiling of %s",
                        bg_duration_print(role->max_duration, lasts),
                        bg_duration_print(c->check->host.ceiling, most));
}

static void duration_is_bounded_by_role(const struct bg_checking *c, const struct bg_role *role)
{
        char most[BG_DURATION_BYTES];

        if (role->max_duration == 0)
                bg_check_tell(c,
                        "max_duration: none, so that a grant may last the host's ceiling of %s",
                        bg_duration_print(c->check->host.ceiling, most));
}

/* Groups of Debian and others by which one is root, or near it, by another way. */
static const char *const root_groups[] = {"root", "sudo", "wheel", "admin", "docker", "lxd",
        "incus-admin", "libvirt", "disk", "shadow", "adm", "kmem", "staff", "systemd-journal",
        NULL};

static void root_equivalence_is_said(const struct bg_checking *c, const struct bg_role *role)
{
        if (role->root_equivalent)
                return;
        for (const char *const *name = root_groups; *name; name++)
                if (bg_list_has(&role->groups, *name))
                        bg_check_tell(c,
                                "groups: who is in %s is root by another way, or near it; say "
                                "root_equivalent: yes if that is meant",
                                *name);
}

static void marker_is_ours(const struct bg_checking *c, const struct bg_role *role)
{
        if (bg_list_has(&role->groups, "breakglass"))
                bg_check_tell(c,
                        "groups: breakglass is the marker that every elevated session has already");
}

static void approvers_are_humans(const struct bg_checking *c, const struct bg_role *role)
{
        for (uint32_t i = 0; i < role->approvers.n; i++)
                if (is_managed(c->check, role->approvers.v[i]))
                        bg_check_tell(c,
                                "approvers: %s has a file in policy.d: no human, and no approver",
                                role->approvers.v[i]);
}

static void groups_exist(const struct bg_checking *c, const struct bg_role *role)
{
        for (uint32_t i = 0; i < role->groups.n; i++)
                if (!bg_check_group(c->check, role->groups.v[i]))
                        bg_check_tell(c, "groups: %s has no line in /etc/group", role->groups.v[i]);
}

static void groups_are_empty(const struct bg_checking *c, const struct bg_role *role)
{
        for (uint32_t i = 0; i < role->groups.n; i++) {
                const struct bg_checked_group *group = bg_check_group(c->check, role->groups.v[i]);
                if (group && group->n_members > 0)
                        bg_check_tell(c,
                                "groups: %s has members that hold it for ever (%s%s); what a grant "
                                "gives should be nobody's otherwise",
                                group->name, group->members.v[0],
                                group->n_members > 1 ? " and others" : "");
        }
}

/* A person, or a group with somebody in it. */
static void are_there(
        const struct bg_checking *c, const char *field, const struct bg_list *principals)
{
        for (uint32_t i = 0; i < principals->n; i++) {
                const char *p = principals->v[i];
                if (p[0] != '@') {
                        if (!human_of(c->check, p))
                                bg_check_tell(c, "%s: %s has no line in /etc/passwd", field, p);
                        continue;
                }
                const struct bg_checked_group *group = bg_check_group(c->check, p + 1);
                if (!group)
                        bg_check_tell(c, "%s: %s has no line in /etc/group", field, p + 1);
                else if (group->n_members == 0)
                        bg_check_tell(c, "%s: nobody is in %s", field, p);
        }
}

static void approvers_are_there(const struct bg_checking *c, const struct bg_role *role)
{
        are_there(c, "approvers", &role->approvers);
}

/* A group of approvers may hold a service account: it counts for nothing, but look at it. */
static void approver_groups_are_human(const struct bg_checking *c, const struct bg_role *role)
{
        for (uint32_t i = 0; i < role->approvers.n; i++) {
                const char *p = role->approvers.v[i];
                const struct bg_checked_group *group =
                        p[0] == '@' ? bg_check_group(c->check, p + 1) : NULL;
                for (uint32_t m = 0; group && m < group->members.n; m++)
                        if (is_managed(c->check, group->members.v[m]))
                                bg_check_tell(c,
                                        "approvers: %s in %s is a managed account, and no approver",
                                        group->members.v[m], p);
        }
}

static void role_is_used(const struct bg_checking *c, const struct bg_role *role)
{
        for (uint32_t i = 0; i < c->check->n_identities; i++)
                if (bg_list_has(&c->check->identities[i].identity.roles, role->role))
                        return;
        bg_check_tell(c, "no identity has this role");
}

/* --- rules about an identity --- */

static void identity_is_named_by_its_file(
        const struct bg_checking *c, const struct bg_identity *identity)
{
        is_named_by_its_file(c, identity->account, "account");
}

static void roles_are_there(const struct bg_checking *c, const struct bg_identity *identity)
{
        for (uint32_t i = 0; i < identity->roles.n; i++)
                if (!bg_check_role(c->check, identity->roles.v[i]))
                        bg_check_tell(c, "roles: there is no roles.d/%s.yaml that can be used",
                                identity->roles.v[i]);
}

/* root may su to anybody; as a caller it would be let in by sshd, where every login's real uid is 0. */
static void root_is_no_caller(const struct bg_checking *c, const struct bg_identity *identity)
{
        if (bg_list_has(&identity->callers, "root"))
                bg_check_tell(c, "callers: root needs no entry, and must have none");
}

static void root_is_not_managed(const struct bg_checking *c, const struct bg_identity *identity)
{
        const struct bg_human *human = human_of(c->check, identity->account);

        if (strcmp(identity->account, "root") == 0 || (human && human->uid == 0))
                bg_check_tell(c, "%s has uid 0: root is never managed, and this file is ignored",
                        identity->account);
}

static void account_is_there(const struct bg_checking *c, const struct bg_identity *identity)
{
        if (!human_of(c->check, identity->account))
                bg_check_tell(c, "%s has no line in /etc/passwd", identity->account);
}

static void callers_are_there(const struct bg_checking *c, const struct bg_identity *identity)
{
        are_there(c, "callers", &identity->callers);
}

static void callers_are_not_uid_0(const struct bg_checking *c, const struct bg_identity *identity)
{
        for (uint32_t i = 0; i < identity->callers.n; i++) {
                const struct bg_human *human = human_of(c->check, identity->callers.v[i]);
                if (human && human->uid == 0 && strcmp(human->name, "root") != 0)
                        bg_check_tell(
                                c, "callers: %s has uid 0, and must have no entry", human->name);
        }
}

static void owner_is_there(const struct bg_checking *c, const struct bg_identity *identity)
{
        struct bg_list owner = {.n = 1};

        bg_copy(owner.v[0], BG_ITEM_BYTES, identity->owner);
        are_there(c, "owner", &owner);
}

/* Whoever approves alone and may then su to it has nobody beside her. */
static void account_is_in_no_role_group(
        const struct bg_checking *c, const struct bg_identity *identity)
{
        const struct bg_human *human = human_of(c->check, identity->account);

        for (uint32_t r = 0; human && r < identity->roles.n; r++) {
                const struct bg_checked_role *role = bg_check_role(c->check, identity->roles.v[r]);
                for (uint32_t g = 0; role && g < role->role.groups.n; g++)
                        for (uint32_t i = 0; i < human->n_groups; i++)
                                if (strcmp(human->groups[i], role->role.groups.v[g]) == 0)
                                        bg_check_tell(c,
                                                "%s is in %s already: the role %s gives nothing "
                                                "that it has not for ever",
                                                human->name, human->groups[i], role->role.role);
        }
}

/* --- the tables --- */

#define ERROR BG_SEVERITY_ERROR
#define WARNING BG_SEVERITY_WARNING

static const struct {
        enum bg_severity severity;
        bool asks_host;
        void (*look)(const struct bg_checking *);
} host_rules[] = {
        {ERROR, false, defaults_span_two_kinds},
        {ERROR, false, default_duration_is_under_ceiling},
        {ERROR, true, factors_have_files},
};

static const struct {
        enum bg_severity severity;
        bool asks_host;
        void (*look)(const struct bg_checking *, const struct bg_role *);
} role_rules[] = {
        {ERROR, false, role_is_named_by_its_file},
        {ERROR, false, role_spans_two_kinds},
        {ERROR, false, duration_is_under_ceiling},
        {WARNING, false, duration_is_bounded_by_role},
        {ERROR, false, root_equivalence_is_said},
        {ERROR, false, marker_is_ours},
        {ERROR, false, approvers_are_humans},
        {ERROR, true, groups_exist},
        {WARNING, true, groups_are_empty},
        {ERROR, true, approvers_are_there},
        {WARNING, true, approver_groups_are_human},
        {WARNING, false, role_is_used},
};

static const struct {
        enum bg_severity severity;
        bool asks_host;
        void (*look)(const struct bg_checking *, const struct bg_identity *);
} identity_rules[] = {
        {ERROR, false, identity_is_named_by_its_file},
        {ERROR, false, roles_are_there},
        {ERROR, false, root_is_not_managed},
        {ERROR, true, account_is_there},
        {ERROR, false, root_is_no_caller},
        {ERROR, true, callers_are_not_uid_0},
        {ERROR, true, callers_are_there},
        {WARNING, true, owner_is_there},
        {WARNING, true, account_is_in_no_role_group},
};

#define N(array) (sizeof array / sizeof *array)

void bg_check(const struct bg_check *check,
        void (*tell_finding)(const struct bg_finding *finding, void *context), void *context)
{
        struct bg_checking c = {.check = check, .tell = tell_finding, .context = context};

        c.file = check->host_file;
        for (size_t r = 0; r < N(host_rules); r++) {
                c.severity = host_rules[r].severity;
                if (check->on_host || !host_rules[r].asks_host)
                        host_rules[r].look(&c);
        }
        for (uint32_t i = 0; i < check->n_roles; i++) {
                c.file = check->roles[i].file;
                for (size_t r = 0; r < N(role_rules); r++) {
                        c.severity = role_rules[r].severity;
                        if (check->on_host || !role_rules[r].asks_host)
                                role_rules[r].look(&c, &check->roles[i].role);
                }
        }
        for (uint32_t i = 0; i < check->n_identities; i++) {
                c.file = check->identities[i].file;
                for (size_t r = 0; r < N(identity_rules); r++) {
                        c.severity = identity_rules[r].severity;
                        if (check->on_host || !identity_rules[r].asks_host)
                                identity_rules[r].look(&c, &check->identities[i].identity);
                }
        }
}
